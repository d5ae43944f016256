//! The mirror of the platform's log (c2sp.org/tlog-mirror).

use std::io::Read as _;
use std::time::Duration;

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use actix_web::web::{Bytes, Data, Path, Payload, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use flate2::read::GzDecoder;
use heqi_notarization::mirror::{MirrorError, UploadAnswer};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_tlog::mirror::{AddEntries, INFO_CONTENT_TYPE, MirrorInfo, MirrorRejection};
use heqi_tlog::tile::TilePath;
use heqi_tlog::witness::{MisbehaviourKind, Rejection};
use tokio::sync::SemaphorePermit;

use super::witness::{lines, read, size_conflict};
use super::{body_of, data_centre, note};
use crate::refusal::{self, Refusal};
use crate::service::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/mirror/add-checkpoint", post().to(add_checkpoint))
        .route("/mirror/add-entries", post().to(add_entries))
        .route("/mirror/{origin_sha256}/checkpoint", get().to(checkpoint))
        .route("/mirror/{origin_sha256}/{tile:tile/.+}", get().to(tile));
}

async fn add_checkpoint(state: Data<State>, payload: Payload) -> Result<HttpResponse, Problem> {
    let mirror = &data_centre(&state)?.mirror;
    let request = read(&state, payload).await?;
    let answer = mirror.add_checkpoint(&request).await;
    state.figures.look_at(mirror).await;
    match answer {
        Ok(()) => Ok(HttpResponse::Ok().finish()),
        Err(error) => {
            if let MirrorError::Checkpoint(reason) = &error {
                if let Some(kind) = proved_by(reason) {
                    state.figures.log_misbehaved(kind);
                }
                if let Some(conflict) = size_conflict(reason) {
                    return Ok(conflict);
                }
            }
            Err(refusal::of_mirror(&error))
        }
    }
}

async fn add_entries(
    state: Data<State>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let centre = data_centre(&state)?;
    let mirror = &centre.mirror;
    let limit_bytes = state.settings.mirror_upload_bytes;
    // Before the body, which anybody may send: others wait in their sockets.
    let _turn = turn(&state).await?;
    let body = body_of(payload, limit_bytes, state.settings.body_deadline_ms).await?;
    let body = unpacked(&request, body, limit_bytes)?;
    let upload = AddEntries::parse(&body).map_err(|_| Refusal::Malformed)?;
    let origin = upload.header().origin().clone();
    let answer = mirror.add_entries(upload).await;
    state.figures.look_at(mirror).await;
    match answer {
        Ok(UploadAnswer::Cosigned(line)) => {
            state.figures.cosigned("mirror");
            centre.cosigned.remember(&state.office, &origin).await;
            Ok(lines(&line))
        }
        Ok(UploadAnswer::Progress(standing)) => Ok(info(HttpResponse::Accepted(), &standing)),
        Err(MirrorError::Upload(MirrorRejection::Conflict(standing))) => {
            Ok(info(HttpResponse::Conflict(), &standing))
        }
        Err(error) => Err(refusal::of_mirror(&error)),
    }
}

async fn checkpoint(
    state: Data<State>,
    origin_sha256: Path<String>,
) -> Result<HttpResponse, Problem> {
    let centre = data_centre(&state)?;
    let held = centre.mirror.checkpoint(&origin_sha256).await;
    let held = held.map_err(|error| refusal::of_mirror(&error))?.ok_or(Refusal::NothingYet)?;
    Ok(note(&centre.cosigned.with_both_lines(held).await))
}

async fn tile(state: Data<State>, path: Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (origin_sha256, path) = path.into_inner();
    let path: TilePath = path.parse().map_err(|_| Refusal::NoSuchTile)?;
    let held = data_centre(&state)?.mirror.tile(&origin_sha256, path).await;
    let held = held.map_err(|error| refusal::of_mirror(&error))?;
    Ok(super::tile(path, held.ok_or(Refusal::NoSuchTile)?))
}

/// Waits for one's turn to be read, as long as a body may take to arrive: strangers who take turns and send nothing keep
/// nobody waiting for ever, and whoever is told so has lost nothing and asks again.
async fn turn(state: &State) -> Result<SemaphorePermit<'_>, RequestProblem> {
    let patience = Duration::from_millis(state.settings.body_deadline_ms);
    let turn = tokio::time::timeout(patience, state.mirror_uploads.acquire()).await;
    turn.map_err(|_| RequestProblem::Overloaded)?.map_err(|_| RequestProblem::Unavailable)
}

/// The body itself, or what gzip made small; never more than the limit either way.
fn unpacked(
    request: &HttpRequest,
    body: Bytes,
    limit_bytes: usize,
) -> Result<Bytes, RequestProblem> {
    match request.headers().get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity") => Ok(body),
        Some(b"gzip") => {
            let limit = u64::try_from(limit_bytes).unwrap_or(u64::MAX);
            let mut unpacked = Vec::new();
            GzDecoder::new(&body[..])
                .take(limit.saturating_add(1))
                .read_to_end(&mut unpacked)
                .map_err(|_| RequestProblem::BadRequest)?;
            if unpacked.len() > limit_bytes {
                return Err(RequestProblem::TooLarge { limit_bytes });
            }
            Ok(unpacked.into())
        }
        Some(_) => Err(RequestProblem::UnsupportedMediaType),
    }
}

fn info(mut status: actix_web::HttpResponseBuilder, standing: &MirrorInfo) -> HttpResponse {
    status.insert_header((CONTENT_TYPE, INFO_CONTENT_TYPE)).body(standing.to_string())
}

/// What was kept against the log with this refusal.
const fn proved_by(reason: &Rejection) -> Option<MisbehaviourKind> {
    match reason {
        Rejection::Contradiction(kind) => Some(*kind),
        Rejection::BadProof(_) => Some(MisbehaviourKind::UnprovedGrowth),
        _ => None,
    }
}
