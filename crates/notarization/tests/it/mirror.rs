//! The mirror: holds everything it cosigns, serves what the log serves, believes nothing.

use std::sync::Arc;

use heqi_evidence_store::backend::memory::MemoryBackend;
use heqi_evidence_store::backend::{Backend, CommitError};
use heqi_evidence_store::changeset::{Changeset, LedgerEntry};
use heqi_evidence_store::testing::{TEST_ORIGIN, memory, note_signer};
use heqi_evidence_store::witness::misbehaviour_of;
use heqi_notarization::Mirror;
use heqi_notarization::mirror::{MirrorError, UploadAnswer};
use heqi_testkit::FixedClock;
use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_tlog::cosignature::Cosigner;
use heqi_tlog::mirror::{
    AddEntries, AddEntriesHeader, EntryPackage, MAX_PACKAGES, MirrorRejection, PackageError,
};
use heqi_tlog::note::KeyName;
use heqi_tlog::proof::{NodeReader, prove_consistency};
use heqi_tlog::tile::{TileKind, TilePath, tiles_of};
use heqi_tlog::tree::{CompactRange, Hash, leaf_hash};
use heqi_tlog::witness::{AddCheckpoint, MisbehaviourKind, Rejection};

use crate::support::Failing;

mod every_call;

/// A log with its entries and nodes at hand, and the same log in a store for comparison.
struct Log {
    /// From here on it has other entries than [`Log::new`] has.
    parts_at: u64,
    entries: Vec<Vec<u8>>,
    levels: Vec<Vec<Hash>>,
    range: CompactRange,
    store: Arc<MemoryBackend>,
}

impl Log {
    fn new() -> Self {
        Self::parting_at(u64::MAX)
    }

    /// Another future of the same log.
    fn parting_at(parts_at: u64) -> Self {
        let (entries, levels, range) = (Vec::new(), Vec::new(), CompactRange::new());
        Self { parts_at, entries, levels, range, store: memory() }
    }

    async fn grow_to(&mut self, size: u64) -> SignedCheckpoint {
        let mut changes = Changeset::new();
        while self.range.size() < size {
            let size = self.range.size();
            let word = if size < self.parts_at { "entry" } else { "other" };
            let entry = format!("{word} {size}").into_bytes();
            let levels = &mut self.levels;
            self.range.append_with(leaf_hash(&entry), |node| {
                let level = usize::from(node.level);
                if levels.len() == level {
                    levels.push(Vec::new());
                }
                levels[level].push(node.hash);
            });
            changes.append(LedgerEntry::new(entry.clone(), ""));
            self.entries.push(entry);
        }
        if !changes.is_empty() {
            self.store.commit(changes).unwrap().await.unwrap();
        }
        self.store.log().head().checkpoint().clone()
    }

    fn announcement(&self, old: u64, head: &SignedCheckpoint) -> AddCheckpoint {
        let proof = prove_consistency(self, old, head.checkpoint().size()).unwrap();
        AddCheckpoint::new(old, proof, head.clone()).unwrap()
    }

    /// The first packages of an upload, at most `packages` of them.
    fn upload(&self, start: u64, end: u64, packages: usize) -> AddEntries {
        let header =
            AddEntriesHeader::new(Origin::new(TEST_ORIGIN).unwrap(), start, end, Vec::new())
                .unwrap();
        let packages = header
            .ranges()
            .take(packages.min(MAX_PACKAGES))
            .map(|range| {
                let span =
                    usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
                let proof = EntryPackage::prove(self, range, end).unwrap();
                EntryPackage::new(self.entries[span].to_vec(), proof).unwrap()
            })
            .collect();
        AddEntries::new(header, packages).unwrap()
    }
}

impl NodeReader for Log {
    type Error = std::convert::Infallible;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error> {
        Ok(self.levels[usize::from(level)][usize::try_from(index).unwrap()])
    }
}

