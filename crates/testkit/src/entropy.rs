//! Randomness that repeats.

use std::sync::atomic::{AtomicU64, Ordering};

use heqi_vocabulary::{Digest, Entropy};

/// SHA-256 over a seed, a label and a counter: the same seed and label always give the
/// same bytes, different labels have nothing in common. Safe to share between threads,
/// though then the order of draws is theirs.
#[derive(Debug)]
pub struct SeededEntropy {
    label: String,
    seed: u64,
    counter: AtomicU64,
}

impl SeededEntropy {
    /// Bytes that follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self::labelled(seed, "")
    }

    /// Bytes that follow from `seed` and from what they are for, so that one more draw
    /// for one purpose changes nothing for another.
    pub fn labelled(seed: u64, label: &str) -> Self {
        Self { label: label.to_owned(), seed, counter: AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let counter = self.counter.fetch_add(1, Ordering::SeqCst);
            let block = Digest::labelled(
                &self.label,
                &[self.seed.to_be_bytes(), counter.to_be_bytes()].concat(),
            );
            for (to, from) in chunk.iter_mut().zip(block.as_bytes()) {
                *to = *from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_repeats_and_another_seed_or_label_does_not() {
        let draw = |entropy: &dyn Entropy| entropy.bytes::<80>();
        assert_eq!(draw(&SeededEntropy::new(1)), draw(&SeededEntropy::new(1)));
        assert_ne!(draw(&SeededEntropy::new(1)), draw(&SeededEntropy::new(2)));
        assert_ne!(draw(&SeededEntropy::new(1)), draw(&SeededEntropy::labelled(1, "a")));
        let one = SeededEntropy::new(1);
        assert_ne!(draw(&one), draw(&one));
    }
}
