//! What the tests of the whole house share.
//!
//! - [`vectors`]: the language-neutral vectors of evidence, made from a seed

pub mod vectors;
