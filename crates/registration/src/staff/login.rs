//! How staff comes in: the password, then a code of the authenticator. What is wrong is never
//! said, only that something is; where there is no account it takes as long.

use std::net::IpAddr;

use heqi_credentials::{EventBy, recovery};
use heqi_evidence_store::changeset::{Changeset, Expected};
use heqi_evidence_store::sealed::Sealed;
use heqi_evidence_store::table::Stored;
use heqi_vocabulary::{Digest, StaffId, UtcMillis};
use zeroize::Zeroizing;

use super::password::{HashedPassword, Password, PasswordError, hash_aside, is_password};
use super::rows::{StaffContent, StaffRow, StaffSessionRow, Stage};
use super::sessions::{self, OpenedStaffSession};
use super::totp::TotpSecret;
use super::tries::Trier;
use super::{LoginName, StaffEvent, find, key, load, note, open, seal};
use crate::access::AuthenticateError;
use crate::act::Attempts;
use crate::fault::{ActError, Class, Fault};
use crate::platform::Platform;
use crate::rows::{STAFF, STAFF_SESSIONS};
use crate::wording::{Told, refusals, say};

/// Wrong codes after which a session ends.
const WRONG_CODES: u32 = 5;

/// Why somebody does not come in, or does not change the own password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The session has ended.
    #[error(transparent)]
    Session(#[from] AuthenticateError),
    /// Login name or password is wrong.
    #[error("the login name or the password is wrong")]
    Wrong,
    /// The password is not the one of whoever has come in.
    #[error("the present password is wrong")]
    WrongPresent,
    /// The code is wrong, or was used before.
    #[error("the code is wrong, or was used before")]
    WrongCode,
    /// The new password is none.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// A demo's own account, which is everybody's.
    #[error("an account of the demo is everybody's and keeps its password")]
    KeepsPassword,
    /// Security has not let the account in.
    #[error("the account waits for its release")]
    Unreleased,
    /// Too many wrong tries.
    #[error("too many wrong tries: again in {seconds} seconds")]
    Later {
        /// For how long to wait.
        seconds: i64,
    },
}

impl From<Fault> for LoginError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl LoginError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Session(error) => Told::By(error),
            Self::Password(error) => Told::By(error),
            Self::Wrong => say(
                "login_wrong",
                ["登录名或密码不正确。", "请核对后重新输入；忘记密码请联系平台管理员重置。"],
                [
                    "The login name or the password is wrong.",
                    "Check both and type them again; the administrator resets a forgotten password.",
                ],
            )
            .is(Class::Unauthenticated),
            Self::WrongPresent => say(
                "password_wrong",
                ["当前密码不正确，密码没有修改。", "请重新输入；忘记密码请联系平台管理员重置。"],
                [
                    "The present password is wrong; it was not changed.",
                    "Type it again; the administrator resets a forgotten password.",
                ],
            )
            .is(Class::BadInput),
            Self::KeepsPassword => say(
                "password_kept",
                [
                    "这是演示账号，供所有访客使用，密码没有修改。",
                    "真实部署中，修改后该账号在其他设备上的登录立即退出。",
                ],
                [
                    "This account is the demo's own and every visitor's; its password was not changed.",
                    "In earnest it would be changed, and the account's other sessions would end at once.",
                ],
            )
            .is(Class::Conflict),
            Self::WrongCode => say(
                "login_code_wrong",
                ["动态口令不正确或已使用过。", "请等待验证器显示下一个口令后再输入。"],
                [
                    "The code is wrong, or was used before.",
                    "Wait for the next code of your authenticator and type that.",
                ],
            )
            .is(Class::Unauthenticated),
            Self::Unreleased => say(
                "account_unreleased",
                ["该账号尚未由安全管理员启用。", "请联系本单位或平台的安全管理员。"],
                [
                    "Security has not released this account.",
                    "Ask the security officer of your organisation or of the platform.",
                ],
            )
            .is(Class::Forbidden),
            Self::Later { seconds } => say(
                "login_later",
                ["错误次数过多，暂不能登录。", "请在{s}秒后重试；如非本人操作，请联系平台管理员。"],
                [
                    "There were too many wrong tries.",
                    "Try again in {s} seconds; if it was not you, tell the administrator.",
                ],
            )
            .with("{s}", seconds)
            .is(Class::Unavailable),
        }
    }
}

refusals!(LoginError);

