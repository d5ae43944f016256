//! With what a company that takes part seals: its electronic licence or electronic seal, as the seal
//! service says of exactly these documents; or a scan of a stamped paper, which is a picture and
//! proves no seal; or nothing. Chosen by the representative, before the photo.
//!
//! Whatever is not verified leads to a reviewer where one decides, and refuses nobody.

use bytes::Bytes;
use heqi_evidence::attestation::Question;
use heqi_evidence::challenge::Nonce;
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Filing, PartyKind};
use heqi_vocabulary::{CeremonyId, Digest, FilingId, PartyId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::act::Act;
use crate::ceremonies;
use crate::contacts;
use crate::data_keys::{Sealing, data_key};
use crate::erasure::retention;
use crate::fault::{ActError, Fault, Thing};
use crate::filings;
use crate::give_consent::MAX_RECORDS;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::material::{self, Material, MaterialKind};
use crate::objects;
use crate::platform::Platform;
use crate::request::Request;
use crate::rows::{CeremonyContent, CeremonyRecord};
use crate::send_code::Whose;

mod error;
mod words;

pub use error::ShowSealError;
pub use words::{SealChoice, SealOutcome};

/// What the representative shows.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ShowSeal {
    /// With what.
    pub choice: SealChoice,
    /// The picture or PDF, for a scan.
    pub scan: Option<Bytes>,
}

/// That is on record.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SealShown {
    /// The record.
    pub record_id: RecordId,
    /// With what.
    pub choice: SealChoice,
    /// What is known of it.
    pub outcome: SealOutcome,
    /// When.
    pub at: UtcMillis,
}

/// The same, as a ceremony keeps it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptSeal {
    pub(crate) record: RecordId,
    pub(crate) choice: SealChoice,
    pub(crate) outcome: SealOutcome,
    pub(crate) at: UtcMillis,
    /// The documents it is about.
    pub(crate) documents: Vec<Digest>,
    /// Where the scan is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scan: Option<(String, MaterialKind)>,
}

impl KeptSeal {
    /// The object that holds the scan: one, or none.
    fn scan_object(&self) -> Vec<String> {
        self.scan.iter().map(|(object, _)| object.clone()).collect()
    }

    /// The same, where nobody signs with it any more: what was said of the seal stays.
    pub(crate) fn give_up_scan(&mut self) -> Option<String> {
        self.scan.take().map(|(object, _)| object)
    }

    /// What is known of it for these: what was confirmed of other documents is not of them.
    pub(crate) fn outcome_for(&self, documents: impl IntoIterator<Item = Digest>) -> SealOutcome {
        match self.outcome {
            SealOutcome::Verified if !self.covers(documents) => SealOutcome::Unverified,
            known => known,
        }
    }

    /// Whether it is about all of these. About none there is nothing to be known.
    pub(crate) fn covers(&self, documents: impl IntoIterator<Item = Digest>) -> bool {
        let mut documents = documents.into_iter().peekable();
        documents.peek().is_some() && documents.all(|document| self.documents.contains(&document))
    }
}

/// Takes it. Shown again, the last one counts, and a scan before it is given up.
///
/// # Errors
/// See [`ShowSealError`].
pub async fn show_seal(
    platform: &Platform,
    request: &Request,
    command: ShowSeal,
) -> Result<SealShown, ShowSealError> {
    let whose = request.actor.signer()?;
    let (ceremony, filing_id, party) = whose;
    let act = Act::new(platform, request, "show_seal").await;
    if let Some(shown) = act.earlier().await? {
        return Ok(shown);
    }
    // Refused before anybody is asked or anything is stored, when it could not be taken anyway.
    let stored = ceremonies::load_inside(platform, ceremony).await?;
    admits(&stored.content, platform.now())?;
    let filing = filings::load(platform, filing_id).await?.filing;
    let company = company_name(&filing, party)?;
    let scan = match (command.choice, command.scan) {
        (SealChoice::Scan, scan) => {
            Some(material::examine(platform, scan.unwrap_or_default()).await??)
        }
        _ => None,
    };
    let documents: Vec<Digest> =
        filing.documents_to_sign(party).iter().map(|document| document.sha256).collect();
    let contact = contacts::load_unless_erased(platform, filing_id, party).await?;
    let code = contact.and_then(|stored| stored.contact.company_code);
    let code = code.map(|code| code.as_str().to_owned());
    let asked = ask(platform, command.choice, code.as_deref(), &documents).await;
    let found = Found { choice: command.choice, company, code, documents, scan, asked };
    let (record, kept) = found.keep(platform, request, whose)?;
    let result = write(platform, (ceremony, filing_id), (&record, &kept), act).await;
    match &result {
        Ok(Written { is_kept: true, superseded, .. }) => {
            for before in superseded {
                objects::forget_soon(platform, before).await;
            }
        }
        Err(ShowSealError::Act(error)) if error.is_undecided() => {}
        // Somebody else was quicker, or the disk is full: what was stored for this record goes again.
        _ => objects::take_back(platform, &kept.scan_object()).await,
    }
    result.map(|written| written.shown)
}

