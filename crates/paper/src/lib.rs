//! PDF as paper: which file is taken, what its pages look like, and what stands on them as
//! text. Knows no filing and no signer. ISO 32000-1.
//!
//! Files come from strangers. Whatever bytes come in, a call here answers or refuses: what
//! is refused by rule has a word of its own, and what the libraries below panic over is
//! caught on a thread that was made for it.
//!
//! - [`inspect`]: the door: whole, not encrypted, no scripts, nothing that unfolds without
//!   end
//! - [`render()`]: each page as a picture, and as text; [`texts`]: the text alone
//! - [`PageText`]: text put together from glyphs, for large type and for reading aloud
//! - [`mod@write`]: text, tables, seals and codes on A4, as PDF/A with files inside
//!
//! Not here: what a document says (`documents`), and who vouches for it (`sealed-pdf`).

mod budget;
mod door;
mod encode;
mod render;
mod substitute;
mod text;
pub mod write;

pub use door::{Limits, Refusal, inspect};
pub use encode::MediaType;
pub use render::{
    PageImage, RENDERER, RenderError, RenderedPage, Rendition, dots_per_inch, render, texts,
};
pub use text::{Block, PageText};
