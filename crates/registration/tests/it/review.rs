//! Who signed: what authorities say, the cases that a person decides, and that no filing is
//! confirmed before.
//!
//! - [`providers`]: every authority that is asked, played
//! - [`deciding`], [`asking`], [`documents`], [`faces`], [`portraits`]: the tests

mod asking;
mod deciding;
mod documents;
mod faces;
mod portraits;
pub(crate) mod providers;

use std::sync::Arc;
use std::sync::atomic::AtomicU8;

use heqi_evidence::attestation::CompanyStatus;
use heqi_filing::{ConsentKind, FilingState, Office, OfficeKind};
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::case_queue::case_queue;
use heqi_registration::check_identity::{CheckLastFour, check_last_four};
use heqi_registration::confirm::{Confirm, ConfirmError, Confirmed, confirm};
use heqi_registration::contacts::Contact;
use heqi_registration::decide_case::{
    CaseDecided, DecideCase, DecideCaseError, Decision, decide_case,
};
use heqi_registration::declare_contact::{DeclareContact, declare_contact};
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::filing_view::filing_view;
use heqi_registration::ports::IdentityPorts;
use heqi_registration::request::{StaffMember, StaffRole};
use heqi_registration::staff::password::Password;
use heqi_registration::staff::{CreateStaff, create_staff};
use heqi_registration::verify_identity;
use heqi_registration::{Actor, OrderKey};
use heqi_testkit::{Device, SeededEntropy};
use heqi_vocabulary::{CaseId, Clock as _, Explain as _, FilingId, Language, PartyId};

use crate::world::{Visitor, World};
use providers::Providers;

pub(crate) const NUMBER: &str = "11010519491231002X";
pub(crate) const MOBILE: &str = "13800000001";

pub(crate) fn office(kind: OfficeKind, name: &str) -> Office {
    Office { kind, name: name.parse().unwrap() }
}

pub(crate) fn registry() -> Office {
    office(OfficeKind::Registry, "杭州市临安区市场监督管理局")
}

/// What the providers of a test do.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Mood {
    Down,
    Forged,
    Agrees,
    Differs,
}

pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) providers: Arc<Providers>,
    pub(crate) filing: FilingId,
    pub(crate) handler: PartyId,
    pub(crate) party: PartyId,
}

impl Scene {
    pub(crate) async fn new(mood: Mood) -> Self {
        Self::with(mood, |_, _| {}).await
    }

