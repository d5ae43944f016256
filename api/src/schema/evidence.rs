//! Receipts and disclosures.

use utoipa::ToSchema;

use super::words::{
    Custodian, DepositNo, Digest, FilingId, Instant, OutcomeWord, RecordId, RecordKind, SigningId,
    VoucherNo,
};

/// Where a record stands in the log, and who else vouches for it. Each flag stands for itself, with its own head.
#[derive(ToSchema)]
pub(crate) struct Receipt {
    record_id: RecordId,
    /// The record's root, which the log entry carries.
    record_root: Digest,
    kind: RecordKind,
    /// When it was recorded.
    recorded_at: Instant,
    filing_id: FilingId,
    signing_id: Option<SigningId>,
    voucher: Option<VoucherNo>,
    /// It stands in the platform's log.
    logged: LogProof,
    /// It stands under a head that a witness cosigned.
    witnessed: Option<LogProof>,
    /// It stands under a head that a mirror cosigned.
    mirrored: Option<LogProof>,
    /// Who holds it.
    deposited: Deposits,
    /// It stands under a head that a time authority stamped.
    timestamped: Option<Timestamped>,
}

/// That a record stands in the log, under one head.
#[derive(ToSchema)]
pub(crate) struct LogProof {
    /// Origin of the platform's log.
    origin: String,
    /// Zero-based index of the leaf.
    index: u64,
    /// Number of leaves under the head.
    size: u64,
    /// Root under the head.
    root: Digest,
    /// The head: a signed note (C2SP tlog-checkpoint).
    checkpoint: String,
    /// The proof with the head: a file of C2SP tlog-proof, to be kept.
    proof: String,
}

/// That a record stands under a stamped head.
#[derive(ToSchema)]
pub(crate) struct Timestamped {
    /// Origin of the platform's log.
    origin: String,
    /// Zero-based index of the leaf.
    index: u64,
    /// Number of leaves under the head.
    size: u64,
    /// Root under the head.
    root: Digest,
    /// The head, exactly as it was stamped: a signed note (C2SP tlog-checkpoint).
    checkpoint: String,
    /// The proof with the head: a file of C2SP tlog-proof.
    proof: String,
    /// The tokens over the bytes of the checkpoint.
    stamps: Vec<TimeStamp>,
}

/// A token of a time authority.
#[derive(ToSchema)]
pub(crate) struct TimeStamp {
    /// Which authority, as the platform calls it.
    authority: String,
    /// The stamped instant.
    at: Instant,
    /// How far it may be off, in milliseconds.
    accuracy_ms: i64,
    /// The RFC 3161 token, DER in base64.
    token: String,
}

/// Who holds a record.
#[derive(ToSchema)]
pub(crate) struct Deposits {
    /// How many custodians hold it.
    held: u64,
    /// Of how many.
    of: u64,
    /// What they answered, refusals included.
    receipts: Vec<DepositNote>,
}

/// What one custodian answered.
#[derive(ToSchema)]
pub(crate) struct DepositNote {
    custodian: Custodian,
    deposit_no: DepositNo,
    outcome: OutcomeWord,
    /// Stable codes of what was found.
    findings: Option<Vec<String>>,
    /// Stable code of the reason of a refusal.
    reason: Option<String>,
    /// When the custodian received it, by its own clock.
    received_at: Instant,
    /// The signed receipt, a DSSE envelope.
    #[schema(value_type = Object)]
    envelope: (),
}

/// What was opened of a record.
#[derive(ToSchema)]
pub(crate) struct Disclosed {
    record_id: RecordId,
    /// The record's root, which the disclosure proves.
    record_root: Digest,
    /// The disclosure: canonical JSON, exactly as it hashes.
    #[schema(value_type = Object)]
    record: (),
    /// The same of the signer's device, when attributes of it were asked for.
    #[schema(value_type = Option<Object>)]
    client: Option<()>,
    /// The record of this look: every look is evidence itself.
    access_record_id: RecordId,
}

/// Receipts that a custodian gave.
#[derive(ToSchema)]
pub(crate) struct ReceiptList {
    /// The receipts.
    receipts: Vec<ListedReceipt>,
}

/// A receipt that a custodian gave.
#[derive(ToSchema)]
pub(crate) struct ListedReceipt {
    /// Of which record.
    record_id: RecordId,
    /// The exact envelope that the custodian signed.
    receipt: String,
}
