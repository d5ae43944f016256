//! Time stamps on demand: the newest published head is taken to every time authority now, and
//! not at the next minute (`docs/spec/timestamps.md` rule 23).

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{Data, Query, ServiceConfig, post, resource};
use heqi_registration::coverage::{Coverage, TimeCoverage};
use heqi_service_kit::Problem;
use heqi_vocabulary::UtcMillis;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::edge_problem::EdgeProblem;
use crate::extract::{Asked, JsonBody, NoBody};
use crate::problem_of::refused;
use crate::schema;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/time-stamps").route(post().to(stamp_now)));
}

/// How long to wait.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StampQuery {
    /// How long to wait for every authority, in milliseconds: at most 30,000, which is also the
    /// default; 0 does not wait.
    timeout_ms: Option<u64>,
}

/// How the time stamps stand.
#[derive(Serialize)]
struct Stamps {
    every_authority_answered: bool,
    timestamped_size: u64,
    time_authorities: Vec<TimeCoverage>,
    time_disagreement_ms: i64,
}

/// Have the newest published head of the log stamped now.
///
/// Every time authority is asked at once, also if the head was stamped before. The answer says
/// how the stamps stand when all have answered or the time is over: 200 when all have, 202 when
/// one is still missing and will be asked again. Nothing of the platform's clock takes its place.
/// Asking twice does no harm, so the Idempotency-Key is only looked at, not kept.
#[utoipa::path(
    post,
    path = "/api/v1/time-stamps",
    tag = "evidence",
    params(StampQuery),
    responses(
        (status = 200, description = "Every authority has answered.", body = schema::TimeStamps),
        (status = 202, description = "One is still missing.", body = schema::TimeStamps),
    ),
)]
async fn stamp_now(
    state: Data<State>,
    _asked: Asked,
    _body: JsonBody<NoBody>,
    query: Query<StampQuery>,
) -> Result<HttpResponse, Problem> {
    let before = state.figures.coverage(&state.platform).await.map_err(refused)?;
    let Some(demand) = state.stamp_demand.as_ref().filter(|_| !before.time_authorities.is_empty())
    else {
        return Err(EdgeProblem::NoTimeAuthority.into());
    };
    let mut progress = state.platform.backend().progress();
    demand.notify_one();
    let timeout_ms = query.timeout_ms.unwrap_or(u64::MAX).min(state.settings.wait_max_ms);
    let over = tokio::time::sleep(Duration::from_millis(timeout_ms));
    tokio::pin!(over);
    let mut shutdown = state.shutdown.clone();
    let mut is_over = timeout_ms == 0;
    loop {
        let now = state.figures.coverage(&state.platform).await.map_err(refused)?;
        let all = newest(&now).zip(newest(&before)).all(|(now, before)| now != before);
        if all || is_over {
            return Ok(answer(all, now));
        }
        tokio::select! {
            changed = progress.changed() => is_over = changed.is_err(),
            () = &mut over => is_over = true,
            () = shutdown.requested() => is_over = true,
        }
    }
}

fn newest(coverage: &Coverage) -> impl Iterator<Item = Option<UtcMillis>> {
    coverage.time_authorities.iter().map(|authority| authority.newest_at)
}

fn answer(every_authority_answered: bool, coverage: Coverage) -> HttpResponse {
    let mut answer =
        if every_authority_answered { HttpResponse::Ok() } else { HttpResponse::Accepted() };
    answer.json(Stamps {
        every_authority_answered,
        timestamped_size: coverage.timestamped_size,
        time_authorities: coverage.time_authorities,
        time_disagreement_ms: coverage.time_disagreement_ms,
    })
}
