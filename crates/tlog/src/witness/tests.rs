use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::{
    checkpoint::{Checkpoint, Origin},
    note::NoteSigner,
    policy::Policy,
    proof::prove_consistency,
    testing::{MemoryTree, leaves, name, vectors},
};

#[derive(Deserialize)]
struct Vectors {
    log_vkeys: Vec<String>,
    cases: Vec<Case>,
    malformed: Vec<Malformed>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    last: Option<String>,
    request: String,
    status: u16,
    conflict_size: Option<u64>,
    evidence: Option<String>,
}

#[derive(Deserialize)]
struct Malformed {
    name: String,
    request: String,
}

fn read() -> Vectors {
    vectors(include_str!("../../../../tests/vectors/tlog/witness.json"))
}

fn log() -> NoteSigner {
    NoteSigner::from_seed(name("log.example/test"), &[1; 32]).unwrap()
}

fn cosigner() -> Cosigner {
    Cosigner::from_seed(name("witness.example/test"), &[2; 32]).unwrap()
}

fn time(seconds: u64) -> CosignatureTime {
    CosignatureTime::from_posix_seconds(seconds).unwrap()
}

fn spelled(kind: MisbehaviourKind) -> &'static str {
    match kind {
        MisbehaviourKind::SplitView => "split_view",
        MisbehaviourKind::EmptyTreeWithEntries => "empty_tree_with_entries",
        MisbehaviourKind::UnprovedGrowth => "unproved_growth",
    }
}

#[test]
fn the_vectors_are_answered_as_they_say() {
    let vectors = read();
    let trusted =
        vectors.log_vkeys.iter().map(|key| key.parse().unwrap()).collect::<Vec<VerifierKey>>();
    for case in vectors.cases {
        let request = AddCheckpoint::parse(case.request.as_bytes()).unwrap();
        assert_eq!(request.to_string(), case.request, "{}", case.name);
        let submitted = request.checkpoint().clone();
        let last = case.last.map(|note| SignedCheckpoint::parse(note.as_bytes()).unwrap());
        match decide(request, &trusted, last.as_ref()) {
            WitnessDecision::Accepted(accepted) => {
                assert_eq!(case.status, 200, "{}", case.name);
                assert_eq!(accepted.state().checkpoint(), submitted.checkpoint());
                assert_eq!(
                    accepted.replaces(),
                    last.map(|last| (last.checkpoint().size(), last.checkpoint().root()))
                );
                assert_eq!(
                    accepted.state().note().signatures().len(),
                    1,
                    "only the log's signature is kept"
                );
            }
            WitnessDecision::Rejected(rejected) => {
                assert_eq!(
                    rejected.reason().status(),
                    case.status,
                    "{}: {:?}",
                    case.name,
                    rejected.reason()
                );
                assert_eq!(
                    rejected.reason().size_body(),
                    case.conflict_size.map(|size| format!("{size}\n")),
                    "{}",
                    case.name
                );
                assert_eq!(
                    rejected.evidence().map(|evidence| spelled(evidence.kind())),
                    case.evidence.as_deref(),
                    "{}",
                    case.name
                );
                if let Some(evidence) = rejected.evidence() {
                    assert_eq!(evidence.held(), last.as_ref(), "both notes are kept");
                    assert_eq!(evidence.submitted(), &submitted, "both notes are kept");
                }
            }
        }
    }
}

#[test]
fn malformed_requests_are_refused() {
    for case in read().malformed {
        assert!(AddCheckpoint::parse(case.request.as_bytes()).is_err(), "{}", case.name);
    }
    assert_eq!(AddCheckpoint::parse(b"\xff\n\n"), Err(AddCheckpointError::Malformed));
}

