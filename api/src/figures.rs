//! The figures of this platform for operators: taken when somebody asks for them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use heqi_evidence_store::backend::embedded::Gauges;
use heqi_evidence_store::witness::kept_against_logs;
use heqi_registration::coverage::{Coverage, CustodianCoverage, coverage};
use heqi_registration::fault::ActError;
use heqi_registration::staff::on_duty;
use heqi_registration::{Actor, Platform, Scope};
use heqi_service_kit::Metrics;
use heqi_tlog::note::VerifiedSignature;
use heqi_vocabulary::Explain;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Unit;
use tokio::time::timeout;

pub(crate) type Count = Gauge<u64, AtomicU64>;

/// What operators look at beside requests.
pub(crate) struct Figures {
    observer: Actor,
    records: Count,
    signings: Count,
    log_size: Family<LogLabels, Count>,
    checkpoint_age_s: Count,
    deposits: Family<DepositLabels, Count>,
    oldest_outstanding_s: Family<CustodianLabels, Count>,
    time_stamp_age_s: Family<AuthorityLabels, Count>,
    time_authorities: Family<TimeLabels, Count>,
    time_disagreement_ms: Count,
    clock_gap_ms: Count,
    kept_against_logs: Count,
    gaps: Count,
    readable: Count,
    search_refusals: Family<ReasonLabels, Counter>,
    halves_differ: Count,
    staff_in_force: Family<DutyLabels, Count>,
    time_certificate_ends: Count,
    store: Option<StoreFigures>,
}

/// The label under which the authority that is furthest behind is shown.
const LAGGARD: &str = "furthest behind";
/// How long the store may take to give figures before it is said that it does not.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// Asks a store for its numbers.
pub type StoreGauges = Arc<dyn Fn() -> Gauges + Send + Sync>;

/// What the store says of itself.
pub(crate) struct StoreFigures {
    ask: StoreGauges,
    pub(crate) queued_items: Count,
    queued_bytes: Count,
    pub(crate) disk_wait_ms: Count,
    pub(crate) sync_failures: Count,
    pub(crate) index_lag: Count,
    tiling_lag: Count,
}

impl StoreFigures {
    fn register(metrics: &Metrics, ask: StoreGauges) -> Self {
        let figure = |name, help| metrics.register(name, help, Count::default());
        Self {
            ask,
            queued_items: figure("store_queued_items", "Changes waiting for the disk"),
            queued_bytes: metrics.register_with_unit(
                "store_queued",
                "Changes waiting for the disk",
                Unit::Bytes,
                Count::default(),
            ),
            disk_wait_ms: figure(
                "store_disk_wait_ms",
                "For how many milliseconds the batch that is being written has been with the disk",
            ),
            sync_failures: figure(
                "store_sync_failures",
                "Failures to write or sync; the first one stops the store",
            ),
            index_lag: figure("store_index_lag", "Rows not yet in the index"),
            tiling_lag: figure("store_tiling_lag", "Leaves whose full tiles are not yet files"),
        }
    }

