use std::path::PathBuf;

use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::tree::Hash;

use super::frames::{Found, FrameWalk};
use super::{Check, FsckError};
use crate::journal::Damage;
use crate::journal::segment::Segments;
use crate::journal::state::{Batch, StatePoint};

/// A root to be derived again from the leaves.
pub(super) struct HeadToCheck {
    pub(super) size: u64,
    pub(super) root: Hash,
    pub(super) file: PathBuf,
    pub(super) offset: u64,
    pub(super) length: u64,
}

/// What the state journal says.
pub(super) struct CheckedState {
    /// Whether every segment and frame is good.
    pub(super) is_whole: bool,
    /// The last committed batch.
    pub(super) batch: u64,
    pub(super) point: StatePoint,
    /// Heads of growing size, one per size.
    pub(super) heads: Vec<HeadToCheck>,
}

impl Check<'_> {
    /// Every frame of every segment that is left, and the snapshot's.
    pub(super) fn check_state(&mut self) -> Result<CheckedState, FsckError> {
        let mut state = CheckedState {
            is_whole: true,
            batch: 0,
            point: StatePoint::default(),
            heads: Vec::new(),
        };
        let damages = self.report.damages.len();
        let files = self.files.state.clone();
        let current = files.current();
        let (snapshot, segments) = match self.found(current)? {
            Some(current) => current,
            None => (files.snapshots.numbers()?.last().copied(), files.segments.numbers()?),
        };
        if let Some(number) = snapshot {
            self.check_snapshot(&files.snapshots, number)?;
        }
        let mut last = None;
        for number in &segments {
            let is_newest = Some(number) == segments.last();
            last =
                self.check_state_segment(&files.segments, *number, is_newest, last, &mut state)?;
        }
        if segments.is_empty() {
            let path = files.segments.path(0);
            self.damage(Damage::new(&path, 0, 0, "the state journal is missing"));
        }
        state.is_whole = self.report.damages.len() == damages;
        Ok(state)
    }

    fn check_state_segment(
        &mut self,
        segments: &Segments,
        number: u32,
        is_newest: bool,
        mut last: Option<u64>,
        state: &mut CheckedState,
    ) -> Result<Option<u64>, FsckError> {
        let Some(segment) = self.found(segments.segment(number))? else { return Ok(None) };
        let mut frames = FrameWalk::new(segment.clone(), segment.length()?);
        let mut is_first = true;
        loop {
            let next = frames.next();
            let frame = match self.found(next)?.flatten() {
                None => return Ok(last),
                Some(Found::Frame(frame)) => frame,
                Some(Found::Bad { offset, length, what, is_tail }) => {
                    // A torn tail is no damage; that nothing acknowledged is missing, the clean mark and the index say.
                    if is_newest && is_tail && !is_first {
                        let file = segment.path.display();
                        self.note(format!(
                            "{file}: {length} unfinished bytes at {offset} will be cut"
                        ));
                    } else {
                        self.damage(frames.damage(offset, length, what));
                        last = None;
                    }
                    continue;
                }
            };
            let (offset, length) = (frame.offset, frame.end() - frame.offset);
            let decoded = Batch::decode(&frame, &segment.path);
            let Some(batch) = self.found(decoded)? else { continue };
            let expected = last.map(|last| if is_first { last } else { last + 1 });
            if batch.is_base != is_first || expected.is_some_and(|n| n != batch.number) {
                self.damage(frames.damage(offset, length, "a batch out of order"));
            }
            is_first = false;
            last = Some(batch.number);
            if batch.point.leaves < state.point.leaves
                || batch.point.version < state.point.version
                || batch.point.ledger_end < state.point.ledger_end
                || batch.point.objects_end < state.point.objects_end
            {
                self.damage(frames.damage(
                    offset,
                    length,
                    "the store shrank from one batch to the next",
                ));
            }
            self.report.batches += u64::from(!batch.is_base);
            self.check_head(&batch.point, &segment.path, offset, length, state);
            (state.batch, state.point) = (batch.number, batch.point);
        }
    }

    fn check_head(
        &mut self,
        point: &StatePoint,
        file: &std::path::Path,
        offset: u64,
        length: u64,
        state: &mut CheckedState,
    ) {
        if state.heads.last().is_some_and(|head| head.size == point.leaves)
            && state.point.note == point.note
        {
            return;
        }
        let checkpoint = match SignedCheckpoint::parse(&point.note) {
            Ok(checkpoint) => checkpoint,
            Err(error) => {
                return self.damage(Damage::new(file, offset, length, error.to_string()));
            }
        };
        let is_ours = *checkpoint.checkpoint().origin() == self.origin
            && checkpoint.checkpoint().size() == point.leaves;
        if !is_ours {
            self.damage(Damage::new(file, offset, length, "a head of another log or size"));
        }
        if !self.options.keys.is_empty()
            && let Err(error) = checkpoint.note().verify(&self.options.keys)
        {
            self.damage(Damage::new(file, offset, length, error.to_string()));
        }
        state.heads.push(HeadToCheck {
            size: point.leaves,
            root: checkpoint.checkpoint().root(),
            file: file.to_owned(),
            offset,
            length,
        });
    }

    fn check_snapshot(&mut self, snapshots: &Segments, number: u32) -> Result<(), FsckError> {
        let Some(segment) = self.found(snapshots.segment(number))? else { return Ok(()) };
        let mut frames = FrameWalk::new(segment.clone(), segment.length()?);
        loop {
            let next = frames.next();
            match self.found(next)?.flatten() {
                None => return Ok(()),
                Some(Found::Frame(_)) => {}
                Some(Found::Bad { offset, length, what, .. }) => {
                    self.damage(frames.damage(offset, length, what));
                }
            }
        }
    }
}
