//! The rows of time stamps.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_vocabulary::UtcMillis;
use serde::{Deserialize, Serialize};

use super::{StampedHead, StampingError};
use crate::backend::Backend;
use crate::table::Table;

/// How many heads without any token are passed over when one with a token is looked for.
const MOST_UNSTAMPED: usize = 1_000;

/// A token as it is kept.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "a row: its writer builds it")]
pub struct TokenRow {
    /// The stamped instant.
    pub at: UtcMillis,
    /// How far it may be off, in milliseconds.
    pub accuracy_ms: i64,
    /// The DER in base64.
    pub token: String,
}

impl TokenRow {
    /// The DER.
    pub fn der(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.token).ok()
    }
}

/// The newest token of an authority: its proof of life, and what a renewal would rest on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct NewestRow {
    pub(super) size: u64,
    pub(super) at: UtcMillis,
    pub(super) token: String,
}

/// The size of a head, in twenty digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Size(pub(super) u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:020}", self.0)
    }
}

impl FromStr for Size {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

pub(super) const ANCHORS: Table<Size, String> = Table::new("time-anchor");
/// `{size}.{label}`.
pub(super) const TOKENS: Table<String, TokenRow> = Table::new("time-token");
pub(super) const NEWEST: Table<String, NewestRow> = Table::new("time-newest");
/// Under the key `last`: by how many milliseconds the authorities differed too much.
pub(super) const DISAGREEMENT: Table<String, i64> = Table::new("time-disagreement");

pub(super) fn token_key(size: u64, label: &str) -> String {
    format!("{}.{label}", Size(size))
}

pub(super) async fn covering(
    backend: &dyn Backend,
    index: u64,
) -> Result<Option<StampedHead>, StampingError> {
    let after = Size(index);
    let anchors = ANCHORS.scan(backend, "", Some(&after), MOST_UNSTAMPED).await?;
    for (size, note) in anchors {
        let prefix = token_key(size.0, "");
        let tokens = TOKENS.scan(backend, &prefix, None, 16).await?;
        if tokens.is_empty() {
            continue;
        }
        backend.settled().await?;
        let tokens = tokens
            .into_iter()
            .filter_map(|(key, row)| Some((key.strip_prefix(&prefix)?.to_owned(), row.value)))
            .collect();
        let note = note.value.into_bytes();
        let head = SignedCheckpoint::parse(&note).map_err(|_| StampingError::Note)?;
        return Ok(Some(StampedHead { head, note, tokens }));
    }
    Ok(None)
}
