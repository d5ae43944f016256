//! The office's case system is asked for the numbers that are wanted (domain.md 11.7).
//!
//! One item of the outbox for each approved matter, asked one after the other, so that a lease never
//! runs out while others are asked. The application's number names the request: asked again it has the
//! same answer. What the register answered stands in a row until it gives a number, for whoever looks
//! at the matter and for the alarm; nothing is sealed meanwhile.

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::outbox::Leased;
use heqi_vocabulary::UtcMillis;
use serde::{Deserialize, Serialize};

use super::{QUEUE, Wanted, give};
use crate::matter::act::{Attempts, Desk, open};
use crate::matter::error::MatterError;
use crate::matter::given::note_newest;
use crate::matter::number::{ApplicationNo, CertificateNo};
use crate::matter::register::{CertificateRegister, NumberRequest, Register, RegisterError};
use crate::matter::rows::{ASKED, BOOK};
use crate::matter::state::Stage;
use crate::matter::step::{ActedBy, StepKind};
use crate::office::NotaryOffice;

/// Longer than a register may take.
const LEASE_MS: i64 = 60_000;
/// How soon a register that gave no number is asked again, and at the longest, in milliseconds.
pub(super) const RETRY_MS: i64 = 5_000;
pub(super) const LONGEST_RETRY_MS: i64 = 10 * 60_000;
/// After so many attempts without an answer somebody is told.
const PATIENCE: u32 = 10;
/// The most open requests that are looked at for the alarm.
const LOOKED_AT: usize = 1_000;

/// How a request stands that has no number yet.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct NumberAsked {
    /// How often the register was asked.
    pub asked: u32,
    /// When last.
    pub at: UtcMillis,
    /// What came of it.
    pub trouble: RegisterError,
}

impl NumberAsked {
    /// Whether waiting alone will not help.
    pub const fn is_stuck(&self) -> bool {
        !matches!(self.trouble, RegisterError::Unreachable) || self.asked >= PATIENCE
    }
}

/// How the request of a matter stands; `None`: none is open, or it was not asked yet.
///
/// # Errors
/// The store could not be read.
pub async fn number_asked(
    office: &NotaryOffice,
    no: ApplicationNo,
) -> Result<Option<NumberAsked>, MatterError> {
    Ok(ASKED.row(office.store(), &no).await?.map(|row| row.value))
}

/// How many approved matters wait for a number that does not come by itself.
///
/// # Errors
/// The store could not be read.
pub async fn stuck_numbers(office: &NotaryOffice) -> Result<usize, MatterError> {
    let rows = ASKED.scan(office.store(), "", None, LOOKED_AT).await?;
    Ok(rows.iter().filter(|(_, row)| row.value.is_stuck()).count())
}

/// Asks the register for every number that is wanted and due, at most `limit`; gives how many it
/// gave. A register that cannot be reached is not asked for the next one in the same round.
///
/// # Errors
/// The store could not do its part; a register that does not answer is asked again later.
pub async fn ask_register(
    office: &NotaryOffice,
    desk: &Desk,
    limit: usize,
) -> Result<usize, MatterError> {
    let Register::External(register) = &desk.register else { return Ok(0) };
    let mut given = 0;
    for _ in 0..limit {
        let now = office.clock().now();
        let leased = QUEUE.lease(office.store(), now, LEASE_MS, 1).await;
        let Some(item) = leased?.pop() else { break };
        let error = match ask(office, desk, &**register, &item).await? {
            Answer::Given => {
                given += 1;
                continue;
            }
            Answer::NotWanted => continue,
            Answer::None(error) => error,
        };
        let application = item.payload.application;
        tracing::warn!(%application, %error, "no certificate number yet");
        put_off(office, &item, error).await?;
        if error == RegisterError::Unreachable {
            break;
        }
    }
    Ok(given)
}

enum Answer {
    Given,
    /// The matter ended meanwhile: the register is not asked for a number nobody needs.
    NotWanted,
    None(RegisterError),
}

async fn ask(
    office: &NotaryOffice,
    desk: &Desk,
    register: &dyn CertificateRegister,
    item: &Leased<Wanted>,
) -> Result<Answer, MatterError> {
    let Wanted { application, year } = item.payload;
    if open(office, application).await?.matter.stage() != Stage::NumberRequested {
        finish(office, item, None).await?;
        return Ok(Answer::NotWanted);
    }
    let request = NumberRequest { application, series: desk.series.clone(), year };
    let number = match register.request_number(&request).await {
        Ok(number) if number.series() == &desk.series && number.year() == year => number,
        Ok(_) => return Ok(Answer::None(RegisterError::OtherForm)),
        Err(error) => return Ok(Answer::None(error)),
    };
    if let Some(taken) = BOOK.row(office.store(), &number.place()).await?
        && taken.value.application != application
    {
        tracing::error!(%application, "the register gave a number of another certificate");
        return Ok(Answer::None(RegisterError::Taken));
    }
    finish(office, item, Some(number)).await
}

/// Ends the item, with the number in the same commit where the matter still waits for one.
async fn finish(
    office: &NotaryOffice,
    item: &Leased<Wanted>,
    number: Option<CertificateNo>,
) -> Result<Answer, MatterError> {
    let application = item.payload.application;
    let mut attempts = Attempts::default();
    loop {
        let mut opened = open(office, application).await?;
        let mut done = Changeset::new();
        let completed = QUEUE.complete(office.store(), &mut done, item, opened.now).await;
        completed?;
        if let Some(asked) = ASKED.row(office.store(), &application).await? {
            ASKED.remove(&mut done, &application, asked.version)?;
        }
        let is_wanted = opened.matter.stage() == Stage::NumberRequested;
        let (changes, answer) = match &number {
            Some(number) if is_wanted => {
                if BOOK.row(office.store(), &number.place()).await?.is_some() {
                    return Ok(Answer::None(RegisterError::Taken));
                }
                opened.changes.merge(done);
                note_newest(office, &mut opened.changes, number).await?;
                give(&mut opened, number.clone())?;
                let said = number.to_string();
                (opened.write(&ActedBy::Register, StepKind::Numbered, &said)?, Answer::Given)
            }
            // Voided while the number was asked for: nothing is given any more.
            _ => (done, Answer::NotWanted),
        };
        if attempts.commit(office, changes).await? {
            return Ok(answer);
        }
    }
}

async fn put_off(
    office: &NotaryOffice,
    item: &Leased<Wanted>,
    trouble: RegisterError,
) -> Result<(), MatterError> {
    let factor = 1_i64 << item.attempts.min(8);
    let pause_ms = RETRY_MS.saturating_mul(factor).min(LONGEST_RETRY_MS);
    let mut attempts = Attempts::default();
    loop {
        let now = office.clock().now();
        let mut changes = Changeset::new();
        let retry_at = now.plus_millis(pause_ms);
        let failed = QUEUE.fail(office.store(), &mut changes, item, retry_at).await;
        failed?;
        let asked = NumberAsked { asked: item.attempts, at: now, trouble };
        ASKED.put(&mut changes, &item.payload.application, &asked)?;
        match attempts.commit(office, changes).await {
            Ok(false) => {}
            // Busy: the lease ran out and somebody else holds the item.
            Ok(true) | Err(MatterError::Busy) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
