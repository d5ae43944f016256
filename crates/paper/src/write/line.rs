//! Lines: where a text may be broken, and how a line fills its width.
//!
//! Chinese breaks between any two characters except that closing signs do not begin a line and
//! opening ones do not end it (避头尾, GB/T 15834-2011 section 5.1). Words and numbers stay
//! whole unless they are longer than a line.

use super::fonts::Glyph;

/// A line: glyphs, each with the width it takes here, in ems.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Line {
    pub(super) glyphs: Vec<(Glyph, f32)>,
    /// Whether the paragraph ends here, so that the line is not filled.
    pub(super) is_last: bool,
}

impl Line {
    /// Its width in ems.
    pub(super) fn width(&self) -> f32 {
        self.glyphs.iter().map(|(_, advance)| advance).sum()
    }

    /// Spreads the characters so that the line is `width` ems wide, where little is missing.
    pub(super) fn fill(&mut self, width: f32) {
        let missing = width - self.width();
        let gaps = self.gaps();
        if self.is_last || gaps == 0 || !(0.0..MOST_FILLED).contains(&missing) {
            return;
        }
        let share = missing / count(gaps);
        let ends: Vec<bool> = self.breakable_gaps().collect();
        for ((_, advance), is_gap) in self.glyphs.iter_mut().zip(ends) {
            if is_gap {
                *advance += share;
            }
        }
    }

    fn gaps(&self) -> usize {
        self.breakable_gaps().filter(|is_gap| *is_gap).count()
    }

    /// For each glyph whether the room behind it may grow: not inside words.
    fn breakable_gaps(&self) -> impl Iterator<Item = bool> + '_ {
        let next = self.glyphs.iter().skip(1);
        self.glyphs
            .iter()
            .zip(next)
            .map(|((one, _), (other, _))| !(is_word(one.character) && is_word(other.character)))
    }
}

/// Breaks a text; widths are in ems, `first` that of the first line. A line feed ends a line.
pub(super) fn break_lines(glyphs: &[Glyph], first: f32, rest: f32) -> Vec<Line> {
    let mut lines = Vec::new();
    for paragraph in glyphs.split(|glyph| glyph.character == '\n') {
        let indent = if lines.is_empty() { first } else { rest };
        break_paragraph(paragraph, indent, rest, &mut lines);
    }
    lines
}

fn break_paragraph(glyphs: &[Glyph], first: f32, rest: f32, lines: &mut Vec<Line>) {
    let mut left = spaced(glyphs);
    let mut most = first;
    loop {
        let end = fitting(&left, most);
        let mut behind = left.split_off(end);
        let leading = behind.iter().take_while(|(glyph, _)| glyph.character == ' ').count();
        behind.drain(..leading);
        let trailing = left.iter().rev().take_while(|(glyph, _)| glyph.character == ' ').count();
        left.truncate(left.len() - trailing);
        if let Some((glyph, advance)) = left.last_mut() {
            *advance = glyph.advance;
        }
        let is_last = behind.is_empty();
        lines.push(Line { glyphs: left, is_last });
        if is_last {
            return;
        }
        (left, most) = (behind, rest);
    }
}

/// Whether each glyph belongs to a word that is too long to be kept whole: a digest, not a name.
fn in_long_words(glyphs: &[Glyph]) -> impl Iterator<Item = bool> + '_ {
    let runs = glyphs.chunk_by(|one, other| is_word(one.character) == is_word(other.character));
    runs.flat_map(|run| {
        let is_long = run.len() > LONG_WORD && run.iter().all(|glyph| is_word(glyph.character));
        std::iter::repeat_n(is_long, run.len())
    })
}

/// Glyphs with their widths, with a little room between Chinese and letters or digits.
fn spaced(glyphs: &[Glyph]) -> Vec<(Glyph, f32)> {
    let next = glyphs.iter().skip(1).map(|glyph| Some(glyph.character)).chain([None]);
    glyphs
        .iter()
        .zip(in_long_words(glyphs))
        .map(|(glyph, is_in_long_word)| Glyph { is_in_long_word, ..*glyph })
        .zip(next)
        .map(|(glyph, next)| {
            let meets = next.is_some_and(|next| {
                (is_ideograph(glyph.character) && next.is_ascii_alphanumeric())
                    || (glyph.character.is_ascii_alphanumeric() && is_ideograph(next))
            });
            (glyph, glyph.advance + if meets { ROOM } else { 0.0 })
        })
        .collect()
}

/// How many glyphs stand on a line of that width.
fn fitting(glyphs: &[(Glyph, f32)], most: f32) -> usize {
    let mut width = 0.0;
    let mut last_break = 0;
    for (place, (glyph, advance)) in glyphs.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| glyphs.get(place));
        let is_break = before.is_some_and(|(before, _)| {
            let is_inside = before.is_in_long_word && glyph.is_in_long_word;
            let is_inside = is_inside && !NOT_FIRST.contains(glyph.character);
            is_inside || may_break(before.character, glyph.character)
        });
        if is_break {
            last_break = place;
        }
        width += advance;
        // A space at the end of a line takes no room, nor does the room behind a character.
        if width - advance + glyph.advance > most + TOLERANCE && glyph.character != ' ' {
            return if last_break > 0 { last_break } else { place.max(1) };
        }
    }
    glyphs.len()
}

