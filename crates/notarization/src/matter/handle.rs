//! What is done with an application before anything is drafted: declarations of interest,
//! acceptance, the clock, the supplement, the checks, and (in `ending`) the three ways to end
//! without a certificate.

use std::collections::BTreeMap;

use super::act::{Attempts, Opened, act, open};
use super::apply::next_serial;
use super::checklist::Item;
use super::clock::PauseReason;
use super::embedded;
use super::error::MatterError;
use super::examine::{examine_held, names_held, signer_held};
use super::form::{ApplicantKind, Application, is_same_name, text};
use super::notice::{NoticeSays, owe};
use super::number::{AcceptanceNo, ApplicationNo};
use super::state::Rule;
use super::step::StepKind;
use crate::deposited::deposit;
use crate::held_chain;
use crate::office::NotaryOffice;
use crate::staff::{OfficeRole, Officer, officer_name};

mod ending;

pub use ending::{propose_refusal, propose_termination, withdraw};

pub use super::ground::RefusalGround;

/// The most things a supplement asks for.
pub const MAX_SUPPLEMENT: usize = 50;

/// Says whether there is a conflict of interest (公证法 art. 23; edge case 42).
pub async fn declare(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    conflict: bool,
) -> Result<(), MatterError> {
    if !conflict && has_name_of_a_party(office, no, by).await? {
        return Err(Rule::Namesake.into());
    }
    act(office, no, by, StepKind::Declared, |opened| {
        opened.matter.declare(by, opened.now, conflict)?;
        Ok((if conflict { "conflict" } else { "none" }.to_owned(), ()))
    })
    .await
}

/// Whether a member of staff has the name of whoever applies, acts for them, or signed: oneself, or
/// somebody nobody can tell from oneself on paper.
async fn has_name_of_a_party(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
) -> Result<bool, MatterError> {
    let own = officer_name(office, by.account).await?;
    let opened = open(office, no).await?;
    let row = deposit(office, &opened.matter.deposit).await?;
    let mut parties = Vec::new();
    if let Some(row) = row {
        // With a damaged record nobody would come to the examination that names the damage; the
        // applicant's name was compared with it when the application was taken.
        if let Some(record) = held_chain::record(office, &row).await? {
            let key = &opened.matter.deposit;
            parties.extend(names_held(office, key, row.chain, &record).await?);
        }
    }
    let Application { name, legal_representative, agent, .. } = &opened.content.application;
    parties.push(name.clone());
    parties.extend(legal_representative.iter().chain(agent).cloned());
    Ok(parties.iter().any(|party| is_same_name(party, &own)))
}

/// Accepts the application: the clock begins, and the acceptance has its number.
pub async fn accept(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
) -> Result<AcceptanceNo, MatterError> {
    let mut attempts = Attempts::default();
    loop {
        let mut opened = open(office, no).await?;
        let serial = next_serial(office, &mut opened.changes, "SL", opened.now).await?;
        let number = AcceptanceNo::new(opened.now, serial).map_err(|_| MatterError::Busy)?;
        opened.matter.accept(by, number, opened.now, opened.today)?;
        owe(office, &mut opened, NoticeSays::Acceptance {}).await?;
        let changes = opened.write(&by.acted(), StepKind::Accepted, &number.to_string())?;
        if attempts.commit(office, changes).await? {
            return Ok(number);
        }
    }
}

/// Another notary takes the matter over; the extraction is then done again.
pub async fn take_over(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
) -> Result<(), MatterError> {
    act(office, no, by, StepKind::TakenOver, |opened| {
        opened.matter.take_over(by)?;
        // Its place and time are those of an extraction that is done again.
        opened.content.draft.clear();
        Ok((String::new(), ()))
    })
    .await
}

/// Asks for everything that is missing, once and whole; the clock stands still.
pub async fn ask_supplement(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    missing: &str,
) -> Result<(), MatterError> {
    let missing: Vec<&str> = missing.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let missing: Option<Vec<String>> = missing.into_iter().map(text).collect();
    let missing = missing.filter(|list| (1..=MAX_SUPPLEMENT).contains(&list.len()));
    let missing = missing.ok_or(MatterError::Text)?;
    let mut attempts = Attempts::default();
    loop {
        let mut opened = open(office, no).await?;
        opened.matter.ask_supplement(by, opened.today)?;
        opened.content.supplement.clone_from(&missing);
        let says = NoticeSays::Supplement { items: missing.clone() };
        owe(office, &mut opened, says).await?;
        let changes = opened.write(&by.acted(), StepKind::SupplementAsked, &missing.join("\n"))?;
        if attempts.commit(office, changes).await? {
            return Ok(());
        }
    }
}

