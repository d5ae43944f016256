//! The office's own log must not go on under its name, and another takes its place
//! (`docs/spec/successor.md`, `docs/adr/0048-successor-of-the-offices-log.md`).
//!
//! What this is: which rows the successor's store takes over, how it begins, and which numbers are never given again.
//! What came back of deposits is taken by [`mod@crate::admit_bundle`]. What this is not: the move of files, the way to
//! the platform, and the decision that it has to be.

use std::collections::{BTreeMap, BTreeSet};

use heqi_evidence::successor::VerifiedSuccessor;
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::{Changeset, InvalidChangeset, RowKey};
use heqi_evidence_store::table::{Table, TableError};
use heqi_vocabulary::UtcMillis;

use crate::deposited::SERIALS;
use crate::key_change::{LogKeyChangeError, log_key_change};
use crate::matter::CertificateNo;
use crate::matter::apply::APPLICATION_PREFIX;
use crate::matter::given::raise;
use crate::matter::notice::NoticeKind;
use crate::matter::rows::{COUNTERS, SERIALS as MATTER_SERIALS};
use crate::office::NotaryOffice;

/// Rows that speak of the leaves of one log: the successor has its own, those of the frozen log are read in its store.
const STAYS: [&str; 5] =
    ["receipt-leaf/", "anchors-leaf/", "key-change-leaf/", "matter-step-leaf/", "time-"];

/// Numbers of each kind and each day concerned that are never given: a receipt that was signed and that nobody
/// acknowledged may have one of them, and so may a matter or one of its documents that nobody else holds.
pub const LEFT_OUT: u32 = 1_000;
const DAY_MS: i64 = 24 * 3_600_000;
/// How far back days are concerned at most, and where no number of a matter is known at all.
const MOST_DAYS: i64 = 366;
const DAYS_OF_NOTHING: i64 = 31;
const PAGE: usize = 256;

/// Whether a row of the frozen log's store is carried over to that of the successor.
pub fn is_carried_over(row: &RowKey) -> bool {
    !STAYS.iter().any(|prefix| row.as_bytes().starts_with(prefix.as_bytes()))
}

/// Why the successor did not begin. Its store is to be thrown away and made again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BeginError {
    /// The office stands on the log of another origin, or on one that has entries.
    #[error("this is not the empty log that the statement names")]
    OtherLog,
    /// The statement could not be made a leaf.
    #[error(transparent)]
    Statement(#[from] LogKeyChangeError),
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] CommitError),
    /// A row.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl From<InvalidChangeset> for BeginError {
    fn from(error: InvalidChangeset) -> Self {
        Self::Store(error.into())
    }
}

/// Begins the successor, on whose empty log the office stands: the statement is its first entry.
///
/// # Errors
/// See [`BeginError`].
pub async fn begin(office: &NotaryOffice, successor: &VerifiedSuccessor) -> Result<(), BeginError> {
    let head = office.store().log().head();
    let origin = head.checkpoint().checkpoint().origin().key_name().clone();
    if origin != *successor.said().log_key.0.name() || head.size() != 0 {
        return Err(BeginError::OtherLog);
    }
    log_key_change(office.store(), successor.envelope()).await?;
    Ok(())
}

/// The first and the last serial that are never given, by kind and day (`SQ/20261128`; a deposit number's kind is
/// `deposit`).
pub type LeftOut = BTreeMap<String, (u32, u32)>;

/// Leaves out [`LEFT_OUT`] numbers after the last that is known: deposit numbers of each of these days, and numbers of
/// matters and of their documents of every day from the last on which one is known up to now. Which of those days had
/// any, nobody else can say.
///
/// # Errors
/// See [`BeginError`].
pub async fn leave_out_numbers(
    office: &NotaryOffice,
    days: &[UtcMillis],
) -> Result<LeftOut, BeginError> {
    let mut left_out = LeftOut::new();
    let days: BTreeSet<String> = days.iter().map(|day| day.shanghai_day()).collect();
    let since = last_matter_day(office).await?;
    for day in &days {
        let gap = leave_out(office, &SERIALS, day).await?;
        left_out.insert(format!("deposit/{day}"), gap);
    }
    let mut concerned = days;
    let now = office.clock().now();
    let most = if since.is_some() { MOST_DAYS } else { DAYS_OF_NOTHING };
    for back in 0..most {
        let day = now.plus_millis(-DAY_MS * back).shanghai_day();
        let is_before = since.as_ref().is_some_and(|since| day < *since);
        if is_before {
            break;
        }
        concerned.insert(day);
    }
    let kinds = NoticeKind::ALL.into_iter().map(NoticeKind::prefix);
    for kind in std::iter::once(APPLICATION_PREFIX).chain(kinds) {
        for day in &concerned {
            let key = format!("{kind}/{day}");
            let gap = leave_out(office, &MATTER_SERIALS, &key).await?;
            left_out.insert(key, gap);
        }
    }
    Ok(left_out)
}

async fn leave_out(
    office: &NotaryOffice,
    table: &Table<String, u32>,
    key: &String,
) -> Result<(u32, u32), BeginError> {
    let stored = table.row(office.store(), key).await?;
    let known = stored.as_ref().map_or(0, |stored| stored.value);
    let last = known.saturating_add(LEFT_OUT);
    let mut changes = Changeset::new();
    raise(&mut changes, (table, key), stored.as_ref(), last)?;
    office.store().commit(changes)?.await?;
    Ok((known.saturating_add(1), last))
}

/// The last day of which a number of a matter is known.
async fn last_matter_day(office: &NotaryOffice) -> Result<Option<String>, BeginError> {
    let (mut last, mut after) = (None, None);
    loop {
        let rows = MATTER_SERIALS.scan(office.store(), "", after.as_ref(), PAGE).await?;
        let Some((key, _)) = rows.last() else { return Ok(last) };
        after = Some(key.clone());
        let days = rows.iter().filter_map(|(key, _)| key.split_once('/'));
        last = last.max(days.map(|(_, day)| day.to_owned()).max());
    }
}

/// A certificate number was the last that the office gave, by its register book: no number up to it is given again.
/// Gives the serials that were given and of which nothing is left, if there are any.
///
/// # Errors
/// See [`BeginError`].
pub async fn last_certificate(
    office: &NotaryOffice,
    number: &CertificateNo,
) -> Result<Option<(u32, u32)>, BeginError> {
    let counter = number.series().counter(number.year());
    let stored = COUNTERS.row(office.store(), &counter).await?;
    let known = stored.as_ref().map_or(0, |stored| stored.value);
    if known >= number.serial() {
        return Ok(None);
    }
    let mut changes = Changeset::new();
    raise(&mut changes, (&COUNTERS, &counter), stored.as_ref(), number.serial())?;
    office.store().commit(changes)?.await?;
    Ok(Some((known + 1, number.serial())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_leaf_of_the_frozen_log_stands_is_not_carried_over_and_what_the_leaf_says_is() {
        let is_carried = |row: &'static str| is_carried_over(&RowKey::new(row).unwrap());
        assert!(!is_carried("matter-step-leaf/SQ202611240000070-000001"));
        assert!(!is_carried("receipt-leaf/1"));
        assert!(is_carried("matter-step/SQ202611240000070-000001"));
        assert!(is_carried("matter-serial/SQ/20261124"));
    }
}
