//! A handler adds the parties of a filing in preparation.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use heqi_filing::{AddPartyError as Refused, Capacity, CompanyTitle, DeclaredName, PartyKind};
use heqi_pages::staff::{FieldTrouble, PartyPage, PartyTyped, Trouble};
use heqi_pages::{DeskLink, Link, render};
use heqi_registration::add_party::{AddParty, AddPartyError, add_party};
use heqi_registration::handler_desk::prepared::PreparedFiling;
use heqi_service_kit::Problem;
use heqi_vocabulary::{FilingId, Language};

use super::{about, prepared};
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::refused;
use crate::routes::staff::form::FilledByStaff;
use crate::routes::staff::pairs::{Pairs, ToldAt, told_at};
use crate::routes::staff::to;
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor};

pub(super) async fn ask(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filing: Path<FilingId>,
) -> Result<HttpResponse, Problem> {
    let here = Link::Desk(DeskLink::Parties(*filing));
    let shown = Shown::to(&state, reader, here).with_staff(&visitor);
    let before = prepared(&state, &visitor, *filing).await?;
    let form = party_page(&state, &visitor, &shown, &before, PartyTyped::default()).await?;
    Ok(page(&form, &shown))
}

pub(super) async fn add(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filing: Path<FilingId>,
    filled: FilledByStaff<Pairs>,
) -> Result<HttpResponse, Problem> {
    let (l, typed) = (reader.language, &filled.value);
    let before = prepared(&state, &visitor, *filing).await?;
    let told = match command(*filing, typed, l) {
        Err(told) => told,
        Ok(command) => match add_party(&state.platform, &filled.request, command).await {
            Ok(added) => return Ok(to(&Link::Desk(DeskLink::Party(*filing, added.party_id)))),
            Err(error @ AddPartyError::Act(_)) => return Err(refused(error)),
            Err(error) => told_at(field_of(&error), &error, l),
        },
    };
    let here = Link::Desk(DeskLink::Parties(*filing));
    let shown = Shown::to(&state, reader, here).with_staff(&visitor);
    let again = PartyTyped {
        kind: typed.shown("kind", 20),
        name: typed.shown("name", 100),
        representative: typed.shown("representative", 64),
        capacities: typed.all("capacity").map(str::to_owned).collect(),
    };
    let mut form = party_page(&state, &visitor, &shown, &before, again).await?;
    form.trouble = Some(told.0);
    let mut response = respond(&shown);
    response.status(told.1);
    Ok(response.body(render(&form, &shown.frame)))
}

/// What was typed, read at the door.
fn command(filing: FilingId, typed: &Pairs, l: Language) -> Result<AddParty, ToldAt> {
    let name = typed.field("name");
    let person = |field: &'static str| {
        let read = typed.field(field).parse::<DeclaredName>();
        read.map_err(|error| told_at(Some(field), &error, l))
    };
    let who = match typed.field("kind") {
        "person" if !typed.field("representative").trim().is_empty() => return Err(alone(l)),
        "person" => PartyKind::Person { name: person("name")? },
        "company" => PartyKind::Company {
            name: name.parse::<CompanyTitle>().map_err(|error| told_at(Some("name"), &error, l))?,
            representative: person("representative")?,
        },
        "ward" => PartyKind::Ward { name: person("name")?, guardian: person("representative")? },
        _ => return Err(no_kind(l)),
    };
    let known = |word: &str| ALL.into_iter().find(|capacity| capacity.code() == word);
    let capacities: BTreeSet<Capacity> = typed.all("capacity").filter_map(known).collect();
    Ok(AddParty { filing, who, capacities })
}

/// At which field a refusal is told.
const fn field_of(error: &AddPartyError) -> Option<&'static str> {
    match error {
        AddPartyError::Filing(
            Refused::NoCapacity
            | Refused::UnfitCapacity { .. }
            | Refused::HandlerSignsForOthers
            | Refused::CapacityTaken { .. },
        ) => Some("capacity"),
        _ => None,
    }
}

fn no_kind(l: Language) -> ToldAt {
    let what = l.pick("没有选择当事人的类型，没有添加。", "Nothing was chosen; nobody was added.");
    let next = l.pick("请选择自然人、公司或未成年人。", "Choose a person, a company or a minor.");
    wrong("kind", what, next)
}

fn alone(l: Language) -> ToldAt {
    let what = l.pick(
        "自然人由本人签署，不填签署人姓名，没有添加。",
        "A person signs alone and has nobody who signs for it; nobody was added.",
    );
    let next = l.pick(
        "请清空该项，或改选公司、未成年人。",
        "Empty the field, or choose a company or a minor.",
    );
    wrong("representative", what, next)
}

fn wrong(field: &str, what: &str, next: &str) -> ToldAt {
    let trouble = Trouble { what: what.to_owned(), next: next.to_owned() };
    (FieldTrouble { field: Some(field.to_owned()), trouble }, StatusCode::UNPROCESSABLE_ENTITY)
}

async fn party_page(
    state: &State,
    visitor: &StaffVisitor,
    shown: &Shown,
    before: &PreparedFiling,
    typed: PartyTyped,
) -> Result<PartyPage, Problem> {
    let l = shown.frame.language;
    let two = |word: &str, name: &str| (word.to_owned(), name.to_owned());
    Ok(PartyPage {
        about: about(state, visitor, shown, before).await?,
        kinds: vec![
            two("person", l.pick("自然人", "a person")),
            two("company", l.pick("公司（由代表人签署）", "a company (its representative signs)")),
            two("ward", l.pick("未成年人（由监护人签署）", "a minor (a guardian signs)")),
        ],
        capacities: ALL.into_iter().map(|one| two(one.code(), one.name(l))).collect(),
        typed,
        key: shown.fresh_key(state),
        trouble: None,
    })
}

/// Every capacity, in the order in which people are asked.
const ALL: [Capacity; 5] = [
    Capacity::Shareholder,
    Capacity::CorporateShareholderRepresentative,
    Capacity::LegalRepresentative,
    Capacity::Supervisor,
    Capacity::Handler,
];
