//! A house without its platform: what is recovered, and what the offices accept meanwhile.

use std::sync::Arc;

use actix_web::dev::ServerHandle;
use heqi_evidence::anchors::Vkey;
use heqi_evidence::canonical;
use heqi_evidence::key_change::{KeyChange, KeyChangeReason, KeyRole};
use heqi_evidence::statement::Statement as _;
use heqi_evidence::successor::{FrozenReason, LogSuccessor, VerifiedSuccessor};
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::backend::embedded::Embedded;
use heqi_evidence_store::gate::WriteGate;
use heqi_evidence_store::successor::carry_over;
use heqi_notary_center::Role;
use heqi_notary_protocol::peer::watch::SetBack;
use heqi_notary_protocol::recovery::RecoveryClient;
use heqi_notary_protocol::{Bearer, NotaryClient};
use heqi_pki::dsse::{Envelope, PayloadType};
use heqi_pki::keys::SigningKey;
use heqi_registration::deposit_queue::note_cosigned_head;
use heqi_registration::key_change::log_key_change;
use heqi_registration::recovery::{self, GivenBack, TakenBack, take_back};
use heqi_registration::successor::{ReturnedRecord, begin, beyond, held_roots, is_carried_over};
use heqi_registration::{Custodian, FrozenLog};
use heqi_service_kit::{Listener, SystemClock};
use heqi_vocabulary::{Clock, Digest};
use serde_json::json;

use super::keys::{Keys, PLATFORM_LOG, ROTATED_KEY, SECOND_LOG, SUCCESSOR_LOG};
use super::up::{Up, admit_staff, peers, platform};
use super::{House, Office, pool};
use crate::acceptance::device::{Answer, Client};

/// A house without its platform.
pub(crate) struct Stopped {
    pub(super) address: String,
    pub(super) keys: Keys,
    pub(super) urls: (String, String),
    pub(super) centre: Option<Office>,
    pub(super) second: Option<Office>,
    pub(super) fake: Option<(ServerHandle, Arc<Embedded>)>,
}

impl Stopped {
    /// The platform's store.
    pub(crate) fn store(&self) -> std::path::PathBuf {
        self.keys.folder.path().join(PLATFORM_LOG.to_string()).join("store")
    }

    /// The platform asks the custodians before it serves anything.
    pub(crate) async fn asks(&self) -> Result<(), SetBack> {
        let store = self.keys.platform_store();
        let gate = Arc::new(WriteGate::open());
        let platform = platform(&self.keys, store.clone(), None, &gate).await;
        gate.hold();
        let urls = (self.urls.0.as_str(), self.urls.1.as_str());
        let said = peers(&self.keys, &platform, &gate, urls).round().await;
        drop(platform);
        store.close().unwrap();
        said
    }

    /// What the platform's store lacks, taken back from the data centre.
    pub(crate) async fn takes_back(&self) -> TakenBack {
        let store = self.keys.platform_store();
        let gate = Arc::new(WriteGate::open());
        let platform = platform(&self.keys, store.clone(), None, &gate).await;
        let url = &self.urls.0;
        let mirror = NotaryClient::new(pool(), url, None).mirrored_log(platform.origin());
        let head = mirror.checkpoint().await.unwrap().unwrap();
        let from = recovery::first_missing(&platform);
        let to = head.checkpoint().size();
        let entries = heqi_notary_protocol::recovery::entries(&mirror, from, to).await.unwrap();
        let stranger = RecoveryClient::new(pool(), url, Bearer::new(self.keys.deposit.expose()));
        assert!(stranger.deposits().await.is_err(), "a key that deposits takes nothing back");
        let custodian = RecoveryClient::new(pool(), url, Bearer::new(self.keys.recovery.expose()));
        let deposits = custodian.deposits_of(&entries).await.unwrap();
        let statements = self.keys.rotated.iter().cloned().collect();
        let given = GivenBack { head: head.clone(), entries, deposits, statements };
        let taken = take_back(&platform, &given).await.unwrap();
        note_cosigned_head(&platform, &head).await.unwrap();
        admit_staff(&platform).await;
        drop(platform);
        store.close().unwrap();
        taken
    }

    /// The platform comes back on its address; nothing says that it may write yet.
    pub(crate) async fn start(self) -> House {
        let listener = Listener::bind(&self.address).unwrap();
        let urls = (self.urls.0.as_str(), self.urls.1.as_str());
        let Up { platform, store, frozen, gate, serving, working, gauges } =
            Up::bring(&self.keys, listener, urls).await;
        House {
            client: Client::of(&serving.url()),
            platform,
            centre_url: self.urls.0,
            second_url: self.urls.1,
            gauges,
            keys: self.keys,
            store,
            frozen,
            gate,
            serving,
            working,
            centre: self.centre,
            second: self.second,
            fake: self.fake,
        }
    }

    /// From its next start on the platform's entries reach the mirror, or do not.
    pub(crate) fn mirror_is_away(&mut self, is_away: bool) {
        self.keys.mirror_is_away = is_away;
    }

