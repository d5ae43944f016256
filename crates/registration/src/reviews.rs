//! Whether a person must look at who signed, and the cases that follow (domain study 11.2,
//! 11.13). Asked in the act that completes a signing: record, signature and case are one commit,
//! so no signature stands without the case it needs.

use std::collections::BTreeSet;

use heqi_evidence::attestation::PersonOutcome;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{
    CapturedPhoto, Filing, NewCase, Office, PartyKind, ReviewCase, ReviewNeed, ReviewReason,
    StandIn,
};
use heqi_identity::resident_id::ResidentIdHint;
use heqi_vocabulary::{
    CaseId, CeremonyId, Digest, FilingId, MessageChannel, PartyId, RecordId, SigningId, UtcMillis,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::contacts;
use crate::fault::{ActError, Fault, Thing};
use crate::ledger::Draft;
use crate::objects;
use crate::platform::Platform;
use crate::ports::{FaceOutcome, Faces};
use crate::rows::{self, CeremonyContent, Pair, SigningRow};
use crate::see_person::PORTRAIT_SOURCE;
use crate::show_seal::SealOutcome;
use crate::verify_identity::ask::has_fresh_registry;
use crate::verify_identity::{self, Checked, Findings, Known, portraits};

/// What a page says whose photo comes from the camera of the system, here or (with more before
/// it) on another device: it may be an old photo.
const SYSTEM_CAMERA: &str = "system_camera";

/// The most bytes of signed answers inside the record of a signing.
const MAX_ANSWERS_BYTES: usize = 32 * 1024;

/// A case with what it is about. Nothing in it is personal.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseRow {
    pub(crate) case: ReviewCase,
    pub(crate) ceremony: CeremonyId,
    /// The record of the signing.
    pub(crate) record: RecordId,
    /// The record of the last decision or proposal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) decision: Option<RecordId>,
}

/// Whose signing is looked at.
pub(crate) struct Of<'a> {
    pub(crate) signing: SigningId,
    pub(crate) party: PartyId,
    /// The ceremony as it is completed.
    pub(crate) content: &'a CeremonyContent,
}

impl Of<'_> {
    /// Whether the code that let the signer in came to the mobile number, and can have come nowhere
    /// else: only then does what a provider says of the number say anything of who holds the phone.
    /// By what it was asked for says nothing: a text message that fails is followed by a mail.
    fn came_by_mobile(&self) -> bool {
        let code = self.content.ceremony.entry().code();
        code.is_some_and(|code| code.used && code.came_by == Some(MessageChannel::Sms))
    }

    fn photo(&self) -> Option<&CapturedPhoto> {
        self.content.ceremony.photo()
    }

    /// Whether something did not fit together in what device and network said of this signing.
    fn has_risks(&self) -> bool {
        self.content.risks.as_ref().is_some_and(|noted| noted.signing == self.signing)
    }

    /// Whether the seal service has confirmed the company's seal on everything that is signed.
    /// Where nobody is asked about seals and none was shown, none was wanted.
    fn has_seal(&self, platform: &Platform, filing: &Filing) -> bool {
        let signed = filing.documents_to_sign(self.party);
        match &self.content.seal {
            None => platform.identity().seal.is_none(),
            Some(seal) => {
                seal.outcome == SealOutcome::Verified
                    && seal.covers(signed.iter().map(|document| document.sha256))
            }
        }
    }

    /// What a person looks at instead of a photo.
    fn stand_in(&self) -> Option<&StandIn> {
        let ceremony = &self.content.ceremony;
        let live = ceremony.challenge().filter(|_| ceremony.photo().is_none())?;
        ceremony.stand_in_at(live.issued_at)
    }

    /// The same as the record of the signing says it (`docs/spec/record.md`).
    fn seen(&self) -> Option<Value> {
        let stand_in = self.stand_in()?;
        let record = stand_in.record().to_string();
        Some(match stand_in {
            StandIn::Video { .. } => json!({ "record": record, "way": "video" }),
            StandIn::Counter { .. } => {
                let office = self.content.seen_by.as_ref();
                json!({
                    "office": office.map(|office| office.name.as_str()),
                    "office_kind": office.map(|office| office.kind.code()),
                    "portrait_source": PORTRAIT_SOURCE,
                    "record": record,
                    "way": "counter",
                })
            }
        })
    }
}

