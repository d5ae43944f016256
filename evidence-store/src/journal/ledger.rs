use std::sync::Arc;

use bytes::Bytes;

use super::frame::{Frame, FrameReader, frame_kind};
use super::segment::{HEADER_BYTES, Position, Segments};
use super::{Damage, JournalError};
use crate::wire::Reader;

/// Every leaf whose index is a multiple of this has a row that says where its frame is; the others are found by
/// reading on from there.
pub(crate) const LOCATION_STRIDE: u64 = 16;

/// A leaf as it stands in the ledger.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) index: u64,
    pub(crate) entry: Bytes,
    pub(crate) record: Bytes,
}

impl Leaf {
    /// Reads a leaf frame.
    pub(crate) fn decode(frame: &Frame) -> Option<Self> {
        let mut reader = Reader::new(frame.payload.clone());
        let entry = reader.short()?;
        (frame.kind == frame_kind::LEDGER_LEAF).then_some(Self {
            index: frame.sequence,
            entry,
            record: reader.rest(),
        })
    }
}

/// Reads leaves in order from a known place up to a known end.
#[derive(Debug)]
pub(crate) struct LeafReader {
    segments: Arc<Segments>,
    segment: u32,
    frames: FrameReader,
    next_index: u64,
    /// One past the last leaf to read.
    end_index: u64,
    chunk: usize,
}

impl LeafReader {
    /// Begins at the frame of leaf `index`, which stands at `position`.
    pub(crate) fn new(
        segments: &Arc<Segments>,
        position: Position,
        index: u64,
        end_index: u64,
        chunk: usize,
    ) -> Result<Self, JournalError> {
        let segment = segments.segment(position.segment)?;
        let end = segment.length()?;
        Ok(Self {
            segments: Arc::clone(segments),
            segment: position.segment,
            frames: FrameReader::new(segment, position.offset.into(), end, chunk),
            next_index: index,
            end_index,
            chunk,
        })
    }

    /// The next leaf; `None` after the last one asked for.
    pub(crate) fn next(&mut self) -> Result<Option<Leaf>, JournalError> {
        if self.next_index >= self.end_index {
            return Ok(None);
        }
        while self.frames.offset() == self.frames.end() {
            self.segment += 1;
            let segment = self.segments.segment(self.segment)?;
            let end = segment.length()?;
            self.frames = FrameReader::new(segment, HEADER_BYTES, end, self.chunk);
        }
        let offset = self.frames.offset();
        let frame = self.frames.next_good()?;
        let leaf = frame
            .as_ref()
            .and_then(Leaf::decode)
            .filter(|leaf| leaf.index == self.next_index)
            .ok_or_else(|| {
                let length = frame.map_or(0, |frame| frame.end() - frame.offset);
                let what = format!("not the frame of leaf {}", self.next_index);
                Damage::new(self.frames.path(), offset, length, what)
            })?;
        self.next_index += 1;
        Ok(Some(leaf))
    }

    /// Reads over leaves up to `index`.
    pub(crate) fn skip_to(&mut self, index: u64) -> Result<(), JournalError> {
        while self.next_index < index && self.next()?.is_some() {}
        Ok(())
    }
}
