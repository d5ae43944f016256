//! Looking into files of strangers: on threads of its own, so that requests are not kept
//! waiting, few at a time, so that memory is bounded, and without letting a panic out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::fault::Fault;
use crate::platform::Platform;

/// Runs `job` when its turn comes. `None`: it panicked, so the file is not what it should
/// be.
pub(crate) async fn run<T: Send + 'static>(
    platform: &Platform,
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<Option<T>, Fault> {
    let turn = platform.decoding.clone().acquire_owned().await.map_err(|_| Fault::Stopped)?;
    let task = tokio::task::spawn_blocking(move || {
        let result = catch_unwind(AssertUnwindSafe(job));
        drop(turn);
        result.ok()
    });
    task.await.map_err(|_| Fault::Stopped)
}
