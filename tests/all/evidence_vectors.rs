//! Every vector of `tests/vectors/evidence` gets the verdict it must get, read from the
//! files as another implementation would, and the files are what the generator makes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use heqi_evidence::anchors::AnchorsFile;
use heqi_evidence::canonical;
use heqi_evidence::chain::chain_commitment;
use heqi_evidence::challenge::challenge_of;
use heqi_evidence::deposit::{DepositManifest, DualDigest, PartRole};
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence::verdict::ClaimName;
use heqi_verify::Examination;
use heqi_vocabulary::{ChainId, Explain as _, UtcMillis};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    anchors: Option<String>,
    at: Option<UtcMillis>,
    expect: Expect,
    file: String,
    name: String,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Expect {
    #[serde(default)]
    claims: BTreeMap<String, Said>,
    error: Option<String>,
    exit: u8,
    verdict: String,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Said {
    code: String,
    status: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/evidence")
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn vector<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_slice(&bytes(name)).unwrap()
}

fn examined(case: &Case) -> Expect {
    let anchors = case.anchors.as_deref().map(bytes);
    match Examination::of(&bytes(&case.file), anchors.as_deref(), case.at) {
        Err(failure) => Expect {
            claims: BTreeMap::new(),
            error: Some(failure.code().to_owned()),
            exit: 2,
            verdict: "unreadable".into(),
        },
        Ok(examination) => {
            let verdict = examination.verdict();
            let conclusion = verdict.conclude(&ClaimName::required_by_default());
            let said = verdict.claims().iter().map(|claim| {
                let (code, status) = (claim.reason.code(), claim.status.as_str().to_owned());
                (claim.name.as_str().to_owned(), Said { code, status })
            });
            Expect {
                claims: said.collect(),
                error: None,
                exit: conclusion.exit_code(),
                verdict: conclusion.as_str().to_owned(),
            }
        }
    }
}

#[test]
fn every_bundle_gets_its_verdict() {
    let cases: Vec<Case> = vector("cases.json");
    let codes: std::collections::BTreeSet<u8> = cases.iter().map(|case| case.expect.exit).collect();
    assert_eq!(codes, [0, 1, 2, 3].into());
    for case in &cases {
        assert_eq!(examined(case), case.expect, "{}: {}", case.name, case.about);
    }
}

#[test]
fn the_files_are_byte_for_byte_what_the_generator_makes() {
    let files = heqi_tests::vectors::files();
    assert_eq!(heqi_tests::vectors::differing(&folder(), &files), Vec::<String>::new());
}

#[test]
fn no_vector_is_large() {
    let mut total = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let length = entry.unwrap().metadata().unwrap().len();
        assert!(length < 160_000, "{length}");
        total += length;
    }
    assert!(total < 4_000_000, "{total}");
}

#[test]
fn canonical_json_is_written_and_refused_as_listed() {
    let vectors: Value = vector("canonical-json.json");
    for accepted in vectors["accepted"].as_array().unwrap() {
        let value = canonical::parse_value(accepted["input"].as_str().unwrap().as_bytes()).unwrap();
        let written = canonical::to_bytes(&value).unwrap();
        assert_eq!(written, accepted["canonical"].as_str().unwrap().as_bytes());
    }
    for refused in vectors["refused"].as_array().unwrap() {
        assert!(canonical::parse_value(refused.as_str().unwrap().as_bytes()).is_err(), "{refused}");
    }
}

#[test]
fn attribute_leaves_are_labelled_digests() {
    let vectors: Value = vector("attribute-leaf.json");
    let seed: heqi_evidence::salt::RecordSeed =
        serde_json::from_value(vectors["seed"].clone()).unwrap();
    for leaf in vectors["leaves"].as_array().unwrap() {
        let slot = u8::try_from(leaf["slot"].as_u64().unwrap()).unwrap();
        assert_eq!(seed.salt(slot).to_text(), leaf["attribute"][0]);
        let json = canonical::to_bytes(&leaf["attribute"]).unwrap();
        let input = [b"\x00heqi.attribute/v1\n".as_slice(), &json].concat();
        assert_eq!(hex::encode(Sha256::digest(input)), leaf["leaf"]);
    }
}

