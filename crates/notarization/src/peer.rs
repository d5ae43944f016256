//! What the office holds of the platform, and what the platform proves about the office's own store
//! (`docs/spec/peer.md`).

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::deposit::DepositReceipt;
use heqi_evidence::statement::Statement;
use heqi_evidence_store::table::TableError;
use heqi_evidence_store::witness::comparison::{ComparisonError, Standing, compare};
use heqi_pki::dsse::Envelope;
use heqi_tlog::checkpoint::Origin;
use heqi_tlog::note::VerifierKey;
use heqi_tlog::proof_file::ProofFile;
use heqi_vocabulary::{Digest, UtcMillis};

use crate::deposited::{
    self, DEPOSITS, DepositKey, DepositRow, DepositedError, LAST_DEPOSITS, NUMBERS, PROOF,
    open_part,
};
use crate::matter::CertificateNo;
use crate::matter::given::given_and_unknown;
use crate::office::NotaryOffice;

/// The last deposit of a log.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct LastDeposit {
    /// Record and manifest.
    pub key: DepositKey,
    /// What was decided.
    pub row: DepositRow,
    /// The exact bytes of the receipt.
    pub receipt: String,
    /// The head it was proved under, as the platform's log signed it; absent when its key was erased.
    pub head: Option<String>,
}

/// The last deposit out of the log with this origin; `None` when there was none.
///
/// # Errors
/// The store could not be read.
pub async fn last_deposit(
    office: &NotaryOffice,
    origin: &Origin,
) -> Result<Option<LastDeposit>, DepositedError> {
    let path = origin.monitoring_path();
    let Some(last) = LAST_DEPOSITS.durable_row(office.store(), &path).await? else {
        return Ok(None);
    };
    let key = last.value;
    let missing = || DepositedError::ReceiptMissing { deposit: key };
    let row = DEPOSITS.durable_row(office.store(), &key).await?.ok_or_else(missing)?.value;
    let receipt = deposited::receipt(office, &key).await?.ok_or_else(missing)?;
    let receipt = String::from_utf8(receipt.as_bytes().to_vec()).map_err(|_| missing())?;
    let head = head_of(office, &row).await;
    Ok(Some(LastDeposit { key, row, receipt, head }))
}

/// The head in a deposit's proof.
async fn head_of(office: &NotaryOffice, row: &DepositRow) -> Option<String> {
    let part = row.parts.iter().find(|part| part.name == PROOF)?;
    let proof = open_part(office, row.chain, part).await.ok()?;
    Some(ProofFile::parse(&proof).ok()?.checkpoint().note().to_string())
}

/// Compares what the platform holds of ours with our store: heads our log's key signed, receipts our receipt key signed,
/// and certificate numbers that a query named which our log's key signed. The sentence names what is missing and what to
/// do; `None` when nothing is.
///
/// # Errors
/// A note is not a head of ours, or the store could not be read.
pub async fn compare_with(
    office: &NotaryOffice,
    log_keys: &[VerifierKey],
    heads: &[String],
    receipts: &[String],
    certificates: &[CertificateNo],
) -> Result<Option<String>, CompareError> {
    let name = log_keys.first().map_or_else(String::new, |key| key.name().to_string());
    let mut missing = None;
    for note in heads {
        match compare(office.store().log(), log_keys, note).await? {
            Standing::Held { .. } => {}
            Standing::Behind { ours, theirs, root } => {
                let last = theirs.saturating_sub(1);
                missing = Some(format!(
                    "entries {ours} to {last} of log {name} are missing (it signed {theirs} entries with root {root})"
                ));
            }
            Standing::OtherHistory { size } => {
                missing = Some(format!(
                    "log {name} signed another history of {size} entries than it holds now"
                ));
            }
        }
    }
    for receipt in receipts {
        if let Some(unknown) = given_and_not_held(office, receipt).await? {
            let also = format!("deposit {} is missing", unknown.deposit_no);
            missing = Some(missing.map_or(also.clone(), |missing| format!("{missing}; {also}")));
        }
    }
    if let Some(unknown) = given_and_unknown(office, certificates).await? {
        let also =
            format!("certificate number {unknown} was given and is not in the register book");
        missing = Some(missing.map_or(also.clone(), |missing| format!("{missing}; {also}")));
    }
    Ok(missing.map(|missing| {
        format!(
            "{missing}. Restore the newest backup; what no backup has comes back from the platform under a log with \
             another name, which takes this one's place: `heqi recover notary`"
        )
    }))
}

