//! Logged, witnessed, mirrored.

use heqi_evidence::anchors::{CosignerAnchor, Vkey};
use heqi_evidence::bundle::BundleParts;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::ClaimName::{Logged, Mirrored, Witnessed};
use heqi_evidence::verdict::Status::{Contradicted, NotProved, Proved};
use heqi_evidence::verdict::Verdict;
use heqi_testkit::{NOTARY, PLATFORM, Story, Twists};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::cosignature::Cosigner;
use heqi_tlog::note::KeyName;
use heqi_tlog::proof_file::ProofFile;

use crate::{ANCHORS, STORY, expect, verdict_under};

fn with_proof(proof: &str) -> Verdict {
    let parts =
        BundleParts { proof: Some(proof.as_bytes().to_vec()), ..STORY.bundle(STORY.signing()) };
    verdict_under(&parts, &ANCHORS)
}

fn under(head: &SignedCheckpoint) -> Verdict {
    with_proof(&STORY.log.proof(STORY.signing().index, head).to_string())
}

#[test]
fn a_logged_witnessed_and_mirrored_record_names_who_vouches_for_each() {
    let verdict = under(&STORY.cosigned_head(STORY.log.size(), STORY.seen_at()));
    for (claim, by) in [(Logged, PLATFORM), (Witnessed, NOTARY), (Mirrored, NOTARY)] {
        assert_eq!(verdict.claim(claim).unwrap().vouched_by, [by]);
    }
    expect(&verdict, Logged, Proved, "included");
    expect(&verdict, Witnessed, Proved, "cosigned");
    expect(&verdict, Mirrored, Proved, "cosigned");
}

#[test]
fn a_head_nobody_cosigned_proves_only_the_platforms_word() {
    let verdict = under(&STORY.log.head_at(STORY.log.size()));
    expect(&verdict, Logged, Proved, "included");
    expect(&verdict, Witnessed, NotProved, "not_cosigned");
    expect(&verdict, Mirrored, NotProved, "not_cosigned");
}

#[test]
fn a_witness_is_no_mirror_and_a_mirror_no_witness() {
    let cast = &STORY.cast;
    let seen = STORY.seen_at();
    let head = STORY.head_cosigned_by(STORY.log.size(), seen, &[&cast.witness]);
    expect(&under(&head), Mirrored, NotProved, "not_cosigned");
    let head = STORY.head_cosigned_by(STORY.log.size(), seen, &[&cast.mirror]);
    expect(&under(&head), Witnessed, NotProved, "not_cosigned");
}

#[test]
fn a_cosigner_of_the_logs_own_organisation_does_not_count() {
    let head = STORY.head_cosigned_by(STORY.log.size(), STORY.seen_at(), &[&STORY.cast.insider]);
    expect(&under(&head), Witnessed, NotProved, "not_cosigned");
}

#[test]
fn a_proof_for_another_entry_another_size_or_another_index_is_contradicted() {
    let signing = STORY.signing();
    let size = STORY.log.size();
    let head = STORY.cosigned_head(size, STORY.seen_at());
    let other = STORY.first(RecordKind::Confirmation).index;
    let cases = [
        STORY.log.proof(other, &head),
        ProofFile::new(other, STORY.log.inclusion(signing.index, size), head.clone()).unwrap(),
        // A head from before the record was there: the log as it would be if truncated.
        ProofFile::new(
            signing.index,
            Vec::new(),
            STORY.cosigned_head(signing.index, STORY.seen_at()),
        )
        .unwrap(),
        ProofFile::new(
            signing.index,
            STORY.log.inclusion(signing.index, size),
            STORY.cosigned_head(size - 1, STORY.seen_at()),
        )
        .unwrap(),
    ];
    for proof in cases {
        expect(&with_proof(&proof.to_string()), Logged, Contradicted, "not_included");
    }
}

#[test]
fn a_signature_of_a_known_key_that_does_not_hold_is_contradicted() {
    let text = String::from_utf8(STORY.bundle(STORY.signing()).proof.unwrap()).unwrap();
    for key in ["log.platform.example/first ", "witness.notary.example/first "] {
        let at = text.rfind(&format!("— {key}")).unwrap() + "— ".len() + key.len() + 30;
        let mut bytes = text.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let verdict = with_proof(std::str::from_utf8(&bytes).unwrap());
        expect(&verdict, Logged, Contradicted, "log_signature_invalid");
    }
}

