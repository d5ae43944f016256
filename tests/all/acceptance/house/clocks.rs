//! The machine's clock as two of the organisations read it: each may be moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use heqi_service_kit::SystemClock;
use heqi_vocabulary::{Clock, UtcMillis};

/// The machine's clock as two of the organisations read it: each may be moved.
#[derive(Default)]
pub(crate) struct Clocks {
    pub(crate) platform: Arc<Moved>,
    pub(crate) centre: Arc<Moved>,
}

/// The machine's clock, so many milliseconds ahead.
#[derive(Default)]
pub(crate) struct Moved(AtomicI64);

impl Moved {
    /// From now on it is so far ahead of the machine's, or behind.
    pub(crate) fn be_ahead_ms(&self, ms: i64) {
        self.0.store(ms, Ordering::SeqCst);
    }
}

impl Clock for Moved {
    fn now(&self) -> UtcMillis {
        SystemClock.now().plus_millis(self.0.load(Ordering::SeqCst))
    }
}
