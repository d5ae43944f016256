//! What the platform holds of a custodian, and what a custodian proves about the platform's own store
//! (`docs/spec/peer.md`).

use heqi_evidence::chain::chain_commitment;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence_store::witness::comparison::{ComparisonError, Standing, compare};
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::{DepositNo, Digest};

use crate::fault::{ActError, Fault};
use crate::ledger;
use crate::platform::{Custodian, Platform};
use crate::rows::{self, Pair};

/// The last receipt a custodian gave.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct LastReceipt {
    /// Who gave it.
    pub custodian: Custodian,
    /// The commitment of the record's chain.
    pub chain: Digest,
    /// Its place there.
    pub seq: u64,
    /// The record.
    pub root: RecordRoot,
    /// The number the custodian gave.
    pub deposit_no: DepositNo,
    /// The exact bytes of the receipt.
    pub envelope: String,
}

/// The last receipt of every custodian that gave one.
///
/// # Errors
/// The store could not be read.
pub async fn last_receipts(platform: &Platform) -> Result<Vec<LastReceipt>, Fault> {
    let mut last = Vec::new();
    for custodian in platform.settings.custodians.keys().copied() {
        let backend = platform.backend();
        let Some(row) = rows::LAST_RECEIPTS.durable_row(backend, &custodian).await? else {
            continue;
        };
        let receipt = rows::RECEIPTS.durable_row(backend, &Pair(row.value, custodian)).await?;
        let receipt = receipt.ok_or_else(|| Fault::broken("the last receipt is not kept"))?.value;
        let kept = match ledger::find(platform, row.value).await {
            Ok(kept) => kept,
            Err(ActError::Fault(fault)) => return Err(fault),
            Err(error) => return Err(Fault::broken(error)),
        };
        last.push(LastReceipt {
            custodian,
            chain: chain_commitment(kept.chain),
            seq: kept.seq,
            root: kept.root,
            deposit_no: receipt.deposit_no,
            envelope: receipt.envelope,
        });
    }
    Ok(last)
}

/// A deposit that a custodian says is the last it received from us.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ClaimedDeposit {
    /// The number it gave.
    pub deposit_no: DepositNo,
    /// The commitment of the record's chain.
    pub chain: Digest,
    /// The record's place there.
    pub seq: u64,
}

/// Compares heads that our log's key signed with our log. The sentence names what is missing and what to do; `None`
/// when nothing is. Claims without our signature name what is missing, they prove nothing.
///
/// # Errors
/// A note is not a head of ours, or the store could not be read.
pub async fn compare_with(
    platform: &Platform,
    heads: &[String],
    last_deposit: Option<&ClaimedDeposit>,
) -> Result<Option<String>, ComparisonError> {
    let mut missing = None;
    let keys: Vec<VerifierKey> = platform.settings.log_keys().cloned().collect();
    for note in heads {
        match compare(platform.backend().log(), &keys, note).await? {
            Standing::Held { .. } => {}
            Standing::Behind { ours, theirs, root } => {
                missing = Some(format!(
                    "entries {ours} to {} of log {} are missing (it signed {theirs} entries with root {root})",
                    theirs.saturating_sub(1),
                    platform.origin
                ));
            }
            Standing::OtherHistory { size } => {
                missing = Some(format!(
                    "log {} signed another history of {size} entries than it holds now",
                    platform.origin
                ));
            }
        }
    }
    Ok(missing.map(|missing| {
        let last = last_deposit.map_or_else(String::new, |last| {
            let ClaimedDeposit { deposit_no, chain, seq } = last;
            format!("; the last deposit there is {deposit_no}, place {seq} of chain {chain}")
        });
        format!(
            "{missing}{last}. Restore the newest backup, or take back what the notary holds with \
             `heqi recover from-notary`; where the notary does not hold all of it either, a log with another name has \
             to take this one's place: `heqi recover successor`"
        )
    }))
}
