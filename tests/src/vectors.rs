//! The language-neutral vectors of evidence, made from a seed.
//!
//! `tests/vectors/evidence/README.md` explains the files to other implementations. What
//! is expected of a case is written down here by hand for the claim the case is about;
//! the other claims are what our verifier says, so that a change in any of them shows.

use std::collections::BTreeMap;
use std::path::Path;

use heqi_evidence::verdict::ClaimName;
use heqi_verify::Examination;
use heqi_vocabulary::Explain as _;
use serde_json::{Value, json};

mod attestations;
mod cases;
pub mod chain_fork;
pub mod fork;
pub mod renewal;
pub mod sealed_pdf;
mod small;
mod spoil;
mod statements;

pub use cases::{Case, Expected};

/// All files by name, in memory.
pub fn files() -> BTreeMap<String, Vec<u8>> {
    let mut files = small::files();
    files.extend(cases::anchors());
    let mut listed = Vec::new();
    for case in cases::all() {
        listed.push(entry(&case, &files));
        files.insert(case.file_name(), case.file);
    }
    files.insert("cases.json".into(), pretty(&json!(listed)));
    files
}

/// Writes files and gives their number.
#[expect(clippy::disallowed_methods, reason = "files of the checkout need no durability")]
#[expect(clippy::missing_panics_doc, reason = "a generator that cannot write has failed")]
pub fn write(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> usize {
    for (name, bytes) in files {
        if let Err(error) = std::fs::write(folder.join(name), bytes) {
            panic!("{name}: {error}");
        }
    }
    files.len()
}

/// The names of files that are not, byte for byte, what would be written, and of bundles,
/// proofs and renewals that nobody lists.
pub fn differing(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let mut differing: Vec<String> = files
        .iter()
        .filter(|(name, bytes)| std::fs::read(folder.join(name)).ok().as_ref() != Some(bytes))
        .map(|(name, _)| name.clone())
        .collect();
    let present = std::fs::read_dir(folder).into_iter().flatten().flatten();
    differing.extend(
        present
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| {
                [".heqi.zip", "fork-proof", ".renewals.zip"].iter().any(|end| name.ends_with(end))
            })
            .filter(|name| !files.contains_key(name)),
    );
    differing
}

/// One line of `cases.json`.
fn entry(case: &Case, files: &BTreeMap<String, Vec<u8>>) -> Value {
    let mut entry = json!({
        "about": case.about,
        "anchors": case.anchors,
        "expect": expectation(case, files),
        "file": case.file_name(),
        "name": case.name,
    });
    if let (Some(at), Some(members)) = (case.at, entry.as_object_mut()) {
        members.insert("at".into(), json!(at));
    }
    entry
}

fn expectation(case: &Case, files: &BTreeMap<String, Vec<u8>>) -> Value {
    let anchors = case.anchors.and_then(|name| files.get(name)).map(Vec::as_slice);
    let examined = Examination::of(&case.file, anchors, case.at);
    match (&examined, &case.expected) {
        (Ok(examination), Expected::Verdict { exit, claims }) => {
            let verdict = examination.verdict();
            for (name, status, code) in *claims {
                let claim = verdict.claim(*name);
                let found = claim.map(|claim| (claim.status, claim.reason.code()));
                assert_eq!(found, Some((*status, (*code).to_owned())), "{} {name:?}", case.name);
            }
            let conclusion = verdict.conclude(&ClaimName::required_by_default());
            assert_eq!(conclusion.exit_code(), *exit, "{} {verdict:#?}", case.name);
            let claims: serde_json::Map<String, Value> = verdict
                .claims()
                .iter()
                .map(|claim| {
                    let said = json!({ "code": claim.reason.code(), "status": claim.status });
                    (claim.name.as_str().to_owned(), said)
                })
                .collect();
            json!({ "claims": claims, "exit": exit, "verdict": conclusion.as_str() })
        }
        (Err(failure), Expected::Unreadable(code)) => {
            assert_eq!(failure.code(), *code, "{}", case.name);
            json!({ "error": code, "exit": 2, "verdict": "unreadable" })
        }
        (found, _) => panic!("{}: {found:?}", case.name),
    }
}

fn pretty(value: &Value) -> Vec<u8> {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text.into_bytes()
}
