//! Evidence, opened in part or exported whole. Every look is itself evidence.

use actix_web::HttpResponse;
use actix_web::http::header::{
    CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName, HeaderValue, InvalidHeaderValue,
};
use actix_web::web::{Data, Path, Query, ServiceConfig, resource};
use heqi_evidence::bundle::MEDIA_TYPE;
use heqi_registration::disclose::{Attributes, disclose};
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::renewal::export_renewals;
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

/// The record that the look itself became.
const ACCESS_RECORD: HeaderName = HeaderName::from_static("heqi-access-record");

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/records/{record_id}").route(reading().to(record)))
        .service(resource("/api/v1/records/{record_id}/bundle").route(reading().to(bundle)))
        .service(resource("/api/v1/records/{record_id}/renewals").route(reading().to(renewals)));
}

/// What is to be opened.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AttributesQuery {
    /// Names of attributes, separated by commas; those of the signer's device begin with client.
    attributes: Option<String>,
}

/// Open attributes of a record.
///
/// Without names only the frame is opened: kind, place in its chain, time. The look becomes
/// a record before anything is shown.
#[utoipa::path(
    get,
    path = "/api/v1/records/{record_id}",
    tag = "evidence",
    params(("record_id" = String, Path, description = "The record"), AttributesQuery),
    responses((status = 200, description = "What was opened, with the hashes that prove it.", body = schema::Disclosed)),
)]
async fn record(
    state: Data<State>,
    caller: Caller,
    record: Path<RecordId>,
    query: Query<AttributesQuery>,
) -> Result<HttpResponse, Problem> {
    let attributes = Attributes::listed(query.attributes.as_deref().unwrap_or(""));
    let Caller { actor, facts } = caller;
    let disclosed = disclose(&state.platform, &actor, &facts, *record, &attributes).await;
    Ok(HttpResponse::Ok().json(disclosed.map_err(refused)?))
}

/// Export the evidence bundle of a record.
///
/// Whole without names; with names only those attributes, and photo and documents only when
/// they are among them. The export becomes a record before anything is sent; the header
/// Heqi-Access-Record names it.
#[utoipa::path(
    get,
    path = "/api/v1/records/{record_id}/bundle",
    tag = "evidence",
    params(("record_id" = String, Path, description = "The record"), AttributesQuery),
    responses((status = 200, description = "The bundle, to be checked offline with heqi verify.", body = Vec<u8>, content_type = "application/vnd.etsi.asic-e+zip")),
)]
async fn bundle(
    state: Data<State>,
    caller: Caller,
    record: Path<RecordId>,
    query: Query<AttributesQuery>,
) -> Result<HttpResponse, Problem> {
    let attributes = query.attributes.as_deref().map_or(Attributes::All, Attributes::listed);
    let room = state.downloads.room(USUAL_BYTES)?;
    let Caller { actor, facts } = caller;
    let exported = export_bundle(&state.platform, &actor, &facts, *record, &attributes).await;
    let exported = exported.map_err(refused)?;
    let disposition = attachment(&exported.file_name).map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, MEDIA_TYPE))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .insert_header((ACCESS_RECORD, exported.access_record_id.to_string()))
        .body(room.send(exported.bytes)))
}

/// Take the renewals of a record's time stamps.
///
/// To be kept beside its bundle: the way from the record over its first stamped head and every
/// renewal since. Nothing of the record is opened, so no look is recorded.
#[utoipa::path(
    get,
    path = "/api/v1/records/{record_id}/renewals",
    tag = "evidence",
    params(("record_id" = String, Path, description = "The record")),
    responses((status = 200, description = "The file, to be checked offline with heqi verify --renewals.", body = Vec<u8>, content_type = "application/zip")),
)]
async fn renewals(
    state: Data<State>,
    caller: Caller,
    record: Path<RecordId>,
) -> Result<HttpResponse, Problem> {
    let room = state.downloads.room(USUAL_BYTES)?;
    let exported = export_renewals(&state.platform, &caller.actor, *record).await;
    let exported = exported.map_err(refused)?;
    let disposition = attachment(&exported.file_name).map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .body(room.send(exported.bytes)))
}

/// A download under this name (RFC 6266); names of bundles are plain ASCII.
fn attachment(file_name: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    HeaderValue::try_from(format!("attachment; filename=\"{}\"", file_name.replace('"', "")))
}
