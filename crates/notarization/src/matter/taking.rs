//! Who of the staff took a file of a matter away, and when ([ADR 0049]): a line that stays, kept
//! before the file is handed out. It is no step and no leaf: nothing of the matter changes by it,
//! and a reader who only looks must not lengthen what the certificate rests on.
//!
//! [ADR 0049]: ../../../../docs/adr/0049-what-staff-takes-is-written-down.md

use std::fmt;
use std::str::FromStr;

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Table;
use heqi_vocabulary::{Digest, StaffId, UtcMillis};
use serde::{Deserialize, Serialize};

use super::act::Attempts;
use super::dossier::dossier;
use super::error::MatterError;
use super::finish::{certificate_file, certificate_renewals, scan_file};
use super::held_file::held_file;
use super::notice::{NoticeNo, notice_file};
use super::number::ApplicationNo;
use super::screen::screen_file;
use super::state::Rule;
use crate::office::NotaryOffice;
use crate::staff::{OfficeRole, Officer};

const TAKEN: Table<TakenKey, TakenRow> = Table::new("matter-taken");

/// A file of a matter.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "file", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "a page says each in words of its own")]
pub enum TakenFile {
    /// The certificate, with the evidence inside it.
    Certificate {},
    /// How its time stamps were renewed.
    Renewals {},
    /// The dossier: everything of the matter, the held evidence among it.
    Dossier {},
    /// The scan of the sealed original.
    Scan {},
    /// One of the small documents.
    Notice {
        /// Its number.
        no: NoticeNo,
    },
    /// What an act of an extraction session showed of the held evidence.
    Screen {
        /// SHA-256 of the page.
        sha256: Digest,
    },
    /// A photo, a document or the handwriting out of the held evidence.
    Held {
        /// SHA-256 of the file.
        sha256: Digest,
    },
}

/// Somebody took a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Taking {
    /// When.
    pub at: UtcMillis,
    /// Who.
    pub by: StaffId,
    /// In what role.
    pub role: OfficeRole,
    /// What.
    pub file: TakenFile,
}

/// Gives a file of a matter to a member of staff, once it stands written down who took it. What cannot
/// be written down is not handed out.
///
/// # Errors
/// [`Rule::Role`] for who does not see matters, or not this file; there is no such file; the line could
/// not be kept.
pub async fn take(
    office: &NotaryOffice,
    by: &Officer,
    no: ApplicationNo,
    file: TakenFile,
) -> Result<Vec<u8>, MatterError> {
    if !by.role.sees_matters() {
        return Err(Rule::Role.into());
    }
    let bytes = match file {
        TakenFile::Certificate {} => certificate_file(office, no).await?,
        TakenFile::Renewals {} => certificate_renewals(office, no).await?,
        TakenFile::Dossier {} => dossier(office, by, no).await?,
        TakenFile::Scan {} => scan_file(office, no).await?,
        TakenFile::Notice { no: notice } => notice_file(office, by, no, notice).await?,
        TakenFile::Screen { sha256 } => screen_file(office, by, no, sha256).await?,
        TakenFile::Held { sha256 } => held_file(office, by, no, sha256).await?,
    };
    let mut attempts = Attempts::default();
    loop {
        let at = office.clock().now();
        let unique = u64::from_be_bytes(office.entropy().bytes());
        let key = TakenKey { application: no, at_ms: at.as_millis().unsigned_abs(), unique };
        let row = TakenRow { at, by: by.account, file, role: by.role };
        let mut changes = Changeset::new();
        TAKEN.insert(&mut changes, &key, &row)?;
        if attempts.commit(office, changes).await? {
            return Ok(bytes);
        }
    }
}

/// What staff took of a matter, oldest first.
///
/// # Errors
/// [`Rule::Role`] for who does not see matters; the store could not be read.
pub async fn takings(
    office: &NotaryOffice,
    by: &Officer,
    no: ApplicationNo,
) -> Result<Vec<Taking>, MatterError> {
    if !by.role.sees_matters() {
        return Err(Rule::Role.into());
    }
    let rows = TAKEN.scan(office.store(), &format!("{no}/"), None, usize::MAX).await?;
    let of = |row: TakenRow| Taking { at: row.at, by: row.by, role: row.role, file: row.file };
    Ok(rows.into_iter().map(|(_, row)| of(row.value)).collect())
}

/// One line.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct TakenRow {
    at: UtcMillis,
    by: StaffId,
    file: TakenFile,
    role: OfficeRole,
}

/// The place of a line: of its matter in the order of time; the chance at its end keeps two of one
/// moment apart, so that readers never wait for each other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct TakenKey {
    application: ApplicationNo,
    at_ms: u64,
    unique: u64,
}

impl fmt::Display for TakenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:015}-{:016x}", self.application, self.at_ms, self.unique)
    }
}

impl FromStr for TakenKey {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (application, rest) = text.split_once('/').ok_or(())?;
        let (at_ms, unique) = rest.split_once('-').ok_or(())?;
        Ok(Self {
            application: application.parse().map_err(|_| ())?,
            at_ms: at_ms.parse().map_err(|_| ())?,
            unique: u64::from_str_radix(unique, 16).map_err(|_| ())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_matter_stand_in_the_order_of_time() {
        let at = UtcMillis::from_millis(1_800_000_000_000).unwrap();
        let application = ApplicationNo::new(at, 1).unwrap();
        let key = |at_ms, unique| TakenKey { application, at_ms, unique };
        let (early, late) = (key(999, u64::MAX), key(1_000, 0));
        assert!(early.to_string() < late.to_string());
        assert_eq!(early.to_string().parse(), Ok(early));
        assert!("SQ202611240000017".parse::<TakenKey>().is_err());
    }
}
