//! What a browser sends and keeps: cookies, how somebody likes to read, whose page asks, and the
//! token by which a page of a session is known.

use std::future::{Ready, ready};

use actix_web::dev::{Payload, RequestHead};
use actix_web::http::header::{COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use actix_web::{FromRequest, HttpRequest, HttpResponseBuilder};
use heqi_vocabulary::{Digest, Language};

use crate::ReaderLanguage;

/// In which browsers say whose page makes a request (Fetch Metadata, W3C).
pub const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// The attributes of a cookie that no script can read and no other site can send.
pub const STRICT: &str = "; HttpOnly; SameSite=Strict";
/// What the token of a session is made under.
const CSRF_LABEL: &str = "heqi.csrf/v1\n";
/// For how long a browser remembers how somebody likes to read, in seconds.
const PREFERENCE_S: i64 = 365 * 86_400;

/// The token that pages of the session with this secret carry, and no other page knows.
pub fn csrf_of(secret: &str) -> String {
    Digest::labelled(CSRF_LABEL, secret.as_bytes()).to_string()
}

/// Whether the browser says that a page of another site makes this request. Browsers that say
/// nothing are not believed to come from elsewhere: the token decides.
pub fn is_foreign(headers: &HeaderMap) -> bool {
    let site = headers.get(FETCH_SITE).and_then(|value| value.to_str().ok());
    site.is_some_and(|site| site != "same-origin" && site != "none")
}

/// Gives the browser a cookie; `rest` are attributes, each after `; `.
pub fn set_cookie(
    response: &mut HttpResponseBuilder,
    name: &str,
    value: &str,
    age_s: i64,
    rest: &str,
    is_secure: bool,
) {
    let secure = if is_secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={age_s}{rest}{secure}");
    // Names and values are ours: visible ASCII.
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.append_header((SET_COOKIE, value));
    }
}

/// A cookie that is there exactly once.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(COOKIE).filter_map(|value| value.to_str().ok());
    let pairs = pairs.flat_map(|header| header.split(';')).filter_map(|pair| pair.split_once('='));
    let mut found = pairs.filter(|(found, _)| found.trim() == name).map(|(_, value)| value.trim());
    let value = found.next().filter(|value| !value.is_empty())?;
    found.next().is_none().then_some(value)
}

/// A cookie in which a browser remembers how somebody likes to read. Where cookies are sent over TLS only, its name has
/// the prefix by which no other host sets it (RFC 6265bis, 4.1.3).
#[derive(Clone, Copy)]
struct Preference {
    prefixed: &'static str,
    plain: &'static str,
}

const LANGUAGE: Preference = Preference { prefixed: "__Host-heqi_lang", plain: "heqi_lang" };
const TEXT: Preference = Preference { prefixed: "__Host-heqi_text", plain: "heqi_text" };

impl Preference {
    const fn name(self, is_secure: bool) -> &'static str {
        if is_secure { self.prefixed } else { self.plain }
    }
}

/// What a browser remembers: under the plain name as well, which a demonstration without TLS gives, and every service of
/// before there was a prefix. It chooses words and size, and opens nothing.
fn preferred(headers: &HeaderMap, of: Preference) -> Option<&str> {
    cookie(headers, of.prefixed).or_else(|| cookie(headers, of.plain))
}

/// How somebody reads: what a link just said, else what was said before, else what the
/// browser prefers.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    /// In which language.
    pub language: Language,
    /// Whether in large text.
    pub large: bool,
    chose_language: bool,
    chose_size: bool,
}

impl Reader {
    /// The reader that the head of a request tells of.
    pub fn of(head: &RequestHead) -> Self {
        let asked = |name: &str| {
            let pairs = head.uri.query().unwrap_or("").split('&');
            pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)
        };
        let language = asked("lang").and_then(|(_, word)| word.parse().ok());
        let size = asked("text").map(|(_, word)| word == "large");
        let kept = preferred(&head.headers, LANGUAGE).and_then(|word| word.parse().ok());
        let large = preferred(&head.headers, TEXT) == Some("large");
        Self {
            language: language.or(kept).unwrap_or_else(|| ReaderLanguage::of(head).0),
            large: size.unwrap_or(large),
            chose_language: language.is_some(),
            chose_size: size.is_some(),
        }
    }

    /// Lets the browser remember what was just chosen.
    pub fn remember(self, response: &mut HttpResponseBuilder, is_secure: bool) {
        let lax = "; SameSite=Lax";
        if self.chose_language {
            let word = self.language.pick("zh", "en");
            set_cookie(response, LANGUAGE.name(is_secure), word, PREFERENCE_S, lax, is_secure);
        }
        if self.chose_size {
            let word = if self.large { "large" } else { "usual" };
            set_cookie(response, TEXT.name(is_secure), word, PREFERENCE_S, lax, is_secure);
        }
    }
}