fn may_break(before: char, after: char) -> bool {
    if after == ' ' || NOT_FIRST.contains(after) || NOT_LAST.contains(before) {
        return false;
    }
    before == ' ' || before == '/' || !(is_word(before) && is_word(after))
}

/// Letters, digits and the signs of Western words.
fn is_word(character: char) -> bool {
    !character.is_whitespace() && u32::from(character) < 0x2E80 && !NOT_LAST.contains(character)
}

fn is_ideograph(character: char) -> bool {
    matches!(u32::from(character), 0x3400..=0x9FFF | 0x2_0000..=0x3_FFFF)
}

/// As a number for arithmetic of widths.
pub(super) fn count(number: usize) -> f32 {
    u16::try_from(number).map_or(f32::from(u16::MAX), f32::from)
}

/// Signs that do not begin a line.
const NOT_FIRST: &str = "、。，．：；？！）】〕》〉」』”’…—～·%％‰℃)]},.:;!?";
/// Signs that do not end a line.
const NOT_LAST: &str = "（【〔《〈「『“‘([{";
/// Words of more characters are broken anywhere.
const LONG_WORD: usize = 24;
/// Between Chinese and letters, in ems.
const ROOM: f32 = 0.125;
/// More than this many ems missing is not filled: it would tear the line apart.
const MOST_FILLED: f32 = 2.5;
/// Sums of widths are not exact.
const TOLERANCE: f32 = 0.001;

#[cfg(test)]
mod tests {
    use heqi_fonts::Face;

    use super::*;

    fn glyphs(text: &str) -> Vec<Glyph> {
        let glyph = |character: char| {
            let advance = if u32::from(character) < 0x80 { 0.5 } else { 1.0 };
            Glyph { character, face: Face::SerifRegular, id: 1, advance, is_in_long_word: false }
        };
        text.chars().map(glyph).collect()
    }

    fn lines(text: &str, first: f32, rest: f32) -> Vec<String> {
        let text_of = |line: &Line| line.glyphs.iter().map(|(glyph, _)| glyph.character).collect();
        break_lines(&glyphs(text), first, rest).iter().map(text_of).collect()
    }

    #[test]
    fn closing_signs_do_not_begin_a_line_and_opening_ones_do_not_end_it() {
        assert_eq!(lines("一二三四，五", 4.0, 4.0), ["一二三", "四，五"]);
        assert_eq!(lines("一二三（四）五", 4.0, 4.0), ["一二三", "（四）五"]);
        assert_eq!(lines("一二三四五”。", 5.0, 5.0), ["一二三四", "五”。"]);
    }

    #[test]
    fn words_and_numbers_stay_whole_unless_they_are_longer_than_a_line() {
        assert_eq!(lines("编号2026abcd完", 4.0, 4.0), ["编号", "2026abcd", "完"]);
        assert_eq!(lines("abcdefghij", 2.0, 2.0), ["abcd", "efgh", "ij"]);
        let digest = "0123456789abcdef0123456789abcdef";
        let broken = lines(&format!("值{digest}）、末"), 9.0, 9.0);
        assert_eq!(broken, ["值0123456789abcde", "f0123456789abcde", "f）、末"]);
        assert_eq!(lines("sent to you", 2.5, 2.5), ["sent", "to", "you"]);
    }

    #[test]
    fn the_first_line_may_be_shorter_and_a_line_feed_ends_a_line() {
        assert_eq!(lines("一二三四五", 2.0, 3.0), ["一二", "三四五"]);
        assert_eq!(lines("一\n\n二", 9.0, 9.0), ["一", "", "二"]);
        assert_eq!(lines("", 9.0, 9.0), [""]);
    }

    #[test]
    fn a_line_is_filled_between_characters_and_never_inside_a_word() {
        let mut broken = break_lines(&glyphs("一二三四，五"), 4.0, 4.0);
        let first = broken.first_mut().unwrap();
        first.fill(4.0);
        assert!((first.width() - 4.0).abs() < 0.001);
        let mut word = Line { glyphs: spaced(&glyphs("abc")), is_last: false };
        word.fill(2.0);
        assert!((word.width() - 1.5).abs() < 0.001);
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_by_breaking_but_spaces_at_ends(
            text in "[一二三，。（）a-z0-9 ]{0,60}", width in 1_u8..20,
        ) {
            let width = f32::from(width);
            let broken: String = lines(&text, width, width).concat();
            let plain = |text: &str| text.replace(' ', "");
            proptest::prop_assert_eq!(plain(&broken), plain(&text));
        }
    }
}
