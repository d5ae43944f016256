//! What reviewers have to decide: the queue of an office, and one case with both pictures. A
//! reviewer sees cases of the own office only; every look at what is personal is a record.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use heqi_evidence::challenge::challenge_of;
use heqi_filing::timer::{CHALLENGE_LIFETIME_MS, LINK_LIFETIME_MS};
use heqi_filing::{
    CaseState, Filing, Party, PartyKind, ReviewCase, ReviewReason, TakenAction, frame_mark,
};
use heqi_identity::card::{CardEnd, CardFinding};
use heqi_vocabulary::{CaseId, CeremonyId, FilingNo, StaffId, UtcMillis};

use crate::begin_signing::capacity_words;
use crate::ceremonies;
use crate::contacts::{self, Contact};
use crate::correct_person::{Correction, corrections};
use crate::disclose::Attributes;
use crate::fault::{ActError, Fault, Thing};
use crate::filings;
use crate::ledger;
use crate::looks::{self, Purpose};
use crate::material::MaterialKind;
use crate::platform::Platform;
use crate::request::{Actor, RequestFacts, StaffMember};
use crate::review_wanted::{self, ReviewWanted, WayReason, reviews_wanted};
use crate::reviews::{self, CaseRow};
use crate::risk::RiskFlag;
use crate::rows::{self, CeremonyContent};
use crate::show_guardianship::GuardianshipShown;
use crate::show_seal::{SealChoice, SealOutcome};
use crate::special_name::SpecialNameSaid;
use crate::staff;
use crate::verify_identity::{self, Findings, portraits};

mod files;

pub use files::{CaseFile, Picture, case_file, case_picture, case_video};
use files::{ceremony_of, video_of};

/// The most cases shown at once, and of every other list beside them.
pub const SHOWN: usize = 200;

/// A case in the queue. Nothing in it is personal.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CaseSummary {
    /// The case.
    pub case: CaseId,
    /// The filing, by its number for people.
    pub filing_number: FilingNo,
    /// Why a person must look.
    pub reasons: BTreeSet<ReviewReason>,
    /// Since when it waits.
    pub opened_at: UtcMillis,
    /// Until when somebody is to look.
    pub due_at: UtcMillis,
    /// Who proposed to refuse, if somebody did.
    pub proposed_by: Option<StaffId>,
}

/// A case as its reviewer sees it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CaseView {
    /// What stands in the queue.
    pub summary: CaseSummary,
    /// How it stands.
    pub state: CaseState,
    /// What is filed.
    pub matter: heqi_filing::Matter,
    /// The company it is about.
    pub company_name: String,
    /// Who signed, as declared.
    pub party_name: String,
    /// In which capacities.
    pub capacities: Vec<String>,
    /// The last four of the number that was declared.
    pub last_four: Option<String>,
    /// Whether the document declared is one of somebody from abroad (edge case 2).
    pub is_from_abroad: bool,
    /// The last day of the document as declared, where it came within 30 days of the signing.
    pub ends_soon: Option<NaiveDate>,
    /// When it was signed.
    pub signed_at: UtcMillis,
    /// What authorities said, and when they were asked last.
    pub findings: Option<(Findings, UtcMillis)>,
    /// Whether there is a portrait of an authority.
    pub has_portrait: bool,
    /// What there is of the photo.
    pub photo: Shot,
    /// What was taken of the actions that were asked for before the camera.
    pub actions: Vec<TakenAction>,
    /// What the page drew into each frame of them.
    pub frame_mark: String,
    /// How long the video is, in milliseconds, if there is one.
    pub video_ms: Option<u64>,
    /// The number that is read aloud in it.
    pub spoken_code: Option<String>,
    /// What does not fit together in what device and network said.
    pub risks: BTreeSet<RiskFlag>,
    /// With what the company seals, and what is known of it.
    pub seal: Option<(SealChoice, SealOutcome, UtcMillis)>,
    /// Whether there is a scan of a stamped paper to look at.
    pub scan: Option<MaterialKind>,
    /// The minor for whom a guardian signed, and what the guardian showed.
    pub ward: Option<SeenWard>,
    /// What was put right about the person, in order.
    pub corrections: Vec<Correction>,
    /// What the signer said of the own name, where an authority questioned it.
    pub special_name: Option<SpecialNameSaid>,
    /// Whether the reviewer may confirm what was proposed.
    pub is_own_proposal: bool,
}

/// A minor for whom a guardian signed, as the guardian said it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SeenWard {
    /// The minor's name.
    pub name: String,
    /// The last four of the minor's number, and what was shown; nothing where it was erased.
    pub shown: Option<(String, GuardianshipShown)>,
    /// Whether the guardian takes part for itself or for somebody else, too: then what is good for
    /// the one need not be good for the minor (民法典 art. 35).
    pub is_guardian_party: bool,
}

