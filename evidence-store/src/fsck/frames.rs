use std::sync::Arc;

use crate::journal::frame::{FRAME_HEADER_BYTES, Frame, FrameReader, MAX_BODY_BYTES, Next};
use crate::journal::segment::{HEADER_BYTES, Segment};
use crate::journal::{Damage, JournalError};

/// What stands in a framed file, damage included.
pub(super) enum Found {
    Frame(Frame),
    /// Bytes that are no frame, with a good frame or the end behind them.
    Bad {
        offset: u64,
        length: u64,
        what: &'static str,
        is_tail: bool,
    },
}

/// Walks the frames of a segment up to `end`, past whatever is damaged.
pub(super) struct FrameWalk {
    segment: Arc<Segment>,
    reader: FrameReader,
    end: u64,
}

impl FrameWalk {
    pub(super) fn new(segment: Arc<Segment>, end: u64) -> Self {
        let reader = FrameReader::new(Arc::clone(&segment), HEADER_BYTES, end, FrameReader::LONG);
        Self { segment, reader, end }
    }

    pub(super) fn next(&mut self) -> Result<Option<Found>, JournalError> {
        match self.reader.next()? {
            Next::End => Ok(None),
            Next::Frame(frame) => Ok(Some(Found::Frame(frame))),
            Next::Bad { offset, what } => {
                let resumed = self.next_frame_after(offset)?;
                let to = resumed.unwrap_or(self.end);
                let segment = Arc::clone(&self.segment);
                self.reader = FrameReader::new(segment, to, self.end, FrameReader::LONG);
                let (length, is_tail) = (to - offset, resumed.is_none());
                Ok(Some(Found::Bad { offset, length, what, is_tail }))
            }
        }
    }

    /// The damaged range as a finding.
    pub(super) fn damage(&self, offset: u64, length: u64, what: &str) -> Damage {
        Damage::new(&self.segment.path, offset, length, what)
    }

    /// Looks for the next good frame within the longest a frame can be; beyond that, the rest is given up as one.
    fn next_frame_after(&self, bad: u64) -> Result<Option<u64>, JournalError> {
        let window = (self.end - bad).min(2 * (MAX_BODY_BYTES + FRAME_HEADER_BYTES));
        let bytes = self.segment.read(bad, usize::try_from(window).unwrap_or(0))?;
        let at =
            (1..bytes.len()).find(|at| self.reader.is_frame(bytes.get(*at..).unwrap_or_default()));
        Ok(at.and_then(|at| Some(bad + u64::try_from(at).ok()?)))
    }
}
