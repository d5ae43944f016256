//! The offline verifier: pure crates only, no network, no clock of its own.
