//! Alarms on their way to somebody. What changed is written down once, in the commit that queues it
//! for every channel; a change that was told is not told again after a start, and a channel that
//! cannot recognise a repetition is not tried again once nobody knows whether it took it.

use std::collections::BTreeSet;

use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use super::MonitoringError;
use crate::backend::{Backend, CommitError};
use crate::changeset::Changeset;
use crate::outbox::{After, Leased, NewItem, Outbox, Timers};
use crate::table::{Pair, Table};

const QUEUE: Outbox<AlarmItem> = Outbox::new("alarm");
/// What was told last of each alarm.
const TOLD: Table<String, ToldRow> = Table::new("alarm_told");
/// Tries that were begun, until it is known what became of them.
const TRIES: Table<Pair<String, String>, u32> = Table::new("alarm_try");
/// How often a commit is tried again when somebody else was faster.
const ATTEMPTS: u32 = 16;

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

/// An alarm as it stands at a look.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever watches builds it")]
pub struct AlarmStanding<'a> {
    /// The alarm, as in `/alarms`.
    pub alarm: &'a str,
    /// Since when it is raised.
    pub since: Option<UtcMillis>,
    /// The figure; `None` while nobody could tell.
    pub value: Option<u64>,
    /// Its limit.
    pub limit: u64,
    /// The unit of both.
    pub unit: &'a str,
}

/// Tells what changed since the look before, on each channel.
#[derive(Debug)]
pub struct Teller {
    channels: Vec<String>,
    /// What was told last; `None` before that was read.
    raised: Option<BTreeSet<String>>,
}

impl Teller {
    /// A teller with these channels.
    pub const fn new(channels: Vec<String>) -> Self {
        Self { channels, raised: None }
    }

    /// Queues what changed. What cannot be queued now is queued at the next look.
    pub async fn tell(
        &mut self,
        backend: &dyn Backend,
        now: UtcMillis,
        alarms: &[AlarmStanding<'_>],
    ) {
        if self.channels.is_empty() {
            return;
        }
        // What a process before this one told is told: what has passed since then is news.
        if self.raised.is_none() {
            match told_raised(backend).await {
                Ok(told) => self.raised = Some(told),
                Err(error) => return tracing::warn!(%error, "what was told cannot be read"),
            }
        }
        let Some(raised) = &mut self.raised else { return };
        for alarm in alarms {
            let is_raised = alarm.since.is_some();
            // A new process knows no figure at first, and waits for a second look.
            let has_passed = alarm.value.is_some_and(|value| value <= alarm.limit);
            if is_raised == raised.contains(alarm.alarm) || !(is_raised || has_passed) {
                continue;
            }
            let at = alarm.since.unwrap_or(now);
            let figure = (alarm.value.unwrap_or(0), alarm.limit, alarm.unit);
            let news = AlarmNews::new((alarm.alarm, is_raised), at, figure);
            match note_change(backend, &self.channels, &news, now).await {
                Ok(_) if is_raised => {
                    raised.insert(alarm.alarm.to_owned());
                }
                Ok(_) => {
                    raised.remove(alarm.alarm);
                }
                // Nothing is written before the peer has been heard; that is no fault.
                Err(error) if error.is_read_only() => return,
                Err(error) => {
                    tracing::warn!(alarm.name = alarm.alarm, %error, "nobody can be told now");
                }
            }
        }
    }
}

/// Writes a change down and queues it for each channel. `false`: that was told before.
///
/// # Errors
/// The store could not do its part.
pub async fn note_change(
    backend: &dyn Backend,
    channels: &[String],
    news: &AlarmNews,
    now: UtcMillis,
) -> Result<bool, MonitoringError> {
    let mut attempts = 0;
    loop {
        let told = TOLD.row(backend, &news.alarm).await?;
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
                not_before: now,
                after: After::Commit,
                payload: AlarmItem { channel: channel.clone(), news: news.clone() },
            };
            QUEUE.enqueue(&mut changes, &item)?;
        }
        if committed(backend, changes, &mut attempts).await? {
            return Ok(true);
        }
    }
}

