//! The handler at the own desk: how a filing stands, the handler's confirmation, and that it was submitted.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, post, resource};
use heqi_filing::{Confirmation, FilingState};
use heqi_pages::staff::{
    DraftLine, HandledLine, HandledShown, HandlerPage, HandlerStand, SubmissionStand, Trouble,
};
use heqi_pages::{Link, render};
use heqi_registration::ask_again::{AskAgain, AskAgainError, ask_again, is_overdue};
use heqi_registration::confirm::{Confirm, ConfirmError, confirm};
use heqi_registration::fault::{ActError, Refusal as _, Thing};
use heqi_registration::handler_desk::prepared::{DraftListed, drafts};
use heqi_registration::handler_desk::{HandledFiling, HandledParty, handled_filing};
use heqi_registration::submit::{Submit, SubmitError, submit};
use heqi_service_kit::Problem;
use heqi_vocabulary::{Digest, FilingNo, Language, UtcMillis};
use serde::Deserialize;

use super::form::FilledByStaff;
use super::{actor, case, desk, trouble};
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::{refused, status_of};
use crate::routes::{reading, statement_of};
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor};

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/staff/filings").route(reading().to(ask)).route(post().to(look)))
        .service(resource("/staff/filings/confirmation").route(post().to(confirmed)))
        .service(resource("/staff/filings/confirmation-requests").route(post().to(asked_again)))
        .service(resource("/staff/filings/submission").route(post().to(submitted)));
}

async fn ask(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
) -> Result<HttpResponse, Problem> {
    let shown = Shown::to(&state, reader, Link::HandlerFilings).with_staff(&visitor);
    Ok(page(&handler(&state, &visitor, &shown, String::new(), None).await?, &shown))
}

/// Which filing, as it was typed.
#[derive(Deserialize)]
struct LookForm {
    number: String,
}

async fn look(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filled: FilledByStaff<LookForm>,
) -> Result<HttpResponse, Problem> {
    let shown = Shown::to(&state, reader, Link::HandlerFilings).with_staff(&visitor);
    let number = filled.value.number;
    let filing = found(&state, &visitor, &number, reader.language).await?;
    let is_found = filing.is_some();
    let asked = handler(&state, &visitor, &shown, number, filing).await?;
    if is_found {
        return Ok(page(&asked, &shown));
    }
    Ok(again(asked, (nothing(reader.language), StatusCode::NOT_FOUND), &shown))
}

/// What the handler has seen and confirms.
#[derive(Deserialize)]
struct ConfirmForm {
    number: String,
    shown_sha256: Digest,
    /// A page of before it said so names none.
    statement_sha256: Option<Digest>,
}

async fn confirmed(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filled: FilledByStaff<ConfirmForm>,
) -> Result<HttpResponse, Problem> {
    let l = reader.language;
    let shown = Shown::to(&state, reader, Link::HandlerFilings).with_staff(&visitor);
    let ConfirmForm { number, shown_sha256, statement_sha256 } = filled.value;
    let Some(filing) = found(&state, &visitor, &number, l).await? else {
        let asked = handler(&state, &visitor, &shown, number, None).await?;
        return Ok(again(asked, (nothing(l), StatusCode::NOT_FOUND), &shown));
    };
    let Some(own) = filing.own else {
        let asked = handler(&state, &visitor, &shown, number, Some(filing)).await?;
        return Ok(again(asked, (not_named(l), StatusCode::CONFLICT), &shown));
    };
    let command = Confirm {
        filing: filing.filing,
        party: own,
        shown_sha256: Some(shown_sha256),
        statement_sha256: Some(statement_of(statement_sha256)),
    };
    let told = match confirm(&state.platform, &filled.request, command).await {
        Ok(_) => None,
        Err(error @ ConfirmError::Act(_)) => return Err(refused(error)),
        Err(error) => Some((trouble(&error, l), status_of(error.class()))),
    };
    let now = found(&state, &visitor, &number, l).await?;
    let asked = handler(&state, &visitor, &shown, number, now).await?;
    Ok(match told {
        None => page(&asked, &shown),
        Some(told) => again(asked, told, &shown),
    })
}

