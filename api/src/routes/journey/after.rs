//! After signing: what was signed by whom, each party's answer, and how the filing stands.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_filing::{Confirmation, FilingState};
use heqi_pages::journey::{
    AfterLandingPage, Answer, ConfirmPage, ObjectPage, PartyLine, PartyStand, StepKind, StepStand,
    TimelinePage, TimelineStep,
};
use heqi_pages::staff::Trouble;
use heqi_pages::{Link, render};
use heqi_registration::confirm::{Confirm, ConfirmError, confirm};
use heqi_registration::fault::Refusal as _;
use heqi_registration::next_tries::next_tries;
use heqi_registration::object::{Ground, Object, object};
use heqi_registration::receipt::{Flag as Awaiting, Wait, receipt};
use heqi_registration::resolve_objection::take_back_objection;
use heqi_registration::timeline::{Timeline, TimelineParty, timeline};
use heqi_service_kit::Problem;
use heqi_vocabulary::{Digest, Explain as _, Language};
use serde::Deserialize;

use super::super::{reading, statement_of};
use super::form::Filled;
use super::stand::{capacities, office};
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::{refused, status_of};
use crate::state::State;
use crate::visitor::{Reader, Visitor};

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/c/{link}").route(reading().to(landing)).route(post().to(begin_visit)))
        .service(resource("/sign/confirm").route(reading().to(look)).route(post().to(confirmed)))
        .service(resource("/sign/object").route(reading().to(ask)).route(post().to(objected)))
        .service(resource("/sign/object/take-back").route(post().to(taken_back)))
        .service(resource("/sign/filing").route(reading().to(filing)));
}

async fn landing(state: Data<State>, reader: Reader, link: Path<String>) -> HttpResponse {
    let code = link.into_inner();
    let shown = Shown::to(&state, reader, Link::AfterSigning(code.clone()));
    page(&AfterLandingPage { code }, &shown)
}

/// The same door as the invitation's: a code is asked for again, nothing is signed again.
async fn begin_visit(
    state: Data<State>,
    http: HttpRequest,
    link: Path<String>,
) -> Result<HttpResponse, Problem> {
    super::begin_visit(state, http, link).await
}

fn to(link: &Link) -> HttpResponse {
    HttpResponse::build(StatusCode::SEE_OTHER).insert_header((LOCATION, link.to_string())).finish()
}

async fn stands(state: &State, visitor: &Visitor, language: Language) -> Result<Timeline, Problem> {
    timeline(&state.platform, &visitor.actor(), language).await.map_err(refused)
}

async fn look(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let shown = Shown::to(&state, reader, Link::Confirm).with(&visitor);
    Ok(page(&confirming(&state, &visitor, &shown).await?, &shown))
}

async fn confirming(
    state: &State,
    visitor: &Visitor,
    shown: &Shown,
) -> Result<ConfirmPage, Problem> {
    let l = shown.frame.language;
    let view = stands(state, visitor, l).await?;
    Ok(ConfirmPage {
        number: view.number.to_string(),
        company: view.company_name.clone(),
        matter: view.matter.name(l).to_owned(),
        parties: lines(&view, l),
        answer: answer(&view, shown.fresh_key(state)),
        counter: office(state),
        is_simulated: state.platform.settings().is_simulated(view.number),
        trouble: None,
    })
}

fn answer(view: &Timeline, key: String) -> Answer {
    let own = view.reader().map(|party| party.confirmation);
    match (own, view.state) {
        (Some(Confirmation::Objected { at, taken_back_at, .. }), _) => Answer::Objected {
            at: at.for_people(),
            taken_back_at: taken_back_at.map(heqi_vocabulary::UtcMillis::for_people),
            key: matches!(view.state, FilingState::Frozen { .. }).then_some(key),
        },
        (_, FilingState::Frozen { .. } | FilingState::Ended { .. }) => Answer::Closed,
        (Some(Confirmation::Confirmed { at, .. }), _) => Answer::Confirmed { at: at.for_people() },
        (_, FilingState::Signed { .. }) if view.closes_at.is_none() => Answer::Overdue,
        (_, FilingState::Signed { .. }) => Answer::Asked {
            statement: view.confirmation_text.to_owned(),
            statement_sha256: view.statement_sha256,
            shown: view.shown_sha256,
            closes_at: view.closes_at.map(heqi_vocabulary::UtcMillis::for_people),
            key,
        },
        _ => Answer::NotYet { missing: view.parties.iter().map(|party| party.missing).sum() },
    }
}

