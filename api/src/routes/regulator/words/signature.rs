//! One signature and the verdict on it: with what it was made, where it is held, what was said of it.

use heqi_evidence::holder_notice::NoticeKind;
use heqi_evidence::verdict::Status;
use heqi_pages::regulator::{
    ApplicationShown, ClaimLine, DwellStrip, HandwritingShown, SignatureCard, StatusShown, TieLine,
};
use heqi_registration::Custodian;
use heqi_registration::holder_notice::SaidToCustodian;
use heqi_registration::keep_strokes::Handwriting;
use heqi_registration::regulator::apply::{ApplicationState, ApplicationView};
use heqi_registration::regulator::dossier::{Dossier, DossierSignature};
use heqi_registration::regulator::traces::{ActionSaid, ActionWord, Dwell, Tie, Ties};
use heqi_registration::regulator::verdict::{ClaimShown, Hint};
use heqi_vocabulary::{Language, UtcMillis};

use super::{capacities, name_of};

pub(super) fn signature(
    seen: &Dossier,
    one: &DossierSignature,
    key: String,
    l: Language,
) -> SignatureCard {
    let party = name_of(seen, one.party);
    let who = party
        .map_or_else(String::new, |party| format!("{} · {}", party.name, capacities(party, l)));
    SignatureCard {
        record: one.record,
        who,
        documents: one.documents.clone(),
        at: one.at.for_people(),
        found_void: one.voided_at.map(UtcMillis::for_people),
        voucher: one.voucher.map_or_else(String::new, |voucher| voucher.to_string()),
        deposits: deposits(one, l),
        has_photo: one.has_photo,
        status: one.verdict.as_ref().map(|verdict| status(verdict.status)),
        hint: one.verdict.as_ref().map_or_else(String::new, |verdict| hint(verdict.hint, l)),
        claims: one
            .verdict
            .iter()
            .flat_map(|verdict| &verdict.claims)
            .map(|claim| claim_line(claim, l))
            .collect(),
        application: one.application.as_ref().map(|view| application(view, l)),
        apply_key: one.may_apply.then_some(key),
        said: one
            .said
            .iter()
            .map(|said| said_to_custodian(said, one.objected_at.get(&said.custodian).copied(), l))
            .collect(),
        dwell: one.traces.dwell.iter().map(strip).collect(),
        handwriting: one.traces.handwriting.as_ref().map(written),
        actions: one.traces.actions.iter().map(|said| action(*said, l)).collect(),
    }
}

/// What was asked before the camera, and what came of it.
fn action(said: ActionSaid, l: Language) -> String {
    let asked = said.asked.text(l);
    let taken = match said.result {
        ActionWord::Frame => l.pick("有画面", "a picture"),
        ActionWord::NotDone => l.pick("签署人表示做不到", "the signer said that it cannot be done"),
        ActionWord::Missing => l.pick("没有画面", "no picture"),
    };
    match l {
        Language::Zh => format!("{asked}：{taken}"),
        Language::En => format!("{asked}: {taken}"),
    }
}

/// With what somebody signed.
pub(super) fn ties(seen: &Dossier, one: &DossierSignature) -> TieLine {
    let person = name_of(seen, one.party).map_or_else(String::new, |party| party.name.clone());
    let thing = |tie: &Option<Tie>| tie.as_ref().map(|tie| (tie.number, tie.label.clone()));
    let Ties { phone, device, address, .. } = &one.traces.ties;
    let party = one.party.map_or_else(String::new, |party| party.to_string());
    TieLine { party, person, things: [phone, device, address].map(thing) }
}

fn strip(dwell: &Dwell) -> DwellStrip {
    DwellStrip {
        title: dwell.title.clone(),
        seconds: dwell.seconds,
        pages: dwell.page_seconds.clone(),
    }
}

fn written(handwriting: &Handwriting) -> HandwritingShown {
    HandwritingShown {
        width: handwriting.width,
        height: handwriting.height,
        strokes: handwriting.strokes.clone(),
        typed: handwriting.typed.clone(),
    }
}

