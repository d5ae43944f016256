//! Both halves compared, and alarms on their way.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics has failed")]

use heqi_vocabulary::UtcMillis;

use super::alarm_delivery::{
    AlarmNews, AlarmStanding, Teller, begin, end, later, lease, note_change, told_raised,
};
use super::reconciliation::{
    Outcome, Reconciled, Side, Suspicion, differs, found, newest, note, suspect, suspected,
};
use crate::testing::memory;

mod every_call;

fn at(seconds: i64) -> UtcMillis {
    UtcMillis::from_millis(1_800_000_000_000 + 1_000 * seconds).unwrap()
}

fn compared(at: UtcMillis, outcome: Outcome) -> Reconciled {
    Reconciled {
        side: Side::OursMirrored,
        at,
        size: 7,
        ours: "aa".into(),
        theirs: "bb".into(),
        leaves: 7,
        compared_to: 7,
        outcome,
    }
}

#[tokio::test]
async fn what_is_suspected_is_kept_for_each_side_until_it_is_taken_back() {
    let backend = memory();
    let at_leaf = Suspicion { size: 90, first_leaf: Some(7) };
    let (side, other) = (Side::OursMirrored, Side::NotarysOwn);
    suspect(&*backend, side, Some(&at_leaf)).await.unwrap();
    suspect(&*backend, other, Some(&Suspicion { size: 60, first_leaf: None })).await.unwrap();
    assert_eq!(suspected(&*backend).await.unwrap().get(&side), Some(&at_leaf));
    for _ in 0..2 {
        suspect(&*backend, other, None).await.unwrap();
        let all: Vec<_> = suspected(&*backend).await.unwrap().into_iter().collect();
        assert_eq!(all, [(side, at_leaf)]);
    }
    assert!(found(&*backend, side).await.unwrap().is_empty(), "it is no finding");
}

#[tokio::test]
async fn a_mismatch_of_a_day_is_not_written_over_by_what_comes_after_it() {
    let backend = memory();
    let bad = compared(at(0), Outcome::Mismatch { first_leaf: Some(3) });
    note(&*backend, &compared(at(0), Outcome::Match {})).await.unwrap();
    note(&*backend, &bad).await.unwrap();
    note(&*backend, &compared(at(0), Outcome::Match {})).await.unwrap();
    let side = Side::OursMirrored;
    assert_eq!(found(&*backend, side).await.unwrap(), std::slice::from_ref(&bad));
    assert!(differs(&*backend, side).await.unwrap());
    let next_day = compared(at(24 * 3_600), Outcome::Match {});
    note(&*backend, &next_day).await.unwrap();
    let all = found(&*backend, side).await.unwrap();
    assert_eq!((all.len(), &all[1]), (2, &bad));
    assert!(!differs(&*backend, side).await.unwrap());
    assert!(found(&*backend, Side::NotarysOwn).await.unwrap().is_empty());
    // The page tells the newest and what was bad before; of a side never compared nothing.
    let told = newest(&*backend, &Side::OF_PLATFORM).await.unwrap();
    assert_eq!(told.into_iter().collect::<Vec<_>>(), [(side, (next_day, Some(bad)))]);
}

#[tokio::test]
async fn a_side_that_differed_differs_until_it_is_compared_again() {
    let backend = memory();
    let (day, side) = (24 * 3_600, Side::OursMirrored);
    let silent = || Outcome::NotCompared { reason: "unreachable".to_owned() };
    note(&*backend, &compared(at(0), silent())).await.unwrap();
    assert!(!differs(&*backend, side).await.unwrap(), "nothing was compared yet");
    let bad = Outcome::Mismatch { first_leaf: None };
    note(&*backend, &compared(at(day), bad)).await.unwrap();
    note(&*backend, &compared(at(2 * day), silent())).await.unwrap();
    assert!(differs(&*backend, side).await.unwrap());
    note(&*backend, &compared(at(3 * day), Outcome::Match {})).await.unwrap();
    assert!(!differs(&*backend, side).await.unwrap());
}

#[test]
fn each_side_has_its_word() {
    for side in Side::OF_PLATFORM.into_iter().chain(Side::OF_CUSTODIAN) {
        assert_eq!(side.to_string().parse(), Ok(side));
    }
    assert!("ours".parse::<Side>().is_err());
}

#[tokio::test]
async fn an_alarm_is_told_once_to_each_channel_and_not_again_after_a_start() {
    let backend = memory();
    let channels = ["webhook".to_owned(), "mail-0".to_owned()];
    let news = |raised, at| AlarmNews::new(("deposit_oldest", raised), at, (130, 120, "s"));
    let raised = news(true, at(0));
    assert!(note_change(&*backend, &channels, &raised, at(0)).await.unwrap());
    // A new process knows what was told, and raises what it finds raised.
    assert_eq!(told_raised(&*backend).await.unwrap(), ["deposit_oldest".to_owned()].into());
    assert!(!note_change(&*backend, &channels, &news(true, at(1)), at(1)).await.unwrap());
    let items = lease(&*backend, at(1), 60_000, 10).await.unwrap();
    assert_eq!(items.len(), 2);
    for item in &items {
        let is_webhook = item.payload.channel == "webhook";
        assert_eq!(item.payload.news, raised);
        assert!(begin(&*backend, at(1), item, is_webhook).await.unwrap());
        if is_webhook {
            later(&*backend, item, at(2)).await.unwrap();
        }
        // The mail was begun and the process died.
    }
    let again = lease(&*backend, at(61), 60_000, 10).await.unwrap();
    assert_eq!(again.len(), 2);
    for item in &again {
        let is_webhook = item.payload.channel == "webhook";
        // Whether the mail was taken nobody knows: it is not sent twice.
        assert_eq!(begin(&*backend, at(61), item, is_webhook).await.unwrap(), is_webhook);
        if is_webhook {
            end(&*backend, at(61), item).await.unwrap();
        }
    }
    assert!(lease(&*backend, at(121), 60_000, 10).await.unwrap().is_empty());
    // Cleared: told again, once.
    assert!(note_change(&*backend, &channels, &news(false, at(121)), at(121)).await.unwrap());
    assert!(!note_change(&*backend, &channels, &news(false, at(121)), at(121)).await.unwrap());
    assert!(told_raised(&*backend).await.unwrap().is_empty());
    assert_eq!(lease(&*backend, at(121), 60_000, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_teller_tells_what_changed_and_a_new_one_waits_for_a_figure() {
    let backend = memory();
    let alarm = |since, value| AlarmStanding { alarm: "gaps", since, value, limit: 0, unit: "" };
    let mut teller = Teller::new(vec!["webhook".to_owned()]);
    let raised = [alarm(Some(at(0)), Some(1))];
    teller.tell(&*backend, at(0), &raised).await;
    teller.tell(&*backend, at(1), &raised).await;
    assert_eq!(lease(&*backend, at(2), 60_000, 10).await.unwrap().len(), 1);
    // Another process: no figure yet says nothing; the first one within its limit says it is over.
    let mut teller = Teller::new(vec!["webhook".to_owned()]);
    teller.tell(&*backend, at(3), &[alarm(None, None)]).await;
    assert!(!told_raised(&*backend).await.unwrap().is_empty());
    teller.tell(&*backend, at(4), &[alarm(None, Some(0))]).await;
    assert!(told_raised(&*backend).await.unwrap().is_empty());
    // Nobody to tell: nothing is written.
    let mut nobody = Teller::new(Vec::new());
    nobody.tell(&*backend, at(5), &raised).await;
    assert!(told_raised(&*backend).await.unwrap().is_empty());
}
