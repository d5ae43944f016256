//! Giving a platform back what it lost: `GET /recovery/deposits` lists, `GET /recovery/deposits/{key}` gives one as a
//! bundle. A key of scope `recovery` only, which exists only while the office lets somebody recover: what is given here
//! is everything, personal data included.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Path, Query, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use heqi_evidence::bundle::MEDIA_TYPE;
use heqi_notarization::deposited::DepositKey;
use heqi_notarization::peer::{deposited_bundle, list_deposits};
use heqi_notary_protocol::recovery::{DepositList, ListedDeposit, PAGE};
use heqi_service_kit::Problem;
use heqi_service_kit::downloads::USUAL_BYTES;
use heqi_service_kit::problem::RequestProblem;
use serde::Deserialize;

use crate::access::{RECOVERY, authorise};
use crate::refusal::{Refusal, of_ours};
use crate::service::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/recovery/deposits", get().to(list))
        .route("/recovery/deposits/{key}", get().to(bundle));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    after: Option<DepositKey>,
}

async fn list(
    state: Data<State>,
    request: HttpRequest,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    authorise(&request, &state.platform_keys, RECOVERY)?;
    let found = list_deposits(&state.office, asked.after.as_ref(), PAGE).await;
    let found = found.map_err(|error| of_ours(&error))?;
    let deposits = found
        .into_iter()
        .map(|found| ListedDeposit { key: found.key.to_string(), is_admitted: found.is_admitted });
    let list = DepositList { deposits: deposits.collect() };
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(list))
}

async fn bundle(
    state: Data<State>,
    request: HttpRequest,
    key: Path<String>,
) -> Result<HttpResponse, Problem> {
    authorise(&request, &state.platform_keys, RECOVERY)?;
    let key: DepositKey = key.parse().map_err(|_| RequestProblem::MalformedPath)?;
    let room = state.downloads.room(USUAL_BYTES)?;
    let parts = deposited_bundle(&state.office, &key).await;
    let parts = parts.map_err(|error| of_ours(&error))?.ok_or(Refusal::NothingYet)?;
    let bytes = parts.write().map_err(|error| Problem::internal(&error))?;
    tracing::info!("a deposit was given back to the platform");
    Ok(HttpResponse::Ok()
        .content_type(MEDIA_TYPE)
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(room.send(bytes)))
}
