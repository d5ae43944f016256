//! Whether an issued certificate stands: corrections, revocation, and another look by another notary. Each is put
//! forward by a notary and approved by a second person.

use super::proposal::{free_place, put_forward};
use crate::matter::act::{Attempts, act, open};
use crate::matter::error::MatterError;
use crate::matter::form::text;
use crate::matter::number::ApplicationNo;
use crate::matter::state::{ProposedChange, ReexaminationOutcome};
use crate::matter::step::StepKind;
use crate::office::NotaryOffice;
use crate::staff::Officer;

/// Proposes to correct an error that leaves the certificate standing (公证法 art. 39; edge case 43), by a document of
/// its own. `what` says one error per line, `wrong → right`.
///
/// # Errors
/// [`MatterError::Text`] for what says no change; [`crate::matter::state::Rule::Waits`] while something else waits;
/// [`crate::matter::state::Rule::Role`].
pub async fn propose_correction(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    what: &str,
) -> Result<(), MatterError> {
    let what = text(what).ok_or(MatterError::Text)?;
    changes_of(&what).ok_or(MatterError::Text)?;
    put_forward(office, no, by, (ProposedChange::Correction, what)).await
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
    put_forward(office, no, by, (ProposedChange::Revocation, why)).await
}

/// Whoever looked again says what came of it: the certificate stands, is corrected (then `why` says what, as for
/// [`propose_correction`]), or is void. Another person approves it (公证程序规则 art. 62).
///
/// # Errors
/// As for [`propose_correction`]; [`crate::matter::state::Rule::OtherNotary`].
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
    put_forward(office, no, by, (ProposedChange::Reexamination(outcome), why)).await
}

/// What is wrong and what is right, one per line, with an arrow between them.
pub(super) fn changes_of(what: &str) -> Option<Vec<[String; 2]>> {
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
/// [`crate::matter::state::Rule::Stage`] where there is no number yet, or a certificate was issued under it;
/// [`crate::matter::state::Rule::Role`].
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
