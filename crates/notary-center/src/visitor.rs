//! Browsers of the office's staff: a session's secret stands in a cookie that no script can
//! read and no other site can send; what changes anything carries a token beside it that only
//! pages of this session know.

use std::future::{Ready, ready};

use actix_web::dev::{Payload, RequestHead};
use actix_web::http::header::HeaderName;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponseBuilder};
use heqi_notarization::staff::sessions::{LIFETIME_MS, hash_of};
use heqi_notarization::staff::{OfficeSession, Officer};
use heqi_service_kit::Problem;
use heqi_service_kit::browser::{STRICT, cookie, csrf_of, set_cookie};
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::Digest;

pub(crate) use heqi_service_kit::browser::{Reader, is_foreign};

/// The header in which scripts of ours send the token of their session.
pub(crate) const CSRF: HeaderName = HeaderName::from_static("x-csrf-token");

/// A browser with a session.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// The hash of the secret in the cookie.
    pub(crate) secret_sha256: Digest,
    /// What forms and scripts of this session carry.
    pub(crate) csrf: String,
    /// The session.
    pub(crate) session: OfficeSession,
}

impl Visitor {
    pub(crate) fn new(secret: &str, session: OfficeSession) -> Self {
        Self { secret_sha256: hash_of(secret), csrf: csrf_of(secret), session }
    }

    /// Whether this is the token of the session. Digests are compared, so that the time it
    /// takes says nothing.
    pub(crate) fn made(&self, token: &str) -> bool {
        Digest::of(token.as_bytes()) == Digest::of(self.csrf.as_bytes())
    }

    /// Who acts. The table of access lets nobody else through.
    pub(crate) fn officer(&self) -> Result<Officer, RequestProblem> {
        self.session.officer().ok_or(RequestProblem::Unauthorized)
    }
}

impl FromRequest for Visitor {
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
    if is_secure { "__Host-heqi_office" } else { "heqi_office" }
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

/// Takes it away.
pub(crate) fn clear_session(response: &mut HttpResponseBuilder, is_secure: bool) {
    set_cookie(response, session_cookie(is_secure), "", 0, STRICT, is_secure);
}
