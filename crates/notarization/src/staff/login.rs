//! How the office's staff comes in: the password, then a code of the authenticator. What is
//! wrong is never said, only that something is; where there is no account it takes as long.

use std::net::IpAddr;

use heqi_credentials::{HashedPassword, LoginName, Password, TotpSecret, recovery};
use heqi_evidence_store::changeset::{Changeset, Expected};
use heqi_evidence_store::sealed::Sealed;
use heqi_evidence_store::table::Stored;
use heqi_vocabulary::{Digest, StaffId, UtcMillis};
use zeroize::Zeroizing;

use super::rows::{ACCOUNTS, AccountRow, SESSIONS, Secrets, SessionRow, StaffEvent};
use super::sessions::{OpenedSession, live, open};
use super::tries::Trier;
use super::{EventBy, OfficeStaffError, Officer, find, key, load, note, seal, unseal};
use crate::matter::act::Attempts;
use crate::matter::error::MatterError;
use crate::office::NotaryOffice;

/// Wrong codes after which a session ends.
const WRONG_CODES: u32 = 5;

/// Hashes a password, not on a thread that answers requests.
pub(super) async fn hash_aside(
    office: &NotaryOffice,
    password: Password,
) -> Result<HashedPassword, OfficeStaffError> {
    let office = office.clone();
    let hashed = tokio::task::spawn_blocking(move || password.hash(office.entropy()));
    Ok(hashed.await.map_err(broken)?.map_err(broken)?)
}

pub(super) async fn is_password(
    hashed: HashedPassword,
    password: Password,
) -> Result<bool, OfficeStaffError> {
    let compared = tokio::task::spawn_blocking(move || hashed.is(&password));
    Ok(compared.await.map_err(broken)?.map_err(broken)?)
}

fn broken(error: impl std::fmt::Display) -> MatterError {
    MatterError::Broken(error.to_string())
}

/// Takes login name and password, and opens a session that asks for the second factor.
///
/// # Errors
/// See [`OfficeStaffError`].
pub async fn log_in(
    office: &NotaryOffice,
    address: IpAddr,
    login: &str,
    password: Password,
) -> Result<OpenedSession, OfficeStaffError> {
    let name: Option<LoginName> = login.parse().ok();
    let trier = Trier::of(office, name.as_ref().map_or("", LoginName::as_str), address).await?;
    trier.wait(office).await?;
    let id = match &name {
        Some(name) => find(office, name).await?,
        None => None,
    };
    let Some(id) = id else {
        is_password(HashedPassword::of_nobody(), password).await?;
        count(office, &trier, None).await?;
        return Err(OfficeStaffError::Wrong);
    };
    let stored = load(office, id).await?;
    let secrets = unseal(office, id, &stored.value)?;
    let is_right = is_password(secrets.password.clone(), password).await?;
    if !is_right || stored.value.disabled_at.is_some() {
        count(office, &trier, Some((id, StaffEvent::WrongPassword))).await?;
        return Err(OfficeStaffError::Wrong);
    }
    let compared = stored.value.sessions_from;
    let mut attempts = Attempts::default();
    loop {
        // Hashing takes its time: who sends many passwords at once has no more tries than who sends one
        // after the other, and an account that was reset or shut out meanwhile is another one.
        let stored = in_turn(office, id, &trier).await?;
        if stored.value.disabled_at.is_some() || stored.value.sessions_from != compared {
            return Err(OfficeStaffError::Wrong);
        }
        if stored.value.released_at.is_none() {
            return Err(OfficeStaffError::Unreleased);
        }
        let mut changes = Changeset::new();
        changes.expect(ACCOUNTS.key(&id)?, Expected::Version(stored.version));
        let opened = open(office, &mut changes, id, false)?;
        if attempts.commit(office, changes).await? {
            return Ok(opened);
        }
    }
}

/// An account whose turn it is: its row, and no pause. The row is read first and the pause after it, because a wrong try
/// is noted in this row by the commit that counts it. One of before is in the pause, then; after one that comes later the
/// row is another one, and the commit of whoever would come in, which expects this one, is refused. The other way about
/// somebody could come in beside the wrong try that came between the two.
pub(super) async fn in_turn(
    office: &NotaryOffice,
    id: StaffId,
    trier: &Trier,
) -> Result<Stored<AccountRow>, OfficeStaffError> {
    let stored = load(office, id).await?;
    trier.wait(office).await?;
    Ok(stored)
}

