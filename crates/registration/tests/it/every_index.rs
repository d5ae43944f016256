//! The index in which filings are found fails at every call, with nothing done or with everything done:
//! it is filled in the end, nothing is shown without it, and what is on record is answered without it.

use std::collections::BTreeSet;
use std::sync::Arc;

use heqi_registration::index_filings::{IndexFilingsError, index_filings};
use heqi_registration::legal_hold::PlaceHold;
use heqi_registration::regulator::looks::place_hold;
use heqi_registration::regulator::search::{results, search};
use heqi_registration::search_index::{
    FoundPage, IndexFault, IndexSize, IndexedFiling, MemoryIndex, Rank, SearchIndex, Sought,
};
use heqi_vocabulary::{Explain as _, FilingId, FilingNo};
use parking_lot::Mutex;

use crate::regulator::{by_company, regulator, signed};
use crate::world::World;

/// What became of a call that failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Failing {
    Undone,
    Done,
}

/// An index one of whose calls fails. It fails nothing until it is told to.
#[derive(Debug, Default)]
struct FaultyIndex {
    inner: MemoryIndex,
    script: Mutex<Script>,
}

#[derive(Debug, Default)]
struct Script {
    calls: usize,
    planned: Option<(usize, Failing)>,
    has_failed: bool,
}

impl FaultyIndex {
    /// The call that comes after `index` others, counted from now on, fails.
    fn fail(&self, index: usize, how: Failing) {
        *self.script.lock() = Script { planned: Some((index, how)), ..Script::default() };
    }

    /// Nothing fails any more.
    fn reset(&self) {
        *self.script.lock() = Script::default();
    }

    fn has_failed(&self) -> bool {
        self.script.lock().has_failed
    }

    fn call<T>(
        &self,
        works: impl FnOnce(&MemoryIndex) -> Result<T, IndexFault>,
    ) -> Result<T, IndexFault> {
        let mut script = self.script.lock();
        let index = script.calls;
        script.calls += 1;
        let planned = script.planned.filter(|(planned, _)| *planned == index);
        let Some((_, how)) = planned else { return works(&self.inner) };
        script.has_failed = true;
        if how == Failing::Done {
            drop(works(&self.inner)?);
        }
        Err(IndexFault::new("a call that failed"))
    }
}

impl SearchIndex for FaultyIndex {
    fn position(&self) -> Option<u64> {
        self.inner.position()
    }

    fn write(&self, filings: &[IndexedFiling], position: Option<u64>) -> Result<(), IndexFault> {
        self.call(|index| index.write(filings, position))
    }

    fn clear(&self) -> Result<(), IndexFault> {
        self.call(SearchIndex::clear)
    }

    fn find(
        &self,
        sought: &Sought,
        after: Option<Rank>,
        limit: usize,
    ) -> Result<FoundPage, IndexFault> {
        self.call(|index| index.find(sought, after, limit))
    }

    fn holds(&self, sought: &Sought, number: FilingNo) -> Result<bool, IndexFault> {
        self.call(|index| index.holds(sought, number))
    }

    fn size(&self) -> IndexSize {
        self.inner.size()
    }
}

/// As the worker does: a step that failed is made again.
async fn fill(world: &World) {
    for _ in 0..20 {
        match index_filings(&world.platform).await {
            Ok(indexed) if indexed.has_caught_up => return,
            Ok(_) | Err(IndexFilingsError::Index(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    panic!("it is never filled");
}

#[tokio::test]
async fn an_index_that_fails_at_any_call_is_filled_in_the_end_and_finds_what_is_there() {
    let world = World::new().await;
    let kept = [world.open().await, world.open().await];
    let mut injected = 0;
    // At first everything is put in, then what comes after.
    for index in 0.. {
        for how in [Failing::Undone, Failing::Done] {
            let what = format!("call {index}, {how:?}");
            let store = Arc::new(world.store.copy());
            let mut other = world.started_on(&store, store.clone(), 12).await;
            let faulty = Arc::new(FaultyIndex::default());
            other.platform = other.platform.finding_by(faulty.clone());
            faulty.fail(index, how);
            fill(&other).await;
            let late = other.open().await;
            fill(&other).await;
            if !faulty.has_failed() {
                assert!(injected >= 8, "{injected} failures");
                return;
            }
            injected += 1;
            let found = faulty.inner.find(&Sought::default(), None, 100).unwrap().filings;
            let found: BTreeSet<FilingId> = found.into_iter().collect();
            assert_eq!(found, BTreeSet::from([kept[0], kept[1], late]), "{what}");
        }
    }
}

#[tokio::test]
async fn an_index_that_fails_shows_nothing_and_what_is_on_record_is_answered_without_it() {
    let (mut world, drafted) = signed().await;
    let faulty = Arc::new(FaultyIndex::default());
    world.platform = world.platform.finding_by(faulty.clone());
    world.index().await;
    let request = world.named_request(&regulator(), "search");
    for how in [Failing::Undone, Failing::Done] {
        let before = world.contents().await;
        faulty.fail(0, how);
        let refused = search(&world.platform, &request, &by_company()).await.unwrap_err();
        assert_eq!(refused.code(), "search_unavailable");
        assert_eq!(world.contents().await, before, "{how:?}: nothing was searched");
    }
    faulty.reset();
    let query = search(&world.platform, &request, &by_company()).await.unwrap().query;
    let before = world.contents().await;
    faulty.fail(0, Failing::Undone);
    let again = search(&world.platform, &request, &by_company()).await.unwrap();
    assert_eq!(again.query, query, "it was searched, and is told so");
    // Nothing that it found is shown while it cannot be asked whether it found it.
    let refused = world.dossier(query, drafted.filing).await.map(drop).unwrap_err();
    assert_eq!(refused.code(), "search_unavailable");
    faulty.fail(0, Failing::Undone);
    let refused = results(&world.platform, &regulator(), query, None).await.unwrap_err();
    assert_eq!(refused.code(), "search_unavailable");
    assert_eq!(world.contents().await, before);
    faulty.reset();
    let hold = PlaceHold { filing: drafted.filing, reason: "（2026）示例行初1号".into() };
    let holding = world.named_request(&regulator(), "hold");
    let placed = place_hold(&world.platform, &holding, query, hold.clone()).await.unwrap();
    faulty.fail(0, Failing::Undone);
    let again = place_hold(&world.platform, &holding, query, hold.clone()).await.unwrap();
    assert_eq!(again, placed, "it is held, and is told so");
    let other = world.named_request(&regulator(), "another-hold");
    let refused = place_hold(&world.platform, &other, query, hold).await.unwrap_err();
    assert_eq!(refused.code(), "search_unavailable");
    faulty.reset();
    let shown = results(&world.platform, &regulator(), query, None).await.unwrap();
    assert_eq!(shown.rows.len(), 1);
}
