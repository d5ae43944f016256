//! Security and audit at their desks: accounts that are let in and shut out, and what staff did.
//! Nothing of a filing is shown here but its identifier.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path, Query, ServiceConfig, post, resource};
use heqi_pages::office::{AccountRow, LISTED_EVENTS};
use heqi_pages::staff::{JournalPage, JournalRow, StaffAccountsPage};
use heqi_pages::{Link, render};
use heqi_registration::fault::Refusal as _;
use heqi_registration::journal::{JournalAct, JournalDay, JournalLine, journal, take_journal};
use heqi_registration::request::StaffRole;
use heqi_registration::staff::{
    AccountStanding, SeenAccount, StaffError, StaffEvent, StaffView, accounts_seen, logins,
    release_staff, shut_out_staff,
};
use heqi_service_kit::Problem;
use heqi_service_kit::downloads::USUAL_BYTES;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::{Language, StaffId};
use serde::Deserialize;

use super::form::FilledByStaff;
use super::{actor, desk, to, trouble};
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::{refused, status_of};
use crate::routes::reading;
use crate::routes::regulator::words::kind as kind_of;
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor};

/// Lines of a day that the page shows; the file has all.
const SHOWN: usize = 500;

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/staff/accounts").route(reading().to(accounts)))
        .service(resource("/staff/accounts/{account}/{act}").route(post().to(change)))
        .service(resource("/staff/journal").route(reading().to(day)))
        .service(resource("/staff/journal/{day}").route(reading().to(file)));
}

async fn accounts(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
) -> Result<HttpResponse, Problem> {
    show(&state, reader, &visitor, None).await
}

async fn show(
    state: &State,
    reader: Reader,
    visitor: &StaffVisitor,
    failure: Option<StaffError>,
) -> Result<HttpResponse, Problem> {
    let l = reader.language;
    let shown = Shown::to(state, reader, Link::StaffAccounts).with_staff(visitor);
    let seen = accounts_seen(&state.platform, &actor(visitor)?, LISTED_EVENTS).await;
    let seen = seen.map_err(refused)?;
    let called = Called::read(state).await?;
    let status = failure.as_ref().map_or(StatusCode::OK, |error| status_of(error.class()));
    let list = StaffAccountsPage {
        desk: desk(state, visitor, &shown).await?,
        audits: visitor.session.member().role == StaffRole::Auditor,
        rows: seen.iter().map(|account| row(account, &called, l)).collect(),
        key: shown.fresh_key(state),
        trouble: failure.map(|error| trouble(&error, l)),
    };
    if status == StatusCode::OK {
        return Ok(page(&list, &shown));
    }
    let mut response = respond(&shown);
    response.status(status);
    Ok(response.body(render(&list, &shown.frame)))
}

fn row(account: &SeenAccount, called: &Called, l: Language) -> AccountRow {
    let SeenAccount { view, events, earlier, may_change, .. } = account;
    let is_in = !view.waits && view.disabled_at.is_none();
    let events = events.iter().map(|one| {
        let by = one.by.in_words(l, |account| called.of(account));
        [one.at.for_people(), event(one.event, l).to_owned(), by]
    });
    AccountRow {
        account: view.account.to_string(),
        login: view.login.clone(),
        role: format!("{} · {}", view.role.title(l), view.office.name),
        state: state_of(view, l).to_owned(),
        events: events.collect(),
        earlier: usize::try_from(*earlier).unwrap_or(usize::MAX),
        seen: view.standing.to_string(),
        may_release: *may_change && !is_in,
        may_disable: *may_change && view.disabled_at.is_none(),
    }
}

const fn state_of(view: &StaffView, l: Language) -> &'static str {
    match (view.disabled_at, view.waits) {
        (Some(_), _) => l.pick("已停用", "shut out"),
        (None, true) => l.pick("待启用", "waits for its release"),
        (None, false) if view.is_enrolled => l.pick("已启用", "let in"),
        (None, false) => l.pick("已启用，未绑定验证器", "let in, no authenticator yet"),
    }
}

/// How the account stood on the page; one that does not say it has seen nothing.
#[derive(Deserialize)]
struct Acted {
    seen: Option<AccountStanding>,
}

