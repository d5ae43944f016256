//! Whether an issued certificate stands: corrections, revocation, and another look by another notary. Each is put
//! forward by a notary and approved by a second person.

use heqi_vocabulary::Digest;

use crate::matter::act::{Attempts, Opened, act, open};
use crate::matter::apply::open_place;
use crate::matter::error::MatterError;
use crate::matter::form::text;
use crate::matter::notice::{NoticeSays, owe};
use crate::matter::number::ApplicationNo;
use crate::matter::rows::OPEN;
use crate::matter::state::{Proposed, ReexaminationOutcome, Rule, StandingChange};
use crate::matter::step::StepKind;
use crate::office::NotaryOffice;
use crate::staff::Officer;

/// Proposes to correct an error that leaves the certificate standing (公证法 art. 39; edge case 43), by a document of
/// its own. `what` says one error per line, `wrong → right`.
///
/// # Errors
/// [`MatterError::Text`] for what says no change; [`Rule::Done`] while something else waits; [`Rule::Role`].
pub async fn propose_correction(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    what: &str,
) -> Result<(), MatterError> {
    let what = text(what).ok_or(MatterError::Text)?;
    changes_of(&what).ok_or(MatterError::Text)?;
    put_forward(office, no, by, (StandingChange::Correction, what)).await
}

/// Proposes to void a certificate that was issued.
///
/// # Errors
/// As for [`propose_correction`].
pub async fn propose_revocation(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    why: &str,
) -> Result<(), MatterError> {
    let why = text(why).ok_or(MatterError::Text)?;
    put_forward(office, no, by, (StandingChange::Revocation, why)).await
}

/// Whoever looked again says what came of it: the certificate stands, is corrected (then `why` says what, as for
/// [`propose_correction`]), or is void. Another person approves it (公证程序规则 art. 62).
///
/// # Errors
/// As for [`propose_correction`]; [`Rule::OtherNotary`].
pub async fn conclude_reexamination(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    (outcome, why): (ReexaminationOutcome, &str),
) -> Result<(), MatterError> {
    let why = text(why).ok_or(MatterError::Text)?;
    if outcome == ReexaminationOutcome::Corrected {
        changes_of(&why).ok_or(MatterError::Text)?;
    }
    put_forward(office, no, by, (StandingChange::Reexamination(outcome), why)).await
}

async fn put_forward(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    (what, says): (StandingChange, String),
) -> Result<(), MatterError> {
    act(office, no, by, StepKind::StandingProposed, |opened| {
        opened.matter.propose(by, opened.now, what)?;
        opened.content.proposed.clone_from(&says);
        Ok((format!("{}: {says}", word_of(what)), ()))
    })
    .await
}

/// The stable word of a change, as the step says it.
const fn word_of(what: StandingChange) -> &'static str {
    match what {
        StandingChange::Correction => "correction",
        StandingChange::Revocation => "revocation",
        StandingChange::Reexamination(ReexaminationOutcome::Upheld) => "upheld",
        StandingChange::Reexamination(ReexaminationOutcome::Corrected) => "corrected",
        StandingChange::Reexamination(ReexaminationOutcome::Voided) => "voided",
    }
}

/// By which digest whoever approves says what was shown: another one may have been put forward since.
pub fn digest_of_proposed(proposed: &Proposed, says: &str) -> Digest {
    let what = word_of(proposed.what);
    Digest::labelled("heqi.proposed/v1\n", format!("{} {what}: {says}", proposed.at).as_bytes())
}

/// Approves what was shown, which is done by that: the document that tells of it is owed.
///
/// # Errors
/// [`Rule::OwnDraft`] for whoever proposed it, [`Rule::OtherDraft`] for another than was shown, [`Rule::Role`].
pub async fn approve_proposed(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    shown: Digest,
) -> Result<(), MatterError> {
    let mut attempts = Attempts::default();
    loop {
        let mut opened = open(office, no).await?;
        let (proposed, now) = (opened.matter.may_decide(by)?, opened.now);
        let said = std::mem::take(&mut opened.content.proposed);
        if digest_of_proposed(&proposed, &said) != shown {
            return Err(Rule::OtherDraft.into());
        }
        opened.matter.carry_out(by, now)?;
        opened.content.reasons.push(said.clone());
        let step = told(office, &mut opened, (proposed.what, &said)).await?;
        free_place(office, &mut opened).await?;
        let changes = opened.write(&by.acted(), step, &said)?;
        if attempts.commit(office, changes).await? {
            return Ok(());
        }
    }
}

