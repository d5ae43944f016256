//! The office's own log must not go on under its name, and another takes its place
//! (`docs/spec/successor.md`, `docs/adr/0048-successor-of-the-offices-log.md`).
//!
//! What this is: which rows the successor's store takes over, how it begins, and which numbers are never given again.
//! What came back of deposits is taken by [`mod@crate::admit_bundle`]. What this is not: the move of files, the way to
//! the platform, and the decision that it has to be.

use heqi_evidence::successor::VerifiedSuccessor;
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::{Changeset, InvalidChangeset, RowKey};
use heqi_evidence_store::table::{Stored, Table, TableError};
use heqi_vocabulary::UtcMillis;

use crate::deposited::SERIALS;
use crate::key_change::{LogKeyChangeError, log_key_change};
use crate::matter::CertificateNo;
use crate::matter::rows::COUNTERS;
use crate::office::NotaryOffice;

/// Rows that speak of the leaves of one log: the successor has its own, those of the frozen log are read in its store.
const STAYS: [&str; 4] = ["receipt-leaf/", "anchors-leaf/", "key-change-leaf/", "time-"];

/// Deposit numbers of the day of the recovery, and of the last day before, that are never given: a receipt that was
/// signed and that nobody acknowledged may have one of them.
pub const LEFT_OUT: u32 = 1_000;

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

/// Leaves out [`LEFT_OUT`] deposit numbers of each of these days after the last that is known.
///
/// # Errors
/// See [`BeginError`].
pub async fn leave_out_numbers(
    office: &NotaryOffice,
    days: &[UtcMillis],
) -> Result<(), BeginError> {
    let mut days: Vec<String> = days.iter().map(|day| day.shanghai_day()).collect();
    days.sort_unstable();
    days.dedup();
    for day in days {
        let stored = SERIALS.row(office.store(), &day).await?;
        let last = stored.as_ref().map_or(0, |stored| stored.value);
        raise(office, SERIALS, &day, stored, last.saturating_add(LEFT_OUT)).await?;
    }
    Ok(())
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
    raise(office, COUNTERS, &counter, stored, number.serial()).await?;
    Ok(Some((known + 1, number.serial())))
}

async fn raise(
    office: &NotaryOffice,
    table: Table<String, u32>,
    key: &String,
    stored: Option<Stored<u32>>,
    value: u32,
) -> Result<(), BeginError> {
    let mut changes = Changeset::new();
    match stored {
        None => table.insert(&mut changes, key, &value)?,
        Some(stored) => table.replace(&mut changes, key, stored.version, &value)?,
    }
    office.store().commit(changes)?.await?;
    Ok(())
}
