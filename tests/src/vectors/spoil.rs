//! Ways to spoil bytes that no honest writer has.

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::{canonical, container};
use serde_json::Value;

/// The bundle as its writer makes it.
pub(super) fn zip(parts: &BundleParts) -> Vec<u8> {
    parts.write().unwrap_or_default()
}

/// The bundle with the attributes of its record edited and the manifest made again.
pub(super) fn record(parts: &BundleParts, edit: &dyn Fn(&mut Vec<Value>)) -> Vec<u8> {
    let mut value = canonical::parse_value(&parts.record).unwrap_or_default();
    if let Some(attributes) = value.get_mut("attributes").and_then(Value::as_array_mut) {
        edit(attributes);
    }
    let record = canonical::to_bytes(&value).unwrap_or_default();
    zip(&BundleParts { record, ..parts.clone() })
}

/// Sets one member of one opened slot.
pub(super) fn set(slots: &mut [Value], slot: usize, member: usize, value: Value) {
    if let Some(place) = slots.get_mut(slot).and_then(|entry| entry.get_mut(member)) {
        *place = value;
    }
}

/// The note text with one bit flipped in the signature of `name`: the 30th character of
/// its base64 becomes its neighbour.
pub(super) fn signature_of(text: &str, name: &str) -> String {
    let line = format!("— {name} ");
    let Some((before, after)) = text.rsplit_once(line.as_str()) else { return String::new() };
    let flipped: String = after
        .char_indices()
        .map(|(place, character)| match (place, character) {
            (30, 'A') => 'B',
            (30, _) => 'A',
            _ => character,
        })
        .collect();
    format!("{before}{line}{flipped}")
}

/// The signer's certificate with the tag of a value in its subject (an organisational unit)
/// written in two bytes, `9F 1F`; every length around it follows.
pub(super) fn long_tag(certificates: &[Vec<u8>]) -> Vec<Vec<u8>> {
    // id-at-organizationalUnitName, then the UTF8String.
    const UNIT: [u8; 6] = [0x06, 0x03, 0x55, 0x04, 0x0b, 0x0c];
    let mut spoilt = certificates.to_vec();
    if let Some(leaf) = spoilt.first_mut() {
        let last = leaf.windows(UNIT.len()).rposition(|window| window == UNIT);
        if let Some(at) = last.map(|at| at + UNIT.len() - 1) {
            *leaf = longer_tag(leaf, 0, leaf.len(), at);
        }
    }
    spoilt
}

/// Copies the DER values between `from` and `to`, the tag at `at` in two bytes.
fn longer_tag(der: &[u8], from: usize, to: usize, at: usize) -> Vec<u8> {
    let (mut copied, mut place) = (Vec::new(), from);
    while let Some((tag, head, length)) = (place < to).then(|| value_at(der, place)).flatten() {
        let (start, end) = (place + head, place + head + length);
        let content = der.get(start..end).unwrap_or_default();
        if place == at {
            copied.extend([0x9f, 0x1f]);
            copied.extend(der_length(content.len()));
            copied.extend(content);
        } else if place < at && at < end {
            let inner = longer_tag(der, start, end, at);
            copied.push(tag);
            copied.extend(der_length(inner.len()));
            copied.extend(inner);
        } else {
            copied.extend(der.get(place..end).unwrap_or_default());
        }
        place = end;
    }
    copied
}

/// Tag, length of the head, length of the content.
fn value_at(der: &[u8], at: usize) -> Option<(u8, usize, usize)> {
    let (tag, first) = (*der.get(at)?, *der.get(at + 1)?);
    let digits = usize::from(first & 0x7f);
    if first < 0x80 {
        return Some((tag, 2, usize::from(first)));
    }
    let written = der.get(at + 2..at + 2 + digits)?;
    let length = written.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte));
    Some((tag, 2 + digits, length))
}

fn der_length(length: usize) -> Vec<u8> {
    match u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes() {
        [0, short @ 0..=0x7f] => vec![short],
        [0, long] => vec![0x81, long],
        [high, low] => vec![0x82, high, low],
    }
}

/// The same entries in a ZIP of other tools: method 8, each content as one uncompressed
/// DEFLATE block (RFC 1951 section 3.2.4).
pub(super) fn deflated(file: &[u8]) -> Vec<u8> {
    let (mut body, mut directory, mut count) = (Vec::new(), Vec::new(), 0u16);
    for entry in container::read(file).unwrap_or_default() {
        let data = deflate_block(entry.bytes);
        let offset = le32(body.len());
        let mut common = vec![20, 0, 0, 8, 8, 0, 0, 0, 0x21, 0];
        common.extend(crc32fast::hash(entry.bytes).to_le_bytes());
        common.extend(le32(data.len()));
        common.extend(le32(entry.bytes.len()));
        common.extend(le16(entry.name.len()));
        common.extend([0, 0]);
        body.extend(b"PK\x03\x04");
        body.extend(&common);
        body.extend(entry.name.as_bytes());
        body.extend(data);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(offset);
        directory.extend(entry.name.as_bytes());
        count += 1;
    }
    let (size, offset) = (le32(directory.len()), le32(body.len()));
    body.extend(directory);
    body.extend(b"PK\x05\x06\0\0\0\0");
    body.extend(count.to_le_bytes());
    body.extend(count.to_le_bytes());
    body.extend(size);
    body.extend(offset);
    body.extend([0, 0]);
    body
}

fn deflate_block(bytes: &[u8]) -> Vec<u8> {
    let length = le16(bytes.len());
    let complement = length.map(|byte| !byte);
    [&[1], length.as_slice(), &complement, bytes].concat()
}

/// The external attributes of the first entry say "executable".
pub(super) fn attributes(file: &[u8]) -> Vec<u8> {
    let mut spoilt = file.to_vec();
    let central = file.windows(4).position(|window| window == b"PK\x01\x02");
    if let Some(byte) = central.and_then(|at| spoilt.get_mut(at + 40)) {
        *byte = 0o111;
    }
    spoilt
}

fn le16(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes()
}

fn le32(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}
