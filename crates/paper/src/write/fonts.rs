//! The fonts as writing needs them: a glyph and its width for each character.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use heqi_fonts::{Face, Font, FontError, Style, face_for};

use super::WriteError;

/// The fonts of this program, unpacked when first needed and kept: 15 to 30 MB each. A service
/// that prints holds one of these; the rare-character font is unpacked when a rare name comes.
#[derive(Default)]
pub struct Fonts {
    faces: [OnceLock<Loaded>; 4],
}

pub(super) struct Loaded {
    bytes: Font,
    pub(super) font: krilla::text::Font,
}

impl Fonts {
    /// None is unpacked yet.
    pub const fn new() -> Self {
        Self { faces: [const { OnceLock::new() }; 4] }
    }

    /// Unpacks the two fonts every document needs, so that the first does not wait for them.
    ///
    /// # Errors
    /// The program is damaged.
    pub fn warm_up(&self) -> Result<(), FontError> {
        self.loaded(Face::SerifRegular)?;
        self.loaded(Face::SerifBold).map(|_| ())
    }

    pub(super) fn loaded(&self, face: Face) -> Result<&Loaded, FontError> {
        let [regular, bold, hana, kai] = &self.faces;
        let place = match face {
            Face::SerifRegular => regular,
            Face::SerifBold => bold,
            Face::HanaMinB => hana,
            Face::Kai => kai,
        };
        if let Some(loaded) = place.get() {
            return Ok(loaded);
        }
        let bytes = face.font()?;
        let font = krilla::text::Font::new(bytes.clone().into(), 0).ok_or(FontError(face))?;
        Ok(place.get_or_init(|| Loaded { bytes, font }))
    }
}

impl fmt::Debug for Fonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unpacked = self.faces.iter().filter(|face| face.get().is_some()).count();
        f.debug_struct("Fonts").field("unpacked", &unpacked).finish_non_exhaustive()
    }
}

/// One character as it is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Glyph {
    pub(super) character: char,
    pub(super) face: Face,
    pub(super) id: u16,
    /// In ems.
    pub(super) advance: f32,
    /// Whether it stands in a word that is broken anywhere; set when lines are made.
    pub(super) is_in_long_word: bool,
}

/// Looks glyphs up, each character once for a document.
pub(super) struct Shaper<'f> {
    pub(super) fonts: &'f Fonts,
    known: RefCell<HashMap<(Style, char), Glyph>>,
}

impl<'f> Shaper<'f> {
    pub(super) fn of(fonts: &'f Fonts) -> Self {
        Self { fonts, known: RefCell::default() }
    }

    /// A character's glyph.
    ///
    /// # Errors
    /// No font has it, or the font is damaged.
    pub(super) fn glyph(&self, style: Style, character: char) -> Result<Glyph, WriteError> {
        if let Some(glyph) = self.known.borrow().get(&(style, character)) {
            return Ok(*glyph);
        }
        let face = face_for(style, character)?;
        let loaded = self.fonts.loaded(face)?;
        let parsed = ttf_parser::Face::parse(&loaded.bytes, 0).map_err(|_| FontError(face))?;
        // What a font covers stands beside it and is tested against it: one that lacks what it
        // covers is damaged.
        let id = parsed.glyph_index(character).ok_or(FontError(face))?;
        let em = f32::from(parsed.units_per_em());
        let advance = parsed.glyph_hor_advance(id).map_or(1.0, |units| f32::from(units) / em);
        let glyph = Glyph { character, face, id: id.0, advance, is_in_long_word: false };
        self.known.borrow_mut().insert((style, character), glyph);
        Ok(glyph)
    }

    /// The glyphs of a text.
    ///
    /// # Errors
    /// As [`Self::glyph`], for the first character that has none.
    pub(super) fn glyphs(&self, style: Style, text: &str) -> Result<Vec<Glyph>, WriteError> {
        text.chars().map(|character| self.glyph(style, character)).collect()
    }
}
