//! A browser of a person: its session, and the forms it sends.

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::future::LocalBoxFuture;
use heqi_notarization::holder::door::{Holder, LIFETIME_MS, holder};
use heqi_pages::Link;
use heqi_service_kit::Problem;
use heqi_service_kit::browser::{STRICT, cookie, csrf_of, set_cookie};
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::Digest;
use serde::de::DeserializeOwned;

use crate::refusal::of_ours;
use crate::routes::form;
use crate::service::State;

/// The most bytes of a form: an application with three texts of 500 characters, percent-encoded.
const LIMIT_BYTES: usize = 24 * 1024;

/// A person with a session.
pub(super) struct Visitor {
    pub(super) holder: Holder,
    /// The hash of the secret in the cookie.
    pub(super) secret_sha256: Digest,
    /// What forms of this session carry.
    pub(super) csrf: String,
}

/// Whose cookie, and whether it is sent over TLS only. Two custodians on one machine are two hosts
/// to nobody but us, so each has a name of its own.
type Whose<'a> = (&'a str, bool);

fn name((custodian, is_secure): Whose<'_>) -> &'static str {
    match (custodian, is_secure) {
        ("data_centre", true) => "__Host-heqi_held_centre",
        ("data_centre", false) => "heqi_held_centre",
        (_, true) => "__Host-heqi_held",
        (_, false) => "heqi_held",
    }
}

pub(super) fn set_session(response: &mut HttpResponseBuilder, secret: &str, whose: Whose<'_>) {
    set_cookie(response, name(whose), secret, LIFETIME_MS / 1000, STRICT, whose.1);
}

pub(super) fn clear_session(response: &mut HttpResponseBuilder, whose: Whose<'_>) {
    set_cookie(response, name(whose), "", 0, STRICT, whose.1);
}

impl FromRequest for Visitor {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let http = request.clone();
        Box::pin(async move { visitor(&http).await?.ok_or_else(to_the_door) })
    }
}

/// Whoever has no session, or none any longer, comes in again.
fn to_the_door() -> Error {
    let door = HttpResponse::SeeOther().insert_header((LOCATION, Link::Held.to_string())).finish();
    InternalError::from_response("no session", door).into()
}

async fn visitor(http: &HttpRequest) -> Result<Option<Visitor>, Problem> {
    let state = http.app_data::<Data<State>>().ok_or(RequestProblem::Internal)?;
    let people = state.people.as_ref().ok_or(RequestProblem::NotFound)?;
    let secret = cookie(http.headers(), name((state.office.custodian(), people.secure_cookies)));
    let Some(secret) = secret else { return Ok(None) };
    let secret_sha256 = Digest::of(secret.as_bytes());
    let found = holder(&state.office, secret_sha256).await;
    let found = found.map_err(|error| of_ours(&error))?;
    let csrf = csrf_of(secret);
    Ok(found.map(|holder| Visitor { holder, secret_sha256, csrf }))
}

/// A form that no session made.
pub(super) struct Typed<T>(pub(super) T);

impl<T: DeserializeOwned + 'static> FromRequest for Typed<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (http, payload) = (request.clone(), payload.take());
        Box::pin(async move { Ok(Self(form::read(&text(&http, payload).await?)?)) })
    }
}

/// A form of a session, sent by one of its pages.
pub(super) struct Filled<T> {
    pub(super) visitor: Visitor,
    pub(super) form: T,
}

impl<T: DeserializeOwned + 'static> FromRequest for Filled<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (http, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let visitor = visitor(&http).await?.ok_or_else(to_the_door)?;
            let text = text(&http, payload).await?;
            form::carries(&text, &visitor.csrf).map_err(Problem::from)?;
            Ok(Self { visitor, form: form::read(&text).map_err(Problem::from)? })
        })
    }
}

async fn text(http: &HttpRequest, mut payload: Payload) -> Result<String, Problem> {
    let state = http.app_data::<Data<State>>().ok_or(RequestProblem::Internal)?;
    let payload = actix_web::web::Payload::from_request(http, &mut payload).into_inner();
    let payload = payload.map_err(|_| RequestProblem::MalformedForm)?;
    form::text(state, http, payload, LIMIT_BYTES).await
}
