//! Frames: how they are written, read, and told from a torn tail.

use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use crc32c::crc32c_append;

use super::segment::{HEADER_BYTES, Segment, len64};
use super::{Damage, JournalError};
use crate::wire::{Reader, put_u32};

/// Bytes of a frame before its payload: length, checksum, kind, sequence.
pub(crate) const FRAME_HEADER_BYTES: u64 = 17;
/// The longest frame body (kind, sequence and payload).
pub(crate) const MAX_BODY_BYTES: u64 = 32 << 20;
/// Kind and sequence.
const BODY_HEADER_BYTES: usize = 9;

/// What a frame holds.
pub(crate) mod frame_kind {
    pub(crate) const STATE_BASE: u8 = 1;
    pub(crate) const STATE_BATCH: u8 = 2;
    pub(crate) const LEDGER_LEAF: u8 = 3;
    pub(crate) const VAULT_EPOCH: u8 = 4;
    pub(crate) const VAULT_KEYS: u8 = 5;
    pub(crate) const ROWS: u8 = 6;
    pub(crate) const ROWS_END: u8 = 7;
}

/// Appends a frame: length ‖ CRC32C(seed; length ‖ body) ‖ body, where body = kind ‖ sequence ‖ payload.
pub(crate) fn encode_frame(
    out: &mut Vec<u8>,
    seed: u32,
    kind: u8,
    sequence: u64,
    payload: &[&[u8]],
) -> io::Result<()> {
    let length = BODY_HEADER_BYTES + payload.iter().map(|part| part.len()).sum::<usize>();
    let length = u32::try_from(length)
        .ok()
        .filter(|length| u64::from(*length) <= MAX_BODY_BYTES)
        .ok_or_else(|| io::Error::other("a journal frame would be longer than 32 MiB"))?
        .to_be_bytes();
    let sequence = sequence.to_be_bytes();
    let body = [&[kind][..], &sequence[..]];
    let checksum = body
        .iter()
        .chain(payload)
        .fold(crc32c_append(seed, &length), |checksum, part| crc32c_append(checksum, part));
    out.extend_from_slice(&length);
    put_u32(out, checksum);
    body.iter().chain(payload).for_each(|part| out.extend_from_slice(part));
    Ok(())
}

/// A frame as read.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) offset: u64,
    pub(crate) kind: u8,
    pub(crate) sequence: u64,
    pub(crate) payload: Bytes,
}

impl Frame {
    pub(crate) fn end(&self) -> u64 {
        self.offset + FRAME_HEADER_BYTES + len64(self.payload.len())
    }
}

/// What stands next in a segment.
#[derive(Debug)]
pub(crate) enum Next {
    Frame(Frame),
    End,
    /// Bytes that are no frame, from here to the end that was looked at.
    Bad {
        offset: u64,
        what: &'static str,
    },
}

/// Reads frame after frame from an offset up to an end.
#[derive(Debug)]
pub(crate) struct FrameReader {
    segment: Arc<Segment>,
    offset: u64,
    end: u64,
    chunk: usize,
    buffer: Bytes,
    buffer_at: u64,
}

impl FrameReader {
    /// For reading a few frames at a known place.
    pub(crate) const SHORT: usize = 32 << 10;
    /// For reading a whole segment.
    pub(crate) const LONG: usize = 1 << 20;

    pub(crate) fn new(segment: Arc<Segment>, offset: u64, end: u64, chunk: usize) -> Self {
        Self { segment, offset, end, chunk, buffer: Bytes::new(), buffer_at: 0 }
    }

    /// Reads a whole segment file as it is now.
    pub(crate) fn whole(segment: Arc<Segment>) -> io::Result<Self> {
        let end = segment.length()?;
        Ok(Self::new(segment, HEADER_BYTES, end, Self::LONG))
    }

    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    pub(crate) fn path(&self) -> &Path {
        &self.segment.path
    }

