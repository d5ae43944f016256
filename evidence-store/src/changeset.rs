//! Rows, their keys, and the changeset: everything one business act writes, at once or not at all.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;

/// The longest row key, in bytes.
pub const MAX_ROW_KEY_BYTES: usize = 512;
/// The longest row value, in bytes. Photos and documents are objects, never rows.
pub const MAX_ROW_VALUE_BYTES: usize = 60_000;
/// The longest log entry, in bytes (tlog-tiles: the length has to fit 16 bits).
pub const MAX_ENTRY_BYTES: usize = 65_535;
/// The longest record kept beside a log entry, in bytes.
pub const MAX_RECORD_BYTES: usize = 1 << 20;
/// The most bytes one changeset may carry, keys, values, entries and records together.
pub const MAX_CHANGESET_BYTES: usize = 4 << 20;

/// The name of a row: 1 to 512 bytes, compared as bytes. A key never contains personal data, because keys are not
/// encrypted and appear in logs.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RowKey(Bytes);

impl RowKey {
    /// Checks the length of a key.
    ///
    /// # Errors
    /// When the key is empty or longer than [`MAX_ROW_KEY_BYTES`].
    pub fn new(key: impl Into<Bytes>) -> Result<Self, InvalidChangeset> {
        let key = key.into();
        if key.is_empty() || key.len() > MAX_ROW_KEY_BYTES {
            return Err(InvalidChangeset::KeyLength { size_bytes: key.len() });
        }
        Ok(Self(key))
    }

    /// The bytes of the key.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.escape_ascii(), f)
    }
}

impl fmt::Debug for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RowKey({self})")
    }
}

/// A row as it stands: its bytes and the version to expect when changing it.
#[derive(Clone, Eq, PartialEq)]
pub struct Row {
    /// Names the commit that wrote the row. Grows with every change and is never used twice, so a row that was deleted
    /// and written again has a version no earlier reader can hold.
    pub version: u64,
    /// The bytes of the row.
    pub value: Bytes,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row(version {}, {} bytes)", self.version, self.value.len())
    }
}

/// What a changeset demands of a row before it may be applied.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expected {
    /// There is no such row.
    Absent,
    /// The row was last written by this commit.
    Version(u64),
}

impl Expected {
    /// Whether a row of this version (`None`: no row) is what was expected.
    pub fn holds(self, version: Option<u64>) -> bool {
        match self {
            Self::Absent => version.is_none(),
            Self::Version(expected) => version == Some(expected),
        }
    }
}

/// One leaf of the log, with the record kept beside it.
#[derive(Clone, Eq, PartialEq)]
pub struct LedgerEntry {
    /// The log entry: what the tree hashes and what is published. Never personal data.
    pub entry: Bytes,
    /// The record the entry commits to, kept beside it and never published; may be empty. The store does not read it.
    pub record: Bytes,
    /// A row to be written in the same commit, holding the leaf index as 8 big-endian bytes. The index is not known
    /// before the commit is accepted, so nobody else can write it as one act.
    pub index_row: Option<RowKey>,
}

impl LedgerEntry {
    /// An entry with the record beside it and no index row.
    pub fn new(entry: impl Into<Bytes>, record: impl Into<Bytes>) -> Self {
        Self { entry: entry.into(), record: record.into(), index_row: None }
    }

    /// The same, with a row that will hold the leaf index.
    #[must_use]
    pub fn indexed_at(self, row: RowKey) -> Self {
        Self { index_row: Some(row), ..self }
    }
}

impl fmt::Debug for LedgerEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LedgerEntry({} bytes, record of {} bytes", self.entry.len(), self.record.len())?;
        self.index_row.iter().try_for_each(|row| write!(f, ", index in {row}"))?;
        f.write_str(")")
    }
}

/// Reads the value of an index row ([`LedgerEntry::index_row`]).
pub fn leaf_index_of(row: &Row) -> Option<u64> {
    Some(u64::from_be_bytes(row.value.as_ref().try_into().ok()?))
}

/// What one business act writes: applied as a whole, or not at all.
#[derive(Clone, Debug, Default)]
pub struct Changeset {
    preconditions: Vec<(RowKey, Expected)>,
    writes: BTreeMap<RowKey, Option<Bytes>>,
    entries: Vec<LedgerEntry>,
}

impl Changeset {
    /// A changeset that does nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Demands that `key` be as expected when the changeset is applied.
    pub fn expect(&mut self, key: RowKey, expected: Expected) -> &mut Self {
        self.preconditions.push((key, expected));
        self
    }

    /// Writes a row. The last write of a key in a changeset wins.
    pub fn put(&mut self, key: RowKey, value: impl Into<Bytes>) -> &mut Self {
        self.writes.insert(key, Some(value.into()));
        self
    }

    /// Removes a row; removing what is not there does nothing.
    pub fn delete(&mut self, key: RowKey) -> &mut Self {
        self.writes.insert(key, None);
        self
    }

    /// Appends a leaf to the log.
    pub fn append(&mut self, entry: LedgerEntry) -> &mut Self {
        self.entries.push(entry);
        self
    }

    /// Adds everything `other` demands and writes, after what is already here.
    pub fn merge(&mut self, other: Self) -> &mut Self {
        self.preconditions.extend(other.preconditions);
        self.writes.extend(other.writes);
        self.entries.extend(other.entries);
        self
    }

