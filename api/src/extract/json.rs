//! JSON bodies.

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::{Problem, Ticket};
use heqi_vocabulary::Digest;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::body::{self, Hashed};
use crate::state::State;

/// A JSON body and the SHA-256 of its bytes. No body at all is the empty object.
pub(crate) struct JsonBody<T> {
    /// What it says.
    pub(crate) value: T,
    /// The SHA-256 of the bytes as sent.
    pub(crate) sha256: Digest,
}

/// The body of a route that wants none: nothing, or the empty object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoBody {}

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let state = request.app_data::<Data<State>>().cloned();
        let is_json = body::is_media_type(request, "application/json");
        let announced = body::announced_bytes(request);
        let payload = payload.take();
        let ticket = Ticket::of(request);
        Box::pin(async move {
            let state = state.ok_or(RequestProblem::Internal)?;
            let limit_bytes = state.settings.limits.json_bytes;
            let Hashed { bytes, sha256 } =
                body::read(payload, announced, limit_bytes, &state.settings, ticket).await?;
            if !is_json && !bytes.is_empty() {
                return Err(RequestProblem::UnsupportedMediaType.into());
            }
            let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
            let value = serde_json::from_slice(text).map_err(|error| malformed(&error))?;
            Ok(Self { value, sha256 })
        })
    }
}

/// Where the JSON is wrong. Of serde's message only the name of a field is passed on:
/// everything else may quote what was sent, and that may be personal.
pub(crate) fn malformed(error: &serde_json::Error) -> RequestProblem {
    RequestProblem::MalformedJson {
        line: error.line(),
        column: error.column(),
        field: field_of(&error.to_string()),
    }
}

fn field_of(message: &str) -> Option<String> {
    let kinds = ["missing field `", "unknown field `", "duplicate field `"];
    let kind = kinds.iter().find(|kind| message.starts_with(**kind))?;
    let name = message.get(kind.len()..)?.split('`').next()?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (name.len() <= 64 && name.bytes().all(plain)).then(|| format!("{kind}{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Named {
        #[expect(dead_code, reason = "only its form matters")]
        name: String,
    }

    fn problem(json: &str) -> RequestProblem {
        malformed(&serde_json::from_str::<Named>(json).unwrap_err())
    }

    #[test]
    fn the_problem_names_the_field_and_never_the_value() {
        for (json, field) in [
            ("{}", Some("missing field `name`")),
            (r#"{"name":"a","name":"b"}"#, Some("duplicate field `name`")),
            (r#"{"nmae":"陈素英"}"#, Some("unknown field `nmae`")),
            (r#"{"陈素英":"a"}"#, None),
            (r#"{"name":330112196405120006}"#, None),
        ] {
            let RequestProblem::MalformedJson { field: named, .. } = problem(json) else {
                panic!("{json} is malformed");
            };
            assert_eq!(named.as_deref(), field, "{json}");
        }
    }
}
