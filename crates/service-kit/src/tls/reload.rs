//! Files looked at every 30 seconds and on SIGHUP. A broken replacement is told once, in a
//! line and a figure, and what was read before stays in force.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::metrics::gauge::Gauge;

use super::{Identity, Peer, TlsFileError};
use crate::lifecycle::Shutdown;
use crate::metrics::Metrics;

const INTERVAL: Duration = Duration::from_secs(30);

/// What is looked at.
#[derive(Debug)]
pub struct Watched {
    identity: Option<Arc<Identity>>,
    peers: Vec<Arc<Peer>>,
    broken: Gauge,
    expires: Gauge<f64, AtomicU64>,
    was_broken: bool,
}

impl Watched {
    /// Looks after these, with `heqi_tls_broken_files` and
    /// `heqi_tls_certificate_expires_timestamp_seconds` among the figures.
    pub fn new(identity: Option<Arc<Identity>>, peers: Vec<Arc<Peer>>, metrics: &Metrics) -> Self {
        let broken = metrics.register(
            "tls_broken_files",
            "TLS files that were replaced by something that cannot be used",
            Gauge::default(),
        );
        let expires = metrics.register(
            "tls_certificate_expires_timestamp_seconds",
            "When our certificate ends, in Unix time",
            Gauge::default(),
        );
        let watched = Self { identity, peers, broken, expires, was_broken: false };
        watched.tell_end();
        watched
    }

    /// Reads everything again. Gives how many files could not be used.
    pub fn look(&mut self) -> usize {
        let identity = self.identity.iter().map(|own| ("own certificate", own.reload()));
        let peers = self.peers.iter().map(|peer| ("peer's roots", peer.reload()));
        let looked: Vec<(&str, Result<bool, TlsFileError>)> = identity.chain(peers).collect();
        let mut broken = 0;
        for (what, outcome) in looked {
            match outcome {
                Ok(true) => tracing::info!(what, "TLS file read again"),
                Ok(false) => {}
                Err(error) => {
                    broken += 1;
                    if !self.was_broken {
                        let error = &error as &dyn std::error::Error;
                        tracing::error!(what, error, "TLS file cannot be used, the old one stays");
                    }
                }
            }
        }
        self.was_broken = broken > 0;
        self.broken.set(i64::try_from(broken).unwrap_or(i64::MAX));
        self.tell_end();
        broken
    }

    /// Looks until the program stops.
    ///
    /// # Errors
    /// None.
    pub async fn run(mut self, mut shutdown: Shutdown) -> Result<(), Infallible> {
        let mut asked = Asked::listen();
        loop {
            tokio::select! {
                () = shutdown.requested() => return Ok(()),
                () = asked.once() => { self.was_broken = false; }
                () = tokio::time::sleep(INTERVAL) => {}
            }
            self.look();
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds of this millennium are exact")]
    fn tell_end(&self) {
        if let Some(end) = self.identity.as_ref().and_then(|own| own.not_after()) {
            self.expires.set(end.unix_seconds() as f64);
        }
    }
}

/// SIGHUP, where there is one.
struct Asked {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Asked {
    #[cfg(unix)]
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self { signal: signal(SignalKind::hangup()).ok() }
    }

    #[cfg(not(unix))]
    fn listen() -> Self {
        Self {}
    }

    async fn once(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
