//! Names for as many made-up people as a test wants: a name has no digits.

/// The name of the shareholder with this number.
pub fn shareholder(number: usize) -> String {
    let characters: Vec<char> = DIGITS.chars().collect();
    let digits = number.to_string();
    let spoken = digits.bytes().filter_map(|digit| characters.get(usize::from(digit - b'0')));
    format!("示例股东{}", spoken.collect::<String>())
}

const DIGITS: &str = "〇一二三四五六七八九";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_its_own_name() {
        assert_eq!(shareholder(1), "示例股东一");
        assert_eq!(shareholder(2050), "示例股东二〇五〇");
    }
}
