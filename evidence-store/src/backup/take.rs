//! One generation of a store: what was added since the last one, up to a durable batch.
//!
//! The store goes on meanwhile. What counts is the order: objects and ledger are copied first, then a batch is chosen,
//! then what is still missing up to it. An object that is given back after its bytes were copied is no longer named by
//! the batch chosen later; one that came and went in the last moment is noticed, and a later batch is chosen.

use std::collections::HashMap;
use std::os::unix::fs::FileExt;
use std::path::Path;

use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_vocabulary::Digest;

use super::repository::{CHUNK_BYTES, PackWriter, Repository};
use super::source::{Durable, Extent, Source, has_vanished};
use super::{BackedUpFile, BackupError, BackupKind, BackupPorts, Generation};
use crate::identity::Identity;
use crate::journal::Damage;
use crate::journal::segment::len64;
use crate::lock::StoreLock;

/// How often a batch is chosen anew because the store was faster.
const ROUNDS: usize = 16;

/// Backs the store in `directory` up into `folder`, whether it runs or not. Its vault is not part of it:
/// [`super::backup_vault`]. Blocks on the disk.
///
/// # Errors
/// See [`BackupError`]. A generation that failed leaves the earlier ones as they were.
pub fn backup(
    directory: &Path,
    folder: &Path,
    ports: &BackupPorts,
) -> Result<Generation, BackupError> {
    let identity = Identity::read(directory)?
        .ok_or_else(|| Damage::new(directory, 0, 0, "there is no store here"))?;
    let repository = Repository::open_or_begin(folder, BackupKind::Store, identity.store, ports)?;
    let _lock = StoreLock::take(folder)?;
    let last = match repository.pick(None) {
        Ok(last) => Some(last),
        Err(BackupError::NoGeneration { .. }) => None,
        Err(error) => return Err(error),
    };
    let source = Source::new(directory, identity.store);
    let number = repository.next_number()?;
    let mut copy = Copy {
        source: &source,
        pack: repository.begin_pack(number)?,
        files: known(&source, last.as_ref())?,
    };
    // Before any batch is chosen: what is published is never ahead of it then.
    let published = copy.published()?;
    let durable = copy.until_durable(ports)?;
    let head = SignedCheckpoint::parse(&durable.point.note)
        .map_err(|error| Damage::new(directory, 0, 0, error.to_string()))?;

    let mut extents = durable.state.clone();
    extents.extend(source.journals(&durable.point)?);
    let mut files: Vec<_> = extents.iter().filter_map(|extent| copy.finished(extent)).collect();
    let identity_file = copy.whole("store.json")?;
    files.extend([Some(identity_file), published].into_iter().flatten());
    let added_bytes = copy.pack.finish()?;
    let generation = Generation {
        number,
        made_at: ports.clock.now(),
        origin: identity.origin,
        size: durable.point.leaves,
        head_sha256: Digest::of(&durable.point.note),
        head: head.note().to_string(),
        batch: durable.batch,
        data_keys: durable.point.data_keys,
        added_bytes,
        files,
    };
    repository.keep(&generation)?;
    Ok(generation)
}

