use std::io;
use std::path::Path;

use bytes::Bytes;

use super::frame::{Frame, FrameReader, Next, encode_frame, frame_kind};
use super::segment::{HEADER_BYTES, Position, Segments};
use super::{Damage, JournalError};
use crate::wire::{Reader, put_long, put_short, put_u32, put_u64};

/// Where the whole store stands after a batch: part of every frame of the state journal, so that the last good frame
/// says everything recovery has to know.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct StatePoint {
    /// The last version given to an accepted changeset, object or discard.
    pub(crate) version: u64,
    /// Leaves in the log.
    pub(crate) leaves: u64,
    /// Where the ledger ends.
    pub(crate) ledger_end: Position,
    /// Where the objects end.
    pub(crate) objects_end: Position,
    /// Leaves whose full tiles and bundles are durable files.
    pub(crate) tiled: u64,
    /// Identifiers in the vault, erased ones included.
    pub(crate) data_keys: u64,
    /// The signed checkpoint over the leaves.
    pub(crate) note: Bytes,
}

/// A row written or removed. The key begins with its namespace.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct RowWrite {
    pub(crate) key: Bytes,
    pub(crate) version: u64,
    pub(crate) value: Option<Bytes>,
}

/// A frame of the state journal.
#[derive(Debug)]
pub(crate) struct Batch {
    /// Number of the batch; a base carries the number of the batch before it.
    pub(crate) number: u64,
    /// Whether this is the first frame of a segment, which repeats where the store stood and writes nothing.
    pub(crate) is_base: bool,
    pub(crate) point: StatePoint,
    pub(crate) writes: Vec<RowWrite>,
}

impl StatePoint {
    fn encode(&self, out: &mut Vec<u8>) {
        put_u64(out, self.version);
        put_u64(out, self.leaves);
        put_u64(out, self.ledger_end.to_u64());
        put_u64(out, self.objects_end.to_u64());
        put_u64(out, self.tiled);
        put_u64(out, self.data_keys);
        put_long(out, &self.note);
    }

    fn decode(reader: &mut Reader) -> Option<Self> {
        Some(Self {
            version: reader.u64()?,
            leaves: reader.u64()?,
            ledger_end: Position::from_u64(reader.u64()?),
            objects_end: Position::from_u64(reader.u64()?),
            tiled: reader.u64()?,
            data_keys: reader.u64()?,
            note: reader.long()?,
        })
    }
}

/// The first frame of a segment.
pub(crate) fn encode_base(
    out: &mut Vec<u8>,
    seed: u32,
    number: u64,
    point: &StatePoint,
) -> io::Result<()> {
    let mut payload = Vec::new();
    point.encode(&mut payload);
    encode_frame(out, seed, frame_kind::STATE_BASE, number, &[&payload])
}

/// The payload of a batch frame: the point, then the rows.
pub(crate) fn encode_batch(payload: &mut Vec<u8>, point: &StatePoint, writes: &[RowWrite]) {
    let size = writes.iter().map(|write| write.key.len() + 32).sum::<usize>();
    let values = writes.iter().filter_map(|write| write.value.as_ref()).map(Bytes::len);
    payload.reserve(512 + size + values.sum::<usize>());
    point.encode(payload);
    put_u32(payload, u32::try_from(writes.len()).unwrap_or(u32::MAX));
    for write in writes {
        encode_row(payload, write);
    }
}

/// A row in a batch, a snapshot or a sorted run: key, version, and the value behind a 1, or a 0.
pub(crate) fn encode_row(out: &mut Vec<u8>, write: &RowWrite) {
    put_short(out, &write.key);
    put_u64(out, write.version);
    match &write.value {
        None => out.push(0),
        Some(value) => {
            out.push(1);
            put_long(out, value);
        }
    }
}

pub(crate) fn decode_row(reader: &mut Reader) -> Option<RowWrite> {
    let key = reader.short()?;
    let version = reader.u64()?;
    let value = match reader.u8()? {
        0 => None,
        1 => Some(reader.long()?),
        _ => return None,
    };
    Some(RowWrite { key, version, value })
}

