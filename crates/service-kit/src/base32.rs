//! Crockford's base 32 in lower case, without padding: the alphabet of our identifiers.
//! Each value has one spelling; the unused low bits of the last character are zero.

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let mut held: u16 = 0;
    let mut bits = 0;
    for byte in bytes {
        held = (held << 8) | u16::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(held >> bits));
            held &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        text.push(letter(held << (5 - bits)));
    }
    text
}

/// The `N` bytes that are written exactly like `text`.
pub(crate) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let mut places = bytes.iter_mut();
    let mut held: u16 = 0;
    let mut bits = 0;
    for letter in text.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == letter)?;
        held = (held << 5) | u16::try_from(digit).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            *places.next()? = u8::try_from(held >> bits).ok()?;
            held &= (1 << bits) - 1;
        }
    }
    let complete = places.next().is_none() && bits < 5 && held == 0;
    complete.then_some(bytes)
}

fn letter(five_bits: u16) -> char {
    ALPHABET.get(usize::from(five_bits & 31)).copied().map_or('0', char::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_their_text() {
        let bytes: [u8; 32] = std::array::from_fn(|i| u8::try_from(i * 8 + 7).unwrap());
        let text = encode(&bytes);
        assert_eq!(text.len(), 52);
        assert_eq!(decode::<32>(&text), Some(bytes));
        assert_eq!(encode(b"\xff\x00\xff\x00\xff"), "zw0fy07z");
    }

    #[test]
    fn every_other_spelling_is_refused() {
        let text = encode(&[0xff; 32]);
        assert!(text.ends_with('g'), "{text}");
        let low_bits_set = format!("{}z", &text[..51]);
        let refused =
            [&text[..51], &format!("{text}0"), &text.to_uppercase(), &low_bits_set, "", "i", "é"];
        for other in refused {
            assert_eq!(decode::<32>(other), None, "{other}");
        }
    }
}