fn mirror_over(backend: Arc<dyn Backend>) -> Mirror {
    let cosigner =
        Cosigner::from_seed(KeyName::new("mirror.example/m1").unwrap(), &[4; 32]).unwrap();
    let clock = Arc::new(FixedClock::at("2026-11-23T12:00:00.000Z"));
    Mirror::new(cosigner, vec![note_signer(7).verifier_key().clone()], backend, clock)
}

fn origin_path() -> String {
    Origin::new(TEST_ORIGIN).unwrap().monitoring_path()
}

/// Uploads everything up to `head`, following the mirror's own answers.
async fn catch_up(mirror: &Mirror, log: &Log, old: u64, head: &SignedCheckpoint, from: u64) {
    mirror.add_checkpoint(&log.announcement(old, head)).await.unwrap();
    let mut start = from;
    loop {
        let end = head.checkpoint().size();
        match mirror.add_entries(log.upload(start, end, MAX_PACKAGES)).await.unwrap() {
            UploadAnswer::Progress(info) => {
                assert!(info.next_entry > start);
                start = info.next_entry;
            }
            UploadAnswer::Cosigned(line) => {
                let cosigned = head.with_signature(line).unwrap();
                assert!(cosigned.note().verify([mirror.verifier_key()]).is_ok());
                return;
            }
        }
    }
}

/// Every tile and bundle of the mirror is the log's own, partial ones of every width included.
async fn assert_serves_the_same(mirror: &Mirror, log: &Log) {
    let size = log.range.size();
    for path in tiles_of(size) {
        let own = log.store.log().tile(path).await.unwrap().unwrap();
        let copy = mirror.tile(&origin_path(), path).await.unwrap().unwrap();
        assert_eq!(copy, own, "{path}");
        for width in [1, path.width() / 2, path.width().saturating_sub(1)] {
            let Ok(part) = TilePath::new(path.kind(), path.index(), width) else { continue };
            let own = log.store.log().tile(part).await.unwrap().unwrap();
            assert_eq!(mirror.tile(&origin_path(), part).await.unwrap().unwrap(), own, "{part}");
        }
    }
    let beyond =
        TilePath::new(TileKind::Entries, size / 256, u16::try_from(size % 256 + 1).unwrap());
    assert_eq!(mirror.tile(&origin_path(), beyond.unwrap()).await.unwrap(), None);
}

#[tokio::test]
async fn nothing_is_cosigned_before_every_entry_is_held() {
    let (mut log, store) = (Log::new(), memory());
    let mirror = mirror_over(store);
    let head = log.grow_to(700).await;
    mirror.add_checkpoint(&log.announcement(0, &head)).await.unwrap();
    assert_eq!(mirror.checkpoint(&origin_path()).await.unwrap(), None);
    assert_eq!(mirror.lag_entries().await.unwrap(), 700);

    for (start, next) in [(0, 256), (256, 512)] {
        let answer = mirror.add_entries(log.upload(start, 700, 1)).await.unwrap();
        let UploadAnswer::Progress(info) = answer else { panic!("cosigned at {next} of 700") };
        assert_eq!((info.pending_size, info.next_entry), (700, next));
        assert_eq!(mirror.checkpoint(&origin_path()).await.unwrap(), None);
    }
    let answer = mirror.add_entries(log.upload(512, 700, 1)).await.unwrap();
    assert!(matches!(answer, UploadAnswer::Cosigned(_)));
    let held = mirror.checkpoint(&origin_path()).await.unwrap().unwrap();
    assert_eq!(held.checkpoint(), head.checkpoint());
    let keys = [note_signer(7).verifier_key().clone(), mirror.verifier_key().clone()];
    assert_eq!(held.note().verify(&keys).unwrap().len(), 2, "signed by the log and the mirror");
    assert_eq!(mirror.lag_entries().await.unwrap(), 0);
    assert_serves_the_same(&mirror, &log).await;
}

