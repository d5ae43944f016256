//! The receipt of a record: where it stands in the log, and who else vouches for it. Each
//! flag stands for itself, with its own head of the log.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use heqi_evidence::deposit::Outcome;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::backend::Committed;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::proof_file::ProofFile;
use heqi_vocabulary::{DepositNo, Digest, FilingId, RecordId, SigningId, UtcMillis, VoucherNo};
use serde::Serialize;

use crate::fault::{ActError, Fault, Thing};
use crate::ledger::{self, About, KeptRecord};
use crate::platform::{Custodian, Platform};
use crate::request::{Actor, Scope};
use crate::rows::{self, Cosigned, Pair, ReceiptRow};

/// The longest wait for flags, in milliseconds.
pub const MAX_WAIT_MS: u64 = 60_000;

/// The receipt of one record.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Receipt {
    /// The record.
    pub record_id: RecordId,
    /// Its root, which is what the log entry carries.
    pub record_root: RecordRoot,
    /// What happened.
    pub kind: RecordKind,
    /// When it was recorded.
    pub recorded_at: UtcMillis,
    /// The filing.
    pub filing_id: FilingId,
    /// The signing, if it is one.
    pub signing_id: Option<SigningId>,
    /// The number for people 签署凭证号, if it is a signing.
    pub voucher: Option<VoucherNo>,
    /// It stands in the platform's log.
    pub logged: LogProof,
    /// It stands under a head that a witness cosigned.
    pub witnessed: Option<LogProof>,
    /// It stands under a head that a mirror cosigned.
    pub mirrored: Option<LogProof>,
    /// Who holds it.
    pub deposited: Deposits,
    /// No trusted time stamp exists yet.
    pub timestamped: Option<()>,
}

/// That a record stands in the log, under one head.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LogProof {
    /// Origin of the log.
    pub origin: String,
    /// Zero-based index of the leaf.
    pub index: u64,
    /// Number of leaves under the head.
    pub size: u64,
    /// Root under the head, in hexadecimal.
    pub root: Digest,
    /// The head: a signed note (c2sp.org/tlog-checkpoint).
    pub checkpoint: String,
    /// The proof with the head: a file of c2sp.org/tlog-proof, to be kept.
    pub proof: String,
}

/// Who holds a record.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Deposits {
    /// How many custodians hold it.
    pub held: usize,
    /// Of how many.
    pub of: usize,
    /// What they answered, refusals included.
    pub receipts: Vec<DepositNote>,
}

/// What one custodian answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DepositNote {
    /// Who.
    pub custodian: Custodian,
    /// Deposit number 存证编号.
    pub deposit_no: DepositNo,
    /// What was decided.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// When the custodian received it, by its own clock.
    pub received_at: UtcMillis,
    /// The signed receipt 存证回执, a DSSE envelope.
    pub envelope: serde_json::Value,
}

/// A flag to wait for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the API, version 1")]
pub enum Flag {
    /// A witness cosigned.
    Witnessed,
    /// A mirror cosigned.
    Mirrored,
    /// Every custodian answered.
    Deposited,
}

impl Flag {
    /// Every flag.
    pub const ALL: [Self; 3] = [Self::Witnessed, Self::Mirrored, Self::Deposited];

    /// The word used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Witnessed => "witnessed",
            Self::Mirrored => "mirrored",
            Self::Deposited => "deposited",
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Flag {
    type Err = UnknownFlag;

    fn from_str(text: &str) -> Result<Self, UnknownFlag> {
        Self::ALL.into_iter().find(|flag| flag.as_str() == text).ok_or(UnknownFlag)
    }
}

/// The word names no flag.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the flags are witnessed, mirrored and deposited")]
pub struct UnknownFlag;

/// What to wait for before answering. When the time is over the receipt is given as it
/// stands.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Wait {
    /// Which flags.
    pub flags: BTreeSet<Flag>,
    /// How long, in milliseconds, at most [`MAX_WAIT_MS`].
    pub timeout_ms: u64,
}

/// The receipt of a record the caller may see: with scope `filings` or `evidence`, or the
/// signer's own.
///
/// # Errors
/// No such record for this caller, or the store could not be read.
pub async fn receipt(
    platform: &Platform,
    actor: &Actor,
    record: RecordId,
    wait: &Wait,
) -> Result<Receipt, ActError> {
    let kept = ledger::find(platform, record).await?;
    may_see(actor, &kept)?;
    let timeout = Duration::from_millis(wait.timeout_ms.min(MAX_WAIT_MS));
    let deadline = tokio::time::Instant::now() + timeout;
    let mut progress = platform.backend().progress();
    loop {
        // Marked as seen before reading, so that no change after the read is missed.
        progress.mark_unchanged();
        let receipt = assemble(platform, &kept).await?;
        let missing = wait.flags.iter().any(|flag| !flag.is_raised(&receipt));
        let changed = tokio::time::timeout_at(deadline, progress.changed());
        if !missing || !matches!(changed.await, Ok(Ok(()))) {
            return Ok(receipt);
        }
    }
}

impl Flag {
    /// Whether a receipt has it.
    pub fn is_raised(self, receipt: &Receipt) -> bool {
        match self {
            Self::Witnessed => receipt.witnessed.is_some(),
            Self::Mirrored => receipt.mirrored.is_some(),
            Self::Deposited => receipt.deposited.receipts.len() >= receipt.deposited.of,
        }
    }
}

