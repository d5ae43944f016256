//! Who this office is and what it works with.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use heqi_evidence::anchors::Anchors;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::changeset::{RowKey, leaf_index_of};
use heqi_evidence_store::erasure::ErasureLedger;
use heqi_evidence_store::gate::PeerClock;
use heqi_evidence_store::table::TableError;
use heqi_pki::keys::{PublicKey, Signer};
use heqi_vocabulary::{Clock, Entropy, UtcMillis};
use tokio::sync::Mutex;

use crate::cosigned_log::CosignedLog;
use crate::holder::deliver::Recipient;

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
    /// Whom it brings what people said here.
    pub(crate) recipients: Arc<Vec<Recipient>>,
    /// Stores of the office's own logs that are frozen, oldest first: read, never written.
    frozen: Arc<Vec<Arc<dyn Backend>>>,
    /// The platform's log with the cosignatures of witness and mirror, the office's own or another custodian's.
    cosigned_log: Option<Arc<CosignedLog>>,
    /// Accounts that nobody shuts out.
    pub(crate) kept_in: Arc<BTreeSet<String>>,
    /// Its clock beside the platform's.
    peer_clock: Arc<PeerClock>,
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
            recipients: Arc::default(),
            frozen: Arc::default(),
            cosigned_log: None,
            kept_in: Arc::default(),
            peer_clock: Arc::default(),
        }
    }

    /// Of a demo: the accounts, by what is typed to come in, that nobody shuts out, because whoever comes by is each of
    /// them. In earnest there are none.
    #[must_use]
    pub fn keeping_in(mut self, accounts: BTreeSet<String>) -> Self {
        self.kept_in = Arc::new(accounts);
        self
    }

    /// Brings what people say about signings in their names to these. An office that was not told
    /// so keeps it to itself.
    #[must_use]
    pub fn telling(mut self, recipients: Vec<Recipient>) -> Self {
        self.recipients = Arc::new(recipients);
        self
    }

    /// Follows erasure orders signed with one of `order_keys`; keys it destroys are noted in
    /// `ledger` first. An office that was not told so follows none.
    #[must_use]
    pub fn erasing(mut self, order_keys: Vec<PublicKey>, ledger: Arc<ErasureLedger>) -> Self {
        self.order_keys = Arc::new(order_keys);
        self.erasure_ledger = Some(ledger);
        self
    }

    /// The same, whose log took the place of those in these stores (`docs/spec/successor.md`): statements are read
    /// in the log they stand in.
    #[must_use]
    pub fn after(mut self, frozen: Vec<Arc<dyn Backend>>) -> Self {
        self.frozen = Arc::new(frozen);
        self
    }

    /// Proves what it hands out of deposits under heads of `log`, which a witness and a mirror have cosigned. An
    /// office that was not told so hands out the proofs it was given.
    #[must_use]
    pub fn proving_by(mut self, log: Arc<CosignedLog>) -> Self {
        self.cosigned_log = Some(log);
        self
    }

    /// Approves and issues nothing while `clock` says that its own cannot be relied upon. An office that was not told so
    /// compares its clock with nobody's.
    #[must_use]
    pub fn timed_beside(mut self, clock: Arc<PeerClock>) -> Self {
        self.peer_clock = clock;
        self
    }

    /// Its clock beside the platform's and those of time authorities: whoever asks them notes it here.
    pub const fn peer_clock(&self) -> &Arc<PeerClock> {
        &self.peer_clock
    }

    /// The platform's log with the cosignatures of witness and mirror.
    pub(crate) fn cosigned_log(&self) -> Option<&CosignedLog> {
        self.cosigned_log.as_deref()
    }

    /// When witness and mirror of another custodian were last asked for a better proof of what is held, and gave none in
    /// time; `None` while they are asked.
    pub async fn proofs_not_asked_since(&self) -> Option<UtcMillis> {
        self.cosigned_log()?.not_asked_since(&**self.clock()).await
    }

    /// The stores of its own frozen logs, oldest first.
    pub fn frozen(&self) -> &[Arc<dyn Backend>] {
        &self.frozen
    }

    /// The exact bytes of a statement of its own, by the row that says where it stands: in its log, else in a frozen
    /// one. `Some(None)`: there is such a row and no such entry, the store is damaged.
    pub(crate) async fn statement(
        &self,
        row: &RowKey,
    ) -> Result<Option<Option<Bytes>>, TableError> {
        for store in std::iter::once(self.backend()).chain(self.frozen.iter().rev()) {
            let Some(found) = store.durable_row(row).await? else { continue };
            let Some(index) = leaf_index_of(&found) else { return Ok(Some(None)) };
            let entry = store.log().entry(index).await?;
            return Ok(Some(entry.map(|entry| entry.record)));
        }
        Ok(None)
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
