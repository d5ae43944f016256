//! Whose deposits are taken. Everything else here is public: logs and their mirror are made
//! to be read by anybody, a witness asks for the log's own signature, and the address of a
//! chain head is itself the secret (the commitment of a random identifier).
#![expect(clippy::result_large_err, reason = "a refusal is rare, and answered at once")]

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse};
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::rates::{Caller, Class};
use heqi_service_kit::tls::PeerIdentity;
use heqi_service_kit::{ApiKey, ApiKeyHash, ClientAddress, Problem};

use crate::service::State;

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
    match key_of(request, keys) {
        None => Err(Denied::Unknown),
        Some(key) if key.scope().as_str() != scope => Err(Denied::OtherScope),
        Some(_) => Ok(()),
    }
}

fn key_of(request: &HttpRequest, keys: &[ApiKeyHash]) -> Option<ApiKey> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = header.and_then(|header| ApiKey::from_authorization(header).ok());
    key.filter(|key| keys.iter().any(|known| known.matches(key)))
}

/// Routes that only the platform calls.
const BETWEEN_ORGANISATIONS: [&str; 6] = [
    "/deposits",
    "/erasures",
    "/witness/add-checkpoint",
    "/mirror/add-checkpoint",
    "/mirror/add-entries",
    "/peer/standing",
];
/// What operators and their tools look at; it costs little and must answer under load.
const FOR_OPERATORS: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/alarms"];

/// Before any route: who asks how often, and over which connection.
///
/// # Errors
/// None of its own; a refusal is an answer.
pub(crate) async fn door(
    state: Data<State>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match decide(&state, &request) {
        Ok(()) => next.call(request).await,
        Err(problem) => {
            let (request, _) = request.into_parts();
            Ok(ServiceResponse::new(request, HttpResponse::from_error(problem)))
        }
    }
}

fn decide(state: &State, request: &ServiceRequest) -> Result<(), Problem> {
    let path = request.path();
    if FOR_OPERATORS.contains(&path) {
        return Ok(());
    }
    let is_peers = BETWEEN_ORGANISATIONS.contains(&path);
    let class = if is_peers { Class::Uploads } else { Class::Checks };
    if let Some(peer) = request.conn_data::<PeerIdentity>() {
        return Ok(state.limiter.admit(Caller::Organisation(peer.name()), class)?);
    }
    if is_peers && state.settings.peer_certificates {
        return Err(RequestProblem::PeerCertificateRequired.into());
    }
    if key_of(request.request(), &state.platform_keys).is_some() {
        return Ok(state.limiter.admit(Caller::Organisation("key"), class)?);
    }
    let address = request.extensions().get::<ClientAddress>().map(|client| client.address);
    let address = address.ok_or(RequestProblem::Internal)?;
    // Heads and entries come without a key: their signatures speak for them.
    Ok(state.limiter.admit(Caller::Address(address), Class::Checks)?)
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
