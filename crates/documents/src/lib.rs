//! Documents on paper: what they say, in which order, and what is inside.
//!
//! What this is: from a plain struct to an [`UnsignedPdf`], one
//! file for each kind of document. The text follows 《公证程序规则》 articles 42 and 43 and the
//! element style of certificates; an office's own wording goes where the struct has a field
//! for it. The same struct gives the same bytes.
//!
//! What this is not: whether a document may be issued (`notarization`), where its numbers come
//! from, drawing (`paper`), sealing (`sealed-pdf`).
//!
//! - [`certificate`]: 公证书, 保全证据(电子数据)
//! - [`report`]: 出证报告, thirteen chapters
//! - [`acceptance`], [`supplement`], [`refusal`], [`termination`], [`withdrawal`], [`correction`],
//!   [`revocation`], [`reexamination`]: the small documents of an application; [`notice`] is what they have in common
//! - [`office`]: who issues, under which name on which day, with which seal
//! - [`samples`]: made-up documents, for tests and previews
//! - [`RenderError`]: why there is no document

pub mod acceptance;
pub mod certificate;
pub mod correction;
pub mod notice;
pub mod office;
pub mod reexamination;
pub mod refusal;
pub mod report;
pub mod revocation;
pub mod samples;
pub mod supplement;
pub mod termination;
pub mod withdrawal;

mod dates;
mod error;
mod held;
mod layout;
mod mask;

pub use error::RenderError;
pub use heqi_paper::write::{Fonts, Profile};
pub use heqi_sealed_pdf::UnsignedPdf;
pub use mask::masked;
pub use office::{Office, OfficeNames, SealFace};