/// Those who have not confirmed in time are asked again.
async fn asked_again(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filled: FilledByStaff<LookForm>,
) -> Result<HttpResponse, Problem> {
    let l = reader.language;
    let shown = Shown::to(&state, reader, Link::HandlerFilings).with_staff(&visitor);
    let number = filled.value.number;
    let Some(filing) = found(&state, &visitor, &number, l).await? else {
        let asked = handler(&state, &visitor, &shown, number, None).await?;
        return Ok(again(asked, (nothing(l), StatusCode::NOT_FOUND), &shown));
    };
    let command = AskAgain { filing: filing.filing };
    let told = match ask_again(&state.platform, &filled.request, command).await {
        Ok(_) => None,
        Err(error @ AskAgainError::Act(_)) => return Err(refused(error)),
        Err(error) => Some((trouble(&error, l), status_of(error.class()))),
    };
    let now = found(&state, &visitor, &number, l).await?;
    let mut asked = handler(&state, &visitor, &shown, number, now).await?;
    asked.asked_again = told.is_none();
    Ok(match told {
        None => page(&asked, &shown),
        Some(told) => again(asked, told, &shown),
    })
}

/// The handler has submitted it to the registry.
async fn submitted(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filled: FilledByStaff<LookForm>,
) -> Result<HttpResponse, Problem> {
    let l = reader.language;
    let shown = Shown::to(&state, reader, Link::HandlerFilings).with_staff(&visitor);
    let number = filled.value.number;
    let Some(filing) = found(&state, &visitor, &number, l).await? else {
        let asked = handler(&state, &visitor, &shown, number, None).await?;
        return Ok(again(asked, (nothing(l), StatusCode::NOT_FOUND), &shown));
    };
    let command = Submit { filing: filing.filing };
    let told = match submit(&state.platform, &filled.request, command).await {
        Ok(_) => None,
        Err(error @ SubmitError::Act(_)) => return Err(refused(error)),
        Err(error) => Some((trouble(&error, l), status_of(error.class()))),
    };
    let now = found(&state, &visitor, &number, l).await?;
    let mut asked = handler(&state, &visitor, &shown, number, now).await?;
    asked.submitted = told.is_none();
    Ok(match told {
        None => page(&asked, &shown),
        Some(told) => again(asked, told, &shown),
    })
}

/// A filing of this handler with the number that was typed.
pub(super) async fn found(
    state: &State,
    visitor: &StaffVisitor,
    number: &str,
    language: Language,
) -> Result<Option<HandledFiling>, Problem> {
    let digits: String = number.chars().filter(|c| !c.is_whitespace()).collect();
    let Ok(number) = digits.parse::<FilingNo>() else { return Ok(None) };
    match handled_filing(&state.platform, &actor(visitor)?, number, language).await {
        Ok(filing) => Ok(Some(filing)),
        Err(ActError::NotFound(Thing::Filing)) => Ok(None),
        Err(error) => Err(refused(error)),
    }
}

/// Whether there is such a filing of somebody else is not said.
pub(super) fn nothing(l: Language) -> Trouble {
    let what = l
        .pick("没有找到由您经办的该办件。", "There is no filing with this number that you handle.");
    let next = l.pick(
        "请核对办件码；办件中经办人的姓名和证件号码须与您的账号登记的一致。账号尚未登记证件号码的，请联系平台。",
        "Check the number. The filing must name its handler by the name and the document number of your account; \
         if yours has no number yet, ask the platform.",
    );
    Trouble { what: what.to_owned(), next: next.to_owned() }
}

/// A filing that was opened at the desk and does not name this person by the number.
fn not_named(l: Language) -> Trouble {
    let what = l.pick(
        "办件中还没有登记您本人为经办人，没有确认。",
        "The filing does not name you as its handler yet; nothing was confirmed.",
    );
    let next = l.pick(
        "请先在准备办件中填写您本人的证件号码。",
        "Enter your own document number there first.",
    );
    Trouble { what: what.to_owned(), next: next.to_owned() }
}

pub(super) fn again(
    mut asked: HandlerPage,
    told: (Trouble, StatusCode),
    shown: &Shown,
) -> HttpResponse {
    asked.trouble = Some(told.0);
    let mut response = respond(shown);
    response.status(told.1);
    response.body(render(&asked, &shown.frame))
}

