use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use bytes::Bytes;
use parking_lot::{Condvar, Mutex};
use proptest::prelude::*;

use super::fixture::{Fixture, has, key, put};
use crate::backend::embedded::Embedded;
use crate::backend::{Backend, CommitError};
use crate::changeset::{Changeset, LedgerEntry};
use crate::durable_file::{Call, Disk, Faults, Verdict};
use crate::fsck::{FsckOptions, fsck};
use crate::object::put_sealed;
use crate::sealed::Sealed;
use crate::table::Table;
use crate::testing::tamper;
use crate::vault::DataKeyId;

#[tokio::test(flavor = "multi_thread")]
async fn planted_personal_data_stands_in_no_file() {
    const PLANTED: [&str; 3] = ["欧阳示例甲", "110101199003070017", "13800138000"];
    const PARTIES: Table<u32, Sealed<String>> = Table::new("party");
    let mut fixture = Fixture::new();
    fixture.settings.segment_bytes = 30_000;
    fixture.settings.snapshot_bytes = 30_000;
    let store = fixture.open();
    let mut keys = Vec::new();
    for n in 0..60u32 {
        let id = DataKeyId::of(&[b"filing", &n.to_be_bytes()]);
        let data_key = store.vault().create(id).unwrap();
        keys.push(data_key.clone());
        let entropy = &*fixture.entropy;
        let value = PLANTED[n as usize % 3].to_owned();
        let mut changes = Changeset::new();
        let sealed = PARTIES.seal(&n, &data_key, &value, entropy).unwrap();
        PARTIES.put(&mut changes, &n, &sealed).unwrap();
        let record = data_key.seal(b"record", value.as_bytes(), entropy);
        changes.append(LedgerEntry::new(format!("leaf {n}"), record));
        let photo = value.repeat(100);
        put_sealed(&store, &data_key, "photo", photo.as_bytes(), entropy).unwrap().await.unwrap();
        store.commit(changes).unwrap().await.unwrap();
    }
    store.vault().shred(&[keys[5].id()]).unwrap();
    store.log().publish(store.log().head().checkpoint().clone()).await.unwrap();
    let read = PARTIES.row(&store, &7).await.unwrap().unwrap().value;
    assert_eq!(PARTIES.open(&7, &read, store.vault()).unwrap(), PLANTED[1]);
    store.close().unwrap();

    let mut needles: Vec<Vec<u8>> = Vec::new();
    for planted in PLANTED {
        needles.push(planted.as_bytes().to_vec());
        needles.push(hex::encode(planted).into_bytes());
        for shift in 0..3 {
            // Base64 of a text differs with its place; the inner characters are the same.
            let shifted = [&b"xx"[..shift], planted.as_bytes()].concat();
            let encoded = BASE64_STANDARD_NO_PAD.encode(shifted);
            needles.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
        }
        let utf16: Vec<u8> = planted.encode_utf16().flat_map(u16::to_le_bytes).collect();
        needles.push(utf16);
    }
    needles.extend(keys.iter().map(|key| key.secret().to_vec()));
    let (mut files, mut bytes_read) = (0, 0);
    let mut directories = vec![fixture.settings.directory.clone()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            (files, bytes_read) = (files + 1, bytes_read + bytes.len());
            for needle in &needles {
                let found = bytes.windows(needle.len()).any(|window| window == needle);
                assert!(!found, "{} in {}", needle.escape_ascii(), path.display());
            }
        }
    }
    assert!(files > 10 && bytes_read > 100_000, "{files} files, {bytes_read} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_waiting_is_refused_not_piled_up() {
    let mut fixture = Fixture::new();
    fixture.settings.queued_items = 4;
    fixture.settings.queued_bytes = 300_000;
    let store = fixture.open();
    let mut refused = 0;
    let mut pending = Vec::new();
    for n in 0..3_000u32 {
        let mut changes = Changeset::new();
        changes.put(key(&format!("row/{n}")), vec![1; 50_000]);
        match store.commit(changes) {
            Ok(durable) => pending.push((n, durable)),
            Err(CommitError::Busy) => refused += 1,
            Err(error) => panic!("{error}"),
        }
        if refused > 10 {
            break;
        }
    }
    assert!(refused > 0, "3000 commits never outran the disk");
    for (n, durable) in pending {
        durable.await.unwrap();
        assert!(store.row(&key(&format!("row/{n}"))).await.unwrap().is_some());
    }
    assert_eq!(store.gauges().failures, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_replaces_segments_and_nothing_is_lost() {
    let mut fixture = Fixture::new();
    fixture.settings.segment_bytes = 20_000;
    fixture.settings.snapshot_bytes = 40_000;
    let mut model = BTreeMap::new();
    for round in 0..4 {
        let store = fixture.open();
        for n in 0..200u32 {
            let name = format!("k{}", (n * 7 + round) % 150);
            let mut changes = Changeset::new();
            if n % 9 == 0 {
                changes.delete(key(&name));
                model.remove(&name);
            } else {
                let value = vec![b'v'; 200 + n as usize];
                changes.put(key(&name), value.clone());
                model.insert(name, Bytes::from(value));
            }
            store.commit(changes).unwrap().await.unwrap();
        }
        while store.gauges().snapshot_bytes == 0 {
            tokio::task::yield_now().await;
        }
        if round % 2 == 0 { store.close().unwrap() } else { store.crash() }
    }
    assert!(!fixture.path("state/0000000000.seg").exists(), "replaced by a snapshot");
    fs::remove_dir_all(fixture.path("index")).unwrap();
    let store = fixture.open();
    let rows = store.scan(b"k", None, 1000).await.unwrap();
    let rows: BTreeMap<_, _> =
        rows.into_iter().map(|(key, row)| (key.to_string(), row.value)).collect();
    assert_eq!(rows, model);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_many_tiles_reopens_at_any_size() {
    let fixture = Fixture::new();
    let mut size = 0u64;
    for grow in [255, 1, 1, 511, 3000, 255, 62_000, 300] {
        let store = fixture.open();
        assert_eq!(store.log().head().size(), size);
        let mut left = grow;
        while left > 0 {
            let mut changes = Changeset::new();
            for _ in 0..left.min(1000) {
                changes.append(LedgerEntry::new(size.to_be_bytes().to_vec(), ""));
                size += 1;
                left -= 1;
            }
            store.commit(changes).unwrap().await.unwrap();
        }
        let head = store.log().head();
        for index in [0, size / 2, size - 1] {
            let proof = store.log().inclusion_proof(index, size).await.unwrap();
            let leaf = heqi_tlog::tree::leaf_hash(&index.to_be_bytes());
            heqi_tlog::proof::verify_inclusion(index, size, leaf, &proof, head.root()).unwrap();
            let entry = store.log().entry(index).await.unwrap().unwrap();
            assert_eq!(entry.entry, index.to_be_bytes().to_vec());
        }
        if grow % 2 == 0 { store.crash() } else { store.close().unwrap() }
    }
    let store = fixture.open();
    while store.gauges().tiling_lag >= 256 {
        tokio::task::yield_now().await;
    }
    store.close().unwrap();
    assert!(fixture.path("log/tile/1/000").exists());
    let options = FsckOptions::new(fixture.directory.path().join("scratch"));
    let report = fsck(&fixture.settings.directory, &options).unwrap();
    assert_eq!(report.damages, []);
    assert_eq!(report.leaves, size);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tile_that_was_changed_is_never_served_and_a_second_history_is_an_alarm() {
    let fixture = Fixture::new();
    let store = fixture.open();
    for _ in 0..3 {
        let mut changes = Changeset::new();
        for n in 0..300u32 {
            changes.append(LedgerEntry::new(n.to_be_bytes().to_vec(), ""));
        }
        store.commit(changes).unwrap().await.unwrap();
    }
    store.close().unwrap();
    let tile = fixture.path("log/tile/0/001");
    let mut bytes = fs::read(&tile).unwrap();
    bytes[40] ^= 1;
    fs::remove_file(&tile).unwrap();
    tamper(&tile, &bytes);
    // The right edge hangs on this tile: the root no longer comes out, all tiles are derived again, and the file that
    // does not agree stops the store.
    let store = fixture.try_open().unwrap();
    while fixture.stopped.lock().is_none() {
        tokio::task::yield_now().await;
    }
    let why = fixture.stopped.lock().clone().unwrap();
    assert!(why.contains("must not change"), "{why}");
    assert_eq!(store.settled().await, Err(CommitError::Stopped));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_future_does_not_undo_its_commit() {
    let fixture = Fixture::new();
    let store = fixture.open();
    let mut changes = Changeset::new();
    changes.put(key("row/x"), "x");
    drop(store.commit(changes).unwrap());
    assert!(store.durable_row(&key("row/x")).await.unwrap().is_some());
    store.close().unwrap();
    assert!(fixture.open().row(&key("row/x")).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_commits_what_was_accepted() {
    let fixture = Fixture::new();
    let store = Arc::new(fixture.open());
    let mut pending = Vec::new();
    for n in 0..500 {
        let mut changes = Changeset::new();
        changes.put(key(&format!("row/{n}")), n.to_string());
        changes.append(LedgerEntry::new(n.to_string(), ""));
        pending.push(store.commit(changes).unwrap());
    }
    store.close().unwrap();
    for pending in pending {
        pending.await.unwrap();
    }
    assert_eq!(store.commit(Changeset::new()).unwrap_err(), CommitError::Stopped);
    let again = fixture.open();
    assert_eq!(again.log().head().size(), 500);
    assert_eq!(again.scan(b"row/", None, 1000).await.unwrap().len(), 500);
    put(&again, "more").await;
    assert!(has(&again, "more").await);
}

#[derive(Clone, Debug)]
enum Step {
    Write(Vec<(u8, Option<u16>)>, u8),
    Close,
    Crash,
    LoseIndex,
}

fn step() -> impl Strategy<Value = Step> {
    let writes = prop::collection::vec((0u8..40, prop::option::of(any::<u16>())), 1..8);
    prop_oneof![
        20 => (writes, 0u8..4).prop_map(|(writes, leaves)| Step::Write(writes, leaves)),
        1 => Just(Step::Close),
        1 => Just(Step::Crash),
        1 => Just(Step::LoseIndex),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Any changesets, any stops in between: a map and a list remember the same.
    #[test]
    fn any_history_agrees_with_a_map(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut fixture = Fixture::new();
            fixture.settings.segment_bytes = 4_000;
            fixture.settings.snapshot_bytes = 6_000;
            let mut store = fixture.open();
            let mut rows = BTreeMap::new();
            let mut leaves = Vec::new();
            for step in steps {
                match step {
                    Step::Write(writes, count) => {
                        let mut changes = Changeset::new();
                        for (name, value) in writes {
                            let name = format!("k{name:02}");
                            match value {
                                None => {
                                    changes.delete(key(&name));
                                    rows.remove(&name);
                                }
                                Some(value) => {
                                    changes.put(key(&name), value.to_be_bytes().to_vec());
                                    rows.insert(name, value);
                                }
                            }
                        }
                        for _ in 0..count {
                            let entry = format!("leaf {}", leaves.len());
                            changes.append(LedgerEntry::new(entry.clone(), "r"));
                            leaves.push(entry);
                        }
                        let pending = store.commit(changes).unwrap();
                        pending.await.unwrap();
                    }
                    Step::Close => {
                        store.close().unwrap();
                        drop(store);
                        store = fixture.open();
                    }
                    Step::Crash => {
                        drop(store);
                        store = fixture.open();
                    }
                    Step::LoseIndex => {
                        drop(store);
                        fs::remove_dir_all(fixture.path("index")).unwrap();
                        store = fixture.open();
                    }
                }
                let found = store.scan(b"k", None, 100).await.unwrap();
                let found: BTreeMap<_, _> = found
                    .into_iter()
                    .map(|(key, row)| {
                        let value = u16::from_be_bytes(row.value.as_ref().try_into().unwrap());
                        (key.to_string(), value)
                    })
                    .collect();
                assert_eq!(found, rows);
                assert_eq!(store.log().head().size(), leaves.len() as u64);
            }
            let entries = store.log().entries(0, 10_000).await.unwrap();
            let entries: Vec<_> =
                entries.iter().map(|e| String::from_utf8(e.entry.to_vec()).unwrap()).collect();
            assert_eq!(entries, leaves);
            store.close().unwrap();
            let options = FsckOptions::new(fixture.directory.path().join("scratch"));
            let report = fsck(&fixture.settings.directory, &options).unwrap();
            assert_eq!(report.damages, []);
        });
    }
}

/// A disk on which whoever syncs waits until it is let go.
struct Gate(Mutex<bool>, Condvar);

impl Faults for Gate {
    fn verdict(&self, call: Call, _: &Path) -> Verdict {
        if call == Call::Sync {
            let mut is_shut = self.0.lock();
            while *is_shut {
                self.1.wait(&mut is_shut);
            }
        }
        Verdict::Proceed
    }
}

/// Opens the gate again, also where the test fails: a store that is dropped waits for its disk.
struct Opens(Arc<Gate>);

impl Drop for Opens {
    fn drop(&mut self) {
        *self.0.0.lock() = false;
        self.0.1.notify_all();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stalling_disk_holds_in_one_batch_is_counted_as_waiting() {
    let fixture = Fixture::new();
    let gate = Arc::new(Gate(Mutex::new(false), Condvar::new()));
    let mut ports = fixture.ports();
    ports.disk = Disk::with_faults(gate.clone());
    let store = Embedded::open(&fixture.settings, ports).unwrap();
    assert_eq!(store.gauges().disk_wait_ms, 0, "nothing is written");
    let opens = Opens(gate.clone());
    *gate.0.lock() = true;
    let pending: Vec<_> = (0..20)
        .map(|n| {
            let mut changes = Changeset::new();
            changes.put(key(&format!("row/{n}")), vec![1; 100]);
            store.commit(changes).unwrap()
        })
        .collect();
    // However many of them the committer took with it before it had to wait.
    for _ in 0..50 {
        let gauges = store.gauges();
        assert_eq!(gauges.queued_items, 20);
        assert!(gauges.queued_bytes >= 2_000, "{}", gauges.queued_bytes);
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    // However few they are, for how long is known.
    let mut waits_ms = Vec::new();
    while waits_ms.len() < 10_000 && waits_ms.last().is_none_or(|waited| *waited < 30) {
        waits_ms.push(store.gauges().disk_wait_ms);
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    assert!(waits_ms.last().is_some_and(|waited| *waited >= 30), "{waits_ms:?}");
    assert!(waits_ms.is_sorted(), "one batch, until it is done: {waits_ms:?}");
    drop(opens);
    for durable in pending {
        durable.await.unwrap();
    }
    while store.gauges().queued_items > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(store.gauges().queued_bytes, 0);
    assert_eq!(store.gauges().disk_wait_ms, 0);
}
