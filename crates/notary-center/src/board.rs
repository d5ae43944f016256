//! The custodian's own view over time: its figures are sampled and kept as the platform's are, and what changed among
//! its alarms is queued for whoever is told. Numbers only.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use heqi_evidence_store::monitoring::MonitoringError;
use heqi_evidence_store::monitoring::alarm_delivery::{AlarmStanding, Teller};
use heqi_evidence_store::monitoring::lags::{LagMs, Lags};
use heqi_evidence_store::monitoring::samples::{Figures, Measured, Sampler};
use heqi_notarization::deposited::totals;
use heqi_service_kit::{Alarms, Shutdown};
use heqi_vocabulary::{Language, UtcMillis};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::service::State;

/// Says how many bytes the service's folder takes.
pub type DiskBytes = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The custodian's figures at one instant. What it does not have is left out.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustodySample {
    pub(crate) at_ms: i64,
    pub(crate) admitted: u64,
    pub(crate) refused: u64,
    pub(crate) chains: u64,
    pub(crate) misbehaviour: u64,
    pub(crate) log_size: u64,
    pub(crate) uncosigned: u64,
    /// Deposits turned away since the sample before: one before them is missing.
    pub(crate) out_of_order: u64,
    /// From receipt to holding, since the sample before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lag: Option<LagMs>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mirror_lag: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) own_age_s: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) platform_age_s: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) queue: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) matters: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) numbers: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) renewal_days: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) disk_bytes: Option<u64>,
}

impl Figures for CustodySample {
    fn at_ms(&self) -> i64 {
        self.at_ms
    }

    fn worsen(&mut self, before: &Self) {
        self.lag = match (self.lag, before.lag) {
            (Some(now), Some(before)) => Some(now.worse(before)),
            (now, before) => now.or(before),
        };
        self.out_of_order = self.out_of_order.saturating_add(before.out_of_order);
    }
}

/// What is noted on the way, and the samples.
#[derive(Default)]
pub(crate) struct Board {
    lags: Mutex<Lags<()>>,
    out_of_order: AtomicU64,
    /// When the platform's newest head was cosigned here last.
    cosigned_at: Mutex<Option<UtcMillis>>,
    /// When the time stamps of the own log are to be renewed.
    renewal_at: Mutex<Option<UtcMillis>>,
    /// Applications in hand, once they were counted.
    in_hand: Mutex<Option<u64>>,
    disk_bytes: Option<DiskBytes>,
    sampler: Sampler<CustodySample>,
}

impl Board {
    /// Nothing yet.
    pub(crate) fn new(disk_bytes: Option<DiskBytes>) -> Self {
        Self { disk_bytes, ..Self::default() }
    }

    /// A new deposit is held, so long after it came.
    pub(crate) fn held(&self, took_ms: i64) {
        self.lags.lock().note((), took_ms);
    }

    /// A deposit was turned away because one before it is missing.
    pub(crate) fn turned_away(&self) {
        self.out_of_order.fetch_add(1, Ordering::Relaxed);
    }

    /// A head of the platform was cosigned.
    pub(crate) fn cosigned(&self, at: UtcMillis) {
        *self.cosigned_at.lock() = Some(at);
    }

    /// When time stamps are to be renewed next.
    pub(crate) fn renews(&self, at: Option<UtcMillis>) {
        *self.renewal_at.lock() = at;
    }

    /// Applications in hand were counted.
    pub(crate) fn in_hand(&self, matters: u64) {
        *self.in_hand.lock() = Some(matters);
    }

    /// The last minutes, oldest first.
    pub(crate) fn recent(&self) -> Vec<CustodySample> {
        self.sampler.recent()
    }
}

/// Keeps the figures and tells of what changed, until the service stops. What is kept and told is written first: a
/// disk that stalls keeps nobody from looking.
pub(crate) async fn keep_and_tell(state: &State, alarms: &Alarms, mut stop: Shutdown) {
    let mut measured = Measured::default();
    let mut teller = Teller::new(state.alarm_channels.clone());
    while !stop.is_requested() {
        let sample = sample(state, &mut measured).await;
        let backend = &**state.office.backend();
        let kept = match sample {
            Some(sample) => state.board.sampler.take(backend, sample).await,
            None => Ok(()),
        };
        report(kept);
        tell(state, alarms, &mut teller).await;
        Alarms::wait(&state.settings.alarms, &mut stop).await;
    }
}

