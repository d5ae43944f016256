//! Every parser of foreign bytes over its corpus and a fixed number of mutations.
//!
//! The long runs with coverage feedback are `cargo xtask fuzz`; what they find is kept in
//! `tests/fuzz/corpus/` and comes back here.

use heqi_fuzz::mutate::{Dice, mutation};
use heqi_fuzz::{TARGETS, corpus};

/// Mutations per target: the same every time, so that a failure is repeatable.
const MUTATIONS: u64 = 400;

#[test]
fn every_input_of_every_corpus_is_survived() {
    for target in TARGETS {
        for input in corpus::inputs(target) {
            (target.run)(&input);
        }
    }
}

#[test]
fn fixed_mutations_of_every_corpus_are_survived() {
    for target in TARGETS {
        let inputs = corpus::inputs(target);
        let mut dice = Dice::new(1);
        for _ in 0..MUTATIONS {
            let seed = &inputs[dice.below(inputs.len())];
            let other = &inputs[dice.below(inputs.len())];
            (target.run)(&mutation(seed, other, &mut dice));
        }
    }
}
