//! Who asks, under which name for the act, and what the server saw.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderName;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use heqi_registration::{Actor, AsRead, IdempotencyKey, Request, RequestFacts};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::Digest;

use super::facts::facts;
use crate::edge_problem::EdgeProblem;
use crate::problem_of::refused;
use crate::state::State;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// What a request's digest is made under, so that it is no other digest.
const REQUEST_LABEL: &str = "heqi.request/v1\n";

/// Somebody who only looks: who, and what the server saw.
pub(crate) struct Caller {
    /// Who.
    pub(crate) actor: Actor,
    /// What the server saw.
    pub(crate) facts: RequestFacts,
}

/// Somebody who wants something done: everything about a POST but its body.
pub(crate) struct Asked {
    caller: Caller,
    idempotency_key: IdempotencyKey,
    /// `METHOD path?query` as it was sent.
    line: String,
}

impl Asked {
    /// The request as the use cases take it. `body` is the digest of the body's bytes.
    pub(crate) fn with_body(self, body: &Digest) -> Request {
        let mut bytes = self.line.into_bytes();
        bytes.push(b'\n');
        bytes.extend_from_slice(body.as_bytes());
        Request {
            actor: self.caller.actor,
            idempotency_key: self.idempotency_key,
            digest: Digest::labelled(REQUEST_LABEL, &bytes),
            facts: self.caller.facts,
            versions: AsRead::Any,
        }
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(caller(request).map_err(Problem::from))
    }
}

impl FromRequest for Asked {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(asked(request))
    }
}

fn caller(request: &HttpRequest) -> Result<Caller, RequestProblem> {
    // Without an actor the route is missing from the table of access: our mistake.
    let actor = request.extensions().get::<Actor>().cloned().ok_or(RequestProblem::Internal)?;
    let state = request.app_data::<Data<State>>().ok_or(RequestProblem::Internal)?;
    Ok(Caller { actor, facts: facts(request, state.platform.clock())? })
}

#[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
fn asked(request: &HttpRequest) -> Result<Asked, Problem> {
    let caller = caller(request)?;
    let mut keys = request.headers().get_all(IDEMPOTENCY_KEY);
    let key = keys.next().ok_or(EdgeProblem::IdempotencyKeyMissing)?;
    if keys.next().is_some() {
        return Err(EdgeProblem::MalformedHeader.into());
    }
    let key = key.to_str().map_err(|_| EdgeProblem::MalformedHeader)?;
    let idempotency_key = key.parse::<IdempotencyKey>().map_err(refused)?;
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let line = format!("{} {path}", request.method());
    Ok(Asked { caller, idempotency_key, line })
}
