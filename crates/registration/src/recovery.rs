//! What was lost, taken back from the notary: entries of our own log from its mirror, records from the deposits
//! (`docs/adr/0008-rollback-and-successor.md`).
//!
//! What this is: the log continued, entry by entry, until it is the one whose head the notary cosigned; beside each
//! leaf the record as it was deposited, sealed under keys of ours again. What this is not: a new history. An entry is
//! appended only where the cosigned tree has it.
//!
//! A record that came back is kept whole, under the key of the person it is about: it is erased whole.

use std::collections::BTreeMap;

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::changeset::{Changeset, LedgerEntry};
use heqi_pki::dsse::Envelope;
use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_vocabulary::Digest;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::key_change;
use crate::platform::Platform;
use crate::rows::{self, Place};

mod adopt;

pub(crate) use adopt::{Stand, adopt};

/// What the notary gives back.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct GivenBack {
    /// A head of our log, signed by us, that the notary's mirror holds every entry of.
    pub head: SignedCheckpoint,
    /// The entries from [`first_missing`] up to that head.
    pub entries: Vec<Vec<u8>>,
    /// Deposits by the root of their record.
    pub deposits: BTreeMap<RecordRoot, BundleParts>,
    /// Our own statements about our keys, which are leaves as well.
    pub statements: Vec<Envelope>,
}

/// An entry that came back without its record: nobody had received it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Orphan {
    /// Its leaf in our log.
    pub index: u64,
    /// The root of the record.
    pub root: RecordRoot,
}

/// What was taken back.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct TakenBack {
    /// Entries appended to our log.
    pub entries: u64,
    /// Records among them.
    pub records: u64,
    /// Statements about our keys among them.
    pub statements: u64,
    /// Entries whose record nobody holds.
    pub orphans: Vec<Orphan>,
}

/// Why nothing more was taken back. What was appended before stays: it is our own history.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TakeBackError {
    /// The store could not do its part.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Our key did not sign the head.
    #[error("the head of the mirror is not signed by our log's key")]
    NotOurs,
    /// What our store holds is not the beginning of what the mirror holds.
    #[error("our store holds another history than the mirror: it went on after it was set back")]
    OtherHistory,
    /// The entries do not make the root of the head.
    #[error("the entries of the mirror do not make the root of its head")]
    OtherEntries,
    /// An entry is no entry of ours.
    #[error("entry {index} of the mirror is no entry of our log")]
    Entry {
        /// Its index.
        index: u64,
    },
    /// A deposit is not the record of the entry.
    #[error("the deposit for entry {index} cannot be used: {what}")]
    Deposit {
        /// The entry.
        index: u64,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// The first entry of our log that our store does not hold.
pub fn first_missing(platform: &Platform) -> u64 {
    platform.backend().log().head().size()
}

/// Appends what the notary gives back until our log is the one of the head.
///
/// # Errors
/// See [`TakeBackError`].
pub async fn take_back(platform: &Platform, given: &GivenBack) -> Result<TakenBack, TakeBackError> {
    check_history(platform, given).await?;
    let mut taken = TakenBack::default();
    for (index, entry) in (first_missing(platform)..).zip(&given.entries) {
        let mut changes = Changeset::new();
        match LogLeaf::parse(entry).map_err(|_| TakeBackError::Entry { index })? {
            LogLeaf::Statement(digest) => {
                let statement =
                    given.statements.iter().find(|s| Digest::of(s.as_bytes()) == digest);
                let bytes = statement.map_or(&[][..], Envelope::as_bytes);
                key_change::append(platform.backend(), &mut changes, digest, bytes).await?;
                taken.statements += 1;
            }
            LogLeaf::Record(root) => {
                if let Some(parts) = given.deposits.get(&root) {
                    let stand = Stand::Leaf { index, entry };
                    adopt(platform, &mut changes, stand, root, parts).await?;
                    taken.records += 1;
                } else {
                    let orphan = Orphan { index, root };
                    rows::ORPHANS.put(&mut changes, &Place(index), &orphan).map_err(Fault::from)?;
                    changes.append(LedgerEntry::new(entry.clone(), Vec::new()));
                    taken.orphans.push(orphan);
                }
            }
        }
        let pending = platform.backend().commit(changes).map_err(Fault::from)?;
        pending.await.map_err(Fault::from)?;
        taken.entries += 1;
    }
    Ok(taken)
}

/// An entry without its record in our log, or one beyond what is left of a frozen one.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ListedOrphan {
    /// The log.
    pub log_origin: String,
    /// The entry, and the root of the record.
    pub orphan: Orphan,
    /// Whether a custodian gave the record back: then only its place is lost.
    pub has_record: bool,
}

/// The entries of our logs that nobody holds any more, or whose record nobody holds: receipts for them still verify,
/// their content is with whoever has the receipt. None of their places is used again.
///
/// # Errors
/// The store could not be read.
pub async fn orphans(platform: &Platform, limit: usize) -> Result<Vec<ListedOrphan>, Fault> {
    let mut listed = Vec::new();
    for frozen in &platform.settings.frozen {
        listed.extend(without_record(frozen.store(), frozen.origin(), limit).await?);
        let given_back = rows::ORPHANED.scan(platform.backend(), "", None, usize::MAX).await?;
        for orphaned in &frozen.successor().said().orphans {
            let orphan = Orphan { index: orphaned.index, root: orphaned.record_root };
            let has_record = given_back.iter().any(|(_, row)| row.value.root == orphan.root);
            listed.push(ListedOrphan {
                log_origin: frozen.origin().to_string(),
                orphan,
                has_record,
            });
        }
    }
    listed.extend(without_record(platform.backend(), &platform.origin, limit).await?);
    listed.truncate(limit);
    Ok(listed)
}

async fn without_record(
    store: &dyn Backend,
    origin: &Origin,
    limit: usize,
) -> Result<Vec<ListedOrphan>, Fault> {
    let rows = rows::ORPHANS.scan(store, "", None, limit).await?;
    let listed =
        |orphan| ListedOrphan { log_origin: origin.to_string(), orphan, has_record: false };
    Ok(rows.into_iter().map(|(_, stored)| listed(stored.value)).collect())
}

/// Before anything is appended: the head is ours, and our entries with those given make its root.
async fn check_history(platform: &Platform, given: &GivenBack) -> Result<(), TakeBackError> {
    let checkpoint = given.head.checkpoint();
    let is_ours = checkpoint.origin() == platform.origin()
        && given.head.note().verify(platform.settings.log_keys()).is_ok();
    if !is_ours {
        return Err(TakeBackError::NotOurs);
    }
    let log = platform.backend().log();
    let ours = log.head().size();
    let given_entries = u64::try_from(given.entries.len()).unwrap_or(u64::MAX);
    if ours.checked_add(given_entries) != Some(checkpoint.size()) {
        return Err(TakeBackError::OtherEntries);
    }
    let mut range = heqi_tlog::tree::CompactRange::new();
    for index in 0..ours {
        let entry = log.entry(index).await.map_err(Fault::from)?;
        let entry = entry.ok_or_else(|| Fault::broken("an entry of our log is missing"))?;
        range.append(heqi_tlog::tree::leaf_hash(&entry.entry));
    }
    for entry in &given.entries {
        range.append(heqi_tlog::tree::leaf_hash(entry));
    }
    match (range.root() == checkpoint.root(), ours) {
        (true, _) => Ok(()),
        (false, 0) => Err(TakeBackError::OtherEntries),
        (false, _) => Err(TakeBackError::OtherHistory),
    }
}
