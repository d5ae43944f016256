//! Destroying the keys: ledger, vault, objects, row, in this order. A crash anywhere is
//! finished at the next start.

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::erasure::{ErasureEntry, replay_erasures};
use heqi_vocabulary::{FilingId, RecordId};

use super::Decision;
use super::rows::{ERASURES, UNFINISHED};
use crate::fault::Fault;
use crate::objects;
use crate::platform::Platform;
use crate::rows::Pair;

/// How many unfinished erasures are looked at together.
const MANY: usize = 256;

/// Destroys what a decided erasure names. Doing it again changes nothing.
pub(crate) async fn perform(
    platform: &Platform,
    filing: FilingId,
    erasure: RecordId,
) -> Result<(), Fault> {
    let key = Pair(filing, erasure);
    let missing = || Fault::broken(format_args!("erasure {erasure} is not kept"));
    let row = ERASURES.row(platform.backend(), &key).await?.ok_or_else(missing)?.value;
    let ledger = platform
        .settings
        .erasure_ledger
        .clone()
        .ok_or_else(|| Fault::broken("there is no erasure ledger, so nothing may be erased"))?;
    let entry =
        ErasureEntry { at: row.decided_at, erasure: erasure.to_string(), keys: row.keys.clone() };
    let backend = platform.ports.backend.clone();
    tokio::task::spawn_blocking(move || {
        // Durable first: a vault restored from before forgets again.
        ledger.append(&entry).map_err(Fault::broken)?;
        backend.vault().shred(&entry.keys).map_err(Fault::from)
    })
    .await
    .map_err(Fault::broken)??;
    for object in &row.objects {
        objects::forget(platform, object).await;
    }
    finish(platform, filing, erasure).await
}

async fn finish(platform: &Platform, filing: FilingId, erasure: RecordId) -> Result<(), Fault> {
    let key = Pair(filing, erasure);
    let mut attempts = crate::act::Attempts::default();
    loop {
        let Some(stored) = ERASURES.row(platform.backend(), &key).await? else { return Ok(()) };
        let mut row = stored.value;
        let Decision::Erased { performed_at: performed_at @ None } = &mut row.decision else {
            return Ok(());
        };
        *performed_at = Some(platform.now());
        let mut changes = Changeset::new();
        ERASURES.replace(&mut changes, &key, stored.version, &row)?;
        changes.delete(UNFINISHED.key(&erasure)?);
        if attempts.commit(platform, changes).await?.is_some() {
            tracing::info!(erasure.id = %erasure, keys = row.keys.len(), "keys destroyed");
            return Ok(());
        }
    }
}

/// Replays the erasure ledger over the vault and finishes every erasure that was decided and
/// not performed. To be called at every start, before anything is served.
///
/// # Errors
/// The ledger, the vault or the store could not do their part.
pub async fn resume(platform: &Platform) -> Result<(), Fault> {
    if let Some(ledger) = platform.settings.erasure_ledger.clone() {
        let backend = platform.ports.backend.clone();
        let replayed =
            tokio::task::spawn_blocking(move || replay_erasures(&ledger, backend.vault()))
                .await
                .map_err(Fault::broken)?
                .map_err(Fault::broken)?;
        if replayed.destroyed > 0 {
            tracing::warn!(
                keys = replayed.destroyed,
                "keys that had been destroyed were back and are destroyed again"
            );
        }
    }
    let unfinished = UNFINISHED.scan(platform.backend(), "", None, MANY).await?;
    for (erasure, filing) in unfinished {
        perform(platform, filing.value, erasure).await?;
    }
    Ok(())
}