/// What became of a record of a seal.
struct Written {
    shown: SealShown,
    /// Whether it is this one that is kept, not that of the same request before.
    is_kept: bool,
    /// The scan before it, where nothing holds it.
    superseded: Vec<String>,
}

async fn write(
    platform: &Platform,
    (ceremony, filing_id): (CeremonyId, FilingId),
    (record, kept): (&NewRecord, &KeptSeal),
    mut act: Act<'_>,
) -> Result<Written, ShowSealError> {
    loop {
        if let Some(shown) = act.earlier().await? {
            return Ok(Written { shown, is_kept: false, superseded: Vec::new() });
        }
        let stored = ceremonies::load_inside(platform, ceremony).await?;
        admits(&stored.content, platform.now())?;
        let filing = filings::load(platform, filing_id).await?.filing;
        let next = ledger::next_place(platform, filing.chain()).await?;
        let at = next.place.recorded_at;
        let mut changes = Changeset::new();
        let root = record.write(platform, &mut changes, &next)?;
        let mut content = stored.content.clone();
        let record_id = record.record_id();
        content.records.push(CeremonyRecord::of(RecordKind::CompanySeal, record_id, root));
        content.seal = Some(KeptSeal { at, ..kept.clone() });
        stored.replace(platform, &mut changes, &content)?;
        // Nobody has signed with the scan before, or this would not be taken: a reviewer is shown the last one only.
        let before = stored.content.seal.as_ref().map(KeptSeal::scan_object).unwrap_or_default();
        let whose = &stored.content.ceremony;
        let superseded = retention::give_up(platform, &mut changes, whose, before).await?;
        let shown = SealShown { record_id, choice: kept.choice, outcome: kept.outcome, at };
        if act.commit(changes, &shown).await?.is_some() {
            return Ok(Written { shown, is_kept: true, superseded });
        }
    }
}

/// Whether the ceremony takes one more: it is not over, has room for a record, and no challenge is
/// open, whose signature would not bind the record and yet count with it.
fn admits(content: &CeremonyContent, now: UtcMillis) -> Result<(), ShowSealError> {
    content.ceremony.unfinished()?;
    if content.records.len() >= MAX_RECORDS {
        return Err(ShowSealError::TooManyTries);
    }
    match content.ceremony.challenge() {
        Some(open) if now < open.expires_at => Err(ShowSealError::SigningBegun),
        _ => Ok(()),
    }
}

fn company_name(filing: &Filing, party: PartyId) -> Result<String, ShowSealError> {
    let party = filing.party(party).ok_or(ActError::NotFound(Thing::Party))?;
    match party.who() {
        PartyKind::Company { name, .. } => Ok(name.as_str().to_owned()),
        PartyKind::Person { .. } | PartyKind::Ward { .. } => Err(ShowSealError::NoCompany),
    }
}

/// What the seal service said, document by document.
struct Asked {
    outcome: SealOutcome,
    sealed_at: Vec<Option<UtcMillis>>,
    answers: Vec<String>,
    questions: Vec<Value>,
}

