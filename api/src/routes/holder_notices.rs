//! `POST /holder-notices`: what a person said to a custodian about a signing in its name. Only a
//! custodian's own signed statement is taken (`docs/spec/holder-notice.md` 5).

use actix_web::HttpResponse;
use actix_web::web::{Data, Payload, ServiceConfig, post, resource};
use heqi_notary_protocol::notice::{MAX_BODY_BYTES, NoticeDelivery, NoticeTaken, PATH};
use heqi_registration::holder_notice::{TakeNoticeError, take_notice};
use heqi_service_kit::Problem;
use heqi_service_kit::limits::collect;

use crate::problem_of::refused;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource(PATH).route(post().to(take)));
}

/// What a person said to a custodian about a signing in its name.
///
/// The statement is the custodian's own, signed with its receipt key. The same again is answered as the first time.
#[utoipa::path(
    post,
    path = "/holder-notices",
    tag = "witness",
    request_body(content = String, content_type = "application/json", description = "A record's identifier and a signed holder notice"),
    responses((status = 200, description = "When it was taken", body = String, content_type = "application/json")),
)]
async fn take(state: Data<State>, body: Payload) -> Result<HttpResponse, Problem> {
    let body = collect(body, MAX_BODY_BYTES).await?;
    let read: Result<NoticeDelivery, _> = serde_json::from_slice(&body);
    let notice = read.map_err(|_| refused(TakeNoticeError::Malformed))?;
    let taken = take_notice(&state.platform, notice.record_id, notice.statement.as_bytes()).await;
    let taken_at = taken.map_err(refused)?;
    Ok(HttpResponse::Ok().json(NoticeTaken { taken_at }))
}
