//! What a machine may not decide is left to a person: recorded, and kept as a row that the
//! reviewer's side takes up. Here it is only opened; who reviews, and what follows from it, is
//! decided elsewhere.

use std::fmt;
use std::str::FromStr;

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{ConsentKind, Decision};
use heqi_vocabulary::{CeremonyId, FilingId, Language, PartyId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::ceremonies;
use crate::codes;
use crate::fault::{ActError, Fault};
use crate::filings;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::platform::Platform;
use crate::request::{Request, RequestFacts};
use crate::rows::{self, Pair};
use crate::send_code::Whose;
use crate::wording::{Told, refusals};

/// Why somebody goes another way than the camera.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum WayReason {
    /// The signer refused the consent to face information.
    FaceRefused,
    /// The signer has no camera, or does not want to use it.
    CameraMissing,
}

impl WayReason {
    const ALL: [Self; 2] = [Self::FaceRefused, Self::CameraMissing];

    /// The word in rows and records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FaceRefused => "face_refused",
            Self::CameraMissing => "camera_missing",
        }
    }
}

impl fmt::Display for WayReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for WayReason {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, UnknownReason> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text).ok_or(UnknownReason)
    }
}

/// The word names no reason.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the reasons are face_refused and camera_missing")]
pub struct UnknownReason;

/// How a person is to look. Whatever the way, the result counts the same.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum ReviewWay {
    /// By video 视频人工核验, when staff calls.
    Video,
    /// At the counter 到窗口核验, person and document together.
    Counter,
}

impl ReviewWay {
    /// The word in rows and records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Counter => "counter",
        }
    }
}

/// A review that somebody has to make. Nothing in it is personal.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ReviewWanted {
    /// The ceremony.
    pub ceremony_id: CeremonyId,
    /// Its filing.
    pub filing_id: FilingId,
    /// The party.
    pub party_id: PartyId,
    /// Why.
    pub reason: WayReason,
    /// How.
    pub way: ReviewWay,
    /// Since when it waits.
    pub since: UtcMillis,
    /// The record that says so.
    pub record_id: RecordId,
}

/// Opens a review: its row, and the record in the filing's chain, at `next`. For the same ceremony
/// and reason the last one counts.
pub(crate) fn open(
    platform: &Platform,
    changes: &mut Changeset,
    (whose, facts): (Whose, &RequestFacts),
    (reason, way): (WayReason, ReviewWay),
    next: &ledger::NextPlace,
) -> Result<ReviewWanted, Fault> {
    let record = record(platform, facts, whose, (reason, way))?;
    record.write(platform, changes, next)?;
    let (ceremony_id, filing_id, party_id) = whose;
    let (since, record_id) = (next.place.recorded_at, record.record_id());
    let wanted = ReviewWanted { ceremony_id, filing_id, party_id, reason, way, since, record_id };
    rows::REVIEWS_WANTED.put(changes, &Pair(ceremony_id, reason), &wanted)?;
    Ok(wanted)
}

/// Every review that was opened and not taken up, at most `limit`, after `after`.
///
/// # Errors
/// The store could not be read.
pub async fn reviews_wanted(
    platform: &Platform,
    after: Option<(CeremonyId, WayReason)>,
    limit: usize,
) -> Result<Vec<ReviewWanted>, Fault> {
    let after = after.map(|(ceremony, reason)| Pair(ceremony, reason));
    let rows = rows::REVIEWS_WANTED.scan(platform.backend(), "", after.as_ref(), limit).await?;
    Ok(rows.into_iter().map(|(_, row)| row.value).collect())
}

/// The signer chooses to be checked by a person.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ChooseWay {
    /// How.
    pub way: ReviewWay,
}

/// Why the choice was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChooseWayError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The ceremony is over.
    #[error(transparent)]
    Finished(#[from] heqi_filing::Finished),
}

impl From<Fault> for ChooseWayError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl ChooseWayError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Finished(error) => Told::By(error),
        }
    }
}

refusals!(ChooseWayError);

/// Takes the choice: it is recorded, and staff has something to do. Choosing again changes the way.
///
/// # Errors
/// See [`ChooseWayError`].
pub async fn choose_way(
    platform: &Platform,
    request: &Request,
    command: ChooseWay,
) -> Result<ReviewWanted, ChooseWayError> {
    let whose = request.actor.signer()?;
    let (ceremony, filing, _) = whose;
    let mut act = Act::new(platform, request, "choose_way").await;
    loop {
        if let Some(wanted) = act.earlier().await? {
            return Ok(wanted);
        }
        let stored = ceremonies::load_inside(platform, ceremony).await?;
        stored.content.ceremony.unfinished()?;
        let face = stored.content.ceremony.consents().get(&ConsentKind::Face);
        let reason = match face.map(|answer| answer.decision) {
            Some(Decision::Refused) => WayReason::FaceRefused,
            _ => WayReason::CameraMissing,
        };
        let filing = filings::load(platform, filing).await?.filing;
        let next = ledger::next_place(platform, filing.chain()).await?;
        let mut changes = Changeset::new();
        let about = (whose, &request.facts);
        let wanted = open(platform, &mut changes, about, (reason, command.way), &next)?;
        let mut content = stored.content.clone();
        content.other_way = Some(OtherWay { way: command.way, at: wanted.since });
        stored.replace(platform, &mut changes, &content)?;
        if act.commit(changes, &wanted).await?.is_some() {
            return Ok(wanted);
        }
    }
}

/// What a signer chose instead of the camera.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OtherWay {
    /// How.
    pub way: ReviewWay,
    /// When it was chosen.
    pub at: UtcMillis,
}

/// What is read aloud in a video, before its places are filled. Its digest is in the record.
pub const fn spoken(language: Language) -> &'static str {
    language.pick(
        "我是{name}。我自愿签署{company}的{matter}文件。核验码：{code}。",
        "I am {name}. I sign the documents of {company} ({matter}) of my own free will. The number is {code}.",
    )
}

/// The number that is read aloud: drawn for this choice, so no video of before has it.
pub(crate) fn spoken_code(platform: &Platform, ceremony: CeremonyId, chosen: UtcMillis) -> String {
    let parts = [&ceremony.to_bytes()[..], &chosen.as_millis().to_be_bytes()];
    codes::number_of(platform, b"heqi.spoken-code/v1\n", &parts, 4)
}

/// The number that the signer's device shows at the counter.
pub(crate) fn counter_code(platform: &Platform, ceremony: CeremonyId, chosen: UtcMillis) -> String {
    let parts = [&ceremony.to_bytes()[..], &chosen.as_millis().to_be_bytes()];
    codes::number_of(platform, b"heqi.counter-code/v1\n", &parts, 6)
}

fn record(
    platform: &Platform,
    facts: &RequestFacts,
    (ceremony, filing, party): Whose,
    (reason, way): (WayReason, ReviewWay),
) -> Result<NewRecord, Fault> {
    let mut draft = Draft::new(platform, RecordKind::ReviewWanted);
    draft
        .observed("filing", filing.to_string())?
        .observed("ceremony", ceremony.to_string())?
        .observed("party", party.to_string())?
        .observed("reason", reason.as_str())?
        .observed("way", way.as_str())?
        .facts(facts)?;
    let about = About { ceremony: Some(ceremony), ..About::party(filing, party) };
    draft.seal(platform, about, None)
}
