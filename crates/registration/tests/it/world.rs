//! A platform with its clock, staff and signers, and what signers' devices do.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::record::ClientAttributes;
use heqi_evidence::statement::{SignedDocument, SigningStatement};
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::testing::{memory, note_signer};
use heqi_filing::{Capacity, ConsentKind, ConsentText, Decision, Matter, PartyKind};
use heqi_pki::CertificateChain;
use heqi_pki::authority::{CertificateAuthority, CertificateRequest, IssueError};
use heqi_pki::keys::Algorithm;
use heqi_registration::access::{CreateApiKey, authenticate, create_api_key, hash_of};
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::attach_document::{AttachDocument, DocumentAttached, attach_document};
use heqi_registration::begin_signing::{BeginSigning, SigningBegun, begin_signing};
use heqi_registration::capture_photo::{CapturePhoto, PhotoCaptured, capture_photo};
use heqi_registration::complete_signing::{
    CompleteSigning, CompleteSigningError, complete_signing,
};
use heqi_registration::give_consent::{ConsentGiven, GiveConsent, give_consent};
use heqi_registration::invite::{Invite, PartyInvited, invite};
use heqi_registration::open_filing::{OpenFiling, open_filing};
use heqi_registration::receipt::Receipt;
use heqi_registration::{
    Actor, AsRead, Custodian, Platform, Ports, Request, RequestFacts, Scope, Settings,
};
use heqi_testkit::{Cast, ClientValues, Device, FixedClock, SeededEntropy, files};
use heqi_vocabulary::{
    Clock as _, Digest, Entropy, FilingId, Language, PartyId, SigningId, UtcMillis,
};

use crate::watched::{Contents, Watched};

pub(crate) const START: &str = "2026-11-23T12:00:00.000Z";

pub(crate) struct World {
    pub(crate) platform: Platform,
    pub(crate) store: Arc<Watched>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) cast: Arc<Cast>,
    pub(crate) staff: Actor,
    requests: AtomicU64,
}

/// A filing in drafting, with a handler, shareholders and one document.
#[derive(Clone, Debug)]
pub(crate) struct Drafted {
    pub(crate) filing: FilingId,
    pub(crate) handler: PartyId,
    pub(crate) parties: Vec<PartyId>,
    pub(crate) document: DocumentAttached,
}

/// A signer who has agreed to everything, with a device.
pub(crate) struct Visitor {
    pub(crate) actor: Actor,
    pub(crate) device: Device,
    pub(crate) label: String,
}

struct ByCast(Arc<Cast>);

impl CertificateAuthority for ByCast {
    fn issue(
        &self,
        request: CertificateRequest,
        now: UtcMillis,
        entropy: &dyn Entropy,
    ) -> Result<CertificateChain, IssueError> {
        self.0.authority.issue(request, now, entropy)
    }

