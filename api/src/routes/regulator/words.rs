//! What regulators see, in the words of their pages.

mod signature;

use heqi_evidence::schema::RecordKind;
use heqi_filing::{Capacity, Confirmation, FilingState};
use heqi_pages::regulator::{
    DocumentLine, DossierPage, EventLine, HoldLine, PartyLine, QueryShown, ResultLine, SearchLine,
    Trace,
};
use heqi_pages::staff::{Desk, Trouble};
use heqi_registration::object::Ground;
use heqi_registration::regulator::criteria::Criteria;
use heqi_registration::regulator::dossier::{
    Dossier, DossierDocument, DossierEvent, DossierParty, ReplacedDocument,
};
use heqi_registration::regulator::search::{QueryView, ResultRow};
use heqi_vocabulary::{Language, PartyId, RecordId, UtcMillis};

use crate::pages::shown::Shown;
use crate::state::State;
use signature::{signature, ties};

/// The record of a look.
pub(super) fn trace(state: &State, record: RecordId, leaf: u64) -> Trace {
    let log_size = state.platform.backend().log().head().size();
    Trace { record: record.to_string(), leaf, log_size }
}

pub(super) fn line(view: &QueryView, now: UtcMillis, l: Language) -> SearchLine {
    let found = view.found.map_or_else(
        || l.pick("很多", "many").to_owned(),
        |count| format!("{count} {}", l.pick("件", "found")),
    );
    SearchLine {
        query: view.query,
        at: view.at.for_people(),
        why: format!("{} · {}", view.basis, view.case_number),
        what: looked_for(&view.criteria, l),
        found,
        leaf: view.leaf_index,
        is_open: now < view.open_until,
    }
}

pub(super) fn query(view: &QueryView, l: Language) -> QueryShown {
    QueryShown {
        query: view.query,
        basis: view.basis.clone(),
        case_number: view.case_number.clone(),
        what: looked_for(&view.criteria, l),
        at: view.at.for_people(),
        open_until: view.open_until.for_people(),
    }
}

/// What was looked for. Of a person nothing but that one was.
fn looked_for(criteria: &Criteria, l: Language) -> String {
    let said = |zh: &str, en: &str, value: Option<String>| {
        value.map(|value| format!("{} {value}", l.pick(zh, en)))
    };
    let parts = [
        said("企业名称含", "company name with", criteria.company.clone()),
        said("代码", "code", criteria.code.map(|code| code.as_str().to_owned())),
        said("办件码", "filing", criteria.filing_number.map(|number| number.to_string())),
        said("凭证号", "voucher", criteria.voucher.map(|number| number.to_string())),
        criteria
            .person
            .map(|_| l.pick("按证件号码精确查询一人", "one person, by document number").to_owned()),
        said("自", "from", criteria.from.map(|day| day.to_string())),
        said("至", "until", criteria.until.map(|day| day.to_string())),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(l.pick("；", "; "))
}

pub(super) fn result(row: &ResultRow, l: Language) -> ResultLine {
    ResultLine {
        filing: row.filing,
        number: row.number.to_string(),
        company: row.company_name.clone(),
        matter: row.matter.name(l).to_owned(),
        state: state_of(&row.state, l).to_owned(),
        opened_at: row.opened_at.for_people(),
        signatures: row.signatures,
        is_simulated: row.is_simulated,
    }
}

/// The words of domain.md 7.5.
fn state_of(state: &FilingState, l: Language) -> &'static str {
    match state {
        FilingState::Drafting { .. } => l.pick("准备中", "being prepared"),
        FilingState::Signing { .. } => l.pick("签署中", "being signed"),
        FilingState::Signed { .. } => l.pick("已签署，待确认", "signed, to be confirmed"),
        FilingState::Reviewing { .. } => {
            l.pick("已确认，待人工核验", "confirmed, identity being checked")
        }
        FilingState::Confirmed { .. } => l.pick("已确认", "confirmed"),
        FilingState::Submitted { .. } => l.pick("已提交登记机关", "submitted to the registry"),
        FilingState::Frozen { .. } => l.pick("有异议，已暂停", "objected to, frozen"),
        FilingState::Ended { .. } => l.pick("已终止", "ended"),
    }
}

pub(super) fn dossier(
    state: &State,
    seen: &Dossier,
    shown: &Shown,
    (desk, trouble): (Desk, Option<Trouble>),
) -> DossierPage {
    let l = shown.frame.language;
    let (look, leaf) = seen.look;
    DossierPage {
        desk,
        query: query(&seen.query, l),
        trace: trace(state, look, leaf),
        filing: seen.filing,
        number: seen.number.to_string(),
        company: seen.company_name.clone(),
        matter: seen.matter.name(l).to_owned(),
        state: state_of(&seen.state, l).to_owned(),
        opened_at: seen.opened_at.for_people(),
        is_simulated: seen.is_simulated,
        signatures: seen
            .signatures
            .iter()
            .map(|one| signature(seen, one, shown.fresh_key(state), l))
            .collect(),
        // Nothing was opened of those beyond the examined ones.
        ties: seen
            .signatures
            .iter()
            .filter(|one| one.verdict.is_some())
            .map(|one| ties(seen, one))
            .collect(),
        not_tied: seen.not_examined,
        from: seen.from,
        not_listed: seen.not_listed,
        previous: seen.previous,
        next: seen.next,
        parties: seen.parties.iter().map(|party| line_of(party, l)).collect(),
        documents: seen.documents.iter().map(document).collect(),
        events: seen.events.iter().map(|one| event(seen, one, l)).collect(),
        holds: seen
            .holds
            .iter()
            .map(|(record, since)| HoldLine {
                record: *record,
                since: since.for_people(),
                key: shown.fresh_key(state),
            })
            .collect(),
        hold_key: shown.fresh_key(state),
        compare_key: shown.fresh_key(state),
        trouble,
    }
}

