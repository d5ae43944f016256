//! What an office holds of deposits: rows for what it decided, sealed objects for the parts.
//!
//! Rows, keys in parentheses:
//! - `deposit` (record root, manifest): one decided deposit with its parts, admitted or refused
//! - `place` (chain, seq): the first record offered for a place of a chain
//! - `chain` (chain): the tip of a chain and the statement about it
//! - `last-deposit` (SHA-256 of a log's origin): the deposit decided last
//! - `deposit-no` (deposit number): which deposit a number belongs to
//! - `deposit-serial` (day): the last serial of a day
//! - `document` (chain, SHA-256): where a document of a chain is held, so that fifty
//!   signatures under one document keep it once
//! - `chain-misbehaviour` (chain, seq, record root): two records of the platform's log that
//!   contradict each other
//! - `custody-totals`: counts
//!
//! Receipts stand in the office's log with their exact bytes kept beside the leaf; the row
//! `receipt-leaf/…` says where.
//!
//! Parts are sealed under data keys by what an erasure would have to reach: the record and
//! the device's own attributes of one person's act together; its photo and strokes together;
//! the documents of a chain; and what names nobody (envelope, challenge, certificates, proof).

use std::fmt;
use std::str::FromStr;

use heqi_evidence::chain::ChainTip;
use heqi_evidence::deposit::Outcome;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence_store::backend::ReadError;
use heqi_evidence_store::changeset::{InvalidChangeset, RowKey};
use heqi_evidence_store::object::{ObjectRef, OpenObjectError, open_sealed};
use heqi_evidence_store::table::{Table, TableError};
use heqi_evidence_store::vault::VaultError;
use heqi_pki::dsse::Envelope;
use heqi_vocabulary::{DepositNo, Digest, RecordId, UtcMillis};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::office::NotaryOffice;

/// The part of a deposit that proves its place in the platform's log, which no receipt signs.
pub(crate) const PROOF: &str = "proof/record.tlog-proof";

pub(crate) const DEPOSITS: Table<DepositKey, DepositRow> = Table::new("deposit");
pub(crate) const PLACES: Table<PlaceKey, PlaceRow> = Table::new("place");
pub(crate) const CHAINS: Table<Digest, ChainRow> = Table::new("chain");
/// The last deposit out of each log, by SHA-256 of its origin.
pub(crate) const LAST_DEPOSITS: Table<String, DepositKey> = Table::new("last-deposit");
pub(crate) const NUMBERS: Table<DepositNo, DepositKey> = Table::new("deposit-no");
pub(crate) const SERIALS: Table<String, u32> = Table::new("deposit-serial");
pub(crate) const DOCUMENTS: Table<String, StoredPart> = Table::new("document");
pub(crate) const MISBEHAVIOUR: Table<String, ChainMisbehaviour> = Table::new("chain-misbehaviour");
pub(crate) const TOTALS: Table<String, Totals> = Table::new("custody-totals");

/// One decided deposit: a record in exactly these parts.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DepositKey {
    /// Root of the record.
    pub root: RecordRoot,
    /// SHA-256 of the deposit manifest.
    pub manifest: Digest,
}

impl DepositKey {
    /// The row that holds the leaf index of the receipt.
    pub(crate) fn receipt_leaf(&self) -> Result<RowKey, InvalidChangeset> {
        RowKey::new(format!("receipt-leaf/{self}"))
    }
}

impl fmt::Display for DepositKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.root, self.manifest)
    }
}

/// Not two digests joined by `-`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a deposit is named by two digests")]
pub struct DepositKeyError;

impl FromStr for DepositKey {
    type Err = DepositKeyError;

    fn from_str(text: &str) -> Result<Self, DepositKeyError> {
        let (root, manifest) = text.split_once('-').ok_or(DepositKeyError)?;
        let digest = |text: &str| text.parse::<Digest>().map_err(|_| DepositKeyError);
        Ok(Self { root: RecordRoot::new(digest(root)?), manifest: digest(manifest)? })
    }
}

