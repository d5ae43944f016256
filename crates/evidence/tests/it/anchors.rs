//! The keys a verifier is given, and when they count.

use heqi_evidence::anchors::{Anchors, AnchorsError, AnchorsFile, MAX_BYTES, Vkey};
use heqi_evidence::examine::Question;
use heqi_evidence::verdict::ClaimName::{Complete, Deposited, Logged, SignedBy, Witnessed};
use heqi_evidence::verdict::Conclusion;
use heqi_evidence::verdict::Status::{NotProved, Proved};
use heqi_evidence::verdict::Verdict;
use heqi_testkit::{Story, Twists};
use heqi_vocabulary::Digest;

use crate::{ANCHORS, STORY, conclusion, expect, verdict_under, verdict_with};

fn parse(anchors: &Anchors) -> Result<AnchorsFile, AnchorsError> {
    AnchorsFile::parse(&STORY.cast.publish(anchors))
}

fn under(change: impl Fn(&mut Anchors)) -> Verdict {
    let mut anchors = ANCHORS.clone();
    change(&mut anchors);
    verdict_under(&STORY.bundle_with_chain(STORY.signing()), &anchors)
}

#[test]
fn a_published_list_reads_back_with_the_digest_of_the_file() {
    let bytes = STORY.anchors_file();
    let file = AnchorsFile::parse(&bytes).unwrap();
    assert_eq!(file.anchors, *ANCHORS);
    assert_eq!(file.digest, Digest::of(&bytes));
}

#[test]
fn a_list_that_its_publisher_did_not_sign_is_refused() {
    let mut anchors = ANCHORS.clone();
    anchors.publisher = Story::tell(7, &Twists::default()).anchors().publisher;
    assert!(matches!(parse(&anchors), Err(AnchorsError::Statement(_))));
    let mut bytes = STORY.anchors_file();
    for place in (0..bytes.len()).step_by(3) {
        bytes[place] ^= 1;
        assert!(AnchorsFile::parse(&bytes).is_err(), "byte {place}");
        bytes[place] ^= 1;
    }
    assert!(matches!(AnchorsFile::parse(&vec![b' '; MAX_BYTES + 1]), Err(AnchorsError::TooLarge)));
    assert!(AnchorsFile::parse(b"").is_err());
    let receipt = &STORY.bundle(STORY.signing()).deposits[0];
    assert!(AnchorsFile::parse(receipt).is_err());
}

#[test]
fn one_key_in_two_roles_is_refused() {
    let refused = |change: &dyn Fn(&mut Anchors)| {
        let mut anchors = ANCHORS.clone();
        change(&mut anchors);
        matches!(parse(&anchors), Err(AnchorsError::SharedKey(_)))
    };
    assert!(!refused(&|_| ()));
    assert!(refused(&|anchors| anchors.logs.push(anchors.logs[0].clone())));
    assert!(refused(&|anchors| anchors.cosigners[1].vkey = anchors.cosigners[0].vkey.clone()));
    assert!(refused(&|anchors| anchors.custodians[1].key = anchors.custodians[0].key.clone()));
    assert!(refused(&|anchors| {
        // The same Ed25519 key as a log and as a witness: a log that watches itself.
        let key = anchors.logs[0].vkey.0.clone();
        let witness = heqi_tlog::note::VerifierKey::new(
            key.name().clone(),
            heqi_tlog::note::SignatureType::CosignatureV1,
            key.public_key(),
        );
        anchors.cosigners[0].vkey = Vkey(witness.unwrap());
    }));
}

#[test]
fn a_key_of_a_type_that_does_not_fit_its_role_is_refused() {
    let mut anchors = ANCHORS.clone();
    let (log, witness) = (anchors.logs[0].vkey.clone(), anchors.cosigners[0].vkey.clone());
    anchors.logs[0].vkey = witness;
    assert!(matches!(parse(&anchors), Err(AnchorsError::KeyType(_))));
    let mut anchors = ANCHORS.clone();
    anchors.cosigners[0].vkey = log;
    assert!(matches!(parse(&anchors), Err(AnchorsError::KeyType(_))));
}

