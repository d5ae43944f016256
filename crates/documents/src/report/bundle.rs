//! The report about one evidence bundle: what stands in it, in the chapters of a report, and what
//! the examination of the bundle found. Nothing is said that is not in the bundle.

use heqi_evidence::anchors::Anchors;
use heqi_evidence::bundle::{BundleError, BundleParts, EvidenceBundle};
use heqi_evidence::deposit::DepositReceipt;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::examine::{Question, examine};
use heqi_evidence::record::Frame;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::statement::SignedDocument;
use heqi_evidence::verdict::{ClaimName, Verdict};
use heqi_pki::certificate::{CertificateChain, SigningCertificate};
use heqi_pki::keys::Algorithm;
use heqi_pki::timestamp::TimestampToken;
use heqi_vocabulary::{Language, Provenance, UtcMillis};
use serde_json::Value;

use super::input::{
    CertificateDetail, ConfirmationRow, DocumentDigests, EventRow, IntentRow, ReportInput, Subject,
    SystemState, TimestampDetail,
};
use crate::certificate::{Bundle, VerificationLine};
use crate::held::{act_words, kind_words, shown};
use crate::{Office, held};

/// What is said about a report beside the bundle.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Asked<'a> {
    /// The report's number.
    pub number: String,
    /// Who issues it.
    pub issuer: Office,
    /// Who asked.
    pub applicant: String,
    /// What for.
    pub purpose: String,
    /// When it is issued.
    pub issued_at: UtcMillis,
    /// By whose anchors the bundle is examined.
    pub anchors: Option<&'a Anchors>,
}

/// The report about a bundle.
///
/// # Errors
/// It is no bundle.
pub fn of_bundle(file: &[u8], asked: Asked<'_>) -> Result<ReportInput, BundleError> {
    let bundle = EvidenceBundle::read(file)?;
    let question = Question { anchors: asked.anchors, ..Question::default() };
    let verdict = examine(&bundle, &question);
    let verification = verdict.claims().iter().map(|claim| VerificationLine {
        what: claim.name.title(Language::Zh).to_owned(),
        finding: claim.status.words(Language::Zh).to_owned(),
        reason: claim.reason.sentence(Language::Zh),
    });
    let parts = &bundle.parts;
    let record = Disclosure::parse(&parts.record).ok();
    let receipts: Vec<DepositReceipt> =
        parts.deposits.iter().filter_map(|bytes| held::receipt(bytes)).collect();
    let deposit_no = receipts.first().map_or_else(String::new, |r| r.deposit_no.to_string());
    let record = record.as_ref();
    Ok(ReportInput {
        number: asked.number,
        issuer: asked.issuer,
        applicant: asked.applicant,
        purpose: asked.purpose,
        issued_at: asked.issued_at,
        subjects: record.map(|record| subjects(record, &verdict)).unwrap_or_default(),
        documents: record.map(documents).unwrap_or_default(),
        intents: record.map(intents).unwrap_or_default(),
        environment: held::environment(record, parts, shown),
        certificates: certificates(parts),
        timestamps: timestamps(parts),
        events: events(record, parts),
        confirmations: record.map(|record| confirmations(record, parts)).unwrap_or_default(),
        custody: receipts.iter().map(held::custody).collect(),
        system: record.map(system).unwrap_or_default(),
        verification: verification.collect(),
        bundles: vec![Bundle { deposit_no, bytes: file.to_vec() }],
        check: None,
    })
}

/// Who it is about. How they were checked is what the examination found, never the record's own word.
fn subjects(record: &Disclosure, verdict: &Verdict) -> Vec<Subject> {
    let acting = || record.text("representative_name").map(ToOwned::to_owned);
    let Some(name) = party(record).or_else(acting) else { return Vec::new() };
    let claim = verdict.claim(ClaimName::Identity);
    let mut check = claim.map_or_else(
        || "未作核验".to_owned(),
        |claim| {
            format!("{}：{}", claim.status.words(Language::Zh), claim.reason.sentence(Language::Zh))
        },
    );
    let answered = record.value("identity").and_then(|identity| identity.get("answered_by"));
    let answered: Vec<&str> = answered
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !answered.is_empty() {
        check.push_str("；记录所载答复方：");
        check.push_str(&answered.join("、"));
    }
    vec![Subject {
        name,
        number: number(record).unwrap_or_else(|| "记录中不含证件号码".to_owned()),
        capacity: capacities(record),
        check,
    }]
}