/// Takes login name and password, and opens a session that asks for the second factor.
///
/// # Errors
/// See [`LoginError`].
pub async fn log_in(
    platform: &Platform,
    address: IpAddr,
    login: &str,
    password: Password,
) -> Result<OpenedStaffSession, LoginError> {
    let name: Option<LoginName> = login.parse().ok();
    let trier = Trier::new(platform, name.as_ref().map_or("", LoginName::as_str), address);
    wait(trier.pause_ms(platform).await?)?;
    let id = match &name {
        Some(name) => find(platform, name).await?,
        None => None,
    };
    let Some(id) = id else {
        is_password(HashedPassword::of_nobody(), password).await?;
        count(platform, trier, None).await?;
        return Err(LoginError::Wrong);
    };
    let stored = load(platform, id).await?;
    let content = open(platform, id, &stored.value)?;
    let is_right = is_password(content.password.clone(), password.clone()).await?;
    if !is_right || stored.value.disabled_at.is_some() {
        count(platform, trier, Some(id)).await?;
        return Err(LoginError::Wrong);
    }
    let rehashed = if content.password.is_outdated() {
        Some(hash_aside(password, platform.shared_entropy()).await?)
    } else {
        None
    };
    let compared = stored.value.sessions_from;
    let mut attempts = Attempts::default();
    loop {
        // Hashing takes its time: who sends many passwords at once has no more tries than who sends one
        // after the other, and an account that was reset or shut out meanwhile is another one. The account is read
        // before the pause is looked at: a wrong try noted before is seen in the pause, and one noted since, in
        // this row, refuses the commit. The other way round one in between were seen by neither.
        let stored = load(platform, id).await?;
        wait(trier.pause_ms(platform).await?)?;
        if stored.value.disabled_at.is_some() || stored.value.sessions_from != compared {
            return Err(LoginError::Wrong);
        }
        if stored.value.waits {
            return Err(LoginError::Unreleased);
        }
        let mut changes = Changeset::new();
        if let Some(hashed) = &rehashed {
            let mut content = open(platform, id, &stored.value)?;
            content.password = hashed.clone();
            let row = StaffRow { content: seal(platform, id, &content)?, ..stored.value };
            STAFF.replace(&mut changes, &id, stored.version, &row).map_err(Fault::from)?;
        } else {
            // A wrong try is noted in this row, so nobody comes in beside one.
            let place = STAFF.key(&id).map_err(Fault::from)?;
            changes.expect(place, Expected::Version(stored.version));
        }
        let opened = sessions::open(platform, &mut changes, id, Stage::Password)?;
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(opened);
        }
    }
}

pub(super) fn wait(pause_ms: i64) -> Result<(), LoginError> {
    if pause_ms > 0 { Err(LoginError::Later { seconds: (pause_ms + 999) / 1000 }) } else { Ok(()) }
}

/// Counts a wrong password, and notes it where there is such an account: whoever it was, was not in by it.
pub(super) async fn count(
    platform: &Platform,
    trier: Trier,
    id: Option<StaffId>,
) -> Result<(), LoginError> {
    let mut attempts = Attempts::default();
    loop {
        let mut changes = Changeset::new();
        wait(trier.failed(platform, &mut changes).await?)?;
        if let Some(id) = id {
            let stored = load(platform, id).await?;
            let event = (StaffEvent::WrongPassword, EventBy::Nobody);
            let row = note(platform, &mut changes, id, stored.value, event)?;
            STAFF.replace(&mut changes, &id, stored.version, &row).map_err(Fault::from)?;
        }
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(());
        }
    }
}

/// The secret of the authenticator that is being enrolled in this session; the same one as often
/// as it is asked for.
///
/// # Errors
/// The session has ended, or an authenticator is enrolled already.
pub async fn enrolling(platform: &Platform, secret: Digest) -> Result<TotpSecret, LoginError> {
    let mut attempts = Attempts::default();
    loop {
        let (mut session, version, account) = sessions::live(platform, secret).await?;
        if account.is_enrolled {
            return Err(ActError::Denied.into());
        }
        let place = STAFF_SESSIONS.key(&secret).map_err(Fault::from)?;
        if let Some(sealed) = &session.enrolling {
            let opened = sealed.open(platform.backend().vault(), place.as_bytes());
            let opened = Zeroizing::new(opened.map_err(Fault::from)?);
            return TotpSecret::from_hex(&opened)
                .ok_or_else(|| Fault::broken("an enrolling secret has another form").into());
        }
        let fresh = TotpSecret::generate(platform.entropy());
        let sealed =
            Sealed::seal(&key(platform)?, place.as_bytes(), &fresh.to_hex(), platform.entropy());
        session.enrolling = Some(sealed.map_err(Fault::broken)?);
        let mut changes = Changeset::new();
        STAFF_SESSIONS.replace(&mut changes, &secret, version, &session).map_err(Fault::from)?;
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(fresh);
        }
    }
}

/// What somebody is given who has come in.
#[derive(Debug)]
#[non_exhaustive]
pub struct CameIn {
    /// A new session in the place of the one that asked for the second factor.
    pub session: OpenedStaffSession,
    /// Codes to come in without the authenticator, each once: shown now and never again. Empty
    /// where nothing was enrolled.
    pub recovery: Vec<Zeroizing<String>>,
}

/// What a second factor did to an account.
struct Accepted {
    row: StaffRow,
    content: StaffContent,
    event: StaffEvent,
    recovery: Vec<Zeroizing<String>>,
}

