use proptest::prelude::*;

use super::*;
use crate::{
    checkpoint::Checkpoint,
    cosignature::{CosignatureTime, Cosigner},
    note::{Note, NoteSigner},
    testing::{MemoryTree, leaves, longest_note, name},
    tree::{MAX_TREE_SIZE, leaf_hash},
    witness::{AddCheckpoint, WitnessDecision, decide},
};

const LOG: &str = "log.example/fork";

fn signer() -> NoteSigner {
    NoteSigner::from_seed(name(LOG), &[1; 32]).unwrap()
}

fn log_key() -> VerifierKey {
    signer().verifier_key().clone()
}

/// A log of `size` entries whose entry `changed` is not what others were told.
fn liar(size: u64, changed: u64) -> MemoryTree {
    let mut leaves = leaves(size);
    leaves[usize::try_from(changed).unwrap()] = leaf_hash(b"another entry");
    MemoryTree::of(&leaves)
}

fn cosigned(head: &SignedCheckpoint, cosigner: &Cosigner, seconds: u64) -> SignedCheckpoint {
    let request = AddCheckpoint::new(0, Vec::new(), head.clone()).unwrap();
    let WitnessDecision::Accepted(accepted) = decide(request, &[log_key()], None) else { panic!() };
    let time = CosignatureTime::from_posix_seconds(seconds).unwrap();
    head.with_signature(accepted.persisted().cosign(cosigner, time)).unwrap()
}

fn two_roots() -> ForkProof {
    let (honest, liar) = (MemoryTree::of(&leaves(5)), liar(5, 2));
    ForkProof::roots(honest.signed(5, &signer()), liar.signed(5, &signer())).unwrap()
}

proptest! {
    #[test]
    fn a_rewritten_entry_is_proved_by_any_two_heads_around_it(
        new in 2u64..600, old in 1u64..600, changed in 0u64..600,
    ) {
        let old = 1 + (old - 1) % (new - 1);
        let changed = changed % old;
        let (honest, liar) = (MemoryTree::of(&leaves(old)), liar(new, changed));
        let (earlier, later) = (honest.signed(old, &signer()), liar.signed(new, &signer()));
        let proof = ForkProof::growth(earlier, later, &liar).unwrap();
        prop_assert_eq!(proof.check(), Ok(()));
        let read = ForkProof::parse(proof.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&read, &proof);
        let convicted = read.verify(&[log_key()], &[]).unwrap();
        prop_assert_eq!(convicted.heads().len(), 2);
        // One hash more or fewer is no proof.
        let mut longer = proof.clone();
        longer.hashes.push(empty_root());
        prop_assert_eq!(longer.check(), Err(ForkError::OtherTree));
        let mut shorter = proof;
        shorter.hashes.pop();
        prop_assert_eq!(shorter.check(), Err(ForkError::OtherTree));
    }

    #[test]
    fn an_honest_log_is_never_convicted(new in 2u64..600, old in 1u64..600, flip: (usize, u8)) {
        let old = 1 + (old - 1) % (new - 1);
        let tree = MemoryTree::of(&leaves(new));
        let (earlier, later) = (tree.signed(old, &signer()), tree.signed(new, &signer()));
        let made = ForkProof::growth(earlier.clone(), later.clone(), &tree);
        prop_assert_eq!(made, Err(GrowthError::Fork(ForkError::NotShown)));
        // Not with false hashes either: they are not of the later tree.
        let mut hashes = crate::proof::prove_consistency(&tree, old, new).unwrap();
        if old.is_power_of_two() {
            hashes.insert(0, earlier.checkpoint().root());
        }
        let at = flip.0 % hashes.len();
        let mut bytes = *hashes[at].as_bytes();
        bytes[usize::from(flip.1) % 32] ^= 1;
        hashes[at] = Hash::from_bytes(bytes);
        let kind = ForkKind::Growth;
        let forged = ForkProof { kind, hashes, first: earlier, second: Some(later) };
        prop_assert_eq!(forged.check(), Err(ForkError::OtherTree));
    }

    #[test]
    fn no_changed_byte_makes_another_fork_proof_that_convicts(at: usize, to: u8) {
        let proof = two_roots();
        let mut bytes = proof.to_string().into_bytes();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        if let Ok(read) = ForkProof::parse(&bytes) {
            prop_assert_eq!(read.to_string().into_bytes(), bytes);
            prop_assert!(read.verify(&[log_key()], &[]).is_err());
        }
    }
}

