//! What there is to look at beside a case: both pictures, the video, and files that are no picture of
//! a person. Every look is a record, made before anything is shown.

use std::collections::BTreeSet;
use std::ops::Range;

use heqi_filing::{ReviewReason, StandIn};
use heqi_vocabulary::{CaseId, Digest, RecordId};
use zeroize::Zeroizing;

use super::own;
use crate::ceremonies;
use crate::correct_person::corrections;
use crate::disclose::Attributes;
use crate::fault::{ActError, Fault, Thing};
use crate::ledger;
use crate::looks::{self, Purpose};
use crate::objects;
use crate::platform::Platform;
use crate::record_video::VideoFacts;
use crate::request::{Actor, RequestFacts};
use crate::review_wanted::spoken_code;
use crate::reviews::CaseRow;
use crate::rows::CeremonyContent;
use crate::verify_identity::portraits;

/// Which file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there are three")]
pub enum CaseFile {
    /// The scan of a stamped paper.
    Scan,
    /// The certificate by which something was put right.
    Certificate,
    /// What proves that a guardian is one.
    Guardianship,
}

/// Which picture.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there are three kinds")]
pub enum Picture {
    /// Taken while signing.
    Photo,
    /// Of the action with this number, counted from 0.
    Frame(u8),
    /// Of an authority.
    Portrait,
}

/// A picture of a case, JPEG. The look is a record, made before it is shown.
///
/// # Errors
/// No such case for this reviewer, no such picture, or the store could not do its part.
pub async fn case_picture(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    id: CaseId,
    which: Picture,
) -> Result<Zeroizing<Vec<u8>>, ActError> {
    let (member, _) = actor.reviewer()?;
    let row = own(platform, member, id).await?;
    let kept = ledger::find(platform, row.record).await?;
    let missing = || ActError::NotFound(Thing::Record);
    let (bytes, attribute) = match which {
        Picture::Photo => {
            let private = kept.private(platform)?.ok_or_else(missing)?;
            let what = objects::of_photo(row.case.signing());
            let photo = private.photo.ok_or_else(missing)?;
            (objects::read(platform, &photo, &what).await, "photo_sha256")
        }
        Picture::Frame(number) => {
            let private = kept.private(platform)?.ok_or_else(missing)?;
            let taken = private.actions.ok_or_else(missing)?;
            let place = taken.frame(usize::from(number)).ok_or_else(missing)?;
            let object = taken.frames.ok_or_else(missing)?;
            let what = objects::of_frames(row.case.signing());
            let all = objects::read(platform, object.as_str(), &what).await;
            (all.and_then(|all| cut(&all, place)), "photo_format")
        }
        Picture::Portrait => {
            let whose = (row.case.filing(), row.case.party());
            let portrait = portraits::of_signing(platform, whose, row.case.signing()).await?;
            let (name, record) = portrait.ok_or_else(missing)?;
            let what = objects::of_portrait(record);
            (objects::read(platform, &name, &what).await, "identity")
        }
    };
    let bytes = match bytes {
        Err(Fault::Erased) => return Err(missing()),
        other => other?,
    };
    let opened = Attributes::Named(BTreeSet::from([attribute.to_owned()]));
    looks::record(platform, actor, facts, &kept, Purpose::Review, &opened).await?;
    Ok(bytes)
}

/// One frame out of all that lie behind each other.
fn cut(all: &[u8], place: Range<usize>) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let frame = all.get(place).ok_or_else(|| Fault::broken("the frames are shorter than noted"))?;
    Ok(Zeroizing::new(frame.to_vec()))
}

