//! One person in several parties of a filing: a shareholder who also represents a company that holds
//! shares (edge case 6). Each party signs by itself, since a company is another party than the person
//! who acts for it and the challenge names whose signature it is. Who has signed for one goes on to
//! the next from there: no other link, no other code, no other number. The next challenge binds the
//! very records of what was entered before (ADR 0055).
//!
//! The same person is one name, one number and one place to be reached at: where the code went that
//! opened the first door, so that one sent for the next party would have come to the same hand. That both
//! share any place is not enough: whoever declares contacts could give one of them a telephone of their
//! own beside the mail address of both.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Ceremony, CeremonyState, EntryStep, Filing, FilingState, Party, PartyKind};
use heqi_vocabulary::{CeremonyId, MessageChannel, PartyId, UtcMillis};

use crate::access::AuthenticateError;
use crate::act::Attempts;
use crate::begin_signing::capacity_words;
use crate::ceremonies;
use crate::check_code::too_many_records;
use crate::contacts::{self, Contact, StoredContact};
use crate::erasure::retention;
use crate::fault::{ActError, Class, Fault, Thing};
use crate::filings;
use crate::give_consent::MAX_RECORDS;
use crate::platform::Platform;
use crate::request::{Actor, Request};
use crate::rows::{self, CeremonyContent, CeremonyRecord, Pair};
use crate::session::{self, OpenedSession};
use crate::wording::{Told, refusals, say};

mod passed;

use passed::{counts, places_of_code};

/// So long after signing for one party the same person goes on to the next: 2 hours. Later its own
/// door asks.
pub const GO_ON_FOR_MS: i64 = 2 * 3_600_000;

/// A party for which the same person has still to sign.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct NextParty {
    /// The party.
    pub party: PartyId,
    /// In which capacities it signs, sorted.
    pub capacities: Vec<String>,
    /// The company or the minor for which it signs, where it is one.
    pub represents: Option<String>,
    /// Whether that is a minor.
    pub is_ward: bool,
    ceremony: CeremonyId,
}

/// Why nobody goes on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GoOnError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// No such party waits for this person, or no longer from here.
    #[error("no other party of this person waits for its signature here")]
    NothingWaits,
    /// More came in than one ceremony holds.
    #[error("this ceremony has too many records")]
    TooManyRecords,
}

impl From<Fault> for GoOnError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl GoOnError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::NothingWaits => say(
                "nothing_to_go_on_to",
                [
                    "没有可以由此继续签署的其他身份，未作任何更改。",
                    "如仍有文件待签，请打开该身份的签署邀请，或联系经办人。",
                ],
                [
                    "There is no other capacity to go on to from here; nothing was changed.",
                    "If something is still to be signed, open the invitation for it, or ask the handler.",
                ],
            )
            .is(Class::Conflict),
            Self::TooManyRecords => too_many_records(),
        }
    }
}

refusals!(GoOnError);

/// For whom the signer of this ceremony, who has signed, has still to sign: the first that waits.
///
/// # Errors
/// Not a signer, not inside, or the store could not be read.
pub async fn next_of_person(
    platform: &Platform,
    actor: &Actor,
) -> Result<Option<NextParty>, ActError> {
    let (ceremony, filing_id, _) = actor.signer()?;
    let first = ceremonies::load_inside(platform, ceremony).await?.content;
    let filing = filings::load(platform, filing_id).await?.filing;
    Ok(waiting(platform, &first.ceremony, &filing).await?.into_iter().next())
}

/// Goes on to that party: its door opens by what passed at the one before, whose records its next
/// challenge binds, and a session begins behind it.
///
/// # Errors
/// See [`GoOnError`].
pub async fn go_on(
    platform: &Platform,
    request: &Request,
    party: PartyId,
) -> Result<OpenedSession, GoOnError> {
    let (ceremony, filing_id, _) = request.actor.signer()?;
    let mut attempts = Attempts::default();
    loop {
        let first = ceremonies::load_inside(platform, ceremony).await?.content;
        let stored_filing = filings::load(platform, filing_id).await?;
        let filing = &stored_filing.filing;
        let mut changes = Changeset::new();
        stored_filing.expect_unchanged(&mut changes)?;
        // A contact that changes is a record of the chain: those read from here on stay as they are.
        retention::expect_chain(platform, &mut changes, filing.chain()).await?;
        let waiting = waiting(platform, &first.ceremony, filing).await?;
        let next = waiting.into_iter().find(|next| next.party == party);
        let next = next.ok_or(GoOnError::NothingWaits)?.ceremony;
        let stored = ceremonies::load(platform, next).await?;
        if stored.content.ceremony.entry().inside().is_err() {
            let content = entered(stored.content.clone(), &first)?;
            stored.replace(platform, &mut changes, &content)?;
            if attempts.commit(platform, changes).await?.is_none() {
                continue;
            }
        }
        let actor = Actor::Signer { ceremony: next, filing: filing_id, party };
        return session::open_passed(platform, actor).await.map_err(|error| match error {
            AuthenticateError::Fault(fault) => fault.into(),
            AuthenticateError::Unknown => ActError::NotFound(Thing::Ceremony).into(),
        });
    }
}

