//! The other way in: number and contact, then the code. What is answered is the same whether or
//! not the filing knows the contact.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use heqi_pages::Link;
use heqi_pages::journey::{FrontPage, NumberCodePage};
use heqi_registration::access::hash_of;
use heqi_registration::find_entry::{ByNumber, check_by_number, send_by_number};
use heqi_registration::session::open_entered;
use heqi_service_kit::Problem;
use serde::Deserialize;

use super::form::Typed;
use crate::edge_problem::EdgeProblem;
use crate::extract::facts;
use crate::pages::shown::{Shown, page};
use crate::problem_of::refused;
use crate::state::State;
use crate::visitor::{Reader, set_session};

pub(super) async fn front(state: Data<State>, reader: Reader) -> HttpResponse {
    page(&FrontPage {}, &Shown::to(&state, reader, Link::Front))
}

/// Who somebody says to be.
#[derive(Deserialize)]
pub(super) struct WhoForm {
    number: String,
    contact: String,
}

impl WhoForm {
    #[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
    fn who(&self) -> Result<ByNumber, Problem> {
        let number = self.number.trim().parse();
        let number = number.map_err(|_| EdgeProblem::FilingNumberMalformed)?;
        Ok(ByNumber { number, contact: self.contact.clone() })
    }
}

pub(super) async fn send(
    state: Data<State>,
    http: HttpRequest,
    reader: Reader,
    typed: Typed<WhoForm>,
) -> Result<HttpResponse, Problem> {
    let who = typed.0.who()?;
    let facts = facts(&http, state.platform.clock())?;
    let sent = send_by_number(&state.platform, &facts, &who, reader.language).await;
    let code = NumberCodePage {
        number: who.number.to_string(),
        contact: who.contact,
        resend_at: sent.map_err(refused)?.resend_at.for_people(),
    };
    Ok(page(&code, &Shown::to(&state, reader, Link::Front)))
}

/// The same with the code.
#[derive(Deserialize)]
pub(super) struct CodeForm {
    number: String,
    contact: String,
    code: String,
}

pub(super) async fn check(
    state: Data<State>,
    http: HttpRequest,
    typed: Typed<CodeForm>,
) -> Result<HttpResponse, Problem> {
    let CodeForm { number, contact, code } = typed.0;
    let who = WhoForm { number, contact }.who()?;
    let facts = facts(&http, state.platform.clock())?;
    let entered = check_by_number(&state.platform, &facts, &who, code).await.map_err(refused)?;
    let opened = open_entered(&state.platform, hash_of(&entered.token)).await.map_err(refused)?;
    let mut response = HttpResponse::build(StatusCode::SEE_OTHER);
    set_session(&mut response, &opened.secret, state.settings.pages.secure_cookies);
    Ok(response.insert_header((LOCATION, Link::Journey.to_string())).finish())
}