#[test]
fn a_key_counts_only_within_its_validity_and_until_it_is_distrusted() {
    let before = ANCHORS.published_at;
    let early = STORY.seen_at().plus_millis(-3_600_000);
    let late = STORY.seen_at().plus_millis(3_600_000);
    let changes: [&dyn Fn(&mut heqi_evidence::anchors::Validity); 3] = [
        &|validity| validity.distrust_after = Some(early),
        &|validity| validity.valid_until = Some(early),
        &|validity| validity.valid_from = late,
    ];
    for change in changes {
        let log = under(|anchors| change(&mut anchors.logs[0].validity));
        expect(&log, Logged, NotProved, "key_not_valid_then");
        let witness = under(|anchors| change(&mut anchors.cosigners[0].validity));
        expect(&witness, Witnessed, NotProved, "not_cosigned");
        expect(&witness, Logged, Proved, "included");
        let custodian = under(|anchors| change(&mut anchors.custodians[0].validity));
        expect(&custodian, Deposited, NotProved, "deposited_partly");
        expect(&custodian, Complete, NotProved, "key_not_valid_then");
        let root = under(|anchors| change(&mut anchors.certificate_roots[0].validity));
        expect(&root, SignedBy, NotProved, "certificate_untrusted");
    }
    // What was signed before the distrust began still stands.
    let verdict = under(|anchors| {
        anchors.logs[0].validity.distrust_after = Some(late);
        anchors.custodians[0].validity.distrust_after = Some(late);
        anchors.cosigners[0].validity.valid_from = before;
    });
    assert_eq!(conclusion(&verdict), Conclusion::Proved);
}

#[test]
fn a_question_put_at_an_instant_relies_only_on_what_was_valid_and_known_then() {
    let parts = STORY.bundle_with_chain(STORY.signing());
    let at = |instant, anchors: &Anchors| {
        verdict_with(
            &parts,
            &Question { anchors: Some(anchors), at: Some(instant), ..Question::default() },
        )
    };
    let seen = STORY.seen_at();
    assert_eq!(conclusion(&at(seen.plus_millis(1), &ANCHORS)), Conclusion::Proved);
    // A second earlier nobody had said anything yet.
    let early = at(seen.plus_millis(-1_000), &ANCHORS);
    expect(&early, Witnessed, NotProved, "not_cosigned");
    expect(&early, Deposited, NotProved, "deposited_partly");
    // A key that has lapsed by the time of the question is not relied on, though what was
    // compromised later is judged by the time of the evidence.
    let mut lapsed = ANCHORS.clone();
    lapsed.cosigners[0].validity.valid_until = Some(seen.plus_millis(1_000));
    expect(&at(seen.plus_millis(500), &lapsed), Witnessed, Proved, "cosigned");
    expect(&at(seen.plus_millis(2_000), &lapsed), Witnessed, NotProved, "not_cosigned");
}

#[test]
fn a_question_about_an_instant_relies_on_a_log_key_that_was_valid_and_a_record_that_was_there() {
    let parts = STORY.bundle(STORY.signing());
    let recorded = STORY.signing().record.frame().place.recorded_at;
    let until = STORY.seen_at().plus_millis(1_000);
    let mut anchors = ANCHORS.clone();
    anchors.logs[0].validity.valid_until = Some(until);
    let at = |instant| {
        let question =
            Question { anchors: Some(&anchors), at: Some(instant), ..Question::default() };
        verdict_with(&parts, &question)
    };
    for good in [recorded, STORY.seen_at(), until] {
        expect(&at(good), Logged, Proved, "included");
    }
    for bad in [recorded.plus_millis(-1), until.plus_millis(1)] {
        expect(&at(bad), Logged, NotProved, "key_not_valid_then");
    }
}
