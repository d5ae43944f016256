//! `GET /chains/<commitment>/head`: the newest statement about a chain.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Path, ServiceConfig, get};
use heqi_notarization::chain_head;
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::Digest;

use super::NOT_AT_ALL;
use crate::refusal::{Refusal, of_ours};
use crate::service::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/chains/{commitment}/head", get().to(head));
}

async fn head(state: Data<State>, commitment: Path<String>) -> Result<HttpResponse, Problem> {
    let chain: Digest = commitment.parse().map_err(|_| RequestProblem::MalformedPath)?;
    let head = chain_head(&state.office, chain).await;
    let head = head.map_err(|error| of_ours(&error))?.ok_or(Refusal::NothingYet)?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((CACHE_CONTROL, NOT_AT_ALL))
        .body(head.as_bytes().to_vec()))
}
