//! The routes, one file per group.

mod anchors;
mod applications;
mod assets;
mod chains;
mod check;
mod coverage;
mod deposits;
mod erasures;
mod form;
mod holder;
mod holds;
mod log;
mod mirror;
mod notices;
mod office;
mod page;
mod peer;
mod recovery;
pub(crate) mod staff;
mod witness;

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::web::{self, Bytes, Payload, ServiceConfig};
use heqi_service_kit::alarms::alarms;
use heqi_service_kit::health::{healthz, readyz};
use heqi_service_kit::limits::collect;
use heqi_service_kit::metrics::metrics;
use heqi_service_kit::problem::RequestProblem;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::tile::TilePath;

use crate::service::State;

const TEXT: &str = "text/plain; charset=utf-8";
const OCTETS: &str = "application/octet-stream";
/// A full tile never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// A partial tile never changes either, but nobody needs it for long.
const FOR_A_WHILE: HeaderValue = HeaderValue::from_static("public, max-age=60");
const NOT_AT_ALL: HeaderValue = HeaderValue::from_static("no-cache");

/// The routes of this role; the others do not exist.
pub(crate) fn configure(app: &mut ServiceConfig, state: &State) {
    app.route("/healthz", web::get().to(healthz))
        .route("/readyz", web::get().to(readyz))
        .route("/metrics", web::get().to(metrics))
        .route("/alarms", web::get().to(alarms))
        .route("/openapi.json", web::get().to(openapi))
        .configure(deposits::configure)
        .configure(erasures::configure)
        .configure(holds::configure)
        .configure(chains::configure)
        .configure(notices::configure)
        .configure(coverage::configure)
        .configure(assets::configure)
        .configure(peer::configure)
        .configure(recovery::configure)
        .configure(log::configure);
    if state.people.is_some() {
        app.configure(holder::configure);
    }
    if state.people.is_some() || state.data_centre.is_some() {
        app.configure(page::configure);
    }
    if state.data_centre.is_some() {
        app.configure(anchors::configure)
            .configure(witness::configure)
            .configure(mirror::configure);
    }
    if state.bench.is_some() {
        app.configure(applications::configure)
            .configure(check::configure)
            .configure(staff::configure)
            .configure(office::configure);
    }
}

/// What programs can call here, as `docs/openapi-notary.json`.
async fn openapi() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((CACHE_CONTROL, NOT_AT_ALL))
        .body(include_str!("../../../docs/openapi-notary.json"))
}

/// Collects a body within its limit and its deadline.
async fn body_of(
    payload: Payload,
    limit_bytes: usize,
    deadline_ms: u64,
) -> Result<Bytes, RequestProblem> {
    tokio::time::timeout(Duration::from_millis(deadline_ms), collect(payload, limit_bytes))
        .await
        .map_err(|_| RequestProblem::Timeout)?
}

/// Lets both roles share handlers that only one of them mounts.
fn data_centre(state: &State) -> Result<&crate::service::OpenDataCentre, RequestProblem> {
    state.data_centre.as_ref().ok_or(RequestProblem::NotFound)
}

fn note(checkpoint: &SignedCheckpoint) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, TEXT))
        .insert_header((CACHE_CONTROL, NOT_AT_ALL))
        .body(checkpoint.to_bytes())
}

fn tile(path: TilePath, bytes: impl Into<Bytes>) -> HttpResponse {
    let kept = if path.is_full() { FOR_EVER } else { FOR_A_WHILE };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, OCTETS))
        .insert_header((CACHE_CONTROL, kept))
        .body(bytes.into())
}
