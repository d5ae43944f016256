//! With what a company seals, as its representative says it.

use actix_web::dev::Payload;
use actix_web::web::{Data, Payload as WebPayload, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_pages::journey::SealPage;
use heqi_pages::{Link, render};
use heqi_registration::ceremony_view::CeremonyView;
use heqi_registration::fault::Refusal as _;
use heqi_registration::material::MAX_MATERIAL_BYTES;
use heqi_registration::show_seal::{SealChoice, ShowSeal, ShowSealError, show_seal};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::Explain as _;

use super::super::reading;
use super::form::request_of;
use super::stand::Stand;
use super::{on, view};
use crate::extract::with_file;
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::{refused, status_of};
use crate::state::State;
use crate::visitor::{Reader, Visitor};

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/sign/seal").route(reading().to(ask)).route(post().to(shown)));
}

async fn ask(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let view = view(&state, &visitor, reader.language).await?;
    let is_company = view.party_kind == "company";
    if !is_company || Stand::of(&view, state.platform.now()).is_over() {
        return Ok(on());
    }
    let shown = Shown::to(&state, reader, Link::Seal).with(&visitor);
    Ok(page(&seal_page(&state, &view, &shown), &shown))
}

pub(super) fn seal_page(state: &State, view: &CeremonyView, shown: &Shown) -> SealPage {
    let l = shown.frame.language;
    let told =
        view.seal.map(|seal| (seal.choice.text(l).to_owned(), seal.outcome.text(l).to_owned()));
    SealPage {
        company: view.party_name.clone(),
        code: view.company_code.clone(),
        is_settled: told.is_some(),
        shown: told,
        trouble: None,
        key: shown.fresh_key(state),
    }
}

async fn shown(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: Visitor,
    payload: WebPayload,
) -> Result<HttpResponse, Problem> {
    let payload: Payload = payload.into_inner();
    let file = ("scan", MAX_MATERIAL_BYTES);
    let form = with_file::read(&http, payload, file, |token| visitor.made(token)).await?;
    let choice = SealChoice::of(form.field("choice")).ok_or(RequestProblem::MalformedForm)?;
    let request = request_of(&http, &state, visitor.actor(), (&form.body, form.key()))?;
    let scan = (choice == SealChoice::Scan).then(|| form.file.clone());
    let error = match show_seal(&state.platform, &request, ShowSeal { choice, scan }).await {
        // What is known of it is shown before going on; the page leads there.
        Ok(_) => return Ok(to_seal()),
        Err(
            error @ (ShowSealError::Scan(_)
            | ShowSealError::TooManyTries
            | ShowSealError::SigningBegun),
        ) => error,
        Err(ShowSealError::NoCompany) => return Ok(on()),
        Err(error) => return Err(refused(error)),
    };
    let view = view(&state, &visitor, reader.language).await?;
    let shown = Shown::to(&state, reader, Link::Seal).with(&visitor);
    let told = error.explain(reader.language);
    let mut again = seal_page(&state, &view, &shown);
    again.trouble = Some((told.what, told.next));
    let mut response = respond(&shown);
    response.status(status_of(error.class()));
    Ok(response.body(render(&again, &shown.frame)))
}

fn to_seal() -> HttpResponse {
    let location = (actix_web::http::header::LOCATION, Link::Seal.to_string());
    HttpResponse::SeeOther().insert_header(location).finish()
}

#[cfg(test)]
mod tests {
    use heqi_pages::assets::Asset;

    use super::*;

    #[test]
    fn the_script_that_sends_a_file_knows_how_large_one_may_be() {
        let script = std::str::from_utf8(Asset::Upload.bytes()).unwrap();
        let (_, limit) = script.split_once("const LIMIT_BYTES = ").unwrap();
        let (limit, _) = limit.split_once(';').unwrap();
        assert_eq!(limit.replace('_', "").parse::<usize>(), Ok(MAX_MATERIAL_BYTES));
    }
}