pub(super) async fn handler(
    state: &State,
    visitor: &StaffVisitor,
    shown: &Shown,
    number: String,
    filing: Option<HandledFiling>,
) -> Result<HandlerPage, Problem> {
    let (l, actor) = (shown.frame.language, actor(visitor)?);
    let drafts = match &filing {
        None => drafts(&state.platform, &actor).await.map_err(refused)?,
        Some(_) => Vec::new(),
    };
    let draft = |one: &DraftListed| DraftLine {
        filing: one.filing,
        number: one.number.to_string(),
        company: one.company_name.clone(),
        matter: one.matter.name(l).to_owned(),
    };
    let office = state.platform.settings().review_office.as_ref();
    Ok(HandlerPage {
        desk: desk(state, visitor, shown).await?,
        number: number.chars().take(12).collect(),
        drafts: drafts.iter().map(draft).collect(),
        filing: filing.map(|filing| handled(&filing, state.platform.now(), l)),
        key: shown.fresh_key(state),
        removed: None,
        asked_again: false,
        submitted: false,
        counter: office.map(|office| office.name.as_str().to_owned()),
        trouble: None,
    })
}

fn handled(filing: &HandledFiling, now: UtcMillis, l: Language) -> HandledShown {
    let missing = filing.parties.iter().filter_map(|party| party.missing).sum();
    let stand = match (filing.state, filing.confirmation) {
        // Before the own confirmation: who has confirmed must not take to the registry what somebody objected to.
        (FilingState::Frozen { .. } | FilingState::Ended { .. }, _)
        | (_, Confirmation::Objected { .. }) => HandlerStand::Closed,
        (_, Confirmation::Confirmed { at, .. }) => HandlerStand::Confirmed(at.for_people()),
        (FilingState::Signed { .. } | FilingState::Reviewing { .. }, _) => HandlerStand::Asked,
        _ => HandlerStand::Waits(missing),
    };
    HandledShown {
        company: filing.company_name.clone(),
        matter: filing.matter.name(l).to_owned(),
        prepared: matches!(
            filing.state,
            FilingState::Drafting { .. } | FilingState::Signing { .. }
        )
        .then_some(filing.filing),
        parties: filing.parties.iter().map(|party| line(party, l)).collect(),
        statement: filing.statement.to_owned(),
        stand,
        submission: match (filing.state, &filing.held_back) {
            (FilingState::Confirmed { .. }, Some(missing)) => {
                SubmissionStand::HeldBack(format!("{} {}", missing.what, missing.next))
            }
            (FilingState::Confirmed { .. }, None) if filing.own.is_some() => {
                SubmissionStand::Awaited
            }
            (FilingState::Submitted { since }, _) => SubmissionStand::Submitted(since.for_people()),
            _ => SubmissionStand::Not,
        },
        is_overdue: is_overdue(&filing.state, now),
        statement_sha256: filing.statement_sha256,
        shown_sha256: filing.shown_sha256,
    }
}

pub(super) fn line(party: &HandledParty, l: Language) -> HandledLine {
    let capacities: Vec<String> =
        party.capacities.iter().map(|word| case::capacity(word, l)).collect();
    let stand = match (party.confirmation, party.missing) {
        (Confirmation::Objected { .. }, _) => l.pick("有异议", "has objected"),
        (Confirmation::Confirmed { .. }, _) => l.pick("已确认", "has confirmed"),
        (Confirmation::Pending {}, Some(0)) => {
            l.pick("已签署，待确认", "has signed, has not confirmed")
        }
        (Confirmation::Pending {}, Some(_)) => l.pick("待签署", "has not signed everything"),
        (Confirmation::Pending {}, None) => l.pick("待确认", "has not confirmed"),
    };
    HandledLine {
        removable: party.is_removable.then_some(party.party),
        name: party.name.clone(),
        capacities: capacities.join(l.pick("、", ", ")),
        signed: party
            .signed
            .iter()
            .map(|(title, at)| (title.clone(), UtcMillis::for_people(*at)))
            .collect(),
        stand: stand.to_owned(),
    }
}
