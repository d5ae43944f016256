//! The regulator's console: a search with its legal basis, what it found, one filing, and what is
//! taken from it. A GET shows and records the look; a POST does one act and leads on.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, LINK, LOCATION};
use actix_web::web::{Data, Path, Query, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_pages::regulator::{RegulatorPage, ResultsPage, SearchForm};
use heqi_pages::staff::Trouble;
use heqi_pages::{Link, render};
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::legal_hold::{LiftHold, PlaceHold};
use heqi_registration::regulator::apply::apply;
use heqi_registration::regulator::basis::USUAL;
use heqi_registration::regulator::court_package::court_package;
use heqi_registration::regulator::criteria::TypedSearch;
use heqi_registration::regulator::dossier::dossier;
use heqi_registration::regulator::looks::{bundle, lift_hold, photo, place_hold};
use heqi_registration::regulator::search::{SearchError, own_searches, results, search};
use heqi_registration::search_index::Rank;
use heqi_service_kit::Problem;
use heqi_service_kit::downloads::{LARGEST_BYTES, USUAL_BYTES};
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::{DocumentId, FilingId, RecordId};
use serde::Deserialize;

use super::reading;
use super::staff::form::FilledByStaff;
use super::staff::{actor, desk, to, trouble};
use crate::extract::facts;
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::{refused, status_of};
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor};

mod copy;
pub(super) mod words;

const FILING: &str = "/regulator/searches/{query_id}/filings/{filing_id}";

pub(crate) fn configure(app: &mut ServiceConfig) {
    let of_filing = |rest: &str| resource(format!("{FILING}{rest}"));
    app.service(resource("/regulator").route(reading().to(home)))
        .service(resource("/regulator/searches").route(post().to(make)))
        .service(resource("/regulator/searches/{query_id}").route(reading().to(found)))
        .service(of_filing("").route(reading().to(one)))
        .service(of_filing("/photos/{record_id}").route(reading().to(picture)))
        .service(of_filing("/bundles/{record_id}").route(reading().to(evidence)))
        .service(of_filing("/court-package").route(reading().to(package)))
        .service(of_filing("/documents/{document_id}/comparison").route(post().to(copy::compared)))
        .service(of_filing("/signatures/{record_id}/application").route(post().to(certificate)))
        .service(of_filing("/holds").route(post().to(hold)))
        .service(of_filing("/holds/{record_id}/lift").route(post().to(lift)));
}

/// A filing that a search found.
#[derive(Deserialize)]
struct OfFiling {
    query_id: RecordId,
    filing_id: FilingId,
}

/// A record of it.
#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names of the route's variables")]
struct OfRecord {
    query_id: RecordId,
    filing_id: FilingId,
    record_id: RecordId,
}

/// A document of it.
#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names of the route's variables")]
struct OfDocument {
    query_id: RecordId,
    filing_id: FilingId,
    document_id: DocumentId,
}

async fn home(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
) -> Result<HttpResponse, Problem> {
    let shown = Shown::to(&state, reader, Link::Regulator).with_staff(&visitor);
    let asked = home_page(&state, &visitor, &shown, (SearchForm::default(), None)).await?;
    Ok(page(&asked, &shown))
}

async fn home_page(
    state: &State,
    visitor: &StaffVisitor,
    shown: &Shown,
    (form, trouble): (SearchForm, Option<Trouble>),
) -> Result<RegulatorPage, Problem> {
    let searches = own_searches(&state.platform, &actor(visitor)?).await.map_err(refused)?;
    let now = state.platform.now();
    let line = |view| words::line(&view, now, shown.frame.language);
    Ok(RegulatorPage {
        desk: desk(state, visitor, shown).await?,
        usual: USUAL.iter().map(|(text, _)| *text).collect(),
        form,
        key: shown.fresh_key(state),
        searches: searches.into_iter().map(line).collect(),
        trouble,
    })
}

/// The form as it was filled in.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct SearchBody {
    basis: String,
    case_number: String,
    company: String,
    code: String,
    number: String,
    person_name: String,
    person_number: String,
    from: String,
    until: String,
}

impl SearchBody {
    /// What stands in the form again: everything but whom somebody looked for.
    fn again(self) -> SearchForm {
        let short = |text: String| text.chars().take(120).collect();
        SearchForm {
            basis: short(self.basis),
            case_number: short(self.case_number),
            company: short(self.company),
            code: short(self.code),
            number: short(self.number),
            from: short(self.from),
            until: short(self.until),
        }
    }

