//! By what a guardian proves that the minor who holds shares is the own ward (edge case 8): relation,
//! the minor's number, and a picture or PDF of 户口簿, 出生医学证明 or 指定监护文书. Shown by the guardian
//! before the photo, and with it the consent that the law asks of a guardian (个人信息保护法 art. 31).
//!
//! The ceremony is the guardian's: contact, number, consents and face are those of who signs. Nothing
//! of this proves itself: a reviewer looks at every one, so where nobody reviews nothing is taken.

use bytes::Bytes;
use chrono::NaiveDate;
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Filing, PartyKind};
use heqi_vocabulary::{Digest, Language, PartyId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::ceremonies;
use crate::contacts::{self, IdNumber};
use crate::data_keys::{Sealing, data_key};
use crate::erasure::retention;
use crate::fault::{ActError, Fault, Thing};
use crate::filings;
use crate::give_consent::MAX_RECORDS;
use crate::guardianships;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::material::{self, Material, MaterialKind};
use crate::objects;
use crate::platform::Platform;
use crate::request::Request;
use crate::rows::{CeremonyContent, CeremonyRecord};
use crate::send_code::Whose;

mod error;
mod words;

pub use error::ShowGuardianshipError;
pub use words::{GuardianProof, GuardianRelation, WardAge, guardian_statement};

/// What the guardian shows.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ShowGuardianship {
    /// What the guardian is to the ward.
    pub relation: GuardianRelation,
    /// By what it is proved.
    pub proof: GuardianProof,
    /// The number of the ward's identity document.
    pub number: IdNumber,
    /// Whether [`guardian_statement`] was agreed to.
    pub is_agreed: bool,
    /// The picture or PDF of the proof.
    pub file: Bytes,
}

/// That is on record.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GuardianshipShown {
    /// The record.
    pub record_id: RecordId,
    /// What the guardian is to the ward.
    pub relation: GuardianRelation,
    /// By what it is proved.
    pub proof: GuardianProof,
    /// How old the ward is.
    pub age: WardAge,
    /// When it was shown.
    pub at: UtcMillis,
}

/// The same, as a ceremony keeps it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptGuardianship {
    pub(crate) shown: GuardianshipShown,
    pub(crate) number: IdNumber,
    /// Where the file is kept, and what it is.
    pub(crate) object: String,
    pub(crate) kind: MaterialKind,
}

impl KeptGuardianship {
    /// Whether by the number the ward is of age on this day.
    pub(crate) fn is_of_age(&self, today: NaiveDate) -> bool {
        let document = self.number.document(None, today).ok();
        WardAge::of(document.and_then(|document| document.born()), today).is_none()
    }
}

/// Takes it. Shown again, the last one counts.
///
/// # Errors
/// See [`ShowGuardianshipError`].
pub async fn show_guardianship(
    platform: &Platform,
    request: &Request,
    command: ShowGuardianship,
) -> Result<GuardianshipShown, ShowGuardianshipError> {
    let whose = request.actor.signer()?;
    let (ceremony, filing_id, party) = whose;
    let act = Act::new(platform, request, "show_guardianship").await;
    if let Some(shown) = act.earlier().await? {
        return Ok(shown);
    }
    // Refused before anything is stored, when it could not be taken anyway.
    let stored = ceremonies::load_inside(platform, ceremony).await?;
    admits(platform, &stored.content)?;
    let filing = filings::load(platform, filing_id).await?.filing;
    let (ward, guardian) = names(&filing, party)?;
    let ShowGuardianship { relation, proof, number, is_agreed, file } = command;
    if !is_agreed {
        return Err(ShowGuardianshipError::NotAgreed);
    }
    let contact = contacts::load_unless_erased(platform, filing_id, party).await?;
    let own = contact.and_then(|stored| stored.contact.id_number);
    if own.as_ref() == Some(&number) {
        return Err(ShowGuardianshipError::OwnNumber);
    }
    let today = platform.now().shanghai_date();
    let born = number.document(None, today)?.born();
    let age = WardAge::of(born, today).ok_or(ShowGuardianshipError::OfAge)?;
    let file = material::examine(platform, file).await??;
    let said = Said { ward, guardian, age, relation, proof, number, file };
    let (record, kept) = said.keep(platform, request, whose)?;
    let result = write(platform, whose, (&record, &kept), act).await;
    match &result {
        Ok(Written { is_kept: true, superseded, .. }) => {
            for before in superseded {
                objects::forget_soon(platform, before).await;
            }
        }
        Err(ShowGuardianshipError::Act(error)) if error.is_undecided() => {}
        // Somebody else was quicker, or the disk is full: what was stored for this record goes again.
        _ => objects::take_back(platform, std::slice::from_ref(&kept.object)).await,
    }
    result.map(|written| written.shown)
}

/// What became of a record of a guardianship.
struct Written {
    shown: GuardianshipShown,
    /// Whether it is this one that is kept, not that of the same request before.
    is_kept: bool,
    /// The file before it, where nothing holds it.
    superseded: Vec<String>,
}

