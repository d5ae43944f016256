//! Taking back what a custodian holds: the list of its deposits and each as a bundle.

use std::collections::{BTreeMap, BTreeSet};

use heqi_evidence::bundle::{BundleError, BundleParts, EvidenceBundle};
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_tlog::tile::{TileKind, TilePath, decode_entries, tiles_of};
use heqi_vocabulary::Digest;
use serde::{Deserialize, Serialize};

use crate::LogClient;
use crate::http::{Bearer, CallError, HttpPool};

/// Deposits in one list, at most.
pub const PAGE: usize = 256;
const MAX_LIST_BYTES: usize = 256 * 1024;
const MAX_BUNDLE_BYTES: usize = 64 << 20;

/// A page of deposits, in the order of their keys. The last page is not full.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an answer, version 1")]
pub struct DepositList {
    /// The deposits.
    pub deposits: Vec<ListedDeposit>,
}

/// One deposit.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an answer, version 1")]
pub struct ListedDeposit {
    /// Root of the record and digest of the manifest, joined by `-`.
    pub key: String,
    /// Whether it is held as evidence.
    pub is_admitted: bool,
}

/// Takes deposits back from one custodian.
#[derive(Clone, Debug)]
pub struct RecoveryClient {
    pool: HttpPool,
    base: String,
    bearer: Bearer,
}

impl RecoveryClient {
    /// A client of the service at `base_url` with a key of scope `recovery`.
    pub fn new(pool: HttpPool, base_url: &str, bearer: Bearer) -> Self {
        let base = format!("{}/recovery/deposits", base_url.trim_end_matches('/'));
        Self { pool, base, bearer }
    }

    /// Every deposit there is.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn deposits(&self) -> Result<Vec<ListedDeposit>, CallError> {
        let mut all: Vec<ListedDeposit> = Vec::new();
        loop {
            let url = match all.last() {
                Some(last) => format!("{}?after={}", self.base, last.key),
                None => self.base.clone(),
            };
            let answer = self.pool.get(&url).with_bearer(Some(&self.bearer));
            let answer = answer.send(MAX_LIST_BYTES).await?.success()?;
            let list: DepositList = serde_json::from_slice(&answer.body)
                .map_err(|_| CallError::Unintelligible { what: "no list of deposits" })?;
            let is_last = list.deposits.len() < PAGE;
            all.extend(list.deposits);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// One deposit, as a bundle.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn bundle(&self, key: &str) -> Result<Vec<u8>, CallError> {
        let call = self.pool.get(&format!("{}/{key}", self.base));
        let answer = call.with_bearer(Some(&self.bearer)).send(MAX_BUNDLE_BYTES).await?;
        Ok(answer.success()?.body)
    }

    /// The deposits of these entries, by record; of a record that was refused and came again, the one that is held.
    ///
    /// # Errors
    /// See [`RecoveryError`].
    pub async fn deposits_of(
        &self,
        entries: &[Vec<u8>],
    ) -> Result<BTreeMap<RecordRoot, BundleParts>, RecoveryError> {
        let records = entries.iter().filter_map(|entry| match LogLeaf::parse(entry) {
            Ok(LogLeaf::Record(root)) => Some((root.to_string(), root)),
            _ => None,
        });
        let wanted: BTreeMap<String, RecordRoot> = records.collect();
        self.deposits_where(|root| wanted.contains_key(root)).await
    }

    /// The deposits of all records but these, by record.
    ///
    /// # Errors
    /// See [`RecoveryError`].
    pub async fn deposits_except(
        &self,
        held: &BTreeSet<String>,
    ) -> Result<BTreeMap<RecordRoot, BundleParts>, RecoveryError> {
        self.deposits_where(|root| !held.contains(root)).await
    }

    async fn deposits_where(
        &self,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<BTreeMap<RecordRoot, BundleParts>, RecoveryError> {
        let mut listed = self.deposits().await?;
        listed.sort_by_key(|deposit| deposit.is_admitted);
        let mut found = BTreeMap::new();
        for deposit in listed {
            let Some((root, _)) = deposit.key.split_once('-') else { continue };
            let Ok(digest) = root.parse::<Digest>() else { continue };
            if is_wanted(root) {
                let bundle = self.bundle(&deposit.key).await?;
                found.insert(RecordRoot::new(digest), EvidenceBundle::read(&bundle)?.parts);
            }
        }
        Ok(found)
    }
}

/// The entries from `from` up to `to` of a log of at least `to` entries. Not verified: whoever takes them compares them
/// with a head.
///
/// # Errors
/// See [`RecoveryError`].
pub async fn entries(log: &LogClient, from: u64, to: u64) -> Result<Vec<Vec<u8>>, RecoveryError> {
    let mut entries = Vec::new();
    for path in tiles_of(to).filter(|path| path.kind() == TileKind::Entries) {
        let first = path.index() * u64::from(TilePath::full(path).width());
        if first + u64::from(path.width()) <= from {
            continue;
        }
        let bytes = log.tile(path).await?.ok_or(RecoveryError::Missing { path })?;
        let decoded = decode_entries(&bytes, path.width())
            .map_err(|_| CallError::Unintelligible { what: "no bundle of entries" })?;
        let wanted = (first..).zip(decoded).filter(|(index, _)| *index >= from);
        entries.extend(wanted.map(|(_, entry)| entry.to_vec()));
    }
    Ok(entries)
}

/// Why something did not come back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecoveryError {
    /// The custodian did not answer, or refused.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The mirror does not serve what its head covers.
    #[error("the mirror does not serve {path}")]
    Missing {
        /// What was asked for.
        path: TilePath,
    },
    /// A deposit is no bundle.
    #[error("a deposit that came back is no bundle")]
    Bundle(#[from] BundleError),
}
