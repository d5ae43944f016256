//! Accounts: released and shut out by security, read by audit.

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use heqi_notarization::staff::{
    AccountStanding, AccountView, OfficeRole, OfficeStaffError, account_events, accounts,
    disable_officer, release_officer,
};
use heqi_pages::office::{AccountRow, AccountsPage};
use heqi_pages::{Link, OfficeLink};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::Language;
use serde::Deserialize;

use super::matters::{desk, names};
use super::words;
use crate::bench::{Shown, denied, fresh_key, page_with, status_of, to, trouble};
use crate::routes::staff::form_of;
use crate::service::State;
use crate::visitor::{Reader, Visitor};

pub(super) async fn list(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    show(&state, reader, &visitor, None).await
}

async fn show(
    state: &State,
    reader: Reader,
    visitor: &Visitor,
    failure: Option<OfficeStaffError>,
) -> Result<HttpResponse, Problem> {
    let shown = Shown::to(state.bench()?, reader, Link::Office(OfficeLink::Accounts)).with(visitor);
    let (by, l) = (visitor.officer()?, shown.language());
    let (mut rows, names) = (Vec::new(), names(state).await?);
    for account in accounts(&state.office).await.map_err(denied)? {
        let events = account_events(&state.office, account.account).await.map_err(denied)?;
        let may_change = by.role == OfficeRole::Security && by.account != account.account;
        let is_in = account.released_at.is_some() && account.disabled_at.is_none();
        rows.push(AccountRow {
            account: account.account.to_string(),
            login: account.login.clone(),
            role: account.role.title(l).to_owned(),
            state: state_of(&account, l).to_owned(),
            events: events
                .into_iter()
                .map(|one| {
                    let by = words::event_by(one.by, &names, l);
                    [one.at.for_people(), words::event(one.event, l).to_owned(), by]
                })
                .collect(),
            earlier: 0,
            seen: account.standing.to_string(),
            may_release: may_change && !is_in,
            may_disable: may_change && account.disabled_at.is_none(),
        });
    }
    let status = failure.as_ref().map_or(actix_web::http::StatusCode::OK, |e| status_of(e.class()));
    let told = failure.map(|error| trouble(&error, l));
    let list = AccountsPage {
        desk: desk(state, visitor, &shown).await?,
        rows,
        key: fresh_key(state),
        trouble: told,
    };
    Ok(page_with(status, &list, &shown))
}

fn state_of(account: &AccountView, l: Language) -> &'static str {
    match (account.disabled_at, account.released_at) {
        (Some(_), _) => l.pick("已停用", "shut out"),
        (None, None) => l.pick("待启用", "waits for its release"),
        (None, Some(_)) if account.is_enrolled => l.pick("已启用", "let in"),
        (None, Some(_)) => l.pick("已启用，未绑定验证器", "let in, no authenticator yet"),
    }
}

/// How the account stood on the page; one that does not say it has seen nothing.
#[derive(Deserialize)]
struct Acted {
    seen: Option<AccountStanding>,
}

pub(super) async fn change(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: Visitor,
    path: Path<(String, String)>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let acted: Acted = form_of(&state, &http, payload, Some(&visitor)).await?;
    let (account, act) = path.into_inner();
    let account = account.parse().map_err(|_| RequestProblem::NotFound)?;
    let by = visitor.officer()?;
    let done = match act.as_str() {
        "release" => match acted.seen {
            Some(seen) => release_officer(&state.office, &by, account, seen).await,
            None => Err(OfficeStaffError::Changed),
        },
        "disable" => disable_officer(&state.office, &by, account).await,
        _ => return Err(RequestProblem::NotFound.into()),
    };
    match done {
        Ok(()) => Ok(to(&Link::Office(OfficeLink::Accounts))),
        Err(error) => show(&state, reader, &visitor, Some(error)).await,
    }
}
