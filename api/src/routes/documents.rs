//! Documents: the exact bytes in, the exact bytes out.

use actix_web::http::header::{CONTENT_TYPE, ETAG};
use actix_web::web::{Data, Path, Query, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use heqi_filing::DocumentTitle;
use heqi_registration::attach_document::{AttachDocument, attach_document as attach};
use heqi_registration::read_document::read_document;
use heqi_service_kit::Problem;
use heqi_service_kit::downloads::USUAL_BYTES;
use heqi_vocabulary::{DocumentId, FilingId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::filings::as_read;
use super::{created, reading};
use crate::extract::{Asked, Caller, Upload, UploadKind};
use crate::problem_of::refused;
use crate::schema;
use crate::settings::ApiSettings;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(
        resource("/api/v1/filings/{filing_id}/documents").route(post().to(attach_document)),
    )
    .service(resource("/api/v1/documents/{document_id}").route(reading().to(document)));
}

/// A PDF.
pub(crate) struct Pdf;

impl UploadKind for Pdf {
    const MEDIA_TYPES: &'static [&'static str] = &["application/pdf"];

    fn limit_bytes(settings: &ApiSettings) -> usize {
        settings.limits.document_bytes
    }
}

/// What a document is called, and which one it replaces.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttachQuery {
    /// Its title.
    title: String,
    /// The document version it replaces; signatures of that one are then void.
    #[param(value_type = Option<String>)]
    replaces: Option<DocumentId>,
}

/// Attach a document, or a new version of one.
#[utoipa::path(
    post,
    path = "/api/v1/filings/{filing_id}/documents",
    tag = "filings",
    params(("filing_id" = String, Path, description = "The filing"), AttachQuery, ("If-Match" = Option<String>, Header, description = "The version read before: refused when the filing has changed since.")),
    request_body(content = Vec<u8>, content_type = "application/pdf", description = "The file as it is, at most 20 MiB."),
    responses((status = 201, description = "The document is part of the filing.", body = schema::DocumentAttached)),
)]
async fn attach_document(
    state: Data<State>,
    asked: Asked,
    filing: Path<FilingId>,
    query: Query<AttachQuery>,
    http: HttpRequest,
    pdf: Upload<Pdf>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&pdf.sha256).on(as_read(http.headers())?);
    let AttachQuery { title, replaces } = query.into_inner();
    let title = title.parse::<DocumentTitle>().map_err(refused)?;
    let command = AttachDocument { filing: *filing, title, replaces, bytes: pdf.bytes };
    let attached = attach(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&attached))
}

/// The exact bytes of a document.
#[utoipa::path(
    get,
    path = "/api/v1/documents/{document_id}",
    tag = "signing",
    params(("document_id" = String, Path, description = "The document version")),
    responses((status = 200, description = "The file as it was attached; the ETag is its SHA-256.", body = Vec<u8>, content_type = "application/pdf")),
)]
async fn document(
    state: Data<State>,
    caller: Caller,
    document: Path<DocumentId>,
) -> Result<HttpResponse, Problem> {
    let room = state.downloads.room(USUAL_BYTES)?;
    let read = read_document(&state.platform, &caller.actor, *document).await.map_err(refused)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, read.media_type))
        .insert_header((ETAG, format!("\"{}\"", read.sha256)))
        .body(room.send(Bytes::from_owner(read.bytes))))
}