/// What is known of who signed, and whether a person must look.
pub(crate) struct Seen {
    checked: Option<Checked>,
    case: Option<(CaseId, Office, BTreeSet<ReviewReason>)>,
    /// What a person looks at instead of a photo, or looked at.
    instead: Option<Value>,
}

/// Looks at what authorities have said about the signer.
pub(crate) async fn look(
    platform: &Platform,
    filing: &Filing,
    of: Of<'_>,
    capture_source: Option<&str>,
) -> Result<Seen, Fault> {
    let checked = verify_identity::known(platform, filing.id(), of.party).await?;
    let Some(office) = platform.settings().review_office.clone() else {
        return Ok(Seen { checked, case: None, instead: of.seen() });
    };
    let is_company = filing
        .party(of.party)
        .is_some_and(|party| matches!(party.who(), PartyKind::Company { .. }));
    let is_ward =
        filing.party(of.party).is_some_and(|party| matches!(party.who(), PartyKind::Ward { .. }));
    let fresh = checked
        .as_ref()
        .filter(|checked| !verify_identity::is_stale(Some(checked), platform.now()));
    let known = fresh.and_then(|checked| checked.known.as_ref().map(|known| (checked, known)));
    let mut reasons = match known {
        None => unknown(platform, is_company),
        Some((checked, known)) => {
            let by_mobile = of.came_by_mobile();
            let mut reasons = of_findings(platform, &known.findings, is_company, by_mobile);
            if !has_fresh_registry(platform, &known.findings) {
                reasons.extend(faces(platform, filing, &of, (checked, known)).await?);
            }
            reasons
        }
    };
    if capture_source.is_some_and(|source| source.ends_with(SYSTEM_CAMERA)) {
        reasons.insert(ReviewReason::SystemCamera);
    }
    if platform.settings().risk.is_reviewed && of.has_risks() {
        reasons.insert(ReviewReason::RiskNoted);
    }
    if is_company && !of.has_seal(platform, filing) {
        reasons.insert(ReviewReason::SealUnverified);
    }
    if is_ward {
        reasons.insert(ReviewReason::Guardianship);
    }
    reasons.extend(ages(platform, filing, of.party).await?);
    match of.stand_in() {
        Some(StandIn::Video { .. }) => {
            reasons.remove(&ReviewReason::FaceNotCompared);
            reasons.insert(ReviewReason::VideoToCompare);
        }
        // An officer saw person, card and the device that had the code together (domain study
        // 11.2). What a provider contradicts, who acts for a minor, and how a company stands, nobody
        // saw there.
        Some(StandIn::Counter { .. }) => reasons.retain(|reason| {
            matches!(
                reason,
                ReviewReason::IdentityDiffers
                    | ReviewReason::Minor
                    | ReviewReason::CompanyUnverified
                    | ReviewReason::SealUnverified
                    | ReviewReason::Guardianship
            )
        }),
        None => {}
    }
    let id = CaseId::time_ordered(platform.now(), platform.entropy());
    let case = (!reasons.is_empty()).then_some((id, office, reasons));
    Ok(Seen { checked, case, instead: of.seen() })
}

/// What the declared number says of the signer's age today that no machine may decide.
async fn ages(
    platform: &Platform,
    filing: &Filing,
    party: PartyId,
) -> Result<Vec<ReviewReason>, Fault> {
    let contact = contacts::load_unless_erased(platform, filing.id(), party).await?;
    let Some(contact) = contact.map(|stored| stored.contact) else { return Ok(Vec::new()) };
    let hints = contact.hints(platform.now().shanghai_date());
    let reason = |hint| match hint {
        ResidentIdHint::Minor => Some(ReviewReason::Minor),
        ResidentIdHint::ImplausibleAge => Some(ReviewReason::ImplausibleAge),
        _ => None,
    };
    Ok(hints.into_iter().filter_map(reason).collect())
}

