//! A file system with one file in it, the block device, served over `/dev/fuse`
//! (`include/uapi/linux/fuse.h`, protocol 7.31). One thread answers one request after the
//! other, so what the kernel was told is written or flushed, and in which order, is exactly
//! what [`Device`] was told.

use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::Mutex;
use rustix::mount::{MountFlags, mount};

use super::cells::Device;

/// Name of the one file.
pub(super) const FILE: &str = "device";

const ROOT: u64 = 1;
const DEVICE: u64 = 2;
const HEADER: usize = 40;
const LARGEST_WRITE: u32 = 256 << 10;
const S_IFDIR: u32 = 0o040_000;
const S_IFREG: u32 = 0o100_000;
const ENOENT: i32 = 2;
const EIO: i32 = 5;
const ENOSYS: i32 = 38;

/// Mounts the file system at `target` and serves it until it is unmounted.
pub(super) fn serve(
    target: &Path,
    device: Arc<Mutex<Device>>,
    size: u64,
) -> io::Result<JoinHandle<()>> {
    let channel = OpenOptions::new().read(true).write(true).open("/dev/fuse")?;
    let options = format!("fd={},rootmode=40000,user_id=0,group_id=0", channel.as_raw_fd());
    let options = CString::new(options)?;
    let flags = MountFlags::NODEV | MountFlags::NOSUID;
    mount("heqi-reliability", target, "fuse", flags, options.as_c_str())?;
    std::thread::Builder::new().name("fuse".into()).spawn(move || answer(&channel, &device, size))
}

/// Answers until the kernel says that nothing is mounted any more.
fn answer(mut channel: &File, device: &Mutex<Device>, size: u64) {
    let mut buffer = vec![0; HEADER + 4096 + LARGEST_WRITE as usize];
    loop {
        let length = match channel.read(&mut buffer) {
            Ok(length) => length,
            // ENOENT: the request was withdrawn before it was read.
            Err(error) if error.raw_os_error() == Some(ENOENT) => continue,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        let Some(request) = buffer.get(..length).and_then(Request::read) else { return };
        let Some(reply) = request.reply(device, size) else { continue };
        // A request that was interrupted meanwhile has no reader any more.
        let _ = channel.write(&request.framed(reply));
    }
}

struct Request<'a> {
    opcode: u32,
    unique: u64,
    node: u64,
    body: &'a [u8],
}

/// Bytes for the kernel, or an error number.
type Reply = Result<Vec<u8>, i32>;

impl<'a> Request<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (header, body) = bytes.split_at_checked(HEADER)?;
        Some(Self {
            opcode: u32_at(header, 4)?,
            unique: u64_at(header, 8)?,
            node: u64_at(header, 16)?,
            body,
        })
    }

    fn framed(&self, reply: Reply) -> Vec<u8> {
        let (error, body) = match reply {
            Ok(body) => (0, body),
            Err(number) => (-number, Vec::new()),
        };
        let length = u32::try_from(16 + body.len()).unwrap_or(u32::MAX);
        let mut out = Vec::with_capacity(16 + body.len());
        out.extend(length.to_ne_bytes());
        out.extend(error.to_ne_bytes());
        out.extend(self.unique.to_ne_bytes());
        out.extend(body);
        out
    }

    /// `None` where the kernel wants no answer.
    fn reply(&self, device: &Mutex<Device>, size: u64) -> Option<Reply> {
        Some(match self.opcode {
            // LOOKUP
            1 if self.node == ROOT && self.body.strip_suffix(b"\0") == Some(FILE.as_bytes()) => {
                Ok(entry(size))
            }
            1 => Err(ENOENT),
            // FORGET, INTERRUPT, BATCH_FORGET
            2 | 36 | 42 => return None,
            // GETATTR, SETATTR
            3 | 4 => Ok([&[0; 16][..], &attributes(self.node, size)].concat()),
            // OPEN, OPENDIR; FOPEN_KEEP_CACHE
            14 | 27 => Ok([0_u64.to_ne_bytes(), [2, 0, 0, 0, 0, 0, 0, 0]].concat()),
            15 => self.read_bytes(device),
            16 => self.write_bytes(device),
            17 => Ok(vec![0; 80]),
            // FSYNC
            20 => {
                let mut device = device.lock();
                if device.is_dead {
                    return Some(Err(EIO));
                }
                device.flush();
                Ok(Vec::new())
            }
            // RELEASE, FLUSH, RELEASEDIR, DESTROY
            18 | 25 | 29 | 38 => Ok(Vec::new()),
            26 => Ok(agreement()),
            _ => Err(ENOSYS),
        })
    }

    fn read_bytes(&self, device: &Mutex<Device>) -> Reply {
        let (Some(offset), Some(length)) = (u64_at(self.body, 8), u32_at(self.body, 16)) else {
            return Err(ENOSYS);
        };
        let mut out = vec![0; length as usize];
        device.lock().read(offset, &mut out);
        Ok(out)
    }

    fn write_bytes(&self, device: &Mutex<Device>) -> Reply {
        let (Some(offset), Some(bytes)) = (u64_at(self.body, 8), self.body.get(40..)) else {
            return Err(ENOSYS);
        };
        let mut device = device.lock();
        if device.is_dead {
            return Err(EIO);
        }
        device.write(offset, bytes);
        let written = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Ok([written.to_ne_bytes(), [0; 4]].concat())
    }
}

/// `fuse_init_out`: protocol 7.31, large writes, no readahead.
fn agreement() -> Vec<u8> {
    const BIG_WRITES: u32 = 1 << 5;
    const MAX_PAGES: u32 = 1 << 22;
    let mut out = Vec::new();
    for word in [7, 31, 0, BIG_WRITES | MAX_PAGES] {
        out.extend(u32::to_ne_bytes(word));
    }
    for half in [12, 9] {
        out.extend(u16::to_ne_bytes(half));
    }
    out.extend(LARGEST_WRITE.to_ne_bytes());
    out.extend(1_u32.to_ne_bytes());
    out.extend(u16::to_ne_bytes(64));
    out.resize(64, 0);
    out
}

/// `fuse_entry_out` of the one file.
fn entry(size: u64) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(DEVICE.to_ne_bytes());
    out.resize(40, 0);
    out.extend(attributes(DEVICE, size));
    out
}

/// `fuse_attr`.
fn attributes(node: u64, size: u64) -> Vec<u8> {
    let (mode, size) = if node == ROOT { (S_IFDIR | 0o700, 0) } else { (S_IFREG | 0o600, size) };
    let mut out = Vec::new();
    for word in [node, size, size / 512, 0, 0, 0] {
        out.extend(word.to_ne_bytes());
    }
    for word in [0, 0, 0, mode, 1, 0, 0, 0, 4096, 0] {
        out.extend(u32::to_ne_bytes(word));
    }
    out
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_ne_bytes(*chunk))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_ne_bytes(*chunk))
}
