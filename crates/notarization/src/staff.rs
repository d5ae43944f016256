//! The office's own staff: accounts with password (argon2id) and authenticator (RFC 6238), by
//! the rules of `heqi_credentials`, as the platform's are.
//!
//! **Three duties are separate** (等保 2.0; [ADR 0035](../../../docs/adr/0035-three-duties-at-the-office.md)).
//! *System*: whoever has the machine makes and resets accounts and has none. *Security*: an
//! officer of that role lets an account in and shuts it out, and works on no matter. *Audit*: an
//! auditor reads what happened to accounts and matters, and changes nothing. An account that was
//! made or reset lets nobody in before security has released it.

use std::collections::BTreeSet;

use heqi_credentials::{LoginName, Password, TotpSecret};
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::sealed::Sealed;
use heqi_evidence_store::table::Stored;
use heqi_evidence_store::vault::{DataKey, DataKeyId};
use heqi_vocabulary::{StaffId, UtcMillis};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::matter::act::Attempts;
use crate::matter::form::text;
use crate::office::NotaryOffice;

mod error;
pub mod login;
mod own_password;
mod role;
pub(crate) mod rows;
mod second_account;
pub mod sessions;
mod tries;

pub use error::OfficeStaffError;
pub use heqi_credentials::EventBy;
pub use login::{CameIn, FreshFactor};
pub use own_password::{ChangePassword, change_password};
pub use role::{OfficeRole, Officer};
use rows::{ACCOUNTS, AccountRow, EVENTS, EventKey, EventRow, LOGINS, Secrets, TURNS};
pub use rows::{AccountStanding, StaffEvent};
pub use sessions::{OfficeSession, OpenedSession};

/// A new account.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CreateOfficer {
    /// What is typed to come in.
    pub login: LoginName,
    /// Whose it is.
    pub name: String,
    /// What for.
    pub role: OfficeRole,
    /// The first password.
    pub password: Password,
}

/// An account as whoever keeps accounts sees it: no secrets.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AccountView {
    /// The account.
    pub account: StaffId,
    /// What is typed to come in.
    pub login: String,
    /// What for.
    pub role: OfficeRole,
    /// When it was made.
    pub created_at: UtcMillis,
    /// When security let it in.
    pub released_at: Option<UtcMillis>,
    /// When it was shut out.
    pub disabled_at: Option<UtcMillis>,
    /// Whether an authenticator is enrolled.
    pub is_enrolled: bool,
    /// How it stands: what whoever lets it in must have seen.
    pub standing: AccountStanding,
}

/// Makes an account, on the machine itself. Nobody comes in with it before security has
/// released it; only the first security officer needs nobody else.
///
/// # Errors
/// See [`OfficeStaffError`].
pub async fn create_officer(
    office: &NotaryOffice,
    command: CreateOfficer,
) -> Result<StaffId, OfficeStaffError> {
    let CreateOfficer { login, name, role, password } = command;
    let name = text(&name).filter(|name| name.chars().count() <= 50);
    let name = name.ok_or(OfficeStaffError::Name)?;
    let hashed = login::hash_aside(office, password).await?;
    let secrets = Secrets { name, password: hashed, totp: None, recovery: BTreeSet::new() };
    let login_key = login.digest();
    let mut attempts = Attempts::default();
    loop {
        let turn = TURNS.next(office.store()).await?;
        if LOGINS.row(office.store(), &login_key).await?.is_some() {
            return Err(OfficeStaffError::Taken);
        }
        let now = office.clock().now();
        let id = StaffId::time_ordered(now, office.entropy());
        second_account::refuse(office, id, &secrets.name).await?;
        let is_first = role == OfficeRole::Security && !has_security(office, id).await?;
        let row = AccountRow {
            login: login.clone(),
            role,
            created_at: now,
            released_at: is_first.then_some(now),
            disabled_at: None,
            is_enrolled: false,
            last_step: 0,
            events: 0,
            sessions_from: now,
            secrets: seal(office, id, &secrets)?,
        };
        let mut changes = Changeset::new();
        turn.take(&mut changes)?;
        LOGINS.insert(&mut changes, &login_key, &id)?;
        let row = note(office, &mut changes, id, row, (StaffEvent::Created, EventBy::Machine))?;
        ACCOUNTS.insert(&mut changes, &id, &row)?;
        if attempts.commit(office, changes).await? {
            return Ok(id);
        }
    }
}

/// Whether a security officer is in besides this account.
async fn has_security(office: &NotaryOffice, besides: StaffId) -> Result<bool, OfficeStaffError> {
    let all = ACCOUNTS.scan(office.store(), "", None, usize::MAX).await?;
    Ok(all.iter().any(|(account, row)| {
        let row = &row.value;
        *account != besides
            && row.role == OfficeRole::Security
            && row.released_at.is_some()
            && row.disabled_at.is_none()
    }))
}

