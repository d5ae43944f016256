//! The signer answers one consent. Each answer is a record of its own.

use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{ConsentKind, ConsentText, Decision};
use heqi_vocabulary::{Digest, Language, RecordId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::ceremonies;
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::platform::Platform;
use crate::request::Request;
use crate::rows::CeremonyRecord;
use crate::wording::{Told, refusals, say};

/// One answer.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct GiveConsent {
    /// What was asked.
    pub kind: ConsentKind,
    /// Yes or no.
    pub decision: Decision,
    /// SHA-256 of the text that was shown, before its places are filled.
    pub text_sha256: Digest,
    /// The language it was shown in.
    pub language: Language,
}

/// The answer is recorded.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConsentGiven {
    /// The record.
    pub record_id: RecordId,
    /// Its root.
    pub record_root: RecordRoot,
}

/// Why the answer was not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GiveConsentError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of ceremonies refuse it.
    #[error(transparent)]
    Ceremony(#[from] heqi_filing::ConsentError),
    /// The digest is of the text in the other language.
    #[error("the text digest is not of the language named")]
    OtherLanguage,
    /// The answers were changed too often in one ceremony.
    #[error("the consents of this ceremony were changed too often")]
    TooManyChanges,
}

impl From<Fault> for GiveConsentError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl GiveConsentError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Ceremony(error) => Told::By(error),
            Self::OtherLanguage => say(
                "consent_language",
                ["提交的授权文本与所选语言不一致，未作记录。", "请刷新页面后重新选择。"],
                [
                    "The consent text is not of the language named; nothing was recorded.",
                    "Reload the page and answer again.",
                ],
            )
            .is(Class::BadInput),
            Self::TooManyChanges => say(
                "consent_changes",
                ["本次签署中授权选择更改次数过多。", "请联系经办人重新发送邀请。"],
                [
                    "The consents were changed too often in this signing.",
                    "Ask the handler for a new invitation.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(GiveConsentError);

/// Records one answer. The same answer again is the same record.
///
/// # Errors
/// See [`GiveConsentError`].
pub async fn give_consent(
    platform: &Platform,
    request: &Request,
    command: GiveConsent,
) -> Result<ConsentGiven, GiveConsentError> {
    let (ceremony, filing, _) = request.actor.signer()?;
    let mut act = Act::new(platform, request, "give_consent").await;
    loop {
        if let Some(given) = act.earlier().await? {
            return Ok(given);
        }
        let stored = ceremonies::load_inside(platform, ceremony).await?;
        let chain = filings::load(platform, filing).await?.filing.chain();
        let next = ledger::next_place(platform, chain).await?;
        let mut content = stored.content.clone();
        let before = content.ceremony.consents().get(&command.kind).copied();
        let now = next.place.recorded_at;
        content.ceremony.consent(command.kind, command.text_sha256, command.decision, now)?;
        let text = text_shown(command)?;

        let mut changes = Changeset::new();
        let latest =
            content.records.iter().rfind(|made| made.consent == Some(command.kind)).copied();
        let unchanged = content.ceremony.consents().get(&command.kind).copied() == before;
        let given = match latest.filter(|_| unchanged) {
            Some(made) => ConsentGiven { record_id: made.record, record_root: made.root },
            None if content.records.len() >= MAX_RECORDS => {
                return Err(GiveConsentError::TooManyChanges);
            }
            None => {
                let record = record(platform, request, command, text.version)?;
                let root = record.write(platform, &mut changes, &next)?;
                let record_id = record.record_id();
                let kind = RecordKind::ConsentGiven;
                let answered = Some(command.kind);
                let made = CeremonyRecord { consent: answered, kind, record: record_id, root };
                content.records.push(made);
                ConsentGiven { record_id, record_root: root }
            }
        };
        stored.replace(platform, &mut changes, &content)?;
        if act.commit(changes, &given).await?.is_some() {
            return Ok(given);
        }
    }
}

/// The text that was shown, when it is of the language named.
fn text_shown(command: GiveConsent) -> Result<&'static ConsentText, GiveConsentError> {
    match ConsentText::by_digest(command.kind, &command.text_sha256) {
        Some((text, language)) if language == command.language => Ok(text),
        _ => Err(GiveConsentError::OtherLanguage),
    }
}

/// Records one ceremony may have: they all stand in its challenges.
pub(crate) const MAX_RECORDS: usize = 32;

fn record(
    platform: &Platform,
    request: &Request,
    command: GiveConsent,
    version: u32,
) -> Result<NewRecord, Fault> {
    let (ceremony, filing, party) = request.actor.signer().map_err(Fault::broken)?;
    let decision = match command.decision {
        Decision::Granted => "granted",
        Decision::Refused => "refused",
    };
    let mut draft = Draft::new(platform, RecordKind::ConsentGiven);
    draft
        .observed("filing", filing.to_string())?
        .observed("ceremony", ceremony.to_string())?
        .observed("party", party.to_string())?
        .observed("consent", command.kind.code())?
        .declared("decision", Some(decision))?
        .observed("text_sha256", command.text_sha256.to_string())?
        .observed("text_version", version)?
        .observed("text_language", command.language.tag())?
        .facts(&request.facts)?;
    let about = About { ceremony: Some(ceremony), ..About::party(filing, party) };
    draft.seal(platform, about, None)
}
