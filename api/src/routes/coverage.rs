//! What of all evidence is held by whom: for programs and as a page.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query, ServiceConfig, resource};
use heqi_evidence_store::monitoring::reconciliation::{Side, newest};
use heqi_evidence_store::monitoring::samples::{Span, kept};
use heqi_pages::board::Range;
use heqi_registration::Custodian;
use heqi_registration::deposit_queue::next_due;
use heqi_registration::fault::Fault;
use heqi_service_kit::{Problem, ReaderLanguage};
use heqi_vocabulary::UtcMillis;
use serde::Deserialize;

use super::reading;
use crate::pages;
use crate::pages::trends::Trends;
use crate::problem_of::refused;
use crate::schema;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/coverage").route(reading().to(coverage)))
        .service(resource("/coverage").route(reading().to(coverage_page)));
}

/// What of all evidence is held by whom.
///
/// Numbers, and the identifiers of records that are not held. Nothing personal, so everybody
/// may ask.
#[utoipa::path(
    get,
    path = "/api/v1/coverage",
    tag = "operation",
    responses((status = 200, description = "How it stands.", body = schema::Coverage)),
)]
async fn coverage(state: Data<State>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(state.figures.coverage(&state.platform).await.map_err(refused)?))
}

/// The same as a page, in Chinese or English.
#[utoipa::path(
    get,
    path = "/coverage",
    tag = "operation",
    params(
        ("lang" = Option<String>, Query, description = "zh or en; else Accept-Language decides"),
        ("range" = Option<String>, Query, description = "Over which time figures are drawn: now, half_day, week or year"),
        ("live" = Option<String>, Query, description = "If given, the page is loaded again every few seconds"),
    ),
    responses((status = 200, description = "A page", body = String, content_type = "text/html; charset=utf-8")),
)]
async fn coverage_page(
    state: Data<State>,
    language: ReaderLanguage,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let range = Range::of_word(asked.range.as_deref());
    let samples = match range.word().parse::<Span>() {
        Err(_) => state.sampler.recent(),
        Ok(span) => {
            let kept = kept(state.platform.backend(), span, state.platform.now()).await;
            kept.map_err(|error| refused(Fault::from(error)))?
        }
    };
    let compared = newest(state.platform.backend(), &Side::OF_PLATFORM).await;
    let compared = compared.map_err(|error| refused(Fault::from(error)))?;
    let coverage = state.figures.coverage(&state.platform).await.map_err(refused)?;
    let recent = state.recent.standing(&state.platform).await.map_err(refused)?;
    let next_attempts = next_attempts(&state).await.map_err(refused)?;
    let page = pages::coverage::Standing {
        coverage: &coverage,
        recent: &recent,
        next_attempts: &next_attempts,
        trends: Trends { range, samples: &samples, compared: &compared },
        now: state.platform.now(),
        refresh_s: state.settings.coverage_refresh_s,
        is_live: asked.live.is_some(),
    };
    Ok(page.page(language.0).respond(language.0))
}

/// Over which time figures are drawn, and whether the page follows.
#[derive(Deserialize)]
struct Asked {
    range: Option<String>,
    live: Option<String>,
}

async fn next_attempts(state: &State) -> Result<Vec<(Custodian, Option<UtcMillis>)>, Fault> {
    let mut attempts = Vec::with_capacity(Custodian::ALL.len());
    for custodian in Custodian::ALL {
        attempts.push((custodian, next_due(&state.platform, custodian).await?));
    }
    Ok(attempts)
}
