//! The register book on the screen, and its file.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path, Query};
use heqi_notarization::matter::register_book::register_book;
use heqi_notarization::matter::view;
use heqi_notarization::staff::OfficeRole;
use heqi_pages::office::{BookLine, BookPage};
use heqi_pages::{Link, OfficeLink};
use heqi_service_kit::Problem;
use heqi_service_kit::downloads::USUAL_BYTES;
use heqi_service_kit::problem::RequestProblem;
use serde::Deserialize;

use super::matters::desk;
use super::words;
use crate::bench::{Shown, page, refused};
use crate::service::State;
use crate::visitor::{Reader, Visitor};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    year: String,
}

pub(super) async fn book(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let today = state.office.clock().now().shanghai_day();
    let present: u16 = today.get(..4).and_then(|year| year.parse().ok()).unwrap_or(0);
    let (year, here) = match asked.year.as_str() {
        "" => (present, OfficeLink::Book),
        word => {
            let year: u16 = word.parse().map_err(|_| RequestProblem::NotFound)?;
            (year, OfficeLink::BookOf(year))
        }
    };
    let shown = Shown::to(state.bench()?, reader, Link::Office(here)).with(&visitor);
    let (by, l) = (visitor.officer()?, shown.language());
    let matters = view::numbered(&state.office, &by, year).await.map_err(refused)?;
    let lines = matters.into_iter().map(|(number, matter)| BookLine {
        number: number.to_string(),
        state: words::stage(matter.stage(), l).to_owned(),
        application: matter.no().to_string(),
        issued_at: matter.issue().map(|issue| issue.at.for_people()).unwrap_or_default(),
    });
    let book = BookPage {
        desk: desk(&state, &visitor, &shown).await?,
        year,
        before: year.checked_sub(1),
        after: year.checked_add(1).filter(|after| *after <= present),
        lines: lines.collect(),
        may_export: by.role != OfficeRole::Clerk,
    };
    Ok(page(&book, &shown))
}

pub(super) async fn file(
    state: Data<State>,
    visitor: Visitor,
    year: Path<String>,
) -> Result<HttpResponse, Problem> {
    let year: u16 = year.parse().map_err(|_| RequestProblem::NotFound)?;
    let by = visitor.officer()?;
    let room = state.downloads.room(USUAL_BYTES)?;
    let book = register_book(&state.office, &by, year).await.map_err(refused)?;
    let name = format!("attachment; filename=\"register-{year}.csv\"");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, name))
        .body(room.send(book)))
}
