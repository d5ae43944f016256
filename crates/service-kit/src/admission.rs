//! How much work is under way at once. More than the machine can do in time is refused at
//! the door with 503 and `Retry-After`, before anything of it is done: what is admitted is
//! answered soon, and what is refused has changed nothing.
//!
//! How much that is, nobody knows beforehand, so it is measured: as long as work is done
//! within the target, one more is let in at a time; when it takes longer, a tenth fewer,
//! at most once in a target's time (additive increase, multiplicative decrease, as RFC 5681
//! does for a network). The time a body takes to arrive does not count: it is the caller's.
//!
//! Bodies are held in memory, so the bytes of all of them together have a limit as well.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::{HttpMessage, HttpRequest};
use parking_lot::Mutex;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use serde::Deserialize;

use crate::metrics::Metrics;
use crate::problem::RequestProblem;

/// What a refused caller should wait.
pub(crate) const RETRY_AFTER_S: u32 = 1;

/// The `load` table of the settings.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(default)]
#[non_exhaustive]
pub struct Load {
    /// Requests of any kind at once, those that wait included.
    pub requests_max: usize,
    /// Pieces of work at once: the most that measuring may come to.
    pub work_max: usize,
    /// Pieces of work at once: the least that measuring may come to, and no less than 1.
    pub work_min: usize,
    /// How long a piece of work should take at most, in milliseconds.
    pub target_ms: u64,
    /// Bytes of all bodies in memory together.
    pub body_memory_bytes: usize,
    /// Bytes of all large answers in memory together, until they are read: see [`crate::downloads`].
    pub download_memory_bytes: usize,
    /// Connections of one address; 0 for any number. Trusted proxies have any number.
    pub connections_per_address: usize,
    /// How long the head of a request may take to arrive, in milliseconds.
    pub head_deadline_ms: u64,
}

impl Default for Load {
    fn default() -> Self {
        Self {
            requests_max: 8_192,
            work_max: 2_048,
            work_min: 16,
            target_ms: 400,
            body_memory_bytes: 512 << 20,
            download_memory_bytes: 256 << 20,
            connections_per_address: 2_048,
            head_deadline_ms: 10_000,
        }
    }
}

impl Load {
    /// As much as comes, for measurements on one machine. Deadlines stay.
    pub fn unlimited() -> Self {
        let many = usize::try_from(u32::MAX).unwrap_or(usize::MAX);
        Self {
            requests_max: usize::MAX,
            work_max: many,
            work_min: many,
            body_memory_bytes: usize::MAX,
            download_memory_bytes: usize::MAX,
            connections_per_address: 0,
            ..Self::default()
        }
    }
}

/// Counts what is under way.
#[derive(Debug)]
pub struct Admission {
    load: Load,
    began: Instant,
    under_way: AtomicUsize,
    bytes: AtomicUsize,
    /// Thousandths of a piece of work.
    limit: Mutex<u64>,
    cut_at_ms: AtomicU64,
    shed: Counter,
    shown_limit: Gauge,
}

const PIECE: u64 = 1_000;
/// How many at the start: what a burst after a restart may be.
const FIRST: usize = 256;

impl Admission {
    /// Nothing under way; `heqi_requests_shed_total` and `heqi_work_limit` among the figures.
    pub fn new(load: Load, metrics: &Metrics) -> Arc<Self> {
        let first = FIRST.clamp(load.work_min.max(1), load.work_max.max(load.work_min).max(1));
        let shown_limit = metrics.register(
            "work_limit",
            "Pieces of work admitted at once, as measured",
            Gauge::<i64>::default(),
        );
        shown_limit.set(i64::try_from(first).unwrap_or(i64::MAX));
        Arc::new(Self {
            load,
            began: Instant::now(),
            under_way: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            limit: Mutex::new(first as u64 * PIECE),
            cut_at_ms: AtomicU64::new(0),
            shed: metrics.register(
                "requests_shed",
                "Requests refused because too much was under way",
                Counter::default(),
            ),
            shown_limit,
        })
    }

    /// How many pieces of work may be under way now.
    pub fn limit(&self) -> usize {
        usize::try_from(*self.limit.lock() / PIECE).unwrap_or(usize::MAX)
    }

    /// How many are.
    pub fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }

    /// Begins a piece of work; it ends when the permit is dropped.
    ///
    /// # Errors
    /// Too many are under way.
    pub fn begin(self: &Arc<Self>) -> Result<Permit, RequestProblem> {
        let limit = self.limit();
        let taken = self.under_way.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
            (count < limit).then_some(count + 1)
        });
        if taken.is_err() {
            return Err(self.refuse());
        }
        Ok(Permit { admission: self.clone(), since: Instant::now() })
    }

    /// Keeps room for a body; it is given back when the reservation is dropped.
    ///
    /// # Errors
    /// The bodies of others take all of it.
    pub fn reserve(self: &Arc<Self>, bytes: usize) -> Result<Reserved, RequestProblem> {
        let max = self.load.body_memory_bytes;
        let taken = self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
            held.checked_add(bytes).filter(|together| *together <= max)
        });
        if taken.is_err() {
            return Err(self.refuse());
        }
        Ok(Reserved { admission: self.clone(), bytes })
    }

    fn refuse(&self) -> RequestProblem {
        self.shed.inc();
        RequestProblem::Overloaded
    }

    fn ended(&self, took: Duration) {
        let was = self.under_way.fetch_sub(1, Ordering::Relaxed);
        let now_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.learn(was, took, now_ms);
    }

    /// `was`: how many were under way, this one included.
    fn learn(&self, was: usize, took: Duration, now_ms: u64) {
        let target = Duration::from_millis(self.load.target_ms);
        let least = self.load.work_min.max(1) as u64 * PIECE;
        let most = (self.load.work_max as u64 * PIECE).max(least);
        let mut limit = self.limit.lock();
        if took > target {
            let cut_at_ms = self.cut_at_ms.load(Ordering::Relaxed);
            if cut_at_ms == 0 || now_ms.saturating_sub(cut_at_ms) >= self.load.target_ms {
                self.cut_at_ms.store(now_ms.max(1), Ordering::Relaxed);
                *limit = (*limit - *limit / 10).max(least);
            }
        } else if was as u64 * PIECE * 2 > *limit {
            // One more for each limit's worth of work that was done in time.
            *limit = (*limit + (PIECE * PIECE / *limit).max(1)).min(most);
        }
        self.shown_limit.set(i64::try_from(*limit / PIECE).unwrap_or(i64::MAX));
    }
}

