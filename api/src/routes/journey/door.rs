//! Who is here: the one-time code, then the last four of the identity number. A session begins
//! outside, whatever another session of the same signer has passed.

use actix_web::HttpResponse;
use actix_web::web::Data;
use heqi_filing::EntryStep;
use heqi_pages::Link;
use heqi_pages::journey::{CodePage, EndedPage, IdentityPage, SentCode};
use heqi_registration::check_code::{CheckCode, check_code};
use heqi_registration::check_identity::{CheckLastFour, check_last_four};
use heqi_registration::entry_view::{EntryView, entry_view};
use heqi_registration::fault::ActError;
use heqi_registration::send_code::{SendCode, send_code};
use heqi_registration::session::note_entry;
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::MessageChannel;
use serde::Deserialize;

use super::form::Filled;
use super::on;
use crate::pages::shown::{self, Shown};
use crate::problem_of::refused;
use crate::state::State;
use crate::visitor::{Reader, Visitor};

/// What can be entered anew at once.
const ENTERED_ANEW: [&str; 4] =
    ["code_malformed", "code_wrong", "last_four_malformed", "last_four_wrong"];

/// The page of the door.
pub(super) async fn page(
    state: &State,
    visitor: &Visitor,
    shown: &Shown,
) -> Result<HttpResponse, Problem> {
    asked(state, visitor, shown, None).await
}

/// The same page again, with what was wrong told by the field; whatever else went wrong is told as everywhere.
async fn asked_again(
    state: &State,
    reader: Reader,
    visitor: &Visitor,
    wrong: Problem,
) -> Result<HttpResponse, Problem> {
    if !ENTERED_ANEW.contains(&wrong.code()) {
        return Err(wrong);
    }
    let shown = Shown::to(state, reader, Link::Journey).with(visitor);
    let mut response = asked(state, visitor, &shown, Some(&wrong)).await?;
    *response.status_mut() = wrong.status();
    Ok(response)
}

async fn asked(
    state: &State,
    visitor: &Visitor,
    shown: &Shown,
    wrong: Option<&Problem>,
) -> Result<HttpResponse, Problem> {
    let trouble = wrong.map(|problem| {
        let told = problem.document(shown.frame.language);
        (told.detail, told.next_step)
    });
    let view = match entry_view(&state.platform, &visitor.actor()).await {
        Ok(view) => view,
        Err(ActError::Withdrawn) => return Ok(shown::page(&EndedPage::Withdrawn, shown)),
        Err(error) => return Err(refused(error)),
    };
    Ok(match view.step {
        EntryStep::Locked => shown::page(&EndedPage::Locked, shown),
        EntryStep::Identity if visitor.session.has_code => {
            let key = shown.fresh_key(state);
            let tries_left = view.identity_tries_left;
            shown::page(&IdentityPage { tries_left, trouble, key }, shown)
        }
        EntryStep::Code | EntryStep::Identity | EntryStep::Inside => {
            shown::page(&CodePage { trouble, ..code_page(state, &view, shown) }, shown)
        }
    })
}

fn code_page(state: &State, view: &EntryView, shown: &Shown) -> CodePage {
    let now = state.platform.now();
    let live = view.code.as_ref().filter(|code| now < code.expires_at && code.tries_left > 0);
    CodePage {
        channels: view
            .channels
            .iter()
            .map(|destination| (word(destination.channel).to_owned(), destination.masked.clone()))
            .collect(),
        sent: live.map(|code| SentCode {
            masked: code.masked.clone().unwrap_or_default(),
            expires_at: code.expires_at.for_people(),
            tries_left: code.tries_left,
        }),
        trouble: None,
        send_key: shown.fresh_key(state),
        check_key: shown.fresh_key(state),
    }
}

const fn word(channel: MessageChannel) -> &'static str {
    match channel {
        MessageChannel::Sms => "sms",
        MessageChannel::Email => "email",
    }
}

/// By what a code is to be sent.
#[derive(Deserialize)]
pub(super) struct SendForm {
    channel: MessageChannel,
}

pub(super) async fn send(
    state: Data<State>,
    reader: Reader,
    filled: Filled<SendForm>,
) -> Result<HttpResponse, Problem> {
    let command = SendCode { channel: Some(filled.value.channel), language: reader.language };
    send_code(&state.platform, &filled.request, command).await.map_err(refused)?;
    Ok(on())
}

/// A code as it was typed.
#[derive(Deserialize)]
pub(super) struct CodeForm {
    code: String,
}

pub(super) async fn check(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
    filled: Filled<CodeForm>,
) -> Result<HttpResponse, Problem> {
    let command = CheckCode { code: filled.value.code };
    let passed = match check_code(&state.platform, &filled.request, command).await {
        Ok(passed) => passed,
        Err(error) => return asked_again(&state, reader, &visitor, refused(error)).await,
    };
    let is_inside = passed.step == EntryStep::Inside;
    note_entry(&state.platform, visitor.secret_sha256, is_inside).await.map_err(refused)?;
    Ok(on())
}

/// The last four as they were typed.
#[derive(Deserialize)]
pub(super) struct IdentityForm {
    last_four: String,
}

pub(super) async fn identity(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
    filled: Filled<IdentityForm>,
) -> Result<HttpResponse, Problem> {
    if !visitor.session.has_code {
        return Err(RequestProblem::Forbidden.into());
    }
    let command = CheckLastFour { last_four: filled.value.last_four };
    let passed = match check_last_four(&state.platform, &filled.request, command).await {
        Ok(passed) => passed,
        Err(error) => return asked_again(&state, reader, &visitor, refused(error)).await,
    };
    let is_inside = passed.step == EntryStep::Inside;
    note_entry(&state.platform, visitor.secret_sha256, is_inside).await.map_err(refused)?;
    Ok(on())
}
