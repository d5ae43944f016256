//! Who confirms without a phone does so at the counter (domain study 11.4): an officer has person and card there, shows
//! what was signed, reads the statement out, and records what the person declared.
//!
//! Two records in one commit, one behind the other in the filing's chain: the officer's account (`person_seen`), and the
//! confirmation, whose statement has the provenance `reviewed`: it is on the officer's word, and not on a link's
//! ([ADR 0096](../../../docs/adr/0096-a-confirmation-at-the-counter-is-on-an-officers-word.md)).

use std::collections::BTreeSet;

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Filing, Grounds, Matter, Party};
use heqi_vocabulary::{
    ChainId, Digest, FilingId, FilingNo, Language, PartyId, RecordId, UtcMillis,
};
use serde::{Deserialize, Serialize};

use crate::act::{Act, Attempts};
use crate::add_party::party_words;
use crate::begin_signing::capacity_words;
use crate::confirm::{ConfirmError, statement_made};
use crate::contacts;
use crate::disclose::Attributes;
use crate::fault::{ActError, Fault, Thing};
use crate::filings::{self, StoredFiling};
use crate::ledger::{self, About, Draft, KeptRecord, NewRecord};
use crate::looks::{Look, Purpose};
use crate::platform::Platform;
use crate::request::{Actor, Request, RequestFacts, StaffMember};
use crate::rows;
use crate::see_person::{SeePersonError, Sight, Tries, four, officer, refuse_own, seen_record};
use crate::shown::{confirmation_text, shown_sha256, statement_sha256};

mod error;

pub use error::ConfirmAtCounterError;

/// Filing and card, as the person at the counter names and shows them.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CardAtCounter {
    /// The filing's number.
    pub number: FilingNo,
    /// The last four of the number on the card in the officer's hand.
    pub last_four: String,
}

/// Who may confirm there, and what is to be shown and read out.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ConfirmationExpected {
    /// The filing, by its number for people.
    pub number: FilingNo,
    /// What is filed.
    pub matter: Matter,
    /// The company it is about.
    pub company_name: String,
    /// Whose declared number ends like this, once for each party that the person is. Never empty.
    pub parties: Vec<PartyExpected>,
    /// Everybody who signed, and what.
    pub signed: Vec<SignedBy>,
    /// Digest of the list of signatures that is shown.
    pub shown_sha256: Digest,
}

/// One party that may confirm.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PartyExpected {
    /// The party.
    pub party: PartyId,
    /// Its name.
    pub name: String,
    /// The person who acts, as declared.
    pub person: String,
    /// In which capacities.
    pub capacities: Vec<String>,
    /// The statement that it makes by confirming.
    pub statement: &'static str,
    /// Digest of the statement, whichever language it is shown in.
    pub statement_sha256: Digest,
    /// When it confirmed already.
    pub confirmed_at: Option<UtcMillis>,
}

/// What one party signed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SignedBy {
    /// The party's name.
    pub name: String,
    /// Title and instant of each document.
    pub documents: Vec<(String, UtcMillis)>,
}

/// The person there has declared the confirmation.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ConfirmAtCounter {
    /// Filing and card.
    pub card: CardAtCounter,
    /// The party as which the person confirms.
    pub party: PartyId,
    /// Digest of the list that was shown to the person: refused when the list has changed since.
    pub shown_sha256: Digest,
    /// Digest of the statement that was read out: refused when another one is in force by now.
    pub statement_sha256: Digest,
    /// Whether the officer says that person and card were there together.
    pub together: bool,
    /// Whether the officer says that the person, shown the list and read the statement, declared it.
    pub declared: bool,
    /// The officer's account.
    pub grounds: Grounds,
}

/// That is on record.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConfirmedAtCounter {
    /// The confirmation.
    pub record_id: RecordId,
    /// What the officer saw, right before it.
    pub seen_record_id: RecordId,
    /// When.
    pub at: UtcMillis,
}

