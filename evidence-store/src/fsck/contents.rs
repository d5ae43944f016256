use std::fs;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;

use heqi_vocabulary::Digest;

use super::state::CheckedState;
use super::{Check, FsckError};
use crate::backend::embedded::index::{BEFORE_ROWS, Index, IndexFault};
use crate::backend::embedded::rows::{leaf_position, namespace};
use crate::changeset::Row;
use crate::durable_file::Disk;
use crate::identity::Identity;
use crate::journal::Damage;
use crate::journal::frame::FrameReader;
use crate::journal::ledger::{LOCATION_STRIDE, LeafReader};
use crate::journal::object::{Location, OBJECT_HEADER_BYTES, read_header, read_object};
use crate::journal::segment::{HEADER_BYTES, Segment, len64};
use crate::journal::state::RowWrite;

/// Rows of the index read at once.
const CHUNK_ROWS: usize = 1000;
/// Cache of the copied index, in bytes.
const INDEX_CACHE_BYTES: u64 = 64 << 20;

impl Check<'_> {
    /// Every object header in its place, one behind the other.
    pub(super) fn check_object_headers(&mut self, state: &CheckedState) -> Result<(), FsckError> {
        let end = state.point.objects_end;
        for number in 0..=end.segment {
            let objects = Arc::clone(&self.files.objects);
            let Some(segment) = self.found(objects.segment(number))? else { continue };
            let length = segment.length()?;
            let until = if number == end.segment { end.offset.into() } else { length };
            if length < until {
                let what = "the segment is cut off";
                self.damage(Damage::new(&segment.path, length, until - length, what));
            } else if length > until {
                let file = segment.path.display();
                self.note(format!("{file}: {} unfinished bytes will be cut", length - until));
            }
            let mut offset = HEADER_BYTES;
            while offset < until.min(length) {
                if let Ok((_, size)) = read_header(&segment, offset) {
                    offset += OBJECT_HEADER_BYTES + u64::from(size);
                } else {
                    let next = next_header(&segment, offset + 1, until.min(length));
                    let what = "not an object header";
                    self.damage(Damage::new(&segment.path, offset, next - offset, what));
                    offset = next;
                }
            }
            if offset > until {
                let what = "an object reaches beyond the end";
                self.damage(Damage::new(&segment.path, until, offset - until, what));
            }
        }
        Ok(())
    }

    /// Every live row: objects by digest, leaf locations by leaf, and the index beside them.
    pub(super) fn check_contents(
        &mut self,
        state: &CheckedState,
        identity: &Identity,
    ) -> Result<(), FsckError> {
        let disk = Disk::default();
        disk.create_directory(&self.options.scratch)?;
        let rows = self.files.state.live_rows(&disk, &self.options.scratch, None);
        let Some(rows) = self.found(rows)? else { return Ok(()) };
        let mut index = self.open_index(state, identity)?;
        let mut locations = 0u64;
        for row in rows {
            let Some(row) = self.found(row)? else { return Ok(()) };
            self.report.rows += 1;
            match row.key.first() {
                Some(&namespace::OBJECTS) => self.check_object(&row)?,
                Some(&namespace::LEAVES) => {
                    if self.check_location(&row, locations, state.point.leaves)? {
                        locations += 1;
                    }
                }
                Some(&namespace::ROWS) => {}
                _ => {
                    let what = format!("row {} is in no namespace", row.key.escape_ascii());
                    self.damage(Damage::new(self.files.state.segments.directory(), 0, 0, what));
                }
            }
            if let Some(compared) = &mut index {
                let faults = compared.expect(&row);
                self.report_index(faults);
            }
        }
        if locations != state.point.leaves.div_ceil(LOCATION_STRIDE) {
            let what = format!("{locations} leaf locations for {} leaves", state.point.leaves);
            self.damage(Damage::new(self.files.state.segments.directory(), 0, 0, what));
        }
        if let Some(mut compared) = index {
            let faults = compared.finish();
            self.report_index(faults);
            self.report.index_rows = compared.rows;
            compared.index.release();
            fs::remove_dir_all(self.options.scratch.join("index"))?;
        }
        Ok(())
    }

    fn check_object(&mut self, row: &RowWrite) -> Result<(), FsckError> {
        let id = row.key.get(1..).and_then(|id| id.try_into().ok()).map(Digest::from_bytes);
        let location = row.value.as_ref().and_then(Location::decode);
        let (Some(id), Some(location)) = (id, location) else {
            let what = format!("row {} names no object", row.key.escape_ascii());
            self.damage(Damage::new(self.files.state.segments.directory(), 0, 0, what));
            return Ok(());
        };
        let objects = Arc::clone(&self.files.objects);
        let read = objects
            .segment(location.position.segment)
            .and_then(|segment| read_object(&segment, location, &id));
        self.report.objects += u64::from(self.found(read)?.is_some());
        Ok(())
    }

    /// Whether the row says where leaf `number` × stride stands.
    fn check_location(
        &mut self,
        row: &RowWrite,
        number: u64,
        leaves: u64,
    ) -> Result<bool, FsckError> {
        let stride = row.key.get(1..).and_then(|n| n.try_into().ok()).map(u64::from_be_bytes);
        let value = row.value.clone().unwrap_or_default();
        let position = leaf_position(&Row { version: row.version, value });
        if let (Some(stride), Some(position)) = (stride, position)
            && stride == number
        {
            let index = stride * LOCATION_STRIDE;
            let ledger = Arc::clone(&self.files.ledger);
            let read = LeafReader::new(&ledger, position, index, leaves, FrameReader::SHORT)
                .and_then(|mut leaves| leaves.next());
            self.found(read)?;
            return Ok(true);
        }
        let what = format!("row {} locates no leaf", row.key.escape_ascii());
        self.damage(Damage::new(self.files.state.segments.directory(), 0, 0, what));
        Ok(false)
    }

    /// A copy of the index, because sled changes what it opens; `None` if it is not to be compared.
    fn open_index(
        &mut self,
        state: &CheckedState,
        identity: &Identity,
    ) -> Result<Option<ComparedIndex>, FsckError> {
        let (path, copy) = (self.directory.join("index"), self.options.scratch.join("index"));
        if !path.exists() {
            self.note("there is no index; the next start makes it");
            return Ok(None);
        }
        if copy.exists() {
            fs::remove_dir_all(&copy)?;
        }
        copy_directory(&path, &copy)?;
        let opened = Index::open(&copy, identity.store, INDEX_CACHE_BYTES)
            .and_then(|index| Ok((index.applied()?, index.begun()?, index)));
        match opened {
            Ok((Some(_), Some(begun), _)) if begun > state.batch => {
                let what = format!(
                    "the index is at batch {begun}, the state journal ends at {}: acknowledged batches are missing",
                    state.batch
                );
                self.damage(Damage::new(self.files.state.segments.directory(), 0, 0, what));
                Ok(None)
            }
            Ok((Some(applied), _, index)) if applied == state.batch => {
                Ok(Some(ComparedIndex::new(index)))
            }
            Ok((Some(applied), ..)) => {
                self.note(format!(
                    "the index is at batch {applied} of {}; the next start catches it up",
                    state.batch
                ));
                Ok(None)
            }
            Ok((None, ..)) => {
                self.damage(Damage::new(
                    &path,
                    0,
                    0,
                    "the index is unfinished or of another store",
                ));
                Ok(None)
            }
            Err(fault) => {
                self.damage(Damage::new(&path, 0, 0, fault.to_string()));
                Ok(None)
            }
        }
    }

    fn report_index(&mut self, faults: Vec<String>) {
        let path = self.directory.join("index");
        for what in faults {
            self.damage(Damage::new(&path, 0, 0, what));
        }
    }
}

