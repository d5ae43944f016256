//! What is put forward by one person, and approved, turned down or taken back: the end of an application, or what
//! becomes of a certificate ([`crate::matter::handle`], [`super::standing`]).

use heqi_vocabulary::Digest;

use super::standing::changes_of;
use crate::matter::act::{Attempts, Opened, act, open};
use crate::matter::apply::open_place;
use crate::matter::error::MatterError;
use crate::matter::form::text;
use crate::matter::notice::{NoticeSays, owe};
use crate::matter::number::ApplicationNo;
use crate::matter::rows::OPEN;
use crate::matter::state::{Matter, Proposed, ProposedChange, ReexaminationOutcome, Rule};
use crate::matter::step::StepKind;
use crate::office::NotaryOffice;
use crate::staff::Officer;

/// Puts something forward, with its words sealed.
pub(crate) async fn put_forward(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    (what, says): (ProposedChange, String),
) -> Result<(), MatterError> {
    let step = if what.is_ending() { StepKind::EndingProposed } else { StepKind::StandingProposed };
    act(office, no, by, step, |opened| {
        opened.matter.propose(by, opened.now, what)?;
        opened.content.proposed.clone_from(&says);
        Ok((format!("{}: {says}", word_of(what)), ()))
    })
    .await
}

/// The stable words of a change, as the step says it (`docs/spec/matter.md` 3).
fn word_of(what: ProposedChange) -> String {
    let word = match what {
        ProposedChange::Correction => "correction",
        ProposedChange::Revocation => "revocation",
        ProposedChange::Reexamination(ReexaminationOutcome::Upheld) => "upheld",
        ProposedChange::Reexamination(ReexaminationOutcome::Corrected) => "corrected",
        ProposedChange::Reexamination(ReexaminationOutcome::Voided) => "voided",
        ProposedChange::Refusal(ground) => return format!("refusal {}", ground.item()),
        ProposedChange::Termination => "termination",
    };
    word.to_owned()
}

/// By which digest whoever approves says what was shown: another one may have been put forward since.
pub fn digest_of_proposed(proposed: &Proposed, says: &str) -> Digest {
    let what = word_of(proposed.what);
    Digest::labelled("heqi.proposed/v1\n", format!("{} {what}: {says}", proposed.at).as_bytes())
}

/// Approves what was shown, which is done by that: the document that tells of it is owed.
///
/// # Errors
/// [`Rule::OwnDraft`] for whoever proposed it, and of an application for the responsible notary; [`Rule::OtherDraft`]
/// for another than was shown; [`Rule::Role`].
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
        let says = opened.content.proposed.clone();
        if digest_of_proposed(&proposed, &says) != shown {
            return Err(Rule::OtherDraft.into());
        }
        opened.matter.carry_out(by, now)?;
        let said = reason_of(proposed.what, &says);
        opened.content.reasons.push(said.clone());
        let step = told(office, &mut opened, (proposed.what, &says)).await?;
        free_place(office, &mut opened).await?;
        let changes = opened.write(&by.acted(), step, &said)?;
        if attempts.commit(office, changes).await? {
            return Ok(());
        }
    }
}

/// The reason as the application's page and the step say it: of a refusal with its ground.
fn reason_of(what: ProposedChange, says: &str) -> String {
    match what {
        ProposedChange::Refusal(ground) => {
            format!("公证法第三十一条第{}项：{says}", ground.item())
        }
        _ => says.to_owned(),
    }
}

/// Owes the document that tells of a change, and gives the step that it is.
async fn told(
    office: &NotaryOffice,
    opened: &mut Opened<'_>,
    (what, says): (ProposedChange, &str),
) -> Result<StepKind, MatterError> {
    use ReexaminationOutcome as Outcome;
    let reason = says.to_owned();
    match what {
        ProposedChange::Correction | ProposedChange::Reexamination(Outcome::Corrected) => {
            let changes = changes_of(says).ok_or(MatterError::Text)?;
            correction(office, opened, &changes).await?;
        }
        ProposedChange::Revocation | ProposedChange::Reexamination(Outcome::Voided) => {
            revocation(office, opened, says).await?;
        }
        ProposedChange::Reexamination(Outcome::Upheld) => upheld(office, opened, says).await?,
        ProposedChange::Refusal(ground) => {
            owe(office, opened, NoticeSays::Refusal { item: ground.item(), reason }).await?;
        }
        ProposedChange::Termination => {
            owe(office, opened, NoticeSays::Termination { reason }).await?;
        }
    }
    Ok(match what {
        ProposedChange::Correction => StepKind::Corrected,
        ProposedChange::Revocation => StepKind::Voided,
        ProposedChange::Reexamination(_) => StepKind::ReexaminationDecided,
        ProposedChange::Refusal(_) => StepKind::Refused,
        ProposedChange::Termination => StepKind::Terminated,
    })
}

/// Turns down what is proposed: application and certificate stand as they did, and a re-examination is still to be
/// concluded.
///
/// # Errors
/// As for [`approve_proposed`].
pub async fn turn_down_proposed(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    why: &str,
) -> Result<(), MatterError> {
    let_go(office, no, by, (TURNED_DOWN, why)).await
}

/// Takes back what oneself put forward: application and certificate stand as they did.
///
/// # Errors
/// [`Rule::OthersProposal`] for everybody else; [`Rule::Stage`] where nothing waits.
pub async fn withdraw_proposed(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    why: &str,
) -> Result<(), MatterError> {
    let_go(office, no, by, (WITHDRAWN, why)).await
}

/// In which way what is proposed is let go, and so not done.
#[derive(Clone, Copy)]
struct LettingGo {
    step: StepKind,
    /// Whether this person may, and then nothing is proposed any more.
    lets_go: fn(&mut Matter, &Officer) -> Result<(), Rule>,
}

const TURNED_DOWN: LettingGo =
    LettingGo { step: StepKind::ProposalTurnedDown, lets_go: Matter::turn_down };
const WITHDRAWN: LettingGo =
    LettingGo { step: StepKind::ProposalWithdrawn, lets_go: Matter::take_back };

async fn let_go(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    (way, why): (LettingGo, &str),
) -> Result<(), MatterError> {
    let why = text(why).ok_or(MatterError::Text)?;
    act(office, no, by, way.step, |opened| {
        (way.lets_go)(&mut opened.matter, by)?;
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

/// Where a matter is closed, the same applicant may apply again.
pub(crate) async fn free_place(
    office: &NotaryOffice,
    opened: &mut Opened<'_>,
) -> Result<(), MatterError> {
    let place = open_place(opened.matter.deposit_no(), opened.matter.applicant());
    if opened.matter.stage().is_closed()
        && let Some(row) = OPEN.row(office.store(), &place).await?
    {
        OPEN.remove(&mut opened.changes, &place, row.version)?;
    }
    Ok(())
}
