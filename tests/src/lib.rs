//! What the tests of the whole house share.
//!
//! - [`browser`]: a real Chromium, for the pages people see
//! - [`reliability`]: faults, injected for real, and whether what was promised still holds
//! - [`vectors`]: the language-neutral vectors of evidence, made from a seed

pub mod browser;
pub mod reliability;
pub mod vectors;
