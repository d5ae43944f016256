//! What every backend must do, written once: run [`all`] against each of them.

#![expect(clippy::missing_panics_doc, reason = "a suite of assertions")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a suite of assertions")]

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_tlog::note::{KeyName, NoteSigner};
use heqi_tlog::proof::{verify_consistency, verify_inclusion};
use heqi_tlog::tile::{TILE_HEIGHT, TileKind, TilePath, decode_entries, tiles_of};
use heqi_tlog::tree::{CompactRange, Hash, leaf_hash};
use heqi_vocabulary::{Digest, Entropy};

use crate::backend::{Backend, CommitError};
use crate::changeset::{
    Changeset, Expected, InvalidChangeset, LedgerEntry, MAX_ROW_VALUE_BYTES, RowKey, leaf_index_of,
};
use crate::log::{LogReader, ProofError, PublishError};
use crate::object::{OpenObjectError, open_sealed, put_sealed};
use crate::testing::{SeededEntropy, TEST_ORIGIN, note_signer};
use crate::vault::{DataKeyId, VaultError};

/// Runs the whole suite; `make` gives an empty backend whose heads [`crate::testing::head_signer`] signs.
pub async fn all<F: Future<Output = Arc<dyn Backend>>>(make: impl Fn() -> F) {
    rows_have_versions_and_conflicts_name_them(&*make().await).await;
    a_changeset_is_applied_whole_or_not_at_all(&*make().await).await;
    a_deleted_row_never_gets_its_old_version_back(&*make().await).await;
    what_is_accepted_is_seen_at_once(&*make().await).await;
    scans_give_prefix_order_and_limit(&*make().await).await;
    random_changesets_agree_with_a_map(&*make().await).await;
    bounds_are_kept(&*make().await).await;
    leaves_are_dense_and_proven_under_concurrency(make().await).await;
    every_tile_of_every_width_is_served(&*make().await).await;
    only_own_checkpoints_are_published(&*make().await).await;
    objects_come_back_until_discarded(&*make().await).await;
    shredding_a_key_makes_what_it_sealed_unreadable(&*make().await).await;
}

fn key(text: &str) -> RowKey {
    RowKey::new(text.to_owned()).unwrap()
}

async fn commit(backend: &dyn Backend, changes: Changeset) -> u64 {
    backend.commit(changes).unwrap().await.unwrap().version
}

async fn value(backend: &dyn Backend, name: &str) -> Option<Bytes> {
    backend.row(&key(name)).await.unwrap().map(|row| row.value)
}

/// Versions grow, and a precondition that fails names its row.
pub async fn rows_have_versions_and_conflicts_name_them(backend: &dyn Backend) {
    let mut changes = Changeset::new();
    changes.expect(key("a"), Expected::Absent).put(key("a"), "1").put(key("b"), "1");
    let first = commit(backend, changes.clone()).await;
    assert_eq!(backend.commit(changes).unwrap_err(), CommitError::Conflict { key: key("a") });
    let row = backend.durable_row(&key("a")).await.unwrap().unwrap();
    assert_eq!((row.version, row.value), (first, Bytes::from("1")));

    let mut changes = Changeset::new();
    changes.expect(key("a"), Expected::Version(first)).put(key("a"), "2");
    let second = commit(backend, changes.clone()).await;
    assert!(second > first);
    assert_eq!(backend.commit(changes).unwrap_err(), CommitError::Conflict { key: key("a") });
    assert_eq!(backend.row(&key("b")).await.unwrap().unwrap().version, first);

    let mut changes = Changeset::new();
    changes.expect(key("b"), Expected::Version(first)).expect(key("missing"), Expected::Version(9));
    let refused = backend.commit(changes).unwrap_err();
    assert_eq!(refused, CommitError::Conflict { key: key("missing") });
}

/// A refused changeset leaves no trace: no row, no leaf, no gap.
pub async fn a_changeset_is_applied_whole_or_not_at_all(backend: &dyn Backend) {
    let mut changes = Changeset::new();
    changes
        .put(key("one"), "1")
        .append(LedgerEntry::new("leaf", "record").indexed_at(key("leaf")))
        .expect(key("absent"), Expected::Version(1));
    assert!(backend.commit(changes).is_err());
    assert_eq!(value(backend, "one").await, None);
    assert_eq!(value(backend, "leaf").await, None);
    backend.settled().await.unwrap();
    assert_eq!(backend.log().head().size(), 0);

    let mut changes = Changeset::new();
    changes.put(key("one"), "1").delete(key("two"));
    changes.append(LedgerEntry::new("leaf", "record").indexed_at(key("leaf")));
    let committed = backend.commit(changes).unwrap().await.unwrap();
    assert_eq!(committed.first_leaf_index, Some(0));
    assert_eq!(committed.head.size(), 1);
    let row = backend.row(&key("leaf")).await.unwrap().unwrap();
    assert_eq!((leaf_index_of(&row), row.version), (Some(0), committed.version));
    let entry = backend.log().entry(0).await.unwrap().unwrap();
    assert_eq!((&entry.entry[..], &entry.record[..]), (&b"leaf"[..], &b"record"[..]));
    assert_eq!(backend.log().entry(1).await.unwrap(), None);
}

