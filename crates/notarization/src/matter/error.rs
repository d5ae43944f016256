//! What goes wrong with a matter, each in two sentences and two languages.

use std::fmt::Display;

use heqi_evidence::canonical::CanonicalError;
use heqi_evidence::statement::StatementError;
use heqi_evidence_store::backend::{CommitError, ReadError};
use heqi_evidence_store::changeset::InvalidChangeset;
use heqi_evidence_store::object::OpenObjectError;
use heqi_evidence_store::outbox::OutboxError;
use heqi_evidence_store::sealed::{SealError, UnsealError};
use heqi_evidence_store::table::TableError;
use heqi_evidence_store::vault::VaultError;
use heqi_vocabulary::{Explain, Explanation, Language};

use super::form::Field;
use super::number::ApplicationNo;
use super::press::PressError;
use super::register::RegisterError;
use super::state::Rule;
use crate::deposited::DepositedError;
use crate::holder::HolderFault;
use crate::office::NotaryOffice;
use crate::staff::OfficeStaffError;
use crate::standstill::{Halts, Standstill};
use crate::wording::Class;

mod fields;
mod rules;
mod words;

/// Why something was not done with a matter.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MatterError {
    /// There is no such application.
    #[error("there is no such application")]
    NotFound,
    /// There is no such deposit, or it was not admitted.
    #[error("there is no admitted deposit of this number")]
    NoDeposit,
    /// The deposit is no signing.
    #[error("the deposit is not about a signing")]
    NoSigning,
    /// Whoever applies neither signed the document nor registers companies
    /// (公证法 art. 31 item 2).
    #[error("the applicant neither signed nor is the registry")]
    NotParty,
    /// The company that applies is not the one that signed, or another credit code is held of it
    /// (公证法 art. 31 item 2).
    #[error("the company that applies did not sign")]
    NotCompany,
    /// Whoever acts for the company is not who signed for it: a namesake with another document, or
    /// somebody else than who came in (公证法 art. 26).
    #[error("whoever acts for the company did not sign for it")]
    NotRepresentative,
    /// The same applicant has applied about the same deposit.
    #[error("application {0} about this deposit is open")]
    Double(ApplicationNo),
    /// A field of the form has not its form.
    #[error("a field of the form cannot be taken: {0:?}")]
    Field(Field),
    /// A list is empty, or a text too long.
    #[error("a text is missing or too long")]
    Text,
    /// The state does not allow it.
    #[error(transparent)]
    Rule(#[from] Rule),
    /// This is no registered computer of the office.
    #[error("this is no registered computer of the office")]
    Workstation,
    /// The typed number is none, or is of another series.
    #[error("the typed number is not of this office's series")]
    NumberForm,
    /// The number belongs to another certificate.
    #[error("the number belongs to another certificate")]
    NumberTaken,
    /// The office does not have numbers typed in.
    #[error("numbers of this office are not typed in")]
    NotTyped,
    /// The register.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// No press: the office has no seal.
    #[error("this office has nothing to seal certificates with")]
    NoPress,
    /// The certificate could not be made.
    #[error(transparent)]
    Press(#[from] PressError),
    /// The office's clock is too far from another organisation's for anything that is dated.
    #[error("the office's clock is more than a minute from the platform's or a time authority's")]
    ClockOff,
    /// A scan is missing, of another kind than scanners make, or too long.
    #[error("the file is missing, no scan, or too long")]
    File,
    /// Another act was always faster.
    #[error("the office is busy")]
    Busy,
    /// The store does nothing now.
    #[error(transparent)]
    Store(Standstill),
    /// The office's own fault.
    #[error("the store is damaged, or a program error: {0}")]
    Broken(String),
}

macro_rules! broken {
    ($($error:ty),+ $(,)?) => {$(
        impl From<$error> for MatterError {
            fn from(error: $error) -> Self {
                Self::Broken(error.to_string())
            }
        }
    )+};
}

broken!(CanonicalError, InvalidChangeset, SealError, StatementError, UnsealError, VaultError,);

macro_rules! of_the_store {
    ($($error:ty),+ $(,)?) => {$(
        impl From<$error> for MatterError {
            fn from(error: $error) -> Self {
                Self::of_the_store(&error)
            }
        }
    )+};
}

of_the_store!(
    CommitError,
    DepositedError,
    HolderFault,
    OpenObjectError,
    OutboxError,
    ReadError,
    TableError,
);

impl From<OfficeStaffError> for MatterError {
    fn from(error: OfficeStaffError) -> Self {
        match error {
            OfficeStaffError::Other(error) => error,
            // Of an account that stands in a matter there is nothing else to say to whoever works on it.
            error => Self::Broken(error.to_string()),
        }
    }
}

impl MatterError {
    /// Demands a clock that may be relied upon: what is approved and issued bears its date.
    pub(crate) fn unless_clock_is_trusted(office: &NotaryOffice) -> Result<(), Self> {
        if office.peer_clock().is_trusted() { Ok(()) } else { Err(Self::ClockOff) }
    }

    /// What the store said: that it does nothing now, or that something is wrong with it.
    pub(crate) fn of_the_store(error: &(impl Display + Halts)) -> Self {
        match error.standstill() {
            Some(Standstill::Busy) => Self::Busy,
            Some(standstill) => Self::Store(standstill),
            None => Self::Broken(error.to_string()),
        }
    }

    /// Its class.
    pub fn class(&self) -> Class {
        self.said().class
    }
}

impl Explain for MatterError {
    fn code(&self) -> &'static str {
        self.said().code
    }

    fn explain(&self, language: Language) -> Explanation {
        self.said().explain(language)
    }
}
