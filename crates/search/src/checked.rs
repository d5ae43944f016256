//! An index of which something is not what was written is found out when it is opened.
//!
//! The library puts a checksum behind each file of a segment and looks at it when it is asked only, and its two lists,
//! which segments there are and which files, have none: a position that is another one would leave filings out, and
//! nobody would know. Here the lists have a digest behind them, and whoever opens an index reads everything once.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crc32fast::Hasher;
use heqi_vocabulary::Digest;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::footer::Footer;
use tantivy::directory::{
    DirectoryLock, FileHandle, Lock, MmapDirectory, WatchCallback, WatchHandle, WritePtr,
};
use tantivy::{Directory, HasLen as _, Index};

/// How much of a file is in memory at once. Mapped files would all be, of a large index.
const CHUNK: usize = 1 << 18;
/// What the library reads first of a file, its last bytes: how long the footer is, and a mark.
const TRAILER_BYTES: usize = 8;

/// A directory whose lists end with the SHA-256 of what stands before it.
#[derive(Clone, Debug)]
pub(crate) struct CheckedDirectory(MmapDirectory);

impl CheckedDirectory {
    pub(crate) const fn new(directory: MmapDirectory) -> Self {
        Self(directory)
    }
}

impl Directory for CheckedDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.0.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.0.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.0.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.0.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let mut content = self.0.atomic_read(path)?;
        let written = content.split_last_chunk::<32>();
        let sound = written.filter(|(list, digest)| Digest::of(list).as_bytes() == *digest);
        let Some(length) = sound.map(|(list, _)| list.len()) else {
            let damaged = io::Error::new(io::ErrorKind::InvalidData, "it is not what was written");
            return Err(OpenReadError::wrap_io_error(damaged, path.to_owned()));
        };
        content.truncate(length);
        Ok(content)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let digest = Digest::of(data);
        self.0.atomic_write(path, &[data, digest.as_bytes().as_slice()].concat())
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.0.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.0.acquire_lock(lock)
    }

    fn watch(&self, watch_callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.0.watch(watch_callback)
    }
}

/// The first file of a segment that is not what was written; reads all of them.
pub(crate) fn damaged_file(
    directory: &CheckedDirectory,
    folder: &Path,
    index: &Index,
) -> tantivy::Result<Option<PathBuf>> {
    for segment in index.searchable_segment_metas()? {
        for name in segment.list_files() {
            let path = folder.join(&name);
            // A segment of which nothing was taken out has no list of that.
            if path.try_exists()? && !is_sound(directory, &name, &path)? {
                return Ok(Some(path));
            }
        }
    }
    Ok(None)
}

fn is_sound(directory: &CheckedDirectory, name: &Path, path: &Path) -> tantivy::Result<bool> {
    let whole = directory.open_read(name)?;
    // Of one that was cut off so short the library reads behind its beginning, and panics.
    if whole.len() < TRAILER_BYTES {
        return Ok(false);
    }
    let (footer, body) = Footer::extract_footer(whole)?;
    let mut left = body.len();
    let (mut file, mut checksum) = (File::open(path)?, Hasher::new());
    let mut bytes = vec![0; CHUNK];
    while left > 0 {
        bytes.truncate(left);
        file.read_exact(&mut bytes)?;
        checksum.update(&bytes);
        left -= bytes.len();
    }
    Ok(checksum.finalize() == footer.crc)
}
