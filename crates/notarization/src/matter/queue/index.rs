//! The pass that writes the rows of the queue once for matters of before.

use heqi_evidence_store::changeset::{Changeset, Expected};
use heqi_evidence_store::table::Stored;

use super::{Group, OwnRows, QueuePlace, keep_own_rows};
use crate::matter::act::Attempts;
use crate::matter::error::MatterError;
use crate::matter::number::ApplicationNo;
use crate::matter::rows::{AT, INDEXED, MATTERS, MatterRow, STEPS, StepKey};
use crate::matter::state::Matter;
use crate::matter::step::StepKind;
use crate::office::NotaryOffice;

/// Matters that are indexed in one commit.
const BATCH: usize = 200;
/// `1` was that of a queue without re-examinations, `2` of one in which an archived matter stayed in the archive whatever
/// was open about it, `3` of one without what waits for a second person, in which what was archived was archived for good,
/// `4` of one without what was revoked: their rows are written once more.
const MARK: &str = "5";

/// Writes the rows of matters that were taken before there was an index; gives how many. Done once.
///
/// # Errors
/// The store could not do its part.
pub async fn index_matters(office: &NotaryOffice) -> Result<usize, MatterError> {
    let mark = MARK.to_owned();
    if INDEXED.row(office.store(), &mark).await?.is_some() {
        return Ok(0);
    }
    let (mut after, mut indexed) = (None, 0);
    loop {
        let mut attempts = Attempts::default();
        let last = loop {
            let rows = MATTERS.scan(office.store(), "", after.as_ref(), BATCH).await?;
            let Some((last, _)) = rows.last() else { break None };
            if take_out(office, &rows, &mut attempts).await? {
                continue;
            }
            let mut changes = Changeset::new();
            for (no, row) in &rows {
                // A matter that moves meanwhile has written its place itself: it is read again.
                changes.expect(MATTERS.key(no)?, Expected::Version(row.version));
                let now = QueuePlace::of(&row.value.matter);
                if now.group != Group::Archived {
                    // Where it stood before, if it is archived and open again.
                    let before = QueuePlace { group: Group::Archived, no: *no };
                    changes.delete(AT.key(&before)?);
                }
                AT.put(&mut changes, &now, &())?;
                let own_rows = (OwnRows::NOTHING, OwnRows::of(&row.value.matter));
                keep_own_rows(&mut changes, *no, own_rows)?;
            }
            if attempts.commit(office, changes).await? {
                indexed += rows.len();
                break Some(*last);
            }
        };
        let Some(last) = last else { break };
        after = Some(last);
    }
    let mut changes = Changeset::new();
    INDEXED.put(&mut changes, &mark, &true)?;
    let mut attempts = Attempts::default();
    while !attempts.commit(office, changes.clone()).await? {}
    Ok(indexed)
}

/// Takes matters out of the archive that a program of before left there whatever was done with them later: they are
/// archived anew. Each in a commit of its own, as they are of any length. `true`: read again.
async fn take_out(
    office: &NotaryOffice,
    rows: &[(ApplicationNo, Stored<MatterRow>)],
    attempts: &mut Attempts,
) -> Result<bool, MatterError> {
    let mut is_changed = false;
    for (no, row) in rows {
        let matter = &row.value.matter;
        if matter.archived_at().is_none() || is_archived_whole(office, matter).await? {
            continue;
        }
        let mut stored = row.value.clone();
        stored.matter.archived_at = None;
        let mut changes = Changeset::new();
        MATTERS.replace(&mut changes, no, row.version, &stored)?;
        // Whoever was faster is read, too.
        attempts.commit(office, changes).await?;
        is_changed = true;
    }
    Ok(is_changed)
}

/// Whether nothing was done with a matter since it was archived.
async fn is_archived_whole(office: &NotaryOffice, matter: &Matter) -> Result<bool, MatterError> {
    let newest = StepKey { application: matter.no(), seq: matter.steps };
    let row = STEPS.row(office.store(), &newest).await?;
    Ok(row.is_some_and(|row| row.value.step == StepKind::Archived))
}
