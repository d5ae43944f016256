//! What of a matter has a row of its own beside its place in the queue: what was issued is too much to look through for
//! the few about which something is open.

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Table;

use super::COUNTED;
use crate::matter::error::MatterError;
use crate::matter::number::ApplicationNo;
use crate::matter::rows::{MATTERS, PROPOSED, REEXAMINED};
use crate::matter::state::Matter;
use crate::office::NotaryOffice;

/// What there is such a row of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct OwnRows {
    /// A re-examination is to be decided.
    again: bool,
    /// Something that was put forward waits for a second person.
    proposed: bool,
}

impl OwnRows {
    /// Of what is not kept yet.
    pub(crate) const NOTHING: Self = Self { again: false, proposed: false };

    pub(crate) fn of(matter: &Matter) -> Self {
        Self { again: matter.is_looked_at_again(), proposed: matter.proposed().is_some() }
    }
}

/// Keeps the rows in the commit that changes the matter.
pub(crate) fn keep_own_rows(
    changes: &mut Changeset,
    no: ApplicationNo,
    (before, now): (OwnRows, OwnRows),
) -> Result<(), MatterError> {
    let rows = [(REEXAMINED, before.again, now.again), (PROPOSED, before.proposed, now.proposed)];
    for (table, before, now) in rows {
        match (before, now) {
            (false, true) => table.put(changes, &no, &())?,
            (true, false) => {
                changes.delete(table.key(&no)?);
            }
            (true, true) | (false, false) => {}
        }
    }
    Ok(())
}

/// Matters whose re-examination is to be decided, at most [`COUNTED`].
pub(crate) async fn to_decide_again(office: &NotaryOffice) -> Result<Vec<Matter>, MatterError> {
    of_rows(office, &REEXAMINED).await
}

/// Matters about which something was put forward that waits for a second person, at most [`COUNTED`].
pub(crate) async fn with_proposals(office: &NotaryOffice) -> Result<Vec<Matter>, MatterError> {
    of_rows(office, &PROPOSED).await
}

async fn of_rows(
    office: &NotaryOffice,
    table: &Table<ApplicationNo, ()>,
) -> Result<Vec<Matter>, MatterError> {
    let mut matters = Vec::new();
    for (no, _) in table.scan(office.store(), "", None, COUNTED).await? {
        if let Some(row) = MATTERS.row(office.store(), &no).await? {
            matters.push(row.value.matter);
        }
    }
    Ok(matters)
}