/// Why the comparison came to nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// A head.
    #[error(transparent)]
    Comparison(#[from] ComparisonError),
    /// A receipt.
    #[error("what is held could not be read: {0}")]
    Table(#[from] TableError),
}

/// A receipt with our signature whose number we did not give, as far as our store knows.
async fn given_and_not_held(
    office: &NotaryOffice,
    receipt: &str,
) -> Result<Option<DepositReceipt>, CompareError> {
    let Ok(envelope) = Envelope::from_json(receipt.as_bytes()) else { return Ok(None) };
    let keys = [office.receipt_key().public_key()];
    let Ok(signed) = DepositReceipt::open(&envelope, &keys) else { return Ok(None) };
    let said = signed.into_statement();
    if said.custodian != office.custodian() {
        return Ok(None);
    }
    let key = DepositKey { root: said.record_root, manifest: said.manifest_sha256 };
    let held = NUMBERS.row(office.store(), &said.deposit_no).await?;
    Ok(held.is_none_or(|held| held.value != key).then_some(said))
}

/// One deposit as it is given back to the platform that lost it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ListedDeposit {
    /// Record and manifest.
    pub key: DepositKey,
    /// Its chain.
    pub chain: Digest,
    /// Its place there.
    pub seq: u64,
    /// When it was received.
    pub received_at: UtcMillis,
    /// Whether it is held as evidence.
    pub is_admitted: bool,
}

/// The deposits after `after`, in the order of their keys, at most `limit`: for giving everything back.
///
/// # Errors
/// The store could not be read.
pub async fn list_deposits(
    office: &NotaryOffice,
    after: Option<&DepositKey>,
    limit: usize,
) -> Result<Vec<ListedDeposit>, TableError> {
    let rows = DEPOSITS.scan(office.store(), "", after, limit).await?;
    let listed = rows.into_iter().map(|(key, stored)| ListedDeposit {
        key,
        chain: stored.value.chain,
        seq: stored.value.seq,
        received_at: stored.value.received_at,
        is_admitted: stored.value.outcome.is_admitted(),
    });
    Ok(listed.collect())
}

/// A deposit as a bundle again, with the receipt and the newest statement about its chain: what the platform needs to
/// take a lost record back. `None` if it was never offered.
///
/// # Errors
/// Among others, when one of its keys was erased.
pub async fn deposited_bundle(
    office: &NotaryOffice,
    key: &DepositKey,
) -> Result<Option<BundleParts>, DepositedError> {
    let Some(row) = deposited::deposit(office, key).await? else { return Ok(None) };
    let mut parts = BundleParts::default();
    for part in &row.parts {
        let bytes = open_part(office, row.chain, part).await?;
        match part.name.as_str() {
            "record.json" => parts.record = bytes,
            "client.json" => parts.client = Some(bytes),
            "envelope.json" => parts.envelope = Some(bytes),
            "challenge.json" => parts.challenge = Some(bytes),
            "proof/challenge.checkpoint" => parts.challenge_checkpoint = Some(bytes),
            PROOF => parts.proof = Some(bytes),
            name => match name.strip_prefix("attachments/") {
                Some(file) => drop(parts.attachments.insert(file.to_owned(), bytes)),
                // What is left are certificates, in their order.
                None => parts.certificates.push(bytes),
            },
        }
    }
    let receipt = deposited::receipt(office, key).await?;
    parts.deposits.extend(receipt.map(|receipt| receipt.as_bytes().to_vec()));
    let head = crate::chain_head(office, row.chain).await?;
    parts.chain_head = head.map(|head| head.as_bytes().to_vec());
    Ok(Some(parts))
}
