//! What follows a number: fee, issue, paper, delivery, correction, voiding, re-examination.

use heqi_evidence_store::object::{MAX_OBJECT_BYTES, open_sealed, put_sealed};
use heqi_vocabulary::{Digest, Language};

use super::act::{Attempts, Desk, Opened, act, leaf_row, open};
use super::certificate_text::hides;
use super::checklist::{AnsweredBy, Item, Outcome};
use super::error::MatterError;
use super::examine::{answers_held, contested_at_commit, contested_held};
use super::form::{DeliveryWay, text};
use super::number::{ApplicationNo, CertificateNo};
use super::press::{CertificateSheet, PressError, Pressed, ReportLine, SessionPlace, WorkingLine};
use super::rows::STEPS;
use super::session::package;
use super::state::{Delivery, Fee, Issue, Matter, Rule};
use super::step::StepKind;
use crate::office::NotaryOffice;
use crate::renewal::{RenewalError, leaf_at, renewal_file};
use crate::staff::{Officer, officer_name};

mod paper;
mod proposal;
mod standing;

pub(crate) use paper::scan_of;
pub use paper::{ScanKind, paper_sealed, scan_file};
pub use proposal::{approve_proposed, digest_of_proposed, turn_down_proposed, withdraw_proposed};
pub(crate) use proposal::{free_place, put_forward};
pub use standing::{
    ask_reexamination, conclude_reexamination, propose_correction, propose_revocation, void,
};

/// How far the token's time may lie from the office's own, in milliseconds: five minutes.
const MAX_SKEW_MS: i64 = 5 * 60_000;
const CODE_CHARACTERS: usize = 8;

/// Sets the fee: due, waived, or paid with its receipt.
pub async fn set_fee(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    fee: Fee,
) -> Result<(), MatterError> {
    if let Fee::Paid { receipt, .. } = &fee
        && text(receipt).is_none()
    {
        return Err(MatterError::Text);
    }
    act(office, no, by, StepKind::FeeSet, |opened| {
        opened.matter.set_fee(by, fee.clone())?;
        let said = serde_json::to_string(&fee);
        Ok((said.map_err(|error| MatterError::Broken(error.to_string()))?, ()))
    })
    .await
}

/// Issues the certificate: printed, sealed, stamped, kept. Without a good time token nothing is
/// issued, and the number waits.
///
/// # Errors
/// [`Rule::FeeOpen`], [`MatterError::NoPress`], [`MatterError::ClockOff`], [`MatterError::Press`]; [`Rule::HidesVoid`] and [`Rule::HidesObjection`]
/// where something was recorded since the approval: the number is voided then, and another application made.
pub async fn issue(
    office: &NotaryOffice,
    desk: &Desk,
    no: ApplicationNo,
    by: &Officer,
) -> Result<CertificateNo, MatterError> {
    let press = desk.press.as_ref().ok_or(MatterError::NoPress)?;
    let opened = open(office, no).await?;
    opened.matter.may_issue(by)?;
    let number = opened.matter.certificate().cloned().ok_or(Rule::Stage(opened.matter.stage()))?;
    MatterError::unless_clock_is_trusted(office)?;
    // As of now, not of the approval: nothing leaves that hides what whoever relies on it has to know.
    let contested = contested_held(office, &opened.matter.deposit).await?;
    if let Some(rule) = hides(&opened.content.draft, contested) {
        return Err(rule.into());
    }
    let check_code = fresh_code(office);
    let approved = opened.matter.approval();
    let sheet = sheet_of(office, desk, &opened, &check_code).await?;
    drop(opened);
    let pressed = press.press(sheet).await?;
    check(office, &pressed)?;
    let mut attempts = Attempts::default();
    loop {
        let mut opened = open(office, no).await?;
        opened.matter.may_issue(by)?;
        if opened.matter.approval() != approved {
            // Another notary took it over and had it approved anew while this one was printed.
            return Err(MatterError::Busy);
        }
        // Printing takes a while, and so does the time authority: as of the commit, not of the beginning.
        let deposit = opened.matter.deposit;
        let contested = contested_at_commit(office, &deposit, &mut opened.changes).await?;
        if let Some(rule) = hides(&opened.content.draft, contested) {
            return Err(rule.into());
        }
        let context = certificate_context(no);
        let Pressed { file, stamped_at } = &pressed;
        let pending = put_sealed(office.store(), opened.key(), &context, file, office.entropy())?;
        let (sha256, object) = (Digest::of(file), pending.reference());
        let issue =
            Issue { at: opened.now, stamped_at: *stamped_at, by: by.account, sha256, object };
        let with_paper = opened.content.application.delivery.brings_paper();
        let today = opened.today;
        opened.matter.issued(issue, with_paper, today);
        opened.content.check_code.clone_from(&check_code);
        let said = format!("{number} sha256 {sha256} stamped {stamped_at}");
        let changes = opened.write(&by.acted(), StepKind::Issued, &said)?;
        if attempts.commit(office, changes).await? {
            return Ok(number);
        }
        // Put again in the next round; what is unused is found by `heqi store fsck`.
        let _ = office.store().discard_object(&object.id).await;
    }
}

