//! The vectors of fork proofs, made from a seed: `tests/vectors/fork/README.md`.

use std::collections::BTreeMap;

use heqi_verify::ForkExamination;
use heqi_vocabulary::Explain as _;
use serde_json::{Value, json};

mod branches;
mod cases;

/// One file with the verdict it must get.
struct Case {
    name: &'static str,
    about: &'static str,
    anchors: Option<&'static str>,
    file: Vec<u8>,
    expected: Expected,
}

/// What must come out of a case.
enum Expected {
    /// The log forked; these organisations are named.
    Forked(&'static [&'static str]),
    /// Nobody is convicted, for this reason.
    NotProved(&'static str),
    /// No verdict; the error's code.
    Unreadable(&'static str),
}

/// All files by name, in memory.
pub fn files() -> BTreeMap<String, Vec<u8>> {
    let mut files = cases::anchors();
    let mut listed = Vec::new();
    for case in cases::all() {
        listed.push(entry(&case, &files));
        files.insert(file_name(&case), case.file);
    }
    files.insert("cases.json".into(), super::pretty(&json!(listed)));
    files
}

fn file_name(case: &Case) -> String {
    format!("{}.fork-proof", case.name)
}

/// One line of `cases.json`. What is written there is what the case says by hand; that
/// our verifier says the same is asserted here.
fn entry(case: &Case, files: &BTreeMap<String, Vec<u8>>) -> Value {
    let anchors = case.anchors.and_then(|name| files.get(name)).map(Vec::as_slice);
    let examined = ForkExamination::of(&case.file, anchors);
    let found = examined.as_ref().map(ForkExamination::finding);
    let expect = match (&case.expected, found) {
        (Expected::Forked(named), Ok(heqi_verify::ForkFinding::Forked { organisations })) => {
            assert_eq!(organisations, named, "{}", case.name);
            let fork =
                json!({ "code": "log_forked", "status": "contradicted", "vouched_by": named });
            json!({ "claims": { "fork": fork }, "exit": 1, "verdict": "contradicted" })
        }
        (Expected::NotProved(code), Ok(finding)) => {
            assert_eq!(finding.code(), *code, "{}", case.name);
            let fork = json!({ "code": code, "status": "not_proved", "vouched_by": [] });
            json!({ "claims": { "fork": fork }, "exit": 3, "verdict": "not_proved" })
        }
        (Expected::Unreadable(code), Err(failure)) => {
            assert_eq!(failure.code(), *code, "{}", case.name);
            json!({ "error": code, "exit": 2, "verdict": "unreadable" })
        }
        (_, found) => panic!("{}: {found:?}", case.name),
    };
    json!({
        "about": case.about,
        "anchors": case.anchors,
        "expect": expect,
        "file": file_name(case),
        "name": case.name,
    })
}
