//! HTTP in, HTTP out. One file per group of routes; a handler reads extractors → command →
//! answer. Who may call is decided before, in [`crate::access`]; what may happen is
//! decided behind, in `heqi_registration`.

use actix_web::guard::{Any, Get, Head};
use actix_web::http::StatusCode;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, Route, web};
use serde::Serialize;

pub(crate) mod assets;
pub(crate) mod ceremony;
pub(crate) mod coverage;
pub(crate) mod docs;
pub(crate) mod documents;
pub(crate) mod entry;
pub(crate) mod filings;
pub(crate) mod health;
pub(crate) mod journey;
pub(crate) mod log;
pub(crate) mod openapi;
pub(crate) mod parties;
pub(crate) mod peer;
pub(crate) mod personal_data;
pub(crate) mod receipts;
pub(crate) mod records;
pub(crate) mod reports;
pub(crate) mod signings;
pub(crate) mod time_stamps;
pub(crate) mod witness;

/// Every route of the service.
pub(crate) fn configure(app: &mut ServiceConfig) {
    // Patterns are tried one after the other, so what is asked most comes first.
    signings::configure(app);
    ceremony::configure(app);
    entry::configure(app);
    receipts::configure(app);
    journey::configure(app);
    assets::configure(app);
    filings::configure(app);
    parties::configure(app);
    personal_data::configure(app);
    documents::configure(app);
    records::configure(app);
    coverage::configure(app);
    time_stamps::configure(app);
    log::configure(app);
    witness::configure(app);
    peer::configure(app);
    reports::configure(app);
    openapi::configure(app);
    docs::configure(app);
    health::configure(app);
}

/// A route for GET and HEAD.
pub(crate) fn reading() -> Route {
    web::route().guard(Any(Get()).or(Head()))
}

/// The answer of an act: what it made.
pub(crate) fn created(body: &impl Serialize) -> HttpResponse {
    HttpResponse::build(StatusCode::CREATED).json(body)
}
