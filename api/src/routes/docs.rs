//! The description of the interface for people.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, resource};
use heqi_service_kit::ReaderLanguage;

use super::reading;
use crate::pages::layout::respond;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/docs").route(reading().to(docs)));
}

/// This document as a page, in Chinese or English.
#[utoipa::path(
    get,
    path = "/api/docs",
    tag = "operation",
    params(("lang" = Option<String>, Query, description = "zh or en; else Accept-Language decides")),
    responses((status = 200, description = "A page", body = String, content_type = "text/html; charset=utf-8")),
)]
async fn docs(state: Data<State>, language: ReaderLanguage) -> HttpResponse {
    respond(state.docs.page(language.0), language.0)
}
