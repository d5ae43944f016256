//! Text in columns on a terminal, and text from a file that must not play tricks there.

/// The longest piece of text from a file that is printed, in characters.
const MAX_CHARACTERS: usize = 400;

/// How many columns a text takes: two for each Chinese character or full-width sign.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|character| if is_wide(character) { 2 } else { 1 }).sum()
}

/// The text, filled with spaces to `columns`.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// The text without anything that moves the cursor, changes colours or turns the reading
/// direction: a hostile file must not be able to draw its own verdict.
pub(crate) fn harmless(text: &str) -> String {
    let shown = |character: char| {
        if character.is_control() || is_direction(character) { '\u{fffd}' } else { character }
    };
    let mut harmless: String = text.chars().take(MAX_CHARACTERS).map(shown).collect();
    if text.chars().nth(MAX_CHARACTERS).is_some() {
        harmless.push('…');
    }
    harmless
}

fn is_wide(character: char) -> bool {
    matches!(
        character,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{a4cf}'
            | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}'
            | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{20000}'..='\u{3fffd}'
    )
}

/// Unicode Bidi_Control, and the line and paragraph separators.
fn is_direction(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_takes_two_columns_and_columns_align() {
        assert_eq!(width("签名 ok"), 7);
        assert_eq!(width(&padded("签名", 10)), width(&padded("Signed by", 10)));
        assert_eq!(padded("too long", 3), "too long");
    }

    #[test]
    fn a_text_from_a_file_cannot_move_the_cursor_or_turn_around() {
        assert_eq!(harmless("a\u{1b}[2Jb\u{202e}c\nd"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d");
        let long = "x".repeat(MAX_CHARACTERS + 1);
        assert_eq!(harmless(&long).chars().count(), MAX_CHARACTERS + 1);
        assert!(harmless(&long).ends_with('…'));
        assert_eq!(harmless(&long[1..]), long[1..]);
    }
}