    pub(crate) fn next(&mut self) -> Result<Next, JournalError> {
        let offset = self.offset;
        let bad = |what| Ok(Next::Bad { offset, what });
        let left = self.end.saturating_sub(offset);
        if left == 0 {
            return Ok(Next::End);
        }
        if left < FRAME_HEADER_BYTES {
            return bad("a frame header is cut off");
        }
        let mut header = Reader::new(self.take(offset, 8)?);
        let (Some(length), Some(checksum)) = (header.u32(), header.u32()) else {
            return bad("a frame header is cut off");
        };
        if u64::from(length) < len64(BODY_HEADER_BYTES) || u64::from(length) > MAX_BODY_BYTES {
            return bad("a frame has an impossible length");
        }
        if u64::from(length) > left - 8 {
            return bad("a frame is cut off");
        }
        let body = self.take(offset + 8, usize::try_from(length).unwrap_or(usize::MAX))?;
        let seeded = crc32c_append(self.segment.seed, &length.to_be_bytes());
        if crc32c_append(seeded, &body) != checksum {
            return bad("a frame fails its checksum");
        }
        let mut body = Reader::new(body);
        let (Some(kind), Some(sequence)) = (body.u8(), body.u64()) else {
            return bad("a frame is cut off");
        };
        let frame = Frame { offset, kind, sequence, payload: body.rest() };
        self.offset = frame.end();
        Ok(Next::Frame(frame))
    }

    /// The next frame where every byte up to the end must be good.
    pub(crate) fn next_good(&mut self) -> Result<Option<Frame>, JournalError> {
        match self.next()? {
            Next::Frame(frame) => Ok(Some(frame)),
            Next::End => Ok(None),
            Next::Bad { offset, what } => {
                Err(Damage::new(self.path(), offset, self.end - offset, what).into())
            }
        }
    }

    /// Whether a good frame begins anywhere after a bad one. A tail torn by a crash is one unfinished frame; if good
    /// frames follow, bytes that were once good have changed.
    pub(crate) fn has_frame_after(&self, bad: u64) -> Result<bool, JournalError> {
        let left = self.end.saturating_sub(bad);
        if left > MAX_BODY_BYTES + FRAME_HEADER_BYTES {
            return Ok(true);
        }
        let tail = self.segment.read(bad, usize::try_from(left).unwrap_or(0))?;
        Ok((1..tail.len()).any(|at| self.is_frame(tail.get(at..).unwrap_or_default())))
    }

    pub(crate) fn is_frame(&self, bytes: &[u8]) -> bool {
        let Some((length, rest)) = bytes.split_first_chunk::<4>() else { return false };
        let Some((checksum, rest)) = rest.split_first_chunk::<4>() else { return false };
        let Ok(size) = usize::try_from(u32::from_be_bytes(*length)) else { return false };
        // The kinds are few: most places are told apart without a checksum.
        if size < BODY_HEADER_BYTES || !rest.first().is_some_and(|kind| (1..=7).contains(kind)) {
            return false;
        }
        rest.get(..size).is_some_and(|body| {
            crc32c_append(crc32c_append(self.segment.seed, length), body)
                == u32::from_be_bytes(*checksum)
        })
    }

    fn take(&mut self, offset: u64, length: usize) -> Result<Bytes, JournalError> {
        let held = |buffer: &Bytes, at: u64| {
            let from = usize::try_from(offset.checked_sub(at)?).ok()?;
            let to = from.checked_add(length)?;
            (to <= buffer.len()).then(|| buffer.slice(from..to))
        };
        if let Some(bytes) = held(&self.buffer, self.buffer_at) {
            return Ok(bytes);
        }
        let available = usize::try_from(self.end - offset).unwrap_or(usize::MAX);
        self.buffer = self.segment.read(offset, length.max(self.chunk.min(available)))?;
        self.buffer_at = offset;
        Ok(self.buffer.slice(..length))
    }
}
