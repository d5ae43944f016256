//! One process at a time: an exclusive lock on the file `LOCK` of a store directory. The system gives the lock back
//! when the process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The file's name, in a store and in a vault that stands elsewhere.
pub(crate) const LOCK_FILE: &str = "LOCK";

/// Held for as long as the store is open.
#[derive(Debug)]
pub(crate) struct StoreLock {
    _file: File,
}

/// Why the lock could not be taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LockError {
    /// Another process has the store open.
    #[error("{} is in use by process {pid}", directory.display())]
    InUse {
        /// The store.
        directory: PathBuf,
        /// The process that holds it, as it wrote itself down.
        pid: String,
    },
    /// The lock file could not be opened or written.
    #[error("the lock of {} could not be taken: {what}", directory.display())]
    Io {
        /// The store.
        directory: PathBuf,
        /// The system's message.
        what: String,
    },
}

impl StoreLock {
    /// Takes the lock of the store in `directory`.
    pub(crate) fn take(directory: &Path) -> Result<Self, LockError> {
        let io = |error: std::io::Error| io_error(directory, &error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(directory.join(LOCK_FILE))
            .map_err(io)?;
        lock(&mut file, directory)?;
        // The process id only helps whoever reads the error; the lock does not rest on it, so it need not be durable.
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| write!(file, "{}", std::process::id()))
            .map_err(io)?;
        Ok(Self { _file: file })
    }

    /// Takes the lock without writing anything: for looking at a store.
    pub(crate) fn borrow(directory: &Path) -> Result<Option<Self>, LockError> {
        match File::open(directory.join(LOCK_FILE)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_error(directory, &error)),
            Ok(mut file) => {
                lock(&mut file, directory)?;
                Ok(Some(Self { _file: file }))
            }
        }
    }
}

fn lock(file: &mut File, directory: &Path) -> Result<(), LockError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::Error(error)) => Err(io_error(directory, &error)),
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let _ = file.read_to_string(&mut pid);
            let pid = if pid.is_empty() { "unknown".to_owned() } else { pid };
            Err(LockError::InUse { directory: directory.to_owned(), pid })
        }
    }
}

fn io_error(directory: &Path, error: &std::io::Error) -> LockError {
    LockError::Io { directory: directory.to_owned(), what: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_told_which_process_has_the_store() {
        let directory = tempfile::tempdir().unwrap();
        let held = StoreLock::take(directory.path()).unwrap();
        let error = StoreLock::take(directory.path()).unwrap_err();
        let pid = std::process::id().to_string();
        assert_eq!(error, LockError::InUse { directory: directory.path().to_owned(), pid });
        drop(held);
        StoreLock::take(directory.path()).unwrap();
    }
}