/// A piece of work under way.
#[derive(Debug)]
pub struct Permit {
    admission: Arc<Admission>,
    since: Instant,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.admission.ended(self.since.elapsed());
    }
}

/// Room for a body.
#[derive(Debug)]
pub struct Reserved {
    admission: Arc<Admission>,
    bytes: usize,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.admission.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// What one request holds until it is answered. A middleware gives it out, and whoever
/// reads the body uses it.
#[derive(Clone, Debug)]
pub struct Ticket {
    admission: Arc<Admission>,
    held: Rc<RefCell<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    permit: Option<Permit>,
    reserved: Option<Reserved>,
}

impl Ticket {
    /// A ticket that holds nothing yet.
    pub fn new(admission: &Arc<Admission>) -> Self {
        Self { admission: admission.clone(), held: Rc::default() }
    }

    /// The ticket that a middleware put into the request.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    /// Keeps room for the body of this request. See [`Admission::reserve`].
    ///
    /// # Errors
    /// There is none.
    pub fn reserve(&self, bytes: usize) -> Result<(), RequestProblem> {
        let reserved = self.admission.reserve(bytes)?;
        self.held.borrow_mut().reserved = Some(reserved);
        Ok(())
    }

    /// Begins the work of this request. See [`Admission::begin`].
    ///
    /// # Errors
    /// Too much is under way.
    pub fn begin(&self) -> Result<(), RequestProblem> {
        let mut held = self.held.borrow_mut();
        if held.permit.is_none() {
            held.permit = Some(self.admission.begin()?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(load: Load) -> Arc<Admission> {
        Admission::new(load, &Metrics::default())
    }

    #[test]
    fn no_more_than_the_limit_is_under_way_and_what_ends_makes_room() {
        let admission = admission(Load { work_min: 3, work_max: 3, ..Load::default() });
        let mut held: Vec<_> = (0..3).map(|_| admission.begin().unwrap()).collect();
        assert_eq!(admission.begin().unwrap_err(), RequestProblem::Overloaded);
        held.pop();
        held.push(admission.begin().unwrap());
        assert_eq!(admission.under_way(), 3);
        assert_eq!(admission.shed.get(), 1);
    }

    #[test]
    fn slow_work_lowers_the_limit_once_in_a_while_and_quick_work_raises_it() {
        let admission = admission(Load { work_min: 16, work_max: 300, ..Load::default() });
        let slow = Duration::from_secs(2);
        admission.learn(256, slow, 1_000);
        assert_eq!(admission.limit(), 230);
        admission.learn(256, slow, 1_100);
        assert_eq!(admission.limit(), 230, "one slow batch counts once");
        for step in 1..200 {
            admission.learn(256, slow, 1_000 + step * 400);
        }
        assert_eq!(admission.limit(), 16, "never below the least");
        for _ in 0..20 {
            admission.learn(16, Duration::from_millis(5), 100_000);
        }
        assert_eq!(admission.limit(), 17);
        for _ in 0..1_000_000 {
            admission.learn(300, Duration::from_millis(5), 100_000);
        }
        assert_eq!(admission.limit(), 300, "never above the most");
    }

    #[test]
    fn a_limit_that_is_not_reached_is_not_raised() {
        let admission = admission(Load::default());
        for _ in 0..100_000 {
            admission.learn(10, Duration::from_millis(1), 1_000);
        }
        assert_eq!(admission.limit(), FIRST);
    }

    #[test]
    fn bodies_share_one_memory() {
        let admission = admission(Load { body_memory_bytes: 100, ..Load::default() });
        let first = admission.reserve(60).unwrap();
        assert!(admission.reserve(41).is_err());
        let second = admission.reserve(40).unwrap();
        drop(first);
        admission.reserve(60).unwrap();
        drop(second);
        assert!(admission.reserve(usize::MAX).is_err());
    }

    #[test]
    fn a_ticket_holds_one_permit_however_often_it_is_asked() {
        let admission = admission(Load::default());
        let ticket = Ticket::new(&admission);
        ticket.begin().unwrap();
        ticket.begin().unwrap();
        assert_eq!(admission.under_way(), 1);
        drop(ticket);
        assert_eq!(admission.under_way(), 0);
    }
}
