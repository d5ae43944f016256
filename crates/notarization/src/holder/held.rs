//! What is held of a person, opened from the held bytes and examined again by this office's own
//! anchors and clock.

use std::collections::BTreeMap;
use std::fmt;

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::deposit::Outcome;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::record::Frame;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::Verdict;
use heqi_evidence_store::vault::VaultError;
use heqi_vocabulary::{DepositNo, Digest, UtcMillis};

use super::door::Holder;
use super::index::{HELD, HeldRow};
use super::{HolderFault, Person};
use crate::cosigned_log::examine_with_best_proof;
use crate::deposited::{DepositKey, DepositRow, DepositedError, deposit};
use crate::held_chain::HeldChain;
use crate::matter::examine::{found_void, is_of_wards_name};
use crate::office::NotaryOffice;
use crate::peer::deposited_bundle;

/// Records of one person in one filing that are listed, at most.
const RECORDS: usize = 1_000;

/// Everything that is held of a person in one filing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HeldFiling {
    /// The commitment of the filing's chain.
    pub chain: Digest,
    /// What was signed, newest first; what was erased says so.
    pub signings: Vec<HeldRecord>,
    /// Everything else, in the order of the chain.
    pub others: Vec<HeldRecord>,
}

/// One record that is held.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HeldRecord {
    /// What it is.
    pub kind: RecordKind,
    /// Its place in the chain.
    pub seq: u64,
    /// The number of the deposit.
    pub deposit_no: DepositNo,
    /// When the office received it.
    pub received_at: UtcMillis,
    /// What was decided.
    pub outcome: Outcome,
    /// What a list shows of a signing; `None` of other records and when it was erased.
    pub signed: Option<Signed>,
    /// Whether it puts the name of a minor right, and not that of the guardian who signs.
    pub is_wards_name: bool,
}

/// What a list shows of a signing. Names a company, never printed.
#[derive(Clone)]
#[non_exhaustive]
pub struct Signed {
    /// When the platform recorded it.
    pub recorded_at: UtcMillis,
    /// The number on receipt and messages.
    pub voucher: String,
    /// The company.
    pub company: String,
    /// What the filing is for, as the platform's word.
    pub matter: String,
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signed({})", self.recorded_at)
    }
}

/// One record, opened.
#[derive(Debug)]
#[non_exhaustive]
pub struct OpenedRecord {
    /// What was decided about it.
    pub row: DepositRow,
    /// Record and manifest.
    pub key: DepositKey,
    /// When the platform recorded it.
    pub recorded_at: UtcMillis,
    /// The record.
    pub record: Disclosure,
    /// What the device said itself.
    pub client: Option<Disclosure>,
    /// The parts, with receipt, newest statement about the chain and the log proof that proves most.
    pub parts: BundleParts,
    /// What an examination of these very bytes found now.
    pub verdict: Verdict,
    /// When the registry found this very signature void, and which office did.
    pub found_void: Option<(UtcMillis, String)>,
    /// Under which titles documents were added to the filing, by the digest of their bytes.
    pub titles: BTreeMap<Digest, String>,
}

impl OpenedRecord {
    /// The bytes of an attachment and the ending of its name, by their SHA-256.
    pub fn attachment(&self, sha256: &Digest) -> Option<(&str, &[u8])> {
        let wanted = sha256.to_string();
        self.parts.attachments.iter().find_map(|(name, bytes)| {
            let (digest, ending) = name.split_once('.')?;
            (digest == wanted).then_some((ending, bytes.as_slice()))
        })
    }
}

/// Why a record is not shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Nothing with this number is held of this person.
    #[error("nothing with this number is held of this person")]
    Unknown,
    /// Its keys were destroyed.
    #[error("it was erased")]
    Erased,
    /// The office could not do its part.
    #[error(transparent)]
    Fault(HolderFault),
}