#[test]
fn a_cosignature_comes_only_after_the_state_is_persisted_and_then_convinces_a_policy() {
    let (log, cosigner) = (log(), cosigner());
    let head = MemoryTree::of(&leaves(5)).signed(5, &log);
    let request = AddCheckpoint::new(0, vec![], head.clone()).unwrap();
    let WitnessDecision::Accepted(accepted) = decide(request, &[log.verifier_key().clone()], None)
    else {
        panic!("accepted")
    };
    let persisted = accepted.persisted();
    assert_eq!(persisted.state(), &head);
    let body = format!("{}\n", persisted.cosign(&cosigner, time(7)));

    let vouched =
        add_cosignatures(&head, body.as_bytes(), &[cosigner.verifier_key().clone()]).unwrap();
    let policy = Policy::of_log(log.verifier_key(), &[cosigner.verifier_key().clone()], 1).unwrap();
    assert!(policy.verify(&head).is_err());
    assert_eq!(
        policy.verify(&vouched).unwrap().cosigned_at(cosigner.verifier_key().name()),
        Some(time(7))
    );

    let fresher = add_cosignatures(
        &vouched,
        format!("{}\n", persisted.cosign(&cosigner, time(8))).as_bytes(),
        &[cosigner.verifier_key().clone()],
    );
    let fresher = policy.verify(&fresher.unwrap()).unwrap();
    assert_eq!((fresher.cosigners().len(), fresher.cosigners()[0].time()), (1, time(8)));
}

#[test]
fn an_answer_is_taken_only_from_trusted_cosigners() {
    let (log, cosigner) = (log(), cosigner());
    let stranger = Cosigner::from_seed(name("witness.example/stranger"), &[3; 32]).unwrap();
    let tree = MemoryTree::of(&leaves(5));
    let (head, other) = (tree.signed(5, &log), tree.signed(4, &log));
    let trusted = [cosigner.verifier_key().clone(), log.verifier_key().clone()];
    let line = |cosigner: &Cosigner, head: &SignedCheckpoint| {
        format!("{}\n", cosigner.cosign(head.checkpoint(), time(7)))
    };

    let mixed = add_cosignatures(
        &head,
        (line(&stranger, &head) + &line(&cosigner, &head)).as_bytes(),
        &trusted,
    )
    .unwrap();
    assert_eq!(mixed.note().signatures().len(), 2, "the unknown cosignature is ignored");
    let refused = |body: &str| add_cosignatures(&head, body.as_bytes(), &trusted).unwrap_err();
    assert!(matches!(
        refused(&line(&stranger, &head)),
        CosignatureAnswerError::NotTrusted(NoteVerifyError::NoKnownKey)
    ));
    assert!(matches!(
        refused(&line(&cosigner, &other)),
        CosignatureAnswerError::NotTrusted(NoteVerifyError::BadSignature { .. })
    ));
    assert!(matches!(
        refused(&format!("{}\n", log.sign(head.note().text()))),
        CosignatureAnswerError::NotTrusted(NoteVerifyError::NoKnownKey)
    ));
    assert!(matches!(refused(""), CosignatureAnswerError::Malformed(_)));
    assert!(matches!(
        refused(line(&cosigner, &head).trim_end()),
        CosignatureAnswerError::Malformed(_)
    ));
    assert!(matches!(
        refused(&format!("\n{}", line(&cosigner, &head))),
        CosignatureAnswerError::Malformed(_)
    ));
}

#[test]
fn the_state_of_another_log_is_a_fault_of_the_caller() {
    let log = log();
    let other = NoteSigner::from_seed(name("log.example/other"), &[4; 32]).unwrap();
    let tree = MemoryTree::of(&leaves(5));
    let request = AddCheckpoint::new(0, vec![], tree.signed(5, &log)).unwrap();
    let WitnessDecision::Rejected(rejected) =
        decide(request, &[log.verifier_key().clone()], Some(&tree.signed(5, &other)))
    else {
        panic!("rejected")
    };
    assert_eq!((rejected.reason().status(), rejected.evidence()), (500, None));
}

#[test]
fn a_cosigner_key_of_the_logs_name_does_not_stand_in_for_the_log() {
    let log = log();
    let head = MemoryTree::of(&leaves(5)).signed(5, &log);
    let namesake = Cosigner::from_seed(log.verifier_key().name().clone(), &[5; 32]).unwrap();
    let line = namesake.cosign(head.checkpoint(), time(7));
    let note = Note::new(head.note().text().to_owned(), vec![line]).unwrap();
    let request =
        AddCheckpoint::new(0, vec![], SignedCheckpoint::from_note(note).unwrap()).unwrap();
    let WitnessDecision::Rejected(rejected) =
        decide(request, &[namesake.verifier_key().clone()], None)
    else {
        panic!("rejected")
    };
    assert_eq!(rejected.reason().status(), 403);
}

#[test]
fn a_size_body_has_one_form() {
    assert_eq!(parse_size_body(b"8\n"), Some(8));
    for refused in [&b"8"[..], b"08\n", b"8\n\n", b" 8\n", b"\n", b"", b"\xff\n"] {
        assert_eq!(parse_size_body(refused), None);
    }
}

