//! The newest signings that this process has seen completed, and who holds each: the
//! squares of the coverage page. Bounded, and asked for at most once a second however many
//! people look.

use std::collections::VecDeque;

use heqi_registration::fault::ActError;
use heqi_registration::receipt::{Wait, receipt};
use heqi_registration::{Actor, Platform};
use heqi_vocabulary::{RecordId, UtcMillis};
use parking_lot::Mutex;

use crate::figures::observer;

/// How many signings are remembered.
pub(crate) const REMEMBERED: usize = 200;
/// For how long an answer is good enough, in milliseconds.
const FRESH_MS: i64 = 1_000;

/// One signing and how many custodians hold it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Square {
    /// The record of the signing.
    pub(crate) record: RecordId,
    /// How many custodians hold it.
    pub(crate) held: usize,
    /// Of how many.
    pub(crate) of: usize,
}

/// What is remembered.
pub(crate) struct Recent {
    noted: Mutex<VecDeque<Square>>,
    asked: tokio::sync::Mutex<Option<UtcMillis>>,
    observer: Actor,
}

impl Recent {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        let noted = Mutex::new(VecDeque::with_capacity(REMEMBERED));
        Self { noted, asked: tokio::sync::Mutex::new(None), observer: observer() }
    }

    /// Remembers a completed signing; one that is asked for again is remembered once.
    pub(crate) fn note(&self, record: RecordId) {
        let mut noted = self.noted.lock();
        if noted.back().is_some_and(|last| last.record == record) {
            return;
        }
        if noted.len() == REMEMBERED {
            noted.pop_front();
        }
        noted.push_back(Square { record, held: 0, of: 0 });
    }

    /// How each of them stands, the oldest first.
    ///
    /// # Errors
    /// The store could not be read.
    pub(crate) async fn standing(&self, platform: &Platform) -> Result<Vec<Square>, ActError> {
        let mut asked = self.asked.lock().await;
        let now = platform.now();
        let is_fresh = asked.is_some_and(|at| (0..FRESH_MS).contains(&now.millis_since(at)));
        if !is_fresh {
            // What every custodian holds stays held: only the others are asked about again.
            let open = self.snapshot().into_iter().filter(|one| one.of == 0 || one.held < one.of);
            for one in open.collect::<Vec<_>>() {
                let standing =
                    receipt(platform, &self.observer, one.record, &Wait::default()).await?;
                self.learn(one.record, standing.deposited.held, standing.deposited.of);
            }
            *asked = Some(now);
        }
        Ok(self.snapshot())
    }

    fn learn(&self, record: RecordId, held: usize, of: usize) {
        if let Some(one) = self.noted.lock().iter_mut().find(|one| one.record == record) {
            *one = Square { record, held, of };
        }
    }

    fn snapshot(&self) -> Vec<Square> {
        self.noted.lock().iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: u8) -> RecordId {
        RecordId::from_bytes([number; 16])
    }

    #[test]
    fn only_the_newest_are_remembered_and_each_once() {
        let recent = Recent::new();
        for number in 0..=u8::MAX {
            recent.note(record(number));
            recent.note(record(number));
        }
        let noted = recent.snapshot();
        assert_eq!(noted.len(), REMEMBERED);
        assert_eq!(noted.last().unwrap().record, record(u8::MAX));
        recent.learn(record(u8::MAX), 1, 2);
        assert_eq!(recent.snapshot().last().unwrap().held, 1);
    }
}