#[test]
fn all_disclosures_of_a_record_have_its_root() {
    let vectors: Value = vector("record-root.json");
    let disclosures = vectors["disclosures"].as_array().unwrap();
    assert_eq!(disclosures.len(), 3);
    for disclosure in disclosures {
        let read = Disclosure::parse(disclosure.as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(read.root().to_string(), vectors["root"]);
    }
}

#[test]
fn challenges_leaves_commitments_and_manifests_are_as_listed() {
    for vector in vector::<Vec<Value>>("challenge.json") {
        let preimage = vector["preimage"].as_str().unwrap();
        assert_eq!(challenge_of(preimage.as_bytes()).to_string(), vector["challenge"]);
    }
    for vector in vector::<Vec<Value>>("log-leaf.json") {
        let entry = hex::decode(vector["entry_hex"].as_str().unwrap()).unwrap();
        let (kind, digest) = match LogLeaf::parse(&entry).unwrap() {
            LogLeaf::Record(root) => ("record", root.digest()),
            LogLeaf::Statement(digest) => ("statement", digest),
        };
        assert_eq!(
            (kind, digest.to_string().as_str()),
            (vector["kind"].as_str().unwrap(), vector["digest"].as_str().unwrap())
        );
        assert_eq!(heqi_tlog::tree::leaf_hash(&entry).to_hex(), vector["leaf_hash"]);
    }
    for vector in vector::<Vec<Value>>("chain-commitment.json") {
        let chain: ChainId = vector["chain"].as_str().unwrap().parse().unwrap();
        assert_eq!(chain_commitment(chain).to_string(), vector["commitment"]);
    }
    for vector in vector::<Vec<Value>>("deposit-manifest.json") {
        let parts: Vec<(PartRole, String)> = vector["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| {
                let content = part["content"].as_str().unwrap().to_owned();
                let dual = DualDigest::of(content.as_bytes());
                assert_eq!(serde_json::to_value(dual.sm3).unwrap(), part["sm3"]);
                (serde_json::from_value(part["role"].clone()).unwrap(), content)
            })
            .collect();
        let manifest =
            DepositManifest::of(parts.iter().map(|(role, content)| (*role, content.as_bytes())));
        assert_eq!(manifest.to_bytes().unwrap(), vector["manifest"].as_str().unwrap().as_bytes());
        assert_eq!(manifest.digest().unwrap().to_string(), vector["sha256"]);
    }
}

#[test]
fn anchors_are_read_and_refused_as_listed() {
    for name in ["anchors.json", "anchors-log-distrusted.json", "anchors-witness-lapsed.json"] {
        assert!(AnchorsFile::parse(&bytes(name)).is_ok(), "{name}");
    }
    for case in vector::<Vec<Value>>("anchors-refused.json") {
        let file = case["file"].as_str().unwrap();
        assert!(AnchorsFile::parse(file.as_bytes()).is_err(), "{}", case["why"]);
    }
}

fn spec(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/spec").join(name);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_slot_tables_of_the_specification_are_those_of_the_schemas() {
    let text = spec("record.md");
    for schema in vector::<Vec<Value>>("schema.json") {
        let slots: Vec<String> = schema["named"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|slot| slot["class"] != "frame")
            .map(|slot| {
                let class = slot["class"].as_str().unwrap();
                format!("{} `{}` {}", slot["slot"], slot["name"].as_str().unwrap(), &class[..1])
            })
            .collect();
        let row = format!(
            "| `{}` | {} | {} |",
            schema["kind"].as_str().unwrap(),
            schema["slots"],
            slots.join(", ")
        );
        assert!(text.contains(&row), "docs/spec/record.md lacks\n{row}");
    }
}

#[test]
fn every_reason_and_error_of_a_case_is_explained_in_the_specification() {
    let text = spec("verdict.md");
    for case in vector::<Vec<Case>>("cases.json") {
        let codes = case.expect.claims.values().map(|said| &said.code).chain(&case.expect.error);
        for code in codes {
            let listed = if code.starts_with("mismatch_") { "mismatch_…" } else { code };
            assert!(text.contains(&format!("`{listed}`")), "docs/spec/verdict.md lacks {code}");
        }
    }
}
