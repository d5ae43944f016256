//! Ending the item of a queue together with what its work produced.

use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::outbox::{Leased, Outbox};
use heqi_evidence_store::table::TableError;
use heqi_vocabulary::UtcMillis;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::HolderFault;
use crate::office::NotaryOffice;

const ATTEMPTS: usize = 8;

/// Ends an item with `also` in one commit. An item whose lease ran out is somebody else's.
pub(super) async fn end<T: DeserializeOwned + Serialize>(
    office: &NotaryOffice,
    (queue, item): (&Outbox<T>, &Leased<T>),
    also: impl Fn(&mut Changeset) -> Result<(), TableError>,
) -> Result<(), HolderFault> {
    for _ in 0..ATTEMPTS {
        let now = office.clock().now();
        let mut changes = Changeset::new();
        also(&mut changes)?;
        queue.complete(office.store(), &mut changes, item, now).await?;
        if committed(office, changes).await? || now >= item.leased_until {
            return Ok(());
        }
    }
    Ok(())
}

/// Gives an item back until `retry_at`.
pub(super) async fn again<T: DeserializeOwned + Serialize>(
    office: &NotaryOffice,
    (queue, item): (&Outbox<T>, &Leased<T>),
    retry_at: UtcMillis,
) -> Result<(), HolderFault> {
    for _ in 0..ATTEMPTS {
        let mut changes = Changeset::new();
        queue.fail(office.store(), &mut changes, item, retry_at).await?;
        if committed(office, changes).await? || office.clock().now() >= item.leased_until {
            return Ok(());
        }
    }
    Ok(())
}

async fn committed(office: &NotaryOffice, changes: Changeset) -> Result<bool, HolderFault> {
    match async { office.store().commit(changes)?.await }.await {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
