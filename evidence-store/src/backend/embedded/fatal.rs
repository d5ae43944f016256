use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is done when the store cannot keep a promise any more.
pub type StopProcess = Arc<dyn Fn(&str) + Send + Sync>;

/// Ends the process, because accepted changes can no longer be made durable or read. Recovery is the ordinary start.
pub fn abort_process() -> StopProcess {
    Arc::new(|_| std::process::abort())
}

/// The one way out when something uncertain has happened.
pub(crate) struct Fatal {
    stop: StopProcess,
    is_stopped: AtomicBool,
}

impl Fatal {
    pub(crate) fn new(stop: StopProcess) -> Self {
        Self { stop, is_stopped: AtomicBool::new(false) }
    }

    /// Logs, and ends the process. In tests, where the process lives on, the store answers nothing any more.
    pub(crate) fn stop(&self, what: &str) {
        if !self.is_stopped.swap(true, Ordering::AcqRel) {
            tracing::error!(reason = what, "the store stops: {what}");
            (self.stop)(what);
        }
    }

    /// Stops without a failure: what a crash looks like to the threads.
    pub(crate) fn silence(&self) {
        self.is_stopped.store(true, Ordering::Release);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Acquire)
    }
}

impl fmt::Debug for Fatal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fatal(stopped: {})", self.is_stopped())
    }
}
