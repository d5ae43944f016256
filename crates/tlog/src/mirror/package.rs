use crate::{
    encoding::{put_u16_prefixed, take_array, take_u16_prefixed},
    mirror::{AddEntriesError, MAX_PACKAGE_HASHES, PACKAGE_ENTRIES},
    proof::{NodeReader, ProveError, prove_subtree},
    tile::MAX_ENTRY_BYTES,
    tree::Hash,
};

/// The place of one package in the canonical sequence of an upload.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PackageRange {
    /// First leaf of the subtree the proof speaks of: `start` rounded down to a multiple of 256.
    pub subtree_start: u64,
    /// First entry in the package.
    pub start: u64,
    /// One past the last entry, which also ends the subtree.
    pub end: u64,
}

/// The packages that carry the entries `[start, end)`, cut at multiples of 256.
pub fn package_ranges(start: u64, end: u64) -> impl Iterator<Item = PackageRange> {
    let at = move |start: u64| {
        (start < end).then(|| {
            let subtree_start = start - start % PACKAGE_ENTRIES;
            PackageRange {
                subtree_start,
                start,
                end: subtree_start.saturating_add(PACKAGE_ENTRIES).min(end),
            }
        })
    };
    std::iter::successors(at(start), move |range| at(range.end))
}

/// Entries with the proof that the log has them there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EntryPackage {
    entries: Vec<Vec<u8>>,
    proof: Vec<Hash>,
}

impl EntryPackage {
    /// Puts a package together. Lengths are checked here, the proof by [`crate::mirror::Upload::authenticate`].
    pub fn new(entries: Vec<Vec<u8>>, proof: Vec<Hash>) -> Result<Self, AddEntriesError> {
        if entries.iter().any(|entry| entry.len() > MAX_ENTRY_BYTES) {
            return Err(AddEntriesError::EntryTooLong);
        }
        if proof.len() > MAX_PACKAGE_HASHES {
            return Err(AddEntriesError::TooManyHashes);
        }
        Ok(Self { entries, proof })
    }

    /// The client's half: the proof of `range` against the tree of size `upload_end`, from stored nodes.
    pub fn prove<R: NodeReader>(
        reader: &R,
        range: PackageRange,
        upload_end: u64,
    ) -> Result<Vec<Hash>, ProveError<R::Error>> {
        prove_subtree(reader, range.subtree_start, range.end, upload_end)
    }

    /// Takes one package off the front of a body; `None` if the body ends first or the package cannot be one.
    pub(crate) fn take(bytes: &mut &[u8], range: PackageRange) -> Option<Self> {
        let entries = (range.start..range.end)
            .map(|_| take_u16_prefixed(bytes).map(<[u8]>::to_vec))
            .collect::<Option<_>>()?;
        let [hashes] = take_array::<1>(bytes)?;
        let proof =
            (0..hashes).map(|_| take_array(bytes).map(Hash::from_bytes)).collect::<Option<_>>()?;
        Self::new(entries, proof).ok()
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        for entry in &self.entries {
            // `new` has checked that both lengths fit.
            put_u16_prefixed(out, entry).unwrap_or_default();
        }
        out.push(u8::try_from(self.proof.len()).unwrap_or(u8::MAX));
        out.extend(self.proof.iter().flat_map(Hash::as_bytes));
    }

    /// The entries in log order.
    pub fn entries(&self) -> &[Vec<u8>] {
        &self.entries
    }

    /// The subtree proof.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    pub(crate) fn into_entries(self) -> Vec<Vec<u8>> {
        self.entries
    }
}
