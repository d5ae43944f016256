//! The outbox: work to be done after a commit, written in the same commit, leased by workers, done at least once.
//!
//! Each queue has **lanes**; of a lane only the lowest outstanding item can be leased, so the items of one chain are
//! worked in order while lanes run side by side. A timer is an item that is not ready before its time.
//!
//! Two kinds of rows (`docs/spec/store.md` section 8): the item itself, and a *due* row that says when a lane is worth
//! looking at. Due rows are hints: there may be too many, never too few, so enqueueing needs no precondition and
//! leasing looks only at lanes that are due.

mod rows;

use std::collections::BTreeSet;
use std::marker::PhantomData;

use heqi_vocabulary::UtcMillis;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::backend::{Backend, CommitError, ReadError};
use crate::changeset::{Changeset, Expected, InvalidChangeset, RowKey};
use rows::{Item, decode, is_lane, order_of, put_item};

/// How soon a lane whose first item waits for its leaf is looked at again, in milliseconds.
const RECHECK_MS: i64 = 20;
/// Items rewritten together.
const WAITING_PAGE: usize = 256;
/// How often a lease is tried again when rows change under it.
const LEASE_ATTEMPTS: usize = 8;

/// A queue of work with payloads of type `T`.
#[derive(Clone, Debug)]
pub struct Outbox<T> {
    queue: &'static str,
    payload: PhantomData<fn() -> T>,
}

/// Work to be enqueued.
#[derive(Clone, Debug)]
pub struct NewItem<T> {
    /// Items of one lane are worked one after the other: a chain's id, or an id of the item's own. Letters, digits,
    /// `_`, `-` and `.`, at most 128; never personal data.
    pub lane: String,
    /// Position in the lane, usually the chain's sequence number. The same lane and order again replaces the item.
    pub order: u64,
    /// Not leasable before this instant.
    pub not_before: UtcMillis,
    /// Not leasable before this is under a durable head.
    pub after: After,
    /// What is to be done. Personal data only as [`crate::sealed::Sealed`].
    pub payload: T,
}

/// What an item waits for besides its time.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum After {
    /// Nothing but its own commit.
    #[default]
    Commit,
    /// The leaf of this index.
    Leaf(u64),
    /// The leaf whose index row ([`crate::changeset::LedgerEntry::index_row`]) has this name.
    IndexRow(String),
}

/// Whether a queue has items that are meant to wait until some hour.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "yes or no")]
pub enum Timers {
    /// Every item is due as soon as it is there.
    None,
    /// Some are.
    Some,
}

/// Work a worker holds until `leased_until`.
#[derive(Clone, Debug)]
pub struct Leased<T> {
    /// The lane.
    pub lane: String,
    /// The position in the lane.
    pub order: u64,
    /// How often it has been leased, this time included.
    pub attempts: u32,
    /// When others may lease it again.
    pub leased_until: UtcMillis,
    /// What is to be done.
    pub payload: T,
    version: u64,
    after: After,
}

impl<T: DeserializeOwned + Serialize> Outbox<T> {
    /// The queue of this name: letters, digits, `_` and `-`.
    pub const fn new(queue: &'static str) -> Self {
        Self { queue, payload: PhantomData }
    }

    /// Adds an item to `changes`; it becomes leasable once they are durable.
    pub fn enqueue(&self, changes: &mut Changeset, item: &NewItem<T>) -> Result<(), OutboxError> {
        if !is_lane(&item.lane) {
            return Err(OutboxError::Lane);
        }
        let due_ms = item.not_before.as_millis();
        let key = self.item_key(&item.lane, item.order)?;
        put_item(changes, key, due_ms, 0, &item.after, &item.payload)?;
        changes.put(self.due_key(due_ms, &item.lane)?, "");
        Ok(())
    }

