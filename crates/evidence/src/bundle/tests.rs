use proptest::prelude::*;

use super::*;

fn parts() -> BundleParts {
    let photo = b"a photo".to_vec();
    BundleParts {
        attachments: [(attachment_name(Digest::of(&photo), "image/jpeg").unwrap(), photo)].into(),
        certificates: vec![b"leaf".to_vec(), b"issuing".to_vec()],
        chain: vec![b"one".to_vec(), b"two".to_vec(), b"three".to_vec()],
        chain_head: Some(b"head".to_vec()),
        challenge: Some(b"challenge".to_vec()),
        challenge_checkpoint: Some(b"checkpoint".to_vec()),
        client: Some(b"client".to_vec()),
        deposits: vec![b"first".to_vec(), b"second".to_vec()],
        envelope: Some(b"envelope".to_vec()),
        proof: Some(b"proof".to_vec()),
        record: b"record".to_vec(),
        time: [(
            7,
            TimeAnchor {
                consistency: Some(b"proof".to_vec()),
                note: b"stamped note".to_vec(),
                tokens: [("test".to_owned(), b"token".to_vec())].into(),
            },
        )]
        .into(),
    }
}

fn entries(parts: &BundleParts) -> Vec<(String, Vec<u8>)> {
    let file = parts.write().unwrap();
    let entries = container::read(&file).unwrap();
    entries.iter().map(|entry| (entry.name.to_owned(), entry.bytes.to_vec())).collect()
}

fn read(entries: &[(String, Vec<u8>)]) -> Result<EvidenceBundle, BundleError> {
    EvidenceBundle::read(&container::write(entries).unwrap())
}

fn without(name: &str) -> Vec<(String, Vec<u8>)> {
    entries(&parts()).into_iter().filter(|(entry, _)| entry != name).collect()
}

/// Entries with the manifest that fits them, whatever they are.
fn listed(mut rest: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    rest.sort();
    let manifest = Manifest {
        entries: rest
            .iter()
            .map(|(name, bytes)| ManifestEntry {
                name: name.clone(),
                sha256: Digest::of(bytes),
                size_bytes: size_of(bytes),
            })
            .collect(),
        format: FORMAT.to_owned(),
    };
    let mut all = vec![
        ("mimetype".to_owned(), MEDIA_TYPE.as_bytes().to_vec()),
        ("manifest.json".to_owned(), canonical::to_bytes(&manifest).unwrap()),
    ];
    all.extend(rest);
    all
}

fn with(name: &str) -> Result<EvidenceBundle, BundleError> {
    let mut rest = entries(&parts());
    rest.drain(..2);
    rest.push((name.to_owned(), b"x".to_vec()));
    read(&listed(rest))
}

#[test]
fn what_is_written_is_read_and_the_same_parts_make_the_same_bytes() {
    let file = parts().write().unwrap();
    let bundle = EvidenceBundle::read(&file).unwrap();
    assert_eq!((bundle.parts, bundle.damaged), (parts(), Vec::new()));
    assert_eq!(file, parts().write().unwrap());
    let least = BundleParts { record: b"record".to_vec(), ..BundleParts::default() };
    assert_eq!(EvidenceBundle::read(&least.write().unwrap()).unwrap().parts, least);
}

#[test]
fn the_deposit_manifest_is_the_same_made_from_names_digests_and_lengths() {
    let twice = BundleParts { challenge: Some(b"envelope".to_vec()), ..parts() };
    for parts in [parts(), twice] {
        let entries = entries(&parts);
        let listed =
            entries.iter().map(|(name, bytes)| (name.as_str(), Digest::of(bytes), size_of(bytes)));
        assert_eq!(DepositManifest::of_entries(listed), parts.deposit_manifest());
    }
}

#[test]
fn the_media_type_stands_first_and_is_the_right_one() {
    assert_eq!(entries(&parts())[0].0, "mimetype");
    assert!(matches!(read(&without("mimetype")), Err(BundleError::MediaType)));
    let mut other = entries(&parts());
    other[0].1 = b"application/zip".to_vec();
    assert!(matches!(read(&other), Err(BundleError::MediaType)));
    assert!(matches!(read(&[]), Err(BundleError::MediaType)));
}

#[test]
fn an_unlisted_entry_rejects_the_file_and_a_missing_one_too() {
    let mut extra = entries(&parts());
    extra.push(("attachments/note.html".into(), b"<html>".to_vec()));
    assert!(
        matches!(read(&extra), Err(BundleError::Unlisted(name)) if name.ends_with("note.html"))
    );
    for name in ["record.json", "proof/record.tlog-proof", "chain/000003.json"] {
        assert!(matches!(read(&without(name)), Err(BundleError::Missing(found)) if found == name));
    }
    assert!(matches!(read(&without("manifest.json")), Err(BundleError::Missing(_))));
}