/// Delete and write again: an old version in somebody's hand stays old.
pub async fn a_deleted_row_never_gets_its_old_version_back(backend: &dyn Backend) {
    let mut changes = Changeset::new();
    changes.put(key("a"), "1");
    let old = commit(backend, changes.clone()).await;
    let mut delete = Changeset::new();
    delete.expect(key("a"), Expected::Version(old)).delete(key("a"));
    commit(backend, delete.clone()).await;
    assert_eq!(value(backend, "a").await, None);
    commit(backend, changes).await;
    assert!(matches!(backend.commit(delete), Err(CommitError::Conflict { .. })));
    assert_eq!(value(backend, "a").await.unwrap(), "1");
}

/// The next reader and the next commit build on what was accepted, before it is durable.
pub async fn what_is_accepted_is_seen_at_once(backend: &dyn Backend) {
    let mut pending = Vec::new();
    for n in 0..50u32 {
        let mut changes = Changeset::new();
        let row = backend.row(&key("counter")).await.unwrap();
        let expected = row.as_ref().map_or(Expected::Absent, |row| Expected::Version(row.version));
        changes.expect(key("counter"), expected).put(key("counter"), n.to_string());
        pending.push(backend.commit(changes).unwrap());
    }
    assert_eq!(value(backend, "counter").await.unwrap(), "49");
    let mut last = 0;
    for pending in pending {
        let version = pending.await.unwrap().version;
        assert!(version > last);
        last = version;
    }
    assert_eq!(*backend.progress().borrow(), last);
}

/// Prefix, strictly after, in byte order, limited; deletions and rewrites seen through.
pub async fn scans_give_prefix_order_and_limit(backend: &dyn Backend) {
    let mut model = BTreeMap::new();
    for round in 0..4u32 {
        let mut changes = Changeset::new();
        for n in 0..400u32 {
            let name = format!("s/{:04}", (n * 37 + round * 5) % 997);
            if (n + round) % 5 == 0 {
                model.remove(&name);
                changes.delete(key(&name));
            } else {
                model.insert(name.clone(), round.to_string());
                changes.put(key(&name), round.to_string());
            }
        }
        changes.put(key("r"), "before").put(key("s"), "not inside").put(key("t/0"), "after");
        // Half of the rounds are read before they are durable.
        let pending = backend.commit(changes).unwrap();
        if round % 2 == 0 {
            pending.await.unwrap();
        }
        for (after, limit) in [(None, 2000), (None, 10), (Some("s/0500"), 300), (Some("a"), 7)] {
            let after_key = after.map(key);
            let rows = backend.scan(b"s/", after_key.as_ref(), limit).await.unwrap();
            let found: Vec<_> = rows
                .iter()
                .map(|(key, row)| (key.to_string(), String::from_utf8(row.value.to_vec()).unwrap()))
                .collect();
            let expected: Vec<_> = model
                .iter()
                .filter(|(name, _)| after.is_none_or(|after| name.as_str() > after))
                .take(limit)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            assert_eq!(found, expected);
        }
    }
    assert_eq!(backend.scan(b"s/", Some(&key("t")), 9).await.unwrap(), []);
    assert_eq!(backend.scan(b"nothing", None, 9).await.unwrap(), []);
    assert_eq!(backend.durable_scan(b"t/", None, 9).await.unwrap().len(), 1);
    assert_eq!(backend.scan(b"", None, 1).await.unwrap()[0].0, key("r"));
}

/// A thousand small random changesets, some conflicting.
pub async fn random_changesets_agree_with_a_map(backend: &dyn Backend) {
    let entropy = SeededEntropy::new(42);
    let random = |below: u8| (&entropy as &dyn Entropy).bytes::<1>()[0] % below;
    let mut model: BTreeMap<RowKey, (u64, Bytes)> = BTreeMap::new();
    for step in 0..1000u32 {
        let mut changes = Changeset::new();
        let mut writes = BTreeMap::new();
        let mut holds = true;
        for _ in 0..=random(3) {
            let name = key(&format!("k{}", random(20)));
            let version = model.get(&name).map(|(version, _)| *version);
            let expected = match random(4) {
                0 => Expected::Absent,
                1 => Expected::Version(u64::from(step)),
                _ => version.map_or(Expected::Absent, Expected::Version),
            };
            holds &= expected.holds(version);
            changes.expect(name.clone(), expected);
            if random(3) == 0 {
                changes.delete(name.clone());
                writes.insert(name, None);
            } else {
                let value = Bytes::from(step.to_string());
                changes.put(name.clone(), value.clone());
                writes.insert(name, Some(value));
            }
        }
        match backend.commit(changes) {
            Ok(durable) => {
                assert!(holds, "step {step} should have conflicted");
                let committed = if random(8) == 0 { Some(durable.await.unwrap()) } else { None };
                for (name, value) in writes {
                    match value {
                        None => model.remove(&name),
                        Some(value) => {
                            let row = backend.row(&name).await.unwrap().unwrap();
                            if let Some(committed) = &committed {
                                assert_eq!(row.version, committed.version);
                            }
                            assert_eq!(row.value, value);
                            model.insert(name, (row.version, value))
                        }
                    };
                }
            }
            Err(CommitError::Conflict { .. }) => assert!(!holds, "step {step} should have held"),
            Err(error) => panic!("{error}"),
        }
    }
    backend.settled().await.unwrap();
    let rows = backend.scan(b"k", None, 100).await.unwrap();
    let rows: Vec<_> = rows.into_iter().map(|(key, row)| (key, (row.version, row.value))).collect();
    assert_eq!(rows, model.into_iter().collect::<Vec<_>>());
}