/// Counts a wrong try, and notes it where there is such an account: whoever it was, was not in by it.
pub(super) async fn count(
    office: &NotaryOffice,
    trier: &Trier,
    of: Option<(StaffId, StaffEvent)>,
) -> Result<(), OfficeStaffError> {
    let mut attempts = Attempts::default();
    loop {
        let mut changes = Changeset::new();
        trier.failed(office, &mut changes).await?;
        if let Some((id, event)) = of {
            let stored = load(office, id).await?;
            let row = note(office, &mut changes, id, stored.value, (event, EventBy::Nobody))?;
            ACCOUNTS.replace(&mut changes, &id, stored.version, &row)?;
        }
        if attempts.commit(office, changes).await? {
            return Ok(());
        }
    }
}

/// The secret of the authenticator that is being enrolled in this session; the same one as often
/// as it is asked for.
///
/// # Errors
/// The session has ended, or an authenticator is enrolled already.
pub async fn enrolling(
    office: &NotaryOffice,
    secret: Digest,
) -> Result<TotpSecret, OfficeStaffError> {
    let mut attempts = Attempts::default();
    loop {
        let (mut session, version, account) = live(office, secret).await?;
        if account.is_enrolled {
            return Err(OfficeStaffError::NoSession);
        }
        let place = SESSIONS.key(&secret)?;
        if let Some(sealed) = &session.enrolling {
            let opened = sealed.open(office.store().vault(), place.as_bytes())?;
            let opened = Zeroizing::new(opened);
            return TotpSecret::from_hex(&opened)
                .ok_or_else(|| broken("an enrolling secret has another form").into());
        }
        let fresh = TotpSecret::generate(office.entropy());
        session.enrolling =
            Some(Sealed::seal(&key(office)?, place.as_bytes(), &fresh.to_hex(), office.entropy())?);
        let mut changes = Changeset::new();
        SESSIONS.replace(&mut changes, &secret, version, &session)?;
        if attempts.commit(office, changes).await? {
            return Ok(fresh);
        }
    }
}

/// What somebody is given who has come in.
#[derive(Debug)]
#[non_exhaustive]
pub struct CameIn {
    /// A new session in the place of the one that asked for the second factor.
    pub session: OpenedSession,
    /// Codes to come in without the authenticator, each once: shown now and never again. Empty
    /// where nothing was enrolled.
    pub recovery: Vec<Zeroizing<String>>,
}

/// Takes the second factor: a code of the authenticator, or a recovery code; where none is
/// enrolled yet, the first code of the one that is being enrolled.
///
/// # Errors
/// See [`OfficeStaffError`].
pub async fn second_factor(
    office: &NotaryOffice,
    address: IpAddr,
    secret: Digest,
    code: &str,
) -> Result<CameIn, OfficeStaffError> {
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut attempts = Attempts::default();
    loop {
        let (session, version, account) = live(office, secret).await?;
        if session.is_in {
            return Err(OfficeStaffError::NoSession);
        }
        let id = session.account;
        let trier = Trier::of(office, account.login.as_str(), address).await?;
        let stored = in_turn(office, id, &trier).await?;
        if stored.value.sessions_from != account.sessions_from {
            // Another password, a reset or a shut door since the session was looked at: it is over.
            return Err(OfficeStaffError::NoSession);
        }
        let secrets = unseal(office, id, &stored.value)?;
        let now = office.clock().now();
        let accepted = if stored.value.is_enrolled {
            of_enrolled(&stored.value, &secrets, &code, now)
        } else {
            let fresh = enrolling(office, secret).await?;
            enrol(office, &stored.value, &secrets, (&fresh, &code), now)
        };
        let Some(accepted) = accepted else {
            let shown_in = (secret, session, version);
            if count_code(office, &mut attempts, &trier, shown_in, stored).await? {
                return Err(OfficeStaffError::WrongCode);
            }
            continue;
        };
        let mut changes = Changeset::new();
        let Accepted { mut row, secrets, event, recovery } = accepted;
        row.secrets = seal(office, id, &secrets)?;
        let row = note(office, &mut changes, id, row, (event, EventBy::Officer { account: id }))?;
        ACCOUNTS.replace(&mut changes, &id, stored.version, &row)?;
        SESSIONS.remove(&mut changes, &secret, version)?;
        // In the same commit: the code counts once, and recovery codes are shown now or never.
        trier.came_in(office, &mut changes).await?;
        let opened = open(office, &mut changes, id, true)?;
        if attempts.commit(office, changes).await? {
            return Ok(CameIn { session: opened, recovery });
        }
    }
}

