//! The office's own log (c2sp.org/tlog-tiles@v0.1.0) below `/log/<name>/`.
//!
//! `checkpoint` is the newest head that the platform's witness has cosigned, `head` the newest
//! the log has signed by itself. A log that nobody witnesses has only its own word.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig, get};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_tlog::tile::TilePath;

use super::note;
use crate::refusal::Refusal;
use crate::service::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/log/{name}/checkpoint", get().to(checkpoint))
        .route("/log/{name}/head", get().to(head))
        .route("/log/{name}/{tile:tile/.+}", get().to(tile));
}

async fn checkpoint(state: Data<State>, name: Path<String>) -> Result<HttpResponse, Problem> {
    this_log(&state, &name)?;
    let log = state.office.backend().log();
    let newest = if state.is_witnessed { log.published() } else { Some(log.head()) };
    Ok(note(newest.ok_or(Refusal::NothingYet)?.checkpoint()))
}

async fn head(state: Data<State>, name: Path<String>) -> Result<HttpResponse, Problem> {
    this_log(&state, &name)?;
    Ok(note(state.office.backend().log().head().checkpoint()))
}

async fn tile(state: Data<State>, path: Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (name, path) = path.into_inner();
    this_log(&state, &name)?;
    let path: TilePath = path.parse().map_err(|_| Refusal::NoSuchTile)?;
    let bytes = state.office.backend().log().tile(path).await;
    let bytes = bytes.map_err(|error| Problem::internal(&error))?.ok_or(Refusal::NoSuchTile)?;
    Ok(super::tile(path, bytes))
}

fn this_log(state: &State, name: &str) -> Result<(), RequestProblem> {
    if name == state.settings.log_name { Ok(()) } else { Err(RequestProblem::NotFound) }
}
