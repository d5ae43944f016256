//! Takes what is due from a queue of a service, and naps until something is. The store has
//! days on which it cannot do its part, because its disk is full or too much waits: the worker
//! asks again later, for what is to be done waits in the queue, and nobody else stops for it.

use std::future::Future;
use std::time::Duration;

use futures_util::future::join_all;
use heqi_evidence_store::backend::Backend;
use heqi_notary_protocol::Backoff;
use heqi_registration::Platform;
use heqi_registration::fault::Fault;
use heqi_service_kit::Shutdown;
use heqi_vocabulary::{Clock, Entropy, UtcMillis};
use tokio::time::{sleep, timeout};

/// The longest nap: the worker looks again even when nobody wakes it.
const LONGEST_NAP: Duration = Duration::from_secs(1);
/// How long to wait while the store is read-only.
const READ_ONLY_NAP: Duration = Duration::from_millis(100);

/// A queue and what is done with its items.
pub(super) trait Queue: Send + Sync {
    /// One item, held for a while.
    type Item: Send + Sync;

    /// What it is called in log lines.
    fn name(&self) -> &'static str;

    /// Brings back what a clock that ran ahead had put off; gives how much.
    fn recall(&self) -> impl Future<Output = Result<usize, Fault>> + Send;

    /// Takes what is due.
    fn lease(&self) -> impl Future<Output = Result<Vec<Self::Item>, Fault>> + Send;

    /// When the next item is worth looking at.
    fn next_due(&self) -> impl Future<Output = Result<Option<UtcMillis>, Fault>> + Send;

    /// Does one item, and notes how it went.
    fn work(&self, item: &Self::Item) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// The store that the queue is in, its clock, and what draws pauses.
#[derive(Clone, Copy)]
pub(super) struct Own<'a> {
    pub(super) backend: &'a dyn Backend,
    pub(super) clock: &'a dyn Clock,
    pub(super) entropy: &'a dyn Entropy,
}

/// Works on a queue of the platform until it is told to stop.
///
/// # Errors
/// The platform's own store has stopped, and the process with it.
pub(super) async fn run(
    platform: &Platform,
    queue: impl Queue,
    stop: Shutdown,
) -> Result<(), Fault> {
    let (backend, entropy) = (platform.backend(), platform.entropy());
    run_on(Own { backend, clock: platform.clock(), entropy }, queue, stop).await
}

/// The same for a queue of any store.
///
/// # Errors
/// The store has stopped, and the process with it.
pub(super) async fn run_on(
    own: Own<'_>,
    queue: impl Queue,
    mut stop: Shutdown,
) -> Result<(), Fault> {
    let backoff = Backoff::default();
    let (mut looked_at, mut failures) = (None, 0_u32);
    while !stop.is_requested() {
        let pause = match turn(own, &queue, &mut looked_at, &mut stop).await {
            Ok(()) => {
                failures = 0;
                continue;
            }
            Err(Fault::Stopped) => return Err(Fault::Stopped),
            Err(fault) => {
                failures = failures.saturating_add(1);
                let queue = queue.name();
                tracing::warn!(queue, error = %fault, failures, "work waits: the own store cannot");
                backoff.wait_ms(failures, own.entropy)
            }
        };
        rest(Duration::from_millis(pause), &mut stop).await;
    }
    Ok(())
}

/// One look at what is due, and its work or a nap.
async fn turn(
    own: Own<'_>,
    queue: &impl Queue,
    looked_at: &mut Option<UtcMillis>,
    stop: &mut Shutdown,
) -> Result<(), Fault> {
    // Subscribed before anything is read, so that no change after the read is missed.
    let mut progress = own.backend.progress();
    if own.backend.read_only().is_some() {
        rest(READ_ONLY_NAP, stop).await;
        return Ok(());
    }
    let now = own.clock.now();
    // At the start, and when the clock was set back: what was put off by a clock that ran ahead.
    if looked_at.is_none_or(|before| now < before) {
        let recalled = queue.recall().await?;
        if recalled > 0 {
            let queue = queue.name();
            tracing::warn!(queue, recalled, "a clock that ran ahead had put work off");
        }
    }
    *looked_at = Some(now);
    let leased = queue.lease().await?;
    if leased.is_empty() {
        let due = queue.next_due().await?;
        tokio::select! {
            () = stop.requested() => {}
            _ = timeout(nap(due, own.clock.now()), progress.changed()) => {}
        }
        return Ok(());
    }
    // One that fails keeps none of the others from being noted.
    let done = join_all(leased.iter().map(|item| queue.work(item))).await;
    done.into_iter().collect()
}

