//! The index: rows in sled, which can be thrown away at any time. sled panics where others return errors, and its
//! `flush` is no fsync on Linux; therefore every call is fenced, every value carries a checksum, and nothing is ever
//! read from here that was not first durable in the journals (`docs/adr/0010-journals-decide.md`).

use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use crc32c::{crc32c, crc32c_append};
use parking_lot::RwLock;

use crate::changeset::Row;
use crate::journal::segment::StoreId;
use crate::journal::state::RowWrite;

/// The last batch that is applied whole. Sorts before every row: rows begin with a namespace letter.
const APPLIED: &[u8] = b"\0applied";
/// The newest batch of which rows may be there.
const BEGUN: &[u8] = b"\0begun";
/// Before every row and after everything else.
pub(crate) const BEFORE_ROWS: &[u8] = b"\x01";
const VALUE_HEADER_BYTES: usize = 12;

/// The index failed: an error, a panic, or a value that is not what was written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the index failed: {what}")]
pub(crate) struct IndexFault {
    pub(crate) what: String,
}

/// Rows in sled.
#[derive(Debug)]
pub(crate) struct Index {
    /// Taken out when the store closes or stops, so that the files are free for the next start.
    db: RwLock<Option<sled::Db>>,
    path: PathBuf,
    store: StoreId,
}

impl Index {
    /// Opens or makes the index in `path`.
    pub(crate) fn open(path: &Path, store: StoreId, cache_bytes: u64) -> Result<Self, IndexFault> {
        // No syncs of its own: they would only compete with those of the journals, and promise nothing.
        let config =
            sled::Config::new().path(path).cache_capacity(cache_bytes).flush_every_ms(None);
        let db = fenced(|| config.open())?;
        Ok(Self { db: RwLock::new(Some(db)), path: path.to_owned(), store })
    }

    /// The number of the last batch applied; `None` if the index is empty, of another store or unfinished.
    pub(crate) fn applied(&self) -> Result<Option<u64>, IndexFault> {
        self.noted(APPLIED)
    }

    /// The number of the newest batch of which rows may be there: not below [`Index::applied`].
    pub(crate) fn begun(&self) -> Result<Option<u64>, IndexFault> {
        Ok(self.noted(BEGUN)?.max(self.applied()?))
    }

    fn noted(&self, name: &[u8]) -> Result<Option<u64>, IndexFault> {
        let meta = self.with(|db| db.get(name))?;
        Ok(meta.and_then(|meta| {
            let (batch, store) = meta.split_first_chunk::<8>()?;
            (store == self.store).then(|| u64::from_be_bytes(*batch))
        }))
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Row>, IndexFault> {
        let value = self.with(|db| db.get(key))?;
        value.map(|value| decode(key, &value)).transpose()
    }

    /// Rows from a key on, in order, at most `limit`. `from` lies after [`BEFORE_ROWS`].
    pub(crate) fn range(
        &self,
        from: Bound<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Bytes, Row)>, IndexFault> {
        self.range_within(&[], from, limit)
    }

    /// The same as long as keys begin with `prefix`: rows behind them are not read, or most of a look at a few rows
    /// would be reading their neighbours.
    pub(crate) fn range_within(
        &self,
        prefix: &[u8],
        from: Bound<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Bytes, Row)>, IndexFault> {
        let bounds: (Bound<&[u8]>, Bound<&[u8]>) = (from, Bound::Unbounded);
        let is_within = |pair: &sled::Result<(sled::IVec, sled::IVec)>| {
            pair.as_ref().map_or(true, |(key, _)| key.starts_with(prefix))
        };
        let pairs: Vec<_> = self
            .with(|db| db.range::<&[u8], _>(bounds).take_while(is_within).take(limit).collect())?;
        pairs
            .into_iter()
            .map(|(key, value)| Ok((Bytes::copy_from_slice(&key), decode(&key, &value)?)))
            .collect()
    }

    /// Applies writes up to and with those of `batch`, then notes its number. Row by row: a batch of sled's own keeps
    /// all readers waiting until its last row. What a crash leaves half applied lies over the number noted last, and
    /// is applied again.
    pub(crate) fn apply<'a>(
        &self,
        batch: u64,
        writes: impl IntoIterator<Item = &'a RowWrite>,
    ) -> Result<(), IndexFault> {
        let mut number = batch.to_be_bytes().to_vec();
        number.extend_from_slice(&self.store);
        self.with(|db| {
            db.insert(BEGUN, number.as_slice())?;
            for write in writes {
                match &write.value {
                    None => db.remove(&write.key)?,
                    Some(value) => db.insert(&write.key, encode(write, value))?,
                };
            }
            db.insert(APPLIED, number.as_slice())
        })
        .map(|_| ())
    }

