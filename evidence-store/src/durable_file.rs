//! The only place files are written. Everything durable goes through a [`Disk`], which can be told to fail: a test can
//! make any single call fail, or succeed and be reported lost.
//!
//! Three habits: an append-only file is synced before anybody relies on what was appended; a whole file is written
//! under another name, synced, renamed, and its directory synced; a created directory is synced into its parent.

mod append;

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use append::{AppendFile, AtomicFile};

/// Threads that sync the files of one group.
const SYNCS_AT_ONCE: usize = 8;

/// A call that changes the disk.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Call {
    /// Making a directory.
    CreateDirectory,
    /// Making or opening a file for writing.
    Create,
    /// Writing bytes.
    Write,
    /// `fdatasync` or `fsync` of a file.
    Sync,
    /// `fsync` of a directory.
    SyncDirectory,
    /// Renaming a file or directory.
    Rename,
    /// Removing a file or directory.
    Remove,
    /// Shortening a file.
    Truncate,
    /// Giving a range of a file back to the file system.
    Punch,
}

/// What is to become of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It is made.
    Proceed,
    /// It is not made and reports an error.
    Fail,
    /// It is made and reports an error all the same.
    DoThenFail,
}

/// Decides about every call that changes the disk. Production proceeds always; tests do not.
pub trait Faults: Send + Sync {
    /// Called before the call is made.
    fn verdict(&self, call: Call, path: &Path) -> Verdict;

    /// The free space to believe in, given what the file system says, in bytes.
    fn free_bytes(&self, actual: u64) -> u64 {
        actual
    }
}

struct NoFaults;

impl Faults for NoFaults {
    fn verdict(&self, _: Call, _: &Path) -> Verdict {
        Verdict::Proceed
    }
}

/// The way to the file system. Cheap to clone.
#[derive(Clone)]
pub struct Disk(Arc<dyn Faults>);

impl Default for Disk {
    fn default() -> Self {
        Self(Arc::new(NoFaults))
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Disk")
    }
}

impl Disk {
    /// A disk whose calls `faults` decides about.
    pub fn with_faults(faults: Arc<dyn Faults>) -> Self {
        Self(faults)
    }

    /// Makes a directory and its missing parents, each synced into its parent.
    pub fn create_directory(&self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        let parent = parent_of(path);
        if !parent.as_os_str().is_empty() {
            self.create_directory(parent)?;
        }
        self.call(Call::CreateDirectory, path, || match fs::create_dir(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            result => result,
        })?;
        self.sync_directory(parent)
    }

    /// Replaces the file at `path`, whole or not at all.
    pub fn write_atomic(&self, path: &Path, parts: &[&[u8]]) -> io::Result<()> {
        self.write_files(&[(path, parts)], 0o644)
    }

    /// Like [`Disk::write_atomic`], readable by the owner alone (mode 0600) from its first byte on.
    pub fn write_secret(&self, path: &Path, parts: &[&[u8]]) -> io::Result<()> {
        self.write_files(&[(path, parts)], 0o600)
    }

    /// Writes a file that will never change again (mode 0444), unless it is there with the same content already.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] when it is there with another content: an alarm, somebody wrote a second history.
    pub fn write_immutable(&self, files: &[(PathBuf, Vec<u8>)]) -> io::Result<()> {
        let mut missing = Vec::new();
        for (path, bytes) in files {
            match fs::read(path) {
                Ok(found) if found == *bytes => {}
                Ok(_) => {
                    let what = format!(
                        "{} exists with another content and must not change",
                        path.display()
                    );
                    return Err(io::Error::new(ErrorKind::AlreadyExists, what));
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    self.create_directory(parent_of(path))?;
                    missing.push((path.as_path(), bytes.as_slice()));
                }
                Err(error) => return Err(named(error, path)),
            }
        }
        let parts: Vec<_> = missing.iter().map(|(_, bytes)| [*bytes]).collect();
        let files: Vec<_> =
            missing.iter().zip(&parts).map(|((path, _), parts)| (*path, &parts[..])).collect();
        self.write_files(&files, 0o444)
    }