/// Every account, oldest first.
///
/// # Errors
/// The store could not be read.
pub async fn accounts(office: &NotaryOffice) -> Result<Vec<AccountView>, OfficeStaffError> {
    let all = ACCOUNTS.scan(office.store(), "", None, usize::MAX).await?;
    let view = |(account, row): (StaffId, Stored<AccountRow>)| {
        let row = row.value;
        let standing = row.standing();
        AccountView {
            account,
            login: row.login.to_string(),
            role: row.role,
            created_at: row.created_at,
            released_at: row.released_at,
            disabled_at: row.disabled_at,
            is_enrolled: row.is_enrolled,
            standing,
        }
    };
    Ok(all.into_iter().map(view).collect())
}

/// Lets an account in as the security officer has `seen` it: security alone, and never its own. What
/// is compared is the row that is replaced, and other accounts are looked at in turn, so nothing changes
/// in between.
///
/// # Errors
/// [`OfficeStaffError::NotSecurity`] for everybody else, [`OfficeStaffError::Changed`] where the account
/// was reset or shut out after it had been seen.
pub async fn release_officer(
    office: &NotaryOffice,
    by: &Officer,
    account: StaffId,
    seen: AccountStanding,
) -> Result<(), OfficeStaffError> {
    may_keep_accounts(by, account)?;
    let released = (StaffEvent::Released, EventBy::Officer { account: by.account });
    let mut attempts = Attempts::default();
    loop {
        let turn = TURNS.next(office.store()).await?;
        let Stored { version, value: mut row } = load(office, account).await?;
        if row.standing() != seen {
            return Err(OfficeStaffError::Changed);
        }
        // While it was shut out, the person may have been given another one.
        second_account::refuse(office, account, &unseal(office, account, &row)?.name).await?;
        row.released_at = Some(office.clock().now());
        row.disabled_at = None;
        let mut changes = Changeset::new();
        turn.take(&mut changes)?;
        let row = note(office, &mut changes, account, row, released)?;
        ACCOUNTS.replace(&mut changes, &account, version, &row)?;
        if attempts.commit(office, changes).await? {
            return Ok(());
        }
    }
}

/// Shuts an account out and ends its sessions: security alone, and never its own.
///
/// # Errors
/// [`OfficeStaffError::NotSecurity`] for everybody else.
pub async fn disable_officer(
    office: &NotaryOffice,
    by: &Officer,
    account: StaffId,
) -> Result<(), OfficeStaffError> {
    may_keep_accounts(by, account)?;
    if office.kept_in.contains(load(office, account).await?.value.login.as_str()) {
        return Err(OfficeStaffError::KeptIn);
    }
    let disabled = (StaffEvent::Disabled, EventBy::Officer { account: by.account });
    change(office, account, disabled, |row, _, now| {
        row.disabled_at.get_or_insert(now);
        row.sessions_from = now;
    })
    .await
}

fn may_keep_accounts(by: &Officer, account: StaffId) -> Result<(), OfficeStaffError> {
    if by.role == OfficeRole::Security && by.account != account {
        Ok(())
    } else {
        Err(OfficeStaffError::NotSecurity)
    }
}

/// Gives an account a new password and takes its authenticator away, on the machine itself. It
/// lets nobody in before security has released it again.
///
/// # Errors
/// See [`OfficeStaffError`].
pub async fn reset_officer(
    office: &NotaryOffice,
    login: &LoginName,
    password: Password,
) -> Result<(), OfficeStaffError> {
    let id = find(office, login).await?.ok_or(OfficeStaffError::NotFound)?;
    let hashed = login::hash_aside(office, password).await?;
    let reset = (StaffEvent::Reset, EventBy::Machine);
    let mut attempts = Attempts::default();
    loop {
        let turn = TURNS.next(office.store()).await?;
        let Stored { version, value: mut row } = load(office, id).await?;
        let mut secrets = unseal(office, id, &row)?;
        // Of who is not shut out it makes no second one.
        if row.disabled_at.is_some() {
            second_account::refuse(office, id, &secrets.name).await?;
        }
        // Where no other security officer is in, nobody would let this one in, also if it was reset or shut out before.
        let is_last = row.role == OfficeRole::Security && !has_security(office, id).await?;
        let now = office.clock().now();
        row.released_at = is_last.then(|| row.released_at.unwrap_or(now));
        secrets.password = hashed.clone();
        secrets.totp = None;
        secrets.recovery.clear();
        row.is_enrolled = false;
        row.disabled_at = None;
        row.sessions_from = now;
        row.secrets = seal(office, id, &secrets)?;
        let mut changes = Changeset::new();
        turn.take(&mut changes)?;
        let row = note(office, &mut changes, id, row, reset)?;
        ACCOUNTS.replace(&mut changes, &id, version, &row)?;
        if attempts.commit(office, changes).await? {
            return Ok(());
        }
    }
}

