//! The three ways to end without a certificate: refused or terminated by two persons of the office, or withdrawn by
//! the applicant alone.

use crate::matter::act::{Attempts, open};
use crate::matter::error::MatterError;
use crate::matter::finish::{free_place, put_forward};
use crate::matter::form::text;
use crate::matter::ground::RefusalGround;
use crate::matter::notice::{NoticeSays, owe};
use crate::matter::number::ApplicationNo;
use crate::matter::state::ProposedChange;
use crate::matter::step::StepKind;
use crate::office::NotaryOffice;
use crate::staff::Officer;

/// Proposes to refuse (公证程序规则 art. 48), with a ground of the law and a reason. The clock runs on; another person
/// approves it ([`crate::matter::finish::approve_proposed`]).
///
/// # Errors
/// [`MatterError::Text`]; [`crate::matter::state::Rule::Waits`] while something else waits, and the other rules of a
/// proposal.
pub async fn propose_refusal(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    (ground, why): (RefusalGround, &str),
) -> Result<(), MatterError> {
    let why = text(why).ok_or(MatterError::Text)?;
    put_forward(office, no, by, (ProposedChange::Refusal(ground), why)).await
}

/// Proposes to terminate a matter that cannot be completed (公证程序规则 art. 50).
///
/// # Errors
/// As for [`propose_refusal`].
pub async fn propose_termination(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    why: &str,
) -> Result<(), MatterError> {
    let why = text(why).ok_or(MatterError::Text)?;
    put_forward(office, no, by, (ProposedChange::Termination, why)).await
}

/// The applicant withdraws before there is a number: nobody else has to agree, and what is proposed about the
/// application falls with it.
pub async fn withdraw(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    why: &str,
) -> Result<(), MatterError> {
    let why = text(why).ok_or(MatterError::Text)?;
    let mut attempts = Attempts::default();
    loop {
        let mut opened = open(office, no).await?;
        let today = opened.today;
        opened.matter.withdraw(by, today)?;
        opened.content.reasons.push(why.clone());
        owe(office, &mut opened, NoticeSays::Withdrawal {}).await?;
        free_place(office, &mut opened).await?;
        let changes = opened.write(&by.acted(), StepKind::Withdrawn, &why)?;
        if attempts.commit(office, changes).await? {
            return Ok(());
        }
    }
}