/// The minor for whom this party's guardian signed. The guardian is known by the name alone, so that
/// one whose number was told for one party only is seen too.
fn ward_of(filing: &Filing, party: &Party, content: Option<&CeremonyContent>) -> Option<SeenWard> {
    let PartyKind::Ward { name, guardian } = party.who() else { return None };
    let shown = content.and_then(|content| content.guardianship.as_ref());
    let mut others = filing.parties().filter(|other| other.id() != party.id());
    Some(SeenWard {
        name: name.as_str().to_owned(),
        shown: shown.map(|kept| (kept.number.last_four().to_owned(), kept.shown)),
        is_guardian_party: others
            .any(|other| other.who().acting_person().is_same_as(guardian.as_str())),
    })
}

/// A signer who asked for a person instead of the camera and has not signed yet. Nothing in it
/// is personal.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct WaySummary {
    /// The filing, by its number for people.
    pub filing_number: FilingNo,
    /// Why.
    pub reason: review_wanted::WayReason,
    /// How a person is to look.
    pub way: review_wanted::ReviewWay,
    /// Since when it waits.
    pub since: UtcMillis,
}

/// What there is of the photo of a signing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each is told in its own words")]
pub enum Shot {
    /// It is there.
    There,
    /// None was taken: a person looks instead.
    NotTaken,
    /// It was erased.
    Erased,
}

/// The undecided cases of the reviewer's office, oldest first.
///
/// # Errors
/// Not a reviewer, or the store could not be read.
pub async fn case_queue(platform: &Platform, actor: &Actor) -> Result<Vec<CaseSummary>, ActError> {
    let (member, _) = actor.reviewer()?;
    platform.backend().settled().await.map_err(Fault::from)?;
    let prefix = format!("{}/", reviews::digest_of(&member.office));
    let named = rows::OFFICE_CASES.scan(platform.backend(), &prefix, None, SHOWN).await;
    let mut summaries = Vec::new();
    for (key, _) in named.map_err(Fault::from)? {
        let row = reviews::load(platform, key.1).await?;
        let filing = filings::load(platform, row.value.case.filing()).await?.filing;
        summaries.push(summary(&row.value.case, filing.number()));
    }
    summaries.sort_by_key(|summary| summary.opened_at);
    Ok(summaries)
}

/// The signers who asked for a person of the reviewer's office, longest first.
///
/// # Errors
/// Not a reviewer, or the store could not be read.
pub async fn ways_wanted(platform: &Platform, actor: &Actor) -> Result<Vec<WaySummary>, ActError> {
    let (member, _) = actor.reviewer()?;
    if platform.settings().review_office.as_ref() != Some(&member.office) {
        return Ok(Vec::new());
    }
    let mut summaries = Vec::new();
    let mut after = Some(before_open_links(platform.now()));
    loop {
        // Wishes stay when they are fulfilled, so a page of them may be one of wishes that nobody waits for any more.
        let page = reviews_wanted(platform, after, SHOWN).await?;
        let Some(last) = page.last() else { break };
        after = Some((last.ceremony_id, last.reason));
        for wanted in page {
            summaries.extend(waits(platform, &wanted).await?);
        }
        if summaries.len() >= SHOWN {
            break;
        }
    }
    summaries.sort_by_key(|summary| summary.since);
    summaries.truncate(SHOWN);
    Ok(summaries)
}

/// A place before every ceremony whose link may be open now: identifiers are in the order of time.
fn before_open_links(now: UtcMillis) -> (CeremonyId, WayReason) {
    let oldest = now.plus_millis(-LINK_LIFETIME_MS - CHALLENGE_LIFETIME_MS).as_millis().max(0);
    let millis = u128::try_from(oldest).unwrap_or(0);
    (CeremonyId::from_bytes((millis << 80).to_be_bytes()), WayReason::FaceRefused)
}

/// Who asked for a person and waits for one. Who signed after all, refused, came too late or was erased waits for
/// nobody.
async fn waits(platform: &Platform, wanted: &ReviewWanted) -> Result<Option<WaySummary>, ActError> {
    let ceremony = match ceremonies::load(platform, wanted.ceremony_id).await {
        Ok(stored) => stored.content.ceremony,
        Err(ActError::Fault(Fault::Erased)) => return Ok(None),
        Err(error) => return Err(error),
    };
    if ceremony.unfinished().is_err() {
        return Ok(None);
    }
    let filing = filings::load(platform, wanted.filing_id).await?.filing;
    Ok(Some(WaySummary {
        filing_number: filing.number(),
        reason: wanted.reason,
        way: wanted.way,
        since: wanted.since,
    }))
}

fn summary(case: &ReviewCase, filing_number: FilingNo) -> CaseSummary {
    let proposed_by = match case.state() {
        CaseState::RefusalProposed { by, .. } => Some(by.account()),
        _ => None,
    };
    CaseSummary {
        case: case.id(),
        filing_number,
        reasons: case.reasons().clone(),
        opened_at: case.opened_at(),
        due_at: case.due_at(),
        proposed_by,
    }
}

