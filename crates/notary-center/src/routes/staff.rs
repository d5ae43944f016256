//! The office's staff comes in: password, then the code of an authenticator.

use std::net::IpAddr;

use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Payload, ServiceConfig, get, post};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use heqi_notarization::staff::OfficeStaffError;
use heqi_notarization::staff::login::{enrolling, log_in, second_factor};
use heqi_notarization::staff::sessions::{hash_of, leave as end, session};
use heqi_pages::staff::{Enrolment, FactorPage, LoginPage, RecoveryPage, Trouble};
use heqi_pages::{Link, OfficeLink};
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::{ClientAddress, Problem, Secret};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::form;
use crate::bench::{Shown, denied, fresh_key, page, page_with, status_of, to, trouble};
use crate::service::State;
use crate::visitor::{Reader, Visitor, clear_session, secret_of, set_session};

/// The longest form: a draft of 8,000 characters, percent-encoded.
pub(super) const FORM_MAX_BYTES: usize = 128 << 10;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/staff", get().to(door))
        .route("/staff", post().to(come_in))
        .route("/staff/code", get().to(factor))
        .route("/staff/code", post().to(code))
        .route("/staff/leave", post().to(leave))
        .route("/staff/cases", get().to(on));
}

/// Reads a form that a page of ours sent, of a session if there is one.
pub(super) async fn form_of<T: DeserializeOwned>(
    state: &State,
    http: &HttpRequest,
    payload: Payload,
    visitor: Option<&Visitor>,
) -> Result<T, Problem> {
    let text = form::text(state, http, payload, FORM_MAX_BYTES).await?;
    if let Some(visitor) = visitor {
        form::carries(&text, &visitor.csrf)?;
    }
    Ok(form::read(&text)?)
}

#[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
pub(super) fn address(http: &HttpRequest) -> Result<IpAddr, Problem> {
    let address = http.extensions().get::<ClientAddress>().map(|client| client.address);
    address.ok_or_else(|| RequestProblem::Internal.into())
}

/// Where staff comes in; who has a session goes on.
async fn door(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let bench = state.bench()?;
    if let Some(secret) = secret_of(http.head(), bench.secure_cookies)
        && let Ok(session) = session(&state.office, hash_of(secret)).await
    {
        return Ok(to(if session.is_in { &Link::StaffCases } else { &Link::StaffCode }));
    }
    let shown = Shown::to(bench, reader, Link::StaffLogin);
    Ok(page(&LoginPage { login: String::new(), trouble: None }, &shown))
}

#[derive(Deserialize)]
struct LoginForm {
    login: String,
    password: Secret<String>,
}

async fn come_in(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let bench = state.bench()?;
    let LoginForm { login, password } = form_of(&state, &http, payload, None).await?;
    let password = heqi_credentials::Password::typed(password.expose().clone());
    match log_in(&state.office, address(&http)?, &login, password).await {
        Ok(opened) => {
            let mut response = HttpResponse::SeeOther();
            set_session(&mut response, &opened.secret, bench.secure_cookies);
            Ok(response.insert_header((LOCATION, Link::StaffCode.to_string())).finish())
        }
        Err(
            error @ (OfficeStaffError::Wrong
            | OfficeStaffError::Unreleased
            | OfficeStaffError::Later { .. }),
        ) => {
            let shown = Shown::to(bench, reader, Link::StaffLogin);
            let login = login.chars().take(40).collect();
            let told = LoginPage { login, trouble: Some(trouble(&error, reader.language)) };
            Ok(page_with(status_of(error.class()), &told, &shown))
        }
        Err(error) => Err(denied(error)),
    }
}

/// Whose session is over is shown the way in, where they stand.
pub(crate) fn to_the_door(
    state: &State,
    reader: Reader,
    problem: &Problem,
) -> Option<HttpResponse> {
    let shown = Shown::to(state.bench().ok()?, reader, Link::StaffLogin);
    let document = problem.document(reader.language);
    let told = Trouble { what: document.detail, next: document.next_step };
    let login = LoginPage { login: String::new(), trouble: Some(told) };
    Some(page_with(problem.status(), &login, &shown))
}