/// Too long is refused and changes nothing.
pub async fn bounds_are_kept(backend: &dyn Backend) {
    let mut changes = Changeset::new();
    changes.put(key("a"), vec![0; MAX_ROW_VALUE_BYTES + 1]);
    let refused = backend.commit(changes).unwrap_err();
    assert!(matches!(refused, CommitError::Invalid(InvalidChangeset::ValueTooLong { .. })));
    assert!(matches!(backend.put_object(Bytes::new()), Err(CommitError::Invalid(_))));
    let mut changes = Changeset::new();
    changes.put(key("a"), vec![7; MAX_ROW_VALUE_BYTES]);
    changes.append(LedgerEntry::new(vec![1; 65_535], vec![2; 1 << 20]));
    changes.append(LedgerEntry::new("", ""));
    commit(backend, changes).await;
    assert_eq!(value(backend, "a").await.unwrap().len(), MAX_ROW_VALUE_BYTES);
    let entries = backend.log().entries(0, 5).await.unwrap();
    let sizes: Vec<_> = entries.iter().map(|e| (e.entry.len(), e.record.len())).collect();
    assert_eq!(sizes, [(65_535, 1 << 20), (0, 0)]);
}

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

/// Content-addressed, readable at once, gone when discarded, and the same bytes may come again.
pub async fn objects_come_back_until_discarded(backend: &dyn Backend) {
    let photo = Bytes::from(vec![3; 100_000]);
    let pending = backend.put_object(photo.clone()).unwrap();
    let reference = pending.reference();
    assert_eq!((reference.id, reference.size_bytes), (Digest::of(&photo), 100_000));
    assert_eq!(backend.object(&reference.id).await.unwrap().unwrap(), photo);
    let again = backend.put_object(photo.clone()).unwrap();
    assert_eq!(pending.await.unwrap(), again.await.unwrap());
    let small: Vec<_> = (0..100u8).map(|n| Bytes::from(vec![n; 100 + usize::from(n)])).collect();
    let mut pending = Vec::new();
    for object in &small {
        pending.push(backend.put_object(object.clone()).unwrap());
    }
    for (pending, object) in pending.into_iter().zip(&small) {
        let reference = pending.await.unwrap();
        assert_eq!(backend.object(&reference.id).await.unwrap().as_ref(), Some(object));
    }
    assert!(backend.discard_object(&reference.id).await.unwrap());
    assert!(!backend.discard_object(&reference.id).await.unwrap());
    assert_eq!(backend.object(&reference.id).await.unwrap(), None);
    assert_eq!(backend.object(&Digest::of(b"never")).await.unwrap(), None);
    backend.put_object(photo.clone()).unwrap().await.unwrap();
    assert_eq!(backend.object(&reference.id).await.unwrap().unwrap(), photo);
    assert_eq!(backend.object(&Digest::of(&small[7])).await.unwrap().as_ref(), Some(&small[7]));
}

/// The object stays, its content is gone.
pub async fn shredding_a_key_makes_what_it_sealed_unreadable(backend: &dyn Backend) {
    let entropy = SeededEntropy::new(5);
    let (mine, yours) = (DataKeyId::of(&[b"mine"]), DataKeyId::of(&[b"yours"]));
    let key = backend.vault().create(mine).unwrap();
    let other = backend.vault().create(yours).unwrap();
    let photo = put_sealed(backend, &key, "photo", b"a face", &entropy).unwrap();
    let kept = put_sealed(backend, &other, "photo", b"another face", &entropy).unwrap();
    let (photo, kept) = (photo.await.unwrap(), kept.await.unwrap());
    assert_eq!(**open_sealed(backend, &photo, "photo").await.unwrap(), *b"a face");
    assert!(matches!(
        open_sealed(backend, &photo, "document").await,
        Err(OpenObjectError::Open(_))
    ));
    backend.vault().shred(&[mine]).unwrap();
    let refused = open_sealed(backend, &photo, "photo").await.unwrap_err();
    assert_eq!(refused, OpenObjectError::Vault(VaultError::Shredded { id: mine }));
    assert_eq!(**open_sealed(backend, &kept, "photo").await.unwrap(), *b"another face");
    assert!(backend.object(&photo.id).await.unwrap().is_some());
}