/// Nobody has answered, or too long ago.
fn unknown(platform: &Platform, is_company: bool) -> BTreeSet<ReviewReason> {
    let mut reasons = BTreeSet::from([
        ReviewReason::IdentityUnverified,
        ReviewReason::ContactUnverified,
        ReviewReason::PortraitUnverified,
        ReviewReason::FaceNotCompared,
    ]);
    if is_company {
        reasons.insert(ReviewReason::CompanyUnverified);
    }
    if platform.identity().is_anybody_asked() {
        reasons.insert(ReviewReason::ProviderUnreachable);
    }
    reasons
}

fn of_findings(
    platform: &Platform,
    findings: &Findings,
    is_company: bool,
    came_by_mobile: bool,
) -> BTreeSet<ReviewReason> {
    let mut reasons = BTreeSet::new();
    let is_verified = has_fresh_registry(platform, findings);
    match findings.real_name.answer() {
        Some(PersonOutcome::Matches) if findings.asked_mobile && came_by_mobile => {}
        Some(PersonOutcome::Matches | PersonOutcome::MobileDiffers) => {
            reasons.insert(ReviewReason::ContactUnverified);
        }
        Some(PersonOutcome::Differs | PersonOutcome::NotFound) => {
            reasons.insert(ReviewReason::IdentityDiffers);
            reasons.insert(ReviewReason::ContactUnverified);
        }
        None => {
            reasons.insert(ReviewReason::ContactUnverified);
            if !is_verified {
                reasons.insert(ReviewReason::IdentityUnverified);
            }
        }
    }
    if is_company && !matches!(findings.company.answer(), Some((true, status)) if status.may_sign())
    {
        reasons.insert(ReviewReason::CompanyUnverified);
    }
    if findings.is_unanswered() {
        reasons.insert(ReviewReason::ProviderUnreachable);
    }
    reasons
}

/// Compares photo and portrait, where there is one and somebody who compares.
async fn faces(
    platform: &Platform,
    filing: &Filing,
    of: &Of<'_>,
    (checked, known): (&Checked, &Known),
) -> Result<Vec<ReviewReason>, Fault> {
    let Some(portrait) = &known.portrait else {
        return Ok(vec![ReviewReason::PortraitUnverified, ReviewReason::FaceNotCompared]);
    };
    // Who refused is not compared by a machine.
    let Some(photo) = of.photo() else { return Ok(vec![ReviewReason::FaceNotCompared]) };
    let what = objects::of_portrait(checked.record);
    let portrait = match objects::read(platform, portrait, &what).await {
        Ok(portrait) => portrait,
        Err(fault) => {
            let whose = (filing.id(), of.party);
            if portraits::still_stands(platform, whose, Some(checked)).await? {
                return Err(fault);
            }
            // Another answer was faster and took this portrait away: the signing is looked at again with that one.
            return Ok(vec![ReviewReason::FaceNotCompared]);
        }
    };
    let what = objects::of_photo(of.signing);
    let photo = objects::read(platform, photo.object.as_str(), &what).await?;
    let faces = Faces { photo: &photo, portrait: &portrait };
    Ok(match platform.identity().face.compare(faces).await {
        FaceOutcome::Same => Vec::new(),
        FaceOutcome::NotSame => vec![ReviewReason::FaceNotSame],
        FaceOutcome::Unavailable => vec![ReviewReason::FaceNotCompared],
    })
}

impl Seen {
    /// Whether a person must look before the filing is confirmed.
    pub(crate) fn need(&self) -> ReviewNeed {
        self.case.as_ref().map_or(ReviewNeed::Settled, |(id, ..)| ReviewNeed::Case(*id))
    }

