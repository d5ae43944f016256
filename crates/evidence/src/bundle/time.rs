//! Time stamps in a bundle: `time/{size}.note`, the stamped head of the log;
//! `time/{size}.{authority}.tst`, a token over its exact bytes; and, unless it has the
//! size of the proof's head, `time/{size}.consistency` between the two.
//!
//! There is room for several stamped heads, so that a later one, stamped before the
//! certificate behind an older token expired, can stand beside it.

use std::collections::BTreeMap;

use heqi_tlog::tree::Hash;

use super::{BundleError, BundleParts};

/// The most stamped heads.
pub const MAX_TIME_ANCHORS: usize = 4;
/// The most tokens over one head.
pub const MAX_TOKENS: usize = 4;
/// The longest authority's label, in bytes.
pub const MAX_LABEL_BYTES: usize = 32;
/// The most hashes of a consistency proof: two for every bit of a size.
const MAX_HASHES: usize = 126;

/// One stamped head of the log.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TimeAnchor {
    /// The consistency proof between this head and that of the log proof, the smaller
    /// first; none when both have one size. See [`write_consistency`].
    pub consistency: Option<Vec<u8>>,
    /// The head: exactly the bytes that were stamped.
    pub note: Vec<u8>,
    /// Tokens in DER, by the label of the authority.
    pub tokens: BTreeMap<String, Vec<u8>>,
}

/// Whether a word may name an authority in a bundle: 1 to 32 of `a-z 0-9 -`, a letter or
/// digit first.
pub fn is_label(label: &str) -> bool {
    let usual = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=MAX_LABEL_BYTES).contains(&label.len())
        && label.bytes().all(|byte| usual(byte) || byte == b'-')
        && label.bytes().next().is_some_and(usual)
}

/// The hashes of a consistency proof as an entry: one line of base64 for each.
pub fn write_consistency(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| format!("{}\n", hash.to_base64()).into_bytes()).collect()
}

/// Reads what [`write_consistency`] wrote; `None` for any other spelling.
pub fn read_consistency(bytes: &[u8]) -> Option<Vec<Hash>> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    let hashes: Option<Vec<Hash>> =
        text.split('\n').take(MAX_HASHES + 1).map(|line| Hash::from_base64(line).ok()).collect();
    hashes.filter(|hashes| hashes.len() <= MAX_HASHES && write_consistency(hashes) == bytes)
}

/// What an entry below `time/` holds.
enum Kind<'a> {
    Note,
    Consistency,
    Token(&'a str),
}

fn parse(file: &str) -> Option<(u64, Kind<'_>)> {
    let (size, kind) = file.split_once('.')?;
    let number: u64 = size.parse().ok()?;
    // One spelling: no zero in front, no sign.
    if number.to_string() != size {
        return None;
    }
    match kind {
        "note" => Some((number, Kind::Note)),
        "consistency" => Some((number, Kind::Consistency)),
        _ => kind
            .strip_suffix(".tst")
            .filter(|label| is_label(label))
            .map(|label| (number, Kind::Token(label))),
    }
}

/// Takes the entry `time/{file}`.
pub(super) fn sort_out(
    parts: &mut BundleParts,
    file: &str,
    bytes: Vec<u8>,
) -> Result<(), BundleError> {
    let (size, kind) =
        parse(file).ok_or_else(|| BundleError::UnknownEntry(format!("time/{file}")))?;
    let anchor = parts.time.entry(size).or_default();
    match kind {
        Kind::Note => anchor.note = bytes,
        Kind::Consistency => anchor.consistency = Some(bytes),
        Kind::Token(label) => {
            anchor.tokens.insert(label.to_owned(), bytes);
        }
    }
    Ok(())
}

/// A stamped head has a note and a token, and there are not too many of either.
pub(super) fn check(parts: &BundleParts) -> Result<(), BundleError> {
    for (place, (size, anchor)) in parts.time.iter().enumerate() {
        if anchor.note.is_empty() {
            return Err(BundleError::Missing(note_name(*size)));
        }
        if anchor.tokens.is_empty() {
            return Err(BundleError::Missing(format!("time/{size}.{{authority}}.tst")));
        }
        if let Some(label) = anchor.tokens.keys().find(|label| !is_label(label)) {
            return Err(BundleError::UnknownEntry(token_name(*size, label)));
        }
        if place >= MAX_TIME_ANCHORS || anchor.tokens.len() > MAX_TOKENS {
            return Err(BundleError::Numbering(note_name(*size)));
        }
    }
    Ok(())
}

