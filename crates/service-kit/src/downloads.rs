//! How much memory answers take while they are sent. A large one (a bundle, a package for a court, a dossier) is in
//! memory whole until whoever asked has read it, and a reader on a slow line reads for long: so all of them together
//! have a limit, room is taken before such an answer is made, and it is given back when the last byte has gone, when
//! the reader leaves, or when the reader was too slow.
//!
//! Who finds no room is refused with 503 and `Retry-After` before anything is done. Answers that are made of what the
//! service keeps anyway (pages, tiles, heads) need none.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use parking_lot::Mutex;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Unit;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::admission::Load;
use crate::metrics::Metrics;
use crate::problem::RequestProblem;

/// What a file of one signing mostly has: to be expected of a bundle, a document, a photo.
pub const USUAL_BYTES: usize = 1 << 20;
/// What a file of many things may have: the most that a container holds (`docs/spec/bundle.md`).
pub const LARGEST_BYTES: usize = 64 << 20;

/// What is handed to the connection at once. The HTTP library copies what it is handed: in one piece, an answer would
/// be in memory twice.
const PIECE_BYTES: usize = 64 << 10;
/// The slowest line that is waited for, in bytes a second: a package of 64 MiB takes 35 minutes on it.
const SLOWEST_BYTES_S: usize = 32 << 10;
/// What every reader may take, however little there is to read.
const LEAST: Duration = Duration::from_mins(1);

/// The memory of all answers that are made and sent.
#[derive(Debug)]
pub struct Downloads {
    limit_bytes: usize,
    held_bytes: AtomicUsize,
    shown: Gauge,
    refused: Counter,
}

impl Downloads {
    /// Nothing is sent yet; `heqi_download_memory_bytes` and `heqi_downloads_refused_total` among the figures.
    pub fn new(load: Load, metrics: &Metrics) -> Arc<Self> {
        Arc::new(Self {
            limit_bytes: load.download_memory_bytes,
            held_bytes: AtomicUsize::new(0),
            shown: metrics.register_with_unit(
                "download_memory",
                "What large answers take that are made or sent",
                Unit::Bytes,
                Gauge::<i64>::default(),
            ),
            refused: metrics.register(
                "downloads_refused",
                "Large answers refused because others take the memory",
                Counter::default(),
            ),
        })
    }

    /// Room for an answer that will have about so many bytes, before it is made. One that is expected to be larger
    /// than all the memory there is takes all of it.
    ///
    /// # Errors
    /// Others take the memory.
    pub fn room(self: &Arc<Self>, expected_bytes: usize) -> Result<Room, RequestProblem> {
        let wanted = expected_bytes.min(self.limit_bytes).max(1);
        let taken = self.held_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
            held.checked_add(wanted).filter(|together| *together <= self.limit_bytes)
        });
        if taken.is_err() {
            self.refused.inc();
            return Err(RequestProblem::Overloaded);
        }
        self.shown.inc_by(shown(wanted));
        Ok(Room { downloads: Arc::clone(self), bytes: wanted })
    }
}

/// Room for one answer; given back when it is dropped.
#[derive(Debug)]
pub struct Room {
    downloads: Arc<Downloads>,
    bytes: usize,
}

impl Room {
    /// The answer as it was made, sent piece by piece. From here on it counts as what it has: more than was expected
    /// is not refused any more, since it is in memory already, and the next one waits for it.
    pub fn send(mut self, bytes: impl Into<Bytes>) -> Sending {
        let bytes = bytes.into();
        self.becomes(bytes.len());
        let patience = patience(bytes.len());
        let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let held = Arc::new(Mutex::new(Some(Held { rest: bytes, _room: self })));
        // A reader who reads nothing is never heard of again: the HTTP library asks for the next piece only when the
        // last has gone. So somebody else lets go.
        let ends = Handle::try_current().ok().map(|runtime| {
            let held = Arc::clone(&held);
            runtime.spawn(async move {
                tokio::time::sleep(patience).await;
                held.lock().take();
            })
        });
        Sending { held, size_bytes, ends }
    }

    fn becomes(&mut self, bytes: usize) {
        let (held, shown_there) = (&self.downloads.held_bytes, &self.downloads.shown);
        if bytes > self.bytes {
            held.fetch_add(bytes - self.bytes, Ordering::Relaxed);
        } else {
            held.fetch_sub(self.bytes - bytes, Ordering::Relaxed);
        }
        shown_there.inc_by(shown(bytes) - shown(self.bytes));
        self.bytes = bytes;
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.becomes(0);
    }
}

/// An answer under way to its reader.
pub struct Sending {
    held: Arc<Mutex<Option<Held>>>,
    size_bytes: u64,
    ends: Option<JoinHandle<()>>,
}

/// What is still to be sent, and the room it takes.
struct Held {
    rest: Bytes,
    _room: Room,
}

/// The reader took so little for so long that the rest was let go.
#[derive(Debug, thiserror::Error)]
#[error("the reader was too slow, and the rest of the answer was let go")]
pub struct TooSlow(());

impl MessageBody for Sending {
    type Error = TooSlow;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.size_bytes)
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TooSlow>>> {
        let mut held = self.held.lock();
        let Some(Held { rest, .. }) = held.as_mut() else {
            return Poll::Ready(Some(Err(TooSlow(()))));
        };
        if rest.is_empty() {
            return Poll::Ready(None);
        }
        let piece = rest.split_to(rest.len().min(PIECE_BYTES));
        Poll::Ready(Some(Ok(piece)))
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if let Some(ends) = &self.ends {
            ends.abort();
        }
        // The task that would have let go may live for a moment yet.
        self.held.lock().take();
    }
}

/// How long a reader may take for so many bytes.
fn patience(bytes: usize) -> Duration {
    let seconds = u64::try_from(bytes / SLOWEST_BYTES_S).unwrap_or(u64::MAX);
    LEAST.saturating_add(Duration::from_secs(seconds))
}

fn shown(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
