//! A log that must not go on under its name, and the one that takes its place
//! (`docs/spec/successor.md`, `docs/adr/0022-successor.md`).
//!
//! What this is: what is known of our log beyond what our store holds, checked; the statement that freezes it; and the
//! beginning of the successor in its own store, where everything but leaves was carried over. What this is not: the
//! move of files, and the decision that it has to be.

use std::collections::{BTreeMap, BTreeSet};

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::successor::{OrphanedRecord, VerifiedSuccessor};
use heqi_evidence_store::changeset::{Changeset, RowKey};
use heqi_tlog::proof::verify_inclusion;
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::tree::leaf_hash;

use crate::erasure;
use crate::fault::Fault;
use crate::key_change::log_key_change;
use crate::ledger::queue;
use crate::platform::{Custodian, Platform};
use crate::recovery::{Stand, TakeBackError, adopt};

/// Rows that speak of the leaves of one log: the successor has its own.
const STAYS: [&str; 5] = ["leaf/", "cosigned/", "key_change/", "orphan/", "time-"];

/// Whether a row of the frozen log's store is carried over to that of the successor.
pub fn is_carried_over(row: &RowKey) -> bool {
    !STAYS.iter().any(|prefix| row.as_bytes().starts_with(prefix.as_bytes()))
}

/// A record of our log beyond what our store holds, as a custodian gave it back.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReturnedRecord {
    /// Its root.
    pub root: RecordRoot,
    /// Its place in the log, under a head our log signed.
    pub proof: ProofFile,
    /// The deposit.
    pub parts: BundleParts,
}

impl ReturnedRecord {
    /// As it is listed in the statement.
    pub fn listed(&self) -> OrphanedRecord {
        OrphanedRecord { index: self.proof.index(), record_root: self.root }
    }
}

/// The records that our log holds from this entry on.
///
/// # Errors
/// The store could not be read.
pub async fn records_from(platform: &Platform, from: u64) -> Result<Vec<OrphanedRecord>, Fault> {
    let log = platform.backend().log();
    let size = log.head().size();
    let (mut records, mut index) = (Vec::new(), from);
    while index < size {
        let entries = log.entries(index, 1_024).await?;
        if entries.is_empty() {
            return Err(Fault::broken("an entry of our log is missing"));
        }
        for entry in entries {
            if let Ok(LogLeaf::Record(record_root)) = LogLeaf::parse(&entry.entry) {
                records.push(OrphanedRecord { index, record_root });
            }
            index += 1;
        }
    }
    Ok(records)
}

/// The roots of every record that our log holds, as text.
///
/// # Errors
/// The store could not be read.
pub async fn held_roots(platform: &Platform) -> Result<BTreeSet<String>, Fault> {
    let records = records_from(platform, 0).await?;
    Ok(records.into_iter().map(|record| record.record_root.to_string()).collect())
}

/// Those deposits that are records of our log beyond what our store holds, by index. What our key did not sign, or what
/// our store has, is none.
pub fn beyond(
    platform: &Platform,
    deposits: BTreeMap<RecordRoot, BundleParts>,
) -> BTreeMap<u64, ReturnedRecord> {
    let first_lost = platform.backend().log().head().size();
    let mut found = BTreeMap::new();
    for (root, parts) in deposits {
        let proof = parts.proof.as_deref().and_then(|bytes| ProofFile::parse(bytes).ok());
        let Some(proof) = proof else { continue };
        let head = proof.checkpoint();
        let is_ours = head.checkpoint().origin() == platform.origin()
            && head.note().verify(platform.settings.log_keys()).is_ok();
        let (index, size) = (proof.index(), head.checkpoint().size());
        let leaf = leaf_hash(&LogLeaf::Record(root).to_bytes());
        let stands =
            verify_inclusion(index, size, leaf, proof.path(), head.checkpoint().root()).is_ok();
        if is_ours && stands && index >= first_lost {
            found.insert(index, ReturnedRecord { root, proof, parts });
        }
    }
    found
}

/// Why the successor did not begin. Its store is to be thrown away and made again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BeginError {
    /// The store could not do its part.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The platform stands on the log of another origin, or on one that has entries.
    #[error("this is not the empty log that the statement names")]
    OtherLog,
    /// A record that came back cannot be kept.
    #[error(transparent)]
    Record(#[from] TakeBackError),
}

/// Begins the successor, on whose empty log the platform stands: the statement is its first entry, what is
/// outstanding waits for no leaf of this log, and records that came back are kept with the proof they have.
///
/// # Errors
/// See [`BeginError`].
pub async fn begin(
    platform: &Platform,
    successor: &VerifiedSuccessor,
    returned: &BTreeMap<u64, ReturnedRecord>,
) -> Result<(), BeginError> {
    let backend = platform.backend();
    let is_it = platform.origin().key_name() == successor.said().log_key.0.name();
    if !is_it || backend.log().head().size() != 0 {
        return Err(BeginError::OtherLog);
    }
    log_key_change(backend, successor.envelope()).await?;
    for custodian in Custodian::ALL {
        queue(custodian).wait_for_no_leaf(backend).await.map_err(Fault::from)?;
        erasure::orders::queue(custodian).wait_for_no_leaf(backend).await.map_err(Fault::from)?;
    }
    for record in returned.values() {
        let mut changes = Changeset::new();
        let stand = Stand::Orphaned(&record.proof);
        adopt(platform, &mut changes, stand, record.root, &record.parts).await?;
        backend.commit(changes).map_err(Fault::from)?.await.map_err(Fault::from)?;
    }
    Ok(())
}
