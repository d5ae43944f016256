//! Where certificate numbers come from (domain.md 11.7). They belong to the office's own series,
//! shared with all its other matters; three offices do it in three ways.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::number::{ApplicationNo, CertificateNo, Series};

/// How this office numbers its certificates.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "domain.md 11.7 names three")]
pub enum Register {
    /// A gapless series of our own, for a category that the office reserves. The counter is a
    /// precondition of the approval's changeset: no gap, no number twice.
    OwnSeries,
    /// Somebody types the number in from the office's case system.
    TypedIn,
    /// The office's case system is asked.
    External(Arc<dyn CertificateRegister>),
}

/// The office's case system, asked over a network.
pub trait CertificateRegister: fmt::Debug + Send + Sync {
    /// Asks for the number of an approved certificate. The same request again has the same
    /// number: a request may be lost, a number may not.
    fn request_number<'a>(&'a self, request: &'a NumberRequest) -> RegisterAnswer<'a>;
}

/// What a register answers.
pub type RegisterAnswer<'a> =
    Pin<Box<dyn Future<Output = Result<CertificateNo, RegisterError>> + Send + 'a>>;

/// What a register is asked: nothing personal.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an adapter writes all of it")]
pub struct NumberRequest {
    /// The matter: names the request, so that asking again changes nothing.
    pub application: ApplicationNo,
    /// The series the number is to be of.
    pub series: Series,
    /// The year.
    pub year: u16,
}

/// Why there is no number.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RegisterError {
    /// Not now: ask again later.
    #[error("the register cannot be reached")]
    Unreachable,
    /// The register does not give a number for this.
    #[error("the register refuses")]
    Refused,
    /// What it answered is no number of the series that was asked for.
    #[error("the register answered something else than a number of the series")]
    OtherForm,
    /// It gave a number that another certificate of this office has.
    #[error("the register gave a number that belongs to another certificate")]
    Taken,
}
