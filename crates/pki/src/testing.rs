//! What the unit tests of this crate share.

use std::sync::Mutex;

use heqi_vocabulary::{Digest, Entropy};

/// Repeatable bytes: SHA-256 of a seed and a counter.
pub(crate) struct Seeded(Mutex<(u64, u64)>);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new((seed, 0)))
    }
}

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for chunk in buffer.chunks_mut(32) {
            let block = Digest::of(&[state.0.to_be_bytes(), state.1.to_be_bytes()].concat());
            chunk.copy_from_slice(&block.as_bytes()[..chunk.len()]);
            state.1 += 1;
        }
    }
}
