//! What is suspected, and when it is certain, over looks that show what they are told.

use std::collections::VecDeque;

use heqi_evidence_store::testing::memory;
use heqi_notary_protocol::CallError;
use heqi_testkit::FixedClock;
use heqi_vocabulary::UtcMillis;
use parking_lot::Mutex;

use super::*;

/// What a look shows: size and outcome; none where nobody answers.
type Shown = Option<(u64, Outcome)>;

/// Shows what it is told to, one look after the other, and remembers since when it was asked.
struct Told {
    side: Side,
    shows: Mutex<VecDeque<Shown>>,
    since: Mutex<u64>,
    at: UtcMillis,
}

impl Halves for Told {
    fn sides(&self) -> &'static [Side] {
        &[Side::OwnCosigned]
    }

    async fn compare(&self, which: Side, since: u64) -> Result<Reconciled, ReconcileError> {
        *self.since.lock() = since;
        let shown = self.shows.lock().pop_front().flatten();
        let (size, outcome) = shown.ok_or_else(|| ReconcileError::Call(away_now()))?;
        Ok(Reconciled { size, outcome, compared_to: size, ..not_compared(which, self.at, "") })
    }
}

fn away_now() -> CallError {
    CallError::Unavailable { code: "unreachable".into(), retry_after_ms: None }
}

fn told(side: Side) -> (Kept, Told) {
    let at = UtcMillis::from_millis(1_800_000_000_000).unwrap();
    let clock = Arc::new(FixedClock::new(at));
    let kept = Kept { backend: memory(), clock, every: FIRST };
    (kept, Told { side, shows: Mutex::default(), since: Mutex::new(0), at })
}

/// Looks as often as something is shown, notes what came of it, and says since when was asked last.
async fn looked(
    (kept, halves): &(Kept, Told),
    suspected: &mut Suspected,
    shown: impl IntoIterator<Item = Shown>,
) -> (Outcome, u64) {
    halves.shows.lock().extend(shown);
    let compared = certain(kept, halves, halves.side, suspected).await;
    assert_eq!(halves.shows.lock().len(), 0, "so many looks");
    note(&*kept.backend, &compared).await.unwrap();
    (compared.outcome, *halves.since.lock())
}

#[expect(clippy::unnecessary_wraps, reason = "beside looks that nobody answered")]
fn same(size: u64) -> Shown {
    Some((size, Outcome::Match {}))
}

#[expect(clippy::unnecessary_wraps, reason = "beside looks that nobody answered")]
fn differs(size: u64, first_leaf: Option<u64>) -> Shown {
    Some((size, Outcome::Mismatch { first_leaf }))
}

fn away() -> Outcome {
    Outcome::NotCompared { reason: "unreachable".into() }
}

#[tokio::test]
async fn the_greatest_head_that_was_compared_is_remembered_over_whatever_came_after_it() {
    let (kept, halves) = told(Side::OwnCosigned);
    let round = async |shown: Shown| {
        halves.shows.lock().push_back(shown);
        let compared = once(&kept, &halves, Side::OwnCosigned, &Suspected::default()).await;
        note(&*kept.backend, &compared).await.unwrap();
        *halves.since.lock()
    };
    let older = || Outcome::NotCompared { reason: "older_shown".into() };
    assert_eq!(round(same(47)).await, 0);
    assert_eq!(round(None).await, 47, "who does not answer on the same day");
    assert_eq!(round(Some((0, older()))).await, 47, "nor who shows an older head");
    assert_eq!(round(same(52)).await, 47);
    assert_eq!(round(differs(60, None)).await, 52);
    assert_eq!(round(None).await, 60);
}

#[tokio::test(start_paused = true)]
async fn a_difference_that_is_not_shown_again_is_kept_until_it_is_compared() {
    let both = told(Side::OwnCosigned);
    let mut suspected = Suspected::default();
    assert_eq!(looked(&both, &mut suspected, [same(47)]).await.0, Outcome::Match {});

    let silent = looked(&both, &mut suspected, [differs(60, None), None]).await;
    assert_eq!(silent, (away(), 60), "a smaller head is not asked for");
    assert!(suspected.is_open(Side::OwnCosigned), "silence clears nothing");
    looked(&both, &mut suspected, [None]).await;
    assert!(suspected.is_open(Side::OwnCosigned));
    looked(&both, &mut suspected, [same(59)]).await;
    assert!(suspected.is_open(Side::OwnCosigned), "nor does a smaller head");

    let seen = looked(&both, &mut suspected, [differs(61, None)]).await.0;
    assert_eq!(seen, Outcome::Mismatch { first_leaf: None }, "the second time, without a third");
    assert!(!suspected.is_open(Side::OwnCosigned));
}