/// The entries of all stamped heads.
pub(super) fn named(parts: &BundleParts) -> impl Iterator<Item = (String, &[u8])> {
    parts.time.iter().flat_map(|(size, anchor)| {
        let consistency =
            anchor.consistency.as_deref().map(|bytes| (format!("time/{size}.consistency"), bytes));
        let tokens =
            anchor.tokens.iter().map(|(label, token)| (token_name(*size, label), token.as_slice()));
        std::iter::once((note_name(*size), anchor.note.as_slice())).chain(consistency).chain(tokens)
    })
}

/// The entry of a stamped head.
pub(crate) fn note_name(size: u64) -> String {
    format!("time/{size}.note")
}

/// The entry of a token.
pub(crate) fn token_name(size: u64, label: &str) -> String {
    format!("time/{size}.{label}.tst")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_plain_word() {
        for good in ["test", "tsa-2", "0", &"a".repeat(32)] {
            assert!(is_label(good), "{good}");
        }
        for bad in ["", "-a", "A", "a.b", "a_b", "é", &"a".repeat(33)] {
            assert!(!is_label(bad), "{bad}");
        }
    }

    #[test]
    fn a_consistency_proof_has_one_spelling() {
        let proof = [Hash::from_bytes([1; 32]), Hash::from_bytes([2; 32])];
        let written = write_consistency(&proof);
        assert_eq!(read_consistency(&written), Some(proof.to_vec()));
        let text = String::from_utf8(written).unwrap();
        for wrong in ["", "\n", text.trim_end(), &text.replace('\n', "\r\n"), &format!("{text}\n")]
        {
            assert_eq!(read_consistency(wrong.as_bytes()), None, "{wrong:?}");
        }
        let long = write_consistency(&[Hash::from_bytes([3; 32]); MAX_HASHES + 1]);
        assert_eq!(read_consistency(&long), None);
    }

    #[test]
    fn names_below_time_have_one_spelling() {
        for good in ["7.note", "7.consistency", "7.test.tst"] {
            assert!(parse(good).is_some(), "{good}");
        }
        for bad in ["07.note", "+7.note", "7", "7.html", "7..tst", "7.a.b.tst", "x.note", "7.tst"] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_stamped_head_needs_note_and_token_and_there_are_at_most_four() {
        let whole = TimeAnchor {
            note: b"note".to_vec(),
            tokens: [("test".to_owned(), vec![1])].into(),
            ..TimeAnchor::default()
        };
        let with = |time: BTreeMap<u64, TimeAnchor>| {
            BundleParts { record: b"{}".to_vec(), time, ..BundleParts::default() }.write()
        };
        assert!(with([(7, whole.clone())].into()).is_ok());
        let no_token = TimeAnchor { tokens: BTreeMap::new(), ..whole.clone() };
        assert!(matches!(with([(7, no_token)].into()), Err(BundleError::Missing(_))));
        let no_note = TimeAnchor { note: Vec::new(), ..whole.clone() };
        assert!(matches!(with([(7, no_note)].into()), Err(BundleError::Missing(_))));
        let five = (1..=5).map(|size| (size, whole.clone())).collect();
        assert!(matches!(with(five), Err(BundleError::Numbering(_))));
    }

    #[test]
    fn a_head_has_at_most_four_tokens_and_a_proof_at_most_126_hashes() {
        let with = |tokens: u8| {
            let tokens = (0..tokens).map(|n| (format!("tsa-{n}"), vec![n])).collect();
            let anchor = TimeAnchor { note: b"note".to_vec(), tokens, ..TimeAnchor::default() };
            let time = [(7, anchor)].into();
            BundleParts { record: b"{}".to_vec(), time, ..BundleParts::default() }.write()
        };
        assert!(with(3).is_ok() && with(4).is_ok());
        for too_many in [5, 6] {
            assert!(matches!(with(too_many), Err(BundleError::Numbering(_))));
        }
        let longest = [Hash::from_bytes([3; 32]); 126];
        assert_eq!(read_consistency(&write_consistency(&longest)), Some(longest.to_vec()));
    }
}
