//! Taking back a deposit that the office receipted and lost: the receipt stays what it was.
//!
//! The platform gives back the receipt and the record. The receipt is believed by its own signature, which is ours; the
//! record is examined like any deposit and must be the one the receipt is about. Number, outcome and instant are those
//! of the receipt, and its exact bytes are a leaf of the log that goes on, so whoever asks gets the same answer.

use std::collections::BTreeSet;

use bytes::Bytes;
use heqi_evidence::deposit::DepositReceipt;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::examine::Received;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::statement::Statement as _;
use heqi_pki::dsse::Envelope;
use heqi_pki::keys::PublicKey;
use heqi_vocabulary::{DepositNo, Digest};

use super::{AdmitBundleError, inspect_aside, keep, settle};
use crate::deposited::{DEPOSITS, DepositKey, NUMBERS};
use crate::matter::number::ApplicationNo;
use crate::matter::rows::MATTERS;
use crate::office::NotaryOffice;

/// A receipt of this office that somebody holds.
pub(super) struct Returned {
    pub(super) receipt: Envelope,
    pub(super) said: DepositReceipt,
}

/// What came of a deposit that was given back.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TakenBack {
    /// The number of its receipt.
    pub deposit_no: DepositNo,
    /// Whether the office did not have it.
    pub was_lost: bool,
    /// Whether everything that the receipt signs is held again. Not so where something was erased since.
    pub is_whole: bool,
    /// An application that the record says this office took, and of which the office knows nothing.
    pub lost_application: Option<ApplicationNo>,
}

/// Why a deposit was not taken back. Nothing was kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TakeBackError {
    /// It is no receipt, or another custodian's, or no key of ours signed it.
    #[error("this is no receipt of this office: {0}")]
    NotOurs(String),
    /// The number or the record has another receipt in this store.
    #[error("deposit {0} has another receipt in this store: two were signed")]
    OtherReceipt(DepositNo),
    /// The record could not be taken.
    #[error(transparent)]
    Record(#[from] AdmitBundleError),
}

/// Takes back one deposit. They have to come in the order of their numbers, as they were decided. The same again
/// changes nothing. `keys` are the receipt keys of the office, those of before included.
///
/// # Errors
/// See [`TakeBackError`].
pub async fn take_back(
    office: &NotaryOffice,
    keys: &[PublicKey],
    receipt: &[u8],
    file: Bytes,
) -> Result<TakenBack, TakeBackError> {
    let returned = open(office, keys, receipt)?;
    if is_held(office, &returned).await? {
        let deposit_no = returned.said.deposit_no;
        return Ok(TakenBack {
            deposit_no,
            was_lost: false,
            is_whole: true,
            lost_application: None,
        });
    }
    bring(office, returned, file).await
}

/// What a receipt of this office says, if the store does not have it.
///
/// # Errors
/// It is none of ours, or the store has another in its place.
pub async fn lost_receipt(
    office: &NotaryOffice,
    keys: &[PublicKey],
    receipt: &[u8],
) -> Result<Option<DepositReceipt>, TakeBackError> {
    let returned = open(office, keys, receipt)?;
    let is_held = is_held(office, &returned).await?;
    Ok((!is_held).then_some(returned.said))
}

fn open(
    office: &NotaryOffice,
    keys: &[PublicKey],
    receipt: &[u8],
) -> Result<Returned, TakeBackError> {
    let not_ours = |what: String| TakeBackError::NotOurs(what);
    let receipt = Envelope::from_json(receipt).map_err(|error| not_ours(error.to_string()))?;
    let said = DepositReceipt::open(&receipt, keys)
        .map_err(|error| not_ours(error.to_string()))?
        .into_statement();
    if said.custodian == office.custodian() {
        Ok(Returned { receipt, said })
    } else {
        Err(not_ours(format!("it is of {}", said.custodian)))
    }
}

/// Whether the store has this very receipt.
async fn is_held(office: &NotaryOffice, returned: &Returned) -> Result<bool, TakeBackError> {
    let said = &returned.said;
    let fault = AdmitBundleError::from;
    let other = || TakeBackError::OtherReceipt(said.deposit_no);
    let key = DepositKey { root: said.record_root, manifest: said.manifest_sha256 };
    let numbered = NUMBERS.row(office.store(), &said.deposit_no).await.map_err(fault)?;
    if numbered.is_some_and(|held| held.value != key) {
        return Err(other());
    }
    if DEPOSITS.row(office.store(), &key).await.map_err(fault)?.is_none() {
        return Ok(false);
    }
    let held = crate::deposited::receipt(office, &key).await.map_err(AdmitBundleError::from)?;
    let is_same = held.is_some_and(|held| held.as_bytes() == returned.receipt.as_bytes());
    if is_same { Ok(true) } else { Err(other()) }
}

async fn bring(
    office: &NotaryOffice,
    returned: Returned,
    file: Bytes,
) -> Result<TakenBack, TakeBackError> {
    let said = &returned.said;
    let received = Received { at: said.received_at, by: office.organisation().to_owned() };
    let inspected = inspect_aside(office, file, received, Some(said.clone())).await?;
    let lost_application = lost_application(office, &inspected.parts.record).await?;
    let signed: BTreeSet<Digest> = said.parts.iter().map(|part| part.sha256).collect();
    let kept = keep::keep(office, inspected, Some(&signed)).await?;
    let held: BTreeSet<Digest> = kept.parts.iter().map(|part| part.sha256).collect();
    let is_whole = signed.is_subset(&held);
    settle::settle(office, kept, Some(&returned)).await?;
    let deposit_no = returned.said.deposit_no;
    Ok(TakenBack { deposit_no, was_lost: true, is_whole, lost_application })
}

/// The application of which a record says that this office took it, if the office does not know it any more.
async fn lost_application(
    office: &NotaryOffice,
    record: &[u8],
) -> Result<Option<ApplicationNo>, AdmitBundleError> {
    let Ok(record) = Disclosure::parse(record) else { return Ok(None) };
    let is_answer = record.kind() == RecordKind::CertificateApplication
        && record.text("state") == Some("received");
    let number = record.text("reference").filter(|_| is_answer);
    let Some(number) = number.and_then(|text| text.parse().ok()) else { return Ok(None) };
    let known = MATTERS.row(office.store(), &number).await?;
    Ok(known.is_none().then_some(number))
}
