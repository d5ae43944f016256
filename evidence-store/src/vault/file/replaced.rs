//! A vault segment that another takes the place of: it keeps a second name until its bytes are wiped, so that a crash in
//! between leaves something that the next start finds and wipes.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::durable_file::Disk;
use crate::journal::segment::{HEADER_BYTES, Segments};

/// The end of the second name. It ends like a temporary file, so that every check of a store knows what it is.
const SUFFIX: &str = ".old.tmp";

/// A segment file under its second name.
pub(super) struct Replaced {
    path: PathBuf,
}

/// Gives the present file of a segment its second name.
pub(super) fn keep_name(segments: &Segments, disk: &Disk, number: u32) -> io::Result<Replaced> {
    let path = second_name(&segments.path(number));
    disk.link(&segments.path(number), &path)?;
    Ok(Replaced { path })
}

/// Overwrites a file that no name is to lead to any more.
pub(super) fn wipe(disk: &Disk, path: PathBuf) -> io::Result<()> {
    Replaced { path }.wipe(disk)
}

impl Replaced {
    /// Overwrites the bytes behind the header with zeros, then takes the name away.
    pub(super) fn wipe(self, disk: &Disk) -> io::Result<()> {
        let mut file = disk.open_append(&self.path)?;
        file.wipe(HEADER_BYTES)?;
        disk.remove_file(&self.path)
    }
}

/// Finishes what a crash left: a second name of a file that still is the segment is taken away, any other file is wiped.
pub(super) fn wipe_leftovers(segments: &Segments, disk: &Disk) -> io::Result<()> {
    let mut leftovers = Vec::new();
    for entry in fs::read_dir(segments.directory())? {
        let path = entry?.path();
        if path.to_str().is_some_and(|path| path.ends_with(SUFFIX)) {
            leftovers.push(path);
        }
    }
    for path in leftovers {
        let inode = fs::metadata(&path)?.ino();
        let mut is_segment = false;
        for number in segments.numbers()? {
            is_segment |= fs::metadata(segments.path(number))?.ino() == inode;
        }
        if is_segment {
            disk.remove_file(&path)?;
        } else {
            Replaced { path }.wipe(disk)?;
        }
    }
    Ok(())
}

fn second_name(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(SUFFIX);
    path.with_file_name(name)
}
