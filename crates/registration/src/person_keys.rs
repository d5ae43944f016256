//! The keys of the digests by which people are found in the index: one for the number of a document, one for name and
//! number together (`docs/adr/0094-the-index-has-a-secret-of-its-own.md`). Both are derived from a secret that serves
//! nothing else; until it is replaced for the first time it is itself derived from the one of tokens.
//!
//! The secret can be replaced while the platform is stopped ([`prepare`], [`finish`]). The index of another secret is
//! another index ([`Platform::index_name`](crate::platform::Platform::index_name)), so the next start fills it anew
//! from the numbers that are still held.

use std::fmt;

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{Digest, Entropy};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::rows::SECRETS;
use crate::search_index::PersonDigest;
use crate::secrets::{self, Secret};

const PRESENT: &str = "search";
/// Drawn, and not yet in the place of the present one.
const NEXT: &str = "search-next";
const FIRST: &[u8] = b"heqi.search-first/v1\n";
const FINGERPRINT: &str = "heqi.search-secret/v1\n";
const BY_NUMBER: &[u8] = b"heqi.search-number/v2\n";
const BY_NAME_AND_NUMBER: &[u8] = b"heqi.search-person/v2\n";

/// The keys. Never printed.
pub struct PersonKeys {
    fingerprint: Digest,
    by_number: Zeroizing<[u8; 32]>,
    by_name_and_number: Zeroizing<[u8; 32]>,
}

impl PersonKeys {
    /// Those of the platform that has this secret for its tokens.
    pub(crate) async fn of(backend: &dyn Backend, token: &Secret) -> Result<Self, Fault> {
        let secret = match SECRETS.row(backend, &PRESENT.to_owned()).await? {
            Some(row) => secrets::open(backend, PRESENT, &row.value)?,
            None => expanded(token, FIRST),
        };
        Ok(Self::derived(&secret))
    }

    fn derived(secret: &Secret) -> Self {
        Self {
            fingerprint: Digest::labelled(FINGERPRINT, secret.as_slice()),
            by_number: expanded(secret, BY_NUMBER),
            by_name_and_number: expanded(secret, BY_NAME_AND_NUMBER),
        }
    }

    /// What may be said of the secret: it tells one from another and nothing else.
    pub const fn fingerprint(&self) -> Digest {
        self.fingerprint
    }

    /// Whoever has this document.
    pub(crate) fn of_number(&self, number: &str) -> PersonDigest {
        PersonDigest::keyed(self.by_number.as_slice(), BY_NUMBER, &[number])
    }

    /// Whoever has this name and this document.
    pub(crate) fn of_person(&self, name: &str, number: &str) -> PersonDigest {
        let key = self.by_name_and_number.as_slice();
        PersonDigest::keyed(key, BY_NAME_AND_NUMBER, &[name, number])
    }
}

impl fmt::Debug for PersonKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonKeys({})", self.fingerprint)
    }
}

/// HKDF-Expand to 32 bytes (RFC 5869 section 2.3). Nothing is extracted before: the secret is drawn evenly.
fn expanded(secret: &Secret, purpose: &[u8]) -> Secret {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_slice()) else {
        unreachable!("HMAC takes keys of every length (RFC 2104 section 2)")
    };
    mac.update(purpose);
    mac.update(&[1]);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// Two secrets, by their fingerprints.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Replacement {
    /// Of the secret that is replaced.
    pub old: Digest,
    /// Of the one that takes its place.
    pub new: Digest,
}

/// Draws the secret that is to take the place of the present one. Asked again before [`finish`], it is the same.
///
/// # Errors
/// The store could not do its part.
pub async fn prepare(backend: &dyn Backend, entropy: &dyn Entropy) -> Result<Replacement, Fault> {
    let token = secrets::kept(backend, entropy, secrets::TOKEN).await?;
    let old = PersonKeys::of(backend, &token).await?.fingerprint;
    let new = PersonKeys::derived(&secrets::kept(backend, entropy, NEXT).await?).fingerprint;
    Ok(Replacement { old, new })
}

