use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::{
    note::SignatureLineError,
    testing::{bytes, hash, name, vectors},
    tree::empty_root,
};

#[derive(Deserialize)]
struct Vectors {
    texts: Vec<TextCase>,
    signing: Signing,
    monitoring: Vec<Monitoring>,
}

#[derive(Deserialize)]
struct TextCase {
    name: String,
    text: String,
    valid: bool,
    origin: Option<String>,
    size: Option<u64>,
    root: Option<String>,
    extensions: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Signing {
    seed: String,
    vkey: String,
    text: String,
    note: String,
}

#[derive(Deserialize)]
struct Monitoring {
    origin: String,
    path: String,
}

fn read() -> Vectors {
    vectors(include_str!("../../../../tests/vectors/tlog/checkpoint.json"))
}

#[test]
fn the_text_vectors_are_judged_as_they_say() {
    for case in read().texts {
        let parsed = Checkpoint::parse(&case.text);
        assert_eq!(parsed.is_ok(), case.valid, "{}: {parsed:?}", case.name);
        let Ok(checkpoint) = parsed else { continue };
        assert_eq!(Some(checkpoint.origin().as_str()), case.origin.as_deref());
        assert_eq!(Some(checkpoint.size()), case.size);
        assert_eq!(Some(checkpoint.root().to_hex()), case.root);
        assert_eq!(Some(checkpoint.extensions()), case.extensions.as_deref());
        assert_eq!(checkpoint.to_string(), case.text, "{}", case.name);
    }
}

#[test]
fn the_signed_vector_is_reproduced() {
    let Signing { seed, vkey, text, note } = read().signing;
    let signer = NoteSigner::from_seed(
        name("log.example/evidence/2026"),
        bytes(&seed).as_slice().try_into().unwrap(),
    )
    .unwrap();
    assert_eq!(signer.verifier_key().to_string(), vkey);
    let head = SignedCheckpoint::sign(Checkpoint::parse(&text).unwrap(), &signer).unwrap();
    assert_eq!(head.to_bytes(), note.as_bytes());
    assert_eq!(SignedCheckpoint::parse(note.as_bytes()), Ok(head));
}

#[test]
fn a_log_key_signs_only_for_its_own_origin() {
    let signer = NoteSigner::from_seed(name("log.example/a"), &[1; 32]).unwrap();
    let other = Checkpoint::new(Origin::new("log.example/b").unwrap(), 0, empty_root()).unwrap();
    assert_eq!(SignedCheckpoint::sign(other, &signer), Err(CheckpointError::KeyOfAnotherLog));
}

#[test]
fn a_size_beyond_the_largest_is_refused() {
    let origin = Origin::new("log.example/a").unwrap();
    assert!(Checkpoint::new(origin.clone(), MAX_TREE_SIZE, empty_root()).is_ok());
    assert_eq!(
        Checkpoint::new(origin, MAX_TREE_SIZE + 1, empty_root()),
        Err(CheckpointError::BadSize)
    );
}

#[test]
fn a_signed_checkpoint_needs_both_a_note_and_a_checkpoint() {
    let note = read().signing.note;
    assert!(matches!(
        SignedCheckpoint::parse(b"hello\n\n"),
        Err(CheckpointError::Note(NoteError::Signatures(SignatureLineError::Malformed)))
    ));
    assert_eq!(
        SignedCheckpoint::parse(note.replacen("\n8\n", "\n8x\n", 1).as_bytes()),
        Err(CheckpointError::BadSize)
    );
    assert_eq!(
        SignedCheckpoint::parse(note.replacen("\n8\n", "\n8\n\n", 1).as_bytes()),
        Err(CheckpointError::BadRoot)
    );
}

#[test]
fn the_monitoring_path_is_the_hash_of_the_origin() {
    for case in read().monitoring {
        assert_eq!(Origin::new(case.origin).unwrap().monitoring_path(), case.path);
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_what_parses_prints_the_same(text in "([a-z /.]{1,9}\n)?[0-9]{1,3}\n[A-Za-z0-9+/=]{40,48}\n.{0,9}|.{0,80}") {
        if let Ok(checkpoint) = Checkpoint::parse(&text) {
            prop_assert_eq!(checkpoint.to_string(), text);
        }
    }

    #[test]
    fn a_checkpoint_comes_back_as_it_went(origin in "[a-z0-9./-]{1,30}", size in 0..=MAX_TREE_SIZE, root: [u8; 32]) {
        let checkpoint = Checkpoint::new(Origin::new(origin).unwrap(), size, Hash::from_bytes(root)).unwrap();
        prop_assert_eq!(Checkpoint::parse(&checkpoint.to_string()), Ok(checkpoint));
    }
}

#[test]
fn the_root_of_the_vector_is_the_root_of_its_leaves() {
    let checkpoint = Checkpoint::parse(&read().signing.text).unwrap();
    assert_eq!(
        checkpoint.root(),
        hash("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
    );
}
