//! Acts by which somebody may have one account more take turns by one row: the other accounts are looked at before
//! the act is committed, so that of two at one instant neither would find the other
//! ([ADR 0091](../../../../docs/adr/0091-two-people-are-not-two-accounts.md)).
//!
//! One row for all and none for each name: such acts are few, a digest of every name would be one thing more to
//! keep, and whether somebody must wait for security is asked of every account as well.

use heqi_evidence_store::changeset::Changeset;

use crate::fault::Fault;
use crate::platform::Platform;
use crate::rows::STAFF_TURN;

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
    pub(super) async fn of_next(platform: &Platform) -> Result<Self, Fault> {
        let row = STAFF_TURN.row(platform.backend(), &ACCOUNTS.to_owned()).await?;
        Ok(row.map_or(Self { version: None, acts: 0 }, |row| Self {
            version: Some(row.version),
            acts: row.value,
        }))
    }

    /// Takes it in the commit of the act, which is refused where another act took it meanwhile.
    pub(super) fn take(self, changes: &mut Changeset) -> Result<(), Fault> {
        let (key, acts) = (ACCOUNTS.to_owned(), self.acts.saturating_add(1));
        match self.version {
            None => STAFF_TURN.insert(changes, &key, &acts)?,
            Some(version) => STAFF_TURN.replace(changes, &key, version, &acts)?,
        }
        Ok(())
    }
}
