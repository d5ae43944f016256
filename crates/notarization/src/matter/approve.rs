//! Approval by a second person, and the number that follows it ([ADR 0034]).
//!
//! In an office with a series of its own the number is taken in the approval's changeset: the
//! counter's row is a precondition, so serials are consecutive, and neither two approvals at
//! once nor a crash leaves a gap or gives one twice. Elsewhere the approval leaves the matter
//! at `NumberRequested`, with an item in the outbox for the register, or for somebody who types
//! the number in.
//!
//! [ADR 0034]: ../../../../docs/adr/0034-a-matter-is-its-steps.md

use heqi_evidence_store::outbox::{After, NewItem, Outbox};
use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use super::act::{Attempts, Desk, Opened, open};
use super::error::MatterError;
use super::examine::contested_held;
use super::given::{note_newest, raise};
use super::number::{ApplicationNo, CertificateNo};
use super::register::Register;
use super::rows::{BOOK, BookRow, CERTIFICATES, COUNTERS};
use super::state::Rule;
use super::step::StepKind;
use crate::office::NotaryOffice;
use crate::staff::{OfficeRole, Officer};

const QUEUE: Outbox<Wanted> = Outbox::new("certificate-number");

mod asking;

pub use asking::{NumberAsked, ask_register, number_asked, stuck_numbers};

/// A number that is wanted.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    application: ApplicationNo,
    year: u16,
}

/// An approval.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Approve {
    /// The digest of the draft that was shown ([`super::draft::digest_of`]).
    pub shown: Digest,
    /// Whether the paragraph about the signing was ticked although somebody objected.
    pub objection_ticked: bool,
}

/// Approves the draft that was shown. Gives the number, where the office has its own series.
///
/// # Errors
/// [`MatterError::ClockOff`]; [`Rule::OwnDraft`] for whoever drafted or is responsible, [`Rule::ObjectionTick`],
/// [`Rule::OtherDraft`], [`Rule::HidesVoid`] and [`Rule::HidesObjection`] for a draft of before it was recorded.
pub async fn approve(
    office: &NotaryOffice,
    desk: &Desk,
    no: ApplicationNo,
    (by, command): (&Officer, Approve),
) -> Result<Option<CertificateNo>, MatterError> {
    let Approve { shown, objection_ticked } = command;
    MatterError::unless_clock_is_trusted(office)?;
    let mut attempts = Attempts::default();
    loop {
        let pending;
        let number;
        // Somebody may have objected since the extraction; read before the turn, which is short.
        let deposit = open(office, no).await?.matter.deposit;
        let contested = contested_held(office, &deposit).await?;
        {
            // Between processes the counter's version decides; within one, taking turns spares
            // everybody the conflict.
            let _turn = office.turn.lock().await;
            let mut opened = open(office, no).await?;
            opened.matter.objections = opened.matter.objections.max(contested.objections);
            opened.matter.approve(by, opened.now, shown, objection_ticked)?;
            opened.tells(&opened.content.draft, contested)?;
            number = match (opened.matter.certificate().cloned(), &desk.register) {
                (Some(given), _) => Some(keep_number(&mut opened, given)?),
                (None, Register::OwnSeries) => Some(take_number(office, desk, &mut opened).await?),
                (None, Register::TypedIn) => None,
                (None, Register::External(_)) => {
                    want_number(&mut opened)?;
                    None
                }
            };
            let said = number.as_ref().map_or_else(String::new, ToString::to_string);
            let changes = opened.write(&by.acted(), StepKind::Approved, &said)?;
            pending = attempts.accept(office, changes).await?;
        }
        if let Some(pending) = pending
            && attempts.wait(pending).await?
        {
            return Ok(number);
        }
    }
}

/// The next number of the series, in the changeset of the approval.
async fn take_number(
    office: &NotaryOffice,
    desk: &Desk,
    opened: &mut Opened<'_>,
) -> Result<CertificateNo, MatterError> {
    let year = year_of(opened.now);
    let counter = desk.series.counter(year);
    let stored = COUNTERS.row(office.store(), &counter).await?;
    let serial = stored.as_ref().map_or(0, |row| row.value).checked_add(1);
    let serial = serial.ok_or(MatterError::Busy)?;
    raise(&mut opened.changes, (&COUNTERS, &counter), stored.as_ref(), serial)?;
    let number = desk.series.number(year, serial);
    give(opened, number.clone())?;
    Ok(number)
}

