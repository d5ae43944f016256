//! A crash at every call that changes the disk, plain and as a power cut: what was acknowledged is there, what is there
//! is whole, and the store goes on.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use heqi_vocabulary::{Digest, Entropy};
use parking_lot::Mutex;

use super::fixture::{Fixture, key, put};
use crate::backend::embedded::Embedded;
use crate::backend::{Backend, CommitError};
use crate::changeset::{Changeset, LedgerEntry, leaf_index_of};
use crate::durable_file::{Call, Disk, Faults, Verdict};
use crate::fsck::{FsckOptions, fsck};
use crate::object::{open_sealed, put_sealed};
use crate::testing::{SeededEntropy, tamper};
use crate::vault::{DataKeyId, VaultError};

/// Lets calls pass until one fails, after which every call fails: the process is dead. Remembers what a power cut would
/// leave.
struct Script {
    state: Mutex<ScriptState>,
}

struct ScriptState {
    calls: u64,
    fail_at: u64,
    verdict: Verdict,
    is_dead: bool,
    /// Bytes of each file that are on the disk for certain.
    synced: HashMap<PathBuf, u64>,
    /// Names given and not yet synced, with what stood under them before.
    named: BTreeMap<PathBuf, Option<Vec<u8>>>,
    /// Names removed and not yet synced.
    removed: BTreeMap<PathBuf, Vec<u8>>,
}

impl Script {
    fn new(fail_at: u64, verdict: Verdict) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(ScriptState {
                calls: 0,
                fail_at,
                verdict,
                is_dead: false,
                synced: HashMap::new(),
                named: BTreeMap::new(),
                removed: BTreeMap::new(),
            }),
        })
    }

    fn calls(&self) -> u64 {
        self.state.lock().calls
    }

    /// Does to the directory what losing power would do.
    fn cut_power(&self, directory: &Path, random: &dyn Entropy) {
        let state = self.state.lock();
        let dice = |sides: u64| u64::from_be_bytes(random.bytes()) % sides;
        for path in files_under(directory) {
            let name = path.strip_prefix(directory).unwrap();
            if name.starts_with("index") || name == Path::new("LOCK") {
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let length = bytes.len() as u64;
            let synced = state.synced.get(&path).copied().unwrap_or(0).min(length);
            if synced < length {
                let kept = usize::try_from(synced + dice(length - synced + 1)).unwrap();
                let mut left = bytes[..kept].to_vec();
                match dice(3) {
                    0 => {}
                    1 => left.resize(bytes.len(), 0),
                    _ => {
                        let mut noise = vec![0; bytes.len() - kept];
                        random.fill(&mut noise);
                        left.extend(noise);
                    }
                }
                tamper(&path, &left);
            }
        }
        for (path, old) in &state.named {
            if dice(2) == 0 && path.exists() && !path.is_dir() {
                match old {
                    None => fs::remove_file(path).unwrap(),
                    Some(old) => tamper(path, old),
                }
            }
        }
        for (path, content) in &state.removed {
            if dice(2) == 0 && !path.exists() && path.parent().unwrap().exists() {
                tamper(path, content);
            }
        }
        let index = directory.join("index");
        match dice(4) {
            0 => fs::remove_dir_all(&index).unwrap_or_default(),
            1 if index.join("db").exists() => {
                let db = fs::OpenOptions::new().write(true).open(index.join("db")).unwrap();
                let length = db.metadata().unwrap().len();
                db.set_len(dice(length + 1)).unwrap();
            }
            2 if index.join("db").exists() => {
                let mut bytes = fs::read(index.join("db")).unwrap();
                for _ in 0..20 {
                    let at = usize::try_from(dice(bytes.len().max(1) as u64)).unwrap();
                    if let Some(page) = bytes.get_mut(at..at + 512) {
                        page.fill(0);
                    }
                }
                tamper(index.join("db"), &bytes);
            }
            _ => {}
        }
    }
}