#[tokio::test]
async fn a_log_that_grows_by_any_step_is_served_as_it_stands() {
    let (mut log, store) = (Log::new(), memory());
    let mut old = 0;
    for size in [1, 2, 255, 256, 257, 511, 512, 513, 1000, 1000, 1281] {
        // Every step may be another run of the program.
        let mirror = mirror_over(store.clone());
        let head = log.grow_to(size).await;
        catch_up(&mirror, &log, old, &head, old).await;
        assert_serves_the_same(&mirror, &log).await;
        old = size;
    }
}

#[tokio::test]
async fn tiles_over_tiles_are_served_too() {
    let (mut log, store) = (Log::new(), memory());
    let mirror = mirror_over(store);
    let head = log.grow_to(256 * 256 + 300).await;
    catch_up(&mirror, &log, 0, &head, 0).await;
    for path in tiles_of(head.checkpoint().size()).filter(|path| path.kind() != TileKind::Entries) {
        let own = log.store.log().tile(path).await.unwrap().unwrap();
        assert_eq!(mirror.tile(&origin_path(), path).await.unwrap().unwrap(), own, "{path}");
    }
}

#[tokio::test]
async fn wrong_entries_are_refused_and_what_came_before_them_stays() {
    let (mut log, store) = (Log::new(), memory());
    let mirror = mirror_over(store.clone());
    let head = log.grow_to(700).await;
    mirror.add_checkpoint(&log.announcement(0, &head)).await.unwrap();
    let (header, mut packages) = log.upload(0, 700, 3).into_parts();
    let mut entries = packages[1].entries().to_vec();
    entries[17] = b"something else".to_vec();
    packages[1] = EntryPackage::new(entries, packages[1].proof().to_vec()).unwrap();
    let error = mirror.add_entries(AddEntries::new(header, packages).unwrap()).await.unwrap_err();
    assert!(matches!(error, MirrorError::Package(PackageError::NotInLog(_))), "{error}");
    assert_eq!(mirror.checkpoint(&origin_path()).await.unwrap(), None);

    // Another run of the program goes on from the first package.
    let mirror = mirror_over(store);
    let ahead = mirror.add_entries(log.upload(512, 700, 1)).await.unwrap_err();
    let MirrorError::Upload(MirrorRejection::Conflict(info)) = ahead else { panic!("{ahead}") };
    assert_eq!(info.next_entry, 256);
    let answer = mirror.add_entries(log.upload(256, 700, 2)).await.unwrap();
    assert!(matches!(answer, UploadAnswer::Cosigned(_)));
    assert_serves_the_same(&mirror, &log).await;
}

#[tokio::test]
async fn an_upload_needs_a_known_log_and_an_announced_checkpoint() {
    let (mut log, store) = (Log::new(), memory());
    let mirror = mirror_over(store.clone());
    log.grow_to(10).await;
    let error = mirror.add_entries(log.upload(0, 10, 1)).await.unwrap_err();
    assert!(matches!(&error, MirrorError::Upload(MirrorRejection::NoPendingCheckpoint)), "{error}");

    let stranger = Origin::new("log.example/unknown").unwrap();
    let header = AddEntriesHeader::new(stranger.clone(), 0, 0, Vec::new()).unwrap();
    let nothing = AddEntries::new(header, Vec::new()).unwrap();
    let error = mirror.add_entries(nothing).await.unwrap_err();
    assert!(matches!(&error, MirrorError::Upload(MirrorRejection::UnknownOrigin)), "{error}");
    assert_eq!(mirror.checkpoint(&stranger.monitoring_path()).await.unwrap(), None);
    let path = TilePath::new(TileKind::Entries, 0, 1).unwrap();
    assert_eq!(mirror.tile(&stranger.monitoring_path(), path).await.unwrap(), None);
    assert_eq!(*store.progress().borrow(), 0);
}