impl Serialize for DepositKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DepositKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What was decided about a deposit.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct DepositRow {
    /// The record.
    pub record_id: RecordId,
    /// Commitment of its chain.
    pub chain: Digest,
    /// Its place in the chain.
    pub seq: u64,
    /// The number the office gave.
    pub deposit_no: DepositNo,
    /// What was decided.
    pub outcome: Outcome,
    /// When the deposit was received.
    pub received_at: UtcMillis,
    /// Every part, and the log proof that came with it.
    pub parts: Vec<StoredPart>,
}

/// One part as it is held.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct StoredPart {
    /// Its name, as in a bundle.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Length of its bytes.
    pub size_bytes: u64,
    /// The sealed object.
    pub object: ObjectRef,
}

/// The place of a record in a chain, by the chain's commitment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlaceKey {
    pub(crate) chain: Digest,
    pub(crate) seq: u64,
}

impl fmt::Display for PlaceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:020}", self.chain, self.seq)
    }
}

/// The first record of the platform's log that was offered for a place.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct PlaceRow {
    pub(crate) deposit: DepositKey,
    pub(crate) is_admitted: bool,
}

/// A chain as far as it was admitted.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ChainRow {
    pub(crate) tip: ChainTip,
    /// The statement about the tip: the envelope's exact bytes.
    pub(crate) head: String,
    pub(crate) head_time: UtcMillis,
}

/// Two records that the platform's log holds for one place, or one that does not follow.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ChainMisbehaviour {
    /// What it is.
    pub kind: ChainMisbehaviourKind,
    /// The deposit held before: the other record of the place, or the predecessor that the
    /// record does not name.
    pub held: Option<DepositKey>,
    /// The deposit refused. Both deposits are kept with their log proofs.
    pub offered: DepositKey,
    /// When it was refused.
    pub noted_at: UtcMillis,
}

/// How a record contradicts its chain.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChainMisbehaviourKind {
    /// Another record stands in the log for this place.
    ChainForked,
    /// It names another predecessor.
    ChainOtherPredecessor,
    /// It is not later than its predecessor.
    ChainTimeRunsBack,
}

impl ChainMisbehaviourKind {
    /// The stable word: the reason in the receipt.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ChainForked => "chain_forked",
            Self::ChainOtherPredecessor => "chain_other_predecessor",
            Self::ChainTimeRunsBack => "chain_time_runs_back",
        }
    }
}

/// Counts of everything an office ever decided.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Totals {
    /// Chains of which at least one record is held.
    pub chains: u64,
    /// Deposits admitted, with or without findings.
    pub admitted: u64,
    /// Deposits refused.
    pub refused: u64,
    /// Records that contradict their chain.
    pub misbehaviour: u64,
}

const ALL: &str = "all";

/// Why what is held could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DepositedError {
    /// A row.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The log.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A part.
    #[error(transparent)]
    Part(#[from] OpenObjectError),
    /// A deposit without its receipt, or a receipt that is no envelope: the store is damaged.
    #[error("the receipt of deposit {deposit} is missing or damaged")]
    ReceiptMissing {
        /// Which deposit.
        deposit: DepositKey,
    },
    /// The bytes of a part are not those whose digest is kept.
    #[error("a part of a deposit has other bytes than were deposited")]
    PartDiffers,
}

impl DepositedError {
    /// Whether a part is gone or damaged, whoever asks again. A disk or a vault that does not
    /// answer now says nothing about the part.
    pub(crate) const fn is_about_the_part(&self) -> bool {
        match self {
            Self::PartDiffers => true,
            Self::Part(error) => match error {
                OpenObjectError::Read(error) => matches!(error, ReadError::Damaged { .. }),
                OpenObjectError::Vault(error) => matches!(
                    error,
                    VaultError::Unknown { .. }
                        | VaultError::Shredded { .. }
                        | VaultError::Damaged { .. }
                ),
                _ => true,
            },
            Self::Table(_) | Self::Read(_) | Self::ReceiptMissing { .. } => false,
        }
    }
}

