//! What whoever guesses a password tries first: names that others know of the account, rows of a keyboard, and what
//! everybody takes. A password that is little besides is refused where somebody chooses one (NIST SP 800-63B 3.1.1.2).
//!
//! It is no list of passwords that became known elsewhere: none is part of the program, and nobody is asked over the
//! network.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

/// Characters in a row by which something known is found again, in whatever part of it.
const RUN: usize = 4;
/// Different characters that must be left beside it.
const LEFT: usize = 6;
/// Rows of keyboards, series, and words that stand at the top of every list of passwords.
const COMMON: [&str; 36] = [
    "01234567890",
    "09876543210",
    "!@#$%^&*()",
    "1314520",
    "5201314",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "abcdefghijklmnopqrstuvwxyz",
    "admin",
    "administrator",
    "asdfghjkl",
    "changeme",
    "dragon",
    "football",
    "heqi",
    "hello",
    "iloveyou",
    "letmein",
    "login",
    "master",
    "monkey",
    "notary",
    "p@ssw0rd",
    "p@ssword",
    "passw0rd",
    "password",
    "poiuytrewq",
    "qazwsxedcrfv",
    "qwertyuiop",
    "root",
    "secret",
    "test",
    "welcome",
    "woaini",
    "zxcvbnm",
    "zyxwvutsrqponmlkjihgfedcba",
];

/// Whether too little is left of a password beside what is `known` of its account and what everybody tries.
pub(crate) fn is_guessable(text: &str, known: &[&str]) -> bool {
    let text: Zeroizing<Vec<char>> = Zeroizing::new(lower(text));
    let mut is_known = vec![false; text.len()];
    for word in known.iter().copied().chain(COMMON) {
        let word = lower(word);
        let run = word.len().min(RUN);
        if run == 0 {
            continue;
        }
        for (at, piece) in text.windows(run).enumerate() {
            if word.windows(run).any(|known| known == piece) {
                is_known.iter_mut().skip(at).take(run).for_each(|known| *known = true);
            }
        }
    }
    let left = text.iter().zip(&is_known).filter(|(_, known)| !**known);
    left.map(|(character, _)| *character).collect::<BTreeSet<char>>().len() < LEFT
}

fn lower(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_found_in_parts_and_whatever_its_case() {
        assert!(is_guessable("督管理局1234567890", &["市场监督管理局"]));
        assert!(is_guessable("LINALINALINA", &["lina"]));
        assert!(!is_guessable("LINALINALINA harvest", &["lina"]));
        assert!(is_guessable("abcxabcxabcx", &["abc"]), "a name of three letters");
        assert!(is_guessable("aaaabbbbcccc", &["", "li.na"]), "few characters, many times");
    }

    #[test]
    fn no_word_stands_twice_among_what_everybody_tries() {
        let words: BTreeSet<&str> = COMMON.into_iter().collect();
        assert_eq!(words.len(), COMMON.len());
        assert!(words.iter().all(|word| word.len() >= RUN));
    }
}
