//! What the worker counts, for metrics and alarms.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::deposits::Step;

/// Counts of one custodian's deposits since the start.
#[derive(Debug, Default)]
pub struct CustodianGauges {
    noted: AtomicU64,
    later: AtomicU64,
    alarms: AtomicU64,
}

impl CustodianGauges {
    pub(crate) fn count(&self, step: Step) {
        let counter = match step {
            Step::Noted => &self.noted,
            Step::Later => &self.later,
            Step::Alarm => &self.alarms,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Receipts noted.
    pub fn noted(&self) -> u64 {
        self.noted.load(Ordering::Relaxed)
    }

    /// Attempts without an answer.
    pub fn unanswered(&self) -> u64 {
        self.later.load(Ordering::Relaxed)
    }

    /// Deposits that need a person.
    pub fn alarms(&self) -> u64 {
        self.alarms.load(Ordering::Relaxed)
    }
}

/// What became of our heads.
#[derive(Debug, Default)]
pub struct CosigningGauges {
    cosigned_size: AtomicU64,
    failures: AtomicU64,
    in_a_row: AtomicU64,
    rolled_back: AtomicBool,
}

impl CosigningGauges {
    pub(crate) fn cosigned(&self, size: u64) {
        self.cosigned_size.store(size, Ordering::Relaxed);
        self.in_a_row.store(0, Ordering::Relaxed);
    }

    pub(crate) fn failed(&self, rolled_back: bool) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        self.in_a_row.fetch_add(1, Ordering::Relaxed);
        if rolled_back {
            self.rolled_back.store(true, Ordering::Relaxed);
        }
    }

    /// Size of the newest head that witness and mirror cosigned.
    pub fn cosigned_size(&self) -> u64 {
        self.cosigned_size.load(Ordering::Relaxed)
    }

    /// Attempts that failed.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Attempts that failed since the last that did not.
    pub fn failures_in_a_row(&self) -> u64 {
        self.in_a_row.load(Ordering::Relaxed)
    }

    /// Whether the notary holds more of our log than we do.
    pub fn is_rolled_back(&self) -> bool {
        self.rolled_back.load(Ordering::Relaxed)
    }
}
