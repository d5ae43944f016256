//! Time stamps over heads of the log.

use heqi_evidence::anchors::{Anchors, TimeRootAnchor};
use heqi_evidence::bundle::{BundleParts, write_consistency};
use heqi_evidence::verdict::ClaimName::{Logged, Time};
use heqi_evidence::verdict::Status::{Contradicted, NotProved, Proved};
use heqi_evidence::verdict::Verdict;
use heqi_testkit::NOTARY;
use heqi_testkit::time::TIME_POLICY;
use heqi_tlog::checkpoint::{Checkpoint, SignedCheckpoint};

use crate::{ANCHORS, STORY, expect, verdict_under};

/// The signing with a proof to a head of this size.
fn bundle(head: u64) -> BundleParts {
    let cosigned = STORY.cosigned_head(head, STORY.seen_at());
    let proof = STORY.log.proof(STORY.signing().index, &cosigned).to_string().into_bytes();
    BundleParts { proof: Some(proof), ..STORY.bundle(STORY.signing()) }
}

fn invalid(parts: &BundleParts) {
    expect(&verdict_under(parts, &ANCHORS), Time, Contradicted, "time_anchor_invalid");
}

#[test]
fn a_stamped_head_may_be_older_newer_or_the_one_of_the_proof() {
    let size = STORY.log.size();
    for (head, stamped) in [(size, size), (size, size - 1), (size - 1, size)] {
        let parts = STORY.stamped(bundle(head), stamped, 1);
        expect(&verdict_under(&parts, &ANCHORS), Time, Proved, "between_timestamped");
    }
}

#[test]
fn a_stamped_head_covers_the_record() {
    let index = STORY.signing().index;
    let size = STORY.log.size();
    let parts = STORY.stamped(bundle(size), index + 1, 1);
    expect(&verdict_under(&parts, &ANCHORS), Time, Proved, "between_timestamped");
    for before in [index, index - 1] {
        invalid(&STORY.stamped(bundle(size), before, 1));
    }
}

#[test]
fn a_stamped_head_has_the_size_of_its_name_and_the_origin_of_the_log() {
    let size = STORY.log.size();
    let mut renamed = bundle(size);
    let anchor = STORY.time_anchor(&renamed, size, 1);
    renamed.time.insert(size - 1, anchor);
    invalid(&renamed);

    // The same root under the notary's name and key.
    let root = STORY.log.head_at(size).checkpoint().root();
    let origin = STORY.notary_log.head_at(1).checkpoint().origin().clone();
    let checkpoint = Checkpoint::new(origin, size, root).unwrap();
    let note = SignedCheckpoint::sign(checkpoint, STORY.notary_log.signer()).unwrap();
    let mut foreign = STORY.stamped(bundle(size), size, 1);
    foreign.time.get_mut(&size).unwrap().note = note.to_bytes();
    invalid(&foreign);
}

#[test]
fn two_heads_are_of_one_history_by_a_proof_between_them() {
    let size = STORY.log.size();
    let with = |stamped: u64, proof: Option<Vec<u8>>| {
        let mut parts = STORY.stamped(bundle(size), stamped, 1);
        parts.time.get_mut(&stamped).unwrap().consistency = proof;
        parts
    };
    let proof = write_consistency(&STORY.log.consistency(size - 1, size));
    let good = verdict_under(&with(size - 1, Some(proof.clone())), &ANCHORS);
    expect(&good, Time, Proved, "between_timestamped");
    invalid(&with(size - 1, None));
    invalid(&with(size - 1, Some(b"no proof".to_vec())));
    let another = write_consistency(&STORY.log.consistency(size - 2, size));
    invalid(&with(size - 1, Some(another)));
    // Heads of one size need none, and none fits.
    invalid(&with(size, Some(proof)));
}

#[test]
fn a_token_counts_under_its_own_root_policy_and_time() {
    let size = STORY.log.size();
    let parts = STORY.stamped(bundle(size), size, 1);
    let under = |change: &dyn Fn(&mut TimeRootAnchor)| -> Verdict {
        let mut anchors: Anchors = ANCHORS.clone();
        change(&mut anchors.time_roots[0]);
        verdict_under(&parts, &anchors)
    };
    let first = ANCHORS.time_roots[0].organisation.clone();
    let verdict = under(&|root| root.policy = Some(TIME_POLICY.into()));
    expect(&verdict, Time, Proved, "between_timestamped");
    assert_eq!(verdict.claim(Time).unwrap().vouched_by, [NOTARY.to_owned(), first]);
    for change in [
        |root: &mut TimeRootAnchor| root.policy = Some("1.2.3".into()),
        |root: &mut TimeRootAnchor| root.validity.valid_until = Some(STORY.seen_at()),
        |root: &mut TimeRootAnchor| {
            root.validity.valid_from = STORY.seen_at().plus_millis(3_600_000);
        },
    ] {
        expect(&under(&change), Time, Proved, "between");
    }
}

/// Whoever holds the key of a log can date what it signs; a token from before the key was
/// distrusted cannot be made later.
#[test]
fn a_stamp_of_before_a_key_was_distrusted_keeps_the_record_in_the_log() {
    let size = STORY.log.size();
    let seen = STORY.seen_at();
    let late = STORY.cosigned_head(size, seen.plus_millis(3_600_000));
    let proof = STORY.log.proof(STORY.signing().index, &late).to_string().into_bytes();
    let parts = BundleParts { proof: Some(proof), ..STORY.bundle(STORY.signing()) };
    let mut anchors = ANCHORS.clone();
    anchors.logs[0].validity.distrust_after = Some(seen.plus_millis(60_000));
    expect(&verdict_under(&parts, &anchors), Logged, NotProved, "key_not_valid_then");
    let stamped = STORY.stamped(parts, size, 1);
    expect(&verdict_under(&stamped, &anchors), Logged, Proved, "included");
}
