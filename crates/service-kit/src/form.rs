//! Forms with a file (RFC 7578): the bytes of a body, taken apart.
//!
//! Not here: reading the body, whose form it is, and what its fields mean.

use std::collections::BTreeMap;

use actix_web::web::Bytes;
use futures_util::{FutureExt, stream};
use heqi_vocabulary::Digest;
use multer::Multipart;

use crate::problem::RequestProblem;

/// What the digest of a form in parts is labelled with.
const LABEL: &str = "heqi.form-parts/v1\n";
/// The most bytes of a field that is no file.
pub const FIELD_BYTES: usize = 16 * 1024;

/// The boundary that this `Content-Type` names; `None` where it is no form in parts.
pub fn boundary(content_type: &str) -> Option<String> {
    multer::parse_boundary(content_type).ok()
}

/// The parts of a body in the order in which they came. After a refusal there are none.
#[derive(Debug)]
pub struct Parts(Option<Multipart<'static>>);

/// One part of a form.
#[derive(Debug)]
pub struct Part {
    /// What its sender calls it; empty where it has no name.
    pub name: String,
    /// What it says.
    pub bytes: Bytes,
}

impl Parts {
    /// Of a body that is here as a whole.
    pub fn of(body: Bytes, boundary: &str) -> Self {
        let whole = stream::iter([Ok::<_, std::io::Error>(body)]);
        Self(Some(Multipart::new(whole, boundary)))
    }

    /// The whole body is here: whoever waits for more of it would wait for ever.
    fn taken(parts: &mut Multipart<'static>) -> Result<Option<Part>, RequestProblem> {
        let part = async {
            let Some(part) = parts.next_field().await? else { return Ok(None) };
            let name = part.name().unwrap_or_default().to_owned();
            Ok::<_, multer::Error>(Some(Part { name, bytes: part.bytes().await? }))
        };
        match part.now_or_never() {
            Some(Ok(part)) => Ok(part),
            Some(Err(_)) | None => Err(RequestProblem::MalformedForm),
        }
    }
}

impl Iterator for Parts {
    type Item = Result<Part, RequestProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        let part = Self::taken(self.0.as_mut()?).transpose();
        if !matches!(part, Some(Ok(_))) {
            self.0 = None;
        }
        part
    }
}

/// What a form says: fields that were typed, and at most one file.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Form {
    fields: BTreeMap<String, String>,
    file: Option<Bytes>,
}

impl Form {
    /// Takes every part of this body; the file is what is called `file`. What came before a
    /// part that is refused is kept: whose form it is stands there.
    ///
    /// # Errors
    /// It is not such a form, a name comes twice, or a field is no text or too long.
    pub fn take(&mut self, body: Bytes, boundary: &str, file: &str) -> Result<(), RequestProblem> {
        for part in Parts::of(body, boundary) {
            let Part { name, bytes } = part?;
            if name == file {
                if self.file.replace(bytes).is_some() {
                    return Err(RequestProblem::MalformedForm);
                }
            } else {
                let text =
                    std::str::from_utf8(&bytes).map_err(|_| RequestProblem::MalformedForm)?;
                self.keep(name, text)?;
            }
        }
        Ok(())
    }

    /// Takes one field. Each comes once, and none is longer than anything that is typed.
    ///
    /// # Errors
    /// It was there before, or is longer than [`FIELD_BYTES`].
    pub fn keep(&mut self, name: String, text: &str) -> Result<(), RequestProblem> {
        if text.len() > FIELD_BYTES || self.fields.insert(name, text.to_owned()).is_some() {
            return Err(RequestProblem::MalformedForm);
        }
        Ok(())
    }

    /// What was typed into this field; `None` where it was not sent.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// Every field, in the order of the names.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The file; empty where none was chosen.
    pub fn file(&self) -> Bytes {
        self.file.clone().unwrap_or_default()
    }

    /// What the form says, whatever boundary stood between its parts: browsers draw another
    /// one for each try, and a try again must be the same request. Each part with its length
    /// before it.
    pub fn digest(&self) -> Digest {
        let file = self.file();
        let mut said = Vec::with_capacity(file.len());
        let typed = self.fields().flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()]);
        for part in typed.chain([&file[..]]) {
            said.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            said.extend_from_slice(part);
        }
        Digest::labelled(LABEL, &said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(boundary: &str, parts: &[(&str, &str)]) -> Bytes {
        let mut body = String::new();
        for (name, value) in parts {
            let disposition = format!("Content-Disposition: form-data; name=\"{name}\"");
            body = format!("{body}--{boundary}\r\n{disposition}\r\n\r\n{value}\r\n");
        }
        format!("{body}--{boundary}--\r\n").into()
    }

    fn sent(boundary: &str, parts: &[(&str, &str)]) -> (Form, Result<(), RequestProblem>) {
        let mut form = Form::default();
        let taken = form.take(body(boundary, parts), boundary, "scan");
        (form, taken)
    }

    #[test]
    fn the_same_form_with_another_boundary_is_the_same_request() {
        let of = |boundary, choice, scan| sent(boundary, &[("choice", choice), ("scan", scan)]).0;
        let first = of("first", "scan", "picture");
        assert_eq!((first.field("choice"), &first.file()[..]), (Some("scan"), &b"picture"[..]));
        assert_eq!(first.digest(), of("another", "scan", "picture").digest());
        // Not what stands where: each part is told from its neighbours.
        for (choice, scan) in [("scan", "other"), ("none", "picture"), ("scanp", "icture")] {
            assert_ne!(of("first", choice, scan).digest(), first.digest());
        }
    }

    #[test]
    fn a_name_that_comes_twice_is_refused_be_it_a_field_or_the_file() {
        for twice in ["csrf", "scan"] {
            let (form, taken) = sent("b", &[("csrf", "token"), ("scan", "one"), (twice, "two")]);
            assert_eq!(taken, Err(RequestProblem::MalformedForm), "{twice}");
            assert!(form.field("csrf").is_some(), "whose form it is is known");
        }
    }

    #[test]
    fn a_field_as_long_as_a_field_may_be_is_taken_and_one_byte_more_is_not() {
        let long = "x".repeat(FIELD_BYTES);
        assert_eq!(sent("b", &[("words", &long)]).1, Ok(()));
        let longer = long + "x";
        assert_eq!(sent("b", &[("words", &longer)]).1, Err(RequestProblem::MalformedForm));
        // A file may be longer than anything that is typed.
        assert_eq!(sent("b", &[("scan", &longer)]).1, Ok(()));
    }

    #[test]
    fn a_body_that_breaks_off_anywhere_is_refused_and_ends() {
        let whole = body("b", &[("csrf", "token"), ("scan", "picture")]);
        let end = whole.len() - "\r\n".len();
        for cut in 0..end {
            let refused = Parts::of(whole.slice(..cut), "b").filter(Result::is_err).count();
            assert_eq!(refused, 1, "cut after {cut} bytes");
        }
        assert_eq!(Parts::of(whole.slice(..end), "b").flatten().count(), 2);
    }

    #[test]
    fn only_a_form_in_parts_has_a_boundary() {
        assert_eq!(boundary("multipart/form-data; boundary=b").as_deref(), Some("b"));
        assert_eq!(boundary("Multipart/Form-Data; boundary=\"b c\"").as_deref(), Some("b c"));
        for other in ["multipart/form-data", "application/x-www-form-urlencoded", "", "text/plain"]
        {
            assert_eq!(boundary(other), None, "{other}");
        }
    }
}