    fn is_test_only(&self) -> bool {
        true
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let clock = Arc::new(FixedClock::at(START));
        let mut cast = Cast::new(7, clock.now());
        cast.custodians[0].name = "data_centre";
        cast.custodians[1].name = "preservation";
        let cast = Arc::new(cast);
        let store = Arc::new(Watched::new(memory()));
        let ports = Ports {
            backend: store.clone(),
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(11)),
            authority: Arc::new(ByCast(cast.clone())),
        };
        let mut settings = Settings::of_log(note_signer(7).verifier_key().clone());
        settings.witness_keys = vec![cast.witness.verifier_key().clone()];
        settings.mirror_keys = vec![cast.mirror.verifier_key().clone()];
        settings.custodians = BTreeMap::from([
            (Custodian::DataCentre, cast.custodians[0].key.public_key()),
            (Custodian::Preservation, cast.custodians[1].key.public_key()),
        ]);
        settings.erasure_ledger = Some(store.ledger());
        change(&mut settings);
        let platform = Platform::open(ports, settings).await.unwrap();
        let hash = hash_of("heqi_test_key");
        let (label, scopes) = ("test".into(), Scope::ALL.into());
        let key = CreateApiKey { label, scopes, custodian: None, ends_at: None, hash };
        create_api_key(&platform, key).await.unwrap();
        let staff = authenticate(&platform, hash).await.unwrap();
        Self { platform, store, clock, cast, staff, requests: AtomicU64::new(0) }
    }

    /// The same platform as a new process on `backend`, which is `store` or stands before it.
    /// Another seed draws other identifiers. Who is asked about people, and the index, are the same.
    pub(crate) async fn started_on(
        &self,
        store: &Arc<Watched>,
        backend: Arc<dyn Backend>,
        seed: u64,
    ) -> Self {
        self.started_with((store, backend), seed, |_| {}).await
    }

    /// The same with other settings.
    pub(crate) async fn started_with(
        &self,
        (store, backend): (&Arc<Watched>, Arc<dyn Backend>),
        seed: u64,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let ports = Ports {
            backend,
            clock: self.clock.clone(),
            entropy: Arc::new(SeededEntropy::new(seed)),
            authority: Arc::new(ByCast(self.cast.clone())),
        };
        let mut settings = self.platform.settings().clone();
        settings.erasure_ledger = Some(store.ledger());
        change(&mut settings);
        let platform = Platform::open(ports, settings).await.unwrap();
        let platform = platform
            .asking(self.platform.identity().clone())
            .finding_by(Arc::clone(self.platform.search_index()));
        Self {
            platform,
            store: store.clone(),
            clock: self.clock.clone(),
            cast: self.cast.clone(),
            staff: self.staff.clone(),
            requests: AtomicU64::new(1_000 * seed),
        }
    }

    /// What time it is.
    pub(crate) fn clock(&self) -> UtcMillis {
        self.clock.now()
    }

    /// The same, with others to ask about people and companies.
    pub(crate) fn asking(self, ports: heqi_registration::ports::IdentityPorts) -> Self {
        Self { platform: self.platform.asking(ports), ..self }
    }

    /// A request that nobody has made before.
    pub(crate) fn request(&self, actor: &Actor) -> Request {
        let number = self.requests.fetch_add(1, Ordering::SeqCst);
        self.named_request(actor, &format!("request-{number}"))
    }

    pub(crate) fn named_request(&self, actor: &Actor, name: &str) -> Request {
        Request {
            actor: actor.clone(),
            idempotency_key: name.parse().unwrap(),
            digest: Digest::of(name.as_bytes()),
            facts: self.facts(),
            versions: AsRead::Any,
        }
    }

    pub(crate) fn facts(&self) -> RequestFacts {
        RequestFacts {
            client_address: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 77)),
            forwarded_for: Some("198.51.100.23".into()),
            user_agent: Some("PlantedAgent/9.9".into()),
            received_at: self.clock.now(),
        }
    }

    pub(crate) async fn contents(&self) -> Contents {
        self.store.contents().await
    }

    pub(crate) async fn open(&self) -> FilingId {
        let command = OpenFiling {
            matter: Matter::Establishment,
            company_name: "杭州示例青穗茶业有限公司".parse().unwrap(),
            handler_name: Some("何静".parse().unwrap()),
            number: None,
        };
        open_filing(&self.platform, &self.request(&self.staff), command).await.unwrap().filing_id
    }

    pub(crate) async fn add(&self, filing: FilingId, name: &str, capacity: Capacity) -> PartyId {
        let command = AddParty {
            filing,
            who: PartyKind::Person { name: name.parse().unwrap() },
            capacities: BTreeSet::from([capacity]),
        };
        add_party(&self.platform, &self.request(&self.staff), command).await.unwrap().party_id
    }

    pub(crate) async fn attach(&self, filing: FilingId, title: &str) -> DocumentAttached {
        let command = AttachDocument {
            filing,
            title: title.parse().unwrap(),
            replaces: None,
            bytes: files::pdf("Articles", 3).into(),
        };
        attach_document(&self.platform, &self.request(&self.staff), command).await.unwrap()
    }

    /// A filing ready for signing by so many shareholders.
    pub(crate) async fn drafted(&self, shareholders: usize) -> Drafted {
        let filing = self.open().await;
        let handler = self.add(filing, "何静", Capacity::Handler).await;
        let mut parties = Vec::new();
        for _ in 0..shareholders {
            parties.push(self.add(filing, "龚𠮷", Capacity::Shareholder).await);
        }
        let document = self.attach(filing, "公司章程").await;
        Drafted { filing, handler, parties, document }
    }

    pub(crate) async fn invite(&self, filing: FilingId, party: PartyId) -> PartyInvited {
        let command = Invite { filing, party };
        invite(&self.platform, &self.request(&self.staff), command).await.unwrap()
    }

    pub(crate) async fn consent(
        &self,
        actor: &Actor,
        kind: ConsentKind,
        decision: Decision,
    ) -> ConsentGiven {
        let language = Language::Zh;
        let text_sha256 = ConsentText::current(kind).digest(language);
        let command = GiveConsent { kind, decision, text_sha256, language };
        give_consent(&self.platform, &self.request(actor), command).await.unwrap()
    }

    /// Invited, authenticated by the token, and agreed to everything.
    pub(crate) async fn visitor(&self, filing: FilingId, party: PartyId) -> Visitor {
        let token = self.invite(filing, party).await.token;
        let actor = authenticate(&self.platform, hash_of(&token)).await.unwrap();
        for kind in ConsentKind::ASKED {
            self.consent(&actor, kind, Decision::Granted).await;
        }
        let label = party.to_string();
        let device = Device::new(Algorithm::Ed25519, 5, &label);
        Visitor { actor, device, label }
    }

    pub(crate) async fn begin(&self, visitor: &Visitor) -> SigningBegun {
        let command = BeginSigning {
            device_key: visitor.device.key().public_key().to_spki_der(),
            language: Language::Zh,
        };
        begin_signing(&self.platform, &self.request(&visitor.actor), command).await.unwrap()
    }

    pub(crate) async fn capture(
        &self,
        visitor: &Visitor,
        signing: SigningId,
        bytes: Vec<u8>,
    ) -> PhotoCaptured {
        let command = CapturePhoto::of(signing, bytes);
        capture_photo(&self.platform, &self.request(&visitor.actor), command).await.unwrap()
    }

    /// Begun and photographed: ready to complete.
    pub(crate) async fn ready(&self, visitor: &Visitor) -> (SigningBegun, Digest) {
        let begun = self.begin(visitor).await;
        let photo = files::photo(&visitor.label);
        let captured = self.capture(visitor, begun.signing_id, photo).await;
        (begun, captured.photo_sha256)
    }

    pub(crate) async fn complete(
        &self,
        visitor: &Visitor,
        command: CompleteSigning,
    ) -> Result<Receipt, CompleteSigningError> {
        complete_signing(&self.platform, &self.request(&visitor.actor), command).await
    }

    /// The whole visit.
    pub(crate) async fn sign(&self, visitor: &Visitor) -> Receipt {
        let (begun, photo) = self.ready(visitor).await;
        let answer = visitor.answer(&begun, photo, self.clock.now());
        self.complete(visitor, answer).await.unwrap()
    }

    /// Everybody of a filing signs, one after the other.
    pub(crate) async fn all_sign(&self, drafted: &Drafted) -> Vec<(Visitor, Receipt)> {
        let mut signed = Vec::new();
        for party in &drafted.parties {
            let visitor = self.visitor(drafted.filing, *party).await;
            let receipt = self.sign(&visitor).await;
            signed.push((visitor, receipt));
        }
        signed
    }
}

