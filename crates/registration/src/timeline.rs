//! A filing as its signers see it: who stands where, since when, and what it waits for. The same
//! list is what a party confirms, so its digest stands with it.

use heqi_filing::timer::LINK_LIFETIME_MS;
use heqi_filing::{Confirmation, Filing, FilingState, Matter, Party};
use heqi_vocabulary::{Digest, FilingNo, Language, RecordId, UtcMillis};

use crate::begin_signing::capacity_words;
use crate::ceremonies;
use crate::fault::{ActError, Fault, Thing};
use crate::filings;
use crate::platform::Platform;
use crate::request::Actor;
use crate::shown::{confirmation_text, shown_sha256, statement_sha256};

/// A filing as its signers see it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Timeline {
    /// The filing's number for people.
    pub number: FilingNo,
    /// What is filed.
    pub matter: Matter,
    /// The company it is about.
    pub company_name: String,
    /// When it was opened.
    pub opened_at: UtcMillis,
    /// Where it stands.
    pub state: FilingState,
    /// Everybody, in the order added.
    pub parties: Vec<TimelineParty>,
    /// When parties were taken out that the reader had been shown, in the order added.
    pub removed: Vec<UtcMillis>,
    /// When those who have not answered are reminded next.
    pub next_reminder_at: Option<UtcMillis>,
    /// When the time for confirming is over.
    pub closes_at: Option<UtcMillis>,
    /// The statement made by confirming.
    pub confirmation_text: &'static str,
    /// Digest of the list of signatures.
    pub shown_sha256: Digest,
    /// Digest of the statement, whichever language it is shown in.
    pub statement_sha256: Digest,
    /// The record of what the reader signed in this ceremony.
    pub own_record: Option<RecordId>,
}

/// One party.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TimelineParty {
    /// Its name, and who signs for a company.
    pub name: String,
    /// In which capacities, sorted.
    pub capacities: Vec<String>,
    /// Whether it is the reader.
    pub is_reader: bool,
    /// Whether it signs at all.
    pub is_signer: bool,
    /// What it signed of what counts now: titles and instants, in order.
    pub signed: Vec<(String, UtcMillis)>,
    /// How many documents it still has to sign.
    pub missing: usize,
    /// What it answered after signing.
    pub confirmation: Confirmation,
}

impl Timeline {
    /// The reader's own line.
    pub fn reader(&self) -> Option<&TimelineParty> {
        self.parties.iter().find(|party| party.is_reader)
    }
}

/// Shows the filing of the signer's ceremony.
///
/// # Errors
/// Not a signer, not let in, or the store could not be read.
pub async fn timeline(
    platform: &Platform,
    actor: &Actor,
    language: Language,
) -> Result<Timeline, ActError> {
    let (ceremony, filing, reader) = actor.signer()?;
    let content = ceremonies::load_inside(platform, ceremony).await?.content;
    let filing = filings::load(platform, filing).await?.filing;
    platform.backend().settled().await.map_err(Fault::from)?;
    let own = filing.party(reader).ok_or(ActError::NotFound(Thing::Party))?;
    let own_record = match content.ceremony.state() {
        heqi_filing::CeremonyState::Signed { record, .. } => Some(*record),
        _ => None,
    };
    // What was taken out before the reader was invited the reader has never seen.
    let invited_at = content.ceremony.expires_at().plus_millis(-LINK_LIFETIME_MS);
    let removals = filing.everybody().filter_map(Party::removal).map(|removal| removal.at);
    let removed = removals.filter(|at| *at >= invited_at).collect();
    let now = platform.now();
    let due = |wanted: fn(&heqi_filing::Timer) -> bool| {
        let mut due = filing.due().into_iter().filter(|due| due.at > now && wanted(&due.timer));
        due.next().map(|due| due.at)
    };
    Ok(Timeline {
        number: filing.number(),
        matter: filing.matter(),
        company_name: filing.company_name().as_str().to_owned(),
        opened_at: filing.opened_at(),
        state: *filing.state(),
        parties: filing.parties().map(|party| line(&filing, party, party.id() == reader)).collect(),
        removed,
        next_reminder_at: due(|timer| {
            matches!(timer, heqi_filing::Timer::ConfirmationReminder { .. })
        }),
        closes_at: due(|timer| matches!(timer, heqi_filing::Timer::ConfirmationOverdue)),
        confirmation_text: confirmation_text(own, language),
        shown_sha256: shown_sha256(&filing)?,
        statement_sha256: statement_sha256(own),
        own_record,
    })
}

fn line(filing: &Filing, party: &Party, is_reader: bool) -> TimelineParty {
    let (_, name, representative) = crate::add_party::party_words(party.who());
    let signed = party.signatures().iter().filter_map(|signature| {
        let counts = signature.voided_at.is_none();
        let document = filing.document(signature.document).filter(|d| counts && d.is_current())?;
        Some((document.title.as_str().to_owned(), signature.at))
    });
    TimelineParty {
        name: representative.map_or_else(|| name.to_owned(), |person| format!("{name} · {person}")),
        capacities: capacity_words(party.capacities()),
        is_reader,
        is_signer: party.is_signer(),
        signed: signed.collect(),
        missing: filing.documents_to_sign(party.id()).len(),
        confirmation: *party.confirmation(),
    }
}
