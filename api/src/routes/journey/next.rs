//! On to another party of the same person: no other link, code or number (edge case 6).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, ServiceConfig, post, resource};
use heqi_pages::Link;
use heqi_registration::same_person::go_on;
use heqi_service_kit::Problem;
use heqi_vocabulary::PartyId;
use serde::Deserialize;

use super::form::Filled;
use crate::problem_of::refused;
use crate::state::State;
use crate::visitor::set_session;

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/sign/next").route(post().to(next)));
}

/// For whom is signed next.
#[derive(Deserialize)]
struct NextForm {
    party: PartyId,
}

/// The session of the party before stays: whose answer was lost sends the form again.
async fn next(state: Data<State>, filled: Filled<NextForm>) -> Result<HttpResponse, Problem> {
    let opened = go_on(&state.platform, &filled.request, filled.value.party).await;
    let opened = opened.map_err(refused)?;
    let mut response = HttpResponse::build(StatusCode::SEE_OTHER);
    set_session(&mut response, &opened.secret, state.settings.pages.secure_cookies);
    Ok(response.insert_header((LOCATION, Link::Journey.to_string())).finish())
}
