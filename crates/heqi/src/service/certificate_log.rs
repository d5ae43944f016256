//! Every change of our TLS certificate becomes a statement in our own log
//! (`docs/spec/key-change.md`, role `tls`), by whatever way the file was replaced: the
//! running service sees the new certificate and signs the statement with the log's key.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use heqi_evidence::key_change::{KeyChangeReason, KeyRole};
use heqi_evidence_store::backend::Backend;
use heqi_pki::keys::Signer;
use heqi_service_kit::Shutdown;
use heqi_service_kit::tls::Identity;
use heqi_vocabulary::{Clock, Digest};

use crate::commands::keys::KeysError;
use crate::commands::keys::rotate::fingerprint_statement;
use crate::keys;

/// SHA-256 of the certificate that was in use last.
const KNOWN_FILE: &str = "tls-certificate.json";
/// Between two attempts while the log takes nothing.
const RETRY: Duration = Duration::from_secs(5);

/// What writes the statements.
pub(super) struct CertificateLog {
    pub(super) keys: PathBuf,
    pub(super) identity: Arc<Identity>,
    pub(super) origin: String,
    pub(super) signer: Arc<dyn Signer>,
    pub(super) backend: Arc<dyn Backend>,
    pub(super) clock: Arc<dyn Clock>,
    /// Whether the log is a notary's, in which every leaf is a statement.
    pub(super) is_notary: bool,
}

impl CertificateLog {
    /// Writes whatever change there was since the last run, then every one until the
    /// program stops.
    pub(super) async fn run(self, mut shutdown: Shutdown) -> Result<(), KeysError> {
        let mut certificates = self.identity.changes();
        loop {
            let current = *certificates.borrow_and_update();
            if let Err(error) = self.note(current).await {
                tell(&error);
                tokio::select! {
                    () = shutdown.requested() => return Ok(()),
                    () = tokio::time::sleep(RETRY) => continue,
                }
            }
            tokio::select! {
                () = shutdown.requested() => return Ok(()),
                changed = certificates.changed() => if changed.is_err() { return Ok(()) },
            }
        }
    }

    async fn note(&self, current: Digest) -> Result<(), KeysError> {
        let known_file = self.keys.join(KNOWN_FILE);
        let known = read(&known_file)?;
        if known == Some(current) {
            return Ok(());
        }
        if let Some(known) = known {
            let (old, new) = (known.to_string(), current.to_string());
            let now = self.clock.now();
            let statement = fingerprint_statement(
                &self.keys,
                &*self.signer,
                (&self.origin, KeyRole::Tls, KeyChangeReason::Scheduled),
                (&old, &new),
                (now, now),
            )?;
            let log = |error: &dyn std::fmt::Display| KeysError::Log(error.to_string());
            if self.is_notary {
                heqi_notarization::key_change::log_key_change(&*self.backend, &statement)
                    .await
                    .map_err(|error| log(&error))?;
            } else {
                heqi_registration::key_change::log_key_change(&*self.backend, &statement)
                    .await
                    .map_err(|error| log(&error))?;
            }
            tracing::info!("the change of the TLS certificate is in the log");
        }
        let text = serde_json::json!({ "certificate_sha256": current }).to_string();
        keys::write_public(&known_file, text.as_bytes())?;
        Ok(())
    }
}

fn tell(error: &KeysError) {
    let error = error as &dyn std::error::Error;
    tracing::warn!(error, "the change of the TLS certificate is not in the log yet");
}

#[derive(serde::Deserialize)]
struct Known {
    certificate_sha256: Digest,
}

fn read(file: &Path) -> Result<Option<Digest>, KeysError> {
    match std::fs::read(file) {
        Ok(bytes) => serde_json::from_slice::<Known>(&bytes)
            .map(|known| Some(known.certificate_sha256))
            .map_err(|_| KeysError::Form(file.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
