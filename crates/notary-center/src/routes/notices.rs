//! `POST /holder-notices`: what a person said to another custodian about a signing in its name. Only
//! that custodian's own signed statement is taken (`docs/spec/holder-notice.md` 5).

use actix_web::HttpResponse;
use actix_web::web::{Data, Payload, ServiceConfig, post};
use heqi_notarization::holder::receive::{ReceiveError, receive};
use heqi_notary_protocol::notice::{MAX_BODY_BYTES, NoticeDelivery, NoticeTaken, PATH};
use heqi_service_kit::Problem;

use super::body_of;
use crate::refusal::{Refusal, of_ours};
use crate::service::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route(PATH, post().to(take));
}

async fn take(state: Data<State>, payload: Payload) -> Result<HttpResponse, Problem> {
    let body = body_of(payload, MAX_BODY_BYTES, state.settings.body_deadline_ms).await?;
    let notice: NoticeDelivery =
        serde_json::from_slice(&body).map_err(|_| Problem::from(Refusal::NoticeMalformed))?;
    let taken = receive(&state.office, notice.record_id, notice.statement.as_bytes()).await;
    let taken_at = taken.map_err(|error| problem(&error))?;
    Ok(HttpResponse::Ok().json(NoticeTaken { taken_at }))
}

fn problem(error: &ReceiveError) -> Problem {
    match error {
        ReceiveError::Malformed => Refusal::NoticeMalformed.into(),
        ReceiveError::NotSigned => Refusal::NoticeNotSigned.into(),
        ReceiveError::NotHeld => Refusal::UnknownRecord.into(),
        ReceiveError::OfAnother => Refusal::NoticeOfAnother.into(),
        error => of_ours(error),
    }
}
