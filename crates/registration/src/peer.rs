//! What the platform holds of a custodian, and what a custodian proves about the platform's own store
//! (`docs/spec/peer.md`).

use std::collections::BTreeMap;

use heqi_evidence::chain::chain_commitment;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::witness::comparison::{ComparisonError, Standing, compare};
use heqi_tlog::checkpoint::Origin;
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::{DepositNo, Digest};
use serde::{Deserialize, Serialize};

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

/// What a custodian said were the newest certificate numbers it gave, as the platform keeps it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct SaidCertificates {
    /// The newest serial of each series; a series begins with its year, so that they are in order of age.
    pub newest: BTreeMap<String, u32>,
    /// The last number as it is printed.
    pub last: String,
    /// The exact bytes of the query that says it, signed with the key of the custodian's log.
    pub envelope: String,
}

impl SaidCertificates {
    /// Whether this is at least all that is kept, and more. A query may leave out series that are older than any it
    /// names; a store that was set back names less, and what is kept stays.
    fn goes_beyond(&self, kept: &Self) -> bool {
        let oldest = self.newest.keys().next();
        let has_all = kept.newest.iter().all(|(series, serial)| match self.newest.get(series) {
            Some(said) => said >= serial,
            None => oldest.is_some_and(|oldest| series < oldest),
        });
        has_all && self.newest != kept.newest
    }
}

/// The newest certificate numbers that the custodian with this log said it gave.
///
/// # Errors
/// The store could not be read.
pub async fn said_certificates(
    platform: &Platform,
    log: &Origin,
) -> Result<Option<SaidCertificates>, Fault> {
    let key = log.monitoring_path();
    let row = rows::SAID_CERTIFICATES.durable_row(platform.backend(), &key).await?;
    Ok(row.map(|row| row.value))
}

/// Keeps what the custodian with this log says, unless what is kept is newer. Whoever calls has checked who signed it.
///
/// # Errors
/// The store did not take it, for one while it is read-only: it is said again within a minute.
pub async fn keep_certificates(
    platform: &Platform,
    log: &Origin,
    said: &SaidCertificates,
) -> Result<(), Fault> {
    let (backend, key) = (platform.backend(), log.monitoring_path());
    let mut changes = Changeset::new();
    match rows::SAID_CERTIFICATES.row(backend, &key).await? {
        _ if said.newest.is_empty() => return Ok(()),
        None => rows::SAID_CERTIFICATES.insert(&mut changes, &key, said)?,
        Some(kept) if said.goes_beyond(&kept.value) => {
            rows::SAID_CERTIFICATES.replace(&mut changes, &key, kept.version, said)?;
        }
        Some(_) => return Ok(()),
    }
    backend.commit(changes)?.await?;
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn said(newest: &[(&str, u32)]) -> SaidCertificates {
        let newest =
            newest.iter().map(|(series, serial)| ((*series).to_owned(), *serial)).collect();
        SaidCertificates { newest, last: String::new(), envelope: String::new() }
    }

    #[test]
    fn what_is_kept_of_certificate_numbers_only_grows() {
        let kept = said(&[("2025/a/b", 9), ("2026/a/b", 5)]);
        assert!(said(&[("2025/a/b", 9), ("2026/a/b", 6)]).goes_beyond(&kept));
        assert!(said(&[("2025/a/b", 9), ("2026/a/b", 5), ("2027/a/b", 1)]).goes_beyond(&kept));
        assert!(said(&[("2026/a/b", 6)]).goes_beyond(&kept), "an old series was left out");
        for less in [&[][..], &[("2025/a/b", 10)], &[("2025/a/b", 10), ("2026/a/b", 4)]] {
            assert!(!said(less).goes_beyond(&kept), "{less:?}");
        }
        assert!(!kept.goes_beyond(&kept), "the same again is not written again");
    }
}
