//! Who asks, what the server saw of the request, and the key that makes a repeated
//! request the same act.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use heqi_filing::{Office, Reviewer};
use heqi_vocabulary::{CeremonyId, Digest, FilingId, PartyId, StaffId, UtcMillis};

use crate::access::ApiKeyId;
use crate::fault::{ActError, Class};
use crate::platform::Custodian;
use crate::wording::{Told, refusals, say};

mod duty;

pub use duty::{Scope, StaffRole, UnknownScope, UnknownStaffRole};

/// The longest idempotency key, in bytes.
pub const MAX_IDEMPOTENCY_KEY_BYTES: usize = 128;
/// What is kept of one header, in characters.
pub const MAX_HEADER_CHARACTERS: usize = 1024;

/// One request to do something.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Request {
    /// Who asks.
    pub actor: Actor,
    /// The caller's name for this act.
    pub idempotency_key: IdempotencyKey,
    /// SHA-256 over method, path and body: what must be the same when the key is.
    pub digest: Digest,
    /// What the server saw.
    pub facts: RequestFacts,
    /// The versions of the filing with which the act is to be done; another one refuses it.
    pub versions: AsRead,
}

impl Request {
    /// The same, to be done only with these versions of the filing.
    #[must_use]
    pub fn on(self, versions: AsRead) -> Self {
        Self { versions, ..self }
    }

    /// One of several acts that one form asks for: each is done once however often the form comes.
    #[must_use]
    pub fn part(&self, name: &str) -> Self {
        let named = format!("{}\n{name}", self.idempotency_key.as_str());
        let idempotency_key = IdempotencyKey(Digest::of(named.as_bytes()).to_string());
        Self { idempotency_key, ..self.clone() }
    }
}

/// The versions of a filing that the caller has read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the caller said something or did not")]
pub enum AsRead {
    /// The caller did not say.
    #[default]
    Any,
    /// One of these ([`crate::filing_view::FilingView::version`]).
    OneOf(Vec<u64>),
}

impl AsRead {
    /// Whether a filing of this version is one the caller has read.
    pub fn holds(&self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }
}

/// Who asks. Made by [`crate::access::authenticate`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "every command decides anew for a new kind of actor")]
pub enum Actor {
    /// A program or member of staff with an API key.
    ApiKey {
        /// Which key.
        id: ApiKeyId,
        /// What it may do.
        scopes: BTreeSet<Scope>,
        /// Which custodian takes back with it what it lost.
        custodian: Option<Custodian>,
    },
    /// A signer with the token of one ceremony.
    Signer {
        /// The ceremony.
        ceremony: CeremonyId,
        /// Its filing.
        filing: FilingId,
        /// The party.
        party: PartyId,
    },
    /// A member of staff who has signed in.
    Staff(StaffMember),
}

/// A member of staff who has signed in: which account, of whom, in what role.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "plain facts of an account")]
pub struct StaffMember {
    /// The account.
    pub account: StaffId,
    /// The organisation.
    pub office: Office,
    /// What for.
    pub role: StaffRole,
}

impl Actor {
    /// Refuses unless this is an API key with `scope`.
    ///
    /// # Errors
    /// [`ActError::Denied`].
    pub fn require(&self, scope: Scope) -> Result<(), ActError> {
        match self {
            Self::ApiKey { scopes, .. } if scopes.contains(&scope) => Ok(()),
            _ => Err(ActError::Denied),
        }
    }

    /// Takes back what this custodian lost: only with a key that was made for it.
    ///
    /// # Errors
    /// [`ActError::Denied`].
    pub fn require_return_to(&self, lost_by: Custodian) -> Result<(), ActError> {
        self.require(Scope::CustodyReturn)?;
        match self {
            Self::ApiKey { custodian: Some(of), .. } if *of == lost_by => Ok(()),
            _ => Err(ActError::Denied),
        }
    }

