//! An office's seal over HTTP: the agent in front of a licensed seal service, and a time
//! authority for seals (`docs/spec/seal-service.md`).
//!
//! `POST {url}/chain` with `{}` is answered by `{"certificates"}`, DER in base64, the seal's
//! first. `POST {url}/sign` with `{"algorithm","digest","key"}` is answered by `{"signature"}`,
//! r‖s in base64. The service learns a digest and nothing of the document. Whatever comes back
//! is checked before it is written: by the chain's key, by the roots, and by the verifier.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_pki::certificate::{CertificateChain, TrustedRoot};
use heqi_pki::keys::{KeyId, PublicKey, SignError, Signature};
use heqi_pki::timestamp::{
    MAX_RESPONSE_BYTES, Nonce, Policy, QUERY_MEDIA_TYPE, TimeStampRequest, TimestampToken,
};
use heqi_sealed_pdf::{SealKey, Stamper, Unstamped};
use heqi_service_kit::{Secret, Trust};
use heqi_vocabulary::{Digest, Entropy};
use serde::{Deserialize, Serialize};

use crate::ClientError;
use crate::agent::{Agent, Post};

/// The longest answer, in bytes: four certificates of 8 KiB in base64, and room.
const MAX_ANSWER_BYTES: usize = 64 << 10;

/// Room for a token of an authority that has given none yet, and the step in which it grows.
const FIRST_TOKEN_BYTES: usize = 2 << 10;

/// A seal service at one address.
pub struct HttpSealKey {
    agent: Agent,
    url: String,
    roots: Vec<TrustedRoot>,
    /// The key of the chain that was given last.
    key: Mutex<Option<PublicKey>>,
}

#[derive(Serialize)]
struct Asked {
    algorithm: &'static str,
    digest: Digest,
    key: KeyId,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chain {
    certificates: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    signature: String,
}

impl HttpSealKey {
    /// The service that answers at this address to whoever has the token; its certificates
    /// end at one of `roots`.
    ///
    /// # Errors
    /// No client or no thread can be made on this machine.
    pub fn at(
        url: &str,
        token: Secret<String>,
        trust: &Trust,
        roots: Vec<TrustedRoot>,
    ) -> Result<Self, ClientError> {
        let agent = Agent::new("seal-service", Some(token), trust, MAX_ANSWER_BYTES)?;
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self { agent, url, roots, key: Mutex::new(None) })
    }

    fn last_key(&self) -> MutexGuard<'_, Option<PublicKey>> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask<T: for<'de> Deserialize<'de>>(&self, path: &str, body: Vec<u8>) -> Result<T, SignError> {
        let url = format!("{}/{path}", self.url);
        let post = Post { url, media_type: "application/json", body };
        let answer = self.agent.call(post).map_err(failed)?;
        serde_json::from_slice(&answer).map_err(|_| failed("the answer has another form"))
    }
}

impl SealKey for HttpSealKey {
    fn chain(&self) -> Result<CertificateChain, SignError> {
        let answered: Chain = self.ask("chain", b"{}".to_vec())?;
        let form = |_| failed("the answer has another form");
        let ders = answered.certificates.iter().map(|text| STANDARD.decode(text));
        let ders = ders.collect::<Result<Vec<_>, _>>().map_err(form)?;
        let chain = CertificateChain::from_ders(ders).map_err(SignError::new)?;
        let anchored =
            chain.anchor(&self.roots).map_err(|_| failed("the chain ends at no root of ours"))?;
        // A service over a network that seals with a key for tests is a mistake of settings.
        if anchored.is_test_only() {
            return Err(failed("the seal is marked TEST ONLY"));
        }
        *self.last_key() = Some(chain.leaf().public_key().clone());
        Ok(chain)
    }

    fn sign(&self, attributes: &[u8]) -> Result<Signature, SignError> {
        let known = self.last_key().clone();
        let key = match known {
            Some(key) => key,
            None => self.chain()?.leaf().public_key().clone(),
        };
        let asked = Asked {
            algorithm: "ecdsa-p256-sha256",
            digest: Digest::of(attributes),
            key: key.key_id(),
        };
        let body = serde_json::to_vec(&asked).map_err(SignError::new)?;
        let answered: Signed = self.ask("sign", body)?;
        let bytes = STANDARD
            .decode(answered.signature)
            .map_err(|_| failed("the answer has another form"))?;
        if key.verify(attributes, &bytes).is_err() {
            return Err(failed("the signature is not by the key of the seal"));
        }
        Ok(Signature::from_bytes(bytes))
    }

    fn is_remote(&self) -> bool {
        true
    }
}

/// A time authority for seals at one address (RFC 3161 section 3.4).
pub struct HttpStamper {
    agent: Agent,
    url: String,
    policy: Option<Policy>,
    entropy: Box<dyn Entropy>,
    /// Of the tokens it gave, in bytes; 0 before the first.
    longest: AtomicUsize,
}

impl HttpStamper {
    /// The authority that answers at this address; its tokens speak for themselves.
    ///
    /// # Errors
    /// No client or no thread can be made on this machine.
    pub fn at(
        url: &str,
        trust: &Trust,
        policy: Option<Policy>,
        entropy: Box<dyn Entropy>,
    ) -> Result<Self, ClientError> {
        let agent = Agent::new("seal-stamps", None, trust, MAX_RESPONSE_BYTES)?;
        Ok(Self { agent, url: url.to_owned(), policy, entropy, longest: AtomicUsize::new(0) })
    }
}

impl Stamper for HttpStamper {
    fn stamp(&self, bytes: &[u8]) -> Result<TimestampToken, Unstamped> {
        let nonce = Nonce::random(&*self.entropy);
        let request = TimeStampRequest::over(bytes, self.policy, nonce);
        let post =
            Post { url: self.url.clone(), media_type: QUERY_MEDIA_TYPE, body: request.to_der() };
        let answer = self.agent.call(post).map_err(Unstamped::new)?;
        let token = request.accept(&answer).map_err(Unstamped::new)?;
        self.longest.fetch_max(token.der().len(), Ordering::Relaxed);
        Ok(token)
    }

    /// As the authority's tokens were so far: some carry a chain of three certificates with long keys,
    /// and nobody has to look that up.
    fn token_bytes(&self) -> usize {
        room_for(self.longest.load(Ordering::Relaxed))
    }
}

/// Room for tokens, the longest of which had so many bytes. In steps, and never less than for the first: a document
/// that is sealed again keeps the same room, and so gives the same bytes to sign, though tokens came meanwhile.
fn room_for(longest: usize) -> usize {
    longest.next_multiple_of(FIRST_TOKEN_BYTES).max(FIRST_TOKEN_BYTES)
}

fn failed(what: &'static str) -> SignError {
    SignError::new(what)
}

impl fmt::Debug for HttpSealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSealKey").finish_non_exhaustive()
    }
}

impl fmt::Debug for HttpStamper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpStamper").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_for_tokens_changes_only_when_one_does_not_fit_it() {
        for fits in [0, 1300, 1500, FIRST_TOKEN_BYTES] {
            assert_eq!(room_for(fits), FIRST_TOKEN_BYTES, "{fits}");
        }
        // Those of an authority with long keys differ by a few bytes.
        for long in [5300, 5304, 3 * FIRST_TOKEN_BYTES] {
            assert_eq!(room_for(long), 3 * FIRST_TOKEN_BYTES, "{long}");
        }
        assert_eq!(room_for(FIRST_TOKEN_BYTES + 1), 2 * FIRST_TOKEN_BYTES);
    }
}
