//! Every call of the store that cosigning makes fails, in each of three ways: refused, lost, done but reported lost.
//! One head of each size is cosigned, whatever failed and whichever future of the log is offered next.

use super::*;
use crate::testing::{Faulty, left_by};

/// Offers the head of a log as its operator does: where the witness knows another size, once more from there.
async fn offered(
    store: &dyn Backend,
    log: &MemoryBackend,
    old: u64,
) -> Result<SignatureLine, WitnessError> {
    let head = log.log().head().checkpoint().clone();
    let first = witness().add_checkpoint(store, &noon(), &request(log, old, &head).await).await;
    let Err(WitnessError::Rejected { reason: Rejection::Conflict { cosigned_size }, .. }) = first
    else {
        return first;
    };
    witness().add_checkpoint(store, &noon(), &request(log, cosigned_size, &head).await).await
}

/// Two futures of one log, seven leaves long, that part behind so many.
async fn futures(common: usize) -> (Arc<MemoryBackend>, Arc<MemoryBackend>) {
    let (ours, other) = (memory(), memory());
    for log in [&ours, &other] {
        grow(log, common).await;
    }
    let mut changes = Changeset::new();
    changes.append(LedgerEntry::new("another", ""));
    other.commit(changes).unwrap().await.unwrap();
    grow(&ours, 7 - common).await;
    grow(&other, 6 - common).await;
    (ours, other)
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_cosigning_cosigns_one_head_of_each_size() {
    let mut injected = 0;
    // Nothing was cosigned yet, a head that both grew from, or the very head that is offered.
    for (common, known) in [(0, 0), (3, 3), (3, 7)] {
        let (ours, other) = futures(common).await;
        let store = memory();
        if known > 0 {
            let grown = memory();
            grow(&grown, known).await;
            offered(&*store, &grown, 0).await.unwrap();
        }
        let old = u64::try_from(known).unwrap();
        let asking = async |faulty: Arc<Faulty>| offered(&*faulty, &ours, old).await;
        for left in left_by(&format!("from {known}"), &store, asking).await {
            let what = &left.what;
            injected += 1;
            assert!(left.answer.is_err(), "{what}: cosigned what may not be durable");
            for order in [[&ours, &other], [&other, &ours]] {
                let (store, mut cosigned) = (left.store.copy(), Vec::new());
                for log in order {
                    if let Ok(line) = offered(&store, log, old).await {
                        let head = log.log().head().checkpoint().clone();
                        cosigned.push(head.with_signature(line).unwrap());
                    }
                }
                assert_eq!(cosigned.len(), 1, "{what}: one future of the log, and not none");
                let one = &cosigned[0];
                assert!(one.note().verify([witness().verifier_key()]).is_ok(), "{what}");
                let path = one.checkpoint().origin().monitoring_path();
                let latest = witness().latest(&store, &noon(), &path).await.unwrap().unwrap();
                assert_eq!(latest.checkpoint(), one.checkpoint(), "{what}");
            }
        }
    }
    assert!(injected >= 18, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_refusal_keeps_once_what_it_proves() {
    let (log, store) = (memory(), memory());
    let head = grow(&log, 7).await;
    offered(&*store, &log, 0).await.unwrap();
    let origin = head.checkpoint().origin().clone();
    let split = AddCheckpoint::new(7, Vec::new(), forged(7, 1)).unwrap();
    let (split, mut injected) = (&split, 0);
    // Kept for the first time, and known already.
    for _ in 0..2 {
        let asking = async |faulty: Arc<Faulty>| {
            witness().add_checkpoint(&*faulty, &noon(), split).await.map(drop)
        };
        for left in left_by("a split view", &store, asking).await {
            let what = &left.what;
            injected += 1;
            let told = matches!(left.answer, Err(WitnessError::Rejected { .. }));
            assert!(left.answer.is_err() && !told, "{what}: refused for what may not be kept");
            let again = witness().add_checkpoint(&*left.store, &noon(), split).await;
            let (_, kind) = rejection(again.unwrap_err());
            assert_eq!(kind, Some(MisbehaviourKind::SplitView), "{what}");
            let kept = misbehaviour_of(&*left.store, &origin, 10).await.unwrap();
            assert_eq!(kept.len(), 1, "{what}");
        }
        assert!(witness().add_checkpoint(&*store, &noon(), split).await.is_err());
    }
    assert!(injected >= 15, "{injected} failures");
}
