//! C2SP formats of a log: what is read has one spelling.

use std::sync::LazyLock;

use heqi_tlog::checkpoint::{Checkpoint, SignedCheckpoint};
use heqi_tlog::fork::ForkProof;
use heqi_tlog::mirror::{AddEntries, MirrorInfo};
use heqi_tlog::note::{Note, VerifierKey, format_signature_lines, parse_signature_lines};
use heqi_tlog::policy::Policy;
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::tile::{HashTile, TilePath, decode_entries, encode_entries};
use heqi_tlog::witness::AddCheckpoint;

use crate::corpus::{entries, fork_files, texts};

fn text(input: &[u8]) -> Option<&str> {
    str::from_utf8(input).ok()
}

pub(super) fn note(input: &[u8]) {
    let Ok(note) = Note::parse(input) else { return };
    assert_eq!(note.to_bytes(), input, "a note has one spelling");
    assert!(note.verify(&[]).is_err(), "no key, no signature");
}

pub(super) fn vkey(input: &[u8]) {
    let Some(Ok(key)) = text(input).map(str::parse::<VerifierKey>) else { return };
    assert_eq!(key.to_string().as_bytes(), input, "a verifier key has one spelling");
}

pub(super) fn signature_lines(input: &[u8]) {
    let Some(Ok(lines)) = text(input).map(parse_signature_lines) else { return };
    assert_eq!(format_signature_lines(&lines).as_bytes(), input);
}

pub(super) fn checkpoint(input: &[u8]) {
    if let Some(Ok(checkpoint)) = text(input).map(Checkpoint::parse) {
        assert_eq!(checkpoint.to_string().as_bytes(), input, "a checkpoint has one spelling");
    }
    if let Ok(signed) = SignedCheckpoint::parse(input) {
        assert_eq!(signed.to_bytes(), input, "a signed checkpoint has one spelling");
    }
}

/// A note under the keys that stand in front of it, one per line, until an empty line.
pub(super) fn cosignature(input: &[u8]) {
    let Some((keys, note)) = text(input).and_then(|text| text.split_once("\n\n")) else { return };
    let keys: Vec<VerifierKey> = keys.lines().filter_map(|key| key.parse().ok()).collect();
    let Ok(note) = Note::parse(note.as_bytes()) else { return };
    let Ok(verified) = note.verify(&keys) else { return };
    for signature in verified {
        assert!(keys.contains(signature.key()), "signed by a key that was asked for");
        assert!(note.signatures().contains(signature.line()));
    }
}

static PROOFS: LazyLock<Vec<ProofFile>> = LazyLock::new(|| {
    proof_file_seeds().iter().filter_map(|file| ProofFile::parse(file).ok()).collect()
});

pub(super) fn policy(input: &[u8]) {
    let Some(Ok(policy)) = text(input).map(Policy::parse) else { return };
    for proof in PROOFS.iter() {
        // No policy of any form may accept what it did not name: this must only not panic.
        let _ = policy.verify(proof.checkpoint());
    }
}

pub(super) fn tile_path(input: &[u8]) {
    let Some(Ok(path)) = text(input).map(str::parse::<TilePath>) else { return };
    assert_eq!(path.to_string().as_bytes(), input, "a tile has one address");
}

/// The first two bytes are the width that the path promised.
pub(super) fn entry_bundle(input: &[u8]) {
    let Some((width, bundle)) = input.split_first_chunk::<2>() else { return };
    let width = u16::from_be_bytes(*width);
    let Ok(entries) = decode_entries(bundle, width) else { return };
    assert_eq!(entries.len(), usize::from(width));
    assert_eq!(encode_entries(entries).unwrap(), bundle, "an entry bundle has one spelling");
}

pub(super) fn hash_tile(input: &[u8]) {
    let width = u16::try_from(input.len() / 32).unwrap_or(u16::MAX);
    let Ok(tile) = HashTile::decode(input, width) else { return };
    assert_eq!(tile.encode(), input);
}

pub(super) fn proof_file(input: &[u8]) {
    let Ok(proof) = ProofFile::parse(input) else { return };
    assert_eq!(proof.to_string().as_bytes(), input, "a proof file has one spelling");
}

/// A proof that heads contradict each other convicts nobody without a key, and an honest log never: what the same
/// hashes show of two heads does not depend on how often it is asked.
pub(super) fn fork_proof(input: &[u8]) {
    let Ok(proof) = ForkProof::parse(input) else { return };
    assert!(ForkProof::is_named_by(input));
    assert_eq!(proof.to_string().as_bytes(), input, "a fork proof has one spelling");
    assert!(proof.verify(&[], &[]).is_err(), "no key, nobody convicted");
    let heads: Vec<&Checkpoint> = proof.heads().map(SignedCheckpoint::checkpoint).collect();
    if let ([first, second], Ok(())) = (heads.as_slice(), proof.check()) {
        assert_eq!(first.origin(), second.origin());
        assert!(first.size() <= second.size() && first.root() != second.root());
    }
}

pub(super) fn add_checkpoint(input: &[u8]) {
    let Ok(request) = AddCheckpoint::parse(input) else { return };
    assert_eq!(request.to_string().as_bytes(), input);
}

pub(super) fn add_entries(input: &[u8]) {
    let Ok(upload) = AddEntries::parse(input) else { return };
    // An upload that breaks off counts as far as its whole packages go.
    assert!(input.starts_with(&upload.to_bytes()));
    assert!(upload.header().start() <= upload.header().end());
}

pub(super) fn mirror_info(input: &[u8]) {
    let Ok(info) = MirrorInfo::parse(input) else { return };
    assert_eq!(info.to_string().as_bytes(), input);
}

pub(super) fn note_seeds() -> Vec<Vec<u8>> {
    texts("tlog/note.json")
}

pub(super) fn checkpoint_seeds() -> Vec<Vec<u8>> {
    [texts("tlog/checkpoint.json"), entries(|name| name.ends_with(".checkpoint"))].concat()
}

pub(super) fn cosignature_seeds() -> Vec<Vec<u8>> {
    let all = texts("tlog/cosignature.json");
    let is = |piece: &str, bytes: &[u8]| text(bytes).is_some_and(|text| text.contains(piece));
    let keys = all.iter().find(|bytes| is("+", bytes) && !is("\n", bytes));
    let key = keys.cloned().unwrap_or_default();
    all.iter()
        .filter(|bytes| is("\n\n", bytes))
        .map(|note| [key.as_slice(), b"\n\n", note].concat())
        .collect()
}

pub(super) fn policy_seeds() -> Vec<Vec<u8>> {
    texts("tlog/policy.json")
}

pub(super) fn tile_seeds() -> Vec<Vec<u8>> {
    texts("tlog/tile.json")
}

pub(super) fn entry_bundle_seeds() -> Vec<Vec<u8>> {
    let bundles = texts("tlog/tile.json");
    let widths = [0u16, 1, 2, 3, 256].map(u16::to_be_bytes);
    bundles
        .iter()
        .flat_map(|bundle| widths.iter().map(|width| [width.as_slice(), bundle].concat()))
        .collect()
}

pub(super) fn proof_file_seeds() -> Vec<Vec<u8>> {
    [texts("tlog/proof_file.json"), entries(|name| name.ends_with(".tlog-proof"))].concat()
}

pub(super) fn fork_seeds() -> Vec<Vec<u8>> {
    fork_files(".fork-proof")
}

pub(super) fn witness_seeds() -> Vec<Vec<u8>> {
    texts("tlog/witness.json")
}

pub(super) fn mirror_seeds() -> Vec<Vec<u8>> {
    texts("tlog/mirror.json")
}
