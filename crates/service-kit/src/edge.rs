//! The one middleware around every request. Wrap it last, so that it is outermost:
//! `App::new().app_data(edge).wrap(from_fn(edge::around))`.
//!
//! Register routes with `web::resource(path).route(…)`: a method that the resource does not
//! take is then a 405 with `Allow`. `App::route` and the attribute macros turn it into a 404.

mod not_now;
mod unread;

use std::net::{IpAddr, Ipv4Addr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError};
use futures_util::FutureExt as _;
use heqi_vocabulary::Entropy;

use crate::admission::RETRY_AFTER_S;
use crate::client_address::TrustedProxies;
use crate::language::ReaderLanguage;
use crate::metrics::{HttpMetrics, Metrics, known};
use crate::problem::{Problem, Reader, RequestProblem};
use crate::request_id::{RequestId, X_REQUEST_ID};
use crate::security_headers;
pub use not_now::{NotNow, TOLD_EVERY};
use unread::Unread;

/// The route of a request that no route took.
const UNMATCHED: &str = "unmatched";

/// What the edge needs to know. Put it into the application as `web::Data`.
pub struct Edge {
    /// Draws request ids.
    pub entropy: Arc<dyn Entropy>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// Where requests are counted.
    pub metrics: HttpMetrics,
    /// What the store did not take just now.
    pub not_now: NotNow,
    /// Whether browsers are told to come by TLS alone from now on.
    pub https_only: bool,
    /// Requests of any kind at once; more are refused with 503.
    pub requests_max: usize,
    /// How many there are.
    pub under_way: Arc<AtomicUsize>,
}

impl Edge {
    /// An edge that believes these proxies and lets any number of requests in.
    pub fn new(
        entropy: Arc<dyn Entropy>,
        trusted_proxies: TrustedProxies,
        metrics: &Metrics,
    ) -> Self {
        Self {
            entropy,
            trusted_proxies,
            metrics: HttpMetrics::register(metrics),
            not_now: NotNow::register(metrics),
            https_only: false,
            requests_max: usize::MAX,
            under_way: Arc::default(),
        }
    }

    /// The same for so many requests at once.
    #[must_use]
    pub const fn with_requests_max(mut self, requests_max: usize) -> Self {
        self.requests_max = requests_max;
        self
    }

    /// The same for a service that people reach by TLS under a certificate that their browsers believe.
    #[must_use]
    pub const fn with_https_only(mut self, https_only: bool) -> Self {
        self.https_only = https_only;
        self
    }
}

/// One request under way.
struct Inside(Arc<AtomicUsize>);

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Edge")
            .field("trusted_proxies", &self.trusted_proxies)
            .finish_non_exhaustive()
    }
}

/// The story of a request: it gets a name, an address and a language; somebody answers it;
/// a failure becomes a problem that the caller can read; the answer gets its headers; one
/// line and two figures remain.
///
/// # Errors
/// What an inner middleware refused, as a problem.
pub async fn around<B: MessageBody + 'static>(
    edge: Data<Edge>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = RequestId::random(edge.entropy.as_ref());
    let method = request.method().clone();
    let ReaderLanguage(language) = ReaderLanguage::of(request.head());
    let reader = Reader { language, request_id: Some(id.clone()) };
    // Without a peer there is no connection: the request comes from a test of this process.
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.ip());
    let client = edge.trusted_proxies.client(peer, request.headers());
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(client);
    let unread = Unread::of(&mut request);

    let inside = Inside(edge.under_way.clone());
    let answered = if edge.under_way.fetch_add(1, Ordering::Relaxed) >= edge.requests_max {
        let problem = Problem::from(RequestProblem::Overloaded).for_reader(reader.clone());
        let (request, _) = request.into_parts();
        let refused = ServiceResponse::new(request, HttpResponse::from_error(problem));
        Ok(readable(&edge, refused, &reader))
    } else {
        // The state behind a handler is made of parts that keep their own order; a request
        // that panicked leaves nothing of its own.
        match AssertUnwindSafe(next.call(request)).catch_unwind().await {
            Ok(Ok(response)) => Ok(readable(&edge, response.map_into_boxed_body(), &reader)),
            Ok(Err(error)) => Err(problem_of(&error).for_reader(reader)),
            Err(_) => {
                edge.metrics.panicked();
                tracing::error!(request.id = %id, "a handler panicked");
                Err(Problem::from(RequestProblem::Internal).for_reader(reader))
            }
        }
    };
    drop(inside);

    match answered {
        Ok(mut response) => {
            let route = response.request().match_pattern();
            let route = route.as_deref().unwrap_or(UNMATCHED);
            conclude(&edge, &id, &method, route, response.status(), started);
            if let Ok(id) = HeaderValue::from_str(id.as_str()) {
                response.headers_mut().insert(X_REQUEST_ID, id);
            }
            // Pages say it as well: who is not a program comes back by it all the same, a proxy or a robot.
            if response.status() == StatusCode::SERVICE_UNAVAILABLE
                && !response.headers().contains_key(RETRY_AFTER)
            {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
            }
            security_headers::complete(response.headers_mut());
            if edge.https_only {
                let (name, value) = security_headers::https_only();
                response.headers_mut().insert(name, value);
            }
            Ok(match unread {
                Some(unread) => unread.ends_with(response),
                None => response,
            })
        }
        Err(mut problem) => {
            log_failure(&edge, &id, &problem);
            conclude(&edge, &id, &method, UNMATCHED, problem.status(), started);
            if let Ok(id) = HeaderValue::from_str(id.as_str()) {
                problem = problem.with_header(X_REQUEST_ID, id);
            }
            let https_only = edge.https_only.then(security_headers::https_only);
            for (name, value) in security_headers::defaults().chain(https_only) {
                problem = problem.with_header(name, value);
            }
            Err(problem.into())
        }
    }
}