#[tokio::test(start_paused = true)]
async fn a_difference_is_forgotten_when_as_much_is_the_same() {
    let both = told(Side::OwnCosigned);
    let mut suspected = Suspected::default();
    looked(&both, &mut suspected, [differs(60, None), None]).await;
    looked(&both, &mut suspected, [same(60)]).await;
    assert!(!suspected.is_open(Side::OwnCosigned));
    let seen = looked(&both, &mut suspected, [differs(70, None), same(70)]).await.0;
    assert_eq!(seen, Outcome::Match {}, "what is there once only is no mismatch");
}

#[tokio::test(start_paused = true)]
async fn a_difference_that_was_seen_once_is_still_suspected_after_a_restart() {
    let both = told(Side::PlatformsLog);
    looked(&both, &mut Suspected::default(), [same(90_000)]).await;
    let silent = [differs(90_100, Some(777)), None];
    assert_eq!(looked(&both, &mut Suspected::default(), silent).await.0, away());

    // Another process waits for a look at it, and the next mismatch is the second one.
    let mut suspected = Suspected::default();
    assert_eq!(looked(&both, &mut suspected, [None]).await.0, away());
    assert_eq!(suspected.since(Side::PlatformsLog, 90_000), 777);
    assert!(suspected.is_open(Side::PlatformsLog), "silence clears nothing");
    let seen = looked(&both, &mut Suspected::default(), [differs(90_150, Some(777))]).await.0;
    assert_eq!(seen, Outcome::Mismatch { first_leaf: Some(777) }, "without a third look");
    let mut suspected = Suspected::default();
    looked(&both, &mut suspected, [differs(90_160, Some(777)), same(90_160)]).await;
    assert!(!suspected.is_open(Side::PlatformsLog));
    suspected = Suspected::default();
    looked(&both, &mut suspected, [None]).await;
    assert!(!suspected.is_open(Side::PlatformsLog), "what was settled stays settled");
}

#[tokio::test(start_paused = true)]
async fn what_was_suspected_of_a_log_is_not_suspected_of_its_successor() {
    for (side, first_leaf) in [(Side::OwnCosigned, None), (Side::OursMirrored, Some(7))] {
        // The log of this store has no leaf: what differed at 60 was another one.
        let both = told(side);
        let mut suspected = Suspected::default();
        looked(&both, &mut suspected, [differs(60, first_leaf), None]).await;
        assert!(suspected.is_open(side));
        let mut suspected = Suspected::default();
        looked(&both, &mut suspected, [None]).await;
        assert!(!suspected.is_open(side), "{side}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_leaf_that_differed_is_looked_at_again_though_it_matched_before() {
    let both = told(Side::OursMirrored);
    let mut suspected = Suspected::default();
    looked(&both, &mut suspected, [same(90_000)]).await;
    let twice = [differs(90_100, Some(777)), differs(90_100, Some(777))];
    let seen = looked(&both, &mut suspected, twice).await;
    assert_eq!(seen, (Outcome::Mismatch { first_leaf: Some(777) }, 777));
}

#[tokio::test(start_paused = true)]
async fn a_leaf_that_differed_is_looked_at_every_day_until_it_is_the_same() {
    const DAY_MS: i64 = 24 * 3_600_000;
    let mut both = told(Side::OursMirrored);
    let mut since = Vec::new();
    let differs_twice = || vec![differs(90_100, Some(777)), differs(90_100, Some(777))];
    for shown in [vec![same(90_000)], differs_twice(), differs_twice(), vec![same(90_200)]] {
        // Each day a process that remembers nothing.
        since.push(looked(&both, &mut Suspected::default(), shown).await.1);
        both.1.at = both.1.at.plus_millis(DAY_MS);
    }
    since.push(looked(&both, &mut Suspected::default(), [same(90_300)]).await.1);
    assert_eq!(since, [0, 777, 777, 777, 90_200]);
}
