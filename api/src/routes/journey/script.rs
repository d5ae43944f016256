//! Acts that scripts of our pages send outside the interface: with the token of the session in a
//! header, as the interface takes it from them.
#![expect(clippy::result_large_err, reason = "made once, straight into the answer")]

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderName;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use heqi_registration::{AsRead, IdempotencyKey, Request};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::Digest;

use crate::edge_problem::EdgeProblem;
use crate::extract::facts;
use crate::problem_of::refused;
use crate::state::State;
use crate::visitor::{CSRF, Visitor, is_foreign};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// What a script's digest is made under, so that it is no other digest.
const SCRIPT_LABEL: &str = "heqi.script/v1\n";

/// A browser whose own script asks: it shows the token of its session in a header. An extractor
/// that stands before the body, so that nothing is read for whoever does not.
pub(super) struct ScriptOf(pub(super) Visitor);

impl FromRequest for ScriptOf {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(http: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        // Without one the route is missing from the table of access: our mistake.
        let visitor = http.extensions().get::<Visitor>().cloned();
        ready(visitor.ok_or_else(|| RequestProblem::Internal.into()).and_then(|visitor| {
            let token = header(http, &CSRF);
            let is_ours = !is_foreign(http.headers()) && token.is_some_and(|it| visitor.made(it));
            if is_ours { Ok(Self(visitor)) } else { Err(RequestProblem::Forbidden.into()) }
        }))
    }
}

fn header<'a>(http: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    http.headers().get(name).and_then(|text| text.to_str().ok())
}

/// The act that the script asks for; `body` is the digest of the body's bytes.
pub(super) fn asked_by_script(
    state: &State,
    http: &HttpRequest,
    ScriptOf(visitor): &ScriptOf,
    body: &Digest,
) -> Result<Request, Problem> {
    let key = header(http, &IDEMPOTENCY_KEY).ok_or(EdgeProblem::IdempotencyKeyMissing)?;
    let idempotency_key = key.parse::<IdempotencyKey>().map_err(refused)?;
    let mut line = http.path().as_bytes().to_vec();
    line.push(b'\n');
    line.extend_from_slice(body.as_bytes());
    Ok(Request {
        actor: visitor.actor(),
        idempotency_key,
        digest: Digest::labelled(SCRIPT_LABEL, &line),
        facts: facts(http, state.platform.clock())?,
        versions: AsRead::default(),
    })
}