    /// Adds to the record of the signing who has said who this is, and who must look.
    pub(crate) fn set(&self, draft: &mut Draft) -> Result<(), Fault> {
        if self.checked.is_none() && self.case.is_none() && self.instead.is_none() {
            return Ok(());
        }
        let known = self.checked.as_ref().and_then(|checked| checked.known.as_ref());
        let answers = known.map(|known| known.answers.clone()).unwrap_or_default();
        // They stand in the record of the check as well; a provider that writes at length does
        // not make the record of a signing too long.
        let length: usize = answers.iter().map(String::len).sum();
        let answers = if length <= MAX_ANSWERS_BYTES { answers } else { Vec::new() };
        let by = known.map(|known| known.findings.answered_by()).unwrap_or_default();
        let review = self.case.as_ref().map(|(id, _, reasons)| {
            let reasons: Vec<&str> = reasons.iter().map(|reason| reason.code()).collect();
            json!({ "case": id.to_string(), "reasons": reasons })
        });
        let is_attested = !answers.is_empty();
        let mut identity = json!({
            "answered_by": by,
            "answers": answers,
            "record": self.checked.as_ref().map(|checked| checked.record.to_string()),
            "review": review.unwrap_or(Value::Null),
        });
        if let (Some(seen), Some(members)) = (&self.instead, identity.as_object_mut()) {
            members.insert("seen".to_owned(), seen.clone());
        }
        // Whoever opens the identity sees whom each answer is about.
        let questions = known.map(|known| known.questions.as_slice()).unwrap_or_default();
        if let (true, false, Some(members)) =
            (is_attested, questions.is_empty(), identity.as_object_mut())
        {
            members.insert("questions".to_owned(), questions.into());
        }
        if is_attested {
            draft.attested("identity", identity)?;
        } else {
            draft.observed("identity", identity)?;
        }
        Ok(())
    }

    /// Whether the answer about the signer is still the newest, where a portrait came with it.
    pub(crate) async fn still_stands(
        &self,
        platform: &Platform,
        whose: (FilingId, PartyId),
    ) -> Result<bool, Fault> {
        portraits::still_stands(platform, whose, self.checked.as_ref()).await
    }

    /// Keeps the portrait that came with that answer, in the commit of the signing. `false`: another answer
    /// was faster, so look again.
    pub(crate) async fn keep_portrait(
        &self,
        platform: &Platform,
        changes: &mut Changeset,
        signed: ((FilingId, PartyId), SigningId),
    ) -> Result<bool, Fault> {
        portraits::keep(platform, changes, signed, self.checked.as_ref()).await
    }

    /// Adds the case to the commit of the signing, if there is one.
    pub(crate) fn open_case(
        &self,
        changes: &mut Changeset,
        (row, signing): (&SigningRow, SigningId),
        (record, at): (RecordId, UtcMillis),
    ) -> Result<(), Fault> {
        let Some((id, office, reasons)) = &self.case else { return Ok(()) };
        let new = NewCase {
            id: *id,
            filing: row.filing,
            party: row.party,
            signing,
            office: office.clone(),
            reasons: reasons.clone(),
        };
        let case = ReviewCase::open(new, at);
        tracing::info!(case.id = %id, filing.id = %row.filing, "case opened");
        rows::OFFICE_CASES.put(changes, &Pair(digest_of(office), *id), &())?;
        let row = CaseRow { case, ceremony: row.ceremony, record, decision: None };
        Ok(rows::CASES.insert(changes, id, &row)?)
    }
}

/// What the cases of an office are found by.
pub(crate) fn digest_of(office: &Office) -> Digest {
    let name = format!("{}\n{}", office.kind, office.name);
    Digest::labelled("heqi.office/v1\n", name.as_bytes())
}

/// A case and the version to expect when replacing it.
pub(crate) async fn load(
    platform: &Platform,
    id: CaseId,
) -> Result<heqi_evidence_store::table::Stored<CaseRow>, ActError> {
    let row = rows::CASES.row(platform.backend(), &id).await.map_err(Fault::from)?;
    row.ok_or(ActError::NotFound(Thing::Case))
}
