//! The encodings all the specs share, in their only accepted form: padded canonical base64 (RFC 4648 section 4), ASCII
//! decimals without leading zeros, lowercase hex, big-endian integers.

use base64::{Engine, engine::general_purpose::STANDARD};

pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// `STANDARD` demands canonical padding and zero trailing bits, so one byte string has one text.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0x0f])
        .filter_map(|nibble| char::from_digit(nibble.into(), 16))
        .collect()
}

pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let nibble = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, odd) = text.as_bytes().as_chunks::<2>();
    if !odd.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(nibble(*high)? << 4 | nibble(*low)?)).collect()
}

/// A decimal without sign, leading zero or white space; `0` is itself.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    (canonical && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// Takes `len` bytes off the front.
pub(crate) fn take<'a>(bytes: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (front, rest) = bytes.split_at_checked(len)?;
    *bytes = rest;
    Some(front)
}

pub(crate) fn take_array<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (front, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*front)
}

/// A big-endian u16 length and that many bytes.
pub(crate) fn take_u16_prefixed<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = u16::from_be_bytes(take_array(bytes)?);
    take(bytes, len.into())
}

/// Appends a big-endian u16 length and the bytes; `None`, and nothing written, if they do not fit.
pub(crate) fn put_u16_prefixed(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let len = u16::try_from(bytes.len()).ok()?;
    out.extend_from_slice(&len.to_be_bytes());
    out.extend_from_slice(bytes);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_has_one_form() {
        assert_eq!(parse_decimal("0"), Some(0));
        assert_eq!(parse_decimal("18446744073709551615"), Some(u64::MAX));
        for refused in
            ["", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "0x1", "18446744073709551616", "１"]
        {
            assert_eq!(parse_decimal(refused), None, "{refused:?}");
        }
    }

    #[test]
    fn base64_has_one_form() {
        assert_eq!(from_base64("AAE="), Some(vec![0, 1]));
        for refused in ["AAE", "AAF=", "AA E=", "AAE=\n", "AAE==", "_-8="] {
            assert_eq!(from_base64(refused), None, "{refused:?}");
        }
    }

    #[test]
    fn hex_is_lowercase_and_even() {
        assert_eq!(from_hex(&to_hex(&[0x00, 0xaf, 0x19])), Some(vec![0x00, 0xaf, 0x19]));
        for refused in ["0", "AF", "0g", "é"] {
            assert_eq!(from_hex(refused), None, "{refused:?}");
        }
    }
}
