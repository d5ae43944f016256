//! A small program that writes to a store as fast as it can and says on its output what was
//! acknowledged, and the check of everything it said.
//!
//! One act commits a row, a leaf with its index row, the counter of its lane under a
//! precondition, and in every third act a sealed object under a data key of its own. Some
//! objects are discarded again, some data keys erased, some heads published.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use heqi_evidence_store::backend::embedded::{Embedded, Ports, Settings};
use heqi_evidence_store::backend::{Backend, CommitError};
use heqi_evidence_store::changeset::{
    Changeset, Expected, LedgerEntry, Row, RowKey, leaf_index_of,
};
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::fsck::{FsckOptions, Report, fsck};
use heqi_evidence_store::object::{ObjectRef, OpenObjectError, open_sealed, put_sealed};
use heqi_evidence_store::testing::{head_signer, note_signer};
use heqi_evidence_store::vault::{DataKeyId, FileKeyEncryptionKey, VaultError};
use heqi_service_kit::SystemEntropy;
use heqi_tlog::tree::Hash;
use parking_lot::Mutex;

use super::Tried;
use super::known::{Acknowledged, Going, Known, Word};

/// How long a lane waits for the store to end the process.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How a store of these tests lies and how large things get: small enough that segments
/// follow one another and snapshots are written within a round.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The store.
    pub(crate) directory: PathBuf,
    /// The key-encryption key, elsewhere.
    pub(crate) key_file: PathBuf,
    /// Free space below which nothing is accepted, in bytes.
    pub(crate) reserve_bytes: u64,
    /// Length of journal segments and of what makes a snapshot due, in bytes.
    pub(crate) segment_bytes: u64,
}

/// How much to write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    /// Names of this run begin with it.
    pub(crate) generation: u64,
    /// Acts at the same time.
    pub(crate) lanes: u64,
    /// Acts per lane; then the store is closed.
    pub(crate) acts: u64,
}

impl Place {
    /// A store below `folder`, its key beside it.
    pub(crate) fn below(folder: &Path) -> Self {
        Self {
            directory: folder.join("store"),
            key_file: folder.join("key-encryption.key"),
            reserve_bytes: 0,
            segment_bytes: 48 << 10,
        }
    }

    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings::new(&self.directory);
        settings.segment_bytes = self.segment_bytes;
        settings.snapshot_bytes = self.segment_bytes;
        settings.index_cache_bytes = 8 << 20;
        settings.reserve_bytes = self.reserve_bytes;
        settings
    }

    pub(crate) fn ports(&self) -> Tried<Ports> {
        let entropy = Arc::new(SystemEntropy);
        let key = if self.key_file.exists() {
            FileKeyEncryptionKey::load(&self.key_file, entropy.clone())?
        } else {
            FileKeyEncryptionKey::create(&self.key_file, &Disk::default(), entropy.clone())?
        };
        let mut ports = Ports::new(head_signer(), Arc::new(key), entropy);
        // The reason goes to the error stream, as it goes to the log in production.
        ports.stop_process = Arc::new(|what| {
            let _ = writeln!(std::io::stderr(), "the store stops: {what}");
            std::process::abort();
        });
        Ok(ports)
    }

    pub(crate) fn open(&self) -> Tried<Embedded> {
        Ok(Embedded::open(&self.settings(), self.ports()?)?)
    }

    /// The same; a store that stops says why to `last_words` and does not end this process.
    pub(crate) fn open_and_hear(&self, last_words: Arc<Mutex<String>>) -> Tried<Embedded> {
        let mut ports = self.ports()?;
        ports.stop_process = Arc::new(move |what| what.clone_into(&mut last_words.lock()));
        Ok(Embedded::open(&self.settings(), ports)?)
    }

    /// Reads everything again with all keys.
    pub(crate) fn fsck(&self) -> Tried<Report> {
        let scratch = self.key_file.with_file_name("scratch");
        fs::create_dir_all(&scratch)?;
        let mut options = FsckOptions::new(scratch);
        options.key_encryption = Some(self.ports()?.key_encryption);
        options.keys = vec![note_signer(7).verifier_key().clone()];
        Ok(fsck(&self.directory, &options)?)
    }

    /// Opens what a fault left, checks it against what is known, writes once more, closes it
    /// and reads everything again.
    pub(crate) async fn survives(&self, known: &Known) -> Tried<()> {
        let store = self.open().map_err(|error| format!("it does not open: {error}"))?;
        inspect(&store, known).await?;
        let size = store.log().head().size();
        act(&store, &format!("after-{size}-0"), 0, &|_: &Word| Ok(())).await?;
        store.close()?;
        let report = self.fsck()?;
        if report.is_sound() {
            return Ok(());
        }
        let damages: Vec<String> = report.damages.iter().map(ToString::to_string).collect();
        Err(format!("fsck: {}", damages.join("; ")).into())
    }
}

