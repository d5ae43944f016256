//! RFC 6962 and the C2SP transparency-log specifications, pure, one module per spec.
//!
//! What it is: hashing, proofs, encodings and the decisions a log, a witness, a mirror and an offline verifier take.
//! What it is not: it opens no file and no socket, reads no clock, draws no randomness and is never async. Whoever
//! stores rows, serves HTTP or knows the time calls in here with bytes and gets bytes or a typed decision back.
//!
//! The normative text with the pinned versions, our choices and our limits is `docs/spec/tlog.md`; the vectors are
//! `tests/vectors/tlog/*.json`. Every parser is strict: what it accepts is exactly what the encoder beside it writes.
//!
//! | module | spec |
//! | --- | --- |
//! | [`tree`] | RFC 6962 section 2.1: hashes, roots, the appender |
//! | [`proof`] | RFC 6962 sections 2.1.1 and 2.1.2; subtree proofs of draft-ietf-plants-merkle-tree-certs section 4 |
//! | [`tile`] | c2sp.org/tlog-tiles@v0.1.0 |
//! | [`note`] | c2sp.org/signed-note@v1.0.0 |
//! | [`checkpoint`] | c2sp.org/tlog-checkpoint@v1.0.0 |
//! | [`cosignature`] | c2sp.org/tlog-cosignature@v1.0.1 |
//! | [`witness`] | c2sp.org/tlog-witness@v1.0.0, with the status codes of main 2026-07-06 |
//! | [`mirror`] | c2sp.org/tlog-mirror, main 2026-07-09 (untagged) |
//! | [`policy`] | c2sp.org/tlog-policy, main 2026-06-22 (untagged); the only maker of [`policy::VerifiedCheckpoint`] |
//! | [`proof_file`] | c2sp.org/tlog-proof@v1 (untagged) |
//! | [`fork`] | docs/spec/fork-proof.md: signed heads that cannot belong to one tree |

pub mod checkpoint;
pub mod cosignature;
pub mod fork;
pub mod mirror;
pub mod note;
pub mod policy;
pub mod proof;
pub mod proof_file;
pub mod tile;
pub mod tree;
pub mod witness;

mod encoding;
#[cfg(test)]
mod testing;
