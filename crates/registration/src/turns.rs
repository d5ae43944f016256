//! Work that is to be done once although many ask for it at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use heqi_vocabulary::{Digest, DocumentId};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::rows::Pair;

/// One of sixteen for each document: two may share one and then wait without need, and
/// nothing grows.
#[derive(Debug, Default)]
pub(crate) struct Turns([Mutex<()>; 16]);

impl Turns {
    pub(crate) fn of(&self, document: DocumentId) -> &Mutex<()> {
        let [first, ..] = &self.0;
        let place = Digest::of(&document.to_bytes()).as_bytes().first().map_or(0, |byte| byte % 16);
        self.0.get(usize::from(place)).unwrap_or(first)
    }
}

/// Who asks, and the digest of the key it asks with.
pub(crate) type AskedWith = Pair<String, Digest>;

/// The requests under way by what they were asked with. The same request sent twice at once has
/// its second copy wait for the first: it would otherwise find a state that its own twin has just
/// brought about, and be refused by it.
#[derive(Debug, Default)]
pub(crate) struct Twins(parking_lot::Mutex<BTreeMap<AskedWith, Arc<Mutex<()>>>>);

impl Twins {
    /// Waits until no twin of this request is under way.
    pub(crate) async fn turn(&self, asked: &AskedWith) -> Turn<'_> {
        let lock = Arc::clone(self.0.lock().entry(asked.clone()).or_default());
        // Made before it waits, so that a caller who gives up waiting leaves nothing behind.
        let mut turn = Turn { twins: self, asked: asked.clone(), held: None };
        turn.held = Some(lock.lock_owned().await);
        turn
    }
}

/// While this lives, no twin of the request is under way.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    twins: &'a Twins,
    asked: AskedWith,
    held: Option<OwnedMutexGuard<()>>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.held = None;
        let mut under_way = self.twins.0.lock();
        // Whoever waits holds the lock too, and took it under the same mutex.
        if under_way.get(&self.asked).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            under_way.remove(&self.asked);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn asked(key: &str) -> AskedWith {
        Pair("somebody".into(), Digest::of(key.as_bytes()))
    }

    #[tokio::test]
    async fn twins_follow_each_other_others_do_not_wait_and_nothing_stays_behind() {
        let twins = Twins::default();
        let (one, another) = (asked("one"), asked("other"));
        let first = twins.turn(&one).await;
        let other = twins.turn(&another).await;
        // Gives up waiting.
        let waiting = tokio::time::timeout(Duration::from_millis(5), twins.turn(&one));
        assert!(waiting.await.is_err());
        assert_eq!(twins.0.lock().len(), 2);
        {
            let second = twins.turn(&one);
            tokio::pin!(second);
            assert!(futures_util::poll!(second.as_mut()).is_pending());
            drop(first);
            drop(second.await);
        }
        drop(other);
        assert!(twins.0.lock().is_empty());
    }
}
