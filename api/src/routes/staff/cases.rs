//! The queue of a reviewer, and one case: looked at, its pictures and files, the decision.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_pages::staff::{PausedRow, QueuePage};
use heqi_pages::{Link, render};
use heqi_registration::case_queue::{
    CaseFile, Picture, SHOWN, case_file, case_picture, case_queue, case_video, case_view,
    ways_wanted,
};
use heqi_registration::decide_case::{DecideCase, DecideCaseError, decide_case};
use heqi_registration::fault::Refusal as _;
use heqi_registration::resolve_objection::paused_filings;
use heqi_service_kit::Problem;
use heqi_service_kit::downloads::USUAL_BYTES;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::CaseId;
use serde::Deserialize;

use super::form::FilledByStaff;
use super::{actor, case, desk, ranges, to, trouble};
use crate::extract::facts;
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::{refused, status_of};
use crate::routes::reading;
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor};

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/staff/cases").route(reading().to(queue)))
        .service(resource("/staff/cases/{case_id}").route(reading().to(one)))
        .service(resource("/staff/cases/{case_id}/photo").route(reading().to(photo)))
        .service(resource("/staff/cases/{case_id}/portrait").route(reading().to(portrait)))
        .service(resource("/staff/cases/{case_id}/frames/{number}").route(reading().to(frame)))
        .service(resource("/staff/cases/{case_id}/video").route(reading().to(video)))
        .service(resource("/staff/cases/{case_id}/seal").route(reading().to(scan)))
        .service(resource("/staff/cases/{case_id}/correction").route(reading().to(certificate)))
        .service(resource("/staff/cases/{case_id}/guardianship").route(reading().to(guardianship)))
        .service(resource("/staff/cases/{case_id}/decision").route(post().to(decide)));
}

/// What a reviewer has to decide.
async fn queue(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
) -> Result<HttpResponse, Problem> {
    let actor = actor(&visitor)?;
    let cases = case_queue(&state.platform, &actor).await.map_err(refused)?;
    let asked = ways_wanted(&state.platform, &actor).await.map_err(refused)?;
    let shown = Shown::to(&state, reader, Link::StaffCases).with_staff(&visitor);
    let now = state.platform.now();
    let rows = cases.iter().map(|summary| case::row(summary, now, reader.language)).collect();
    let ways = asked.iter().map(|summary| case::way(summary, reader.language)).collect();
    let paused = paused_filings(&state.platform, &actor).await.map_err(refused)?;
    let paused = paused.iter().map(|one| PausedRow {
        filing: one.filing,
        number: one.number.to_string(),
        since: one.since.for_people(),
    });
    let desk = desk(&state, &visitor, &shown).await?;
    let paused: Vec<_> = paused.collect();
    let longest = cases.len().max(asked.len()).max(paused.len());
    let most = (longest >= SHOWN).then_some(SHOWN);
    Ok(page(&QueuePage { desk, rows, ways, paused, most }, &shown))
}

async fn one(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: StaffVisitor,
    id: Path<CaseId>,
) -> Result<HttpResponse, Problem> {
    let seen = facts(&http, state.platform.clock())?;
    let view = case_view(&state.platform, &actor(&visitor)?, &seen, *id).await;
    let shown = Shown::to(&state, reader, Link::StaffCase(*id)).with_staff(&visitor);
    let above = desk(&state, &visitor, &shown).await?;
    let shown_case = case::page(&state, &view.map_err(refused)?, above, &shown).await?;
    Ok(page(&shown_case, &shown))
}

async fn photo(
    state: Data<State>,
    http: HttpRequest,
    visitor: StaffVisitor,
    id: Path<CaseId>,
) -> Result<HttpResponse, Problem> {
    picture(&state, &http, &visitor, *id, Picture::Photo).await
}

async fn portrait(
    state: Data<State>,
    http: HttpRequest,
    visitor: StaffVisitor,
    id: Path<CaseId>,
) -> Result<HttpResponse, Problem> {
    picture(&state, &http, &visitor, *id, Picture::Portrait).await
}

/// What was taken of one action.
async fn frame(
    state: Data<State>,
    http: HttpRequest,
    visitor: StaffVisitor,
    at: Path<(CaseId, u8)>,
) -> Result<HttpResponse, Problem> {
    let (id, number) = at.into_inner();
    picture(&state, &http, &visitor, id, Picture::Frame(number)).await
}

