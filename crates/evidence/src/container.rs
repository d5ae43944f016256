//! The container of a bundle: a ZIP file in its plainest form.
//!
//! Entries are stored, never deflated, so nothing can expand; no encryption, no ZIP64, no
//! data descriptors, no extra fields, no comments, no gaps, no times, no attributes: every
//! byte of the file is accounted for and both directories must agree. Any ZIP tool opens
//! it; a ZIP that was packed again by another tool is refused, because its bytes were never
//! vouched for.
//! (APPNOTE 6.3.10 sections 4.3.7, 4.3.12, 4.3.16; EN 319 162-1 for the first entry.)

use std::collections::BTreeSet;

use crc32fast::Hasher as Crc32;

/// The longest bundle read, in bytes.
pub const MAX_FILE_BYTES: usize = 64 * 1024 * 1024;
/// The most entries.
pub const MAX_ENTRIES: usize = 4096;
/// The longest entry name, in bytes.
pub const MAX_NAME_BYTES: usize = 128;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const LOCAL_BYTES: usize = 30;
const CENTRAL_BYTES: usize = 46;
const END_BYTES: usize = 22;
/// ZIP version 2.0, names in UTF-8 (flag bit 11), 1980-01-01 00:00.
const VERSION: u16 = 20;
const UTF8_FLAG: u16 = 1 << 11;
const DOS_DATE: u16 = 0x0021;

/// One entry: its name, its bytes, and whether the checksum beside them agrees.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Entry<'a> {
    /// The name.
    pub name: &'a str,
    /// The bytes.
    pub bytes: &'a [u8],
    /// Whether CRC-32 fits; a damaged entry is reported by name, not hidden behind
    /// "unreadable".
    pub intact: bool,
}

/// Why a file is not a container of ours.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ContainerError {
    /// Longer than [`MAX_FILE_BYTES`].
    #[error("a bundle has at most {MAX_FILE_BYTES} bytes")]
    TooLarge,
    /// No end record where it must be: truncated, appended to, or no ZIP.
    #[error("the end record of the ZIP is missing: the file is truncated or is no bundle")]
    Truncated,
    /// Too many entries.
    #[error("a bundle has at most {MAX_ENTRIES} entries")]
    TooManyEntries,
    /// The two directories disagree, overlap or leave gaps.
    #[error("the directory of the ZIP does not describe its content")]
    Directory,
    /// A feature that bundles do not use: compression, encryption, ZIP64, descriptors.
    #[error("entry {0} is packed in a way bundles never are (packed again by another tool?)")]
    Feature(String),
    /// A name that bundles do not use.
    #[error("an entry has a name that bundles never use")]
    Name,
    /// A name twice.
    #[error("entry {0} comes twice")]
    Duplicate(String),
}

/// Reads the entries in file order.
///
/// # Errors
/// See [`ContainerError`].
pub fn read(file: &[u8]) -> Result<Vec<Entry<'_>>, ContainerError> {
    if file.len() > MAX_FILE_BYTES {
        return Err(ContainerError::TooLarge);
    }
    let end_at = file.len().checked_sub(END_BYTES).ok_or(ContainerError::Truncated)?;
    let end = Fields(file.get(end_at..).ok_or(ContainerError::Truncated)?);
    if end.u32(0) != Some(END) || end.u16(20) != Some(0) {
        return Err(ContainerError::Truncated);
    }
    let count = usize::from(end.u16(10).unwrap_or(0));
    if count > MAX_ENTRIES {
        return Err(ContainerError::TooManyEntries);
    }
    let central_at = end.size(16).ok_or(ContainerError::Directory)?;
    let one_disk = end.u16(4) == Some(0) && end.u16(6) == Some(0) && end.u16(8) == end.u16(10);
    let spans = end.size(12).and_then(|size| central_at.checked_add(size)) == Some(end_at);
    if !one_disk || !spans {
        return Err(ContainerError::Directory);
    }
    read_entries(file, central_at, end_at, count)
}

fn read_entries(
    file: &[u8],
    central_at: usize,
    end_at: usize,
    count: usize,
) -> Result<Vec<Entry<'_>>, ContainerError> {
    let mut entries = Vec::with_capacity(count);
    let mut names = BTreeSet::new();
    let (mut central_cursor, mut local_cursor) = (central_at, 0);
    for _ in 0..count {
        let (central, name) = header(file, central_cursor, CENTRAL, CENTRAL_BYTES, 28)?;
        let (local, local_name) = header(file, local_cursor, LOCAL, LOCAL_BYTES, 26)?;
        if name != local_name || central.size(42) != Some(local_cursor) {
            return Err(ContainerError::Directory);
        }
        let bytes = content(file, central, local, name, local_cursor)?;
        if !names.insert(name) {
            return Err(ContainerError::Duplicate(name.to_owned()));
        }
        let intact = central.u32(16) == Some(crc32(bytes));
        entries.push(Entry { name, bytes, intact });
        central_cursor += CENTRAL_BYTES + name.len();
        local_cursor += LOCAL_BYTES + name.len() + bytes.len();
    }
    if central_cursor == end_at && local_cursor == central_at {
        Ok(entries)
    } else {
        Err(ContainerError::Directory)
    }
}

