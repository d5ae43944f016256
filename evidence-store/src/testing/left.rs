//! An act done again and again on copies of a store, each time with another of its calls failing.

use std::sync::Arc;

use super::faulty::{Failure, Faulty};
use crate::backend::memory::MemoryBackend;

/// What an act leaves one of whose calls failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Left<A> {
    /// Which call failed, and how, for whoever reads why a test failed.
    pub what: String,
    /// How it failed.
    pub how: Failure,
    /// What the act answered.
    pub answer: A,
    /// The store as another process finds it: nothing fails any more.
    pub store: Arc<MemoryBackend>,
}

/// Does `act` on copies of `store`: once whole, then once for each call it made and each way to
/// fail, and gives what each of those left.
///
/// # Panics
/// When the act makes no call, or others the second time: then nothing was tried.
pub async fn left_by<A>(
    name: &str,
    store: &MemoryBackend,
    act: impl AsyncFn(Arc<Faulty>) -> A,
) -> Vec<Left<A>> {
    let whole = Arc::new(Faulty::new(Arc::new(store.copy())));
    act(Arc::clone(&whole)).await;
    let calls = whole.calls();
    assert!(!calls.is_empty(), "{name} asks the store for nothing");
    let mut left = Vec::new();
    for (index, call) in calls.iter().enumerate() {
        for how in Failure::ALL {
            let what = format!("{name}: {call}, call {index} of {}, {how:?}", calls.len());
            let store = Arc::new(store.copy());
            let faulty = Arc::new(Faulty::new(store.clone()));
            faulty.fail(index, how);
            let answer = act(Arc::clone(&faulty)).await;
            assert_eq!(faulty.failed(), Some(*call), "{what}");
            left.push(Left { what, how, answer, store });
        }
    }
    left
}
