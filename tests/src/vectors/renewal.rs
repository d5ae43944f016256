//! The vectors of renewals, made from a seed: `tests/vectors/renewal/README.md`. A bundle and a sealed
//! document, and beside each a leaf's way through twelve and twenty-two years, as it holds and as it does not.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a generator that cannot write has failed"
)]

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::anchors::AnchorsFile;
use heqi_evidence::verdict::{ClaimName, Conclusion, Status};
use heqi_pki::keys::PublicKey;
use heqi_pki::timestamp::TimeRoot;
use heqi_renewal::RenewalFile;
use heqi_verify::{DocumentExamination, Examination, Roots};
use heqi_vocabulary::UtcMillis;
use serde_json::{Value, json};

mod cases;
mod ways;

/// The list of trusted keys: everybody's, and the roots of every authority that stamps here.
const ANCHORS: &str = "anchors.json";
const BUNDLE: &str = "signing.heqi.zip";
/// The certificate of the vectors of sealed documents.
const DOCUMENT: &str = "../sealed-pdf/good.pdf";

/// A file of renewals beside what it belongs to, with what it must prove.
struct Case {
    name: &'static str,
    about: &'static str,
    file: &'static str,
    renewals: Vec<u8>,
    keys: Vec<PublicKey>,
    anchors: Option<&'static str>,
    at: Option<UtcMillis>,
    status: Status,
    code: &'static str,
}

/// All files by name, in memory.
///
/// # Panics
/// The generator is wrong about one of its cases.
#[must_use]
pub fn files() -> BTreeMap<String, Vec<u8>> {
    let sealed = super::sealed_pdf::files();
    let document = &sealed["good.pdf"];
    let anchors = AnchorsFile::parse(&sealed["anchors.json"]).unwrap().anchors;
    let made = ways::make(anchors, document);
    let mut files = BTreeMap::from([
        (ANCHORS.to_owned(), made.anchors.clone()),
        (BUNDLE.to_owned(), made.bundle.clone()),
    ]);
    let mut listed = Vec::new();
    for case in cases::all(&made) {
        let file = if case.file == DOCUMENT { document } else { &made.bundle };
        listed.push(entry(&case, file, &made.anchors));
        files.insert(format!("{}.renewals.zip", case.name), case.renewals);
    }
    files.insert("cases.json".into(), super::pretty(&json!(listed)));
    files
}

/// One line of `cases.json`: what the case says by hand, and that our verifier says the same. The conclusion
/// is what our verifier comes to.
fn entry(case: &Case, file: &[u8], anchors: &[u8]) -> Value {
    let (status, code, conclusion) = found(case, file, case.anchors.map(|_| anchors));
    assert_eq!((status, code), (case.status, case.code), "{}", case.name);
    let keys: Vec<String> =
        case.keys.iter().map(|key| STANDARD.encode(key.to_spki_der())).collect();
    let mut entry = json!({
        "about": case.about,
        "anchors": case.anchors,
        "expect": {
            "code": code,
            "exit": conclusion.exit_code(),
            "status": status,
            "verdict": conclusion.as_str(),
        },
        "file": case.file,
        "keys": keys,
        "name": case.name,
        "renewals": format!("{}.renewals.zip", case.name),
    });
    if let (Some(at), Some(members)) = (case.at, entry.as_object_mut()) {
        members.insert("at".into(), json!(at));
    }
    entry
}

fn found(case: &Case, file: &[u8], anchors: Option<&[u8]>) -> (Status, &'static str, Conclusion) {
    let times: &[TimeRoot] = &[];
    let beside = (case.keys.as_slice(), times);
    if case.file == DOCUMENT {
        let examined =
            DocumentExamination::of(file.to_vec(), anchors, Roots::default(), case.at).unwrap();
        let examined = examined.with_renewals(&case.renewals, beside, case.at);
        let renewed = examined.findings().last().unwrap();
        return (renewed.status, renewed.code, examined.conclude(None));
    }
    let examined = Examination::of(file, anchors, case.at).unwrap();
    let examined = examined.with_renewals(&case.renewals, beside, case.at);
    let renewed = examined.renewed().unwrap();
    let conclusion = examined.conclude(&ClaimName::required_by_default());
    (renewed.status, renewed.code, conclusion)
}

/// The bytes of a way.
fn written(way: &RenewalFile) -> Vec<u8> {
    way.write().unwrap()
}
