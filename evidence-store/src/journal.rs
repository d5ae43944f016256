//! The journals: append-only segments of framed records. They alone decide what is durable; everything else a store
//! holds is derived from them or named by them (`docs/spec/store.md` sections 3 to 5).
//!
//! - [`segment`]: the header every file begins with, and the files of one journal
//! - [`frame`]: frames, and how a torn tail is told from damage
//! - [`append`]: writing segments
//! - [`state`]: the state journal, whose batch frames are the commit points
//! - [`ledger`]: the ledger journal, one frame per leaf
//! - [`object`]: packed objects
//! - [`rows`]: the live rows, merged from snapshot and state journal in key order

pub(crate) mod append;
pub(crate) mod frame;
pub(crate) mod ledger;
pub(crate) mod object;
pub(crate) mod rows;
pub(crate) mod segment;
pub(crate) mod state;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::backend::ReadError;

/// A range of bytes in a file that is not what was written, or a file that is missing or should not be there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Damage {
    /// The file.
    pub file: PathBuf,
    /// First damaged byte.
    pub offset: u64,
    /// Number of damaged bytes, 0 when it is not known how far the damage goes.
    pub length: u64,
    /// What was found.
    pub what: String,
}

impl Damage {
    pub(crate) fn new(file: &Path, offset: u64, length: u64, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), offset, length, what: what.into() }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, offset, length, what } = self;
        write!(f, "{} at byte {offset} ({length} bytes): {what}", file.display())
    }
}

/// Why a journal could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("{0}")]
    Damaged(Damage),
}

impl From<Damage> for JournalError {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

impl From<JournalError> for ReadError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Io(error) => Self::Io { what: error.to_string() },
            JournalError::Damaged(damage) => Self::Damaged { what: damage.to_string() },
        }
    }
}

#[cfg(test)]
mod tests;