#[test]
fn an_entry_the_format_does_not_know_rejects_the_file_even_when_it_is_listed() {
    for name in [
        "attachments/note.html",
        "attachments/0a.jpg",
        "attachments/readme.pdf",
        "index.html",
        "record2.json",
        "chain/head.txt",
        "verifier.js",
    ] {
        assert!(matches!(with(name), Err(BundleError::UnknownEntry(_))), "{name}");
    }
}

#[test]
fn numbered_entries_count_up_from_the_first_without_gaps() {
    for name in ["certificates/03.der", "chain/000005.json", "deposits/07.json", "deposits/2.json"]
    {
        assert!(matches!(with(name), Err(BundleError::Numbering(_))), "{name}");
    }
    assert!(with("deposits/02.json").is_ok());
}

#[test]
fn more_than_the_format_allows_is_neither_written_nor_read() {
    let certificates = BundleParts { certificates: vec![vec![1]; 5], ..parts() };
    assert!(matches!(certificates.write(), Err(BundleError::Numbering(_))));
    let deposits = BundleParts { deposits: vec![vec![1]; 9], ..parts() };
    assert!(matches!(deposits.write(), Err(BundleError::Numbering(_))));
    let html = BundleParts { attachments: [("a.html".into(), vec![1])].into(), ..parts() };
    assert!(matches!(html.write(), Err(BundleError::UnknownEntry(_))));

    let mut rest: Vec<_> = entries(&parts()).into_iter().skip(2).collect();
    rest.extend((2..5).map(|n| (format!("certificates/{n:02}.der"), vec![1])));
    assert!(matches!(read(&listed(rest)), Err(BundleError::Numbering(_))));
}

#[test]
fn changed_bytes_behind_an_unchanged_manifest_are_damage_and_named() {
    for place in 2..entries(&parts()).len() {
        let mut changed = entries(&parts());
        changed[place].1.push(b'!');
        let name = changed[place].0.clone();
        assert_eq!(read(&changed).unwrap().damaged, [name]);
    }
}

#[test]
fn a_manifest_in_another_spelling_order_or_format_is_refused() {
    let manifest = |edit: &dyn Fn(String) -> String| {
        let mut all = entries(&parts());
        all[1].1 = edit(String::from_utf8(all[1].1.clone()).unwrap()).into_bytes();
        read(&all)
    };
    assert!(manifest(&|text| text).is_ok());
    for edit in [
        |text: String| text.replace("bundle/v1", "bundle/v2"),
        |text: String| text.replace("{\"entries\"", "{ \"entries\""),
        |text: String| text.replace("\"size_bytes\":6", "\"size_bytes\":6.0"),
        |text: String| text.replace("challenge.json", "zhallenge.json"),
        |_| String::new(),
    ] {
        assert!(matches!(manifest(&edit), Err(BundleError::Manifest(_))));
    }
}

#[test]
fn attachments_are_named_by_digest_and_have_a_known_media_type() {
    let digest = Digest::of(b"x");
    assert_eq!(attachment_name(digest, "application/pdf"), Some(format!("{digest}.pdf")));
    assert_eq!(attachment_name(digest, "text/html"), None);
}

#[test]
fn the_deposit_manifest_lists_every_immutable_part_and_nothing_that_comes_later() {
    let manifest = parts().deposit_manifest();
    let digests: BTreeSet<&Digest> = manifest.digests().collect();
    let parts = parts();
    let immutable: BTreeSet<Digest> = parts.immutable_parts().map(Digest::of).collect();
    assert_eq!(digests, immutable.iter().collect());
    assert_eq!(digests.len(), 8);
    let later = BundleParts {
        deposits: Vec::new(),
        proof: None,
        chain: Vec::new(),
        chain_head: None,
        ..parts
    };
    assert_eq!(later.deposit_manifest().digest().unwrap(), manifest.digest().unwrap());
}

proptest! {
    #[test]
    fn every_flipped_bit_is_refused_or_shows(at in any::<prop::sample::Index>(), bit in 0..8u32) {
        let mut file = parts().write().unwrap();
        let place = at.index(file.len());
        file[place] ^= 1 << bit;
        if let Ok(bundle) = EvidenceBundle::read(&file) {
            prop_assert!(!bundle.damaged.is_empty(), "byte {} bit {}", place, bit);
        }
    }
}

#[test]
fn a_numbered_entry_of_another_extension_is_unknown() {
    for name in ["certificates/02.pem", "chain/000004.txt", "deposits/03.txt", "deposits/03"] {
        assert!(matches!(with(name), Err(BundleError::UnknownEntry(_))), "{name}");
    }
}
