//! A PDF under an office's seal: PAdES B-T (ETSI EN 319 142-1) with DocMDP P=1, put on by an
//! incremental update (ISO 32000-1 sections 7.5.6, 12.8), and believed by a strict reader.
//!
//! What this is: bytes in, bytes out. The seal's key and the time authority are ports
//! ([`SealKey`], [`Stamper`]); roots and instants are arguments. `docs/spec/sealed-pdf.md` is
//! normative for the form.
//!
//! What this is not: writing what stands in the document (`documents` on `paper`), or reading
//! PDF in general. Only files of the form that this crate writes are believed: signatures over
//! PDF have been bypassed by readers that were generous.
//!
//! - [`UnsignedPdf`], [`Sealer`]: putting the seal on
//! - [`SignedPdf`]: reading; [`SignedPdf::verify`] gives a [`VerifiedPdf`], which nothing else
//!   makes
//! - [`EmbeddedFile`], [`Manifest`]: what is inside, and the list of it

mod embedded;
mod file;
mod manifest;
mod ports;
mod sealing;
mod signed;
mod syntax;
mod update;
mod wording;

pub use embedded::{EmbeddedFault, EmbeddedFile};
pub use file::Malformed;
pub use manifest::{MANIFEST_NAME, Manifest, ManifestFault, ManifestFile};
pub use ports::{SealKey, Stamper, Unstamped};
pub use sealing::{SealNote, Sealer, SealingError, UnsignedPdf};
pub use signed::{FormFault, SignedPdf, VerifiedPdf, VerifyFault};
pub use update::UpdateFault;

/// The longest file read, in bytes.
pub const MAX_FILE_BYTES: usize = 192 << 20;

#[cfg(test)]
mod tests;
