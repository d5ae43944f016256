//! Key changes: an organisation says, in its own log, that one key takes the place of
//! another (`docs/spec/key-change.md`).
//!
//! A key that signs is changed by a statement that the old key *and* the new key sign: the
//! old one names its heir, the new one shows that somebody holds it. A key that signs
//! nothing (key encryption, API, TLS, searches) is changed by a statement of the organisation's log
//! key and named by a fingerprint only.

use heqi_pki::dsse::Envelope;
use heqi_pki::keys::PublicKey;
use heqi_tlog::note::{SignatureType, VerifierKey};
use heqi_vocabulary::UtcMillis;
use serde::{Deserialize, Serialize};

use crate::anchors::{Spki, Validity};
use crate::statement::{Statement, StatementError};

/// What a key is for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyRole {
    /// Signs the heads of the organisation's log; written as a note verifier key.
    Log,
    /// Cosigns the other organisation's log as a witness; written as a note verifier key.
    Witness,
    /// Cosigns the other organisation's log as its mirror; written as a note verifier key.
    Mirror,
    /// Signs deposit receipts; written as SubjectPublicKeyInfo in base64.
    Receipt,
    /// Signs erasure orders; written as SubjectPublicKeyInfo in base64.
    Order,
    /// Wraps the keys of the vault; written as a fingerprint.
    KeyEncryption,
    /// Lets a program in; written as the name of the key.
    Api,
    /// Proves a host; written as the SHA-256 of its certificate.
    Tls,
    /// Makes the digests by which a platform finds people; written as a fingerprint.
    Search,
}

impl KeyRole {
    /// The word on the wire and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Witness => "witness",
            Self::Mirror => "mirror",
            Self::Receipt => "receipt",
            Self::Order => "order",
            Self::KeyEncryption => "key_encryption",
            Self::Api => "api",
            Self::Tls => "tls",
            Self::Search => "search",
        }
    }

    /// Whether keys of this role sign, so that the statement is theirs.
    pub const fn signs(self) -> bool {
        !matches!(self, Self::KeyEncryption | Self::Api | Self::Tls | Self::Search)
    }
}

/// Why a key was changed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the statement, version 1")]
pub enum KeyChangeReason {
    /// It was time.
    Scheduled,
    /// Somebody else may hold the old key. A statement of such a key proves nothing by
    /// itself: whoever accepts it compares the new key by another way.
    Compromise,
}

/// One key takes the place of another.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeyChange {
    /// When the change was decided.
    pub changed_at: UtcMillis,
    /// The organisation's own log, in which this statement is a leaf.
    pub log_origin: String,
    /// The new key, written as its role says.
    pub new_key: String,
    /// The old key, written as its role says.
    pub old_key: String,
    /// Until when the old key is used beside the new one.
    pub old_valid_until: UtcMillis,
    /// Why.
    pub reason: KeyChangeReason,
    /// What both are for.
    pub role: KeyRole,
}

impl Statement for KeyChange {
    const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.key-change.v1+json";
}

