use heqi_testkit::SeededEntropy;
use heqi_tlog::checkpoint::{Checkpoint, Origin};
use heqi_tlog::note::{KeyName, NoteSigner};
use heqi_tlog::tree::{Hash, node_hash};
use heqi_vocabulary::{ChainId, Provenance, UtcMillis};

use super::*;
use crate::record::{ChainPlace, EvidenceRecord, GeneratedBy, RecordDraft};
use crate::schema::RecordKind;

const ORIGIN: &str = "platform.example/log";

/// A record of its own content at a place.
fn record(content: u64, chain: u8, seq: u64, prev: Digest) -> EvidenceRecord {
    let mut draft =
        RecordDraft::new(RecordKind::Decline, GeneratedBy::Platform, &SeededEntropy::new(content));
    let (name, _) = crate::schema::Schema::newest(RecordKind::Decline).attributes()[0];
    draft.set(name, "张三", Provenance::Declared).unwrap();
    let recorded_at: UtcMillis = "2026-11-23T12:05:00.000Z".parse().unwrap();
    draft.at(ChainPlace { chain: ChainId::from_bytes([chain; 16]), seq, prev, recorded_at })
}

fn before() -> Digest {
    Digest::of(b"the record before")
}

/// Proofs of the two leaves of a log.
fn log_of(leaves: [Hash; 2]) -> [ProofFile; 2] {
    let root = node_hash(leaves[0], leaves[1]);
    let checkpoint = Checkpoint::new(Origin::new(ORIGIN).unwrap(), 2, root).unwrap();
    let signer = NoteSigner::from_seed(KeyName::new(ORIGIN).unwrap(), &[7; 32]).unwrap();
    let head = SignedCheckpoint::sign(checkpoint, &signer).unwrap();
    [
        ProofFile::new(0, vec![leaves[1]], head.clone()).unwrap(),
        ProofFile::new(1, vec![leaves[0]], head).unwrap(),
    ]
}

fn leaf(record: &EvidenceRecord) -> Hash {
    leaf_hash(&record.leaf().to_bytes())
}

fn framed(record: &EvidenceRecord, proof: ProofFile) -> LoggedFrame {
    LoggedFrame::new(&record.frame_only().unwrap(), proof).unwrap()
}

/// Both records in one log.
fn logged(one: &EvidenceRecord, other: &EvidenceRecord) -> [LoggedFrame; 2] {
    let [proof, other_proof] = log_of([leaf(one), leaf(other)]);
    [framed(one, proof), framed(other, other_proof)]
}

fn proof_of(one: &EvidenceRecord, other: &EvidenceRecord) -> Result<ChainForkProof, NotShown> {
    let [one, other] = logged(one, other);
    ChainForkProof::of(one, other)
}

/// Two records at one place.
fn at_one_place() -> [EvidenceRecord; 2] {
    [record(1, 9, 4, before()), record(2, 9, 4, before())]
}

/// The second behind the first, naming another predecessor.
fn badly_linked() -> [EvidenceRecord; 2] {
    [record(1, 9, 4, before()), record(2, 9, 5, before())]
}

#[test]
fn a_file_that_only_begins_like_one_is_not_named_so() {
    assert!(ChainForkProof::is_named_by(b"heqi.chain-fork-proof/v1\n"));
    for other in ["heqi.chain-fork-proof/v1", "heqi.chain-fork-proof/v11\n", "PK"] {
        assert!(!ChainForkProof::is_named_by(other.as_bytes()), "{other}");
    }
}

#[test]
fn two_records_at_one_place_are_a_proof_in_either_order() {
    let [one, other] = at_one_place();
    for (first, second) in [(&one, &other), (&other, &one)] {
        let proof = proof_of(first, second).unwrap();
        assert_eq!(proof.kind(), ChainForkKind::Place);
        assert_eq!(proof.records().map(LoggedFrame::root), [first.root(), second.root()]);
        assert_eq!(proof.chain(), chain_commitment(one.frame().place.chain));
        proof.check().unwrap();
    }
}

#[test]
fn a_second_record_that_names_another_predecessor_is_a_proof_with_the_earlier_one_first() {
    let [first, second] = badly_linked();
    for (one, other) in [(&first, &second), (&second, &first)] {
        let proof = proof_of(one, other).unwrap();
        assert_eq!(proof.kind(), ChainForkKind::Link);
        assert_eq!(proof.records().map(LoggedFrame::root), [first.root(), second.root()]);
    }
}

#[test]
fn what_can_stand_in_one_chain_shows_nothing() {
    let first = record(1, 9, 4, before());
    // The same record twice.
    assert_eq!(proof_of(&first, &first).unwrap_err(), NotShown);
    // The one behind it, as it must be.
    let follows = record(2, 9, 5, first.root().digest());
    assert_eq!(proof_of(&first, &follows).unwrap_err(), NotShown);
    // Not right behind it: what stands between is not shown, whatever it names.
    for seq in [6, 7, 40] {
        assert_eq!(proof_of(&first, &record(2, 9, seq, before())).unwrap_err(), NotShown, "{seq}");
    }
    // Another chain.
    for seq in [4, 5] {
        assert_eq!(proof_of(&first, &record(2, 8, seq, before())).unwrap_err(), NotShown, "{seq}");
    }
}

