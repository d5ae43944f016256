//! Whether both halves of the tally still match. The platform compares what the notary mirrors of its log with its own,
//! and what the notary shows of its log with the head that its own witness cosigned. A custodian looks the other way
//! round: its mirror against what the platform shows, and its own log against what the platform cosigned. Who
//! compares is not known here; what was found is kept, one row for each day and side.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use heqi_vocabulary::UtcMillis;
use serde::{Deserialize, Serialize};

use super::MonitoringError;
use crate::backend::Backend;
use crate::changeset::Changeset;
use crate::table::{Pair, Place, Table};

const FOUND: Table<Pair<Side, Place>, Reconciled> = Table::new("reconciliation");
const SUSPECTED: Table<Side, Suspicion> = Table::new("reconciliation_suspected");
/// Days that are kept.
const DAYS: i64 = 400;
const DAY_MS: i64 = 24 * 3_600_000;

/// Which log is compared.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there are two halves, each seen from two sides")]
pub enum Side {
    /// At the platform: its log, as the notary mirrors it.
    OursMirrored,
    /// At the platform: the notary's own log, as the platform cosigned it.
    NotarysOwn,
    /// At a custodian: the platform's log, as it mirrors it and as the platform shows it.
    PlatformsLog,
    /// At a custodian: its own log, as it holds it and as the platform cosigned it.
    OwnCosigned,
}

impl Side {
    /// Both that the platform compares.
    pub const OF_PLATFORM: [Self; 2] = [Self::OursMirrored, Self::NotarysOwn];
    /// Both that a custodian compares; one without a mirror compares the second alone.
    pub const OF_CUSTODIAN: [Self; 2] = [Self::PlatformsLog, Self::OwnCosigned];
    const ALL: [Self; 4] =
        [Self::OursMirrored, Self::NotarysOwn, Self::PlatformsLog, Self::OwnCosigned];

