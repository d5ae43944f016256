use heqi_pki::keys::SigningKey;
use heqi_tlog::checkpoint::{Checkpoint, Origin};
use heqi_tlog::note::{KeyName, NoteSigner};
use heqi_tlog::tree::Hash;

use super::*;

const OLD: &str = "log.example/old";
const NEW: &str = "log.example/new";
const OPENED_MS: i64 = 1_800_000_000_000;

fn at(ms: i64) -> UtcMillis {
    UtcMillis::from_millis(ms).unwrap()
}

fn log(origin: &str, seed: u8) -> NoteSigner {
    NoteSigner::from_seed(KeyName::new(origin).unwrap(), &[seed; 32]).unwrap()
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_ed25519_seed(&[seed; 32])
}

/// A head of ten entries of `origin`, signed by `by`.
fn head(origin: &str, by: &NoteSigner) -> String {
    let root = Hash::from_bytes([5; 32]);
    let checkpoint = Checkpoint::new(Origin::new(origin).unwrap(), 10, root).unwrap();
    SignedCheckpoint::sign(checkpoint, by).unwrap().note().to_string()
}

fn orphan(index: u64) -> OrphanedRecord {
    let record_root = RecordRoot::new(Digest::of(&index.to_be_bytes()));
    OrphanedRecord { index, record_root }
}

/// The log of seed 7 is frozen at ten entries, eight of them held; that of seed 8 goes on.
fn said() -> LogSuccessor {
    LogSuccessor {
        frozen_head: head(OLD, &log(OLD, 7)),
        frozen_key: Vkey(log(OLD, 7).verifier_key().clone()),
        held: 8,
        log_key: Vkey(log(NEW, 8).verifier_key().clone()),
        opened_at: at(OPENED_MS),
        orphans: vec![orphan(8), orphan(11)],
        reason: FrozenReason::Lost,
    }
}

fn verified(said: &LogSuccessor) -> Result<VerifiedSuccessor, SuccessorError> {
    LogSuccessor::verify(&said.sign_both(&key(7), &key(8)).unwrap())
}

fn changed(change: impl Fn(&mut LogSuccessor)) -> Result<VerifiedSuccessor, SuccessorError> {
    let mut said = said();
    change(&mut said);
    verified(&said)
}

#[test]
fn what_both_logs_signed_is_believed_and_is_the_first_entry_of_the_new_one() {
    let envelope = said().sign_both(&key(7), &key(8)).unwrap();
    let successor = LogSuccessor::verify(&envelope).unwrap();
    assert_eq!(*successor.said(), said());
    assert_eq!(successor.frozen_head().checkpoint().size(), 10);
    assert_eq!(successor.envelope().as_bytes(), envelope.as_bytes());
    assert_eq!(successor.first_entry(), LogLeaf::Statement(Digest::of(envelope.as_bytes())));
}

/// Every thirteenth bit, so that each place of a byte has its turn.
#[test]
fn a_statement_with_a_bit_flipped_is_not_believed_or_says_the_same() {
    let envelope = said().sign_both(&key(7), &key(8)).unwrap();
    let mut refused = 0;
    for bit in (0..envelope.as_bytes().len() * 8).step_by(13) {
        let mut flipped = envelope.as_bytes().to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let read = Envelope::from_json(&flipped).ok();
        match read.and_then(|envelope| LogSuccessor::verify(&envelope).ok()) {
            Some(successor) => assert_eq!(*successor.said(), said(), "bit {bit}"),
            None => refused += 1,
        }
    }
    assert!(refused > 500, "{refused}");
}

#[test]
fn both_logs_have_to_sign() {
    let by = |seeds: &[u8]| {
        let keys: Vec<SigningKey> = seeds.iter().map(|seed| key(*seed)).collect();
        let signers: Vec<&dyn Signer> = keys.iter().map(|key| key as &dyn Signer).collect();
        let kind = PayloadType::parse(LogSuccessor::PAYLOAD_TYPE).unwrap();
        let payload = canonical::to_bytes(&said()).unwrap();
        LogSuccessor::verify(&Envelope::sign(&kind, &payload, &signers).unwrap())
    };
    assert!(by(&[7, 8]).is_ok());
    assert!(matches!(by(&[7]), Err(SuccessorError::NotSigned("new"))));
    assert!(matches!(by(&[8]), Err(SuccessorError::NotSigned("frozen"))));
    assert!(matches!(by(&[9]), Err(SuccessorError::Statement(_))));
}

