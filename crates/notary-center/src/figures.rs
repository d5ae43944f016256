//! What operators look at. No label holds anything that a caller chose.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use heqi_evidence::deposit::Outcome;
use heqi_evidence_store::backend::embedded::Gauges;
use heqi_evidence_store::stamping::Standing;
use heqi_notarization::deposited::{ChainMisbehaviourKind, Totals};
use heqi_notarization::{Admission, Mirror};
use heqi_service_kit::Metrics;
use heqi_tlog::witness::MisbehaviourKind;
use heqi_vocabulary::UtcMillis;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Unit;

pub(crate) type Count = Gauge<u64, AtomicU64>;

/// Asks a store for its numbers.
pub type StoreGauges = Arc<dyn Fn() -> Gauges + Send + Sync>;

/// Figures that somebody is told of.
pub(crate) struct Watched {
    pub(crate) checkpoint_age_s: Count,
    pub(crate) uncosigned: Count,
    pub(crate) mirror_lag: Count,
    pub(crate) kept_against_logs: Count,
    pub(crate) chain_misbehaviour: Count,
    pub(crate) clock_gap_ms: Count,
    pub(crate) time_stamp_age_s: Count,
    pub(crate) authorities_silent: Count,
    pub(crate) time_disagreement_ms: Count,
    /// Approved matters whose number does not come by itself.
    pub(crate) numbers_stuck: Count,
    /// Open matters with three working days or fewer left.
    pub(crate) matters_urgent: Count,
    /// Open matters whose statutory period is over.
    pub(crate) matters_overdue: Count,
    /// Open matters whose supplement should have arrived.
    pub(crate) supplements_overdue: Count,
    /// Re-examinations to be decided within three days.
    pub(crate) reexaminations_urgent: Count,
    /// Re-examinations that should have been decided.
    pub(crate) reexaminations_overdue: Count,
    /// Whether the certificate behind the newest time stamps ends soon.
    pub(crate) time_certificate_ends: Count,
    /// Logs of which both sides differed when they were compared last.
    pub(crate) halves_differ: Count,
    stamped_size: Count,
}

impl Watched {
    fn register(metrics: &Metrics) -> Self {
        let figure = |name, help| metrics.register(name, help, Count::default());
        let seconds =
            |name, help| metrics.register_with_unit(name, help, Unit::Seconds, Count::default());
        Self {
            checkpoint_age_s: seconds(
                "own_checkpoint_age",
                "Age of the newest cosignature on the published head of the office's own log",
            ),
            uncosigned: figure(
                "own_log_uncosigned_entries",
                "Entries of the office's own log that nobody has cosigned",
            ),
            mirror_lag: figure("mirror_lag_entries", "Entries announced and not held yet"),
            kept_against_logs: figure(
                "log_misbehaviour_kept",
                "Heads kept that do not fit what their log showed before, at most 256",
            ),
            chain_misbehaviour: figure(
                "chain_misbehaviour",
                "Second records for one place of a chain, since the start",
            ),
            clock_gap_ms: figure(
                "clock_gap_ms",
                "How far this clock is for certain from the platform's, in milliseconds",
            ),
            time_stamp_age_s: seconds(
                "time_stamp_age",
                "Age of the newest time stamp of the authority that is furthest behind; 0 while none has answered",
            ),
            authorities_silent: figure(
                "time_authorities_silent",
                "Time authorities that are asked and never answered",
            ),
            time_disagreement_ms: figure(
                "time_disagreement_ms",
                "By how many milliseconds the time authorities differed too much; 0 when they agree",
            ),
            time_certificate_ends: figure(
                "time_certificate_ends",
                "1 while the certificates behind the newest time stamps of the own log end soon",
            ),
            numbers_stuck: figure(
                "certificate_numbers_stuck",
                "Approved applications whose number the register refuses, repeats, or has not given for long",
            ),
            matters_urgent: figure(
                "matters_urgent",
                "Applications with three working days or fewer left of their statutory period",
            ),
            matters_overdue: figure(
                "matters_overdue",
                "Applications beyond their statutory period",
            ),
            supplements_overdue: figure(
                "supplements_overdue",
                "Applications whose supplement was to be handed in by a day that is over",
            ),
            reexaminations_urgent: figure(
                "reexaminations_urgent",
                "Re-examinations to be decided within three days",
            ),
            reexaminations_overdue: figure(
                "reexaminations_overdue",
                "Re-examinations that should have been decided",
            ),
            halves_differ: figure(
                "halves_differ",
                "Logs of which both sides differed when they were compared last",
            ),
            stamped_size: figure(
                "own_log_stamped_entries",
                "Entries of the office's own log under the newest head a time authority stamped",
            ),
        }
    }
}

/// What the store says of itself.
pub(crate) struct StoreFigures {
    ask: StoreGauges,
    pub(crate) queued_items: Count,
    pub(crate) disk_wait_ms: Count,
    pub(crate) sync_failures: Count,
    pub(crate) index_lag: Count,
}

impl StoreFigures {
    fn register(metrics: &Metrics, ask: StoreGauges) -> Self {
        let figure = |name, help| metrics.register(name, help, Count::default());
        Self {
            ask,
            queued_items: figure("store_queued_items", "Changes waiting for the disk"),
            disk_wait_ms: figure(
                "store_disk_wait_ms",
                "For how many milliseconds the batch that is being written has been with the disk",
            ),
            sync_failures: figure(
                "store_sync_failures",
                "Failures to write or sync; the first one stops the store",
            ),
            index_lag: figure("store_index_lag", "Rows not yet in the index"),
        }
    }

