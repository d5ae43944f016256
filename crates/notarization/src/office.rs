//! Who this office is and what it works with.

use std::fmt;
use std::sync::Arc;

use heqi_evidence::anchors::Anchors;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::erasure::ErasureLedger;
use heqi_pki::keys::{PublicKey, Signer};
use heqi_vocabulary::{Clock, Entropy};
use tokio::sync::Mutex;

/// One custodian: its name, its keys, its store. Cheap to clone.
#[derive(Clone)]
pub struct NotaryOffice {
    parts: Arc<OfficeParts>,
    /// Whoever decides about a deposit has the turn: the number after the last, the place
    /// after the last. It is held while a changeset is made and accepted, never while the
    /// disk is waited for.
    pub(crate) turn: Arc<Mutex<()>>,
    /// The keys with which the platform signs erasure orders.
    pub(crate) order_keys: Arc<Vec<PublicKey>>,
    /// Where destroyed keys are noted before they are destroyed.
    pub(crate) erasure_ledger: Option<Arc<ErasureLedger>>,
}

/// What an office is made of.
pub struct OfficeParts {
    /// Its name in receipts, `data_centre` or `preservation`.
    pub custodian: String,
    /// The organisation that runs it.
    pub organisation: String,
    /// The keys it trusts, above all the platform's log and the roots of signers'
    /// certificates. Never taken from a deposit.
    pub anchors: Anchors,
    /// The key that signs receipts and chain heads.
    pub receipt_key: Arc<dyn Signer>,
    /// Its store; the log behind it is the office's own.
    pub backend: Arc<dyn Backend>,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// Its randomness.
    pub entropy: Arc<dyn Entropy>,
}

impl NotaryOffice {
    /// An office of these parts. There must be one per store: its turn keeps deposits in
    /// order without conflicts, though conflicts would only be retried.
    pub fn new(parts: OfficeParts) -> Self {
        Self {
            parts: Arc::new(parts),
            turn: Arc::default(),
            order_keys: Arc::default(),
            erasure_ledger: None,
        }
    }

    /// Follows erasure orders signed with one of `order_keys`; keys it destroys are noted in
    /// `ledger` first. An office that was not told so follows none.
    #[must_use]
    pub fn erasing(mut self, order_keys: Vec<PublicKey>, ledger: Arc<ErasureLedger>) -> Self {
        self.order_keys = Arc::new(order_keys);
        self.erasure_ledger = Some(ledger);
        self
    }

    /// Its name in receipts.
    pub fn custodian(&self) -> &str {
        &self.parts.custodian
    }

    /// The organisation that runs it.
    pub fn organisation(&self) -> &str {
        &self.parts.organisation
    }

    /// The keys it trusts.
    pub fn anchors(&self) -> &Anchors {
        &self.parts.anchors
    }

    /// The key that signs receipts and chain heads.
    pub fn receipt_key(&self) -> &dyn Signer {
        &*self.parts.receipt_key
    }

    /// Its store.
    pub fn backend(&self) -> &Arc<dyn Backend> {
        &self.parts.backend
    }

    /// Its store, borrowed.
    pub(crate) fn store(&self) -> &dyn Backend {
        &*self.parts.backend
    }

    /// Its clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.parts.clock
    }

    /// Its randomness.
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.parts.entropy
    }
}

impl fmt::Debug for NotaryOffice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotaryOffice")
            .field("custodian", &self.parts.custodian)
            .field("organisation", &self.parts.organisation)
            .finish_non_exhaustive()
    }
}
