//! Another password for the own account, by the present one and a fresh code.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use heqi_credentials::{Password, PasswordError};
use heqi_notarization::staff::sessions::session;
use heqi_notarization::staff::{ChangePassword, OfficeStaffError, change_password};
use heqi_pages::staff::{OwnPasswordPage, PasswordChangedPage, PasswordField, WhoseDesk};
use heqi_pages::{Link, render};
use heqi_service_kit::{Problem, Secret};
use serde::Deserialize;

use super::matters::desk;
use crate::bench::{Shown, denied, fresh_key, page, page_with, respond, status_of, to, trouble};
use crate::routes::staff::{address, form_of};
use crate::service::State;
use crate::visitor::{Reader, Visitor, set_session};

pub(super) async fn form(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let shown = Shown::to(state.bench()?, reader, Link::StaffPassword).with(&visitor);
    Ok(page(&form_page(&state, &visitor, &shown).await?, &shown))
}

async fn form_page(
    state: &State,
    visitor: &Visitor,
    shown: &Shown,
) -> Result<OwnPasswordPage, Problem> {
    Ok(OwnPasswordPage {
        desk: WhoseDesk::Office(desk(state, visitor, shown).await?),
        login: visitor.session.login.clone(),
        key: fresh_key(state),
        trouble: None,
    })
}

/// As it was typed.
#[derive(Deserialize)]
struct ChangeForm {
    present: Secret<String>,
    code: Secret<String>,
    new: Secret<String>,
    again: Secret<String>,
}

pub(super) async fn change(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: Visitor,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let bench = state.bench()?;
    let typed: ChangeForm = form_of(&state, &http, payload, Some(&visitor)).await?;
    let ChangeForm { present, code, new, again } = &typed;
    let asked = ChangePassword {
        present: Password::typed(present.expose().clone()),
        code: code.expose(),
        new: new.expose(),
        again: again.expose(),
        office_name: &bench.desk.office_name,
    };
    let (secret, address) = (visitor.secret_sha256, address(&http)?);
    let error = match change_password(&state.office, address, secret, asked).await {
        Ok(opened) => {
            let shown = Shown::to(bench, reader, Link::StaffPassword);
            let mut response = respond(&shown, StatusCode::OK);
            set_session(&mut response, &opened.secret, bench.secure_cookies);
            return Ok(response.body(render(&PasswordChangedPage {}, &shown.frame)));
        }
        Err(OfficeStaffError::NoSession) => return Ok(to(&Link::StaffLogin)),
        Err(error) => error,
    };
    if matches!(error, OfficeStaffError::WrongCode) && session(&state.office, secret).await.is_err()
    {
        // The fifth wrong code ended the session: back to the password.
        return Ok(to(&Link::StaffLogin));
    }
    let field = match &error {
        OfficeStaffError::WrongPresent => Some(PasswordField::Present),
        OfficeStaffError::WrongCode => Some(PasswordField::Code),
        OfficeStaffError::Password(PasswordError::Unlike) => Some(PasswordField::Again),
        OfficeStaffError::Password(_) => Some(PasswordField::New),
        OfficeStaffError::Later { .. } | OfficeStaffError::KeepsPassword => None,
        _ => return Err(denied(error)),
    };
    let shown = Shown::to(bench, reader, Link::StaffPassword).with(&visitor);
    let mut told = form_page(&state, &visitor, &shown).await?;
    told.trouble = Some((field, trouble(&error, reader.language)));
    Ok(page_with(status_of(error.class()), &told, &shown))
}
