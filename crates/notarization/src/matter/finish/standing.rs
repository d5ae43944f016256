//! Whether an issued certificate stands: corrections, revocation, and another look by another notary.

use crate::matter::act::{Attempts, Opened, act, open};
use crate::matter::apply::open_place;
use crate::matter::error::MatterError;
use crate::matter::form::text;
use crate::matter::notice::{NoticeSays, owe};
use crate::matter::number::ApplicationNo;
use crate::matter::rows::OPEN;
use crate::matter::state::{ReexaminationOutcome, Rule};
use crate::matter::step::StepKind;
use crate::office::NotaryOffice;
use crate::staff::Officer;

/// Corrects an error that leaves the certificate standing (公证法 art. 39; edge case 43): by a document of
/// its own. `what` says one error per line, `wrong → right`.
pub async fn correct(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    what: &str,
) -> Result<(), MatterError> {
    let what = text(what).ok_or(MatterError::Text)?;
    let changes = changes_of(&what).ok_or(MatterError::Text)?;
    let mut attempts = Attempts::default();
    loop {
        let mut opened = open(office, no).await?;
        opened.matter.corrected(by)?;
        opened.content.reasons.push(what.clone());
        correction(office, &mut opened, &changes).await?;
        let changes = opened.write(&by.acted(), StepKind::Corrected, &what)?;
        if attempts.commit(office, changes).await? {
            return Ok(());
        }
    }
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

/// Voids the certificate; its number stays in the book, and anybody who checks is told.
pub async fn void(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    why: &str,
) -> Result<(), MatterError> {
    let why = text(why).ok_or(MatterError::Text)?;
    let voiding = |opened: &mut Opened<'_>| {
        let now = opened.now;
        opened.matter.void(by, now)
    };
    end(office, no, by, (StepKind::Voided, why, Owes::Revocation), voiding).await
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

/// Decides a re-examination: the certificate stands, is corrected (then `why` says what, as for
/// [`correct`]), or is void.
pub async fn decide_reexamination(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    (outcome, why): (ReexaminationOutcome, &str),
) -> Result<(), MatterError> {
    let why = text(why).ok_or(MatterError::Text)?;
    let owes = match outcome {
        ReexaminationOutcome::Corrected => {
            Owes::Correction(changes_of(&why).ok_or(MatterError::Text)?)
        }
        ReexaminationOutcome::Upheld => Owes::Upheld,
        ReexaminationOutcome::Voided => Owes::Revocation,
    };
    let decide = |opened: &mut Opened<'_>| {
        let now = opened.now;
        opened.matter.answered_again(by, now, outcome)
    };
    end(office, no, by, (StepKind::ReexaminationDecided, why, owes), decide).await
}

/// Which document a step after the certificate owes.
enum Owes {
    /// That it stands, for the reason of the step.
    Upheld,
    /// What was wrong, and what is right.
    Correction(Vec<[String; 2]>),
    /// For the reason of the step.
    Revocation,
}

/// A step after which the matter may be closed: then the same applicant may apply again.
async fn end(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    (step, said, owes): (StepKind, String, Owes),
    change: impl Fn(&mut Opened<'_>) -> Result<(), Rule>,
) -> Result<(), MatterError> {
    let mut attempts = Attempts::default();
    loop {
        let mut opened = open(office, no).await?;
        change(&mut opened)?;
        opened.content.reasons.push(said.clone());
        match &owes {
            Owes::Upheld => upheld(office, &mut opened, &said).await?,
            Owes::Correction(changes) => correction(office, &mut opened, changes).await?,
            // A number that was never issued is spoiled: there is nothing to take back from anybody.
            Owes::Revocation if opened.matter.issue().is_none() => {}
            Owes::Revocation => revocation(office, &mut opened, &said).await?,
        }
        let place = open_place(opened.matter.deposit_no(), opened.matter.applicant());
        if opened.matter.stage().is_closed()
            && let Some(row) = OPEN.row(office.store(), &place).await?
        {
            OPEN.remove(&mut opened.changes, &place, row.version)?;
        }
        let changes = opened.write(&by.acted(), step, &said)?;
        if attempts.commit(office, changes).await? {
            return Ok(());
        }
    }
}
