//! Which font draws which character.

use std::cmp::Ordering;

use crate::face::Face;

/// How text looks.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a chain of fonts stands behind each")]
pub enum Style {
    /// Running text.
    Body,
    /// Headings.
    Bold,
    /// As if written by hand: names that were typed instead of drawn.
    Kai,
}

/// No font has this character, so nothing that holds it is printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no font has the character U+{:04X}", u32::from(*.character))]
#[non_exhaustive]
pub struct Uncovered {
    /// The character.
    pub character: char,
}

impl Style {
    /// Fonts in the order they are asked.
    pub const fn chain(self) -> &'static [Face] {
        match self {
            Self::Body => &[Face::SerifRegular, Face::HanaMinB, Face::Kai],
            Self::Bold => &[Face::SerifBold, Face::HanaMinB, Face::Kai],
            Self::Kai => &[Face::Kai, Face::SerifRegular, Face::HanaMinB],
        }
    }
}

impl Face {
    /// Whether this font has the character. Unpacks nothing.
    pub fn covers(self, character: char) -> bool {
        let code = u32::from(character);
        let (ranges, _) = self.coverage().as_chunks::<8>();
        let found = ranges.binary_search_by(|range| {
            let (first, last) = ends(*range);
            if last < code {
                Ordering::Less
            } else if first > code {
                Ordering::Greater
            } else {
                Ordering::Equal
            }
        });
        found.is_ok()
    }
}

/// The font that draws this character.
///
/// # Errors
/// No font has it: the character is named, and whoever wanted to print it must not.
pub fn face_for(style: Style, character: char) -> Result<Face, Uncovered> {
    let found = style.chain().iter().find(|face| face.covers(character));
    found.copied().ok_or(Uncovered { character })
}

/// Whether every character of a text can be printed; line breaks and tabs are not printed.
///
/// # Errors
/// The first character that cannot.
pub fn check(style: Style, text: &str) -> Result<(), Uncovered> {
    let printed = text.chars().filter(|c| !matches!(c, '\n' | '\r' | '\t'));
    printed.map(|character| face_for(style, character)).try_for_each(|face| face.map(|_| ()))
}

/// First and last character of a range.
fn ends(range: [u8; 8]) -> (u32, u32) {
    let number =
        |half: &[u8]| half.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    let (first, last) = range.split_at(4);
    (number(first), number(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ideographs of a block that the chain prints, by the block's first and last assigned.
    fn printed(first: u32, last: u32) -> usize {
        let characters = (first..=last).filter_map(char::from_u32);
        characters.filter(|c| face_for(Style::Body, *c).is_ok()).count()
    }

    #[test]
    fn what_stands_beside_a_font_is_what_the_font_has() {
        for face in Face::ALL {
            let font = face.font().unwrap();
            let parsed = ttf_parser::Face::parse(&font, 0).unwrap();
            for code in 0..=0x10_FFFF {
                // U+FFFF ends the table of a font and is no character (OpenType, cmap format 4).
                let Some(character) = char::from_u32(code).filter(|c| *c != '\u{FFFF}') else {
                    continue;
                };
                let has = parsed.glyph_index(character).is_some();
                assert_eq!(face.covers(character), has, "{face} U+{code:04X}");
            }
        }
    }

    #[test]
    fn the_blocks_of_names_are_printed_as_measured() {
        assert_eq!(printed(0x4E00, 0x9FFF), 20_992, "all ideographs of the first block");
        assert_eq!(printed(0x3400, 0x4DBF), 6_592, "all of Extension A");
        assert!(printed(0x2_0000, 0x2_A6DF) >= 42_711, "Extension B");
        assert!(printed(0x2_A700, 0x2_B739) >= 4_149, "Extension C");
        assert_eq!(printed(0x2_B740, 0x2_B81D), 222, "all of Extension D");
        assert_eq!(printed(0x2_B820, 0x2_CEA1), 5_762, "all of Extension E");
        assert_eq!(printed(0x2_CEB0, 0x2_EBE0), 7_473, "all of Extension F");
    }

    #[test]
    fn rare_characters_of_names_are_printed_and_by_which_font() {
        for name in
            ["龚𠮷", "㛃㙦䶮𠅤𤩽𬀩𫍯𬘭𬭎𪣻𫖯𬱟", "阿依古丽·买买提", "Ünal Łukasz-O’Brien", "𰻝"]
        {
            assert_eq!(check(Style::Body, name), Ok(()), "{name}");
        }
        assert_eq!(face_for(Style::Body, '陈'), Ok(Face::SerifRegular));
        assert_eq!(face_for(Style::Bold, '陈'), Ok(Face::SerifBold));
        assert_eq!(face_for(Style::Bold, '𪜀'), Ok(Face::HanaMinB));
        assert_eq!(face_for(Style::Body, '𰻝'), Ok(Face::Kai));
        assert_eq!(face_for(Style::Kai, '陈'), Ok(Face::Kai));
    }

    #[test]
    fn a_character_that_no_font_has_is_named() {
        let private = check(Style::Body, "陈\u{E000}").unwrap_err();
        assert_eq!(private.to_string(), "no font has the character U+E000");
        assert_eq!(check(Style::Kai, "一\n二\t三"), Ok(()));
    }
}
