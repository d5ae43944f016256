//! The small vectors: one encoding each, as JSON.

use std::collections::BTreeMap;

use heqi_evidence::canonical;
use heqi_evidence::chain::chain_commitment;
use heqi_evidence::challenge::ChallengePreimage;
use heqi_evidence::deposit::{DepositManifest, DualDigest, PartRole};
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::salt::RecordSeed;
use heqi_evidence::schema::ALL;
use heqi_testkit::{Story, Twists};
use heqi_vocabulary::{ChainId, Digest};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::pretty;

/// The files by name.
pub(super) fn files() -> BTreeMap<String, Vec<u8>> {
    let story = Story::tell(1, &Twists::default());
    let vectors = [
        ("canonical-json.json", canonical_json()),
        ("attribute-leaf.json", attribute_leaves()),
        ("record-root.json", record_roots(&story)),
        ("challenge.json", challenges(&story)),
        ("log-leaf.json", log_leaves()),
        ("chain-commitment.json", chain_commitments()),
        ("deposit-manifest.json", deposit_manifests()),
        ("anchors-refused.json", refused_anchors(&story)),
        ("schema.json", schemas()),
        ("key-change.json", super::statements::key_changes()),
        ("successor.json", super::statements::successors()),
        ("erasure.json", super::statements::erasures()),
        ("attestation.json", super::attestations::attestations()),
    ];
    vectors.map(|(name, vector)| (name.to_owned(), pretty(&vector))).into()
}

/// The slots of every kind of evidence.
fn schemas() -> Value {
    let schemas: Vec<Value> = ALL
        .iter()
        .map(|schema| {
            let named = (0..schema.slots).filter(|slot| !schema.is_reserved(*slot));
            let slots: Vec<Value> = named
                .map(|slot| {
                    json!({
                        "class": schema.class(slot),
                        "name": schema.name(slot),
                        "slot": slot,
                    })
                })
                .collect();
            json!({
                "kind": schema.kind,
                "named": slots,
                "slots": schema.slots,
                "version": schema.version,
            })
        })
        .collect();
    json!(schemas)
}

