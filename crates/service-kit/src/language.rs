//! In which language the caller reads.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::{Payload, RequestHead};
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{FromRequest, HttpRequest};
use heqi_vocabulary::Language;

/// The language of whatever is answered: `?lang=zh` or `?lang=en` where a link says so,
/// else what `Accept-Language` prefers, else Chinese.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReaderLanguage(pub Language);

impl ReaderLanguage {
    /// The language that the head of a request asks for.
    pub fn of(head: &RequestHead) -> Self {
        let query = head.uri.query().unwrap_or("");
        let chosen = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
        let chosen = chosen.and_then(|word| word.parse().ok());
        let header = head.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self(chosen.unwrap_or_else(|| Language::preferred(header.unwrap_or(""))))
    }
}

impl FromRequest for ReaderLanguage {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request.head())))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn language(uri: &str, header: &str) -> Language {
        let request =
            TestRequest::with_uri(uri).insert_header((ACCEPT_LANGUAGE, header)).to_http_request();
        ReaderLanguage::of(request.head()).0
    }

    #[test]
    fn a_link_wins_over_the_browser_and_chinese_is_the_default() {
        assert_eq!(language("/", ""), Language::Zh);
        assert_eq!(language("/", "en-GB,en;q=0.9"), Language::En);
        assert_eq!(language("/?a=b&lang=zh", "en"), Language::Zh);
        assert_eq!(language("/?lang=fr", "en"), Language::En);
    }
}
