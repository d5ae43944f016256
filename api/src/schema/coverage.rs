//! What of all evidence is held by whom.

use utoipa::ToSchema;

use super::words::{Custodian, Digest, GapState, Instant, RecordId};

/// What of all evidence is held by whom.
#[derive(ToSchema)]
pub(crate) struct Coverage {
    /// Completed signings.
    signings: u64,
    /// Records of every kind.
    records: u64,
    /// Records under the newest head of the log.
    logged: u64,
    /// Leaves under the newest head.
    log_size: u64,
    /// Leaves under the newest head a witness cosigned.
    witnessed_size: u64,
    /// Leaves under the newest head a mirror cosigned.
    mirrored_size: u64,
    /// Leaves under the newest head a time authority stamped.
    timestamped_size: u64,
    /// Each custodian.
    custodians: Vec<CustodianCoverage>,
    /// Each time authority; empty when there is none, and then nothing has a trusted time stamp.
    time_authorities: Vec<TimeCoverage>,
    /// By how much the time authorities differed too much when they last answered, in milliseconds; 0 when they agree.
    time_disagreement_ms: i64,
    /// Records that are not held, at most 200, oldest first for each custodian.
    gaps: Vec<Gap>,
    /// From record to receipt, over the last receipts since the start of the process.
    lag_ms: Option<LagMs>,
}

/// What one custodian holds.
#[derive(ToSchema)]
pub(crate) struct CustodianCoverage {
    custodian: Custodian,
    /// Held, with or without findings.
    admitted: u64,
    /// Not answered.
    outstanding: u64,
    /// Refused, finally.
    refused: u64,
    /// Answered for with other digests than ours.
    quarantined: u64,
    /// For how long the oldest has not been answered, in milliseconds.
    oldest_outstanding_ms: Option<u64>,
}

/// How the time stamps of the log stand.
#[derive(ToSchema)]
pub(crate) struct TimeStamps {
    /// Whether every authority has answered since the request came.
    every_authority_answered: bool,
    /// Leaves under the newest head a time authority stamped.
    timestamped_size: u64,
    /// Each time authority.
    time_authorities: Vec<TimeCoverage>,
    /// By how much the time authorities differed too much when they last answered, in milliseconds; 0 when they agree.
    time_disagreement_ms: i64,
}

/// How one time authority answers.
#[derive(ToSchema)]
pub(crate) struct TimeCoverage {
    /// Its label.
    authority: String,
    /// The stamped instant of its newest token; none before the first.
    newest_at: Option<Instant>,
    /// How long ago that was, in milliseconds.
    newest_age_ms: Option<i64>,
}

/// A record that is not held.
#[derive(ToSchema)]
pub(crate) struct Gap {
    record_id: RecordId,
    /// The commitment of its chain.
    chain: Digest,
    /// Its place in the chain.
    seq: u64,
    custodian: Custodian,
    /// Since when.
    since: Instant,
    state: GapState,
}

/// From record to receipt, in milliseconds.
#[derive(ToSchema)]
pub(crate) struct LagMs {
    /// Half were faster.
    p50: u64,
    /// 95 of 100 were faster.
    p95: u64,
    /// 99 of 100 were faster.
    p99: u64,
}
