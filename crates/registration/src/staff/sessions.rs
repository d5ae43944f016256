//! Sessions of staff: kept by the hash of a secret that only a cookie holds. They end by
//! leaving, after fifteen minutes without use, after eight hours whatever happens, and when the
//! account is disabled, reset, given another role or another password.

use heqi_credentials::EventBy;
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{Digest, StaffId, UtcMillis};
use zeroize::Zeroizing;

use super::rows::{StaffRow, StaffSessionRow, Stage};
use super::{StaffEvent, load, name_of, note};
use crate::access::{self, AuthenticateError};
use crate::act::{Attempts, note_use};
use crate::fault::{ActError, Fault};
use crate::platform::Platform;
use crate::request::{Actor, StaffMember};
use crate::rows::{STAFF, STAFF_SESSIONS};

/// A session in which nothing happens ends after this time, in milliseconds.
pub const IDLE_MS: i64 = 15 * 60_000;
/// A session ends after this time whatever happens in it, in milliseconds.
pub const LIFETIME_MS: i64 = 8 * 3_600_000;
/// How exactly it is kept when a session was last used, in milliseconds.
const SEEN_MS: i64 = 60_000;

/// A session that works.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StaffSession {
    /// Who; what it may do is decided by [`StaffSession::actor`].
    pub(crate) member: StaffMember,
    /// What was typed to come in.
    pub login: String,
    /// Whether the second factor was right too. Nothing but the way in is open before.
    pub is_in: bool,
    /// Whether an authenticator is enrolled.
    pub is_enrolled: bool,
    /// When it ends if nothing happens any more.
    pub ends_at: UtcMillis,
}

impl StaffSession {
    /// The member of staff, once both factors were right.
    pub fn actor(&self) -> Option<Actor> {
        self.is_in.then(|| Actor::Staff(self.member.clone()))
    }

    /// Which account, of whom, in what role.
    pub const fn member(&self) -> &StaffMember {
        &self.member
    }
}

/// A new session. The secret is shown once.
#[derive(Clone)]
#[non_exhaustive]
pub struct OpenedStaffSession {
    /// For the cookie, and for nobody else.
    pub secret: Zeroizing<String>,
}

/// Without the secret.
impl std::fmt::Debug for OpenedStaffSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenedStaffSession(…)")
    }
}

/// When a session ends if nothing happens any more.
pub(super) fn ends_at(row: &StaffSessionRow) -> UtcMillis {
    row.seen_at.plus_millis(IDLE_MS).min(row.opened_at.plus_millis(LIFETIME_MS))
}

/// Finds the session whose secret has this hash, and notes that it was used.
///
/// # Errors
/// There is none, it has ended, or the store could not do its part.
pub async fn staff_session(
    platform: &Platform,
    secret: Digest,
) -> Result<StaffSession, AuthenticateError> {
    let (mut row, version, account) = live(platform, secret).await?;
    let now = platform.now();
    if now.millis_since(row.seen_at) >= SEEN_MS {
        row.seen_at = now;
        let mut changes = Changeset::new();
        STAFF_SESSIONS.replace(&mut changes, &secret, version, &row).map_err(Fault::from)?;
        note_use(platform, changes).await?;
    }
    let StaffRow { login, office, role, is_enrolled, .. } = account;
    Ok(StaffSession {
        member: StaffMember { account: row.account, office, role },
        login: login.as_str().to_owned(),
        is_in: row.stage == Stage::In,
        is_enrolled,
        ends_at: ends_at(&row),
    })
}

/// A session that has not ended, of an account that still lets in.
pub(super) async fn live(
    platform: &Platform,
    secret: Digest,
) -> Result<(StaffSessionRow, u64, StaffRow), AuthenticateError> {
    let stored = STAFF_SESSIONS.row(platform.backend(), &secret).await.map_err(Fault::from)?;
    let stored = stored.ok_or(AuthenticateError::Unknown)?;
    let row = stored.value;
    let account = match load(platform, row.account).await {
        Ok(account) => account.value,
        Err(ActError::Fault(fault)) => return Err(fault.into()),
        Err(_) => return Err(AuthenticateError::Unknown),
    };
    let is_over = platform.now() >= ends_at(&row)
        || account.disabled_at.is_some()
        || account.waits
        || row.opened_at < account.sessions_from;
    if is_over { Err(AuthenticateError::Unknown) } else { Ok((row, stored.version, account)) }
}

/// Adds a new session to `changes`.
pub(super) fn open(
    platform: &Platform,
    changes: &mut Changeset,
    account: StaffId,
    stage: Stage,
) -> Result<OpenedStaffSession, Fault> {
    let secret = access::session_secret(platform.entropy());
    let now = platform.now();
    let row =
        StaffSessionRow { account, stage, opened_at: now, seen_at: now, wrong: 0, enrolling: None };
    STAFF_SESSIONS.insert(changes, &access::hash_of(&secret), &row)?;
    Ok(OpenedStaffSession { secret: Zeroizing::new(secret) })
}

/// Ends a session. Ending twice changes nothing.
///
/// # Errors
/// The store could not do its part.
pub async fn leave(platform: &Platform, secret: Digest) -> Result<(), Fault> {
    let mut attempts = Attempts::default();
    loop {
        let Some(session) = STAFF_SESSIONS.row(platform.backend(), &secret).await? else {
            // Another request ended it, and it must not come back with a crash.
            platform.backend().settled().await?;
            return Ok(());
        };
        let id = session.value.account;
        let mut changes = Changeset::new();
        STAFF_SESSIONS.remove(&mut changes, &secret, session.version)?;
        if let Some(stored) = STAFF.row(platform.backend(), &id).await? {
            let left = (StaffEvent::LoggedOut, EventBy::Officer { account: id });
            let row = note(platform, &mut changes, id, stored.value, left)?;
            STAFF.replace(&mut changes, &id, stored.version, &row)?;
        }
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(());
        }
    }
}

/// The name of whoever has this session.
///
/// # Errors
/// The store could not be read.
pub async fn staff_name(platform: &Platform, session: &StaffSession) -> Result<String, Fault> {
    name_of(platform, session.member.account).await
}
