//! Pages in a real browser. The signer's whole way, on a phone and on a desk ([`journey`]). And
//! `verify.html`: a second implementation of the formats, and so a check
//! of both. Every vector, and files spoiled at random, must get from the page what they get
//! from the program, to the word, in both languages.
//!
//! Needs Chromium and the packages of `crates/verify/page` (`npm ci`); where one is missing
//! a test says so and checks nothing.

mod agreement;
mod assembled;
mod journey;
mod manners;
mod spoiled;
pub(crate) mod verifier;
