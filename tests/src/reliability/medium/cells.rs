//! The bytes of a block device with a volatile write cache.

use std::collections::HashMap;

use crate::reliability::dice::Dice;

/// Bytes of a cell: the page size of the file system above.
const CELL: usize = 4096;
const CELL_BYTES: u64 = 4096;
/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// The bytes of a device, sparse.
#[derive(Clone, Default)]
pub(crate) struct Cells(HashMap<u64, Vec<u8>>);

impl Cells {
    /// Reads into `out`; what was never written is zero.
    pub(super) fn read(&self, offset: u64, out: &mut [u8]) {
        for (number, within, range) in pieces(offset, out.len()) {
            let Some(piece) = out.get_mut(range) else { continue };
            let known = self.0.get(&number).and_then(|cell| cell.get(within..within + piece.len()));
            match known {
                Some(bytes) => piece.copy_from_slice(bytes),
                None => piece.fill(0),
            }
        }
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) {
        for (number, within, range) in pieces(offset, bytes.len()) {
            let cell = self.0.entry(number).or_insert_with(|| vec![0; CELL]);
            let Some(piece) = bytes.get(range) else { continue };
            if let Some(place) = cell.get_mut(within..within + piece.len()) {
                place.copy_from_slice(piece);
            }
        }
    }
}

/// Cell number, offset within the cell, and range of the buffer, for each cell touched.
fn pieces(
    offset: u64,
    length: usize,
) -> impl Iterator<Item = (u64, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        (done < length).then(|| {
            let at = offset + u64::try_from(done).unwrap_or(u64::MAX);
            let within = usize::try_from(at % CELL_BYTES).unwrap_or(0);
            let count = (CELL - within).min(length - done);
            let range = done..done + count;
            done += count;
            (at / CELL_BYTES, within, range)
        })
    })
}

/// The device: what reads see, what is certain, and what lies in the cache.
#[derive(Default)]
pub(crate) struct Device {
    seen: Cells,
    certain: Cells,
    cached: Vec<(u64, Vec<u8>)>,
    armed: Option<(u64, Dice)>,
    pub(super) taken: Option<Left>,
    /// A device that says it has flushed and has not: what no program survives, and what
    /// the checks must find out.
    pub(super) lies: bool,
    /// Whether it does nothing any more once its power has gone: what runs on it then gets
    /// errors, and cannot tell others of anything that is not on the disk.
    pub(super) dies: bool,
    pub(super) is_dead: bool,
}

/// What a power cut left.
#[derive(Clone)]
pub(crate) struct Left {
    /// What is on the disk.
    pub(crate) cells: Cells,
    /// Writes that lay in the cache.
    pub(crate) cached: usize,
}

impl Device {
    pub(super) fn new(cells: Cells) -> Self {
        Self { seen: cells.clone(), certain: cells, ..Self::default() }
    }

    pub(super) fn read(&self, offset: u64, out: &mut [u8]) {
        self.seen.read(offset, out);
    }

    pub(super) fn write(&mut self, offset: u64, bytes: &[u8]) {
        self.seen.write(offset, bytes);
        self.cached.push((offset, bytes.to_vec()));
        match &mut self.armed {
            Some((0, dice)) => {
                let mut dice = dice.clone();
                self.taken = Some(self.cut(&mut dice));
                self.armed = None;
                self.is_dead = self.dies;
            }
            Some((left, _)) => *left -= 1,
            None => {}
        }
    }

    /// The power goes with the write after so many others, while that lies in the cache.
    pub(super) fn arm(&mut self, writes: u64, dice: Dice) {
        (self.armed, self.taken) = (Some((writes, dice)), None);
    }

    /// Makes certain whatever was written.
    pub(super) fn flush(&mut self) {
        if self.lies {
            return;
        }
        for (offset, bytes) in self.cached.drain(..) {
            self.certain.write(offset, &bytes);
        }
    }

    /// What is on the disk when the power goes now.
    pub(super) fn cut(&self, dice: &mut Dice) -> Left {
        let mut left = self.certain.clone();
        let cached = self.cached.len();
        // What survives of the cache: nothing, all, or a random part in units of …
        let unit = match dice.below(5) {
            0 => return Left { cells: left, cached },
            1 => None,
            2 => Some(usize::MAX),
            3 => Some(CELL),
            _ => Some(SECTOR),
        };
        for (offset, bytes) in &self.cached {
            let mut at = *offset;
            for piece in bytes.chunks(unit.unwrap_or(usize::MAX).min(bytes.len().max(1))) {
                if unit.is_none() || dice.below(2) == 0 {
                    left.write(at, piece);
                }
                at += u64::try_from(piece.len()).unwrap_or(0);
            }
        }
        Left { cells: left, cached }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cells: &Cells, offset: u64, length: usize) -> Vec<u8> {
        let mut out = vec![9; length];
        cells.read(offset, &mut out);
        out
    }

    #[test]
    fn what_is_written_is_read_across_cells_and_the_rest_is_zero() {
        let mut cells = Cells::default();
        cells.write(4090, &[7; 12]);
        assert_eq!(read(&cells, 4088, 16), [&[0, 0][..], &[7; 12], &[0, 0]].concat());
    }

    #[test]
    fn a_cut_keeps_what_was_flushed_and_loses_some_of_the_rest() {
        let (mut kept, mut lost) = (0, 0);
        for seed in 0..200 {
            let mut device = Device::default();
            device.write(0, &[1; 4096]);
            device.flush();
            device.write(0, &[2; 2048]);
            device.write(8192, &[3; 4096]);
            let Left { cells: left, cached } = device.cut(&mut Dice::new(seed));
            assert_eq!(cached, 2);
            assert_eq!(read(&left, 2048, 2048), [1; 2048]);
            assert!(read(&left, 0, 2048).iter().all(|byte| [1, 2].contains(byte)));
            match read(&left, 8192, 4096) {
                all if all == [3; 4096] => kept += 1,
                none if none == [0; 4096] => lost += 1,
                torn => assert!(torn.chunks(512).all(|s| s == [3; 512] || s == [0; 512])),
            }
        }
        assert!(kept > 20 && lost > 20 && kept + lost < 200, "{kept} kept, {lost} lost");
    }

    #[test]
    fn a_device_that_dies_with_its_power_does_so_at_the_cut() {
        let mut device = Device { dies: true, ..Device::default() };
        device.arm(0, Dice::new(4));
        assert!(!device.is_dead);
        device.write(0, &[1; 512]);
        assert!(device.is_dead && device.taken.is_some());
    }

    #[test]
    fn an_armed_device_loses_power_with_the_write_that_was_named() {
        let mut device = Device::default();
        device.arm(1, Dice::new(4));
        device.write(0, &[1; 512]);
        assert!(device.taken.is_none());
        device.write(512, &[2; 512]);
        device.flush();
        assert_eq!(device.taken.map(|left| left.cached), Some(2));
    }
}
