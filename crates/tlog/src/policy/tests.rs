use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::testing::vectors;

#[derive(Deserialize)]
struct Vectors {
    parse: Vec<ParseCase>,
    verify: Vec<VerifyCase>,
}

#[derive(Deserialize)]
struct ParseCase {
    name: String,
    policy: String,
    valid: bool,
}

#[derive(Deserialize)]
struct VerifyCase {
    name: String,
    policy: String,
    note: String,
    cosigners: Option<Vec<String>>,
}

fn read() -> Vectors {
    vectors(include_str!("../../../../tests/vectors/tlog/policy.json"))
}

#[test]
fn the_policy_vectors_are_judged_as_they_say() {
    for case in read().parse {
        let parsed = Policy::parse(&case.policy);
        assert_eq!(parsed.is_ok(), case.valid, "{}: {parsed:?}", case.name);
    }
}

#[test]
fn a_refused_policy_names_the_line_and_the_reason() {
    let why = |name: &str| {
        Policy::parse(&read().parse.iter().find(|case| case.name == name).unwrap().policy)
            .unwrap_err()
    };
    let at = |number, reason| PolicyError::Line { number, reason: Box::new(reason) };
    assert_eq!(why("no quorum"), PolicyError::NoQuorum);
    assert_eq!(why("two quorums"), at(4, PolicyError::SecondQuorum));
    assert_eq!(why("an unknown quorum"), at(3, PolicyError::UnknownName));
    assert_eq!(why("a quorum before its definition"), at(1, PolicyError::UnknownName));
    assert_eq!(why("no final newline"), PolicyError::NoFinalNewline);
    assert_eq!(why("a carriage return"), PolicyError::ControlCharacter);
    assert_eq!(why("a log key for a witness"), at(1, PolicyError::WrongKeyType));
    assert_eq!(why("a witness key twice under two names"), at(3, PolicyError::DuplicateKey));
    assert_eq!(why("one key for log and witness"), at(2, PolicyError::DuplicateKey));
    assert_eq!(why("a witness called none"), at(1, PolicyError::NameTaken));
    assert_eq!(why("a member of two groups"), at(4, PolicyError::GroupedTwice));
    assert_eq!(why("a threshold beyond the members"), at(3, PolicyError::BadThreshold));
    assert_eq!(
        why("a group without members").to_string(),
        "line 3 of the policy: the line defines nothing known"
    );
}

#[test]
fn the_verification_vectors_are_judged_as_they_say() {
    for case in read().verify {
        let policy = Policy::parse(&case.policy).unwrap();
        let verified = policy.verify(&SignedCheckpoint::parse(case.note.as_bytes()).unwrap());
        let cosigners = verified.as_ref().ok().map(|verified| {
            verified.cosigners().iter().map(|by| by.key().name().to_string()).collect::<Vec<_>>()
        });
        assert_eq!(cosigners, case.cosigners, "{}: {verified:?}", case.name);
        if let Ok(verified) = verified {
            assert_eq!(verified.log_key().name(), verified.checkpoint().origin().key_name());
            assert_eq!(verified.signed().to_bytes(), case.note.as_bytes());
        }
    }
}

#[test]
fn a_refused_checkpoint_says_why() {
    let why = |name: &str| {
        let vectors = read();
        let case = vectors.verify.iter().find(|case| case.name == name).unwrap();
        Policy::parse(&case.policy)
            .unwrap()
            .verify(&SignedCheckpoint::parse(case.note.as_bytes()).unwrap())
            .unwrap_err()
    };
    assert_eq!(why("the witness is missing"), PolicyViolation::NoQuorum { cosigners: 0 });
    assert_eq!(why("three of X and none of Y"), PolicyViolation::NoQuorum { cosigners: 3 });
    assert_eq!(why("not signed by the log"), PolicyViolation::NotSignedByLog);
    assert_eq!(why("signed by another log of the policy"), PolicyViolation::NotSignedByLog);
    assert_eq!(why("a log the policy does not list"), PolicyViolation::UnknownOrigin);
    assert_eq!(why("no log listed"), PolicyViolation::UnknownOrigin);
    assert_eq!(why("an empty tree with a root"), PolicyViolation::EmptyTreeWithEntries);
    assert!(matches!(
        why("a forged cosignature nobody asked for"),
        PolicyViolation::Note(NoteVerifyError::BadSignature { .. })
    ));
}

