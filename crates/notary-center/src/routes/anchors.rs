//! `GET /anchors.json`: the published keys, byte for byte as they were signed.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, ServiceConfig, get};
use heqi_service_kit::problem::RequestProblem;

use super::{NOT_AT_ALL, data_centre};
use crate::service::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/anchors.json", get().to(anchors));
}

async fn anchors(state: Data<State>) -> Result<HttpResponse, RequestProblem> {
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((CACHE_CONTROL, NOT_AT_ALL))
        .body(data_centre(&state)?.anchors_file.clone()))
}
