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
use heqi_identity::personal_document::PersonalDocumentError;
use heqi_vocabulary::{Digest, Language, PartyId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::ceremonies;
use crate::contacts::{self, IdNumber, china_date};
use crate::data_keys::{Sealing, data_key};
use crate::erasure::retention;
use crate::fault::{ActError, Class, Fault, Thing};
use crate::filings;
use crate::give_consent::MAX_RECORDS;
use crate::guardianships;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::material::{self, Material, MaterialError, MaterialKind};
use crate::objects;
use crate::platform::Platform;
use crate::request::Request;
use crate::rows::{CeremonyContent, CeremonyRecord};
use crate::send_code::Whose;
use crate::wording::{Told, refusals, say};

/// What the guardian is to the ward.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum GuardianRelation {
    /// A parent (民法典 art. 27, first paragraph).
    Parent,
    /// Grandparents, or a brother or sister (art. 27, second paragraph).
    Kin,
    /// Designated by committee, civil affairs or court (art. 31).
    Designated,
}

impl GuardianRelation {
    /// Every relation, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Parent, Self::Kin, Self::Designated];

    /// The word in records and forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Parent => "parent",
            Self::Kin => "kin",
            Self::Designated => "designated",
        }
    }

    /// The relation with this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.code() == word)
    }

    /// What people read.
    pub const fn text(self, language: Language) -> &'static str {
        match self {
            Self::Parent => language.pick("父母", "parent"),
            Self::Kin => language.pick(
                "祖父母、外祖父母、兄、姐（父母已死亡或者没有监护能力）",
                "grandparent, brother or sister (the parents have died or cannot act)",
            ),
            Self::Designated => language.pick("指定监护人", "designated guardian"),
        }
    }
}

/// By what it is proved.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum GuardianProof {
    /// 户口簿.
    HouseholdRegister,
    /// 出生医学证明.
    BirthCertificate,
    /// 指定监护文书.
    Designation,
}

impl GuardianProof {
    /// Every proof, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::HouseholdRegister, Self::BirthCertificate, Self::Designation];

    /// The word in records and forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::HouseholdRegister => "household_register",
            Self::BirthCertificate => "birth_certificate",
            Self::Designation => "designation",
        }
    }

    /// The proof with this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|proof| proof.code() == word)
    }

    /// What people read.
    pub const fn text(self, language: Language) -> &'static str {
        match self {
            Self::HouseholdRegister => language.pick("户口簿", "household register"),
            Self::BirthCertificate => language.pick("出生医学证明", "medical certificate of birth"),
            Self::Designation => {
                language.pick("指定监护的决定或裁判文书", "decision or judgment that designates")
            }
        }
    }
}

/// How old the ward is by the number, in the years at which the law changes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum WardAge {
    /// Without capacity: the guardian acts (民法典 art. 20).
    #[serde(rename = "under_8")]
    Under8,
    /// The guardian acts or consents (art. 19); data need the guardian's consent (个人信息保护法 art. 31).
    #[serde(rename = "under_14")]
    Under14,
    /// The guardian acts or consents.
    #[serde(rename = "under_18")]
    Under18,
    /// The number says no day of birth: the proof does.
    Unknown,
}

impl WardAge {
    /// The word in records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Under8 => "under_8",
            Self::Under14 => "under_14",
            Self::Under18 => "under_18",
            Self::Unknown => "unknown",
        }
    }

    /// What people read.
    pub const fn text(self, language: Language) -> &'static str {
        match self {
            Self::Under8 => language.pick("不满8周岁", "younger than 8"),
            Self::Under14 => language.pick("8周岁以上不满14周岁", "8 to 13 years old"),
            Self::Under18 => language.pick("14周岁以上不满18周岁", "14 to 17 years old"),
            Self::Unknown => language
                .pick("号码不含出生日期，以证明文件为准", "not in the number: see the proof"),
        }
    }

    /// `None`: of age.
    fn of(born: Option<NaiveDate>, today: NaiveDate) -> Option<Self> {
        let Some(born) = born else { return Some(Self::Unknown) };
        match today.years_since(born).unwrap_or(0) {
            ..8 => Some(Self::Under8),
            8..14 => Some(Self::Under14),
            14..18 => Some(Self::Under18),
            _ => None,
        }
    }
}

/// What the guardian states and consents to, with its place `{ward}`. The Chinese text prevails.
pub const fn guardian_statement(language: Language) -> &'static str {
    language.pick(
        "我是{ward}的监护人，所填写的监护关系和提交的证明属实。我同意签署平台和公证机构为本次签署处理{ward}的姓名、证件号码和监护关系证明；{ward}不满14周岁的，我以监护人身份单独同意处理其个人信息。不对{ward}进行人脸识别，证明只供核验人员查看。",
        "I am the guardian of {ward}; the relation given here and the proof are true. I consent that platform and notary office process name, number and this proof for the signing; where {ward} is younger than 14, I consent separately, as the guardian, to the processing of the ward's data. No face of {ward} is taken, and only reviewers look at the proof.",
    )
}

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

