//! The certificate's text (公证词, domain.md 5.5): proposed from the form, the record and the
//! extraction session, edited by a person, handed in for approval.

use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::deposit::{DepositManifest, DualDigest};
use heqi_evidence::disclosure::Disclosure;
use heqi_vocabulary::Digest;

use super::act::{Desk, Opened, act, open};
use super::certificate_text::{
    CertificateWords, PackageWords, SessionWords, TELLS_SIGNING, certificate_text,
};
use super::error::MatterError;
use super::examine::{answer_held, contested_held, held_record, signer_held};
use super::form::ApplicantKind;
use super::number::ApplicationNo;
use super::rows::HeldPart;
use super::session::package;
use super::state::{Draft, Matter, Rule};
use super::step::StepKind;
use crate::deposited::{DEPOSITS, DepositKey, PROOF};
use crate::office::NotaryOffice;
use crate::staff::{Officer, officer_name};

/// The longest text of a certificate, in characters.
pub const MAX_DRAFT: usize = 8_000;

/// What a draft may be, before it is one.
fn check_text(draft: &str) -> Result<String, MatterError> {
    let text = draft.replace("\r\n", "\n").trim().to_owned();
    let fits = (1..=MAX_DRAFT).contains(&text.chars().count())
        && !text.chars().any(|c| c.is_control() && c != '\n');
    if fits { Ok(text) } else { Err(MatterError::Text) }
}

/// The digest by which a draft is named.
pub fn digest_of(text: &str) -> Digest {
    Digest::labelled("heqi.certificate-draft/v1\n", text.as_bytes())
}

/// What keeps a draft from being written now: a rule of the matter, or that something was recorded against the signing
/// that nobody saw yet. For whoever shows the form.
///
/// # Errors
/// What is held could not be read.
pub async fn blocked(office: &NotaryOffice, matter: &Matter) -> Result<Option<Rule>, MatterError> {
    if let Some(rule) = matter.draft_blocked() {
        return Ok(Some(rule));
    }
    let contested = contested_held(office, &matter.deposit).await?;
    Ok(matter.has_seen(contested).err())
}

/// The proposal for the text: everything in it comes from the form, the held record and the
/// sealed session.
///
/// # Errors
/// [`MatterError::Rule`] with what keeps a draft from being written.
pub async fn propose(
    office: &NotaryOffice,
    desk: &Desk,
    no: ApplicationNo,
) -> Result<String, MatterError> {
    let mut opened = open(office, no).await?;
    if let Some(rule) = opened.matter.draft_blocked() {
        return Err(rule.into());
    }
    let session = opened.matter.extraction().ok_or(Rule::NoExtraction)?;
    let second = officer_name(office, session.second()).await?;
    // An answer may have come since the examination, and so may an objection of anybody.
    let answer = answer_held(office, &opened.matter.deposit).await?;
    opened.content.facts.answer = answer.word.to_owned();
    opened.content.facts.answered_at = answer.at;
    opened.content.facts.answered_by.clone_from(&answer.way);
    let contested = answer.contested();
    opened.matter.has_seen(contested)?;
    opened.content.facts.voided_at = answer.void.as_ref().map(|void| void.at);
    opened.content.facts.replaced = answer.replaced;
    opened.content.facts.voided_by = answer.void.map(|void| void.by).unwrap_or_default();
    let file = package(office, &opened).await?;
    let sealed = Sealed::read(&file, &opened.matter.deposit, &opened.content.facts.parts)?;
    let accepted = opened.matter.acceptance().ok_or(Rule::Stage(opened.matter.stage()))?;
    let is_code_compared = is_code_held(office, &opened).await?;
    Ok(certificate_text(&CertificateWords {
        application: &opened.content.application,
        is_code_compared,
        accepted_at: accepted.at,
        platform_name: &desk.platform_name,
        deposit_no: &opened.matter.deposit_no().to_string(),
        received_at: opened.matter.deposited_at(),
        manifest: &sealed.manifest,
        package: PackageWords {
            digests: &sealed.package,
            is_narrowed: sealed.is_narrowed,
            is_proof_anew: sealed.is_proof_anew,
            has_photo: sealed.has_photo,
        },
        session: SessionWords {
            second: &second,
            place: &opened.content.place,
            workstation: session.workstation(),
            from: session.opened_at(),
            to: session.ended_at().unwrap_or(session.opened_at()),
        },
        facts: &opened.content.facts,
        is_disputed: contested.objections > 0,
    }))
}

