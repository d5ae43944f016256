//! The check character of ISO 7064 MOD 11-2, as GB 11643 uses it.

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [u8; 11] = *b"10X98765432";

/// Whether the eighteenth of 18 characters fits the 17 digits before it.
pub(crate) fn fits(text: &str) -> bool {
    let (Some(digits), Some(last)) = (text.get(..17), text.as_bytes().get(17)) else {
        return false;
    };
    text.len() == 18 && check_of(digits) == Some(*last)
}

/// The check character of 17 digits.
pub(crate) fn check_of(digits: &str) -> Option<u8> {
    if digits.len() != 17 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let sum: u32 = digits.bytes().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    CHECKS.get(usize::try_from(sum % 11).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_official_sample_of_the_standard_fits_and_its_neighbours_do_not() {
        assert!(fits("11010519491231002X"));
        assert!(!fits("110105194912310021"));
        assert!(!fits("11010519491231002"));
        assert!(!fits("1101051949123100２X"));
    }

    #[test]
    fn every_single_wrong_digit_is_noticed() {
        let good = "330112199003079999";
        for place in 0..17 {
            for digit in b'0'..=b'9' {
                let mut changed = good.as_bytes().to_vec();
                changed[place] = digit;
                let changed = String::from_utf8(changed).unwrap();
                assert_eq!(fits(&changed), changed == good, "{changed}");
            }
        }
    }

    #[test]
    fn only_seventeen_digits_have_a_check_character() {
        assert_eq!(check_of("11010519491231002"), Some(b'X'));
        assert_eq!(check_of("33011219900307999"), Some(b'9'));
        for other in ["", "1101051949123100", "110105194912310021", "1101051949123100A"] {
            assert_eq!(check_of(other), None, "{other}");
        }
    }
}
