//! What a document is, and how its paragraphs look.

use heqi_fonts::Style;
use heqi_vocabulary::UtcMillis;

use super::Colour;

/// What a document is, beside what stands in it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Settings {
    /// Its title, as a reader's window shows it.
    pub title: String,
    /// The organisation it comes from.
    pub author: String,
    /// A name that tells it from all others: the identifier of the file rests on it.
    pub identifier: String,
    /// When it was made.
    pub created_at: UtcMillis,
    /// The language of its text (RFC 5646).
    pub language: &'static str,
    /// At the foot of every page, on the left.
    pub foot: String,
    /// At the foot of every page, on the right; `{page}` and `{pages}` become numbers.
    pub page_words: &'static str,
    /// Across every page, behind the text.
    pub watermark: Option<String>,
    /// Which PDF/A.
    pub profile: Profile,
}

/// Which PDF/A is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "with files inside, and without")]
pub enum Profile {
    /// PDF/A-3b (ISO 19005-3): files inside.
    A3b,
    /// PDF/A-1b (ISO 19005-1): the same pages, and no files inside, for validators that know
    /// no later part.
    A1b,
}

/// Where a paragraph's lines stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is no other side")]
pub enum Align {
    /// At the left, filled to the right edge.
    Justified,
    /// At the left.
    Left,
    /// In the middle.
    Centre,
    /// At the right.
    Right,
}

/// How a paragraph looks.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Look {
    /// Points.
    pub size: f32,
    /// Which fonts.
    pub style: Style,
    /// Where its lines stand.
    pub align: Align,
    /// Room before the first line, in ems.
    pub indent: f32,
    /// From one baseline to the next, in ems.
    pub leading: f32,
    /// Below it, in points.
    pub below: f32,
    /// Between characters, in ems.
    pub spread: f32,
    /// Ink.
    pub colour: Colour,
}

impl Look {
    /// Running text: 12 points, two ems before the first line, filled.
    pub const BODY: Self = Self {
        size: 12.0,
        style: Style::Body,
        align: Align::Justified,
        indent: 2.0,
        leading: 1.75,
        below: 0.0,
        spread: 0.0,
        colour: Colour::BLACK,
    };
}
