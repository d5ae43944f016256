use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use super::{Call, Disk, named};

/// A whole file being written piece by piece.
#[derive(Debug)]
pub struct AtomicFile {
    disk: Disk,
    file: File,
    temporary: PathBuf,
    path: PathBuf,
    buffer: Vec<u8>,
}

impl AtomicFile {
    const BUFFER_BYTES: usize = 1 << 20;

    pub(super) fn new(disk: Disk, file: File, temporary: PathBuf, path: PathBuf) -> Self {
        Self { disk, file, temporary, path, buffer: Vec::with_capacity(Self::BUFFER_BYTES) }
    }

    /// Adds bytes.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= Self::BUFFER_BYTES { self.write_out() } else { Ok(()) }
    }

    /// Syncs the file and gives it its name, durably.
    pub fn commit(mut self) -> io::Result<()> {
        self.write_out()?;
        self.disk.call(Call::Sync, &self.temporary, || self.file.sync_all())?;
        self.disk.rename(&self.temporary, &self.path)
    }

    fn write_out(&mut self) -> io::Result<()> {
        self.disk.call(Call::Write, &self.temporary, || self.file.write_all(&self.buffer))?;
        self.buffer.clear();
        Ok(())
    }
}

/// A file that only grows. Writes are cheap; nothing is durable before [`AppendFile::sync`].
#[derive(Debug)]
pub struct AppendFile {
    disk: Disk,
    file: File,
    path: PathBuf,
    length: u64,
    is_dirty: bool,
}

impl AppendFile {
    pub(super) fn new(disk: Disk, file: File, path: PathBuf, length: u64) -> Self {
        Self { disk, file, path, length, is_dirty: false }
    }

    /// Bytes in the file.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Writes at the end.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.is_dirty = true;
        self.disk.call(Call::Write, &self.path, || self.file.write_all_at(bytes, self.length))?;
        self.length = self.length.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// Makes everything written durable; does nothing when nothing was written since.
    pub fn sync(&mut self) -> io::Result<()> {
        if !self.is_dirty {
            return Ok(());
        }
        self.disk.call(Call::Sync, &self.path, || self.file.sync_data())?;
        self.is_dirty = false;
        Ok(())
    }

    /// Cuts the file to `length`, durably.
    pub fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.disk.call(Call::Truncate, &self.path, || self.file.set_len(length))?;
        self.disk.call(Call::Sync, &self.path, || self.file.sync_all())?;
        self.length = length;
        Ok(())
    }

    /// Writes the bytes of a range once more over themselves and syncs them. After a failed sync the kernel may hold
    /// pages it believes to be clean that never reached the disk; only writing them again makes them durable.
    pub fn settle(&mut self, from: u64, to: u64) -> io::Result<()> {
        let mut chunk = vec![0; 1 << 20];
        let mut at = from;
        while at < to {
            let length = usize::try_from(to - at).unwrap_or(usize::MAX).min(chunk.len());
            let part = chunk.get_mut(..length).unwrap_or_default();
            self.file.read_exact_at(part, at).map_err(|error| named(error, &self.path))?;
            self.disk.call(Call::Write, &self.path, || self.file.write_all_at(part, at))?;
            at = at.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        }
        self.disk.call(Call::Sync, &self.path, || self.file.sync_all())
    }

    /// Overwrites everything from `from` on with zeros, durably: the best a file system allows for forgetting bytes.
    pub fn wipe(&mut self, from: u64) -> io::Result<()> {
        let zeros = vec![0; usize::try_from(self.length.saturating_sub(from)).unwrap_or(0)];
        self.disk.call(Call::Write, &self.path, || self.file.write_all_at(&zeros, from))?;
        self.disk.call(Call::Sync, &self.path, || self.file.sync_data())
    }

    /// Gives a range back to the file system; it reads as zeros afterwards. File systems that cannot do it keep it.
    pub fn punch(&self, offset: u64, length: u64) -> io::Result<()> {
        self.disk.call(Call::Punch, &self.path, || {
            #[cfg(target_os = "linux")]
            {
                use rustix::fs::FallocateFlags;
                let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
                match rustix::fs::fallocate(&self.file, flags, offset, length) {
                    Ok(()) | Err(rustix::io::Errno::OPNOTSUPP) => Ok(()),
                    Err(error) => Err(error.into()),
                }
            }
            #[cfg(not(target_os = "linux"))]
            {
                let _ = (offset, length);
                Ok(())
            }
        })
    }
}
