//! Nothing was dropped, up to where the notary says.

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::chain::ChainHead;
use heqi_evidence::verdict::ClaimName::Complete;
use heqi_evidence::verdict::Status::{Contradicted, NotProved, Proved};
use heqi_evidence::verdict::Verdict;
use heqi_testkit::{Story, Twists};
use heqi_vocabulary::{Digest, Language};

use crate::{ANCHORS, STORY, expect, verdict_of, verdict_under};

fn with_head(change: impl Fn(&mut ChainHead)) -> Verdict {
    let mut head = STORY.chain_head(STORY.records.last().unwrap());
    change(&mut head);
    let parts = BundleParts {
        chain_head: Some(STORY.cast.custodians[0].sign(&head)),
        ..STORY.bundle_with_chain(STORY.signing())
    };
    verdict_under(&parts, &ANCHORS)
}

fn with_frames(change: impl Fn(&mut Vec<Vec<u8>>)) -> Verdict {
    let mut parts = STORY.bundle_with_chain(STORY.signing());
    change(&mut parts.chain);
    verdict_under(&parts, &ANCHORS)
}

#[test]
fn a_chain_is_complete_up_to_the_head_and_counts_its_objections() {
    for objection in [false, true] {
        let story = Story::tell(1, &Twists { objection, ..Twists::default() });
        let verdict = verdict_of(&story, &story.bundle_with_chain(story.signing()));
        expect(&verdict, Complete, Proved, "complete_up_to");
        let sentence = verdict.claim(Complete).unwrap().reason.sentence(Language::En);
        let wanted = if objection { "all 11 records" } else { "all 10 records" };
        let objections = if objection { "1 of them objections" } else { "0 of them objections" };
        assert!(sentence.contains(wanted) && sentence.contains(objections), "{sentence}");
    }
}

#[test]
fn what_followed_from_an_objection_is_counted_and_only_where_something_did() {
    let said = |found_void| {
        let story = Story::tell(1, &Twists { objection: true, found_void, ..Twists::default() });
        let verdict = verdict_of(&story, &story.bundle_with_chain(story.signing()));
        expect(&verdict, Complete, Proved, "complete_up_to");
        let reason = &verdict.claim(Complete).unwrap().reason;
        (reason.sentence(Language::Zh), reason.sentence(Language::En))
    };
    let (zh, en) = said(true);
    assert!(zh.contains("异议处理 1 条（签署可能已被登记机关认定无效"), "{zh}");
    assert!(en.contains("1 of them what followed"), "{en}");
    let (zh, en) = said(false);
    assert!(!zh.contains("异议处理") && !en.contains("followed"), "{zh} {en}");
}

#[test]
fn a_dropped_record_is_noticed_wherever_it_stood() {
    for place in 0..STORY.records.len() - 1 {
        let verdict = with_frames(|frames| {
            frames.remove(place);
        });
        expect(&verdict, Complete, Contradicted, "chain_broken");
    }
    let verdict = with_frames(|frames| {
        frames.pop();
    });
    expect(&verdict, Complete, Contradicted, "chain_head_differs");
}

#[test]
fn a_forked_chain_is_noticed_with_and_without_the_objection() {
    let plain = Story::tell(1, &Twists::default());
    let objected = Story::tell(1, &Twists { objection: true, ..Twists::default() });
    // The platform shows the chain without the objection that the notary admitted, or puts
    // in one the notary has never seen.
    for (shown, stated) in [(&plain, &objected), (&objected, &plain)] {
        let head = stated.chain_head(stated.records.last().unwrap());
        let parts = BundleParts {
            chain_head: Some(shown.cast.custodians[0].sign(&head)),
            ..shown.bundle_with_chain(shown.signing())
        };
        let verdict = verdict_of(shown, &parts);
        if shown.records.len() < stated.records.len() {
            expect(&verdict, Complete, Contradicted, "chain_head_differs");
        } else {
            // The notary's head lies before it: complete up to there, and not one further.
            expect(&verdict, Complete, Proved, "complete_up_to");
        }
    }
    // A fork at the same place: another confirmation than the notary holds.
    let verdict =
        with_head(|head| head.root = heqi_evidence::leaf::RecordRoot::new(Digest::of(b"fork")));
    expect(&verdict, Complete, Contradicted, "chain_head_differs");
}

