//! Making again whatever is made from the journals: the index and the tiles. Needs no key.

use std::path::Path;
use std::sync::Arc;

use heqi_tlog::checkpoint::Origin;

use crate::backend::embedded::fatal::{Fatal, abort_process};
use crate::backend::embedded::log::{EmbeddedLog, LogParts, read_published};
use crate::backend::embedded::recover::{JournalFiles, look, recover};
use crate::backend::embedded::reindex::{Reindex, close_index};
use crate::backend::embedded::rows::Rows;
use crate::backend::embedded::{OpenError, ShowProgress};
use crate::durable_file::Disk;
use crate::identity::Identity;
use crate::journal::{Damage, JournalError};
use crate::lock::StoreLock;

/// What was made again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rebuilt {
    /// Leaves under the head, all in tiles where a tile is full.
    pub leaves: u64,
    /// The last batch applied to the index.
    pub batch: u64,
}

/// Throws away the index and the tiles of the store in `directory` and makes them again from the journals. The
/// published checkpoint stays: its cosignatures cannot be made again.
///
/// # Errors
/// When the journals are damaged, nothing is thrown away.
pub fn rebuild(
    directory: &Path,
    disk: &Disk,
    index_cache_bytes: u64,
    progress: &ShowProgress,
) -> Result<Rebuilt, OpenError> {
    let _lock = StoreLock::take(directory)?;
    let nothing = |what: &str| JournalError::from(Damage::new(directory, 0, 0, what));
    let identity = Identity::read(directory)?.ok_or_else(|| nothing("there is no store here"))?;
    let origin = Origin::new(identity.origin.clone())
        .map_err(|error| nothing(&format!("store.json: {error}")))?;
    let files = JournalFiles::new(directory, identity.store);
    let found = look(&files, &origin)?;
    let log_directory = directory.join("log");
    let published = read_published(&log_directory, found.leaves())?;
    let empty = || Err(nothing("the store is empty").into());
    let recovered = recover(&files, disk, found, empty)?;

    let index = Reindex {
        directory,
        store: identity.store,
        state: &files.state,
        disk,
        cache_bytes: index_cache_bytes,
        batch: recovered.batch,
        progress,
    }
    .rebuild()?;
    let rows = Arc::new(Rows::new(index, Arc::new(Fatal::new(abort_process()))));
    disk.remove_directory(&log_directory.join("tile")).map_err(JournalError::from)?;
    let parts = LogParts {
        directory: log_directory,
        published: published.clone(),
        origin,
        ledger: files.ledger,
        rows: Arc::clone(&rows),
        disk: disk.clone(),
    };
    let (log, range) = EmbeddedLog::open(parts, &recovered.head, 0)?;
    log.write_tiles(&|| true)?;
    if let Some(published) = published {
        log.write_partials(published.size())
            .map_err(|error| JournalError::Io(std::io::Error::other(error)))?;
    }
    close_index(rows.index(), directory, disk)?;
    Ok(Rebuilt { leaves: range.size(), batch: recovered.batch })
}