/// Enrols an authenticator whose secret is known already and releases the account: for
/// demonstrations and tests, where nobody scans a picture.
///
/// # Errors
/// See [`OfficeStaffError`].
pub async fn enrol_officer(
    office: &NotaryOffice,
    account: StaffId,
    secret: &TotpSecret,
) -> Result<(), OfficeStaffError> {
    change(office, account, (StaffEvent::Enrolled, EventBy::Machine), |row, secrets, now| {
        secrets.totp = Some(secret.to_hex());
        row.is_enrolled = true;
        row.released_at = Some(now);
    })
    .await
}

async fn change(
    office: &NotaryOffice,
    id: StaffId,
    event: (StaffEvent, EventBy),
    change: impl Fn(&mut AccountRow, &mut Secrets, UtcMillis),
) -> Result<(), OfficeStaffError> {
    let mut attempts = Attempts::default();
    loop {
        let stored = load(office, id).await?;
        let (mut row, mut secrets) = (stored.value.clone(), unseal(office, id, &stored.value)?);
        change(&mut row, &mut secrets, office.clock().now());
        row.secrets = seal(office, id, &secrets)?;
        let mut changes = Changeset::new();
        let row = note(office, &mut changes, id, row, event)?;
        ACCOUNTS.replace(&mut changes, &id, stored.version, &row)?;
        if attempts.commit(office, changes).await? {
            return Ok(());
        }
    }
}

/// The name of the person who has an account.
///
/// # Errors
/// There is no such account, or the store could not be read.
pub async fn officer_name(
    office: &NotaryOffice,
    account: StaffId,
) -> Result<String, OfficeStaffError> {
    let stored = load(office, account).await?;
    Ok(unseal(office, account, &stored.value)?.name.clone())
}

/// The account of a login name.
///
/// # Errors
/// The store could not be read.
pub async fn find(
    office: &NotaryOffice,
    login: &LoginName,
) -> Result<Option<StaffId>, OfficeStaffError> {
    Ok(LOGINS.row(office.store(), &login.digest()).await?.map(|row| row.value))
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
/// The store could not be read.
pub async fn account_events(
    office: &NotaryOffice,
    account: StaffId,
) -> Result<Vec<AccountEvent>, OfficeStaffError> {
    let rows = EVENTS.scan(office.store(), &format!("{account}/"), None, usize::MAX).await?;
    let of = |row: EventRow| AccountEvent { at: row.at, event: row.event, by: row.by };
    Ok(rows.into_iter().map(|(_, row)| of(row.value)).collect())
}

async fn load(office: &NotaryOffice, id: StaffId) -> Result<Stored<AccountRow>, OfficeStaffError> {
    ACCOUNTS.row(office.store(), &id).await?.ok_or(OfficeStaffError::NotFound)
}

fn key(office: &NotaryOffice) -> Result<DataKey, OfficeStaffError> {
    Ok(office.store().vault().create(DataKeyId::of(&[b"office", b"-", b"staff"]))?)
}

fn seal(
    office: &NotaryOffice,
    id: StaffId,
    secrets: &Secrets,
) -> Result<Sealed<Secrets>, OfficeStaffError> {
    let place = ACCOUNTS.key(&id)?;
    Ok(Sealed::seal(&key(office)?, place.as_bytes(), secrets, office.entropy())?)
}

fn unseal(
    office: &NotaryOffice,
    id: StaffId,
    row: &AccountRow,
) -> Result<Zeroizing<Secrets>, OfficeStaffError> {
    let place = ACCOUNTS.key(&id)?;
    Ok(Zeroizing::new(row.secrets.open(office.store().vault(), place.as_bytes())?))
}

/// Adds to `changes` what happened to an account, and gives the row that counts it.
fn note(
    office: &NotaryOffice,
    changes: &mut Changeset,
    id: StaffId,
    mut row: AccountRow,
    (event, by): (StaffEvent, EventBy),
) -> Result<AccountRow, OfficeStaffError> {
    row.events = row.events.saturating_add(1);
    let place = EventKey { account: id, seq: row.events };
    EVENTS.insert(changes, &place, &EventRow { at: office.clock().now(), by, event })?;
    tracing::info!(account.id = %id, event = %event, "account of the office");
    Ok(row)
}
