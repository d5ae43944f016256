//! The handler takes out a party that was added twice or wrongly and has signed nothing. What hangs on it
//! ends in the same commit: its invitations, and what was taken in them; the messages that wait for it; asking authorities about it.
//! Where only its signatures were missing, everybody else is asked to confirm. See ADR 0076.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Filing, FilingState};
use heqi_vocabulary::{CeremonyId, Digest, FilingId, PartyId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::add_party::party_words;
use crate::begin_signing::capacity_words;
use crate::ceremonies::{self, StoredCeremony};
use crate::complete_signing::after;
use crate::decline::{self, ReasonError};
use crate::erasure::retention;
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::handler_desk;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::messages;
use crate::objects;
use crate::platform::Platform;
use crate::request::Request;
use crate::verify_identity::{self, portraits};
use crate::wording::{Told, refusals, say};

/// Who is to be taken out.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct RemoveParty {
    /// The filing.
    pub filing: FilingId,
    /// The party.
    pub party: PartyId,
    /// Why, in the handler's words; in drafting it may be left out.
    pub reason: Option<String>,
}

/// The party takes part no longer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PartyRemoved {
    /// The record of it.
    pub record_id: RecordId,
}

/// Why the party was not taken out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemovePartyError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of filings refuse it.
    #[error(transparent)]
    Filing(#[from] heqi_filing::RemovePartyError),
    /// The reason is too long.
    #[error(transparent)]
    Reason(#[from] ReasonError),
    /// A handler at the own desk took out the own party, by which the filing is found there.
    #[error("a handler does not take out the own party")]
    OwnParty,
}

impl From<Fault> for RemovePartyError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl RemovePartyError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Filing(error) => Told::By(error),
            Self::Reason(error) => Told::By(error),
            Self::OwnParty => say(
                "own_party_stays",
                [
                    "您是该办件的经办人，不能在本页移出自己，未作任何更改。",
                    "需更换经办人的，请由填报办件的系统在准备阶段更换，或另立办件。",
                ],
                [
                    "You are the handler of this filing and cannot take yourself out here; nothing was changed.",
                    "To have another handler, change it in drafting where the filing was entered, or open another filing.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(RemovePartyError);

/// Takes a party out, for a program with the handler's key or for the handler at the own desk.
///
/// # Errors
/// See [`RemovePartyError`].
pub async fn remove_party(
    platform: &Platform,
    request: &Request,
    command: RemoveParty,
) -> Result<PartyRemoved, RemovePartyError> {
    let handler = handler_desk::preparer(&request.actor)?;
    let RemoveParty { filing: id, party, reason } = command;
    let reason = decline::reason(reason)?;
    let digest = reason.as_ref().map(|reason| Digest::of(reason.as_bytes()));
    let mut act = Act::new(platform, request, "remove_party").await;
    loop {
        if let Some(removed) = act.earlier().await? {
            return Ok(removed);
        }
        let stored = filings::load_as_read(platform, request, id).await?;
        if let Some(member) = handler {
            handler_desk::demand_own(platform, handler, &stored.filing).await?;
            let own = handler_desk::named_party(platform, member, &stored.filing).await?;
            if own == Some(party) {
                return Err(RemovePartyError::OwnParty);
            }
        }
        let next = ledger::next_place(platform, stored.filing.chain()).await?;
        let at = next.place.recorded_at;
        let mut filing = stored.filing.clone();
        filing.remove_party(party, digest, at)?;

        let mut changes = Changeset::new();
        stored.replace(platform, &mut changes, &filing)?;
        let ended = withdraw(platform, &mut changes, (id, party), at).await?;
        // Of what authorities said the words stay, for who asks for the own data; a face has no use any more.
        verify_identity::stop(platform, &mut changes, (id, party)).await?;
        let portraits = portraits::give_up(platform, &mut changes, (id, party)).await?;
        let messages = messages::stop(platform, &mut changes, id, party).await?;
        let said = Said { before: &stored.filing, party, reason: reason.as_deref() };
        let record = said.record(platform, request, &ended, messages)?;
        let removed = PartyRemoved { record_id: record.record_id() };
        record.write(platform, &mut changes, &next)?;
        if matches!(filing.state(), FilingState::Signed { .. }) {
            after::all_signed(platform, &mut changes, &filing, Some(at)).await?;
        }
        if act.commit(changes, &removed).await?.is_some() {
            for object in ended.objects.iter().chain(&portraits) {
                objects::forget(platform, object).await;
            }
            return Ok(removed);
        }
    }
}

/// What a removal ended.
#[derive(Default)]
struct Ended {
    /// Invitations that waited.
    ceremonies: Vec<CeremonyId>,
    /// What was taken in them and may go once this is committed.
    objects: Vec<String>,
}

/// Withdraws every invitation of the party. What was taken in them is given up, as by a refusal to sign.
async fn withdraw(
    platform: &Platform,
    changes: &mut Changeset,
    (filing, party): (FilingId, PartyId),
    at: UtcMillis,
) -> Result<Ended, ActError> {
    let mut ended = Ended::default();
    for id in ceremonies::of_party(platform, filing, party).await? {
        let stored = match ceremonies::load(platform, id).await {
            Ok(stored) => stored,
            // Erased with the person: nobody can open it, nor come in by it.
            Err(ActError::Fault(Fault::Erased)) => continue,
            Err(error) => return Err(error),
        };
        if stored.content.ceremony.unfinished().is_ok() {
            ended.ceremonies.push(id);
        }
        ended.objects.extend(end(platform, changes, &stored, at).await?);
    }
    Ok(ended)
}

/// Ends one ceremony and gives the objects that nothing holds any more.
async fn end(
    platform: &Platform,
    changes: &mut Changeset,
    stored: &StoredCeremony,
    at: UtcMillis,
) -> Result<Vec<String>, Fault> {
    let before = &stored.content.ceremony;
    let mut taken = objects::of_ceremony(before);
    let mut content = stored.content.clone();
    if content.ceremony.withdraw(at).is_err() {
        // It was signed since the filing was read: the commit meets a conflict, and all is read again.
        return Ok(Vec::new());
    }
    content.ceremony.give_up_video();
    content.signing = None;
    content.photo = None;
    content.video = None;
    content.strokes = None;
    taken.extend(content.guardianship.take().map(|shown| shown.object));
    taken.extend(content.seal.take().and_then(|seal| seal.scan).map(|(object, _)| object));
    stored.replace(platform, changes, &content)?;
    retention::give_up(platform, changes, before, taken).await
}

/// What the record says.
struct Said<'a> {
    before: &'a Filing,
    party: PartyId,
    reason: Option<&'a str>,
}

impl Said<'_> {
    /// Whom it names the record of its addition says.
    fn record(
        &self,
        platform: &Platform,
        request: &Request,
        ended: &Ended,
        messages: usize,
    ) -> Result<NewRecord, Fault> {
        let Self { before, party, reason } = *self;
        let removed = before.party(party).ok_or_else(|| Fault::broken("nobody was taken out"))?;
        let (kind, _, _) = party_words(removed.who());
        let is_drafting = matches!(before.state(), FilingState::Drafting { .. });
        let ceremonies: Vec<String> = ended.ceremonies.iter().map(ToString::to_string).collect();
        let mut draft = Draft::new(platform, RecordKind::PartyRemoved);
        draft
            .observed("filing", before.id().to_string())?
            .observed("party", party.to_string())?
            .declared("party_kind", Some(kind))?
            .observed("capacities", capacity_words(removed.capacities()))?
            .observed("filing_status", if is_drafting { "drafting" } else { "signing" })?
            .observed("ceremonies", ceremonies)?
            .observed("messages", messages)?
            .observed("changed_by", request.actor.name())?;
        // Nothing more is written about a person whose data were erased: the keys that would seal it are gone,
        // and what remains, also the salts of what is not said, is about the filing.
        let about = if removed.is_erased() {
            About::filing(before.id())
        } else {
            draft.declared("reason", reason)?;
            About::party(before.id(), party)
        };
        draft.journalled_of_staff(&request.actor, "party_removed");
        draft.seal(platform, about, None)
    }
}
