//! Filled in with the vectors.
