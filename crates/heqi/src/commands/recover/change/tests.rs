//! A change that is cut off between any two steps goes on; a name is given once.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test that panics has failed")]

use std::fs;

use heqi_pki::dsse::PayloadType;
use heqi_testkit::SeededEntropy;

use super::*;

const OLD: &str = "notary.example/one";
const NEW: &str = "notary.example/two";

/// A statement of succession as `decide` writes it, its keys in `keys`.
fn statement(keys: &Path) -> Envelope {
    keys::note_key(&keys.join("log.key"), OLD, SignatureType::Ed25519, &SeededEntropy::new(1))
        .unwrap();
    let (old, new) = log_keys(keys, NEW, &SeededEntropy::new(2)).unwrap();
    assert_eq!(new.name().as_str(), NEW);
    let kind = PayloadType::parse("application/vnd.heqi.test").unwrap();
    Envelope::sign(&kind, b"{}", &[&old.statement_key()]).unwrap()
}

#[test]
fn taking_the_key_goes_on_after_a_crash_between_any_two_steps() {
    let folder = tempfile::tempdir().unwrap();
    for cut_after in 0..=3 {
        let keys = folder.path().join(cut_after.to_string());
        let statement = statement(&keys);
        fs::write(keys.join("log.next.key"), "rotating").unwrap();
        let old = fs::read(keys.join("log.key")).unwrap();
        let new = fs::read(successor_key(&keys)).unwrap();
        let digest = Digest::of(statement.as_bytes()).to_string();
        let retired = keys.join("retired");
        let named = |name: &str| retired.join(format!("{}-{name}", &digest[..16]));
        // What the first steps leave, as the disk has them when the machine stops.
        if cut_after > 0 {
            fs::create_dir_all(&retired).unwrap();
            fs::write(named("log.key"), &old).unwrap();
        }
        if cut_after > 1 {
            fs::rename(keys.join("log.next.key"), named("log.next.key")).unwrap();
        }
        if cut_after > 2 {
            fs::rename(successor_key(&keys), keys.join("log.key")).unwrap();
        }
        for _ in 0..2 {
            take_key(&keys, &statement).unwrap();
            assert_eq!(fs::read(keys.join("log.key")).unwrap(), new, "{cut_after}");
            assert_eq!(fs::read(named("log.key")).unwrap(), old, "{cut_after}");
            assert!(!keys.join("log.next.key").exists(), "{cut_after}: a rotation of nobody's key");
            assert!(named("log.next.key").exists() && !successor_key(&keys).exists());
        }
    }
}

#[test]
fn while_the_successors_key_lies_there_everything_before_it_is_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let statement = statement(&keys);
    let rotating = keys.join("log.next.key");
    fs::write(&rotating, "rotating").unwrap();
    // The step fails, as when the disk does: a folder stands where the file must go.
    let digest = Digest::of(statement.as_bytes()).to_string();
    let in_the_way = keys.join("retired").join(format!("{}-log.next.key", &digest[..16]));
    fs::create_dir_all(&in_the_way).unwrap();
    let old = fs::read(keys.join("log.key")).unwrap();
    take_key(&keys, &statement).unwrap_err();
    assert_eq!(fs::read(keys.join("log.key")).unwrap(), old, "the key is switched last");
    fs::remove_dir(&in_the_way).unwrap();
    take_key(&keys, &statement).unwrap();
    assert!(!rotating.exists() && fs::read(keys.join("log.key")).unwrap() != old);
}

#[test]
fn an_origin_that_ends_like_a_log_before_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folders = SuccessorFolders::of(folder.path(), Disk::default());
    let said = check_name(&folders, OLD, "other.example/one").unwrap_err().to_string();
    assert!(said.contains(OLD) && said.contains("another last part"), "{said}");
    assert!(check_name(&folders, OLD, OLD).is_err());
    check_name(&folders, OLD, NEW).unwrap();
}