/// Owes the document that tells of a change, and gives the step that it is.
async fn told(
    office: &NotaryOffice,
    opened: &mut Opened<'_>,
    (what, said): (StandingChange, &str),
) -> Result<StepKind, MatterError> {
    use ReexaminationOutcome as Outcome;
    match what {
        StandingChange::Correction | StandingChange::Reexamination(Outcome::Corrected) => {
            let changes = changes_of(said).ok_or(MatterError::Text)?;
            correction(office, opened, &changes).await?;
        }
        StandingChange::Revocation | StandingChange::Reexamination(Outcome::Voided) => {
            revocation(office, opened, said).await?;
        }
        StandingChange::Reexamination(Outcome::Upheld) => upheld(office, opened, said).await?,
    }
    Ok(match what {
        StandingChange::Correction => StepKind::Corrected,
        StandingChange::Revocation => StepKind::Voided,
        StandingChange::Reexamination(_) => StepKind::ReexaminationDecided,
    })
}

/// Turns down what is proposed: the certificate stands as it did, and a re-examination is still to be concluded.
///
/// # Errors
/// [`Rule::OwnDraft`] for whoever proposed it, [`Rule::Role`].
pub async fn turn_down_proposed(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    why: &str,
) -> Result<(), MatterError> {
    let why = text(why).ok_or(MatterError::Text)?;
    act(office, no, by, StepKind::ProposalTurnedDown, |opened| {
        opened.matter.turn_down(by)?;
        opened.content.proposed.clear();
        opened.content.reasons.push(why.clone());
        Ok((why.clone(), ()))
    })
    .await
}

async fn correction(
    office: &NotaryOffice,
    opened: &mut Opened<'_>,
    changes: &[[String; 2]],
) -> Result<(), MatterError> {
    let certificate = number_of(opened);
    owe(office, opened, NoticeSays::Correction { certificate, changes: changes.to_vec() }).await
}

async fn revocation(
    office: &NotaryOffice,
    opened: &mut Opened<'_>,
    reason: &str,
) -> Result<(), MatterError> {
    let (certificate, reason) = (number_of(opened), reason.to_owned());
    owe(office, opened, NoticeSays::Revocation { certificate, reason }).await
}

async fn upheld(
    office: &NotaryOffice,
    opened: &mut Opened<'_>,
    reason: &str,
) -> Result<(), MatterError> {
    let asked_at = opened.matter.reexamination().map_or(opened.now, |one| one.asked_at);
    let (certificate, reason) = (number_of(opened), reason.to_owned());
    owe(office, opened, NoticeSays::Reexamination { certificate, asked_at, reason }).await
}

fn number_of(opened: &Opened<'_>) -> String {
    opened.matter.certificate().map(ToString::to_string).unwrap_or_default()
}

/// What is wrong and what is right, one per line, with an arrow between them.
fn changes_of(what: &str) -> Option<Vec<[String; 2]>> {
    let change = |line: &str| {
        let (wrong, right) = line.split_once('→').or_else(|| line.split_once("=>"))?;
        let (wrong, right) = (wrong.trim(), right.trim());
        let is_said = !wrong.is_empty() && !right.is_empty() && wrong != right;
        is_said.then(|| [wrong.to_owned(), right.to_owned()])
    };
    let lines = what.lines().map(str::trim).filter(|line| !line.is_empty());
    let changes: Vec<_> = lines.map(change).collect::<Option<_>>()?;
    (!changes.is_empty()).then_some(changes)
}

/// Voids a number that was not issued; it stays in the book. There is nothing to take back from anybody, so no
/// document tells of it.
///
/// # Errors
/// [`Rule::Stage`] where there is no number yet, or a certificate was issued under it; [`Rule::Role`].
pub async fn void(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    why: &str,
) -> Result<(), MatterError> {
    let why = text(why).ok_or(MatterError::Text)?;
    let mut attempts = Attempts::default();
    loop {
        let mut opened = open(office, no).await?;
        let now = opened.now;
        opened.matter.void(by, now)?;
        opened.content.reasons.push(why.clone());
        free_place(office, &mut opened).await?;
        let changes = opened.write(&by.acted(), StepKind::Voided, &why)?;
        if attempts.commit(office, changes).await? {
            return Ok(());
        }
    }
}

/// Somebody asks for a re-examination; another notary takes it (公证程序规则 arts. 61 to 64).
pub async fn ask_reexamination(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    why: &str,
) -> Result<(), MatterError> {
    let why = text(why).ok_or(MatterError::Text)?;
    act(office, no, by, StepKind::ReexaminationAsked, |opened| {
        opened.matter.ask_again(by, opened.now)?;
        opened.content.reasons.push(why.clone());
        Ok((why.clone(), ()))
    })
    .await
}

/// Where a matter is closed, the same applicant may apply again.
async fn free_place(office: &NotaryOffice, opened: &mut Opened<'_>) -> Result<(), MatterError> {
    let place = open_place(opened.matter.deposit_no(), opened.matter.applicant());
    if opened.matter.stage().is_closed()
        && let Some(row) = OPEN.row(office.store(), &place).await?
    {
        OPEN.remove(&mut opened.changes, &place, row.version)?;
    }
    Ok(())
}
