//! Pages as pictures, by hayro.

use std::num::NonZeroU32;
use std::ops::ControlFlow;
use std::sync::Arc;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};

use crate::budget::{Stopped, isolated};
use crate::encode::{MediaType, encode};
use crate::substitute::Substitutes;
use crate::text::{self, PageText};

/// What makes the pictures, and how: the same file may look otherwise by another.
pub const RENDERER: &str =
    concat!("hayro 0.9.0, heqi-paper ", env!("CARGO_PKG_VERSION"), ", 120 dpi");

/// Dots per inch of a page of this width, in points: 120, so that an A4 page has 992 dots a
/// line, as many as a phone shows and enough for 10-point type when it is enlarged; fewer
/// where a page is so large that its longer side would pass 2,400 dots.
pub fn dots_per_inch(width: f32, height: f32) -> f32 {
    let longest = width.max(height).max(1.0);
    (LONGEST_SIDE / longest * POINTS_PER_INCH).min(120.0)
}

const POINTS_PER_INCH: f32 = 72.0;
const LONGEST_SIDE: f32 = 2400.0;

/// A page as it is shown.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RenderedPage {
    /// Which, from 1.
    pub number: u32,
    /// The picture.
    pub image: PageImage,
    /// What stands on it.
    pub text: PageText,
}

/// A picture of a page.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PageImage {
    /// What the bytes are.
    pub media_type: MediaType,
    /// In dots.
    pub width: u16,
    /// In dots.
    pub height: u16,
    /// The file.
    pub bytes: Vec<u8>,
}

/// What was found out about the document as a whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rendition {
    /// Number of its pages, shown or not.
    pub pages: u32,
    /// Whether a font that it does not bring was replaced by one of ours: the pictures may
    /// then look a little different elsewhere.
    pub fonts_replaced: bool,
}

/// Why a document is not shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// It cannot be read.
    #[error("the PDF cannot be read")]
    Unreadable,
    /// It is encrypted.
    #[error("the PDF is encrypted")]
    Encrypted,
    /// A page draws without end.
    #[error("a page draws more than is shown")]
    TooMuch,
    /// There is no thread for it now.
    #[error("the system gives no thread")]
    NoThread,
}

impl From<Stopped> for RenderError {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::TooMuch => Self::TooMuch,
            Stopped::Panicked => Self::Unreadable,
            Stopped::NoThread => Self::NoThread,
        }
    }
}

/// Shows a document page by page, on a thread of its own; `each` may end it early. What
/// [`crate::inspect`] refuses should not come here: memory is bounded only behind that
/// door.
///
/// # Errors
/// See [`RenderError`]. Pages before the one that failed were given to `each`.
pub fn render<B: AsRef<[u8]> + Send + Sync + 'static>(
    bytes: Arc<B>,
    each: impl FnMut(RenderedPage) -> ControlFlow<()> + Send,
) -> Result<Rendition, RenderError> {
    isolated(move || render_here(bytes, each))?
}

fn render_here<B: AsRef<[u8]> + Send + Sync + 'static>(
    bytes: Arc<B>,
    mut each: impl FnMut(RenderedPage) -> ControlFlow<()>,
) -> Result<Rendition, RenderError> {
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(_) => RenderError::Encrypted,
        LoadPdfError::Invalid => RenderError::Unreadable,
    })?;
    let substitutes = Substitutes::default();
    let settings = InterpreterSettings {
        font_resolver: substitutes.resolver(),
        ..InterpreterSettings::default()
    };
    let (drawing, reading) = (RenderCache::new(), text::Cache::new());
    let pages = pdf.pages();
    for (number, page) in (1..).zip(pages.iter()) {
        // Reading comes first: it counts what the page draws, and drawing cannot be stopped.
        let text = text::read(page, &reading, &settings);
        let image = picture(page, &drawing, &settings)?;
        if each(RenderedPage { number, image, text }).is_break() {
            break;
        }
    }
    let count = u32::try_from(pages.len()).ok().and_then(NonZeroU32::new);
    Ok(Rendition {
        pages: count.ok_or(RenderError::Unreadable)?.get(),
        fonts_replaced: substitutes.were_used(),
    })
}

/// Reads the words of every page, without drawing any. What [`crate::inspect`] refuses should not
/// come here.
///
/// # Errors
/// See [`RenderError`].
pub fn texts<B: AsRef<[u8]> + Send + Sync + 'static>(
    bytes: Arc<B>,
) -> Result<Vec<PageText>, RenderError> {
    isolated(move || {
        let pdf = Pdf::new(bytes).map_err(|_| RenderError::Unreadable)?;
        let substitutes = Substitutes::default();
        let settings = InterpreterSettings {
            font_resolver: substitutes.resolver(),
            ..InterpreterSettings::default()
        };
        let reading = text::Cache::new();
        Ok(pdf.pages().iter().map(|page| text::read(page, &reading, &settings)).collect())
    })?
}

fn picture<'a>(
    page: &'a Page<'a>,
    cache: &RenderCache<'a>,
    settings: &InterpreterSettings,
) -> Result<PageImage, RenderError> {
    let (width, height) = page.render_dimensions();
    if !(width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0) {
        return Err(RenderError::Unreadable);
    }
    let scale = dots_per_inch(width, height) / POINTS_PER_INCH;
    // At least one dot each way: a page may be as thin as a line.
    let pixmap = hayro::render(
        page,
        cache,
        settings,
        // Hinting moves strokes to whole dots, and some of them then look heavier than others.
        &RenderSettings { hinting: false, ..RenderSettings::default() },
        &PixmapSettings {
            x_scale: scale.max(1.0 / width),
            y_scale: scale.max(1.0 / height),
            bg_color: WHITE,
        },
    );
    let (width, height) = (pixmap.width(), pixmap.height());
    let encoded = encode(pixmap.data_as_u8_slice(), width, height);
    let (media_type, bytes) = encoded.map_err(|_| RenderError::Unreadable)?;
    Ok(PageImage { media_type, width, height, bytes })
}

#[cfg(test)]
mod tests;
