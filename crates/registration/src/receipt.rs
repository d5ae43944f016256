//! The receipt of a record: where it stands in the log, and who else vouches for it. Each
//! flag stands for itself, with its own head of the log.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use heqi_evidence::deposit::Outcome;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::stamping;
use heqi_vocabulary::{DepositNo, Digest, FilingId, RecordId, SigningId, UtcMillis, VoucherNo};
use serde::Serialize;

use crate::ceremonies::require_inside;
use crate::fault::{ActError, Fault, Thing};
use crate::ledger::{self, KeptRecord};
use crate::platform::{Custodian, Platform};
use crate::request::{Actor, Scope};
use crate::rows::{self, Cosigned, Pair};

mod assemble;

use assemble::assemble;
pub(crate) use assemble::{Stands, fresh, of, proof_file};

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
    /// It stands under a head that a time authority stamped.
    pub timestamped: Option<Timestamped>,
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

/// That a record stands under a stamped head.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Timestamped {
    /// The stamped head and the proof to it.
    #[serde(flatten)]
    pub proof: LogProof,
    /// The tokens over exactly the bytes of the checkpoint.
    pub stamps: Vec<TimeStamp>,
}

/// One token.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TimeStamp {
    /// Which authority, as it is configured.
    pub authority: String,
    /// The stamped instant.
    pub at: UtcMillis,
    /// How far it may be off, in milliseconds.
    pub accuracy_ms: i64,
    /// The RFC 3161 token, DER in base64.
    pub token: String,
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

impl Deposits {
    /// Whether every custodian holds it; where there is none, nobody does.
    pub const fn is_held_by_all(&self) -> bool {
        self.of > 0 && self.held == self.of
    }

    /// Whether no custodian's answer is waited for: each has given one, be it a refusal.
    pub const fn is_answered_by_all(&self) -> bool {
        self.receipts.len() >= self.of
    }

    /// Whether a custodian refused it and no other answer is waited for: nobody is asked again.
    pub const fn is_refused_for_good(&self) -> bool {
        self.of > 0 && !self.is_held_by_all() && self.is_answered_by_all()
    }
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
    /// A time authority stamped it.
    Timestamped,
}

impl Flag {
    /// Every flag.
    pub const ALL: [Self; 4] =
        [Self::Witnessed, Self::Mirrored, Self::Deposited, Self::Timestamped];

    /// The word used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Witnessed => "witnessed",
            Self::Mirrored => "mirrored",
            Self::Deposited => "deposited",
            Self::Timestamped => "timestamped",
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
#[error("the flags are witnessed, mirrored, deposited and timestamped")]
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
    require_inside(platform, actor).await?;
    let timeout = Duration::from_millis(wait.timeout_ms.min(MAX_WAIT_MS));
    let deadline = tokio::time::Instant::now() + timeout;
    let mut progress = platform.backend().progress();
    loop {
        // Marked as seen before reading, so that no change after the read is missed.
        progress.mark_unchanged();
        if !are_raised(platform, &kept, &wait.flags).await? {
            let changed = tokio::time::timeout_at(deadline, progress.changed());
            if matches!(changed.await, Ok(Ok(()))) {
                continue;
            }
        }
        return Ok(assemble(platform, &kept).await?);
    }
}

/// Whether there is nothing left to wait for. Everybody who waits asks this after every batch, so no proof is made
/// and no receipt is put together for it.
async fn are_raised(
    platform: &Platform,
    kept: &KeptRecord,
    flags: &BTreeSet<Flag>,
) -> Result<bool, Fault> {
    let backend = platform.backend();
    for flag in flags {
        let is_raised = match flag {
            Flag::Witnessed => is_cosigned(platform, kept.index, Cosigned::Witnessed).await?,
            Flag::Mirrored => is_cosigned(platform, kept.index, Cosigned::Mirrored).await?,
            Flag::Timestamped => stamping::covering(backend, kept.index).await?.is_some(),
            Flag::Deposited => {
                let mut all = true;
                for custodian in platform.settings.custodians.keys().copied() {
                    let key = Pair(kept.record_id, custodian);
                    all &= rows::RECEIPTS.row(backend, &key).await?.is_some();
                }
                all
            }
        };
        if !is_raised {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn is_cosigned(platform: &Platform, index: u64, which: Cosigned) -> Result<bool, Fault> {
    let row = rows::COSIGNED.row(platform.backend(), &which).await?;
    Ok(row.is_some_and(|row| index < row.value.size))
}

impl Flag {
    /// Whether a receipt has it.
    pub fn is_raised(self, receipt: &Receipt) -> bool {
        match self {
            Self::Witnessed => receipt.witnessed.is_some(),
            Self::Mirrored => receipt.mirrored.is_some(),
            Self::Deposited => receipt.deposited.is_answered_by_all(),
            Self::Timestamped => receipt.timestamped.is_some(),
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
        Actor::Staff(_) => Err(ActError::Denied),
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