    /// What `heqi recover successor` does: the platform's log is frozen at what the witness saw, and another begins.
    pub(crate) async fn opens_successor(&mut self) -> VerifiedSuccessor {
        let keys = &self.keys;
        let store = keys.platform_store();
        let gate = Arc::new(WriteGate::open());
        let old = platform(keys, store.clone(), None, &gate).await;
        let centre = NotaryClient::new(pool(), &self.urls.0, None);
        let head = centre.witness().latest(old.origin()).await.unwrap().unwrap();
        let held = old.backend().log().head().size();
        assert!(held < head.checkpoint().size(), "nothing is lost");
        let roots = held_roots(&old).await.unwrap();
        let custodian =
            RecoveryClient::new(pool(), &self.urls.0, Bearer::new(keys.recovery.expose()));
        let returned = beyond(&old, custodian.deposits_except(&roots).await.unwrap());
        let said = LogSuccessor {
            frozen_head: head.note().to_string(),
            frozen_key: Vkey(Keys::log(PLATFORM_LOG).verifier_key().clone()),
            held,
            log_key: Vkey(Keys::log(SUCCESSOR_LOG).verifier_key().clone()),
            opened_at: SystemClock.now(),
            orphans: returned.values().map(ReturnedRecord::listed).collect(),
            reason: FrozenReason::Lost,
        };
        let [signs, signs_too] =
            [PLATFORM_LOG, SUCCESSOR_LOG].map(|seed| SigningKey::from_ed25519_seed(&[seed; 32]));
        let statement = said.sign_both(&signs, &signs_too).unwrap();
        let successor = LogSuccessor::verify(&statement).unwrap();

        let next = keys.store_at(PLATFORM_LOG, "store.next", Keys::log(SUCCESSOR_LOG));
        carry_over(&store, &*next, &is_carried_over).await.unwrap();
        let frozen = FrozenLog::new(store.clone(), successor.clone());
        self.keys.successor = Some((successor.clone(), false));
        let new = platform(&self.keys, next.clone(), Some(frozen), &gate).await;
        begin(&new, &successor, &returned).await.unwrap();
        admit_staff(&new).await;
        drop((old, new));
        next.close().unwrap();
        store.close().unwrap();
        let folders = self.keys.folders();
        folders.decide(statement.as_bytes()).unwrap();
        folders.finish().unwrap();
        successor
    }

    /// What `heqi keys rotate log` does, both steps: the statement is a leaf, and then the new key signs alone.
    pub(crate) async fn rotates_log_key(&mut self) {
        let (old, new) = (Keys::log(PLATFORM_LOG), Keys::rotated_key());
        let change = KeyChange {
            changed_at: SystemClock.now(),
            log_origin: old.verifier_key().name().to_string(),
            new_key: new.verifier_key().to_string(),
            old_key: old.verifier_key().to_string(),
            old_valid_until: SystemClock.now(),
            reason: KeyChangeReason::Scheduled,
            role: KeyRole::Log,
        };
        let [signs, signs_too] =
            [PLATFORM_LOG, ROTATED_KEY].map(|seed| SigningKey::from_ed25519_seed(&[seed; 32]));
        let payload = canonical::to_bytes(&change).unwrap();
        let kind = PayloadType::parse(KeyChange::PAYLOAD_TYPE).unwrap();
        let statement = Envelope::sign(&kind, &payload, &[&signs, &signs_too]).unwrap();
        KeyChange::verify(&statement, &[]).unwrap();
        let store = self.keys.platform_store();
        assert!(log_key_change(&*store, &statement).await.unwrap());
        store.close().unwrap();
        self.keys.rotated = Some(statement);
    }

    /// People at both offices accept what the platform stated about its log: the services come back knowing it.
    pub(crate) async fn offices_accept(&mut self) {
        for office in [self.centre.take(), self.second.take()].into_iter().flatten() {
            office.stop().await;
        }
        let successor = self.keys.successor.take();
        self.keys.successor = successor.map(|(successor, _)| (successor, true));
        let url = format!("http://{}", self.address);
        let bind = |url: &str| Listener::bind(url.strip_prefix("http://").unwrap()).unwrap();
        self.centre = Some(self.keys.centre(bind(&self.urls.0), &url).await.unwrap());
        let given = (self.keys.store(SECOND_LOG), Arc::new(WriteGate::closed()));
        let (custodian, role) = (Custodian::Preservation, Role::Preservation);
        let second = self.keys.start(custodian, role, given, bind(&self.urls.1), &url).await;
        self.second = Some(second.unwrap());
    }

    /// The data centre goes away too.
    pub(crate) async fn stop_centre(&mut self) {
        self.centre.take().unwrap().stop().await;
    }

    /// The data centre comes back while the platform is away.
    pub(crate) async fn start_centre(&mut self) {
        let listener = Listener::bind(self.urls.0.strip_prefix("http://").unwrap()).unwrap();
        let platform_url = format!("http://{}", self.address);
        self.centre = Some(self.keys.centre(listener, &platform_url).await.unwrap());
    }

    /// Why the data centre writes nothing now.
    pub(crate) fn centre_gate(&self) -> &WriteGate {
        &self.centre.as_ref().unwrap().gate
    }

    /// How many leaves the data centre's own log has.
    pub(crate) fn centre_log_size(&self) -> u64 {
        self.centre.as_ref().unwrap().store.log().head().size()
    }

    /// Whoever reads at the data centre.
    pub(crate) fn centre(&self) -> NotaryClient {
        self.keys.link(Custodian::DataCentre, &self.urls.0).client
    }

    /// Anybody's client of the data centre.
    pub(crate) fn centre_client(&self) -> Client {
        Client::of(&self.urls.0)
    }

    /// Somebody of the data centre asks for a hold on a chain; whatever is answered.
    pub(crate) async fn centre_is_asked_to_hold(&self, chain: Digest) -> Answer {
        let reason = json!({ "reason": "（2026）示例民初1号" }).to_string().into_bytes();
        let path = format!("/chains/{chain}/holds");
        let key = self.keys.hold.expose();
        self.centre_client().raw(key, &path, "application/json", reason).await
    }
}
