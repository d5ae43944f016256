//! Frames as they stand, packed objects, vault segments, the name of a store.

use std::path::Path;
use std::sync::Arc;

use heqi_vocabulary::Digest;

use super::{STORE, segment_of};
use crate::identity::Identity;
use crate::journal::frame::{FrameReader, Next, encode_frame};
use crate::journal::object::{Location, OBJECT_HEADER_BYTES, encode_header as object_header};
use crate::journal::object::{read_header, read_object};
use crate::journal::segment::{
    HEADER_BYTES, Position, Segment, SegmentKind, Segments, encode_header, len64,
};
use crate::testing::{SeededEntropy, tamper};
use crate::vault::FileKeyEncryptionKey;
use crate::vault::file::segment::{SEALED_KEY_BYTES, read_segment, unreadable_keys};

/// Any bytes behind the header of a segment: good frames are what was written, and the first bad byte is named.
pub fn frames(folder: &Path, input: &[u8]) {
    let (header, seed) = encode_header(SegmentKind::Ledger, 7, &STORE);
    let file = [&header, input].concat();
    let path = folder.join("frames");
    tamper(&path, &file);
    let segment = Segment::open(path, SegmentKind::Ledger, 7, &STORE).unwrap();
    let mut reader = FrameReader::whole(Arc::new(segment)).unwrap();
    let mut written = header;
    loop {
        match reader.next().unwrap() {
            Next::Frame(frame) => {
                assert_eq!(frame.offset, len64(written.len()));
                let (kind, sequence) = (frame.kind, frame.sequence);
                encode_frame(&mut written, seed, kind, sequence, &[&frame.payload]).unwrap();
            }
            Next::End => break assert_eq!(written, file),
            Next::Bad { offset, .. } => {
                assert_eq!(offset, len64(written.len()));
                assert!(file.starts_with(&written), "a frame has one spelling");
                let is_followed = reader.has_frame_after(offset).unwrap();
                let found = (written.len() + 1..file.len())
                    .any(|at| reader.is_frame(file.get(at..).unwrap_or_default()));
                break assert_eq!(is_followed, found);
            }
        }
    }
}

/// An object in its segment: 0 and any bytes, or anything else, a size, a digest and a body that get a right header.
/// What is given has the digest that was asked for.
pub fn object_segment(folder: &Path, input: &[u8]) {
    let Some((&mode, rest)) = input.split_first() else { return };
    let (mut file, seed) = encode_header(SegmentKind::Objects, 2, &STORE);
    if mode == 0 {
        file.extend_from_slice(rest);
    } else {
        let Some((size, rest)) = rest.split_first_chunk::<4>() else { return };
        let Some((id, body)) = rest.split_first_chunk::<32>() else { return };
        // A quarter of the digests are right, so that more than the refusal is reached.
        let id = if mode < 64 { Digest::of(body) } else { Digest::from_bytes(*id) };
        file.extend(object_header(seed, &id, u32::from_be_bytes(*size)));
        file.extend_from_slice(body);
    }
    let path = folder.join("objects");
    tamper(&path, &file);
    let segment = Segment::open(path, SegmentKind::Objects, 2, &STORE).unwrap();
    let Ok((id, size)) = read_header(&segment, HEADER_BYTES) else { return };
    let location = Location { position: Position::new(2, HEADER_BYTES).unwrap(), size };
    let start = usize::try_from(HEADER_BYTES + OBJECT_HEADER_BYTES).unwrap();
    let end = start.saturating_add(usize::try_from(size).unwrap());
    // No reader may ask for memory that the file cannot fill.
    if end > file.len() + (1 << 20) {
        return;
    }
    let is_there = file.get(start..end).is_some_and(|body| Digest::of(body) == id);
    let object = read_object(&segment, location, &id);
    assert_eq!(object.is_ok(), is_there);
    assert!(object.is_ok_and(|object| Digest::of(&object) == id) == is_there);
}

/// A vault segment, in pieces: entries stand inside the good part of the file, and keys that do not open are named.
pub fn vault_segment(folder: &Path, pieces: &[u8]) {
    let file = segment_of(SegmentKind::Vault, 0, pieces);
    let segments = Segments::new(folder.to_owned(), SegmentKind::Vault, STORE);
    tamper(segments.path(0), &file);
    let Ok(scanned) = read_segment(&segments, 0) else { return };
    assert!(scanned.epoch_end <= scanned.end && scanned.last_frame < scanned.end);
    assert_eq!(scanned.is_torn, scanned.end < len64(file.len()));
    let sealed = len64(SEALED_KEY_BYTES);
    for offset in scanned.entries.iter().filter_map(|entry| entry.offset) {
        let offset = u64::from(offset);
        assert!(offset >= scanned.epoch_end && offset + sealed <= scanned.end);
    }
    let key = key_encryption(folder);
    let segment = segments.segment(0).unwrap();
    if let Ok(unreadable) = unreadable_keys(&segment, 0, &STORE, &scanned, &key) {
        assert!(unreadable.len() <= scanned.entries.len());
    }
}

/// The key-encryption key of the vectors.
fn key_encryption(folder: &Path) -> FileKeyEncryptionKey {
    let path = folder.join("kek");
    if !path.exists() {
        let text = format!("{}\n", "01".repeat(32));
        crate::durable_file::Disk::default().write_secret(&path, &[text.as_bytes()]).unwrap();
    }
    FileKeyEncryptionKey::load(&path, Arc::new(SeededEntropy::new(1))).unwrap()
}

/// The file `store.json`: only what was written is a name, and one with a right checksum is read.
pub fn store_name(folder: &Path, input: &[u8]) {
    let path = folder.join("store.json");
    tamper(&path, input);
    if let Ok(read) = Identity::read(folder) {
        assert_eq!(read.unwrap().encode(), input, "a name has one spelling");
    }
    if let Some(mended) = Identity::mended(input) {
        tamper(&path, mended.encode());
        assert!(Identity::read(folder).is_ok_and(|read| read == Some(mended)));
    }
}