/// The number that was given before another notary took the matter over: it stays, in the year it was given in.
fn keep_number(opened: &mut Opened<'_>, given: CertificateNo) -> Result<CertificateNo, Rule> {
    if given.year() != year_of(opened.now) {
        return Err(Rule::OtherYear);
    }
    opened.matter.numbered(given.clone())?;
    Ok(given)
}

/// Gives a number: it stands in the book from now on, and in no other line of it.
fn give(opened: &mut Opened<'_>, number: CertificateNo) -> Result<(), MatterError> {
    let application = opened.matter.no();
    let row = BookRow { number: number.clone(), application, given_at: opened.now };
    BOOK.insert(&mut opened.changes, &number.place(), &row)?;
    CERTIFICATES.insert(&mut opened.changes, &number.digest(), &application)?;
    opened.matter.numbered(number)?;
    Ok(())
}

fn year_of(at: UtcMillis) -> u16 {
    at.shanghai_day().get(..4).and_then(|year| year.parse().ok()).unwrap_or(0)
}

fn want_number(opened: &mut Opened<'_>) -> Result<(), MatterError> {
    let item = NewItem {
        lane: opened.matter.no().to_string(),
        order: 0,
        not_before: opened.now,
        after: After::Commit,
        payload: Wanted { application: opened.matter.no(), year: year_of(opened.now) },
    };
    Ok(QUEUE.enqueue(&mut opened.changes, &item)?)
}

/// Types in the number that the office's case system gave.
///
/// # Errors
/// [`MatterError::NumberForm`] for one of another form or series, [`MatterError::NumberTaken`]
/// for one that belongs to another certificate.
pub async fn type_number(
    office: &NotaryOffice,
    desk: &Desk,
    no: ApplicationNo,
    (by, typed): (&Officer, &str),
) -> Result<CertificateNo, MatterError> {
    if !matches!(desk.register, Register::TypedIn) {
        return Err(MatterError::NotTyped);
    }
    let number: CertificateNo = typed.parse().map_err(|_| MatterError::NumberForm)?;
    let mut attempts = Attempts::default();
    loop {
        let mut opened = open(office, no).await?;
        opened.matter.may_work(by, &[OfficeRole::Clerk, OfficeRole::Notary])?;
        let approved = opened.matter.approval().map_or(opened.now, |approval| approval.at);
        if number.series() != &desk.series || number.year() != year_of(approved) {
            return Err(MatterError::NumberForm);
        }
        refuse_taken(office, &number).await?;
        note_newest(office, &mut opened.changes, &number).await?;
        give(&mut opened, number.clone())?;
        let changes = opened.write(&by.acted(), StepKind::Numbered, &number.to_string())?;
        if attempts.commit(office, changes).await? {
            return Ok(number);
        }
    }
}

async fn refuse_taken(office: &NotaryOffice, number: &CertificateNo) -> Result<(), MatterError> {
    let taken = BOOK.row(office.store(), &number.place()).await?;
    if taken.is_some() { Err(MatterError::NumberTaken) } else { Ok(()) }
}

/// Whether the paragraph about the signing needs a tick of its own: for whoever shows the form.
///
/// # Errors
/// What is held could not be read.
pub async fn needs_tick(
    office: &NotaryOffice,
    matter: &super::state::Matter,
) -> Result<bool, MatterError> {
    let tells =
        matter.approval().is_none() && matter.draft().is_some_and(|draft| draft.tells_signing);
    if !tells || matter.objections() > 0 {
        return Ok(tells);
    }
    Ok(contested_held(office, &matter.deposit).await?.objections > 0)
}

/// The rule an own draft meets: for whoever shows the form.
pub fn is_own(matter: &super::state::Matter, by: &Officer) -> Option<Rule> {
    let own = matter.draft().is_some_and(|draft| draft.by == by.account)
        || matter.acceptance().is_some_and(|acceptance| acceptance.notary == by.account);
    own.then_some(Rule::OwnDraft)
}

#[cfg(test)]
mod tests;