    pub(crate) async fn with(
        mood: Mood,
        change: impl FnOnce(&mut Providers, &mut IdentityPorts),
    ) -> Self {
        let mut world = World::with(|settings| {
            settings.review_office = Some(registry());
            let key = SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::new(17));
            settings.order_key = Some(OrderKey::new(Arc::new(key)));
        })
        .await;
        let mut providers = Providers {
            mood: AtomicU8::new(mood as u8),
            company: parking_lot::Mutex::new(CompanyStatus::InOperation),
            now: world.clock.now(),
            registry_saw: None,
            holds_portraits: true,
            asked: parking_lot::Mutex::default(),
        };
        let mut ports = IdentityPorts::default();
        change(&mut providers, &mut ports);
        let providers = Arc::new(providers);
        ports.real_name = Some(providers.clone());
        ports.portrait = Some(providers.clone());
        ports.registry = Some(providers.clone());
        world.platform = world.platform.asking(ports);
        let drafted = world.drafted(1).await;
        let scene = Self {
            providers,
            filing: drafted.filing,
            handler: drafted.handler,
            party: drafted.parties[0],
            world,
        };
        scene.declare(contact()).await.unwrap();
        scene.check().await;
        scene
    }

    pub(crate) async fn declare(
        &self,
        contact: Contact,
    ) -> Result<(), heqi_registration::declare_contact::DeclareContactError> {
        let world = &self.world;
        let command = DeclareContact { filing: self.filing, party: self.party, contact };
        declare_contact(&world.platform, &world.request(&world.staff), command).await.map(drop)
    }

    /// What the worker does once.
    pub(crate) async fn check(&self) -> usize {
        let platform = &self.world.platform;
        let due = verify_identity::lease(platform, 10_000, 100).await.unwrap();
        for item in &due {
            verify_identity::verify_identity(platform, item).await.unwrap();
        }
        due.len()
    }

    pub(crate) async fn sign(&self) -> (Visitor, heqi_registration::receipt::Receipt) {
        let visitor = self.visitor().await;
        let receipt = self.world.sign(&visitor).await;
        (visitor, receipt)
    }

    /// Invited, come in by code and number, and agreed to everything.
    pub(crate) async fn visitor(&self) -> Visitor {
        self.visitor_of("002X").await
    }

    pub(crate) async fn visitor_of(&self, last_four: &str) -> Visitor {
        let world = &self.world;
        let token = world.invite(self.filing, self.party).await.token;
        let actor = authenticate(&world.platform, hash_of(&token)).await.unwrap();
        let code = crate::entry::send(world, &actor).await.unwrap();
        crate::entry::enter(world, &actor, &code).await.unwrap();
        self.inside(actor, last_four).await
    }

    /// Come in by this number after the code, and agreed to everything.
    async fn inside(&self, actor: Actor, last_four: &str) -> Visitor {
        let world = &self.world;
        self.last_four(&actor, last_four).await;
        for kind in ConsentKind::ASKED {
            world.consent(&actor, kind, heqi_filing::Decision::Granted).await;
        }
        let label = self.party.to_string();
        let device = Device::new(Algorithm::Ed25519, 5, &label);
        Visitor { actor, device, label }
    }

    pub(crate) async fn confirm(&self, visitor: &Visitor) {
        let world = &self.world;
        for (actor, party) in [(&visitor.actor, self.party), (&world.staff, self.handler)] {
            self.confirms(actor, party).await.unwrap();
        }
    }

    pub(crate) async fn confirms(
        &self,
        actor: &Actor,
        party: PartyId,
    ) -> Result<Confirmed, ConfirmError> {
        let command =
            Confirm { filing: self.filing, party, shown_sha256: None, statement_sha256: None };
        confirm(&self.world.platform, &self.world.request(actor), command).await
    }

    pub(crate) async fn state(&self) -> FilingState {
        let world = &self.world;
        filing_view(&world.platform, &world.staff, self.filing).await.unwrap().state
    }

    pub(crate) async fn account(
        &self,
        login: &str,
        name: &str,
        office: Office,
        role: StaffRole,
    ) -> Actor {
        let command = CreateStaff {
            login: login.parse().unwrap(),
            name: name.parse().unwrap(),
            office: office.clone(),
            role,
            password: Password::new("correct horse battery".into()).unwrap(),
        };
        let account = create_staff(&self.world.platform, command).await.unwrap();
        Actor::Staff(StaffMember { account, office, role })
    }

    pub(crate) async fn reviewer(&self, login: &str) -> Actor {
        // Two reviewers are two people.
        let name = if login == "li.na" { "李娜" } else { "王强" };
        self.account(login, name, registry(), StaffRole::Reviewer).await
    }

    pub(crate) async fn decide(
        &self,
        actor: &Actor,
        case: CaseId,
        decision: Decision,
    ) -> Result<CaseDecided, DecideCaseError> {
        let grounds = "两张照片为同一人".parse().unwrap();
        let command = DecideCase { case, decision, grounds };
        decide_case(&self.world.platform, &self.world.request(actor), command).await
    }

    pub(crate) async fn only_case(
        &self,
        actor: &Actor,
    ) -> heqi_registration::case_queue::CaseSummary {
        let queue = case_queue(&self.world.platform, actor).await.unwrap();
        assert_eq!(queue.len(), 1);
        queue[0].clone()
    }

    pub(crate) async fn last_four(&self, actor: &Actor, last_four: &str) {
        let world = &self.world;
        let last_four = CheckLastFour { last_four: last_four.to_owned() };
        check_last_four(&world.platform, &world.request(actor), last_four).await.unwrap();
    }
}

pub(crate) fn contact() -> Contact {
    Contact {
        mobile: Some(MOBILE.parse().unwrap()),
        email: None,
        id_number: Some(NUMBER.parse().unwrap()),
        document_kind: None,
        document_ends: None,
        company_code: None,
        language: Language::Zh,
    }
}

#[tokio::test]
async fn one_person_with_two_accounts_is_not_two_reviewers() {
    let scene = Scene::new(Mood::Down).await;
    scene.sign().await;
    let first = scene.account("a.yi", "阿卜杜拉·买买提", registry(), StaffRole::Reviewer).await;
    // A name is the same with whatever dot it was typed.
    let same = scene.account("a.er", "阿卜杜拉•买买提", registry(), StaffRole::Reviewer).await;
    let case = scene.only_case(&first).await.case;
    scene.decide(&first, case, Decision::ProposeRefusal).await.unwrap();
    let own = scene.decide(&same, case, Decision::ConfirmRefusal).await.unwrap_err();
    assert_eq!((own.code(), own.class()), ("own_refusal", Class::Conflict));
    // Nothing was decided: somebody else still may.
    let second = scene.reviewer("wang.qiang").await;
    scene.decide(&second, case, Decision::ConfirmRefusal).await.unwrap();
}
