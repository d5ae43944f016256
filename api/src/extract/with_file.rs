//! A form with a file (RFC 7578), as pages of ours send it: the token of the session comes before
//! anything else counts.

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Query};
use bytes::Bytes;
use heqi_service_kit::form::{self, Form};
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::{Problem, Ticket};

use super::body::{self, Hashed};
use crate::state::State;
use crate::visitor::is_foreign;

/// What stands beside the file: fields of the form, boundaries, headers of parts.
const BESIDE_BYTES: usize = 64 * 1024;

/// A form that a session made, with the file it brought.
pub(crate) struct FormWithFile {
    form: Form,
    /// The file; empty where none was chosen.
    pub(crate) file: Bytes,
    /// The whole body, with the digest of what it says.
    pub(crate) body: Hashed,
}

impl FormWithFile {
    /// What was typed into this field; nothing where it was not sent.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.form.field(name).unwrap_or_default()
    }

    /// Under which name the act is done once.
    pub(crate) fn key(&self) -> Option<String> {
        self.form.field("key").map(str::to_owned)
    }
}

/// Reads a form whose file is called `file`, at most so long. `made`: whether this is the token
/// of the session.
pub(crate) async fn read(
    http: &HttpRequest,
    payload: Payload,
    (file, limit_bytes): (&str, usize),
    made: impl Fn(&str) -> bool,
) -> Result<FormWithFile, Problem> {
    let state = http.app_data::<Data<State>>().ok_or(RequestProblem::Internal)?;
    if is_foreign(http.headers()) {
        return Err(RequestProblem::Forbidden.into());
    }
    let (announced, limit) = (body::announced_bytes(http), limit_bytes + BESIDE_BYTES);
    let kind = http.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = kind.and_then(form::boundary);
    let is_plain = body::is_media_type(http, "application/x-www-form-urlencoded");
    if boundary.is_none() && !is_plain {
        return Err(RequestProblem::UnsupportedMediaType.into());
    }
    let mut body = body::read(payload, announced, limit, &state.settings, Ticket::of(http)).await?;
    let mut form = Form::default();
    let taken = match boundary {
        Some(boundary) => {
            let taken = form.take(body.bytes.clone(), &boundary, file);
            body.sha256 = form.digest();
            taken
        }
        None => plain(&mut form, &body.bytes),
    };
    // Whatever is broken before its token carries none, and is refused as what it is not.
    if !made(form.field("csrf").unwrap_or_default()) {
        return Err(RequestProblem::Forbidden.into());
    }
    taken?;
    Ok(FormWithFile { file: form.file(), form, body })
}

/// The same form without a file, as a browser without scripts or a program sends it.
fn plain(form: &mut Form, body: &[u8]) -> Result<(), RequestProblem> {
    let text = std::str::from_utf8(body).map_err(|_| RequestProblem::MalformedForm)?;
    let fields = Query::<Vec<(String, String)>>::from_query(text);
    for (name, value) in fields.map_err(|_| RequestProblem::MalformedForm)?.into_inner() {
        form.keep(name, &value)?;
    }
    Ok(())
}