impl FromRequest for Reader {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request.head())))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::HttpResponse;
    use actix_web::test::TestRequest;

    use super::*;

    fn reader(uri: &str, cookies: &str) -> Reader {
        let request = TestRequest::with_uri(uri).insert_header((COOKIE, cookies)).to_http_request();
        Reader::of(request.head())
    }

    #[test]
    fn a_link_wins_over_what_was_chosen_before() {
        let english = reader("/sign", "heqi_lang=en; heqi_text=large");
        assert!(english.language == Language::En && english.large && !english.chose_language);
        let chinese = reader("/sign?lang=zh&text=usual", "heqi_lang=en; heqi_text=large");
        assert!(chinese.language == Language::Zh && !chinese.large && chinese.chose_size);
        assert_eq!(reader("/sign?lang=fr", "heqi_lang=\"><b>").language, Language::Zh);
    }

    #[test]
    fn what_was_chosen_is_kept_under_a_name_that_no_other_host_can_set_and_read_under_the_old_one()
    {
        let chosen = reader("/sign?lang=en&text=large", "");
        for (is_secure, names) in [
            (true, ["__Host-heqi_lang=en; Path=/; ", "__Host-heqi_text=large; Path=/; "]),
            (false, ["heqi_lang=en; Path=/; ", "heqi_text=large; Path=/; "]),
        ] {
            let mut response = HttpResponse::Ok();
            chosen.remember(&mut response, is_secure);
            let response = response.finish();
            let set: Vec<&str> = response
                .headers()
                .get_all(SET_COOKIE)
                .map(|value| value.to_str().unwrap())
                .collect();
            assert_eq!(set.len(), 2, "{set:?}");
            for (cookie, name) in set.iter().zip(names) {
                assert!(cookie.starts_with(name), "{cookie}");
                assert!(!cookie.contains("; Domain="), "{cookie}");
                assert_eq!(cookie.ends_with("; Secure"), is_secure, "{cookie}");
            }
        }
        let kept = reader("/sign", "heqi_lang=zh; __Host-heqi_lang=en; heqi_text=large");
        assert!(kept.language == Language::En, "what another host could have set counts after it");
        assert!(kept.large, "what a service of before kept is still known");
    }

    #[test]
    fn a_cookie_that_is_there_twice_is_none() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("a=1; heqi_session=x; b=2"));
        assert_eq!(cookie(&headers, "heqi_session"), Some("x"));
        assert_eq!(cookie(&headers, "session"), None);
        headers.insert(COOKIE, HeaderValue::from_static("heqi_session=x; heqi_session=y"));
        assert_eq!(cookie(&headers, "heqi_session"), None);
    }

    #[test]
    fn a_cookie_of_a_session_is_for_this_site_and_not_for_scripts() {
        let mut response = HttpResponse::Ok();
        set_cookie(&mut response, "__Host-name", "value", 60, STRICT, true);
        let response = response.finish();
        let cookie = response.headers().get(SET_COOKIE).unwrap().to_str().unwrap();
        assert_eq!(
            cookie,
            "__Host-name=value; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure"
        );
    }

    #[test]
    fn another_site_is_known_by_what_the_browser_says() {
        let mut headers = HeaderMap::new();
        assert!(!is_foreign(&headers));
        for (site, foreign) in
            [("same-origin", false), ("none", false), ("same-site", true), ("cross-site", true)]
        {
            headers.insert(FETCH_SITE, HeaderValue::from_static(site));
            assert_eq!(is_foreign(&headers), foreign, "{site}");
        }
    }
}
