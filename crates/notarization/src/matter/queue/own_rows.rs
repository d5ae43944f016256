//! What of a matter has a row of its own beside its place in the queue: what was issued is too much to look through for
//! the few about which something is open.

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Table;
use heqi_vocabulary::UtcMillis;

use super::COUNTED;
use crate::matter::error::MatterError;
use crate::matter::number::ApplicationNo;
use crate::matter::rows::{MATTERS, PROPOSED, REEXAMINED, REVOKED};
use crate::matter::state::Matter;
use crate::office::NotaryOffice;

/// What there is such a row of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct OwnRows {
    /// A re-examination is to be decided.
    again: bool,
    /// Something that was put forward waits for a second person.
    proposed: bool,
    /// A certificate that was issued is void since.
    revoked: Option<UtcMillis>,
}

impl OwnRows {
    /// Of what is not kept yet.
    pub(crate) const NOTHING: Self = Self { again: false, proposed: false, revoked: None };

    pub(crate) fn of(matter: &Matter) -> Self {
        Self {
            again: matter.is_looked_at_again(),
            proposed: matter.proposed().is_some(),
            revoked: matter.voided_at().filter(|_| matter.issue().is_some()),
        }
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
    // What is void stays so.
    if let Some(since) = now.revoked.filter(|_| before.revoked.is_none()) {
        REVOKED.put(changes, &no, &since)?;
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

/// Matters whose certificate was issued and is void, the newest of them first, at most so many.
pub(crate) async fn revoked_last(
    office: &NotaryOffice,
    limit: usize,
) -> Result<Vec<Matter>, MatterError> {
    let mut rows = REVOKED.scan(office.store(), "", None, usize::MAX).await?;
    rows.sort_by_key(|(no, since)| std::cmp::Reverse((since.value, no.parts())));
    let mut matters = Vec::new();
    for (no, _) in rows.into_iter().take(limit) {
        if let Some(row) = MATTERS.row(office.store(), &no).await? {
            matters.push(row.value.matter);
        }
    }
    Ok(matters)
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
