//! Sessions of signers' browsers: opened with the link of an invitation, kept by the hash of
//! a secret that only a cookie holds, ended by leaving, by doing nothing, or by their age.
//!
//! A link is weaker than a signer token on purpose: it travels by SMS and e-mail, and opens
//! nothing but a session. What a session may see before the signer has said who it is, the
//! pages decide by [`Session::has_passed`].

use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{CeremonyId, Digest, FilingId, PartyId, UtcMillis};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::access::{self, AuthenticateError, TokenRow};
use crate::act::{Attempts, note_use};
use crate::ceremonies;
use crate::fault::{ActError, Fault};
use crate::platform::Platform;
use crate::request::Actor;
use crate::rows;

/// A session in which nothing happens ends after this time, in milliseconds. Nobody who reads
/// slowly is thrown out within twenty minutes (edge case 15).
pub const IDLE_MS: i64 = 30 * 60_000;
/// A session ends after this time whatever happens in it, in milliseconds.
pub const LIFETIME_MS: i64 = 12 * 3_600_000;
/// How exactly it is kept when a session was last used, in milliseconds.
const SEEN_MS: i64 = 60_000;

/// A session as it is kept.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionRow {
    ceremony: CeremonyId,
    filing: FilingId,
    party: PartyId,
    opened_at: UtcMillis,
    seen_at: UtcMillis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code_at: Option<UtcMillis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    passed_at: Option<UtcMillis>,
    /// It is good for one step on another device only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    handover: Option<Digest>,
}

impl SessionRow {
    /// When it ends if nothing happens any more.
    pub(crate) fn ends_at(&self) -> UtcMillis {
        self.seen_at.plus_millis(IDLE_MS).min(self.opened_at.plus_millis(LIFETIME_MS))
    }
}

/// A session that works.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Session {
    /// The signer.
    pub actor: Actor,
    /// Whether a one-time code was entered in this session.
    pub has_code: bool,
    /// Whether the signer has said in this session who it is.
    pub has_passed: bool,
    /// The hand-over it is good for; then it is good for nothing else.
    pub handover: Option<Digest>,
    /// When it ends if nothing happens any more.
    pub ends_at: UtcMillis,
}

/// A new session. The secret is shown once.
#[derive(Clone)]
#[non_exhaustive]
pub struct OpenedSession {
    /// For the cookie, and for nobody else.
    pub secret: Zeroizing<String>,
    /// The signer.
    pub actor: Actor,
}

/// Without the secret.
impl std::fmt::Debug for OpenedSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpenedSession({})", self.actor.name())
    }
}

/// Opens a session with the link of this hash ([`access::hash_of`]).
///
/// # Errors
/// There is no such link, or the store could not do its part.
pub async fn open_session(
    platform: &Platform,
    link: Digest,
) -> Result<OpenedSession, AuthenticateError> {
    let row = rows::SIGNER_LINKS.row(platform.backend(), &link).await.map_err(Fault::from)?;
    let TokenRow { ceremony, filing, party } = row.ok_or(AuthenticateError::Unknown)?.value;
    open(platform, Actor::Signer { ceremony, filing, party }, false).await
}

/// Opens a session for whoever has just entered a one-time code without the link; `token` is
/// the hash of the token that this gave.
///
/// # Errors
/// The token is none of a signer's, or the store could not do its part.
pub async fn open_entered(
    platform: &Platform,
    token: Digest,
) -> Result<OpenedSession, AuthenticateError> {
    let actor = access::authenticate(platform, token).await?;
    open(platform, actor, true).await
}

/// Opens a session for whoever has said in another one who it is, and now signs for another party
/// whose door stands open.
pub(crate) async fn open_passed(
    platform: &Platform,
    actor: Actor,
) -> Result<OpenedSession, AuthenticateError> {
    open(platform, actor, true).await
}

