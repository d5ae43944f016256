//! Pages for people, rendered here and complete without a script: coverage, and the
//! description of the interface.
//!
//! A page is text of ours with escaped values in it ([`html`]), in one frame ([`layout`]),
//! in Chinese and English, readable on a telephone of 320 px, under a policy that allows
//! exactly one style sheet and nothing else. Plots and comparisons are drawn by `heqi_pages::board`, as for custodians. The signer's pages are of `heqi_pages`; how they
//! are answered stands in [`shown`] and [`trouble`].

pub(crate) mod coverage;
pub(crate) mod docs;
pub(crate) mod html;
pub(crate) mod layout;
pub(crate) mod shown;
pub(crate) mod trends;
pub(crate) mod trouble;
