//! 实时保 for people: `/my` and below. What is held of whoever has the contact in hand that was
//! used while signing, and knows the name.
//!
//! Everything is refused alike to whoever has no session: nobody learns by asking who has signed.
//! No contact, code or name stands in an address.

mod browser;
mod certificate;
mod shown;
mod words;

use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION};
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{Error, HttpResponse};
use heqi_evidence::bundle::MEDIA_TYPE;
use heqi_evidence::holder_notice::NoticeKind;
use heqi_notarization::holder::HolderContact;
use heqi_notarization::holder::door::{EnterError, Holder, ask_code, enter, leave};
use heqi_notarization::holder::held::{OpenError, OpenedRecord, list, open};
use heqi_notarization::holder::notice::{SayError, say};
use heqi_notarization::holder::watch;
use heqi_pages::holder::{HolderCodePage, HolderDoorPage, HolderSayPage, WatchShown};
use heqi_pages::trouble::TroublePage;
use heqi_pages::{Link, OfficeLink};
use heqi_service_kit::Problem;
use heqi_service_kit::browser::Reader;
use heqi_service_kit::downloads::USUAL_BYTES;
use heqi_service_kit::edge::OwnPage;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::{DepositNo, Digest, VoucherNo};
use serde::Deserialize;

use self::browser::{Filled, Typed, Visitor, clear_session, set_session};
use self::shown::{evidence_page, list_page, page, said_lines};
use self::words::pair;
use crate::people::People;
use crate::refusal::of_ours;
use crate::service::State;

const NO_STORE: &str = "no-store";

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/my", get().to(front))
        .route("/my/code", post().to(code))
        .route("/my/enter", post().to(come_in))
        .route("/my/evidence/{number}", get().to(one))
        .route("/my/evidence/{number}/files/{sha256}", get().to(file))
        .route("/my/evidence/{number}/bundle", get().to(bundle))
        .route("/my/evidence/{number}/say", get().to(ask_what))
        .route("/my/evidence/{number}/say", post().to(hear))
        .route("/my/watch", post().to(tell_me))
        .route("/my/apply/{voucher}", get().to(certificate::ask))
        .route("/my/apply/{voucher}", post().to(certificate::take))
        .route("/my/leave", post().to(go));
}

/// Those who may look, where the service has people at all.
#[expect(clippy::result_large_err, reason = "a refusal is rare, and answered at once")]
fn people(state: &State) -> Result<&People, Problem> {
    state.people.as_ref().ok_or_else(|| RequestProblem::NotFound.into())
}

/// The list, or the door for whoever has no session.
async fn front(
    state: Data<State>,
    reader: Reader,
    visitor: Option<Visitor>,
) -> Result<HttpResponse, Problem> {
    let people = people(&state)?;
    let Some(visitor) = visitor else {
        let door = HolderDoorPage { typed: String::new(), apply: None, trouble: None };
        return Ok(page(&door, people, reader, Link::Held, None));
    };
    let filings = list(&state.office, &visitor.holder).await;
    let filings = filings.map_err(|error| of_ours(&error))?;
    let watch = watch_shown(&state, people, &visitor.holder).await?;
    let shown = list_page(&filings, watch, reader.language);
    Ok(page(&shown, people, reader, Link::Held, Some(&visitor)))
}

/// Whether this person is told of signings in its name; `None` where nobody can be.
async fn watch_shown(
    state: &State,
    people: &People,
    holder: &Holder,
) -> Result<Option<WatchShown>, Problem> {
    if people.public_url.is_none() || people.channels.is_empty() {
        return Ok(None);
    }
    let since = watch::since(&state.office, holder).await;
    let since = since.map_err(|error| of_ours(&error))?;
    Ok(Some(WatchShown { since: since.map(heqi_vocabulary::UtcMillis::for_people) }))
}

