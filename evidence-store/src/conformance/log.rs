//! What the log of every backend must do.

use std::sync::Arc;

use bytes::Bytes;
use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_tlog::note::{KeyName, NoteSigner};
use heqi_tlog::proof::{verify_consistency, verify_inclusion};
use heqi_tlog::tile::{TILE_HEIGHT, TileKind, TilePath, decode_entries, tiles_of};
use heqi_tlog::tree::{CompactRange, Hash, leaf_hash};

use super::commit;
use crate::backend::Backend;
use crate::changeset::{Changeset, LedgerEntry};
use crate::log::{LogReader, ProofError, PublishError};
use crate::testing::{TEST_ORIGIN, note_signer};

/// 64 submitters at once: indices without gap or repetition, each receipt proven under the head it came with.
pub async fn leaves_are_dense_and_proven_under_concurrency(backend: Arc<dyn Backend>) {
    const SUBMITTERS: u64 = 64;
    const EACH: u64 = 12;
    let submitters: Vec<_> = (0..SUBMITTERS)
        .map(|submitter| {
            let backend = Arc::clone(&backend);
            tokio::spawn(async move {
                let mut receipts = Vec::new();
                for n in 0..EACH {
                    let mut changes = Changeset::new();
                    let entries = [format!("{submitter}-{n}-a"), format!("{submitter}-{n}-b")];
                    for entry in &entries {
                        changes.append(LedgerEntry::new(entry.clone(), format!("of {entry}")));
                    }
                    let committed = backend.commit(changes).unwrap().await.unwrap();
                    let first = committed.first_leaf_index.unwrap();
                    for (entry, index) in entries.into_iter().zip(first..) {
                        let head = &committed.head;
                        assert!(index < head.size());
                        let log = backend.log();
                        let proof = log.inclusion_proof(index, head.size()).await.unwrap();
                        let hash = leaf_hash(entry.as_bytes());
                        verify_inclusion(index, head.size(), hash, &proof, head.root()).unwrap();
                        receipts.push((index, entry, committed.head.clone()));
                    }
                }
                receipts
            })
        })
        .collect();
    let mut receipts = Vec::new();
    for submitter in submitters {
        receipts.extend(submitter.await.unwrap());
    }
    receipts.sort_by_key(|(index, _, _)| *index);
    assert!(receipts.iter().map(|(index, _, _)| *index).eq(0..SUBMITTERS * EACH * 2));

    let log = backend.log();
    let newest = log.head();
    assert_eq!(newest.size(), SUBMITTERS * EACH * 2);
    let signer = note_signer(7);
    newest.checkpoint().note().verify([signer.verifier_key()]).unwrap();
    let mut range = CompactRange::new();
    for (index, entry, head) in &receipts {
        let stored = log.entry(*index).await.unwrap().unwrap();
        assert_eq!(
            (&stored.entry, &stored.record),
            (&Bytes::from(entry.clone()), &format!("of {entry}").into())
        );
        range.append(leaf_hash(entry.as_bytes()));
        assert_eq!(log.root_at(index + 1).await.unwrap(), Some(range.root()));
        let proof = log.consistency_proof(head.size(), newest.size()).await.unwrap();
        let (old, new) = (head.root(), newest.root());
        verify_consistency(head.size(), old, newest.size(), new, &proof).unwrap();
    }
    assert_eq!(newest.root(), range.root());
    let beyond = log.inclusion_proof(0, newest.size() + 1).await.unwrap_err();
    assert_eq!(beyond, ProofError::OutsideTree { head: newest.size() });
    let beyond = log.inclusion_proof(newest.size(), newest.size()).await.unwrap_err();
    assert_eq!(beyond, ProofError::OutsideTree { head: newest.size() });
    assert_eq!(log.root_at(newest.size() + 1).await.unwrap(), None);
    assert_eq!(log.head_changed().borrow().size(), newest.size());
}