/// The list that was looked at, and the statement.
#[derive(Deserialize)]
struct ConfirmForm {
    shown_sha256: Digest,
    /// A page of before it said so names none.
    statement_sha256: Option<Digest>,
}

/// Where list or statement have changed since they were shown nothing is recorded, and those of now are shown.
async fn confirmed(
    state: Data<State>,
    visitor: Visitor,
    reader: Reader,
    filled: Filled<ConfirmForm>,
) -> Result<HttpResponse, Problem> {
    let (_, filing, party) = filled.request.actor.signer().map_err(refused)?;
    let shown_sha256 = Some(filled.value.shown_sha256);
    let statement_sha256 = Some(statement_of(filled.value.statement_sha256));
    let command = Confirm { filing, party, shown_sha256, statement_sha256 };
    let error = match confirm(&state.platform, &filled.request, command).await {
        Ok(_) => return Ok(to(&Link::Confirm)),
        Err(error @ (ConfirmError::ListChanged | ConfirmError::StatementChanged)) => error,
        Err(error) => return Err(refused(error)),
    };
    let shown = Shown::to(&state, reader, Link::Confirm).with(&visitor);
    let told = error.explain(shown.frame.language);
    let mut now = confirming(&state, &visitor, &shown).await?;
    now.trouble = Some(Trouble { what: told.what, next: told.next });
    let mut response = respond(&shown);
    response.status(status_of(error.class()));
    Ok(response.body(render(&now, &shown.frame)))
}

/// An objection is taken back.
#[derive(Deserialize)]
struct TakeBackForm {}

async fn taken_back(
    state: Data<State>,
    filled: Filled<TakeBackForm>,
) -> Result<HttpResponse, Problem> {
    let (_, filing, party) = filled.request.actor.signer().map_err(refused)?;
    take_back_objection(&state.platform, &filled.request, (filing, party))
        .await
        .map_err(refused)?;
    Ok(to(&Link::Confirm))
}

async fn ask(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let view = stands(&state, &visitor, reader.language).await?;
    let objected = view.reader().is_some_and(|party| party.confirmation.is_objection());
    if objected || matches!(view.state, FilingState::Ended { .. }) {
        return Ok(to(&Link::Confirm));
    }
    let shown = Shown::to(&state, reader, Link::Object).with(&visitor);
    Ok(page(&ObjectPage { key: shown.fresh_key(&state) }, &shown))
}

/// An objection.
#[derive(Deserialize)]
struct ObjectForm {
    ground: Ground,
    #[serde(default)]
    reason: String,
}

async fn objected(
    state: Data<State>,
    visitor: Visitor,
    reader: Reader,
    filled: Filled<ObjectForm>,
) -> Result<HttpResponse, Problem> {
    let (_, filing, party) = filled.request.actor.signer().map_err(refused)?;
    let view = stands(&state, &visitor, reader.language).await?;
    let ObjectForm { ground, reason } = filled.value;
    let reason = Some(reason).filter(|reason| !reason.trim().is_empty());
    let command = Object { filing, party, against: view.own_record, ground, reason };
    object(&state.platform, &filled.request, command).await.map_err(refused)?;
    Ok(to(&Link::Confirm))
}

async fn filing(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let view = stands(&state, &visitor, reader.language).await?;
    let steps = steps(&state, &visitor, &view).await?;
    let shown = Shown::to(&state, reader, Link::Timeline).with(&visitor);
    let timeline = TimelinePage {
        number: view.number.to_string(),
        company: view.company_name.clone(),
        matter: view.matter.name(reader.language).to_owned(),
        steps,
        parties: lines(&view, reader.language),
        removed: view.removed.iter().max().map(|last| (view.removed.len(), last.for_people())),
        is_simulated: state.platform.settings().is_simulated(view.number),
    };
    Ok(page(&timeline, &shown))
}

