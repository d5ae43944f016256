//! Where a signer stands, by what the platform knows, and the page for it. Nothing of this is
//! kept: whoever comes back stands where they stopped.

use actix_web::HttpResponse;
use heqi_filing::{Action, CeremonyState, ConsentKind, Decision, FilingState, StandIn};
use heqi_pages::journey::{
    ActionToDo, BeginPage, ConsentPage, DrawingPage, EndedPage, PhotoPage, PhotoPlace,
    REFUSE_CUSTODY, REFUSE_FACE, REFUSE_MANNER, RefusedPage, Shot, SignPage, VideoPage, Way,
};
use heqi_pages::{Link, Words};
use heqi_registration::ceremony_view::{CeremonyView, SignedView};
use heqi_registration::next_tries::next_tries;
use heqi_registration::receipt::{Wait, receipt};
use heqi_registration::review_wanted::ReviewWay;
use heqi_registration::same_person::next_of_person;
use heqi_registration::special_name::NameQuestion;
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::{Language, UtcMillis};
use serde_json::json;

use self::signed::{is_one_office, next_capacity, receipt_page};
use super::other_way::other_way_page;
use crate::pages::shown::{self, Shown};
use crate::problem_of::refused;
use crate::state::State;
use crate::visitor::Visitor;

mod signed;

/// A place on the way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stand {
    /// This consent has no answer yet.
    Consent(usize),
    /// This consent was refused, and nothing can be signed here without it.
    Refused(usize),
    /// A person is to look instead of the camera, and that waits.
    OtherWay,
    Reading,
    /// With what the company seals is not known yet.
    Seal,
    /// By what the guardian proves to be one was not shown yet.
    Guardian,
    Photo,
    /// A video is to be recorded instead of the photo.
    Video,
    /// A person looks, or has looked: the signing can begin.
    Begin,
    Drawing,
    Signing,
    Signed(SignedView),
    Ended(EndedPage),
}

impl Stand {
    /// Where the signer of this ceremony stands at this instant.
    pub(super) fn of(view: &CeremonyView, now: UtcMillis) -> Self {
        if let Some(signed) = view.signed {
            return Self::Signed(signed);
        }
        match &view.state {
            CeremonyState::Declined { .. } => return Self::Ended(EndedPage::Declined),
            CeremonyState::Expired { .. } => return Self::Ended(EndedPage::Expired),
            CeremonyState::Withdrawn { .. } => return Self::Ended(EndedPage::Withdrawn),
            _ => {}
        }
        if matches!(view.filing_state, FilingState::Frozen { .. } | FilingState::Ended { .. }) {
            return Self::Ended(EndedPage::NotOpen);
        }
        // A challenge that was issued in time may be answered after the link has ended.
        let live = live_challenge(&view.state, now);
        if live.is_none() && now >= view.expires_at {
            return Self::Ended(EndedPage::Expired);
        }
        if view.documents.is_empty() {
            return Self::Ended(EndedPage::NothingToSign);
        }
        if let Some(at) = view.consents.iter().position(|asked| asked.decision.is_none()) {
            return Self::Consent(at);
        }
        if let Some(at) = refused_at(view, ConsentKind::is_required) {
            return Self::Refused(at);
        }
        // Whoever refuses a photo, or has no camera, goes another way.
        let has_photo = matches!(live, Some(Live::Captured));
        let way = view.other_way.map(|chosen| chosen.way).filter(|_| !has_photo);
        let bound = view.challenge_rests_on_person(now);
        match way {
            None => {
                if let Some(at) = refused_at(view, |kind| kind == ConsentKind::Face) {
                    return Self::Refused(at);
                }
            }
            Some(_) if !view.is_reviewed => return Self::OtherWay,
            Some(ReviewWay::Video) => {
                if refused_at(view, |kind| kind == ConsentKind::VideoReview).is_some() {
                    return Self::OtherWay;
                }
            }
            Some(ReviewWay::Counter) if bound || view.person_looks(now) => {}
            Some(ReviewWay::Counter) => return Self::OtherWay,
        }
        let is_read = |sha256| view.read.iter().any(|read| read.sha256 == sha256);
        if !view.documents.iter().all(|document| is_read(document.sha256)) {
            return Self::Reading;
        }
        // A company that is asked about says so before the signature begins, not in the midst of it.
        if view.party_kind == "company" && view.seal.is_none() && live.is_none() {
            return Self::Seal;
        }
        if view.party_kind == "ward" && view.guardianship.is_none() && live.is_none() {
            return Self::Guardian;
        }
        match way {
            _ if has_photo || (way.is_some() && bound) => {
                if view.strokes_sha256.is_some() {
                    Self::Signing
                } else {
                    Self::Drawing
                }
            }
            None => Self::Photo,
            Some(_) if view.person_looks(now) => Self::Begin,
            Some(_) => Self::Video,
        }
    }

