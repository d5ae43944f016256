//! Accounts of staff: of which organisation, in what role, and how they come in: with a
//! password (argon2id) and a one-time code of an authenticator (RFC 6238).
//!
//! **Three duties are separate** (等保 2.0; [ADR 0053](../../../docs/adr/0053-three-duties-at-the-platform.md)), as
//! at the notary office. *System*: whoever has the machine makes and resets accounts and gives them
//! roles, and has none. *Security*: a member of staff of that role lets accounts in and shuts them
//! out, and sees no evidence. *Audit*: an auditor reads accounts and the [`journal`](crate::journal),
//! and changes nothing. An account that was made, reset or given another role lets nobody in before
//! security has released it. Names and secrets are sealed; what happened to an account is a list
//! that only grows, without addresses.

use std::collections::BTreeSet;

use heqi_credentials::EventBy;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Stored;
use heqi_filing::{DeclaredName, Office};
use heqi_vocabulary::{StaffId, UtcMillis};
use serde::Serialize;

use crate::act::Attempts;
use crate::fault::{ActError, Fault, Thing};
use crate::platform::Platform;
use crate::request::StaffRole;
use crate::rows as tables;

mod account;
mod duties;
mod error;
pub mod login;
mod own_password;
pub mod password;
mod person;
pub(crate) mod rows;
pub mod sessions;
pub(crate) mod sweep;
mod tries;

pub(crate) use account::name_of;
pub use account::{AccountEvent, staff_events};
use account::{find, key, load, note, open, seal};
pub(crate) use duties::note_taken;
pub use duties::{
    OnDuty, SeenAccount, accounts_seen, logins, on_duty, release_staff, shut_out_staff,
};
use duties::{expect_apart, must_wait};
pub use error::StaffError;
pub use heqi_credentials::{LoginName, LoginNameError, totp};
pub use own_password::{ChangePassword, change_password};
use password::{Password, hash_aside};
pub use person::bind_handler;
pub(crate) use person::{bound_person, digest_of};
pub use rows::{AccountStanding, StaffEvent};
use rows::{StaffContent, StaffRow};

/// A new account.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CreateStaff {
    /// What is typed to come in.
    pub login: LoginName,
    /// Whose it is.
    pub name: DeclaredName,
    /// Of which organisation.
    pub office: Office,
    /// What for.
    pub role: StaffRole,
    /// The first password.
    pub password: Password,
}

/// An account as the operator sees it: no secrets.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StaffView {
    /// The account.
    pub account: StaffId,
    /// What is typed to come in.
    pub login: String,
    /// Of which organisation.
    pub office: Office,
    /// What for.
    pub role: StaffRole,
    /// When it was made.
    pub created_at: UtcMillis,
    /// When it was disabled.
    pub disabled_at: Option<UtcMillis>,
    /// Whether security has not let it in yet.
    pub waits: bool,
    /// Whether an authenticator is enrolled.
    pub is_enrolled: bool,
    /// What whoever lets it in says to have seen.
    pub standing: AccountStanding,
}

/// Makes an account, on the machine itself. Nobody comes in with it before security has released
/// it; only the first security officer needs nobody else. The authenticator is enrolled when it is
/// first used.
///
/// # Errors
/// See [`StaffError`].
pub async fn create_staff(
    platform: &Platform,
    command: CreateStaff,
) -> Result<StaffId, StaffError> {
    let CreateStaff { login, name, office, role, password } = command;
    if !role.fits(office.kind) {
        return Err(StaffError::UnfitRole { role, kind: office.kind });
    }
    let hashed = hash_aside(password, platform.shared_entropy()).await?;
    let content = StaffContent {
        name: name.as_str().to_owned(),
        password: hashed,
        totp: None,
        recovery: BTreeSet::new(),
        person: None,
    };
    let key = login.digest();
    let mut attempts = Attempts::default();
    loop {
        let turn = tables::STAFF_TURNS.next(platform.backend()).await.map_err(Fault::from)?;
        if tables::STAFF_LOGINS.row(platform.backend(), &key).await.map_err(Fault::from)?.is_some()
        {
            return Err(StaffError::Taken);
        }
        let now = platform.now();
        let id = StaffId::time_ordered(now, platform.entropy());
        expect_apart(platform, id, (&office, role), &content.name).await?;
        let row = StaffRow {
            login: login.clone(),
            office: office.clone(),
            role,
            created_at: now,
            disabled_at: None,
            waits: must_wait(platform, id, (&office, role)).await?,
            is_enrolled: false,
            last_step: 0,
            events: 0,
            standing: AccountStanding::default(),
            sessions_from: now,
            content: seal(platform, id, &content)?,
        };
        let mut changes = Changeset::new();
        turn.take(&mut changes).map_err(Fault::from)?;
        tables::STAFF_LOGINS.insert(&mut changes, &key, &id).map_err(Fault::from)?;
        let made = (StaffEvent::Created, EventBy::Machine);
        let row = note(platform, &mut changes, id, row, made)?;
        tables::STAFF.insert(&mut changes, &id, &row).map_err(Fault::from)?;
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(id);
        }
    }
}

/// Every account, oldest first.
///
/// # Errors
/// The store could not be read.
pub async fn list_staff(platform: &Platform) -> Result<Vec<StaffView>, Fault> {
    let all = tables::STAFF.scan(platform.backend(), "", None, usize::MAX).await?;
    Ok(all.into_iter().map(view_of).collect())
}

fn view_of((account, row): (StaffId, Stored<StaffRow>)) -> StaffView {
    let row = row.value;
    StaffView {
        account,
        login: row.login.as_str().to_owned(),
        office: row.office,
        role: row.role,
        created_at: row.created_at,
        disabled_at: row.disabled_at,
        waits: row.waits,
        is_enrolled: row.is_enrolled,
        standing: row.standing,
    }
}

