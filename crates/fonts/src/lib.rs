//! Four fonts that together print every Chinese name this system takes, as data of the
//! program: a name that cannot be printed is refused by name, never drawn as a box.
//!
//! The fonts stand in the program packed (Zstandard, RFC 8878; made by `make.py` beside
//! this crate's manifest). One is unpacked when somebody first asks for it, shared by all
//! who hold it, and given back when nobody does: a service that prints nothing pays for
//! none. Which characters a font has stands beside it, so asking unpacks nothing.
//!
//! - [`Face`]: the fonts, and [`Face::font`], which unpacks
//! - [`Style`] and [`face_for`]: which font draws a character
//!
//! Not here: shaping, line breaking, drawing (`paper`). Licences: `licences/`.

mod coverage;
mod face;

pub use coverage::{Style, Uncovered, check, face_for};
pub use face::{Face, Font, FontError};
