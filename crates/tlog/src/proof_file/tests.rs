use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::{
    testing::{bytes, longest_note, vectors},
    tree::leaf_hash,
};

#[derive(Deserialize)]
struct Vectors {
    policy: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    file: String,
    entry: String,
    result: String,
}

fn read() -> Vectors {
    vectors(include_str!("../../../../tests/vectors/tlog/proof_file.json"))
}

#[test]
fn the_vectors_are_judged_as_they_say() {
    let vectors = read();
    let policy = Policy::parse(&vectors.policy).unwrap();
    for case in vectors.cases {
        let parsed = ProofFile::parse(case.file.as_bytes());
        let result = match &parsed {
            Err(_) => "malformed",
            Ok(proof) if proof.verify(leaf_hash(&bytes(&case.entry)), &policy).is_ok() => "proved",
            Ok(_) => "not proved",
        };
        assert_eq!(result, case.result, "{}: {parsed:?}", case.name);
        if let Ok(proof) = parsed {
            assert_eq!(proof.to_string(), case.file, "{}", case.name);
        }
    }
}

#[test]
fn a_proved_leaf_yields_the_checkpoint_and_its_cosigners() {
    let vectors = read();
    let proof = ProofFile::parse(vectors.cases[1].file.as_bytes()).unwrap();
    assert_eq!(
        (proof.index(), proof.path().len(), proof.extra()),
        (5, 3, Some(b"anything".as_slice()))
    );
    let verified = proof
        .verify(
            leaf_hash(&bytes(&vectors.cases[1].entry)),
            &Policy::parse(&vectors.policy).unwrap(),
        )
        .unwrap();
    assert_eq!(verified.checkpoint(), proof.checkpoint().checkpoint());
    let [cosigner] = verified.cosigners() else { panic!("one cosigner is known") };
    assert_eq!(cosigner.time().posix_seconds(), 1_767_225_600);
    assert_eq!(verified.cosigned_at(cosigner.key().name()), Some(cosigner.time()));
    assert_eq!(verified.cosigned_at(verified.log_key().name()), None);
}

#[test]
fn a_refusal_says_whether_the_checkpoint_or_the_path_is_at_fault() {
    let vectors = read();
    let policy = Policy::parse(&vectors.policy).unwrap();
    let judge = |name: &str| {
        let case = vectors.cases.iter().find(|case| case.name == name).unwrap();
        ProofFile::parse(case.file.as_bytes())
            .unwrap()
            .verify(leaf_hash(&bytes(&case.entry)), &policy)
            .unwrap_err()
    };
    assert_eq!(
        judge("another entry"),
        ProofFileVerifyError::Inclusion(InclusionError::RootMismatch)
    );
    assert_eq!(
        judge("no cosignature"),
        ProofFileVerifyError::Policy(PolicyViolation::NoQuorum { cosigners: 0 })
    );
}

#[test]
fn what_does_not_fit_a_proof_file_cannot_be_put_in_one() {
    let proof = ProofFile::parse(read().cases[0].file.as_bytes()).unwrap();
    let hash = proof.path()[0];
    assert_eq!(
        ProofFile::new(0, vec![hash; 64], proof.checkpoint().clone()),
        Err(ProofFileError::PathTooLong)
    );
    assert!(ProofFile::new(0, vec![hash; 63], proof.checkpoint().clone()).is_ok());
    assert_eq!(
        proof.clone().with_extra(vec![0; MAX_EXTRA_BYTES + 1]),
        Err(ProofFileError::ExtraTooLong)
    );
    let largest = proof.with_extra(vec![0; MAX_EXTRA_BYTES]).unwrap();
    assert_eq!(ProofFile::parse(largest.to_string().as_bytes()), Ok(largest));
    assert_eq!(ProofFile::parse(&vec![b'x'; MAX_FILE_BYTES + 1]), Err(ProofFileError::TooLong));
}

#[test]
fn the_largest_extra_data_path_and_note_go_into_one_file_and_no_file_is_longer_than_it_says() {
    const LONGEST: usize = 615_832;
    assert_eq!(MAX_EXTRA_BYTES, 65_536);
    let proof = ProofFile::parse(read().cases[0].file.as_bytes()).unwrap();
    let head = longest_note(proof.checkpoint());
    let largest = ProofFile::new(u64::MAX, vec![proof.path()[0]; MAX_PATH], head).unwrap();
    let largest = largest.with_extra(vec![0; MAX_EXTRA_BYTES]).unwrap();
    assert_eq!(ProofFile::parse(largest.to_string().as_bytes()), Ok(largest));
    assert_eq!(ProofFile::parse(&vec![b'x'; LONGEST]), Err(ProofFileError::Malformed));
    assert_eq!(ProofFile::parse(&vec![b'x'; LONGEST + 1]), Err(ProofFileError::TooLong));
}

proptest! {
    #[test]
    fn a_damaged_file_never_panics_and_never_proves(at: prop::sample::Index, byte: u8) {
        let vectors = read();
        let case = &vectors.cases[0];
        let mut damaged = case.file.clone().into_bytes();
        let at = at.index(damaged.len());
        damaged[at] = byte;
        let policy = Policy::parse(&vectors.policy).unwrap();
        let proved = ProofFile::parse(&damaged).is_ok_and(|proof| proof.verify(leaf_hash(&bytes(&case.entry)), &policy).is_ok());
        prop_assert_eq!(proved, damaged == case.file.as_bytes());
    }

    #[test]
    fn no_text_panics_and_what_parses_prints_the_same(text in "(c2sp.org/tlog-proof@v1\n)?(extra [A-Za-z0-9=]{0,8}\n)?(index [0-9]{1,3}\n)?.{0,60}") {
        if let Ok(proof) = ProofFile::parse(text.as_bytes()) {
            prop_assert_eq!(proof.to_string(), text);
        }
    }
}