    /// Whether nothing is left to do.
    pub(super) const fn is_over(self) -> bool {
        matches!(self, Self::Signed(_) | Self::Ended(_))
    }
}

/// The first consent of this kind that was refused.
fn refused_at(view: &CeremonyView, kind: impl Fn(ConsentKind) -> bool) -> Option<usize> {
    view.consents
        .iter()
        .position(|asked| asked.decision == Some(Decision::Refused) && kind(asked.kind))
}

/// Whether the camera is still a way: face information was agreed to, and everything is read.
pub(super) fn may_use_camera(view: &CeremonyView) -> bool {
    let is_read = |sha256| view.read.iter().any(|read| read.sha256 == sha256);
    refused_at(view, |kind| kind == ConsentKind::Face).is_none()
        && view.documents.iter().all(|document| is_read(document.sha256))
}

/// What a challenge that can still be answered waits for.
enum Live {
    Challenged,
    Captured,
}

fn live_challenge(state: &CeremonyState, now: UtcMillis) -> Option<Live> {
    match state {
        CeremonyState::Challenged { challenge } if now < challenge.expires_at => {
            Some(Live::Challenged)
        }
        CeremonyState::Captured { challenge, .. } if now < challenge.expires_at => {
            Some(Live::Captured)
        }
        _ => None,
    }
}

/// The page of wherever the signer stands.
pub(super) async fn page(
    state: &State,
    visitor: &Visitor,
    view: &CeremonyView,
    shown: &Shown,
) -> Result<HttpResponse, Problem> {
    match Stand::of(view, state.platform.now()) {
        Stand::Consent(at) => {
            super::pages::prepare(state, visitor, view);
            Ok(consent_page(state, view, at, shown).ok_or(RequestProblem::NotFound)?)
        }
        Stand::Refused(at) => Ok(refused_page(state, view, at, shown)),
        Stand::OtherWay => Ok(shown::page(&other_way_page(state, view, shown), shown)),
        Stand::Reading => {
            let reading = super::pages::reading_page(state, visitor, view, shown).await?;
            Ok(shown::page(&reading, shown))
        }
        Stand::Seal => Ok(shown::page(&super::seal::seal_page(state, view, shown), shown)),
        Stand::Guardian => {
            let asked = super::guardian::guardian_page(state, view, shown);
            Ok(shown::page(&asked, shown))
        }
        Stand::Photo => Ok(shown::page(&photo_page(state, shown), shown)),
        Stand::Video => Ok(shown::page(&video_page(state, view), shown)),
        Stand::Begin => Ok(begin_page(state, view).map_or_else(
            || shown::page(&other_way_page(state, view, shown), shown),
            |begin| shown::page(&begin, shown),
        )),
        Stand::Drawing => Ok(drawing_page(view).map_or_else(
            || shown::page(&photo_page(state, shown), shown),
            |drawing| shown::page(&drawing, shown),
        )),
        Stand::Signing => Ok(sign_page(view).map_or_else(
            || shown::page(&photo_page(state, shown), shown),
            |sign| shown::page(&sign, shown),
        )),
        Stand::Signed(signed) => {
            let (actor, wait) = (visitor.actor(), Wait::default());
            let receipt = receipt(&state.platform, &actor, signed.record_id, &wait).await;
            let receipt = receipt.map_err(refused)?;
            let next = next_tries(&state.platform, &receipt).await.map_err(refused)?;
            let waits = next_of_person(&state.platform, &actor).await.map_err(refused)?;
            let mut page = receipt_page(view, signed, (&receipt, &next), shown.frame.language);
            page.next = waits.map(|waits| next_capacity(state, waits, shown));
            page.is_simulated = state.platform.settings().is_simulated(view.number);
            page.is_one_office = is_one_office(state);
            // Not before it has ended: whoever asks a moment earlier would keep it going.
            let left_ms = visitor.session.ends_at.millis_since(state.platform.now());
            page.session_s = left_ms / 1000 + 1;
            Ok(shown::page(&page, shown))
        }
        Stand::Ended(ended) => Ok(shown::page(&ended, shown)),
    }
}

/// One consent.
pub(super) fn consent_page(
    state: &State,
    view: &CeremonyView,
    at: usize,
    shown: &Shown,
) -> Option<HttpResponse> {
    let asked = view.consents.get(at)?;
    let refusal = match asked.kind {
        ConsentKind::SigningManner => Some(REFUSE_MANNER),
        ConsentKind::Face => Some(REFUSE_FACE),
        ConsentKind::NotaryProvision => Some(REFUSE_CUSTODY),
        ConsentKind::Location | ConsentKind::VideoReview => None,
    };
    let page = ConsentPage {
        kind: asked.kind.code().to_owned(),
        title: asked.title.to_owned(),
        text: asked.text.clone(),
        text_sha256: asked.text_sha256,
        place: at + 1,
        of: view.consents.len(),
        refusal,
        leads_to_counter: asked.kind == ConsentKind::VideoReview,
        tells_abroad: view.is_from_abroad && at == 0,
        asks_name: view.special_name == Some(NameQuestion::Asked) && at == 0,
        key: shown.fresh_key(state),
    };
    Some(shown::page(&page, shown))
}