    fn refresh(&self) {
        let gauges = (self.ask)();
        self.queued_items.set(gauges.queued_items);
        self.queued_bytes.set(gauges.queued_bytes);
        self.disk_wait_ms.set(gauges.disk_wait_ms);
        self.sync_failures.set(gauges.failures);
        self.index_lag.set(gauges.index_lag);
        self.tiling_lag.set(gauges.tiling_lag);
    }
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct LogLabels {
    head: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct DepositLabels {
    custodian: &'static str,
    state: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct CustodianLabels {
    custodian: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct AuthorityLabels {
    authority: String,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct ReasonLabels {
    reason: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct DutyLabels {
    role: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct TimeLabels {
    state: &'static str,
}

impl Figures {
    /// Counts a search that was refused, by the code of its reason and nothing else.
    pub(crate) fn search_refused(&self, reason: &impl Explain) {
        self.search_refusals.get_or_create(&ReasonLabels { reason: reason.code() }).inc();
    }

    /// Adds them to what the service shows.
    pub(crate) fn register(metrics: &Metrics, store: Option<StoreGauges>) -> Self {
        Self {
            store: store.map(|ask| StoreFigures::register(metrics, ask)),
            observer: observer(),
            records: metrics.register("records", "Evidence records", Count::default()),
            search_refusals: metrics.register(
                "regulator_search_refusals",
                "Searches by regulators that were refused before anything was written, by reason",
                Family::default(),
            ),
            halves_differ: metrics.register(
                "halves_differ",
                "Logs of which both sides differed when they were compared last",
                Count::default(),
            ),
            staff_in_force: metrics.register(
                "staff_in_force",
                "Accounts of security officers and auditors that come in",
                Family::default(),
            ),
            time_certificate_ends: metrics.register(
                "time_certificate_ends",
                "1 while the certificates behind the newest time stamps of the own log end soon",
                Count::default(),
            ),
            signings: metrics.register("signings", "Completed signings", Count::default()),
            log_size: metrics.register(
                "log_size",
                "Leaves under the newest head: signed by the log, cosigned by a witness, by a mirror",
                Family::default(),
            ),
            checkpoint_age_s: metrics.register_with_unit(
                "checkpoint_age",
                "Age of the newest cosignature on the published head",
                Unit::Seconds,
                Count::default(),
            ),
            deposits: metrics.register(
                "deposits",
                "Records by custodian: admitted, outstanding (the queue), refused, quarantined",
                Family::default(),
            ),
            oldest_outstanding_s: metrics.register_with_unit(
                "deposit_oldest_outstanding",
                "For how long the oldest deposit has not been answered",
                Unit::Seconds,
                Family::default(),
            ),
            time_stamp_age_s: metrics.register_with_unit(
                "time_stamp_age",
                "Age of the newest time stamp of an authority; absent before its first",
                Unit::Seconds,
                Family::default(),
            ),
            time_authorities: metrics.register(
                "time_authorities",
                "Time authorities that are asked, and those of them that ever answered",
                Family::default(),
            ),
            time_disagreement_ms: metrics.register(
                "time_disagreement_ms",
                "By how many milliseconds the time authorities differed too much; 0 when they agree",
                Count::default(),
            ),
            clock_gap_ms: metrics.register(
                "clock_gap_ms",
                "How far this clock is for certain from a peer's, in milliseconds",
                Count::default(),
            ),
            kept_against_logs: metrics.register(
                "log_misbehaviour_kept",
                "Heads kept that do not fit what their log showed before, at most 256",
                Count::default(),
            ),
            gaps: metrics.register(
                "deposit_gaps",
                "Records listed as not held, at most 200",
                Count::default(),
            ),
            readable: metrics.register(
                "store_readable",
                "1 when the store could be read for these figures; a store stops at the first failed sync",
                Count::default(),
            ),
        }
    }

    /// What is held by whom. Numbers and random identifiers: at this edge everybody may see
    /// them, so it is the service that asks.
    ///
    /// # Errors
    /// The store could not be read.
    pub(crate) async fn coverage(&self, platform: &Platform) -> Result<Coverage, ActError> {
        coverage(platform, &self.observer).await
    }

    /// Logs of which both sides differed when they were compared last.
    pub(crate) fn halves_differ(&self) -> Count {
        self.halves_differ.clone()
    }

    /// Whether the certificate behind the newest time stamps ends soon.
    pub(crate) fn time_certificate_ends(&self) -> Count {
        self.time_certificate_ends.clone()
    }

    /// Takes the figures. A store that cannot be read is itself one of them.
    pub(crate) async fn refresh(&self, platform: &Platform) {
        // First what is known without the disk: a disk that stalls is told by these.
        if let Some(store) = &self.store {
            store.refresh();
        }
        self.clock_gap_ms.set(u64::try_from(platform.peer_clock().gap_ms()).unwrap_or(0));
        let ends = platform.newest_stamps().end_soon(platform.now());
        self.time_certificate_ends.set(u64::from(ends));
        if let Some(age_s) = checkpoint_age_s(platform) {
            self.checkpoint_age_s.set(age_s);
        }
        match timeout(PATIENCE, self.coverage(platform)).await {
            Ok(Ok(coverage)) => {
                self.readable.set(1);
                self.take(&coverage);
            }
            Ok(Err(error)) => {
                self.readable.set(0);
                tracing::warn!(error = %error, "figures could not be taken");
            }
            Err(_) => {
                self.readable.set(0);
                tracing::warn!("figures could not be taken: the store does not answer in time");
            }
        }
        if let Ok(Ok(kept)) = timeout(PATIENCE, kept_against_logs(platform.backend())).await {
            self.kept_against_logs.set(u64::try_from(kept).unwrap_or(u64::MAX));
        }
        if let Ok(Ok(counted)) = timeout(PATIENCE, on_duty(platform)).await {
            for (role, count) in [("security", counted.security), ("auditor", counted.auditors)] {
                self.staff_in_force.get_or_create(&DutyLabels { role }).set(count);
            }
        }
    }

    /// Age of the newest cosignature on the published head, in seconds.
    pub(crate) fn checkpoint_age_s(&self) -> Count {
        self.checkpoint_age_s.clone()
    }

    /// Leaves under the head that the log signed and not under the one that was cosigned.
    pub(crate) fn uncosigned(&self, by: &'static str) -> impl Fn() -> u64 + use<> {
        let of = |head| self.log_size.get_or_create(&LogLabels { head }).clone();
        let (log, cosigned) = (of("log"), of(by));
        move || log.get().saturating_sub(cosigned.get())
    }

    /// Deposits in a state at one custodian.
    pub(crate) fn deposits(&self, custodian: &'static str, state: &'static str) -> Count {
        self.deposits.get_or_create(&DepositLabels { custodian, state }).clone()
    }

    /// For how long the oldest deposit at one custodian has waited, in seconds.
    pub(crate) fn oldest_outstanding_s(&self, custodian: &'static str) -> Count {
        self.oldest_outstanding_s.get_or_create(&CustodianLabels { custodian }).clone()
    }

    /// Heads kept that do not fit what their log showed before.
    pub(crate) fn kept_against_logs(&self) -> Count {
        self.kept_against_logs.clone()
    }

    /// What the store says of itself, if it is one that says anything.
    pub(crate) const fn store(&self) -> Option<&StoreFigures> {
        self.store.as_ref()
    }

    /// By how many milliseconds the time authorities differ too much.
    pub(crate) fn time_disagreement_ms(&self) -> Count {
        self.time_disagreement_ms.clone()
    }

    /// How far this clock is for certain from a peer's, in milliseconds.
    pub(crate) fn clock_gap_ms(&self) -> Count {
        self.clock_gap_ms.clone()
    }

    /// Time authorities that are asked, and those of them that ever answered.
    pub(crate) fn time_authorities(&self, state: &'static str) -> Count {
        self.time_authorities.get_or_create(&TimeLabels { state }).clone()
    }

    /// Age of the newest token of the authority that is furthest behind, in seconds; 0 while none has answered.
    pub(crate) fn oldest_stamp_s(&self) -> Count {
        self.time_stamp_age_s.get_or_create(&AuthorityLabels { authority: LAGGARD.into() }).clone()
    }

    fn take_time(&self, coverage: &Coverage) {
        let asked = u64::try_from(coverage.time_authorities.len()).unwrap_or(u64::MAX);
        let ages = || coverage.time_authorities.iter().filter_map(|one| one.newest_age_ms);
        self.time_authorities("asked").set(asked);
        self.time_authorities("answered").set(u64::try_from(ages().count()).unwrap_or(u64::MAX));
        for one in &coverage.time_authorities {
            if let Some(age_ms) = one.newest_age_ms {
                let labels = AuthorityLabels { authority: one.authority.clone() };
                self.time_stamp_age_s.get_or_create(&labels).set(seconds(age_ms));
            }
        }
        self.oldest_stamp_s().set(ages().max().map_or(0, seconds));
        let beyond_ms = u64::try_from(coverage.time_disagreement_ms).unwrap_or(0);
        self.time_disagreement_ms.set(beyond_ms);
    }

    fn take(&self, coverage: &Coverage) {
        self.records.set(coverage.records);
        self.signings.set(coverage.signings);
        self.gaps.set(u64::try_from(coverage.gaps.len()).unwrap_or(u64::MAX));
        for (head, size) in [
            ("log", coverage.log_size),
            ("witness", coverage.witnessed_size),
            ("mirror", coverage.mirrored_size),
        ] {
            self.log_size.get_or_create(&LogLabels { head }).set(size);
        }
        self.take_time(coverage);
        for one in &coverage.custodians {
            let custodian = one.custodian.as_str();
            for (state, count) in states(one) {
                self.deposits.get_or_create(&DepositLabels { custodian, state }).set(count);
            }
            let oldest = one.oldest_outstanding_ms.unwrap_or(0) / 1_000;
            let waits_s = u64::try_from(oldest).unwrap_or(0);
            self.oldest_outstanding_s.get_or_create(&CustodianLabels { custodian }).set(waits_s);
        }
    }
}

/// Ages in whole seconds; what is not there has none.
fn seconds(ms: i64) -> u64 {
    u64::try_from(ms / 1_000).unwrap_or(0)
}

const fn states(one: &CustodianCoverage) -> [(&'static str, u64); 4] {
    [
        ("admitted", one.admitted),
        ("outstanding", one.outstanding),
        ("refused", one.refused),
        ("quarantined", one.quarantined),
    ]
}

/// How old the newest cosignature on the published head is.
fn checkpoint_age_s(platform: &Platform) -> Option<u64> {
    let published = platform.backend().log().published()?;
    let settings = platform.settings();
    let cosigners = settings.witness_keys.iter().chain(&settings.mirror_keys);
    let verified = published.checkpoint().note().verify(cosigners).ok()?;
    let newest = verified.iter().filter_map(VerifiedSignature::time).max()?;
    Some(platform.now().unix_seconds().saturating_sub(newest.posix_seconds()))
}

/// The service itself, when it looks at numbers on behalf of everybody.
pub(crate) fn observer() -> Actor {
    let Ok(id) = "key_0000000000000000".parse() else {
        unreachable!("the name has the form of a key's name")
    };
    let scopes = BTreeSet::from([Scope::Coverage, Scope::Evidence]);
    Actor::ApiKey { id, scopes, custodian: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_observer_sees_numbers_and_receipts_and_opens_no_filing() {
        let observer = observer();
        assert!(observer.require(Scope::Coverage).is_ok());
        assert!(observer.require(Scope::Filings).is_err());
    }
}