    /// Writes all under temporary names, then syncs all, then renames all, then syncs each directory once: a group of
    /// files costs little more than one.
    fn write_files(&self, files: &[(&Path, &[&[u8]])], mode: u32) -> io::Result<()> {
        let mut written = Vec::with_capacity(files.len());
        for (path, parts) in files {
            let temporary = temporary_of(path);
            let mut file = self.call(Call::Create, &temporary, || {
                // A read-only leftover of a crash could not be opened again.
                let _ = fs::remove_file(&temporary);
                OpenOptions::new().write(true).create_new(true).mode(mode).open(&temporary)
            })?;
            for part in *parts {
                self.call(Call::Write, &temporary, || file.write_all(part))?;
            }
            written.push((file, temporary, *path));
        }
        // The directories stay open across the renames, so that an error of theirs cannot be lost with the inode.
        let mut directories: Vec<(&Path, File)> = Vec::new();
        for (_, _, path) in &written {
            let parent = parent_of(path);
            if !directories.iter().any(|(known, _)| *known == parent) {
                directories.push((parent, File::open(directory_path(parent))?));
            }
        }
        self.sync_all(&written)?;
        for (_, temporary, path) in &written {
            self.call(Call::Rename, path, || fs::rename(temporary, path))?;
        }
        for (path, directory) in &directories {
            self.call(Call::SyncDirectory, path, || directory.sync_all())?;
        }
        Ok(())
    }

    /// Syncs files, several at a time: the file system then commits them together.
    fn sync_all(&self, files: &[(File, PathBuf, &Path)]) -> io::Result<()> {
        let sync_each = |files: &[(File, PathBuf, &Path)]| {
            files.iter().try_for_each(|(file, temporary, _)| {
                self.call(Call::Sync, temporary, || file.sync_all())
            })
        };
        if files.len() < SYNCS_AT_ONCE {
            return sync_each(files);
        }
        std::thread::scope(|scope| {
            let parts = files.chunks(files.len().div_ceil(SYNCS_AT_ONCE));
            let threads: Vec<_> = parts.map(|part| scope.spawn(move || sync_each(part))).collect();
            // Every thread is waited for, also behind a failed one.
            let panicked = |_| Err(io::Error::other("a thread that synced files panicked"));
            let results: Vec<_> =
                threads.into_iter().map(|thread| thread.join().unwrap_or_else(panicked)).collect();
            results.into_iter().collect()
        })
    }

    /// Begins a whole file that is too long to hold in memory; nothing has its name before
    /// [`AtomicFile::commit`].
    pub fn begin_atomic(&self, path: &Path) -> io::Result<AtomicFile> {
        let temporary = temporary_of(path);
        let file = self.call(Call::Create, &temporary, || File::create(&temporary))?;
        Ok(AtomicFile::new(self.clone(), file, temporary, path.to_owned()))
    }

    /// A file without a name, gone when it is closed: for sorting what does not fit in memory.
    pub fn scratch_file(&self, directory: &Path) -> io::Result<File> {
        let path = directory.join("scratch.tmp");
        self.call(Call::Create, &path, || {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .open(&path)?;
            fs::remove_file(&path)?;
            Ok(file)
        })
    }