impl Faults for Script {
    fn verdict(&self, call: Call, path: &Path) -> Verdict {
        let mut state = self.state.lock();
        if state.is_dead {
            return Verdict::Fail;
        }
        state.calls += 1;
        let verdict = if state.calls == state.fail_at { state.verdict } else { Verdict::Proceed };
        state.is_dead = state.calls == state.fail_at;
        if verdict == Verdict::Fail {
            return verdict;
        }
        match call {
            Call::Sync => {
                let length = fs::metadata(path).map_or(0, |file| file.len());
                state.synced.insert(path.to_owned(), length);
            }
            Call::Rename if !path.is_dir() => {
                let mut temporary = path.as_os_str().to_owned();
                temporary.push(".tmp");
                let synced = state.synced.remove(Path::new(&temporary)).unwrap_or(0);
                state.synced.insert(path.to_owned(), synced);
                state.named.insert(path.to_owned(), fs::read(path).ok());
                state.removed.remove(path);
            }
            Call::Remove if path.is_file() => {
                state.removed.insert(path.to_owned(), fs::read(path).unwrap());
                state.named.remove(path);
            }
            Call::SyncDirectory => {
                state.named.retain(|named, _| named.parent() != Some(path));
                state.removed.retain(|removed, _| removed.parent() != Some(path));
            }
            _ => {}
        }
        verdict
    }
}

/// What a client of the store knows for certain.
#[derive(Default)]
struct Acknowledged {
    rounds: Vec<Round>,
    discarded: Vec<Digest>,
    shredded: Vec<usize>,
    published: u64,
}

struct Round {
    object: crate::object::ObjectRef,
    first_leaf: u64,
}

const LEAVES_PER_ROUND: u64 = 40;

fn data_key(round: usize) -> DataKeyId {
    DataKeyId::of(&[&round.to_be_bytes()])
}

/// Everything a store can be asked to do, until it fails.
async fn work(store: &Embedded, acknowledged: &mut Acknowledged) -> Result<(), CommitError> {
    let entropy = SeededEntropy::new(3);
    for round in 0..9 {
        let stopped = |_| CommitError::Stopped;
        let key_of_round = store.vault().create(data_key(round)).map_err(stopped)?;
        let content = vec![7; 3_000 + round];
        let object = put_sealed(store, &key_of_round, "photo", &content, &entropy)?;
        let reference = object.reference();
        let mut changes = Changeset::new();
        changes.put(key(&format!("round/{round}")), serde_json::to_vec(&reference).unwrap());
        changes.put(key("latest"), round.to_string());
        for n in 0..LEAVES_PER_ROUND {
            let leaf = LedgerEntry::new(format!("leaf {round}/{n}"), vec![9; 50]);
            changes.append(leaf.indexed_at(key(&format!("leaf/{round}/{n}"))));
        }
        let committed = store.commit(changes)?.await?;
        let first_leaf = committed.first_leaf_index.unwrap();
        acknowledged.rounds.push(Round { object: reference, first_leaf });
        if round % 4 == 2 {
            let victim = acknowledged.rounds[round - 1].object.id;
            // Once asked for, it may be gone whether or not the answer came.
            acknowledged.discarded.push(victim);
            store.discard_object(&victim).await?;
            acknowledged.shredded.push(round - 2);
            store.vault().shred(&[data_key(round - 2)]).map_err(stopped)?;
        }
        if round % 3 == 1 {
            let head = committed.head;
            store
                .log()
                .publish(head.checkpoint().clone())
                .await
                .map_err(|_| CommitError::Stopped)?;
            acknowledged.published = head.size();
        }
    }
    // A snapshot is written behind the commits; crash in that, too.
    while store.gauges().snapshot_bytes == 0 && store.gauges().compaction_failures == 0 {
        store.settled().await?;
        tokio::task::yield_now().await;
    }
    store.close().map_err(|_| CommitError::Stopped)
}

