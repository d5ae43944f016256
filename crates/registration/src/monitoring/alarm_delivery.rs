//! Alarms on their way to somebody. What changed is written down once, in the commit that queues it
//! for every channel; a change that was told is not told again after a start, and a channel that
//! cannot recognise a repetition is not tried again once nobody knows whether it took it.

use std::collections::BTreeSet;

use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::outbox::{After, Leased, NewItem, Outbox, Timers};
use heqi_evidence_store::table::Table;
use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::act::Attempts;
use crate::fault::Fault;
use crate::platform::Platform;
use crate::rows::Pair;

const QUEUE: Outbox<AlarmItem> = Outbox::new("alarm");
/// What was told last of each alarm.
const TOLD: Table<String, ToldRow> = Table::new("alarm_told");
/// Tries that were begun, until it is known what became of them.
const TRIES: Table<Pair<String, String>, u32> = Table::new("alarm_try");

/// A change of one alarm.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever watches builds it")]
pub struct AlarmNews {
    /// What it is called, the same however often it is sent.
    pub id: String,
    /// The alarm, as in `/alarms`.
    pub alarm: String,
    /// Raised, or cleared.
    pub raised: bool,
    /// When.
    pub at: UtcMillis,
    /// The figure.
    pub value: u64,
    /// Its limit.
    pub limit: u64,
    /// The unit of both.
    pub unit: String,
}

impl AlarmNews {
    /// A change, named after what it says.
    pub fn new(
        (alarm, raised): (&str, bool),
        at: UtcMillis,
        (value, limit, unit): (u64, u64, &str),
    ) -> Self {
        let said = format!("{alarm}\n{raised}\n{}", at.as_millis());
        let id = Digest::labelled("heqi.alarm/v1\n", said.as_bytes()).to_string();
        Self {
            id: id.chars().take(32).collect(),
            alarm: alarm.to_owned(),
            raised,
            at,
            value,
            limit,
            unit: unit.to_owned(),
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ToldRow {
    raised: bool,
    at: UtcMillis,
}

/// One change for one channel.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmItem {
    /// Which channel: `webhook`, `mail-0`.
    pub channel: String,
    /// What is told.
    pub news: AlarmNews,
}

/// An item a worker holds for a while.
pub type LeasedAlarm = Leased<AlarmItem>;

/// Writes a change down and queues it for each channel. `false`: that was told before.
///
/// # Errors
/// The store could not do its part.
pub async fn note_change(
    platform: &Platform,
    channels: &[String],
    news: &AlarmNews,
) -> Result<bool, Fault> {
    let mut attempts = Attempts::default();
    loop {
        let told = TOLD.row(platform.backend(), &news.alarm).await?;
        let before = told.as_ref().is_some_and(|told| told.value.raised);
        if before == news.raised {
            return Ok(false);
        }
        let mut changes = Changeset::new();
        let row = ToldRow { raised: news.raised, at: news.at };
        match told {
            None => TOLD.insert(&mut changes, &news.alarm, &row)?,
            Some(told) => TOLD.replace(&mut changes, &news.alarm, told.version, &row)?,
        }
        for channel in channels {
            let item = NewItem {
                // Of one alarm, what came first is told first.
                lane: format!("{channel}.{}", news.alarm),
                order: u64::try_from(news.at.as_millis()).unwrap_or(0),
                not_before: platform.now(),
                after: After::Commit,
                payload: AlarmItem { channel: channel.clone(), news: news.clone() },
            };
            QUEUE.enqueue(&mut changes, &item)?;
        }
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(true);
        }
    }
}

/// The alarms of which it was told last that they are raised, by this process or one before it.
///
/// # Errors
/// The store could not be read.
pub async fn told_raised(platform: &Platform) -> Result<BTreeSet<String>, Fault> {
    let told = TOLD.scan(platform.backend(), "", None, usize::MAX).await?;
    let raised = told.into_iter().filter(|(_, told)| told.value.raised);
    Ok(raised.map(|(alarm, _)| alarm).collect())
}

/// Brings back what a clock that ran ahead had put off.
///
/// # Errors
/// The store could not do its part.
pub async fn recall(platform: &Platform, longest_ms: i64) -> Result<usize, Fault> {
    Ok(QUEUE.recall(platform.backend(), platform.now(), longest_ms, Timers::None).await?)
}

/// Leases what is to be told.
///
/// # Errors
/// The store could not do its part.
pub async fn lease(
    platform: &Platform,
    lease_ms: i64,
    limit: usize,
) -> Result<Vec<LeasedAlarm>, Fault> {
    Ok(QUEUE.lease(platform.backend(), platform.now(), lease_ms, limit).await?)
}

/// When the next item is worth looking at.
///
/// # Errors
/// The store could not be read.
pub async fn next_due(platform: &Platform) -> Result<Option<UtcMillis>, Fault> {
    Ok(QUEUE.next_due(platform.backend()).await?)
}

/// Writes down that a try begins. `false`: one was begun before, nobody knows what became of it,
/// and the channel could not tell a repetition: it is not to be tried again, and the item is ended.
///
/// # Errors
/// The store could not do its part.
pub async fn begin(
    platform: &Platform,
    item: &LeasedAlarm,
    is_repeatable: bool,
) -> Result<bool, Fault> {
    let key = key_of(item);
    let mut attempts = Attempts::default();
    loop {
        let before = TRIES.row(platform.backend(), &key).await?;
        if before.is_some() && !is_repeatable {
            end(platform, item).await?;
            return Ok(false);
        }
        let mut changes = Changeset::new();
        match before {
            None => TRIES.insert(&mut changes, &key, &item.attempts)?,
            Some(row) => TRIES.replace(&mut changes, &key, row.version, &item.attempts)?,
        }
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(true);
        }
    }
}

/// Ends an item: it was taken, or never will be.
///
/// # Errors
/// The store could not do its part.
pub async fn end(platform: &Platform, item: &LeasedAlarm) -> Result<(), Fault> {
    let mut changes = Changeset::new();
    forget_try(platform, &mut changes, item).await?;
    QUEUE.complete(platform.backend(), &mut changes, item, platform.now()).await?;
    settle(platform, changes).await
}

/// Gives an item back: it was surely not taken, or a repetition is recognised.
///
/// # Errors
/// The store could not do its part.
pub async fn later(
    platform: &Platform,
    item: &LeasedAlarm,
    retry_at: UtcMillis,
) -> Result<(), Fault> {
    let mut changes = Changeset::new();
    forget_try(platform, &mut changes, item).await?;
    QUEUE.fail(platform.backend(), &mut changes, item, retry_at).await?;
    settle(platform, changes).await
}

fn key_of(item: &LeasedAlarm) -> Pair<String, String> {
    Pair(item.payload.news.id.clone(), item.payload.channel.clone())
}

async fn forget_try(
    platform: &Platform,
    changes: &mut Changeset,
    item: &LeasedAlarm,
) -> Result<(), Fault> {
    let key = key_of(item);
    if let Some(row) = TRIES.row(platform.backend(), &key).await? {
        TRIES.remove(changes, &key, row.version)?;
    }
    Ok(())
}

/// Somebody else who holds the item, after a lease that ran out, does the same.
async fn settle(platform: &Platform, changes: Changeset) -> Result<(), Fault> {
    match platform.backend().commit(changes) {
        Ok(pending) => pending.await.map(|_| ()).map_err(Fault::from),
        Err(CommitError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