#[test]
fn a_policy_made_in_code_is_the_one_that_would_be_read() {
    let cases = read().verify;
    let example =
        Policy::parse(&cases.iter().find(|case| case.name == "all of them").unwrap().policy)
            .unwrap();
    let log = example.logs()[0].key().clone();
    let cosigners = example.witnesses().map(|(key, _)| key.clone()).collect::<Vec<_>>();
    let all = SignedCheckpoint::parse(
        cases.iter().find(|case| case.name == "all of them").unwrap().note.as_bytes(),
    )
    .unwrap();
    let two = SignedCheckpoint::parse(
        cases.iter().find(|case| case.name == "one of X and one of Y").unwrap().note.as_bytes(),
    )
    .unwrap();
    for threshold in 0..=6 {
        let policy = Policy::of_log(&log, &cosigners, threshold).unwrap();
        assert_eq!(policy.verify(&all).unwrap().cosigners().len(), 6);
        assert_eq!(policy.verify(&two).is_ok(), threshold <= 2, "{threshold}");
    }
    assert!(Policy::of_log(&log, &cosigners, 7).is_err());
    assert!(Policy::of_log(&log, &[], 1).is_err());
    assert!(Policy::of_log(&log, &[], 0).unwrap().verify(&two).unwrap().cosigners().is_empty());
    assert!(Policy::of_log(&cosigners[0], &[], 0).is_err());
}

#[test]
fn urls_are_kept_for_those_who_call_them() {
    let read_case = |name: &str| {
        Policy::parse(&read().parse.iter().find(|case| case.name == name).unwrap().policy).unwrap()
    };
    assert_eq!(read_case("white space and comments").logs()[0].url(), Some("https://log.example/"));
    let urls = read_case("a witness with a URL");
    assert_eq!(
        urls.witnesses().map(|(_, url)| url).collect::<Vec<_>>(),
        [Some("https://witness.example/")]
    );
}

#[test]
fn a_policy_of_too_many_definitions_is_refused() {
    let line = |number: u32| {
        let mut seed = [0; 32];
        seed[..4].copy_from_slice(&number.to_be_bytes());
        let signer = crate::note::NoteSigner::from_seed(crate::testing::name("l"), &seed).unwrap();
        format!("log {}\n", signer.verifier_key())
    };
    let count = u32::try_from(MAX_DEFINITIONS).unwrap();
    let most = (0..count).map(line).collect::<Vec<_>>().concat();
    assert!(Policy::parse(&format!("{most}quorum none\n")).is_ok());
    let reason = Box::new(PolicyError::TooMany);
    let number = MAX_DEFINITIONS + 1;
    assert_eq!(
        Policy::parse(&format!("{most}{}quorum none\n", line(count))),
        Err(PolicyError::Line { number, reason })
    );
}

#[test]
fn a_policy_has_at_most_512_witnesses_and_groups() {
    let witness = |number: u16| {
        let mut seed = [0; 32];
        seed[..2].copy_from_slice(&number.to_be_bytes());
        let name = crate::testing::name("w");
        let key = crate::cosignature::Cosigner::from_seed(name, &seed).unwrap();
        format!("witness w{number} {}\n", key.verifier_key())
    };
    let group = |number: u16| format!("group g{number} any w{number}\n");
    let most = (0..256).map(witness).chain((0..256).map(group)).collect::<String>();
    assert!(Policy::parse(&format!("{most}quorum g0\n")).is_ok());
    let reason = Box::new(PolicyError::TooMany);
    assert_eq!(
        Policy::parse(&format!("{most}{}quorum g0\n", witness(256))),
        Err(PolicyError::Line { number: 513, reason })
    );
}

proptest! {
    #[test]
    fn no_text_panics(text in "(log|witness|group|quorum|none|all|any|[0-9a-z]{1,3}|[ \t\n#+]){0,30}") {
        let _judged: Result<Policy, PolicyError> = Policy::parse(&text);
    }

    #[test]
    fn a_quorum_is_what_counting_says(signed in prop::collection::vec(any::<bool>(), 6)) {
        let case = read().verify.into_iter().find(|case| case.name == "all of them").unwrap();
        let all = SignedCheckpoint::parse(case.note.as_bytes()).unwrap();
        let (log_line, cosigners) = all.note().signatures().split_first().unwrap();
        let chosen = cosigners.iter().zip(&signed).filter(|(_, signed)| **signed).map(|(line, _)| line.clone());
        let note = crate::note::Note::new(all.note().text().to_owned(), [log_line.clone()].into_iter().chain(chosen).collect()).unwrap();
        let accepted = Policy::parse(&case.policy).unwrap().verify(&SignedCheckpoint::from_note(note).unwrap()).is_ok();
        let count = |range: std::ops::Range<usize>| signed[range].iter().filter(|signed| **signed).count();
        prop_assert_eq!(accepted, count(0..3) >= 2 && count(3..6) >= 1);
    }
}
