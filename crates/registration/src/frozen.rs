//! Logs of ours that are frozen: a successor took their place (`docs/adr/0022-successor.md`). Their records are read
//! where they stand, under the heads they were proved by.

use std::sync::Arc;

use heqi_evidence::successor::VerifiedSuccessor;
use heqi_evidence_store::backend::Backend;
use heqi_tlog::checkpoint::Origin;

/// A frozen log, read only.
#[derive(Clone, Debug)]
pub struct FrozenLog {
    store: Arc<dyn Backend>,
    successor: VerifiedSuccessor,
}

impl FrozenLog {
    /// The log in `store`, which nothing may write any more, and the statement that froze it.
    pub const fn new(store: Arc<dyn Backend>, successor: VerifiedSuccessor) -> Self {
        Self { store, successor }
    }

    /// Its origin.
    pub fn origin(&self) -> &Origin {
        self.successor.frozen_head().checkpoint().origin()
    }

    /// Its store.
    pub fn store(&self) -> &dyn Backend {
        &*self.store
    }

    /// The same, for whoever keeps it.
    pub fn shared_store(&self) -> Arc<dyn Backend> {
        Arc::clone(&self.store)
    }

    /// What took its place, and why.
    pub const fn successor(&self) -> &VerifiedSuccessor {
        &self.successor
    }
}