async fn picture(
    state: &State,
    http: &HttpRequest,
    visitor: &StaffVisitor,
    id: CaseId,
    which: Picture,
) -> Result<HttpResponse, Problem> {
    let seen = facts(http, state.platform.clock())?;
    let room = state.downloads.room(USUAL_BYTES)?;
    let bytes = case_picture(&state.platform, &actor(visitor)?, &seen, id, which).await;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "image/jpeg"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(room.send(bytes.map_err(refused)?.to_vec())))
}

/// The scan of a stamped paper: a picture, and it is called one.
async fn scan(
    state: Data<State>,
    http: HttpRequest,
    visitor: StaffVisitor,
    id: Path<CaseId>,
) -> Result<HttpResponse, Problem> {
    file(&state, &http, &visitor, *id, CaseFile::Scan).await
}

async fn certificate(
    state: Data<State>,
    http: HttpRequest,
    visitor: StaffVisitor,
    id: Path<CaseId>,
) -> Result<HttpResponse, Problem> {
    file(&state, &http, &visitor, *id, CaseFile::Certificate).await
}

/// What proves that a guardian is one.
async fn guardianship(
    state: Data<State>,
    http: HttpRequest,
    visitor: StaffVisitor,
    id: Path<CaseId>,
) -> Result<HttpResponse, Problem> {
    file(&state, &http, &visitor, *id, CaseFile::Guardianship).await
}

async fn file(
    state: &State,
    http: &HttpRequest,
    visitor: &StaffVisitor,
    id: CaseId,
    which: CaseFile,
) -> Result<HttpResponse, Problem> {
    let seen = facts(http, state.platform.clock())?;
    let room = state.downloads.room(USUAL_BYTES)?;
    let (media_type, bytes) =
        case_file(&state.platform, &actor(visitor)?, &seen, id, which).await.map_err(refused)?;
    let name = match which {
        CaseFile::Scan => "seal-scan-image-only",
        CaseFile::Certificate => "certificate",
        CaseFile::Guardianship => "guardianship",
    };
    // Never run in our place: a file of a stranger is looked at by itself.
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(room.send(bytes.to_vec())))
}

/// The video, whole or a part of it (RFC 9110 section 14): players ask for parts. A look from its
/// beginning is a record, and so is every other one.
async fn video(
    state: Data<State>,
    http: HttpRequest,
    visitor: StaffVisitor,
    id: Path<CaseId>,
) -> Result<HttpResponse, Problem> {
    let seen = facts(&http, state.platform.clock())?;
    let room = state.downloads.room(USUAL_BYTES)?;
    let (media_type, bytes) =
        case_video(&state.platform, &actor(&visitor)?, &seen, *id).await.map_err(refused)?;
    Ok(ranges::answer(&http, media_type, &bytes, room))
}

/// A decision as it was made.
#[derive(Deserialize)]
struct DecisionBody {
    decision: String,
    grounds: String,
}

async fn decide(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: StaffVisitor,
    id: Path<CaseId>,
    filled: FilledByStaff<DecisionBody>,
) -> Result<HttpResponse, Problem> {
    let DecisionBody { decision, grounds } = filled.value;
    let decision = decision.parse().map_err(|_| RequestProblem::MalformedForm)?;
    // One line: what was typed on several becomes one with spaces.
    let line = grounds.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = match line.parse() {
        Ok(parsed) => {
            let command = DecideCase { case: *id, decision, grounds: parsed };
            match decide_case(&state.platform, &filled.request, command).await {
                Ok(_) => return Ok(to(&Link::StaffCase(*id))),
                Err(error @ (DecideCaseError::Case(_) | DecideCaseError::Conflict)) => {
                    (trouble(&error, reader.language), status_of(error.class()))
                }
                Err(error) => return Err(refused(error)),
            }
        }
        Err(error) => {
            let error: heqi_filing::WordsError = error;
            (trouble(&error, reader.language), status_of(error.class()))
        }
    };
    let seen = facts(&http, state.platform.clock())?;
    let view = case_view(&state.platform, &actor(&visitor)?, &seen, *id).await;
    let shown = Shown::to(&state, reader, Link::StaffCase(*id)).with_staff(&visitor);
    let above = desk(&state, &visitor, &shown).await?;
    let mut shown_case = case::page(&state, &view.map_err(refused)?, above, &shown).await?;
    shown_case.grounds = grounds.chars().take(500).collect();
    shown_case.trouble = Some(told.0);
    let mut response = respond(&shown);
    response.status(told.1);
    Ok(response.body(render(&shown_case, &shown.frame)))
}
