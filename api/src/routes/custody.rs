//! Giving back to a custodian what it lost: the receipts we hold of it, and each record it receipted. Only with a key of
//! the scope `custody_return`, which people make for this once.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Data, Path, Query, ServiceConfig, resource};
use heqi_evidence::bundle::MEDIA_TYPE;
use heqi_notary_protocol::returns::{ListedReceipt, PAGE, ReceiptList};
use heqi_registration::{Custodian, returns};
use heqi_service_kit::Problem;
use heqi_service_kit::downloads::USUAL_BYTES;
use heqi_vocabulary::RecordId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::reading;
use crate::extract::Caller;
use crate::problem_of::refused;
use crate::schema;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/custody/{custodian}/receipts").route(reading().to(receipts)))
        .service(
            resource("/api/v1/custody/{custodian}/records/{record_id}")
                .route(reading().to(deposited)),
        );
}

/// Where the page begins.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct After {
    /// The record of the last receipt of the page before.
    #[param(value_type = Option<String>)]
    after: Option<RecordId>,
}

/// The receipts that a custodian gave.
///
/// For a custodian whose store was set back: what it signed, to the byte, at most 256 on a page.
#[utoipa::path(
    get,
    path = "/api/v1/custody/{custodian}/receipts",
    tag = "witness",
    params(("custodian" = String, Path, description = "The custodian: data_centre or preservation"), After),
    responses((status = 200, description = "Receipts in the order of their records; a page that is not full is the last.", body = schema::ReceiptList)),
)]
async fn receipts(
    state: Data<State>,
    caller: Caller,
    custodian: Path<Custodian>,
    query: Query<After>,
) -> Result<HttpResponse, Problem> {
    let found =
        returns::receipts(&state.platform, &caller.actor, *custodian, query.after, PAGE).await;
    let receipts = found
        .map_err(refused)?
        .into_iter()
        .map(|given| ListedReceipt { record_id: given.record_id, receipt: given.envelope })
        .collect();
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(ReceiptList { receipts }))
}

/// A record that a custodian receipted, as it was deposited.
///
/// What was erased since is not in it.
#[utoipa::path(
    get,
    path = "/api/v1/custody/{custodian}/records/{record_id}",
    tag = "witness",
    params(
        ("custodian" = String, Path, description = "The custodian: data_centre or preservation"),
        ("record_id" = String, Path, description = "The record"),
    ),
    responses((status = 200, description = "The deposit, as a bundle.", body = Vec<u8>, content_type = "application/vnd.etsi.asic-e+zip")),
)]
async fn deposited(
    state: Data<State>,
    caller: Caller,
    path: Path<(Custodian, RecordId)>,
) -> Result<HttpResponse, Problem> {
    let (custodian, record) = path.into_inner();
    let room = state.downloads.room(USUAL_BYTES)?;
    let bundle = returns::deposited(&state.platform, &caller.actor, custodian, record).await;
    let bundle = bundle.map_err(refused)?;
    tracing::info!(record.id = %record, %custodian, "a record was given back to a custodian");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, MEDIA_TYPE))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(room.send(bundle)))
}