#[test]
fn only_contradictions_convict_a_log() {
    assert!(
        MisbehaviourKind::SplitView.is_conclusive()
            && MisbehaviourKind::EmptyTreeWithEntries.is_conclusive()
    );
    assert!(!MisbehaviourKind::UnprovedGrowth.is_conclusive());
}

#[test]
fn more_hashes_than_the_spec_allows_cannot_be_sent() {
    let head = MemoryTree::of(&leaves(5)).signed(5, &log());
    assert!(AddCheckpoint::new(1, vec![empty_root(); 63], head.clone()).is_ok());
    assert_eq!(
        AddCheckpoint::new(1, vec![empty_root(); 64], head),
        Err(AddCheckpointError::TooManyHashes)
    );
}

#[test]
fn a_request_gives_back_what_was_read() {
    let head = MemoryTree::of(&leaves(5)).signed(5, &log());
    let hashes = leaves(3);
    let request = AddCheckpoint::new(4, hashes.clone(), head.clone()).unwrap();
    let read = AddCheckpoint::parse(request.to_string().as_bytes()).unwrap();
    assert_eq!((read.old_size(), read.proof(), read.checkpoint()), (4, hashes.as_slice(), &head));
}

proptest! {
    #[test]
    fn a_witness_follows_any_honest_log_and_no_fork_of_it(steps in prop::collection::vec(1..40u64, 1..12), fork: prop::sample::Index) {
        let log = log();
        let trusted = [log.verifier_key().clone()];
        let size = steps.iter().sum();
        let honest = MemoryTree::of(&leaves(size));
        let mut forked_leaves = leaves(size + 1);
        let fork_at = fork.index(usize::try_from(size).unwrap());
        forked_leaves[fork_at] = empty_root();
        let forked = MemoryTree::of(&forked_leaves);

        let mut last: Option<SignedCheckpoint> = None;
        let mut at = 0;
        for step in steps {
            let request = AddCheckpoint::new(at, prove_consistency(&honest, at, at + step).unwrap(), honest.signed(at + step, &log)).unwrap();
            let WitnessDecision::Accepted(accepted) = decide(request, &trusted, last.as_ref()) else { panic!("an honest step is accepted") };
            last = Some(accepted.persisted().state().clone());
            at += step;
        }
        let request = AddCheckpoint::new(at, prove_consistency(&forked, at, at + 1).unwrap(), forked.signed(at + 1, &log)).unwrap();
        let WitnessDecision::Rejected(rejected) = decide(request, &trusted, last.as_ref()) else { panic!("a fork is rejected") };
        prop_assert_eq!(rejected.reason().status(), 422);
        prop_assert_eq!(rejected.evidence().unwrap().held(), last.as_ref());
    }

    #[test]
    fn no_body_panics_and_what_parses_prints_the_same(noise in prop::collection::vec(any::<u8>(), 0..120), at: prop::sample::Index, byte: u8) {
        if let Ok(request) = AddCheckpoint::parse(&noise) {
            prop_assert_eq!(request.to_string().into_bytes(), noise);
        }
        let mut damaged = read().cases[3].request.clone().into_bytes();
        let at = at.index(damaged.len());
        damaged[at] = byte;
        if let Ok(request) = AddCheckpoint::parse(&damaged) {
            prop_assert_eq!(request.to_string().into_bytes(), damaged);
        }
    }
}

#[test]
fn a_foreign_checkpoint_with_extension_lines_is_kept_as_it_is() {
    let log = log();
    let origin = Origin::from(log.verifier_key().name().clone());
    let text = format!("{}an extension\n", Checkpoint::new(origin, 0, empty_root()).unwrap());
    let head = SignedCheckpoint::from_note(Note::new(text.clone(), vec![log.sign(&text)]).unwrap())
        .unwrap();
    let request = AddCheckpoint::new(0, vec![], head.clone()).unwrap();
    let WitnessDecision::Accepted(accepted) = decide(request, &[log.verifier_key().clone()], None)
    else {
        panic!("accepted")
    };
    let line = accepted.persisted().cosign(&cosigner(), time(7));
    let key = cosigner().verifier_key().clone();
    assert!(key.verify(&text, line.signature()).is_ok());
    assert!(key.verify(text.trim_end_matches("an extension\n"), line.signature()).is_err());
}
