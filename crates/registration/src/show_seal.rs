//! With what a company that takes part seals: its electronic licence or electronic seal, as the seal
//! service says of exactly these documents; or a scan of a stamped paper, which is a picture and
//! proves no seal; or nothing. Chosen by the representative, before the photo.
//!
//! Whatever is not verified leads to a reviewer where one decides, and refuses nobody.

use bytes::Bytes;
use heqi_evidence::attestation::{Question, SealKind};
use heqi_evidence::challenge::Nonce;
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Filing, PartyKind};
use heqi_vocabulary::{Digest, Language, PartyId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::act::Act;
use crate::ceremonies;
use crate::contacts;
use crate::data_keys::{Sealing, data_key};
use crate::fault::{ActError, Class, Fault, Thing};
use crate::filings;
use crate::give_consent::MAX_RECORDS;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::material::{self, Material, MaterialError, MaterialKind};
use crate::objects;
use crate::platform::Platform;
use crate::request::Request;
use crate::rows::{CeremonyContent, CeremonyRecord};
use crate::send_code::Whose;
use crate::wording::{Told, refusals, say};

/// With what the company seals.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum SealChoice {
    /// 电子营业执照.
    ElectronicLicence,
    /// 电子印章.
    ElectronicSeal,
    /// 盖章扫描件, a picture.
    Scan,
    /// None here.
    None,
}

impl SealChoice {
    /// Every choice, in the order in which they are offered.
    pub const ALL: [Self; 4] =
        [Self::ElectronicLicence, Self::ElectronicSeal, Self::Scan, Self::None];

    /// The word in records and forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ElectronicLicence => "electronic_licence",
            Self::ElectronicSeal => "electronic_seal",
            Self::Scan => "scan",
            Self::None => "none",
        }
    }

    /// The choice with this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.code() == word)
    }

    /// What people read. A scan says everywhere that it is a picture.
    pub const fn text(self, language: Language) -> &'static str {
        match self {
            Self::ElectronicLicence => language.pick("电子营业执照", "electronic business licence"),
            Self::ElectronicSeal => language.pick("电子印章", "electronic seal"),
            Self::Scan => {
                language.pick("盖章扫描件（仅为图像）", "scan of a stamp (a picture only)")
            }
            Self::None => language.pick("未在线加盖", "none given online"),
        }
    }

    /// What a seal service is to answer with; `None`: it is not asked.
    const fn asked(self) -> Option<SealKind> {
        match self {
            Self::ElectronicLicence => Some(SealKind::ElectronicLicence),
            Self::ElectronicSeal => Some(SealKind::ElectronicSeal),
            Self::Scan | Self::None => None,
        }
    }
}

/// What is known of the seal.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum SealOutcome {
    /// The seal service says of every document that it was sealed so.
    Verified,
    /// It says of one that it was not, or with something else.
    NotSealed,
    /// Nobody answered, or nobody is asked.
    Unverified,
    /// It is a picture.
    ImageOnly,
    /// There is none.
    None,
}

impl SealOutcome {
    /// The word in records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::NotSealed => "not_sealed",
            Self::Unverified => "unverified",
            Self::ImageOnly => "image_only",
            Self::None => "none",
        }
    }

    /// What people read.
    pub const fn text(self, language: Language) -> &'static str {
        match self {
            Self::Verified => {
                language.pick("已由印章服务机构核验", "confirmed by the seal service")
            }
            Self::NotSealed => language.pick(
                "印章服务机构答复：未对全部文件加盖",
                "the seal service answered that not every document is sealed so",
            ),
            Self::Unverified => language.pick("未能核验", "not verified"),
            Self::ImageOnly => {
                language.pick("仅为图像，不能证明加盖", "a picture only: it proves no seal")
            }
            Self::None => language.pick("由登记机关核对", "left to the registry"),
        }
    }
}

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

/// Why it was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShowSealError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The ceremony is over.
    #[error(transparent)]
    Finished(#[from] heqi_filing::Finished),
    /// The scan is not taken.
    #[error(transparent)]
    Scan(#[from] MaterialError),
    /// The party is a person.
    #[error("the party is no company")]
    NoCompany,
    /// The ceremony has as many records as one challenge binds.
    #[error("the ceremony has too many records")]
    TooManyTries,
    /// A challenge is open: what the signature binds is settled already.
    #[error("a challenge of the ceremony is open")]
    SigningBegun,
}

impl From<Fault> for ShowSealError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl ShowSealError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Finished(error) => Told::By(error),
            Self::Scan(error) => Told::By(error),
            Self::NoCompany => say(
                "seal_no_company",
                ["您以个人身份签署，不需要企业印章。", "请直接进入下一步。"],
                [
                    "You sign as a person, so no company's seal is needed.",
                    "Go on to the next step.",
                ],
            )
            .is(Class::Conflict),
            Self::TooManyTries => say(
                "seal_tries",
                ["本次签署中的记录过多，未作记录。", "请经办人重新发送邀请后再办理。"],
                [
                    "This signing has too many records; nothing was recorded.",
                    "Have the handler send a new invitation, then try again.",
                ],
            )
            .is(Class::Conflict),
            Self::SigningBegun => say(
                "seal_signing_begun",
                [
                    "签署已经开始，印章情况未作更改。",
                    "请先完成签署；如需更改印章情况，请等本次签署超时后再办理。",
                ],
                [
                    "The signing has begun, so nothing was changed about the seal.",
                    "Complete the signing; to change the seal, wait until this signing has run out.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(ShowSealError);

/// Takes it. Shown again, the last one counts.
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
    let mut act = Act::new(platform, request, "show_seal").await;
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
    loop {
        if let Some(shown) = act.earlier().await? {
            return Ok(shown);
        }
        let stored = ceremonies::load_inside(platform, ceremony).await?;
        if let Err(refused) = admits(&stored.content, platform.now()) {
            // Somebody else was quicker: what was stored for this record goes again.
            if let Some((object, _)) = &kept.scan {
                objects::forget_soon(platform, object).await;
            }
            return Err(refused);
        }
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
        let shown = SealShown { record_id, choice: kept.choice, outcome: kept.outcome, at };
        if act.commit(changes, &shown).await?.is_some() {
            return Ok(shown);
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
        let scan = match &self.scan {
            None => None,
            Some(scan) => {
                draft
                    .observed("scan_sha256", scan.sha256.to_string())?
                    .observed("scan_format", scan.format())?;
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
        let about = About { ceremony: Some(ceremony), ..About::party(filing, party) };
        Ok((draft.seal(platform, about, None)?, kept))
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