/// In which capacities, in words; one that is not known here by its word in the record.
fn capacities(record: &Disclosure) -> String {
    let listed = record.value("capacities").and_then(Value::as_array);
    let words = listed.into_iter().flatten().filter_map(Value::as_str).map(|code| match code {
        "shareholder" => "股东",
        "legal_representative" => "法定代表人",
        "corporate_shareholder_representative" => "法人股东代表",
        "supervisor" => "监事",
        "handler" => "经办人",
        other => other,
    });
    words.collect::<Vec<_>>().join("、")
}

/// The number that authorities were asked about for whoever signed, its first four characters: the last four
/// are what a signer is known by.
fn number(record: &Disclosure) -> Option<String> {
    let name = record.text("representative_name").or_else(|| record.text("party_name"))?;
    let questions = record.value("identity")?.get("questions")?.as_array()?;
    let number = questions.iter().find_map(|question| {
        let says = |member: &str| question.get(member).and_then(Value::as_str);
        (says("name") == Some(name)).then(|| says("document_number")).flatten()
    })?;
    let whose = match (record.text("representative_name"), record.text("party_kind")) {
        (None, _) => "",
        (Some(_), Some("ward")) => "监护人：",
        (Some(_), _) => "代表人：",
    };
    let cover = |(place, character)| if place < 4 { character } else { '*' };
    Some(whose.chars().chain(number.chars().enumerate().map(cover)).collect())
}

/// The party. Of a minor the guardian is who was checked and who acted, and is named beside.
fn party(record: &Disclosure) -> Option<String> {
    let name = record.text("party_name")?;
    let guardian = record.text("representative_name");
    Some(match guardian.filter(|_| record.text("party_kind") == Some("ward")) {
        Some(guardian) => format!("{name}（由监护人{guardian}代为签署）"),
        None => name.to_owned(),
    })
}

fn documents(record: &Disclosure) -> Vec<DocumentDigests> {
    let listed = record.value("documents").cloned().unwrap_or_default();
    let listed: Vec<SignedDocument> = serde_json::from_value(listed).unwrap_or_default();
    let one = |(place, document): (usize, SignedDocument)| DocumentDigests {
        title: format!("文件{}，{}页", place + 1, document.pages),
        version: "—".to_owned(),
        before: document.sha256,
        // The signature stands beside the document and changes none of its bytes.
        after: vec![("文件未变，".to_owned(), document.sha256)],
    };
    listed.into_iter().enumerate().map(one).collect()
}

fn intents(record: &Disclosure) -> Vec<IntentRow> {
    let Ok(frame) = Frame::read(record) else { return Vec::new() };
    let who = party(record).unwrap_or_else(|| "签署人".to_owned());
    let at = record.parsed("received_at").unwrap_or(frame.place.recorded_at);
    let row = |what: &str, name: &str| {
        let attribute = record.attribute(name).filter(|one| !one.provenance.is_empty())?;
        let detail = shown(attribute);
        Some(IntentRow { who: who.clone(), what: what.to_owned(), at, detail })
    };
    [
        ("同意事项的记录", "consents"),
        ("意愿声明文本（SHA-256）", "intent_sha256"),
        ("签署现场照片（SHA-256）", "photo_sha256"),
        ("挑战值", "challenge"),
        ("所作决定", "decision"),
    ]
    .into_iter()
    .filter_map(|(what, name)| row(what, name))
    .collect()
}

fn certificates(parts: &BundleParts) -> Vec<CertificateDetail> {
    let Ok(chain) = CertificateChain::from_ders(parts.certificates.iter().map(Vec::as_slice))
    else {
        return Vec::new();
    };
    let issuers = chain.certificates().skip(1).map(SigningCertificate::subject_common_name);
    let issuers: Vec<_> = issuers.map(|name| name.unwrap_or("—").to_owned()).collect();
    let detail = |(place, certificate): (usize, &SigningCertificate)| CertificateDetail {
        serial: certificate.serial_hex(),
        issuer: issuers.get(place).cloned().unwrap_or_else(|| "根证书".to_owned()),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        algorithm: match certificate.public_key().algorithm() {
            Algorithm::Ed25519 => "Ed25519".to_owned(),
            _ => "ECDSA P-256".to_owned(),
        },
        is_test_only: certificate.is_test_only(),
    };
    chain.certificates().enumerate().map(detail).collect()
}

