//! The adapter: one folder, one writer, one reader that sees each commit at once.
//!
//! The library merges small segments on threads of its own, beside our commits. A commit takes out segments in which
//! every filing was put in again since; where one of those is being merged just then, the library throws the merge away
//! and warns (`couldn't find segment in SegmentManager`, `segment_manager.rs`, `end_merge`). Nothing is lost by it: what
//! was merged stays in the segments it came from, the filings that were put in again are in newer ones, and the next
//! commit considers the merge again. Under load, with a commit every half second, it happens often, and there is nothing
//! to be done, so `heqi_service_kit::telemetry` leaves the line out. Merges that are waited for before each commit would
//! keep filings from being found for as long as a large one takes.
//!
//! What is not committed is forgotten by dropping the writer: its `rollback` panics where it has failed once before, and
//! `delete_all_documents` knows only of segments, so that documents still in the writer's queue would come with the next
//! commit, and deletions still there would take out what is added after them.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use heqi_registration::search_index::{
    FoundPage, IndexFault, IndexSize, IndexedFiling, Rank, SearchIndex, Sought, index_label,
};
use heqi_vocabulary::FilingNo;
use parking_lot::Mutex;
use tantivy::directory::MmapDirectory;
use tantivy::store::Compressor;
use tantivy::{Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyDocument};

use crate::checked::{CheckedDirectory, damaged_file};
use crate::form::Form;
use crate::paging;

/// What the writer may gather before it writes a segment.
const WRITER_BYTES: usize = 48 << 20;
/// How far the position may move in memory alone. After a start so many leaves, of which none had
/// changed a filing, are looked at again at most.
const UNCOMMITTED_LEAVES: u64 = 16_384;
/// Made and removed at each start.
const PROBE: &str = "probe";

/// Why the index could not be opened, not even an empty one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The folder.
    #[error("the folder of the index cannot be used")]
    Folder(#[from] io::Error),
    /// The library.
    #[error("the index cannot be opened: {0}")]
    Index(String),
}

impl From<tantivy::TantivyError> for OpenError {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Index(error.to_string())
    }
}

/// An index of filings in a folder.
pub struct FilingIndex {
    form: Form,
    reader: IndexReader,
    writing: Mutex<Writing>,
}

struct Writing {
    index: Index,
    /// Made with the first document: it comes with six threads and queues of some megabytes.
    writer: Option<IndexWriter<TantivyDocument>>,
    position: Option<u64>,
    /// The position of the last commit.
    committed: Option<u64>,
    /// Whether documents were added since the last commit.
    is_filling: bool,
}

impl FilingIndex {
    /// Opens the index of this name below `folder`, or begins one. Indexes of other names (another
    /// log, another secret) or of another form are deleted, and so is one that cannot be read or is
    /// not what was written: all of it is read once.
    ///
    /// # Errors
    /// See [`OpenError`]. A folder in which no file can be made is refused here: the writer comes with
    /// the first document, and would fail at each from then on.
    pub fn open(folder: &Path, name: &str) -> Result<Self, OpenError> {
        let name: String = index_label(name).to_string().chars().take(16).collect();
        let own = folder.join(&name);
        fs::create_dir_all(&own)?;
        expect_writable(&own)?;
        delete_others(folder, &own)?;
        Self::open_own(&own).or_else(|error| {
            tracing::warn!(%error, "the index of filings cannot be read and begins anew");
            fs::remove_dir_all(&own)?;
            fs::create_dir_all(&own)?;
            Self::open_own(&own)
        })
    }

    fn open_own(folder: &PathBuf) -> Result<Self, OpenError> {
        let (form, schema) = Form::new();
        let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
        let directory = CheckedDirectory::new(directory);
        let settings =
            IndexSettings { docstore_compression: Compressor::None, ..IndexSettings::default() };
        let builder = Index::builder().schema(schema).settings(settings);
        let index = builder.open_or_create(directory.clone())?;
        if let Some(file) = damaged_file(&directory, folder, &index)? {
            return Err(OpenError::Index(format!("{} is damaged", file.display())));
        }
        let payload = index.load_metas()?.payload;
        let position = payload.and_then(|text| text.parse().ok());
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let committed = position;
        let writing = Writing { index, writer: None, position, committed, is_filling: false };
        Ok(Self { form, reader, writing: Mutex::new(writing) })
    }

    /// Waits for merges that are under way and closes the index.
    ///
    /// # Errors
    /// [`IndexFault`].
    pub fn close(self) -> Result<(), IndexFault> {
        match self.writing.into_inner().writer {
            Some(writer) => writer.wait_merging_threads().map_err(IndexFault::new),
            None => Ok(()),
        }
    }
}

