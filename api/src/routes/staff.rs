//! Staff in a browser: coming in with two factors, the queue, one case. A GET shows and changes
//! nothing but the records of looks; a POST does one act and leads on.

use std::net::IpAddr;

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::web::{Data, ServiceConfig, post, resource};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use heqi_pages::staff::{Desk, Enrolment, FactorPage, LoginPage, RecoveryPage, Trouble};
use heqi_pages::{Link, render};
use heqi_registration::Actor;
use heqi_registration::access::hash_of;
use heqi_registration::fault::Refusal as _;
use heqi_registration::request::StaffRole;
use heqi_registration::staff::login::{LoginError, enrolling, log_in, second_factor};
use heqi_registration::staff::password::Password;
use heqi_registration::staff::sessions::{leave as end, staff_name, staff_session};
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::{ClientAddress, Problem, Secret};
use heqi_vocabulary::{Explain, Language};
use serde::Deserialize;

use super::journey::form::Typed;
use super::reading;
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::{refused, status_of};
use crate::state::State;
use crate::visitor::{
    Reader, StaffVisitor, clear_staff_session, set_staff_session, staff_secret_of,
};

mod case;
mod cases;
mod correction;
mod counter;
mod counter_confirm;
mod draft;
mod duties;
pub(super) mod form;
mod handler;
mod objection;
mod own_password;
mod pairs;
mod ranges;
mod removal;

use form::FilledByStaff;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/staff").route(reading().to(door)).route(post().to(come_in)))
        .service(resource("/staff/code").route(reading().to(factor)).route(post().to(code)))
        .service(resource("/staff/leave").route(post().to(leave)));
    cases::configure(app);
    correction::configure(app);
    counter::configure(app);
    counter_confirm::configure(app);
    duties::configure(app);
    handler::configure(app);
    objection::configure(app);
    own_password::configure(app);
    removal::configure(app);
    draft::configure(app);
}

pub(super) fn to(link: &Link) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, link.to_string())).finish()
}

#[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
fn address(http: &HttpRequest) -> Result<IpAddr, Problem> {
    let address = http.extensions().get::<ClientAddress>().map(|client| client.address);
    address.ok_or_else(|| RequestProblem::Internal.into())
}

pub(super) fn trouble(error: &impl Explain, language: Language) -> Trouble {
    let told = error.explain(language);
    Trouble { what: told.what, next: told.next }
}

/// Who has signed in, for the head of a page.
pub(super) async fn desk(
    state: &State,
    visitor: &StaffVisitor,
    shown: &Shown,
) -> Result<Desk, Problem> {
    let name = staff_name(&state.platform, &visitor.session).await.map_err(refused)?;
    Ok(Desk {
        name,
        office: visitor.session.member().office.name.as_str().to_owned(),
        ends_at: visitor.session.ends_at.for_people(),
        leave_key: shown.fresh_key(state),
    })
}

#[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
pub(super) fn actor(visitor: &StaffVisitor) -> Result<Actor, Problem> {
    visitor.session.actor().ok_or_else(|| RequestProblem::Forbidden.into())
}

/// Whose session is over is shown the way in, where they stand.
pub(crate) fn to_the_door(state: &State, http: &HttpRequest, problem: &Problem) -> HttpResponse {
    let reader = Reader::of(http.head());
    let shown = Shown::to(state, reader, Link::StaffLogin).for_staff();
    let document = problem.document(reader.language);
    let told = Trouble { what: document.detail, next: document.next_step };
    let mut response = respond(&shown);
    response.status(problem.status());
    let page = LoginPage { login: String::new(), trouble: Some(told) };
    response.body(render(&page, &shown.frame))
}

/// Where staff comes in; who has a session goes on.
async fn door(state: Data<State>, reader: Reader, http: HttpRequest) -> HttpResponse {
    let secret = staff_secret_of(http.head(), state.settings.pages.secure_cookies);
    if let Some(secret) = secret
        && let Ok(session) = staff_session(&state.platform, hash_of(secret)).await
    {
        return to(&if session.is_in { home_of(session.member().role) } else { Link::StaffCode });
    }
    let shown = Shown::to(&state, reader, Link::StaffLogin).for_staff();
    page(&LoginPage { login: String::new(), trouble: None }, &shown)
}

/// Where somebody of this role begins.
const fn home_of(role: StaffRole) -> Link {
    match role {
        StaffRole::Regulator => Link::Regulator,
        StaffRole::Handler => Link::HandlerFilings,
        StaffRole::Security => Link::StaffAccounts,
        StaffRole::Auditor => Link::StaffJournal,
        StaffRole::Reviewer | StaffRole::Operator => Link::StaffCases,
    }
}

