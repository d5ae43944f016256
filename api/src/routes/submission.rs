//! That a filing was submitted to the registry, as its handler says.

use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_registration::submit::{Submit, submit as record_submission};
use heqi_service_kit::Problem;
use heqi_vocabulary::FilingId;

use super::created;
use super::filings::as_read;
use crate::extract::{Asked, JsonBody, NoBody};
use crate::problem_of::refused;
use crate::schema;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/filings/{filing_id}/submission").route(post().to(submit)));
}

/// Record that a filing was submitted to the registry.
///
/// Nothing is sent by it: submit first, once the receipt of every signing shows both custodians. Refused before everybody
/// has confirmed, and before both custodians hold every signing that counts; afterwards documents, parties and signatures
/// do not change any more.
#[utoipa::path(
    post,
    path = "/api/v1/filings/{filing_id}/submission",
    tag = "filings",
    params(
        ("filing_id" = String, Path, description = "The filing"),
        ("If-Match" = Option<String>, Header, description = "The version read before: refused when the filing has changed since."),
    ),
    responses((status = 201, description = "It is recorded.", body = schema::Recorded)),
)]
async fn submit(
    state: Data<State>,
    asked: Asked,
    filing: Path<FilingId>,
    http: HttpRequest,
    body: JsonBody<NoBody>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&body.sha256).on(as_read(http.headers())?);
    let command = Submit { filing: *filing };
    let recorded = record_submission(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&recorded))
}