    /// The ceremony, filing and party of a signer.
    ///
    /// # Errors
    /// [`ActError::Denied`] for everybody else.
    pub fn signer(&self) -> Result<(CeremonyId, FilingId, PartyId), ActError> {
        match self {
            Self::Signer { ceremony, filing, party } => Ok((*ceremony, *filing, *party)),
            Self::ApiKey { .. } | Self::Staff(_) => Err(ActError::Denied),
        }
    }

    /// The reviewer who has signed in.
    ///
    /// # Errors
    /// [`ActError::Denied`] for everybody else.
    pub fn reviewer(&self) -> Result<(&StaffMember, Reviewer), ActError> {
        let Self::Staff(member) = self else { return Err(ActError::Denied) };
        if member.role != StaffRole::Reviewer {
            return Err(ActError::Denied);
        }
        let reviewer = Reviewer::new(member.account, member.office.clone());
        Ok((member, reviewer.map_err(|_| ActError::Denied)?))
    }

    /// The regulator who has signed in.
    ///
    /// # Errors
    /// [`ActError::Denied`] for everybody else.
    pub fn regulator(&self) -> Result<&StaffMember, ActError> {
        match self {
            Self::Staff(member) if member.role == StaffRole::Regulator => Ok(member),
            _ => Err(ActError::Denied),
        }
    }

    /// The member of staff with this duty who has signed in.
    ///
    /// # Errors
    /// [`ActError::Denied`] for everybody else.
    pub fn on_duty(&self, role: StaffRole) -> Result<&StaffMember, ActError> {
        match self {
            Self::Staff(member) if member.role == role => Ok(member),
            _ => Err(ActError::Denied),
        }
    }

    /// How records and rows name the actor; nothing personal.
    pub fn name(&self) -> String {
        match self {
            Self::ApiKey { id, .. } => id.to_string(),
            Self::Signer { ceremony, .. } => ceremony.to_string(),
            Self::Staff(member) => member.account.to_string(),
        }
    }

    /// In which role, for access records.
    pub(crate) const fn role(&self) -> &'static str {
        match self {
            Self::ApiKey { .. } => "staff",
            Self::Signer { .. } => "party",
            Self::Staff(member) => member.role.as_str(),
        }
    }
}

/// The caller's name for one act: 1 to 128 visible ASCII characters.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IdempotencyKey {
    type Err = IdempotencyKeyError;

    fn from_str(text: &str) -> Result<Self, IdempotencyKeyError> {
        let fits = (1..=MAX_IDEMPOTENCY_KEY_BYTES).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(IdempotencyKeyError) }
    }
}

/// The text cannot be an idempotency key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an idempotency key has 1 to {MAX_IDEMPOTENCY_KEY_BYTES} visible ASCII characters")]
pub struct IdempotencyKeyError;

impl IdempotencyKeyError {
    #[expect(clippy::unused_self, reason = "every error tells itself the same way")]
    fn told(self) -> Told<'static> {
        say(
            "idempotency_key_malformed",
            [
                "请求编号（Idempotency-Key）格式不正确。",
                "请使用1至128个可见ASCII字符，例如一个随机UUID。",
            ],
            [
                "The Idempotency-Key is malformed.",
                "Send 1 to 128 visible ASCII characters, for instance a random UUID.",
            ],
        )
        .is(Class::BadInput)
    }
}

refusals!(IdempotencyKeyError);

/// What the server saw of a request. Personal: kept only sealed.
#[derive(Clone, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct RequestFacts {
    /// The address of the caller, behind proxies that are trusted.
    pub client_address: IpAddr,
    /// The forwarding header as it came, which anybody can write.
    pub forwarded_for: Option<String>,
    /// The user agent as it came.
    pub user_agent: Option<String>,
    /// When the request was received, by the server's clock.
    pub received_at: UtcMillis,
}

impl RequestFacts {
    /// Headers as they are kept: not longer than [`MAX_HEADER_CHARACTERS`].
    pub(crate) fn kept(header: Option<&String>) -> Option<String> {
        header.map(|text| text.chars().take(MAX_HEADER_CHARACTERS).collect())
    }
}

impl fmt::Debug for RequestFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestFacts(received at {})", self.received_at)
    }
}
