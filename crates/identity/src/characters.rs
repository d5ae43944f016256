//! Which characters a name may hold, and how typed text becomes comparable.

/// Trims, turns full-width digits and letters into half-width, and makes letters upper-case.
pub(crate) fn upper_half_width(text: &str) -> String {
    text.trim().chars().map(half_width).map(|c| c.to_ascii_uppercase()).collect()
}

fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    }
}

/// Whether this is a Chinese character that Unicode has unified: the main block, the
/// extensions A to I, the twelve of the compatibility block that are not duplicates
/// (GB 18030-2022 has them) and the zero 〇.
pub(crate) const fn is_han(c: char) -> bool {
    matches!(c,
        '\u{4E00}'..='\u{9FFF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{20000}'..='\u{2A6DF}'
        | '\u{2A700}'..='\u{2B73F}'
        | '\u{2B740}'..='\u{2B81F}'
        | '\u{2B820}'..='\u{2CEAF}'
        | '\u{2CEB0}'..='\u{2EBEF}'
        | '\u{2EBF0}'..='\u{2EE5F}'
        | '\u{30000}'..='\u{3134F}'
        | '\u{31350}'..='\u{323AF}'
        | '\u{3007}'
        | '\u{FA0E}' | '\u{FA0F}' | '\u{FA11}' | '\u{FA13}' | '\u{FA14}' | '\u{FA1F}'
        | '\u{FA21}' | '\u{FA23}' | '\u{FA24}' | '\u{FA27}' | '\u{FA28}' | '\u{FA29}')
}

/// Whether the character means something different on every machine.
pub(crate) const fn is_private_use(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_characters_of_every_extension_are_han() {
        for c in ['𠮷', '䶮', '㛃', '\u{2B740}', '\u{2EBF0}', '\u{31350}', '﨑', '〇'] {
            assert!(is_han(c), "{c}");
        }
        for c in ['a', '·', 'あ', '\u{E000}', '１', '（'] {
            assert!(!is_han(c), "{c}");
        }
    }

    #[test]
    fn full_width_input_becomes_half_width_upper_case() {
        assert_eq!(upper_half_width(" ３３０１x　"), "3301X");
    }
}
