//! How much may be sent. Every body has a limit that is enforced while it arrives.

use actix_web::error::{JsonPayloadError, PayloadError};
use actix_web::web::{
    Bytes, BytesMut, FormConfig, JsonConfig, PathConfig, Payload, PayloadConfig, QueryConfig,
    ServiceConfig,
};
use futures_util::StreamExt;
use serde::Deserialize;

use crate::problem::{Problem, RequestProblem};

/// The `limits` table of the settings.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(default)]
#[non_exhaustive]
pub struct Limits {
    /// A JSON body or a form, in bytes.
    pub json_bytes: usize,
    /// A photo, in bytes.
    pub photo_bytes: usize,
    /// A video, in bytes.
    pub video_bytes: usize,
    /// A document, in bytes.
    pub document_bytes: usize,
    /// A deposit with all its parts, in bytes.
    pub deposit_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            json_bytes: 256 << 10,
            photo_bytes: 8 << 20,
            video_bytes: 8 << 20,
            document_bytes: 32 << 20,
            deposit_bytes: 64 << 20,
        }
    }
}

impl Limits {
    /// Makes the extractors of an application keep to the limits and answer with problems:
    /// `App::new().configure(|app| limits.apply(app))`.
    pub fn apply(&self, app: &mut ServiceConfig) {
        let limit_bytes = self.json_bytes;
        let json = JsonConfig::default()
            .limit(limit_bytes)
            .error_handler(move |error, _| json_problem(&error, limit_bytes).into());
        let query = QueryConfig::default()
            .error_handler(|_, _| Problem::from(RequestProblem::MalformedQuery).into());
        let path = PathConfig::default()
            .error_handler(|_, _| Problem::from(RequestProblem::MalformedPath).into());
        let form = FormConfig::default()
            .limit(limit_bytes)
            .error_handler(|_, _| Problem::from(RequestProblem::MalformedForm).into());
        app.app_data(json)
            .app_data(query)
            .app_data(path)
            .app_data(form)
            .app_data(PayloadConfig::new(limit_bytes));
    }
}

/// Collects a body that is small enough to hold in memory.
///
/// # Errors
/// More than `limit_bytes`, or a body that breaks off.
pub async fn collect(mut payload: Payload, limit_bytes: usize) -> Result<Bytes, RequestProblem> {
    let mut body = BytesMut::new();
    while let Some(part) = payload.next().await {
        let part = part.map_err(|error| payload_problem(&error, limit_bytes))?;
        if body.len().saturating_add(part.len()) > limit_bytes {
            return Err(RequestProblem::TooLarge { limit_bytes });
        }
        body.extend_from_slice(&part);
    }
    Ok(body.freeze())
}

/// The problem behind a body that could not be read.
pub fn payload_problem(error: &PayloadError, limit_bytes: usize) -> RequestProblem {
    match error {
        PayloadError::Overflow => RequestProblem::TooLarge { limit_bytes },
        PayloadError::Incomplete(_) | PayloadError::Io(_) => RequestProblem::IncompleteBody,
        _ => RequestProblem::BadRequest,
    }
}

fn json_problem(error: &JsonPayloadError, limit_bytes: usize) -> Problem {
    let problem = match error {
        JsonPayloadError::OverflowKnownLength { .. } | JsonPayloadError::Overflow { .. } => {
            RequestProblem::TooLarge { limit_bytes }
        }
        JsonPayloadError::ContentType => RequestProblem::UnsupportedMediaType,
        JsonPayloadError::Payload(error) => payload_problem(error, limit_bytes),
        JsonPayloadError::Deserialize(error) => RequestProblem::MalformedJson {
            line: error.line(),
            column: error.column(),
            field: field_of(&error.to_string()),
        },
        _ => RequestProblem::BadRequest,
    };
    problem.into()
}

/// The part of serde's message that names a field. Everything else it says may quote what
/// was sent, and that may be personal.
fn field_of(message: &str) -> Option<String> {
    let names_field = ["missing field `", "unknown field `", "duplicate field `"];
    let begin = names_field.iter().find(|begin| message.starts_with(**begin))?;
    let name = message.get(begin.len()..)?.split('`').next()?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let fits = name.len() <= 64 && name.bytes().all(plain);
    fits.then(|| format!("{begin}{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_named_and_a_value_is_not() {
        for (message, field) in [
            ("missing field `name` at line 1 column 2", Some("missing field `name`")),
            ("unknown field `nmae`, expected `name`", Some("unknown field `nmae`")),
            ("invalid type: string \"330112196405120006\", expected u8", None),
            ("unknown field `<script>`, expected `name`", None),
        ] {
            assert_eq!(field_of(message).as_deref(), field, "{message}");
        }
    }

    #[test]
    fn a_setting_replaces_one_limit_and_keeps_the_others() {
        let limits: Limits = toml::from_str("photo_bytes = 5").unwrap();
        assert_eq!(limits, Limits { photo_bytes: 5, ..Limits::default() });
    }
}
