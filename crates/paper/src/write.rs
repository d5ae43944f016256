//! Writing: text, tables, round seals, codes and photos on A4, as PDF/A (ISO 19005) with files inside.
//!
//! A [`Sheet`] takes paragraphs and tables from top to bottom, breaks lines and pages, and is
//! then written whole. The same calls give the same bytes: no clock, no chance, nothing of the
//! machine goes in.
//!
//! What no font has is not drawn: the character is named in [`WriteError::Uncovered`] and there
//! is no file. An empty box where a person's name should be would be a false document.
//!
//! - [`Fonts`]: the fonts, unpacked once and shared
//! - [`Sheet`], [`Settings`], [`Look`]: the page
//! - [`Table`], [`RoundSeal`], [`Picture`], [`Attachment`]: what stands on it, and in it

mod attachment;
mod code;
mod error;
mod fonts;
mod line;
mod look;
mod marks;
mod paint;
mod picture;
mod seal;
mod sheet;
mod table;

pub use attachment::{Attachment, AttachmentFault, Relationship};
pub use error::WriteError;
pub use fonts::Fonts;
pub use look::{Align, Look, Profile, Settings};
pub use marks::Colour;
pub use picture::Picture;
pub use seal::RoundSeal;
pub use sheet::Sheet;
pub use table::{Column, Table};

#[cfg(test)]
mod tests;
