//! Pages for people: typed contexts in, HTML out, in Chinese and English.
//!
//! What this is: everything a person sees of the signing platform. A page is a struct of
//! what it shows; [`Page::content`] writes it in one frame, in one visual language, with
//! values escaped. Every page makes samples of itself, and a test renders all of them in
//! both languages.
//!
//! What this is not: HTTP, sessions, rules. It knows no use case: whoever serves a page
//! fills its context. Of the store it knows one kind of row, what comparing both logs found
//! ([`board::Comparison::of`]), which the boards of both organisations show.
//!
//! - [`frame`]: the document around every page, and the trait [`Page`]
//! - [`link`]: typed addresses; no page writes one by hand
//! - [`assets`]: style sheet, scripts and icons, embedded, named by their digest
//! - [`journey`]: the signer's way, from the link to the receipt
//! - [`holder`]: what a custodian holds of a signer, on the custodian's own service
//! - [`staff`]: coming in with two factors, the queue of cases, the handler's desk
//! - [`regulator`]: a search with its legal basis, one filing with its verdicts
//! - [`office`]: the notary's workbench, and anybody's check of a certificate
//! - [`board`]: how a service stands over time, and a custodian's own view of what it holds
//! - [`sheet`]: the printed invitation
//! - [`trouble`]: a failure as a page, with a way on
//! - `parts`: what pages are made of; [`qr`]: QR codes

mod application;
pub mod assets;
pub mod board;
pub mod frame;
pub mod holder;
pub mod journey;
pub mod link;
pub mod office;
mod parts;
pub mod qr;
pub mod regulator;
pub mod samples;
pub mod sheet;
pub mod staff;
pub mod trouble;
mod words;

pub use frame::{Frame, Page, render};
pub use link::{CaseDocument, CounterStep, DeskLink, Link, OfficeLink};
pub use words::Words;
