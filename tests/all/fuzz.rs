//! Every parser of foreign bytes over its corpus and a fixed number of mutations.
//!
//! The long runs with coverage feedback are `cargo xtask fuzz`; what they find is kept in
//! `tests/fuzz/corpus/` and comes back here.

use heqi_fuzz::mutate::{Dice, mutation};
use heqi_fuzz::{TARGETS, corpus};
use heqi_tlog::mirror::AddEntries;

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

#[test]
fn what_was_found_is_kept_and_comes_back_in_every_run() {
    for (name, file) in
        [("add_entries", "an-upload-that-breaks-off"), ("manifest", "a-digest-of-other-bytes.json")]
    {
        let target = TARGETS.iter().find(|target| target.name == name).unwrap();
        let found = std::fs::read(corpus::folder(target).join(file)).unwrap();
        assert!(corpus::inputs(target).contains(&found), "{name}");
        assert!(!(target.seeds)().contains(&found), "{name}: found, and no seed");
        (target.run)(&found);
    }
    // It is read as far as it goes: the check that broke on it is reached.
    let target = TARGETS.iter().find(|target| target.name == "add_entries").unwrap();
    let found = std::fs::read(corpus::folder(target).join("an-upload-that-breaks-off")).unwrap();
    let upload = AddEntries::parse(&found).unwrap();
    assert!(upload.to_bytes().len() < found.len() && upload.packages().is_empty());
}