/// Whether the credit code on the form is one that is held of the company that signed. Of an authority none
/// is.
async fn is_code_held(office: &NotaryOffice, opened: &Opened<'_>) -> Result<bool, MatterError> {
    let (application, key) = (&opened.content.application, &opened.matter.deposit);
    if application.kind != ApplicantKind::Company {
        return Ok(false);
    }
    let row = DEPOSITS.durable_row(office.store(), key).await?;
    let row = row.ok_or(MatterError::NoDeposit)?.value;
    let signing = held_record(office, &row).await?;
    let signer = signer_held(office, (key, row.chain), &signing).await?;
    Ok(signer.holds_code(application))
}

/// What the wording tells of what is held, and of the sealed package.
struct Sealed {
    /// Of what is held: the package has a part of it where it is narrowed.
    manifest: DualDigest,
    package: DualDigest,
    is_narrowed: bool,
    is_proof_anew: bool,
    has_photo: bool,
}

impl Sealed {
    /// The package was put together from the deposit: one about another record, or beside which another list
    /// of parts was extracted, is not it.
    fn read(file: &[u8], deposit: &DepositKey, held: &[HeldPart]) -> Result<Self, MatterError> {
        let broken = |error: &dyn std::fmt::Display| MatterError::Broken(error.to_string());
        let parts = EvidenceBundle::read(file).map_err(|error| broken(&error))?.parts;
        let record = Disclosure::parse(&parts.record).map_err(|error| broken(&error))?;
        let photo: Option<Digest> = record.parsed("photo_sha256");
        let has_photo = parts.attachments.values().any(|bytes| Some(Digest::of(bytes)) == photo);
        let client = parts.client.as_deref().and_then(|bytes| Disclosure::parse(bytes).ok());
        let is_narrowed = !record.is_full() || client.is_some_and(|client| !client.is_full());
        let deposited =
            held.iter().find(|part| part.name == PROOF).map(|part| part.sha256.as_str());
        let proof = parts.proof.as_deref().map(|bytes| Digest::of(bytes).to_string());
        let is_proof_anew = proof.as_deref() != deposited;
        let manifest = manifest_of(held)?;
        if record.root() != deposit.root.digest() || manifest.sha256 != deposit.manifest {
            return Err(Rule::Quarantined.into());
        }
        let package = DualDigest::of(file);
        Ok(Self { manifest, package, is_narrowed, is_proof_anew, has_photo })
    }
}

/// Digests of the deposit manifest, made again from what the session recomputed of every held part.
fn manifest_of(held: &[HeldPart]) -> Result<DualDigest, MatterError> {
    let mut entries = Vec::with_capacity(held.len());
    for part in held {
        let sha256 = part.sha256.parse::<Digest>();
        let sha256 = sha256.map_err(|error| MatterError::Broken(error.to_string()))?;
        entries.push((part.name.as_str(), sha256, part.size_bytes));
    }
    Ok(DualDigest::of(&DepositManifest::of_entries(entries).to_bytes()?))
}

/// Keeps a draft.
///
/// # Errors
/// [`MatterError::Rule`] with what keeps it from being written: above all, no sealed session, and words that hide
/// what is recorded against the signing.
pub async fn save_draft(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    draft: &str,
) -> Result<Digest, MatterError> {
    let text = check_text(draft)?;
    let sha256 = digest_of(&text);
    let tells_signing = text.contains(TELLS_SIGNING);
    let contested = contested_held(office, &open(office, no).await?.matter.deposit).await?;
    act(office, no, by, StepKind::Drafted, |opened| {
        let draft = Draft { by: by.account, at: opened.now, sha256, tells_signing };
        opened.matter.drafted(by, draft)?;
        opened.tells(&text, contested)?;
        opened.content.draft.clone_from(&text);
        Ok((format!("sha256 {sha256}"), sha256))
    })
    .await
}

/// Hands the draft in for approval.
///
/// # Errors
/// [`MatterError::Rule`].
pub async fn hand_in(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
) -> Result<(), MatterError> {
    // Something may have been recorded since it was written.
    let contested = contested_held(office, &open(office, no).await?.matter.deposit).await?;
    act(office, no, by, StepKind::HandedIn, |opened| {
        opened.matter.hand_in(by)?;
        opened.tells(&opened.content.draft, contested)?;
        Ok((String::new(), ()))
    })
    .await
}

/// Sends the draft back with a reason.
///
/// # Errors
/// [`MatterError::Rule`].
pub async fn send_back(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    why: &str,
) -> Result<(), MatterError> {
    let why = super::form::text(why).ok_or(MatterError::Text)?;
    act(office, no, by, StepKind::SentBack, |opened: &mut Opened<'_>| {
        opened.matter.send_back(by)?;
        opened.content.reasons.push(why.clone());
        Ok((why.clone(), ()))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_has_text_and_no_control_characters() {
        assert_eq!(check_text(" 一\r\n二 ").unwrap(), "一\n二");
        for bad in ["", " \n ", "a\u{0}b", &"字".repeat(MAX_DRAFT + 1)] {
            assert!(check_text(bad).is_err());
        }
    }
}
