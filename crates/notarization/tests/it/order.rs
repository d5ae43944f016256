//! The order of chains: gaps wait, forks are refused and both sides kept.

use heqi_evidence::chain_fork::{ChainForkKind, ChainForkProof, LoggedFrame};
use heqi_evidence::record::ChainPlace;
use heqi_notarization::chain_fork::chain_fork_proofs;
use heqi_notarization::deposited::{self, ChainMisbehaviourKind};
use heqi_notarization::{AdmitBundleError, chain_head};
use heqi_vocabulary::Digest;

use crate::support::{Extra, House, log_chain, log_consent, place_after, refused, story};

#[tokio::test]
async fn a_gap_is_told_and_nothing_of_it_is_kept() {
    let mut story = story();
    let chain = log_chain(&mut story, 1, 4);
    let house = House::of(&story);
    let size = house.size();
    for (extra, expected) in [(&chain[3], 1), (&chain[1], 1)] {
        let gap = house.deposit(&extra.parts(&story)).await.unwrap_err();
        assert!(matches!(gap, AdmitBundleError::Gap { expected_seq } if expected_seq == expected));
    }
    assert_eq!(house.size(), size);
    house.deposit(&chain[0].parts(&story)).await.unwrap();
    let gap = house.deposit(&chain[2].parts(&story)).await.unwrap_err();
    assert!(matches!(gap, AdmitBundleError::Gap { expected_seq: 2 }));
    for extra in &chain[1..] {
        assert!(house.deposit(&extra.parts(&story)).await.unwrap().outcome.is_admitted());
    }
}

#[tokio::test]
async fn a_second_record_for_a_place_is_refused_and_both_are_kept() {
    let mut story = story();
    let chain = log_chain(&mut story, 1, 3);
    let place = chain[1].record.frame().place;
    let fork = log_consent(&mut story, place, "rewritten");
    let house = House::of(&story);
    for extra in &chain {
        house.deposit(&extra.parts(&story)).await.unwrap();
    }
    let head = chain_head(&house.office, chain[0].chain()).await.unwrap().unwrap();

    let refusal = house.deposit(&fork.parts(&story)).await.unwrap();
    assert_eq!(refusal.outcome, refused("chain_forked"));
    assert_eq!(refusal.misbehaviour, Some(ChainMisbehaviourKind::ChainForked));
    assert_eq!(refusal.chain_head.unwrap().as_bytes(), head.as_bytes());
    let again = house.deposit(&fork.parts(&story)).await.unwrap();
    assert_eq!(again.receipt.as_bytes(), refusal.receipt.as_bytes());
    assert_eq!(again.misbehaviour, None, "the alarm is raised once");

    let kept = deposited::misbehaviour(&house.office, fork.chain(), 10).await.unwrap();
    assert_eq!(kept.len(), 1);
    let held = kept[0].held.unwrap();
    assert_eq!((held.root, kept[0].offered.root), (chain[1].record.root(), fork.record.root()));
    for key in [held, kept[0].offered] {
        let row = deposited::deposit(&house.office, &key).await.unwrap().unwrap();
        let names: Vec<_> = row.parts.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(names, ["record.json", "proof/record.tlog-proof"]);
        for part in &row.parts {
            deposited::open_part(&house.office, fork.chain(), part).await.unwrap();
        }
    }
    // Anybody who has the log's key can be shown it.
    let forks = chain_fork_proofs(&house.office).await.unwrap();
    let [proof] = &forks.proofs[..] else { panic!("{forks:?}") };
    assert_eq!((proof.kind(), proof.chain()), (ChainForkKind::Place, fork.chain()));
    let read = ChainForkProof::parse(proof.to_string().as_bytes()).unwrap();
    read.check().unwrap();
    assert_eq!(read.records().map(LoggedFrame::root), [held.root, kept[0].offered.root]);
    assert!(!proof.to_string().contains("rewritten"), "only the frames are shown");

    // The chain itself goes on.
    let place = place_after(&chain[2], story.seen_at());
    let next = log_consent(&mut story, place, "next");
    assert!(house.deposit(&next.parts(&story)).await.unwrap().outcome.is_admitted());
}

#[tokio::test]
async fn a_record_that_does_not_follow_is_refused_and_takes_no_place() {
    let wrong = |place: ChainPlace| ChainPlace { prev: Digest::of(b"elsewhere"), ..place };
    let early = |place: ChainPlace| ChainPlace {
        recorded_at: place.recorded_at.plus_millis(-60_000),
        ..place
    };
    let cases: [(&dyn Fn(ChainPlace) -> ChainPlace, _); 2] = [
        (&wrong, ChainMisbehaviourKind::ChainOtherPredecessor),
        (&early, ChainMisbehaviourKind::ChainTimeRunsBack),
    ];
    for (change, kind) in cases {
        let mut story = story();
        let chain = log_chain(&mut story, 1, 2);
        let place = change(place_after(&chain[1], story.seen_at()));
        let bad = log_consent(&mut story, place, "bad");
        let house = House::of(&story);
        for extra in &chain {
            house.deposit(&extra.parts(&story)).await.unwrap();
        }
        let refusal = house.deposit(&bad.parts(&story)).await.unwrap();
        assert_eq!(refusal.outcome, refused(kind.as_str()));
        let kept = deposited::misbehaviour(&house.office, bad.chain(), 10).await.unwrap();
        assert_eq!((kept[0].kind, kept[0].held.unwrap().root), (kind, chain[1].record.root()));

        // Another predecessor is shown to others; a time is the office's word against the platform's.
        let forks = chain_fork_proofs(&house.office).await.unwrap();
        let kinds: Vec<_> = forks.proofs.iter().map(ChainForkProof::kind).collect();
        let is_shown = kind == ChainMisbehaviourKind::ChainOtherPredecessor;
        assert_eq!(kinds, if is_shown { vec![ChainForkKind::Link] } else { Vec::new() });
        assert_eq!(forks.without_proof.len(), usize::from(!is_shown));

        // The log now holds two records for one place; the other one is a fork.
        let place = place_after(&chain[1], story.seen_at());
        let good = log_consent(&mut story, place, "good");
        let refusal = house.deposit(&good.parts(&story)).await.unwrap();
        assert_eq!(refusal.outcome, refused("chain_forked"));
    }
}

#[tokio::test]
async fn a_broken_chain_blocks_no_other() {
    let mut story = story();
    let chains: Vec<Vec<Extra>> = (1..=3).map(|seed| log_chain(&mut story, seed, 2)).collect();
    let place = chains[0][0].record.frame().place;
    let fork = log_consent(&mut story, place, "fork");
    let house = House::of(&story);
    house.deposit(&chains[0][0].parts(&story)).await.unwrap();
    assert_eq!(house.deposit(&fork.parts(&story)).await.unwrap().outcome, refused("chain_forked"));
    for extra in chains[1..].iter().flatten() {
        assert!(house.deposit(&extra.parts(&story)).await.unwrap().outcome.is_admitted());
    }
    let totals = deposited::totals(&house.office).await.unwrap();
    assert_eq!((totals.chains, totals.admitted, totals.refused, totals.misbehaviour), (3, 5, 1, 1));
}
