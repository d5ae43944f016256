//! Forms of a session: made by it, done once, and then a request like any other.

use actix_web::dev::Payload;
use actix_web::web::{Data, Query};
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use heqi_registration::{Actor, AsRead, IdempotencyKey, Request};
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::{Problem, Ticket};
use heqi_vocabulary::Digest;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::extract::body::{self, Hashed};
use crate::extract::facts;
use crate::state::State;
use crate::visitor::{Visitor, WithSession, is_foreign};

/// The most bytes of a form: a reason of 2,000 characters, percent-encoded.
const LIMIT_BYTES: usize = 32 * 1024;
/// What a form's digest is made under, so that it is no other digest.
const FORM_LABEL: &str = "heqi.form/v1\n";

/// A form that this session made.
pub(super) struct Filled<T> {
    /// What it says.
    pub(super) value: T,
    /// The act that it asks for.
    pub(super) request: Request,
}

/// What every form carries. A form that does nothing but end the session needs no name.
#[derive(Deserialize)]
pub(in crate::routes) struct Carried {
    pub(in crate::routes) csrf: String,
    pub(in crate::routes) key: Option<String>,
}

impl<T: DeserializeOwned + 'static> FromRequest for Filled<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (http, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let (value, request) = made_by(&http, payload, Visitor::actor).await?;
            Ok(Self { value, request })
        })
    }
}

/// A form that no session made: of the front page.
pub(in crate::routes) struct Typed<T>(pub(in crate::routes) T);

impl<T: DeserializeOwned + 'static> FromRequest for Typed<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (http, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let body = form_of(&http, payload).await?;
            Ok(Self(read(text_of(&body)?)?))
        })
    }
}

/// The body of a form that a page of ours sent.
pub(in crate::routes) async fn form_of(
    http: &HttpRequest,
    payload: Payload,
) -> Result<Hashed, Problem> {
    let state = http.app_data::<Data<State>>().ok_or(RequestProblem::Internal)?;
    if is_foreign(http.headers()) {
        return Err(RequestProblem::Forbidden.into());
    }
    if !body::is_media_type(http, "application/x-www-form-urlencoded") {
        return Err(RequestProblem::UnsupportedMediaType.into());
    }
    let announced = body::announced_bytes(http);
    let read = body::read(payload, announced, LIMIT_BYTES, &state.settings, Ticket::of(http));
    read.await
}

pub(in crate::routes) fn text_of(body: &Hashed) -> Result<&str, RequestProblem> {
    std::str::from_utf8(&body.bytes).map_err(|_| RequestProblem::MalformedForm)
}

pub(in crate::routes) fn read<T: DeserializeOwned>(text: &str) -> Result<T, RequestProblem> {
    let read = Query::<T>::from_query(text).map_err(|_| RequestProblem::MalformedForm)?;
    Ok(read.into_inner())
}

/// What a form says that this session made, and the act that it asks for.
pub(in crate::routes) async fn made_by<S: Clone + 'static, T: DeserializeOwned>(
    http: &HttpRequest,
    payload: Payload,
    actor: impl FnOnce(&WithSession<S>) -> Actor,
) -> Result<(T, Request), Problem> {
    let state = http.app_data::<Data<State>>().ok_or(RequestProblem::Internal)?;
    let visitor = WithSession::<S>::extract(http).await?;
    let body = form_of(http, payload).await?;
    let text = text_of(&body)?;
    let Carried { csrf, key } = read(text)?;
    if !visitor.made(&csrf) {
        return Err(RequestProblem::Forbidden.into());
    }
    let value = read(text)?;
    let request = request_of(http, state, actor(&visitor), (&body, key))?;
    Ok((value, request))
}

/// The act that a form asks for.
#[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
pub(in crate::routes) fn request_of(
    http: &HttpRequest,
    state: &State,
    actor: Actor,
    (body, key): (&Hashed, Option<String>),
) -> Result<Request, Problem> {
    let key = key.unwrap_or_else(|| body.sha256.to_string());
    let idempotency_key =
        key.parse::<IdempotencyKey>().map_err(|_| RequestProblem::MalformedForm)?;
    let mut line = http.path().as_bytes().to_vec();
    line.push(b'\n');
    line.extend_from_slice(body.sha256.as_bytes());
    Ok(Request {
        actor,
        idempotency_key,
        digest: Digest::labelled(FORM_LABEL, &line),
        facts: facts(http, state.platform.clock())?,
        versions: AsRead::default(),
    })
}
