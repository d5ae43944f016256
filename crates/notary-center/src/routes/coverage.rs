//! `GET /coverage`: the custodian's own view of what it holds, as a page. Numbers, and nothing personal: everybody may
//! look, as at the platform's.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query, ServiceConfig, get};
use heqi_evidence_store::monitoring::MonitoringError;
use heqi_evidence_store::monitoring::reconciliation::{Outcome, Reconciled, Side, newest};
use heqi_evidence_store::monitoring::samples::{Span, kept};
use heqi_pages::board::{Comparison, CustodyPage, CustodyPoint, Finding, Found, Range};
use heqi_pages::office::OfficeAlarm;
use heqi_pages::{Link, Words};
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::{Alarms, Problem};
use serde::Deserialize;

use crate::bench::{Shown, page};
use crate::board::CustodySample;
use crate::service::State;
use crate::visitor::Reader;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/coverage", get().to(show));
}

/// Over which time figures are drawn.
#[derive(Deserialize)]
struct Asked {
    range: Option<String>,
}

async fn show(
    state: Data<State>,
    alarms: Data<Alarms>,
    reader: Reader,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let (backend, now) = (&**state.office.backend(), state.office.clock().now());
    let range = Range::of_word(asked.range.as_deref());
    let samples = match range.word().parse::<Span>() {
        Err(_) => state.board.recent(),
        Ok(span) => kept(backend, span, now).await.map_err(|error| unreadable(&error))?,
    };
    let compared = newest(backend, &Side::OF_CUSTODIAN).await;
    let compared = compared.map_err(|error| unreadable(&error))?;
    let sides = Side::OF_CUSTODIAN.into_iter();
    // Who mirrors nothing has nothing to compare the platform's log with.
    let sides = sides.filter(|side| *side != Side::PlatformsLog || state.data_centre.is_some());
    let compared = sides.map(|side| {
        let found = compared.get(&side);
        Comparison {
            name: name_of(side),
            newest: found.map(|(newest, _)| finding(newest)),
            before: found.and_then(|(newest, mismatch)| {
                mismatch.as_ref().filter(|before| *before != newest).map(finding)
            }),
        }
    });
    let raised = alarms.report(reader.language).into_iter().filter_map(|alarm| {
        Some(OfficeAlarm {
            since: alarm.since?.for_people(),
            means: alarm.means?.to_owned(),
            next: alarm.next_step?.to_owned(),
        })
    });
    let shown = CustodyPage {
        as_of: now.for_people(),
        range,
        points: samples.iter().map(point).collect(),
        compared: compared.collect(),
        alarms: raised.collect(),
    };
    Ok(page(&shown, &to_anybody(&state, reader)))
}

/// Under the name by which people know the service, else that of the organisation.
fn to_anybody(state: &State, reader: Reader) -> Shown {
    if let Some(bench) = &state.bench {
        return Shown::to(bench, reader, Link::Coverage);
    }
    let (service, telephone, is_secure) = match &state.people {
        Some(people) => (people.service.clone(), people.telephone.clone(), people.secure_cookies),
        None => (state.office.organisation().to_owned(), String::new(), true),
    };
    Shown::by((service, telephone), is_secure, reader, Link::Coverage)
}

fn unreadable(error: &MonitoringError) -> Problem {
    tracing::error!(%error, "the figures over time cannot be read");
    RequestProblem::Unavailable.into()
}

const fn name_of(side: Side) -> Words {
    match side {
        Side::PlatformsLog => CustodyPage::PLATFORMS_LOG,
        Side::OwnCosigned | Side::OursMirrored | Side::NotarysOwn => CustodyPage::OWN_LOG,
    }
}

fn finding(found: &Reconciled) -> Finding {
    Finding {
        at: found.at.for_people(),
        found: match &found.outcome {
            Outcome::Match {} => Found::Match,
            Outcome::Mismatch { first_leaf } => Found::Mismatch { first_leaf: *first_leaf },
            Outcome::NotCompared { reason } => Found::nothing(reason),
        },
        size: found.size,
        leaves: found.leaves,
        ours: found.ours.clone(),
        theirs: found.theirs.clone(),
    }
}

fn point(sample: &CustodySample) -> CustodyPoint {
    CustodyPoint {
        at_ms: sample.at_ms,
        admitted: sample.admitted,
        refused: sample.refused,
        chains: sample.chains,
        misbehaviour: sample.misbehaviour,
        log_size: sample.log_size,
        uncosigned: sample.uncosigned,
        mirror_lag: sample.mirror_lag,
        out_of_order: sample.out_of_order,
        lag: sample.lag.map(|lag| (lag.p50, lag.p95, lag.p99)),
        own_age_s: sample.own_age_s,
        platform_age_s: sample.platform_age_s,
        queue: sample.queue,
        matters: sample.matters,
        numbers: sample.numbers,
        renewal_days: sample.renewal_days,
        disk_bytes: sample.disk_bytes,
    }
}