/// Staff who work on filings or may look at evidence, and the party itself.
pub(crate) fn may_see(actor: &Actor, kept: &KeptRecord) -> Result<(), ActError> {
    match actor {
        Actor::ApiKey { .. } => {
            actor.require(Scope::Evidence).or_else(|_| actor.require(Scope::Filings))
        }
        Actor::Signer { .. } => own(actor, kept),
    }
}

/// A party's own records and no others; it never learns whether there are any.
pub(crate) fn own(actor: &Actor, kept: &KeptRecord) -> Result<(), ActError> {
    let (_, filing, party) = actor.signer()?;
    if kept.about.filing == filing && kept.about.party == Some(party) {
        Ok(())
    } else {
        Err(ActError::NotFound(Thing::Record))
    }
}

/// A record as it stands, before anybody else has seen it.
pub(crate) struct Stands {
    pub(crate) record_id: RecordId,
    pub(crate) root: RecordRoot,
    pub(crate) kind: RecordKind,
    pub(crate) recorded_at: UtcMillis,
    pub(crate) about: About,
}

impl Stands {
    fn receipt(self, logged: LogProof, of: usize) -> Receipt {
        Receipt {
            record_id: self.record_id,
            record_root: self.root,
            kind: self.kind,
            recorded_at: self.recorded_at,
            filing_id: self.about.filing,
            signing_id: self.about.signing,
            voucher: self.about.voucher,
            logged,
            witnessed: None,
            mirrored: None,
            deposited: Deposits { held: 0, of, receipts: Vec::new() },
            timestamped: None,
        }
    }
}

/// The receipt of a record that was committed just now, without reading it again.
pub(crate) async fn fresh(
    platform: &Platform,
    stands: Stands,
    committed: &Committed,
) -> Result<Receipt, Fault> {
    let index = committed.first_leaf_index;
    let index = index.ok_or_else(|| Fault::broken("a record was committed without a leaf"))?;
    let logged = prove(platform, index, committed.head.checkpoint()).await?;
    Ok(stands.receipt(logged, platform.settings.custodians.len()))
}

/// The receipt of a record that is kept.
pub(crate) async fn of(platform: &Platform, record: RecordId) -> Result<Receipt, ActError> {
    let kept = ledger::find(platform, record).await?;
    Ok(assemble(platform, &kept).await?)
}

async fn assemble(platform: &Platform, kept: &KeptRecord) -> Result<Receipt, Fault> {
    let head = platform.backend().log().head();
    let logged = prove(platform, kept.index, head.checkpoint()).await?;
    let stands = Stands {
        record_id: kept.record_id,
        root: kept.root,
        kind: kept.kind,
        recorded_at: kept.recorded_at,
        about: kept.about,
    };
    let mut receipt = stands.receipt(logged, platform.settings.custodians.len());
    receipt.witnessed = cosigned(platform, kept.index, Cosigned::Witnessed).await?;
    receipt.mirrored = cosigned(platform, kept.index, Cosigned::Mirrored).await?;
    for custodian in platform.settings.custodians.keys().copied() {
        let key = Pair(kept.record_id, custodian);
        let Some(row) = rows::RECEIPTS.durable_row(platform.backend(), &key).await? else {
            continue;
        };
        let ReceiptRow { deposit_no, outcome, received_at, envelope } = row.value;
        receipt.deposited.held += usize::from(outcome.is_admitted());
        let envelope = serde_json::from_str(&envelope).map_err(Fault::broken)?;
        let note = DepositNote { custodian, deposit_no, outcome, received_at, envelope };
        receipt.deposited.receipts.push(note);
    }
    Ok(receipt)
}

async fn cosigned(
    platform: &Platform,
    index: u64,
    which: Cosigned,
) -> Result<Option<LogProof>, Fault> {
    let row = rows::COSIGNED.durable_row(platform.backend(), &which).await?;
    match row.filter(|row| index < row.value.size) {
        None => Ok(None),
        Some(row) => {
            let head = SignedCheckpoint::parse(row.value.note.as_bytes());
            Ok(Some(prove(platform, index, &head.map_err(Fault::broken)?).await?))
        }
    }
}

async fn prove(
    platform: &Platform,
    index: u64,
    head: &SignedCheckpoint,
) -> Result<LogProof, Fault> {
    let proof = proof_file(platform, index, head).await?;
    let checkpoint = head.checkpoint();
    Ok(LogProof {
        origin: checkpoint.origin().to_string(),
        index,
        size: checkpoint.size(),
        root: Digest::from_bytes(*checkpoint.root().as_bytes()),
        checkpoint: head.note().to_string(),
        proof: proof.to_string(),
    })
}

/// The proof that leaf `index` stands under `head`.
pub(crate) async fn proof_file(
    platform: &Platform,
    index: u64,
    head: &SignedCheckpoint,
) -> Result<ProofFile, Fault> {
    let size = head.checkpoint().size();
    let path = platform.backend().log().inclusion_proof(index, size).await?;
    ProofFile::new(index, path, head.clone()).map_err(Fault::broken)
}