/// The office looks at what it got back before it says that it issued it.
pub(crate) fn check(office: &NotaryOffice, pressed: &Pressed) -> Result<(), MatterError> {
    if pressed.file.is_empty() || pressed.file.len() > MAX_OBJECT_BYTES {
        return Err(PressError::Sheet("empty or too long".into()).into());
    }
    let skew = office.clock().now().millis_since(pressed.stamped_at).abs();
    if skew > MAX_SKEW_MS { Err(PressError::NoTime.into()) } else { Ok(()) }
}

/// What the certificate's file is, so that no object can be passed off as it.
pub(crate) fn certificate_context(no: ApplicationNo) -> String {
    format!("matter-certificate/{no}")
}

/// The certificate's file.
///
/// # Errors
/// There is none, or the bytes are not those that were issued.
pub async fn certificate_file(
    office: &NotaryOffice,
    no: ApplicationNo,
) -> Result<Vec<u8>, MatterError> {
    let opened = open(office, no).await?;
    let issue = opened.matter.issue().ok_or(Rule::Stage(opened.matter.stage()))?;
    let context = certificate_context(no);
    let bytes = open_sealed(office.store(), &issue.object, &context).await?;
    if Digest::of(&bytes) == issue.sha256 {
        Ok(bytes.to_vec())
    } else {
        Err(Rule::Quarantined.into())
    }
}

/// The way of a certificate's time stamps through the office's own log: from the step that issued it,
/// which names the file's digest, over every renewal since (`docs/spec/renewal.md`). Kept beside the
/// certificate, it proves in twenty years what the certificate's own token proves today.
///
/// # Errors
/// There is no certificate, or no head over its step was stamped yet.
pub async fn certificate_renewals(
    office: &NotaryOffice,
    no: ApplicationNo,
) -> Result<Vec<u8>, MatterError> {
    let rows = STEPS.scan(office.store(), &format!("{no}/"), None, usize::MAX).await?;
    let issued = rows.into_iter().find(|(_, row)| row.value.step == StepKind::Issued);
    let (step, row) = issued.ok_or(MatterError::NotFound)?;
    let place = STEPS.key(&step)?;
    let detail = row.value.detail.open(office.store().vault(), place.as_bytes())?;
    let renewals = |error: RenewalError| match error {
        RenewalError::NotStamped | RenewalError::NoLeaf => MatterError::NotFound,
        error => MatterError::of_the_store(&error),
    };
    let index = leaf_at(office, &leaf_row(&step)?).await.map_err(renewals)?;
    let detail = Some((detail.salt, detail.said));
    let file = renewal_file(office, index, detail).await.map_err(renewals)?;
    file.write().map_err(|error| MatterError::Broken(error.to_string()))
}

/// Characters nobody confuses: no 0 and O, no 1, I and l.
pub(crate) fn fresh_code(office: &NotaryOffice) -> String {
    const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let bytes: [u8; CODE_CHARACTERS] = office.entropy().bytes();
    let letter = |byte: &u8| ALPHABET.get(usize::from(byte & 31)).copied().map_or('2', char::from);
    bytes.iter().map(letter).collect()
}