    /// Gives an existing file a second name in the same directory, and syncs the directory.
    pub fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call(Call::Create, to, || match fs::hard_link(from, to) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                fs::remove_file(to)?;
                fs::hard_link(from, to)
            }
            result => result,
        })?;
        self.sync_directory(parent_of(to))
    }

    /// Renames, and syncs the directory.
    pub fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call(Call::Rename, to, || fs::rename(from, to))?;
        self.sync_directory(parent_of(to))
    }

    /// Removes a file, if it is there, and syncs the directory.
    pub fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.call(Call::Remove, path, || match fs::remove_file(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            result => result,
        })?;
        self.sync_directory(parent_of(path))
    }

    /// Removes what interrupted writes left in a directory.
    pub fn remove_temporaries(&self, directory: &Path) -> io::Result<()> {
        for entry in fs::read_dir(directory_path(directory))? {
            let path = entry?.path();
            if is_temporary(&path) {
                self.remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// Removes a directory with everything in it, if it is there.
    pub fn remove_directory(&self, path: &Path) -> io::Result<()> {
        self.call(Call::Remove, path, || match fs::remove_dir_all(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            result => result,
        })
    }

    /// Syncs the entries of a directory.
    pub fn sync_directory(&self, path: &Path) -> io::Result<()> {
        self.call(Call::SyncDirectory, path, || File::open(directory_path(path))?.sync_all())
    }

    /// Opens an existing file to append at its end.
    pub fn open_append(&self, path: &Path) -> io::Result<AppendFile> {
        let file =
            self.call(Call::Create, path, || OpenOptions::new().read(true).write(true).open(path))?;
        let length = file.metadata()?.len();
        Ok(AppendFile::new(self.clone(), file, path.to_owned(), length))
    }

    /// Syncs the content of an existing file somebody else has written.
    pub fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.call(Call::Sync, path, || File::open(path)?.sync_all())
    }

    /// Free space of the file system that holds `path`, in bytes.
    pub fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(path)?;
        Ok(self.0.free_bytes(stat.f_bavail.saturating_mul(stat.f_frsize)))
    }

    fn call<T>(
        &self,
        call: Call,
        path: &Path,
        make: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        let injected = || io::Error::other(format!("injected fault: {call:?} {}", path.display()));
        match self.0.verdict(call, path) {
            Verdict::Proceed => make().map_err(|error| named(error, path)),
            Verdict::Fail => Err(injected()),
            Verdict::DoThenFail => {
                make()?;
                Err(injected())
            }
        }
    }
}

/// Reads a whole small file; `None` if it is not there.
pub(crate) fn read_if_there(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)) {
        Ok(_) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(named(error, path)),
    }
}

/// The error with the file it is about.
#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
pub(crate) fn named(error: io::Error, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Whether a file is a leftover of an interrupted write.
pub(crate) fn is_temporary(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "tmp")
}

fn temporary_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    path.with_file_name(name)
}

fn parent_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

fn directory_path(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use parking_lot::Mutex;

    use super::*;

    struct Recorder(Mutex<Vec<Call>>);

    impl Faults for Recorder {
        fn verdict(&self, call: Call, _: &Path) -> Verdict {
            self.0.lock().push(call);
            Verdict::Proceed
        }
    }

    #[test]
    fn a_whole_file_is_synced_before_its_name_and_its_name_before_anybody_hears_of_it() {
        let directory = tempfile::tempdir().unwrap();
        let recorder = Arc::new(Recorder(Mutex::default()));
        let disk = Disk::with_faults(recorder.clone());
        disk.write_atomic(&directory.path().join("file"), &[b"one", b"two"]).unwrap();
        let calls = recorder.0.lock().clone();
        let expected =
            [Call::Create, Call::Write, Call::Write, Call::Sync, Call::Rename, Call::SyncDirectory];
        assert_eq!(calls, expected);
        assert_eq!(fs::read(directory.path().join("file")).unwrap(), b"onetwo");
    }

    #[test]
    fn an_immutable_file_takes_the_same_content_again_and_no_other() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/b/tile");
        let disk = Disk::default();
        disk.write_immutable(&[(path.clone(), b"tile".to_vec())]).unwrap();
        disk.write_immutable(&[(path.clone(), b"tile".to_vec())]).unwrap();
        let error = disk.write_immutable(&[(path.clone(), b"Tile".to_vec())]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"tile");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o444);
    }

    #[test]
    fn an_append_file_syncs_only_when_something_was_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        Disk::default().write_atomic(&path, &[b"head"]).unwrap();
        let recorder = Arc::new(Recorder(Mutex::default()));
        let mut file = Disk::with_faults(recorder.clone()).open_append(&path).unwrap();
        file.sync().unwrap();
        file.append(b"tail").unwrap();
        file.sync().unwrap();
        file.sync().unwrap();
        let syncs = recorder.0.lock().iter().filter(|call| **call == Call::Sync).count();
        assert_eq!((syncs, file.length()), (1, 8));
        file.truncate(6).unwrap();
        file.append(b"x").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"headtax");
        file.settle(1, 7).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"headtax");
        file.wipe(4).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"head\0\0\0");
    }
}