/// Counts a wrong code: in the session it was shown in, which the fifth ends, in the account, and against whoever tried.
/// `false`: something is not as it was read, so read again.
pub(super) async fn count_code(
    office: &NotaryOffice,
    attempts: &mut Attempts,
    trier: &Trier,
    (secret, mut session, version): (Digest, SessionRow, u64),
    stored: Stored<AccountRow>,
) -> Result<bool, OfficeStaffError> {
    let id = session.account;
    let mut changes = Changeset::new();
    session.wrong = session.wrong.saturating_add(1);
    if session.wrong >= WRONG_CODES {
        SESSIONS.remove(&mut changes, &secret, version)?;
    } else {
        SESSIONS.replace(&mut changes, &secret, version, &session)?;
    }
    let event = (StaffEvent::WrongCode, EventBy::Nobody);
    let row = note(office, &mut changes, id, stored.value, event)?;
    ACCOUNTS.replace(&mut changes, &id, stored.version, &row)?;
    trier.failed(office, &mut changes).await?;
    Ok(attempts.commit(office, changes).await?)
}

/// A member of staff who has just shown the second factor: only [`show_again`] makes one.
#[derive(Debug)]
pub struct FreshFactor {
    officer: Officer,
}

impl FreshFactor {
    /// Who.
    pub const fn officer(&self) -> &Officer {
        &self.officer
    }
}

/// Shows the second factor again: of the authenticator, never a recovery code, and a code that
/// was used does not count.
///
/// # Errors
/// [`OfficeStaffError::WrongCode`], whatever is wrong.
pub async fn show_again(
    office: &NotaryOffice,
    address: IpAddr,
    login: &str,
    code: &str,
) -> Result<FreshFactor, OfficeStaffError> {
    let name: LoginName = login.parse().map_err(|_| OfficeStaffError::WrongCode)?;
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    let trier = Trier::of(office, name.as_str(), address).await?;
    let mut attempts = Attempts::default();
    loop {
        let Some(id) = find(office, &name).await? else {
            // Nobody comes in here, and it is said by that where there is a pause.
            count(office, &trier, None).await?;
            return Err(OfficeStaffError::WrongCode);
        };
        // In each round: codes that are shown at once are tries one after the other.
        let stored = in_turn(office, id, &trier).await?;
        let row = &stored.value;
        let is_in = row.is_enrolled && row.released_at.is_some() && row.disabled_at.is_none();
        let secrets = unseal(office, id, row)?;
        let totp = secrets.totp.as_deref().filter(|_| is_in).and_then(TotpSecret::from_hex);
        let now = office.clock().now();
        let step = totp.and_then(|totp| totp.accepts(&code, row.last_step, now));
        let Some(step) = step else {
            count(office, &trier, Some((id, StaffEvent::WrongCode))).await?;
            return Err(OfficeStaffError::WrongCode);
        };
        let officer = Officer { account: id, role: row.role };
        let mut changes = Changeset::new();
        let row = AccountRow { last_step: step, ..row.clone() };
        let row = note(
            office,
            &mut changes,
            id,
            row,
            (StaffEvent::ShownAgain, EventBy::Officer { account: id }),
        )?;
        ACCOUNTS.replace(&mut changes, &id, stored.version, &row)?;
        if attempts.commit(office, changes).await? {
            return Ok(FreshFactor { officer });
        }
    }
}

/// What a second factor did to an account.
struct Accepted {
    row: AccountRow,
    secrets: Secrets,
    event: StaffEvent,
    recovery: Vec<Zeroizing<String>>,
}

fn of_enrolled(
    row: &AccountRow,
    secrets: &Secrets,
    code: &str,
    now: UtcMillis,
) -> Option<Accepted> {
    let totp = secrets.totp.as_deref().and_then(TotpSecret::from_hex)?;
    if let Some(step) = totp.accepts(code, row.last_step, now) {
        let row = AccountRow { last_step: step, ..row.clone() };
        let (secrets, event) = (secrets.clone(), StaffEvent::LoggedIn);
        return Some(Accepted { row, secrets, event, recovery: Vec::new() });
    }
    let mut secrets = secrets.clone();
    secrets.recovery.remove(&recovery::hash_of(code)).then(|| Accepted {
        row: row.clone(),
        secrets,
        event: StaffEvent::Recovered,
        recovery: Vec::new(),
    })
}

fn enrol(
    office: &NotaryOffice,
    row: &AccountRow,
    secrets: &Secrets,
    (fresh, code): (&TotpSecret, &str),
    now: UtcMillis,
) -> Option<Accepted> {
    let step = fresh.accepts(code, 0, now)?;
    let codes: Vec<Zeroizing<String>> =
        (0..recovery::CODES).map(|_| recovery::fresh_code(office.entropy())).collect();
    let mut secrets = secrets.clone();
    secrets.totp = Some(fresh.to_hex());
    secrets.recovery = codes.iter().map(|code| recovery::hash_of(code)).collect();
    let row = AccountRow { is_enrolled: true, last_step: step, ..row.clone() };
    Some(Accepted { row, secrets, event: StaffEvent::Enrolled, recovery: codes })
}
