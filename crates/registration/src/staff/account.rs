//! An account as a row: found by its login name, opened, and every change of it noted.

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::sealed::Sealed;
use heqi_evidence_store::table::Stored;
use heqi_evidence_store::vault::{DataKey, DataKeyId};
use heqi_vocabulary::{StaffId, UtcMillis};
use zeroize::Zeroizing;

use super::rows::{StaffContent, StaffEventRow, StaffRow};
use super::{LoginName, StaffEvent};
use crate::fault::{ActError, Fault, Thing};
use crate::platform::Platform;
use crate::rows as tables;

/// The name of the person who has an account.
pub(crate) async fn name_of(platform: &Platform, account: StaffId) -> Result<String, Fault> {
    let row = tables::STAFF.row(platform.backend(), &account).await?;
    let row = row.ok_or_else(|| Fault::broken("an account that acted is not kept"))?;
    Ok(open(platform, account, &row.value)?.name.clone())
}

pub(super) async fn find(platform: &Platform, login: &LoginName) -> Result<Option<StaffId>, Fault> {
    let row = tables::STAFF_LOGINS.row(platform.backend(), &login.digest()).await?;
    Ok(row.map(|row| row.value))
}

pub(super) async fn load(platform: &Platform, id: StaffId) -> Result<Stored<StaffRow>, ActError> {
    let row = tables::STAFF.row(platform.backend(), &id).await.map_err(Fault::from)?;
    row.ok_or(ActError::NotFound(Thing::Account))
}

pub(super) fn key(platform: &Platform) -> Result<DataKey, Fault> {
    Ok(platform.backend().vault().create(DataKeyId::of(&[b"platform", b"-", b"staff"]))?)
}

pub(super) fn seal(
    platform: &Platform,
    id: StaffId,
    content: &StaffContent,
) -> Result<Sealed<StaffContent>, Fault> {
    let place = tables::STAFF.key(&id)?;
    let sealed = Sealed::seal(&key(platform)?, place.as_bytes(), content, platform.entropy());
    sealed.map_err(Fault::broken)
}

pub(super) fn open(
    platform: &Platform,
    id: StaffId,
    row: &StaffRow,
) -> Result<Zeroizing<StaffContent>, Fault> {
    let place = tables::STAFF.key(&id)?;
    Ok(Zeroizing::new(row.content.open(platform.backend().vault(), place.as_bytes())?))
}

/// Adds to `changes` what happened to an account, and gives the row that counts it.
pub(super) fn note(
    platform: &Platform,
    changes: &mut Changeset,
    id: StaffId,
    mut row: StaffRow,
    event: StaffEvent,
) -> Result<StaffRow, Fault> {
    row.events = row.events.saturating_add(1);
    let place = crate::rows::Pair(id, crate::rows::Place(row.events));
    let kept = StaffEventRow { at: platform.now(), event };
    tables::STAFF_EVENTS.insert(changes, &place, &kept)?;
    tracing::info!(account.id = %id, event = %event, "account");
    Ok(row)
}

/// What happened to an account, oldest first.
///
/// # Errors
/// There is no such account, or the store could not be read.
pub async fn staff_events(
    platform: &Platform,
    login: &LoginName,
) -> Result<Vec<(UtcMillis, StaffEvent)>, super::StaffError> {
    let id = find(platform, login).await?.ok_or(ActError::NotFound(Thing::Account))?;
    let prefix = format!("{id}/");
    let rows = tables::STAFF_EVENTS.scan(platform.backend(), &prefix, None, usize::MAX).await;
    let rows: Vec<(crate::rows::Pair<StaffId, crate::rows::Place>, _)> =
        rows.map_err(Fault::from)?;
    Ok(rows.into_iter().map(|(_, row)| (row.value.at, row.value.event)).collect())
}