#[test]
fn the_successor_has_another_origin_and_another_key() {
    let origin = changed(|said| said.log_key = Vkey(log(OLD, 8).verifier_key().clone()));
    assert!(matches!(origin, Err(SuccessorError::Same("origin"))), "{origin:?}");
    let same = changed(|said| said.log_key = Vkey(log(NEW, 7).verifier_key().clone()));
    assert!(matches!(same, Err(SuccessorError::Same("key"))), "{same:?}");
}

#[test]
fn a_cosigner_is_no_log() {
    let cosigner = |name: &str, seed: u8| {
        let name = KeyName::new(name).unwrap();
        let cosigner = heqi_tlog::cosignature::Cosigner::from_seed(name, &[seed; 32]).unwrap();
        Vkey(cosigner.verifier_key().clone())
    };
    let frozen = changed(|said| said.frozen_key = cosigner(OLD, 7));
    assert!(matches!(frozen, Err(SuccessorError::Key("frozen"))), "{frozen:?}");
    let new = changed(|said| said.log_key = cosigner(NEW, 8));
    assert!(matches!(new, Err(SuccessorError::Key("new"))), "{new:?}");
}

#[test]
fn the_frozen_head_is_of_the_frozen_log_and_signed_by_its_key() {
    for note in [
        "no note".to_owned(),
        // Of the log's name and by another key, and by the right key of another log.
        head(OLD, &log(OLD, 9)),
        head(NEW, &log(NEW, 8)),
        head(NEW, &log(NEW, 7)),
    ] {
        let refused = changed(|said| said.frozen_head.clone_from(&note));
        assert!(matches!(refused, Err(SuccessorError::Head)), "{note} {refused:?}");
    }
}

#[test]
fn orphans_are_sorted_each_once_and_begin_where_something_is_missing() {
    let with = |held: u64, places: &[u64]| {
        changed(|said| {
            said.held = held;
            said.orphans = places.iter().copied().map(orphan).collect();
        })
    };
    for (held, places) in [
        (8, &[][..]),
        (8, &[8]),
        (8, &[9, 10, 30]),
        // More is held than was cosigned: what lies beyond the head may be named.
        (12, &[10]),
        (12, &[11, 12]),
    ] {
        assert!(with(held, places).is_ok(), "{held} {places:?}");
    }
    for (held, places) in
        [(8, &[7][..]), (8, &[7, 8]), (8, &[9, 8]), (8, &[9, 9]), (8, &[8, 10, 9]), (12, &[9])]
    {
        let refused = with(held, places);
        assert!(matches!(refused, Err(SuccessorError::Orphans)), "{held} {places:?}");
    }
}

#[test]
fn a_statement_lists_at_most_4096_orphans() {
    let with = |count: u64| {
        changed(|said| said.orphans = (0..count).map(|place| orphan(8 + place)).collect())
    };
    assert!(with(4_096).is_ok());
    for too_many in [4_097, 4_100] {
        assert!(matches!(with(too_many), Err(SuccessorError::Orphans)), "{too_many}");
    }
}

#[test]
fn the_new_key_counts_from_the_opening_and_the_old_one_to_it_or_its_earlier_end() {
    let successor = verified(&said()).unwrap();
    let new = Validity { distrust_after: None, valid_from: at(OPENED_MS), valid_until: None };
    assert_eq!(successor.new_validity(), new);
    for (before, after) in
        [(None, OPENED_MS), (Some(OPENED_MS + 1), OPENED_MS), (Some(OPENED_MS - 1), OPENED_MS - 1)]
    {
        let validity = Validity {
            distrust_after: Some(at(1_700_000_000_001)),
            valid_from: at(1_700_000_000_000),
            valid_until: before.map(at),
        };
        let ended = Validity { valid_until: Some(at(after)), ..validity };
        assert_eq!(successor.frozen_validity(validity), ended);
    }
}
