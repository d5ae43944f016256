//! Codes to come in without the authenticator, each once.

use heqi_vocabulary::{Digest, Entropy};
use zeroize::Zeroizing;

/// How many somebody is given.
pub const CODES: usize = 10;
const LABEL: &str = "heqi.staff-recovery/v1\n";
/// Letters of a code and of each of its groups: of 32 each, so 120 bits.
const LETTERS: usize = 24;
const GROUP: usize = 6;
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz123456789";

/// A fresh code of 120 bits, in four groups. Nobody guesses one whose digest they have, so a plain digest is kept and
/// none that is slow to make.
pub fn fresh_code(entropy: &dyn Entropy) -> Zeroizing<String> {
    let bytes: Zeroizing<[u8; LETTERS]> = Zeroizing::new(entropy.bytes());
    let mut code = Zeroizing::new(String::with_capacity(LETTERS + LETTERS / GROUP));
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place % GROUP == 0 {
            code.push('-');
        }
        let letter = ALPHABET.get(usize::from(byte & 31)).copied().unwrap_or(b'a');
        code.push(char::from(letter));
    }
    code
}

/// What is kept of a code, however it was typed.
pub fn hash_of(code: &str) -> Digest {
    let bare: Zeroizing<String> = Zeroizing::new(
        code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect(),
    );
    Digest::labelled(LABEL, bare.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use heqi_testkit::SeededEntropy;

    use super::*;

    #[test]
    fn a_code_is_known_again_however_it_is_typed() {
        let code = fresh_code(&SeededEntropy::new(1));
        assert_eq!(code.len(), 27);
        assert_eq!(hash_of(&code), hash_of(&code.to_uppercase().replace('-', " ")));
        assert_ne!(hash_of(&code), hash_of(&fresh_code(&SeededEntropy::new(2))));
    }

    /// ASVS 5.0, 6.5.2: below 112 bits it would have to be hashed as a password is.
    #[test]
    fn a_code_has_bits_enough_to_be_kept_as_a_plain_digest() {
        let alphabet: BTreeSet<char> = ALPHABET.iter().copied().map(char::from).collect();
        assert_eq!(alphabet.len(), 32, "five bits each");
        let codes: Vec<_> = (0..20).map(|seed| fresh_code(&SeededEntropy::new(seed))).collect();
        let mut drawn = BTreeSet::new();
        for code in &codes {
            let groups: Vec<&str> = code.split('-').collect();
            assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [6; 4]);
            let letters = groups.iter().flat_map(|group| group.chars());
            assert!(letters.clone().count() * 5 >= 112, "{code:?}");
            drawn.extend(letters);
        }
        assert_eq!(drawn, alphabet, "each letter is drawn, and no other");
    }
}
