//! Read-only, decided in one place: a store behind a gate answers every read, and takes a write only while the gate is
//! open. It is closed until the peer has said that it saw nothing of ours that we do not hold (`docs/spec/peer.md`),
//! and for good when the peer has proved the contrary.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use heqi_vocabulary::{Digest, UtcMillis};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::backend::{Answer, Backend, CommitError, Pending, PendingObject};
use crate::changeset::{Changeset, Row, RowKey};
use crate::log::LogReader;
use crate::table::{Table, TableError};
use crate::vault::Vault;
use crate::witness::WitnessError;

/// Why nothing is written.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "whoever explains it must explain each")]
pub enum ReadOnly {
    /// The peer has not been heard since the start: whether the store was set back is not known yet.
    #[error("the peer has not yet said what it holds of ours")]
    PeerNotHeard,
    /// The peer proved that it holds more of ours, or another history of ours, than the store.
    #[error("the store was set back behind what the peer holds of ours")]
    Behind,
}

/// Open or closed, and why. Shared by whoever asks the peer and whoever writes.
#[derive(Debug)]
pub struct WriteGate(watch::Sender<Option<ReadOnly>>);

impl WriteGate {
    /// A gate that waits for the peer.
    pub fn closed() -> Self {
        Self(watch::Sender::new(Some(ReadOnly::PeerNotHeard)))
    }

    /// A gate that lets everything through: there is no peer that could say anything.
    pub fn open() -> Self {
        Self(watch::Sender::new(None))
    }

    /// Closes an open gate until the peer has been heard.
    pub fn hold(&self) {
        self.0.send_if_modified(|why| {
            let was_open = why.is_none();
            why.get_or_insert(ReadOnly::PeerNotHeard);
            was_open
        });
    }

    /// The peer holds nothing that we do not. A store that was proved to be behind stays closed: only a restart on
    /// another store opens it.
    pub fn release(&self) {
        self.0.send_if_modified(|why| {
            let waits = *why == Some(ReadOnly::PeerNotHeard);
            if waits {
                *why = None;
            }
            waits
        });
    }

    /// The peer proved that the store was set back.
    pub fn shut(&self) {
        self.0.send_replace(Some(ReadOnly::Behind));
    }

    /// Why nothing is written now; `None` while everything is.
    pub fn why(&self) -> Option<ReadOnly> {
        *self.0.borrow()
    }

    /// Resolves when the gate is open. Never, when it is shut.
    pub async fn opened(&self) {
        // The sender is `self`: it cannot be gone.
        let _ = self.0.subscribe().wait_for(Option::is_none).await;
    }
}

/// From this gap on, in milliseconds, the operator is told and it is noted.
pub const CLOCK_ALARM_MS: i64 = 2_000;
/// From this gap on, in milliseconds, nothing is begun whose time matters.
pub const CLOCK_LIMIT_MS: i64 = 60_000;

const CLOCK_GAPS: Table<String, ClockGap> = Table::new("clock-gap");

/// How far a peer's clock is from ours.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a row, version 1")]
pub struct ClockGap {
    /// Whose.
    pub peer: String,
    /// How far it is ahead of ours.
    pub gap_ms: i64,
    /// How long the exchange took; the gap is known no better than half of it.
    pub round_trip_ms: i64,
}

impl ClockGap {
    /// The part of the gap that the length of the exchange does not explain, in milliseconds.
    pub fn certain_ms(&self) -> i64 {
        self.gap_ms.saturating_abs().saturating_sub(self.round_trip_ms.max(0) / 2).max(0)
    }
}

/// Our clock beside those of the peers, as last heard.
#[derive(Debug, Default)]
pub struct PeerClock(Mutex<BTreeMap<String, ClockGap>>);

impl PeerClock {
    /// Hears of a peer's clock. Whether the gap is to be noted: it is over [`CLOCK_ALARM_MS`].
    pub fn note(&self, gap: &ClockGap) -> bool {
        self.0.lock().insert(gap.peer.clone(), gap.clone());
        gap.certain_ms() > CLOCK_ALARM_MS
    }

    /// Who was heard and is silent now: what it said before says nothing of a clock that may have been set since.
    pub fn forget(&self, peer: &str) {
        self.0.lock().remove(peer);
    }

    /// The largest gap there is for certain, in milliseconds.
    pub fn gap_ms(&self) -> i64 {
        self.0.lock().values().map(ClockGap::certain_ms).max().unwrap_or(0)
    }

    /// The clock that is furthest from ours for certain; `None` while none was heard.
    pub fn furthest(&self) -> Option<ClockGap> {
        self.0.lock().values().max_by_key(|gap| gap.certain_ms()).cloned()
    }

    /// Whether our clock may be relied upon.
    pub fn is_trusted(&self) -> bool {
        self.gap_ms() <= CLOCK_LIMIT_MS
    }
}

/// Keeps a gap of clocks under the instant it was seen.
///
/// # Errors
/// The store did not take it.
pub async fn note_clock_gap(
    backend: &dyn Backend,
    at: UtcMillis,
    gap: &ClockGap,
) -> Result<(), WitnessError> {
    let mut changes = Changeset::new();
    let key = format!("{:015}/{}", at.as_millis().max(0), gap.peer);
    CLOCK_GAPS.put(&mut changes, &key, gap)?;
    backend.commit(changes)?.await?;
    Ok(())
}

