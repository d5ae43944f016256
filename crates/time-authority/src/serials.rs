//! Serial numbers: each used once, also across a crash.
//!
//! A file holds the first number that no block covers. A block is reserved by moving that
//! number on, durably, before the first number of the block is given out; a restart begins
//! behind the last block, so what a crash left unused is lost and nothing is repeated.
//!
//! The number stands before its checksum, for a bit that flips must not set the counter back.

use std::io;
use std::path::{Path, PathBuf};

use heqi_evidence_store::durable_file::Disk;
use heqi_vocabulary::Digest;
use parking_lot::Mutex;

/// Numbers reserved at once: at 5,000 tokens a second, one sync in thirteen seconds.
pub const BLOCK: u64 = 65_536;
/// What the checksum is over, before the number.
const LABEL: &str = "heqi time-authority serials\n";

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
    /// Opens the counter kept in this file; a missing file begins at 1. A file without a
    /// checksum, of a former version, is read this once and gets one.
    ///
    /// # Errors
    /// The file cannot be read or written, or does not hold a number and its checksum.
    /// Guessing a number could repeat one.
    pub fn open(path: &Path, disk: Disk) -> io::Result<Self> {
        let kept = match std::fs::read(path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let reserved = match &kept {
            None => 1,
            Some(bytes) => match parse(bytes).ok_or_else(|| broken(path))? {
                Kept::Sealed(number) => number,
                Kept::Plain(number) => {
                    disk.write_atomic(path, &[spelled(number).as_bytes()])?;
                    number
                }
            },
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
            self.disk.write_atomic(&self.path, &[spelled(end).as_bytes()])?;
            block.end = end;
        }
        let serial = block.next;
        block.next += 1;
        Ok(serial)
    }
}

/// What a file holds.
enum Kept {
    /// A number with the checksum that belongs to it.
    Sealed(u64),
    /// A number alone, as former versions wrote it.
    Plain(u64),
}

/// The bytes of the file for this number.
fn spelled(number: u64) -> String {
    format!("{number} {}\n", Digest::labelled(LABEL, number.to_string().as_bytes()))
}

/// Reads what [`spelled`] writes, or what former versions wrote. No single flipped bit makes
/// one of the other: it would have to take the checksum away.
fn parse(bytes: &[u8]) -> Option<Kept> {
    let text = std::str::from_utf8(bytes).ok()?;
    let line = text.strip_suffix('\n')?;
    let (digits, is_sealed) =
        line.split_once(' ').map_or((line, false), |(digits, _)| (digits, true));
    let number = digits.parse::<u64>().ok().filter(|number| *number > 0)?;
    if is_sealed {
        return (spelled(number) == text).then_some(Kept::Sealed(number));
    }
    (number.to_string() == line).then_some(Kept::Plain(number))
}

fn broken(path: &Path) -> io::Error {
    let what = format!("{} is damaged: it does not hold the next serial number", path.display());
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
        let other = spelled(8).replace('8', "7");
        let wrong = ["", "7", "07\n", "-1\n", "0\n", "seven\n", "18446744073709551616\n", "7 \n"];
        for wrong in wrong.into_iter().chain([other.as_str()]) {
            std::fs::write(&path, wrong).unwrap();
            assert!(Serials::open(&path, Disk::default()).is_err(), "{wrong:?}");
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "damage done on purpose")]
    fn a_file_with_any_one_bit_flipped_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("serials");
        open(&path).take().unwrap();
        let sound = std::fs::read(&path).unwrap();
        for bit in 0..sound.len() * 8 {
            let mut flipped = sound.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, &flipped).unwrap();
            let error = Serials::open(&path, Disk::default()).unwrap_err().to_string();
            assert!(error.contains(path.to_str().unwrap()), "bit {bit}: {error}");
            assert_eq!(std::fs::read(&path).unwrap(), flipped, "bit {bit}: left as it is");
        }
        std::fs::write(&path, &sound).unwrap();
        assert_eq!(open(&path).take().unwrap(), 1 + BLOCK);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a file of a former version")]
    fn a_file_of_a_former_version_is_read_once_and_gets_its_checksum() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("serials");
        std::fs::write(&path, "65537\n").unwrap();
        let serials = open(&path);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), spelled(65_537));
        assert_eq!(serials.take().unwrap(), 65_537);
    }
}