/// The index beside the rows of the journals, both in key order.
struct ComparedIndex {
    index: Index,
    page: std::vec::IntoIter<(bytes::Bytes, Row)>,
    next: Option<(bytes::Bytes, Row)>,
    from: Vec<u8>,
    rows: u64,
    is_over: bool,
}

impl ComparedIndex {
    fn new(index: Index) -> Self {
        let from = BEFORE_ROWS.to_vec();
        let page = Vec::new().into_iter();
        Self { index, page, next: None, from, rows: 0, is_over: false }
    }

    /// Compares with the next row of the journals.
    fn expect(&mut self, row: &RowWrite) -> Vec<String> {
        let mut faults = Vec::new();
        loop {
            if let Err(fault) = self.fill() {
                self.is_over = true;
                return vec![fault.to_string()];
            }
            let Some((key, found)) = &self.next else { break };
            if *key > row.key {
                break;
            }
            let is_same = *key == row.key
                && found.version == row.version
                && Some(&found.value) == row.value.as_ref();
            let is_here = *key == row.key;
            if !is_same {
                let name = key.escape_ascii();
                faults.push(if is_here {
                    format!("row {name} differs from the journals")
                } else {
                    format!("row {name} is not in the journals")
                });
            }
            self.next = None;
            self.rows += 1;
            if is_here {
                return faults;
            }
        }
        faults.push(format!("row {} is missing", row.key.escape_ascii()));
        faults
    }

    /// Whatever the index has beyond the journals.
    fn finish(&mut self) -> Vec<String> {
        let mut faults = Vec::new();
        loop {
            if let Err(fault) = self.fill() {
                return vec![fault.to_string()];
            }
            let Some((key, _)) = self.next.take() else { return faults };
            faults.push(format!("row {} is not in the journals", key.escape_ascii()));
        }
    }

    fn fill(&mut self) -> Result<(), IndexFault> {
        if self.next.is_none() {
            self.next = self.page.next();
        }
        if self.next.is_none() && !self.is_over {
            let page = self.index.range(Bound::Excluded(&self.from), CHUNK_ROWS)?;
            self.is_over = page.is_empty();
            if let Some((last, _)) = page.last() {
                self.from = last.to_vec();
            }
            self.page = page.into_iter();
            self.next = self.page.next();
        }
        Ok(())
    }
}

/// Where the next object header begins, at `end` if there is none.
fn next_header(segment: &Segment, from: u64, end: u64) -> u64 {
    const CHUNK: u64 = 1 << 20;
    let mut at = from;
    while at < end {
        // Chunks overlap by a header, so that none is cut in two.
        let length = (end - at).min(CHUNK + OBJECT_HEADER_BYTES);
        let Ok(bytes) = segment.read(at, usize::try_from(length).unwrap_or(0)) else { break };
        let found = bytes.windows(4).enumerate().filter(|(_, four)| *four == b"HOBJ");
        for (offset, _) in found {
            let offset = at + len64(offset);
            if read_header(segment, offset).is_ok() {
                return offset;
            }
        }
        at += CHUNK;
    }
    end
}

fn copy_directory(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_directory(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