    /// Whether the changeset writes nothing.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.entries.is_empty()
    }

    /// What must hold, in the order it was demanded.
    pub fn preconditions(&self) -> &[(RowKey, Expected)] {
        &self.preconditions
    }

    /// What is written (`Some`) and removed (`None`), by key.
    pub fn writes(&self) -> impl Iterator<Item = (&RowKey, Option<&Bytes>)> {
        self.writes.iter().map(|(key, value)| (key, value.as_ref()))
    }

    /// The leaves, in the order they will stand in the log.
    pub fn entries(&self) -> &[LedgerEntry] {
        &self.entries
    }

    /// Checks every bound of `docs/spec/store.md` section 2 and gives the size in bytes.
    ///
    /// # Errors
    /// When a value, an entry, a record or the whole is too long.
    pub fn check(&self) -> Result<usize, InvalidChangeset> {
        let mut total = 0usize;
        for (key, value) in &self.writes {
            let size_bytes = value.as_ref().map_or(0, Bytes::len);
            if size_bytes > MAX_ROW_VALUE_BYTES {
                return Err(InvalidChangeset::ValueTooLong { key: key.clone(), size_bytes });
            }
            total = total.saturating_add(key.0.len() + size_bytes);
        }
        for entry in &self.entries {
            if entry.entry.len() > MAX_ENTRY_BYTES {
                return Err(InvalidChangeset::EntryTooLong { size_bytes: entry.entry.len() });
            }
            if entry.record.len() > MAX_RECORD_BYTES {
                return Err(InvalidChangeset::RecordTooLong { size_bytes: entry.record.len() });
            }
            let index_row = entry.index_row.as_ref().map_or(0, |key| key.0.len());
            total = total.saturating_add(entry.entry.len() + entry.record.len() + index_row);
        }
        if total > MAX_CHANGESET_BYTES {
            return Err(InvalidChangeset::TooLong { size_bytes: total });
        }
        Ok(total)
    }
}

/// A changeset no backend takes.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidChangeset {
    /// The key is empty or too long.
    #[error("a row key has 1 to {MAX_ROW_KEY_BYTES} bytes, not {size_bytes}")]
    KeyLength {
        /// Length of the key.
        size_bytes: usize,
    },
    /// The value is too long.
    #[error("row {key} would hold {size_bytes} bytes, more than {MAX_ROW_VALUE_BYTES}")]
    ValueTooLong {
        /// The row.
        key: RowKey,
        /// Length of the value.
        size_bytes: usize,
    },
    /// The log entry is too long.
    #[error("a log entry of {size_bytes} bytes is longer than {MAX_ENTRY_BYTES}")]
    EntryTooLong {
        /// Length of the entry.
        size_bytes: usize,
    },
    /// The record is too long.
    #[error("a record of {size_bytes} bytes is longer than {MAX_RECORD_BYTES}")]
    RecordTooLong {
        /// Length of the record.
        size_bytes: usize,
    },
    /// All together is too much for one act.
    #[error("a changeset of {size_bytes} bytes is longer than {MAX_CHANGESET_BYTES}")]
    TooLong {
        /// Length of everything.
        size_bytes: usize,
    },
    /// The object is empty or longer than [`crate::object::MAX_SEALED_OBJECT_BYTES`].
    #[error("an object of {size_bytes} bytes is empty or too long")]
    ObjectLength {
        /// Length of the object.
        size_bytes: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &'static str) -> RowKey {
        RowKey::new(text).unwrap()
    }

    #[test]
    fn a_key_has_1_to_512_bytes() {
        assert!(RowKey::new("").is_err());
        assert!(RowKey::new(vec![b'k'; MAX_ROW_KEY_BYTES]).is_ok());
        assert!(RowKey::new(vec![b'k'; MAX_ROW_KEY_BYTES + 1]).is_err());
    }

    #[test]
    fn values_entries_records_and_the_whole_are_bounded() {
        let mut changes = Changeset::new();
        changes.put(key("a"), vec![0; MAX_ROW_VALUE_BYTES]);
        assert_eq!(changes.check(), Ok(MAX_ROW_VALUE_BYTES + 1));
        changes.put(key("a"), vec![0; MAX_ROW_VALUE_BYTES + 1]);
        assert!(matches!(changes.check(), Err(InvalidChangeset::ValueTooLong { .. })));

        let mut changes = Changeset::new();
        changes.append(LedgerEntry::new(vec![0; MAX_ENTRY_BYTES + 1], ""));
        assert!(matches!(changes.check(), Err(InvalidChangeset::EntryTooLong { .. })));

        let mut changes = Changeset::new();
        changes.append(LedgerEntry::new("", vec![0; MAX_RECORD_BYTES + 1]));
        assert!(matches!(changes.check(), Err(InvalidChangeset::RecordTooLong { .. })));

        let mut changes = Changeset::new();
        for _ in 0..5 {
            changes.append(LedgerEntry::new("", vec![0; MAX_RECORD_BYTES]));
        }
        assert!(matches!(changes.check(), Err(InvalidChangeset::TooLong { .. })));
    }

    #[test]
    fn the_last_write_of_a_key_wins_also_across_a_merge() {
        let mut first = Changeset::new();
        first.put(key("a"), "1").delete(key("b"));
        let mut second = Changeset::new();
        second.delete(key("a")).put(key("b"), "2");
        first.merge(second);
        let writes: Vec<_> = first.writes().collect();
        assert_eq!(writes, [(&key("a"), None), (&key("b"), Some(&Bytes::from("2")))]);
    }

    #[test]
    fn nothing_prints_the_bytes_of_a_row_or_a_record() {
        let row = Row { version: 3, value: Bytes::from("13800001111") };
        assert_eq!(format!("{row:?}"), "Row(version 3, 11 bytes)");
        let entry = LedgerEntry::new("entry", "13800001111").indexed_at(key("leaf/1"));
        assert_eq!(
            format!("{entry:?}"),
            "LedgerEntry(5 bytes, record of 11 bytes, index in leaf/1)"
        );
        assert_eq!(RowKey::new(vec![b'a', 0xff]).unwrap().to_string(), "a\\xff");
    }
}