/// Stands in the extensions of an answer that a handler wrote itself and ended early with: it is no failure to
/// be told in other words.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a mark")]
pub struct OwnPage;

/// Stands in the extensions of a page that tells of a refusal: its code, by which the edge counts what the store
/// did not take just now.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a mark")]
pub struct Refused(pub &'static str);

/// Turns a failure into a problem in the reader's language. An answer that a handler wrote
/// itself, with a body, stays as it is: other protocols have their own failures.
fn readable(
    edge: &Edge,
    response: ServiceResponse<BoxBody>,
    reader: &Reader,
) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let told = response.response().extensions().get::<Refused>().copied();
    if let Some(Refused(code)) = told {
        note_not_now(edge, code);
    }
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let problem = match response.response().error() {
        Some(_) if response.response().extensions().contains::<OwnPage>() => return response,
        Some(error) => problem_of(error),
        None if is_empty(response.response().body()) => RequestProblem::of(status).into(),
        None => return response,
    };
    if let Some(id) = &reader.request_id {
        log_failure(edge, id, &problem);
    }
    let mut written = problem.for_reader(reader.clone()).error_response();
    for (name, value) in response.headers() {
        // Allow, WWW-Authenticate and the like stay; what described the old body goes.
        if *name != CONTENT_TYPE && *name != CONTENT_LENGTH && !written.headers().contains_key(name)
        {
            written.headers_mut().append(name.clone(), value.clone());
        }
    }
    response.into_response(written)
}

fn problem_of(error: &Error) -> Problem {
    if let Some(problem) = error.as_error::<Problem>() {
        return problem.clone();
    }
    if let Some(problem) = error.as_error::<RequestProblem>() {
        return problem.clone().into();
    }
    let status = error.as_response_error().status_code();
    if status.is_server_error() {
        Problem::internal(error)
    } else {
        RequestProblem::of(status).into()
    }
}

fn is_empty(body: &BoxBody) -> bool {
    matches!(body.size(), BodySize::None | BodySize::Sized(0))
}

/// Codes of a service that is well and takes no work just now.
const PUT_OFF: [&str; 2] = ["overloaded", "read_only"];

/// The caller's failures are the caller's business; ours are logged, once, here.
fn log_failure(edge: &Edge, id: &RequestId, problem: &Problem) {
    if NotNow::is_one(problem.code()) {
        note_not_now(edge, problem.code());
    } else if PUT_OFF.contains(&problem.code()) {
        // The service says of itself that it takes no work now; whoever asked comes back, and
        // why it is so was logged where it began.
        tracing::info!(
            request.id = %id,
            problem.code = problem.code(),
            error = problem.log(),
            "request put off"
        );
    } else if problem.status().is_server_error() {
        tracing::error!(
            request.id = %id,
            problem.code = problem.code(),
            error = problem.log(),
            "request failed"
        );
    } else {
        tracing::debug!(
            request.id = %id,
            problem.code = problem.code(),
            error = problem.log(),
            "request refused"
        );
    }
}

/// The service goes on by itself, but not as it should; the alarms tell of a disk that is full.
fn note_not_now(edge: &Edge, code: &'static str) {
    if !NotNow::is_one(code) {
        return;
    }
    if let Some(requests) = edge.not_now.count(code, Instant::now()) {
        tracing::warn!(problem.code = code, requests, "the store did not take requests just now");
    }
}

fn conclude(
    edge: &Edge,
    id: &RequestId,
    method: &Method,
    route: &str,
    status: StatusCode,
    started: Instant,
) {
    let took = started.elapsed();
    edge.metrics.observe(method, route, status, took);
    tracing::info!(
        request.id = %id,
        http.method = known(method),
        http.route = route,
        http.status = status.as_u16(),
        duration_ms = took.as_secs_f64() * 1000.0,
        "request answered"
    );
}

#[cfg(test)]
mod tests;
