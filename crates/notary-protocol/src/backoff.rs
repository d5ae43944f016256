//! How long to wait before trying again: twice as long each time, up to a bound, and never
//! the same for two callers, so that a peer that comes back is not met by everybody at once.

use heqi_vocabulary::Entropy;

/// Exponential waiting times with jitter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Backoff {
    /// The longest first wait, in milliseconds.
    pub first_ms: u32,
    /// The longest wait of all, in milliseconds.
    pub longest_ms: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first_ms: 250, longest_ms: 30_000 }
    }
}

impl Backoff {
    /// How long to wait after the `failures`-th failure in a row (from 1), in milliseconds:
    /// a random time between half of the bound for that failure and the whole of it.
    pub fn wait_ms(&self, failures: u32, entropy: &dyn Entropy) -> u64 {
        let doublings = failures.saturating_sub(1).min(31);
        let bound = u64::from(self.first_ms) << doublings;
        let bound = bound.min(u64::from(self.longest_ms)).max(1);
        let random = u64::from(u32::from_be_bytes(entropy.bytes()));
        let half = bound / 2;
        half + random % (bound - half + 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Fixed(u8);

    impl Entropy for Fixed {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    #[test]
    fn waits_double_up_to_the_bound() {
        let backoff = Backoff { first_ms: 100, longest_ms: 1_000 };
        let lowest: Vec<u64> = (1..=6).map(|n| backoff.wait_ms(n, &Fixed(0))).collect();
        assert_eq!(lowest, [50, 100, 200, 400, 500, 500]);
    }

    proptest! {
        #[test]
        fn a_wait_lies_between_half_its_bound_and_the_bound(failures in 0u32.., random: u8) {
            let backoff = Backoff::default();
            let wait = backoff.wait_ms(failures, &Fixed(random));
            prop_assert!((125..=30_000).contains(&wait), "{wait}");
            if failures > 20 {
                prop_assert!(wait >= 15_000);
            }
        }
    }
}
