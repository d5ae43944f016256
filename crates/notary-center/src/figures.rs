//! What operators look at. No label holds anything that a caller chose.

use heqi_evidence::deposit::Outcome;
use heqi_notarization::deposited::{ChainMisbehaviourKind, Totals};
use heqi_notarization::{Admission, Mirror};
use heqi_service_kit::Metrics;
use heqi_tlog::witness::MisbehaviourKind;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

/// The figures of one service.
pub(crate) struct Figures {
    deposits: Family<OutcomeLabel, Counter>,
    misbehaviour: Family<KindLabel, Counter>,
    cosignatures: Family<RoleLabel, Counter>,
    chains: Gauge,
    mirror_lag: Gauge,
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
    pub(crate) fn register(metrics: &Metrics) -> Self {
        Self {
            deposits: metrics.register("deposits", "Deposits answered", Family::default()),
            misbehaviour: metrics.register(
                "misbehaviour",
                "Proofs kept against the platform's log",
                Family::default(),
            ),
            cosignatures: metrics.register("cosignatures", "Heads cosigned", Family::default()),
            chains: metrics.register("chains", "Chains held", Gauge::default()),
            mirror_lag: metrics.register(
                "mirror_lag_entries",
                "Entries announced and not held yet",
                Gauge::default(),
            ),
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
    }

    pub(crate) fn log_misbehaved(&self, kind: MisbehaviourKind) {
        let kind = match kind {
            MisbehaviourKind::SplitView => "split_view",
            MisbehaviourKind::EmptyTreeWithEntries => "empty_tree_with_entries",
            MisbehaviourKind::UnprovedGrowth => "unproved_growth",
        };
        self.misbehaviour.get_or_create(&KindLabel { kind }).inc();
    }

    pub(crate) fn cosigned(&self, role: &'static str) {
        self.cosignatures.get_or_create(&RoleLabel { role }).inc();
    }

    /// Where the mirror stands. A figure that cannot be read stays as it was.
    pub(crate) async fn look_at(&self, mirror: &Mirror) {
        if let Ok(lag) = mirror.lag_entries().await {
            self.mirror_lag.set(i64::try_from(lag).unwrap_or(i64::MAX));
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
