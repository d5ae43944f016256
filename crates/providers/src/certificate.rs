//! A certificate authority over HTTP: the agent in front of a licensed authority.
//!
//! One call, `POST {url}/issue` with `{"party","public_key"}`, the key as
//! SubjectPublicKeyInfo in base64, answered by `{"certificates"}`, DER in base64, the
//! signer's first. Whatever comes back is checked before anybody signs with it: the profile
//! (`docs/spec/signer-certificate.md`), the key, the name, the roots, and that it lasts a
//! day at most.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_pki::authority::{CertificateAuthority, CertificateRequest, IssueError};
use heqi_pki::certificate::{CertificateChain, TrustedRoot};
use heqi_service_kit::{Secret, Trust};
use heqi_vocabulary::{Entropy, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::ClientError;
use crate::agent::{Agent, Post};

/// The longest answer, in bytes: four certificates of 8 KiB in base64, and room.
const MAX_ANSWER_BYTES: usize = 64 << 10;
/// A signer's certificate serves one signing and ends by itself; an hour for clocks.
const LONGEST_MS: i64 = 25 * 3600 * 1000;

/// An authority at one address.
pub struct HttpCertificateAuthority {
    agent: Agent,
    url: String,
    roots: Vec<TrustedRoot>,
}

#[derive(Serialize)]
struct Asked<'a> {
    party: &'a str,
    public_key: String,
}

#[derive(Deserialize)]
struct Answered {
    certificates: Vec<String>,
}

impl HttpCertificateAuthority {
    /// The authority that answers at this address to whoever has the token; its
    /// certificates end at one of `roots`.
    ///
    /// # Errors
    /// No client or no thread can be made on this machine.
    pub fn at(
        url: &str,
        token: Secret<String>,
        trust: &Trust,
        roots: Vec<TrustedRoot>,
    ) -> Result<Self, ClientError> {
        let agent = Agent::new("certificate-authority", Some(token), trust, MAX_ANSWER_BYTES)?;
        let url = format!("{}/issue", url.trim_end_matches('/'));
        Ok(Self { agent, url, roots })
    }

    /// What may be signed with.
    fn checked(
        &self,
        chain: &CertificateChain,
        request: &CertificateRequest,
        now: UtcMillis,
    ) -> Result<(), &'static str> {
        let leaf = chain.leaf();
        if leaf.public_key() != request.public_key() {
            return Err("the certificate is for another key");
        }
        if leaf.subject_common_name() != Some(request.party()) {
            return Err("the certificate is for another name");
        }
        let anchored =
            chain.anchor(&self.roots).map_err(|_| "the chain ends at no root of ours")?;
        anchored.at(now).map_err(|_| "the certificate is not valid now")?;
        if anchored.is_test_only() {
            return Err("the certificate is marked TEST ONLY");
        }
        if leaf.not_after() > now.plus_millis(LONGEST_MS) {
            return Err("the certificate is valid for more than a day");
        }
        Ok(())
    }
}

impl CertificateAuthority for HttpCertificateAuthority {
    fn issue(
        &self,
        request: CertificateRequest,
        now: UtcMillis,
        _entropy: &dyn Entropy,
    ) -> Result<CertificateChain, IssueError> {
        let asked = Asked {
            party: request.party(),
            public_key: STANDARD.encode(request.public_key().to_spki_der()),
        };
        let body =
            serde_json::to_vec(&asked).map_err(|error| IssueError::Encoding(error.into()))?;
        let post = Post { url: self.url.clone(), media_type: "application/json", body };
        let answer = self.agent.call(post).map_err(unanswered)?;
        let form = || unanswered("the answer has another form");
        let answered: Answered = serde_json::from_slice(&answer).map_err(|_| form())?;
        let ders = answered.certificates.iter().map(|text| STANDARD.decode(text));
        let ders = ders.collect::<Result<Vec<_>, _>>().map_err(|_| form())?;
        let chain = CertificateChain::from_ders(ders)
            .map_err(|error| IssueError::Encoding(error.into()))?;
        self.checked(&chain, &request, now).map_err(unanswered)?;
        Ok(chain)
    }

    fn is_test_only(&self) -> bool {
        false
    }

    fn is_remote(&self) -> bool {
        true
    }
}

fn unanswered(what: &'static str) -> IssueError {
    IssueError::Unanswered { what }
}

impl fmt::Debug for HttpCertificateAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpCertificateAuthority").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use heqi_pki::authority::TestAuthority;
    use heqi_pki::keys::{Algorithm, SigningKey};
    use heqi_testkit::SeededEntropy;

    use super::*;

    fn asking(roots: Vec<TrustedRoot>) -> HttpCertificateAuthority {
        // Nobody listens on port 9 of loopback.
        let token = Secret::new("t".to_owned());
        let url = "http://127.0.0.1:9";
        HttpCertificateAuthority::at(url, token, &Trust::Nobody, roots).unwrap()
    }

    fn request(seed: u64, party: &str) -> CertificateRequest {
        let key = SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::new(seed));
        CertificateRequest::new(key.public_key(), party).unwrap()
    }

    #[test]
    fn what_comes_back_is_signed_with_only_if_it_is_what_was_asked_for() {
        let now: UtcMillis = "2026-11-23T12:00:00.000Z".parse().unwrap();
        let entropy = SeededEntropy::new(1);
        let issuer = TestAuthority::generate(now, &entropy).unwrap();
        let asked = request(2, "party-1");
        let chain = issuer.issue(asked.clone(), now, &entropy).unwrap();
        let ours = asking(vec![issuer.root().clone()]);
        let checked = |request: &CertificateRequest, now| ours.checked(&chain, request, now);

        assert_eq!(checked(&asked, now), Err("the certificate is marked TEST ONLY"));
        let other = Err("the certificate is for another key");
        assert_eq!(checked(&request(3, "party-1"), now), other);
        let other = Err("the certificate is for another name");
        assert_eq!(checked(&request(2, "party-2"), now), other);
        let tomorrow = now.plus_millis(2 * 24 * 3600 * 1000);
        assert_eq!(checked(&asked, tomorrow), Err("the certificate is not valid now"));
        let stranger = TestAuthority::generate(now, &SeededEntropy::new(9)).unwrap();
        let other = asking(vec![stranger.root().clone()]);
        let untrusted = Err("the chain ends at no root of ours");
        assert_eq!(other.checked(&chain, &asked, now), untrusted);
    }

    #[test]
    fn an_authority_that_is_away_is_an_error_that_names_no_address() {
        let now: UtcMillis = "2026-11-23T12:00:00.000Z".parse().unwrap();
        let away = asking(Vec::new());
        let error = away.issue(request(1, "p"), now, &SeededEntropy::new(1)).unwrap_err();
        assert_eq!(error.to_string(), "the certificate authority: not reached");
        assert!(away.is_remote() && !away.is_test_only());
    }
}
