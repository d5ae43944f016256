//! Annex seven of a certificate: what everybody answered to the messages after the signing, as the
//! held chain says it, and what was decided about objections. Names of third parties are masked;
//! what goes inside the file is each record with its place and its answer opened and the rest closed.

use heqi_evidence::canonical;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::record::EvidenceRecord;
use heqi_evidence::schema::RecordKind;
use heqi_vocabulary::{Provenance, UtcMillis};
use serde::Serialize;
use serde_json::Value;

use super::chain::Chain;
use super::held_record;
use crate::deposited::{DEPOSITS, DepositKey};
use crate::matter::check::masked;
use crate::matter::error::MatterError;
use crate::matter::form::ApplicantKind;
use crate::matter::press::{AnswerLine, Answers};
use crate::office::NotaryOffice;

/// The way of what was said to a custodian.
pub(super) const TOLD: &str = "直接向公证机构";
/// The way of a confirmation that is on an officer's word.
const AT_COUNTER: &str = "在窗口当面，由工作人员记录";
const FORMAT: &str = "heqi.certificate-answers/v1";
/// What of an answer stands open inside the certificate: no name, no words, no traces of a device.
const OPENED: [&str; 8] = [
    "filing",
    "party",
    "statement_sha256",
    "shown_sha256",
    "against",
    "ground",
    "outcome",
    "signatures_of",
];
/// Messages that ask for an answer, or tell of one.
const ASKED: [&str; 4] =
    ["signed_in_your_name", "all_signed", "confirm_reminder", "confirm_overdue"];

#[derive(Serialize)]
struct AnswersFile {
    format: &'static str,
    records: Vec<Value>,
}

/// What was answered about the filing of a held signing until an instant: that of the certificate.
pub(crate) async fn answers_held(
    office: &NotaryOffice,
    key: &DepositKey,
    applicant: ApplicantKind,
    until: UtcMillis,
) -> Result<Answers, MatterError> {
    let row = DEPOSITS.durable_row(office.store(), key).await?;
    let row = row.ok_or(MatterError::NoDeposit)?.value;
    let signing = held_record(office, &row).await?;
    let chain = Chain::read(office, key, row.chain).await?;
    chain.answers(&signing, applicant, until)
}

impl Chain {
    /// In what way somebody answered: at the counter, or on the platform, and what message had gone out before.
    pub(super) fn way(&self, record: &Disclosure) -> String {
        if is_on_an_officers_word(record) {
            return AT_COUNTER.to_owned();
        }
        let at: Option<UtcMillis> = record.parsed("recorded_at");
        let party = record.text("party");
        let asked = self.notified.iter().rfind(|one| {
            let sent: Option<UtcMillis> = one.parsed("recorded_at");
            one.text("party") == party
                && matches!(one.text("state"), Some("sent" | "delivered"))
                && one.text("purpose").is_some_and(|purpose| ASKED.contains(&purpose))
                && sent.is_some_and(|sent| at.is_some_and(|at| sent <= at))
        });
        match asked.and_then(|one| one.text("channel")) {
            Some("sms") => "短信通知后在线".to_owned(),
            Some("email") => "电子邮件通知后在线".to_owned(),
            _ => "在线".to_owned(),
        }
    }