/// The gaps that were noted, oldest first, at most `limit`.
///
/// # Errors
/// The store could not be read.
pub async fn clock_gaps(backend: &dyn Backend, limit: usize) -> Result<Vec<ClockGap>, TableError> {
    let rows = CLOCK_GAPS.scan(backend, "", None, limit).await?;
    Ok(rows.into_iter().map(|(_, stored)| stored.value).collect())
}

/// A store behind a gate.
pub struct Gated {
    inner: Arc<dyn Backend>,
    gate: Arc<WriteGate>,
}

impl Gated {
    /// Puts `inner` behind `gate`.
    pub fn new(inner: Arc<dyn Backend>, gate: Arc<WriteGate>) -> Self {
        Self { inner, gate }
    }

    fn check(&self) -> Result<(), CommitError> {
        self.gate.why().map_or(Ok(()), |why| Err(CommitError::ReadOnly(why)))
    }
}

impl Backend for Gated {
    fn row<'a>(&'a self, key: &'a RowKey) -> Answer<'a, Option<Row>> {
        self.inner.row(key)
    }

    fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a RowKey>,
        limit: usize,
    ) -> Answer<'a, Vec<(RowKey, Row)>> {
        self.inner.scan(prefix, after, limit)
    }

    fn commit(&self, changes: Changeset) -> Result<Pending, CommitError> {
        self.check()?;
        self.inner.commit(changes)
    }

    fn put_object(&self, object: Bytes) -> Result<PendingObject, CommitError> {
        self.check()?;
        self.inner.put_object(object)
    }

    fn object<'a>(&'a self, id: &'a Digest) -> Answer<'a, Option<Bytes>> {
        self.inner.object(id)
    }

    fn discard_object<'a>(&'a self, id: &'a Digest) -> BoxFuture<'a, Result<bool, CommitError>> {
        match self.check() {
            Ok(()) => self.inner.discard_object(id),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    fn settled(&self) -> BoxFuture<'_, Result<(), CommitError>> {
        self.inner.settled()
    }

    fn progress(&self) -> watch::Receiver<u64> {
        self.inner.progress()
    }

    fn log(&self) -> &dyn LogReader {
        self.inner.log()
    }

    fn vault(&self) -> &dyn Vault {
        self.inner.vault()
    }

    fn read_only(&self) -> Option<ReadOnly> {
        self.gate.why()
    }
}

impl fmt::Debug for Gated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gated({:?}, {:?})", self.inner, self.gate.why())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changeset::LedgerEntry;
    use crate::testing::memory;

    fn change(text: &str) -> Changeset {
        let mut changes = Changeset::new();
        changes.put(RowKey::new(text.to_owned()).unwrap(), text.to_owned());
        changes.append(LedgerEntry::new(text.to_owned(), text.to_owned()));
        changes
    }

    #[tokio::test]
    async fn a_closed_gate_answers_reads_and_takes_no_write_until_it_is_released() {
        let inner: Arc<dyn Backend> = memory();
        inner.commit(change("before")).unwrap().await.unwrap();
        let gate = Arc::new(WriteGate::closed());
        let store = Gated::new(inner, gate.clone());
        let key = RowKey::new("before").unwrap();
        assert!(store.durable_row(&key).await.unwrap().is_some());
        assert_eq!(store.log().head().size(), 1);
        assert_eq!(store.read_only(), Some(ReadOnly::PeerNotHeard));
        let closed = CommitError::ReadOnly(ReadOnly::PeerNotHeard);
        assert_eq!(store.commit(change("a")).err(), Some(closed.clone()));
        assert_eq!(store.put_object(Bytes::from_static(b"o")).err(), Some(closed.clone()));
        assert_eq!(store.discard_object(&Digest::of(b"o")).await.err(), Some(closed));

        gate.release();
        gate.opened().await;
        store.commit(change("a")).unwrap().await.unwrap();
        assert_eq!((store.log().head().size(), store.read_only()), (2, None));
    }

    #[tokio::test]
    async fn a_gap_of_clocks_is_noted_over_two_seconds_and_limits_over_a_minute() {
        let clock = PeerClock::default();
        let gap = |gap_ms, round_trip_ms| ClockGap { peer: "a".into(), gap_ms, round_trip_ms };
        assert!(!clock.note(&gap(2_000, 0)) && !clock.note(&gap(-9_000, 14_000)));
        assert!(clock.note(&gap(-2_001, 0)) && clock.is_trusted());
        assert!(clock.note(&gap(60_001, 0)) && !clock.is_trusted());
        assert!(!clock.note(&gap(0, 0)) && clock.is_trusted());
        // One of two is enough, and whoever is silent is forgotten.
        let other = ClockGap { peer: "b".into(), gap_ms: -70_000, round_trip_ms: 0 };
        assert!(clock.note(&other) && !clock.note(&gap(5, 0)) && !clock.is_trusted());
        assert_eq!(clock.furthest(), Some(other));
        clock.forget("b");
        assert!(clock.is_trusted() && clock.gap_ms() == 5);
        assert_eq!(clock.furthest(), Some(gap(5, 0)));
        clock.forget("a");
        assert_eq!(clock.furthest(), None);

        let store = memory();
        let at = UtcMillis::from_millis(1_800_000_000_000).unwrap();
        note_clock_gap(&*store, at, &gap(-2_001, 3)).await.unwrap();
        assert_eq!(clock_gaps(&*store, 9).await.unwrap(), [gap(-2_001, 3)]);
    }

    #[tokio::test]
    async fn a_store_proved_to_be_behind_is_never_released() {
        let gate = WriteGate::closed();
        gate.shut();
        gate.release();
        assert_eq!(gate.why(), Some(ReadOnly::Behind));
    }
}