fn name_of(seen: &Dossier, party: Option<PartyId>) -> Option<&DossierParty> {
    let party = party?;
    seen.parties.iter().find(|one| one.party == party)
}

fn capacities(party: &DossierParty, l: Language) -> String {
    let word = |word: &String| {
        let known: Option<Capacity> = serde_json::from_value(word.as_str().into()).ok();
        known.map_or_else(|| word.clone(), |capacity| capacity.name(l).to_owned())
    };
    party.capacities.iter().map(word).collect::<Vec<_>>().join("、")
}

fn line_of(party: &DossierParty, l: Language) -> PartyLine {
    let answer = match (&party.confirmation, party.removed_at) {
        (_, Some(at)) => format!(
            "{} {}",
            l.pick("已由经办人移出，未签署", "taken out by the handler, signed nothing"),
            at.for_people()
        ),
        (Confirmation::Pending {}, None) => l.pick("尚未确认", "has not answered").to_owned(),
        (Confirmation::Confirmed { at, .. }, None) => {
            format!("{} {}", l.pick("已确认", "confirmed"), at.for_people())
        }
        (Confirmation::Objected { at, .. }, None) => {
            let ground = party.ground.map_or_else(String::new, |said| match l {
                Language::Zh => format!("（{}）", ground(said, l)),
                Language::En => format!(" ({})", ground(said, l)),
            });
            format!("{}{ground} {}", l.pick("提出异议", "objected"), at.for_people())
        }
    };
    PartyLine { name: party.name.clone(), capacities: capacities(party, l), answer }
}

/// The words of domain.md 11.4.
fn ground(ground: Ground, l: Language) -> &'static str {
    match ground {
        Ground::NotSignedByMe => l.pick("非本人签署", "not signed by me"),
        Ground::ContentDiffers => l.pick("内容与所签不符", "not what I signed"),
        Ground::NotMyIntent => l.pick("非真实意愿", "not my will"),
        Ground::Other => l.pick("其他理由", "another reason"),
    }
}

fn document(document: &DossierDocument) -> DocumentLine {
    DocumentLine {
        document: document.document,
        title: document.title.clone(),
        version: document.version,
        pages: document.pages,
        sha256: document.sha256.to_string(),
        is_current: document.is_current,
    }
}

fn event(seen: &Dossier, one: &DossierEvent, l: Language) -> EventLine {
    let what = match &one.replaced {
        Some(replaced) => replaced_words(replaced, l),
        None if one.is_wards_name => {
            l.pick("更正被监护人（未成年人）姓名", "name of the minor corrected").to_owned()
        }
        None => kind(one.kind, l).to_owned(),
    };
    let who = name_of(seen, one.party);
    EventLine {
        what: who.map_or_else(|| what.clone(), |party| format!("{what} · {}", party.name)),
        at: one.at.for_people(),
        seq: one.seq,
        leaf: one.leaf_index,
    }
}

fn replaced_words(replaced: &ReplacedDocument, l: Language) -> String {
    let ReplacedDocument { title, before, after, .. } = replaced;
    match l {
        Language::Zh => format!("更换文件《{title}》：第{before}版 → 第{after}版，原签署不再计入"),
        Language::En => {
            format!(
                "document \"{title}\" replaced: version {before} → {after}, signatures of it void"
            )
        }
    }
}

/// What a kind of record is called, wherever staff reads of one.
pub(in crate::routes) fn kind(kind: RecordKind, l: Language) -> &'static str {
    match kind {
        RecordKind::FilingOpened => l.pick("办件建立", "filing opened"),
        RecordKind::FilingChanged => l.pick("办件变更", "filing changed"),
        RecordKind::PartyRemoved => l.pick("移出当事人", "party taken out"),
        RecordKind::ConsentGiven => l.pick("同意事项", "consent"),
        RecordKind::Signing => l.pick("签署", "signing"),
        RecordKind::Decline => l.pick("拒绝签署", "declined"),
        RecordKind::Confirmation => l.pick("确认", "confirmed"),
        RecordKind::Objection => l.pick("提出异议", "objection"),
        RecordKind::Erasure => l.pick("删除个人信息", "erasure of personal data"),
        RecordKind::LegalHold => l.pick("证据保全限制", "legal hold"),
        RecordKind::CodeChecked => l.pick("验证码或证件末四位核对", "code or number entered"),
        RecordKind::Notification => l.pick("消息通知", "message"),
        RecordKind::IdentityVerified => l.pick("身份核验", "identity check"),
        RecordKind::ReviewDecided => l.pick("人工核验意见", "decision of a reviewer"),
        RecordKind::HandedOver => l.pick("换设备办理", "step on another device"),
        RecordKind::ReviewWanted => l.pick("转人工核验", "left to a person"),
        RecordKind::DocumentRead => l.pick("确认读完文书", "document read"),
        RecordKind::CertificateApplication => l.pick("申请公证书", "application for a certificate"),
        RecordKind::Access => l.pick("查看证据", "looked at evidence"),
        RecordKind::RegulatorQuery => l.pick("监管查询", "search by a regulator"),
        RecordKind::RegulatorView => l.pick("监管查看", "look by a regulator"),
        RecordKind::PersonSeen => l.pick("当面核验", "person seen"),
        RecordKind::PersonCorrected => l.pick("更正姓名或证件号码", "name or number corrected"),
        RecordKind::ObjectionResolved => l.pick("异议处理结果", "objection decided"),
        other => other.as_str(),
    }
}