    pub(crate) fn refresh(&self) {
        let gauges = (self.ask)();
        self.queued_items.set(gauges.queued_items);
        self.disk_wait_ms.set(gauges.disk_wait_ms);
        self.sync_failures.set(gauges.failures);
        self.index_lag.set(gauges.index_lag);
    }
}

/// The figures of one service.
pub(crate) struct Figures {
    watched: Watched,
    store: Option<StoreFigures>,
    deposits: Family<OutcomeLabel, Counter>,
    misbehaviour: Family<KindLabel, Counter>,
    cosignatures: Family<RoleLabel, Counter>,
    chains: Gauge,
    log_size: Gauge,
    witnessed_size: Gauge,
    feed_failures: Counter,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct OutcomeLabel {
    outcome: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct KindLabel {
    kind: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct RoleLabel {
    role: &'static str,
}

impl Figures {
    pub(crate) fn register(metrics: &Metrics, store: Option<StoreGauges>) -> Self {
        Self {
            watched: Watched::register(metrics),
            store: store.map(|ask| StoreFigures::register(metrics, ask)),
            deposits: metrics.register("deposits", "Deposits answered", Family::default()),
            misbehaviour: metrics.register(
                "misbehaviour",
                "Proofs kept against the platform's log",
                Family::default(),
            ),
            cosignatures: metrics.register("cosignatures", "Heads cosigned", Family::default()),
            chains: metrics.register("chains", "Chains held", Gauge::default()),
            log_size: metrics.register(
                "own_log_entries",
                "Entries of the office's own log",
                Gauge::default(),
            ),
            witnessed_size: metrics.register(
                "own_log_witnessed_entries",
                "Entries of the office's own log that the peer has cosigned",
                Gauge::default(),
            ),
            feed_failures: metrics.register(
                "feed_failures",
                "Attempts to have the own log cosigned that failed",
                Counter::default(),
            ),
        }
    }

    /// A deposit that was answered with a receipt.
    pub(crate) fn decided(&self, admission: &Admission, totals: Totals) {
        let outcome = match (&admission.outcome, admission.is_new) {
            (_, false) => "repeated",
            (Outcome::Admitted, true) => "admitted",
            (Outcome::AdmittedWithFindings { .. }, true) => "admitted_with_findings",
            (Outcome::Refused { .. }, true) => "refused",
        };
        self.count_deposit(outcome);
        if let Some(kind) = admission.misbehaviour {
            self.chain_misbehaved(kind);
        }
        self.hold(totals);
    }

    /// A deposit that got no receipt: `rejected` for the sender's fault, `failed` for ours.
    pub(crate) fn not_decided(&self, is_ours: bool) {
        self.count_deposit(if is_ours { "failed" } else { "rejected" });
    }

    pub(crate) fn hold(&self, totals: Totals) {
        self.chains.set(i64::try_from(totals.chains).unwrap_or(i64::MAX));
    }

    fn count_deposit(&self, outcome: &'static str) {
        self.deposits.get_or_create(&OutcomeLabel { outcome }).inc();
    }

    fn chain_misbehaved(&self, kind: ChainMisbehaviourKind) {
        self.misbehaviour.get_or_create(&KindLabel { kind: kind.as_str() }).inc();
        self.watched.chain_misbehaviour.inc();
    }

    pub(crate) fn log_misbehaved(&self, kind: MisbehaviourKind) {
        let kind = match kind {
            MisbehaviourKind::SplitView => "split_view",
            MisbehaviourKind::EmptyTreeWithEntries => "empty_tree_with_entries",
            MisbehaviourKind::UnprovedGrowth => "unproved_growth",
        };
        self.misbehaviour.get_or_create(&KindLabel { kind }).inc();
    }

    /// Figures that somebody is told of.
    pub(crate) const fn watched(&self) -> &Watched {
        &self.watched
    }

    /// What the store says of itself, if it is one that says anything.
    pub(crate) const fn store(&self) -> Option<&StoreFigures> {
        self.store.as_ref()
    }

    /// How the time stamps of the own log stand.
    pub(crate) fn stamped(&self, standing: &Standing, now: UtcMillis) {
        let ages =
            || standing.newest.iter().filter_map(|(_, at)| *at).map(|at| now.millis_since(at));
        let silent = standing.newest.len().saturating_sub(ages().count());
        self.watched.authorities_silent.set(u64::try_from(silent).unwrap_or(u64::MAX));
        let oldest_s = ages().max().unwrap_or(0) / 1_000;
        self.watched.time_stamp_age_s.set(u64::try_from(oldest_s).unwrap_or(0));
        self.watched.stamped_size.set(standing.stamped_size);
        let beyond_ms = u64::try_from(standing.disagreement_ms).unwrap_or(0);
        self.watched.time_disagreement_ms.set(beyond_ms);
    }

    pub(crate) fn cosigned(&self, role: &'static str) {
        self.cosignatures.get_or_create(&RoleLabel { role }).inc();
    }

    /// Where the mirror stands. A figure that cannot be read stays as it was.
    pub(crate) async fn look_at(&self, mirror: &Mirror) {
        if let Ok(lag) = mirror.lag_entries().await {
            self.watched.mirror_lag.set(lag);
        }
    }

    pub(crate) fn own_log(&self, size: u64, witnessed_size: u64) {
        self.log_size.set(i64::try_from(size).unwrap_or(i64::MAX));
        self.witnessed_size.set(i64::try_from(witnessed_size).unwrap_or(i64::MAX));
    }

    pub(crate) fn feed_failed(&self) {
        self.feed_failures.inc();
    }
}
