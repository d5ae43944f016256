//! The check digits of a machine-readable zone, ICAO 9303 part 3 section 4.9: weights 7, 3, 1,
//! `A` = 10 to `Z` = 35, `<` = 0, modulo 10.

/// The check digit of a field; `None` where a character does not belong into such a zone.
pub fn check_digit(field: &str) -> Option<u32> {
    let mut sum = 0u32;
    for (place, byte) in field.bytes().enumerate() {
        let value = match byte {
            b'0'..=b'9' | b'A'..=b'Z' => char::from(byte).to_digit(36)?,
            b'<' => 0,
            _ => return None,
        };
        let weight = match place % 3 {
            0 => 7,
            1 => 3,
            _ => 1,
        };
        sum = (sum + value * weight) % 10;
    }
    Some(sum)
}

/// Whether the second line of a passport (TD3, 44 characters) fits all its check digits:
/// number, birth, expiry, personal number and the whole.
pub fn passport_line_fits(line: &str) -> bool {
    let part = |from: usize, to: usize| line.get(from..to).unwrap_or_default();
    let digit = |at: usize| line.as_bytes().get(at).copied();
    let fits = |field: &str, at: usize| match (check_digit(field), digit(at)) {
        (Some(check), Some(b'<')) => check == 0 && field.bytes().all(|b| b == b'<'),
        (Some(check), Some(shown)) => u32::from(shown.wrapping_sub(b'0')) == check,
        _ => false,
    };
    let whole = format!("{}{}{}", part(0, 10), part(13, 20), part(21, 43));
    line.len() == 44
        && line.is_ascii()
        && fits(part(0, 9), 9)
        && fits(part(13, 19), 19)
        && fits(part(21, 27), 27)
        && fits(part(28, 42), 42)
        && fits(&whole, 43)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The specimen of ICAO 9303 part 4, appendix A.
    const SPECIMEN: &str = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";

    #[test]
    fn the_specimen_of_the_standard_fits() {
        assert_eq!(check_digit("L898902C3"), Some(6));
        assert_eq!(check_digit("740812"), Some(2));
        assert!(passport_line_fits(SPECIMEN));
    }

    #[test]
    fn a_changed_character_does_not_fit_and_other_texts_are_no_lines() {
        for place in [0, 9, 13, 21, 30, 43] {
            let mut changed = SPECIMEN.as_bytes().to_vec();
            changed[place] = if changed[place] == b'3' { b'4' } else { b'3' };
            assert!(!passport_line_fits(std::str::from_utf8(&changed).unwrap()), "{place}");
        }
        assert!(!passport_line_fits(""));
        assert!(!passport_line_fits(&"护".repeat(15)));
        assert_eq!(check_digit("a"), None);
    }

    /// Digits and expected check digits, the line written together with its last one.
    fn line([number, birth, expiry, personal]: [&str; 4], nation: &str) -> String {
        let whole = check_digit(&format!("{number}{birth}{expiry}{personal}")).unwrap();
        format!("{number}{nation}{birth}F{expiry}{personal}{whole}")
    }

    const FIELDS: [&str; 4] = ["L898902C36", "7408122", "1204159", "ZE184226B<<<<<1"];

    #[test]
    fn a_wrong_check_digit_of_one_field_is_noticed_although_the_whole_fits() {
        assert_eq!(line(FIELDS, "UTO"), SPECIMEN);
        for (field, wrong) in
            ["L898902C37", "7408123", "1204150", "ZE184226B<<<<<2"].into_iter().enumerate()
        {
            let mut fields = FIELDS;
            fields[field] = wrong;
            assert!(!passport_line_fits(&line(fields, "UTO")), "{wrong}");
        }
    }

    #[test]
    fn an_empty_field_may_have_a_filler_for_its_check_digit_and_no_other_may() {
        let with = |personal| line([FIELDS[0], FIELDS[1], FIELDS[2], personal], "UTO");
        assert_eq!(with("<<<<<<<<<<<<<<<"), "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<<8");
        assert!(passport_line_fits(&with("<<<<<<<<<<<<<<<")));
        assert!(passport_line_fits(&with("<<<<<<<<<<<<<<0")));
        // 1 weighs 7 and 3 weighs 1 in the third place: together 10, the check digit 0.
        assert_eq!(check_digit("1<3<<<<<<<<<<<"), Some(0));
        assert!(passport_line_fits(&with("1<3<<<<<<<<<<<0")));
        assert!(!passport_line_fits(&with("1<3<<<<<<<<<<<<")));
        assert!(!passport_line_fits(&with("2<<<<<<<<<<<<<<")));
    }

    #[test]
    fn a_line_has_44_characters_of_ascii() {
        for longer in ["<", "0", "护"] {
            assert!(!passport_line_fits(&format!("{SPECIMEN}{longer}")), "{longer}");
        }
        // The nation is under no check digit, and this is three bytes too.
        let foreign = line(FIELDS, "护");
        assert_eq!(foreign.len(), 44);
        assert!(!passport_line_fits(&foreign));
    }
}
