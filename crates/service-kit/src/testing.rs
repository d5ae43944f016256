//! What several test modules of this crate share.

use std::sync::atomic::{AtomicU8, Ordering};

use heqi_vocabulary::Entropy;

/// Bytes that are all the same, another value with each call.
#[derive(Default)]
pub(crate) struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}