#[test]
fn a_record_beyond_the_head_is_not_proved_complete() {
    let parts = BundleParts {
        chain_head: Some(STORY.cast.custodians[0].sign(&STORY.chain_head(&STORY.records[3]))),
        ..STORY.bundle_with_chain(STORY.signing())
    };
    expect(&verdict_under(&parts, &ANCHORS), Complete, NotProved, "no_chain_head");
}

#[test]
fn a_chain_that_does_not_hold_this_record_is_contradicted() {
    let other = Story::tell(4, &Twists::default());
    let parts = BundleParts { chain: other.frames(), ..STORY.bundle_with_chain(STORY.signing()) };
    expect(&verdict_under(&parts, &ANCHORS), Complete, Contradicted, "chain_broken");
    let verdict = with_frames(|frames| frames.truncate(5));
    expect(&verdict, Complete, Contradicted, "not_in_chain");
    let verdict = with_frames(|frames| frames.swap(1, 2));
    expect(&verdict, Complete, Contradicted, "chain_broken");
    let verdict = with_frames(|frames| frames[2] = b"{}".to_vec());
    expect(&verdict, Complete, Contradicted, "chain_broken");
}

#[test]
fn a_head_about_another_chain_or_in_anothers_name_is_contradicted() {
    expect(
        &with_head(|head| head.chain = Digest::of(b"x")),
        Complete,
        Contradicted,
        "chain_head_differs",
    );
    expect(&with_head(|head| head.seq += 1), Complete, Contradicted, "chain_head_differs");
    expect(
        &with_head(|head| head.custodian = "shishibao".into()),
        Complete,
        Contradicted,
        "chain_head_invalid",
    );
    let parts = BundleParts {
        chain_head: Some(b"{}".to_vec()),
        ..STORY.bundle_with_chain(STORY.signing())
    };
    expect(&verdict_under(&parts, &ANCHORS), Complete, Contradicted, "chain_head_invalid");
}

#[test]
fn without_a_head_of_an_anchored_custodian_completeness_is_the_platforms_word() {
    let bundle = STORY.bundle_with_chain(STORY.signing());
    let parts = BundleParts { chain_head: None, ..bundle.clone() };
    expect(&verdict_under(&parts, &ANCHORS), Complete, NotProved, "no_chain_head");
    let stranger = &Story::tell(6, &Twists::default()).cast.custodians[0];
    let head = STORY.chain_head(STORY.records.last().unwrap());
    let parts = BundleParts { chain_head: Some(stranger.sign(&head)), ..bundle };
    expect(&verdict_under(&parts, &ANCHORS), Complete, NotProved, "no_chain_head");
}

#[test]
fn the_last_record_is_complete_up_to_itself_and_one_beyond_the_head_is_not() {
    let last = STORY.records.last().unwrap();
    let verdict = verdict_under(&STORY.bundle_with_chain(last), &ANCHORS);
    expect(&verdict, Complete, Proved, "complete_up_to");
    let before = &STORY.records[STORY.records.len() - 2];
    let mut parts = STORY.bundle_with_chain(last);
    parts.chain_head = Some(STORY.cast.custodians[0].sign(&STORY.chain_head(before)));
    expect(&verdict_under(&parts, &ANCHORS), Complete, NotProved, "no_chain_head");
}

#[test]
fn another_record_at_the_same_place_does_not_stand_in_the_chain() {
    let rewritten = Story::tell(1, &Twists { photo_padding_bytes: 4_096, ..Twists::default() });
    let mut parts = rewritten.bundle(rewritten.signing());
    let shown = STORY.bundle_with_chain(STORY.signing());
    (parts.chain, parts.chain_head) = (shown.chain, shown.chain_head);
    expect(&verdict_under(&parts, &ANCHORS), Complete, Contradicted, "not_in_chain");
}
