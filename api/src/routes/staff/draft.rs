//! A handler opens a filing at the own desk, and sees how it stands until everybody is invited. Every act is the one that
//! a program asks for, and every refusal is told in its words.
//!
//! - [`documents`]: uploading what is to be signed
//! - [`parties`], [`contact`]: who takes part, and how each is reached
//! - [`capital`]: what the shareholders promise
//! - [`invite`]: what will be sent to whom, and what was

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use heqi_filing::{Capacity, CompanyTitle, DeclaredName, Matter, PartyKind};
use heqi_pages::staff::{About, DraftPage, DraftParty, FieldTrouble, NewFilingPage, Trouble};
use heqi_pages::{DeskLink, Link, render};
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::handler_desk::prepared::{PreparedFiling, PreparedParty, prepared_filing};
use heqi_registration::open_filing::{OpenFiling, OpenFilingError, open_filing};
use heqi_registration::staff::sessions::staff_name;
use heqi_service_kit::Problem;
use heqi_vocabulary::{FilingId, Language};

use super::form::FilledByStaff;
use super::pairs::{Pairs, ToldAt, told_at};
use super::{actor, desk, to};
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::refused;
use crate::routes::reading;
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor};

mod capital;
mod contact;
mod documents;
mod invite;
mod parties;

/// After every other address of `/staff/filings/`: a filing is whatever is none of those.
pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/staff/filings/new").route(reading().to(ask)).route(post().to(open)))
        .service(resource("/staff/filings/{filing_id}").route(reading().to(show)))
        .service(
            resource("/staff/filings/{filing_id}/documents").route(post().to(documents::attach)),
        )
        .service(
            resource("/staff/filings/{filing_id}/parties")
                .route(reading().to(parties::ask))
                .route(post().to(parties::add)),
        )
        .service(
            resource("/staff/filings/{filing_id}/parties/{party_id}")
                .route(reading().to(contact::ask))
                .route(post().to(contact::declare)),
        )
        .service(
            resource("/staff/filings/{filing_id}/capital")
                .route(reading().to(capital::ask))
                .route(post().to(capital::declare)),
        )
        .service(
            resource("/staff/filings/{filing_id}/invitations")
                .route(reading().to(invite::ask))
                .route(post().to(invite::send)),
        );
}

async fn ask(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
) -> Result<HttpResponse, Problem> {
    let shown = Shown::to(&state, reader, Link::Desk(DeskLink::New)).with_staff(&visitor);
    let form = new_filing(&state, &visitor, &shown, (String::new(), String::new())).await?;
    Ok(page(&form, &shown))
}

async fn open(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filled: FilledByStaff<Pairs>,
) -> Result<HttpResponse, Problem> {
    let l = reader.language;
    let shown = Shown::to(&state, reader, Link::Desk(DeskLink::New)).with_staff(&visitor);
    let told = match opening(&filled.value, l) {
        Err(told) => told,
        Ok(command) => match open_filing(&state.platform, &filled.request, command).await {
            Ok(opened) => {
                with_handler(&state, &visitor, &filled, opened.filing_id).await?;
                return Ok(to(&Link::Desk(DeskLink::Filing(opened.filing_id))));
            }
            Err(error @ OpenFilingError::Act(_)) => return Err(refused(error)),
            Err(error) => told_at(None, &error, l),
        },
    };
    let typed = (filled.value.shown("matter", 40), filled.value.shown("company_name", 100));
    let mut form = new_filing(&state, &visitor, &shown, typed).await?;
    form.trouble = Some(told.0);
    let mut response = respond(&shown);
    response.status(told.1);
    Ok(response.body(render(&form, &shown.frame)))
}

/// What was typed, read at the door.
fn opening(typed: &Pairs, l: Language) -> Result<OpenFiling, ToldAt> {
    let word = typed.field("matter");
    let matter = Matter::ALL.into_iter().find(|matter| matter.code() == word);
    let matter = matter.ok_or_else(|| no_matter(l))?;
    let company_name = typed.field("company_name").parse::<CompanyTitle>();
    let company_name = company_name.map_err(|error| told_at(Some("company_name"), &error, l))?;
    Ok(OpenFiling { matter, company_name, handler_name: None, number: None })
}

fn no_matter(l: Language) -> ToldAt {
    let what =
        l.pick("没有选择办理事项，没有新建办件。", "Nothing was chosen; no filing was opened.");
    let next = l.pick("请选择一项。", "Choose what is filed.");
    let trouble = Trouble { what: what.to_owned(), next: next.to_owned() };
    (FieldTrouble { field: Some("matter".to_owned()), trouble }, StatusCode::UNPROCESSABLE_ENTITY)
}

