//! Capture: the photo, streamed as it left the camera.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use heqi_registration::capture_photo::{CapturePhoto, capture_photo};
use heqi_service_kit::Problem;
use heqi_vocabulary::SigningId;

use super::super::created;
use crate::extract::{Asked, Upload, UploadKind};
use crate::problem_of::refused;
use crate::schema;
use crate::settings::ApiSettings;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/signings/{signing_id}/capture").route(post().to(capture)));
}

/// A JPEG photo, alone or with frames of actions behind it.
pub(crate) struct Photo;

impl UploadKind for Photo {
    const MEDIA_TYPES: &'static [&'static str] = &["image/jpeg", "application/vnd.heqi.capture.v1"];

    fn limit_bytes(settings: &ApiSettings) -> usize {
        settings.limits.photo_bytes
    }
}

/// Send the photo for a signing.
///
/// The exact bytes are kept. The last photo before completion counts. Photo and frames of the actions asked for are one body of application/vnd.heqi.capture.v1: docs/spec/capture.md.
#[utoipa::path(
    post,
    path = "/api/v1/signings/{signing_id}/capture",
    tag = "signing",
    params(("signing_id" = String, Path, description = "The signing")),
    request_body(content = Vec<u8>, content_type = "image/jpeg", description = "The photo as it is, at most 4 MiB."),
    responses((status = 201, description = "The photo is kept.", body = schema::PhotoCaptured)),
)]
async fn capture(
    state: Data<State>,
    asked: Asked,
    signing: Path<SigningId>,
    photo: Upload<Photo>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&photo.sha256);
    let command = CapturePhoto::received(*signing, photo.bytes, photo.sha256).map_err(refused)?;
    let captured = capture_photo(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&captured))
}
