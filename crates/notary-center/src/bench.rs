//! The workbench: what the office's pages are served with, and a page as an answer.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LANGUAGE, LOCATION, VARY};
use actix_web::{HttpResponse, HttpResponseBuilder};
use heqi_documents::OfficeNames;
use heqi_notarization::matter::Desk;
use heqi_notarization::matter::approve::ask_register;
use heqi_notarization::matter::notice::make_notices;
use heqi_notarization::matter::queue::index_matters;
use heqi_notarization::staff::sessions::sweep;
use heqi_notarization::wording::Class;
use heqi_pages::staff::Trouble;
use heqi_pages::{Frame, Link, Page, render};
use heqi_service_kit::Problem;
use heqi_service_kit::lifecycle::Shutdown;
use heqi_service_kit::security_headers::ContentPolicy;
use heqi_vocabulary::{Digest, Explain, Language};

use crate::refusal::RETRY_S;
use crate::service::State;
use crate::visitor::{Reader, Visitor};

/// What the office's pages are served with.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Bench {
    /// What the desk works with.
    pub desk: Desk,
    /// The names of the office through its history, the present one among them: districts are redrawn,
    /// and who checks an old document reads the name it was issued under (edge case 50). Empty: it
    /// has always had the present one.
    pub names: OfficeNames,
    /// Whom to call.
    pub telephone: String,
    /// From which addresses the registered computers come, by their names (ADR 0082). One that is not among
    /// them is known by its name alone.
    pub workstation_addresses: BTreeMap<String, Vec<IpAddr>>,
    /// Whether cookies are sent over TLS only; off for a demonstration without it.
    pub secure_cookies: bool,
}

impl Bench {
    /// Whether who comes from this address may sit at the registered computer of this name.
    pub(crate) fn is_at(&self, workstation: &str, address: IpAddr) -> bool {
        let is_same = |known: &IpAddr| known.to_canonical() == address.to_canonical();
        let known = self.workstation_addresses.get(workstation);
        known.is_none_or(|known| known.iter().any(is_same))
    }
}

/// To whom a page is shown, and where.
pub(crate) struct Shown {
    pub(crate) frame: Frame,
    reader: Reader,
    is_secure: bool,
}

impl Shown {
    pub(crate) fn to(bench: &Bench, reader: Reader, here: Link) -> Self {
        let names = (bench.desk.office_name.clone(), bench.telephone.clone());
        Self::by(names, bench.secure_cookies, reader, here)
    }

    /// The same by a service of this name and telephone number.
    pub(crate) fn by(
        (service, telephone): (String, String),
        is_secure: bool,
        reader: Reader,
        here: Link,
    ) -> Self {
        let Reader { language, large, .. } = reader;
        let frame = Frame { language, large, here, csrf: None, service, telephone };
        Self { frame, reader, is_secure }
    }

    /// The same inside a session: its forms can be sent.
    pub(crate) fn with(mut self, visitor: &Visitor) -> Self {
        self.frame.csrf = Some(visitor.csrf.clone());
        self
    }

    pub(crate) const fn language(&self) -> Language {
        self.frame.language
    }
}

/// A name for one act of one form.
pub(crate) fn fresh_key(state: &State) -> String {
    let bytes: [u8; 16] = state.office.entropy().bytes();
    Digest::of(&bytes).to_string().chars().take(32).collect()
}

/// The answer that carries a page.
pub(crate) fn page(page: &impl Page, shown: &Shown) -> HttpResponse {
    respond(shown, StatusCode::OK).body(render(page, &shown.frame))
}

/// The same with another status.
pub(crate) fn page_with(status: StatusCode, page: &impl Page, shown: &Shown) -> HttpResponse {
    respond(shown, status).body(render(page, &shown.frame))
}

/// What pages of the office may do.
pub(crate) fn page_policy() -> ContentPolicy {
    let mut policy = ContentPolicy::default();
    for directive in ["style-src", "script-src", "img-src", "connect-src", "manifest-src"] {
        policy = policy.allow(directive, "'self'");
    }
    policy.allow("form-action", "'self'")
}