/// Puts it in the place of the present one, of which no row is left. Does nothing where none was drawn.
///
/// # Errors
/// The store could not do its part.
pub async fn finish(backend: &dyn Backend, entropy: &dyn Entropy) -> Result<(), Fault> {
    let (present, next) = (PRESENT.to_owned(), NEXT.to_owned());
    let Some(drawn) = SECRETS.row(backend, &next).await? else { return Ok(()) };
    let secret = secrets::open(backend, NEXT, &drawn.value)?;
    let sealed = secrets::seal(backend, entropy, PRESENT, &secret)?;
    let mut changes = Changeset::new();
    match SECRETS.row(backend, &present).await? {
        Some(row) => SECRETS.replace(&mut changes, &present, row.version, &sealed)?,
        None => SECRETS.insert(&mut changes, &present, &sealed)?,
    }
    SECRETS.remove(&mut changes, &next, drawn.version)?;
    backend.commit(changes)?.await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use heqi_evidence_store::testing::memory;
    use heqi_testkit::SeededEntropy;

    use super::*;

    const NUMBER: &str = "330112196405120006";

    #[test]
    fn a_person_is_known_by_number_and_name_however_they_are_written() {
        let keys = PersonKeys::derived(&Zeroizing::new([7; 32]));
        assert_eq!(
            keys.of_person("阿依努尔·买买提", "11010519491231002x"),
            keys.of_person("阿依努尔•买买提", "11010519491231002Ｘ")
        );
        assert_ne!(keys.of_person("陈素英", NUMBER), keys.of_person("陈素瑛", NUMBER));
        let number = keys.of_number(NUMBER);
        assert_ne!(number, keys.of_person("陈素英", NUMBER));
        assert_ne!(number, keys.of_person("", NUMBER), "each digest has a key of its own");
        assert_ne!(*keys.by_number, *keys.by_name_and_number);
        let others = PersonKeys::derived(&Zeroizing::new([8; 32]));
        assert_ne!(number, others.of_number(NUMBER));
        assert!(!format!("{keys:?}{number:?}").contains(&number.to_string()));
    }

    #[test]
    fn a_key_is_what_hkdf_expand_makes_of_the_secret() {
        // RFC 5869, test case 1: the first 32 bytes of its output.
        let bytes = |text: &str| hex::decode(text).unwrap();
        let prk = bytes("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
        let expected = bytes("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
        let made =
            expanded(&Zeroizing::new(prk.try_into().unwrap()), &bytes("f0f1f2f3f4f5f6f7f8f9"));
        assert_eq!(made.as_slice(), expected);
    }

    #[tokio::test]
    async fn a_secret_that_is_replaced_leaves_nothing_of_the_old_one_and_a_cut_off_change_goes_on()
    {
        let (backend, entropy) = (memory(), SeededEntropy::new(5));
        let token = secrets::kept(&*backend, &entropy, secrets::TOKEN).await.unwrap();
        let before = PersonKeys::of(&*backend, &token).await.unwrap();
        assert_ne!(before.of_number(NUMBER), PersonKeys::derived(&token).of_number(NUMBER));
        finish(&*backend, &entropy).await.unwrap();
        let still = PersonKeys::of(&*backend, &token).await.unwrap();
        assert_eq!(still.fingerprint(), before.fingerprint(), "nothing was prepared");

        let prepared = prepare(&*backend, &entropy).await.unwrap();
        assert_eq!(prepared.old, before.fingerprint());
        assert_ne!(prepared.new, prepared.old);
        assert_eq!(prepare(&*backend, &entropy).await.unwrap(), prepared, "as after a stop");
        let still = PersonKeys::of(&*backend, &token).await.unwrap();
        assert_eq!(still.of_number(NUMBER), before.of_number(NUMBER), "in use until the end");

        for _ in 0..2 {
            finish(&*backend, &entropy).await.unwrap();
            let after = PersonKeys::of(&*backend, &token).await.unwrap();
            assert_eq!(after.fingerprint(), prepared.new);
            assert_ne!(after.of_number(NUMBER), before.of_number(NUMBER));
        }
        let rows = SECRETS.scan(&*backend, "", None, 10).await.unwrap();
        assert_eq!(
            rows.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            [PRESENT, secrets::TOKEN]
        );
    }
}