impl Visitor {
    /// What an honest device answers.
    pub(crate) fn answer(
        &self,
        begun: &SigningBegun,
        photo: Digest,
        now: UtcMillis,
    ) -> CompleteSigning {
        self.answer_with(begun, &Device::values(photo, now), |_| {})
    }

    /// The same with other values, and with the statement changed before it is signed.
    pub(crate) fn answer_with(
        &self,
        begun: &SigningBegun,
        values: &ClientValues,
        change: impl FnOnce(&mut SigningStatement),
    ) -> CompleteSigning {
        let client = self.device.attributes(values);
        let mut statement = statement(begun, &client);
        change(&mut statement);
        CompleteSigning {
            signing: begun.signing_id,
            envelope: self.device.sign(&statement).as_bytes().to_vec(),
            client: client.disclose(|_| true).unwrap(),
        }
    }
}

/// The statement a challenge asks for.
pub(crate) fn statement(begun: &SigningBegun, client: &ClientAttributes) -> SigningStatement {
    let preimage = STANDARD.decode(&begun.preimage).unwrap();
    assert_eq!(heqi_evidence::challenge::challenge_of(&preimage), begun.challenge);
    assert_eq!(Digest::of(begun.intent_text.as_bytes()), begun.intent_sha256);
    let document = |document: &heqi_registration::begin_signing::DocumentToSign| SignedDocument {
        page_images: document.page_images.clone(),
        pages: document.pages,
        sha256: document.sha256,
    };
    SigningStatement {
        capacities: begun.capacities.clone(),
        certificate_sha256: begun.certificate_sha256,
        challenge: begun.challenge,
        client_root: client.root(),
        consents: begun.consents.clone(),
        documents: begun.documents.iter().map(document).collect(),
        intent_sha256: begun.intent_sha256,
        origin: begun.origin.clone(),
        party: begun.party_id,
    }
}
