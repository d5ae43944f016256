//! `POST /peer/standing`: what we hold of the platform, for the platform. Answered also while nothing is written.

use std::error::Error;

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Payload, ServiceConfig, post};
use heqi_evidence::statement::Statement as _;
use heqi_evidence_store::witness::WitnessError;
use heqi_notarization::deposited::DepositedError;
use heqi_notary_protocol::peer::{MAX_QUERY_BYTES, PATH, open_query};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;

use super::{NOT_AT_ALL, body_of};
use crate::peer::answer;
use crate::refusal::of_ours;
use crate::service::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route(PATH, post().to(standing));
}

async fn standing(state: Data<State>, payload: Payload) -> Result<HttpResponse, Problem> {
    let comparison = state.peer.as_ref().ok_or(RequestProblem::NotFound)?;
    let body = body_of(payload, MAX_QUERY_BYTES, state.settings.body_deadline_ms).await?;
    let query = open_query(&body, &comparison.known_logs).map_err(|_| RequestProblem::Forbidden)?;
    let standing = answer(&state, comparison, query).await.map_err(|error| problem(&*error))?;
    let signed = standing.sign(&*comparison.log_signer).map_err(|e| Problem::internal(&e))?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((CACHE_CONTROL, NOT_AT_ALL))
        .body(signed.as_bytes().to_vec()))
}

/// What the office could not read of its own.
fn problem(error: &(dyn Error + Send + Sync + 'static)) -> Problem {
    if let Some(error) = error.downcast_ref::<DepositedError>() {
        return of_ours(error);
    }
    match error.downcast_ref::<WitnessError>() {
        Some(error) => of_ours(error),
        None => Problem::internal(error),
    }
}
