//! Every file of `tests/vectors/fork` and `chain-fork` gets the verdict it must get, and is what the
//! generator makes.

use std::path::{Path, PathBuf};

use heqi_verify::{ChainForkExamination, ChainForkFinding, ForkExamination, ForkFinding};
use heqi_vocabulary::Explain as _;
use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/fork")
}

fn bytes(name: &Value) -> Option<Vec<u8>> {
    name.as_str().map(|name| std::fs::read(folder().join(name)).unwrap())
}

fn said(case: &Value) -> Value {
    let file = bytes(&case["file"]).unwrap();
    match ForkExamination::of(&file, bytes(&case["anchors"]).as_deref()) {
        Err(failure) => json!({ "error": failure.code(), "exit": 2, "verdict": "unreadable" }),
        Ok(examination) => {
            let finding = examination.finding();
            let vouched_by = match finding {
                ForkFinding::Forked { organisations } => organisations.as_slice(),
                _ => &[],
            };
            let (code, status) = (finding.code(), finding.status().as_str());
            let fork = json!({ "code": code, "status": status, "vouched_by": vouched_by });
            json!({ "claims": { "fork": fork }, "exit": finding.exit_code(), "verdict": status })
        }
    }
}

#[test]
fn every_fork_proof_gets_its_verdict() {
    let cases: Vec<Value> = serde_json::from_slice(&bytes(&json!("cases.json")).unwrap()).unwrap();
    let exits: std::collections::BTreeSet<_> =
        cases.iter().map(|case| case["expect"]["exit"].as_u64()).collect();
    assert_eq!(exits, [Some(1), Some(2), Some(3)].into());
    for case in &cases {
        assert_eq!(said(case), case["expect"], "{}: {}", case["name"], case["about"]);
    }
}

#[test]
fn the_fork_proofs_are_byte_for_byte_what_the_generator_makes() {
    let files = heqi_tests::vectors::fork::files();
    assert_eq!(heqi_tests::vectors::differing(&folder(), &files), Vec::<String>::new());
}

#[test]
fn every_chain_fork_proof_gets_its_verdict_and_is_what_the_generator_makes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/chain-fork");
    let bytes = |name: &Value| name.as_str().map(|name| std::fs::read(folder.join(name)).unwrap());
    let cases: Vec<Value> = serde_json::from_slice(&bytes(&json!("cases.json")).unwrap()).unwrap();
    let exits: std::collections::BTreeSet<_> =
        cases.iter().map(|case| case["expect"]["exit"].as_u64()).collect();
    assert_eq!(exits, [Some(1), Some(2), Some(3)].into());
    for case in &cases {
        let file = bytes(&case["file"]).unwrap();
        let said = match ChainForkExamination::of(&file, bytes(&case["anchors"]).as_deref()) {
            Err(failure) => json!({ "error": failure.code(), "exit": 2, "verdict": "unreadable" }),
            Ok(examination) => {
                let finding = examination.finding();
                let vouched_by = match finding {
                    ChainForkFinding::Forked { organisation } => vec![organisation.as_str()],
                    _ => Vec::new(),
                };
                if matches!(finding, ChainForkFinding::Forked { .. }) {
                    assert_eq!(examination.proof().to_string().as_bytes(), file);
                }
                let status = finding.status().as_str();
                let chain =
                    json!({ "code": finding.code(), "status": status, "vouched_by": vouched_by });
                json!({ "claims": { "chain": chain }, "exit": finding.exit_code(), "verdict": status })
            }
        };
        assert_eq!(said, case["expect"], "{}: {}", case["name"], case["about"]);
    }
    let files = heqi_tests::vectors::chain_fork::files();
    assert_eq!(heqi_tests::vectors::differing(&folder, &files), Vec::<String>::new());
}
