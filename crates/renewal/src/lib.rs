//! Renewals of time stamps, before the certificates behind them end (`docs/spec/renewal.md`, domain.md
//! 11.12).
//!
//! A token proves an instant for as long as nobody else can make one: once its authority's certificate has
//! ended, its key may have leaked. So the holder of a log says, while the certificate still counts, which
//! tokens there are, by a statement that is itself a leaf; the next head over that leaf is stamped by
//! whoever stamps then. Whoever verifies years later walks from the leaf in question over its first token
//! and renewal after renewal to a token whose certificate still counts.
//!
//! What this is: the statement, the file that carries one leaf's way, and the walk. What this is not: when
//! to renew, and where tokens are kept (`notarization`).
//!
//! - [`Renewal`]: the statement
//! - [`TokenTree`]: the tree over the tokens it names
//! - [`ends_of`]: when the first certificate in a token ends
//! - [`RenewalFile`], [`SubjectLeaf`], [`Link`]: the file
//! - [`Trust`], [`Walked`], [`WalkError`]: the walk

mod file;
mod lifetime;
mod statement;
mod tree;
mod walk;

pub use file::{FileError, Link, Next, RenewalFile, Subject, SubjectLeaf};
pub use lifetime::ends_of;
pub use statement::Renewal;
pub use tree::{TokenPlace, TokenTree};
pub use walk::{Trust, WalkError, Walked};
