//! `POST /deposits`: a bundle in, a receipt out.
//!
//! The key is looked at before the body, and the memory a deposit will take is reserved
//! before it is read: many large deposits at once wait for each other in their sockets.

use std::sync::atomic::Ordering;

use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{Data, Payload, ServiceConfig, post};
use actix_web::{HttpRequest, HttpResponse};
use heqi_evidence::bundle::MEDIA_TYPE;
use heqi_notarization::{AdmitBundleError, admit_bundle, deposited};
use heqi_notary_protocol::DepositReply;
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::{Problem, ReaderLanguage};
use tokio::sync::SemaphorePermit;

use super::body_of;
use crate::access::{DEPOSITS, authorise};
use crate::refusal;
use crate::service::{KIB, State};

/// As it came, taken apart, sealed.
const COPIES: usize = 3;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/deposits", post().to(deposit));
}

async fn deposit(
    state: Data<State>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    authorise(&request, &state.platform_keys, DEPOSITS)?;
    if state.is_behind.load(Ordering::Relaxed) {
        // What was promised after the state we have must not be promised a second time.
        return Err(RequestProblem::Unavailable.into());
    }
    let came_at = state.office.clock().now();
    let limit_bytes = state.settings.limits.deposit_bytes;
    let announced = announced(&request, limit_bytes)?;
    let _reserved = reserve(&state, announced).await?;
    let file = body_of(payload, limit_bytes, state.settings.body_deadline_ms).await?;

    match admit_bundle(&state.office, file).await {
        Ok(admission) => {
            let totals = deposited::totals(&state.office).await;
            state.figures.decided(&admission, totals.unwrap_or_default());
            if admission.is_new {
                state.board.held(state.office.clock().now().millis_since(came_at));
            }
            let reply =
                DepositReply { receipt: admission.receipt, chain_head: admission.chain_head };
            Ok(HttpResponse::Ok().content_type("application/json").body(reply.to_body()))
        }
        Err(error) => {
            state.figures.not_decided(error.is_ours());
            match error {
                AdmitBundleError::Gap { expected_seq } => {
                    state.board.turned_away();
                    let ReaderLanguage(language) = ReaderLanguage::of(request.head());
                    Ok(refusal::gap(&error, expected_seq, language))
                }
                error => Err(refusal::of_deposit(&error)),
            }
        }
    }
}

/// How long the body says it is; the limit when it does not say.
fn announced(request: &HttpRequest, limit_bytes: usize) -> Result<usize, RequestProblem> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let media_type = header(CONTENT_TYPE).unwrap_or_default();
    if media_type.split(';').next().is_none_or(|found| found.trim() != MEDIA_TYPE) {
        return Err(RequestProblem::UnsupportedMediaType);
    }
    let announced = header(CONTENT_LENGTH).and_then(|length| length.parse().ok());
    match announced.unwrap_or(limit_bytes) {
        length if length > limit_bytes => Err(RequestProblem::TooLarge { limit_bytes }),
        length => Ok(length),
    }
}

async fn reserve(state: &State, bytes: usize) -> Result<SemaphorePermit<'_>, RequestProblem> {
    let wanted = bytes.saturating_mul(COPIES).div_ceil(KIB).min(state.deposit_memory_kib).max(1);
    let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
    state.deposit_memory.acquire_many(wanted).await.map_err(|_| RequestProblem::Unavailable)
}
