//! `/check`: anybody learns whether a certificate stands, and what one of the small documents is, by its
//! number and the code beside it; who applied sees how the application stands and fetches its documents. No login; nothing is stored, and the number stands in no log.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload, Query, ServiceConfig, get, post};
use chrono::NaiveDate;
use heqi_identity::Calendar;
use heqi_notarization::matter::check::{
    Checked, CheckedNotice, Found, Progress, Standing, fetch, look_up,
};
use heqi_notarization::matter::revoked::{Revoked, revoked};
use heqi_pages::office::{CheckAnswer, CheckPage, Contest, Fetched, RevokedLine};
use heqi_pages::{Link, OfficeLink};
use heqi_service_kit::Problem;
use heqi_service_kit::downloads::USUAL_BYTES;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::{Language, UtcMillis};
use serde::Deserialize;

use super::body_of;
use super::office::{pdf, stage, zip};
use crate::bench::{Shown, page, page_with, refused};
use crate::service::State;
use crate::visitor::Reader;

const BODY_MAX_BYTES: usize = 4 << 10;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/check", get().to(ask))
        .route("/check", post().to(typed))
        .route("/check/file", post().to(file))
        .route("/check/{number}", get().to(scanned));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    number: String,
    c: String,
    which: String,
}

async fn ask(state: Data<State>, reader: Reader) -> Result<HttpResponse, Problem> {
    let announced = revoked(&state.office).await.map_err(refused)?;
    show(&state, reader, (String::new(), OfficeLink::Check), None, announced)
}

/// What was typed; in a body, so that it stands in no address.
async fn typed(
    state: Data<State>,
    reader: Reader,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let Asked { number, c, .. } = form(&state, payload).await?;
    answer(&state, reader, (number, OfficeLink::Check), &c).await
}

async fn form(state: &State, payload: Payload) -> Result<Asked, Problem> {
    let body = body_of(payload, BODY_MAX_BYTES, state.settings.body_deadline_ms).await?;
    let text = std::str::from_utf8(&body).map_err(|_| RequestProblem::MalformedForm)?;
    let asked = Query::<Asked>::from_query(text).map_err(|_| RequestProblem::MalformedForm)?;
    Ok(asked.into_inner())
}

/// A document of an application, to who has its number and the code for it.
async fn file(
    state: Data<State>,
    reader: Reader,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let Asked { number, c, which } = form(&state, payload).await?;
    let room = state.downloads.room(USUAL_BYTES)?;
    let fetched = match number.parse() {
        Ok(no) => fetch(&state.office, no, (&c, &which)).await.map_err(refused)?,
        Err(_) => None,
    };
    match fetched {
        Some(bytes) if which == "renewals" => Ok(zip(&which, room.send(bytes))),
        Some(bytes) => Ok(pdf(&which, room.send(bytes))),
        None => show(&state, reader, (number, OfficeLink::Check), Some(None), Vec::new()),
    }
}

/// Out of the QR code: the number's digest, and the code.
async fn scanned(
    state: Data<State>,
    reader: Reader,
    number: Path<String>,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let number = number.into_inner();
    // Whoever reads it in the other language reads the same answer.
    let here = OfficeLink::Scanned(number.clone(), asked.c.clone());
    answer(&state, reader, (number, here), &asked.c).await
}

async fn answer(
    state: &State,
    reader: Reader,
    (asked, here): (String, OfficeLink),
    code: &str,
) -> Result<HttpResponse, Problem> {
    let found = look_up(&state.office, &asked, code).await.map_err(refused)?;
    // A digest out of a QR code is nothing to read.
    let asked: String = match &found {
        Some(Found::Certificate(found)) => found.number.to_string(),
        Some(Found::Notice(found)) => found.number.to_string(),
        Some(Found::Application(found)) => found.application.to_string(),
        None => asked.chars().take(80).collect(),
    };
    let checked = found.map(|found| (found, code.to_owned()));
    show(state, reader, (asked, here), Some(checked), Vec::new())
}

