//! The secret of the digests by which people are found: one step, concerns nobody else, and the index goes with it
//! (`docs/adr/0094-the-index-has-a-secret-of-its-own.md`).

use std::io::Write;
use std::sync::Arc;

use heqi_evidence::key_change::KeyRole;
use heqi_evidence_store::backend::embedded::Embedded;
use heqi_evidence_store::durable_file::Disk;
use heqi_registration::person_keys::{self, Replacement};

use super::{KeysError, Rotation, log_fingerprints, log_key};
use crate::service::{indexing, platform, store};

impl Rotation<'_> {
    pub(super) async fn search(&self, out: &mut dyn Write) -> Result<(), KeysError> {
        if !self.keys().join(platform::ORDER_KEY).exists() {
            return Err(KeysError::NoPlatform(self.data_dir.to_owned()));
        }
        let index = self.data_dir.join(indexing::FOLDER);
        writeln!(out, "Rotation of the secret that people are found by in {}", index.display())?;
        writeln!(out, "  1. draw a new secret, sealed in the store; one that was drawn is used")?;
        writeln!(out, "  2. log the change, signed by the log key, by fingerprints")?;
        writeln!(out, "  3. put it in the place of the old one, of which no row is left")?;
        writeln!(out, "  4. remove the index; the next start fills it anew from what is held")?;
        writeln!(out, "  A search by person from before finds nobody any more: search again.")?;
        if !self.yes {
            writeln!(out, "Nothing was changed; add --yes to do it.")?;
            return Ok(());
        }
        let Replacement { old, new, .. } = self.draw().await?;
        log_fingerprints(self, KeyRole::Search, &old.to_string(), &new.to_string()).await?;
        self.replace().await?;
        Disk::default().remove_directory(&index)?;
        writeln!(out, "Done: {new} in the place of {old}. Start the service.")?;
        Ok(())
    }

    async fn draw(&self) -> Result<Replacement, KeysError> {
        let store = self.store()?;
        let drawn = person_keys::prepare(&*store, &*self.entropy).await;
        store.close().map_err(|error| KeysError::Secret(error.to_string()))?;
        drawn.map_err(|fault| KeysError::Secret(fault.to_string()))
    }

    async fn replace(&self) -> Result<(), KeysError> {
        let store = self.store()?;
        let replaced = person_keys::finish(&*store, &*self.entropy).await;
        store.close().map_err(|error| KeysError::Secret(error.to_string()))?;
        replaced.map_err(|fault| KeysError::Secret(fault.to_string()))
    }

    fn store(&self) -> Result<Arc<Embedded>, KeysError> {
        let signer = log_key(&self.keys(), &*self.entropy)?.log_signer()?;
        Ok(store::open(self.data_dir, signer, &self.entropy)?)
    }
}
