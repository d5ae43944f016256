//! Being checked by a person instead of the camera.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, post, resource};
use heqi_filing::{ConsentKind, Decision};
use heqi_pages::Link;
use heqi_pages::journey::{OtherWayPage, Way};
use heqi_registration::ceremony_view::CeremonyView;
use heqi_registration::review_wanted::{ChooseWay, ReviewWay, choose_way};
use heqi_service_kit::Problem;
use serde::Deserialize;

use super::super::reading;
use super::form::Filled;
use super::stand::Stand;
use super::{on, view};
use crate::pages::shown::{Shown, page};
use crate::problem_of::refused;
use crate::state::State;
use crate::visitor::{Reader, Visitor};

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/sign/other-way").route(reading().to(ask)).route(post().to(chosen)));
}

async fn ask(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let view = view(&state, &visitor, reader.language).await?;
    if Stand::of(&view, state.platform.now()).is_over() {
        return Ok(on());
    }
    let shown = Shown::to(&state, reader, Link::OtherWay).with(&visitor);
    Ok(page(&other_way_page(&state, &view, &shown), &shown))
}

/// The two ways, and what was chosen.
pub(super) fn other_way_page(state: &State, view: &CeremonyView, shown: &Shown) -> OtherWayPage {
    let chosen = view.other_way.map(|chosen| {
        let way = match chosen.way {
            ReviewWay::Video => Way::Video,
            ReviewWay::Counter => Way::Counter,
        };
        (way, chosen.at.for_people())
    });
    let face = view.consents.iter().find(|asked| asked.kind == ConsentKind::Face);
    OtherWayPage {
        number: view.number.to_string(),
        chosen,
        face_refused: face.is_some_and(|asked| asked.decision == Some(Decision::Refused)),
        code: view.counter_code.clone(),
        office: super::stand::office(state),
        key: shown.fresh_key(state),
    }
}

/// How a person is to look.
#[derive(Deserialize)]
struct WayForm {
    way: ReviewWay,
}

async fn chosen(state: Data<State>, filled: Filled<WayForm>) -> Result<HttpResponse, Problem> {
    let way = filled.value.way;
    choose_way(&state.platform, &filled.request, ChooseWay { way }).await.map_err(refused)?;
    let link = Link::OtherWay.to_string();
    Ok(HttpResponse::SeeOther().insert_header((actix_web::http::header::LOCATION, link)).finish())
}
