//! Every call of the store fails, in each of three ways: refused, lost, done but reported lost. No mismatch is
//! forgotten, and nobody is told twice of an alarm by a channel that could not notice.

use std::sync::Arc;

use parking_lot::Mutex;

use super::*;
use crate::backend::Backend;
use crate::monitoring::MonitoringError;
use crate::testing::{Failure, Faulty, left_by};

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_comparison_forgets_no_mismatch() {
    let side = Side::OursMirrored;
    let bad = compared(at(0), Outcome::Mismatch { first_leaf: Some(3) });
    let good = compared(at(5), Outcome::Match {});
    let mut injected = 0;
    for (held, comes, wanted) in [
        (None, &good, &good),
        (None, &bad, &bad),
        (Some(&good), &bad, &bad),
        (Some(&bad), &good, &bad),
    ] {
        let backend = memory();
        if let Some(held) = held {
            note(&*backend, held).await.unwrap();
        }
        let before = found(&*backend, side).await.unwrap();
        let noting = async |faulty: Arc<Faulty>| note(&*faulty, comes).await;
        for left in left_by("note", &backend, noting).await {
            let what = &left.what;
            injected += 1;
            assert!(left.answer.is_err(), "{what}: nobody was told");
            let after = found(&*left.store, side).await.unwrap();
            let is_whole = after == before || after == std::slice::from_ref(wanted);
            assert!(is_whole, "{what}: {after:?}");
            note(&*left.store, comes).await.unwrap();
            let after = found(&*left.store, side).await.unwrap();
            assert_eq!(after, std::slice::from_ref(wanted), "{what}");
        }
    }
    assert!(injected >= 18, "{injected} failures");
}

/// Notes that an alarm was raised, and tells it on both channels: whoever listens writes down which.
async fn tell(
    backend: &dyn Backend,
    now: UtcMillis,
    taken: &Mutex<Vec<String>>,
) -> Result<(), MonitoringError> {
    let channels = ["webhook".to_owned(), "mail-0".to_owned()];
    let raised = AlarmNews::new(("deposit_oldest", true), at(0), (130, 120, "s"));
    note_change(backend, &channels, &raised, now).await?;
    for item in lease(backend, now, 60_000, 10).await? {
        let channel = item.payload.channel.clone();
        if begin(backend, now, &item, channel == "webhook").await? {
            taken.lock().push(channel);
            end(backend, now, &item).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_while_an_alarm_is_told_sends_no_mail_twice() {
    let telling = async |faulty: Arc<Faulty>| {
        let taken = Mutex::new(Vec::new());
        let told = tell(&*faulty, at(1), &taken).await;
        (told, taken)
    };
    let all = left_by("tell", &memory(), telling).await;
    assert!(all.len() > 30, "{} failures", all.len());
    for left in all {
        let (what, (told, taken)) = (&left.what, &left.answer);
        assert!(told.is_err(), "{what}: nobody was told");
        for later in [70, 140, 210] {
            tell(&*left.store, at(later), taken).await.unwrap();
        }
        let count = |name: &str| taken.lock().iter().filter(|one| *one == name).count();
        let (mails, hooks) = (count("mail-0"), count("webhook"));
        assert!((1..=2).contains(&hooks), "{what}: {hooks} calls of the webhook");
        // Where it is not known whether a try was begun, there is none: the page says it all the same.
        assert!(
            mails == 1 || (mails == 0 && left.how == Failure::Unreported),
            "{what}: {mails} mails"
        );
        let queued = left.store.scan(b"outbox/alarm/item/", None, 10).await.unwrap();
        let tries = left.store.scan(b"alarm_try/", None, 10).await.unwrap();
        assert_eq!((queued.len(), tries.len()), (0, 0), "{what}: something is left behind");
    }
}
