//! What every backend must do, written once: run [`all`] against each of them.

#![expect(clippy::missing_panics_doc, reason = "a suite of assertions")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a suite of assertions")]

mod log;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use heqi_vocabulary::{Digest, Entropy};

use crate::backend::{Backend, CommitError};
use crate::changeset::{
    Changeset, Expected, InvalidChangeset, LedgerEntry, MAX_ROW_VALUE_BYTES, RowKey, leaf_index_of,
};
use crate::object::{OpenObjectError, open_sealed, put_sealed};
use crate::testing::SeededEntropy;
use crate::vault::{DataKeyId, VaultError};

pub use log::{
    every_tile_of_every_width_is_served, leaves_are_dense_and_proven_under_concurrency,
    only_own_checkpoints_are_published,
};

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
