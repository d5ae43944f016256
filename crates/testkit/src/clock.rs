//! A clock that stands still until a test moves it.

use std::sync::atomic::{AtomicI64, Ordering};

use heqi_vocabulary::{Clock, UtcMillis};

/// A clock that stands still until it is set or moved.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that shows `now`.
    pub fn new(now: UtcMillis) -> Self {
        Self(AtomicI64::new(now.as_millis()))
    }

    /// A clock that shows this instant, written like `2026-11-23T12:05:00.000Z`.
    pub fn at(instant: &str) -> Self {
        Self::new(instant.parse().unwrap())
    }

    /// Shows `now` from here on.
    pub fn set(&self, now: UtcMillis) {
        self.0.store(now.as_millis(), Ordering::SeqCst);
    }

    /// Moves forward, or back when negative.
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> UtcMillis {
        UtcMillis::from_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_still_until_it_is_moved() {
        let clock = FixedClock::at("2026-11-23T12:05:00.000Z");
        assert_eq!(clock.now(), clock.now());
        clock.advance_ms(1500);
        assert_eq!(clock.now().to_string(), "2026-11-23T12:05:01.500Z");
        clock.set(UtcMillis::from_millis(0).unwrap());
        assert_eq!(clock.now().as_millis(), 0);
    }
}
