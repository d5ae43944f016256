//! The figures of this platform for operators: taken when somebody asks for them.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;

use heqi_registration::coverage::{Coverage, CustodianCoverage, coverage};
use heqi_registration::fault::ActError;
use heqi_registration::{Actor, Platform, Scope};
use heqi_service_kit::Metrics;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Unit;

type Count = Gauge<u64, AtomicU64>;

/// What operators look at beside requests.
pub(crate) struct Figures {
    observer: Actor,
    records: Count,
    signings: Count,
    log_size: Family<LogLabels, Count>,
    checkpoint_age_s: Count,
    deposits: Family<DepositLabels, Count>,
    oldest_outstanding_s: Family<CustodianLabels, Count>,
    gaps: Count,
    readable: Count,
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

impl Figures {
    /// Adds them to what the service shows.
    pub(crate) fn register(metrics: &Metrics) -> Self {
        Self {
            observer: observer(),
            records: metrics.register("records", "Evidence records", Count::default()),
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

    /// Takes the figures. A store that cannot be read is itself one of them.
    pub(crate) async fn refresh(&self, platform: &Platform) {
        match self.coverage(platform).await {
            Ok(coverage) => {
                self.readable.set(1);
                self.take(&coverage);
            }
            Err(error) => {
                self.readable.set(0);
                tracing::warn!(error = %error, "figures could not be taken");
            }
        }
        if let Some(age_s) = checkpoint_age_s(platform) {
            self.checkpoint_age_s.set(age_s);
        }
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
        for one in &coverage.custodians {
            let custodian = one.custodian.as_str();
            for (state, count) in states(one) {
                self.deposits.get_or_create(&DepositLabels { custodian, state }).set(count);
            }
            let oldest_ms = one.oldest_outstanding_ms.unwrap_or(0).max(0);
            let oldest_s = u64::try_from(oldest_ms / 1_000).unwrap_or(0);
            self.oldest_outstanding_s.get_or_create(&CustodianLabels { custodian }).set(oldest_s);
        }
    }
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
    let newest = verified.iter().filter_map(|line| line.time()).map(|time| time.posix_seconds());
    Some(platform.now().unix_seconds().saturating_sub(newest.max()?))
}

/// The service itself, when it looks at numbers on behalf of everybody.
pub(crate) fn observer() -> Actor {
    let Ok(id) = "key_0000000000000000".parse() else {
        unreachable!("the name has the form of a key's name")
    };
    Actor::ApiKey { id, scopes: BTreeSet::from([Scope::Coverage, Scope::Evidence]) }
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
