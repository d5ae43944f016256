//! Evidence as a stranger examines it: whole stories, each spoilt in one way.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics has failed")]

mod anchors;
mod completeness;
mod custody;
mod formats;
mod identity;
mod integrity;
mod interval;
mod log;
mod mutation;
mod signature;
mod stamps;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use heqi_evidence::anchors::{Anchors, AnchorsFile};
use heqi_evidence::bundle::{BundleParts, EvidenceBundle};
use heqi_evidence::examine::{Question, examine};
use heqi_evidence::verdict::{ClaimName, Conclusion, Status, Verdict};
use heqi_testkit::{Story, Twists};

/// The story as it should be.
static STORY: LazyLock<Story> = LazyLock::new(|| Story::tell(1, &Twists::default()));
static ANCHORS: LazyLock<Anchors> = LazyLock::new(|| STORY.anchors());

/// The verdict on a bundle of parts, through its bytes.
fn verdict_with(parts: &BundleParts, question: &Question<'_>) -> Verdict {
    examine(&EvidenceBundle::read(&parts.write().unwrap()).unwrap(), question)
}

fn verdict_under(parts: &BundleParts, anchors: &Anchors) -> Verdict {
    verdict_with(parts, &Question { anchors: Some(anchors), ..Question::default() })
}

fn verdict_of(story: &Story, parts: &BundleParts) -> Verdict {
    verdict_under(parts, &story.anchors())
}

/// The verdict on the signing of a story told with these twists.
fn twisted(twists: &Twists) -> Verdict {
    let story = Story::tell(1, twists);
    verdict_of(&story, &story.bundle_with_chain(story.signing()))
}

/// Checks one claim, and that the reason code is the one for exactly this fault.
#[track_caller]
fn expect(verdict: &Verdict, name: ClaimName, status: Status, code: &str) {
    let claim = verdict.claim(name).unwrap();
    assert_eq!((claim.status, claim.reason.code().as_str()), (status, code), "{verdict:#?}");
}

fn conclusion(verdict: &Verdict) -> Conclusion {
    verdict.conclude(&ClaimName::required_by_default())
}

#[test]
fn one_contradiction_outweighs_everything_and_a_missing_proof_outweighs_what_is_proved() {
    let good = verdict_under(&STORY.bundle(STORY.signing()), &ANCHORS);
    assert_eq!(conclusion(&good), Conclusion::Proved);
    assert_eq!(conclusion(&good).exit_code(), 0);
    let complete = BTreeSet::from([ClaimName::Complete]);
    assert_eq!(good.conclude(&complete), Conclusion::NotProved);
    assert_eq!(good.conclude(&complete).exit_code(), 3);
    assert_eq!(good.conclude(&BTreeSet::new()), Conclusion::Proved);

    // A contradiction in a claim nobody required still decides.
    let mut parts = STORY.bundle_with_chain(STORY.signing());
    parts.chain.pop();
    let bad = verdict_under(&parts, &ANCHORS);
    expect(&bad, ClaimName::Complete, Status::Contradicted, "chain_head_differs");
    assert_eq!(conclusion(&bad), Conclusion::Contradicted);
    assert_eq!(bad.conclude(&BTreeSet::new()).exit_code(), 1);
}

#[test]
fn every_claim_is_answered_once_in_the_order_of_the_report() {
    for verdict in [
        verdict_under(&STORY.bundle(STORY.signing()), &ANCHORS),
        verdict_with(&STORY.bundle(&STORY.records[0]), &Question::default()),
        verdict_under(&BundleParts { record: b"{}".to_vec(), ..BundleParts::default() }, &ANCHORS),
    ] {
        let names: Vec<ClaimName> = verdict.claims().iter().map(|claim| claim.name).collect();
        assert_eq!(names, ClaimName::ALL);
    }
}

#[test]
fn only_a_proved_bundle_becomes_a_verified_one() {
    let anchors = AnchorsFile::parse(&STORY.anchors_file()).unwrap();
    let question = Question { anchors: Some(&anchors.anchors), ..Question::default() };
    let required = ClaimName::required_by_default();
    let file = STORY.bundle(STORY.signing()).write().unwrap();
    let bundle = EvidenceBundle::read(&file).unwrap();
    let (verified, verdict) =
        heqi_evidence::examine::require(bundle.clone(), &question, &required).unwrap();
    assert_eq!(verified.parts(), &bundle.parts);
    assert_eq!(verified.root(), STORY.signing().record.root().digest());
    assert_eq!(verified.frame(), STORY.signing().record.frame());
    assert_eq!(conclusion(&verdict), Conclusion::Proved);
    let refused =
        heqi_evidence::examine::require(bundle, &Question::default(), &required).unwrap_err();
    assert_eq!(conclusion(&refused), Conclusion::SelfConsistent);
}