    pub(super) fn answers(
        &self,
        signing: &Disclosure,
        applicant: ApplicantKind,
        until: UtcMillis,
    ) -> Result<Answers, MatterError> {
        let all = self.confirmations.iter().chain(&self.objections).chain(&self.resolved);
        let mut told: Vec<(UtcMillis, AnswerLine)> = Vec::new();
        let mut records: Vec<(UtcMillis, &Disclosure)> = Vec::new();
        // Whoever applies reads its own name and words; everybody else is a third party.
        // What was said in a company's name is the company's own.
        let own = signing.text("party").filter(|_| applicant != ApplicantKind::Regulator);
        // What came after the certificate by one of the two ways is not in it.
        let both = self.said_by_both_ways(signing);
        let both = both.filter(|(said_at, one)| {
            let recorded: Option<UtcMillis> = one.parsed("recorded_at");
            *said_at <= until && recorded.is_some_and(|recorded| recorded <= until)
        });
        let both: Vec<(UtcMillis, &Disclosure)> = both.collect();
        for record in all {
            let at: Option<UtcMillis> = record.parsed("recorded_at");
            let Some(at) = at.filter(|at| *at <= until) else { continue };
            let mut line = self.line(record, at, own);
            // One objection by both ways is one line, with both times.
            for (said_at, _) in both.iter().filter(|(_, one)| one.root() == record.root()) {
                let said_at = said_at.for_people();
                line.way = format!("{}；{said_at}{TOLD}提出", line.way);
            }
            told.push((at, line));
            records.push((at, record));
        }
        let alone = |said_at: &UtcMillis| both.iter().all(|(at, _)| at != said_at);
        for at in self.told.iter().copied().filter(|at| *at <= until).filter(alone) {
            let line = AnswerLine {
                who: self.name_of(signing.text("party"), own),
                what: "异议".to_owned(),
                at,
                way: TOLD.to_owned(),
                root: None,
            };
            told.push((at, line));
        }
        told.sort_by_key(|(at, line)| (*at, line.root));
        records.sort_by_key(|(at, record)| (*at, record.root()));
        let records = records.into_iter().filter_map(|(_, record)| opened(record));
        let file = AnswersFile { format: FORMAT, records: records.collect() };
        let file = if file.records.is_empty() { Vec::new() } else { canonical::to_bytes(&file)? };
        Ok(Answers { lines: told.into_iter().map(|(_, line)| line).collect(), file })
    }

    fn line(&self, record: &Disclosure, at: UtcMillis, own: Option<&str>) -> AnswerLine {
        let party = record.text("party");
        let decided_by = record.text("office").map(ToOwned::to_owned);
        let is_own = own.is_some() && party == own;
        let what = match record.kind() {
            RecordKind::Confirmation => "确认".to_owned(),
            RecordKind::Objection => {
                let ground = ground_words(record.text("ground").unwrap_or_default());
                match record.text("reason").filter(|_| is_own) {
                    Some(reason) => format!("异议（{ground}）：{reason}"),
                    None => format!("异议（{ground}）"),
                }
            }
            _ => {
                let outcome = outcome_words(record.text("outcome").unwrap_or_default());
                match record.text("signatures_of") {
                    Some(of) => format!("{outcome}（{}的签署）", self.name_of(Some(of), own)),
                    None => outcome.to_owned(),
                }
            }
        };
        let who = match (party, decided_by) {
            (None, Some(office)) => office,
            (party, _) => self.name_of(party, own),
        };
        let way = if record.text("office").is_some() {
            "登记机关决定".to_owned()
        } else {
            self.way(record)
        };
        AnswerLine { who, what, at, way, root: Some(record.root()) }
    }

    /// A party's name; masked when it is a person and another than whoever applies. A minor answers
    /// nothing itself.
    fn name_of(&self, party: Option<&str>, own: Option<&str>) -> String {
        let Some(named) = party.and_then(|party| self.parties.get(party)) else {
            return "当事人".to_owned();
        };
        let name = if named.is_company || (own.is_some() && party == own) {
            named.name.clone()
        } else {
            masked(&named.name)
        };
        if named.is_represented && !named.is_company {
            format!("{name}（未成年人，由监护人代为）")
        } else {
            name
        }
    }
}

/// Whether a party made the statement before an officer, who says so (`docs/spec/record.md`).
fn is_on_an_officers_word(record: &Disclosure) -> bool {
    let said = record.attribute("statement_sha256");
    record.kind() == RecordKind::Confirmation
        && said.is_some_and(|said| said.provenance == Provenance::Reviewed)
}

/// The record with what may be shown of it, which proves its root all the same.
fn opened(record: &Disclosure) -> Option<Value> {
    let whole = EvidenceRecord::of_full(record).ok()?;
    let bytes = whole.disclose(|name| OPENED.contains(&name)).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn ground_words(ground: &str) -> &'static str {
    match ground {
        "not_signed_by_me" => "非本人签署",
        "content_differs" => "内容与所签不符",
        "not_my_intent" => "非真实意愿",
        _ => "其他理由",
    }
}

fn outcome_words(outcome: &str) -> &'static str {
    match outcome {
        "taken_back" => "撤回异议",
        "withdrawn" => "异议处理：已撤回",
        "sign_again" => "异议处理：该签署作废并重签",
        "ended" => "异议处理：办件终止",
        "referred" => "异议处理：移交登记机关",
        _ => "异议处理",
    }
}

#[cfg(test)]
mod tests;
