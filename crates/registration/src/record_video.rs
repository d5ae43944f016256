//! Takes the video of a signer who chose to be checked by a person: read aloud by the signer,
//! watched by a reviewer after the signing (domain study 0.3 and 11.3). The exact bytes are kept
//! sealed with what is biometric; their digest is a record that the challenge binds.

use bytes::Bytes;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Finished, StandIn, StandInError};
use heqi_vocabulary::{Digest, Language, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::act::Act;
use crate::capture_photo::marks;
use crate::ceremonies;
use crate::data_keys::{Sealing, data_key};
use crate::erasure::retention;
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::give_consent::MAX_RECORDS;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::objects;
use crate::platform::Platform;
use crate::request::Request;
use crate::review_wanted::{ReviewWay, spoken, spoken_code};
use crate::rows::CeremonyRecord;
use crate::wording::{Told, refusals, say};

mod container;
mod mp4;
mod webm;

pub(crate) use container::VideoFacts;
pub use container::{Container, MAX_VIDEO_BYTES, MAX_VIDEO_MS, MIN_VIDEO_MS, VideoError};

/// What the heads of a video say, without keeping it: its container and its length in milliseconds.
///
/// # Errors
/// See [`VideoError`].
pub fn look_into(bytes: &[u8]) -> Result<(Container, u64), VideoError> {
    container::examine(bytes).map(|facts| (facts.container, facts.millis))
}

/// The video.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct RecordVideo {
    /// The exact bytes.
    pub bytes: Bytes,
    /// SHA-256 of exactly these bytes.
    pub sha256: Digest,
    /// In which language the statement was shown.
    pub language: Language,
}

/// The video is kept.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct VideoRecorded {
    /// SHA-256 of the exact bytes.
    pub video_sha256: Digest,
    /// Number of bytes.
    pub size_bytes: u64,
    /// How long it is, in milliseconds.
    pub duration_ms: u64,
    /// The record that says so.
    pub record_id: RecordId,
}

