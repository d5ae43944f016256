//! Erasing what is about a person, and the holds that stand against it.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use heqi_evidence::schema::RetentionClass;
use heqi_registration::erase_person_data::{ErasePersonData, erase_person_data};
use heqi_registration::erasure;
use heqi_registration::legal_hold::{LiftHold, PlaceHold, lift_hold, place_hold};
use heqi_service_kit::Problem;
use heqi_vocabulary::{FilingId, PartyId, RecordId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{created, reading};
use crate::extract::{Asked, Caller, JsonBody};
use crate::problem_of::refused;
use crate::schema;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(
        resource("/api/v1/filings/{filing_id}/parties/{party_id}/erasure").route(post().to(erase)),
    )
    .service(
        resource("/api/v1/filings/{filing_id}/personal-data").route(reading().to(personal_data)),
    )
    .service(resource("/api/v1/filings/{filing_id}/holds").route(post().to(place)))
    .service(resource("/api/v1/filings/{filing_id}/holds/{record_id}/lift").route(post().to(lift)));
}

/// What is to be erased.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErasureBody {
    /// Which classes: at least one.
    #[schema(value_type = Vec<schema::ErasableClass>)]
    classes: BTreeSet<RetentionClass>,
    /// The legal basis, at most 200 characters; a party that asks for itself may leave it out.
    basis: Option<String>,
}

/// Ask that data about a party be erased.
///
/// A legal hold or a duty to keep refuses it: then the data are kept and not used any more.
/// Otherwise the keys are destroyed before this answers, and both custodians are ordered to
/// erase what they hold.
#[utoipa::path(
    post,
    path = "/api/v1/filings/{filing_id}/parties/{party_id}/erasure",
    tag = "personal data",
    params(
        ("filing_id" = String, Path, description = "The filing"),
        ("party_id" = String, Path, description = "The party"),
    ),
    request_body = ErasureBody,
    responses((status = 201, description = "It is decided and recorded.", body = schema::ErasureDecided)),
)]
async fn erase(
    state: Data<State>,
    asked: Asked,
    path: Path<(FilingId, PartyId)>,
    body: JsonBody<ErasureBody>,
) -> Result<HttpResponse, Problem> {
    let (filing, party) = path.into_inner();
    let request = asked.with_body(&body.sha256);
    let ErasureBody { classes, basis } = body.value;
    let command = ErasePersonData { filing, party, classes, basis };
    let decided = erase_person_data(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&decided))
}

/// How the data of the persons of a filing stand: who erased, who still holds, and why.
#[utoipa::path(
    get,
    path = "/api/v1/filings/{filing_id}/personal-data",
    tag = "personal data",
    params(("filing_id" = String, Path, description = "The filing")),
    responses((status = 200, description = "How they stand.", body = schema::PersonalData)),
)]
async fn personal_data(
    state: Data<State>,
    caller: Caller,
    filing: Path<FilingId>,
) -> Result<HttpResponse, Problem> {
    let standing =
        erasure::standing(&state.platform, &caller.actor, *filing).await.map_err(refused)?;
    Ok(HttpResponse::Ok().json(standing))
}

/// Why a hold is placed or lifted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldReasonBody {
    /// The number of the case or of the order: at most 2,000 characters, kept sealed.
    reason: String,
}

/// Place a legal hold: nothing of the filing is erased while it is in force.
#[utoipa::path(
    post,
    path = "/api/v1/filings/{filing_id}/holds",
    tag = "personal data",
    params(("filing_id" = String, Path, description = "The filing")),
    request_body = HoldReasonBody,
    responses((status = 201, description = "It is in force and recorded.", body = schema::HoldChanged)),
)]
async fn place(
    state: Data<State>,
    asked: Asked,
    filing: Path<FilingId>,
    body: JsonBody<HoldReasonBody>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&body.sha256);
    let command = PlaceHold { filing: *filing, reason: body.value.reason };
    let changed = place_hold(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&changed))
}

/// Lift a legal hold.
#[utoipa::path(
    post,
    path = "/api/v1/filings/{filing_id}/holds/{record_id}/lift",
    tag = "personal data",
    params(
        ("filing_id" = String, Path, description = "The filing"),
        ("record_id" = String, Path, description = "The record that placed the hold"),
    ),
    request_body = HoldReasonBody,
    responses((status = 201, description = "It is lifted and recorded.", body = schema::HoldChanged)),
)]
async fn lift(
    state: Data<State>,
    asked: Asked,
    path: Path<(FilingId, RecordId)>,
    body: JsonBody<HoldReasonBody>,
) -> Result<HttpResponse, Problem> {
    let (filing, hold) = path.into_inner();
    let request = asked.with_body(&body.sha256);
    let command = LiftHold { filing, hold, reason: body.value.reason };
    let changed = lift_hold(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&changed))
}
