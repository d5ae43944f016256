//! An account as a row: found by its login name, opened, and every change of it noted.

use heqi_credentials::EventBy;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::sealed::Sealed;
use heqi_evidence_store::table::Stored;
use heqi_evidence_store::vault::{DataKey, DataKeyId};
use heqi_vocabulary::{StaffId, UtcMillis};
use zeroize::Zeroizing;

use super::rows::{AccountStanding, StaffContent, StaffEventRow, StaffRow};
use super::{LoginName, StaffEvent};
use crate::fault::{ActError, Fault, Thing};
use crate::journal::{JournalAct, JournalBy, JournalRow};
use crate::platform::Platform;
use crate::rows::{self as tables, Newest, Pair, Place};

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
    (event, by): (StaffEvent, EventBy),
) -> Result<StaffRow, Fault> {
    row.events = row.events.saturating_add(1);
    if event.is_to_be_seen() {
        row.standing = AccountStanding::since(row.events);
    }
    let place = Pair(id, Place(row.events));
    let at = platform.now();
    tables::STAFF_EVENTS.insert(changes, &place, &StaffEventRow { at, by, event })?;
    let line = JournalRow {
        by: JournalBy::of_event(by, id, row.role),
        did: JournalAct::Account { account: id, event },
    };
    // One account does nothing twice under one number, so the key is its own.
    tables::JOURNAL.put(changes, &Pair(Newest(at), format!("{id}.{}", place.1)), &line)?;
    tracing::info!(account.id = %id, event = %event, "account");
    Ok(row)
}

/// Something that happened to an account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AccountEvent {
    /// When.
    pub at: UtcMillis,
    /// What.
    pub event: StaffEvent,
    /// Who did it.
    pub by: EventBy,
}

/// What happened to an account, oldest first.
///
/// # Errors
/// There is no such account, or the store could not be read.
pub async fn staff_events(
    platform: &Platform,
    login: &LoginName,
) -> Result<Vec<AccountEvent>, super::StaffError> {
    let id = find(platform, login).await?.ok_or(ActError::NotFound(Thing::Account))?;
    Ok(events_of(platform, id, None).await?)
}

/// What happened to an account after the event of this number, oldest first.
pub(super) async fn events_of(
    platform: &Platform,
    id: StaffId,
    after: Option<u64>,
) -> Result<Vec<AccountEvent>, Fault> {
    let prefix = format!("{id}/");
    let after = after.map(|number| Pair(id, Place(number)));
    let rows = tables::STAFF_EVENTS.scan(platform.backend(), &prefix, after.as_ref(), usize::MAX);
    let rows = rows.await?;
    let of = |row: StaffEventRow| AccountEvent { at: row.at, event: row.event, by: row.by };
    Ok(rows.into_iter().map(|(_, row)| of(row.value)).collect())
}
