//! How things went, the same code for every organisation: samples of the figures over time, whether both organisations'
//! logs still match, how long things took, and who was told of an alarm. Numbers and random identifiers only, nothing
//! about anybody.
//!
//! - [`samples`]: the figures over time, in rings that never grow
//! - [`lags`]: how long things took, in percentiles
//! - [`reconciliation`]: what comparing both sides' roots found
//! - [`alarm_delivery`]: alarms on their way to somebody, once each

use crate::backend::CommitError;
use crate::outbox::OutboxError;
use crate::table::TableError;

pub mod alarm_delivery;
pub mod lags;
pub mod reconciliation;
pub mod samples;

/// Why something could not be kept or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MonitoringError {
    /// A row.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The queue of what is to be told.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// The commit.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl MonitoringError {
    /// Whether nothing is written yet because the peer has not been heard: that is no fault.
    pub const fn is_read_only(&self) -> bool {
        matches!(self, Self::Commit(CommitError::ReadOnly(_)))
    }
}

#[cfg(test)]
mod tests;
