//! A step on another device: the pages of the PC that signs, and of the phone that helps.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_pages::Link;
use heqi_pages::journey::{
    DeskStand, DrawingPage, HandoverLandingPage, HandoverPage, OtherDevicePage, PhotoPage,
    PhotoPlace,
};
use heqi_registration::access::hash_of;
use heqi_registration::handover::{
    self, Answer, DeviceSaid, HandoverEnd, HandoverError, Offer, OtherStand, answer, claim,
    desk_view, finish, offer, other_view, photo_for_desk, take_facts, take_photo, take_strokes,
};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::{Digest, Explain as _, SigningId};
use serde::Deserialize;

use super::super::{created, reading};
use super::form::Filled;
use super::script::{ScriptOf, asked_by_script};
use super::stand::actions_to_do;
use crate::extract::{Upload, facts};
use crate::pages::shown::{Shown, page};
use crate::problem_of::refused;
use crate::routes::signings::capture::Photo;
use crate::routes::signings::strokes::Strokes;
use crate::state::State;
use crate::visitor::{Reader, Visitor, is_foreign, set_session};

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/sign/handover").route(reading().to(desk)).route(post().to(desk_offers)))
        .service(resource("/sign/handover/answer").route(post().to(desk_answers)))
        .service(resource("/sign/handover/photo").route(reading().to(desk_photo)))
        .service(resource("/h/{link}").route(reading().to(landing)).route(post().to(other_claims)))
        .service(resource("/handover").route(reading().to(other)))
        .service(resource("/handover/photo").route(post().to(other_photo)))
        .service(resource("/handover/strokes").route(post().to(other_strokes)))
        .service(resource("/handover/facts").route(post().to(other_facts)))
        .service(resource("/handover/done").route(post().to(other_done)));
}

pub(super) fn to(link: &Link) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, link.to_string())).finish()
}

/// How an end is told, in the reader's language.
fn told(why: HandoverEnd, reader: Reader) -> (String, String) {
    let told = HandoverError::Ended(why).explain(reader.language);
    (told.what, told.next)
}

/// A signing of this device, whose photo another one is to take.
#[derive(Deserialize)]
struct OfferForm {
    signing: SigningId,
}

async fn desk_offers(
    state: Data<State>,
    visitor: Visitor,
    filled: Filled<OfferForm>,
) -> Result<HttpResponse, Problem> {
    let command = Offer { signing: filled.value.signing, desk: visitor.secret_sha256 };
    offer(&state.platform, &filled.request, command).await.map_err(refused)?;
    Ok(to(&Link::Handover))
}

async fn desk(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let view = desk_view(&state.platform, &visitor.actor(), visitor.secret_sha256).await;
    let view = match view {
        Ok(view) => view,
        Err(HandoverError::Unknown) => return Ok(to(&Link::Photo)),
        Err(error) => return Err(refused(error)),
    };
    let shown = Shown::to(&state, reader, Link::Handover).with(&visitor);
    let stand = match view.stand {
        handover::DeskStand::Offered => {
            let link = Link::HandoverLink(view.code);
            let address = format!("{}{link}", state.platform.settings().public_url);
            DeskStand::Offered { address }
        }
        handover::DeskStand::Claimed { choices } => DeskStand::Claimed { choices },
        handover::DeskStand::Confirmed { has_photo } => DeskStand::Confirmed { has_photo },
        handover::DeskStand::Done { photo, source, strokes } => {
            DeskStand::Done { photo, source, strokes }
        }
        handover::DeskStand::Ended(why) => {
            let (what, next) = told(why, reader);
            DeskStand::Ended { what, next }
        }
    };
    let over = HandoverPage {
        signing: view.signing,
        stand,
        ends_at: view.ends_at.for_people(),
        pick_key: shown.fresh_key(&state),
        cancel_key: shown.fresh_key(&state),
    };
    Ok(page(&over, &shown))
}

/// Whether another device is at work for this very signing of this device: whoever opens the page
/// again stands there, not before the camera that was handed over.
pub(super) async fn is_under_way(
    state: &State,
    visitor: &Visitor,
    signing: Option<SigningId>,
) -> Result<bool, Problem> {
    use handover::DeskStand::{Claimed, Confirmed, Offered};
    match desk_view(&state.platform, &visitor.actor(), visitor.secret_sha256).await {
        Ok(view) => Ok(signing == Some(view.signing)
            && matches!(view.stand, Offered | Claimed { .. } | Confirmed { .. })),
        Err(HandoverError::Act(error)) => Err(refused(error)),
        // None, another device's, or one that is over.
        Err(_) => Ok(false),
    }
}

/// The number that was picked, or `none`.
#[derive(Deserialize)]
struct AnswerForm {
    number: String,
}

