//! Whose deposits are taken. Everything else here is public: logs and their mirror are made
//! to be read by anybody, a witness asks for the log's own signature, and the address of a
//! chain head is itself the secret (the commitment of a random identifier).

use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::{ApiKey, ApiKeyHash, Problem};

/// The scope of a key that deposits.
pub const DEPOSITS: &str = "deposits";

/// The scope of a key that places and lifts legal holds: of a person of the notary office or
/// of the registration authority, never of the platform.
pub const LEGAL_HOLD: &str = "legal_hold";

/// The scope of a key that takes deposits back: everything the office holds of a platform that lost it.
pub const RECOVERY: &str = "recovery";

/// Why a request is not let through.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Denied {
    /// 401: no key, or one that is not known.
    Unknown,
    /// 403: a known key of another scope.
    OtherScope,
}

/// Lets a request through that carries one of these keys, if that key has this scope.
///
/// # Errors
/// See [`Denied`].
pub(crate) fn authorise(
    request: &HttpRequest,
    keys: &[ApiKeyHash],
    scope: &str,
) -> Result<(), Denied> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = header.and_then(|header| ApiKey::from_authorization(header).ok());
    match key.filter(|key| keys.iter().any(|known| known.matches(key))) {
        None => Err(Denied::Unknown),
        Some(key) if key.scope().as_str() != scope => Err(Denied::OtherScope),
        Some(_) => Ok(()),
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unknown => Self::from(RequestProblem::Unauthorized)
                .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            Denied::OtherScope => RequestProblem::Forbidden.into(),
        }
    }
}
