//! Pages in a real browser. The signer's whole way, on a phone and on a desk ([`journey`]), what it
//! may cost ([`bars`]), what people may type on it ([`markup`]), and a reviewer who decides with the
//! keyboard ([`review`]); and, in the whole demo, whoever signed at the custodian, a regulator, and
//! both halves compared ([`custody`]). And
//! `verify.html`: a second implementation of the formats, and so a check
//! of both. Every vector, and files spoiled at random, must get from the page what they get
//! from the program, to the word, in both languages.
//!
//! Needs Chromium and the packages of `crates/verify/page` (`npm ci`); where one is missing
//! a test says so and checks nothing.

mod actions;
mod after;
mod agreement;
mod assembled;
mod bars;
mod busy;
mod custody;
mod demo;
mod desk;
mod document;
mod door;
mod duties;
mod gallery;
mod guardian;
mod handover;
mod journey;
mod killed;
mod lan;
mod looking;
mod manners;
mod markup;
mod markup_office;
mod markup_staff;
mod objections;
mod other_way;
mod passage;
mod pictures;
mod position;
mod reading;
mod receipt;
mod renewals;
mod review;
mod seal;
mod special_name;
mod spoiled;
mod unfit;
mod uploads;
pub(crate) mod verifier;
mod walk;
mod ways;
mod workbench;
mod zones;