/// The video of a case with its media type. The look is a record, made before it is shown.
///
/// # Errors
/// No such case for this reviewer, no video, or the store could not do its part.
pub async fn case_video(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    id: CaseId,
) -> Result<(&'static str, Zeroizing<Vec<u8>>), ActError> {
    let (member, _) = actor.reviewer()?;
    let row = own(platform, member, id).await?;
    let missing = || ActError::NotFound(Thing::Record);
    let video = video_of(platform, &row).await?.ok_or_else(missing)?;
    let what = objects::of_video(row.ceremony, &video.sha256);
    let bytes = match objects::read(platform, &video.object, &what).await {
        Err(Fault::Erased) => return Err(missing()),
        other => other?,
    };
    let kept = ledger::find(platform, video.record).await?;
    let opened = Attributes::Named(BTreeSet::from(["video_sha256".to_owned()]));
    looks::record(platform, actor, facts, &kept, Purpose::Review, &opened).await?;
    Ok((video.facts.container.media_type(), bytes))
}

/// The video that a signing rests on.
pub(super) struct CaseVideo {
    record: RecordId,
    sha256: Digest,
    object: String,
    pub(super) facts: VideoFacts,
    pub(super) spoken_code: String,
}

pub(super) async fn video_of(
    platform: &Platform,
    row: &CaseRow,
) -> Result<Option<CaseVideo>, ActError> {
    if !row.case.reasons().contains(&ReviewReason::VideoToCompare) {
        return Ok(None);
    }
    let Some(content) = ceremony_of(platform, row).await? else { return Ok(None) };
    let (Some(StandIn::Video { record, sha256, object, .. }), Some(facts), Some(chosen)) =
        (content.ceremony.stand_in(), content.video, content.other_way)
    else {
        return Ok(None);
    };
    Ok(Some(CaseVideo {
        record: *record,
        sha256: *sha256,
        object: object.as_str().to_owned(),
        facts,
        spoken_code: spoken_code(platform, row.ceremony, chosen.at),
    }))
}

/// The ceremony of a case; none where it was erased with the person.
pub(super) async fn ceremony_of(
    platform: &Platform,
    row: &CaseRow,
) -> Result<Option<CeremonyContent>, ActError> {
    match ceremonies::load(platform, row.ceremony).await {
        Ok(stored) => Ok(Some(stored.content)),
        Err(ActError::Fault(Fault::Erased)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A file of a case that is no picture of a person: the scan of a stamped paper, or the newest
/// certificate by which something was put right. The look is a record, made before it is shown.
///
/// # Errors
/// No such case for this reviewer, no such file, or the store could not do its part.
pub async fn case_file(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    id: CaseId,
    which: CaseFile,
) -> Result<(&'static str, Zeroizing<Vec<u8>>), ActError> {
    let (member, _) = actor.reviewer()?;
    let row = own(platform, member, id).await?;
    let missing = || ActError::NotFound(Thing::Record);
    let (kind, record, bytes, attribute) = match which {
        CaseFile::Scan => {
            let content = ceremony_of(platform, &row).await?.ok_or_else(missing)?;
            let seal = content.seal.ok_or_else(missing)?;
            let (object, kind) = seal.scan.ok_or_else(missing)?;
            let what = objects::of_material(seal.record);
            (kind, seal.record, objects::read(platform, &object, &what).await, "scan_sha256")
        }
        CaseFile::Guardianship => {
            let content = ceremony_of(platform, &row).await?.ok_or_else(missing)?;
            let kept = content.guardianship.ok_or_else(missing)?;
            let record = kept.shown.record_id;
            let what = objects::of_material(record);
            let bytes = objects::read(platform, &kept.object, &what).await;
            (kept.kind, record, bytes, "material_sha256")
        }
        CaseFile::Certificate => {
            let all = corrections(platform, row.case.filing(), row.case.party()).await?;
            let newest = all.last().ok_or_else(missing)?;
            let bytes = newest.certificate(platform).await;
            (newest.kind, newest.record, bytes, "material_sha256")
        }
    };
    let bytes = match bytes {
        Err(Fault::Erased) => return Err(missing()),
        other => other?,
    };
    let kept = ledger::find(platform, record).await?;
    let opened = Attributes::Named(BTreeSet::from([attribute.to_owned()]));
    looks::record(platform, actor, facts, &kept, Purpose::Review, &opened).await?;
    Ok((kind.media_type(), bytes))
}