fn expect_writable(folder: &Path) -> io::Result<()> {
    let probe = folder.join(PROBE);
    fs::File::create(&probe)?;
    fs::remove_file(&probe)
}

/// Deletes whatever else lies in the folder of indexes.
fn delete_others(folder: &Path, own: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path != own && path.is_dir() {
            fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}

impl Writing {
    fn writer(&mut self) -> tantivy::Result<&mut IndexWriter<TantivyDocument>> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => self.index.writer_with_num_threads(1, WRITER_BYTES)?,
        };
        Ok(self.writer.insert(writer))
    }

    /// Makes everything that was added visible, with the position it stands for.
    fn commit(&mut self, position: Option<u64>, reader: &IndexReader) -> tantivy::Result<()> {
        let mut prepared = self.writer()?.prepare_commit()?;
        if let Some(position) = position {
            prepared.set_payload(&position.to_string());
        }
        prepared.commit()?;
        self.position = position;
        self.committed = position;
        self.is_filling = false;
        reader.reload()
    }

    /// Forgets what was added or taken out since the last commit. The next document gets another writer.
    fn forget(&mut self) {
        self.writer = None;
        self.is_filling = false;
    }

    /// Takes everything out.
    fn empty(&mut self, reader: &IndexReader) -> tantivy::Result<()> {
        self.forget();
        self.writer()?.delete_all_documents()?;
        self.commit(None, reader)
    }

    /// Whether nothing is new but the position, and that not by much: a commit writes files and waits
    /// for the disk, beside the signings that led to it.
    fn only_moves(
        &self,
        filings: &[IndexedFiling],
        position: Option<u64>,
        reader: &IndexReader,
    ) -> bool {
        let is_empty = filings.is_empty() && !self.is_filling;
        let Some(position) = position.filter(|_| is_empty) else { return false };
        let committed = match self.committed {
            Some(committed) => committed,
            // Nothing was ever found: a start fills the index anew, and that is as little.
            None if reader.searcher().num_docs() == 0 => 0,
            None => return false,
        };
        position.checked_sub(committed).is_some_and(|leaves| leaves < UNCOMMITTED_LEAVES)
    }

    /// Adds documents; those that may be there already are replaced.
    fn add(&mut self, form: &Form, filings: &[IndexedFiling]) -> tantivy::Result<()> {
        let replaces = self.position.is_some();
        let writer = self.writer()?;
        for filing in filings {
            if replaces {
                writer.delete_term(form.key(filing.number));
            }
            writer.add_document(form.document(filing))?;
        }
        Ok(())
    }
}

impl SearchIndex for FilingIndex {
    fn position(&self) -> Option<u64> {
        self.writing.lock().position
    }

    fn write(&self, filings: &[IndexedFiling], position: Option<u64>) -> Result<(), IndexFault> {
        let mut writing = self.writing.lock();
        if writing.only_moves(filings, position, &self.reader) {
            writing.position = position;
            return Ok(());
        }
        let written = writing.add(&self.form, filings).and_then(|()| {
            if position.is_some() {
                writing.commit(position, &self.reader)
            } else {
                writing.is_filling = true;
                Ok(())
            }
        });
        written.map_err(|error| {
            // The next step adds it again, and where everything is put in the next one begins anew.
            writing.forget();
            IndexFault::new(error)
        })
    }

    fn clear(&self) -> Result<(), IndexFault> {
        let mut writing = self.writing.lock();
        if writing.position.is_none()
            && !writing.is_filling
            && self.reader.searcher().num_docs() == 0
        {
            return Ok(());
        }
        writing.empty(&self.reader).map_err(|error| {
            // Or the next commit would empty the index, with the position of a full one.
            writing.forget();
            IndexFault::new(error)
        })
    }

    fn find(
        &self,
        sought: &Sought,
        after: Option<Rank>,
        limit: usize,
    ) -> Result<FoundPage, IndexFault> {
        let searcher = self.reader.searcher();
        paging::page(&searcher, &self.form, sought, after, limit).map_err(IndexFault::new)
    }

    fn holds(&self, sought: &Sought, number: FilingNo) -> Result<bool, IndexFault> {
        if sought.number.is_some_and(|wanted| wanted != number) {
            return Ok(false);
        }
        let sought = Sought { number: Some(number), ..sought.clone() };
        let count = paging::count(&self.reader.searcher(), &self.form, &sought);
        count.map(|count| count > 0).map_err(IndexFault::new)
    }

    fn size(&self) -> IndexSize {
        let searcher = self.reader.searcher();
        let disk = searcher.space_usage().map(|usage| usage.total().get_bytes());
        IndexSize { filings: searcher.num_docs(), disk_bytes: disk.unwrap_or_default() }
    }
}

impl fmt::Debug for FilingIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FilingIndex")
    }
}