/// Whose staff looks.
pub(super) fn office(state: &State) -> Option<String> {
    let office = state.platform.settings().review_office.as_ref();
    office.map(|office| office.name.as_str().to_owned())
}

fn video_page(state: &State, view: &CeremonyView) -> VideoPage {
    VideoPage {
        statement: view.spoken.clone().unwrap_or_default(),
        office: office(state).unwrap_or_default(),
        seconds: VIDEO_SECONDS,
    }
}

/// The most seconds a page records; the platform takes a little more.
const VIDEO_SECONDS: u32 = 60;

/// Beginning, where something stands in for a photo.
pub(super) fn begin_page(state: &State, view: &CeremonyView) -> Option<BeginPage> {
    let stand_in = view.stand_in.as_ref().filter(|_| view.person_looks(state.platform.now()))?;
    let way = match stand_in {
        StandIn::Video { .. } => Way::Video,
        StandIn::Counter { .. } => Way::Counter,
    };
    Some(BeginPage {
        way,
        office: office(state).unwrap_or_default(),
        at: stand_in.at().for_people(),
    })
}

/// The camera of the device that signs.
pub(super) fn photo_place(state: &State, shown: &Shown) -> PhotoPlace {
    let sample = state.settings.pages.sample_photo;
    PhotoPlace::Desk { key: shown.fresh_key(state), sample }
}

/// Whatever a challenge may ask for, where the platform asks for something.
pub(super) fn actions_to_do(state: &State) -> Vec<ActionToDo> {
    let is_asked = state.platform.settings().face_actions > 0;
    let actions = Action::ALL.into_iter().filter(|_| is_asked);
    let both = |one: Action| Words::new(one.text(Language::Zh), one.text(Language::En));
    actions.map(|one| ActionToDo { word: one.code(), text: both(one) }).collect()
}

fn photo_page(state: &State, shown: &Shown) -> PhotoPage {
    let actions = actions_to_do(state);
    PhotoPage { again: false, place: photo_place(state, shown), actions }
}

fn refused_page(state: &State, view: &CeremonyView, at: usize, shown: &Shown) -> HttpResponse {
    let asked = view.consents.get(at);
    let page = RefusedPage {
        kind: asked.map_or("", |asked| asked.kind.code()).to_owned(),
        title: asked.map_or("", |asked| asked.title).to_owned(),
        number: view.number.to_string(),
        key: asked
            .is_some_and(|asked| asked.kind == ConsentKind::Face)
            .then(|| shown.fresh_key(state)),
    };
    shown::page(&page, shown)
}

/// Capacities in words.
pub(super) fn capacities(words: &[String], language: Language) -> String {
    let name = |word: &String| {
        let capacity = serde_json::from_value::<heqi_filing::Capacity>(json!(word));
        capacity.map_or("", |capacity| capacity.name(language))
    };
    words.iter().map(name).collect::<Vec<_>>().join(language.pick("、", ", "))
}

/// Where the name is written, if a challenge waits for it.
pub(super) fn drawing_page(view: &CeremonyView) -> Option<DrawingPage> {
    let name = view.representative_name.as_ref().unwrap_or(&view.party_name);
    let again = if has_photo(view) { Link::Photo } else { Link::Begin };
    Some(DrawingPage { name: name.clone(), signing: view.signing_id?, other: None, again })
}

const fn has_photo(view: &CeremonyView) -> bool {
    matches!(view.state, CeremonyState::Captured { .. })
}

fn sign_page(view: &CeremonyView) -> Option<SignPage> {
    let granted = |kind| {
        let asked = view.consents.iter().find(|asked| asked.kind == kind);
        asked.is_some_and(|asked| asked.decision == Some(Decision::Granted))
    };
    let dwell: Vec<_> = view
        .read
        .iter()
        .map(|read| json!({"at": read.at, "document": read.document_id, "seconds": read.seconds, "sha256": read.sha256}))
        .collect();
    Some(SignPage {
        signing: view.signing_id?,
        shot: match refused_at(view, |kind| kind == ConsentKind::Face) {
            _ if has_photo(view) => Shot::Taken,
            Some(_) => Shot::Refused,
            None => Shot::Absent,
        },
        intent: view.intent.text.clone(),
        reads_position: granted(ConsentKind::Location),
        dwell: json!(dwell).to_string(),
        software: concat!("heqi pages ", env!("CARGO_PKG_VERSION")).to_owned(),
    })
}
