//! The statement read aloud: a video instead of face information, for a person to compare.

use actix_web::web::{Data, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_registration::record_video::{RecordVideo, record_video};
use heqi_service_kit::Problem;

use super::created;
use crate::extract::{Asked, Upload, UploadKind};
use crate::problem_of::refused;
use crate::schema;
use crate::settings::ApiSettings;
use crate::state::State;
use crate::visitor::Reader;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/ceremony/video").route(post().to(video)));
}

/// What browsers record.
pub(crate) struct Video;

impl UploadKind for Video {
    const MEDIA_TYPES: &'static [&'static str] = &["video/webm", "video/mp4", "video/quicktime"];

    fn limit_bytes(settings: &ApiSettings) -> usize {
        settings.limits.video_bytes
    }
}

/// Send the video of a signer who chose to be checked by a person.
///
/// The statement is read aloud in it. The last video before the signing begins counts.
#[utoipa::path(
    post,
    path = "/api/v1/ceremony/video",
    tag = "signing",
    request_body(content = Vec<u8>, content_type = "video/webm", description = "The video as it is: WebM or MP4, at most 8 MiB and 90 seconds."),
    responses((status = 201, description = "The video is kept.", body = schema::VideoRecorded)),
)]
async fn video(
    state: Data<State>,
    http: HttpRequest,
    asked: Asked,
    video: Upload<Video>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&video.sha256);
    let language = Reader::of(http.head()).language;
    let command = RecordVideo { bytes: video.bytes, sha256: video.sha256, language };
    let recorded = record_video(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&recorded))
}
