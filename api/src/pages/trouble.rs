//! A failure of a page is a page: what happened, what to do, and a way on.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError as _};
use heqi_pages::trouble::TroublePage;
use heqi_pages::{Link, render};
use heqi_service_kit::edge::Refused;
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::{Problem, RequestId};

use super::shown::{Shown, respond};
use crate::state::State;
use crate::visitor::{Reader, secret_of};

/// An answer of a page's route: a failure in it becomes a page.
pub(crate) fn told(state: &State, answered: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let Some(error) = answered.response().error() else { return answered };
    let problem = match (error.as_error::<Problem>(), error.as_error::<RequestProblem>()) {
        (Some(problem), _) => problem.clone(),
        (None, Some(problem)) => problem.clone().into(),
        (None, None) if answered.status().is_server_error() => Problem::internal(error),
        (None, None) => RequestProblem::BadRequest.into(),
    };
    let (request, _) = answered.into_parts();
    let response = page_of(state, &request, &problem);
    ServiceResponse::new(request, response)
}

/// The page that tells of a problem.
pub(crate) fn page_of(state: &State, request: &HttpRequest, problem: &Problem) -> HttpResponse {
    let reader = Reader::of(request.head());
    let id = request.extensions().get::<RequestId>().map(ToString::to_string);
    log(id.as_deref().unwrap_or(""), problem);
    let has_session = secret_of(request.head(), state.settings.pages.secure_cookies).is_some();
    let document = problem.document(reader.language);
    let page = TroublePage {
        title: document.title,
        what: document.detail,
        next: document.next_step,
        request_id: id,
        on: (has_session && problem.code() != "session_over").then(|| {
            let helps = request.path().starts_with("/handover");
            let is_helping = problem.code() == "handover_only" || helps;
            let lost = problem.code() == "no_handover";
            if is_helping && !lost { Link::OtherDevice } else { Link::Journey }
        }),
    };
    let shown = Shown::to(state, reader, Link::Journey);
    let mut response = respond(&shown);
    response.status(problem.status());
    // When to come back is said to whoever reads pages, too.
    if let Some(when) = problem.error_response().headers().get(RETRY_AFTER) {
        response.insert_header((RETRY_AFTER, when.clone()));
    }
    let mut response = response.body(render(&page, &shown.frame));
    response.extensions_mut().insert(Refused(problem.code()));
    response
}

/// As the edge does with problems that it writes itself.
fn log(id: &str, problem: &Problem) {
    let (code, error) = (problem.code(), problem.log());
    if problem.status().is_server_error() && problem.status() != StatusCode::SERVICE_UNAVAILABLE {
        tracing::error!(request.id = id, problem.code = code, error, "page failed");
    } else {
        tracing::debug!(request.id = id, problem.code = code, error, "page refused");
    }
}