/// Commits. `false`: a row has changed since it was read, so read again.
async fn committed(
    backend: &dyn Backend,
    changes: Changeset,
    attempts: &mut u32,
) -> Result<bool, CommitError> {
    let result = match backend.commit(changes) {
        Ok(pending) => pending.await,
        Err(error) => Err(error),
    };
    match result {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict { .. }) if *attempts < ATTEMPTS => {
            *attempts += 1;
            tokio::task::yield_now().await;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// The alarms of which it was told last that they are raised, by this process or one before it.
///
/// # Errors
/// The store could not be read.
pub async fn told_raised(backend: &dyn Backend) -> Result<BTreeSet<String>, MonitoringError> {
    let told = TOLD.scan(backend, "", None, usize::MAX).await?;
    let raised = told.into_iter().filter(|(_, told)| told.value.raised);
    Ok(raised.map(|(alarm, _)| alarm).collect())
}

/// Brings back what a clock that ran ahead had put off.
///
/// # Errors
/// The store could not do its part.
pub async fn recall(
    backend: &dyn Backend,
    now: UtcMillis,
    longest_ms: i64,
) -> Result<usize, MonitoringError> {
    Ok(QUEUE.recall(backend, now, longest_ms, Timers::None).await?)
}

/// Leases what is to be told.
///
/// # Errors
/// The store could not do its part.
pub async fn lease(
    backend: &dyn Backend,
    now: UtcMillis,
    lease_ms: i64,
    limit: usize,
) -> Result<Vec<LeasedAlarm>, MonitoringError> {
    Ok(QUEUE.lease(backend, now, lease_ms, limit).await?)
}

/// When the next item is worth looking at.
///
/// # Errors
/// The store could not be read.
pub async fn next_due(backend: &dyn Backend) -> Result<Option<UtcMillis>, MonitoringError> {
    Ok(QUEUE.next_due(backend).await?)
}

/// Writes down that a try begins. `false`: one was begun before, nobody knows what became of it,
/// and the channel could not tell a repetition: it is not to be tried again, and the item is ended.
///
/// # Errors
/// The store could not do its part.
pub async fn begin(
    backend: &dyn Backend,
    now: UtcMillis,
    item: &LeasedAlarm,
    is_repeatable: bool,
) -> Result<bool, MonitoringError> {
    let key = key_of(item);
    let mut attempts = 0;
    loop {
        let before = TRIES.row(backend, &key).await?;
        if before.is_some() && !is_repeatable {
            end(backend, now, item).await?;
            return Ok(false);
        }
        let mut changes = Changeset::new();
        match before {
            None => TRIES.insert(&mut changes, &key, &item.attempts)?,
            Some(row) => TRIES.replace(&mut changes, &key, row.version, &item.attempts)?,
        }
        if committed(backend, changes, &mut attempts).await? {
            return Ok(true);
        }
    }
}

/// Ends an item: it was taken, or never will be.
///
/// # Errors
/// The store could not do its part.
pub async fn end(
    backend: &dyn Backend,
    now: UtcMillis,
    item: &LeasedAlarm,
) -> Result<(), MonitoringError> {
    let mut changes = Changeset::new();
    forget_try(backend, &mut changes, item).await?;
    QUEUE.complete(backend, &mut changes, item, now).await?;
    settle(backend, changes).await
}

/// Gives an item back: it was surely not taken, or a repetition is recognised.
///
/// # Errors
/// The store could not do its part.
pub async fn later(
    backend: &dyn Backend,
    item: &LeasedAlarm,
    retry_at: UtcMillis,
) -> Result<(), MonitoringError> {
    let mut changes = Changeset::new();
    forget_try(backend, &mut changes, item).await?;
    QUEUE.fail(backend, &mut changes, item, retry_at).await?;
    settle(backend, changes).await
}

fn key_of(item: &LeasedAlarm) -> Pair<String, String> {
    Pair(item.payload.news.id.clone(), item.payload.channel.clone())
}

async fn forget_try(
    backend: &dyn Backend,
    changes: &mut Changeset,
    item: &LeasedAlarm,
) -> Result<(), MonitoringError> {
    let key = key_of(item);
    if let Some(row) = TRIES.row(backend, &key).await? {
        TRIES.remove(changes, &key, row.version)?;
    }
    Ok(())
}

/// Somebody else who holds the item, after a lease that ran out, does the same.
async fn settle(backend: &dyn Backend, changes: Changeset) -> Result<(), MonitoringError> {
    match backend.commit(changes) {
        Ok(pending) => pending.await.map(|_| ()).map_err(MonitoringError::from),
        Err(CommitError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