/// Writes until it is done or killed.
pub(crate) async fn run(place: &Place, work: Work) -> Tried<()> {
    let store = Arc::new(place.open()?);
    say(&Word::Ready { size: store.log().head().size() })?;
    let mut lanes = tokio::task::JoinSet::new();
    for lane in 0..work.lanes {
        let store = store.clone();
        lanes.spawn(async move {
            let prefix = format!("{}-{lane}", work.generation);
            for number in 0..work.acts {
                act(&store, &prefix, number, &say).await?;
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        });
    }
    while let Some(lane) = lanes.join_next().await {
        if let Err(error) = lane? {
            // The thread that could not write says why and ends the process; let it.
            tokio::time::sleep(LAST_WORDS).await;
            return Err(error);
        }
    }
    store.close()?;
    say(&Word::Closed)
}

/// One act, and what becomes of its object; `say` hears each word when it is due.
async fn act(
    store: &Embedded,
    prefix: &str,
    number: u64,
    say: &(dyn Fn(&Word) -> Tried<()> + Sync),
) -> Tried<()> {
    let name = format!("{prefix}-{number}");
    let mut changes = Changeset::new();
    let counter = key(&format!("lane/{prefix}"))?;
    let before = store.row(&counter).await?;
    let count = before.as_ref().map_or(Ok(0), count_of)?;
    changes
        .expect(counter.clone(), before.map_or(Expected::Absent, |r| Expected::Version(r.version)));
    changes.put(counter, (count + 1).to_string());
    let mut object = None;
    if number % 3 == 1 {
        let data_key = store.vault().create(DataKeyId::of(&[name.as_bytes()]))?;
        let put = put_sealed(store, &data_key, "object", &content(&name), &SystemEntropy)?;
        object = Some(put.reference());
        changes.put(key(&format!("object/{name}"))?, serde_json::to_vec(&put.reference())?);
    }
    changes.put(key(&format!("row/{name}"))?, name.clone());
    let leaf = LedgerEntry::new(format!("entry {name}"), format!("record {name} {:>300}", 0));
    changes.append(leaf.indexed_at(key(&format!("leaf/{name}"))?));
    let committed = store.commit(changes)?.await?;
    let leaf = committed.first_leaf_index.ok_or("a commit with a leaf has an index")?;
    let (size, root) = (committed.head.size(), committed.head.root().to_hex());
    let object_id = object.as_ref().map(|object: &ObjectRef| object.id);
    say(&Word::Acknowledged(Acknowledged { name: name.clone(), leaf, object, size, root }))?;
    if let Some(id) = object_id.filter(|_| number % 12 == 4) {
        say(&Word::Removing { name: name.clone(), what: Going::Object })?;
        store.discard_object(&id).await?;
    }
    if object_id.is_some() && number % 12 == 7 {
        say(&Word::Removing { name: name.clone(), what: Going::Key })?;
        store.vault().shred(&[DataKeyId::of(&[name.as_bytes()])])?;
    }
    if number % 10 == 9 {
        let head = committed.head;
        store.log().publish(head.checkpoint().clone()).await?;
        say(&Word::Published { size: head.size() })?;
    }
    Ok(())
}

/// That everything answered is there, nothing twice, and all heads ever seen are heads of
/// one history.
pub(crate) async fn inspect(store: &Embedded, known: &Known) -> Tried<()> {
    let log = store.log();
    let size = log.head().size();
    let mut entries = Vec::new();
    while u64::try_from(entries.len())? < size {
        let next = log.entries(u64::try_from(entries.len())?, 10_000).await?;
        if next.is_empty() {
            return Err(format!("{} of {size} entries can be read", entries.len()).into());
        }
        entries.extend(next);
    }
    let rows = all(store, "row/").await?;
    if rows.len() != entries.len() {
        return Err(format!("{} rows and {} leaves", rows.len(), entries.len()).into());
    }
    let indices = all(store, "leaf/").await?;
    let mut taken = BTreeSet::new();
    let mut lanes: BTreeMap<&str, u64> = BTreeMap::new();
    for name in rows.keys() {
        let index =
            indices.get(name).and_then(leaf_index_of).ok_or(format!("{name} has no leaf"))?;
        let entry = entries.get(usize::try_from(index)?).ok_or(format!("{name} is beyond"))?;
        if entry.entry != format!("entry {name}") || !taken.insert(index) {
            return Err(format!("{name}: leaf {index} is of another act").into());
        }
        *lanes.entry(name.rsplit_once('-').map_or("", |(lane, _)| lane)).or_default() += 1;
    }
    for (lane, row) in all(store, "lane/").await? {
        if lanes.get(lane.as_str()) != Some(&count_of(&row)?) {
            return Err(format!("lane {lane} counts otherwise than it has acts").into());
        }
    }
    let published = log.published().map_or(0, |head| head.size());
    if published < known.published {
        return Err(format!("published {} and now {published}", known.published).into());
    }
    for act in &known.acknowledged {
        check(store, known, act, &indices).await?;
    }
    Ok(())
}

async fn check(
    store: &Embedded,
    known: &Known,
    act: &Acknowledged,
    indices: &BTreeMap<String, Row>,
) -> Tried<()> {
    let name = &act.name;
    if indices.get(name).and_then(leaf_index_of) != Some(act.leaf) {
        return Err(format!("{name} was acknowledged at leaf {} and is lost", act.leaf).into());
    }
    if store.log().root_at(act.size).await? != Some(Hash::from_hex(&act.root)?) {
        return Err(format!("the head of size {} is of another history", act.size).into());
    }
    store.log().inclusion_proof(act.leaf, store.log().head().size()).await?;
    let Some(object) = &act.object else { return Ok(()) };
    match (open_sealed(store, object, "object").await, known.going(name)) {
        (Ok(opened), _) if *opened == content(name) => Ok(()),
        (Ok(_), _) => Err(format!("the object of {name} has other content").into()),
        // What was announced may have been done, and nothing else.
        (Err(OpenObjectError::Discarded), Some(Going::Object))
        | (Err(OpenObjectError::Vault(VaultError::Shredded { .. })), Some(Going::Key)) => Ok(()),
        (Err(error), _) => Err(format!("the object of {name}: {error}").into()),
    }
}

/// All rows below a prefix, by the rest of their keys.
async fn all(store: &Embedded, prefix: &str) -> Tried<BTreeMap<String, Row>> {
    let mut found = BTreeMap::new();
    let mut after: Option<RowKey> = None;
    loop {
        let page = store.scan(prefix.as_bytes(), after.as_ref(), 1_000).await?;
        let Some((last, _)) = page.last() else { return Ok(found) };
        after = Some(last.clone());
        for (key, row) in page {
            let name =
                String::from_utf8(key.as_bytes().get(prefix.len()..).unwrap_or(&[]).to_vec())?;
            found.insert(name, row);
        }
    }
}

fn content(name: &str) -> Vec<u8> {
    let length = 2_000 + name.bytes().map(usize::from).sum::<usize>() % 7 * 3_000;
    name.bytes().cycle().take(length).collect()
}

fn count_of(row: &Row) -> Tried<u64> {
    Ok(std::str::from_utf8(&row.value)?.parse()?)
}

fn key(text: &str) -> Result<RowKey, CommitError> {
    Ok(RowKey::new(text.to_owned())?)
}

fn say(word: &Word) -> Tried<()> {
    let mut line = serde_json::to_vec(word)?;
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    out.write_all(&line)?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests;