#[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
#[expect(clippy::option_option, reason = "nothing was asked, or nothing was found")]
fn show(
    state: &State,
    reader: Reader,
    (asked, here): (String, OfficeLink),
    checked: Option<Option<(Found, String)>>,
    announced: Vec<Revoked>,
) -> Result<HttpResponse, Problem> {
    let bench = state.bench()?;
    let shown = Shown::to(bench, reader, Link::Office(here));
    let is_unknown = matches!(checked, Some(None));
    let (calendar, today) = (&bench.desk.calendar, state.office.clock().now().shanghai_date());
    let made_at = checked.as_ref().and_then(Option::as_ref).and_then(|(found, _)| match found {
        Found::Certificate(found) => found.issued_at,
        Found::Notice(found) => Some(found.at),
        Found::Application(_) => None,
    });
    let named_then = made_at.and_then(|at| bench.names.at_with_present(at));
    let answer = checked.map(|found| match found {
        None => CheckAnswer::Unknown,
        Some((Found::Certificate(found), _)) => said(found),
        Some((Found::Notice(found), _)) => noticed(found, shown.language()),
        Some((Found::Application(found), code)) => {
            stands(&found, code, (calendar, today), shown.language())
        }
    });
    let office = named_then.unwrap_or_else(|| bench.desk.office_name.clone());
    let revoked = announced.into_iter().map(|one| RevokedLine {
        number: one.number.to_string(),
        since: one.since.for_people(),
        decision: one.decision.map(|no| no.to_string()),
    });
    let check = CheckPage { office, asked, answer, revoked: revoked.collect() };
    Ok(if is_unknown {
        page_with(StatusCode::NOT_FOUND, &check, &shown)
    } else {
        page(&check, &shown)
    })
}

fn noticed(found: CheckedNotice, l: Language) -> CheckAnswer {
    CheckAnswer::Notice {
        title: found.number.kind().title(l).to_owned(),
        number: found.number.to_string(),
        application: found.application.to_string(),
        at: found.at.for_people(),
        recipient: found.recipient,
        sha256: found.sha256.map(|digest| digest.to_string()),
        corrects: found.corrects,
    }
}

fn stands(
    found: &Progress,
    code: String,
    (calendar, today): (&Calendar, NaiveDate),
    l: Language,
) -> CheckAnswer {
    let runs = found.matter.issue().is_none() && !found.matter.stage().is_closed();
    let clock = found.matter.clock().filter(|_| runs);
    let mut files: Vec<Fetched> = found
        .notices
        .iter()
        .map(|no| Fetched { which: no.to_string(), title: format!("{} {no}", no.kind().title(l)) })
        .collect();
    if let Some(number) = found.matter.certificate().filter(|_| found.has_certificate) {
        let title = format!("{} {number}", l.pick("公证书", "Certificate"));
        files.push(Fetched { which: "certificate".to_owned(), title });
    }
    if found.has_renewals {
        let title = l.pick(
            "公证书时间戳续期文件（与公证书一并保存）",
            "Renewals of its time stamps, to keep beside it",
        );
        files.push(Fetched { which: "renewals".to_owned(), title: title.to_owned() });
    }
    CheckAnswer::Application {
        number: found.application.to_string(),
        stage: stage(found.matter.stage(), l).to_owned(),
        last_day: clock.map(|clock| clock.standing(calendar, today).last_day.to_string()),
        code,
        files,
    }
}

fn said(checked: Checked) -> CheckAnswer {
    let number = checked.number.to_string();
    match checked.standing {
        Standing::Voided => CheckAnswer::Voided {
            number,
            voided_at: checked.voided_at.map(UtcMillis::for_people).unwrap_or_default(),
        },
        Standing::Valid | Standing::Corrected => CheckAnswer::Valid {
            number,
            issued_at: checked.issued_at.map(UtcMillis::for_people).unwrap_or_default(),
            applicant: checked.applicant,
            sha256: checked.sha256.map(|digest| digest.to_string()).unwrap_or_default(),
            corrections: checked.corrections,
            corrected_by: checked
                .corrected_by
                .iter()
                .map(|(number, at)| format!("{number} · {}", at.for_people()))
                .collect(),
            contested: match (checked.is_signing_void, checked.is_disputed) {
                (true, _) => Some(Contest::FoundVoid),
                (false, true) => Some(Contest::Objected),
                (false, false) => None,
            },
        },
    }
}
