//! API keys and signer tokens: who may come in at all.
//!
//! Both are texts of 256 random bits of which only a SHA-256 is stored. A signer token
//! serves one ceremony; once that has ended, what is left is to confirm, to object and to
//! see one's own evidence, because every other command asks the ceremony itself.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{CeremonyId, Digest, Entropy, FilingId, PartyId, UtcMillis};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::fault::{ActError, Class, Fault, Thing};
use crate::platform::{Custodian, Platform};
use crate::request::{Actor, Scope};
use crate::rows;
use crate::wording::{Told, refusals, say};

/// What stands in front of every key and token, so that secret scanners know them.
pub const PREFIX: &str = "heqi_";
/// The label under which keys and tokens are hashed.
pub const HASH_LABEL: &str = "heqi.api-key/v1\n";
const TOKEN_LABEL: &[u8] = b"heqi.signer-token/v1\n";
const HANDOVER_LABEL: &[u8] = b"heqi.handover-link/v1\n";
const LINK_LABEL: &[u8] = b"heqi.signer-link/v1\n";
/// Bytes of a link's code: enough that nobody finds one, short enough for an SMS.
const LINK_BYTES: usize = 16;

/// Names an API key: `key_` and 16 hexadecimal characters of its hash.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct ApiKeyId(String);

impl ApiKeyId {
    fn of(hash: &Digest) -> Self {
        Self(hash.to_string().chars().take(16).fold("key_".to_owned(), |mut text, c| {
            text.push(c);
            text
        }))
    }
}

impl fmt::Display for ApiKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ApiKeyId {
    type Err = ApiKeyIdError;

    fn from_str(text: &str) -> Result<Self, ApiKeyIdError> {
        let fits = text.strip_prefix("key_").is_some_and(|rest| {
            rest.len() == 16
                && rest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        });
        if fits { Ok(Self(text.to_owned())) } else { Err(ApiKeyIdError) }
    }
}

/// The text names no API key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an API key is named key_ and 16 lower-case hexadecimal characters")]
pub struct ApiKeyIdError;

/// An API key as the store knows it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ApiKeyRow {
    /// Its name.
    pub id: ApiKeyId,
    /// What the operator calls it: a job, never a person.
    pub label: String,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// When it was made.
    pub created_at: UtcMillis,
    /// When it was revoked.
    pub revoked_at: Option<UtcMillis>,
    /// When it ends: as it was made for, or because another one takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<UtcMillis>,
    /// Which custodian takes back with it what it lost; keys of before have none, and take nothing back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custodian: Option<Custodian>,
}

impl ApiKeyRow {
    /// Whether it lets anybody in at this instant.
    pub fn is_valid(&self, now: UtcMillis) -> bool {
        self.revoked_at.is_none() && self.ends_at.is_none_or(|end| now < end)
    }
}

/// What a signer token opens.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRow {
    pub(crate) ceremony: CeremonyId,
    pub(crate) filing: FilingId,
    pub(crate) party: PartyId,
}

/// Keeps the hash of a new API key. The key itself is made and shown once by the caller.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CreateApiKey {
    /// What the operator calls it.
    pub label: String,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// Which custodian takes back with it what it lost. Without one [`Scope::CustodyReturn`] opens nothing.
    pub custodian: Option<Custodian>,
    /// When it ends by itself; without it, when it is revoked.
    pub ends_at: Option<UtcMillis>,
    /// [`hash_of`] the key.
    pub hash: Digest,
}

/// Why a key or token does not let anybody in. It never says which.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticateError {
    /// Unknown or revoked.
    #[error("the key or token is unknown or revoked")]
    Unknown,
    /// The store could not be asked.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl AuthenticateError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Fault(fault) => Told::By(fault),
            Self::Unknown => say(
                "not_authenticated",
                [
                    "该链接或密钥无效，或已失效。",
                    "请联系经办人重新发送邀请，或向平台申请新的密钥。",
                ],
                [
                    "This link or key does not work, or no longer.",
                    "Ask the handler for a new invitation, or the platform for a new key.",
                ],
            )
            .is(Class::Unauthenticated),
        }
    }
}

refusals!(AuthenticateError);

/// What is stored instead of a key or token.
pub fn hash_of(key_or_token: &str) -> Digest {
    Digest::labelled(HASH_LABEL, key_or_token.as_bytes())
}

/// Finds who comes with the key or token of this hash ([`hash_of`]).
///
/// # Errors
/// See [`AuthenticateError`].
pub async fn authenticate(platform: &Platform, hash: Digest) -> Result<Actor, AuthenticateError> {
    if let Some(row) = rows::TOKENS.row(platform.backend(), &hash).await.map_err(Fault::from)? {
        let TokenRow { ceremony, filing, party } = row.value;
        return Ok(Actor::Signer { ceremony, filing, party });
    }
    match rows::API_KEYS.row(platform.backend(), &hash).await.map_err(Fault::from)? {
        Some(row) if row.value.is_valid(platform.now()) => {
            let ApiKeyRow { id, scopes, custodian, .. } = row.value;
            Ok(Actor::ApiKey { id, scopes, custodian })
        }
        _ => Err(AuthenticateError::Unknown),
    }
}