#[tokio::test]
async fn a_split_view_is_refused_and_kept() {
    let (mut log, store) = (Log::new(), memory());
    let mirror = mirror_over(store.clone());
    let head = log.grow_to(10).await;
    mirror.add_checkpoint(&log.announcement(0, &head)).await.unwrap();
    let other = Checkpoint::new(Origin::new(TEST_ORIGIN).unwrap(), 10, Hash::from_bytes([1; 32]));
    let other = SignedCheckpoint::sign(other.unwrap(), &note_signer(7)).unwrap();
    let split = AddCheckpoint::new(10, Vec::new(), other).unwrap();
    let error = mirror.add_checkpoint(&split).await.unwrap_err();
    assert!(matches!(
        error,
        MirrorError::Checkpoint(Rejection::Contradiction(MisbehaviourKind::SplitView))
    ));
    let kept = misbehaviour_of(&*store, head.checkpoint().origin(), 5).await.unwrap();
    assert_eq!(kept.len(), 1);
    let stale = mirror.add_checkpoint(&log.announcement(0, &head)).await.unwrap_err();
    assert!(matches!(stale, MirrorError::Checkpoint(Rejection::Conflict { cosigned_size: 10 })));
}

#[tokio::test]
async fn nothing_is_cosigned_that_did_not_become_durable() {
    let (mut log, store) = (Log::new(), memory());
    let failing = Failing::new(store.clone(), CommitError::Stopped, false);
    let mirror = mirror_over(failing.clone());
    let head = log.grow_to(300).await;
    assert!(mirror.add_checkpoint(&log.announcement(0, &head)).await.is_err());
    mirror_over(store.clone()).add_checkpoint(&log.announcement(0, &head)).await.unwrap();
    let error = mirror.add_entries(log.upload(0, 300, 2)).await.unwrap_err();
    assert!(matches!(error, MirrorError::Store(CommitError::Stopped)), "{error}");
    assert_eq!(mirror.checkpoint(&origin_path()).await.unwrap(), None);

    failing.recover();
    let answer = mirror.add_entries(log.upload(0, 300, 2)).await.unwrap();
    assert!(matches!(answer, UploadAnswer::Cosigned(_)));
    assert_serves_the_same(&mirror, &log).await;
}

#[tokio::test]
async fn an_idle_log_is_cosigned_afresh() {
    let (mut log, store) = (Log::new(), memory());
    let mirror = mirror_over(store.clone());
    let head = log.grow_to(300).await;
    catch_up(&mirror, &log, 0, &head, 0).await;
    let before = *store.progress().borrow();
    let answer = mirror.add_entries(log.upload(300, 300, 0)).await.unwrap();
    assert!(matches!(answer, UploadAnswer::Cosigned(_)));
    assert_eq!(*store.progress().borrow(), before, "cosigning again wrote something");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn uploads_at_once_store_every_entry_once() {
    let (mut log, store) = (Log::new(), memory());
    let mirror = Arc::new(mirror_over(store));
    let head = log.grow_to(2000).await;
    mirror.add_checkpoint(&log.announcement(0, &head)).await.unwrap();
    let uploads: Vec<_> = (0..8)
        .map(|_| {
            let (mirror, upload) = (Arc::clone(&mirror), log.upload(0, 2000, 3));
            tokio::spawn(async move { mirror.add_entries(upload).await })
        })
        .collect();
    let mut stored = 0;
    for upload in uploads {
        match upload.await.unwrap() {
            Ok(UploadAnswer::Progress(info)) => {
                assert_eq!(info.next_entry, 768);
                stored += 1;
            }
            Err(MirrorError::Upload(MirrorRejection::Conflict(info))) => {
                assert_eq!(info.next_entry, 768);
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(stored >= 1);
    let answer = mirror.add_entries(log.upload(768, 2000, MAX_PACKAGES)).await.unwrap();
    assert!(matches!(answer, UploadAnswer::Cosigned(_)));
    assert_serves_the_same(&mirror, &log).await;
}
