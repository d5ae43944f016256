//! Legal holds: `POST /chains/{chain}/holds` places one, `POST /chains/{chain}/holds/{hold}/lift`
//! lifts it. A key of scope `legal-hold` only: the platform cannot lift what stands against
//! its own orders. Each with an `Idempotency-Key`, as at the platform: the same request again is the
//! same act.

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use actix_web::web::{Data, Path, Payload, ServiceConfig, post};
use actix_web::{HttpRequest, HttpResponse};
use heqi_notarization::legal_hold::{HoldKey, lift_hold, place_hold};
use heqi_service_kit::Problem;
use heqi_vocabulary::Digest;
use serde::Deserialize;
use serde_json::json;

use super::body_of;
use crate::access::{LEGAL_HOLD, authorise};
use crate::refusal::{self, Refusal};
use crate::service::State;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const BODY_MAX_BYTES: usize = 16 << 10;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/chains/{chain}/holds", post().to(place))
        .route("/chains/{chain}/holds/{hold}/lift", post().to(lift));
}

/// Why a hold is placed or lifted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HoldBody {
    reason: String,
}

async fn place(
    state: Data<State>,
    request: HttpRequest,
    chain: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    authorise(&request, &state.platform_keys, LEGAL_HOLD)?;
    let chain = digest(&chain)?;
    let key = key_of(&request)?;
    let body = read(&state, payload).await?;
    let placed = place_hold(&state.office, key, chain, &body.reason).await;
    let (hold, said) = placed.map_err(|error| refusal::of_hold(&error))?;
    answer(StatusCode::CREATED, hold, said.as_bytes())
}

async fn lift(
    state: Data<State>,
    request: HttpRequest,
    path: Path<(String, String)>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    authorise(&request, &state.platform_keys, LEGAL_HOLD)?;
    let (chain, hold) = path.into_inner();
    let (chain, hold) = (digest(&chain)?, digest(&hold)?);
    let key = key_of(&request)?;
    let body = read(&state, payload).await?;
    let said = lift_hold(&state.office, key, (chain, hold), &body.reason).await;
    let said = said.map_err(|error| refusal::of_hold(&error))?;
    answer(StatusCode::OK, hold, said.as_bytes())
}

#[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
fn digest(text: &str) -> Result<Digest, Problem> {
    text.parse().map_err(|_| Refusal::Malformed.into())
}

#[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
fn key_of(request: &HttpRequest) -> Result<HoldKey, Problem> {
    let mut keys = request.headers().get_all(IDEMPOTENCY_KEY);
    let key = keys.next().ok_or(Refusal::KeyMissing)?;
    if keys.next().is_some() {
        return Err(Refusal::KeyMalformed.into());
    }
    let key = key.to_str().map_err(|_| Refusal::KeyMalformed)?;
    key.parse().map_err(|_| Refusal::KeyMalformed.into())
}

async fn read(state: &State, payload: Payload) -> Result<HoldBody, Problem> {
    let body = body_of(payload, BODY_MAX_BYTES, state.settings.body_deadline_ms).await?;
    serde_json::from_slice(&body).map_err(|_| Refusal::Malformed.into())
}

#[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
fn answer(status: StatusCode, hold: Digest, said: &[u8]) -> Result<HttpResponse, Problem> {
    let statement: serde_json::Value =
        serde_json::from_slice(said).map_err(|_| Problem::from(Refusal::Malformed))?;
    Ok(HttpResponse::build(status).json(json!({ "hold": hold, "statement": statement })))
}
