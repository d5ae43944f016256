//! Another password for the own account, by the present one and a fresh code.

use actix_web::web::{Data, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_pages::staff::{OwnPasswordPage, PasswordChangedPage, PasswordField, WhoseDesk};
use heqi_pages::{Link, render};
use heqi_registration::fault::Refusal as _;
use heqi_registration::staff::login::LoginError;
use heqi_registration::staff::password::{Password, PasswordError};
use heqi_registration::staff::sessions::staff_session;
use heqi_registration::staff::{ChangePassword, change_password};
use heqi_service_kit::{Problem, Secret};
use serde::Deserialize;

use super::form::FilledByStaff;
use super::{address, desk, to, trouble};
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::{refused, status_of};
use crate::routes::reading;
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor, set_staff_session};

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/staff/password").route(reading().to(form)).route(post().to(change)));
}

async fn form(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
) -> Result<HttpResponse, Problem> {
    let shown = Shown::to(&state, reader, Link::StaffPassword).with_staff(&visitor);
    Ok(page(&form_page(&state, &visitor, &shown).await?, &shown))
}

async fn form_page(
    state: &State,
    visitor: &StaffVisitor,
    shown: &Shown,
) -> Result<OwnPasswordPage, Problem> {
    Ok(OwnPasswordPage {
        desk: WhoseDesk::Platform(desk(state, visitor, shown).await?),
        login: visitor.session.login.clone(),
        key: shown.fresh_key(state),
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

async fn change(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: StaffVisitor,
    filled: FilledByStaff<ChangeForm>,
) -> Result<HttpResponse, Problem> {
    let ChangeForm { present, code, new, again } = &filled.value;
    let asked = ChangePassword {
        present: Password::typed(present.expose().clone()),
        code: code.expose(),
        new: new.expose(),
        again: again.expose(),
    };
    let (session, address) = (visitor.secret_sha256, address(&http)?);
    let error = match change_password(&state.platform, address, session, asked).await {
        Ok(opened) => {
            let shown = Shown::to(&state, reader, Link::StaffPassword).for_staff();
            let mut response = respond(&shown);
            let is_secure = state.settings.pages.secure_cookies;
            set_staff_session(&mut response, &opened.secret, is_secure);
            return Ok(response.body(render(&PasswordChangedPage {}, &shown.frame)));
        }
        Err(LoginError::Session(_)) => return Ok(to(&Link::StaffLogin)),
        Err(error) => error,
    };
    if matches!(error, LoginError::WrongCode)
        && staff_session(&state.platform, session).await.is_err()
    {
        // The fifth wrong code ended the session: back to the password.
        return Ok(to(&Link::StaffLogin));
    }
    let field = match &error {
        LoginError::WrongPresent => Some(PasswordField::Present),
        LoginError::WrongCode => Some(PasswordField::Code),
        LoginError::Password(PasswordError::Unlike) => Some(PasswordField::Again),
        LoginError::Password(_) => Some(PasswordField::New),
        LoginError::Later { .. } | LoginError::KeepsPassword => None,
        _ => return Err(refused(error)),
    };
    let shown = Shown::to(&state, reader, Link::StaffPassword).with_staff(&visitor);
    let mut told = form_page(&state, &visitor, &shown).await?;
    told.trouble = Some((field, trouble(&error, reader.language)));
    let mut response = respond(&shown);
    response.status(status_of(error.class()));
    Ok(response.body(render(&told, &shown.frame)))
}
