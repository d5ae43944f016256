use bytes::Bytes;
use crc32c::crc32c_append;
use heqi_vocabulary::Digest;

use super::segment::{Position, Segment};
use super::{Damage, JournalError};
use crate::wire::{Reader, put_u32, put_u64};

/// Bytes before an object in its segment.
pub(crate) const OBJECT_HEADER_BYTES: u64 = 44;

const MAGIC: &[u8; 4] = b"HOBJ";

/// Where an object stands: the value of its location row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Location {
    pub(crate) position: Position,
    pub(crate) size: u32,
}

impl Location {
    pub(crate) fn encode(self) -> Bytes {
        let mut value = Vec::with_capacity(12);
        put_u64(&mut value, self.position.to_u64());
        put_u32(&mut value, self.size);
        value.into()
    }

    pub(crate) fn decode(value: &Bytes) -> Option<Self> {
        let mut reader = Reader::new(value.clone());
        let position = Position::from_u64(reader.u64()?);
        let size = reader.u32()?;
        reader.is_empty().then_some(Self { position, size })
    }
}

/// Magic ‖ size ‖ SHA-256 of the object ‖ CRC32C(seed; the 40 bytes before). The object follows.
pub(crate) fn encode_header(seed: u32, id: &Digest, size: u32) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    put_u32(&mut header, size);
    header.extend_from_slice(id.as_bytes());
    let checksum = crc32c_append(seed, &header);
    put_u32(&mut header, checksum);
    header
}

/// Reads the header at `offset`: the object's name and size.
pub(crate) fn read_header(segment: &Segment, offset: u64) -> Result<(Digest, u32), JournalError> {
    let length = usize::try_from(OBJECT_HEADER_BYTES).unwrap_or(0);
    let bytes = segment.read(offset, length)?;
    let read = || {
        let mut reader = Reader::new(bytes.clone());
        let magic = reader.bytes(4)?;
        let size = reader.u32()?;
        let id = Digest::from_bytes(reader.bytes(32)?.as_ref().try_into().ok()?);
        (magic == MAGIC.as_slice() && encode_header(segment.seed, &id, size) == bytes)
            .then_some((id, size))
    };
    read().ok_or_else(|| {
        Damage::new(&segment.path, offset, OBJECT_HEADER_BYTES, "not an object header").into()
    })
}

/// Reads an object and checks that it is the one named.
pub(crate) fn read_object(
    segment: &Segment,
    location: Location,
    id: &Digest,
) -> Result<Bytes, JournalError> {
    let offset = u64::from(location.position.offset);
    let damaged = |length: u64, what: &str| {
        JournalError::from(Damage::new(&segment.path, offset, length, what))
    };
    if read_header(segment, offset)? != (*id, location.size) {
        return Err(damaged(OBJECT_HEADER_BYTES, "the header of another object"));
    }
    let size = usize::try_from(location.size).unwrap_or(usize::MAX);
    let object = segment.read(offset + OBJECT_HEADER_BYTES, size)?;
    if Digest::of(&object) == *id {
        Ok(object)
    } else {
        let length = OBJECT_HEADER_BYTES + u64::from(location.size);
        Err(damaged(length, "the object has another digest"))
    }
}
