//! The office's own log (c2sp.org/tlog-tiles@v0.1.0) below `/log/<name>/`.
//!
//! `checkpoint` is the newest head that the platform's witness has cosigned, `head` the newest
//! the log has signed by itself. A log that nobody witnesses has only its own word. Below `/log/<last part of its
//! origin>/` stands the same log, and each of the office that is frozen, as far as it is held.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig, get};
use heqi_evidence_store::log::LogReader;
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_tlog::tile::TilePath;

use super::note;
use crate::refusal::{Refusal, of_ours};
use crate::service::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/log/{name}/checkpoint", get().to(checkpoint))
        .route("/log/{name}/head", get().to(head))
        .route("/log/{name}/{tile:tile/.+}", get().to(tile));
}

async fn checkpoint(state: Data<State>, name: Path<String>) -> Result<HttpResponse, Problem> {
    let log = named(&state, &name)?;
    let newest = if state.is_witnessed { log.published() } else { Some(log.head()) };
    Ok(note(newest.ok_or(Refusal::NothingYet)?.checkpoint()))
}

async fn head(state: Data<State>, name: Path<String>) -> Result<HttpResponse, Problem> {
    Ok(note(named(&state, &name)?.head().checkpoint()))
}

async fn tile(state: Data<State>, path: Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (name, path) = path.into_inner();
    let log = named(&state, &name)?;
    let path: TilePath = path.parse().map_err(|_| Refusal::NoSuchTile)?;
    let bytes = log.tile(path).await;
    let bytes = bytes.map_err(|error| of_ours(&error))?.ok_or(Refusal::NoSuchTile)?;
    Ok(super::tile(path, bytes))
}

/// Our log by the name in the settings, and as a frozen one by the last part of its origin: whoever compares it knows
/// the origin and not our settings.
fn named<'a>(state: &'a State, name: &str) -> Result<&'a dyn LogReader, RequestProblem> {
    if name == state.settings.log_name {
        return Ok(state.office.backend().log());
    }
    let is_named = |log: &&dyn LogReader| {
        let head = log.head();
        head.checkpoint().checkpoint().origin().as_str().rsplit('/').next() == Some(name)
    };
    let own = std::iter::once(state.office.backend().log());
    let mut logs = own.chain(state.office.frozen().iter().map(|store| store.log()));
    logs.find(is_named).ok_or(RequestProblem::NotFound)
}
