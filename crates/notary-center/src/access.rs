//! Who may call what ([`table`]). Deposits come with a key, staff with a session; everything else is public: logs and their mirror are made
//! to be read by anybody, a witness asks for the log's own signature, and the address of a
//! chain head is itself the secret (the commitment of a random identifier).
#![expect(clippy::result_large_err, reason = "a refusal is rare, and answered at once")]

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse};
use heqi_notarization::staff::sessions::{hash_of, session};
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::rates::{Caller, Class};
use heqi_service_kit::tls::PeerIdentity;
use heqi_service_kit::{ApiKey, ApiKeyHash, ClientAddress, Problem};

use crate::bench::denied;
use crate::routes::staff::to_the_door;
use crate::service::State;
use crate::visitor::{Reader, Visitor, secret_of};

pub mod table;

pub use table::{ACCESS_TABLE, Access, Rule, Verb, find, is_page};

/// The scope of a key that deposits.
pub const DEPOSITS: &str = "deposits";

/// The scope of a key that places and lifts legal holds: of a person of the notary office or
/// of the registration authority, never of the platform.
pub const LEGAL_HOLD: &str = "legal-hold";

/// The scope of a key with which the registry applies for certificates.
pub const APPLICATIONS: &str = "applications";

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
const BETWEEN_ORGANISATIONS: [&str; 7] = [
    "/deposits",
    "/erasures",
    "/witness/add-checkpoint",
    "/mirror/add-checkpoint",
    "/mirror/add-entries",
    "/peer/standing",
    "/holder-notices",
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
    let is_staffs = request.match_pattern().is_some_and(|path| path.starts_with("/staff"));
    let decided = match decide(&state, &request) {
        Ok(()) => let_staff_in(&state, &request).await,
        Err(problem) => Err(problem),
    };
    match decided {
        Ok(visitor) => {
            if let Some(visitor) = visitor {
                request.extensions_mut().insert(visitor);
            }
            next.call(request).await
        }
        Err(problem) => {
            let is_out = is_staffs && problem.status() == StatusCode::UNAUTHORIZED;
            let reader = Reader::of(request.request().head());
            let way_in = is_out.then(|| to_the_door(&state, reader, &problem)).flatten();
            let (request, _) = request.into_parts();
            let answer = way_in.unwrap_or_else(|| HttpResponse::from_error(problem));
            Ok(ServiceResponse::new(request, answer))
        }
    }
}

/// Who has signed in, on the routes that the table keeps for staff. A role the table does not
/// name is refused before the handler is reached.
async fn let_staff_in(state: &State, request: &ServiceRequest) -> Result<Option<Visitor>, Problem> {
    let Some(path) = request.match_pattern() else { return Ok(None) };
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    let Some(rule) = find(is_get, &path) else {
        // Known paths by another verb, and what the table does not list, the router answers;
        // nothing of staff is among it.
        return if is_page(&path) && path.starts_with("/staff") {
            Err(RequestProblem::NotFound.into())
        } else {
            Ok(None)
        };
    };
    let roles = match rule.access {
        Access::Door => None,
        Access::Staff(roles) => Some(roles),
        // A person is known where it is shown something: by whose evidence that is.
        Access::Everybody | Access::Key(_) | Access::Person | Access::Protocol => return Ok(None),
    };
    let bench = state.bench()?;
    let secret = secret_of(request.request().head(), bench.secure_cookies);
    let secret = secret.ok_or(RequestProblem::Unauthorized)?;
    let session = session(&state.office, hash_of(secret)).await.map_err(denied)?;
    if let Some(roles) = roles {
        if !session.is_in {
            return Err(RequestProblem::Unauthorized.into());
        }
        if !roles.contains(&session.role) {
            return Err(RequestProblem::Forbidden.into());
        }
    }
    Ok(Some(Visitor::new(secret, session)))
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
    // Heads and entries come without a key: their signatures speak for them. Pages and the check
    // of certificates are for people, who ask less often.
    let class = match (is_page(path), request.method()) {
        (false, _) => Class::Checks,
        (true, &Method::POST) => Class::Writes,
        (true, _) => Class::Reads,
    };
    Ok(state.limiter.admit(Caller::Address(address), class)?)
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
