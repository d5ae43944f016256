//! What a test asks of a house that is up, and does in it.

use heqi_evidence::anchors::Anchors;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::changeset::leaf_index_of;
use heqi_notary_protocol::witness::AddCheckpointError;
use heqi_notary_protocol::{CallError, NotaryClient};
use heqi_pki::keys::PublicKey;
use heqi_registration::Custodian;
use heqi_service_kit::SystemClock;
use heqi_testkit::{Cast, files};
use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_tlog::note::{NoteSigner, VerifierKey};
use heqi_tlog::tree::Hash;
use heqi_tlog::witness::AddCheckpoint;
use heqi_vocabulary::{Digest, RecordId};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::clocks::Clocks;
use super::keys::{CENTRE_LOG, Keys, PLATFORM_LOG};
use super::{House, LOG, STAFF, alarm_of, held, until};
use crate::acceptance::device::{self, Client};

impl House {
    /// Opens a filing with `count` shareholders and one document; their tokens.
    pub(crate) async fn invite(&self, count: usize) -> Vec<String> {
        let staff = &self.client;
        // Every filing has its own name: the client's idempotency keys come from the body.
        let name = format!("示例公司 {}", self.coverage().await["records"]);
        let body = json!({ "matter": "establishment", "company_name": name });
        let filing = staff.post(STAFF, "/api/v1/filings", &body).await;
        let base = format!("/api/v1/filings/{}", filing["filing_id"].as_str().unwrap());
        let path = format!("{base}/documents?title=Articles");
        staff.upload(STAFF, &path, "application/pdf", files::pdf("Articles", 2)).await;
        let mut parties = Vec::new();
        for number in 1..=count {
            let party = json!({
                "kind": "person", "name": heqi_testkit::shareholder(number), "capacities": ["shareholder"],
            });
            let added = staff.post(STAFF, &format!("{base}/parties"), &party).await;
            parties.push(added["party_id"].as_str().unwrap().to_owned());
        }
        let mut tokens = Vec::new();
        for party in parties {
            let path = format!("{base}/parties/{party}/invitations");
            let invited = staff.post(STAFF, &path, &json!({})).await;
            tokens.push(invited["token"].as_str().unwrap().to_owned());
        }
        tokens
    }

    /// The link of the party that this token is for, as the handler is told it.
    pub(crate) async fn link_of(&self, token: &str) -> String {
        let view = self.client.get(token, "/api/v1/ceremony").await.json();
        let ceremony = serde_json::from_value(view["ceremony_id"].clone()).unwrap();
        heqi_registration::invite::link_of(&self.platform, ceremony)
    }

    /// Where the platform is.
    pub(crate) fn url(&self) -> String {
        self.serving.url()
    }

    /// All of them sign at the same time; their receipts.
    pub(crate) async fn all_sign(&self, tokens: &[String]) -> Vec<Value> {
        let mut signing = JoinSet::new();
        for (place, token) in tokens.iter().cloned().enumerate() {
            let client = self.client.clone();
            signing
                .spawn(async move { (place, device::sign(&client, &token, &SystemClock).await) });
        }
        let mut signed = signing.join_all().await;
        signed.sort_by_key(|(place, _)| *place);
        signed.into_iter().map(|(_, receipt)| receipt).collect()
    }

    /// The folder of the organisation whose log has this seed: 1 the platform, 2 the data
    /// centre, 3 the second custodian.
    pub(crate) fn folder(&self, seed: u8) -> std::path::PathBuf {
        self.keys.folder.path().join(seed.to_string())
    }

    /// Everybody's keys, for tests in which somebody lies.
    pub(crate) fn cast(&self) -> Cast {
        self.keys.cast()
    }

    /// The key of the log of this seed.
    pub(crate) fn log_signer(seed: u8) -> NoteSigner {
        Keys::log(seed)
    }

    /// The address of the platform.
    pub(crate) fn platform_url(&self) -> String {
        self.serving.url()
    }

    /// The clocks that can be moved.
    pub(crate) const fn clocks(&self) -> &Clocks {
        &self.keys.clocks
    }

    /// The platform ends in order and starts again: it asks its peers at once.
    pub(crate) async fn restart_platform(self) -> Self {
        let house = self.stop_platform().await.start().await;
        house.gate.opened().await;
        house
    }

    /// The keys a stranger is given.
    pub(crate) fn anchors(&self) -> Anchors {
        self.keys.anchors()
    }

    pub(crate) async fn coverage(&self) -> Value {
        self.client.get(STAFF, "/api/v1/coverage").await.json()
    }

    /// Waits until the alarm is raised, or is not; what the service says of it.
    pub(crate) async fn until_alarm(&self, name: &str, is_raised: bool) -> Value {
        alarm_of(&self.client, name, is_raised).await
    }