/// Why no API key was let in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreateApiKeyError {
    /// The key of this hash was revoked, or has ended: it never comes back.
    #[error("this key was revoked or has ended, and never comes back: make another one")]
    Over,
    /// The store could not do its part.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Lets a new API key in. The operator does this on the machine itself; the same hash
/// again changes nothing but label, scopes, custodian and end.
///
/// # Errors
/// See [`CreateApiKeyError`].
pub async fn create_api_key(
    platform: &Platform,
    command: CreateApiKey,
) -> Result<ApiKeyId, CreateApiKeyError> {
    let (backend, now) = (platform.backend(), platform.now());
    let before = rows::API_KEYS.row(backend, &command.hash).await.map_err(Fault::from)?;
    if before.as_ref().is_some_and(|row| !row.value.is_valid(now)) {
        return Err(CreateApiKeyError::Over);
    }
    let id = ApiKeyId::of(&command.hash);
    let row = ApiKeyRow {
        id: id.clone(),
        label: command.label,
        scopes: command.scopes,
        created_at: before.as_ref().map_or(now, |row| row.value.created_at),
        revoked_at: None,
        ends_at: command.ends_at,
        custodian: command.custodian,
    };
    let mut changes = Changeset::new();
    // Revoked in this very moment, it is not put back either.
    match before {
        None => rows::API_KEYS.insert(&mut changes, &command.hash, &row),
        Some(before) => rows::API_KEYS.replace(&mut changes, &command.hash, before.version, &row),
    }
    .map_err(Fault::from)?;
    rows::API_KEY_HASHES.put(&mut changes, &id, &command.hash).map_err(Fault::from)?;
    backend.commit(changes).map_err(Fault::from)?.await.map_err(Fault::from)?;
    Ok(id)
}

/// Lets an API key in no longer. Revoking twice changes nothing.
///
/// # Errors
/// There is no such key, or the store could not do its part.
pub async fn revoke_api_key(platform: &Platform, id: &ApiKeyId) -> Result<(), ActError> {
    let unknown = || ActError::NotFound(Thing::ApiKey);
    let backend = platform.backend();
    let hash =
        rows::API_KEY_HASHES.row(backend, id).await.map_err(Fault::from)?.ok_or_else(unknown)?;
    let row = rows::API_KEYS.row(backend, &hash.value).await.map_err(Fault::from)?;
    let row = row.ok_or_else(unknown)?;
    if row.value.revoked_at.is_some() {
        // By another request, perhaps a moment ago.
        backend.settled().await.map_err(Fault::from)?;
        return Ok(());
    }
    let revoked = ApiKeyRow { revoked_at: Some(platform.now()), ..row.value };
    let mut changes = Changeset::new();
    rows::API_KEYS.put(&mut changes, &hash.value, &revoked).map_err(Fault::from)?;
    backend.commit(changes).map_err(Fault::from)?.await.map_err(Fault::from)?;
    Ok(())
}

/// When a key ends that takes the place of another one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "an argument: callers choose one")]
pub enum NextEnd {
    /// When the old one was to end, where it was to end at all: a limit is not lifted in passing.
    AsBefore,
    /// At this instant.
    At(UtcMillis),
    /// When it is revoked.
    Never,
}

/// Lets a new API key in that may do what an old one may, which ends after `overlap_ms`. An
/// old key that ends earlier already does so.
///
/// # Errors
/// There is no such key, it was revoked or has ended, or the store could not do its part.
pub async fn rotate_api_key(
    platform: &Platform,
    old: &ApiKeyId,
    (new_hash, new_end): (Digest, NextEnd),
    overlap_ms: i64,
) -> Result<ApiKeyId, ActError> {
    let unknown = || ActError::NotFound(Thing::ApiKey);
    let backend = platform.backend();
    let hash = rows::API_KEY_HASHES.row(backend, old).await.map_err(Fault::from)?;
    let hash = hash.ok_or_else(unknown)?.value;
    let row = rows::API_KEYS.row(backend, &hash).await.map_err(Fault::from)?;
    let row = row.filter(|row| row.value.is_valid(platform.now())).ok_or_else(unknown)?;
    let id = ApiKeyId::of(&new_hash);
    let end = platform.now().plus_millis(overlap_ms);
    let ends_at = Some(row.value.ends_at.map_or(end, |earlier| earlier.min(end)));
    let next = ApiKeyRow {
        id: id.clone(),
        created_at: platform.now(),
        ends_at: match new_end {
            NextEnd::AsBefore => row.value.ends_at,
            NextEnd::At(end) => Some(end),
            NextEnd::Never => None,
        },
        ..row.value.clone()
    };
    let mut changes = Changeset::new();
    let ending = ApiKeyRow { ends_at, ..row.value };
    rows::API_KEYS.replace(&mut changes, &hash, row.version, &ending).map_err(Fault::from)?;
    rows::API_KEYS.insert(&mut changes, &new_hash, &next).map_err(Fault::from)?;
    rows::API_KEY_HASHES.put(&mut changes, &id, &new_hash).map_err(Fault::from)?;
    backend.commit(changes).map_err(Fault::from)?.await.map_err(Fault::from)?;
    Ok(id)
}