async fn write(
    platform: &Platform,
    (ceremony, filing_id, party): Whose,
    (record, kept): (&NewRecord, &KeptGuardianship),
    mut act: Act<'_>,
) -> Result<Written, ShowGuardianshipError> {
    loop {
        if let Some(shown) = act.earlier().await? {
            return Ok(Written { shown, is_kept: false, superseded: Vec::new() });
        }
        let stored = ceremonies::load_inside(platform, ceremony).await?;
        admits(platform, &stored.content)?;
        let filing = filings::load(platform, filing_id).await?.filing;
        let next = ledger::next_place(platform, filing.chain()).await?;
        let shown = GuardianshipShown { at: next.place.recorded_at, ..kept.shown };
        let mut changes = Changeset::new();
        let root = record.write(platform, &mut changes, &next)?;
        let mut content = stored.content.clone();
        let (kind, id) = (RecordKind::GuardianshipShown, record.record_id());
        content.records.push(CeremonyRecord::of(kind, id, root));
        content.guardianship = Some(KeptGuardianship { shown, ..kept.clone() });
        stored.replace(platform, &mut changes, &content)?;
        guardianships::note(&mut changes, filing_id, (party, ceremony))?;
        // What was shown before is looked at by nobody: a family's papers are kept no longer.
        let before = stored.content.guardianship.as_ref().map(|before| before.object.clone());
        let before = before.into_iter().collect();
        let whose = &stored.content.ceremony;
        let superseded = retention::give_up(platform, &mut changes, whose, before).await?;
        if act.commit(changes, &shown).await?.is_some() {
            return Ok(Written { shown, is_kept: true, superseded });
        }
    }
}

/// Whether the ceremony takes one more: somebody reviews, it is not over, has room for a record, and
/// no challenge is open, whose signature would not bind the record and yet count with it.
fn admits(platform: &Platform, content: &CeremonyContent) -> Result<(), ShowGuardianshipError> {
    content.ceremony.unfinished()?;
    if platform.settings().review_office.is_none() {
        return Err(ShowGuardianshipError::NobodyReviews);
    }
    if content.records.len() >= MAX_RECORDS {
        return Err(ShowGuardianshipError::TooManyTries);
    }
    match content.ceremony.challenge() {
        Some(open) if platform.now() < open.expires_at => Err(ShowGuardianshipError::SigningBegun),
        _ => Ok(()),
    }
}

/// The ward's name and the guardian's.
fn names(filing: &Filing, party: PartyId) -> Result<(String, String), ShowGuardianshipError> {
    let party = filing.party(party).ok_or(ActError::NotFound(Thing::Party))?;
    match party.who() {
        PartyKind::Ward { name, guardian } => {
            Ok((name.as_str().to_owned(), guardian.as_str().to_owned()))
        }
        PartyKind::Person { .. } | PartyKind::Company { .. } => Err(ShowGuardianshipError::NoWard),
    }
}

/// Everything that the record is made of.
struct Said {
    ward: String,
    guardian: String,
    age: WardAge,
    relation: GuardianRelation,
    proof: GuardianProof,
    number: IdNumber,
    file: Material,
}

impl Said {
    /// The record, sealed, and what the ceremony keeps; the file is in the store by then.
    fn keep(
        self,
        platform: &Platform,
        request: &Request,
        (ceremony, filing, party): Whose,
    ) -> Result<(NewRecord, KeptGuardianship), Fault> {
        let Self { ward, guardian, age, relation, proof, number, file } = self;
        let statement = Digest::of(guardian_statement(Language::Zh).as_bytes());
        let mut draft = Draft::new(platform, RecordKind::GuardianshipShown);
        draft
            .observed("filing", filing.to_string())?
            .observed("ceremony", ceremony.to_string())?
            .observed("party", party.to_string())?
            .declared("ward_name", Some(&ward))?
            .declared("ward_number", Some(number.as_str()))?
            .declared("ward_age", Some(age.code()))?
            .declared("guardian_name", Some(&guardian))?
            .declared("relation", Some(relation.code()))?
            .observed("statement_sha256", statement.to_string())?
            .declared("material_kind", Some(proof.code()))?
            .observed("material_sha256", file.sha256.to_string())?
            .observed("material_format", file.format())?
            .facts(&request.facts)?;
        let record = draft.record_id();
        let about = About { ceremony: Some(ceremony), ..About::party(filing, party) };
        let sealed = draft.seal(platform, about, None)?;
        // Of ward and guardian: it is erased with the party.
        let sealing = Sealing::Class(RetentionClass::Person);
        let key = data_key(platform, filing, Some(party), sealing)?;
        let what = objects::of_material(record);
        let object =
            objects::put(platform.backend(), &key, &what, &file.bytes, platform.entropy())?;
        let shown =
            GuardianshipShown { record_id: record, relation, proof, age, at: platform.now() };
        let kept = KeptGuardianship {
            shown,
            number,
            object: objects::name_of(&object)?.into(),
            kind: file.kind,
        };
        Ok((sealed, kept))
    }
}