async fn rest(pause: Duration, stop: &mut Shutdown) {
    tokio::select! {
        () = stop.requested() => {}
        () = sleep(pause) => {}
    }
}

fn nap(due: Option<UtcMillis>, now: UtcMillis) -> Duration {
    let ms = due.map_or(i64::MAX, |due| due.millis_since(now)).max(5);
    Duration::from_millis(u64::try_from(ms).unwrap_or(5)).min(LONGEST_NAP)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use heqi_evidence_store::testing::{memory, note_signer};
    use heqi_registration::{Ports, Settings};
    use heqi_service_kit::TaskGroup;
    use heqi_service_kit::lifecycle::ShutdownTrigger;
    use heqi_testkit::{Cast, FixedClock, SeededEntropy};

    use super::*;

    /// Plays a store that cannot twice, and then has one item to do.
    struct Ailing {
        fault: fn() -> Fault,
        leases: Arc<AtomicUsize>,
        worked: Arc<AtomicUsize>,
        stop: ShutdownTrigger,
    }

    impl Queue for Ailing {
        type Item = ();

        fn name(&self) -> &'static str {
            "ailing"
        }

        async fn recall(&self) -> Result<usize, Fault> {
            Ok(0)
        }

        async fn lease(&self) -> Result<Vec<()>, Fault> {
            match self.leases.fetch_add(1, Ordering::SeqCst) {
                0 | 1 => Err((self.fault)()),
                _ => Ok(vec![()]),
            }
        }

        async fn next_due(&self) -> Result<Option<UtcMillis>, Fault> {
            Ok(None)
        }

        async fn work(&self, (): &()) -> Result<(), Fault> {
            self.worked.fetch_add(1, Ordering::SeqCst);
            self.stop.request();
            Ok(())
        }
    }

    async fn platform() -> Platform {
        let now: UtcMillis = "2026-11-23T12:05:00.000Z".parse().unwrap();
        let ports = Ports {
            backend: memory(),
            clock: Arc::new(FixedClock::new(now)),
            entropy: Arc::new(SeededEntropy::labelled(1, "queue worker")),
            authority: Arc::new(Cast::new(1, now).authority),
        };
        let settings = Settings::of_log(note_signer(7).verifier_key().clone());
        Platform::open(ports, settings).await.unwrap()
    }

    /// How it ended, how often it asked, how much it did.
    async fn ran(fault: fn() -> Fault) -> (Result<(), Fault>, usize, usize) {
        let group = TaskGroup::new();
        let (leases, worked) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let queue =
            Ailing { fault, leases: leases.clone(), worked: worked.clone(), stop: group.trigger() };
        let ended = run(&platform().await, queue, group.shutdown()).await;
        (ended, leases.load(Ordering::SeqCst), worked.load(Ordering::SeqCst))
    }

    #[tokio::test]
    async fn a_store_that_cannot_now_is_asked_again_and_stops_nobody() {
        for fault in [|| Fault::DiskFull, || Fault::Busy, || Fault::Erased] {
            let (ended, leases, worked) = ran(fault).await;
            assert!(ended.is_ok(), "{ended:?}");
            assert_eq!((leases, worked), (3, 1));
        }
    }

    #[tokio::test]
    async fn a_store_that_has_stopped_ends_the_worker() {
        let (ended, leases, worked) = ran(|| Fault::Stopped).await;
        assert!(matches!(ended, Err(Fault::Stopped)), "{ended:?}");
        assert_eq!((leases, worked), (1, 0));
    }
}
