//! Why a small document is owed still: one row per document, written when its making failed, gone in the
//! commit that keeps the file. Whoever looks at the matter sees for what it waits and until when.

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Table;
use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use super::error::MatterError;
use super::notice::NoticeNo;
use super::press::PressError;
use super::state::Matter;
use crate::office::NotaryOffice;

/// By the digest of the document's number, as `notice-of`.
const WAITING: Table<Digest, Waiting> = Table::new("notice-waiting");

/// For what a document waits.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "for", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "a page says each in words of its own")]
pub enum WaitsFor {
    /// A font that prints this character; nobody but a person can help.
    Font {
        /// The character.
        character: char,
    },
    /// A time authority that gives a good token.
    Time {},
    /// The seal, or the printer.
    Seal {},
}

impl From<&PressError> for WaitsFor {
    fn from(error: &PressError) -> Self {
        match error {
            PressError::Character(character) => Self::Font { character: *character },
            PressError::NoTime => Self::Time {},
            PressError::Seal | PressError::Sheet(_) => Self::Seal {},
        }
    }
}

/// What is known of a document that waits.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct Waiting {
    /// For what.
    pub waits_for: WaitsFor,
    /// Since when it was tried.
    pub since: UtcMillis,
    /// When it is tried again.
    pub retry_at: UtcMillis,
}

/// Writes down that a document waits: since the first time it was tried.
pub(super) async fn waits(
    office: &NotaryOffice,
    changes: &mut Changeset,
    no: NoticeNo,
    error: &PressError,
    retry_at: UtcMillis,
) -> Result<(), MatterError> {
    let before = WAITING.row(office.store(), &no.digest()).await?;
    let since = before.map_or(office.clock().now(), |row| row.value.since);
    let waiting = Waiting { waits_for: error.into(), since, retry_at };
    Ok(WAITING.put(changes, &no.digest(), &waiting)?)
}

/// It waits no longer.
pub(super) fn is_made(changes: &mut Changeset, no: NoticeNo) -> Result<(), MatterError> {
    changes.delete(WAITING.key(&no.digest())?);
    Ok(())
}

/// The documents of a matter that could not be made yet, with what is known of each. One that was not
/// tried yet is not among them.
pub(super) async fn of_matter(
    office: &NotaryOffice,
    matter: &Matter,
) -> Result<Vec<(NoticeNo, Waiting)>, MatterError> {
    let mut waiting = Vec::new();
    for notice in matter.notices().iter().filter(|notice| notice.made.is_none()) {
        if let Some(row) = WAITING.row(office.store(), &notice.no.digest()).await? {
            waiting.push((notice.no, row.value));
        }
    }
    Ok(waiting)
}