/// Who cosigns under the log's name is known by its key, and is not the log.
#[test]
fn a_cosigner_of_the_logs_name_is_no_unknown_key_of_the_log() {
    let name = KeyName::new(STORY.log.origin()).unwrap();
    let namesake = Cosigner::from_seed(name, &[7; 32]).unwrap();
    let cosigned = STORY.head_cosigned_by(STORY.log.size(), STORY.seen_at(), &[&namesake]);
    let text = STORY.log.proof(STORY.signing().index, &cosigned).to_string();
    let own = String::from_utf8(STORY.log.head_at(STORY.log.size()).to_bytes()).unwrap();
    let own = own.lines().find(|line| line.starts_with("— log.platform")).unwrap();
    let proof = text.replace(&format!("{own}\n"), "");
    assert_ne!(proof, text);
    let mut anchors = ANCHORS.clone();
    let known = CosignerAnchor {
        vkey: Vkey(namesake.verifier_key().clone()),
        ..anchors.cosigners[0].clone()
    };
    let parts = BundleParts { proof: Some(proof.into_bytes()), ..STORY.bundle(STORY.signing()) };
    let verdict = verdict_under(&parts, &anchors);
    expect(&verdict, Logged, NotProved, "log_key_unknown");
    anchors.cosigners.push(known);
    let verdict = verdict_under(&parts, &anchors);
    expect(&verdict, Logged, Contradicted, "log_signature_invalid");
}

#[test]
fn a_log_nobody_anchored_proves_nothing() {
    let mut anchors = ANCHORS.clone();
    anchors.logs.remove(0);
    let verdict = verdict_under(&STORY.bundle(STORY.signing()), &anchors);
    expect(&verdict, Logged, NotProved, "log_unknown");
    expect(&verdict, Witnessed, NotProved, "log_unknown");
}

/// The anchors are of before the log changed its key: nothing is proved, and nothing speaks against it.
#[test]
fn a_head_of_the_same_origin_by_another_key_proves_nothing() {
    let other = Story::tell(8, &Twists::default());
    let mut anchors = ANCHORS.clone();
    anchors.logs[0] = other.anchors().logs.remove(0);
    let verdict = verdict_under(&STORY.bundle(STORY.signing()), &anchors);
    for claim in [Logged, Witnessed, Mirrored] {
        expect(&verdict, claim, NotProved, "log_key_unknown");
    }
    assert!(verdict.claim(Logged).unwrap().vouched_by.is_empty());
}

/// A new name does not excuse what is wrong, nor does a signature of nobody.
#[test]
fn an_unknown_key_excuses_no_signature_that_does_not_hold_and_no_missing_one() {
    let text = String::from_utf8(STORY.bundle(STORY.signing()).proof.unwrap()).unwrap();
    let mut anchors = ANCHORS.clone();
    anchors.logs[0] = Story::tell(8, &Twists::default()).anchors().logs.remove(0);
    let key = "— witness.notary.example/first ";
    let at = text.rfind(key).unwrap() + key.len() + 30;
    let mut bytes = text.clone().into_bytes();
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    let without: String =
        text.split_inclusive('\n').filter(|line| !line.starts_with("— log.platform")).collect();
    for proof in [bytes, without.into_bytes()] {
        let parts = BundleParts { proof: Some(proof), ..STORY.bundle(STORY.signing()) };
        let verdict = verdict_under(&parts, &anchors);
        expect(&verdict, Logged, Contradicted, "log_signature_invalid");
    }
}

#[test]
fn a_log_that_changed_its_key_is_still_known_by_either() {
    let other = Story::tell(8, &Twists::default()).anchors().logs.remove(0);
    for place in [0, 1] {
        let mut anchors = ANCHORS.clone();
        anchors.logs.insert(place, other.clone());
        let verdict = verdict_under(&STORY.bundle(STORY.signing()), &anchors);
        expect(&verdict, Logged, Proved, "included");
    }
}

#[test]
fn no_proof_is_not_proved_and_a_malformed_one_is_contradicted() {
    let parts = BundleParts { proof: None, ..STORY.bundle(STORY.signing()) };
    expect(&verdict_under(&parts, &ANCHORS), Logged, NotProved, "no_proof");
    expect(
        &with_proof("c2sp.org/tlog-proof@v1\nindex 0\n"),
        Logged,
        Contradicted,
        "part_malformed",
    );
}