fn timestamps(parts: &BundleParts) -> Vec<TimestampDetail> {
    let tokens = parts.time.iter().flat_map(|(size, anchor)| {
        anchor.tokens.iter().map(move |(label, der)| (size, label, der))
    });
    tokens
        .filter_map(|(size, label, der)| {
            let token = TimestampToken::from_der(der).ok()?;
            let info = token.info();
            let detail = format!("{} · {}（日志前{size}条）", info.policy(), info.serial_hex());
            Some(TimestampDetail { authority: label.clone(), at: info.at(), detail })
        })
        .collect()
}

fn events(record: Option<&Disclosure>, parts: &BundleParts) -> Vec<EventRow> {
    let frames: Vec<&Vec<u8>> =
        if parts.chain.is_empty() { vec![&parts.record] } else { parts.chain.iter().collect() };
    frames
        .into_iter()
        .filter_map(|bytes| {
            let disclosure = Disclosure::parse(bytes).ok()?;
            let frame = Frame::read(&disclosure).ok()?;
            Some(EventRow {
                at: frame.place.recorded_at,
                // Of the record itself there is more than its frame.
                what: record
                    .filter(|record| record.root() == disclosure.root())
                    .map_or_else(|| kind_words(frame.kind), act_words)
                    .to_owned(),
                seq: frame.place.seq,
                root: disclosure.root(),
            })
        })
        .collect()
}

/// What was answered: by the record itself, and behind it in the chain, of which a bundle has the frames alone:
/// that somebody answered, what and when, and not who.
fn confirmations(record: &Disclosure, parts: &BundleParts) -> Vec<ConfirmationRow> {
    let own = Frame::read(record).ok();
    let own_row = answered(record.kind()).map(|answer| ConfirmationRow {
        who: party(record).unwrap_or_else(|| "当事人".to_owned()),
        answer: answer.to_owned(),
        at: own.map(|frame| frame.place.recorded_at),
        by: way(record).to_owned(),
    });
    let seq = own.map_or(0, |frame| frame.place.seq);
    let behind = parts.chain.iter().filter_map(|bytes| {
        let disclosure = Disclosure::parse(bytes).ok()?;
        Frame::read(&disclosure).ok().filter(|frame| frame.place.seq > seq)
    });
    let rows_behind = behind.filter_map(|frame| {
        Some(ConfirmationRow {
            who: "本办件的一方".to_owned(),
            answer: answered(frame.kind)?.to_owned(),
            at: Some(frame.place.recorded_at),
            by: format!("见时间线第{}条，证据包未披露何人", frame.place.seq),
        })
    });
    let mut rows: Vec<_> = own_row.into_iter().chain(rows_behind).collect();
    // Of a bundle without its chain nobody may read that nobody answered.
    if rows.is_empty() && parts.chain.is_empty() {
        rows.push(ConfirmationRow {
            who: "—".to_owned(),
            answer: "证据包不含时间线，无从列出".to_owned(),
            at: None,
            by: "—".to_owned(),
        });
    }
    rows
}

/// A statement that is on an officer's word was made at the counter.
fn way(record: &Disclosure) -> &'static str {
    let said = record.attribute("statement_sha256");
    if said.is_some_and(|said| said.provenance == Provenance::Reviewed) {
        "窗口当面，由工作人员记录"
    } else {
        "网页"
    }
}

fn answered(kind: RecordKind) -> Option<&'static str> {
    match kind {
        RecordKind::Confirmation => Some("确认"),
        RecordKind::Objection => Some("有异议"),
        RecordKind::ObjectionResolved => Some("异议处理；签署可能已被登记机关认定无效，请查询"),
        _ => None,
    }
}

fn system(record: &Disclosure) -> Vec<SystemState> {
    let row = |system: &str, name: &str| {
        let attribute = record.attribute(name).filter(|one| !one.value.is_null())?;
        Some(SystemState { system: system.to_owned(), state: shown(attribute) })
    };
    [("设备与服务器时钟之差（毫秒）", "clock_offset_ms"), ("传输", "tls")]
        .into_iter()
        .filter_map(|(what, name)| row(what, name))
        .collect()
}
