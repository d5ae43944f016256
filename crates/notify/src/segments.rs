//! How many segments a text message is sent and billed as (3GPP TS 23.038, TS 23.040
//! section 9.2.3.24): 160 characters of the GSM alphabet or 70 UTF-16 units alone, 153 or 67
//! in each of several.

/// The most segments a message may have.
pub const MAX_SEGMENTS: usize = 3;

/// The default alphabet of TS 23.038 section 6.2.1, without its two escapes.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Characters that take two septets (section 6.2.1.1).
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// How a text is coded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the two codings of TS 23.038 that are used")]
pub enum Coding {
    /// Seven bits a character.
    Gsm,
    /// UTF-16.
    Ucs2,
}

/// How a text is coded, and in how many segments.
pub fn segments(text: &str) -> (Coding, usize) {
    let septets: Option<usize> = text
        .chars()
        .map(|c| if BASIC.contains(c) { Some(1) } else { EXTENDED.contains(c).then_some(2) })
        .sum();
    match septets {
        Some(septets) => (Coding::Gsm, parts(septets, 160, 153)),
        None => (Coding::Ucs2, parts(text.encode_utf16().count(), 70, 67)),
    }
}

const fn parts(units: usize, alone: usize, together: usize) -> usize {
    if units <= alone { 1 } else { units.div_ceil(together) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notice_of_the_domain_study_fits_one_segment() {
        let text = "【示例商事文签】有人以您的名义签了青穗茶业文件（11月23日20:05）。不是您？点s.example/n8Rw或打0571-0000110";
        assert_eq!(segments(text), (Coding::Ucs2, 1));
        assert_eq!(text.encode_utf16().count(), 70);
        assert_eq!(segments(&format!("{text}。")), (Coding::Ucs2, 2));
    }

    #[test]
    fn limits_of_both_codings() {
        for (unit, coding, counts) in [
            ("a", Coding::Gsm, [(160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4)]),
            ("茶", Coding::Ucs2, [(70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)]),
            // Two units each: beyond the basic plane, and behind the escape.
            ("𠮷", Coding::Ucs2, [(35, 1), (36, 2), (67, 2), (68, 3), (100, 3), (101, 4)]),
            ("€", Coding::Gsm, [(80, 1), (81, 2), (153, 2), (154, 3), (229, 3), (230, 4)]),
        ] {
            for (repeat, wanted) in counts {
                assert_eq!(segments(&unit.repeat(repeat)), (coding, wanted), "{unit} × {repeat}");
            }
        }
        assert_eq!(segments(""), (Coding::Gsm, 1));
    }

    #[test]
    fn the_default_alphabet_has_its_127_characters() {
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(EXTENDED.chars().count(), 10);
    }
}
