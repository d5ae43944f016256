//! Encodings, against values computed elsewhere.

use heqi_evidence::canonical;
use heqi_evidence::chain::chain_commitment;
use heqi_evidence::challenge::{self, ChallengeError, ChallengePreimage, challenge_of};
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
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