async fn desk_answers(
    state: Data<State>,
    visitor: Visitor,
    filled: Filled<AnswerForm>,
) -> Result<HttpResponse, Problem> {
    let number = match filled.value.number.as_str() {
        "none" => None,
        number => Some(number.parse().map_err(|_| RequestProblem::MalformedForm)?),
    };
    let command = Answer { desk: visitor.secret_sha256, number };
    match answer(&state.platform, &filled.request, command).await {
        // The page says how it ended, and how to go on.
        Ok(()) | Err(HandoverError::Ended(_)) => Ok(to(&Link::Handover)),
        Err(error) => Err(refused(error)),
    }
}

/// The exact bytes that the phone sent: the device that signs hashes them itself.
async fn desk_photo(state: Data<State>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    let whose = visitor.actor();
    let photo = photo_for_desk(&state.platform, (&whose, visitor.secret_sha256)).await;
    let photo = photo.map_err(refused)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "image/jpeg"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(photo.to_vec()))
}

/// What stands behind the code: nothing of the filing, and nothing is used up by looking.
async fn landing(state: Data<State>, reader: Reader, link: Path<String>) -> HttpResponse {
    let code = link.into_inner();
    let shown = Shown::to(&state, reader, Link::HandoverLink(code.clone()));
    page(&HandoverLandingPage { code }, &shown)
}

async fn other_claims(
    state: Data<State>,
    http: HttpRequest,
    link: Path<String>,
) -> Result<HttpResponse, Problem> {
    if is_foreign(http.headers()) {
        return Err(RequestProblem::Forbidden.into());
    }
    let facts = facts(&http, state.platform.clock())?;
    let opened = claim(&state.platform, &facts, hash_of(&link)).await.map_err(refused)?;
    let mut response = HttpResponse::build(StatusCode::SEE_OTHER);
    set_session(&mut response, &opened.secret, state.settings.pages.secure_cookies);
    Ok(response.insert_header((LOCATION, Link::OtherDevice.to_string())).finish())
}

/// The hand-over and the session of this device.
#[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
fn at(visitor: &Visitor) -> Result<(Digest, Digest), Problem> {
    // Without one the table of access let the wrong session in: our mistake.
    let key = visitor.session.handover.ok_or(RequestProblem::Internal)?;
    Ok((key, visitor.secret_sha256))
}

async fn other(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let (key, session) = at(&visitor)?;
    let view = other_view(&state.platform, key, session).await.map_err(refused)?;
    let shown = Shown::to(&state, reader, Link::OtherDevice).with(&visitor);
    Ok(match view.stand {
        OtherStand::Waits { number } => {
            page(&OtherDevicePage::Waits { number, ends_at: view.ends_at.for_people() }, &shown)
        }
        OtherStand::Photo { actions, mark } => {
            let asked = actions.iter().map(|action| action.code().to_owned()).collect();
            let place = PhotoPlace::Other { asked, mark };
            let actions = actions_to_do(&state);
            page(&PhotoPage { again: false, place, actions }, &shown)
        }
        OtherStand::Drawing { name } => {
            let other = Some(shown.fresh_key(&state));
            page(&DrawingPage { name, signing: view.signing, other, again: Link::Photo }, &shown)
        }
        OtherStand::Done => page(&OtherDevicePage::Done, &shown),
        OtherStand::Ended(why) => {
            let (what, next) = told(why, reader);
            page(&OtherDevicePage::Ended { what, next }, &shown)
        }
    })
}

async fn other_photo(
    state: Data<State>,
    http: HttpRequest,
    script: ScriptOf,
    photo: Upload<Photo>,
) -> Result<HttpResponse, Problem> {
    let request = asked_by_script(&state, &http, &script, &photo.sha256)?;
    let file = (photo.bytes, photo.sha256);
    let captured = take_photo(&state.platform, &request, at(&script.0)?, file).await;
    Ok(created(&captured.map_err(refused)?))
}

async fn other_strokes(
    state: Data<State>,
    http: HttpRequest,
    script: ScriptOf,
    strokes: Upload<Strokes>,
) -> Result<HttpResponse, Problem> {
    let request = asked_by_script(&state, &http, &script, &strokes.sha256)?;
    let kept = take_strokes(&state.platform, &request, at(&script.0)?, strokes.bytes).await;
    Ok(created(&kept.map_err(refused)?))
}

async fn other_facts(
    state: Data<State>,
    visitor: Visitor,
    filled: Filled<DeviceSaidForm>,
) -> Result<HttpResponse, Problem> {
    let DeviceSaidForm { source, device, screen } = filled.value;
    let said = DeviceSaid { source, device, screen };
    take_facts(&state.platform, at(&visitor)?, said).await.map_err(refused)?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a device says about itself.
#[derive(Deserialize)]
struct DeviceSaidForm {
    source: String,
    device: String,
    screen: String,
}

/// Nothing but the token of the session.
#[derive(Deserialize)]
struct DoneForm {}

async fn other_done(
    state: Data<State>,
    visitor: Visitor,
    _filled: Filled<DoneForm>,
) -> Result<HttpResponse, Problem> {
    finish(&state.platform, at(&visitor)?).await.map_err(refused)?;
    Ok(to(&Link::OtherDevice))
}