    /// Puts rows without noting a batch: while rebuilding.
    pub(crate) fn load(&self, writes: &[RowWrite]) -> Result<(), IndexFault> {
        self.with(|db| db.apply_batch(rows(writes)))
    }

    /// Flushes everything to the system. The caller syncs [`Index::files`] afterwards.
    pub(crate) fn flush(&self) -> Result<(), IndexFault> {
        self.with(sled::Tree::flush).map(|_| ())
    }

    /// Lets go of the files; every later call fails.
    pub(crate) fn release(&self) {
        let db = self.db.write().take();
        // sled may panic while it lets go, too.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(db)));
    }

    /// Calls sled so that its panics become errors.
    fn with<T>(&self, call: impl FnOnce(&sled::Tree) -> sled::Result<T>) -> Result<T, IndexFault> {
        let db = self.db.read();
        let db = db.as_ref().ok_or_else(|| IndexFault { what: "it is closed".to_owned() })?;
        fenced(|| call(db))
    }

    /// The files that have to be synced for the index to be durable.
    pub(crate) fn files(&self) -> std::io::Result<Vec<PathBuf>> {
        let entries = std::fs::read_dir(&self.path)?;
        let paths = entries.map(|entry| Ok(entry?.path()));
        paths.filter(|path| path.as_ref().map_or(true, |path| path.is_file())).collect()
    }
}

fn rows(writes: &[RowWrite]) -> sled::Batch {
    let mut changes = sled::Batch::default();
    for write in writes {
        match &write.value {
            None => changes.remove(write.key.as_ref()),
            Some(value) => changes.insert(write.key.as_ref(), encode(write, value)),
        }
    }
    changes
}

/// Version ‖ CRC32C(key ‖ version ‖ value) ‖ value.
fn encode(write: &RowWrite, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(VALUE_HEADER_BYTES + value.len());
    bytes.extend_from_slice(&write.version.to_be_bytes());
    bytes.extend_from_slice(&checksum(&write.key, write.version, value).to_be_bytes());
    bytes.extend_from_slice(value);
    bytes
}

fn decode(key: &[u8], bytes: &[u8]) -> Result<Row, IndexFault> {
    let read = || {
        let (version, rest) = bytes.split_first_chunk::<8>()?;
        let (stored, value) = rest.split_first_chunk::<4>()?;
        let version = u64::from_be_bytes(*version);
        (checksum(key, version, value) == u32::from_be_bytes(*stored))
            .then(|| Row { version, value: Bytes::copy_from_slice(value) })
    };
    read().ok_or_else(|| IndexFault {
        what: format!("row {} fails its checksum", key.escape_ascii()),
    })
}

fn checksum(key: &[u8], version: u64, value: &[u8]) -> u32 {
    crc32c_append(crc32c_append(crc32c(key), &version.to_be_bytes()), value)
}

fn fenced<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, IndexFault> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(IndexFault { what: error.to_string() }),
        Err(_) => Err(IndexFault { what: "sled panicked".to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_within_a_prefix_ends_with_it_and_one_without_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path(), [7; 16], 1 << 20).unwrap();
        let row = |key: &'static str| RowWrite {
            key: Bytes::from_static(key.as_bytes()),
            version: 1,
            value: Some(Bytes::from_static(b"value")),
        };
        index.apply(1, &["ra/1", "ra/2", "rb/1"].map(row)).unwrap();
        let keys = |found: Vec<(Bytes, Row)>| -> Vec<Bytes> {
            found.into_iter().map(|(key, _)| key).collect()
        };
        let within = index.range_within(b"ra/", Bound::Included(b"ra/"), 10).unwrap();
        assert_eq!(keys(within), ["ra/1", "ra/2"]);
        let rest = index.range_within(b"ra/", Bound::Excluded(b"ra/1"), 10).unwrap();
        assert_eq!(keys(rest), ["ra/2"]);
        let first = index.range_within(b"ra/", Bound::Included(b"ra/"), 1).unwrap();
        assert_eq!(keys(first), ["ra/1"]);
        assert_eq!(keys(index.range(Bound::Included(b"ra/"), 10).unwrap()).len(), 3);
    }
}