impl<E: Into<HolderFault>> From<E> for OpenError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Everything that is held of this person.
///
/// # Errors
/// See [`HolderFault`].
pub async fn list(office: &NotaryOffice, holder: &Holder) -> Result<Vec<HeldFiling>, HolderFault> {
    let mut filings = Vec::new();
    for person in &holder.persons {
        let mut filing: Option<HeldFiling> = None;
        for row in held(office, *person).await? {
            let decided = deposit(office, &row.deposit).await?;
            let decided = decided.ok_or(HolderFault::Damaged("a listed deposit is missing"))?;
            let filing = filing.get_or_insert_with(|| HeldFiling {
                chain: decided.chain,
                signings: Vec::new(),
                others: Vec::new(),
            });
            let is_signing = row.kind == RecordKind::Signing;
            let signed = if is_signing { signed(office, &row.deposit).await? } else { None };
            let is_wards_name = row.kind == RecordKind::PersonCorrected
                && is_about_ward(office, &row.deposit).await?;
            let record = HeldRecord {
                kind: row.kind,
                seq: decided.seq,
                deposit_no: decided.deposit_no,
                received_at: decided.received_at,
                outcome: decided.outcome,
                signed,
                is_wards_name,
            };
            if is_signing { filing.signings.push(record) } else { filing.others.push(record) }
        }
        filings.extend(filing.map(|mut filing| {
            filing.signings.reverse();
            filing
        }));
    }
    let newest = |filing: &HeldFiling| {
        let all = filing.signings.iter().chain(&filing.others);
        all.map(|record| record.received_at).max()
    };
    filings.sort_by_key(|filing| std::cmp::Reverse(newest(filing)));
    Ok(filings)
}

async fn held(office: &NotaryOffice, person: Person) -> Result<Vec<HeldRow>, HolderFault> {
    let rows = HELD.scan(office.store(), &format!("{person}-"), None, RECORDS).await?;
    Ok(rows.into_iter().map(|(_, row)| row.value).collect())
}

async fn signed(office: &NotaryOffice, key: &DepositKey) -> Result<Option<Signed>, HolderFault> {
    let parts = match deposited_bundle(office, key).await {
        Ok(Some(parts)) => parts,
        Ok(None) => return Ok(None),
        Err(error) if is_erased(&error) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let (record, frame) = read(&parts.record)?;
    let text = |name: &str| record.text(name).unwrap_or_default().to_owned();
    Ok(Some(Signed {
        recorded_at: frame.place.recorded_at,
        voucher: text("voucher"),
        company: text("company_name"),
        matter: text("matter"),
    }))
}

async fn is_about_ward(office: &NotaryOffice, key: &DepositKey) -> Result<bool, HolderFault> {
    match deposited_bundle(office, key).await {
        Ok(Some(parts)) => Ok(is_of_wards_name(&read(&parts.record)?.0)),
        Ok(None) => Ok(false),
        Err(error) if is_erased(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn read(bytes: &[u8]) -> Result<(Disclosure, Frame), HolderFault> {
    let record = Disclosure::parse(bytes).map_err(|_| HolderFault::Damaged("a held record"))?;
    let frame = Frame::read(&record).map_err(|_| HolderFault::Damaged("a held record's frame"))?;
    Ok((record, frame))
}

fn is_erased(error: &DepositedError) -> bool {
    matches!(
        error,
        DepositedError::Part(heqi_evidence_store::object::OpenObjectError::Vault(
            VaultError::Shredded { .. }
        ))
    )
}

/// Opens one record of this person and examines it again.
///
/// # Errors
/// See [`OpenError`]. What belongs to somebody else is unknown.
pub async fn open(
    office: &NotaryOffice,
    holder: &Holder,
    number: DepositNo,
) -> Result<OpenedRecord, OpenError> {
    let key =
        crate::deposited::deposit_of_number(office, number).await?.ok_or(OpenError::Unknown)?;
    let mut is_theirs = false;
    for person in &holder.persons {
        is_theirs |= held(office, *person).await?.iter().any(|row| row.deposit == key);
    }
    if !is_theirs {
        return Err(OpenError::Unknown);
    }
    let row = deposit(office, &key).await?.ok_or(OpenError::Unknown)?;
    let mut parts = match deposited_bundle(office, &key).await {
        Ok(parts) => parts.ok_or(OpenError::Unknown)?,
        Err(error) if is_erased(&error) => return Err(OpenError::Erased),
        Err(error) => return Err(error.into()),
    };
    // After the statement about the chain's end: what is added meanwhile contradicts nobody.
    let chain = HeldChain::read(office, row.chain).await?;
    match chain.frames().map_err(|_| HolderFault::Damaged("a frame has no JSON form"))? {
        Some(frames) => parts.chain = frames,
        None => parts.chain_head = None,
    }
    let (record, frame) = read(&parts.record)?;
    let client = parts.client.as_deref().map(Disclosure::parse).transpose();
    let client = client.map_err(|_| HolderFault::Damaged("what a device said"))?;
    let now = office.clock().now();
    let examined = examine_with_best_proof(office, parts, Some(now)).await;
    let (parts, verdict) = examined.map_err(|_| HolderFault::BrokeOff)?;
    let recorded_at = frame.place.recorded_at;
    let titles = chain.titles();
    let found_void = found_void(chain.records, &record).map(|void| (void.at, void.by));
    Ok(OpenedRecord { row, key, recorded_at, record, client, parts, verdict, found_void, titles })
}
