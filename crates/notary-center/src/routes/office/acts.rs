//! What a form asks for is done with an application. What is refused is said on its page.

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use heqi_notarization::NotaryOffice;
use heqi_notarization::matter::approve::{Approve, approve, type_number};
use heqi_notarization::matter::checklist::Item;
use heqi_notarization::matter::clock::PauseReason;
use heqi_notarization::matter::dossier::archive;
use heqi_notarization::matter::draft::{hand_in, save_draft, send_back};
use heqi_notarization::matter::extraction::Act;
use heqi_notarization::matter::finish::{
    approve_proposed, ask_reexamination, conclude_reexamination, deliver, issue, paper_sealed,
    propose_correction, propose_revocation, set_fee, turn_down_proposed, void, withdraw_proposed,
};
use heqi_notarization::matter::form::DeliveryWay;
use heqi_notarization::matter::handle::{
    RefusalGround, accept, ask_supplement, declare, mark_complex, pause, propose_refusal,
    propose_termination, recompute, resume, supplement_arrived, take_over, tick, withdraw,
};
use heqi_notarization::matter::notice::make_notices;
use heqi_notarization::matter::session::{ClockBeside, OpenSession, open_session, press_button};
use heqi_notarization::matter::state::{Fee, ReexaminationOutcome};
use heqi_notarization::matter::view::matter;
use heqi_notarization::matter::{ApplicationNo, MatterError};
use heqi_notarization::staff::login::show_again;
use heqi_notarization::staff::{OfficeStaffError, Officer};
use heqi_pages::office::OfficeAct;
use heqi_pages::{Link, OfficeLink};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::{Digest, Explain, Explanation, Language};
use serde::Deserialize;

use super::matters::{number, show};
use super::screen::screen_for;
use crate::bench::{Bench, Shown, log_if_ours, refused, status_of, to, to_address, trouble};
use crate::routes::body_of;
use crate::routes::staff::{address, form_of};
use crate::service::State;
use crate::visitor::{CSRF, Reader, Visitor, is_foreign};

/// Documents made in the answer to a form; others wait for the next round.
const AT_ONCE: usize = 2;
/// The longest scan: 20 MiB, as any object.
const SCAN_MAX_BYTES: usize = 20 << 20;

/// Everything any form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Form {
    key: String,
    text: String,
    choice: String,
    ground: u8,
    number: String,
    fen: String,
    receipt: String,
    waybill: String,
    received_by: String,
    shown: String,
    tick: String,
    workstation: String,
    place: String,
    code: String,
    second: String,
    second_code: String,
}

