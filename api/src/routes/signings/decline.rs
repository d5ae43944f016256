//! Decline: no is an answer, and evidence as well.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use heqi_registration::decline::{Decline, decline as decline_to_sign};
use heqi_service_kit::Problem;
use heqi_vocabulary::SigningId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::created;
use crate::extract::{Asked, JsonBody};
use crate::problem_of::refused;
use crate::schema;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/signings/{signing_id}/decline").route(post().to(decline)))
        .service(resource("/api/v1/ceremony/decline").route(post().to(decline_early)));
}

/// Why a party declines.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeclineBody {
    /// Why, in the party's words: at most 2,000 characters.
    reason: Option<String>,
}

/// Decline to sign.
///
/// Final for this ceremony; a new invitation is a new one.
#[utoipa::path(
    post,
    path = "/api/v1/signings/{signing_id}/decline",
    tag = "signing",
    params(("signing_id" = String, Path, description = "The signing")),
    request_body = DeclineBody,
    responses((status = 201, description = "It is recorded.", body = schema::Recorded)),
)]
async fn decline(
    state: Data<State>,
    asked: Asked,
    signing: Path<SigningId>,
    body: JsonBody<DeclineBody>,
) -> Result<HttpResponse, Problem> {
    declined(&state, asked, Some(*signing), body).await
}

/// Decline before a signing has begun.
///
/// Final for this ceremony; a new invitation is a new one.
#[utoipa::path(
    post,
    path = "/api/v1/ceremony/decline",
    tag = "signing",
    request_body = DeclineBody,
    responses((status = 201, description = "It is recorded.", body = schema::Recorded)),
)]
async fn decline_early(
    state: Data<State>,
    asked: Asked,
    body: JsonBody<DeclineBody>,
) -> Result<HttpResponse, Problem> {
    declined(&state, asked, None, body).await
}

async fn declined(
    state: &State,
    asked: Asked,
    signing: Option<SigningId>,
    body: JsonBody<DeclineBody>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&body.sha256);
    let command = Decline { signing, reason: body.value.reason };
    let declined = decline_to_sign(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&declined))
}