    /// The word in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OursMirrored => "ours_mirrored",
            Self::NotarysOwn => "notarys_own",
            Self::PlatformsLog => "platforms_log",
            Self::OwnCosigned => "own_cosigned",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Side {
    type Err = UnknownSide;

    fn from_str(text: &str) -> Result<Self, UnknownSide> {
        Self::ALL.into_iter().find(|side| side.as_str() == text).ok_or(UnknownSide)
    }
}

/// The word names no side.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the sides are ours_mirrored, notarys_own, platforms_log and own_cosigned")]
pub struct UnknownSide;

/// What comparing found.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "pages show each in its own words")]
pub enum Outcome {
    /// The same root at the same size, and the same leaves as far as they were looked at.
    Match {},
    /// Something differs.
    Mismatch {
        /// The first leaf in which both differ, where a leaf does and both sides are at hand.
        first_leaf: Option<u64>,
    },
    /// Nothing could be compared.
    NotCompared {
        /// A stable word: `unreachable` (the other side), `own_incomplete` (tiles of our own log or mirror are missing),
        /// `own_unreadable` (our own store), `nothing_yet`, `not_shown` (no head of this log), `not_signed` (by nobody known),
        /// `other_log`, `older_shown` (a head of before, though a greater one was cosigned).
        reason: String,
    },
}

/// One comparison.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever compares builds it")]
pub struct Reconciled {
    /// Which log.
    pub side: Side,
    /// When.
    pub at: UtcMillis,
    /// At which size both roots were taken.
    pub size: u64,
    /// Our root, in hexadecimal.
    pub ours: String,
    /// Theirs, computed from what they serve.
    pub theirs: String,
    /// Leaves that were compared one by one: what is new, and a sample of the rest.
    pub leaves: u64,
    /// Every leaf below this one was compared, now or before: where the next comparison goes on. Less than `size` when
    /// there was more that is new than is looked at at once. Rows of before have none, and everything is looked at again.
    /// Of a custodian's own log that could not be compared: the greatest size that was.
    #[serde(default)]
    pub compared_to: u64,
    /// What was found.
    pub outcome: Outcome,
}

/// A difference that was seen once, and where: it counts when it is there twice, and is kept until a look says so or
/// takes it back.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever compares builds it")]
pub struct Suspicion {
    /// At which size.
    pub size: u64,
    /// The first leaf that differed, where one did.
    pub first_leaf: Option<u64>,
}

/// Keeps what is suspected of a side, over a restart too; `None`: nothing any more.
///
/// # Errors
/// The store could not do its part.
pub async fn suspect(
    backend: &dyn Backend,
    side: Side,
    suspicion: Option<&Suspicion>,
) -> Result<(), MonitoringError> {
    let mut changes = Changeset::new();
    match suspicion {
        Some(suspicion) => SUSPECTED.put(&mut changes, &side, suspicion)?,
        None => {
            changes.delete(SUSPECTED.key(&side)?);
        }
    }
    backend.commit(changes)?.await?;
    Ok(())
}

/// What is suspected of each side.
///
/// # Errors
/// The store could not be read.
pub async fn suspected(
    backend: &dyn Backend,
) -> Result<BTreeMap<Side, Suspicion>, MonitoringError> {
    let rows = SUSPECTED.scan(backend, "", None, usize::MAX).await?;
    Ok(rows.into_iter().map(|(side, row)| (side, row.value)).collect())
}

/// Keeps what was found: the last of each day, and a mismatch of a day whatever comes after it.
///
/// # Errors
/// The store could not do its part.
pub async fn note(backend: &dyn Backend, found: &Reconciled) -> Result<(), MonitoringError> {
    let day = found.at.as_millis().div_euclid(DAY_MS).rem_euclid(DAYS);
    let key = Pair(found.side, Place(u64::try_from(day).unwrap_or(0)));
    let before = FOUND.row(backend, &key).await?;
    let is_today = |one: &Reconciled| found.at.millis_since(one.at) < DAY_MS;
    if let Some(before) = before.filter(|before| is_today(&before.value))
        && matches!(before.value.outcome, Outcome::Mismatch { .. })
        && !matches!(found.outcome, Outcome::Mismatch { .. })
    {
        return Ok(());
    }
    let mut changes = Changeset::new();
    FOUND.put(&mut changes, &key, found)?;
    backend.commit(changes)?.await?;
    Ok(())
}

/// What was found of a side, the newest first.
///
/// # Errors
/// The store could not be read.
pub async fn found(backend: &dyn Backend, side: Side) -> Result<Vec<Reconciled>, MonitoringError> {
    let rows = FOUND.scan(backend, &format!("{side}/"), None, usize::MAX).await?;
    let mut found: Vec<Reconciled> = rows.into_iter().map(|(_, row)| row.value).collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.at));
    Ok(found)
}

/// Whether a side differed when it was compared last. A day on which nothing could be compared says nothing: whoever
/// differs does not get out of it by not answering.
///
/// # Errors
/// The store could not be read.
pub async fn differs(backend: &dyn Backend, side: Side) -> Result<bool, MonitoringError> {
    let mut all = found(backend, side).await?.into_iter();
    let last = all.find(|one| !matches!(one.outcome, Outcome::NotCompared { .. }));
    Ok(last.is_some_and(|last| matches!(last.outcome, Outcome::Mismatch { .. })))
}

/// The newest comparison of each of these sides, and its newest mismatch; a side that was never compared is left out.
///
/// # Errors
/// The store could not be read.
pub async fn newest(
    backend: &dyn Backend,
    sides: &[Side],
) -> Result<BTreeMap<Side, (Reconciled, Option<Reconciled>)>, MonitoringError> {
    let mut compared = BTreeMap::new();
    for side in sides {
        let all = found(backend, *side).await?;
        let is_bad = |one: &&Reconciled| matches!(one.outcome, Outcome::Mismatch { .. });
        let bad = all.iter().find(is_bad).cloned();
        if let Some(newest) = all.into_iter().next() {
            compared.insert(*side, (newest, bad));
        }
    }
    Ok(compared)
}