/// What has happened, what it waits for, what is to come.
async fn steps(
    state: &State,
    visitor: &Visitor,
    view: &Timeline,
) -> Result<Vec<TimelineStep>, Problem> {
    use StepStand::{Done, Later, Refused, Waiting};
    let people = heqi_vocabulary::UtcMillis::for_people;
    let step = |kind, stand, since: Option<heqi_vocabulary::UtcMillis>| TimelineStep {
        kind,
        stand,
        since: since.map(people),
        next: None,
    };
    let (drafting, signing, confirming) = match view.state {
        FilingState::Drafting { since } => ((Waiting, since), (Later, None), (Later, None)),
        FilingState::Signing { since } => {
            ((Done, view.opened_at), (Waiting, Some(since)), (Later, None))
        }
        FilingState::Signed { since, asked_at } => {
            ((Done, view.opened_at), (Done, Some(since)), (Waiting, Some(asked_at)))
        }
        FilingState::Reviewing { since } | FilingState::Confirmed { since } => {
            ((Done, view.opened_at), (Done, None), (Done, Some(since)))
        }
        FilingState::Submitted { .. } => {
            let answers = view.parties.iter().filter_map(|party| party.confirmation.confirmed_at());
            ((Done, view.opened_at), (Done, None), (Done, answers.max()))
        }
        FilingState::Frozen { .. } | FilingState::Ended { .. } => {
            let signed = view.parties.iter().all(|party| party.missing == 0);
            let signing = if signed { Done } else { Later };
            ((Done, view.opened_at), (signing, None), (Later, None))
        }
    };
    let mut steps = vec![
        step(StepKind::Opened, drafting.0, Some(drafting.1)),
        step(StepKind::Signing, signing.0, signing.1),
    ];
    if let Some(record) = view.own_record {
        let own = receipt(&state.platform, &visitor.actor(), record, &Wait::default()).await;
        let own = own.map_err(refused)?;
        let next = next_tries(&state.platform, &own).await.map_err(refused)?;
        let stand = if own.deposited.is_held_by_all() {
            Done
        } else if own.deposited.is_refused_for_good() {
            Refused
        } else {
            Waiting
        };
        let kind = StepKind::Deposited(own.deposited.held, own.deposited.of);
        let waited_since = (stand == Waiting).then_some(own.recorded_at);
        steps.push(TimelineStep {
            next: next.get(&Awaiting::Deposited).copied().map(people),
            ..step(kind, stand, waited_since)
        });
    }
    steps.push(TimelineStep {
        next: view.next_reminder_at.map(people),
        ..step(StepKind::Confirming, confirming.0, confirming.1)
    });
    match view.state {
        FilingState::Reviewing { since } => {
            steps.push(step(StepKind::Reviewing, Waiting, Some(since)));
        }
        FilingState::Frozen { since, .. } => {
            steps.push(step(StepKind::Objection, Waiting, Some(since)));
        }
        FilingState::Ended { since, .. } => steps.push(step(StepKind::Ended, Done, Some(since))),
        _ => {}
    }
    let submission = submission(view.state);
    steps.extend(submission.map(|(stand, since)| step(StepKind::Submission, stand, since)));
    Ok(steps)
}

/// What comes after everybody's answer, and since when it stands so: the registry is the handler's business, and what is
/// paused or over does not get there.
const fn submission(state: FilingState) -> Option<(StepStand, Option<heqi_vocabulary::UtcMillis>)> {
    match state {
        FilingState::Drafting { .. }
        | FilingState::Signing { .. }
        | FilingState::Signed { .. }
        | FilingState::Reviewing { .. } => Some((StepStand::Later, None)),
        FilingState::Confirmed { since } => Some((StepStand::Elsewhere, Some(since))),
        FilingState::Submitted { since } => Some((StepStand::Done, Some(since))),
        FilingState::Frozen { .. } | FilingState::Ended { .. } => None,
    }
}

fn lines(view: &Timeline, language: Language) -> Vec<PartyLine> {
    view.parties.iter().map(|party| line(party, language)).collect()
}

fn line(party: &TimelineParty, language: Language) -> PartyLine {
    let signed_last = party.signed.iter().map(|(_, at)| *at).max();
    let (stand, since) = match party.confirmation {
        Confirmation::Objected { at, .. } => (PartyStand::Objected, Some(at)),
        Confirmation::Confirmed { at, .. } => (PartyStand::Confirmed, Some(at)),
        Confirmation::Pending {} if party.missing > 0 => {
            (PartyStand::ToSign(party.missing), signed_last)
        }
        Confirmation::Pending {} if party.is_signer => (PartyStand::Signed, signed_last),
        Confirmation::Pending {} => (PartyStand::ToConfirm, None),
    };
    PartyLine {
        name: party.name.clone(),
        capacities: capacities(&party.capacities, language),
        is_reader: party.is_reader,
        signed: party.signed.iter().map(|(title, at)| (title.clone(), at.for_people())).collect(),
        stand,
        since: since.map(heqi_vocabulary::UtcMillis::for_people),
    }
}
