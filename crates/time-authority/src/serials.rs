//! Serial numbers: each used once, also across a crash.
//!
//! A file holds the first number that no block covers. A block is reserved by moving that
//! number on, durably, before the first number of the block is given out; a restart begins
//! behind the last block, so what a crash left unused is lost and nothing is repeated.

use std::io;
use std::path::{Path, PathBuf};

use heqi_evidence_store::durable_file::Disk;
use parking_lot::Mutex;

/// Numbers reserved at once: at 5,000 tokens a second, one sync in thirteen seconds.
pub const BLOCK: u64 = 65_536;

/// The counter of one authority.
#[derive(Debug)]
pub struct Serials {
    disk: Disk,
    path: PathBuf,
    block: Mutex<Block>,
}

#[derive(Debug)]
struct Block {
    next: u64,
    end: u64,
}

impl Serials {
    /// Opens the counter kept in this file; a missing file begins at 1.
    ///
    /// # Errors
    /// The file cannot be read, or does not hold a number. Guessing one could repeat.
    pub fn open(path: &Path, disk: Disk) -> io::Result<Self> {
        let reserved = match std::fs::read_to_string(path) {
            Ok(text) => parse(&text).ok_or_else(|| broken(path))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 1,
            Err(error) => return Err(error),
        };
        let block = Mutex::new(Block { next: reserved, end: reserved });
        Ok(Self { disk, path: path.to_owned(), block })
    }

    /// The next number. Waits for the disk once in [`BLOCK`] times.
    ///
    /// # Errors
    /// No new block could be made durable; no number was given out, and the next call
    /// tries again.
    pub fn take(&self) -> io::Result<u64> {
        let mut block = self.block.lock();
        if block.next == block.end {
            let end = block.end.checked_add(BLOCK).ok_or_else(|| broken(&self.path))?;
            // After a failure it is not known whether the block was written: the next try
            // reserves the same one, none of whose numbers was used.
            self.disk.write_atomic(&self.path, &[format!("{end}\n").as_bytes()])?;
            block.end = end;
        }
        let serial = block.next;
        block.next += 1;
        Ok(serial)
    }
}

fn parse(text: &str) -> Option<u64> {
    let number: u64 = text.strip_suffix('\n')?.parse().ok()?;
    (number > 0 && format!("{number}\n") == text).then_some(number)
}

fn broken(path: &Path) -> io::Error {
    let what = format!("{} does not hold the next serial number", path.display());
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use heqi_evidence_store::durable_file::{Call, Faults, Verdict};

    use super::*;

    fn open(path: &Path) -> Serials {
        Serials::open(path, Disk::default()).unwrap()
    }

    #[test]
    fn numbers_count_up_from_one() {
        let folder = tempfile::tempdir().unwrap();
        let serials = open(&folder.path().join("serials"));
        let first: Vec<u64> = (0..3).map(|_| serials.take().unwrap()).collect();
        assert_eq!(first, [1, 2, 3]);
    }

    #[test]
    fn no_number_is_used_twice_however_often_the_process_dies() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("serials");
        let mut used = BTreeSet::new();
        for life in 0..20u64 {
            // Dropped without ceremony: what a kill leaves behind is the file alone.
            let serials = open(&path);
            for _ in 0..=(life * 9973 % (BLOCK + 5)) {
                assert!(used.insert(serials.take().unwrap()));
            }
        }
    }

    #[test]
    fn numbers_taken_by_many_at_once_differ() {
        let folder = tempfile::tempdir().unwrap();
        let serials = open(&folder.path().join("serials"));
        let taken: Vec<Vec<u64>> = std::thread::scope(|scope| {
            let take = || (0..500).map(|_| serials.take().unwrap()).collect::<Vec<u64>>();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(taken.concat().iter().collect::<BTreeSet<_>>().len(), 2000);
    }

    struct Failing(Call);

    impl Faults for Failing {
        fn verdict(&self, call: Call, _: &Path) -> Verdict {
            if call == self.0 { Verdict::DoThenFail } else { Verdict::Proceed }
        }
    }

    #[test]
    fn without_a_durable_block_there_is_no_number() {
        for call in [Call::Create, Call::Write, Call::Rename, Call::SyncDirectory] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("serials");
            let serials = Serials::open(&path, Disk::with_faults(Arc::new(Failing(call)))).unwrap();
            assert!(serials.take().is_err(), "{call:?}");
            assert!(serials.take().is_err(), "{call:?}");
            // Whether or not the block reached the disk, later numbers are new ones.
            assert!(open(&path).take().unwrap() >= 1);
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "damage done on purpose")]
    fn a_file_that_holds_no_number_is_not_guessed_at() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("serials");
        for wrong in ["", "7", "07\n", "-1\n", "0\n", "seven\n", "18446744073709551616\n"] {
            std::fs::write(&path, wrong).unwrap();
            assert!(Serials::open(&path, Disk::default()).is_err(), "{wrong:?}");
        }
    }
}
