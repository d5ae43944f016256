use std::sync::Arc;

use super::*;
use crate::backend::memory::MemoryBackend;
use crate::changeset::LedgerEntry;
use crate::testing::memory;

const QUEUE: Outbox<String> = Outbox::new("deposit");

fn at(ms: i64) -> UtcMillis {
    UtcMillis::from_millis(ms).unwrap()
}

fn item(lane: &str, order: u64, payload: &str) -> NewItem<String> {
    NewItem {
        lane: lane.to_owned(),
        order,
        not_before: at(1000),
        after: After::Commit,
        payload: payload.to_owned(),
    }
}

async fn enqueue(backend: &MemoryBackend, items: &[NewItem<String>]) {
    let mut changes = Changeset::new();
    for item in items {
        QUEUE.enqueue(&mut changes, item).unwrap();
    }
    backend.commit(changes).unwrap().await.unwrap();
}

async fn lease(backend: &MemoryBackend, now: i64, limit: usize) -> Vec<Leased<String>> {
    QUEUE.lease(backend, at(now), 500, limit).await.unwrap()
}

async fn complete(backend: &MemoryBackend, item: &Leased<String>, now: i64) {
    let mut changes = Changeset::new();
    QUEUE.complete(backend, &mut changes, item, at(now)).await.unwrap();
    backend.commit(changes).unwrap().await.unwrap();
}

fn payloads(items: &[Leased<String>]) -> Vec<&str> {
    items.iter().map(|item| item.payload.as_str()).collect()
}

#[tokio::test]
async fn only_the_lowest_outstanding_item_of_a_lane_is_leased() {
    let backend = memory();
    enqueue(&backend, &[item("b", 1, "b1"), item("a", 2, "a2"), item("a", 1, "a1")]).await;
    let first = lease(&backend, 1000, 10).await;
    assert_eq!(payloads(&first), ["a1", "b1"]);
    assert_eq!(lease(&backend, 1000, 10).await.len(), 0, "everything leasable is leased");

    complete(&backend, &first[0], 1001).await;
    let second = lease(&backend, 1001, 10).await;
    assert_eq!(payloads(&second), ["a2"]);
    complete(&backend, &first[1], 1002).await;
    complete(&backend, &second[0], 1002).await;
    assert_eq!(QUEUE.outstanding(&*backend, 10).await.unwrap(), 0);
    assert_eq!(backend.scan(b"outbox/", None, 10).await.unwrap(), [], "nothing is left behind");
}

#[tokio::test]
async fn an_item_added_behind_a_leased_one_is_not_forgotten() {
    let backend = memory();
    enqueue(&backend, &[item("a", 1, "a1")]).await;
    let first = lease(&backend, 1000, 10).await;
    enqueue(&backend, &[item("a", 2, "a2")]).await;
    assert_eq!(lease(&backend, 1100, 10).await.len(), 0);
    complete(&backend, &first[0], 1200).await;
    assert_eq!(payloads(&lease(&backend, 1200, 10).await), ["a2"]);
}

#[tokio::test]
async fn a_lease_that_ran_out_goes_to_the_next_worker_and_cannot_be_completed() {
    let backend = memory();
    enqueue(&backend, &[item("a", 1, "a1")]).await;
    let slow = lease(&backend, 1000, 1).await;
    assert_eq!(lease(&backend, 1499, 1).await.len(), 0);
    let quick = lease(&backend, 1500, 1).await;
    assert_eq!(quick[0].attempts, 2);
    let mut changes = Changeset::new();
    QUEUE.complete(&*backend, &mut changes, &slow[0], at(1501)).await.unwrap();
    assert!(matches!(backend.commit(changes), Err(CommitError::Conflict { .. })));
    complete(&backend, &quick[0], 1502).await;
}

#[tokio::test]
async fn a_failed_item_holds_its_lane_back_until_its_pause_is_over() {
    let backend = memory();
    enqueue(&backend, &[item("a", 1, "a1"), item("a", 2, "a2")]).await;
    let first = lease(&backend, 1000, 1).await;
    let mut changes = Changeset::new();
    QUEUE.fail(&*backend, &mut changes, &first[0], at(3000)).await.unwrap();
    backend.commit(changes).unwrap().await.unwrap();
    assert_eq!(lease(&backend, 2999, 10).await.len(), 0);
    assert_eq!(QUEUE.next_due(&*backend).await.unwrap(), Some(at(3000)));
    let again = lease(&backend, 3000, 10).await;
    assert_eq!(payloads(&again), ["a1"]);
    assert_eq!(again[0].attempts, 2);
}

#[tokio::test]
async fn an_item_waits_for_its_leaf() {
    let backend = memory();
    let waiting = NewItem { after: After::Leaf(0), ..item("a", 1, "a1") };
    let indexed = NewItem { after: After::IndexRow("leaf/x".to_owned()), ..item("b", 1, "b1") };
    enqueue(&backend, &[waiting, indexed]).await;
    assert_eq!(lease(&backend, 1000, 10).await.len(), 0);
    let mut changes = Changeset::new();
    let row = RowKey::new("leaf/x").unwrap();
    changes.append(LedgerEntry::new("entry", "").indexed_at(row));
    backend.commit(changes).unwrap().await.unwrap();
    assert_eq!(payloads(&lease(&backend, 1000 + RECHECK_MS, 10).await), ["a1", "b1"]);
}