    /// Leases up to `limit` items that are due at `now`, until `now` + `lease_ms`. Resolves when the leases are
    /// durable, and with them everything the items are about.
    pub async fn lease(
        &self,
        backend: &dyn Backend,
        now: UtcMillis,
        lease_ms: i64,
        limit: usize,
    ) -> Result<Vec<Leased<T>>, OutboxError> {
        for _ in 0..LEASE_ATTEMPTS {
            let (changes, leased) = self.choose(backend, now, lease_ms, limit).await?;
            if changes.is_empty() {
                return Ok(leased);
            }
            match backend.commit(changes).map(Box::pin) {
                Ok(pending) => {
                    let version = pending.await?.version;
                    if !leased.is_empty() {
                        return Ok(leased
                            .into_iter()
                            .map(|item| Leased { version, ..item })
                            .collect());
                    }
                    // Only hints were tidied up; look further.
                }
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Vec::new())
    }

    /// Adds to `changes` that the item is done. Commit it with whatever the work produced: both or neither. On
    /// [`CommitError::Conflict`] the lease has run out and somebody else holds the item, or its lane has just changed:
    /// call again with a fresh changeset, and give up when the conflict names the item again.
    pub async fn complete(
        &self,
        backend: &dyn Backend,
        changes: &mut Changeset,
        item: &Leased<T>,
        now: UtcMillis,
    ) -> Result<(), OutboxError> {
        let key = self.item_key(&item.lane, item.order)?;
        let next = backend.scan(&self.lane_prefix(&item.lane), Some(&key), 1).await?;
        changes.expect(key.clone(), Expected::Version(item.version)).delete(key);
        self.drop_lease_hint(backend, changes, item).await?;
        if let Some((key, row)) = next.first() {
            let due_ms = decode::<T>(key, row)?.due_ms.max(now.as_millis());
            changes.put(self.due_key(due_ms, &item.lane)?, "");
        }
        Ok(())
    }

    /// Adds to `changes` that the item failed and may be tried again at `retry_at`. Its lane waits for it.
    pub async fn fail(
        &self,
        backend: &dyn Backend,
        changes: &mut Changeset,
        item: &Leased<T>,
        retry_at: UtcMillis,
    ) -> Result<(), OutboxError> {
        let key = self.item_key(&item.lane, item.order)?;
        changes.expect(key.clone(), Expected::Version(item.version));
        let due_ms = retry_at.as_millis();
        put_item(changes, key, due_ms, item.attempts, &item.after, &item.payload)?;
        self.drop_lease_hint(backend, changes, item).await?;
        changes.put(self.due_key(due_ms, &item.lane)?, "");
        Ok(())
    }

    /// Adds to `changes` that an item is not needed any more, leased or not: how a timer is stopped.
    pub fn cancel(
        &self,
        changes: &mut Changeset,
        lane: &str,
        order: u64,
    ) -> Result<(), OutboxError> {
        changes.delete(self.item_key(lane, order)?);
        Ok(())
    }

    /// Lets no item wait for a leaf any more: in a store that was carried over to another log, what is outstanding
    /// stands under a head of the log before.
    ///
    /// # Errors
    /// The store could not do its part.
    pub async fn wait_for_no_leaf(&self, backend: &dyn Backend) -> Result<(), OutboxError> {
        let prefix = format!("outbox/{}/item/", self.queue);
        let mut last: Option<RowKey> = None;
        loop {
            let rows = backend.scan(prefix.as_bytes(), last.as_ref(), WAITING_PAGE).await?;
            let Some((key, _)) = rows.last() else { return Ok(()) };
            last = Some(key.clone());
            let mut changes = Changeset::new();
            for (key, row) in rows {
                let Item { due_ms, attempts, payload, .. } = decode::<T>(&key, &row)?;
                changes.expect(key.clone(), Expected::Version(row.version));
                put_item(&mut changes, key, due_ms, attempts, &After::Commit, &payload)?;
            }
            backend.commit(changes)?.await?;
        }
    }

    /// Makes due at `now` what a clock that ran ahead put off too far: after the clock was set back, leases, pauses
    /// and new items of before would wait until it is there again. Gives how many items it brought back.
    ///
    /// What is due later than `longest_ms` from `now` is meant; where `timers` says that the queue has items that are
    /// meant to wait, only those that were leased before.
    ///
    /// # Errors
    /// The store could not do its part.
    pub async fn recall(
        &self,
        backend: &dyn Backend,
        now: UtcMillis,
        longest_ms: i64,
        timers: Timers,
    ) -> Result<usize, OutboxError> {
        let prefix = format!("outbox/{}/item/", self.queue);
        let latest_ms = now.plus_millis(longest_ms).as_millis();
        let mut last: Option<RowKey> = None;
        let mut recalled = 0;
        loop {
            let rows = backend.scan(prefix.as_bytes(), last.as_ref(), WAITING_PAGE).await?;
            let Some((key, _)) = rows.last() else { return Ok(recalled) };
            last = Some(key.clone());
            for (key, row) in rows {
                let item = decode::<T>(&key, &row)?;
                let is_meant = timers == Timers::None || item.attempts > 0;
                if item.due_ms <= latest_ms || !is_meant {
                    continue;
                }
                let lane = self.lane_of(&key).map(str::to_owned);
                let lane = lane.ok_or_else(|| OutboxError::Malformed { key: key.clone() })?;
                let mut changes = Changeset::new();
                changes.expect(key.clone(), Expected::Version(row.version));
                let due_ms = now.as_millis();
                put_item(&mut changes, key, due_ms, item.attempts, &item.after, &item.payload)?;
                changes.put(self.due_key(due_ms, &lane)?, "");
                match backend.commit(changes) {
                    Ok(pending) => {
                        pending.await?;
                        recalled += 1;
                    }
                    // Somebody works on it at this moment: then it is not forgotten.
                    Err(CommitError::Conflict { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }

    /// How many items are outstanding; counting stops at `limit`.
    pub async fn outstanding(
        &self,
        backend: &dyn Backend,
        limit: usize,
    ) -> Result<usize, OutboxError> {
        let prefix = format!("outbox/{}/item/", self.queue);
        Ok(backend.scan(prefix.as_bytes(), None, limit).await?.len())
    }

    /// When the next lane is worth looking at; `None` when there is nothing to do.
    pub async fn next_due(&self, backend: &dyn Backend) -> Result<Option<UtcMillis>, OutboxError> {
        let first = backend.scan(&self.due_prefix(), None, 1).await?;
        Ok(first
            .first()
            .and_then(|(key, _)| self.parse_due(key))
            .and_then(|(due_ms, _)| UtcMillis::from_millis(due_ms).ok()))
    }

    /// Reads due lanes in order of time and decides, for the first item of each, whether it can be leased.
    async fn choose(
        &self,
        backend: &dyn Backend,
        now: UtcMillis,
        lease_ms: i64,
        limit: usize,
    ) -> Result<(Changeset, Vec<Leased<T>>), OutboxError> {
        let until = now.plus_millis(lease_ms.max(1));
        let head = backend.log().head().size();
        let (mut changes, mut leased, mut seen) = (Changeset::new(), Vec::new(), BTreeSet::new());
        let page = limit.saturating_mul(4).saturating_add(16);
        for (due_key, due_row) in backend.scan(&self.due_prefix(), None, page).await? {
            let (due_ms, lane) = self
                .parse_due(&due_key)
                .ok_or_else(|| OutboxError::Malformed { key: due_key.clone() })?;
            if due_ms > now.as_millis() || leased.len() >= limit {
                break;
            }
            let mut look_again = None;
            if seen.insert(lane.to_owned())
                && let Some((key, row)) =
                    backend.scan(&self.lane_prefix(lane), None, 1).await?.first()
            {
                let item = decode::<T>(key, row)?;
                let order =
                    order_of(key).ok_or_else(|| OutboxError::Malformed { key: key.clone() })?;
                if item.due_ms > now.as_millis() {
                    look_again = Some(item.due_ms);
                } else if !is_ready(backend, &item.after, head).await? {
                    look_again = Some(now.as_millis().saturating_add(RECHECK_MS));
                } else {
                    look_again = Some(until.as_millis());
                    let attempts = item.attempts.saturating_add(1);
                    changes.expect(key.clone(), Expected::Version(row.version));
                    let due_ms = until.as_millis();
                    put_item(
                        &mut changes,
                        key.clone(),
                        due_ms,
                        attempts,
                        &item.after,
                        &item.payload,
                    )?;
                    leased.push(Leased {
                        lane: lane.to_owned(),
                        order,
                        attempts,
                        leased_until: until,
                        payload: item.payload,
                        version: row.version,
                        after: item.after,
                    });
                }
            }
            // The hint has been followed. If somebody renewed it meanwhile, the commit conflicts and we look again.
            changes
                .expect(due_key.clone(), Expected::Version(due_row.version))
                .delete(due_key.clone());
            if let Some(due_ms) = look_again {
                changes.put(self.due_key(due_ms, lane)?, "");
            }
        }
        Ok((changes, leased))
    }

    /// Removes the hint that the lease's end would have been, unless somebody else has a use for it.
    async fn drop_lease_hint(
        &self,
        backend: &dyn Backend,
        changes: &mut Changeset,
        item: &Leased<T>,
    ) -> Result<(), OutboxError> {
        let key = self.due_key(item.leased_until.as_millis(), &item.lane)?;
        if backend.row(&key).await?.is_some_and(|row| row.version == item.version) {
            changes.expect(key.clone(), Expected::Version(item.version)).delete(key);
        }
        Ok(())
    }
}

/// Why the outbox could not do what was asked.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OutboxError {
    /// The lane has letters it must not have.
    #[error("a lane has 1 to 128 letters, digits, '_', '-' or '.'")]
    Lane,
    /// The row has another form than an outbox row.
    #[error("row {key} is not an outbox row of this queue")]
    Malformed {
        /// The row.
        key: RowKey,
    },
    /// The key or payload breaks a bound.
    #[error(transparent)]
    Invalid(#[from] InvalidChangeset),
    /// The store could not read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The leases could not be committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

async fn is_ready(backend: &dyn Backend, after: &After, head: u64) -> Result<bool, OutboxError> {
    // An item is leased in a commit that follows its own, and the lease is waited for: what the item's own commit
    // wrote is durable by then, leaves included.
    match after {
        After::Commit => Ok(true),
        After::Leaf(index) => Ok(*index < head),
        After::IndexRow(key) => Ok(backend.row(&RowKey::new(key.clone())?).await?.is_some()),
    }
}

#[cfg(test)]
mod tests;
