//! Encodings, against values computed elsewhere.

use heqi_evidence::anchors::{self, AnchorsError, AnchorsFile};
use heqi_evidence::bundle::{BundleError, BundleParts, EvidenceBundle, attachment_name};
use heqi_evidence::chain::chain_commitment;
use heqi_evidence::challenge::{self, ChallengeError, ChallengePreimage, challenge_of};
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::{canonical, container};
use heqi_vocabulary::{ChainId, Digest};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::STORY;

fn sha256(parts: &[&[u8]]) -> String {
    hex::encode(Sha256::digest(parts.concat()))
}

#[test]
fn a_challenge_is_the_labelled_digest_of_its_preimage_and_the_preimage_reads_back() {
    let bytes = STORY.signing().parts.challenge.clone().unwrap();
    let (preimage, digest) = ChallengePreimage::parse(&bytes).unwrap();
    assert_eq!(preimage.to_bytes().unwrap(), bytes);
    assert_eq!(digest.to_string(), sha256(&[b"heqi.challenge/v1\n", &bytes]));
    assert_eq!(challenge_of(&bytes), digest);
    assert_ne!(digest, Digest::of(&bytes));
}

#[test]
fn a_preimage_in_another_spelling_or_with_one_member_more_or_less_is_refused() {
    let bytes = STORY.signing().parts.challenge.clone().unwrap();
    let edited = |edit: &dyn Fn(&mut Value)| {
        let mut value = canonical::parse_value(&bytes).unwrap();
        edit(&mut value);
        ChallengePreimage::parse(&canonical::to_bytes(&value).unwrap()).is_ok()
    };
    assert!(edited(&|_| ()));
    assert!(!edited(&|value| value["extra"] = json!(1)));
    assert!(!edited(&|value| value["nonce"] = json!("AAAA")));
    assert!(!edited(&|value| value["party"] = value["filing"].clone()));
    assert!(!edited(&|value| {
        value.as_object_mut().unwrap().remove("expires_at");
    }));
    let spaced = [b" ".as_slice(), &bytes].concat();
    assert!(matches!(ChallengePreimage::parse(&spaced), Err(ChallengeError::Json(_))));
    let long = vec![b' '; challenge::MAX_BYTES + 1];
    assert!(matches!(ChallengePreimage::parse(&long), Err(ChallengeError::TooLarge)));
    let allowed = ChallengePreimage::parse(&long[1..]);
    assert!(matches!(allowed, Err(ChallengeError::Json(_))));
}

#[test]
fn anchors_have_a_length_that_is_allowed_and_one_that_is_not() {
    let parse = |length: usize| AnchorsFile::parse(&vec![b' '; length]).unwrap_err();
    assert!(matches!(parse(anchors::MAX_BYTES + 1), AnchorsError::TooLarge));
    assert!(!matches!(parse(anchors::MAX_BYTES), AnchorsError::TooLarge));
}

#[test]
fn an_entry_of_the_log_is_a_label_and_the_root() {
    let root = STORY.signing().record.root();
    assert_eq!(
        LogLeaf::Record(root).to_bytes(),
        [b"heqi.record-leaf/v1\n".as_slice(), root.digest().as_bytes()].concat()
    );
    let digest = Digest::of(b"envelope");
    assert_eq!(
        LogLeaf::Statement(digest).to_bytes(),
        [b"heqi.statement-leaf/v1\n".as_slice(), digest.as_bytes()].concat()
    );
    assert_ne!(
        LogLeaf::Record(RecordRoot::new(digest)).to_bytes(),
        LogLeaf::Statement(digest).to_bytes()
    );
}

#[test]
fn a_chain_is_committed_to_by_its_labelled_identifier() {
    let chain = ChainId::from_bytes([9; 16]);
    assert_eq!(
        chain_commitment(chain).to_string(),
        sha256(&[b"heqi.chain/v1\n", chain.to_string().as_bytes()])
    );
}