/// What was acknowledged is there; what was not is there as a whole or not at all.
async fn inspect(store: &Embedded, acknowledged: &Acknowledged) {
    let log = store.log();
    let size = log.head().size();
    assert!(log.published().map_or(0, |head| head.size()) >= acknowledged.published);
    let rounds = usize::try_from(size / LEAVES_PER_ROUND).unwrap();
    assert_eq!(size % LEAVES_PER_ROUND, 0, "no part of a changeset");
    assert!(rounds >= acknowledged.rounds.len(), "an acknowledged round is missing");
    let latest = store.row(&key("latest")).await.unwrap().map(|row| row.value);
    assert_eq!(latest, rounds.checked_sub(1).map(|last| Bytes::from(last.to_string())));
    for round in 0..rounds {
        let row = store.row(&key(&format!("round/{round}"))).await.unwrap().unwrap();
        let reference: crate::object::ObjectRef = serde_json::from_slice(&row.value).unwrap();
        if let Some(known) = acknowledged.rounds.get(round) {
            assert_eq!(reference, known.object);
            assert_eq!(known.first_leaf, round as u64 * LEAVES_PER_ROUND);
        }
        if !acknowledged.discarded.contains(&reference.id) {
            assert!(store.object(&reference.id).await.unwrap().is_some(), "object {round}");
        }
        if acknowledged.shredded.contains(&round) {
            let found = store.vault().key(data_key(round));
            let shredded = VaultError::Shredded { id: data_key(round) };
            assert!(found.is_ok() || found == Err(shredded), "erased or not yet, never damaged");
        } else if !acknowledged.discarded.contains(&reference.id) {
            let content = open_sealed(store, &reference, "photo").await.unwrap();
            assert_eq!(content.len(), 3_000 + round);
        }
        for n in 0..LEAVES_PER_ROUND {
            let row = store.row(&key(&format!("leaf/{round}/{n}"))).await.unwrap().unwrap();
            assert_eq!(leaf_index_of(&row), Some(round as u64 * LEAVES_PER_ROUND + n));
        }
    }
    let entries = log.entries(0, 10_000).await.unwrap();
    assert_eq!(entries.len() as u64, size);
    for (at, entry) in entries.iter().enumerate() {
        let (round, n) = (at as u64 / LEAVES_PER_ROUND, at as u64 % LEAVES_PER_ROUND);
        assert_eq!(entry.entry, format!("leaf {round}/{n}"));
    }
}

impl PartialEq for crate::vault::DataKey {
    fn eq(&self, other: &Self) -> bool {
        self.secret() == other.secret()
    }
}

fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.settings.segment_bytes = 7_000;
    fixture.settings.snapshot_bytes = 7_000;
    fixture
}

/// Crashes at call `fail_at`; says whether the work was cut short.
async fn crash_at(fail_at: u64, verdict: Verdict, has_power_cut: bool) -> bool {
    let fixture = fixture();
    let script = Script::new(fail_at, verdict);
    let mut ports = fixture.ports();
    ports.disk = Disk::with_faults(script.clone());
    let mut acknowledged = Acknowledged::default();
    let result = match Embedded::open(&fixture.settings, ports) {
        Err(_) => Err(CommitError::Stopped),
        Ok(store) => {
            let result = work(&store, &mut acknowledged).await;
            store.crash();
            result
        }
    };
    if has_power_cut {
        script.cut_power(&fixture.settings.directory, &SeededEntropy::new(fail_at));
    }
    let what = format!("crash at call {fail_at} ({verdict:?}, power cut {has_power_cut})");
    // The first start after the crash may be interrupted, too.
    let again = Script::new(1 + fail_at % 17, verdict);
    let mut ports = fixture.ports();
    ports.disk = Disk::with_faults(again);
    drop(Embedded::open(&fixture.settings, ports));

    let store = fixture.try_open().unwrap_or_else(|error| panic!("{what}: {error}"));
    inspect(&store, &acknowledged).await;
    put(&store, "afterwards").await;
    store.close().unwrap_or_else(|error| panic!("{what}: {error}"));
    let options = FsckOptions::new(fixture.directory.path().join("scratch"));
    let report = fsck(&fixture.settings.directory, &options).unwrap();
    assert_eq!(report.damages, [], "{what}");
    result.is_err()
}