/// Whoever opened it is in it as its handler. Where this act is lost, the page of the filing says who is missing.
async fn with_handler(
    state: &State,
    visitor: &StaffVisitor,
    filled: &FilledByStaff<Pairs>,
    filing: FilingId,
) -> Result<(), Problem> {
    let name = staff_name(&state.platform, &visitor.session).await.map_err(refused)?;
    let name = name.parse::<DeclaredName>().map_err(refused)?;
    let own = AddParty {
        filing,
        who: PartyKind::Person { name },
        capacities: [Capacity::Handler].into(),
    };
    let request = filled.request.part("handler");
    add_party(&state.platform, &request, own).await.map_err(refused)?;
    Ok(())
}

async fn new_filing(
    state: &State,
    visitor: &StaffVisitor,
    shown: &Shown,
    (matter, company): (String, String),
) -> Result<NewFilingPage, Problem> {
    actor(visitor)?;
    let l = shown.frame.language;
    let named = |matter: Matter| (matter.code().to_owned(), matter.name(l).to_owned());
    Ok(NewFilingPage {
        desk: desk(state, visitor, shown).await?,
        matters: Matter::ALL.into_iter().map(named).collect(),
        matter,
        company,
        key: shown.fresh_key(state),
        trouble: None,
    })
}

async fn show(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filing: Path<FilingId>,
) -> Result<HttpResponse, Problem> {
    let here = Link::Desk(DeskLink::Filing(*filing));
    let shown = Shown::to(&state, reader, here).with_staff(&visitor);
    let prepared = prepared(&state, &visitor, *filing).await?;
    Ok(page(&draft(&state, &visitor, &shown, &prepared).await?, &shown))
}

/// A filing of this handler; for everybody else there is none.
pub(super) async fn prepared(
    state: &State,
    visitor: &StaffVisitor,
    filing: FilingId,
) -> Result<PreparedFiling, Problem> {
    prepared_filing(&state.platform, &actor(visitor)?, filing).await.map_err(refused)
}

pub(super) async fn draft(
    state: &State,
    visitor: &StaffVisitor,
    shown: &Shown,
    prepared: &PreparedFiling,
) -> Result<DraftPage, Problem> {
    let l = shown.frame.language;
    Ok(DraftPage {
        desk: desk(state, visitor, shown).await?,
        filing: prepared.filing,
        number: prepared.number.to_string(),
        company: prepared.company_name.clone(),
        matter: prepared.matter.name(l).to_owned(),
        is_drafting: prepared.is_drafting(),
        documents: prepared
            .documents
            .iter()
            .map(|document| documents::document_line(document, l))
            .collect(),
        materials: documents::materials_of(prepared, l),
        which: String::new(),
        title: String::new(),
        parties: prepared.parties.iter().map(|party| party_line(party, l)).collect(),
        capital: prepared.capital.as_ref().map(|one| (one.capital.clone(), one.is_current)),
        key: shown.fresh_key(state),
        trouble: None,
    })
}

/// What stands above a form about this filing.
pub(super) async fn about(
    state: &State,
    visitor: &StaffVisitor,
    shown: &Shown,
    prepared: &PreparedFiling,
) -> Result<About, Problem> {
    Ok(About {
        desk: desk(state, visitor, shown).await?,
        filing: prepared.filing,
        number: prepared.number.to_string(),
        company: prepared.company_name.clone(),
    })
}

fn party_line(party: &PreparedParty, l: Language) -> DraftParty {
    DraftParty {
        party: party.party,
        name: party_name(party, l),
        capacities: party_capacities(party, l),
        reached: reached(party, l),
        has_number: party.has_number,
        is_removable: party.is_removable,
    }
}

/// The name, with that of the person who signs for it.
pub(super) fn party_name(party: &PreparedParty, l: Language) -> String {
    match &party.representative {
        None => party.name.clone(),
        Some(person) => match l {
            Language::Zh => format!("{}（{person}）", party.name),
            Language::En => format!("{} ({person})", party.name),
        },
    }
}

/// Where messages go, masked.
pub(super) fn reached(party: &PreparedParty, l: Language) -> String {
    let masked: Vec<&str> = party.destinations.iter().map(|one| one.masked.as_str()).collect();
    masked.join(l.pick("、", ", "))
}

pub(super) fn party_capacities(party: &PreparedParty, l: Language) -> String {
    let named: Vec<&str> = party.capacities.iter().map(|capacity| capacity.name(l)).collect();
    named.join(l.pick("、", ", "))
}
