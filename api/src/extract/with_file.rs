//! A form with a file (RFC 7578), as pages of ours send it: the token of the session comes before
//! anything else counts.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Query};
use bytes::Bytes;
use futures_util::stream;
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::{Problem, Ticket};
use heqi_vocabulary::Digest;
use multer::Multipart;

use super::body::{self, Hashed};
use crate::state::State;
use crate::visitor::is_foreign;

/// What stands beside the file: fields of the form, boundaries, headers of parts.
const BESIDE_BYTES: usize = 64 * 1024;
/// What the digest of a form in parts is labelled with.
const PARTS_LABEL: &str = "heqi.form-parts/v1\n";
/// The most bytes of a field that is no file.
const FIELD_BYTES: usize = 16 * 1024;

/// A form that a session made, with the file it brought.
pub(crate) struct FormWithFile {
    fields: BTreeMap<String, String>,
    /// The file; empty where none was chosen.
    pub(crate) file: Bytes,
    /// The whole body, with its digest.
    pub(crate) body: Hashed,
}

impl FormWithFile {
    /// What was typed into this field; nothing where it was not sent.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// Under which name the act is done once.
    pub(crate) fn key(&self) -> Option<String> {
        self.fields.get("key").cloned()
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
    let boundary = kind.and_then(|kind| multer::parse_boundary(kind).ok());
    let is_plain = body::is_media_type(http, "application/x-www-form-urlencoded");
    if boundary.is_none() && !is_plain {
        return Err(RequestProblem::UnsupportedMediaType.into());
    }
    let body = body::read(payload, announced, limit, &state.settings, Ticket::of(http)).await?;
    let mut form = FormWithFile { fields: BTreeMap::new(), file: Bytes::new(), body };
    match boundary {
        Some(boundary) => parts(&mut form, boundary, file).await,
        // The same form without a file, as a browser without scripts or a program sends it.
        None => plain(&mut form),
    }
    // Whatever is broken carries no token, and is refused as what it is not.
    .map_err(|broken| if made(form.field("csrf")) { broken } else { RequestProblem::Forbidden })?;
    if made(form.field("csrf")) { Ok(form) } else { Err(RequestProblem::Forbidden.into()) }
}

async fn parts(
    form: &mut FormWithFile,
    boundary: String,
    file: &str,
) -> Result<(), RequestProblem> {
    let whole = stream::iter([Ok::<_, std::io::Error>(form.body.bytes.clone())]);
    let mut parts = Multipart::new(whole, boundary);
    let malformed = |_| RequestProblem::MalformedForm;
    while let Some(part) = parts.next_field().await.map_err(malformed)? {
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(malformed)?;
        if name == file {
            form.file = bytes;
        } else {
            let text = std::str::from_utf8(&bytes).map_err(|_| RequestProblem::MalformedForm)?;
            keep(form, name, text)?;
        }
    }
    form.body.sha256 = digest_of(&form.fields, &form.file);
    Ok(())
}

/// What the form says, whatever boundary stood between its parts: browsers draw another one for
/// each try, and a try again must be the same request. Each part with its length before it.
fn digest_of(fields: &BTreeMap<String, String>, file: &[u8]) -> Digest {
    let mut said = Vec::with_capacity(file.len());
    let typed = fields.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
    for part in typed.chain([file]) {
        said.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        said.extend_from_slice(part);
    }
    Digest::labelled(PARTS_LABEL, &said)
}

fn plain(form: &mut FormWithFile) -> Result<(), RequestProblem> {
    let bytes = form.body.bytes.clone();
    let text = std::str::from_utf8(&bytes).map_err(|_| RequestProblem::MalformedForm)?;
    let fields = Query::<Vec<(String, String)>>::from_query(text);
    for (name, value) in fields.map_err(|_| RequestProblem::MalformedForm)?.into_inner() {
        keep(form, name, &value)?;
    }
    Ok(())
}

/// Each field once, and none longer than anything that is typed.
fn keep(form: &mut FormWithFile, name: String, text: &str) -> Result<(), RequestProblem> {
    if text.len() > FIELD_BYTES || form.fields.insert(name, text.to_owned()).is_some() {
        return Err(RequestProblem::MalformedForm);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sent(boundary: &str, (choice, scan): (&str, &str)) -> FormWithFile {
        let part = |name: &str, value: &str| {
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
        };
        let bytes = format!("{}{}--{boundary}--\r\n", part("choice", choice), part("scan", scan));
        let body = Hashed { sha256: Digest::of(bytes.as_bytes()), bytes: bytes.into() };
        let mut form = FormWithFile { fields: BTreeMap::new(), file: Bytes::new(), body };
        parts(&mut form, boundary.to_owned(), "scan").await.unwrap();
        form
    }

    #[actix_web::test]
    async fn the_same_form_with_another_boundary_is_the_same_request() {
        let first = sent("first", ("scan", "picture")).await;
        let again = sent("another", ("scan", "picture")).await;
        assert_eq!((first.field("choice"), &first.file[..]), ("scan", &b"picture"[..]));
        assert_ne!(first.body.bytes, again.body.bytes);
        assert_eq!(first.body.sha256, again.body.sha256);
        // Not what stands where: each part is told from its neighbours.
        for other in [("scan", "other"), ("none", "picture"), ("scanp", "icture")] {
            assert_ne!(sent("first", other).await.body.sha256, first.body.sha256);
        }
    }
}