#[test]
fn two_roots_of_one_size_convict_and_equal_ones_do_not() {
    let tree = MemoryTree::of(&leaves(5));
    let head = tree.signed(5, &signer());
    assert_eq!(ForkProof::roots(head.clone(), head.clone()), Err(ForkError::NotShown));
    assert_eq!(ForkProof::roots(head, tree.signed(4, &signer())), Err(ForkError::Sizes));
    let proof = two_roots();
    let read = ForkProof::parse(proof.to_string().as_bytes()).unwrap();
    assert_eq!(read, proof);
    assert!(read.verify(&[log_key()], &[]).is_ok());
}

#[test]
fn an_empty_tree_with_entries_convicts_by_itself() {
    let origin = Origin::from(name(LOG));
    let head = |root| {
        let checkpoint = Checkpoint::new(origin.clone(), 0, root).unwrap();
        SignedCheckpoint::sign(checkpoint, &signer()).unwrap()
    };
    assert_eq!(ForkProof::empty(head(empty_root())), Err(ForkError::NotShown));
    let proof = ForkProof::empty(head(leaf_hash(b"x"))).unwrap();
    let read = ForkProof::parse(proof.to_string().as_bytes()).unwrap();
    assert_eq!(read.verify(&[log_key()], &[]).unwrap().heads().len(), 1);
    let sized = MemoryTree::of(&leaves(1)).signed(1, &signer());
    assert_eq!(ForkProof::empty(sized), Err(ForkError::NotShown));
}

/// The longest proof of growth there is: from one entry, a power of two whose hash is written, up 63 levels.
fn longest_growth() -> (SignedCheckpoint, SignedCheckpoint, Vec<Hash>) {
    let hashes = leaves(64);
    let (_, root) = consistency_roots(1, MAX_TREE_SIZE, hashes[0], &hashes[1..]).unwrap();
    let head = |size, root| {
        let checkpoint = Checkpoint::new(Origin::from(name(LOG)), size, root).unwrap();
        SignedCheckpoint::sign(checkpoint, &signer()).unwrap()
    };
    (head(1, leaf_hash(b"another entry")), head(MAX_TREE_SIZE, root), hashes)
}

#[test]
fn the_longest_growth_has_64_hashes_and_65_are_no_proof() {
    let (earlier, later, hashes) = longest_growth();
    let proof = ForkProof::growth_by(earlier.clone(), later.clone(), hashes.clone()).unwrap();
    assert_eq!(proof.hashes(), hashes);
    let text = proof.to_string();
    let read = ForkProof::parse(text.as_bytes()).unwrap();
    assert_eq!(read.hashes(), hashes);
    assert!(read.verify(&[log_key()], &[]).is_ok());
    let one_more = empty_root();
    let longer = [hashes.as_slice(), &[one_more]].concat();
    assert_eq!(ForkProof::growth_by(earlier, later, longer), Err(ForkError::OtherTree));
    let last = format!("{}\n", hashes[63].to_base64());
    let longer = text.replacen(&last, &format!("{last}{}\n", one_more.to_base64()), 1);
    assert_eq!(ForkProof::parse(longer.as_bytes()), Err(ForkProofError::Malformed));
}

