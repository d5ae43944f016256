//! The witness of the platform's log (c2sp.org/tlog-witness@v1.0.0).

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Data, Path, Payload, ServiceConfig, get, post};
use heqi_evidence_store::witness::{WitnessError, fork_proof_against};
use heqi_service_kit::Problem;
use heqi_tlog::note::{SignatureLine, format_signature_lines};
use heqi_tlog::witness::{AddCheckpoint, Rejection, SIZE_CONTENT_TYPE};

use super::{NOT_AT_ALL, TEXT, body_of, data_centre, note};
use crate::refusal::{self, Refusal};
use crate::service::State;

/// A note and 63 lines of proof have room in it, with lines of unknown cosigners.
pub(super) const REQUEST_MAX_BYTES: usize = 128 << 10;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/witness/add-checkpoint", post().to(add_checkpoint))
        .route("/witness/{origin_sha256}/checkpoint", get().to(latest))
        .route("/witness/{origin_sha256}/fork-proof", get().to(fork_proof));
}

async fn add_checkpoint(state: Data<State>, payload: Payload) -> Result<HttpResponse, Problem> {
    let witness = &data_centre(&state)?.witness;
    let request = read(&state, payload).await?;
    let (backend, clock) = (&**state.office.backend(), &**state.office.clock());
    match witness.add_checkpoint(backend, clock, &request).await {
        Ok(line) => {
            state.figures.cosigned("witness");
            state.board.cosigned(clock.now());
            Ok(lines(&line))
        }
        Err(error) => {
            if let WitnessError::Rejected { reason, misbehaviour } = &error {
                if let Some(kind) = misbehaviour {
                    state.figures.log_misbehaved(*kind);
                }
                if let Some(conflict) = size_conflict(reason) {
                    return Ok(conflict);
                }
            }
            Err(refusal::of_witness(&error))
        }
    }
}

async fn latest(state: Data<State>, origin_sha256: Path<String>) -> Result<HttpResponse, Problem> {
    let witness = &data_centre(&state)?.witness;
    let (backend, clock) = (&**state.office.backend(), &**state.office.clock());
    let latest = witness.latest(backend, clock, &origin_sha256).await;
    let latest = latest.map_err(|error| refusal::of_witness(&error))?;
    Ok(note(&latest.ok_or(Refusal::NothingYet)?))
}

/// What convicts the log, if it ever showed the witness or the mirror two histories.
async fn fork_proof(
    state: Data<State>,
    origin_sha256: Path<String>,
) -> Result<HttpResponse, Problem> {
    data_centre(&state)?;
    let found = fork_proof_against(&**state.office.backend(), &origin_sha256).await;
    let found = found.map_err(|error| refusal::of_witness(&error.into()))?;
    let proof = found.ok_or(Refusal::NothingYet)?.to_string();
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, TEXT))
        .insert_header((CACHE_CONTROL, NOT_AT_ALL))
        .body(proof))
}

/// Reads an `add-checkpoint` request, a witness's or a mirror's.
pub(super) async fn read(state: &State, payload: Payload) -> Result<AddCheckpoint, Problem> {
    let body = body_of(payload, REQUEST_MAX_BYTES, state.settings.body_deadline_ms).await?;
    Ok(AddCheckpoint::parse(&body).map_err(|_| Refusal::Malformed)?)
}

/// The bare size of a 409, as the spec wants it.
pub(super) fn size_conflict(reason: &Rejection) -> Option<HttpResponse> {
    let size = reason.size_body()?;
    Some(HttpResponse::Conflict().insert_header((CONTENT_TYPE, SIZE_CONTENT_TYPE)).body(size))
}

/// A 200 with one cosignature.
pub(super) fn lines(line: &SignatureLine) -> HttpResponse {
    let body = format_signature_lines(std::slice::from_ref(line));
    HttpResponse::Ok().insert_header((CONTENT_TYPE, TEXT)).body(body)
}
