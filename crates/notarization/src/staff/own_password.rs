//! An officer who has come in gives the own account another password, as staff of the platform does: by the present one
//! and a fresh code of the authenticator, so that a session in other hands does not become the account.

use std::fmt;
use std::net::IpAddr;

use heqi_credentials::{Password, TotpSecret};
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::Digest;

use super::login::{count, count_code, hash_aside, in_turn, is_password};
use super::rows::{ACCOUNTS, AccountRow, SESSIONS, SessionRow};
use super::sessions::{self, OpenedSession};
use super::tries::Trier;
use super::{EventBy, OfficeStaffError, StaffEvent, note, seal, unseal};
use crate::matter::act::Attempts;
use crate::office::NotaryOffice;

/// What somebody types to have another password.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ChangePassword<'a> {
    /// The present one.
    pub present: Password,
    /// A code of the authenticator; a recovery code is none.
    pub code: &'a str,
    /// The new one.
    pub new: &'a str,
    /// The new one, once more.
    pub again: &'a str,
    /// What the office is called: no password is made of that.
    pub office_name: &'a str,
}

/// Without any of it.
impl fmt::Debug for ChangePassword<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChangePassword(…)")
    }
}

/// Gives the account of this session another password. What is wrong counts as it does where somebody comes in. Every
/// session of the account ends, this one too: what is given is a session in its place.
///
/// # Errors
/// See [`OfficeStaffError`].
pub async fn change_password(
    office: &NotaryOffice,
    address: IpAddr,
    secret: Digest,
    asked: ChangePassword<'_>,
) -> Result<OpenedSession, OfficeStaffError> {
    let ChangePassword { present, code, new, again, office_name } = asked;
    let (session, _, account) = come_in(office, secret).await?;
    let id = session.account;
    if office.kept_in.contains(account.login.as_str()) {
        return Err(OfficeStaffError::KeepsPassword);
    }
    let secrets = unseal(office, id, &account)?;
    let known = [account.login.as_str(), office_name, secrets.name.as_str()];
    let chosen = Password::chosen((new, again), &present, &known)?;
    let trier = Trier::of(office, account.login.as_str(), address).await?;
    trier.wait(office).await?;
    if !is_password(secrets.password.clone(), present).await? {
        count(office, &trier, Some((id, StaffEvent::WrongPassword))).await?;
        return Err(OfficeStaffError::WrongPresent);
    }
    let hashed = hash_aside(office, chosen).await?;
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    let mut attempts = Attempts::default();
    loop {
        // As where somebody comes in: read again after hashing, so that nothing is changed beside a wrong try, nor in an
        // account that was reset or shut out meanwhile.
        let (session, version, _) = come_in(office, secret).await?;
        let stored = in_turn(office, id, &trier).await?;
        if stored.value.sessions_from != account.sessions_from {
            return Err(OfficeStaffError::NoSession);
        }
        let mut secrets = unseal(office, id, &stored.value)?;
        let now = office.clock().now();
        let totp = secrets.totp.as_deref().and_then(TotpSecret::from_hex);
        let step = totp.and_then(|totp| totp.accepts(&code, stored.value.last_step, now));
        let Some(step) = step else {
            let shown_in = (secret, session, version);
            if count_code(office, &mut attempts, &trier, shown_in, stored).await? {
                return Err(OfficeStaffError::WrongCode);
            }
            continue;
        };
        secrets.password = hashed.clone();
        let secrets = seal(office, id, &secrets)?;
        let row = AccountRow { last_step: step, sessions_from: now, secrets, ..stored.value };
        let mut changes = Changeset::new();
        let event = (StaffEvent::PasswordChanged, EventBy::Officer { account: id });
        let row = note(office, &mut changes, id, row, event)?;
        ACCOUNTS.replace(&mut changes, &id, stored.version, &row)?;
        SESSIONS.remove(&mut changes, &secret, version)?;
        trier.came_in(office, &mut changes).await?;
        let opened = sessions::open(office, &mut changes, id, true)?;
        if attempts.commit(office, changes).await? {
            return Ok(opened);
        }
    }
}

/// A session in which both factors were right.
async fn come_in(
    office: &NotaryOffice,
    secret: Digest,
) -> Result<(SessionRow, u64, AccountRow), OfficeStaffError> {
    let found = sessions::live(office, secret).await?;
    if found.0.is_in { Ok(found) } else { Err(OfficeStaffError::NoSession) }
}