/// A case of the reviewer's own office; of others there is none.
async fn own(platform: &Platform, member: &StaffMember, id: CaseId) -> Result<CaseRow, ActError> {
    let row = reviews::load(platform, id).await?.value;
    if *row.case.office() == member.office { Ok(row) } else { Err(ActError::NotFound(Thing::Case)) }
}

/// Shows a case. The look is a record, made before anything is shown.
///
/// # Errors
/// No such case for this reviewer, or the store could not do its part.
pub async fn case_view(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    id: CaseId,
) -> Result<CaseView, ActError> {
    let (member, _) = actor.reviewer()?;
    let row = own(platform, member, id).await?;
    let (filing_id, party_id) = (row.case.filing(), row.case.party());
    let filing = filings::load(platform, filing_id).await?.filing;
    let party = filing.party(party_id).ok_or(ActError::NotFound(Thing::Party))?;
    let checked = verify_identity::known(platform, filing_id, party_id).await?;
    let whose = (filing_id, party_id);
    let portrait = portraits::of_signing(platform, whose, row.case.signing()).await?;
    let contact = contacts::load_unless_erased(platform, filing_id, party_id).await?;
    let contact = contact.map(|stored| stored.contact);
    let number = contact.as_ref().and_then(|contact| contact.id_number.as_ref());
    let signature = party.signatures().iter().find(|s| s.signing == row.case.signing());
    let signed_at = signature.map_or_else(|| row.case.opened_at(), |signature| signature.at);
    let kept = ledger::find(platform, row.record).await?;
    let private = kept.private(platform)?;
    let photo = match &private {
        None => Shot::Erased,
        Some(private) if private.photo.is_none() => Shot::NotTaken,
        Some(_) => Shot::There,
    };
    let challenge = kept.signing.as_ref().map(|parts| challenge_of(parts.challenge.as_bytes()));
    let video = video_of(platform, &row).await?;
    let content = ceremony_of(platform, &row).await?;
    let seal = content.as_ref().and_then(|content| content.seal.as_ref());
    let known = checked.and_then(|checked| Some((checked.known?, checked.at)));
    let is_own_proposal = matches!(row.case.state(), CaseState::RefusalProposed { by, .. } if by.account() == member.account);
    let view = CaseView {
        summary: summary(&row.case, filing.number()),
        state: row.case.state().clone(),
        matter: filing.matter(),
        company_name: filing.company_name().as_str().to_owned(),
        party_name: party.who().acting_person().as_str().to_owned(),
        capacities: capacity_words(party.capacities()),
        last_four: number.map(|number| number.last_four().to_owned()),
        is_from_abroad: contact.as_ref().is_some_and(Contact::is_from_abroad),
        ends_soon: contact.as_ref().and_then(|contact| ends_soon(contact, signed_at)),
        signed_at,
        has_portrait: portrait.is_some(),
        findings: known.map(|(known, at)| (known.findings, at)),
        photo,
        actions: private
            .and_then(|private| private.actions)
            .map(|taken| taken.each)
            .unwrap_or_default(),
        frame_mark: challenge.map(|challenge| frame_mark(&challenge)).unwrap_or_default(),
        video_ms: video.as_ref().map(|video| video.facts.millis),
        spoken_code: video.map(|video| video.spoken_code),
        risks: content
            .as_ref()
            .and_then(|content| content.risks.clone())
            .filter(|noted| noted.signing == row.case.signing())
            .map(|noted| noted.flags)
            .unwrap_or_default(),
        seal: seal.map(|seal| {
            let signed = filing.documents_signed_in(party_id, row.case.signing());
            let signed = signed.map(|document| document.sha256);
            (seal.choice, seal.outcome_for(signed), seal.at)
        }),
        ward: ward_of(&filing, party, content.as_ref()),
        scan: seal.and_then(|seal| seal.scan.as_ref()).map(|(_, kind)| *kind),
        corrections: corrections(platform, filing_id, party_id).await?,
        special_name: content.as_ref().and_then(|content| content.special_name.clone()),
        is_own_proposal,
    };
    let opened = Attributes::Named(BTreeSet::from(["party_name".into(), "identity".into()]));
    looks::record(platform, actor, facts, &kept, Purpose::Review, &opened).await?;
    Ok(view)
}

/// What counts is the day of signing (edge case 31): a document that has ended since was good.
fn ends_soon(contact: &Contact, signed_at: UtcMillis) -> Option<NaiveDate> {
    let end = CardEnd::On(contact.document_ends?);
    match end.finding(signed_at.shanghai_date()) {
        Some(CardFinding::EndsSoon(last)) => Some(last),
        _ => None,
    }
}

/// The names of the reviewers who acted on a case.
///
/// # Errors
/// The store could not be read.
pub async fn reviewer_name(platform: &Platform, account: StaffId) -> Result<String, Fault> {
    staff::name_of(platform, account).await
}
