//! Opens a filing: the first record of its chain.

use heqi_filing::{CompanyTitle, DeclaredName, Matter};
use heqi_vocabulary::{FilingId, FilingNo, RecordId};
use serde::{Deserialize, Serialize};

use crate::fault::{ActError, Class};
use crate::platform::Platform;
use crate::request::Request;
use crate::wording::{Told, refusals, say};

/// What is to be filed.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct OpenFiling {
    /// The matter.
    pub matter: Matter,
    /// The company it is about, as declared.
    pub company_name: CompanyTitle,
    /// Who handles it, as declared.
    pub handler_name: Option<DeclaredName>,
    /// A number to be used instead of a drawn one, for filings that have one already.
    pub number: Option<FilingNo>,
}

/// The filing is open.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FilingOpened {
    /// The filing.
    pub filing_id: FilingId,
    /// Its number for people 办件码.
    pub number: FilingNo,
    /// The record of it.
    pub record_id: RecordId,
}

/// Why no filing was opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenFilingError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// Another filing has this number.
    #[error("another filing has the number {0}")]
    NumberTaken(FilingNo),
}

impl OpenFilingError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::NumberTaken(number) => say(
                "filing_number_taken",
                ["办件码{number}已被使用。", "请不指定办件码，由系统自动分配。"],
                [
                    "Another filing has the number {number}.",
                    "Leave the number out and one will be drawn.",
                ],
            )
            .with("{number}", number)
            .is(Class::Conflict),
        }
    }
}

refusals!(OpenFilingError);

/// Opens a filing.
///
/// # Errors
/// See [`OpenFilingError`].
pub async fn open_filing(
    platform: &Platform,
    request: &Request,
    command: OpenFiling,
) -> Result<FilingOpened, OpenFilingError> {
    todo!()
}