/// A custodian's word that somebody with the signer's contact and name said so; and that the platform recorded an
/// objection of the same signer, which is no second one.
fn said_to_custodian(said: &SaidToCustodian, recorded: Option<UtcMillis>, l: Language) -> String {
    let whom = match said.custodian {
        Custodian::DataCentre => l.pick("公证处数据中心", "the notary's data centre"),
        Custodian::Preservation => l.pick("实时保", "the preservation service"),
    };
    let at = said.said_at.for_people();
    let taken = said.taken_at.for_people();
    let recorded = match (recorded, l) {
        (None, Language::Zh) => "尚未据此暂停办件".to_owned(),
        (None, Language::En) => "it pauses nothing by itself".to_owned(),
        (Some(at), Language::Zh) => {
            format!("平台另于{}记录了该签署人对本签署的异议，按一份异议看待", at.for_people())
        }
        (Some(at), Language::En) => format!(
            "the platform recorded this signer's objection at {}: read it as one",
            at.for_people()
        ),
    };
    match (said.kind, l) {
        (NoticeKind::Objection, Language::Zh) => {
            format!("签署人向{whom}提出异议：{at}（{taken}送达平台，公证机构已签名；{recorded}）")
        }
        (NoticeKind::Objection, Language::En) => format!(
            "The signer objected to {whom} at {at} (here since {taken}, signed by the notary; {recorded})"
        ),
        (NoticeKind::ConsentWithdrawn, Language::Zh) => {
            format!("签署人向{whom}撤回同意：{at}（{taken}送达平台，公证机构已签名）")
        }
        (NoticeKind::ConsentWithdrawn, Language::En) => format!(
            "The signer withdrew a consent at {whom} at {at} (here since {taken}, signed by the notary)"
        ),
    }
}

fn application(view: &ApplicationView, l: Language) -> ApplicationShown {
    let (state, at, reference, code) = match &view.state {
        ApplicationState::Sent {} => (
            l.pick("公证申请已提出，正在送达公证处", "applied for, on its way to the notary"),
            view.at,
            None,
            None,
        ),
        ApplicationState::Received { reference, code, at } => (
            l.pick(
                "公证处已收到申请，尚未出具公证书",
                "the notary has the application; no certificate yet",
            ),
            *at,
            Some(reference.clone()),
            code.clone(),
        ),
        ApplicationState::Refused { reason, at } => (
            l.pick("公证处未受理申请", "the notary does not take the application"),
            *at,
            Some(reason.clone()),
            None,
        ),
    };
    ApplicationShown { state: state.to_owned(), at: at.for_people(), reference, code }
}

fn status(status: Status) -> StatusShown {
    match status {
        Status::Proved => StatusShown::Proved,
        Status::NotProved => StatusShown::NotProved,
        Status::Contradicted => StatusShown::Contradicted,
    }
}

fn claim_line(claim: &ClaimShown, l: Language) -> ClaimLine {
    ClaimLine {
        about: claim.name.title(l).to_owned(),
        status: status(claim.status),
        reason: claim.reason_in(l).to_owned(),
        vouched_by: claim.vouched_by.join("、"),
    }
}

/// The words of domain.md 11.6: never *genuine*, never *forged*.
fn hint(hint: Hint, l: Language) -> String {
    let what = match hint {
        Hint::Nothing => l.pick("无提示", "nothing to point out").to_owned(),
        Hint::Some(count) => {
            l.pick("有提示 {n} 项", "{n} to point out").replace("{n}", &count.to_string())
        }
        Hint::ToBeChecked => l.pick("待核实", "to be checked").to_owned(),
    };
    format!("{}{what}", l.pick("供形式审查参考：", "For the formal review: "))
}

/// The words of domain.md 11.6.
fn deposits(one: &DossierSignature, l: Language) -> String {
    let held: Vec<String> = one
        .deposits
        .iter()
        .filter_map(|(_, number)| number.as_ref())
        .map(ToString::to_string)
        .collect();
    let (count, of) = (held.len(), one.deposits.len());
    let words = if count == of {
        l.pick("已同步存证至公证处", "deposited with the notary")
    } else {
        l.pick("存证中", "being deposited")
    };
    let names = one.deposits.iter().map(|(custodian, _)| match custodian {
        Custodian::DataCentre => l.pick("公证处数据中心", "data centre"),
        Custodian::Preservation => l.pick("实时保", "preservation"),
    });
    let names = names.collect::<Vec<_>>().join("、");
    format!("{words} {count}/{of}（{names}）{}", held.join("、"))
}
