//! Bundles taken apart entry by entry, and packed again by the writer of the format, by
//! nobody's rules, or by another tool. For tests that tamper.

use heqi_evidence::{bundle, canonical, container};
use heqi_vocabulary::Digest;
use serde_json::json;

/// The entries of a container after `mimetype` and `manifest.json`, in file order.
pub fn unpack(file: &[u8]) -> Vec<(String, Vec<u8>)> {
    container::read(file)
        .unwrap()
        .into_iter()
        .skip(2)
        .map(|entry| (entry.name.to_owned(), entry.bytes.to_vec()))
        .collect()
}

/// Packs entries with a manifest that fits them. Nothing checks what they are.
pub fn pack(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    pack_listing(entries, entries)
}

/// Packs entries with a manifest that was made for other ones.
pub fn pack_listing(entries: &[(String, Vec<u8>)], listed: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut listing: Vec<_> = listed.iter().collect();
    listing.sort();
    let listing: Vec<_> = listing
        .into_iter()
        .map(|(name, bytes)| {
            json!({ "name": name, "sha256": Digest::of(bytes), "size_bytes": bytes.len() })
        })
        .collect();
    let manifest = json!({ "entries": listing, "format": "heqi.bundle/v1" });
    let mut all = vec![
        ("mimetype".to_owned(), bundle::MEDIA_TYPE.as_bytes().to_vec()),
        ("manifest.json".to_owned(), canonical::to_bytes(&manifest).unwrap()),
    ];
    all.extend(entries.iter().cloned());
    container::write(&all).unwrap()
}

/// Replaces every occurrence of `from` in the raw file by `to` of the same length: for
/// names the writer would refuse.
pub fn rename(file: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len(), "offsets must stay what they are");
    let mut renamed = file.to_vec();
    let places: Vec<usize> = (0..file.len())
        .filter(|at| file.get(*at..).unwrap().starts_with(from.as_bytes()))
        .collect();
    assert!(!places.is_empty(), "{from} does not occur");
    for at in places {
        renamed.splice(at..at + from.len(), to.bytes());
    }
    renamed
}