/// Takes the second factor: a code of the authenticator, or a recovery code; where none is
/// enrolled yet, the first code of the one that is being enrolled.
///
/// # Errors
/// See [`LoginError`].
pub async fn second_factor(
    platform: &Platform,
    address: IpAddr,
    secret: Digest,
    code: &str,
) -> Result<CameIn, LoginError> {
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut attempts = Attempts::default();
    loop {
        let (session, version, account) = sessions::live(platform, secret).await?;
        if session.stage == Stage::In {
            return Err(ActError::Denied.into());
        }
        let id = session.account;
        let trier = Trier::new(platform, account.login.as_str(), address);
        // Before the pause is looked at, as above: nobody comes in beside a wrong code that was tried at once.
        let stored = load(platform, id).await?;
        if stored.value.sessions_from != account.sessions_from {
            // Another password, a reset or a shut door since the session was looked at: it is over.
            return Err(AuthenticateError::Unknown.into());
        }
        wait(trier.pause_ms(platform).await?)?;
        let content = open(platform, id, &stored.value)?;
        let now = platform.now();
        let accepted = if stored.value.is_enrolled {
            of_enrolled(&stored.value, &content, &code, now)
        } else {
            let fresh = enrolling(platform, secret).await?;
            enrol(platform, &stored.value, &content, (&fresh, &code), now)
        };
        let Some(accepted) = accepted else {
            let shown_in = (secret, session, version);
            if count_code(platform, &mut attempts, trier, shown_in, stored).await? {
                return Err(LoginError::WrongCode);
            }
            continue;
        };
        let mut changes = Changeset::new();
        let Accepted { mut row, content, event, recovery } = accepted;
        row.content = seal(platform, id, &content)?;
        let row = note(platform, &mut changes, id, row, (event, EventBy::Officer { account: id }))?;
        STAFF.replace(&mut changes, &id, stored.version, &row).map_err(Fault::from)?;
        STAFF_SESSIONS.remove(&mut changes, &secret, version).map_err(Fault::from)?;
        // In the same commit: the code counts once, and recovery codes are shown now or never.
        trier.came_in(platform, &mut changes).await?;
        let opened = sessions::open(platform, &mut changes, id, Stage::In)?;
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(CameIn { session: opened, recovery });
        }
    }
}

/// Counts a wrong code: in the session it was shown in, which the fifth ends, in the account, and against whoever tried.
/// `false`: something is not as it was read, so read again.
pub(super) async fn count_code(
    platform: &Platform,
    attempts: &mut Attempts,
    trier: Trier,
    (secret, mut session, version): (Digest, StaffSessionRow, u64),
    stored: Stored<StaffRow>,
) -> Result<bool, LoginError> {
    let id = session.account;
    let mut changes = Changeset::new();
    session.wrong = session.wrong.saturating_add(1);
    if session.wrong >= WRONG_CODES {
        STAFF_SESSIONS.remove(&mut changes, &secret, version).map_err(Fault::from)?;
    } else {
        STAFF_SESSIONS.replace(&mut changes, &secret, version, &session).map_err(Fault::from)?;
    }
    let event = (StaffEvent::WrongCode, EventBy::Nobody);
    let row = note(platform, &mut changes, id, stored.value, event)?;
    STAFF.replace(&mut changes, &id, stored.version, &row).map_err(Fault::from)?;
    wait(trier.failed(platform, &mut changes).await?)?;
    Ok(attempts.commit(platform, changes).await?.is_some())
}

fn of_enrolled(
    row: &StaffRow,
    content: &StaffContent,
    code: &str,
    now: UtcMillis,
) -> Option<Accepted> {
    let totp = content.totp.as_deref().and_then(TotpSecret::from_hex)?;
    if let Some(step) = totp.accepts(code, row.last_step, now) {
        let row = StaffRow { last_step: step, ..row.clone() };
        let (content, event) = (content.clone(), StaffEvent::LoggedIn);
        return Some(Accepted { row, content, event, recovery: Vec::new() });
    }
    let mut content = content.clone();
    content.recovery.remove(&recovery::hash_of(code)).then(|| Accepted {
        row: row.clone(),
        content,
        event: StaffEvent::Recovered,
        recovery: Vec::new(),
    })
}

fn enrol(
    platform: &Platform,
    row: &StaffRow,
    content: &StaffContent,
    (fresh, code): (&TotpSecret, &str),
    now: UtcMillis,
) -> Option<Accepted> {
    let step = fresh.accepts(code, 0, now)?;
    let codes: Vec<Zeroizing<String>> =
        (0..recovery::CODES).map(|_| recovery::fresh_code(platform.entropy())).collect();
    let mut content = content.clone();
    content.totp = Some(fresh.to_hex());
    content.recovery = codes.iter().map(|code| recovery::hash_of(code)).collect();
    let row = StaffRow { is_enrolled: true, last_step: step, ..row.clone() };
    Some(Accepted { row, content, event: StaffEvent::Enrolled, recovery: codes })
}