#[test]
fn the_largest_file_is_read_and_none_is_longer_than_the_spec_says() {
    const LONGEST: usize = 1_052_800;
    let (earlier, later, hashes) = longest_growth();
    let (earlier, later) = (longest_note(&earlier), longest_note(&later));
    let proof = ForkProof::growth_by(earlier, later, hashes).unwrap();
    assert_eq!(ForkProof::parse(proof.to_string().as_bytes()), Ok(proof));
    assert_eq!(ForkProof::parse(&vec![b'x'; LONGEST]), Err(ForkProofError::Malformed));
    assert_eq!(ForkProof::parse(&vec![b'x'; LONGEST + 1]), Err(ForkProofError::TooLong));
}

#[test]
fn heads_that_did_not_grow_from_something_are_refused_for_their_sizes_and_no_node_is_read() {
    struct Unreadable;
    impl NodeReader for Unreadable {
        type Error = fmt::Error;
        fn node(&self, _: u8, _: u64) -> Result<Hash, Self::Error> {
            Err(fmt::Error)
        }
    }
    let tree = MemoryTree::of(&leaves(5));
    let head = |size| tree.signed(size, &signer());
    for (old, new) in [(4, 4), (5, 4), (0, 4)] {
        let sizes = Err(GrowthError::Fork(ForkError::Sizes));
        assert_eq!(ForkProof::growth(head(old), head(new), &Unreadable), sizes, "{old} -> {new}");
        let by = ForkProof::growth_by(head(old), head(new), vec![empty_root()]);
        assert_eq!(by, Err(ForkError::Sizes), "{old} -> {new}");
    }
    let unread = ForkProof::growth(head(4), head(5), &Unreadable);
    assert_eq!(unread, Err(GrowthError::Read(fmt::Error)));
}

#[test]
fn neither_a_cosigner_of_the_logs_name_nor_another_log_stands_in_for_the_log() {
    let namesake = Cosigner::from_seed(name(LOG), &[8; 32]).unwrap();
    let other = NoteSigner::from_seed(name("log.example/other"), &[2; 32]).unwrap();
    let proof = two_roots();
    for key in [namesake.verifier_key(), other.verifier_key()] {
        let refused = Err(ForkVerifyError::UnknownLog);
        assert_eq!(proof.verify(std::slice::from_ref(key), &[]), refused, "{key}");
    }
}

#[test]
fn heads_of_two_logs_prove_nothing() {
    let other = NoteSigner::from_seed(name("log.example/other"), &[2; 32]).unwrap();
    let first = MemoryTree::of(&leaves(5)).signed(5, &signer());
    let second = liar(5, 1).signed(5, &other);
    assert_eq!(ForkProof::roots(first, second), Err(ForkError::TwoLogs));
}

#[test]
fn whoever_cosigned_both_heads_is_named_and_whoever_cosigned_one_is_not() {
    let both = Cosigner::from_seed(name("witness.example/both"), &[3; 32]).unwrap();
    let one = Cosigner::from_seed(name("witness.example/one"), &[4; 32]).unwrap();
    let (honest, liar) = (MemoryTree::of(&leaves(5)), liar(9, 2));
    let earlier = cosigned(&cosigned(&honest.signed(5, &signer()), &both, 7), &one, 7);
    let later = cosigned(&liar.signed(9, &signer()), &both, 9);
    let proof = ForkProof::growth(earlier, later, &liar).unwrap();
    let keys = [both.verifier_key().clone(), one.verifier_key().clone()];
    let convicted = proof.verify(&[log_key()], &keys).unwrap();
    let [(key, times)] = &convicted.cosigners()[..] else { panic!("{convicted:?}") };
    assert_eq!(*key, both.verifier_key());
    let times: Vec<u64> = times.iter().map(|time| time.posix_seconds()).collect();
    assert_eq!(times, [7, 9]);
}

