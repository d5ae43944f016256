//! Whose a handler's account is, by more than a name: by the number of the identity document
//! ([ADR 0059](../../../../docs/adr/0059-a-handler-is-known-by-the-number.md)). Two people may bear one
//! name, and a filing is its own handler's business only.
//!
//! Whoever makes accounts has seen the document; the number itself is not kept, only a keyed digest of
//! it. Binding takes two, as making an account does.

use heqi_credentials::EventBy;
use heqi_vocabulary::StaffId;

use super::{LoginName, StaffError, StaffEvent, change, find, load, open};
use crate::contacts::IdNumber;
use crate::fault::{ActError, Fault, Thing};
use crate::platform::Platform;
use crate::request::StaffRole;
use crate::rows::STAFF;
use crate::search_index::PersonDigest;

const LABEL: &[u8] = b"heqi.search-person/v1\n";

/// Binds a handler's account to the person with this number, on the machine itself; ends its
/// sessions, and nobody comes in with it before security has released it. `false`: it was bound to
/// this number already, and nothing was changed.
///
/// # Errors
/// See [`StaffError`].
pub async fn bind_handler(
    platform: &Platform,
    login: &LoginName,
    number: &IdNumber,
) -> Result<bool, StaffError> {
    number.document(None, platform.now().shanghai_date())?;
    let id = find(platform, login).await?.ok_or(ActError::NotFound(Thing::Account))?;
    let row = load(platform, id).await?.value;
    if row.role != StaffRole::Handler {
        return Err(StaffError::NotHandler);
    }
    let person = digest_of(platform, number);
    if open(platform, id, &row)?.person == Some(person) {
        return Ok(false);
    }
    change(platform, id, (StaffEvent::Bound, EventBy::Machine), |row, content, now| {
        content.person = Some(person);
        row.waits = true;
        row.sessions_from = now;
    })
    .await?;
    Ok(true)
}

/// A number as an account is bound to it: under the platform's secret, as the index's digests were made once. The index
/// has keys of its own since, which may be replaced, and nobody could make this one anew.
pub(crate) fn digest_of(platform: &Platform, number: &IdNumber) -> PersonDigest {
    PersonDigest::keyed(platform.token_secret(), LABEL, &["", number.as_str()])
}

/// The name of the person who has an account, and whose number it was bound to.
pub(crate) async fn bound_person(
    platform: &Platform,
    account: StaffId,
) -> Result<(String, Option<PersonDigest>), Fault> {
    let row = STAFF.row(platform.backend(), &account).await?;
    let row = row.ok_or_else(|| Fault::broken("an account that acted is not kept"))?;
    let content = open(platform, account, &row.value)?;
    Ok((content.name.clone(), content.person))
}