    fn typed(&self) -> TypedSearch {
        let Self { basis, case_number, company, code, number, person_name, .. } = self;
        TypedSearch {
            basis: basis.clone(),
            case_number: case_number.clone(),
            company: company.clone(),
            code: code.clone(),
            number: number.clone(),
            person_name: person_name.clone(),
            person_number: self.person_number.clone(),
            from: self.from.clone(),
            until: self.until.clone(),
        }
    }
}

async fn make(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filled: FilledByStaff<SearchBody>,
) -> Result<HttpResponse, Problem> {
    match search(&state.platform, &filled.request, &filled.value.typed()).await {
        Ok(searched) => Ok(to(&Link::RegulatorResults(searched.query, None))),
        Err(error @ SearchError::Criteria(_)) => {
            // Nothing of it is written anywhere, but for how often it happens.
            state.figures.search_refused(&error);
            let shown = Shown::to(&state, reader, Link::Regulator).with_staff(&visitor);
            let again = (filled.value.again(), Some(trouble(&error, reader.language)));
            let asked = home_page(&state, &visitor, &shown, again).await?;
            let mut response = respond(&shown);
            response.status(status_of(error.class()));
            Ok(response.body(render(&asked, &shown.frame)))
        }
        Err(error) => Err(refused(error)),
    }
}

/// Where a page begins.
#[derive(Deserialize)]
struct From {
    after: Option<String>,
}

async fn found(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    query: Path<RecordId>,
    from: Query<From>,
) -> Result<HttpResponse, Problem> {
    let after = from.after.as_deref().map(str::parse::<Rank>).transpose();
    let after = after.map_err(|_| RequestProblem::NotFound)?;
    let found = results(&state.platform, &actor(&visitor)?, *query, after).await;
    let found = found.map_err(refused)?;
    let here = Link::RegulatorResults(*query, after.map(|after| after.to_string()));
    let shown = Shown::to(&state, reader, here).with_staff(&visitor);
    let l = reader.language;
    let shown_page = ResultsPage {
        desk: desk(&state, &visitor, &shown).await?,
        query: words::query(&found.query, l),
        trace: words::trace(&state, found.query.query, found.query.leaf_index),
        rows: found.rows.iter().map(|row| words::result(row, l)).collect(),
        next: found.next.map(|next| next.to_string()),
        is_later: after.is_some(),
        remaining: found.remaining,
        behind: found.log_size.saturating_sub(found.indexed.max(found.query.leaf_index + 1)),
    };
    Ok(page(&shown_page, &shown))
}

/// Behind how many records of a filing its page begins.
#[derive(Deserialize)]
struct Part {
    from: Option<String>,
}

async fn one(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: StaffVisitor,
    at: Path<OfFiling>,
    part: Query<Part>,
) -> Result<HttpResponse, Problem> {
    let from = part.from.as_deref().map(str::parse::<usize>).transpose();
    let from = from.map_err(|_| RequestProblem::NotFound)?.unwrap_or(0);
    let shown = filing_frame(&state, reader, &visitor, (&at, from));
    let asked = filing_page(&state, &http, &visitor, (&shown, &at, from), None).await?;
    Ok(page(&asked, &shown))
}

fn filing_frame(
    state: &State,
    reader: Reader,
    visitor: &StaffVisitor,
    (at, from): (&OfFiling, usize),
) -> Shown {
    let here = Link::RegulatorFiling(at.query_id, at.filing_id, (from > 0).then_some(from));
    Shown::to(state, reader, here).with_staff(visitor)
}

async fn filing_page(
    state: &State,
    http: &HttpRequest,
    visitor: &StaffVisitor,
    (shown, at, from): (&Shown, &OfFiling, usize),
    trouble: Option<Trouble>,
) -> Result<heqi_pages::regulator::DossierPage, Problem> {
    let seen = facts(http, state.platform.clock())?;
    let looked_at = (at.query_id, at.filing_id);
    let seen = dossier(&state.platform, &actor(visitor)?, &seen, looked_at, from).await;
    let seen = seen.map_err(refused)?;
    let above = desk(state, visitor, shown).await?;
    Ok(words::dossier(state, &seen, shown, (above, trouble)))
}

async fn picture(
    state: Data<State>,
    http: HttpRequest,
    visitor: StaffVisitor,
    at: Path<OfRecord>,
) -> Result<HttpResponse, Problem> {
    let seen = facts(&http, state.platform.clock())?;
    let room = state.downloads.room(USUAL_BYTES)?;
    let looked_at = (at.query_id, at.filing_id);
    let bytes = photo(&state.platform, &actor(&visitor)?, &seen, looked_at, at.record_id).await;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "image/jpeg"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(room.send(bytes.map_err(refused)?.to_vec())))
}