/// Why a key change is not believed.
#[derive(Debug, thiserror::Error)]
pub enum KeyChangeError {
    /// No envelope of this kind, or a signature does not hold.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// A key is not written as its role says.
    #[error("the {0} key is not written as its role demands")]
    Form(&'static str),
    /// Old and new are the same.
    #[error("the new key is the old key")]
    SameKey,
    /// The old or the new key has not signed.
    #[error("the statement is not signed by the {0} key")]
    NotSigned(&'static str),
    /// The old key would end before the change.
    #[error("the old key ends before the change was decided")]
    Times,
}

impl KeyChange {
    /// Opens a statement. For a role that signs, the old and the new key must both have
    /// signed; for the others one of `log_keys` must.
    ///
    /// # Errors
    /// See [`KeyChangeError`].
    pub fn verify(envelope: &Envelope, log_keys: &[PublicKey]) -> Result<Self, KeyChangeError> {
        let unverified: Self =
            crate::canonical::parse(envelope.unverified_payload()).map_err(StatementError::from)?;
        if unverified.old_key == unverified.new_key {
            return Err(KeyChangeError::SameKey);
        }
        if unverified.old_valid_until < unverified.changed_at {
            return Err(KeyChangeError::Times);
        }
        if !unverified.role.signs() {
            return Ok(Self::open(envelope, log_keys)?.into_statement());
        }
        let key = |text: &str, which| {
            public_key(unverified.role, text).ok_or(KeyChangeError::Form(which))
        };
        let (old, new) = (key(&unverified.old_key, "old")?, key(&unverified.new_key, "new")?);
        let signed = Self::open(envelope, &[old.clone(), new.clone()])?;
        for (key, which) in [(&old, "old"), (&new, "new")] {
            if !signed.signers().contains(key) {
                return Err(KeyChangeError::NotSigned(which));
            }
        }
        Ok(signed.into_statement())
    }

    /// From when the new key counts: from the change on, with no end.
    pub const fn new_validity(&self) -> Validity {
        Validity { distrust_after: None, valid_from: self.changed_at, valid_until: None }
    }

    /// How the validity of the old key ends: with the overlap; an earlier end stays.
    pub fn old_validity(&self, before: Validity) -> Validity {
        let until =
            before.valid_until.map_or(self.old_valid_until, |end| end.min(self.old_valid_until));
        Validity { valid_until: Some(until), ..before }
    }
}

/// The key that a text of this role names; `None` when it names none, or one of another
/// type than the role has.
pub fn public_key(role: KeyRole, text: &str) -> Option<PublicKey> {
    let wanted = match role {
        KeyRole::Log => SignatureType::Ed25519,
        KeyRole::Witness | KeyRole::Mirror => SignatureType::CosignatureV1,
        KeyRole::Receipt | KeyRole::Order => {
            let spki: Spki = serde_json::from_value(text.into()).ok()?;
            return Some(spki.0);
        }
        KeyRole::KeyEncryption | KeyRole::Api | KeyRole::Tls | KeyRole::Search => return None,
    };
    let key: VerifierKey = text.parse().ok()?;
    let fits = key.signature_type() == wanted;
    fits.then(|| PublicKey::from_ed25519_bytes(key.public_key()).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use heqi_pki::keys::{Algorithm, Signer, SigningKey};

    use super::*;

    fn change(old: &SigningKey, new: &SigningKey) -> KeyChange {
        let text =
            |key: &SigningKey| String::from(crate::anchors::Base64::from(Spki(key.public_key())));
        let at = |ms| UtcMillis::from_millis(ms).unwrap();
        KeyChange {
            changed_at: at(1_800_000_000_000),
            log_origin: "log.example/a".into(),
            new_key: text(new),
            old_key: text(old),
            old_valid_until: at(1_800_086_400_000),
            reason: KeyChangeReason::Scheduled,
            role: KeyRole::Receipt,
        }
    }

    fn sign(change: &KeyChange, keys: &[&SigningKey]) -> Envelope {
        let payload = crate::canonical::to_bytes(change).unwrap();
        let kind = heqi_pki::dsse::PayloadType::parse(KeyChange::PAYLOAD_TYPE).unwrap();
        let signers: Vec<&dyn Signer> = keys.iter().map(|key| *key as &dyn Signer).collect();
        Envelope::sign(&kind, &payload, &signers).unwrap()
    }

    fn keys() -> [SigningKey; 3] {
        [1, 2, 3].map(|seed| SigningKey::generate(Algorithm::P256, &heqi_testkit_entropy(seed)))
    }

    fn heqi_testkit_entropy(seed: u8) -> impl heqi_vocabulary::Entropy {
        struct Fixed(u8);
        impl heqi_vocabulary::Entropy for Fixed {
            fn fill(&self, buffer: &mut [u8]) {
                buffer.fill(self.0);
            }
        }
        Fixed(seed)
    }

    #[test]
    fn a_change_counts_only_when_old_and_new_key_signed_it() {
        let [old, new, stranger] = keys();
        let said = change(&old, &new);
        assert_eq!(KeyChange::verify(&sign(&said, &[&old, &new]), &[]).unwrap(), said);
        assert!(matches!(
            KeyChange::verify(&sign(&said, &[&old]), &[]),
            Err(KeyChangeError::NotSigned("new"))
        ));
        assert!(matches!(
            KeyChange::verify(&sign(&said, &[&new]), &[]),
            Err(KeyChangeError::NotSigned("old"))
        ));
        assert!(KeyChange::verify(&sign(&said, &[&stranger]), &[stranger.public_key()]).is_err());
    }

    #[test]
    fn a_key_that_signs_nothing_is_changed_by_the_log_key() {
        let [log, other, _] = keys();
        let said = KeyChange {
            role: KeyRole::KeyEncryption,
            old_key: "aa".into(),
            new_key: "bb".into(),
            ..change(&log, &other)
        };
        let envelope = sign(&said, &[&log]);
        assert_eq!(KeyChange::verify(&envelope, &[log.public_key()]).unwrap(), said);
        assert!(KeyChange::verify(&envelope, &[other.public_key()]).is_err());
    }

    #[test]
    fn no_change_is_refused_and_so_are_times_that_run_back() {
        let [old, new, _] = keys();
        let same = change(&old, &old);
        assert!(matches!(
            KeyChange::verify(&sign(&same, &[&old]), &[]),
            Err(KeyChangeError::SameKey)
        ));
        let mut late = change(&old, &new);
        late.old_valid_until = late.changed_at.plus_millis(-1);
        assert!(matches!(
            KeyChange::verify(&sign(&late, &[&old, &new]), &[]),
            Err(KeyChangeError::Times)
        ));
    }

    #[test]
    fn every_role_has_one_word_everywhere() {
        for (role, word) in [
            (KeyRole::Log, "log"),
            (KeyRole::Witness, "witness"),
            (KeyRole::Mirror, "mirror"),
            (KeyRole::Receipt, "receipt"),
            (KeyRole::Order, "order"),
            (KeyRole::KeyEncryption, "key_encryption"),
            (KeyRole::Api, "api"),
            (KeyRole::Tls, "tls"),
            (KeyRole::Search, "search"),
        ] {
            assert_eq!(role.as_str(), word);
            assert_eq!(serde_json::to_value(role).unwrap(), word);
        }
    }

    #[test]
    fn an_old_key_may_end_with_the_change_itself() {
        let [old, new, _] = keys();
        let mut said = change(&old, &new);
        said.old_valid_until = said.changed_at;
        assert_eq!(KeyChange::verify(&sign(&said, &[&old, &new]), &[]).unwrap(), said);
    }

    #[test]
    fn the_new_key_counts_from_the_change_and_the_old_one_to_the_earlier_end() {
        let [old, new, _] = keys();
        let said = change(&old, &new);
        let at = |ms| UtcMillis::from_millis(ms).unwrap();
        let new =
            Validity { distrust_after: None, valid_from: at(1_800_000_000_000), valid_until: None };
        assert_eq!(said.new_validity(), new);
        for (before, after) in [
            (None, 1_800_086_400_000),
            (Some(1_800_086_400_001), 1_800_086_400_000),
            (Some(1_800_000_000_001), 1_800_000_000_001),
        ] {
            let validity = Validity {
                distrust_after: Some(at(1_900_000_000_000)),
                valid_from: at(1_700_000_000_000),
                valid_until: before.map(at),
            };
            let ended = Validity { valid_until: Some(at(after)), ..validity };
            assert_eq!(said.old_validity(validity), ended);
        }
    }

    #[test]
    fn a_key_is_read_only_where_its_type_is_the_one_of_the_role() {
        let name = heqi_tlog::note::KeyName::new("log.example/a").unwrap();
        let log = heqi_tlog::note::NoteSigner::from_seed(name.clone(), &[7; 32]).unwrap();
        let cosigner = heqi_tlog::cosignature::Cosigner::from_seed(name, &[7; 32]).unwrap();
        let log = log.verifier_key().to_string();
        let cosigner = cosigner.verifier_key().to_string();
        let [key, _, _] = keys();
        let spki = String::from(crate::anchors::Base64::from(Spki(key.public_key())));
        for (role, read) in [
            (KeyRole::Log, [true, false, false]),
            (KeyRole::Witness, [false, true, false]),
            (KeyRole::Mirror, [false, true, false]),
            (KeyRole::Receipt, [false, false, true]),
            (KeyRole::Order, [false, false, true]),
            (KeyRole::KeyEncryption, [false; 3]),
            (KeyRole::Api, [false; 3]),
            (KeyRole::Tls, [false; 3]),
            (KeyRole::Search, [false; 3]),
        ] {
            let found = [&log, &cosigner, &spki].map(|text| public_key(role, text).is_some());
            assert_eq!(found, read, "{role:?}");
        }
    }
}