impl Batch {
    /// Reads a base or batch frame.
    pub(crate) fn decode(frame: &Frame, path: &Path) -> Result<Self, JournalError> {
        let read = || {
            let mut reader = Reader::new(frame.payload.clone());
            let point = StatePoint::decode(&mut reader)?;
            let mut writes = Vec::new();
            match frame.kind {
                frame_kind::STATE_BASE => {}
                frame_kind::STATE_BATCH => {
                    for _ in 0..reader.u32()? {
                        writes.push(decode_row(&mut reader)?);
                    }
                }
                _ => return None,
            }
            let is_base = frame.kind == frame_kind::STATE_BASE;
            reader.is_empty().then_some(Self { number: frame.sequence, is_base, point, writes })
        };
        read().ok_or_else(|| {
            let length = frame.end() - frame.offset;
            Damage::new(path, frame.offset, length, "not a frame of the state journal").into()
        })
    }
}

/// How the newest segment of the state journal ends.
#[derive(Debug)]
pub(crate) struct StateTail {
    /// The last committed batch.
    pub(crate) number: u64,
    pub(crate) point: StatePoint,
    /// The point before the last batch, if that batch is in this segment.
    pub(crate) before: Option<StatePoint>,
    /// Where the last good frame begins and ends.
    pub(crate) last_frame: u64,
    pub(crate) end: u64,
    /// Whether bytes of an unfinished frame follow.
    pub(crate) is_torn: bool,
}

/// Reads the newest segment up to its last good frame. An unfinished frame behind it was never acknowledged; anything
/// else that is not a good frame is damage.
pub(crate) fn read_tail(segments: &Segments, number: u32) -> Result<StateTail, JournalError> {
    let mut reader = StateReader::open(segments, number)?;
    let base = reader.next()?.ok_or_else(|| {
        Damage::new(&segments.path(number), HEADER_BYTES, 0, "the segment has no first frame")
    })?;
    let mut tail = StateTail {
        number: base.number,
        point: base.point,
        before: None,
        last_frame: HEADER_BYTES,
        end: reader.frames.offset(),
        is_torn: false,
    };
    loop {
        let offset = reader.frames.offset();
        let Next::Frame(frame) = reader.frames.next()? else {
            tail.is_torn = offset < reader.frames.end();
            if tail.is_torn && reader.frames.has_frame_after(offset)? {
                let length = reader.frames.end() - offset;
                let what = "a bad frame with good frames behind it";
                return Err(Damage::new(reader.frames.path(), offset, length, what).into());
            }
            return Ok(tail);
        };
        let batch = reader.accept(&frame)?;
        tail.before = Some(std::mem::replace(&mut tail.point, batch.point));
        tail.number = batch.number;
        tail.last_frame = offset;
        tail.end = frame.end();
    }
}

/// Reads the batches of one segment, every byte of which must be good.
#[derive(Debug)]
pub(crate) struct StateReader {
    frames: FrameReader,
    last: Option<u64>,
}

impl StateReader {
    pub(crate) fn open(segments: &Segments, number: u32) -> Result<Self, JournalError> {
        Ok(Self { frames: FrameReader::whole(segments.segment(number)?)?, last: None })
    }

    pub(crate) fn next(&mut self) -> Result<Option<Batch>, JournalError> {
        match self.frames.next_good()? {
            None => Ok(None),
            Some(frame) => self.accept(&frame).map(Some),
        }
    }

    /// Checks that a frame stands where it should: a base first, then batches without a gap.
    fn accept(&mut self, frame: &Frame) -> Result<Batch, JournalError> {
        let (kind, number) = match self.last {
            None => (frame_kind::STATE_BASE, frame.sequence),
            Some(last) => (frame_kind::STATE_BATCH, last + 1),
        };
        if frame.kind != kind || frame.sequence != number {
            let length = frame.end() - frame.offset;
            let what = format!("batch {} where {number} belongs", frame.sequence);
            return Err(Damage::new(self.frames.path(), frame.offset, length, what).into());
        }
        self.last = Some(frame.sequence);
        Batch::decode(frame, self.frames.path())
    }
}
