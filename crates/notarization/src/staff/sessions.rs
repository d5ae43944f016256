//! Sessions of the office's staff: kept by the hash of a secret that only a cookie holds. They
//! end by leaving, after fifteen minutes without use, after eight hours whatever happens, and
//! when the account is shut out, reset or given another password.

use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{Digest, StaffId, UtcMillis};
use zeroize::Zeroizing;

use super::rows::{ACCOUNTS, AccountRow, SESSIONS, SessionRow};
use super::{EventBy, OfficeRole, OfficeStaffError, Officer, StaffEvent, load, note};
use crate::matter::act::{Attempts, hex};
use crate::matter::error::MatterError;
use crate::office::NotaryOffice;
use crate::standstill::Standstill;

/// A session in which nothing happens ends after this time, in milliseconds.
pub const IDLE_MS: i64 = 15 * 60_000;
/// A session ends after this time whatever happens in it, in milliseconds.
pub const LIFETIME_MS: i64 = 8 * 3_600_000;
/// Rows read at once while sweeping.
const SWEPT: usize = 256;
/// How exactly it is kept when a session was last used, in milliseconds.
const SEEN_MS: i64 = 60_000;
const LABEL: &str = "heqi.office-session/v1\n";

/// A session that works.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OfficeSession {
    /// The account.
    pub account: StaffId,
    /// Its role.
    pub role: OfficeRole,
    /// What was typed to come in.
    pub login: String,
    /// Whether the second factor was right too. Nothing but the way in is open before.
    pub is_in: bool,
    /// Whether an authenticator is enrolled.
    pub is_enrolled: bool,
    /// When it ends if nothing happens any more.
    pub ends_at: UtcMillis,
}

impl OfficeSession {
    /// Who acts, once both factors were right.
    pub fn officer(&self) -> Option<Officer> {
        self.is_in.then_some(Officer { account: self.account, role: self.role })
    }
}

/// A new session. The secret is shown once.
#[derive(Clone)]
#[non_exhaustive]
pub struct OpenedSession {
    /// For the cookie, and for nobody else.
    pub secret: Zeroizing<String>,
}

/// Without the secret.
impl std::fmt::Debug for OpenedSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenedSession(…)")
    }
}

/// The hash a session is kept by.
pub fn hash_of(secret: &str) -> Digest {
    Digest::labelled(LABEL, secret.as_bytes())
}

/// Finds the session whose secret has this hash, and notes that it was used.
///
/// # Errors
/// [`OfficeStaffError::NoSession`] when there is none or it has ended.
pub async fn session(
    office: &NotaryOffice,
    secret: Digest,
) -> Result<OfficeSession, OfficeStaffError> {
    let (mut row, version, account) = live(office, secret).await?;
    let now = office.clock().now();
    if now.millis_since(row.seen_at) >= SEEN_MS {
        row.seen_at = now;
        let mut changes = Changeset::new();
        SESSIONS.replace(&mut changes, &secret, version, &row)?;
        note_use(office, changes).await?;
    }
    Ok(OfficeSession {
        account: row.account,
        role: account.role,
        login: account.login.to_string(),
        is_in: row.is_in,
        is_enrolled: account.is_enrolled,
        ends_at: ends_at(&row),
    })
}

/// Two requests of one session note their use at the same time, and one is enough. Where nothing is
/// written now, whoever has come in reads on: the session ends the sooner.
async fn note_use(office: &NotaryOffice, changes: Changeset) -> Result<(), MatterError> {
    let nothing_is_written = |error: &MatterError| match error {
        MatterError::Busy => true,
        MatterError::Store(error) => {
            matches!(error, Standstill::DiskFull | Standstill::ReadOnly(_))
        }
        _ => false,
    };
    match Attempts::default().commit(office, changes).await {
        Err(error) if !nothing_is_written(&error) => Err(error),
        _ => Ok(()),
    }
}

fn ends_at(row: &SessionRow) -> UtcMillis {
    row.seen_at.plus_millis(IDLE_MS).min(row.opened_at.plus_millis(LIFETIME_MS))
}

/// A session that has not ended, of an account that still lets in.
pub(super) async fn live(
    office: &NotaryOffice,
    secret: Digest,
) -> Result<(SessionRow, u64, AccountRow), OfficeStaffError> {
    let stored = SESSIONS.row(office.store(), &secret).await?.ok_or(OfficeStaffError::NoSession)?;
    let row = stored.value;
    let account = match load(office, row.account).await {
        Ok(account) => account.value,
        Err(OfficeStaffError::NotFound) => return Err(OfficeStaffError::NoSession),
        Err(error) => return Err(error),
    };
    let is_over = office.clock().now() >= ends_at(&row)
        || account.disabled_at.is_some()
        || account.released_at.is_none()
        || row.opened_at < account.sessions_from;
    if is_over { Err(OfficeStaffError::NoSession) } else { Ok((row, stored.version, account)) }
}

/// Adds a new session to `changes`.
pub(super) fn open(
    office: &NotaryOffice,
    changes: &mut Changeset,
    account: StaffId,
    is_in: bool,
) -> Result<OpenedSession, OfficeStaffError> {
    let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(office.entropy().bytes());
    let secret = Zeroizing::new(format!("heqi_office_{}", hex(&*bytes)));
    let now = office.clock().now();
    let row =
        SessionRow { account, is_in, opened_at: now, seen_at: now, wrong: 0, enrolling: None };
    SESSIONS.insert(changes, &hash_of(&secret), &row)?;
    Ok(OpenedSession { secret })
}

/// Ends a session. Ending twice changes nothing.
///
/// # Errors
/// The store could not do its part.
pub async fn leave(office: &NotaryOffice, secret: Digest) -> Result<(), OfficeStaffError> {
    let mut attempts = Attempts::default();
    loop {
        let Some(session) = SESSIONS.row(office.store(), &secret).await? else {
            // Another request ended it, and it must not come back with a crash.
            office.store().settled().await.map_err(MatterError::from)?;
            return Ok(());
        };
        let id = session.value.account;
        let mut changes = Changeset::new();
        SESSIONS.remove(&mut changes, &secret, session.version)?;
        if let Some(stored) = ACCOUNTS.row(office.store(), &id).await? {
            let row = note(
                office,
                &mut changes,
                id,
                stored.value,
                (StaffEvent::LoggedOut, EventBy::Officer { account: id }),
            )?;
            ACCOUNTS.replace(&mut changes, &id, stored.version, &row)?;
        }
        if attempts.commit(office, changes).await? {
            return Ok(());
        }
    }
}

/// Removes sessions that have ended, at most `limit`; gives how many.
///
/// # Errors
/// The store could not do its part.
pub async fn sweep(office: &NotaryOffice, limit: usize) -> Result<usize, OfficeStaffError> {
    let now = office.clock().now();
    let (mut changes, mut removed) = (Changeset::new(), 0);
    let mut after: Option<Digest> = None;
    loop {
        let rows = SESSIONS.scan(office.store(), "", after.as_ref(), SWEPT).await?;
        let Some((last, _)) = rows.last() else { break };
        after = Some(*last);
        for (key, row) in rows.iter().filter(|(_, row)| now >= ends_at(&row.value)) {
            if removed < limit {
                SESSIONS.remove(&mut changes, key, row.version)?;
                removed += 1;
            }
        }
    }
    if removed == 0 || !Attempts::default().commit(office, changes).await? {
        return Ok(0);
    }
    Ok(removed)
}
