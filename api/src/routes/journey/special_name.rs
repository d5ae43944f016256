//! What is special about the signer's name, where an authority questions it.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, ServiceConfig, post, resource};
use heqi_pages::Link;
use heqi_pages::journey::SpecialNamePage;
use heqi_registration::ceremony_view::CeremonyView;
use heqi_registration::special_name::{
    NameQuestion, SaySpecialName, SpecialName, SpecialNameSaid, say_special_name,
};
use heqi_service_kit::Problem;
use serde::Deserialize;

use super::super::reading;
use super::form::Filled;
use super::stand::{Stand, office};
use super::{on, view};
use crate::pages::shown::{Shown, page};
use crate::problem_of::refused;
use crate::state::State;
use crate::visitor::{Reader, Visitor};

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/sign/name").route(reading().to(ask)).route(post().to(said)));
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
    let Some(question) = &view.special_name else { return Ok(on()) };
    let shown = Shown::to(&state, reader, Link::SpecialName).with(&visitor);
    Ok(page(&special_name_page(&state, (&view, question), &shown), &shown))
}

fn special_name_page(
    state: &State,
    (view, question): (&CeremonyView, &NameQuestion),
    shown: &Shown,
) -> SpecialNamePage {
    let l = shown.frame.language;
    let name = view.representative_name.as_ref().unwrap_or(&view.party_name);
    let said = match question {
        NameQuestion::Asked => None,
        NameQuestion::Said(SpecialNameSaid { name, written, at, .. }) => {
            Some((name.text(l).to_owned(), written.clone(), at.for_people()))
        }
    };
    SpecialNamePage {
        name: name.clone(),
        choices: SpecialName::ALL.map(|one| (one.code().to_owned(), one.text(l).to_owned())).into(),
        said,
        office: office(state).unwrap_or_default(),
        key: shown.fresh_key(state),
    }
}

/// What is special, and how the name stands in the document.
#[derive(Deserialize)]
struct NameForm {
    name: SpecialName,
    #[serde(default)]
    written: Option<String>,
}

async fn said(state: Data<State>, filled: Filled<NameForm>) -> Result<HttpResponse, Problem> {
    let NameForm { name, written } = filled.value;
    let command = SaySpecialName { name, written };
    say_special_name(&state.platform, &filled.request, command).await.map_err(refused)?;
    // What was noted is shown before going on; the page leads there.
    let location = (LOCATION, Link::SpecialName.to_string());
    Ok(HttpResponse::SeeOther().insert_header(location).finish())
}
