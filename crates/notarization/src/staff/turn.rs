//! Acts by which somebody may have one account more take turns by one row, as at the platform: the other accounts are
//! looked at before the act is committed, so that of two at one instant neither would find the other (ADR 0091).

use heqi_evidence_store::changeset::Changeset;

use super::OfficeStaffError;
use super::rows::TURN;
use crate::office::NotaryOffice;

/// The only row of its table.
const ACCOUNTS: &str = "accounts";

/// The turn of one such act.
#[derive(Clone, Copy, Debug)]
pub(super) struct AccountTurn {
    /// The row's, unless there is none yet.
    version: Option<u64>,
    /// How many such acts there were.
    acts: u64,
}

impl AccountTurn {
    /// To be asked for before any account is looked at.
    pub(super) async fn of_next(office: &NotaryOffice) -> Result<Self, OfficeStaffError> {
        let row = TURN.row(office.store(), &ACCOUNTS.to_owned()).await?;
        Ok(row.map_or(Self { version: None, acts: 0 }, |row| Self {
            version: Some(row.version),
            acts: row.value,
        }))
    }

    /// Takes it in the commit of the act, which is refused where another act took it meanwhile.
    pub(super) fn take(self, changes: &mut Changeset) -> Result<(), OfficeStaffError> {
        let (key, acts) = (ACCOUNTS.to_owned(), self.acts.saturating_add(1));
        match self.version {
            None => TURN.insert(changes, &key, &acts)?,
            Some(version) => TURN.replace(changes, &key, version, &acts)?,
        }
        Ok(())
    }
}
