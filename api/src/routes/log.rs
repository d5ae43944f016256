//! The platform's log as c2sp.org/tlog-tiles@v0.1.0 serves it, below `/log/<name>/`.
//!
//! Two heads: `checkpoint` is the newest that carries the lines of log, witness and mirror,
//! `head` the newest the log has signed by itself. Both are public, as is every tile.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::web::{Data, Path, ServiceConfig, resource};
use heqi_evidence_store::log::{Head, LogReader};
use heqi_registration::FrozenLog;
use heqi_registration::fault::Fault;
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_tlog::tile::TilePath;

use super::reading;
use crate::edge_problem::EdgeProblem;
use crate::problem_of::refused;
use crate::state::State;

/// A full tile never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// A partial tile never changes either, but may disappear once the full one exists.
const FOR_A_WHILE: HeaderValue = HeaderValue::from_static("public, max-age=60");
const NOT_AT_ALL: HeaderValue = HeaderValue::from_static("no-cache");

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/log/{log}/checkpoint").route(reading().to(checkpoint)))
        .service(resource("/log/{log}/head").route(reading().to(head)))
        .service(resource("/log/{log}/{tile:tile/.+}").route(reading().to(tile)));
}

/// The newest head that log, witness and mirror have signed.
#[utoipa::path(
    get,
    path = "/log/{log}/checkpoint",
    tag = "log",
    params(("log" = String, Path, description = "Name of the log")),
    responses((status = 200, description = "A signed note (C2SP tlog-checkpoint)", body = String, content_type = "text/plain; charset=utf-8")),
)]
async fn checkpoint(state: Data<State>, log: Path<String>) -> Result<HttpResponse, Problem> {
    let published = named(&state, &log)?.published();
    Ok(note(&published.ok_or(EdgeProblem::NoCheckpointYet)?))
}

/// The newest head the log has signed by itself.
#[utoipa::path(
    get,
    path = "/log/{log}/head",
    tag = "log",
    params(("log" = String, Path, description = "Name of the log")),
    responses((status = 200, description = "A signed note (C2SP tlog-checkpoint)", body = String, content_type = "text/plain; charset=utf-8")),
)]
async fn head(state: Data<State>, log: Path<String>) -> Result<HttpResponse, Problem> {
    Ok(note(&named(&state, &log)?.head()))
}

/// A tile of hashes, or the entries below one.
#[utoipa::path(
    get,
    path = "/log/{log}/{tile}",
    tag = "log",
    params(
        ("log" = String, Path, description = "Name of the log"),
        ("tile" = String, Path, description = "Address of a tile as in C2SP tlog-tiles: tile/<L>/<N>[.p/<W>] or tile/entries/<N>[.p/<W>]"),
    ),
    responses((status = 200, description = "The tile", body = Vec<u8>, content_type = "application/octet-stream")),
)]
async fn tile(state: Data<State>, path: Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (log, tile) = path.into_inner();
    let log = named(&state, &log)?;
    let tile: TilePath = tile.parse().map_err(|_| EdgeProblem::NoSuchTile)?;
    let bytes = log.tile(tile).await;
    let bytes = bytes.map_err(|error| refused(Fault::from(error)))?;
    let bytes = bytes.ok_or(EdgeProblem::NoSuchTile)?;
    let kept = if tile.is_full() { FOR_EVER } else { FOR_A_WHILE };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/octet-stream"))
        .insert_header((CACHE_CONTROL, kept))
        .body(bytes))
}

/// Our log by the name in the settings, and as a frozen one by the last part of its origin: whoever compares it knows
/// the origin and not our settings.
fn named<'a>(state: &'a State, name: &str) -> Result<&'a dyn LogReader, RequestProblem> {
    let last_part = state.platform.origin().as_str().rsplit('/').next();
    if name == state.settings.log_name || last_part == Some(name) {
        return Ok(state.platform.backend().log());
    }
    let is_named = |log: &&FrozenLog| log.origin().as_str().rsplit('/').next() == Some(name);
    let mut frozen = state.platform.settings().frozen.iter();
    Ok(frozen.find(is_named).ok_or(RequestProblem::NotFound)?.store().log())
}

fn note(head: &Head) -> HttpResponse {
    text(head.checkpoint().to_bytes())
}

/// A note, or a proof about notes: another one may be there at the next moment.
pub(super) fn text(bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CACHE_CONTROL, NOT_AT_ALL))
        .body(bytes)
}