/// Why an act was not done.
#[derive(Debug, thiserror::Error)]
enum ActError {
    #[error(transparent)]
    Matter(#[from] MatterError),
    #[error(transparent)]
    Staff(#[from] OfficeStaffError),
}

impl Explain for ActError {
    fn code(&self) -> &'static str {
        match self {
            Self::Matter(error) => error.code(),
            Self::Staff(error) => error.code(),
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        match self {
            Self::Matter(error) => error.explain(language),
            Self::Staff(error) => error.explain(language),
        }
    }
}

impl ActError {
    fn status(&self) -> actix_web::http::StatusCode {
        let class = match self {
            Self::Matter(error) => {
                log_if_ours(error);
                error.class()
            }
            Self::Staff(error) => error.class(),
        };
        status_of(class)
    }
}

pub(super) async fn act(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: Visitor,
    path: Path<(String, String)>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let (no, word) = path.into_inner();
    let no = number(&no)?;
    let by = visitor.officer()?;
    let here = Link::Office(OfficeLink::Matter(no.to_string()));
    if word == OfficeAct::Seal.word() {
        return scan(&state, &http, &visitor, (no, payload)).await;
    }
    let form: Form = form_of(&state, &http, payload, Some(&visitor)).await?;
    let turn = state.done_forms.turn(by.account, &format!("{no}/{word}"), &form.key).await;
    if let Some(earlier) = turn.earlier() {
        return Ok(to_address(earlier));
    }
    if let Some(act) = word.strip_prefix("press-") {
        let act = Act::of_word(act).ok_or(RequestProblem::NotFound)?;
        let language = reader.language;
        return match press(&state, &http, reader, (no, &by, act)).await? {
            Ok(shown) => {
                turn.done(shown.to_string());
                Ok(to(&shown))
            }
            Err(error) => {
                drop(turn);
                let told = Some(trouble(&error, language));
                show(&state, reader, &visitor, (no, error.status(), told)).await
            }
        };
    }
    match perform(&state, &http, &visitor, (no, &by, &word, &form)).await? {
        Ok(()) => {
            make_at_once(&state).await;
            turn.done(here.to_string());
            Ok(to(&here))
        }
        Err(error) => {
            drop(turn);
            let told = Some(trouble(&error, reader.language));
            show(&state, reader, &visitor, (no, error.status(), told)).await
        }
    }
}

/// Presses a button of the session; gives the page that it shows.
async fn press(
    state: &State,
    http: &HttpRequest,
    reader: Reader,
    (no, by, act): (ApplicationNo, &Officer, Act),
) -> Result<Result<Link, ActError>, Problem> {
    let bench = state.bench()?;
    if let Err(error) = still_there(&state.office, bench, http, (no, by)).await {
        return Ok(Err(error.into()));
    }
    let matter = Link::Office(OfficeLink::Matter(no.to_string()));
    let screen = screen_for(&Shown::to(bench, reader, matter).frame);
    let limit_ms = state.settings.alarms.clock_offset_ms;
    let clock = ClockBeside::furthest(state.office.peer_clock(), limit_ms);
    let pressed = press_button(&state.office, &bench.desk, no, (by, act, &screen), clock).await;
    let shown =
        |sha256: Digest| Link::Office(OfficeLink::Screen(no.to_string(), sha256.to_string()));
    Ok(pressed.map(|pressed| shown(pressed.screen_sha256)).map_err(Into::into))
}

/// A session goes on at the computer at which it was opened, as far as the office has said from where that
/// one comes.
async fn still_there(
    office: &NotaryOffice,
    bench: &Bench,
    http: &HttpRequest,
    (no, by): (ApplicationNo, &Officer),
) -> Result<(), MatterError> {
    if bench.workstation_addresses.is_empty() {
        return Ok(());
    }
    let view = matter(office, by, no).await?;
    let Some(session) = view.matter.extraction() else { return Ok(()) };
    let is_there = address(http).is_ok_and(|from| bench.is_at(session.workstation(), from));
    if is_there { Ok(()) } else { Err(MatterError::Workstation) }
}

/// What a step owes in writing is made at once; what cannot be made now is made later, by itself.
async fn make_at_once(state: &State) {
    let Some(bench) = &state.bench else { return };
    if let Err(error) = make_notices(&state.office, &bench.desk, AT_ONCE).await {
        tracing::error!(%error, "documents of applications could not be made");
    }
}

async fn perform(
    state: &State,
    http: &HttpRequest,
    visitor: &Visitor,
    (no, by, word, form): (ApplicationNo, &Officer, &str, &Form),
) -> Result<Result<(), ActError>, Problem> {
    let office = &state.office;
    if let Some(place) = word.strip_prefix("tick-") {
        let item = place.parse().ok().and_then(Item::of_number).ok_or(RequestProblem::NotFound)?;
        let passed = form.choice == "passed";
        return Ok(tick(office, no, by, (item, passed), &form.text).await.map_err(Into::into));
    }
    if word == "draft" {
        let saved = save_draft(office, no, by, &form.text).await;
        return Ok(saved.map(|_| ()).map_err(Into::into));
    }
    let what = OfficeAct::of_word(word).ok_or(RequestProblem::NotFound)?;
    if what == OfficeAct::Session {
        return Ok(open(state, http, visitor, (no, form)).await);
    }
    Ok(plain(state, (no, by), what, form).await.map_err(Into::into))
}

/// Two persons, each with the code their authenticator shows now.
async fn open(
    state: &State,
    http: &HttpRequest,
    visitor: &Visitor,
    (no, form): (ApplicationNo, &Form),
) -> Result<(), ActError> {
    let office = &state.office;
    let Ok(bench) = state.bench() else { return Err(MatterError::NotFound.into()) };
    let Ok(address) = address(http) else { return Err(MatterError::NotFound.into()) };
    // Before the codes, which count once.
    if !bench.is_at(&form.workstation, address) {
        return Err(MatterError::Workstation.into());
    }
    let notary = show_again(office, address, &visitor.session.login, &form.code).await?;
    let second = show_again(office, address, &form.second, &form.second_code).await?;
    let command = OpenSession {
        notary,
        second,
        workstation: form.workstation.clone(),
        place: form.place.clone(),
    };
    Ok(open_session(office, &bench.desk, no, command).await?)
}

async fn plain(
    state: &State,
    (no, by): (ApplicationNo, &Officer),
    what: OfficeAct,
    form: &Form,
) -> Result<(), MatterError> {
    let office = &state.office;
    let bench = state.bench.as_ref().ok_or(MatterError::NotFound)?;
    let (desk, text) = (&bench.desk, form.text.as_str());
    match what {
        OfficeAct::Declare => declare(office, no, by, form.choice != "none").await,
        OfficeAct::Accept => accept(office, no, by).await.map(|_| ()),
        OfficeAct::TakeOver => take_over(office, no, by).await,
        OfficeAct::Supplement => ask_supplement(office, no, by, text).await,
        OfficeAct::Arrived => supplement_arrived(office, no, by, text).await,
        OfficeAct::Pause => {
            let reason = match form.choice.as_str() {
                "force_majeure" => PauseReason::ForceMajeure,
                _ => PauseReason::Verification,
            };
            pause(office, no, by, reason, text).await
        }
        OfficeAct::Resume => resume(office, no, by).await,
        OfficeAct::Recompute => recompute(office, no, by).await,
        OfficeAct::Complex => mark_complex(office, no, by, (form.choice == "complex", text)).await,
        OfficeAct::HandIn => hand_in(office, no, by).await,
        OfficeAct::Approve => {
            let command = Approve { shown: shown_of(form), objection_ticked: form.tick == "yes" };
            approve(office, desk, no, (by, command)).await.map(|_| ())
        }
        OfficeAct::SendBack => send_back(office, no, by, text).await,
        OfficeAct::Number => type_number(office, desk, no, (by, &form.number)).await.map(|_| ()),
        OfficeAct::Fee => set_fee(office, no, by, fee_of(form)?).await,
        OfficeAct::Issue => issue(office, desk, no, by).await.map(|_| ()),
        OfficeAct::Deliver => {
            let way = DeliveryWay::of_word(&form.choice).ok_or(MatterError::Text)?;
            deliver(office, no, by, (way, &form.waybill, &form.received_by)).await
        }
        OfficeAct::Correct => propose_correction(office, no, by, text).await,
        OfficeAct::Revoke => propose_revocation(office, no, by, text).await,
        OfficeAct::AskAgain => ask_reexamination(office, no, by, text).await,
        OfficeAct::Reexamine => {
            let outcome = match form.choice.as_str() {
                "upheld" => ReexaminationOutcome::Upheld,
                "corrected" => ReexaminationOutcome::Corrected,
                "voided" => ReexaminationOutcome::Voided,
                // Nobody finds a certificate good by leaving something out.
                _ => return Err(MatterError::Text),
            };
            conclude_reexamination(office, no, by, (outcome, text)).await
        }
        OfficeAct::ApproveProposed => approve_proposed(office, no, by, shown_of(form)).await,
        OfficeAct::TurnDown => turn_down_proposed(office, no, by, text).await,
        OfficeAct::TakeBack => withdraw_proposed(office, no, by, text).await,
        OfficeAct::Refuse => {
            let ground = RefusalGround::of_item(form.ground).ok_or(MatterError::Text)?;
            propose_refusal(office, no, by, (ground, text)).await
        }
        OfficeAct::Terminate => propose_termination(office, no, by, text).await,
        OfficeAct::Withdraw => withdraw(office, no, by, text).await,
        OfficeAct::Void => void(office, no, by, text).await,
        OfficeAct::Archive => archive(office, no, by).await,
        // Each has its own way in.
        OfficeAct::Session | OfficeAct::Seal => Err(MatterError::NotFound),
    }
}

/// What was shown. A digest that is none is not of what stands.
fn shown_of(form: &Form) -> Digest {
    form.shown.parse().unwrap_or_else(|_| Digest::of(b""))
}

fn fee_of(form: &Form) -> Result<Fee, MatterError> {
    if form.choice == "waived" {
        return Ok(Fee::Waived);
    }
    let fen = fen_of(&form.fen).ok_or(MatterError::Text)?;
    match form.choice.as_str() {
        "due" => Ok(Fee::Due { fen }),
        "paid" => Ok(Fee::Paid { fen, receipt: form.receipt.trim().to_owned() }),
        _ => Err(MatterError::Text),
    }
}

/// Yuan with at most two places, as fen.
fn fen_of(yuan: &str) -> Option<u64> {
    let yuan = yuan.trim();
    let (whole, part) = yuan.split_once('.').unwrap_or((yuan, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 9
        || part.len() > 2
        || !is_digits(whole)
        || !is_digits(part)
    {
        return None;
    }
    let cents: u64 = format!("{part:0<2}").parse().ok()?;
    Some(whole.parse::<u64>().ok()? * 100 + cents)
}

/// A scan, sent as it is by a script of ours.
async fn scan(
    state: &State,
    http: &HttpRequest,
    visitor: &Visitor,
    (no, payload): (ApplicationNo, Payload),
) -> Result<HttpResponse, Problem> {
    let token = http.headers().get(CSRF).and_then(|value| value.to_str().ok());
    if is_foreign(http.headers()) || !token.is_some_and(|token| visitor.made(token)) {
        return Err(RequestProblem::Forbidden.into());
    }
    let body = body_of(payload, SCAN_MAX_BYTES, state.settings.body_deadline_ms).await?;
    let by = visitor.officer()?;
    paper_sealed(&state.office, no, &by, &body).await.map_err(refused)?;
    Ok(HttpResponse::NoContent().finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_to_the_fen() {
        assert_eq!(
            [fen_of("800"), fen_of(" 0.5 "), fen_of("12.34")],
            [Some(80_000), Some(50), Some(1_234)]
        );
        for bad in ["", "-1", "1.234", "1,000", "1e9", "九百", ".5"] {
            assert_eq!(fen_of(bad), None, "{bad}");
        }
    }
}
