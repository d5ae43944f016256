//! What a store did not take just now, because others were quicker or its disk is full: each refusal is counted,
//! and one line a minute tells of all of them, so that a full disk is not filled by the log of it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use crate::metrics::Metrics;

/// How often the log tells of each code, at most.
pub const TOLD_EVERY: Duration = Duration::from_mins(1);

/// Codes of a store that takes a change later: the same request may be sent again.
const CODES: [&str; 2] = ["busy", "store_full"];

/// Counts such refusals, and knows when they were told of last.
#[derive(Debug)]
pub struct NotNow {
    refused: Family<CodeLabel, Counter>,
    told: Mutex<BTreeMap<&'static str, Told>>,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct CodeLabel {
    code: &'static str,
}

#[derive(Debug)]
struct Told {
    next: Instant,
    /// Refusals that no line has told of.
    untold: u64,
}

impl NotNow {
    /// Adds the count to what the service shows.
    pub(super) fn register(metrics: &Metrics) -> Self {
        let what = "Requests that the store did not take just now";
        let refused: Family<CodeLabel, Counter> =
            metrics.register("http_not_now", what, Family::default());
        // Shown from the start: whoever watches it has a zero to compare with.
        for code in CODES {
            refused.get_or_create(&CodeLabel { code }).inc_by(0);
        }
        Self { refused, told: Mutex::default() }
    }

    /// Whether a code is of such a refusal.
    pub(super) fn is_one(code: &str) -> bool {
        CODES.contains(&code)
    }

    /// Counts one. Gives how many a line is to tell of now, this one and those that no line has told of; none
    /// where one has told of this code in the last minute.
    pub(super) fn count(&self, code: &'static str, now: Instant) -> Option<u64> {
        self.refused.get_or_create(&CodeLabel { code }).inc();
        let mut told = self.told.lock();
        let told = told.entry(code).or_insert(Told { next: now, untold: 0 });
        told.untold += 1;
        if now < told.next {
            return None;
        }
        told.next = now + TOLD_EVERY;
        Some(std::mem::take(&mut told.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_counted_and_a_line_a_minute_tells_of_each_code() {
        let metrics = Metrics::default();
        let not_now = NotNow::register(&metrics);
        assert!(NotNow::is_one("busy") && NotNow::is_one("store_full"));
        assert!(!NotNow::is_one("store_stopped") && !NotNow::is_one("internal"));
        let counted = |code: &str, count: u64| {
            let line = format!("heqi_http_not_now_total{{code=\"{code}\"}} {count}\n");
            let text = metrics.to_text().unwrap();
            assert!(text.contains(&line), "{line}{text}");
        };
        counted("busy", 0);

        let start = Instant::now();
        assert_eq!(not_now.count("store_full", start), Some(1));
        for second in 1..60 {
            assert_eq!(not_now.count("store_full", start + Duration::from_secs(second)), None);
        }
        assert_eq!(not_now.count("busy", start), Some(1), "another code has a line of its own");
        assert_eq!(not_now.count("store_full", start + TOLD_EVERY), Some(60));
        assert_eq!(not_now.count("store_full", start + TOLD_EVERY), None);
        counted("store_full", 62);
        counted("busy", 1);
    }
}
