//! Alive, ready, and the figures.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, resource};
use heqi_service_kit::health::{self, Health};
use heqi_service_kit::{Problem, ReaderLanguage, alarms, metrics};

use super::reading;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/healthz").route(reading().to(healthz)))
        .service(resource("/readyz").route(reading().to(readyz)))
        .service(resource("/metrics").route(reading().to(metrics)))
        .service(resource("/alarms").route(reading().to(alarms)));
}

/// Whether the process answers at all.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operation",
    responses((status = 200, description = "It does", content_type = "application/json")),
)]
async fn healthz() -> HttpResponse {
    health::healthz().await
}

/// Whether work can be taken, and each check by name.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operation",
    responses(
        (status = 200, description = "Every check passes", content_type = "application/json"),
        (status = 503, description = "A check does not pass", content_type = "application/json"),
    ),
)]
async fn readyz(health: Data<Health>) -> HttpResponse {
    health::readyz(health).await
}

/// Figures for operators, as OpenMetrics.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operation",
    responses((status = 200, description = "Every figure", body = String, content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8")),
)]
async fn metrics(state: Data<State>) -> Result<HttpResponse, Problem> {
    state.figures.refresh(&state.platform).await;
    metrics::metrics(Data::from(state.metrics.clone())).await
}

/// Every alarm as of the last look, raised ones first: numbers and fixed sentences only.
#[utoipa::path(
    get,
    path = "/alarms",
    tag = "operation",
    responses((status = 200, description = "Every alarm", content_type = "application/json")),
)]
async fn alarms(state: Data<State>, language: ReaderLanguage) -> HttpResponse {
    alarms::alarms(Data::from(state.alarms.clone()), language).await
}
