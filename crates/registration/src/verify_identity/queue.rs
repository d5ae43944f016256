//! Who is to be asked about, in an outbox: each party a lane of its own, tried again with growing
//! pauses.

use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::outbox::{After, Leased, NewItem, Outbox, Timers};
use heqi_vocabulary::{FilingId, PartyId, UtcMillis};
use serde::{Deserialize, Serialize};

use super::{IdentityRow, KnownRow, asked_row, portraits};
use crate::fault::Fault;
use crate::platform::Platform;
use crate::rows::{self, Pair};

/// The first pause after a provider did not answer; each further one is twice as long.
const PAUSE_MS: i64 = 15_000;
const LONGEST_PAUSE_MS: i64 = 3_600_000;

/// What the worker's queue holds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct IdentityItem {
    /// The filing.
    pub filing: FilingId,
    /// The party.
    pub party: PartyId,
}

/// An item a worker holds for a while.
pub type LeasedCheck = Leased<IdentityItem>;

/// Each party is a lane of its own, so that none waits for another.
pub(super) const QUEUE: Outbox<IdentityItem> = Outbox::new("identity");

/// Adds to `changes` that the party is to be asked about again; what is known of it counts until then.
pub(crate) async fn enqueue(
    platform: &Platform,
    changes: &mut Changeset,
    whose: (FilingId, PartyId),
) -> Result<(), Fault> {
    if !platform.identity().is_anybody_asked() {
        return Ok(());
    }
    let before = asked_row(platform, whose.0, whose.1).await?;
    let known = before.as_ref().and_then(|row| row.value.known.clone());
    add(platform, changes, whose, before.map(|row| row.version), known)
}

/// The same, and what was known before was about somebody else. Gives the portraits whose bytes may go once
/// the changeset is committed.
pub(crate) async fn enqueue_anew(
    platform: &Platform,
    changes: &mut Changeset,
    whose: (FilingId, PartyId),
) -> Result<Vec<String>, Fault> {
    if !platform.identity().is_anybody_asked() {
        return Ok(Vec::new());
    }
    let before = asked_row(platform, whose.0, whose.1).await?;
    add(platform, changes, whose, before.map(|row| row.version), None)?;
    portraits::give_up(platform, changes, whose).await
}

/// Adds to `changes` that nobody is asked about the party any more: an answer that is under way is not kept.
/// What was answered before stays what it was.
pub(crate) async fn stop(
    platform: &Platform,
    changes: &mut Changeset,
    whose: (FilingId, PartyId),
) -> Result<(), Fault> {
    let row = asked_row(platform, whose.0, whose.1).await?;
    let Some(row) = row.filter(|row| row.value.waiting) else { return Ok(()) };
    let version = row.version;
    let stopped = IdentityRow { waiting: false, ..row.value };
    Ok(rows::IDENTITY_CHECKS.replace(changes, &Pair(whose.0, whose.1), version, &stopped)?)
}

fn add(
    platform: &Platform,
    changes: &mut Changeset,
    (filing, party): (FilingId, PartyId),
    before: Option<u64>,
    known: Option<KnownRow>,
) -> Result<(), Fault> {
    let key = Pair(filing, party);
    let now = platform.now();
    let row = IdentityRow { waiting: true, declared_at: now, known };
    match before {
        None => rows::IDENTITY_CHECKS.insert(changes, &key, &row)?,
        Some(version) => rows::IDENTITY_CHECKS.replace(changes, &key, version, &row)?,
    }
    let item = NewItem {
        lane: party.to_string(),
        order: 0,
        not_before: now,
        after: After::Commit,
        payload: IdentityItem { filing, party },
    };
    Ok(QUEUE.enqueue(changes, &item)?)
}

/// Leases up to `limit` due checks for `lease_ms` milliseconds.
///
/// # Errors
/// The store could not do its part.
pub async fn lease(
    platform: &Platform,
    lease_ms: i64,
    limit: usize,
) -> Result<Vec<LeasedCheck>, Fault> {
    Ok(QUEUE.lease(platform.backend(), platform.now(), lease_ms, limit).await?)
}

/// Brings back checks whose lease or pause was given by a clock that ran ahead; gives how many.
///
/// # Errors
/// The store could not do its part.
pub async fn recall(platform: &Platform) -> Result<usize, Fault> {
    let (backend, now) = (platform.backend(), platform.now());
    Ok(QUEUE.recall(backend, now, 2 * LONGEST_PAUSE_MS, Timers::None).await?)
}

/// When the next check is worth looking at; `None` when there is none.
///
/// # Errors
/// The store could not be read.
pub async fn next_due(platform: &Platform) -> Result<Option<UtcMillis>, Fault> {
    Ok(QUEUE.next_due(platform.backend()).await?)
}

/// 15 seconds, then twice as long each time, an hour at most.
pub(super) fn pause_ms(attempts: u32) -> i64 {
    let doubled = PAUSE_MS.saturating_mul(1_i64 << attempts.saturating_sub(1).min(12));
    doubled.min(LONGEST_PAUSE_MS)
}

pub(super) async fn give_back(platform: &Platform, item: &LeasedCheck) -> Result<(), Fault> {
    let retry_at = platform.now().plus_millis(pause_ms(item.attempts));
    settle(platform, item, Some(retry_at)).await
}

pub(super) async fn end(platform: &Platform, item: &LeasedCheck) -> Result<(), Fault> {
    settle(platform, item, None).await
}

/// Ends the item or gives it back. Whoever holds it by now does the rest.
async fn settle(
    platform: &Platform,
    item: &LeasedCheck,
    retry_at: Option<UtcMillis>,
) -> Result<(), Fault> {
    for _ in 0..8 {
        let mut changes = Changeset::new();
        match retry_at {
            None => QUEUE.complete(platform.backend(), &mut changes, item, platform.now()).await?,
            Some(at) => QUEUE.fail(platform.backend(), &mut changes, item, at).await?,
        }
        let result = match platform.backend().commit(changes) {
            Ok(pending) => pending.await,
            Err(error) => Err(error),
        };
        match result {
            Ok(_) => return Ok(()),
            Err(CommitError::Conflict { .. }) => tokio::task::yield_now().await,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