/// Why the video was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordVideoError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The bytes are no video that can be kept.
    #[error(transparent)]
    Video(#[from] VideoError),
    /// The rules of ceremonies refuse it.
    #[error(transparent)]
    Ceremony(#[from] StandInError),
    /// The signer has not chosen this way, or chose another since.
    #[error("the signer has not chosen to be checked by video")]
    NotChosen,
    /// Exactly these bytes were taken for another ceremony before.
    #[error("the video was taken for another ceremony before")]
    Replayed,
    /// The ceremony has as many records as one challenge binds.
    #[error("the ceremony has too many records")]
    TooManyTries,
}

impl From<Fault> for RecordVideoError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl RecordVideoError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Video(error) => Told::By(error),
            Self::Ceremony(error) => Told::By(error),
            Self::NotChosen => say(
                "video_not_chosen",
                ["您没有选择视频人工核验，未保存视频。", "请先选择核验方式，再录制视频。"],
                [
                    "You have not chosen to be checked by video, so none was kept.",
                    "Choose the way first, then record the video.",
                ],
            )
            .is(Class::Conflict),
            Self::Replayed => say(
                "video_replayed",
                [
                    "这段视频此前已用于其他签署，不能再次使用。",
                    "请现在用本页面重新录制，已填写内容不会丢失。",
                ],
                [
                    "This very video was used for another signing before and cannot be used again.",
                    "Record a new one on this page now; nothing entered is lost.",
                ],
            )
            .is(Class::Conflict),
            Self::TooManyTries => say(
                "video_tries",
                ["本次签署中录制视频的次数过多。", "请改到窗口核验，或联系经办人重新发送邀请。"],
                [
                    "Too many videos were recorded in this signing.",
                    "Be checked at the counter instead, or ask the handler for a new invitation.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(RecordVideoError);

/// Keeps a video. Another one before signing replaces it, and the one before is discarded.
///
/// # Errors
/// See [`RecordVideoError`].
pub async fn record_video(
    platform: &Platform,
    request: &Request,
    command: RecordVideo,
) -> Result<VideoRecorded, RecordVideoError> {
    let (ceremony, filing, party) = request.actor.signer()?;
    let act = Act::new(platform, request, "record_video").await;
    if let Some(recorded) = act.earlier().await? {
        return Ok(recorded);
    }
    // Refused before the bytes are looked at, when they could not be taken anyway.
    let stored = ceremonies::load_inside(platform, ceremony).await?;
    let imagined = Kept { object: "imagined".to_owned(), facts: None };
    let at = platform.now();
    taken(&stored.content, &command, &imagined, RecordId::from_bytes([0; 16]), at)?;

    let facts = container::examine(&command.bytes)?;
    let key = data_key(platform, filing, Some(party), Sealing::Class(RetentionClass::Biometric))?;
    let what = objects::of_video(ceremony, &command.sha256);
    let object = objects::put(platform.backend(), &key, &what, &command.bytes, platform.entropy())?;
    let object: String = objects::name_of(&object)?.into();
    let kept = Kept { object, facts: Some(facts) };

    let result = keep(platform, request, &command, (&kept, facts), act).await;
    match &result {
        Ok(Done { is_kept: true, superseded, .. }) => {
            for before in superseded {
                objects::forget_soon(platform, before).await;
            }
        }
        Err(RecordVideoError::Act(error)) if error.is_undecided() => {}
        _ => objects::forget(platform, &kept.object).await,
    }
    result.map(|done| done.answer)
}

/// A video that is in the store.
struct Kept {
    object: String,
    facts: Option<VideoFacts>,
}

/// What happened to a video.
struct Done {
    answer: VideoRecorded,
    /// Whether it is this video that is kept now, not that of the same request before.
    is_kept: bool,
    /// The photo and the video before it, where nothing holds them.
    superseded: Vec<String>,
}

async fn keep(
    platform: &Platform,
    request: &Request,
    command: &RecordVideo,
    (kept, facts): (&Kept, VideoFacts),
    mut act: Act<'_>,
) -> Result<Done, RecordVideoError> {
    let (ceremony, filing, _) = request.actor.signer()?;
    let size_bytes = u64::try_from(command.bytes.len()).unwrap_or(u64::MAX);
    loop {
        if let Some(answer) = act.earlier().await? {
            return Ok(Done { answer, is_kept: false, superseded: Vec::new() });
        }
        let stored = ceremonies::load_inside(platform, ceremony).await?;
        let chain = filings::load(platform, filing).await?.filing.chain();
        let next = ledger::next_place(platform, chain).await?;
        let at = next.place.recorded_at;
        let chosen = stored.content.other_way.ok_or(RecordVideoError::NotChosen)?.at;
        let record = record(platform, request, command, (facts, chosen))?;
        let record_id = record.record_id();
        let mut content = taken(&stored.content, command, kept, record_id, at)?;

        let mut changes = Changeset::new();
        if !marks::mark(platform, &mut changes, ceremony, &command.sha256).await? {
            return Err(RecordVideoError::Replayed);
        }
        let root: RecordRoot = record.write(platform, &mut changes, &next)?;
        content.records.push(CeremonyRecord::of(RecordKind::VideoRecorded, record_id, root));
        stored.replace(platform, &mut changes, &content)?;
        let (video_sha256, duration_ms) = (command.sha256, facts.millis);
        let answer = VideoRecorded { video_sha256, size_bytes, duration_ms, record_id };
        let before = &stored.content.ceremony;
        let objects = objects::of_ceremony(before);
        let superseded = retention::give_up(platform, &mut changes, before, objects).await?;
        if act.commit(changes, &answer).await?.is_some() {
            return Ok(Done { answer, is_kept: true, superseded });
        }
    }
}

/// The ceremony with the video.
fn taken(
    content: &crate::rows::CeremonyContent,
    command: &RecordVideo,
    kept: &Kept,
    record: RecordId,
    at: UtcMillis,
) -> Result<crate::rows::CeremonyContent, RecordVideoError> {
    content.ceremony.unfinished().map_err(|over: Finished| StandInError::from(over))?;
    if content.other_way.map(|chosen| chosen.way) != Some(ReviewWay::Video) {
        return Err(RecordVideoError::NotChosen);
    }
    if content.records.len() >= MAX_RECORDS {
        return Err(RecordVideoError::TooManyTries);
    }
    let mut content = content.clone();
    let object = kept.object.clone().try_into().map_err(Fault::broken)?;
    content
        .ceremony
        .take_stand_in(StandIn::Video { record, sha256: command.sha256, object, at }, at)?;
    content.video = kept.facts;
    Ok(content)
}

fn record(
    platform: &Platform,
    request: &Request,
    command: &RecordVideo,
    (facts, chosen): (VideoFacts, UtcMillis),
) -> Result<NewRecord, Fault> {
    let (ceremony, filing, party) = request.actor.signer().map_err(Fault::broken)?;
    let format = json!({
        "duration_ms": facts.millis,
        "media_type": facts.container.media_type(),
        "size_bytes": command.bytes.len(),
    });
    let template = spoken(command.language);
    let code = spoken_code(platform, ceremony, chosen);
    let mut draft = Draft::new(platform, RecordKind::VideoRecorded);
    draft
        .observed("filing", filing.to_string())?
        .observed("ceremony", ceremony.to_string())?
        .observed("party", party.to_string())?
        .observed("text_sha256", Digest::of(template.as_bytes()).to_string())?
        .observed("text_language", command.language.tag())?
        .observed("spoken_code", code)?
        .observed("video_sha256", command.sha256.to_string())?
        .observed("video_format", format)?
        .facts(&request.facts)?;
    let about = About { ceremony: Some(ceremony), ..About::party(filing, party) };
    draft.seal(platform, about, None)
}
