//! Forms that pages of ours send: from no other site, and with the token of their session.

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Payload, Query};
use heqi_service_kit::Problem;
use heqi_service_kit::browser::is_foreign;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::Digest;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::body_of;
use crate::service::State;

const FORM: &str = "application/x-www-form-urlencoded";

/// What every form of a session carries.
#[derive(Deserialize)]
struct Carried {
    csrf: String,
}

/// The text of a form.
pub(super) async fn text(
    state: &State,
    http: &HttpRequest,
    payload: Payload,
    limit_bytes: usize,
) -> Result<String, Problem> {
    if is_foreign(http.headers()) {
        return Err(RequestProblem::Forbidden.into());
    }
    let media_type = http.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|text| text.split(';').next()).map(str::trim);
    if media_type != Some(FORM) {
        return Err(RequestProblem::UnsupportedMediaType.into());
    }
    let body = body_of(payload, limit_bytes, state.settings.body_deadline_ms).await?;
    let text = String::from_utf8(body.to_vec()).map_err(|_| RequestProblem::MalformedForm)?;
    Ok(text)
}

/// Refuses a form without the token of the session. Digests are compared, so that the time it takes
/// says nothing.
pub(super) fn carries(text: &str, csrf: &str) -> Result<(), RequestProblem> {
    let Carried { csrf: carried } = read(text).map_err(|_| RequestProblem::Forbidden)?;
    let is_ours = Digest::of(carried.as_bytes()) == Digest::of(csrf.as_bytes());
    if is_ours { Ok(()) } else { Err(RequestProblem::Forbidden) }
}

/// What a form says.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, RequestProblem> {
    let read = Query::<T>::from_query(text).map_err(|_| RequestProblem::MalformedForm)?;
    Ok(read.into_inner())
}
