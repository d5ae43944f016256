//! Every call of the store by the mirror fails, in each of three ways: refused, lost, done but reported
//! lost. One history is cosigned, every entry of it is held by then, and whoever brings entries goes on.

use heqi_evidence_store::testing::{Faulty, left_by};
use heqi_tlog::note::SignatureLine;

use super::*;

/// Brings the mirror up to the head of a log, one package at a time, as the platform's worker does: it
/// begins where it believes the mirror to be, and follows what it is told.
async fn brought(
    backend: Arc<dyn Backend>,
    log: &Log,
    known: u64,
) -> Result<SignatureLine, MirrorError> {
    let mirror = mirror_over(backend);
    let head = log.store.log().head().checkpoint().clone();
    let end = head.checkpoint().size();
    let (mut announced, mut next) = (known, known);
    for _ in 0..8 {
        match mirror.add_checkpoint(&log.announcement(announced, &head)).await {
            Ok(()) => announced = end,
            Err(MirrorError::Checkpoint(Rejection::Conflict { cosigned_size })) => {
                announced = cosigned_size;
                continue;
            }
            Err(error) => return Err(error),
        }
        match mirror.add_entries(log.upload(next, end, 1)).await {
            Ok(UploadAnswer::Cosigned(line)) => return Ok(line),
            Ok(UploadAnswer::Progress(info))
            | Err(MirrorError::Upload(MirrorRejection::Conflict(info))) => next = info.next_entry,
            Err(error) => return Err(error),
        }
    }
    panic!("the mirror keeps answering with other sizes")
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_an_upload_cosigns_one_history_and_goes_on() {
    let mut injected = 0;
    // Nothing is held, a part of the way, or all of it: then it is cosigned afresh.
    for (common, known) in [(0, 0), (300, 300), (300, 700)] {
        let (mut ours, mut other, store) = (Log::new(), Log::parting_at(common), memory());
        if known > 0 {
            ours.grow_to(known).await;
            brought(store.clone(), &ours, 0).await.unwrap();
        }
        ours.grow_to(700).await;
        other.grow_to(700).await;
        let bringing = async |faulty: Arc<Faulty>| brought(faulty, &ours, known).await;
        for left in left_by(&format!("from {known}"), &store, bringing).await {
            let what = &left.what;
            injected += 1;
            assert!(left.answer.is_err(), "{what}: cosigned what may not be durable");
            for order in [[&ours, &other], [&other, &ours]] {
                let (store, mut cosigned) = (Arc::new(left.store.copy()), Vec::new());
                for log in order {
                    if let Ok(line) = brought(store.clone(), log, known).await {
                        cosigned.push((log, line));
                    }
                }
                assert_eq!(cosigned.len(), 1, "{what}: one history, and not none");
                let (log, line) = cosigned.remove(0);
                let mirror = mirror_over(store);
                let head = log.store.log().head().checkpoint().with_signature(line).unwrap();
                assert!(head.note().verify([mirror.verifier_key()]).is_ok(), "{what}");
                let shown = mirror.checkpoint(&origin_path()).await.unwrap().unwrap();
                assert_eq!(shown.checkpoint(), head.checkpoint(), "{what}");
                assert_serves_the_same(&mirror, log).await;
            }
        }
    }
    assert!(injected > 40, "{injected} failures");
}