fn header(
    file: &[u8],
    at: usize,
    magic: u32,
    length: usize,
    name_length_at: usize,
) -> Result<(Fields<'_>, &str), ContainerError> {
    let tail = file.get(at..).ok_or(ContainerError::Directory)?;
    let fields = Fields(tail.get(..length).ok_or(ContainerError::Directory)?);
    if fields.u32(0) != Some(magic) {
        return Err(ContainerError::Directory);
    }
    let name_length = usize::from(fields.u16(name_length_at).unwrap_or(0));
    let name = tail.get(length..length + name_length).ok_or(ContainerError::Directory)?;
    let name = std::str::from_utf8(name).map_err(|_| ContainerError::Name)?;
    if is_name(name) { Ok((fields, name)) } else { Err(ContainerError::Name) }
}

fn content<'a>(
    file: &'a [u8],
    central: Fields<'_>,
    local: Fields<'_>,
    name: &str,
    local_at: usize,
) -> Result<&'a [u8], ContainerError> {
    let feature = || ContainerError::Feature(name.to_owned());
    // Central fields 6..28 are the local fields 4..26; both must agree to the byte.
    if central.0.get(6..30) != local.0.get(4..28) {
        return Err(ContainerError::Directory);
    }
    // Version needed, flags, method, time and date have one value; nothing hides in fields
    // that say nothing: version made by, extra field, comment, disk, attributes.
    let plain = local.0.get(4..14) == Some(plain_fields().as_slice())
        && local.u16(28) == Some(0)
        && central.u16(4) == Some(VERSION)
        && central.0.get(30..42) == Some([0; 12].as_slice())
        && local.u32(18) == local.u32(22);
    if !plain {
        return Err(feature());
    }
    let size = local.size(22).ok_or_else(feature)?;
    let from = local_at + LOCAL_BYTES + name.len();
    let to = from.checked_add(size).ok_or(ContainerError::Directory)?;
    file.get(from..to).ok_or(ContainerError::Directory)
}

/// Names are relative, lower-case ASCII, without empty, `.` or `..` segments.
fn is_name(name: &str) -> bool {
    let letters = |b: u8| {
        b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_' | b'/')
    };
    (1..=MAX_NAME_BYTES).contains(&name.len())
        && name.bytes().all(letters)
        && name.split('/').all(|segment| !segment.is_empty() && !segment.starts_with('.'))
}

/// Writes a container; the same entries always make the same bytes.
///
/// # Errors
/// A name bundles do not use or that comes twice, too many or too large entries.
pub fn write(entries: &[(String, Vec<u8>)]) -> Result<Vec<u8>, ContainerError> {
    if entries.len() > MAX_ENTRIES {
        return Err(ContainerError::TooManyEntries);
    }
    let mut names = BTreeSet::new();
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        if !is_name(name) {
            return Err(ContainerError::Name);
        }
        if !names.insert(name) {
            return Err(ContainerError::Duplicate(name.clone()));
        }
        let offset = u32::try_from(file.len()).map_err(|_| ContainerError::TooLarge)?;
        let common = common_fields(name, bytes)?;
        file.extend_from_slice(&LOCAL.to_le_bytes());
        file.extend_from_slice(&common);
        file.extend_from_slice(name.as_bytes());
        file.extend_from_slice(bytes);
        directory.extend_from_slice(&CENTRAL.to_le_bytes());
        directory.extend_from_slice(&VERSION.to_le_bytes());
        directory.extend_from_slice(&common);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    finish(file, &directory, entries.len())
}

fn common_fields(name: &str, bytes: &[u8]) -> Result<Vec<u8>, ContainerError> {
    let size = u32::try_from(bytes.len()).map_err(|_| ContainerError::TooLarge)?;
    let name_length = u16::try_from(name.len()).map_err(|_| ContainerError::Name)?;
    let mut fields = plain_fields();
    for value in [crc32(bytes), size, size] {
        fields.extend_from_slice(&value.to_le_bytes());
    }
    for value in [name_length, 0] {
        fields.extend_from_slice(&value.to_le_bytes());
    }
    Ok(fields)
}

/// Version needed, flags, method, time, date: the same in every entry.
fn plain_fields() -> Vec<u8> {
    [VERSION, UTF8_FLAG, 0, 0, DOS_DATE].into_iter().flat_map(u16::to_le_bytes).collect()
}

fn finish(mut file: Vec<u8>, directory: &[u8], count: usize) -> Result<Vec<u8>, ContainerError> {
    let offset = u32::try_from(file.len()).map_err(|_| ContainerError::TooLarge)?;
    let size = u32::try_from(directory.len()).map_err(|_| ContainerError::TooLarge)?;
    let count = u16::try_from(count).map_err(|_| ContainerError::TooManyEntries)?;
    file.extend_from_slice(directory);
    file.extend_from_slice(&END.to_le_bytes());
    file.extend_from_slice(&[0; 4]);
    file.extend_from_slice(&count.to_le_bytes());
    file.extend_from_slice(&count.to_le_bytes());
    file.extend_from_slice(&size.to_le_bytes());
    file.extend_from_slice(&offset.to_le_bytes());
    file.extend_from_slice(&[0; 2]);
    if file.len() > MAX_FILE_BYTES { Err(ContainerError::TooLarge) } else { Ok(file) }
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc32::new();
    crc.update(bytes);
    crc.finalize()
}

/// Little-endian fields of a header, by offset.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn u16(self, at: usize) -> Option<u16> {
        self.0.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(self, at: usize) -> Option<u32> {
        self.0.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
    }

    fn size(self, at: usize) -> Option<usize> {
        self.u32(at).and_then(|size| usize::try_from(size).ok())
    }
}

#[cfg(test)]
mod tests;