#[derive(Deserialize)]
struct WatchForm {
    wanted: Wanted,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wanted {
    Yes,
    No,
}

/// Asked to be told, or to be told no more.
async fn tell_me(
    state: Data<State>,
    reader: Reader,
    Filled { visitor, form }: Filled<WatchForm>,
) -> Result<HttpResponse, Error> {
    let people = people(&state)?;
    let done = match form.wanted {
        Wanted::Yes if people.public_url.is_none() => Ok(()),
        Wanted::Yes => watch::begin(&state.office, &visitor.holder, reader.language).await,
        Wanted::No => watch::end(&state.office, &visitor.holder).await,
    };
    done.map_err(|error| of_ours(&error))?;
    Ok(to(&Link::Held))
}

#[derive(Deserialize)]
struct ContactForm {
    contact: String,
    #[serde(default)]
    apply: String,
}

/// The same answer for everybody who typed a contact.
async fn code(
    state: Data<State>,
    reader: Reader,
    Typed(form): Typed<ContactForm>,
) -> Result<HttpResponse, Problem> {
    let people = people(&state)?;
    let apply: Option<VoucherNo> = form.apply.parse().ok();
    let Ok(contact) = HolderContact::parse(&form.contact) else {
        let door = HolderDoorPage {
            typed: form.contact,
            apply,
            trouble: Some(pair(words::CONTACT_FORM, reader.language)),
        };
        return Ok(page(&door, people, reader, Link::Held, None));
    };
    let sending = ask_code(&state.office, &contact).await;
    if let Some(sending) = sending.map_err(|error| of_ours(&error))? {
        people.send(&sending, reader.language, state.office.entropy());
    }
    let (masked, typed) = (contact.masked(), form.contact);
    let asked = HolderCodePage { masked, typed, apply, trouble: None };
    Ok(page(&asked, people, reader, Link::Held, None))
}

#[derive(Deserialize)]
struct EnterForm {
    contact: String,
    code: String,
    name: String,
    #[serde(default)]
    apply: String,
}

async fn come_in(
    state: Data<State>,
    reader: Reader,
    Typed(form): Typed<EnterForm>,
) -> Result<HttpResponse, Problem> {
    let people = people(&state)?;
    let contact = HolderContact::parse(&form.contact).map_err(|_| RequestProblem::MalformedForm)?;
    let apply: Option<VoucherNo> = form.apply.parse().ok();
    match enter(&state.office, &contact, &form.code, &form.name).await {
        Ok(secret) => {
            let mut response = HttpResponse::build(StatusCode::SEE_OTHER);
            let is_secure = people.secure_cookies;
            set_session(&mut response, &secret, (state.office.custodian(), is_secure));
            let next = apply.map_or(Link::Held, Link::HeldApply);
            Ok(response.insert_header((LOCATION, next.to_string())).finish())
        }
        Err(EnterError::Fault(fault)) => Err(of_ours(&fault)),
        Err(_) => {
            let trouble = Some(pair(words::NOT_RIGHT, reader.language));
            let (masked, typed) = (contact.masked(), form.contact);
            let again = HolderCodePage { masked, typed, apply, trouble };
            Ok(page(&again, people, reader, Link::Held, None))
        }
    }
}

/// What is held under a number of whoever asks, or a page that says why it is not shown.
async fn opened(
    state: &State,
    reader: Reader,
    visitor: &Visitor,
    number: DepositNo,
) -> Result<OpenedRecord, Error> {
    let (status, told) = match open(&state.office, &visitor.holder, number).await {
        Ok(record) => return Ok(record),
        Err(OpenError::Fault(fault)) => return Err(of_ours(&fault).into()),
        Err(OpenError::Unknown) => (StatusCode::NOT_FOUND, words::UNKNOWN),
        Err(_) => (StatusCode::GONE, words::ERASED),
    };
    let (what, next) = pair(told, reader.language);
    let title = words::NOT_SHOWN.in_language(reader.language).to_owned();
    let trouble = TroublePage { title, what, next, request_id: None, on: Some(Link::Held) };
    let mut answer = page(&trouble, people(state)?, reader, Link::Held, Some(visitor));
    *answer.status_mut() = status;
    answer.extensions_mut().insert(OwnPage);
    Err(InternalError::from_response("not shown", answer).into())
}

async fn one(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
    number: Path<DepositNo>,
) -> Result<HttpResponse, Error> {
    let record = opened(&state, reader, &visitor, *number).await?;
    let said = said_lines(&state.office, &record, reader.language).await;
    let said = said.map_err(|error| of_ours(&error))?;
    let apply = certificate::way(&state, &record, reader.language).await?;
    let now = state.office.clock().now();
    let at = (now, state.office.proofs_not_asked_since().await);
    let shown = evidence_page(&record, (said, apply, anchors_at(&state)), at, reader.language);
    let here = Link::HeldEvidence(*number);
    Ok(page(&shown, people(&state)?, reader, here, Some(&visitor)))
}

/// Where people find the keys that the notary publishes, without which a bundle proves itself to nobody.
fn anchors_at(state: &State) -> Option<String> {
    let path = Link::Office(OfficeLink::Anchors);
    if state.data_centre.is_some() {
        return Some(path.to_string());
    }
    let base = state.people.as_ref().and_then(|people| people.certify_url.as_deref())?;
    Some(format!("{}{path}", base.trim_end_matches('/')))
}

/// The photo or a document, byte for byte as it is held.
async fn file(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
    path: Path<(DepositNo, Digest)>,
) -> Result<HttpResponse, Error> {
    let (number, sha256) = path.into_inner();
    let room = state.downloads.room(USUAL_BYTES)?;
    let record = opened(&state, reader, &visitor, number).await?;
    let (ending, bytes) = record.attachment(&sha256).ok_or(RequestProblem::NotFound)?;
    let media_type = match ending {
        "jpg" => "image/jpeg",
        "png" => "image/png",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    };
    // A picture is shown in its page, everything else is saved: nothing of ours runs in it.
    let place = if media_type.starts_with("image/") { "inline" } else { "attachment" };
    let name = format!("{place}; filename=\"{sha256}.{ending}\"");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CACHE_CONTROL, NO_STORE))
        .body(room.send(bytes.to_vec())))
}