/// What was missing has arrived; the clock goes on.
pub async fn supplement_arrived(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    what: &str,
) -> Result<(), MatterError> {
    let what = text(what).ok_or(MatterError::Text)?;
    act(office, no, by, StepKind::SupplementArrived, |opened| {
        opened.matter.supplement_arrived(by, opened.today)?;
        Ok((what.clone(), ()))
    })
    .await
}

/// The clock stands still for verification or force majeure, with the reason.
pub async fn pause(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    reason: PauseReason,
    why: &str,
) -> Result<(), MatterError> {
    let why = text(why).ok_or(MatterError::Text)?;
    act(office, no, by, StepKind::Paused, |opened| {
        opened.matter.pause(by, opened.today, reason)?;
        Ok((format!("{}: {why}", reason.as_str()), ()))
    })
    .await
}

/// The clock goes on.
pub async fn resume(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
) -> Result<(), MatterError> {
    act(office, no, by, StepKind::Resumed, |opened| {
        opened.matter.resume(by, opened.today)?;
        Ok((String::new(), ()))
    })
    .await
}

/// Has the machine recompute its part of the list from the bytes that are held.
pub async fn recompute(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
) -> Result<(), MatterError> {
    let opened = open(office, no).await?;
    // Refused before the work is done, and once more when it is.
    opened.matter.may_work(by, &[OfficeRole::Clerk, OfficeRole::Notary])?;
    let (deposit, submitted_at) = (opened.matter.deposit, opened.matter.submitted_at);
    let compared = applicant_compared(office, &opened).await?;
    drop(opened);
    let examined = examine_held(office, &deposit, submitted_at).await?;
    act(office, no, by, StepKind::Recomputed, |opened| {
        let objections = examined.objections;
        opened.matter.recomputed(by, opened.now, examined.checks(opened.now), objections)?;
        opened.content.evidence = examined.sentences();
        // Beside the tick of a person, never in its place.
        opened.content.evidence.extend(compared.clone());
        let closed = embedded::sentence(opened.matter.applicant());
        opened.content.evidence.insert(Item::ThirdPartiesMasked, vec![closed]);
        opened.content.facts = examined.facts.clone();
        Ok((examined.summary(), ()))
    })
    .await
}

/// Marks a matter as major or complex, so that it is discussed together before it is approved, or takes
/// the mark back. The discussion itself is ticked at point 22, with its opinion as the remark.
pub async fn mark_complex(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    (is_complex, why): (bool, &str),
) -> Result<(), MatterError> {
    let why = text(why).ok_or(MatterError::Text)?;
    act(office, no, by, StepKind::Ticked, |opened| {
        opened.matter.mark_complex(by, opened.now, is_complex)?;
        let word = if is_complex { "complex" } else { "plain" };
        Ok((format!("{} {word}: {why}", Item::Approval.number()), ()))
    })
    .await
}

/// What the machine can say of who applies, for who ticks points 1 and 2; nothing where the record does not
/// open.
async fn applicant_compared(
    office: &NotaryOffice,
    opened: &Opened<'_>,
) -> Result<BTreeMap<Item, Vec<[String; 2]>>, MatterError> {
    let application = &opened.content.application;
    let mut said = BTreeMap::new();
    if application.kind == ApplicantKind::Regulator {
        return Ok(said);
    }
    let key = &opened.matter.deposit;
    let Some(row) = deposit(office, key).await? else { return Ok(said) };
    // The examination that follows names the damage.
    let Some(signing) = held_chain::record(office, &row).await? else { return Ok(said) };
    let signer = signer_held(office, (key, row.chain), &signing).await?;
    said.insert(Item::ApplicantIdentity, signer.sentences(application, opened.today));
    said.extend(signer.interest(application).map(|told| (Item::Interest, vec![told])));
    Ok(said)
}

/// Ticks a point of the list with a remark.
pub async fn tick(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    (item, passed): (Item, bool),
    remark: &str,
) -> Result<(), MatterError> {
    let remark = text(remark).ok_or(MatterError::Text)?;
    act(office, no, by, StepKind::Ticked, |opened| {
        opened.matter.tick(by, item, opened.now, passed)?;
        opened.content.remarks.insert(item, remark.clone());
        let word = if passed { "passed" } else { "failed" };
        Ok((format!("{} {word}: {remark}", item.number()), ()))
    })
    .await
}
