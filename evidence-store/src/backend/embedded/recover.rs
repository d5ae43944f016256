//! Opening: from files to a store that stands exactly where its last committed batch says.

use std::path::Path;
use std::sync::Arc;

use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};

use super::OpenError;
use crate::durable_file::Disk;
use crate::journal::append::Appender;
use crate::journal::rows::StateFiles;
use crate::journal::segment::{HEADER_BYTES, Position, SegmentKind, Segments, StoreId};
use crate::journal::state::{StatePoint, StateTail, encode_base, read_tail};
use crate::journal::{Damage, JournalError};
use crate::log::Head;

/// The files of the three journals.
#[derive(Clone, Debug)]
pub(crate) struct JournalFiles {
    pub(crate) state: StateFiles,
    pub(crate) ledger: Arc<Segments>,
    pub(crate) objects: Arc<Segments>,
}

impl JournalFiles {
    pub(crate) fn new(directory: &Path, store: StoreId) -> Self {
        let of = |name, kind| Arc::new(Segments::new(directory.join(name), kind, store));
        Self {
            state: StateFiles::new(&directory.join("state"), store),
            ledger: of("ledger", SegmentKind::Ledger),
            objects: of("objects", SegmentKind::Objects),
        }
    }
}

/// What the journals of a store say, before anything is changed.
pub(crate) struct Found {
    /// The newest state segment and how it ends; `None` in a new store.
    tail: Option<(u32, StateTail, Head)>,
    since_snapshot: u64,
    snapshot: Option<(u32, u64)>,
}

impl Found {
    /// The last committed batch.
    pub(crate) fn batch(&self) -> u64 {
        self.tail.as_ref().map_or(0, |(_, tail, _)| tail.number)
    }

    /// Data keys the journals know of.
    pub(crate) fn data_keys(&self) -> u64 {
        self.tail.as_ref().map_or(0, |(_, tail, _)| tail.point.data_keys)
    }

    /// Leaves under the head.
    pub(crate) fn leaves(&self) -> u64 {
        self.tail.as_ref().map_or(0, |(_, _, head)| head.size())
    }
}

/// Reads the end of the state journal and checks that everything it relies on is there. Changes nothing.
pub(crate) fn look(files: &JournalFiles, origin: &Origin) -> Result<Found, OpenError> {
    if !files.state.segments.directory().exists() {
        return look_at_nothing(files);
    }
    let (snapshot, segments) = files.state.current()?;
    let Some(newest) = segments.last().copied() else { return look_at_nothing(files) };
    let tail = read_tail(&files.state.segments, newest)?;
    for (journal, end) in
        [(&files.ledger, tail.point.ledger_end), (&files.objects, tail.point.objects_end)]
    {
        check_reaches(journal, end)?;
    }
    let head = read_head(&files.state, newest, &tail.point, origin)?;
    let sealed = segments.iter().filter(|number| **number != newest);
    let since_snapshot =
        sealed.map(|number| length_of(&files.state.segments, *number)).sum::<Result<_, _>>()?;
    let snapshot = snapshot
        .map(|number| Ok::<_, JournalError>((number, length_of(&files.state.snapshots, number)?)))
        .transpose()?;
    Ok(Found { tail: Some((newest, tail, head)), since_snapshot, snapshot })
}

/// A new store, or one whose making was interrupted: there may be empty segments, but nothing in them.
fn look_at_nothing(files: &JournalFiles) -> Result<Found, OpenError> {
    for segments in [&files.ledger, &files.objects] {
        let is_used = segments.directory().exists()
            && match segments.numbers().map_err(JournalError::from)?.as_slice() {
                [] => false,
                [0] => length_of(segments, 0)? > HEADER_BYTES,
                _ => true,
            };
        if is_used {
            let what = "there are segments here, but the state journal is missing";
            return Err(JournalError::from(Damage::new(segments.directory(), 0, 0, what)).into());
        }
    }
    Ok(Found { tail: None, since_snapshot: 0, snapshot: None })
}

/// The journals, each cut to where the last committed batch left it.
pub(crate) struct Recovered {
    pub(crate) state: Appender,
    pub(crate) ledger: Appender,
    pub(crate) objects: Appender,
    pub(crate) batch: u64,
    pub(crate) point: StatePoint,
    pub(crate) head: Head,
    /// Bytes of the state segments that no snapshot covers, the newest excluded.
    pub(crate) since_snapshot: u64,
    pub(crate) snapshot_bytes: u64,
}

