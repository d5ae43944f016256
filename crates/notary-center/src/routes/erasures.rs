//! `POST /erasures`: a signed erasure order in, a signed receipt out. Only the platform's key
//! comes in, and only what the platform signed is followed.

use actix_web::web::{Data, Payload, ServiceConfig, post};
use actix_web::{HttpRequest, HttpResponse};
use heqi_notarization::erasure::answer_order;
use heqi_pki::dsse::MAX_ENVELOPE_BYTES;
use heqi_service_kit::Problem;

use super::body_of;
use crate::access::{DEPOSITS, authorise};
use crate::refusal;
use crate::service::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/erasures", post().to(erase));
}

async fn erase(
    state: Data<State>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    authorise(&request, &state.platform_keys, DEPOSITS)?;
    let order = body_of(payload, MAX_ENVELOPE_BYTES, state.settings.body_deadline_ms).await?;
    let receipt =
        answer_order(&state.office, &order).await.map_err(|error| refusal::of_order(&error))?;
    Ok(HttpResponse::Ok().content_type("application/json").body(receipt.as_bytes().to_vec()))
}
