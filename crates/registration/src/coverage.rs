//! What of all evidence is held by whom, in numbers that stay cheap at any size.

use heqi_evidence_store::monitoring::lags::LagMs;
use heqi_evidence_store::stamping;
use heqi_vocabulary::{Digest, RecordId, UtcMillis};
use serde::Serialize;

use crate::fault::{ActError, Fault};
use crate::platform::{Custodian, Platform};
use crate::request::{Actor, Scope};
use crate::rows::{self, Awaited, AwaitingRow, Cosigned, Pair};
use crate::tally::Tally;

pub use crate::rows::GapState;

/// What of all evidence is held by whom.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// Completed signings.
    pub signings: u64,
    /// Records of every kind.
    pub records: u64,
    /// Records under the newest head of the log.
    pub logged: u64,
    /// Leaves under the newest head.
    pub log_size: u64,
    /// Leaves under the newest head a witness cosigned.
    pub witnessed_size: u64,
    /// Leaves under the newest head a mirror cosigned.
    pub mirrored_size: u64,
    /// Leaves under the newest head a time authority stamped.
    pub timestamped_size: u64,
    /// Each custodian.
    pub custodians: Vec<CustodianCoverage>,
    /// Each time authority; empty when there is none, and then nothing has a trusted time stamp.
    pub time_authorities: Vec<TimeCoverage>,
    /// By how much the time authorities differed too much when they last answered, in milliseconds; 0 when they agree.
    pub time_disagreement_ms: i64,
    /// Records that are not held, at most [`MAX_GAPS`], oldest first for each custodian.
    pub gaps: Vec<Gap>,
    /// From record to receipt, over the last receipts since the start of the process.
    pub lag_ms: Option<LagMs>,
}

/// The most gaps listed by name.
pub const MAX_GAPS: usize = 200;
/// After how long an unanswered deposit is a gap, in milliseconds.
pub const GAP_AFTER_MS: i64 = 60_000;

/// What one custodian holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CustodianCoverage {
    /// Who.
    pub custodian: Custodian,
    /// Held, with or without findings.
    pub admitted: u64,
    /// Not answered.
    pub outstanding: u64,
    /// Refused, finally.
    pub refused: u64,
    /// Answered for with other digests than ours.
    pub quarantined: u64,
    /// For how long the oldest has not been answered, in milliseconds.
    pub oldest_outstanding_ms: Option<i64>,
}

/// How one time authority answers.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TimeCoverage {
    /// Its label.
    pub authority: String,
    /// The stamped instant of its newest token; none before the first.
    pub newest_at: Option<UtcMillis>,
    /// How long ago that was, in milliseconds.
    pub newest_age_ms: Option<i64>,
}

/// A record that is not held.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Gap {
    /// The record.
    pub record_id: RecordId,
    /// The commitment of its chain.
    pub chain: Digest,
    /// Its place.
    pub seq: u64,
    /// Who does not hold it.
    pub custodian: Custodian,
    /// Since when.
    pub since: UtcMillis,
    /// Why.
    pub state: GapState,
}

/// Counts what is held by whom: with scope `coverage`.
///
/// # Errors
/// Not allowed, or the store could not be read.
pub async fn coverage(platform: &Platform, actor: &Actor) -> Result<Coverage, ActError> {
    actor.require(Scope::Coverage)?;
    Ok(count(platform).await?)
}

async fn count(platform: &Platform) -> Result<Coverage, Fault> {
    let log_size = platform.backend().log().head().size();
    // Every other leaf of the platform's log is a record.
    let mut records = log_size.saturating_sub(crate::key_change::count(platform.backend()).await?);
    for frozen in &platform.settings.frozen {
        let statements = crate::key_change::count(frozen.store()).await?;
        records += frozen.store().log().head().size().saturating_sub(statements);
    }
    let orphaned = rows::ORPHANED.scan(platform.backend(), "", None, usize::MAX).await?;
    records += u64::try_from(orphaned.len()).unwrap_or(u64::MAX);
    let (mut custodians, mut gaps) = (Vec::new(), Vec::new());
    for custodian in platform.settings.custodians.keys().copied() {
        let (held, oldest) = count_custodian(platform, custodian, records).await?;
        custodians.push(held);
        gaps.extend(not_held(platform, custodian, oldest).await?);
    }
    gaps.truncate(MAX_GAPS);
    let lag_ms = platform.lags.lock().percentiles();
    let stamps =
        stamping::standing(platform.backend(), &platform.settings.time_authorities).await?;
    let now = platform.now();
    let time_authorities = stamps.newest.into_iter().map(|(authority, newest_at)| TimeCoverage {
        authority,
        newest_at,
        newest_age_ms: newest_at.map(|at| now.millis_since(at).max(0)),
    });
    Ok(Coverage {
        signings: Tally::Signings.total(platform).await?,
        records,
        logged: records,
        log_size,
        witnessed_size: size(platform, Cosigned::Witnessed).await?,
        mirrored_size: size(platform, Cosigned::Mirrored).await?,
        timestamped_size: stamps.stamped_size,
        custodians,
        time_authorities: time_authorities.collect(),
        time_disagreement_ms: stamps.disagreement_ms,
        gaps,
        lag_ms,
    })
}

async fn count_custodian(
    platform: &Platform,
    custodian: Custodian,
    records: u64,
) -> Result<(CustodianCoverage, Vec<(Awaited, AwaitingRow)>), Fault> {
    let admitted = Tally::Admitted(custodian).total(platform).await?;
    let refused = Tally::Refused(custodian).total(platform).await?;
    let quarantined = Tally::Quarantined(custodian).total(platform).await?;
    let oldest =
        rows::AWAITING.scan(platform.backend(), &format!("{custodian}/"), None, MAX_GAPS).await?;
    let oldest: Vec<_> = oldest.into_iter().map(|(key, row)| (key, row.value)).collect();
    let age_ms = |(first, _): &(Awaited, AwaitingRow)| platform.now().millis_since(first.since);
    let coverage = CustodianCoverage {
        custodian,
        admitted,
        outstanding: records.saturating_sub(admitted + refused + quarantined),
        refused,
        quarantined,
        oldest_outstanding_ms: oldest.first().map(age_ms).map(|age| age.max(0)),
    };
    Ok((coverage, oldest))
}

async fn not_held(
    platform: &Platform,
    custodian: Custodian,
    oldest: Vec<(Awaited, AwaitingRow)>,
) -> Result<Vec<Gap>, Fault> {
    let late = platform.now().plus_millis(-GAP_AFTER_MS);
    let outstanding = oldest.into_iter().filter(|(awaited, _)| awaited.since <= late);
    let outstanding = outstanding.map(|(awaited, row)| Gap {
        record_id: awaited.record,
        chain: row.chain,
        seq: row.seq,
        custodian,
        since: awaited.since,
        state: GapState::Outstanding,
    });
    let decided =
        rows::GAPS.scan(platform.backend(), &format!("{custodian}/"), None, MAX_GAPS).await?;
    let decided = decided.into_iter().map(|(Pair(_, record_id), row)| Gap {
        record_id,
        chain: row.value.chain,
        seq: row.value.seq,
        custodian,
        since: row.value.since,
        state: row.value.state,
    });
    let mut gaps: Vec<Gap> = decided.chain(outstanding).take(MAX_GAPS).collect();
    gaps.sort_by_key(|gap| gap.since);
    Ok(gaps)
}

async fn size(platform: &Platform, which: Cosigned) -> Result<u64, Fault> {
    let row = rows::COSIGNED.row(platform.backend(), &which).await?;
    Ok(row.map_or(0, |row| row.value.size))
}
