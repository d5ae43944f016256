//! The handler takes out a party: first the question, which changes nothing, then the act.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, post, resource};
use heqi_filing::FilingState;
use heqi_pages::staff::{RemovalPage, Trouble};
use heqi_pages::{Link, render};
use heqi_registration::fault::Refusal as _;
use heqi_registration::handler_desk::HandledFiling;
use heqi_registration::remove_party::{RemoveParty, RemovePartyError, remove_party};
use heqi_service_kit::Problem;
use heqi_vocabulary::PartyId;
use serde::Deserialize;

use super::form::FilledByStaff;
use super::handler::{again, found, handler, line, nothing};
use super::{desk, trouble};
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::{refused, status_of};
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor};

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/staff/filings/removal").route(post().to(ask)))
        .service(resource("/staff/filings/removal/done").route(post().to(remove)));
}

/// Whom the handler would take out.
#[derive(Deserialize)]
struct AskForm {
    number: String,
    party: PartyId,
}

async fn ask(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filled: FilledByStaff<AskForm>,
) -> Result<HttpResponse, Problem> {
    let l = reader.language;
    let shown = Shown::to(&state, reader, Link::HandlerFilings).with_staff(&visitor);
    let AskForm { number, party } = filled.value;
    let Some(filing) = found(&state, &visitor, &number, l).await? else {
        let asked = handler(&state, &visitor, &shown, number, None).await?;
        return Ok(again(asked, (nothing(l), StatusCode::NOT_FOUND), &shown));
    };
    let about = About { filing: &filing, number: &number, party, reason: String::new() };
    if let Some(question) = about.question(&state, &visitor, &shown).await? {
        return Ok(page(&question, &shown));
    }
    let told = trouble(&heqi_filing::RemovePartyError::UnknownParty, l);
    let asked = handler(&state, &visitor, &shown, number, Some(filing)).await?;
    Ok(again(asked, (told, StatusCode::NOT_FOUND), &shown))
}

/// Whom the handler takes out, and why.
#[derive(Deserialize)]
struct RemoveForm {
    number: String,
    party: PartyId,
    reason: String,
}

async fn remove(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filled: FilledByStaff<RemoveForm>,
) -> Result<HttpResponse, Problem> {
    let l = reader.language;
    let shown = Shown::to(&state, reader, Link::HandlerFilings).with_staff(&visitor);
    let RemoveForm { number, party, reason } = filled.value;
    let Some(filing) = found(&state, &visitor, &number, l).await? else {
        let asked = handler(&state, &visitor, &shown, number, None).await?;
        return Ok(again(asked, (nothing(l), StatusCode::NOT_FOUND), &shown));
    };
    let command = RemoveParty { filing: filing.filing, party, reason: Some(reason.clone()) };
    let told = match remove_party(&state.platform, &filled.request, command).await {
        Ok(_) => {
            let name = filing.parties.iter().find(|one| one.party == party);
            // The same form again: who it was stands in the filing no more.
            let name = name
                .map_or_else(|| l.pick("该当事人", "The party").to_owned(), |one| one.name.clone());
            let now = found(&state, &visitor, &number, l).await?;
            let mut asked = handler(&state, &visitor, &shown, number, now).await?;
            asked.removed = Some(name);
            return Ok(page(&asked, &shown));
        }
        Err(error @ RemovePartyError::Act(_)) => return Err(refused(error)),
        Err(error) => (trouble(&error, l), status_of(error.class())),
    };
    // As it stands now: it may have signed while the question was read.
    let Some(filing) = found(&state, &visitor, &number, l).await? else {
        let asked = handler(&state, &visitor, &shown, number, None).await?;
        return Ok(again(asked, told, &shown));
    };
    let about = About { filing: &filing, number: &number, party, reason };
    let Some(question) = about.question(&state, &visitor, &shown).await? else {
        let asked = handler(&state, &visitor, &shown, number, Some(filing)).await?;
        return Ok(again(asked, told, &shown));
    };
    Ok(asked_again(question, told, &shown))
}

/// What is asked about.
struct About<'a> {
    filing: &'a HandledFiling,
    number: &'a str,
    party: PartyId,
    reason: String,
}

impl About<'_> {
    /// Nothing where the party does not take part.
    async fn question(
        self,
        state: &State,
        visitor: &StaffVisitor,
        shown: &Shown,
    ) -> Result<Option<RemovalPage>, Problem> {
        let party = self.filing.parties.iter().find(|one| one.party == self.party);
        let Some(party) = party else { return Ok(None) };
        let line = line(party, shown.frame.language);
        Ok(Some(RemovalPage {
            desk: desk(state, visitor, shown).await?,
            number: self.number.chars().take(12).collect(),
            company: self.filing.company_name.clone(),
            party: self.party,
            name: line.name,
            capacities: line.capacities,
            stand: line.stand,
            is_open: !matches!(self.filing.state, FilingState::Drafting { .. }),
            reason: self.reason.chars().take(2000).collect(),
            key: shown.fresh_key(state),
            trouble: None,
        }))
    }
}

fn asked_again(
    mut question: RemovalPage,
    told: (Trouble, StatusCode),
    shown: &Shown,
) -> HttpResponse {
    question.trouble = Some(told.0);
    let mut response = respond(shown);
    response.status(told.1);
    response.body(render(&question, &shown.frame))
}