/// The next ceremony with its door open, and with the records of how before its own.
fn entered(
    mut next: CeremonyContent,
    first: &CeremonyContent,
) -> Result<CeremonyContent, GoOnError> {
    let opened = next.ceremony.entry_mut().follow(first.ceremony.entry());
    opened.map_err(ActError::NotInside)?;
    let is_check = |made: &&CeremonyRecord| made.kind == RecordKind::CodeChecked;
    let checks: Vec<CeremonyRecord> = first.records.iter().filter(is_check).copied().collect();
    if checks.len().saturating_add(next.records.len()) > MAX_RECORDS {
        return Err(GoOnError::TooManyRecords);
    }
    next.records = [checks, next.records].concat();
    next.came_from = Some(first.ceremony.id());
    Ok(next)
}

/// The other parties of this person that wait for its signature, in the order added; none before
/// it has signed or when that does not count, none later than [`GO_ON_FOR_MS`] or after coming back by
/// another code, and none where the door asked for nothing.
async fn waiting(
    platform: &Platform,
    first: &Ceremony,
    filing: &Filing,
) -> Result<Vec<NextParty>, Fault> {
    let now = platform.now();
    let CeremonyState::Signed { signing, at, .. } = *first.state() else { return Ok(Vec::new()) };
    let open = matches!(filing.state(), FilingState::Signing { .. });
    // A code that was entered to come back is no record that the next challenge binds.
    let is_bound = first.entry().code_passed().is_some_and(|passed| passed <= at);
    if !open || !is_bound || now.millis_since(at) >= GO_ON_FOR_MS || !first.entry().has_said_who() {
        return Ok(Vec::new());
    }
    let own = filing.party(first.party()).filter(|own| counts(own, signing));
    let Some(own) = own else { return Ok(Vec::new()) };
    let contact = contacts::load_unless_erased(platform, filing.id(), own.id()).await?;
    let Some(contact) = contact.filter(|contact| contact.usable_from <= now) else {
        return Ok(Vec::new());
    };
    let places = places_of_code(platform, first.entry()).await?;
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let mut waiting = Vec::new();
    for (other, reached) in others(platform, filing, own, &contact.contact).await? {
        let is_here = |(channel, place): &(MessageChannel, String)| {
            reached.contact.address(*channel) == Some(place.as_str())
        };
        let at_one_place = places.iter().all(is_here);
        let is_asked = !filing.documents_to_sign(other).is_empty();
        if !at_one_place || reached.usable_from > now || !is_asked {
            continue;
        }
        let Some(ceremony) = newest(platform, filing, other).await? else { continue };
        let Some(party) = filing.party(other).filter(|_| opens(&ceremony, now)) else { continue };
        waiting.push(NextParty {
            party: other,
            capacities: capacity_words(ceremony.capacities()),
            represents: match party.who() {
                PartyKind::Person { .. } => None,
                PartyKind::Company { name, .. } => Some(name.as_str().to_owned()),
                PartyKind::Ward { name, .. } => Some(name.as_str().to_owned()),
            },
            is_ward: matches!(party.who(), PartyKind::Ward { .. }),
            ceremony: ceremony.id(),
        });
    }
    Ok(waiting)
}

/// Whether a ceremony can be gone on with: its link works, and its door asks and is not locked.
fn opens(ceremony: &Ceremony, now: UtcMillis) -> bool {
    let entry = ceremony.entry();
    let is_due = ceremony.unfinished().is_ok() && now < ceremony.expires_at();
    is_due && entry.asks_code() && entry.step() != EntryStep::Locked
}

/// The newest ceremony of a party; none where there is none or it was erased.
async fn newest(
    platform: &Platform,
    filing: &Filing,
    party: PartyId,
) -> Result<Option<Ceremony>, Fault> {
    let whose = Pair(filing.id(), party);
    let row = rows::NEWEST_CEREMONIES.row(platform.backend(), &whose).await?;
    let Some(id) = row.map(|row| row.value) else { return Ok(None) };
    match ceremonies::load(platform, id).await {
        Ok(stored) => Ok(Some(stored.content.ceremony)),
        Err(ActError::Fault(Fault::Erased)) => Ok(None),
        Err(ActError::Fault(fault)) => Err(fault),
        Err(error) => Err(Fault::broken(error)),
    }
}

/// The other parties that are, or act through, the person of `own`: one name and one number.
pub(crate) async fn others(
    platform: &Platform,
    filing: &Filing,
    own: &Party,
    contact: &Contact,
) -> Result<Vec<(PartyId, StoredContact)>, Fault> {
    let mut others = Vec::new();
    let Some(number) = &contact.id_number else { return Ok(others) };
    let name = own.who().acting_person().as_str();
    for other in filing.parties().filter(|other| other.id() != own.id()) {
        if !other.who().acting_person().is_same_as(name) {
            continue;
        }
        let theirs = contacts::load_unless_erased(platform, filing.id(), other.id()).await?;
        let same = theirs.filter(|theirs| theirs.contact.id_number.as_ref() == Some(number));
        others.extend(same.map(|theirs| (other.id(), theirs)));
    }
    Ok(others)
}