/// Login name and password as they were typed.
#[derive(Deserialize)]
struct LoginForm {
    login: String,
    password: Secret<String>,
}

async fn come_in(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    typed: Typed<LoginForm>,
) -> Result<HttpResponse, Problem> {
    let LoginForm { login, password } = typed.0;
    let password = Password::typed(password.expose().clone());
    match log_in(&state.platform, address(&http)?, &login, password).await {
        Ok(opened) => {
            let mut response = HttpResponse::SeeOther();
            set_staff_session(&mut response, &opened.secret, state.settings.pages.secure_cookies);
            Ok(response.insert_header((LOCATION, Link::StaffCode.to_string())).finish())
        }
        Err(error @ (LoginError::Wrong | LoginError::Unreleased | LoginError::Later { .. })) => {
            let shown = Shown::to(&state, reader, Link::StaffLogin).for_staff();
            let login = login.chars().take(40).collect();
            let page = LoginPage { login, trouble: Some(trouble(&error, reader.language)) };
            let mut response = respond(&shown);
            response.status(status_of(error.class()));
            Ok(response.body(render(&page, &shown.frame)))
        }
        Err(error) => Err(refused(error)),
    }
}

/// The second factor, or the authenticator that is to be enrolled.
async fn factor(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
) -> Result<HttpResponse, Problem> {
    if visitor.session.is_in {
        return Ok(to(&home_of(visitor.session.member().role)));
    }
    let shown = Shown::to(&state, reader, Link::StaffCode).with_staff(&visitor);
    let asked = factor_page(&state, &visitor, &shown, None).await?;
    Ok(page(&asked, &shown))
}

async fn factor_page(
    state: &State,
    visitor: &StaffVisitor,
    shown: &Shown,
    trouble: Option<Trouble>,
) -> Result<FactorPage, Problem> {
    let enrolment = if visitor.session.is_enrolled {
        None
    } else {
        let secret = enrolling(&state.platform, visitor.secret_sha256).await.map_err(refused)?;
        let issuer = &state.platform.settings().names.operator;
        Some(Enrolment {
            uri: secret.uri(issuer, &visitor.session.login).to_string(),
            secret: secret.for_people().to_string(),
        })
    };
    Ok(FactorPage { enrolment, key: shown.fresh_key(state), trouble })
}

/// A code as it was typed.
#[derive(Deserialize)]
struct CodeForm {
    code: String,
}

async fn code(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: StaffVisitor,
    filled: FilledByStaff<CodeForm>,
) -> Result<HttpResponse, Problem> {
    let is_secure = state.settings.pages.secure_cookies;
    let secret = visitor.secret_sha256;
    let passed = second_factor(&state.platform, address(&http)?, secret, &filled.value.code).await;
    match passed {
        Ok(came_in) if came_in.recovery.is_empty() => {
            let mut response = HttpResponse::SeeOther();
            set_staff_session(&mut response, &came_in.session.secret, is_secure);
            let home = home_of(visitor.session.member().role);
            Ok(response.insert_header((LOCATION, home.to_string())).finish())
        }
        Ok(came_in) => {
            let shown = Shown::to(&state, reader, Link::StaffCases).for_staff();
            let codes = came_in.recovery.iter().map(|code| code.to_string()).collect();
            let mut response = respond(&shown);
            response.insert_header((CACHE_CONTROL, "no-store"));
            set_staff_session(&mut response, &came_in.session.secret, is_secure);
            Ok(response.body(render(&RecoveryPage { codes }, &shown.frame)))
        }
        Err(error @ (LoginError::WrongCode | LoginError::Later { .. })) => {
            let shown = Shown::to(&state, reader, Link::StaffCode).with_staff(&visitor);
            let told = trouble(&error, reader.language);
            // The fifth wrong code ended the session: back to the password.
            let Ok(asked) = factor_page(&state, &visitor, &shown, Some(told)).await else {
                return Ok(to(&Link::StaffLogin));
            };
            let mut response = respond(&shown);
            response.status(status_of(error.class()));
            Ok(response.body(render(&asked, &shown.frame)))
        }
        Err(LoginError::Session(_)) => Ok(to(&Link::StaffLogin)),
        Err(error) => Err(refused(error)),
    }
}

/// The end of a session.
#[derive(Deserialize)]
struct LeaveForm {}

async fn leave(
    state: Data<State>,
    visitor: StaffVisitor,
    _filled: FilledByStaff<LeaveForm>,
) -> Result<HttpResponse, Problem> {
    end(&state.platform, visitor.secret_sha256).await.map_err(refused)?;
    let mut response = HttpResponse::SeeOther();
    clear_staff_session(&mut response, state.settings.pages.secure_cookies);
    Ok(response.insert_header((LOCATION, Link::StaffLogin.to_string())).finish())
}