/// Who may confirm, by the filing's number and the last four on the card. It names a person, so the look is a record, made
/// before anything is shown; a wrong number is counted before that is told.
///
/// # Errors
/// See [`ConfirmAtCounterError`].
pub async fn confirmation_expected(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    card: &CardAtCounter,
    language: Language,
) -> Result<ConfirmationExpected, ConfirmAtCounterError> {
    let member = officer(platform, actor)?;
    let last_four = four(&card.last_four)?;
    let (mut attempts, mut counting) = (Attempts::default(), Attempts::default());
    loop {
        let wanted = Wanted { number: card.number, last_four: &last_four, party: None };
        let Some((tries, found)) = tried(platform, member, &wanted, &mut counting).await? else {
            continue;
        };
        let filing = &found.stored.filing;
        refuse_own(platform, member, filing).await?;
        let expected = expected(filing, &found.parties, language)?;
        let newest = newest_record(platform, filing.chain()).await?;
        let opened = Attributes::Named(BTreeSet::from(["party_name".into()]));
        let look = Look::new(platform, actor, facts, &newest, Purpose::Review, &opened)?;
        let mut changes = Changeset::new();
        tries.expect_none_since(&mut changes)?;
        if look.write(platform, &mut attempts, changes).await? {
            return Ok(expected);
        }
    }
}

/// Records that the person there confirmed, and what the officer saw and heard. Also once the window has closed. A wrong
/// number is counted before that is told.
///
/// # Errors
/// See [`ConfirmAtCounterError`].
pub async fn confirm_at_counter(
    platform: &Platform,
    request: &Request,
    command: ConfirmAtCounter,
) -> Result<ConfirmedAtCounter, ConfirmAtCounterError> {
    let member = officer(platform, &request.actor)?;
    if !command.together {
        return Err(SeePersonError::NotTogether.into());
    }
    if !command.declared {
        return Err(ConfirmAtCounterError::NotDeclared);
    }
    let (number, party) = (command.card.number, command.party);
    let last_four = four(&command.card.last_four)?;
    let mut act = Act::new(platform, request, "confirm_at_counter").await;
    let mut counting = Attempts::default();
    loop {
        if let Some(confirmed) = act.earlier().await? {
            return Ok(confirmed);
        }
        let wanted = Wanted { number, last_four: &last_four, party: Some(party) };
        let Some((tries, found)) = tried(platform, member, &wanted, &mut counting).await? else {
            continue;
        };
        let mut filing = found.stored.filing.clone();
        refuse_own(platform, member, &filing).await?;
        let shown = shown_sha256(&filing)?;
        if command.shown_sha256 != shown {
            return Err(ConfirmError::ListChanged.into());
        }
        let sight = Sight {
            ceremony: None,
            filing: filing.id(),
            party,
            last_four: &last_four,
            is_compared: true,
        };
        let seen = seen_record(platform, request, member, &command.grounds, &sight)?;
        let first = ledger::next_place(platform, filing.chain()).await?;
        let next = first.behind(&seen)?;
        let at = next.place.recorded_at;
        filing.confirm_in_person(party, shown, at).map_err(ConfirmError::Filing)?;
        let mut changes = Changeset::new();
        tries.expect_none_since(&mut changes)?;
        let read_out = (party, Some(command.statement_sha256));
        let statement = statement_made(platform, &mut changes, &filing, read_out).await?;
        let said = Said { filing: filing.id(), party, statement, shown };
        let confirmation = said.record(platform, request, member)?;
        let answer = ConfirmedAtCounter {
            record_id: confirmation.record_id(),
            seen_record_id: seen.record_id(),
            at,
        };

        seen.write(platform, &mut changes, &first)?;
        confirmation.write(platform, &mut changes, &next)?;
        found.stored.replace(platform, &mut changes, &filing)?;
        if act.commit(changes, &answer).await?.is_some() {
            return Ok(answer);
        }
    }
}

/// Who is looked for.
struct Wanted<'a> {
    number: FilingNo,
    last_four: &'a str,
    /// This party alone.
    party: Option<PartyId>,
}

/// The filing, and its parties whose declared number ends like this.
struct Found {
    stored: StoredFiling,
    parties: Vec<PartyId>,
}

/// Whoever is found, and the wrong ones as they were before; where nobody is, that is one more. `None`: another one was
/// counted meanwhile, so try again.
async fn tried(
    platform: &Platform,
    member: &StaffMember,
    wanted: &Wanted<'_>,
    counting: &mut Attempts,
) -> Result<Option<(Tries, Found)>, ConfirmAtCounterError> {
    let tries = Tries::of(platform, member, wanted.number).await?;
    let found = find(platform, wanted).await?;
    let is_wanted = |found: &Found| wanted.party.is_none_or(|party| found.parties.contains(&party));
    if let Some(found) = found.filter(is_wanted) {
        return Ok(Some((tries, found)));
    }
    let is_counted = tries.count(platform, counting).await?;
    if is_counted { Err(ConfirmAtCounterError::NoMatch) } else { Ok(None) }
}

