//! Starting together and stopping together.
//!
//! A [`TaskGroup`] holds the long-running parts of a program. The first that fails, or a
//! signal, asks all to stop; each finishes what it has begun; whoever is not done by the
//! deadline is abandoned and named.

use std::fmt::Display;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;

/// Tells a task that the program wants to stop. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<bool>);

impl Shutdown {
    /// Waits until the program wants to stop. Safe to use in `select!`.
    pub async fn requested(&mut self) {
        // An error means that the group is gone, which is a stop as well.
        let _ = self.0.wait_for(|requested| *requested).await;
    }

    /// Whether the program wants to stop.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }
}

/// Asks every task of a group to stop.
#[derive(Clone, Debug)]
pub struct ShutdownTrigger(Arc<watch::Sender<bool>>);

impl ShutdownTrigger {
    /// Asks. Asking twice changes nothing.
    pub fn request(&self) {
        self.0.send_replace(true);
    }
}

/// Long-running parts of a program, each with a name.
#[derive(Debug)]
pub struct TaskGroup {
    tasks: JoinSet<Result<(), String>>,
    names: Vec<(Id, &'static str)>,
    trigger: ShutdownTrigger,
}

/// How the tasks of a group ended.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ended {
    /// Tasks that came to their end.
    pub finished: Vec<&'static str>,
    /// Tasks that failed or panicked, with the reason for the log.
    pub failed: Vec<(&'static str, String)>,
    /// Tasks that were not done by the deadline.
    pub abandoned: Vec<&'static str>,
}

impl Ended {
    /// Whether every task came to its end.
    pub const fn is_clean(&self) -> bool {
        self.failed.is_empty() && self.abandoned.is_empty()
    }
}

impl Default for TaskGroup {
    fn default() -> Self {
        Self::new()
    }
}

impl TaskGroup {
    /// A group without tasks.
    pub fn new() -> Self {
        let trigger = ShutdownTrigger(Arc::new(watch::Sender::new(false)));
        Self { tasks: JoinSet::new(), names: Vec::new(), trigger }
    }

    /// What a task watches to learn that it must stop.
    pub fn shutdown(&self) -> Shutdown {
        Shutdown(self.trigger.0.subscribe())
    }

    /// What asks the group to stop, for whoever else may decide that.
    pub fn trigger(&self) -> ShutdownTrigger {
        self.trigger.clone()
    }

    /// Starts `task` under `name`. It must watch [`TaskGroup::shutdown`].
    pub fn spawn<E: Display>(
        &mut self,
        name: &'static str,
        task: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        let task = async move { task.await.map_err(|error| error.to_string()) };
        let id = self.tasks.spawn(task).id();
        self.names.push((id, name));
    }

    /// Starts an HTTP server. Build it with `disable_signals` and `shutdown_timeout`: on a
    /// stop it takes no new connection and finishes the requests it has.
    pub fn spawn_server(&mut self, name: &'static str, server: Server) {
        let shutdown = self.shutdown();
        self.spawn(name, serve(server, shutdown));
    }

    /// Runs until `stop` is done, a task fails, somebody triggers a stop, or every task is
    /// done; then gives the tasks `deadline` to finish.
    pub async fn run_until(mut self, stop: impl Future, deadline: Duration) -> Ended {
        let mut ended = Ended::default();
        let mut triggered = self.shutdown();
        let mut stop = pin!(stop);
        while !self.tasks.is_empty() && ended.failed.is_empty() {
            tokio::select! {
                biased;
                _ = &mut stop => break,
                () = triggered.requested() => break,
                Some(outcome) = self.tasks.join_next_with_id() => self.note(outcome, &mut ended),
            }
        }
        self.trigger.request();

        let deadline = Instant::now() + deadline;
        while let Ok(Some(outcome)) =
            tokio::time::timeout_at(deadline, self.tasks.join_next_with_id()).await
        {
            self.note(outcome, &mut ended);
        }
        ended.abandoned = self.names.iter().map(|(_, name)| *name).collect();
        self.tasks.shutdown().await;
        ended
    }

    fn note(&mut self, outcome: Result<(Id, Result<(), String>), JoinError>, ended: &mut Ended) {
        let (id, result) = match outcome {
            Ok((id, result)) => (id, result),
            Err(error) => (error.id(), Err("panicked".to_owned())),
        };
        let Some(place) = self.names.iter().position(|(known, _)| *known == id) else { return };
        let (_, name) = self.names.remove(place);
        match result {
            Ok(()) => ended.finished.push(name),
            Err(reason) => {
                tracing::error!(task.name = name, error = reason, "task failed");
                ended.failed.push((name, reason));
            }
        }
    }
}

/// Serves until a stop is requested, then drains.
async fn serve(server: Server, mut shutdown: Shutdown) -> io::Result<()> {
    let handle = server.handle();
    let mut server = pin!(server);
    tokio::select! {
        ended = &mut server => return ended,
        () = shutdown.requested() => {}
    }
    let (ended, ()) = tokio::join!(server, handle.stop(true));
    ended
}

/// Waits for the operating system to ask for a stop and says how: Ctrl-C anywhere, SIGTERM
/// on Unix.
///
/// # Errors
/// The signals cannot be watched.
pub async fn signal() -> io::Result<&'static str> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted.map(|()| "interrupt"),
            _ = terminate.recv() => Ok("terminate"),
        }
    }
    #[cfg(not(unix))]
    {
        tokio::signal::ctrl_c().await.map(|()| "interrupt")
    }
}

#[cfg(test)]
mod tests;
