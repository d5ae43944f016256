//! For which minor a guardian signs, and by what that is proved (edge case 8).

use actix_web::dev::Payload;
use actix_web::web::{Data, Payload as WebPayload, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_pages::journey::{GuardianChoice, GuardianPage};
use heqi_pages::{Link, render};
use heqi_registration::ceremony_view::CeremonyView;
use heqi_registration::contacts::{ContactError, IdNumber};
use heqi_registration::fault::Refusal;
use heqi_registration::material::MAX_MATERIAL_BYTES;
use heqi_registration::show_guardianship::{
    GuardianProof, GuardianRelation, ShowGuardianship, ShowGuardianshipError, guardian_statement,
    show_guardianship,
};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;

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
    app.service(resource("/sign/guardian").route(reading().to(ask)).route(post().to(shown)));
}

async fn ask(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let view = view(&state, &visitor, reader.language).await?;
    if view.party_kind != "ward" || Stand::of(&view, state.platform.now()).is_over() {
        return Ok(on());
    }
    let shown = Shown::to(&state, reader, Link::Guardian).with(&visitor);
    Ok(page(&guardian_page(&state, &view, &shown), &shown))
}

pub(super) fn guardian_page(state: &State, view: &CeremonyView, shown: &Shown) -> GuardianPage {
    let l = shown.frame.language;
    let relations = GuardianRelation::ALL
        .map(|one| GuardianChoice { word: one.code().to_owned(), text: one.text(l).to_owned() });
    let proofs = GuardianProof::ALL
        .map(|one| GuardianChoice { word: one.code().to_owned(), text: one.text(l).to_owned() });
    let told = view.guardianship.map(|shown| {
        let (relation, proof) = (shown.relation.text(l), shown.proof.text(l));
        (format!("{relation} · {proof}"), shown.age.text(l).to_owned())
    });
    GuardianPage {
        ward: view.party_name.clone(),
        guardian: view.representative_name.clone().unwrap_or_default(),
        relations: relations.into(),
        proofs: proofs.into(),
        statement: guardian_statement(l).replace("{ward}", &view.party_name),
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
    let file = ("proof_file", MAX_MATERIAL_BYTES);
    let form = with_file::read(&http, payload, file, |token| visitor.made(token)).await?;
    let chosen = GuardianRelation::of(form.field("relation"));
    let (relation, proof) =
        chosen.zip(GuardianProof::of(form.field("proof"))).ok_or(RequestProblem::MalformedForm)?;
    let request = request_of(&http, &state, visitor.actor(), (&form.body, form.key()))?;
    let number: Result<IdNumber, ContactError> = form.field("ward_number").parse();
    let number = match number {
        Ok(number) => number,
        Err(error) => return again(&state, reader, &visitor, &error).await,
    };
    let is_agreed = form.field("agree") == "yes";
    let command = ShowGuardianship { relation, proof, number, is_agreed, file: form.file.clone() };
    match show_guardianship(&state.platform, &request, command).await {
        Ok(_) | Err(ShowGuardianshipError::NoWard) => Ok(on()),
        Err(error @ (ShowGuardianshipError::Act(_) | ShowGuardianshipError::Finished(_))) => {
            Err(refused(error))
        }
        Err(error) => again(&state, reader, &visitor, &error).await,
    }
}

/// The page again, with what went wrong.
async fn again(
    state: &State,
    reader: Reader,
    visitor: &Visitor,
    error: &dyn Refusal,
) -> Result<HttpResponse, Problem> {
    let view = view(state, visitor, reader.language).await?;
    let told = error.explain(reader.language);
    let shown = Shown::to(state, reader, Link::Guardian).with(visitor);
    let mut page = guardian_page(state, &view, &shown);
    page.trouble = Some((told.what, told.next));
    let mut response = respond(&shown);
    response.status(status_of(error.class()));
    Ok(response.body(render(&page, &shown.frame)))
}
