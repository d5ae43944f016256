//! What keeps the store from doing anything now, told apart from what is wrong. A store that is busy, full, read-only
//! or on its way down says nothing about what was asked for: the same is done later, and nobody has to look for a fault.
//!
//! Errors of this crate carry those of the store, often several layers down and through `transparent`, where no
//! `source()` leads to them. So each says it of itself.

use heqi_evidence_store::backend::{CommitError, ReadError};
use heqi_evidence_store::gate::ReadOnly;
use heqi_evidence_store::log::ProofError;
use heqi_evidence_store::object::OpenObjectError;
use heqi_evidence_store::outbox::OutboxError;
use heqi_evidence_store::renewing::RenewalError;
use heqi_evidence_store::stamping::StampingError;
use heqi_evidence_store::table::TableError;
use heqi_evidence_store::witness::WitnessError;

use crate::admit_bundle::AdmitBundleError;
use crate::deposited::DepositedError;
use crate::erasure::AnswerOrderError;
use crate::holder::HolderFault;
use crate::holder::notice::SayError;
use crate::holder::receive::ReceiveError;
use crate::legal_hold::LegalHoldError;
use crate::mirror::MirrorError;

/// Why the store does nothing now. None of it is a fault of what it holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "a new one has to reach every service")]
pub enum Standstill {
    /// Too much waits for the disk, or others were always faster; nothing was written.
    #[error("the store is busy")]
    Busy,
    /// No space left; nothing was written.
    #[error("the disk is nearly full")]
    DiskFull,
    /// Only reads are answered; nothing was written.
    #[error("the store is read-only: {0}")]
    ReadOnly(ReadOnly),
    /// The store is closed or has stopped. What was being written is decided at its next start.
    #[error("the store has stopped")]
    Stopped,
}

/// An error that may be the store's standstill.
pub trait Halts {
    /// The standstill, where it is one.
    fn standstill(&self) -> Option<Standstill>;
}

impl Halts for CommitError {
    fn standstill(&self) -> Option<Standstill> {
        match self {
            Self::Busy | Self::Conflict { .. } => Some(Standstill::Busy),
            Self::DiskFull => Some(Standstill::DiskFull),
            Self::ReadOnly(why) => Some(Standstill::ReadOnly(*why)),
            Self::Stopped => Some(Standstill::Stopped),
            Self::Read(error) => error.standstill(),
            _ => None,
        }
    }
}

impl Halts for ReadError {
    fn standstill(&self) -> Option<Standstill> {
        matches!(self, Self::Stopped).then_some(Standstill::Stopped)
    }
}

/// Which variants carry an error that may be one.
macro_rules! halts {
    ($($error:ty: $($variant:ident)|+;)+) => {$(
        impl Halts for $error {
            fn standstill(&self) -> Option<Standstill> {
                match self {
                    $(Self::$variant(error) => error.standstill(),)+
                    _ => None,
                }
            }
        }
    )+};
}

halts! {
    AdmitBundleError: Store | Table | Deposited | Holder;
    AnswerOrderError: Store | Table | Read | Deposited | Holder;
    DepositedError: Table | Read | Part;
    HolderFault: Table | Store | Queue | Deposited;
    LegalHoldError: Store | Table;
    MirrorError: Store | Table | Read | Misbehaviour;
    OpenObjectError: Read;
    OutboxError: Read | Commit;
    ProofError: Read;
    ReceiveError: Fault;
    RenewalError: Read | Table | Stamping | Proof | Store;
    SayError: Fault;
    StampingError: Read | Table | Commit;
    TableError: Read;
    WitnessError: Store | Table;
}

#[cfg(test)]
mod tests {
    use heqi_vocabulary::Explain as _;

    use super::*;
    use crate::matter::MatterError;
    use crate::staff::OfficeStaffError;
    use crate::wording::Class;

    #[test]
    fn a_store_that_does_nothing_now_is_no_damage_however_deep_it_is_said() {
        let stopped = || ReadError::Stopped;
        let deep = AdmitBundleError::Holder(HolderFault::Deposited(DepositedError::Part(
            OpenObjectError::Read(stopped()),
        )));
        assert_eq!(deep.standstill(), Some(Standstill::Stopped));
        let table = DepositedError::Table(TableError::Read(stopped()));
        assert_eq!(table.standstill(), Some(Standstill::Stopped));
        let queue = HolderFault::Queue(OutboxError::Commit(CommitError::DiskFull));
        assert_eq!(SayError::Fault(queue).standstill(), Some(Standstill::DiskFull));
        let busy = LegalHoldError::Store(CommitError::Busy);
        assert_eq!(busy.standstill(), Some(Standstill::Busy));
        let why = ReadOnly::PeerNotHeard;
        let closed = MirrorError::Store(CommitError::ReadOnly(why));
        assert_eq!(closed.standstill(), Some(Standstill::ReadOnly(why)));
        let read = AnswerOrderError::Store(CommitError::Read(stopped()));
        assert_eq!(read.standstill(), Some(Standstill::Stopped));
    }

    #[test]
    fn an_act_at_the_bench_says_what_the_store_does_and_is_done_again_later() {
        let opened = DepositedError::Part(OpenObjectError::Read(ReadError::Stopped));
        let full = OutboxError::Commit(CommitError::DiskFull);
        let closed = CommitError::ReadOnly(ReadOnly::Behind);
        for (error, code) in [
            (MatterError::from(opened), "store_stopped"),
            (MatterError::from(full), "store_full"),
            (MatterError::from(closed), "store_read_only"),
            (MatterError::from(CommitError::Busy), "busy"),
            (OfficeStaffError::from(TableError::Read(ReadError::Stopped)).into(), "store_stopped"),
        ] {
            assert_eq!((error.class(), error.code()), (Class::Unavailable, code));
        }
        let damaged = ReadError::Damaged { what: "a frame".to_owned() };
        assert_eq!(MatterError::from(damaged).class(), Class::Internal);
    }

    #[test]
    fn what_is_damaged_stays_damage() {
        let what = || "a frame".to_owned();
        for error in [ReadError::Damaged { what: what() }, ReadError::Io { what: what() }] {
            assert_eq!(error.standstill(), None);
            assert_eq!(CommitError::Read(error.clone()).standstill(), None);
            assert_eq!(DepositedError::Table(TableError::Read(error)).standstill(), None);
        }
        assert_eq!(DepositedError::PartDiffers.standstill(), None);
        assert_eq!(HolderFault::Damaged("a row").standstill(), None);
    }
}