async fn factor(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    if visitor.session.is_in {
        return Ok(to(&Link::StaffCases));
    }
    let shown = Shown::to(state.bench()?, reader, Link::StaffCode).with(&visitor);
    Ok(page(&factor_page(&state, &visitor, None).await?, &shown))
}

async fn factor_page(
    state: &State,
    visitor: &Visitor,
    trouble: Option<Trouble>,
) -> Result<FactorPage, Problem> {
    let enrolment = if visitor.session.is_enrolled {
        None
    } else {
        let secret = enrolling(&state.office, visitor.secret_sha256).await.map_err(denied)?;
        let issuer = &state.bench()?.desk.office_name;
        Some(Enrolment {
            uri: secret.uri(issuer, &visitor.session.login).to_string(),
            secret: secret.for_people().to_string(),
        })
    };
    Ok(FactorPage { enrolment, key: fresh_key(state), trouble })
}

#[derive(Deserialize)]
struct CodeForm {
    code: Secret<String>,
}

async fn code(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: Visitor,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let bench = state.bench()?;
    let typed: CodeForm = form_of(&state, &http, payload, Some(&visitor)).await?;
    let came =
        second_factor(&state.office, address(&http)?, visitor.secret_sha256, typed.code.expose())
            .await;
    match came {
        Ok(came) if came.recovery.is_empty() => {
            let mut response = HttpResponse::SeeOther();
            set_session(&mut response, &came.session.secret, bench.secure_cookies);
            Ok(response.insert_header((LOCATION, Link::StaffCases.to_string())).finish())
        }
        Ok(came) => {
            let shown = Shown::to(bench, reader, Link::StaffCode);
            let codes = came.recovery.iter().map(|code| code.to_string()).collect();
            let body = heqi_pages::render(&RecoveryPage { codes }, &shown.frame);
            let mut response = HttpResponse::Ok();
            set_session(&mut response, &came.session.secret, bench.secure_cookies);
            Ok(response.content_type("text/html; charset=utf-8").insert_header(policy()).body(body))
        }
        Err(error @ (OfficeStaffError::WrongCode | OfficeStaffError::Later { .. })) => {
            let shown = Shown::to(bench, reader, Link::StaffCode).with(&visitor);
            let told = Some(trouble(&error, reader.language));
            let status = status_of(error.class());
            // After too many wrong codes the session is over, and so is this page.
            match factor_page(&state, &visitor, told).await {
                Ok(factor) => Ok(page_with(status, &factor, &shown)),
                Err(_) => Err(denied(error)),
            }
        }
        Err(error) => Err(denied(error)),
    }
}

fn policy() -> heqi_service_kit::security_headers::ContentPolicy {
    let mut policy = heqi_service_kit::security_headers::ContentPolicy::default();
    for directive in ["style-src", "script-src", "img-src", "connect-src", "manifest-src"] {
        policy = policy.allow(directive, "'self'");
    }
    policy
}

#[derive(Deserialize)]
struct Nothing {}

async fn leave(
    state: Data<State>,
    http: HttpRequest,
    visitor: Visitor,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let _: Nothing = form_of(&state, &http, payload, Some(&visitor)).await?;
    end(&state.office, visitor.secret_sha256).await.map_err(denied)?;
    let mut response = HttpResponse::SeeOther();
    clear_session(&mut response, state.bench()?.secure_cookies);
    Ok(response.insert_header((LOCATION, Link::StaffLogin.to_string())).finish())
}

/// On from the way in: to the applications, or to the accounts.
async fn on(visitor: Visitor) -> HttpResponse {
    let link =
        if visitor.session.role.sees_matters() { OfficeLink::Queue } else { OfficeLink::Accounts };
    to(&Link::Office(link))
}
