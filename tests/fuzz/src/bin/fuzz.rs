//! The libFuzzer process: the target is named by `HEQI_FUZZ_TARGET`.
#![no_main]
#![allow(unsafe_code, reason = "libFuzzer finds its entry by an exported name")]

use std::sync::LazyLock;

use heqi_fuzz::{TARGETS, Target, target};

/// Chosen once: the environment of the process that runs this is not data under attack.
#[expect(clippy::disallowed_methods, reason = "the one setting of a developer's tool")]
#[expect(clippy::panic, reason = "a fuzzer without a target has nothing to do")]
static TARGET: LazyLock<&'static Target> = LazyLock::new(|| {
    let name = std::env::var("HEQI_FUZZ_TARGET").unwrap_or_default();
    target(&name).unwrap_or_else(|| {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        panic!("HEQI_FUZZ_TARGET must be one of: {}", names.join(" "))
    })
});

libfuzzer_sys::fuzz_target!(|input: &[u8]| (TARGET.run)(input));