/// Nothing where there is no such filing, or no such party. Who declared no number, or was erased, is found by none.
async fn find(platform: &Platform, wanted: &Wanted<'_>) -> Result<Option<Found>, ActError> {
    let row = rows::FILING_NUMBERS.row(platform.backend(), &wanted.number).await;
    let Some(id) = row.map_err(Fault::from)?.map(|row| row.value) else { return Ok(None) };
    let Some(stored) = filings::find(platform, id).await? else { return Ok(None) };
    let everybody: Vec<PartyId> = stored.filing.parties().map(Party::id).collect();
    let mut parties = Vec::new();
    for party in everybody {
        let contact = contacts::load_unless_erased(platform, id, party).await?;
        let declared = contact.and_then(|stored| stored.contact.id_number);
        if declared.is_some_and(|number| number.last_four() == wanted.last_four) {
            parties.push(party);
        }
    }
    Ok((!parties.is_empty()).then_some(Found { stored, parties }))
}

/// The last record of the filing: what is looked at is how the filing stands after it.
async fn newest_record(platform: &Platform, chain: ChainId) -> Result<KeptRecord, ActError> {
    let length = ledger::places::length(platform, chain).await?;
    let last = (length.saturating_sub(1), 1);
    let newest = ledger::places::behind(platform, chain, last).await?.pop();
    ledger::find(platform, newest.ok_or(ActError::NotFound(Thing::Record))?).await
}

fn expected(
    filing: &Filing,
    fitting: &[PartyId],
    language: Language,
) -> Result<ConfirmationExpected, Fault> {
    let parties = filing.parties().filter(|party| fitting.contains(&party.id()));
    Ok(ConfirmationExpected {
        number: filing.number(),
        matter: filing.matter(),
        company_name: filing.company_name().as_str().to_owned(),
        parties: parties.map(|party| PartyExpected::of(party, language)).collect(),
        signed: filing.parties().filter_map(|party| SignedBy::of(filing, party)).collect(),
        shown_sha256: shown_sha256(filing)?,
    })
}

impl PartyExpected {
    fn of(party: &Party, language: Language) -> Self {
        let (_, name, _) = party_words(party.who());
        Self {
            party: party.id(),
            name: name.to_owned(),
            person: party.who().acting_person().as_str().to_owned(),
            capacities: capacity_words(party.capacities()),
            statement: confirmation_text(party, language),
            statement_sha256: statement_sha256(party),
            confirmed_at: party.confirmation().confirmed_at(),
        }
    }
}

impl SignedBy {
    /// What is counted is what [`shown_sha256`] lists.
    fn of(filing: &Filing, party: &Party) -> Option<Self> {
        let counting = party.signatures().iter().filter_map(|signature| {
            let document = filing.document(signature.document)?;
            let counts = document.is_current() && signature.voided_at.is_none();
            counts.then(|| (document.title.as_str().to_owned(), signature.at))
        });
        let documents: Vec<_> = counting.collect();
        let (_, name, _) = party_words(party.who());
        (!documents.is_empty()).then(|| Self { name: name.to_owned(), documents })
    }
}

/// What was declared, and by whom.
struct Said {
    filing: FilingId,
    party: PartyId,
    statement: Digest,
    shown: Digest,
}

impl Said {
    /// The confirmation. That the statement was made, and the list shown, the officer says and no page of the party.
    fn record(
        &self,
        platform: &Platform,
        request: &Request,
        member: &StaffMember,
    ) -> Result<NewRecord, Fault> {
        let mut draft = Draft::new(platform, RecordKind::Confirmation);
        draft
            .observed("filing", self.filing.to_string())?
            .observed("party", self.party.to_string())?
            .reviewed("statement_sha256", self.statement.to_string())?
            .reviewed("shown_sha256", self.shown.to_string())?
            .facts(&request.facts)?
            .journalled_by(member, "confirmed_at_counter");
        draft.seal(platform, About::party(self.filing, self.party), None)
    }
}