/// Lets an account in no longer, and ends its sessions: on the machine itself, where no security
/// officer is at hand. Twice changes nothing.
///
/// # Errors
/// There is no such account, or the store could not do its part.
pub async fn disable_staff(platform: &Platform, login: &LoginName) -> Result<(), StaffError> {
    let id = find(platform, login).await?.ok_or(ActError::NotFound(Thing::Account))?;
    change(platform, id, (StaffEvent::Disabled, EventBy::Machine), |row, _, now| {
        row.disabled_at.get_or_insert(now);
        row.sessions_from = now;
    })
    .await
}

/// Gives an account a new password and takes its authenticator away, on the machine itself, so
/// that both are set up anew; ends its sessions. It lets nobody in before security has released it
/// again; the last security officer must be able to come back without another. Gives whether it
/// waits for that.
///
/// # Errors
/// There is no such account, or the store could not do its part.
pub async fn reset_staff(
    platform: &Platform,
    login: &LoginName,
    password: Password,
) -> Result<bool, StaffError> {
    let id = find(platform, login).await?.ok_or(ActError::NotFound(Thing::Account))?;
    let hashed = hash_aside(password, platform.shared_entropy()).await?;
    change_apart(platform, id, StaffEvent::Reset, |row, content| {
        content.password = hashed.clone();
        content.totp = None;
        content.recovery.clear();
        row.is_enrolled = false;
        row.disabled_at = None;
    })
    .await
}

/// Gives an account another role, on the machine itself; ends its sessions. It takes two: nobody
/// comes in with it before security has released it, but a security officer whom nobody could
/// release. Gives whether it waits for that.
///
/// # Errors
/// See [`StaffError`].
pub async fn change_role(
    platform: &Platform,
    login: &LoginName,
    role: StaffRole,
) -> Result<bool, StaffError> {
    let id = find(platform, login).await?.ok_or(ActError::NotFound(Thing::Account))?;
    let stored = load(platform, id).await?.value;
    if !role.fits(stored.office.kind) {
        return Err(StaffError::UnfitRole { role, kind: stored.office.kind });
    }
    change_apart(platform, id, StaffEvent::RoleChanged, |row, content| {
        row.role = role;
        // Only a handler is known by a number.
        content.person = content.person.filter(|_| role == StaffRole::Handler);
    })
    .await
}

/// Enrols an authenticator with a secret that is known already and releases the account: for
/// demonstrations and tests, where nobody scans a picture.
///
/// # Errors
/// There is no such account, or the store could not do its part.
pub async fn enrol_staff(
    platform: &Platform,
    login: &LoginName,
    secret: &totp::TotpSecret,
) -> Result<(), StaffError> {
    let id = find(platform, login).await?.ok_or(ActError::NotFound(Thing::Account))?;
    change(platform, id, (StaffEvent::Enrolled, EventBy::Machine), |row, content, _| {
        content.totp = Some(secret.to_hex());
        row.is_enrolled = true;
        row.waits = false;
    })
    .await
}

/// Changes an account in a way by which its person may have one too many, and ends its sessions. Gives whether it waits
/// for security. Both are asked of the accounts as they are when it is committed.
async fn change_apart(
    platform: &Platform,
    id: StaffId,
    event: StaffEvent,
    change: impl Fn(&mut StaffRow, &mut StaffContent),
) -> Result<bool, StaffError> {
    let mut attempts = Attempts::default();
    loop {
        let turn = tables::STAFF_TURNS.next(platform.backend()).await.map_err(Fault::from)?;
        let Stored { version, value: mut row } = load(platform, id).await?;
        let mut content = open(platform, id, &row)?;
        change(&mut row, &mut content);
        expect_apart(platform, id, (&row.office, row.role), &content.name).await?;
        let waits = must_wait(platform, id, (&row.office, row.role)).await?;
        row.waits = waits;
        row.sessions_from = platform.now();
        row.content = seal(platform, id, &content)?;
        let mut changes = Changeset::new();
        turn.take(&mut changes).map_err(Fault::from)?;
        let by = (event, EventBy::Machine);
        if replaced(platform, (&mut attempts, changes), (id, version), row, by).await? {
            return Ok(waits);
        }
    }
}

async fn change(
    platform: &Platform,
    id: StaffId,
    event: (StaffEvent, EventBy),
    change: impl Fn(&mut StaffRow, &mut StaffContent, UtcMillis),
) -> Result<(), StaffError> {
    let mut attempts = Attempts::default();
    loop {
        let stored = load(platform, id).await?;
        let (mut row, mut content) = (stored.value.clone(), open(platform, id, &stored.value)?);
        change(&mut row, &mut content, platform.now());
        row.content = seal(platform, id, &content)?;
        let attempt = (&mut attempts, Changeset::new());
        if replaced(platform, attempt, (id, stored.version), row, event).await? {
            return Ok(());
        }
    }
}

/// Writes an account that must still be of this version, with what happened to it and what is in the changes already.
/// `false`: something is not as it was read, so read again.
async fn replaced(
    platform: &Platform,
    (attempts, mut changes): (&mut Attempts, Changeset),
    (id, version): (StaffId, u64),
    row: StaffRow,
    event: (StaffEvent, EventBy),
) -> Result<bool, StaffError> {
    let row = note(platform, &mut changes, id, row, event)?;
    tables::STAFF.replace(&mut changes, &id, version, &row).map_err(Fault::from)?;
    Ok(attempts.commit(platform, changes).await?.is_some())
}