/// What the last generation has of every file that only grows. A file that is not what it was then is another history.
fn known(
    source: &Source,
    last: Option<&Generation>,
) -> Result<HashMap<String, BackedUpFile>, BackupError> {
    let Some(last) = last else { return Ok(HashMap::new()) };
    let mut files = HashMap::new();
    for file in last.files.iter().filter(|file| grows(&file.name)) {
        // The last piece tells: frames are chained to their file by seed and number.
        let same = file.chunks.last().map_or(Ok(true), |chunk| {
            source.holds(&file.name, chunk.offset, chunk.length, &chunk.sha256)
        });
        match same {
            Ok(true) => drop(files.insert(file.name.clone(), file.clone())),
            // A state segment that a snapshot has replaced.
            Err(error) if has_vanished(&error) && file.name.starts_with("state/") => {}
            Ok(false) if file.name.starts_with("objects/") => {
                // Space that was given back since reads as zeros: copied bytes stay good. Ledger and state decide.
                files.insert(file.name.clone(), file.clone());
            }
            Ok(false) => {
                let (file, generation) = (file.name.clone(), last.number);
                return Err(BackupError::OtherHistory { file, generation });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(files)
}

fn grows(name: &str) -> bool {
    ["state/", "ledger/", "objects/"].iter().any(|folder| name.starts_with(folder))
}

/// A copy in the making.
struct Copy<'s, 'r, 'a> {
    source: &'s Source,
    pack: PackWriter<'r, 'a>,
    files: HashMap<String, BackedUpFile>,
}

impl Copy<'_, '_, '_> {
    /// Copies until everything up to one durable batch is there.
    fn until_durable(&mut self, ports: &BackupPorts) -> Result<Durable, BackupError> {
        for _ in 0..ROUNDS {
            match self.round(ports) {
                Ok(Some(durable)) => return Ok(durable),
                Ok(None) => {}
                Err(error) if has_vanished(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Err(BackupError::Unsettled)
    }

    fn round(&mut self, ports: &BackupPorts) -> Result<Option<Durable>, BackupError> {
        let before = self.source.durable(&ports.disk)?;
        for extent in self.source.journals(&before.point)? {
            self.extend(&extent)?;
        }
        let durable = self.source.durable(&ports.disk)?;
        for extent in self.source.journals(&durable.point)? {
            self.extend(&extent)?;
        }
        for extent in &durable.state {
            self.extend(extent)?;
        }
        let (from, to) = (before.point.objects_end, durable.point.objects_end);
        Ok(self.source.objects_hold(from, to)?.then_some(durable))
    }

    /// Copies what is missing of a file.
    fn extend(&mut self, extent: &Extent) -> Result<(), BackupError> {
        let empty = || BackedUpFile { name: extent.name.clone(), length: 0, chunks: Vec::new() };
        let mut file = self.files.remove(&extent.name).unwrap_or_else(empty);
        let copied = self.append(&mut file, extent.length);
        // Also a copy that failed half-way: what it has is right.
        self.files.insert(extent.name.clone(), file);
        copied
    }

    fn append(&mut self, file: &mut BackedUpFile, length: u64) -> Result<(), BackupError> {
        if file.length >= length {
            return Ok(());
        }
        let from = self.source.open(&file.name)?;
        while file.length < length {
            let rest = usize::try_from(length - file.length).unwrap_or(usize::MAX);
            let mut bytes = vec![0; rest.min(CHUNK_BYTES)];
            from.read_exact_at(&mut bytes, file.length)?;
            file.chunks.push(self.pack.push(&file.name, file.length, &bytes)?);
            file.length += len64(bytes.len());
        }
        Ok(())
    }

    /// A file as it is to be restored: exactly as long as the batch says.
    fn finished(&self, extent: &Extent) -> Option<BackedUpFile> {
        let mut file = self.files.get(&extent.name)?.clone();
        // Pieces of a batch that was given up may reach further; recovery cuts what no batch names.
        file.chunks.retain(|chunk| chunk.offset < extent.length);
        file.length = file.chunks.last().map_or(0, |last| last.offset + u64::from(last.length));
        Some(file)
    }

    /// The checkpoint with the cosignatures of others, which cannot be made again.
    fn published(&mut self) -> Result<Option<BackedUpFile>, BackupError> {
        match self.whole("log/checkpoint") {
            Ok(file) => Ok(Some(file)),
            Err(error) if has_vanished(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A small file, whole.
    fn whole(&mut self, name: &str) -> Result<BackedUpFile, BackupError> {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut self.source.open(name)?, &mut bytes)?;
        let chunk = self.pack.push(name, 0, &bytes)?;
        Ok(BackedUpFile { name: name.to_owned(), length: len64(bytes.len()), chunks: vec![chunk] })
    }
}