async fn bundle(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
    number: Path<DepositNo>,
) -> Result<HttpResponse, Error> {
    let room = state.downloads.room(USUAL_BYTES)?;
    let record = opened(&state, reader, &visitor, *number).await?;
    let bytes = record.parts.write().map_err(|error| Problem::internal(&error))?;
    let name = format!("attachment; filename=\"{number}.heqi.zip\"");
    Ok(HttpResponse::Ok()
        .content_type(MEDIA_TYPE)
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CACHE_CONTROL, NO_STORE))
        .body(room.send(bytes)))
}

async fn ask_what(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
    number: Path<DepositNo>,
) -> Result<HttpResponse, Error> {
    opened(&state, reader, &visitor, *number).await?;
    let asked = HolderSayPage { number: *number, certifies: state.bench.is_some(), trouble: None };
    let here = Link::HeldSay(*number);
    Ok(page(&asked, people(&state)?, reader, here, Some(&visitor)))
}

#[derive(Deserialize)]
struct SayForm {
    kind: NoticeKind,
    #[serde(default)]
    reason: String,
}

async fn hear(
    state: Data<State>,
    reader: Reader,
    // Before the address: without a session nothing of it is looked at.
    Filled { visitor, form }: Filled<SayForm>,
    number: Path<DepositNo>,
) -> Result<HttpResponse, Error> {
    let record = opened(&state, reader, &visitor, *number).await?;
    match say(&state.office, &record, form.kind, &form.reason).await {
        Ok(_) => Ok(to(&Link::HeldEvidence(*number))),
        Err(SayError::Reason) => {
            let trouble = Some(pair(words::REASON, reader.language));
            let again =
                HolderSayPage { number: *number, certifies: state.bench.is_some(), trouble };
            let here = Link::HeldSay(*number);
            Ok(page(&again, people(&state)?, reader, here, Some(&visitor)))
        }
        Err(error) => Err(of_ours(&error).into()),
    }
}

#[derive(Deserialize)]
struct Nothing {}

async fn go(state: Data<State>, filled: Filled<Nothing>) -> Result<HttpResponse, Error> {
    let ended = leave(&state.office, filled.visitor.secret_sha256).await;
    ended.map_err(|error| of_ours(&error))?;
    let mut response = HttpResponse::build(StatusCode::SEE_OTHER);
    let is_secure = people(&state)?.secure_cookies;
    clear_session(&mut response, (state.office.custodian(), is_secure));
    Ok(response.insert_header((LOCATION, Link::Held.to_string())).finish())
}

fn to(link: &Link) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, link.to_string())).finish()
}
