//! `GET /anchors.json`: the published keys, byte for byte as they were signed.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, ServiceConfig, get};
use heqi_service_kit::Problem;

use super::{NOT_AT_ALL, data_centre};
use crate::refusal::Refusal;
use crate::service::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/anchors.json", get().to(anchors));
}

async fn anchors(state: Data<State>) -> Result<HttpResponse, Problem> {
    let file = data_centre(&state)?.anchors_file.read().clone();
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((CACHE_CONTROL, NOT_AT_ALL))
        .body(file.ok_or(Refusal::NothingYet)?))
}