#[test]
fn a_kind_that_the_places_do_not_bear_out_is_read_and_shows_nothing() {
    for (records, said) in [(at_one_place(), "place"), (badly_linked(), "link")] {
        let [one, other] = &records;
        let text = proof_of(one, other).unwrap().to_string();
        let other_kind = if said == "place" { "link" } else { "place" };
        let text = text.replacen(&format!("kind {said}"), &format!("kind {other_kind}"), 1);
        let read = ChainForkProof::parse(text.as_bytes()).unwrap();
        assert_eq!(read.check(), Err(NotShown), "{said}");
    }
    // In the wrong order the second does not stand behind the first.
    let [one, other] = badly_linked();
    let [first, second] = logged(&one, &other);
    let swapped = ChainForkProof { kind: ChainForkKind::Link, first: second, second: first };
    assert_eq!(swapped.check(), Err(NotShown));
}

#[test]
fn each_record_must_be_led_to_its_head() {
    let [one, other] = at_one_place();
    let leaves = [leaf(&one), leaf(&other)];
    let [good, other_good] = log_of(leaves);
    let [bad, other_bad] = log_of([leaves[1], leaves[0]]);
    let shown = |one_proof: &ProofFile, other_proof: &ProofFile| {
        let proof = ChainForkProof::of(
            framed(&one, one_proof.clone()),
            framed(&other, other_proof.clone()),
        );
        proof.is_ok()
    };
    assert!(shown(&good, &other_good));
    assert!(!shown(&bad, &other_good), "the first is not logged");
    assert!(!shown(&good, &other_bad), "the second is not logged");
    assert!(!shown(&other_good, &good), "each at the other's index");
}

#[test]
fn what_is_written_is_read_and_every_part_is_where_it_belongs() {
    for records in [at_one_place(), badly_linked()] {
        let [one, other] = &records;
        let proof = proof_of(one, other).unwrap();
        let text = proof.to_string();
        let read = ChainForkProof::parse(text.as_bytes()).unwrap();
        assert_eq!(read.to_string(), text);
        assert_eq!((read.kind(), read.chain()), (proof.kind(), proof.chain()));
        for (read, made) in read.records().into_iter().zip([one, other]) {
            assert_eq!(read.root(), made.root());
            assert_eq!(read.frame(), made.frame());
            assert_eq!(read.disclosed().as_bytes(), made.frame_only().unwrap());
            assert_eq!(read.head().checkpoint().size(), 2);
        }
        assert_eq!(read.records().map(|record| record.proof().index()), [0, 1]);
        read.check().unwrap();
        let kind = if one.frame().place.seq == other.frame().place.seq { "place" } else { "link" };
        assert_eq!(text.lines().nth(1), Some(format!("kind {kind}").as_str()));
    }
}

#[test]
fn a_file_with_a_line_or_part_too_few_or_too_many_is_malformed() {
    let [one, other] = at_one_place();
    let text = proof_of(&one, &other).unwrap().to_string();
    let malformed = |text: &str| {
        let read = ChainForkProof::parse(text.as_bytes());
        assert_eq!(read.map(|_| ()), Err(ChainForkProofError::Malformed), "{text}");
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for left_out in 0..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(left_out);
        // A way without one of its hashes is a way still; it leads nowhere.
        match ChainForkProof::parse(fewer.concat().as_bytes()) {
            Err(error) => assert_eq!(error, ChainForkProofError::Malformed, "line {left_out}"),
            Ok(read) => {
                assert_eq!(read.check(), Err(NotShown), "line {left_out}");
                assert!(Hash::from_base64(lines[left_out].trim_end()).is_ok(), "line {left_out}");
            }
        }
    }
    malformed(&text.replacen("/v1\n", "/v2\n", 1));
    malformed(&text.replacen("kind place", "kind fork", 1));
    malformed(&text.replacen("\n\n", "\nmore\n\n", 1));
    malformed(&format!("{text}\n"));
    malformed(&format!("{text}\nmore\n"));
    malformed("");
    let read = ChainForkProof::parse(b"heqi.chain-fork-proof/v1\nkind place\n\xff");
    assert_eq!(read.unwrap_err(), ChainForkProofError::Malformed);
}

#[test]
fn more_than_the_frame_is_refused_and_so_is_what_is_no_record() {
    let [one, other] = at_one_place();
    let [proof, _] = log_of([leaf(&one), leaf(&other)]);
    let refused = |bytes: &[u8]| LoggedFrame::new(bytes, proof.clone()).unwrap_err();
    assert_eq!(refused(&one.full().unwrap()), ChainForkProofError::MoreThanFrame);
    assert_eq!(refused(b"{}"), ChainForkProofError::Malformed);
    assert_eq!(refused(b"\xff"), ChainForkProofError::Malformed);
}

#[test]
fn the_longest_file_is_read_and_one_byte_more_is_not() {
    let longest = vec![b'a'; MAX_FILE_BYTES];
    assert_eq!(ChainForkProof::parse(&longest).unwrap_err(), ChainForkProofError::Malformed);
    let longer = vec![b'a'; MAX_FILE_BYTES + 1];
    assert_eq!(ChainForkProof::parse(&longer).unwrap_err(), ChainForkProofError::TooLong);
    // Written out: the limit is part of the format (`docs/spec/chain-fork-proof.md`).
    assert_eq!(MAX_FILE_BYTES, 2_097_152);
}
