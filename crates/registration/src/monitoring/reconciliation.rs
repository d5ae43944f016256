//! Whether both halves of the tally still match: what the notary mirrors of our log against our own
//! log, and what the notary shows of its log against the head that our witness cosigned. Who
//! compares is not known here; what was found is kept, one row for each day and side.

use std::fmt;
use std::str::FromStr;

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Table;
use heqi_vocabulary::UtcMillis;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::platform::Platform;
use crate::rows::{Pair, Place};

const FOUND: Table<Pair<Side, Place>, Reconciled> = Table::new("reconciliation");
/// Days that are kept.
const DAYS: i64 = 400;
const DAY_MS: i64 = 24 * 3_600_000;

/// Which log is compared.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there are two halves")]
pub enum Side {
    /// Our log, as the notary mirrors it.
    OursMirrored,
    /// The notary's own log, as we cosigned it.
    NotarysOwn,
}

impl Side {
    /// Both.
    pub const ALL: [Self; 2] = [Self::OursMirrored, Self::NotarysOwn];

    /// The word in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OursMirrored => "ours_mirrored",
            Self::NotarysOwn => "notarys_own",
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
#[error("the sides are ours_mirrored and notarys_own")]
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
        /// A stable word: `unreachable`, `nothing_yet`.
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
    #[serde(default)]
    pub compared_to: u64,
    /// What was found.
    pub outcome: Outcome,
}

/// Keeps what was found: the last of each day, and a mismatch of a day whatever comes after it.
///
/// # Errors
/// The store could not do its part.
pub async fn note(platform: &Platform, found: &Reconciled) -> Result<(), Fault> {
    let day = found.at.as_millis().div_euclid(DAY_MS).rem_euclid(DAYS);
    let key = Pair(found.side, Place(u64::try_from(day).unwrap_or(0)));
    let before = FOUND.row(platform.backend(), &key).await?;
    let is_today = |one: &Reconciled| found.at.millis_since(one.at) < DAY_MS;
    if let Some(before) = before.filter(|before| is_today(&before.value))
        && matches!(before.value.outcome, Outcome::Mismatch { .. })
        && !matches!(found.outcome, Outcome::Mismatch { .. })
    {
        return Ok(());
    }
    let mut changes = Changeset::new();
    FOUND.put(&mut changes, &key, found)?;
    platform.backend().commit(changes).map_err(Fault::from)?.await.map_err(Fault::from)?;
    Ok(())
}

/// What was found of a side, the newest first.
///
/// # Errors
/// The store could not be read.
pub async fn found(platform: &Platform, side: Side) -> Result<Vec<Reconciled>, Fault> {
    let rows = FOUND.scan(platform.backend(), &format!("{side}/"), None, usize::MAX).await?;
    let mut found: Vec<Reconciled> = rows.into_iter().map(|(_, row)| row.value).collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.at));
    Ok(found)
}
