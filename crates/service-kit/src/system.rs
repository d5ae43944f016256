//! The system's clock and randomness: the only ambient ones in the house.

use std::time::{SystemTime, UNIX_EPOCH};

use heqi_vocabulary::{Clock, Entropy, UtcMillis};

/// The clock of the machine, in whole milliseconds. It may jump; whoever needs order
/// compares it with a peer and never lets a recorded instant go back.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that others are given")]
    fn now(&self) -> UtcMillis {
        from_unix(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis())
    }
}

/// A machine without a working clock wakes up before 1970 or after 9999; it is held at the
/// bound, where the comparison of clocks with the peer catches it.
fn from_unix(ms: u128) -> UtcMillis {
    const EPOCH: UtcMillis = match UtcMillis::from_millis(0) {
        Ok(epoch) => epoch,
        Err(_) => panic!("1970 lies between 0000 and 9999"),
    };
    EPOCH.plus_millis(i64::try_from(ms).unwrap_or(i64::MAX))
}

/// The operating system's generator of unpredictable bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// # Panics
    /// The operating system has no randomness. Nothing made without it would be safe.
    #[expect(clippy::disallowed_methods, reason = "this is the randomness that others are given")]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_later_than_the_day_this_was_written_and_does_not_stand_still_for_ever() {
        let written: UtcMillis = "2025-01-01T00:00:00.000Z".parse().unwrap();
        assert!(SystemClock.now() > written);
    }

    #[test]
    fn a_clock_beyond_the_bounds_is_held_at_the_bound() {
        assert_eq!(from_unix(0).as_millis(), 0);
        assert_eq!(from_unix(u128::MAX).to_string(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn two_draws_differ() {
        let entropy: &dyn Entropy = &SystemEntropy;
        assert_ne!(entropy.bytes::<32>(), entropy.bytes::<32>());
    }
}
