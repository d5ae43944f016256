//! Failures over HTTP: `application/problem+json` (RFC 9457) with a sentence for the person
//! and a next step, in the language the request asks for, never with internals.
//!
//! A handler returns `Err(Problem::new(status, &error))` for any error that can
//! [`Explain`] itself. [`crate::edge`] then writes the answer: only there the language
//! and the request id are known, and only there a failure of ours is logged, once.

mod document;
mod request;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, VARY,
};
use actix_web::{HttpResponse, ResponseError};
use heqi_vocabulary::{Explain, Explanation, Language};

pub use document::ProblemDocument;
pub use request::RequestProblem;

use crate::admission::RETRY_AFTER_S;
use crate::request_id::RequestId;

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A failure on its way to the caller.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    zh: Explanation,
    en: Explanation,
    log: Arc<str>,
    headers: Vec<(HeaderName, HeaderValue)>,
    reader: Reader,
}

/// For whom a problem is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reader {
    pub(crate) language: Language,
    pub(crate) request_id: Option<RequestId>,
}

impl Problem {
    /// A problem that says what `error` says. A `status` that is not 4xx or 5xx becomes 500:
    /// a failure never looks like a success.
    pub fn new(status: StatusCode, error: &(impl Explain + ?Sized)) -> Self {
        let is_failure = status.is_client_error() || status.is_server_error();
        Self {
            status: if is_failure { status } else { StatusCode::INTERNAL_SERVER_ERROR },
            code: error.code(),
            zh: error.explain(Language::Zh),
            en: error.explain(Language::En),
            log: with_sources(error).into(),
            headers: Vec::new(),
            reader: Reader::default(),
        }
    }

    /// A failure of ours. The caller learns that it is ours and nothing else; `error` and its
    /// sources go to the log.
    pub fn internal(error: &dyn Error) -> Self {
        let mut problem = Self::from(RequestProblem::Internal);
        problem.log = described(error).into();
        problem
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Says when to try again (RFC 9110, 10.2.3).
    #[must_use]
    pub fn retry_after_seconds(self, seconds: u32) -> Self {
        self.with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The status of the answer, 4xx or 5xx.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable word for programs.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// The sentence for the log.
    pub fn log(&self) -> &str {
        &self.log
    }

    /// What is sent to a reader of `language`.
    pub fn document(&self, language: Language) -> ProblemDocument {
        let explanation = match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        };
        let request_id = self.reader.request_id.as_ref().map(ToString::to_string);
        ProblemDocument::new(self.status, self.code, language, explanation, request_id)
    }

    pub(crate) fn for_reader(mut self, reader: Reader) -> Self {
        self.reader = reader;
        self
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let language = self.reader.language;
        let mut response = HttpResponse::build(self.status);
        response
            .insert_header((CONTENT_TYPE, PROBLEM_JSON))
            .insert_header((CONTENT_LANGUAGE, language.tag()))
            .insert_header((VARY, "accept-language"))
            .insert_header((CACHE_CONTROL, "no-store"));
        for header in &self.headers {
            response.insert_header(header.clone());
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE
            && !self.headers.iter().any(|(name, _)| *name == RETRY_AFTER)
        {
            response.insert_header((RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S)));
        }
        response.body(self.document(language).to_json())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.log)
    }
}

impl Error for Problem {}

fn with_sources(error: &(impl Explain + ?Sized)) -> String {
    let mut text = error.to_string();
    append_sources(&mut text, error.source());
    text
}

fn described(error: &dyn Error) -> String {
    let mut text = error.to_string();
    append_sources(&mut text, error.source());
    text
}

fn append_sources(text: &mut String, mut source: Option<&(dyn Error + 'static)>) {
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
}

#[cfg(test)]
mod tests;