/// The root of a whole record, computed here from its JSON alone.
#[test]
fn the_root_of_a_record_is_the_rfc_6962_root_over_its_labelled_leaves() {
    let full: Value = canonical::parse_value(&STORY.signing().parts.record).unwrap();
    let mut layer: Vec<[u8; 32]> = full["attributes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let parts = entry.as_array().unwrap();
            let json = serde_json_canonicalizer::to_vec(&parts[1..].to_vec()).unwrap();
            Sha256::digest([b"\x00heqi.attribute/v1\n".as_slice(), &json].concat()).into()
        })
        .collect();
    assert_eq!(layer.len(), 64);
    while layer.len() > 1 {
        layer = layer
            .chunks(2)
            .map(|pair| Sha256::digest([b"\x01".as_slice(), &pair[0], &pair[1]].concat()).into())
            .collect();
    }
    assert_eq!(hex::encode(layer[0]), STORY.signing().record.root().to_string());
}

/// The bundle of the signing, its entries changed and packed again.
fn repacked(edit: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> Result<EvidenceBundle, BundleError> {
    let file = STORY.bundle(STORY.signing()).write().unwrap();
    let entries = container::read(&file).unwrap();
    let mut entries: Vec<(String, Vec<u8>)> =
        entries.iter().map(|entry| (entry.name.to_owned(), entry.bytes.to_vec())).collect();
    edit(&mut entries);
    EvidenceBundle::read(&container::write(&entries).unwrap())
}

fn with_manifest(edit: impl FnOnce(&mut Value)) -> Result<EvidenceBundle, BundleError> {
    repacked(|entries| {
        let mut manifest = canonical::parse_value(&entries[1].1).unwrap();
        edit(&mut manifest);
        entries[1].1 = canonical::to_bytes(&manifest).unwrap();
    })
}

#[test]
fn an_entry_of_another_digest_or_another_length_than_listed_is_named() {
    assert_eq!(repacked(|_| ()).unwrap().damaged, Vec::<String>::new());
    let name = repacked(|entries| *entries[2].1.last_mut().unwrap() ^= 1).unwrap().damaged;
    assert_eq!(name.len(), 1, "the same length, another digest");
    let resized = with_manifest(|manifest| {
        let size = manifest["entries"][0]["size_bytes"].as_u64().unwrap();
        manifest["entries"][0]["size_bytes"] = json!(size + 1);
    });
    assert_eq!(resized.unwrap().damaged, name, "the same digest, another length");
}

#[test]
fn a_manifest_lists_each_entry_once_in_order() {
    let twice = with_manifest(|manifest| {
        let entries = manifest["entries"].as_array_mut().unwrap();
        entries.insert(0, entries[0].clone());
    });
    assert!(matches!(twice, Err(BundleError::Manifest(_))), "{twice:?}");
    let swapped = with_manifest(|manifest| manifest["entries"].as_array_mut().unwrap().swap(0, 1));
    assert!(matches!(swapped, Err(BundleError::Manifest(_))), "{swapped:?}");
}

#[test]
fn a_bundle_has_room_for_so_many_certificates_and_receipts_and_no_more() {
    let full = STORY.bundle(STORY.signing());
    let with = |certificates: usize, deposits: usize| {
        let certificate = full.certificates[0].clone();
        BundleParts {
            certificates: vec![certificate; certificates],
            deposits: vec![b"{}".to_vec(); deposits],
            ..full.clone()
        }
        .write()
        .is_ok()
    };
    // bundle.md section 2: at most 4 and 8.
    assert!(with(4, 8));
    assert!(!with(5, 1));
    assert!(!with(1, 9));
}

#[test]
fn attachments_are_named_by_digest_and_format() {
    let digest = Digest::of(b"a");
    for (media_type, ending) in
        [("application/pdf", "pdf"), ("image/jpeg", "jpg"), ("application/json", "json")]
    {
        assert_eq!(attachment_name(digest, media_type), Some(format!("{digest}.{ending}")));
    }
    assert_eq!(attachment_name(digest, "text/html"), None);
}
