//! Development only: what tests of every crate share.
//!
//! What this is: a clock and a source of randomness that tests set, files that other
//! programs open, and [`Story`], which makes whole, valid evidence from a seed and lets a
//! test change any of it before or after it is signed. The same seed always makes the
//! same bytes: the vectors in `tests/vectors/evidence` are made here.
//!
//! What this is not: part of any program (`tests/all/layering.rs` fails on that).
//!
//! - [`SealingOffice`]: an office's seal and its time authority
//! - [`FixedClock`], [`SeededEntropy`]: time and chance as tests want them
//! - [`files`]: a photo and documents that are what they claim to be
//! - [`shareholder`]: names of made-up people
//! - [`MemoryLog`]: a log of one organisation, with proofs and cosigned heads
//! - [`Cast`]: both organisations, the custodians, the authority, and the anchors
//! - [`Device`]: what a signer's device does
//! - [`Story`], [`Twists`]: one filing from opening to confirmation
//! - [`altered_pdf`]: ways of altering a sealed PDF
//! - [`mod@archive`]: bundles taken apart entry by entry and packed again
#![expect(clippy::unwrap_used, reason = "evidence for a test that cannot be made fails the test")]
#![expect(clippy::missing_panics_doc, reason = "test code panics where a test would fail")]

pub mod altered_pdf;
pub mod archive;
mod cast;
mod clock;
mod device;
mod entropy;
pub mod files;
mod log;
mod names;
mod sealing;
mod story;
pub mod time;

pub use cast::{Cast, Custodian, NOTARY, PLATFORM, TIME_AUTHORITIES};
pub use clock::FixedClock;
pub use device::{ClientValues, Device};
pub use entropy::SeededEntropy;
pub use log::MemoryLog;
pub use names::shareholder;
pub use sealing::SealingOffice;
pub use story::{Story, StoryRecord, Twist, Twists};
