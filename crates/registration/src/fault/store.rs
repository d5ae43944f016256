//! What each failure of the store means for an act.

use heqi_evidence_store::backend::{CommitError, ReadError};
use heqi_evidence_store::changeset::InvalidChangeset;
use heqi_evidence_store::log::{ProofError, PublishError};
use heqi_evidence_store::monitoring::MonitoringError;
use heqi_evidence_store::object::OpenObjectError;
use heqi_evidence_store::outbox::OutboxError;
use heqi_evidence_store::sealed::UnsealError;
use heqi_evidence_store::table::TableError;
use heqi_evidence_store::vault::VaultError;

use super::Fault;

impl From<CommitError> for Fault {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict { .. } | CommitError::Busy => Self::Busy,
            CommitError::DiskFull => Self::DiskFull,
            CommitError::Stopped => Self::Stopped,
            CommitError::ReadOnly(why) => Self::ReadOnly(why),
            CommitError::Read(error) => error.into(),
            error => Self::broken(error),
        }
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Stopped => Self::Stopped,
            error => Self::broken(error),
        }
    }
}

impl From<VaultError> for Fault {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Shredded { .. } => Self::Erased,
            error => Self::broken(error),
        }
    }
}

impl From<UnsealError> for Fault {
    fn from(error: UnsealError) -> Self {
        match error {
            UnsealError::Vault(error) => error.into(),
            error => Self::broken(error),
        }
    }
}

impl From<TableError> for Fault {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Read(error) => error.into(),
            TableError::Unseal(error) => error.into(),
            error => Self::broken(error),
        }
    }
}

impl From<OutboxError> for Fault {
    fn from(error: OutboxError) -> Self {
        match error {
            OutboxError::Read(error) => error.into(),
            OutboxError::Commit(error) => error.into(),
            error => Self::broken(error),
        }
    }
}

impl From<MonitoringError> for Fault {
    fn from(error: MonitoringError) -> Self {
        match error {
            MonitoringError::Table(error) => error.into(),
            MonitoringError::Outbox(error) => error.into(),
            MonitoringError::Commit(error) => error.into(),
            error => Self::broken(error),
        }
    }
}

impl From<OpenObjectError> for Fault {
    fn from(error: OpenObjectError) -> Self {
        match error {
            OpenObjectError::Read(error) => error.into(),
            OpenObjectError::Vault(error) => error.into(),
            error => Self::broken(error),
        }
    }
}

impl From<ProofError> for Fault {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Read(error) => error.into(),
            error => Self::broken(error),
        }
    }
}

impl From<PublishError> for Fault {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Read(error) => error.into(),
            error => Self::broken(error),
        }
    }
}

impl From<InvalidChangeset> for Fault {
    fn from(error: InvalidChangeset) -> Self {
        Self::broken(error)
    }
}