async fn change(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    path: Path<(String, String)>,
    filled: FilledByStaff<Acted>,
) -> Result<HttpResponse, Problem> {
    let (account, act) = path.into_inner();
    let account: StaffId = account.parse().map_err(|_| RequestProblem::NotFound)?;
    let by = actor(&visitor)?;
    let done = match act.as_str() {
        "release" => match filled.value.seen {
            Some(seen) => release_staff(&state.platform, &by, account, seen).await,
            None => Err(StaffError::Changed),
        },
        "disable" => shut_out_staff(&state.platform, &by, account).await,
        _ => return Err(RequestProblem::NotFound.into()),
    };
    match done {
        Ok(()) => Ok(to(&Link::StaffAccounts)),
        Err(
            error @ (StaffError::NotSecurity
            | StaffError::Changed
            | StaffError::DutiesApart
            | StaffError::KeptIn),
        ) => show(&state, reader, &visitor, Some(error)).await,
        Err(error) => Err(refused(error)),
    }
}

/// Which day, today when it is not said.
#[derive(Deserialize)]
struct Asked {
    day: Option<String>,
}

async fn day(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let l = reader.language;
    let today = JournalDay::of(state.platform.now());
    let (day, here) = match asked.day.as_deref() {
        None => (today, Link::StaffJournal),
        Some(text) => {
            let day = text.parse::<JournalDay>().map_err(|_| RequestProblem::NotFound)?;
            (day, Link::StaffJournalOf(day.to_string()))
        }
    };
    let read = journal(&state.platform, &actor(&visitor)?, day, SHOWN + 1).await;
    let lines = read.map_err(refused)?;
    let called = Called::read(&state).await?;
    let shown = Shown::to(&state, reader, here).with_staff(&visitor);
    let shown_day = JournalPage {
        desk: desk(&state, &visitor, &shown).await?,
        day: day.to_string(),
        before: day.earlier().map(|day| day.to_string()),
        after: day.later(today).map(|day| day.to_string()),
        rows: lines.iter().take(SHOWN).map(|one| line(one, &called, l)).collect(),
        is_cut: lines.len() > SHOWN,
    };
    Ok(page(&shown_day, &shown))
}

async fn file(
    state: Data<State>,
    visitor: StaffVisitor,
    day: Path<String>,
) -> Result<HttpResponse, Problem> {
    let day: JournalDay = day.parse().map_err(|_| RequestProblem::NotFound)?;
    let room = state.downloads.room(USUAL_BYTES)?;
    let lines = take_journal(&state.platform, &actor(&visitor)?, day).await.map_err(refused)?;
    let disposition = format!("attachment; filename=\"journal-{day}.jsonl\"");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/jsonl"))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(room.send(lines)))
}

fn line(one: &JournalLine, called: &Called, l: Language) -> JournalRow {
    let (what, about) = match &one.did {
        JournalAct::Account { account, event: what } => {
            (event(*what, l).to_owned(), called.of(*account))
        }
        JournalAct::Record { kind, word, record, filing } => {
            let filing = filing.map(|filing| format!("{filing} · ")).unwrap_or_default();
            (format!("{} · {word}", kind_of(*kind, l)), format!("{filing}{record}"))
        }
    };
    let by = one.by.in_words(l, |account| called.of(account));
    JournalRow { at: one.at.for_people(), what, by, about }
}

/// What accounts are called: by what is typed to come in.
struct Called(BTreeMap<StaffId, String>);

impl Called {
    async fn read(state: &State) -> Result<Self, Problem> {
        Ok(Self(logins(&state.platform).await.map_err(refused)?))
    }

    fn of(&self, account: StaffId) -> String {
        self.0.get(&account).cloned().unwrap_or_else(|| account.to_string())
    }
}

const fn event(event: StaffEvent, l: Language) -> &'static str {
    match event {
        StaffEvent::Created => l.pick("建立", "made"),
        StaffEvent::Released => l.pick("启用", "let in"),
        StaffEvent::Disabled => l.pick("停用", "shut out"),
        StaffEvent::Reset => l.pick("重置", "reset"),
        StaffEvent::RoleChanged => l.pick("变更岗位", "given another role"),
        StaffEvent::Bound => l.pick("登记证件号码", "bound to a document number"),
        StaffEvent::Enrolled => l.pick("绑定验证器", "authenticator enrolled"),
        StaffEvent::WrongPassword => l.pick("密码错误", "wrong password"),
        StaffEvent::WrongCode => l.pick("动态口令错误", "wrong code"),
        StaffEvent::LoggedIn => l.pick("登录", "signed in"),
        StaffEvent::Recovered => l.pick("使用恢复码登录", "signed in with a recovery code"),
        StaffEvent::PasswordChanged => l.pick("修改密码", "changed the password"),
        StaffEvent::LoggedOut => l.pick("退出", "signed out"),
        StaffEvent::JournalTaken => l.pick("下载操作日志", "took a day of the journal"),
    }
}
