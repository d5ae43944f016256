//! Who contradicts himself is caught, and what catches him convinces others.
//!
//! - [`vectors`]: every fork proof of `tests/vectors/fork` gets its verdict

mod vectors;
