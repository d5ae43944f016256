//! `verify.html` in a real browser: a second implementation of the formats, and so a check
//! of both. Every vector, and files spoiled at random, must get from the page what they get
//! from the program, to the word, in both languages.
//!
//! Needs Chromium and the packages of `crates/verify/page` (`npm ci`); where one is missing
//! a test says so and checks nothing.

mod agreement;
mod assembled;
mod manners;
mod spoiled;
pub(crate) mod verifier;
