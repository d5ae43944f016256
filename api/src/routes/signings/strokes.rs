//! Strokes: the handwriting, as the browser reports it.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use heqi_registration::keep_strokes::{KeepStrokes, MAX_STROKES_BYTES, keep_strokes};
use heqi_service_kit::Problem;
use heqi_vocabulary::SigningId;

use super::super::created;
use crate::extract::{Asked, Upload, UploadKind};
use crate::problem_of::refused;
use crate::schema;
use crate::settings::ApiSettings;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/signings/{signing_id}/strokes").route(post().to(strokes)));
}

/// Handwriting: canonical JSON.
pub(crate) struct Strokes;

impl UploadKind for Strokes {
    const MEDIA_TYPES: &'static [&'static str] = &["application/vnd.heqi.strokes.v1+json"];

    fn limit_bytes(_settings: &ApiSettings) -> usize {
        MAX_STROKES_BYTES
    }
}

/// Send the handwriting for a signing.
///
/// Optional. The exact bytes are kept; the device's attributes must then name their SHA-256.
/// The last handwriting before completion counts.
#[utoipa::path(
    post,
    path = "/api/v1/signings/{signing_id}/strokes",
    tag = "signing",
    params(("signing_id" = String, Path, description = "The signing")),
    request_body(content = Object, content_type = "application/vnd.heqi.strokes.v1+json", description = "Canonical JSON of heqi.strokes/v1: format, height, pointer, strokes as lists of [across, down, milliseconds, pressure in thousandths], typed (a name typed instead, or null), width."),
    responses((status = 201, description = "The handwriting is kept.", body = schema::StrokesKept)),
)]
async fn strokes(
    state: Data<State>,
    asked: Asked,
    signing: Path<SigningId>,
    strokes: Upload<Strokes>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&strokes.sha256);
    let command = KeepStrokes { signing: *signing, bytes: strokes.bytes };
    let kept = keep_strokes(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&kept))
}
