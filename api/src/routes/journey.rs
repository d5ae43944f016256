//! The signer's way as pages. A GET shows and changes nothing; a POST of a form does one act
//! and leads to wherever the signer then stands, so that going back or loading again never
//! does anything twice.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_filing::{CeremonyState, ConsentKind, Decision};
use heqi_pages::Link;
use heqi_pages::journey::{DeclinePage, EndedPage, LandingPage, OfflinePage, PhotoPage};
use heqi_registration::access::{AuthenticateError, hash_of};
use heqi_registration::ceremony_view::{CeremonyView, ceremony_view};
use heqi_registration::decline::{Decline, decline};
use heqi_registration::fault::ActError;
use heqi_registration::give_consent::{GiveConsent, give_consent};
use heqi_registration::session::{end_session, open_session};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::{Digest, Language};
use serde::Deserialize;

use super::reading;
use crate::edge_problem::EdgeProblem;
use crate::pages::shown::{Shown, page};
use crate::problem_of::refused;
use crate::state::State;
use crate::visitor::{Reader, Visitor, clear_session, is_foreign, set_session};

mod after;
mod consents;
mod door;
pub(super) mod form;
mod guardian;
mod handover;
mod next;
mod number;
mod other_way;
mod pages;
mod script;
mod seal;
mod special_name;
mod stand;

use form::Filled;
use stand::Stand;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/").route(reading().to(number::front)))
        .service(resource("/enter/code").route(post().to(number::send)))
        .service(resource("/enter/check").route(post().to(number::check)))
        .service(
            resource("/s/{link}").route(reading().to(invitation)).route(post().to(begin_visit)),
        )
        .service(resource("/sign").route(reading().to(step)))
        .service(resource("/sign/code").route(post().to(door::send)))
        .service(resource("/sign/code/check").route(post().to(door::check)))
        .service(resource("/sign/identity").route(post().to(door::identity)))
        .service(resource("/sign/consent").route(post().to(consent)))
        .service(resource("/sign/consent/{kind}").route(reading().to(consent_again)))
        .service(resource("/sign/read").route(post().to(pages::read)))
        .service(resource("/sign/pages/{document_id}/{number}").route(reading().to(pages::picture)))
        .service(resource("/sign/photo").route(reading().to(photo)))
        .service(resource("/sign/begin").route(reading().to(begin)))
        .service(resource("/sign/drawing").route(reading().to(drawing)))
        .service(
            resource("/sign/decline").route(reading().to(ask_decline)).route(post().to(declined)),
        )
        .service(resource("/sign/leave").route(post().to(leave)))
        .service(resource("/offline").route(reading().to(offline)));
    handover::configure(app);
    after::configure(app);
    consents::configure(app);
    next::configure(app);
    other_way::configure(app);
    seal::configure(app);
    guardian::configure(app);
    special_name::configure(app);
}

/// What stands behind the link: nothing of the filing, and nothing is used up by looking.
async fn invitation(state: Data<State>, reader: Reader, link: Path<String>) -> HttpResponse {
    let code = link.into_inner();
    let link = Link::Invitation(code.clone());
    let address = format!("{}{link}", state.platform.settings().public_url);
    let shown = Shown::to(&state, reader, link);
    page(&LandingPage { code, address }, &shown)
}

/// The page for no network: the same for everybody, so the service worker keeps it.
async fn offline(state: Data<State>, reader: Reader) -> HttpResponse {
    page(&OfflinePage {}, &Shown::to(&state, reader, Link::Offline))
}

/// The link is used: a session begins.
async fn begin_visit(
    state: Data<State>,
    http: HttpRequest,
    link: Path<String>,
) -> Result<HttpResponse, Problem> {
    if is_foreign(http.headers()) {
        return Err(RequestProblem::Forbidden.into());
    }
    let opened = match open_session(&state.platform, hash_of(&link)).await {
        Ok(opened) => opened,
        Err(AuthenticateError::Fault(fault)) => return Err(refused(fault)),
        Err(_) => return Err(EdgeProblem::NoSuchLink.into()),
    };
    let mut response = HttpResponse::build(StatusCode::SEE_OTHER);
    set_session(&mut response, &opened.secret, state.settings.pages.secure_cookies);
    Ok(response.insert_header((LOCATION, Link::Journey.to_string())).finish())
}

/// Where the signer stands.
async fn step(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let shown = Shown::to(&state, reader, Link::Journey).with(&visitor);
    if !visitor.session.has_passed {
        return door::page(&state, &visitor, &shown).await;
    }
    let view = match ceremony_view(&state.platform, &visitor.actor(), reader.language).await {
        Ok(view) => view,
        Err(ActError::Withdrawn) => return Ok(page(&EndedPage::Withdrawn, &shown)),
        Err(error) => return Err(refused(error)),
    };
    let stand = Stand::of(&view, state.platform.now());
    if matches!(stand, Stand::Photo | Stand::Drawing | Stand::Signing)
        && handover::is_under_way(&state, &visitor, view.signing_id).await?
    {
        return Ok(handover::to(&Link::Handover));
    }
    stand::page(&state, &visitor, &view, &shown).await
}

