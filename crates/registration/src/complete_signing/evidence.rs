//! What a completed signing leaves behind: the record, and beside it what was signed.

use heqi_evidence::challenge::ChallengePreimage;
use heqi_evidence::schema::RecordKind;
use heqi_filing::{ActionResult, CapturedPhoto, ConsentKind, Decision, Filing, TakenAction};
use heqi_vocabulary::VoucherNo;
use serde_json::{Value, json};

use super::check::Signed;
use super::{CompleteSigning, CompleteSigningError};
use crate::add_party::party_words;
use crate::begin_signing::capacity_words;
use crate::fault::{ActError, Fault, Thing};
use crate::ledger::{
    About, Draft, NewRecord, PrivateParts, SigningParts, seal_private, seal_strokes,
};
use crate::platform::Platform;
use crate::request::Request;
use crate::reviews::Seen;
use crate::rows::{CeremonyContent, SigningRow};

/// Everything a signing's record is made of.
pub(super) struct Evidence<'a> {
    pub(super) request: &'a Request,
    pub(super) signing: &'a SigningRow,
    pub(super) signed: &'a Signed,
    pub(super) voucher: VoucherNo,
    pub(super) command: &'a CompleteSigning,
    /// What is known of who this is.
    pub(super) seen: &'a Seen,
}

impl Evidence<'_> {
    /// The record, sealed; its place comes later.
    pub(super) fn record(
        &self,
        platform: &Platform,
        content: &CeremonyContent,
        filing: &Filing,
    ) -> Result<NewRecord, CompleteSigningError> {
        let (signing, signed) = (self.signing, self.signed);
        let photo = content.ceremony.photo();
        let party = filing.party(signing.party).ok_or(ActError::NotFound(Thing::Party))?;
        let (kind, name, representative) = party_words(party.who());
        let mut draft = Draft::new(platform, RecordKind::Signing);
        draft
            .observed("filing", filing.id().to_string())?
            .observed("filing_number", filing.number().to_string())?
            .declared("matter", Some(filing.matter().code()))?
            .declared("company_name", Some(filing.company_name().as_str()))?
            .observed("ceremony", signing.ceremony.to_string())?
            .observed("signing", self.command.signing.to_string())?
            .observed("voucher", self.voucher.to_string())?
            .observed("party", signing.party.to_string())?
            .declared("party_kind", Some(kind))?
            .observed("capacities", capacity_words(content.ceremony.capacities()))?
            .declared("party_name", Some(name))?
            .declared("representative_name", representative)?
            .observed("documents", value(&signed.documents)?)?
            .observed("intent_sha256", signing.intent_sha256.to_string())?
            .observed("consents", value(&signing.consents)?)?
            .observed("prior_records", prior_records(signing)?)?
            .observed("challenge", signing.challenge.to_string())?
            .observed("envelope_sha256", signed.envelope_sha256.to_string())?
            .observed("certificate_sha256", signing.certificate_sha256.to_string())?
            .observed("device_key_sha256", signing.device_key_sha256.to_string())?
            .reported("client_root", Some(signed.client_root.to_string()))?
            .facts(&self.request.facts)?;
        let offset_ms = signed.device_clock.millis_since(self.request.facts.received_at);
        draft.observed("clock_offset_ms", offset_ms)?;
        match photo {
            Some(photo) => set_photo(&mut draft, photo, content)?,
            None => set_no_photo(&mut draft, content)?,
        }
        self.seen.set(&mut draft)?;

        let about = About {
            ceremony: Some(signing.ceremony),
            signing: Some(self.command.signing),
            voucher: Some(self.voucher),
            ..About::party(filing.id(), signing.party)
        };
        let beside = self.parts(platform, about, &draft, photo, content)?;
        Ok(draft.seal(platform, about, Some(beside))?)
    }

    fn parts(
        &self,
        platform: &Platform,
        about: About,
        draft: &Draft,
        photo: Option<&CapturedPhoto>,
        content: &CeremonyContent,
    ) -> Result<SigningParts, Fault> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(Fault::broken);
        let strokes = content
            .strokes
            .as_ref()
            .map(|strokes| seal_strokes(platform, about, draft.record_id(), &strokes.text));
        let private = PrivateParts {
            strokes: strokes.transpose()?,
            client: text(&self.command.client)?,
            photo_sha256: photo.map(|photo| photo.sha256),
            photo: photo.map(|photo| photo.object.as_str().to_owned()),
            actions: photo.and_then(|photo| photo.actions.clone()),
        };
        Ok(SigningParts {
            envelope: text(&self.command.envelope)?,
            challenge: self.signing.preimage.clone(),
            certificate: self.signing.certificate.clone(),
            issuers: self.signing.issuers.clone(),
            checkpoint: self.signing.checkpoint,
            private: seal_private(platform, about, draft.record_id(), &private)?,
        })
    }
}

/// The signer refused a photo, or had no camera: one is not the other.
fn set_no_photo(draft: &mut Draft, content: &CeremonyContent) -> Result<(), Fault> {
    let face = content.ceremony.consents().get(&ConsentKind::Face);
    if face.is_some_and(|answer| answer.decision == Decision::Refused) {
        draft.refused("photo_sha256")?;
    }
    Ok(())
}

fn set_photo(
    draft: &mut Draft,
    photo: &CapturedPhoto,
    content: &CeremonyContent,
) -> Result<(), Fault> {
    draft
        .observed("photo_sha256", photo.sha256.to_string())?
        .observed("photo_received_at", photo.received_at.to_string())?
        .observed("photo_attempts", photo.taken.get())?;
    if let Some(facts) = content.photo {
        let mut format = json!({
            "height": facts.height,
            "media_type": "image/jpeg",
            "orientation": facts.orientation,
            "width": facts.width,
        });
        if let (Some(taken), Some(members)) = (&photo.actions, format.as_object_mut()) {
            members.insert("actions".to_owned(), taken.each.iter().map(action).collect());
            // Whether what the frames show is alive a machine has not said.
            members.insert("liveness".to_owned(), "not_assessed".into());
        }
        draft.observed("photo_format", format)?;
    }
    Ok(())
}

/// What was asked, and what was taken of it.
fn action(taken: &TakenAction) -> Value {
    let asked = taken.asked.code();
    match taken.result {
        ActionResult::Frame { sha256, .. } => {
            json!({ "asked": asked, "result": "frame", "sha256": sha256.to_string() })
        }
        ActionResult::NotDone => json!({ "asked": asked, "result": "not_done" }),
        ActionResult::Missing => json!({ "asked": asked, "result": "missing" }),
    }
}

/// Those the challenge binds: what came while it was live is in the chain and not in it.
fn prior_records(signing: &SigningRow) -> Result<Value, Fault> {
    let (preimage, _) =
        ChallengePreimage::parse(signing.preimage.as_bytes()).map_err(Fault::broken)?;
    value(&preimage.prior_records)
}

fn value(content: &impl serde::Serialize) -> Result<Value, Fault> {
    serde_json::to_value(content).map_err(Fault::broken)
}
