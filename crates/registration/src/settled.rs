//! The commit that ends an item of a queue, or gives it back: whether the item was still its holder's, and whether to
//! read again.

use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::{Changeset, RowKey};
use heqi_evidence_store::outbox::Leased;

use crate::fault::Fault;
use crate::platform::Platform;

/// How a commit that ends or returns an item went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Settled {
    Done,
    /// A row has changed since it was read.
    Again,
    /// Somebody else holds the item.
    LeaseLost,
}

pub(crate) async fn settle<T>(
    platform: &Platform,
    item: &Leased<T>,
    changes: Changeset,
) -> Result<Settled, Fault> {
    let result = match platform.backend().commit(changes) {
        Ok(pending) => pending.await,
        Err(error) => Err(error),
    };
    match result {
        Ok(_) => Ok(Settled::Done),
        Err(CommitError::Conflict { key }) if is_item(&key, item) => Ok(Settled::LeaseLost),
        Err(CommitError::Conflict { .. }) => {
            tokio::task::yield_now().await;
            Ok(Settled::Again)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether the row is the leased item itself (`docs/spec/store.md` section 8).
fn is_item<T>(key: &RowKey, item: &Leased<T>) -> bool {
    let suffix = format!("/item/{}/{:020}", item.lane, item.order);
    key.as_bytes().starts_with(b"outbox/") && key.as_bytes().ends_with(suffix.as_bytes())
}