fn report(kept: Result<(), MonitoringError>) {
    match kept {
        Ok(()) => {}
        // Nothing is written before the platform has been heard; that is no fault.
        Err(error) if error.is_read_only() => {}
        Err(error) => tracing::warn!(%error, "a sample of the figures could not be kept"),
    }
}

/// The figures as they are; `None` while the store cannot be read.
async fn sample(state: &State, measured: &mut Measured) -> Option<CustodySample> {
    let (board, watched) = (&state.board, state.figures.watched());
    let totals = match totals(&state.office).await {
        Ok(totals) => totals,
        Err(error) => {
            tracing::warn!(%error, "what is held cannot be counted");
            return None;
        }
    };
    let now = state.office.clock().now();
    let cosigned_at = *board.cosigned_at.lock();
    let renewal_at = *board.renewal_at.lock();
    let until = |at: UtcMillis| u64::try_from(at.millis_since(now)).unwrap_or(0);
    let since = |at: UtcMillis| u64::try_from(now.millis_since(at)).unwrap_or(0);
    if let Some(disk) = board.disk_bytes.clone().filter(|_| measured.is_old(now)) {
        let bytes = tokio::task::spawn_blocking(move || disk()).await.ok();
        measured.take(now, bytes);
    }
    Some(CustodySample {
        at_ms: now.as_millis(),
        admitted: totals.admitted,
        refused: totals.refused,
        chains: totals.chains,
        misbehaviour: totals.misbehaviour,
        log_size: state.office.backend().log().head().size(),
        uncosigned: watched.uncosigned.get(),
        out_of_order: board.out_of_order.swap(0, Ordering::Relaxed),
        lag: board.lags.lock().take_interval().get(&()).copied(),
        mirror_lag: state.data_centre.as_ref().map(|_| watched.mirror_lag.get()),
        own_age_s: state.is_witnessed.then(|| watched.checkpoint_age_s.get()),
        platform_age_s: cosigned_at.map(|at| since(at) / 1_000),
        queue: state.figures.store().map(|store| store.queued_items.get()),
        matters: *board.in_hand.lock(),
        numbers: state.bench.as_ref().map(|_| watched.numbers_stuck.get()),
        renewal_days: renewal_at.map(|at| until(at) / DAY_MS),
        disk_bytes: measured.bytes(),
    })
}

const DAY_MS: u64 = 24 * 3_600_000;

async fn tell(state: &State, alarms: &Alarms, teller: &mut Teller) {
    let report = alarms.report(Language::En);
    let standing: Vec<_> = report
        .iter()
        .map(|alarm| AlarmStanding {
            alarm: alarm.alarm,
            since: alarm.since,
            value: alarm.value,
            limit: alarm.limit,
            unit: alarm.unit,
        })
        .collect();
    teller.tell(&**state.office.backend(), state.office.clock().now(), &standing).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_span_the_worst_lag_is_kept_and_what_was_turned_away_is_added_up() {
        let lag = |ms| {
            let mut lags = Lags::default();
            lags.note((), ms);
            lags.percentiles()
        };
        let before = CustodySample { lag: lag(900), out_of_order: 2, ..CustodySample::default() };
        let mut now = CustodySample { lag: lag(30), out_of_order: 1, ..CustodySample::default() };
        now.worsen(&before);
        assert_eq!((now.lag, now.out_of_order), (lag(900), 3));
        let mut nothing = CustodySample::default();
        nothing.worsen(&before);
        assert_eq!((nothing.lag, nothing.out_of_order), (lag(900), 2));
    }

    #[test]
    fn a_row_survives_its_text_whatever_is_left_out() {
        let small = CustodySample { at_ms: 7, admitted: 3, ..CustodySample::default() };
        let text = serde_json::to_string(&small).unwrap();
        assert!(!text.contains("mirror_lag") && !text.contains("matters"), "{text}");
        assert_eq!(serde_json::from_str::<CustodySample>(&text).unwrap(), small);
    }
}