#[test]
fn a_proof_that_the_log_did_not_sign_convicts_nobody() {
    let proof = two_roots();
    assert_eq!(proof.verify(&[], &[]), Err(ForkVerifyError::UnknownLog));
    let namesake = NoteSigner::from_seed(name(LOG), &[9; 32]).unwrap();
    assert_eq!(
        proof.verify(&[namesake.verifier_key().clone()], &[]),
        Err(ForkVerifyError::Note(NoteVerifyError::NoKnownKey))
    );
    // A line under the log's name that the log did not write.
    let forged = NoteSigner::from_seed(name(LOG), &[1; 32]).unwrap().sign("another text\n");
    let second = proof.heads().nth(1).unwrap();
    let note = Note::new(second.note().text().to_owned(), vec![forged]).unwrap();
    let second = SignedCheckpoint::from_note(note).unwrap();
    let proof = ForkProof::roots(proof.first, second).unwrap();
    assert!(matches!(
        proof.verify(&[log_key()], &[]),
        Err(ForkVerifyError::Note(NoteVerifyError::BadSignature { .. }))
    ));
}

#[test]
fn what_a_witness_kept_of_a_split_view_is_a_proof_and_a_suspicion_is_none() {
    let held = MemoryTree::of(&leaves(5)).signed(5, &signer());
    let kept = |head: SignedCheckpoint, old| {
        let request = AddCheckpoint::new(old, Vec::new(), head).unwrap();
        let WitnessDecision::Rejected(rejected) = decide(request, &[log_key()], Some(&held)) else {
            panic!()
        };
        ForkProof::of_misbehaviour(rejected.evidence().unwrap())
    };
    let proof = kept(liar(5, 0).signed(5, &signer()), 5).unwrap();
    assert!(proof.verify(&[log_key()], &[]).is_ok());
    assert_eq!(kept(liar(9, 0).signed(9, &signer()), 5), None);
}

#[test]
fn whoever_proves_the_growth_of_another_history_has_proved_the_fork() {
    for old in 1..40 {
        let held = MemoryTree::of(&leaves(old)).signed(old, &signer());
        let other = liar(old + 3, old / 2);
        let hashes = prove_consistency(&other, old, old + 3).unwrap();
        let request = AddCheckpoint::new(old, hashes, other.signed(old + 3, &signer())).unwrap();
        let WitnessDecision::Rejected(rejected) = decide(request, &[log_key()], Some(&held)) else {
            panic!()
        };
        let proof = ForkProof::of_misbehaviour(rejected.evidence().unwrap());
        // A power of two leaves out the hash that the proof has to start from.
        assert_eq!(proof.is_some(), !old.is_power_of_two(), "{old}");
        assert!(proof.is_none_or(|proof| proof.verify(&[log_key()], &[]).is_ok()), "{old}");
    }
}

#[test]
fn a_file_has_one_spelling() {
    let proof = two_roots().to_string();
    assert!(ForkProof::is_named_by(proof.as_bytes()));
    assert!(!ForkProof::is_named_by(b"heqi.fork-proof/v1"));
    let refused = |text: String| ForkProof::parse(text.as_bytes()).unwrap_err();
    assert_eq!(refused(proof.replace("/v1", "/v2")), ForkProofError::WrongHeader);
    assert_eq!(refused(proof.replace("kind roots", "kind stem")), ForkProofError::Malformed);
    let hash = empty_root().to_base64();
    let with_hash = proof.replace("kind roots\n", &format!("kind roots\n{hash}\n"));
    assert_eq!(refused(with_hash), ForkProofError::Malformed);
    assert_eq!(refused(proof.replace("kind roots", "kind growth")), ForkProofError::Malformed);
    assert_eq!(refused(proof.replace("kind roots", "kind empty")), ForkProofError::Malformed);
    for spoilt in [format!("{proof}\n"), format!("{proof}\n\nx"), proof.replace('\n', "\r\n")] {
        assert!(ForkProof::parse(spoilt.as_bytes()).is_err(), "{spoilt:?}");
    }
    assert!(ForkProof::parse(proof.trim_end().as_bytes()).is_err());
    assert_eq!(refused("x".repeat(MAX_FILE_BYTES + 1)), ForkProofError::TooLong);
}