/// The same before it has its body.
pub(crate) fn respond(shown: &Shown, status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_LANGUAGE, shown.frame.language.tag()))
        .insert_header((VARY, "accept-language, cookie"))
        .insert_header(page_policy());
    shown.reader.remember(&mut response, shown.is_secure);
    response
}

/// On to another page.
pub(crate) fn to(link: &Link) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, link.to_string())).finish()
}

/// The same, by its address.
pub(crate) fn to_address(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, address)).finish()
}

/// A failure in the reader's language.
pub(crate) fn trouble(error: &impl Explain, language: Language) -> Trouble {
    let told = error.explain(language);
    Trouble { what: told.what, next: told.next }
}

/// The status of each class (RFC 9110, section 15).
pub(crate) const fn status_of(class: Class) -> StatusCode {
    match class {
        Class::BadInput => StatusCode::UNPROCESSABLE_ENTITY,
        Class::Unauthenticated => StatusCode::UNAUTHORIZED,
        Class::Forbidden => StatusCode::FORBIDDEN,
        Class::NotFound => StatusCode::NOT_FOUND,
        Class::Conflict => StatusCode::CONFLICT,
        Class::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Class::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// An error of a matter as a problem, for programs and for what no page shows.
#[expect(clippy::needless_pass_by_value, reason = "handed to `map_err`")]
pub(crate) fn refused(error: heqi_notarization::matter::MatterError) -> Problem {
    log_if_ours(&error);
    when(Problem::new(status_of(error.class()), &error), error.class())
}

/// The same for accounts.
#[expect(clippy::needless_pass_by_value, reason = "handed to `map_err`")]
pub(crate) fn denied(error: heqi_notarization::staff::OfficeStaffError) -> Problem {
    when(Problem::new(status_of(error.class()), &error), error.class())
}

/// What is not to be had now is to be asked for again in a moment.
fn when(problem: Problem, class: Class) -> Problem {
    if class == Class::Unavailable { problem.retry_after_seconds(RETRY_S) } else { problem }
}

/// What is our own fault is written down once, here.
pub(crate) fn log_if_ours(error: &heqi_notarization::matter::MatterError) {
    if error.class() == Class::Internal {
        tracing::error!(%error, "the workbench could not do its part");
    }
}

/// How often the register is asked for numbers that are wanted, and old sessions are swept.
const ROUND: Duration = Duration::from_secs(2);
/// Numbers asked for in one round, sessions swept in one.
const PAGE: usize = 100;

/// Asks the register for numbers that are wanted, makes documents that are owed, and sweeps sessions that
/// have ended. Matters of before there was an index of them are indexed first.
pub(crate) async fn ask_until_stopped(
    state: Arc<State>,
    mut shutdown: Shutdown,
) -> Result<(), std::convert::Infallible> {
    let mut is_indexed = false;
    loop {
        if !is_indexed && state.office.backend().read_only().is_none() {
            match index_matters(&state.office).await {
                Ok(_) => is_indexed = true,
                Err(error) => tracing::error!(%error, "applications could not be indexed"),
            }
        }
        tokio::select! {
            () = shutdown.requested() => return Ok(()),
            () = tokio::time::sleep(ROUND) => {}
        }
        let Some(bench) = &state.bench else { return Ok(()) };
        if state.office.backend().read_only().is_some() {
            continue;
        }
        if let Err(error) = ask_register(&state.office, &bench.desk, PAGE).await {
            tracing::warn!(%error, "the register could not be asked");
        }
        if let Err(error) = make_notices(&state.office, &bench.desk, PAGE).await {
            tracing::warn!(%error, "documents of applications could not be made");
        }
        if let Err(error) = sweep(&state.office, PAGE).await {
            tracing::warn!(%error, "sessions that ended could not be swept");
        }
    }
}
