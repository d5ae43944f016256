use proptest::prelude::*;

use super::*;
use crate::testing::Seeded;

fn key(algorithm: Algorithm, seed: u64) -> SigningKey {
    SigningKey::generate(algorithm, &Seeded::new(seed))
}