async fn open(
    platform: &Platform,
    actor: Actor,
    has_code: bool,
) -> Result<OpenedSession, AuthenticateError> {
    let (ceremony, filing, party) = actor.signer().map_err(|_| AuthenticateError::Unknown)?;
    let stored = ceremonies::load(platform, ceremony).await;
    let stored = stored.map_err(|error| match error {
        ActError::Fault(fault) => AuthenticateError::Fault(fault),
        _ => AuthenticateError::Unknown,
    })?;
    // Where nothing is asked at the door, whoever has the link is inside.
    let entry = stored.content.ceremony.entry();
    let has_passed = !entry.asks_code() || (has_code && entry.inside().is_ok());
    let secret = access::session_secret(platform.entropy());
    let now = platform.now();
    let session = SessionRow {
        ceremony,
        filing,
        party,
        opened_at: now,
        seen_at: now,
        code_at: has_code.then_some(now),
        passed_at: has_passed.then_some(now),
        handover: None,
    };
    let mut changes = Changeset::new();
    let hash = access::hash_of(&secret);
    rows::SESSIONS.insert(&mut changes, &hash, &session).map_err(Fault::from)?;
    platform.backend().commit(changes).map_err(Fault::from)?.await.map_err(Fault::from)?;
    Ok(OpenedSession { secret: Zeroizing::new(secret), actor })
}

/// Adds to `changes` a session for a device that does one step of a signing, and gives it with
/// the hash of its secret.
pub(crate) fn for_handover(
    platform: &Platform,
    changes: &mut Changeset,
    actor: Actor,
    handover: Digest,
) -> Result<(OpenedSession, Digest), ActError> {
    let (ceremony, filing, party) = actor.signer()?;
    let secret = access::session_secret(platform.entropy());
    let hash = access::hash_of(&secret);
    let now = platform.now();
    let session = SessionRow {
        ceremony,
        filing,
        party,
        opened_at: now,
        seen_at: now,
        code_at: None,
        passed_at: None,
        handover: Some(handover),
    };
    rows::SESSIONS.insert(changes, &hash, &session).map_err(Fault::from)?;
    Ok((OpenedSession { secret: Zeroizing::new(secret), actor }, hash))
}

/// Finds the session whose secret has this hash, and notes that it was used.
///
/// # Errors
/// There is none, it has ended, or the store could not do its part.
pub async fn session(platform: &Platform, secret: Digest) -> Result<Session, AuthenticateError> {
    let row = rows::SESSIONS.row(platform.backend(), &secret).await.map_err(Fault::from)?;
    let row = row.ok_or(AuthenticateError::Unknown)?;
    let now = platform.now();
    if now >= row.value.ends_at() {
        return Err(AuthenticateError::Unknown);
    }
    let mut seen = row.value;
    if now.millis_since(seen.seen_at) >= SEEN_MS {
        seen.seen_at = now;
        let mut changes = Changeset::new();
        rows::SESSIONS.replace(&mut changes, &secret, row.version, &seen).map_err(Fault::from)?;
        note_use(platform, changes).await?;
    }
    let SessionRow { ceremony, filing, party, code_at, passed_at, handover, .. } = seen;
    Ok(Session {
        actor: Actor::Signer { ceremony, filing, party },
        has_code: code_at.is_some(),
        has_passed: passed_at.is_some(),
        handover,
        ends_at: seen.ends_at(),
    })
}

/// A one-time code was entered in this session; with `has_passed` nothing else is asked, and
/// the signer has said who it is.
///
/// # Errors
/// There is no such session, or the store could not do its part.
pub async fn note_entry(
    platform: &Platform,
    secret: Digest,
    has_passed: bool,
) -> Result<(), AuthenticateError> {
    let mut attempts = Attempts::default();
    // Another request of this session may note its use meanwhile.
    loop {
        let row = rows::SESSIONS.row(platform.backend(), &secret).await.map_err(Fault::from)?;
        let row = row.ok_or(AuthenticateError::Unknown)?;
        let mut passed = row.value;
        passed.code_at.get_or_insert(platform.now());
        if has_passed {
            passed.passed_at.get_or_insert(platform.now());
        }
        let mut changes = Changeset::new();
        rows::SESSIONS.replace(&mut changes, &secret, row.version, &passed).map_err(Fault::from)?;
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(());
        }
    }
}

/// Ends a session. Ending twice changes nothing.
///
/// # Errors
/// The store could not do its part.
pub async fn end_session(platform: &Platform, secret: Digest) -> Result<(), Fault> {
    let mut attempts = Attempts::default();
    loop {
        let row = rows::SESSIONS.row(platform.backend(), &secret).await?;
        let Some(row) = row else {
            // Another request ended it, and it must not come back with a crash.
            platform.backend().settled().await?;
            return Ok(());
        };
        let mut changes = Changeset::new();
        rows::SESSIONS.remove(&mut changes, &secret, row.version)?;
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(());
        }
    }
}