#[tokio::test]
async fn a_timer_rings_at_its_time_and_can_be_moved_or_stopped() {
    let backend = memory();
    let timer = |ms| NewItem { not_before: at(ms), ..item("filing_1", 0, "lapse") };
    enqueue(&backend, &[timer(5000)]).await;
    enqueue(&backend, &[timer(9000)]).await;
    assert_eq!(lease(&backend, 5000, 10).await.len(), 0, "it was moved");
    assert_eq!(payloads(&lease(&backend, 9000, 10).await), ["lapse"]);

    let mut changes = Changeset::new();
    QUEUE.cancel(&mut changes, "filing_1", 0).unwrap();
    backend.commit(changes).unwrap().await.unwrap();
    assert_eq!(lease(&backend, 99_000, 10).await.len(), 0);
    assert_eq!(backend.scan(b"outbox/", None, 10).await.unwrap(), []);
}

#[tokio::test]
async fn many_stale_hints_of_one_lane_do_not_starve_the_others() {
    let backend = memory();
    for order in 0..200 {
        let early = NewItem { not_before: at(order), ..item("a", 0, "a") };
        enqueue(&backend, &[NewItem { order: order.unsigned_abs(), ..early }]).await;
    }
    enqueue(&backend, &[item("z", 1, "z1")]).await;
    let mut found = Vec::new();
    for _ in 0..20 {
        found.extend(lease(&backend, 1000, 1).await.into_iter().map(|item| item.lane));
    }
    assert_eq!(found, ["a", "z"]);
}

#[tokio::test]
async fn two_workers_never_hold_the_same_item() {
    let backend = memory();
    let items: Vec<_> = (0..40).map(|n| item(&format!("lane{n}"), 1, "x")).collect();
    enqueue(&backend, &items).await;
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let backend = Arc::clone(&backend);
            tokio::spawn(async move {
                let mut held = Vec::new();
                loop {
                    let leased = lease(&backend, 1000, 3).await;
                    if leased.is_empty() {
                        return held;
                    }
                    held.extend(leased.into_iter().map(|item| item.lane));
                }
            })
        })
        .collect();
    let mut held = Vec::new();
    for worker in workers {
        held.extend(worker.await.unwrap());
    }
    held.sort_unstable();
    let count = held.len();
    held.dedup();
    assert_eq!((held.len(), count), (40, 40));
}

#[tokio::test]
async fn a_lane_with_strange_letters_is_refused() {
    for lane in ["", "a/b", "欧阳", &"x".repeat(129)] {
        let refused = QUEUE.enqueue(&mut Changeset::new(), &item(lane, 1, "x"));
        assert_eq!(refused, Err(OutboxError::Lane));
    }
}

#[tokio::test]
async fn after_the_clock_was_set_back_appointments_of_before_are_kept_at_once() {
    const HOUR: i64 = 3_600_000;
    let backend = memory();
    let ahead = 1_000_000 + HOUR;
    let late = |lane: &str, order, payload: &str| NewItem {
        not_before: at(ahead),
        ..item(lane, order, payload)
    };
    enqueue(&backend, &[late("a", 1, "a1"), late("a", 2, "a2"), late("b", 1, "b1")]).await;
    // One was leased, one failed and pauses, one waits behind; then the clock is an hour behind.
    let leased = QUEUE.lease(&*backend, at(ahead), 5_000, 10).await.unwrap();
    assert_eq!(payloads(&leased), ["a1", "b1"]);
    let mut changes = Changeset::new();
    QUEUE.fail(&*backend, &mut changes, &leased[1], at(ahead + 30_000)).await.unwrap();
    backend.commit(changes).unwrap().await.unwrap();
    assert_eq!(lease(&backend, 1_000_000, 10).await.len(), 0);

    let recall =
        async |timers| QUEUE.recall(&*backend, at(1_000_000), 60_000, timers).await.unwrap();
    assert_eq!(recall(Timers::Some).await, 2, "what was leased before");
    assert_eq!(recall(Timers::None).await, 1, "and what never was");
    assert_eq!(recall(Timers::None).await, 0, "once");
    let again = lease(&backend, 1_000_000, 10).await;
    assert_eq!(payloads(&again), ["a1", "b1"], "in the order of their lanes");
    assert_eq!(again[0].attempts, 2);
    // Whoever held one before the clock moved holds it no longer.
    let mut changes = Changeset::new();
    QUEUE.complete(&*backend, &mut changes, &leased[0], at(1_000_001)).await.unwrap();
    assert!(matches!(backend.commit(changes), Err(CommitError::Conflict { .. })));
    complete(&backend, &again[0], 1_000_001).await;
    complete(&backend, &again[1], 1_000_001).await;
    let last = lease(&backend, 1_000_002, 10).await;
    assert_eq!(payloads(&last), ["a2"]);
    complete(&backend, &last[0], 1_000_003).await;
    assert_eq!(QUEUE.outstanding(&*backend, 10).await.unwrap(), 0);
}

#[tokio::test]
async fn a_pause_that_is_as_long_as_it_may_be_is_not_recalled() {
    let backend = memory();
    enqueue(&backend, &[item("a", 1, "a1")]).await;
    let leased = lease(&backend, 1000, 10).await;
    let mut changes = Changeset::new();
    QUEUE.fail(&*backend, &mut changes, &leased[0], at(61_000)).await.unwrap();
    backend.commit(changes).unwrap().await.unwrap();
    assert_eq!(QUEUE.recall(&*backend, at(1000), 60_000, Timers::None).await.unwrap(), 0);
    assert_eq!(lease(&backend, 60_999, 10).await.len(), 0);
    assert_eq!(lease(&backend, 61_000, 10).await.len(), 1);
}
