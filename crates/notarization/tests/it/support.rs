//! An office, the platform's log with many chains, and stores that stop.

use std::sync::Arc;

use bytes::Bytes;
use heqi_evidence::bundle::BundleParts;
use heqi_evidence::chain::{ChainTip, chain_commitment};
use heqi_evidence::deposit::{DepositReceipt, Outcome};
use heqi_evidence::record::{ChainPlace, EvidenceRecord, GeneratedBy, RecordDraft};
use heqi_evidence::schema::RecordKind;
use heqi_evidence::statement::Statement;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::backend::memory::MemoryBackend;
use heqi_evidence_store::log::KeyedHeadSigner;
use heqi_notarization::office::OfficeParts;
use heqi_notarization::{Admission, AdmitBundleError, NotaryOffice, admit_bundle};
use heqi_pki::dsse::Envelope;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_testkit::{FixedClock, NOTARY, SeededEntropy, Story, StoryRecord, Twists};
use heqi_tlog::note::{KeyName, NoteSigner};
use heqi_vocabulary::{ChainId, Clock, DepositNo, Digest, Provenance, UtcMillis};

mod stores;

pub(crate) use stores::{Between, Failing};

pub(crate) const CUSTODIAN: &str = "data_centre";

/// An office with a store in memory that trusts the keys of one story.
pub(crate) struct House {
    pub(crate) office: NotaryOffice,
    pub(crate) store: Arc<MemoryBackend>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) receipt_key: Arc<SigningKey>,
}

pub(crate) fn notary_store() -> Arc<MemoryBackend> {
    let name = KeyName::new("log.notary.example/test").unwrap();
    let signer = KeyedHeadSigner::new(NoteSigner::from_seed(name, &[3; 32]).unwrap());
    let entropy = Arc::new(SeededEntropy::labelled(1, "vault"));
    Arc::new(MemoryBackend::new(Arc::new(signer), entropy).unwrap())
}

impl House {
    pub(crate) fn of(story: &Story) -> Self {
        let store = notary_store();
        Self::over(story, store.clone(), store)
    }

    /// The office works with `backend`; `store` is what stands behind it.
    pub(crate) fn over(
        story: &Story,
        backend: Arc<dyn Backend>,
        store: Arc<MemoryBackend>,
    ) -> Self {
        let clock = Arc::new(FixedClock::new(story.seen_at()));
        Self::at(story, clock, (backend, store), 1)
    }

    /// The same office at the same time in another process: `seed` is what its chance begins with.
    pub(crate) fn beside(
        &self,
        story: &Story,
        backend: Arc<dyn Backend>,
        store: Arc<MemoryBackend>,
        seed: u64,
    ) -> Self {
        Self::at(story, self.clock.clone(), (backend, store), seed)
    }

    fn at(
        story: &Story,
        clock: Arc<FixedClock>,
        (backend, store): (Arc<dyn Backend>, Arc<MemoryBackend>),
        seed: u64,
    ) -> Self {
        let entropy = SeededEntropy::labelled(1, "receipt key");
        let receipt_key = Arc::new(SigningKey::generate(Algorithm::Ed25519, &entropy));
        let office = NotaryOffice::new(OfficeParts {
            custodian: CUSTODIAN.into(),
            organisation: NOTARY.into(),
            anchors: story.anchors(),
            receipt_key: receipt_key.clone(),
            backend,
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::labelled(seed, "office")),
        });
        Self { office, store, clock, receipt_key }
    }

    pub(crate) async fn deposit(&self, parts: &BundleParts) -> Result<Admission, AdmitBundleError> {
        admit_bundle(&self.office, Bytes::from(parts.write().unwrap())).await
    }

    /// Deposits every record before the signing, then gives the answer to the signing.
    pub(crate) async fn deposit_signing(
        &self,
        story: &Story,
        parts: &BundleParts,
    ) -> Result<Admission, AdmitBundleError> {
        self.deposit_before_signing(story).await;
        self.deposit(parts).await
    }

    pub(crate) async fn deposit_before_signing(&self, story: &Story) {
        let signing = story.signing().record.frame().place.seq;
        for record in story.records.iter().take_while(|r| r.record.frame().place.seq < signing) {
            let admission = self.deposit(&deposit_of(story, record)).await.unwrap();
            assert!(admission.outcome.is_admitted(), "{:?}", admission.outcome);
        }
    }

    /// The number that a record's deposit was given.
    pub(crate) async fn office_key_of(&self, record: &StoryRecord) -> DepositNo {
        let rows = heqi_notarization::peer::list_deposits(&self.office, None, 1_000).await.unwrap();
        let found = rows.iter().find(|row| row.key.root == record.record.root()).unwrap();
        let row = heqi_notarization::deposited::deposit(&self.office, &found.key).await.unwrap();
        row.unwrap().deposit_no
    }

    pub(crate) fn open(&self, receipt: &Envelope) -> DepositReceipt {
        let key = heqi_pki::keys::Signer::public_key(&*self.receipt_key);
        DepositReceipt::open(receipt, &[key]).unwrap().into_statement()
    }

    /// How often something was written so far.
    pub(crate) fn writes(&self) -> u64 {
        *self.store.progress().borrow()
    }

    /// What the store prints of itself: how many rows and leaves there are.
    pub(crate) fn size(&self) -> String {
        format!("{:?}", self.store)
    }
}