/// A consent as it is answered.
#[derive(Deserialize)]
struct ConsentForm {
    kind: ConsentKind,
    decision: Decision,
    text_sha256: Digest,
    language: String,
}

async fn consent(state: Data<State>, filled: Filled<ConsentForm>) -> Result<HttpResponse, Problem> {
    let ConsentForm { kind, decision, text_sha256, language } = filled.value;
    let language = language.parse().map_err(|_| RequestProblem::MalformedForm)?;
    let command = GiveConsent { kind, decision, text_sha256, language };
    give_consent(&state.platform, &filled.request, command).await.map_err(refused)?;
    Ok(on())
}

/// The text again, for whoever wants to decide anew.
async fn consent_again(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
    kind: Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = view(&state, &visitor, reader.language).await?;
    let place = view.consents.iter().position(|asked| asked.kind.code() == *kind);
    let place = place.ok_or(RequestProblem::NotFound)?;
    if view.signed.is_some() || Stand::of(&view, state.platform.now()).is_over() {
        return Ok(on());
    }
    let shown = Shown::to(&state, reader, Link::ConsentAgain(kind.into_inner())).with(&visitor);
    Ok(stand::consent_page(&state, &view, place, &shown).ok_or(RequestProblem::NotFound)?)
}

/// The camera again.
async fn photo(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let view = view(&state, &visitor, reader.language).await?;
    let stand = Stand::of(&view, state.platform.now());
    let is_near = matches!(stand, Stand::Photo | Stand::Drawing | Stand::Signing)
        || (matches!(stand, Stand::OtherWay | Stand::Video | Stand::Begin)
            && stand::may_use_camera(&view));
    if !is_near {
        return Ok(on());
    }
    let shown = Shown::to(&state, reader, Link::Photo).with(&visitor);
    let again = matches!(view.state, CeremonyState::Captured { .. });
    let place = stand::photo_place(&state, &shown);
    let actions = stand::actions_to_do(&state);
    Ok(page(&PhotoPage { again, place, actions }, &shown))
}

/// Beginning again where a person looks: on another device, or when the time is over.
async fn begin(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let view = view(&state, &visitor, reader.language).await?;
    let stand = Stand::of(&view, state.platform.now());
    let shown = Shown::to(&state, reader, Link::Begin).with(&visitor);
    match (stand, stand::begin_page(&state, &view)) {
        (Stand::Begin | Stand::Drawing | Stand::Signing, Some(begin)) => Ok(page(&begin, &shown)),
        _ => Ok(on()),
    }
}

/// The handwriting again.
async fn drawing(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let view = view(&state, &visitor, reader.language).await?;
    let stand = Stand::of(&view, state.platform.now());
    let shown = Shown::to(&state, reader, Link::Drawing).with(&visitor);
    match (stand, stand::drawing_page(&view)) {
        (Stand::Drawing | Stand::Signing, Some(drawing)) => Ok(page(&drawing, &shown)),
        _ => Ok(on()),
    }
}

async fn ask_decline(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let view = view(&state, &visitor, reader.language).await?;
    if view.signed.is_some() || Stand::of(&view, state.platform.now()).is_over() {
        return Ok(on());
    }
    let shown = Shown::to(&state, reader, Link::Decline).with(&visitor);
    Ok(page(&DeclinePage { key: shown.fresh_key(&state) }, &shown))
}

/// A refusal to sign.
#[derive(Deserialize)]
struct DeclineForm {
    #[serde(default)]
    reason: Option<String>,
}

async fn declined(
    state: Data<State>,
    filled: Filled<DeclineForm>,
) -> Result<HttpResponse, Problem> {
    let command = Decline { signing: None, reason: filled.value.reason };
    decline(&state.platform, &filled.request, command).await.map_err(refused)?;
    Ok(on())
}

/// The end of the session.
#[derive(Deserialize)]
struct LeaveForm {}

async fn leave(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
    _filled: Filled<LeaveForm>,
) -> Result<HttpResponse, Problem> {
    end_session(&state.platform, visitor.secret_sha256).await.map_err(refused)?;
    let shown = Shown::to(&state, reader, Link::Journey);
    let mut response = crate::pages::shown::respond(&shown);
    clear_session(&mut response, state.settings.pages.secure_cookies);
    Ok(response.body(heqi_pages::render(&EndedPage::Left, &shown.frame)))
}

async fn view(
    state: &State,
    visitor: &Visitor,
    language: Language,
) -> Result<CeremonyView, Problem> {
    ceremony_view(&state.platform, &visitor.actor(), language).await.map_err(refused)
}

/// On to wherever the signer stands now.
pub(super) fn on() -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, Link::Journey.to_string())).finish()
}
