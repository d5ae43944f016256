//! Pages for people: typed contexts in, HTML out, in Chinese and English.
//!
//! What this is: everything a person sees of the signing platform. A page is a struct of
//! what it shows; [`Page::content`] writes it in one frame, in one visual language, with
//! values escaped. Every page makes samples of itself, and a test renders all of them in
//! both languages.
//!
//! What this is not: HTTP, sessions, rules. It knows no use case: whoever serves a page
//! fills its context.
//!
//! - [`frame`]: the document around every page, and the trait [`Page`]
//! - [`link`]: typed addresses; no page writes one by hand
//! - [`assets`]: style sheet, scripts and icons, embedded, named by their digest
//! - [`journey`]: the signer's way, from the link to the receipt
//! - [`trouble`]: a failure as a page, with a way on
//! - `parts`: what pages are made of; [`qr`]: QR codes

pub mod assets;
pub mod frame;
pub mod journey;
pub mod link;
mod parts;
pub mod qr;
pub mod samples;
pub mod trouble;
mod words;

pub use frame::{Frame, Page, render};
pub use link::Link;
pub use words::Words;