/// Cuts off what was never acknowledged, or begins the journals of a new store.
pub(crate) fn recover(
    files: &JournalFiles,
    disk: &Disk,
    found: Found,
    sign_empty: impl FnOnce() -> Result<Head, OpenError>,
) -> Result<Recovered, OpenError> {
    for segments in [&files.state.segments, &files.ledger, &files.objects] {
        disk.create_directory(segments.directory()).map_err(JournalError::from)?;
        disk.remove_temporaries(segments.directory()).map_err(JournalError::from)?;
    }
    let Found { tail, since_snapshot, snapshot } = found;
    let Some((newest, tail, head)) = tail else { return begin(files, disk, sign_empty()?) };
    if let Some((snapshot, _)) = snapshot {
        files.state.remove_replaced(disk, snapshot)?;
    }
    let mut state = Appender::resume(disk, &files.state.segments, newest)?;
    if tail.is_torn {
        tracing::info!(batch = tail.number, "an unfinished batch is cut off the state journal");
        state.truncate(tail.end)?;
    }
    let mut ledger = cut(&files.ledger, disk, tail.point.ledger_end)?;
    let mut objects = cut(&files.objects, disk, tail.point.objects_end)?;
    // If the last start ended with a failed sync, the kernel may show bytes that are not on the disk. The last batch is
    // the only one that can be so; write its bytes once more before anybody relies on them.
    if let Some(before) = &tail.before {
        state.settle(tail.last_frame)?;
        let (from, to) = (before.ledger_end, tail.point.ledger_end);
        ledger.settle(if from.segment == to.segment {
            from.offset.into()
        } else {
            HEADER_BYTES
        })?;
        let (from, to) = (before.objects_end, tail.point.objects_end);
        objects.settle(if from.segment == to.segment {
            from.offset.into()
        } else {
            HEADER_BYTES
        })?;
    }
    Ok(Recovered {
        state,
        ledger,
        objects,
        batch: tail.number,
        point: tail.point,
        head,
        since_snapshot,
        snapshot_bytes: snapshot.map_or(0, |(_, size)| size),
    })
}

/// The journals of a new store: ledger and objects first, the state journal, which names them, last.
fn begin(files: &JournalFiles, disk: &Disk, head: Head) -> Result<Recovered, OpenError> {
    let ledger = Appender::create(disk, &files.ledger, 0, |_, _| Ok(()))?;
    let objects = Appender::create(disk, &files.objects, 0, |_, _| Ok(()))?;
    let point = StatePoint {
        ledger_end: Position::start_of(0),
        objects_end: Position::start_of(0),
        note: head.checkpoint().to_bytes().into(),
        ..StatePoint::default()
    };
    let first = |out: &mut Vec<u8>, seed| encode_base(out, seed, 0, &point);
    let state = Appender::create(disk, &files.state.segments, 0, first)?;
    let (batch, since_snapshot, snapshot_bytes) = (0, 0, 0);
    Ok(Recovered { state, ledger, objects, batch, point, head, since_snapshot, snapshot_bytes })
}

/// Checks that a journal has every byte up to `end`.
fn check_reaches(segments: &Segments, end: Position) -> Result<(), JournalError> {
    let what = "the state journal relies on this segment: acknowledged bytes are missing";
    for number in 0..=end.segment {
        if !segments.path(number).exists() {
            return Err(Damage::new(&segments.path(number), 0, 0, what).into());
        }
    }
    let (length, offset) = (length_of(segments, end.segment)?, u64::from(end.offset));
    if length < offset {
        return Err(Damage::new(&segments.path(end.segment), length, offset - length, what).into());
    }
    Ok(())
}

/// Cuts a journal to `end`. What lies behind was never acknowledged.
fn cut(segments: &Arc<Segments>, disk: &Disk, end: Position) -> Result<Appender, JournalError> {
    for number in segments.numbers()?.into_iter().filter(|number| *number > end.segment) {
        disk.remove_file(&segments.path(number))?;
        segments.forget(number);
    }
    let mut appender = Appender::resume(disk, segments, end.segment)?;
    if appender.length() > u64::from(end.offset) {
        appender.truncate(end.offset.into())?;
    }
    Ok(appender)
}

fn read_head(
    state: &StateFiles,
    newest: u32,
    point: &StatePoint,
    origin: &Origin,
) -> Result<Head, OpenError> {
    let path = state.segments.path(newest);
    let checkpoint = SignedCheckpoint::parse(&point.note)
        .map_err(|error| JournalError::from(Damage::new(&path, 0, 0, error.to_string())))?;
    let found = checkpoint.checkpoint().origin();
    if found != origin {
        let (found, expected) = (found.to_string(), origin.to_string());
        return Err(OpenError::OtherLog { found, expected });
    }
    if checkpoint.checkpoint().size() != point.leaves {
        let what = "the head is of another size than the ledger";
        return Err(JournalError::from(Damage::new(&path, 0, 0, what)).into());
    }
    Ok(Head::new(checkpoint))
}

fn length_of(segments: &Segments, number: u32) -> Result<u64, JournalError> {
    Ok(segments.segment(number)?.length()?)
}
