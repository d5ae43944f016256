//! A block device whose power can be cut. It keeps what was written in a volatile cache
//! until it is told to flush, as disks do, and at a cut loses of the cache what the dice
//! say: nothing, everything, whole writes, pages or single sectors.
//!
//! The kernel sees one file on a file system of ours ([`fuse`], the protocol of
//! `/dev/fuse`), a loop device over that file, and ext4 on the loop device. A cut copies
//! the cells in one instant under the lock that every request takes, so the copy is never
//! torn in time, however busy the device is.
//!
//! - [`cells`]: the bytes, what of them is flushed, and the cut
//! - [`fuse`]: the server
//! - [`volume`]: loop device and mount

pub(crate) mod cells;
mod fuse;
pub(crate) mod volume;

pub(crate) use cells::{Cells, Left};
pub(crate) use volume::Volume;
