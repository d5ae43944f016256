//! Objections: what the registry's officer decides.

use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_pages::staff::{ObjectionPage, ObjectionParty, Trouble};
use heqi_pages::{Link, render};
use heqi_registration::fault::Refusal as _;
use heqi_registration::request::RequestFacts;
use heqi_registration::resolve_objection::{
    Outcome, ResolveObjection, ResolveObjectionError, objection_view, resolve_objection,
};
use heqi_service_kit::Problem;
use heqi_vocabulary::{FilingId, PartyId, UtcMillis};
use serde::Deserialize;

use super::form::FilledByStaff;
use super::{actor, desk, to, trouble};
use crate::extract::facts;
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::{refused, status_of};
use crate::routes::reading;
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor};

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(
        resource("/staff/objections/{filing_id}")
            .route(reading().to(show))
            .route(post().to(decide)),
    );
}

async fn show(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: StaffVisitor,
    filing: Path<FilingId>,
) -> Result<HttpResponse, Problem> {
    let seen = facts(&http, state.platform.clock())?;
    let shown = Shown::to(&state, reader, Link::StaffObjection(*filing)).with_staff(&visitor);
    let look = (&visitor, &seen);
    Ok(page(&objection(&state, look, *filing, &shown, String::new(), None).await?, &shown))
}

/// A decision as it was made.
#[derive(Deserialize)]
struct DecisionBody {
    outcome: Outcome,
    #[serde(default)]
    signatures_of: Option<PartyId>,
    grounds: String,
}

async fn decide(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filing: Path<FilingId>,
    filled: FilledByStaff<DecisionBody>,
) -> Result<HttpResponse, Problem> {
    let DecisionBody { outcome, signatures_of, grounds } = filled.value;
    // One line: what was typed on several becomes one with spaces.
    let line = grounds.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = match line.parse() {
        Ok(grounds) => {
            let command = ResolveObjection { filing: *filing, outcome, signatures_of, grounds };
            match resolve_objection(&state.platform, &filled.request, command).await {
                Ok(_) => return Ok(to(&Link::StaffObjection(*filing))),
                Err(error @ ResolveObjectionError::Act(_)) => return Err(refused(error)),
                Err(error) => (trouble(&error, reader.language), status_of(error.class())),
            }
        }
        Err(error) => {
            let error: heqi_filing::WordsError = error;
            (trouble(&error, reader.language), status_of(error.class()))
        }
    };
    let shown = Shown::to(&state, reader, Link::StaffObjection(*filing)).with_staff(&visitor);
    let kept = grounds.chars().take(500).collect();
    let look = (&visitor, &filled.request.facts);
    let again = objection(&state, look, *filing, &shown, kept, Some(told.0)).await?;
    let mut response = respond(&shown);
    response.status(told.1);
    Ok(response.body(render(&again, &shown.frame)))
}

async fn objection(
    state: &State,
    (visitor, seen): (&StaffVisitor, &RequestFacts),
    filing: FilingId,
    shown: &Shown,
    grounds: String,
    trouble: Option<Trouble>,
) -> Result<ObjectionPage, Problem> {
    let view = objection_view(&state.platform, &actor(visitor)?, seen, filing).await;
    let view = view.map_err(refused)?;
    let parties = view.parties.iter().map(|party| ObjectionParty {
        party: party.party,
        name: party.name.clone(),
        has_signed: party.has_signed,
        objected_at: party.objected.map(|(at, _)| at.for_people()),
        taken_back_at: party.objected.and_then(|(_, back)| back).map(UtcMillis::for_people),
    });
    Ok(ObjectionPage {
        desk: desk(state, visitor, shown).await?,
        filing,
        number: view.number.to_string(),
        company: view.company_name,
        matter: view.matter.name(shown.frame.language).to_owned(),
        is_paused: view.is_paused,
        is_simulated: view.is_simulated,
        parties: parties.collect(),
        key: shown.fresh_key(state),
        grounds,
        trouble,
    })
}