/// Why it was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShowGuardianshipError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The ceremony is over.
    #[error(transparent)]
    Finished(#[from] heqi_filing::Finished),
    /// The file is not taken.
    #[error(transparent)]
    File(#[from] MaterialError),
    /// The number is none of an identity document.
    #[error(transparent)]
    Number(#[from] PersonalDocumentError),
    /// The party has no guardian.
    #[error("the party is no minor with a guardian")]
    NoWard,
    /// By the number the ward is of age.
    #[error("the ward is of age")]
    OfAge,
    /// The number is the guardian's own.
    #[error("the number is that of the guardian")]
    OwnNumber,
    /// The statement was not agreed to.
    #[error("the guardian did not agree")]
    NotAgreed,
    /// Nobody looks at proofs on this platform.
    #[error("nobody reviews on this platform")]
    NobodyReviews,
    /// The ceremony has as many records as one challenge binds.
    #[error("the ceremony has too many records")]
    TooManyTries,
    /// A challenge is open: what the signature binds is settled already.
    #[error("a challenge of the ceremony is open")]
    SigningBegun,
}

impl From<Fault> for ShowGuardianshipError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl ShowGuardianshipError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => return Told::By(error),
            Self::Finished(error) => return Told::By(error),
            Self::File(error) => return Told::By(error),
            Self::Number(error) => return Told::By(error),
            Self::NoWard => say(
                "guardian_no_ward",
                ["您不是以监护人身份签署，不需要监护关系证明。", "请直接进入下一步。"],
                [
                    "You do not sign as a guardian, so no proof of it is needed.",
                    "Go on to the next step.",
                ],
            ),
            Self::OfAge => {
                return say(
                    "ward_of_age",
                    [
                        "证件号码显示被监护人已满18周岁，未作记录。",
                        "请核对号码；已成年的由本人签署，不能辨认自己行为的请到窗口或公证处办理。",
                    ],
                    [
                        "By the number the ward is 18 or older; nothing was recorded.",
                        "Check the number. An adult signs in person; who cannot is served at the counter or by the notary.",
                    ],
                )
                .is(Class::BadInput);
            }
            Self::OwnNumber => {
                return say(
                    "ward_number_own",
                    ["填写的是监护人本人的证件号码，未作记录。", "请填写被监护人的证件号码。"],
                    [
                        "This is the guardian's own number; nothing was recorded.",
                        "Enter the number of the ward's document.",
                    ],
                )
                .is(Class::BadInput);
            }
            Self::NotAgreed => {
                return say(
                    "guardian_not_agreed",
                    ["没有勾选监护人声明和同意，未作记录。", "请阅读后勾选；不同意的，可到窗口办理。"],
                    [
                        "The guardian's statement was not agreed to; nothing was recorded.",
                        "Read it and tick it; whoever does not agree is served at the counter.",
                    ],
                )
                .is(Class::BadInput);
            }
            Self::NobodyReviews => say(
                "guardian_not_reviewed",
                ["本平台没有核验人员核对监护关系，不能在线办理。", "请与监护关系证明一起到窗口办理。"],
                [
                    "Nobody on this platform looks at proofs of guardianship, so it is not done online.",
                    "Bring the proof to the counter.",
                ],
            ),
            Self::TooManyTries => say(
                "guardian_tries",
                ["本次签署中的记录过多，未作记录。", "请经办人重新发送邀请后再办理。"],
                [
                    "This signing has too many records; nothing was recorded.",
                    "Have the handler send a new invitation, then try again.",
                ],
            ),
            Self::SigningBegun => say(
                "guardian_signing_begun",
                [
                    "签署已经开始，监护关系证明未作更改。",
                    "请先完成签署；如需更改，请等本次签署超时后再办理。",
                ],
                [
                    "The signing has begun, so nothing was changed about the proof.",
                    "Complete the signing; to change the proof, wait until this signing has run out.",
                ],
            ),
        }
        .is(Class::Conflict)
    }
}

refusals!(ShowGuardianshipError);

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
    let mut act = Act::new(platform, request, "show_guardianship").await;
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
    let today = china_date(platform.now());
    let born = number.document(None, today)?.born();
    let age = WardAge::of(born, today).ok_or(ShowGuardianshipError::OfAge)?;
    let file = material::examine(platform, file).await??;
    let said = Said { ward, guardian, age, relation, proof, number, file };
    let (record, kept) = said.keep(platform, request, whose)?;
    loop {
        if let Some(shown) = act.earlier().await? {
            return Ok(shown);
        }
        let stored = ceremonies::load_inside(platform, ceremony).await?;
        if let Err(refused) = admits(platform, &stored.content) {
            // Somebody else was quicker: what was stored for this record goes again.
            objects::forget_soon(platform, &kept.object).await;
            return Err(refused);
        }
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
            for object in &superseded {
                objects::forget_soon(platform, object).await;
            }
            return Ok(shown);
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
        let about = About { ceremony: Some(ceremony), ..About::party(filing, party) };
        Ok((draft.seal(platform, about, None)?, kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_case_8_the_years_at_which_the_law_changes_change_on_the_birthday() {
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
        let age = |today: &str| WardAge::of(Some(day("2015-01-02")), day(today));
        assert_eq!(age("2023-01-01"), Some(WardAge::Under8));
        assert_eq!(age("2023-01-02"), Some(WardAge::Under14));
        assert_eq!(age("2029-01-01"), Some(WardAge::Under14));
        assert_eq!(age("2029-01-02"), Some(WardAge::Under18));
        assert_eq!(age("2033-01-01"), Some(WardAge::Under18));
        assert_eq!(age("2033-01-02"), None);
        assert_eq!(WardAge::of(None, day("2026-11-23")), Some(WardAge::Unknown));
    }

    #[test]
    fn the_word_of_each_choice_is_its_word_in_json() {
        for age in [WardAge::Under8, WardAge::Under14, WardAge::Under18, WardAge::Unknown] {
            assert_eq!(serde_json::to_value(age).unwrap(), age.code());
        }
        for relation in GuardianRelation::ALL {
            assert_eq!(serde_json::to_value(relation).unwrap(), relation.code());
            assert_eq!(GuardianRelation::of(relation.code()), Some(relation));
        }
        for proof in GuardianProof::ALL {
            assert_eq!(serde_json::to_value(proof).unwrap(), proof.code());
            assert_eq!(GuardianProof::of(proof.code()), Some(proof));
        }
    }
}
