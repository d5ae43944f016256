//! The office of a service that is stopped: to look at what it holds, and to recover it.

use std::sync::Arc;

use heqi_evidence::key_change::KeyRole;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::backend::embedded::Embedded;
use heqi_notarization::NotaryOffice;
use heqi_notarization::office::OfficeParts;
use heqi_pki::keys::PublicKey;
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::{Clock, Entropy};

use super::trust::{anchors, log_key, public_keys, with_successors};
use crate::keys;
use crate::keys::succession::Succession;
use crate::service::store::FrozenLogs;
use crate::service::{ServiceError, store};
use crate::settings::NotarySettings;

/// The store of a stopped service, and what its office is made of.
pub(crate) struct StoppedOffice {
    /// Its store.
    pub(crate) store: Arc<Embedded>,
    /// The office on it.
    pub(crate) office: NotaryOffice,
    /// The keys of its own log, the present one first.
    pub(crate) log_keys: Vec<VerifierKey>,
    /// The keys that signed its receipts, the present one among them.
    pub(crate) receipt_keys: Vec<PublicKey>,
    /// Held open as long as the office.
    pub(crate) frozen: FrozenLogs,
    settings: NotarySettings,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl StoppedOffice {
    /// Opens the store and does what was left undone of erasures.
    pub(crate) async fn open(
        settings: &NotarySettings,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<Self, ServiceError> {
        let folder = settings.data_dir.join("keys");
        let frozen = store::frozen_logs(&settings.data_dir, entropy)?;
        let log = log_key(&folder, &settings.log_origin, &**entropy)?;
        let known = Succession::load(&folder)?;
        let store = store::open(&settings.data_dir, log.log_signer()?, entropy)?;
        let before = frozen.logs.iter().map(heqi_registration::FrozenLog::shared_store);
        let office = on(settings, store.clone(), (clock, entropy))?.after(before.collect());
        let office = super::following_orders(office, settings, &known).await?;
        let receipt = office.receipt_key().public_key();
        Ok(Self {
            store,
            office,
            log_keys: known.keys_of_name(KeyRole::Log, &log.verifier_key()?),
            receipt_keys: known.all_statement_keys(KeyRole::Receipt, &receipt),
            frozen,
            settings: settings.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
        })
    }

    /// The same office on the store of a successor, with this one's log among the frozen ones.
    pub(crate) fn on(&self, next: Arc<Embedded>) -> Result<NotaryOffice, ServiceError> {
        let before = self.frozen.logs.iter().map(heqi_registration::FrozenLog::shared_store);
        let frozen = before.chain(std::iter::once(self.store.clone() as Arc<dyn Backend>));
        let office = on(&self.settings, next, (&self.clock, &self.entropy))?;
        Ok(office.after(frozen.collect()))
    }
}

fn on(
    settings: &NotarySettings,
    store: Arc<Embedded>,
    (clock, entropy): (&Arc<dyn Clock>, &Arc<dyn Entropy>),
) -> Result<NotaryOffice, ServiceError> {
    let folder = settings.data_dir.join("keys");
    let receipt = keys::signing_key(&folder.join("receipt.pem"), &**entropy)?;
    let publisher = keys::signing_key(&folder.join("publisher.pem"), &**entropy)?;
    let public = public_keys(&settings.data_dir, &settings.log_origin, settings.role, &**entropy)?;
    let anchors = anchors(settings, &public, publisher.public_key(), &**clock);
    Ok(NotaryOffice::new(OfficeParts {
        custodian: settings.role.custodian().to_owned(),
        organisation: settings.organisation.clone(),
        anchors: with_successors(anchors, &Succession::load(&folder)?),
        receipt_key: Arc::new(receipt),
        backend: store,
        clock: clock.clone(),
        entropy: entropy.clone(),
    }))
}

/// The office of a service that is stopped, to look at what it holds.
pub(crate) fn stopped_office(
    settings: &NotarySettings,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<(Arc<Embedded>, NotaryOffice), ServiceError> {
    let log = log_key(&settings.data_dir.join("keys"), &settings.log_origin, &**entropy)?;
    let store = store::open(&settings.data_dir, log.log_signer()?, entropy)?;
    let office = on(settings, store.clone(), (clock, entropy))?;
    Ok((store, office))
}
