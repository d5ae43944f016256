//! Time stamps over heads of a log (`docs/spec/timestamps.md` rules 19, 23 and 24), the same code for both organisations.
//!
//! A round takes the newest published head, asks every authority for a token over its exact note, believes what comes
//! back by the authority's own roots, and makes it durable. What an authority did not answer stays missing and is asked
//! for again; a local clock never takes its place.
//!
//! Rows: `time-anchor/{size}` holds the note; `time-token/{size}.{label}` the first token of an authority over it;
//! `time-newest/{label}` its newest token over any head; sizes have twenty digits, so that rows stand in order.

mod round;
mod rows;

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use heqi_pki::timestamp::{ExchangeError, TimeRoot, TimestampFault};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_vocabulary::UtcMillis;

use crate::backend::{Backend, CommitError, ReadError};
use crate::table::TableError;

pub use round::{Round, Stamper};
pub use rows::TokenRow;

/// Whoever answers a time-stamp request. The answer is bytes from outside: nothing in it is believed yet.
pub trait TimeAuthority: Send + Sync {
    /// Sends the DER of a TimeStampReq and gives the DER of the TimeStampResp.
    fn answer(&self, request: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, Unanswered>>;
}

/// Why there is no answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the time authority did not answer: {0}")]
pub struct Unanswered(pub String);

/// One configured authority.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ConfiguredAuthority {
    /// Its name in file names and figures: `heqi_evidence::bundle::is_label`.
    pub label: String,
    /// The way to it.
    pub port: Arc<dyn TimeAuthority>,
    /// The roots it is believed by.
    pub roots: Vec<TimeRoot>,
    /// The policy asked for; its default when absent.
    pub policy: Option<heqi_pki::timestamp::Policy>,
}

impl fmt::Debug for ConfiguredAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConfiguredAuthority({})", self.label)
    }
}

/// Why an authority's token is missing.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MissingToken {
    /// It could not be reached.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// It refused, or answered something else than was asked.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// It gave a token that its own roots do not bear.
    #[error(transparent)]
    NotBelieved(#[from] TimestampFault),
    /// It gave a token too large to keep.
    #[error("the token is longer than rows hold")]
    TooLarge,
}

/// Why a round could not be made at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StampingError {
    /// The store could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A row could not be read or written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A token was not made durable.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A kept note cannot be read.
    #[error("a kept time anchor is not a note")]
    Note,
}

/// A stamped head with its tokens.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StampedHead {
    /// The head as it was stamped.
    pub head: SignedCheckpoint,
    /// The exact bytes that were stamped.
    pub note: Vec<u8>,
    /// Tokens by the label of their authority, at least one.
    pub tokens: Vec<(String, TokenRow)>,
}

/// How the stamps of a log stand.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Standing {
    /// When each of the authorities that were asked about last gave a token; `None`: never.
    pub newest: Vec<(String, Option<UtcMillis>)>,
    /// The largest size of a head that any of them stamped.
    pub stamped_size: u64,
    /// By how many milliseconds two of them differed too much when both last answered; 0 when they agree.
    pub disagreement_ms: i64,
}

/// How the stamps of these authorities stand.
///
/// # Errors
/// The store could not be read.
pub async fn standing(backend: &dyn Backend, labels: &[String]) -> Result<Standing, StampingError> {
    let mut standing = Standing::default();
    for label in labels {
        let row = rows::NEWEST.row(backend, label).await?;
        standing.stamped_size = standing.stamped_size.max(row.as_ref().map_or(0, |r| r.value.size));
        standing.newest.push((label.clone(), row.map(|row| row.value.at)));
    }
    let last = rows::DISAGREEMENT.row(backend, &round::LAST.to_owned()).await?;
    standing.disagreement_ms = last.map_or(0, |row| row.value);
    Ok(standing)
}

/// By what name the clock of an authority is kept beside those of the peers ([`crate::gate::PeerClock`]).
pub fn clock_name(label: &str) -> String {
    format!("{CLOCK}{label}")
}

/// The label of the authority whose clock is kept by this name; `None`: it is a peer's.
pub fn authority_of_clock(name: &str) -> Option<&str> {
    name.strip_prefix(CLOCK)
}

const CLOCK: &str = "time-authority.";

/// When each authority last gave a token, by label.
pub type Newest = Vec<(String, UtcMillis)>;

/// The first stamped head that covers the leaf at `index`: the earliest instant a token can prove for it. `None` while
/// there is none.
///
/// # Errors
/// The store could not be read.
pub async fn covering(
    backend: &dyn Backend,
    index: u64,
) -> Result<Option<StampedHead>, StampingError> {
    rows::covering(backend, index).await
}

#[cfg(test)]
mod tests;
