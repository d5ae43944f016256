//! The handler asks those again who have not confirmed: a new window, and new reminders. A program asks at any
//! time, the handler at the own desk once the window is over (ADR 0090).

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{FilingState, timer};
use heqi_vocabulary::{FilingId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::handler_desk;
use crate::ledger::{self, About, Draft};
use crate::messages::{self, NewMessage, Purpose};
use crate::platform::Platform;
use crate::reminders;
use crate::request::Request;
use crate::rows::{self, Pair};
use crate::wording::{Told, refusals, say};

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
    /// At the own desk, while parties who were asked have time left.
    #[error("the window for confirming is open")]
    WindowOpen,
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
            Self::WindowOpen => say(
                "confirmation_window_open",
                [
                    "各方仍在72小时的确认期内，系统会自动提醒，没有再次通知。",
                    "请等待答复；逾期后可以在本页再次通知。",
                ],
                [
                    "The 72 hours in which the parties may confirm are not over, and the platform reminds them until then; nobody was asked again.",
                    "Wait for their answers. Once the 72 hours are over, you can ask again on this page.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(AskAgainError);

/// Whether parties were asked to confirm, and their time for it is over at this instant.
pub fn is_overdue(state: &FilingState, now: UtcMillis) -> bool {
    let FilingState::Signed { asked_at, .. } = state else { return false };
    now >= timer::confirmation_closes_at(*asked_at)
}

/// Asks everybody who has not confirmed, for a program with the handler's key or for the handler at the own desk.
///
/// # Errors
/// See [`AskAgainError`].
pub async fn ask_again(
    platform: &Platform,
    request: &Request,
    command: AskAgain,
) -> Result<AskedAgain, AskAgainError> {
    let handler = handler_desk::preparer(&request.actor)?;
    let mut act = Act::new(platform, request, "ask_again").await;
    loop {
        if let Some(asked) = act.earlier().await? {
            return Ok(asked);
        }
        let stored = filings::load_as_read(platform, request, command.filing).await?;
        if let Some(member) = handler {
            handler_desk::own_party(platform, member, &stored.filing).await?;
        }
        let mut filing = stored.filing.clone();
        let next = ledger::next_place(platform, filing.chain()).await?;
        let at = next.place.recorded_at;
        filing.ask_again(at)?;
        if handler.is_some() && !is_overdue(stored.filing.state(), at) {
            return Err(AskAgainError::WindowOpen);
        }
        let mut draft = Draft::new(platform, RecordKind::FilingChanged);
        draft
            .observed("filing", command.filing.to_string())?
            .observed("change", "asked_again")?
            .observed("changed_by", request.actor.name())?;
        draft.journalled_of_staff(&request.actor, "asked_again");
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