    /// The receipt of a record, as staff sees it.
    pub(crate) async fn receipt(&self, record: &str) -> Value {
        self.client.get(STAFF, &format!("/api/v1/receipts/{record}")).await.json()
    }

    /// Waits until a custodian owes no answer; what coverage says then.
    pub(crate) async fn until_answered(&self, custodians: &[Custodian]) -> Value {
        until("every deposit to be answered", async || {
            let coverage = self.coverage().await;
            let answered = custodians.iter().all(|c| held(&coverage, *c)["outstanding"] == 0);
            answered.then_some(coverage)
        })
        .await
    }

    /// Waits until the newest head of the platform's log carries all three lines.
    pub(crate) async fn until_cosigned(&self) -> SignedCheckpoint {
        let cast = self.keys.cast();
        let cosigners = [&cast.witness, &cast.mirror].map(|c| c.verifier_key().clone());
        let log = self.keys.platform_signer().verifier_key().clone();
        let keys = [vec![log], cosigners.to_vec()].concat();
        until("the newest head to be cosigned", async || {
            let answer = self.client.get("", &format!("{LOG}/checkpoint")).await;
            let head = SignedCheckpoint::parse(&answer.body).ok()?;
            let lines = head.note().verify(&keys).ok()?.len();
            let newest = self.platform.backend().log().head().size();
            (lines == 3 && head.checkpoint().size() == newest).then_some(head)
        })
        .await
    }

    /// Waits until the data centre's witness has cosigned the newest head, whatever the mirror does.
    pub(crate) async fn until_witnessed(&self) -> SignedCheckpoint {
        let witness = self.notary(Custodian::DataCentre).witness();
        until("the newest head to be witnessed", async || {
            let head = witness.latest(self.platform.origin()).await.ok()??;
            let newest = self.platform.backend().log().head().size();
            (head.checkpoint().size() == newest).then_some(head)
        })
        .await
    }

    /// Whether the data centre's witness refuses a head of this size that the frozen log's key signs.
    pub(crate) async fn frozen_log_is_refused(&self, size: u64) -> bool {
        let signer = Keys::log(PLATFORM_LOG);
        let origin = Origin::from(signer.verifier_key().name().clone());
        let root = Hash::from_bytes([7; 32]);
        let head = Checkpoint::new(origin.clone(), size, root).unwrap();
        let head = SignedCheckpoint::sign(head, &signer).unwrap();
        let witness = self.notary(Custodian::DataCentre).witness();
        let seen = witness.latest(&origin).await.unwrap().unwrap().checkpoint().size();
        let request = AddCheckpoint::new(seen, Vec::new(), head).unwrap();
        let refused = witness.add_checkpoint(&request, &[]).await.unwrap_err();
        matches!(refused, AddCheckpointError::Call(CallError::Refused { status: 403, .. }))
    }

    /// The keys that the data centre's own log is checked with: its own, and the platform's
    /// witness.
    pub(crate) fn keys_of_centre_log(&self) -> [VerifierKey; 2] {
        let witness = self.keys.cast().insider.verifier_key().clone();
        [Keys::log(CENTRE_LOG).verifier_key().clone(), witness]
    }

    pub(crate) fn receipt_key(&self, custodian: Custodian) -> PublicKey {
        self.keys.receipt_key(custodian).public_key()
    }

    pub(crate) fn notary(&self, custodian: Custodian) -> NotaryClient {
        let first = custodian == Custodian::DataCentre;
        let url = if first { &self.centre_url } else { &self.second_url };
        self.keys.link(custodian, url).client
    }

    /// How many leaves the own log of a real custodian has.
    pub(crate) fn own_log_size(&self, custodian: Custodian) -> u64 {
        let office = if custodian == Custodian::DataCentre { &self.centre } else { &self.second };
        office.as_ref().unwrap().store.log().head().size()
    }

    /// Somebody of the data centre places a hold on a chain, with its own key and not the platform's.
    pub(crate) async fn centre_holds(&self, chain: Digest) {
        let path = format!("/chains/{chain}/holds");
        let reason = json!({ "reason": "（2026）示例民初1号" });
        Client::of(&self.centre_url).post(self.keys.hold.expose(), &path, &reason).await;
    }

    /// Every record with its leaf, in the order of the log.
    pub(crate) async fn records(&self) -> Vec<(RecordId, u64)> {
        let rows = self.platform.backend().scan(b"leaf/", None, usize::MAX).await.unwrap();
        let mut records: Vec<_> = rows
            .iter()
            .map(|(key, row)| {
                let key = std::str::from_utf8(key.as_bytes()).unwrap();
                let record = key.strip_prefix("leaf/").unwrap().parse().unwrap();
                (record, leaf_index_of(row).unwrap())
            })
            .collect();
        records.sort_by_key(|(_, index)| *index);
        records
    }
}
