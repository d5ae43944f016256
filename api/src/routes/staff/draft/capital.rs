//! A handler declares the registered capital and what each shareholder promises.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use heqi_identity::amount::Fen;
use heqi_identity::contributions::{Contribution, ContributionsError};
use heqi_pages::staff::{CapitalPage, ShareTyped};
use heqi_pages::{DeskLink, Link, render};
use heqi_registration::contacts;
use heqi_registration::declare_capital::{DeclareCapital, DeclareCapitalError, declare_capital};
use heqi_registration::handler_desk::prepared::{PreparedFiling, PreparedParty};
use heqi_service_kit::Problem;
use heqi_vocabulary::{FilingId, Language, PartyId};

use super::{about, party_name, prepared};
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
    let here = Link::Desk(DeskLink::Capital(*filing));
    let shown = Shown::to(&state, reader, here).with_staff(&visitor);
    let before = prepared(&state, &visitor, *filing).await?;
    let form = capital_page(&state, &visitor, &shown, &before).await?;
    Ok(page(&form, &shown))
}

pub(super) async fn declare(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filing: Path<FilingId>,
    filled: FilledByStaff<Pairs>,
) -> Result<HttpResponse, Problem> {
    let (l, typed) = (reader.language, &filled.value);
    let before = prepared(&state, &visitor, *filing).await?;
    let told = match command(&before, typed, l) {
        Err(told) => told,
        Ok(command) => match declare_capital(&state.platform, &filled.request, command).await {
            Ok(_) => return Ok(to(&Link::Desk(DeskLink::Filing(*filing)))),
            Err(error @ DeclareCapitalError::Act(_)) => return Err(refused(error)),
            Err(error) => told_at(field_of(&error, &before).as_deref(), &error, l),
        },
    };
    let here = Link::Desk(DeskLink::Capital(*filing));
    let shown = Shown::to(&state, reader, here).with_staff(&visitor);
    let mut form = capital_page(&state, &visitor, &shown, &before).await?;
    form.capital = typed.shown("capital", 24);
    for share in &mut form.shares {
        share.amount = typed.shown(&amount_of(share.party), 24);
        share.due = typed.shown(&due_of(share.party), 10);
    }
    form.trouble = Some(told.0);
    let mut response = respond(&shown);
    response.status(told.1);
    Ok(response.body(render(&form, &shown.frame)))
}

fn shareholders(before: &PreparedFiling) -> impl Iterator<Item = &PreparedParty> {
    before.parties.iter().filter(|party| party.is_shareholder())
}

fn amount_of(party: PartyId) -> String {
    format!("amount-{party}")
}

fn due_of(party: PartyId) -> String {
    format!("due-{party}")
}

/// What was typed, read at the door: of each shareholder of now.
fn command(before: &PreparedFiling, typed: &Pairs, l: Language) -> Result<DeclareCapital, ToldAt> {
    let amount = |field: &str| {
        let read = Fen::parse_yuan(typed.field(field).trim());
        read.map_err(|error| told_at(Some(field), &error, l))
    };
    let capital = amount("capital")?;
    let mut promises = Vec::new();
    for party in shareholders(before) {
        let field = due_of(party.party);
        let due = contacts::day(typed.field(&field).trim());
        let due = due.map_err(|error| told_at(Some(&field), &error, l))?;
        let amount = amount(&amount_of(party.party))?;
        promises.push((party.party, Contribution { amount, due }));
    }
    Ok(DeclareCapital { filing: before.filing, capital, promises })
}

/// At which field a refusal is told. Shareholders are counted from 1, in their order.
fn field_of(error: &DeclareCapitalError, before: &PreparedFiling) -> Option<String> {
    let nth = |place: usize| shareholders(before).nth(place.checked_sub(1)?);
    match error {
        DeclareCapitalError::Contributions(ContributionsError::Nothing(place)) => {
            nth(*place).map(|party| amount_of(party.party))
        }
        DeclareCapitalError::Contributions(ContributionsError::Due(place)) => {
            nth(*place).map(|party| due_of(party.party))
        }
        DeclareCapitalError::Contributions(ContributionsError::Sum { .. }) => {
            Some("capital".to_owned())
        }
        _ => None,
    }
}

async fn capital_page(
    state: &State,
    visitor: &StaffVisitor,
    shown: &Shown,
    before: &PreparedFiling,
) -> Result<CapitalPage, Problem> {
    let l = shown.frame.language;
    let share = |party: &PreparedParty| {
        let declared = before.capital.as_ref().and_then(|capital| {
            capital.promises.iter().find(|(promising, ..)| *promising == party.party)
        });
        let (amount, due) = declared
            .map_or_else(Default::default, |(_, amount, due)| (amount.clone(), due.clone()));
        ShareTyped { party: party.party, name: party_name(party, l), amount, due }
    };
    Ok(CapitalPage {
        about: about(state, visitor, shown, before).await?,
        capital: before.capital.as_ref().map_or_else(String::new, |one| one.capital.clone()),
        shares: shareholders(before).map(share).collect(),
        key: shown.fresh_key(state),
        trouble: None,
    })
}