/// Full and partial, hashes and entries; nothing beyond the head.
pub async fn every_tile_of_every_width_is_served(backend: &dyn Backend) {
    let size = 256 * 3 + 77u64;
    let mut hashes: Vec<Hash> = Vec::new();
    for n in (0..size).step_by(50) {
        let mut changes = Changeset::new();
        for index in n..size.min(n + 50) {
            changes.append(LedgerEntry::new(format!("entry {index}"), ""));
            hashes.push(leaf_hash(format!("entry {index}").as_bytes()));
        }
        commit(backend, changes).await;
    }
    let log = backend.log();
    for size in [1, 255, 256, 257, 512, 700, size] {
        for path in tiles_of(size) {
            let bytes = log.tile(path).await.unwrap().unwrap();
            let first = usize::try_from(path.index()).unwrap() * 256;
            match path.kind() {
                TileKind::Entries => {
                    let entries = decode_entries(&bytes, path.width()).unwrap();
                    for (entry, index) in entries.iter().zip(first..) {
                        assert_eq!(*entry, format!("entry {index}").as_bytes());
                    }
                }
                TileKind::Hashes(level) => {
                    let span = 1 << (u32::from(level) * u32::from(TILE_HEIGHT));
                    let expected: Vec<u8> = hashes
                        .chunks_exact(span)
                        .skip(first)
                        .take(path.width().into())
                        .flat_map(|leaves| *root_of(leaves).as_bytes())
                        .collect();
                    assert_eq!(bytes, expected, "{path}");
                }
            }
        }
    }
    for path in [
        "tile/0/003.p/78",
        "tile/0/004.p/1",
        "tile/entries/003",
        "tile/1/000.p/4",
        "tile/2/000.p/1",
    ] {
        let path: TilePath = path.parse().unwrap();
        assert_eq!(log.tile(path).await.unwrap(), None, "{path}");
    }
}

fn root_of(leaves: &[Hash]) -> Hash {
    let mut range = CompactRange::new();
    for leaf in leaves {
        range.append(*leaf);
    }
    range.root()
}

/// Of this log, not beyond the head, of this history; never backwards.
pub async fn only_own_checkpoints_are_published(backend: &dyn Backend) {
    let log: &dyn LogReader = backend.log();
    let mut heads = vec![log.head()];
    for n in 0..3 {
        let mut changes = Changeset::new();
        for m in 0..200 {
            changes.append(LedgerEntry::new(format!("{n}/{m}"), ""));
        }
        heads.push(backend.commit(changes).unwrap().await.unwrap().head);
    }
    assert!(log.published().is_none());
    log.publish(heads[2].checkpoint().clone()).await.unwrap();
    assert_eq!(log.published().unwrap().size(), 400);
    log.publish(heads[1].checkpoint().clone()).await.unwrap();
    assert_eq!(log.published().unwrap().size(), 400, "never backwards");
    log.publish(heads[3].checkpoint().clone()).await.unwrap();
    assert_eq!(log.published().unwrap().size(), 600);

    let sign = |origin: &str, size, root| {
        let name = KeyName::new(origin).unwrap();
        let signer = NoteSigner::from_seed(name.clone(), &[7; 32]).unwrap();
        let checkpoint = Checkpoint::new(Origin::from(name), size, root).unwrap();
        SignedCheckpoint::sign(checkpoint, &signer).unwrap()
    };
    let foreign = sign("log.example/other", 600, heads[3].root());
    assert_eq!(log.publish(foreign).await, Err(PublishError::WrongOrigin));
    let beyond = sign(TEST_ORIGIN, 601, heads[3].root());
    let refused = log.publish(beyond).await;
    assert_eq!(refused, Err(PublishError::BeyondHead { size: 601, head: 600 }));
    let forked = sign(TEST_ORIGIN, 600, heads[2].root());
    assert_eq!(log.publish(forked).await, Err(PublishError::WrongRoot { size: 600 }));
    assert_eq!(log.published().unwrap().root(), heads[3].root());
}
