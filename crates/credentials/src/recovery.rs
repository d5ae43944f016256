//! Codes to come in without the authenticator, each once.

use heqi_vocabulary::{Digest, Entropy};
use zeroize::Zeroizing;

/// How many somebody is given.
pub const CODES: usize = 10;
const LABEL: &str = "heqi.staff-recovery/v1\n";

/// A fresh code: ten characters of 32, fifty bits, in two groups.
pub fn fresh_code(entropy: &dyn Entropy) -> Zeroizing<String> {
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz123456789";
    let bytes: [u8; 10] = entropy.bytes();
    let mut code = Zeroizing::new(String::with_capacity(11));
    for (place, byte) in bytes.iter().enumerate() {
        if place == 5 {
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
    use heqi_testkit::SeededEntropy;

    use super::*;

    #[test]
    fn a_code_is_known_again_however_it_is_typed() {
        let code = fresh_code(&SeededEntropy::new(1));
        assert_eq!(code.len(), 11);
        assert_eq!(hash_of(&code), hash_of(&code.to_uppercase().replace('-', " ")));
        assert_ne!(hash_of(&code), hash_of(&fresh_code(&SeededEntropy::new(2))));
    }
}
