//! One request in, one answer out.

use std::sync::Arc;

use heqi_pki::timestamp::{
    FailInfo, Nonce, TimeRoot, TimeStampRequest, TimeStampResponse, TimestampFault, TimestampToken,
    TokenError, TokenIssuer,
};
use heqi_vocabulary::{Clock, Entropy, UtcMillis};
use parking_lot::Mutex;
use tracing::error;

use crate::serials::Serials;

/// How far the clock may step back before nothing is stamped, in milliseconds: what
/// slewing and readings on two processors may show.
const MAX_STEP_BACK_MS: i64 = 50;

/// What answers.
pub struct Responder {
    issuer: TokenIssuer,
    roots: Vec<TimeRoot>,
    serials: Serials,
    clock: Arc<dyn Clock>,
    latest: Mutex<UtcMillis>,
}

impl Responder {
    /// A responder that has stamped itself a first token and believes it by `roots`: an
    /// authority whose certificate nobody may believe does not start.
    ///
    /// # Errors
    /// The token could not be made, or is not believed.
    pub fn new(
        issuer: TokenIssuer,
        roots: Vec<TimeRoot>,
        serials: Serials,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
    ) -> Result<Self, ResponderError> {
        let latest = Mutex::new(clock.now());
        let responder = Self { issuer, roots, serials, clock, latest };
        responder.stamp_itself(entropy)?;
        Ok(responder)
    }

    fn stamp_itself(&self, entropy: &dyn Entropy) -> Result<(), ResponderError> {
        let stamped = b"a time authority that begins";
        let request =
            TimeStampRequest::over(stamped, Some(self.issuer.policy()), Nonce::random(entropy));
        let token = self.grant(&request).map_err(|refusal| ResponderError::NoToken(refusal.1))?;
        TimestampToken::from_der(&token)?.verify(stamped, &self.roots)?;
        Ok(())
    }

    /// The answer to the bytes of a request: a token, or a refusal with its failInfo.
    pub fn answer(&self, request: &[u8]) -> Vec<u8> {
        let granted = TimeStampRequest::from_der(request)
            .map_err(|fault| (fault.fail_info(), fault.to_string()))
            .and_then(|request| self.grant(&request));
        match granted {
            Ok(token) => TimeStampResponse::granted(&token),
            Err((failure, text)) => TimeStampResponse::refused(failure, &text),
        }
    }

    fn grant(&self, request: &TimeStampRequest) -> Result<Vec<u8>, (FailInfo, String)> {
        if request.policy().is_some_and(|policy| policy != self.issuer.policy()) {
            let text = format!("the only policy is {}", self.issuer.policy());
            return Err((FailInfo::UnacceptedPolicy, text));
        }
        let at = self.trusted_now()?;
        // The number is durable before it can be seen; one that is lost is no harm.
        let serial = self.serials.take().map_err(|failure| {
            error!(%failure, "no serial number could be reserved");
            (FailInfo::SystemFailure, "no serial number could be reserved".to_owned())
        })?;
        self.issuer.token(request, serial, at).map_err(|failure| {
            error!(%failure, "no token could be signed");
            (FailInfo::SystemFailure, "no token could be signed".to_owned())
        })
    }

    /// The present instant, unless the clock went backwards or the certificate does not
    /// cover it.
    fn trusted_now(&self) -> Result<UtcMillis, (FailInfo, String)> {
        let now = self.clock.now();
        let mut latest = self.latest.lock();
        if latest.millis_since(now) > MAX_STEP_BACK_MS {
            let text = "the clock of the authority went backwards".to_owned();
            return Err((FailInfo::TimeNotAvailable, text));
        }
        if !self.issuer.covers(now) {
            let text = "the certificate of the authority is not valid now".to_owned();
            return Err((FailInfo::TimeNotAvailable, text));
        }
        // Within the tolerance time stands still, so that tokens in order of their numbers
        // are in order of their instants.
        *latest = now.max(*latest);
        Ok(*latest)
    }
}

/// Why an authority did not begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResponderError {
    /// It could not stamp.
    #[error("the authority could not stamp its first token: {0}")]
    NoToken(String),
    /// Its first token is not one.
    #[error("the authority's first token is malformed")]
    Token(#[from] TokenError),
    /// Its first token is not believed.
    #[error("nobody would believe this authority's tokens")]
    NotBelieved(#[from] TimestampFault),
}
