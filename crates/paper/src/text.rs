//! What stands on a page, put together from its glyphs: lines by their places, paragraphs
//! by how lines end. An aid for large type and for reading aloud; what prevails is the page.
//!
//! Only what is drawn is read: text drawn invisibly is not, so a listener hears nothing that
//! a reader cannot see.

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, TransformExt as _, interpret_page,
};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Point, Rect};

use crate::budget::Budget;

mod lines;

/// What the interpreter keeps from page to page.
pub(crate) type Cache<'a> = InterpreterCache<'a>;

/// What stands on a page.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever shows text must say when there is none")]
pub enum PageText {
    /// Paragraphs in the order of reading; none on an empty page.
    Blocks(Vec<Block>),
    /// There is something to see and nothing to read: a scan, or glyphs whose characters the
    /// file does not tell.
    Picture,
}

/// One paragraph.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Block {
    /// Whether its letters are clearly larger than those of the page's running text.
    pub is_heading: bool,
    /// The text, on one line.
    pub text: String,
}

/// Strokes, fills, images and glyphs of one page. A dense table has ten thousand.
const MAX_STEPS: u32 = 400_000;

/// One character where it stands: the foot of its left side, in points, downward.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    text: String,
    x: f64,
    y: f64,
    /// Height of the letters.
    size: f64,
    advance: f64,
}

/// Reads a page. Leaves by [`Budget::take`] when the page draws without end.
pub(crate) fn read<'a>(
    page: &'a Page<'a>,
    cache: &Cache<'a>,
    settings: &InterpreterSettings,
) -> PageText {
    let (width, height) = page.render_dimensions();
    let area = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let transform = page.initial_transform(true).to_kurbo();
    let mut context = Context::new(transform, area, cache, page.xref(), settings.clone());
    let mut reader = Reader {
        area,
        budget: Budget::of(MAX_STEPS),
        placed: Vec::new(),
        nameless: 0,
        has_picture: false,
    };
    interpret_page(page, &mut context, &mut reader);
    let is_readable = reader.nameless * 20 <= reader.placed.len();
    let has_words = reader.placed.iter().any(|placed| !placed.text.trim().is_empty());
    if (reader.has_picture && !has_words) || !is_readable {
        return PageText::Picture;
    }
    PageText::Blocks(lines::blocks(reader.placed))
}

struct Reader {
    area: Rect,
    budget: Budget,
    placed: Vec<Placed>,
    /// Glyphs whose character is unknown.
    nameless: usize,
    has_picture: bool,
}

impl<'a> Device<'a> for Reader {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.budget.take(1);
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.budget.take(1);
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.budget.take(20);
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        self.budget.take(u32::try_from(run.glyphs().len()).unwrap_or(u32::MAX));
        if matches!(mode, DrawMode::Invisible) {
            return;
        }
        for glyph in run.glyphs() {
            self.place(glyph, props.transform * glyph.transform());
        }
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        // Decoding costs, and a page may draw the same image again and again.
        self.budget.take(200);
        self.has_picture = true;
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}

impl Reader {
    fn place(&mut self, glyph: &Glyph<'_>, transform: Affine) {
        let foot = transform * Point::ZERO;
        if !self.area.contains(foot) {
            return;
        }
        let text = match glyph.as_unicode() {
            Some(BfString::Char(character)) => character.to_string(),
            Some(BfString::String(text)) => text,
            None => {
                self.nameless += 1;
                return;
            }
        };
        let advance = match glyph {
            Glyph::Outline(outline) => outline.advance_width(),
            Glyph::Type3(drawn) => drawn.advance_width(),
        };
        // Glyph space has a thousand units an em (ISO 32000-1 section 9.2.4).
        let [a, b, c, d, ..] = transform.as_coeffs();
        let (em_wide, em_high) = (a.hypot(b) * 1000.0, c.hypot(d) * 1000.0);
        let advance = f64::from(advance.unwrap_or(1000.0)) / 1000.0 * em_wide;
        // What else a file puts into a character: controls, and marks that turn the direction.
        let text: String = text.chars().filter(|c| is_printed(*c)).collect();
        if !text.is_empty() && em_high.is_finite() && advance.is_finite() {
            self.placed.push(Placed { text, x: foot.x, y: foot.y, size: em_high, advance });
        }
    }
}

fn is_printed(character: char) -> bool {
    !character.is_control()
        && !matches!(
            character,
            '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
        )
}

#[cfg(test)]
mod tests;