/// Every API key, revoked ones included, at most `limit`.
///
/// # Errors
/// The store could not be read.
pub async fn api_keys(platform: &Platform, limit: usize) -> Result<Vec<ApiKeyRow>, Fault> {
    let rows = rows::API_KEYS.scan(platform.backend(), "", None, limit).await?;
    Ok(rows.into_iter().map(|(_, row)| row.value).collect())
}

/// The token of a ceremony. It is derived, not drawn, so that a repeated invitation gives
/// the same token although only its hash is stored.
pub(crate) fn signer_token(platform: &Platform, ceremony: CeremonyId) -> String {
    let random = derived(platform, TOKEN_LABEL, ceremony);
    format!("{PREFIX}signer_{}", base32(&random))
}

/// The code in the link of a ceremony. It opens a session of a browser and nothing else, and
/// is derived like the token.
pub(crate) fn signer_link(platform: &Platform, ceremony: CeremonyId) -> String {
    let random = derived(platform, LINK_LABEL, ceremony);
    base32(random.get(..LINK_BYTES).unwrap_or(&random))
}

/// The code in the link of a hand-over, derived from a nonce of its row.
pub(crate) fn handover_link(platform: &Platform, ceremony: CeremonyId, nonce: &str) -> String {
    let label = [HANDOVER_LABEL, nonce.as_bytes(), b"\n"].concat();
    let random = derived(platform, &label, ceremony);
    base32(random.get(..LINK_BYTES).unwrap_or(&random))
}

/// A secret for the cookie of a browser.
pub(crate) fn session_secret(entropy: &dyn Entropy) -> String {
    format!("{PREFIX}session_{}", base32(&entropy.bytes::<32>()))
}

fn derived(platform: &Platform, label: &[u8], ceremony: CeremonyId) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(platform.token_secret()) else {
        unreachable!("HMAC takes keys of every length (RFC 2104 section 2)")
    };
    mac.update(label);
    mac.update(&ceremony.to_bytes());
    mac.finalize().into_bytes().into()
}

/// Crockford's base 32 in lower case without padding, as API keys are written.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let letter = |five: u16| ALPHABET.get(usize::from(five & 31)).copied().map_or('0', char::from);
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0u16, 0u32);
    for byte in bytes {
        held = (held << 8) | u16::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(held >> bits));
            held &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        text.push(letter(held << (5 - bits)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_written_like_an_api_key() {
        // The same value as in `heqi_service_kit::base32`.
        assert_eq!(base32(b"\xff\x00\xff\x00\xff"), "zw0fy07z");
        assert_eq!(base32(&[0xff; 32]).len(), 52);
    }

    #[test]
    fn a_key_of_before_is_read_and_is_of_no_custodian() {
        let mut row = ApiKeyRow {
            id: ApiKeyId::of(&Digest::of(b"key")),
            label: "x".to_owned(),
            scopes: Scope::ALL.into(),
            created_at: UtcMillis::from_millis(0).unwrap(),
            revoked_at: None,
            ends_at: None,
            custodian: None,
        };
        let before = serde_json::to_value(&row).unwrap();
        assert!(before.get("custodian").is_none(), "{before}");
        assert_eq!(serde_json::from_value::<ApiKeyRow>(before).unwrap(), row);
        row.custodian = Some(Custodian::Preservation);
        let bound = serde_json::to_value(&row).unwrap();
        assert_eq!(bound["custodian"], "preservation");
        assert_eq!(serde_json::from_value::<ApiKeyRow>(bound).unwrap(), row);
    }

    #[test]
    fn an_api_key_is_named_by_its_hash() {
        let id = ApiKeyId::of(&Digest::of(b"key"));
        assert_eq!(id.to_string().parse::<ApiKeyId>().unwrap(), id);
        for bad in ["key_", "key_0123456789abcdeX", "0123456789abcdef"] {
            assert!(bad.parse::<ApiKeyId>().is_err());
        }
    }
}
