//! 我的 — 授权管理: what was consented to in this signing, and taking back the consent to the face. Taking
//! it back is a request to erase the face as well, decided and recorded at once.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, ServiceConfig, post, resource};
use heqi_evidence::erasure::RequestedBy;
use heqi_evidence::schema::RetentionClass;
use heqi_filing::{ConsentKind, Decision as Answered};
use heqi_pages::Link;
use heqi_pages::journey::{OwnChoice, OwnConsent, OwnConsentsPage};
use heqi_registration::erase_person_data::{ErasePersonData, erase_person_data};
use heqi_registration::erasure::{Answer, CustodianAnswer, Decision, ErasureView};
use heqi_registration::own_data::{OwnData, own_data};
use heqi_service_kit::Problem;
use heqi_vocabulary::{Language, UtcMillis};
use serde::Deserialize;

use super::super::reading;
use super::form::Filled;
use crate::pages::shown::{Shown, page};
use crate::problem_of::refused;
use crate::state::State;
use crate::visitor::{Reader, Visitor};

/// The right that is exercised: to take a consent back.
const BASIS: &str = "个人信息保护法第15条、第47条";

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/sign/consents").route(reading().to(look)).route(post().to(take_back)));
}

async fn look(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let own = own_data(&state.platform, &visitor.actor()).await.map_err(refused)?;
    let shown = Shown::to(&state, reader, Link::OwnConsents).with(&visitor);
    let l = reader.language;
    let taken_back = own.decided.iter().find(|one| is_own(one)).map(|one| one.decided_at);
    let consents = own.consents.iter().map(|(kind, answer)| OwnConsent {
        kind: kind.code().to_owned(),
        name: kind.name(l).to_owned(),
        is_granted: answer.decision == Answered::Granted,
        at: answer.at.for_people(),
        taken_back: taken_back.filter(|_| *kind == ConsentKind::Face).map(UtcMillis::for_people),
    });
    let own_consents = OwnConsentsPage {
        consents: consents.collect(),
        decided: own.decided.iter().map(|one| decided(one, l)).collect(),
        choice: choice(&own, || shown.fresh_key(&state)),
    };
    Ok(page(&own_consents, &shown))
}

/// Whether it is what the person itself asked about its face: an officer may ask for other reasons.
fn is_own(one: &ErasureView) -> bool {
    one.requested_by == RequestedBy::Person && one.classes.contains(&RetentionClass::Biometric)
}

fn choice(own: &OwnData, key: impl FnOnce() -> String) -> OwnChoice {
    let is_answered = |one: &ErasureView| {
        let is_gone = matches!(one.decision, Decision::Erased { .. })
            && one.classes.contains(&RetentionClass::Biometric);
        is_own(one) || is_gone
    };
    let has_consented = own
        .consents
        .iter()
        .any(|(kind, answer)| *kind == ConsentKind::Face && answer.decision == Answered::Granted);
    if !own.is_signed {
        OwnChoice::Change
    } else if has_consented && !own.decided.iter().any(is_answered) {
        OwnChoice::TakeBack(key())
    } else {
        OwnChoice::Nothing
    }
}

fn decided(one: &ErasureView, l: Language) -> String {
    let at = one.decided_at.for_people();
    let asked = if is_own(one) {
        l.pick("已收到您的撤回和删除请求", "your request was taken")
    } else {
        l.pick("就您的个人信息已有决定", "it was decided about your data")
    };
    match (&one.decision, l) {
        (Decision::Refused { legal_basis, .. }, Language::Zh) => {
            format!("{at} {asked}：依法仍须保存（{legal_basis}），自即日起只保存、不再使用。")
        }
        (Decision::Refused { legal_basis, .. }, Language::En) => format!(
            "{at}: {asked}. The law demands to keep the data ({legal_basis}); it is kept and not used from now on."
        ),
        (Decision::Erased { performed_at: None }, Language::Zh) => {
            format!("{at} {asked}：决定删除，正在销毁密钥。")
        }
        (Decision::Erased { performed_at: None }, Language::En) => {
            format!("{at}: {asked}; it is to be erased, and the keys are being destroyed.")
        }
        (Decision::Erased { performed_at: Some(done) }, l) => erased(*done, &one.custodians, l),
    }
}

fn erased(done: UtcMillis, held: &[CustodianAnswer], l: Language) -> String {
    let done = done.for_people();
    let open = held.iter().filter(|one| !matches!(one.answer, Answer::Erased { .. })).count();
    match (held.is_empty(), open, l) {
        // Nothing had been handed on, so nothing was ordered.
        (true, _, Language::Zh) => format!("{done} 已删除。"),
        (true, _, Language::En) => format!("{done}: erased."),
        (false, 0, Language::Zh) => format!("{done} 已删除，公证处也已删除。"),
        (false, 0, Language::En) => format!("{done}: erased, at the notary as well."),
        (false, _, Language::Zh) => {
            format!("{done} 本平台已删除，已通知公证处，{open} 处尚未删除或依法保存。")
        }
        (false, _, Language::En) => format!(
            "{done}: erased here; {open} at the notary have not erased it yet, or keep it by law."
        ),
    }
}

/// The consent to the face is taken back.
#[derive(Deserialize)]
struct TakeBackForm {}

async fn take_back(
    state: Data<State>,
    filled: Filled<TakeBackForm>,
) -> Result<HttpResponse, Problem> {
    let (_, filing, party) = filled.request.actor.signer().map_err(refused)?;
    let classes = BTreeSet::from([RetentionClass::Biometric]);
    let command = ErasePersonData { filing, party, classes, basis: Some(BASIS.to_owned()) };
    erase_person_data(&state.platform, &filled.request, command).await.map_err(refused)?;
    let location = (LOCATION, Link::OwnConsents.to_string());
    Ok(HttpResponse::SeeOther().insert_header(location).finish())
}
