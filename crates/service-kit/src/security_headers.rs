//! What a browser may do with an answer: nothing, unless the page asks for it.

use std::fmt::Write as _;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue,
    REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, TryIntoHeaderPair, X_CONTENT_TYPE_OPTIONS,
};

/// A Content-Security-Policy (W3C CSP level 3) that begins with nothing allowed. A page adds
/// what it needs and puts the policy on its answer with `insert_header`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ContentPolicy {
    directives: Vec<(&'static str, String)>,
    framed_by: String,
}

impl Default for ContentPolicy {
    fn default() -> Self {
        Self { directives: Vec::new(), framed_by: "'none'".to_owned() }
    }
}

impl ContentPolicy {
    /// Allows what `directive` is about from `sources`: `.allow("style-src", "'self'")`.
    #[must_use]
    pub fn allow(mut self, directive: &'static str, sources: impl Into<String>) -> Self {
        self.directives.push((directive, sources.into()));
        self
    }

    /// Allows these origins to show the page in a frame; nobody may by default.
    #[must_use]
    pub fn framed_by(mut self, sources: impl Into<String>) -> Self {
        self.framed_by = sources.into();
        self
    }

    /// The value of the header.
    pub fn to_text(&self) -> String {
        let mut text = "default-src 'none'; base-uri 'none'".to_owned();
        if !self.directives.iter().any(|(name, _)| *name == "form-action") {
            text.push_str("; form-action 'none'");
        }
        for (name, sources) in &self.directives {
            let _ = write!(text, "; {name} {sources}");
        }
        let _ = write!(text, "; frame-ancestors {}", self.framed_by);
        text
    }
}

impl TryIntoHeaderPair for ContentPolicy {
    type Error = InvalidHeaderValue;

    fn try_into_pair(self) -> Result<(HeaderName, HeaderValue), InvalidHeaderValue> {
        Ok((CONTENT_SECURITY_POLICY, HeaderValue::try_from(self.to_text())?))
    }
}

/// What every answer carries unless it says otherwise itself.
const DEFAULTS: [(HeaderName, &str); 6] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    // Answers may hold personal data; what may be kept says so, as tiles of the log do.
    (CACHE_CONTROL, "no-store"),
];

/// For a year browsers open this host by TLS alone, on every port (RFC 6797, 6.1.1). Other hosts below its name are
/// not ours to speak for.
pub(crate) const fn https_only() -> (HeaderName, HeaderValue) {
    (STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"))
}

/// Adds what is missing.
pub(crate) fn complete(headers: &mut HeaderMap) {
    for (name, value) in DEFAULTS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

/// The defaults as pairs, for an answer that is still being built.
pub(crate) fn defaults() -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    DEFAULTS.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_of_a_page_that_asks_for_nothing_is_the_default() {
        let mut headers = HeaderMap::new();
        complete(&mut headers);
        let default = headers.get(CONTENT_SECURITY_POLICY).unwrap();
        assert_eq!(default.to_str().unwrap(), ContentPolicy::default().to_text());
        assert_eq!(headers.get(X_CONTENT_TYPE_OPTIONS).unwrap(), "nosniff");
    }

    #[test]
    fn a_page_gets_what_it_asks_for_and_stays_closed_otherwise() {
        let policy = ContentPolicy::default()
            .allow("style-src", "'self'")
            .allow("form-action", "'self'")
            .framed_by("'self'");
        assert_eq!(
            policy.to_text(),
            "default-src 'none'; base-uri 'none'; style-src 'self'; form-action 'self'; \
             frame-ancestors 'self'"
        );
    }

    #[test]
    fn what_an_answer_says_itself_stays() {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("immutable"));
        complete(&mut headers);
        assert_eq!(headers.get(CACHE_CONTROL).unwrap(), "immutable");
    }
}