async fn sheet_of(
    office: &NotaryOffice,
    desk: &Desk,
    opened: &Opened<'_>,
    check_code: &str,
) -> Result<CertificateSheet, MatterError> {
    let matter = &opened.matter;
    let stage = || Rule::Stage(matter.stage());
    let number = matter.certificate().cloned().ok_or_else(stage)?;
    let acceptance = matter.acceptance().ok_or_else(stage)?;
    let approval = matter.approval().ok_or_else(stage)?;
    let package = package(office, opened).await?;
    // As of the certificate's own day: issued again after a failure it says the same.
    let answers = answers_held(office, &matter.deposit, matter.applicant(), approval.at).await?;
    let name =
        |account| async move { officer_name(office, account).await.map_err(MatterError::from) };
    let check_url =
        format!("{}/{}?c={check_code}", desk.check_url.trim_end_matches('/'), number.digest());
    let session = matter.extraction().ok_or(Rule::NoExtraction)?;
    let notary = name(session.notary()).await?;
    let line = |line: &super::extraction::Line| WorkingLine {
        act: line.act,
        at: line.at,
        operator: notary.clone(),
        passed: line.passed,
        tool_sha256: line.tool_sha256,
        output_sha256: line.output_sha256,
        screen_sha256: line.screen_sha256,
    };
    Ok(CertificateSheet {
        number,
        no: matter.no(),
        acceptance: (acceptance.no, acceptance.at),
        application: opened.content.application.clone(),
        voucher: matter.voucher(),
        deposit: (matter.deposit_no(), matter.deposited_at()),
        office_name: desk.office_name.clone(),
        platform_name: desk.platform_name.clone(),
        notary_name: name(acceptance.notary).await?,
        dated_at: approval.at,
        text: opened.content.draft.clone(),
        parts: opened.content.facts.parts.clone(),
        session: SessionPlace {
            place: opened.content.place.clone(),
            workstation: session.workstation().to_owned(),
            second: name(session.second()).await?,
        },
        working_record: session.lines().iter().map(line).collect(),
        report: report(matter, opened),
        package,
        answers,
        check_url,
        check_code: check_code.to_owned(),
        fee: matter.fee().clone(),
    })
}

fn report(matter: &Matter, opened: &Opened<'_>) -> Vec<ReportLine> {
    let zh = Language::Zh;
    let items = Item::ALL.into_iter().filter(|item| item.answered_by() == AnsweredBy::Machine);
    items
        .map(|item| {
            let check = matter.checklist().machine(item);
            let result = match check.map(|check| check.outcome) {
                Some(Outcome::Passed) => "核验通过",
                Some(Outcome::Failed) => "核验不符",
                Some(Outcome::Unproved) | None => "未能核验",
            };
            let sentences = opened.content.evidence.get(&item).into_iter().flatten();
            let mut evidence: Vec<&str> = sentences.map(|[zh, _]| zh.as_str()).collect();
            evidence.extend(opened.content.remarks.get(&item).map(String::as_str));
            ReportLine {
                number: item.number(),
                title: item.title(zh).to_owned(),
                result: result.to_owned(),
                evidence: evidence.join("；"),
            }
        })
        .collect()
}

/// Delivers: by download, at the counter with a signature, by mail with its waybill.
pub async fn deliver(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    (way, waybill, received_by): (DeliveryWay, &str, &str),
) -> Result<(), MatterError> {
    let waybill = match way {
        DeliveryWay::Mail => Some(waybill_of(waybill).ok_or(MatterError::Text)?),
        DeliveryWay::Counter | DeliveryWay::Download => None,
    };
    let received_by = match way {
        DeliveryWay::Download => String::new(),
        DeliveryWay::Counter | DeliveryWay::Mail => text(received_by).ok_or(MatterError::Text)?,
    };
    act(office, no, by, StepKind::Delivered, |opened| {
        let delivery = Delivery { way, at: opened.now, waybill: waybill.clone() };
        opened.matter.delivered(by, delivery)?;
        opened.content.received_by.push(received_by.clone());
        let said = format!("{} {}", way.as_str(), waybill.as_deref().unwrap_or_default());
        Ok((said, ()))
    })
    .await
}

/// A waybill: 6 to 30 letters and digits.
fn waybill_of(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = (6..=30).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then(|| text.to_ascii_uppercase())
}
