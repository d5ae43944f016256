//! The evidence bundle of a record, whole or in part. Exporting is a look, and recorded.

use heqi_evidence::bundle::EXTENSION;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_vocabulary::{ChainId, RecordId};

use crate::bundle_parts;
use crate::ceremonies::require_inside;
use crate::disclose::{Attributes, DiscloseError, may_open, not_restricted};
use crate::fault::{ActError, Fault};
use crate::ledger::{self, KeptRecord, places};
use crate::looks::{self, Purpose};
use crate::platform::Platform;
use crate::request::{Actor, RequestFacts};
use crate::rows::{self, Cosigned, Pair};
use crate::stamping;

/// A bundle to be downloaded.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExportedBundle {
    /// A file name that says nothing personal.
    pub file_name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The record of this look.
    pub access_record_id: RecordId,
}

/// Writes the bundle of a record. With [`Attributes::All`] it carries everything the
/// deposit carried. With names it carries those attributes, the photo only when
/// `photo_sha256` or `client.photo_sha256` is among them, and documents only when
/// `documents` or `document_sha256` is.
///
/// # Errors
/// See [`DiscloseError`].
pub async fn export_bundle(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    record: RecordId,
    attributes: &Attributes,
) -> Result<ExportedBundle, DiscloseError> {
    let kept = ledger::find(platform, record).await?;
    may_open(actor, &kept)?;
    require_inside(platform, actor).await?;
    not_restricted(platform, actor, &kept).await?;
    attributes.check(kept.kind)?;
    let bytes = bundle_of(platform, &kept, attributes).await?;
    let access_record_id =
        looks::record(platform, actor, facts, &kept, Purpose::Bundle, attributes).await?;
    Ok(ExportedBundle { file_name: file_name(&kept), bytes, access_record_id })
}

/// What a bundle is called: nothing personal.
pub(crate) fn file_name(kept: &KeptRecord) -> String {
    format!("{}.{EXTENSION}", base_name(kept))
}

/// What files about a record are called, before the dot.
pub(crate) fn base_name(kept: &KeptRecord) -> String {
    let voucher = kept.about.voucher;
    voucher.map_or_else(|| kept.record_id.to_string(), |voucher| voucher.to_string())
}

/// What a bundle says of the chain that its record stands in. Read once for all bundles of one chain that are made
/// together: what they cost then grows with the chain, and not with its square.
pub(crate) struct ChainShown {
    /// What a custodian stated about its end.
    head: Option<Vec<u8>>,
    frames: Vec<Vec<u8>>,
}

impl ChainShown {
    /// The chain by now: every record that was found before this was called has its frame in it.
    pub(crate) async fn read(platform: &Platform, chain: ChainId) -> Result<Self, ActError> {
        let mut head = None;
        for custodian in platform.settings.custodians.keys().copied() {
            let key = Pair(chain, custodian);
            let stated = rows::CHAIN_HEADS.durable_row(platform.backend(), &key).await;
            let stated = stated.map_err(Fault::from)?;
            if head.is_none() {
                head = stated.map(|row| row.value.envelope.into_bytes());
            }
        }
        // After the statement about its end: the chain may have grown since, and a custodian that
        // states more than the bundle has would convict an honest one.
        let frames = chain_frames(platform, chain).await?;
        Ok(Self { head, frames })
    }
}

/// The bytes of a record's bundle. Whoever asked must be allowed to see it, and the look recorded.
pub(crate) async fn bundle_of(
    platform: &Platform,
    kept: &KeptRecord,
    attributes: &Attributes,
) -> Result<Vec<u8>, ActError> {
    let chain = ChainShown::read(platform, kept.chain).await?;
    bundle_in(platform, kept, attributes, &chain).await
}

/// The same with its chain as it was read after the record was found.
pub(crate) async fn bundle_in(
    platform: &Platform,
    kept: &KeptRecord,
    attributes: &Attributes,
    chain: &ChainShown,
) -> Result<Vec<u8>, ActError> {
    let record = kept.record_id;
    let head = best_head(platform, kept).await?;
    let mut parts = bundle_parts::immutable(platform, kept, attributes).await?;
    let proof = kept.proof(platform, &head).await?;
    parts.proof = Some(proof.to_string().into_bytes());
    if let Some(store) = kept.logged_in(platform) {
        parts.time = stamping::time_anchors(store, kept.index, &head).await?;
    }
    for custodian in platform.settings.custodians.keys().copied() {
        let backend = platform.backend();
        let receipt = rows::RECEIPTS.durable_row(backend, &Pair(record, custodian)).await;
        let receipt = receipt.map_err(Fault::from)?;
        parts.deposits.extend(receipt.map(|row| row.value.envelope.into_bytes()));
    }
    parts.chain_head.clone_from(&chain.head);
    parts.chain.clone_from(&chain.frames);
    Ok(parts.write().map_err(Fault::broken)?)
}

/// The newest head with most cosignatures that the record stands under.
async fn best_head(platform: &Platform, kept: &KeptRecord) -> Result<SignedCheckpoint, Fault> {
    if let Some(store) = kept.logged_in(platform) {
        for which in [Cosigned::Published, Cosigned::Witnessed, Cosigned::Mirrored] {
            let row = rows::COSIGNED.durable_row(store, &which).await?;
            if let Some(row) = row.filter(|row| kept.index < row.value.size) {
                return SignedCheckpoint::parse(row.value.note.as_bytes()).map_err(Fault::broken);
            }
        }
    }
    Ok(kept.newest_head(platform))
}

/// The frames of all records of the chain so far, in order; none when they would not fit.
async fn chain_frames(platform: &Platform, chain: ChainId) -> Result<Vec<Vec<u8>>, ActError> {
    let links = places::behind(platform, chain, (0, MAX_FRAMES + 1)).await?;
    if links.len() > MAX_FRAMES {
        return Ok(Vec::new());
    }
    let mut frames = Vec::with_capacity(links.len());
    for link in links {
        let record = ledger::find(platform, link).await?;
        frames.push(record.open(platform)?.frame_only().map_err(Fault::broken)?);
    }
    Ok(frames)
}

/// Beside the other entries of a container.
const MAX_FRAMES: usize = 3500;