/// Crashes at every `stride`-th call, beginning with the `first`: the four tests below share the calls among them.
async fn crash_everywhere(verdict: Verdict, has_power_cut: bool, first: u64, stride: usize) {
    let counted = fixture();
    let script = Script::new(0, Verdict::Proceed);
    let mut ports = counted.ports();
    ports.disk = Disk::with_faults(script.clone());
    let store = Embedded::open(&counted.settings, ports).unwrap();
    work(&store, &mut Acknowledged::default()).await.unwrap();
    assert!(script.calls() > 150, "{} calls", script.calls());
    let mut cut_short = 0;
    for fail_at in (first..=script.calls()).step_by(stride) {
        cut_short += u64::from(crash_at(fail_at, verdict, has_power_cut).await);
    }
    // Failures of snapshots and of giving space back are survived; most others are not.
    assert!(cut_short * 2 > script.calls() / stride as u64, "{cut_short} of {}", script.calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_fails_loses_nothing_acknowledged() {
    crash_everywhere(Verdict::Fail, false, 1, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_done_but_reported_lost_loses_nothing_acknowledged() {
    crash_everywhere(Verdict::DoThenFail, false, 2, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_before_any_call_loses_nothing_acknowledged() {
    crash_everywhere(Verdict::Fail, true, 1, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_after_any_call_loses_nothing_acknowledged() {
    crash_everywhere(Verdict::DoThenFail, true, 2, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_the_last_batch_is_written_once_more_before_it_is_relied_on() {
    struct Recorder(Mutex<Vec<(Call, PathBuf)>>);
    impl Faults for Recorder {
        fn verdict(&self, call: Call, path: &Path) -> Verdict {
            self.0.lock().push((call, path.to_owned()));
            Verdict::Proceed
        }
    }
    for (journal, other) in [("ledger", "objects"), ("objects", "ledger")] {
        let fixture = Fixture::new();
        let store = fixture.open();
        store.vault().create(data_key(1)).unwrap();
        put(&store, "one").await;
        if journal == "objects" {
            store.put_object(Bytes::from("object")).unwrap().await.unwrap();
        }
        store.crash();
        let recorder = Arc::new(Recorder(Mutex::default()));
        let mut ports = fixture.ports();
        ports.disk = Disk::with_faults(recorder.clone());
        let store = Embedded::open(&fixture.settings, ports).unwrap();
        let calls = recorder.0.lock().clone();
        let of = |name: &str| -> Vec<Call> {
            let of_file = calls.iter().filter(|(_, path)| *path == fixture.path(name));
            of_file.map(|(call, _)| *call).collect()
        };
        let again = [Call::Create, Call::Write, Call::Sync];
        assert_eq!(of(&format!("{journal}/0000000000.seg")), again);
        assert_eq!(of("state/0000000000.seg"), again);
        assert_eq!(of("vault/0000000000.vault"), again);
        assert_eq!(of(&format!("{other}/0000000000.seg")), [Call::Create, Call::Sync]);
        assert!(super::fixture::has(&store, "one").await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nearly_full_disk_refuses_and_takes_up_again() {
    struct Full(std::sync::atomic::AtomicU64);
    impl Faults for Full {
        fn verdict(&self, _: Call, _: &Path) -> Verdict {
            Verdict::Proceed
        }
        fn free_bytes(&self, _: u64) -> u64 {
            self.0.load(std::sync::atomic::Ordering::Relaxed)
        }
    }
    let mut fixture = Fixture::new();
    fixture.settings.reserve_bytes = 1000;
    let free = Arc::new(Full(2000.into()));
    let mut ports = fixture.ports();
    ports.disk = Disk::with_faults(free.clone());
    let store = Embedded::open(&fixture.settings, ports).unwrap();
    put(&store, "one").await;
    put(&store, "two").await;
    // The committer looks after each batch, once it has answered.
    free.0.store(999, std::sync::atomic::Ordering::Relaxed);
    let refused = loop {
        match store.commit(Changeset::new()) {
            Ok(pending) => drop(pending.await.unwrap()),
            Err(error) => break error,
        }
    };
    assert_eq!(refused, CommitError::DiskFull);
    assert!(matches!(store.put_object(Bytes::from("x")), Err(CommitError::DiskFull)));
    assert!(super::fixture::has(&store, "two").await, "reading goes on");
    free.0.store(1000, std::sync::atomic::Ordering::Relaxed);
    put(&store, "three").await;
    assert!(fixture.stopped.lock().is_none());
}

fn files_under(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop().filter(|directory| directory.exists()) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { directories.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}
