//! Somebody who has come in gives the own account another password: by the present one and a fresh code of the
//! authenticator, so that a session in other hands does not become the account.

use std::fmt;
use std::net::IpAddr;

use heqi_credentials::EventBy;
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::Digest;

use super::login::{LoginError, count, count_code, wait};
use super::password::{Password, hash_aside, is_password};
use super::rows::{StaffRow, StaffSessionRow, Stage};
use super::sessions::{self, OpenedStaffSession};
use super::totp::TotpSecret;
use super::tries::Trier;
use super::{StaffEvent, load, note, open, seal};
use crate::access::AuthenticateError;
use crate::act::Attempts;
use crate::fault::{ActError, Fault};
use crate::platform::Platform;
use crate::rows::{STAFF, STAFF_SESSIONS};

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
/// See [`LoginError`].
pub async fn change_password(
    platform: &Platform,
    address: IpAddr,
    secret: Digest,
    asked: ChangePassword<'_>,
) -> Result<OpenedStaffSession, LoginError> {
    let ChangePassword { present, code, new, again } = asked;
    let (session, _, account) = come_in(platform, secret).await?;
    let id = session.account;
    if platform.settings().kept_in.contains(account.login.as_str()) {
        return Err(LoginError::KeepsPassword);
    }
    let content = open(platform, id, &account)?;
    let known = [account.login.as_str(), account.office.name.as_str(), content.name.as_str()];
    let chosen = Password::chosen((new, again), &present, &known)?;
    let trier = Trier::new(platform, account.login.as_str(), address);
    wait(trier.pause_ms(platform).await?)?;
    if !is_password(content.password.clone(), present).await? {
        count(platform, trier, Some(id)).await?;
        return Err(LoginError::WrongPresent);
    }
    let hashed = hash_aside(chosen, platform.shared_entropy()).await?;
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    let mut attempts = Attempts::default();
    loop {
        // As where somebody comes in: the account is read before the pause is looked at, and again after hashing, so
        // that nothing is changed beside a wrong try, nor in an account that was reset or shut out meanwhile.
        let (session, version, _) = come_in(platform, secret).await?;
        let stored = load(platform, id).await?;
        wait(trier.pause_ms(platform).await?)?;
        if stored.value.sessions_from != account.sessions_from {
            return Err(AuthenticateError::Unknown.into());
        }
        let mut content = open(platform, id, &stored.value)?;
        let now = platform.now();
        let totp = content.totp.as_deref().and_then(TotpSecret::from_hex);
        let step = totp.and_then(|totp| totp.accepts(&code, stored.value.last_step, now));
        let Some(step) = step else {
            let shown_in = (secret, session, version);
            if count_code(platform, &mut attempts, trier, shown_in, stored).await? {
                return Err(LoginError::WrongCode);
            }
            continue;
        };
        content.password = hashed.clone();
        let content = seal(platform, id, &content)?;
        let row = StaffRow { last_step: step, sessions_from: now, content, ..stored.value };
        let mut changes = Changeset::new();
        let event = (StaffEvent::PasswordChanged, EventBy::Officer { account: id });
        let row = note(platform, &mut changes, id, row, event)?;
        STAFF.replace(&mut changes, &id, stored.version, &row).map_err(Fault::from)?;
        STAFF_SESSIONS.remove(&mut changes, &secret, version).map_err(Fault::from)?;
        trier.came_in(platform, &mut changes).await?;
        let opened = sessions::open(platform, &mut changes, id, Stage::In)?;
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(opened);
        }
    }
}

/// A session in which both factors were right.
async fn come_in(
    platform: &Platform,
    secret: Digest,
) -> Result<(StaffSessionRow, u64, StaffRow), LoginError> {
    let found = sessions::live(platform, secret).await?;
    if found.0.stage == Stage::In { Ok(found) } else { Err(ActError::Denied.into()) }
}
