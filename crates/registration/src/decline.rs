//! A party declines to sign. Final for this ceremony; a new invitation is a new one.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{Digest, RecordId, SigningId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::capture_photo::signing_of;
use crate::ceremonies;
use crate::erasure::retention;
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::objects;
use crate::platform::Platform;
use crate::request::Request;
use crate::show_seal::KeptSeal;
use crate::wording::{Told, refusals, say};

/// The longest reason, in characters.
pub const MAX_REASON_CHARACTERS: usize = 2000;

/// The party declines.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Decline {
    /// The signing under way; `None` when none was begun.
    pub signing: Option<SigningId>,
    /// Why, in the party's words.
    pub reason: Option<String>,
}

/// The refusal is recorded.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Declined {
    /// The record.
    pub record_id: RecordId,
}

/// Why the refusal was not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeclineError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The ceremony is over.
    #[error(transparent)]
    Finished(#[from] heqi_filing::Finished),
    /// The reason is too long.
    #[error(transparent)]
    Reason(#[from] ReasonError),
}

/// The reason has more than [`MAX_REASON_CHARACTERS`] characters.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a reason has at most {MAX_REASON_CHARACTERS} characters")]
pub struct ReasonError;

impl ReasonError {
    #[expect(clippy::unused_self, reason = "every error tells itself the same way")]
    fn told(self) -> Told<'static> {
        say(
            "reason_too_long",
            ["理由超过2000字。", "请精简后重新提交；更多材料可交给登记机关。"],
            [
                "The reason has more than 2000 characters.",
                "Shorten it; more can be handed to the registry.",
            ],
        )
        .is(Class::TooLarge)
    }
}

/// A reason as it is recorded: trimmed, `None` when nothing is left.
pub(crate) fn reason(text: Option<String>) -> Result<Option<String>, ReasonError> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match &text {
        Some(reason) if reason.chars().count() > MAX_REASON_CHARACTERS => Err(ReasonError),
        _ => Ok(text),
    }
}

impl From<Fault> for DeclineError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl DeclineError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Finished(error) => Told::By(error),
            Self::Reason(error) => Told::By(error),
        }
    }
}

refusals!(DeclineError, ReasonError);

/// Records that the party declines. A photo taken for the signing is discarded, and so are the
/// proof of a guardianship and the scan of a seal.
///
/// # Errors
/// See [`DeclineError`].
pub async fn decline(
    platform: &Platform,
    request: &Request,
    command: Decline,
) -> Result<Declined, DeclineError> {
    let (ceremony, filing, _) = request.actor.signer()?;
    let reason = reason(command.reason)?;
    let mut act = Act::new(platform, request, "decline").await;
    if let Some(signing) = command.signing {
        signing_of(platform, request, signing).await?;
    }
    loop {
        if let Some(declined) = act.earlier().await? {
            return Ok(declined);
        }
        let stored = ceremonies::load_inside(platform, ceremony).await?;
        let chain = filings::load(platform, filing).await?.filing.chain();
        let next = ledger::next_place(platform, chain).await?;
        let mut content = stored.content.clone();
        let digest = reason.as_ref().map(|reason| Digest::of(reason.as_bytes()));
        content.ceremony.decline(digest, next.place.recorded_at)?;
        content.strokes = None;
        let proof = content.guardianship.take().map(|shown| shown.object);
        let scan = content.seal.as_mut().and_then(KeptSeal::give_up_scan);
        let record = record(platform, request, reason.as_deref())?;
        let declined = Declined { record_id: record.record_id() };

        let mut changes = Changeset::new();
        record.write(platform, &mut changes, &next)?;
        stored.replace(platform, &mut changes, &content)?;
        let before = &stored.content.ceremony;
        // Nor does anybody look at what a guardian showed, or at a scan of a seal.
        let objects = objects::of_photo_in(before).into_iter().chain(proof).chain(scan).collect();
        let given_up = retention::give_up(platform, &mut changes, before, objects).await?;
        if act.commit(changes, &declined).await?.is_some() {
            for object in &given_up {
                objects::forget(platform, object).await;
            }
            return Ok(declined);
        }
    }
}

fn record(
    platform: &Platform,
    request: &Request,
    reason: Option<&str>,
) -> Result<NewRecord, Fault> {
    let (ceremony, filing, party) = request.actor.signer().map_err(Fault::broken)?;
    let mut draft = Draft::new(platform, RecordKind::Decline);
    draft
        .observed("filing", filing.to_string())?
        .observed("ceremony", ceremony.to_string())?
        .observed("party", party.to_string())?
        .declared("reason", reason)?
        .facts(&request.facts)?;
    let about = About { ceremony: Some(ceremony), ..About::party(filing, party) };
    draft.seal(platform, about, None)
}