/// What was decided about a deposit; `None` if it was never offered.
pub async fn deposit(
    office: &NotaryOffice,
    key: &DepositKey,
) -> Result<Option<DepositRow>, DepositedError> {
    Ok(DEPOSITS.durable_row(office.store(), key).await?.map(|stored| stored.value))
}

/// The deposit with this number.
pub async fn deposit_of_number(
    office: &NotaryOffice,
    number: DepositNo,
) -> Result<Option<DepositKey>, DepositedError> {
    Ok(NUMBERS.durable_row(office.store(), &number).await?.map(|stored| stored.value))
}

/// The receipt of a deposit, byte for byte; `None` if it was never offered.
pub async fn receipt(
    office: &NotaryOffice,
    key: &DepositKey,
) -> Result<Option<Envelope>, DepositedError> {
    let missing = || DepositedError::ReceiptMissing { deposit: *key };
    let leaf = key.receipt_leaf().map_err(TableError::from)?;
    let Some(found) = office.statement(&leaf).await? else { return Ok(None) };
    Envelope::from_json(&found.ok_or_else(missing)?).map(Some).map_err(|_| missing())
}

/// The bytes of one part.
///
/// # Errors
/// Among others, when its key was erased.
pub async fn open_part(
    office: &NotaryOffice,
    chain: Digest,
    part: &StoredPart,
) -> Result<Vec<u8>, DepositedError> {
    let context = part_context(chain, part.sha256);
    let bytes = open_sealed(office.store(), &part.object, &context).await?;
    if Digest::of(&bytes) == part.sha256 {
        Ok(bytes.to_vec())
    } else {
        Err(DepositedError::PartDiffers)
    }
}

/// What was kept against the platform's log about one chain, at most `limit`.
pub async fn misbehaviour(
    office: &NotaryOffice,
    chain: Digest,
    limit: usize,
) -> Result<Vec<ChainMisbehaviour>, DepositedError> {
    let rows = MISBEHAVIOUR.scan(office.store(), &format!("{chain}-"), None, limit).await?;
    Ok(rows.into_iter().map(|(_, stored)| stored.value).collect())
}

/// Counts of everything decided so far, for operators: what was just accepted is counted too.
pub async fn totals(office: &NotaryOffice) -> Result<Totals, DepositedError> {
    let stored = TOTALS.row(office.store(), &totals_key()).await?;
    Ok(stored.map(|stored| stored.value).unwrap_or_default())
}

pub(crate) fn totals_key() -> String {
    ALL.to_owned()
}

/// What a sealed part is, so that no object can be passed off as another.
pub(crate) fn part_context(chain: Digest, sha256: Digest) -> String {
    format!("deposit/{chain}/{sha256}")
}

pub(crate) fn document_key(chain: Digest, sha256: Digest) -> String {
    format!("{chain}-{sha256}")
}

pub(crate) fn misbehaviour_key(place: PlaceKey, root: RecordRoot) -> String {
    format!("{place}-{root}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_deposit_survives_its_text() {
        let key =
            DepositKey { root: RecordRoot::new(Digest::of(b"root")), manifest: Digest::of(b"m") };
        assert_eq!(key.to_string().parse::<DepositKey>(), Ok(key));
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<DepositKey>(&json).unwrap(), key);
        for text in ["", "-", &key.to_string()[1..], &format!("{key}-"), &key.root.to_string()] {
            assert_eq!(text.parse::<DepositKey>(), Err(DepositKeyError), "{text}");
        }
    }

    #[test]
    fn places_of_a_chain_stand_in_order() {
        let chain = Digest::of(b"chain");
        let text = |seq| PlaceKey { chain, seq }.to_string();
        assert!(text(9) < text(10) && text(10) < text(u64::MAX));
    }
}
