//! The figures of the platform at one instant: how many, what waits, how long it took. Numbers only, nothing about
//! anybody. How they are kept over time is the store's (`heqi_evidence_store::monitoring`).

use std::collections::BTreeMap;

use heqi_evidence_store::monitoring::lags::LagMs;
use heqi_evidence_store::monitoring::samples::Figures;
use serde::{Deserialize, Serialize};

use crate::coverage::Coverage;
use crate::platform::{Custodian, Platform};

/// The figures at one instant.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever takes samples builds it")]
pub struct Sample {
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    /// Completed signings.
    pub signings: u64,
    /// Records of every kind.
    pub records: u64,
    /// Leaves of the log, and how many of them are cosigned by a witness and by a mirror.
    pub log_size: u64,
    /// See there.
    pub witnessed_size: u64,
    /// See there.
    pub mirrored_size: u64,
    /// Records listed as not held.
    pub gaps: u64,
    /// Age of the newest cosignature on the published head, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint_age_s: Option<u64>,
    /// Changes waiting for the disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<u64>,
    /// Bytes of the platform's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_bytes: Option<u64>,
    /// Each custodian.
    pub custodians: BTreeMap<Custodian, CustodianSample>,
}

/// What one custodian holds at one instant.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever takes samples builds it")]
pub struct CustodianSample {
    /// Records it holds.
    pub admitted: u64,
    /// Records it has not answered for.
    pub outstanding: u64,
    /// For how long the oldest of them has waited, in milliseconds; 0 when none does.
    pub oldest_ms: i64,
    /// From record to receipt, of the receipts since the sample before: the worst of each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag: Option<LagMs>,
}

impl Sample {
    /// The figures of a count, with the lags of the receipts since the sample before.
    pub fn of(platform: &Platform, coverage: &Coverage) -> Self {
        let lags = platform.lags.lock().take_interval();
        let custodian = |one: &crate::coverage::CustodianCoverage| {
            let sample = CustodianSample {
                admitted: one.admitted,
                outstanding: one.outstanding,
                oldest_ms: one.oldest_outstanding_ms.unwrap_or(0),
                lag: lags.get(&one.custodian).copied(),
            };
            (one.custodian, sample)
        };
        Self {
            at_ms: platform.now().as_millis(),
            signings: coverage.signings,
            records: coverage.records,
            log_size: coverage.log_size,
            witnessed_size: coverage.witnessed_size,
            mirrored_size: coverage.mirrored_size,
            gaps: u64::try_from(coverage.gaps.len()).unwrap_or(u64::MAX),
            custodians: coverage.custodians.iter().map(custodian).collect(),
            ..Self::default()
        }
    }
}

impl Figures for Sample {
    fn at_ms(&self) -> i64 {
        self.at_ms
    }

    fn worsen(&mut self, before: &Self) {
        for (custodian, one) in &mut self.custodians {
            let before = before.custodians.get(custodian).and_then(|before| before.lag);
            one.lag = match (one.lag, before) {
                (Some(now), Some(before)) => Some(now.worse(before)),
                (now, before) => now.or(before),
            };
        }
    }
}
