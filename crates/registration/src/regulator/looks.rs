//! What a regulator sees or takes away of one filing beside its page, each a record of its own; and
//! the legal holds it places and lifts.

use heqi_vocabulary::{FilingId, RecordId};
use zeroize::Zeroizing;

use super::record::{Looked, look};
use super::search::{SearchError, Seen, seen};
use crate::act::is_done;
use crate::disclose::Attributes;
use crate::export_bundle::{ExportedBundle, bundle_of, file_name};
use crate::fault::{ActError, Fault, Thing};
use crate::ledger::{self, KeptRecord};
use crate::legal_hold::{
    HoldChanged, LegalHoldError, LiftHold, PlaceHold, lift_hold as lift, place_hold as place,
};
use crate::objects;
use crate::platform::Platform;
use crate::request::{Actor, Request, RequestFacts};

/// The photo that was taken at a signing, JPEG.
///
/// # Errors
/// See [`SearchError`]; also when there is no such photo any more.
pub async fn photo(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    (query, filing): (RecordId, FilingId),
    record: RecordId,
) -> Result<Zeroizing<Vec<u8>>, SearchError> {
    let seen = seen(platform, actor, query, filing).await?;
    let kept = of_filing(platform, &seen, record).await?;
    let missing = || ActError::NotFound(Thing::Record);
    let signing = kept.about.signing.ok_or_else(missing)?;
    let private = kept.private(platform)?.ok_or_else(missing)?;
    // None was taken where a person looks instead.
    let photo = private.photo.as_ref().ok_or_else(missing)?;
    let bytes = match objects::read(platform, photo, &objects::of_photo(signing)).await {
        Err(Fault::Erased) => return Err(missing().into()),
        other => other?,
    };
    look(platform, &seen, facts, (Looked::Photo, Some(record), &["photo_sha256"])).await?;
    Ok(bytes)
}

/// The whole evidence bundle of a record, to be examined elsewhere.
///
/// # Errors
/// See [`SearchError`].
pub async fn bundle(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    (query, filing): (RecordId, FilingId),
    record: RecordId,
) -> Result<ExportedBundle, SearchError> {
    let seen = seen(platform, actor, query, filing).await?;
    let kept = of_filing(platform, &seen, record).await?;
    let bytes = bundle_of(platform, &kept, &Attributes::All).await?;
    let access_record_id =
        look(platform, &seen, facts, (Looked::Bundle, Some(record), &["*"])).await?;
    Ok(ExportedBundle { file_name: file_name(&kept), bytes, access_record_id })
}

/// Places a legal hold over a filing that an own search found.
///
/// # Errors
/// See [`LegalHoldError`].
pub async fn place_hold(
    platform: &Platform,
    request: &Request,
    query: RecordId,
    command: PlaceHold,
) -> Result<HoldChanged, HoldError> {
    seen_unless_done(platform, (request, "place_hold"), query, command.filing).await?;
    Ok(place(platform, request, command).await?)
}

/// Lifts one.
///
/// # Errors
/// See [`LegalHoldError`].
pub async fn lift_hold(
    platform: &Platform,
    request: &Request,
    query: RecordId,
    command: LiftHold,
) -> Result<HoldChanged, HoldError> {
    seen_unless_done(platform, (request, "lift_hold"), query, command.filing).await?;
    Ok(lift(platform, request, command).await?)
}

/// Demands that the filing be seen, but not of who asks again for what was done: it is answered, though
/// the search is over by now or the index does not answer.
async fn seen_unless_done(
    platform: &Platform,
    (request, act): (&Request, &'static str),
    query: RecordId,
    filing: FilingId,
) -> Result<(), SearchError> {
    if !is_done(platform, request, act).await? {
        seen(platform, &request.actor, query, filing).await?;
    }
    Ok(())
}

/// Why a hold was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HoldError {
    /// The filing is not seen.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// The hold.
    #[error(transparent)]
    Hold(#[from] LegalHoldError),
}

impl HoldError {
    fn told(&self) -> crate::wording::Told<'_> {
        match self {
            Self::Search(error) => crate::wording::Told::By(error),
            Self::Hold(error) => crate::wording::Told::By(error),
        }
    }
}

crate::wording::refusals!(HoldError);

/// A record of the filing's own chain; of others there is none.
pub(super) async fn of_filing(
    platform: &Platform,
    seen: &Seen<'_>,
    record: RecordId,
) -> Result<KeptRecord, ActError> {
    let kept = ledger::find(platform, record).await?;
    let is_own = kept.about.filing == seen.filing.id() && kept.chain == seen.filing.chain();
    if is_own { Ok(kept) } else { Err(ActError::NotFound(Thing::Record)) }
}