async fn evidence(
    state: Data<State>,
    http: HttpRequest,
    visitor: StaffVisitor,
    at: Path<OfRecord>,
) -> Result<HttpResponse, Problem> {
    let seen = facts(&http, state.platform.clock())?;
    let room = state.downloads.room(USUAL_BYTES)?;
    let looked_at = (at.query_id, at.filing_id);
    let taken = bundle(&state.platform, &actor(&visitor)?, &seen, looked_at, at.record_id).await;
    let taken = taken.map_err(refused)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}\"", taken.file_name),
        ))
        .body(room.send(taken.bytes)))
}

async fn package(
    state: Data<State>,
    http: HttpRequest,
    visitor: StaffVisitor,
    at: Path<OfFiling>,
    part: Query<Part>,
) -> Result<HttpResponse, Problem> {
    let from = part.from.as_deref().map(str::parse::<usize>).transpose();
    let from = from.map_err(|_| RequestProblem::NotFound)?.unwrap_or(0);
    let seen = facts(&http, state.platform.clock())?;
    // Before the look is recorded, and until the court's package has been read: its turn at being made ends earlier.
    let room = state.downloads.room(LARGEST_BYTES)?;
    let looked_at = (at.query_id, at.filing_id);
    let taken = court_package(&state.platform, &actor(&visitor)?, &seen, looked_at, from).await;
    let taken = taken.map_err(refused)?;
    let named = format!("attachment; filename=\"{}\"", taken.file_name);
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, named));
    if let Some(next) = taken.next {
        let there = Link::RegulatorPackage(at.query_id, at.filing_id);
        response.insert_header((LINK, format!("<{there}?from={next}>; rel=\"next\"")));
    }
    Ok(response.body(room.send(taken.bytes)))
}

/// Why a hold is placed or lifted.
#[derive(Deserialize)]
struct ReasonBody {
    reason: String,
}

async fn hold(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: StaffVisitor,
    at: Path<OfFiling>,
    filled: FilledByStaff<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    let command = PlaceHold { filing: at.filing_id, reason: filled.value.reason };
    let placed = place_hold(&state.platform, &filled.request, at.query_id, command).await;
    let asked = (&http, reader, &visitor, &*at);
    done(&state, asked, placed.map(|_| ())).await
}

async fn lift(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: StaffVisitor,
    at: Path<OfRecord>,
    filled: FilledByStaff<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    let OfRecord { query_id, filing_id, record_id } = at.into_inner();
    let command = LiftHold { filing: filing_id, hold: record_id, reason: filled.value.reason };
    let lifted = lift_hold(&state.platform, &filled.request, query_id, command).await;
    let at = OfFiling { query_id, filing_id };
    done(&state, (&http, reader, &visitor, &at), lifted.map(|_| ())).await
}

/// Nothing but that it is applied for.
#[derive(Deserialize)]
struct ApplyBody {}

async fn certificate(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: StaffVisitor,
    at: Path<OfRecord>,
    filled: FilledByStaff<ApplyBody>,
) -> Result<HttpResponse, Problem> {
    let OfRecord { query_id, filing_id, record_id } = at.into_inner();
    let looked_at = (query_id, filing_id);
    let applied = apply(&state.platform, &filled.request, looked_at, record_id).await;
    let at = OfFiling { query_id, filing_id };
    done(&state, (&http, reader, &visitor, &at), applied.map(|_| ())).await
}

/// Leads back to the filing, or shows it with what went wrong.
async fn done<E: heqi_registration::fault::Refusal>(
    state: &State,
    (http, reader, visitor, at): (&HttpRequest, Reader, &StaffVisitor, &OfFiling),
    acted: Result<(), E>,
) -> Result<HttpResponse, Problem> {
    let error = match acted {
        Ok(()) => {
            let there = Link::RegulatorFiling(at.query_id, at.filing_id, None);
            return Ok(HttpResponse::SeeOther()
                .insert_header((LOCATION, there.to_string()))
                .finish());
        }
        Err(error)
            if matches!(error.class(), Class::BadInput | Class::TooLarge | Class::Conflict) =>
        {
            error
        }
        Err(error) => return Err(refused(error)),
    };
    let shown = filing_frame(state, reader, visitor, (at, 0));
    let told = Trouble {
        what: error.explain(reader.language).what,
        next: error.explain(reader.language).next,
    };
    let asked = filing_page(state, http, visitor, (&shown, at, 0), Some(told)).await?;
    let mut response = respond(&shown);
    response.status(status_of(error.class()));
    Ok(response.body(render(&asked, &shown.frame)))
}
