//! Who looks at pages: a signer's browser with a session, and everybody with their language
//! and size of text. The sessions' cookies are read and written here and nowhere else.
//!
//! A session's secret stands in a cookie that no script can read and no other site can send.
//! What changes anything carries, beside it, a token that only pages of this session know.

use std::future::{Ready, ready};

use actix_web::dev::{Payload, RequestHead};
use actix_web::http::header::HeaderName;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponseBuilder};
use heqi_registration::Actor;
use heqi_registration::access::hash_of;
use heqi_registration::session::{LIFETIME_MS, Session};
use heqi_registration::staff::sessions::{self, StaffSession};
use heqi_service_kit::Problem;
use heqi_service_kit::browser::{STRICT, cookie, csrf_of, set_cookie};
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::Digest;

pub(crate) use heqi_service_kit::browser::{Reader, is_foreign};

/// The header in which scripts of ours send the token of their session.
pub(crate) const CSRF: HeaderName = HeaderName::from_static("x-csrf-token");

/// A browser with a session.
#[derive(Clone, Debug)]
pub(crate) struct WithSession<S> {
    /// The hash of the secret in the cookie.
    pub(crate) secret_sha256: Digest,
    /// What forms and scripts of this session carry.
    pub(crate) csrf: String,
    /// The session.
    pub(crate) session: S,
}

/// A signer's browser.
pub(crate) type Visitor = WithSession<Session>;

/// A browser of staff.
pub(crate) type StaffVisitor = WithSession<StaffSession>;

impl<S> WithSession<S> {
    /// The session with this secret.
    pub(crate) fn new(secret: &str, session: S) -> Self {
        Self { secret_sha256: hash_of(secret), csrf: csrf_of(secret), session }
    }

    /// Whether this is the token of the session. Digests are compared, so that the time it
    /// takes says nothing.
    pub(crate) fn made(&self, token: &str) -> bool {
        Digest::of(token.as_bytes()) == Digest::of(self.csrf.as_bytes())
    }
}

impl Visitor {
    /// The signer.
    pub(crate) fn actor(&self) -> Actor {
        self.session.actor.clone()
    }
}

impl<S: Clone + 'static> FromRequest for WithSession<S> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        // Without one the route is missing from the table of access: our mistake.
        let visitor = request.extensions().get::<Self>().cloned();
        ready(visitor.ok_or_else(|| RequestProblem::Internal.into()))
    }
}

/// The name of the session's cookie. Where cookies are sent over TLS only, the prefix keeps
/// others from setting it (RFC 6265bis, 4.1.3).
const fn session_cookie(is_secure: bool) -> &'static str {
    if is_secure { "__Host-heqi_session" } else { "heqi_session" }
}

/// The secret that the browser sends, if it sends one.
pub(crate) fn secret_of(head: &RequestHead, is_secure: bool) -> Option<&str> {
    cookie(&head.headers, session_cookie(is_secure))
}

/// Gives the browser a session.
pub(crate) fn set_session(response: &mut HttpResponseBuilder, secret: &str, is_secure: bool) {
    let name = session_cookie(is_secure);
    set_cookie(response, name, secret, LIFETIME_MS / 1000, STRICT, is_secure);
}

/// The name of the cookie of staff: another one, so that neither session opens the other's
/// pages.
const fn staff_cookie(is_secure: bool) -> &'static str {
    if is_secure { "__Host-heqi_staff" } else { "heqi_staff" }
}

/// The secret that a browser of staff sends, if it sends one.
pub(crate) fn staff_secret_of(head: &RequestHead, is_secure: bool) -> Option<&str> {
    cookie(&head.headers, staff_cookie(is_secure))
}

/// Gives a browser of staff a session. It ends with the browser, or before.
pub(crate) fn set_staff_session(response: &mut HttpResponseBuilder, secret: &str, is_secure: bool) {
    let (name, age_s) = (staff_cookie(is_secure), sessions::LIFETIME_MS / 1000);
    set_cookie(response, name, secret, age_s, STRICT, is_secure);
}

/// Takes it back.
pub(crate) fn clear_staff_session(response: &mut HttpResponseBuilder, is_secure: bool) {
    set_cookie(response, staff_cookie(is_secure), "", 0, STRICT, is_secure);
}

/// Takes it back.
pub(crate) fn clear_session(response: &mut HttpResponseBuilder, is_secure: bool) {
    let name = session_cookie(is_secure);
    set_cookie(response, name, "", 0, STRICT, is_secure);
}

#[cfg(test)]
mod tests {
    use actix_web::HttpResponse;
    use actix_web::http::header::SET_COOKIE;

    use super::*;

    #[test]
    fn the_session_is_for_this_site_and_not_for_scripts() {
        let mut response = HttpResponse::Ok();
        set_session(&mut response, "heqi_session_abc", true);
        let response = response.finish();
        let cookie = response.headers().get(SET_COOKIE).unwrap().to_str().unwrap();
        assert_eq!(
            cookie,
            "__Host-heqi_session=heqi_session_abc; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure"
        );
    }
}