pub(crate) fn story() -> Story {
    Story::tell(1, &Twists::default())
}

/// What the platform deposits of a record: full, with the proof and without receipts.
pub(crate) fn deposit_of(story: &Story, record: &StoryRecord) -> BundleParts {
    BundleParts { deposits: Vec::new(), ..story.bundle(record) }
}

/// The same as it is really deposited, milliseconds after the record: under a head that nobody but the log has signed.
pub(crate) fn deposit_at_once(story: &Story, record: &StoryRecord) -> BundleParts {
    let head = story.log.head_at(story.log.size());
    let proof = story.log.proof(record.index, &head).to_string().into_bytes();
    BundleParts { proof: Some(proof), ..deposit_of(story, record) }
}

pub(crate) fn refused(reason: &str) -> Outcome {
    Outcome::Refused { reason: reason.to_owned() }
}

pub(crate) fn findings(codes: &[&str]) -> Outcome {
    let findings = codes.iter().map(|code| (*code).to_owned()).collect();
    Outcome::AdmittedWithFindings { findings }
}

/// A record of another chain in the platform's log, as it is deposited.
#[derive(Clone)]
pub(crate) struct Extra {
    pub(crate) record: EvidenceRecord,
    pub(crate) index: u64,
}

impl Extra {
    pub(crate) fn parts(&self, story: &Story) -> BundleParts {
        let head = story.log.head_at(story.log.size());
        BundleParts {
            record: self.record.full().unwrap(),
            proof: Some(story.log.proof(self.index, &head).to_string().into_bytes()),
            ..BundleParts::default()
        }
    }

    pub(crate) fn chain(&self) -> Digest {
        chain_commitment(self.record.frame().place.chain)
    }
}

/// Logs one consent at a place. `label` makes it another record than others at that place.
pub(crate) fn log_consent(story: &mut Story, place: ChainPlace, label: &str) -> Extra {
    let entropy = SeededEntropy::labelled(place.seq, &format!("{label} {}", place.chain));
    let mut draft = RecordDraft::new(RecordKind::ConsentGiven, GeneratedBy::Platform, &entropy);
    draft.set("consent", label, Provenance::Observed).unwrap();
    let record = draft.at(place);
    Extra { index: story.log.append(record.leaf()), record }
}

/// Logs a record about a person, in a chain of its own, with these values.
pub(crate) fn log_record(
    story: &mut Story,
    seed: u8,
    kind: RecordKind,
    values: &[(&str, serde_json::Value)],
) -> Extra {
    let chain = ChainId::from_bytes([seed; 16]);
    let place = ChainTip::empty(chain).next(chain, story.seen_at());
    let entropy = SeededEntropy::labelled(u64::from(seed), "a record about a person");
    let mut draft = RecordDraft::new(kind, GeneratedBy::Platform, &entropy);
    for (name, value) in values {
        draft.set(name, value.clone(), Provenance::Declared).unwrap();
    }
    let record = draft.at(place);
    Extra { index: story.log.append(record.leaf()), record }
}

/// Logs a chain of `length` consents.
pub(crate) fn log_chain(story: &mut Story, seed: u8, length: u64) -> Vec<Extra> {
    let chain = ChainId::from_bytes([seed; 16]);
    let mut tip = ChainTip::empty(chain);
    let mut extras = Vec::new();
    for _ in 0..length {
        let extra = log_consent(story, tip.next(chain, story.seen_at()), "consent");
        tip = tip.after(extra.record.frame(), extra.record.root()).unwrap();
        extras.push(extra);
    }
    extras
}

/// The place after a record of a chain.
pub(crate) fn place_after(extra: &Extra, now: UtcMillis) -> ChainPlace {
    let place = extra.record.frame().place;
    let tip = ChainTip {
        seq: place.seq,
        root: extra.record.root().digest(),
        recorded_at: Some(place.recorded_at),
    };
    tip.next(place.chain, now)
}

pub(crate) fn now(house: &House) -> UtcMillis {
    house.clock.now()
}
