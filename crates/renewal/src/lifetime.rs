//! When the certificates in a token end. The token is one that `heqi_pki` believed: what is read here is
//! only which of its certificates ends first, so that nobody waits for the last.

use heqi_pki::timestamp::TimestampToken;
use heqi_vocabulary::UtcMillis;

const SEQUENCE: u8 = 0x30;
const SET_OF_CERTIFICATES: u8 = 0xa0;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// When the first of the certificates that a token carries ends; `None` where it carries none that can
/// be read.
pub fn ends_of(token: &TimestampToken) -> Option<UtcMillis> {
    // ContentInfo { OID, [0] SignedData { version, digests, encapsulated, [0] certificates, … } }
    let info = inside(token.der(), SEQUENCE)?;
    let (_, rest) = node(info)?;
    let explicit = inside(rest, 0xa0)?;
    let mut rest = inside(explicit, SEQUENCE)?;
    for _ in 0..3 {
        rest = node(rest)?.1;
    }
    let mut certificates = inside(rest, SET_OF_CERTIFICATES)?;
    let mut ends: Option<UtcMillis> = None;
    while let Some(((tag, value), after)) = node(certificates) {
        certificates = after;
        // Members that are no certificates are passed over, as `timestamps.md` rule 3 does.
        if tag == SEQUENCE {
            let end = end_of(value)?;
            ends = Some(ends.map_or(end, |first| first.min(end)));
        }
    }
    ends
}

/// The end of a certificate, given what stands inside its outer SEQUENCE.
fn end_of(certificate: &[u8]) -> Option<UtcMillis> {
    let mut fields = inside(certificate, SEQUENCE)?;
    if node(fields)?.0.0 == VERSION {
        fields = node(fields)?.1;
    }
    // Serial number, algorithm, issuer.
    for _ in 0..3 {
        fields = node(fields)?.1;
    }
    let validity = inside(fields, SEQUENCE)?;
    let (_, rest) = node(validity)?;
    let ((tag, value), _) = node(rest)?;
    time(tag, std::str::from_utf8(value).ok()?)
}

/// `YYMMDDhhmmssZ` of the years 1950 to 2049, or `YYYYMMDDhhmmssZ` (RFC 5280 section 4.1.2.5).
fn time(tag: u8, text: &str) -> Option<UtcMillis> {
    let text = match tag {
        UTC_TIME => {
            let year: u16 = text.get(..2)?.parse().ok()?;
            format!("{}{text}", if year < 50 { "20" } else { "19" })
        }
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let part = |range: std::ops::Range<usize>| text.get(range);
    let [year, month, day] = [part(0..4)?, part(4..6)?, part(6..8)?];
    let [hour, minute, second] = [part(8..10)?, part(10..12)?, part(12..14)?];
    if text.get(14..)? != "Z" {
        return None;
    }
    format!("{year}-{month}-{day}T{hour}:{minute}:{second}.000Z").parse().ok()
}

/// What stands inside the first node, which must have this tag.
fn inside(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let ((found, value), _) = node(bytes)?;
    (found == tag).then_some(value)
}

/// Tag, content and what follows.
type Node<'a> = ((u8, &'a [u8]), &'a [u8]);

/// The first node: tag, content, and what follows. Definite lengths of at most four bytes.
fn node(bytes: &[u8]) -> Option<Node<'_>> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (len, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (len, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if len.is_empty() || len.len() > 4 {
            return None;
        }
        (len.iter().fold(0usize, |sum, byte| sum * 256 + usize::from(*byte)), rest)
    };
    let (value, rest) = rest.split_at_checked(len)?;
    Some(((tag, value), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_time_are_read() {
        let at = |text: &str| text.parse::<UtcMillis>().unwrap();
        assert_eq!(time(UTC_TIME, "361124080000Z"), Some(at("2036-11-24T08:00:00.000Z")));
        assert_eq!(time(UTC_TIME, "991124080000Z"), Some(at("1999-11-24T08:00:00.000Z")));
        assert_eq!(time(GENERALIZED_TIME, "20501124080000Z"), Some(at("2050-11-24T08:00:00.000Z")));
        for bad in ["", "361124080000", "36112408000Z", "3611240800000Z", "36112408é000Z"] {
            assert_eq!(time(UTC_TIME, bad), None, "{bad}");
        }
        assert_eq!(time(0x04, "361124080000Z"), None);
    }

    #[test]
    fn lengths_that_lead_beyond_the_bytes_are_none() {
        for bad in
            [&[][..], &[0x30], &[0x30, 0x02, 0x00], &[0x30, 0x80], &[0x30, 0x85, 0, 0, 0, 0, 1]]
        {
            assert_eq!(node(bad), None, "{bad:?}");
        }
        assert_eq!(node(&[0x30, 0x81, 0x01, 0x07, 0x09]), Some(((0x30, &[7][..]), &[9][..])));
    }

    #[test]
    fn a_length_has_one_to_four_bytes_and_is_never_left_open() {
        assert_eq!(node(&[0x30, 0x84, 0, 0, 0, 1, 7, 9]), Some(((0x30, &[7][..]), &[9][..])));
        assert_eq!(node(&[0x30, 0x85, 0, 0, 0, 0, 1, 7, 9]), None);
        let long = [&[0x30_u8, 0x82, 0x01, 0x02][..], &[7; 258], &[9]].concat();
        assert_eq!(node(&long), Some(((0x30, &[7; 258][..]), &[9][..])));
        // 0x80 says that the end is marked further on, and no length of 128.
        let open = [&[0x30_u8, 0x80][..], &[0; 200]].concat();
        assert_eq!(node(&open), None);
        let longest = [&[0x30_u8, 0x7f][..], &[7; 127], &[9]].concat();
        assert_eq!(node(&longest), Some(((0x30, &[7; 127][..]), &[9][..])));
    }
}
