//! What tests of this crate and of the crates above need: a seeded source of randomness, a log key, a memory backend,
//! and a store whose calls fail one at a time.

mod faulty;
mod left;

use std::path::Path;
use std::sync::Arc;

use heqi_tlog::note::{KeyName, NoteSigner};
use heqi_vocabulary::Entropy;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use crate::backend::memory::MemoryBackend;
use crate::log::KeyedHeadSigner;

pub use faulty::{Failure, Faulty};
pub use left::{Left, left_by};

/// The origin of the log in tests.
pub const TEST_ORIGIN: &str = "log.example/test";

/// Bytes that look random and are the same in every run: SHA-256 of seed and counter.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<(u64, u64)>);

impl SeededEntropy {
    /// The sequence of this seed, from its beginning.
    pub const fn new(seed: u64) -> Self {
        Self(Mutex::new((seed, 0)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        let mut state = self.0.lock();
        for chunk in buffer.chunks_mut(32) {
            let mut hash = Sha256::new_with_prefix(state.0.to_be_bytes());
            hash.update(state.1.to_be_bytes());
            state.1 += 1;
            let block: [u8; 32] = hash.finalize().into();
            for (byte, random) in chunk.iter_mut().zip(block) {
                *byte = random;
            }
        }
    }
}

/// A log key made from `seed`.
///
/// # Panics
/// Never: the name and the seed are legal.
pub fn note_signer(seed: u8) -> NoteSigner {
    KeyName::new(TEST_ORIGIN)
        .ok()
        .and_then(|name| NoteSigner::from_seed(name, &[seed; 32]).ok())
        .expect("a legal name and seed")
}

/// Signs heads of [`TEST_ORIGIN`] with the key of seed 7.
pub fn head_signer() -> Arc<KeyedHeadSigner> {
    Arc::new(KeyedHeadSigner::new(note_signer(7)))
}

/// An empty memory backend.
///
/// # Panics
/// Never: the test key signs.
pub fn memory() -> Arc<MemoryBackend> {
    let backend = MemoryBackend::new(head_signer(), Arc::new(SeededEntropy::new(0)));
    Arc::new(backend.expect("the test key signs"))
}

/// Puts other bytes in a file's place, the way nothing but a test does.
///
/// # Panics
/// When the file cannot be written.
#[expect(clippy::disallowed_methods, reason = "what a test breaks need not be durable")]
pub fn tamper(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
    // Immutable files cannot be opened for writing, but their names can be taken.
    let _ = std::fs::remove_file(&path);
    std::fs::write(path, bytes).expect("a file to tamper with");
}