async fn ask(
    platform: &Platform,
    choice: SealChoice,
    code: Option<&str>,
    documents: &[Digest],
) -> Asked {
    let nothing = |outcome| Asked {
        outcome,
        sealed_at: Vec::new(),
        answers: Vec::new(),
        questions: Vec::new(),
    };
    let Some(wanted) = choice.asked() else {
        let is_scan = choice == SealChoice::Scan;
        return nothing(if is_scan { SealOutcome::ImageOnly } else { SealOutcome::None });
    };
    let (Some(port), Some(code)) = (&platform.identity().seal, code) else {
        return nothing(SealOutcome::Unverified);
    };
    // Of no document nothing was confirmed.
    if documents.is_empty() {
        return nothing(SealOutcome::Unverified);
    }
    let mut asked = nothing(SealOutcome::Verified);
    for document in documents {
        let question = Question::Seal {
            code: code.to_owned(),
            document_sha256: *document,
            nonce: Nonce::random(platform.entropy()),
        };
        let attested = match port.sealed(question).await {
            Ok(attested) => attested,
            Err(reason) => {
                // `NotAnswered` holds nothing personal and no address.
                tracing::warn!(port = "seal", reason = %reason, "seal question not answered");
                return Asked { outcome: SealOutcome::Unverified, ..asked };
            }
        };
        let found = attested.answer.filter(|found| found.kind == wanted);
        asked.sealed_at.push(found.map(|found| found.sealed_at));
        if found.is_none() {
            asked.outcome = SealOutcome::NotSealed;
        }
        if let (Ok(envelope), Ok(question)) =
            (String::from_utf8(attested.envelope), serde_json::to_value(&attested.question))
        {
            asked.answers.push(envelope);
            asked.questions.push(question);
        }
    }
    asked
}

/// Everything that a record of a seal is made of.
struct Found {
    choice: SealChoice,
    company: String,
    code: Option<String>,
    documents: Vec<Digest>,
    scan: Option<Material>,
    asked: Asked,
}

impl Found {
    /// The record, sealed, and what the ceremony keeps; a scan is in the store by then.
    fn keep(
        self,
        platform: &Platform,
        request: &Request,
        (ceremony, filing, party): Whose,
    ) -> Result<(NewRecord, KeptSeal), Fault> {
        let mut draft = Draft::new(platform, RecordKind::CompanySeal);
        let sealed_at = |place: usize| {
            let at = self.asked.sealed_at.get(place).copied().flatten();
            at.map(|at| at.to_string())
        };
        let documents: Vec<Value> = self
            .documents
            .iter()
            .enumerate()
            .map(|(place, sha256)| {
                json!({ "sealed_at": sealed_at(place), "sha256": sha256.to_string() })
            })
            .collect();
        draft
            .observed("filing", filing.to_string())?
            .observed("ceremony", ceremony.to_string())?
            .observed("party", party.to_string())?
            .declared("company_name", Some(&self.company))?
            .declared("company_code", self.code.as_deref())?
            .declared("seal_kind", Some(self.choice.code()))?
            .observed("outcome", self.asked.outcome.code())?
            .observed("documents", documents)?
            .facts(&request.facts)?;
        if !self.asked.answers.is_empty() {
            draft
                .attested("answers", self.asked.answers.clone())?
                .observed("questions", self.asked.questions.clone())?;
        }
        let record = draft.record_id();
        if let Some(scan) = &self.scan {
            draft
                .observed("scan_sha256", scan.sha256.to_string())?
                .observed("scan_format", scan.format())?;
        }
        let about = About { ceremony: Some(ceremony), ..About::party(filing, party) };
        let sealed = draft.seal(platform, about, None)?;
        let scan = match &self.scan {
            None => None,
            Some(scan) => {
                // Of the company, not of the person who sent it.
                let key = data_key(platform, filing, None, Sealing::Class(RetentionClass::Matter))?;
                let what = objects::of_material(record);
                let object =
                    objects::put(platform.backend(), &key, &what, &scan.bytes, platform.entropy())?;
                Some((objects::name_of(&object)?.into(), scan.kind))
            }
        };
        let kept = KeptSeal {
            record,
            choice: self.choice,
            outcome: self.asked.outcome,
            at: platform.now(),
            documents: self.documents,
            scan,
        };
        Ok((sealed, kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_covers_what_it_is_about_and_never_nothing() {
        let [deed, other] = ["deed", "other"].map(|name| Digest::of(name.as_bytes()));
        let seal = KeptSeal {
            record: RecordId::from_bytes([0; 16]),
            choice: SealChoice::ElectronicSeal,
            outcome: SealOutcome::Verified,
            at: UtcMillis::from_millis(0).unwrap(),
            documents: vec![deed],
            scan: None,
        };
        assert!(seal.covers([deed]));
        assert!(!seal.covers([deed, other]));
        assert_eq!(seal.outcome_for([deed]), SealOutcome::Verified);
        assert_eq!(seal.outcome_for([deed, other]), SealOutcome::Unverified);
        assert!(!seal.covers([]), "an empty list of documents verifies nothing");
    }
}