fn text(bytes: &[u8]) -> Value {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// RFC 8785 as far as our formats go: what is written, and what is refused.
fn canonical_json() -> Value {
    let accepted = [
        r#"{"b":1,"a":[true,false,null]}"#,
        "{\"\u{20ac}\":1,\"\\r\":2,\"\u{fb33}\":3,\"1\":4,\"\u{1f602}\":5,\"\u{80}\":6,\"\u{f6}\":7}",
        r#""\u0008\u0009\u000a\u000c\u000d\u001f\/\"\\é""#,
        "[ 9007199254740991 , -9007199254740991 , 0 ]",
        "{}",
    ];
    let refused = [
        r#"{"a":1,"a":2}"#,
        r#"{"a":1,"\u0061":2}"#,
        "1.5",
        "1.0",
        "1e2",
        "9007199254740992",
        "-9007199254740992",
        r#""\ud800""#,
        "[1] 2",
        "",
        "[[[[[[[[[[[[[1]]]]]]]]]]]]]",
    ];
    let accepted: Vec<Value> = accepted
        .iter()
        .filter_map(|input| {
            let value = canonical::parse_value(input.as_bytes()).ok()?;
            let canonical = canonical::to_bytes(&value).ok()?;
            Some(json!({ "canonical": text(&canonical), "input": input }))
        })
        .collect();
    json!({ "accepted": accepted, "refused": refused })
}

/// Salt from seed and slot, leaf from salt and attribute.
fn attribute_leaves() -> Value {
    let seed = RecordSeed::from_bytes([1; 32]);
    let leaves = [
        (8u8, "filing", json!("fil_00000000000000000000000000"), "observed"),
        (18, "party_name", json!("张三"), "declared"),
        (12, "documents", json!([{ "pages": 1, "page_images": [] }]), "observed"),
        (20, "identity", Value::Null, "absent"),
    ];
    let leaves: Vec<Value> = leaves
        .into_iter()
        .map(|(slot, name, value, provenance)| {
            let salt = seed.salt(slot);
            let attribute = json!([salt, name, value, provenance]);
            let bytes = canonical::to_bytes(&attribute).unwrap_or_default();
            let input = [b"\x00heqi.attribute/v1\n".as_slice(), &bytes].concat();
            json!({
                "attribute": attribute,
                "leaf": hex::encode(Sha256::digest(&input)),
                "slot": slot,
            })
        })
        .collect();
    json!({ "leaves": leaves, "seed": "01".repeat(32) })
}

/// Disclosures of one record: in full, in part, the frame alone. All have one root.
fn record_roots(story: &Story) -> Value {
    let record = &story.records.first().map(|first| first.record.clone());
    let disclosures: Vec<Value> = record
        .iter()
        .flat_map(|record| {
            let part = record.disclose(|name| name == "matter" || name == "opened_by");
            [record.full(), part, record.frame_only()]
        })
        .flatten()
        .map(|bytes| text(&bytes))
        .collect();
    let root = record.as_ref().map(|record| record.root().to_string());
    json!({ "disclosures": disclosures, "root": root })
}

fn challenges(story: &Story) -> Value {
    let bytes = story.signing().parts.challenge.clone().unwrap_or_default();
    let challenge = ChallengePreimage::parse(&bytes).ok().map(|(_, challenge)| challenge);
    json!([{ "challenge": challenge, "preimage": text(&bytes) }])
}

fn log_leaves() -> Value {
    let digest = Digest::of(b"heqi");
    let leaf = |kind: &str, leaf: LogLeaf| {
        let bytes = leaf.to_bytes();
        let hash = Sha256::digest([&[0], bytes.as_slice()].concat());
        json!({
            "digest": digest,
            "entry_hex": hex::encode(bytes),
            "kind": kind,
            "leaf_hash": hex::encode(hash),
        })
    };
    json!([
        leaf("record", LogLeaf::Record(RecordRoot::new(digest))),
        leaf("statement", LogLeaf::Statement(digest)),
    ])
}

fn chain_commitments() -> Value {
    let commitments = [[0u8; 16], [9; 16], [255; 16]].map(|bytes| {
        let chain = ChainId::from_bytes(bytes);
        json!({ "chain": chain, "commitment": chain_commitment(chain) })
    });
    json!(commitments)
}

fn deposit_manifests() -> Value {
    let parts = [
        (PartRole::Record, "record"),
        (PartRole::Envelope, "envelope"),
        (PartRole::Attachment, "photo"),
    ];
    let manifest = DepositManifest::of(parts.iter().map(|(role, text)| (*role, text.as_bytes())));
    let bytes = manifest.to_bytes().unwrap_or_default();
    let listed: Vec<Value> = parts
        .iter()
        .map(|(role, text)| {
            let DualDigest { sha256, sm3 } = DualDigest::of(text.as_bytes());
            json!({ "content": text, "role": role, "sha256": sha256, "sm3": sm3 })
        })
        .collect();
    json!([{ "manifest": text(&bytes), "parts": listed, "sha256": Digest::of(&bytes) }])
}

/// Anchors files that must be refused, each for one reason.
fn refused_anchors(story: &Story) -> Value {
    let changed = |why: &str, change: &dyn Fn(&mut heqi_evidence::anchors::Anchors)| {
        let mut anchors = story.anchors();
        change(&mut anchors);
        json!({ "file": text(&story.cast.publish(&anchors)), "why": why })
    };
    let other = Story::tell(7, &Twists::default());
    let mut cases = vec![
        changed("the publisher it names did not sign it", &|anchors| {
            anchors.publisher = other.anchors().publisher;
        }),
        changed("two custodians share a key", &|anchors| {
            let first = anchors.custodians.first().map(|custodian| custodian.key.clone());
            for (custodian, key) in anchors.custodians.iter_mut().zip(first.iter().cycle()) {
                custodian.key = key.clone();
            }
        }),
        changed("a log's key is a cosigner's", &|anchors| {
            let witness = anchors.cosigners.first().map(|cosigner| cosigner.vkey.clone());
            for (log, key) in anchors.logs.iter_mut().zip(witness) {
                log.vkey = key;
            }
        }),
    ];
    let good = String::from_utf8_lossy(&story.anchors_file()).into_owned();
    let relabelled = good.replace("heqi.anchors.v1", "heqi.anchors.v2");
    cases.push(json!({ "file": relabelled, "why": "another payload type" }));
    cases.push(json!({ "file": good.replace("\"sig\":\"", "\"sig\":\"AAAA"), "why": "the signature does not hold" }));
    json!(cases)
}
