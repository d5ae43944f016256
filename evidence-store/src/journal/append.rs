use std::io;
use std::sync::Arc;

use super::JournalError;
use super::frame::encode_frame;
use super::segment::{HEADER_BYTES, Position, Segments, encode_header, len64};
use crate::durable_file::{AppendFile, Disk};

/// Buffered bytes are handed to the system at the latest when there are this many.
const BUFFER_BYTES: usize = 1 << 20;

/// Appends to the newest segment of a journal. Nothing is durable before [`Appender::sync`].
#[derive(Debug)]
pub(crate) struct Appender {
    disk: Disk,
    segments: Arc<Segments>,
    number: u32,
    seed: u32,
    file: AppendFile,
    buffer: Vec<u8>,
}

impl Appender {
    /// Makes a segment, durable with its header and first frames, and continues in it.
    pub(crate) fn create(
        disk: &Disk,
        segments: &Arc<Segments>,
        number: u32,
        first: impl FnOnce(&mut Vec<u8>, u32) -> io::Result<()>,
    ) -> Result<Self, JournalError> {
        let (mut content, seed) = encode_header(segments.kind(), number, segments.store());
        first(&mut content, seed)?;
        disk.write_atomic(&segments.path(number), &[&content])?;
        segments.forget(number);
        Self::resume(disk, segments, number)
    }

    /// Continues at the end of an existing segment.
    pub(crate) fn resume(
        disk: &Disk,
        segments: &Arc<Segments>,
        number: u32,
    ) -> Result<Self, JournalError> {
        let seed = segments.segment(number)?.seed;
        let file = disk.open_append(&segments.path(number))?;
        Ok(Self {
            disk: disk.clone(),
            segments: Arc::clone(segments),
            number,
            seed,
            file,
            buffer: Vec::new(),
        })
    }

    /// Where the next byte goes.
    pub(crate) fn position(&self) -> io::Result<Position> {
        Position::new(self.number, self.length())
    }

    pub(crate) fn length(&self) -> u64 {
        self.file.length() + len64(self.buffer.len())
    }

    pub(crate) fn seed(&self) -> u32 {
        self.seed
    }

    /// Appends a frame and says where.
    pub(crate) fn frame(
        &mut self,
        kind: u8,
        sequence: u64,
        payload: &[&[u8]],
    ) -> io::Result<Position> {
        let position = self.position()?;
        encode_frame(&mut self.buffer, self.seed, kind, sequence, payload)?;
        if self.buffer.len() >= BUFFER_BYTES {
            self.write_out()?;
        }
        Ok(position)
    }

    /// Appends bytes as they are and says where.
    pub(crate) fn raw(&mut self, header: &[u8], body: &[u8]) -> io::Result<Position> {
        let position = self.position()?;
        self.buffer.extend_from_slice(header);
        if body.len() >= BUFFER_BYTES / 16 {
            // Long bodies go to the system directly: one copy less.
            self.write_out()?;
            self.file.append(body)?;
        } else {
            self.buffer.extend_from_slice(body);
            if self.buffer.len() >= BUFFER_BYTES {
                self.write_out()?;
            }
        }
        Ok(position)
    }

    /// Makes everything appended durable.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        self.write_out()?;
        self.file.sync()
    }

    /// Cuts the segment at `length`, durably.
    pub(crate) fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.buffer.clear();
        self.file.truncate(length)
    }

    /// Writes the last bytes once more and syncs them; see [`AppendFile::settle`].
    pub(crate) fn settle(&mut self, from: u64) -> io::Result<()> {
        self.file.settle(from.max(HEADER_BYTES), self.file.length())
    }

    /// Continues in a new segment. Everything appended so far must be synced.
    pub(crate) fn roll(
        &mut self,
        first: impl FnOnce(&mut Vec<u8>, u32) -> io::Result<()>,
    ) -> Result<(), JournalError> {
        let number = self
            .number
            .checked_add(1)
            .ok_or_else(|| io::Error::other("the journal has no more segment numbers"))?;
        *self = Self::create(&self.disk, &self.segments, number, first)?;
        Ok(())
    }

    fn write_out(&mut self) -> io::Result<()> {
        if !self.buffer.is_empty() {
            self.file.append(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}
