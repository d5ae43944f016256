//! The handler asks those again who have not confirmed: a new window, and new reminders.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{FilingId, RecordId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::fault::{ActError, Fault};
use crate::filings;
use crate::ledger::{self, About, Draft};
use crate::messages::{self, NewMessage, Purpose};
use crate::platform::Platform;
use crate::reminders;
use crate::request::{Request, Scope};
use crate::rows::{self, Pair};
use crate::wording::{Told, refusals};

/// Whom to ask.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct AskAgain {
    /// The filing.
    pub filing: FilingId,
}

/// They are asked.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AskedAgain {
    /// The record.
    pub record_id: RecordId,
}

/// Why nobody was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskAgainError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of filings refuse it.
    #[error(transparent)]
    Filing(#[from] heqi_filing::AskAgainError),
}

impl From<Fault> for AskAgainError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl AskAgainError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Filing(error) => Told::By(error),
        }
    }
}

refusals!(AskAgainError);

/// Asks everybody who has not confirmed.
///
/// # Errors
/// See [`AskAgainError`].
pub async fn ask_again(
    platform: &Platform,
    request: &Request,
    command: AskAgain,
) -> Result<AskedAgain, AskAgainError> {
    request.actor.require(Scope::Filings)?;
    let mut act = Act::new(platform, request, "ask_again").await;
    loop {
        if let Some(asked) = act.earlier().await? {
            return Ok(asked);
        }
        let stored = filings::load_as_read(platform, request, command.filing).await?;
        let mut filing = stored.filing.clone();
        let next = ledger::next_place(platform, filing.chain()).await?;
        filing.ask_again(next.place.recorded_at)?;
        let mut draft = Draft::new(platform, RecordKind::FilingChanged);
        draft
            .observed("filing", command.filing.to_string())?
            .observed("change", "asked_again")?
            .observed("changed_by", request.actor.name())?;
        let record = draft.seal(platform, About::filing(command.filing), None)?;
        let asked = AskedAgain { record_id: record.record_id() };

        let mut changes = Changeset::new();
        record.write(platform, &mut changes, &next)?;
        stored.replace(platform, &mut changes, &filing)?;
        for party in filing.unconfirmed() {
            let whose = Pair(filing.id(), party.id());
            let newest = rows::NEWEST_CEREMONIES.row(platform.backend(), &whose).await;
            let message = NewMessage {
                ceremony: newest.map_err(Fault::from)?.map(|row| row.value),
                ..NewMessage::new(Purpose::ConfirmReminder, filing.id(), party.id())
            };
            messages::tell(platform, &mut changes, message).await?;
        }
        reminders::schedule(&mut changes, &filing)?;
        if act.commit(changes, &asked).await?.is_some() {
            return Ok(asked);
        }
    }
}
