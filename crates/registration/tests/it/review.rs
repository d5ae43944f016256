//! Who signed: what authorities say, the cases that a person decides, and that no filing is
//! confirmed before.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use heqi_evidence::attestation::{CompanyStatus, PersonOutcome, Question};
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence::verdict::{ClaimName, Reason, Status};
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{
    Capacity, CaseState, ConsentKind, DeclaredName, FilingState, Office, OfficeKind, PartyKind,
    ReviewReason,
};
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::case_queue::{Picture, case_picture, case_queue, case_view};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::check_identity::{CheckLastFour, check_last_four};
use heqi_registration::confirm::{Confirm, ConfirmError, Confirmed, confirm};
use heqi_registration::contacts::Contact;
use heqi_registration::decide_case::{
    CaseDecided, DecideCase, DecideCaseError, Decision, decide_case,
};
use heqi_registration::declare_contact::{DeclareContact, declare_contact};
use heqi_registration::disclose::Attributes;
use heqi_registration::erase_person_data::{ErasePersonData, erase_person_data};
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::fault::{ActError, Class, Refusal as _};
use heqi_registration::filing_view::filing_view;
use heqi_registration::legal_hold::{LiftHold, PlaceHold, lift_hold, place_hold};
use heqi_registration::message_queue::{Report, note_report};
use heqi_registration::ports::Comparing;
use heqi_registration::ports::{
    Answering, Attested, CompanyFound, FaceOutcome, FaceVerifier, Faces, IdentityPorts,
    NotAnswered, PopulationPortrait, Portrait, RealNameProvider, RegistryIdentity,
};
use heqi_registration::remove_party::{RemoveParty, remove_party};
use heqi_registration::request::{StaffMember, StaffRole};
use heqi_registration::send_code::{SendCode, send_code};
use heqi_registration::staff::password::Password;
use heqi_registration::staff::{CreateStaff, StaffError, create_staff};
use heqi_registration::sweep::{SweepCursor, sweep};
use heqi_registration::verify_identity;
use heqi_registration::{Actor, OrderKey};
use heqi_testkit::{Device, SeededEntropy, files};
use heqi_vocabulary::{
    CaseId, CeremonyId, Clock as _, Digest, Explain as _, FilingId, Language, MessageChannel,
    PartyId, UtcMillis,
};
use tokio::sync::oneshot;

use crate::entry::{enter, taken};
use crate::notary::expect;
use crate::world::{Visitor, World};

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

/// Plays every provider.
pub(crate) struct Providers {
    mood: AtomicU8,
    pub(crate) company: parking_lot::Mutex<CompanyStatus>,
    now: UtcMillis,
    registry_saw: Option<UtcMillis>,
    holds_portraits: bool,
    asked: parking_lot::Mutex<Vec<Question>>,
}

impl Providers {
    fn mood(&self) -> Mood {
        [Mood::Down, Mood::Forged, Mood::Agrees, Mood::Differs]
            [usize::from(self.mood.load(Ordering::SeqCst))]
    }

    pub(crate) fn turn(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::SeqCst);
    }

    fn answer<T: Send + 'static>(&self, question: Question, answer: T) -> Answering<'_, T> {
        self.asked.lock().push(question.clone());
        let outcome = match self.mood() {
            Mood::Down => Err(NotAnswered::Unreachable("down".into())),
            Mood::Forged => Err(NotAnswered::NotBelieved("another key".into())),
            Mood::Agrees | Mood::Differs => Ok(Attested {
                answer,
                provider: "示例实名".into(),
                answered_at: self.now,
                question,
                envelope: b"{\"payload\":\"\"}".to_vec(),
            }),
        };
        Box::pin(std::future::ready(outcome))
    }
}

impl RealNameProvider for Providers {
    fn person(&self, question: Question) -> Answering<'_, PersonOutcome> {
        let outcome = match self.mood() {
            Mood::Differs => PersonOutcome::Differs,
            _ => PersonOutcome::Matches,
        };
        self.answer(question, outcome)
    }

    fn company(&self, question: Question) -> Answering<'_, CompanyFound> {
        self.answer(question, CompanyFound { name_matches: true, status: *self.company.lock() })
    }
}

impl PopulationPortrait for Providers {
    fn portrait(&self, question: Question) -> Answering<'_, Option<Portrait>> {
        let bytes = files::photo("portrait");
        let sha256 = Digest::of(&bytes);
        let held = self.holds_portraits.then_some(Portrait { bytes, sha256 });
        self.answer(question, held)
    }
}

impl RegistryIdentity for Providers {
    fn verified_at(&self, question: Question) -> Answering<'_, Option<UtcMillis>> {
        self.answer(question, self.registry_saw)
    }
}

pub(crate) struct SameFace;

impl FaceVerifier for SameFace {
    fn compare<'a>(&'a self, _: Faces<'a>) -> Comparing<'a> {
        Box::pin(std::future::ready(FaceOutcome::Same))
    }
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
        self.account(login, "李娜", registry(), StaffRole::Reviewer).await
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
async fn a_provider_that_is_down_leads_to_a_case_and_an_accepted_case_lets_the_filing_go_on() {
    let scene = Scene::new(Mood::Down).await;
    let (visitor, _) = scene.sign().await;
    scene.confirm(&visitor).await;
    assert!(matches!(scene.state().await, FilingState::Reviewing { .. }));

    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    assert!(case.reasons.contains(&ReviewReason::ProviderUnreachable));
    assert!(case.reasons.contains(&ReviewReason::IdentityUnverified));
    assert!(case.reasons.contains(&ReviewReason::ContactUnverified));
    let decided = scene.decide(&reviewer, case.case, Decision::Accept).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Confirmed { .. }));
    assert!(case_queue(&scene.world.platform, &reviewer).await.unwrap().is_empty());

    // What was asked and what was decided are evidence like any other.
    let world = &scene.world;
    world.cosign_head().await;
    world.deposit_all().await;
    let frames = world.frames().await;
    let asked = frames.iter().find(|(frame, _)| frame.kind == RecordKind::IdentityVerified);
    let facts = world.facts();
    for record in [asked.unwrap().0.record_id, decided.record_id] {
        let (staff, all) = (&world.staff, &Attributes::All);
        let file = export_bundle(&world.platform, staff, &facts, record, all).await.unwrap();
        let verdict = world.examine(&file.bytes);
        for name in [ClaimName::Integrity, ClaimName::Logged, ClaimName::Deposited] {
            expect(&verdict, name, Status::Proved);
        }
    }
}

#[tokio::test]
async fn the_decision_may_come_before_the_confirmations() {
    let scene = Scene::new(Mood::Down).await;
    let (visitor, _) = scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    scene.decide(&reviewer, case.case, Decision::Accept).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Signed { .. }));
    scene.confirm(&visitor).await;
    assert!(matches!(scene.state().await, FilingState::Confirmed { .. }));
}

#[tokio::test]
async fn a_refusal_takes_two_reviewers_and_then_nothing_confirms_the_filing() {
    let scene = Scene::new(Mood::Down).await;
    let (visitor, _) = scene.sign().await;
    scene.confirm(&visitor).await;
    let (first, second) = (scene.reviewer("li.na").await, scene.reviewer("wang.qiang").await);
    let case = scene.only_case(&first).await.case;
    scene.decide(&first, case, Decision::ProposeRefusal).await.unwrap();
    let own = scene.decide(&first, case, Decision::ConfirmRefusal).await.unwrap_err();
    assert_eq!((own.code(), own.class()), ("own_refusal", Class::Conflict));
    assert!(matches!(scene.state().await, FilingState::Reviewing { .. }));
    scene.decide(&second, case, Decision::ConfirmRefusal).await.unwrap();
    let view = case_view(&scene.world.platform, &second, &scene.world.facts(), case).await.unwrap();
    assert!(matches!(view.state, CaseState::Refused { .. }));
    let again = scene.decide(&second, case, Decision::Accept).await.unwrap_err();
    assert_eq!(again.code(), "case_decided");
    assert!(matches!(scene.state().await, FilingState::Reviewing { .. }));
}

#[tokio::test]
async fn nobody_of_the_operator_nor_of_the_handler_nor_of_another_office_decides_or_sees() {
    let scene = Scene::new(Mood::Down).await;
    scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await.case;
    let operator = office(OfficeKind::Operator, "示例文签平台");
    let firm = office(OfficeKind::HandlerFirm, "示例代办公司");
    let operator = scene.account("ops", "赵六", operator, StaffRole::Operator).await;
    let handler = scene.account("he.jing", "何静", firm, StaffRole::Handler).await;
    let (platform, facts) = (&scene.world.platform, scene.world.facts());
    for actor in [&operator, &handler, &scene.world.staff] {
        let refused = scene.decide(actor, case, Decision::Accept).await.unwrap_err();
        assert!(matches!(refused, DecideCaseError::Act(ActError::Denied)));
        assert!(case_queue(platform, actor).await.is_err());
        assert!(case_view(platform, actor, &facts, case).await.is_err());
        let photo = case_picture(platform, actor, &facts, case, Picture::Photo).await;
        assert!(photo.is_err());
    }
    // A reviewer in name of an operator is none either.
    let Actor::Staff(member) = &operator else { unreachable!() };
    let pretender = Actor::Staff(StaffMember { role: StaffRole::Reviewer, ..member.clone() });
    assert!(scene.decide(&pretender, case, Decision::Accept).await.is_err());
    // Nor is there such an account.
    let command = CreateStaff {
        login: "ops2".parse().unwrap(),
        name: "赵六".parse().unwrap(),
        office: member.office.clone(),
        role: StaffRole::Reviewer,
        password: Password::new("correct horse battery".into()).unwrap(),
    };
    let unfit = create_staff(platform, command).await.unwrap_err();
    assert!(matches!(unfit, StaffError::UnfitRole { .. }));
    // Reviewers of another office find nothing.
    let notary = office(OfficeKind::Notary, "杭州市临安区公证处");
    let other = scene.account("zhou", "周公", notary, StaffRole::Reviewer).await;
    assert!(case_queue(platform, &other).await.unwrap().is_empty());
    let hidden = case_view(platform, &other, &facts, case).await.unwrap_err();
    assert_eq!(hidden.class(), Class::NotFound);
    assert_eq!(
        scene.decide(&other, case, Decision::Accept).await.unwrap_err().class(),
        Class::NotFound
    );
}

#[tokio::test]
async fn edge_case_42_who_has_the_name_of_a_party_leaves_it_to_somebody_else() {
    let scene = Scene::new(Mood::Down).await;
    scene.sign().await;
    let relative = scene.account("gong.ji", "龚𠮷", registry(), StaffRole::Reviewer).await;
    let case = scene.only_case(&relative).await.case;
    let refused = scene.decide(&relative, case, Decision::Accept).await.unwrap_err();
    assert_eq!(refused.code(), "reviewer_takes_part");
}

#[tokio::test]
async fn an_answer_that_is_not_believed_never_counts_as_yes() {
    let scene = Scene::new(Mood::Forged).await;
    scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    assert!(case.reasons.contains(&ReviewReason::ProviderUnreachable));
    assert!(case.reasons.contains(&ReviewReason::IdentityUnverified));
    assert!(case.reasons.contains(&ReviewReason::PortraitUnverified));
}

#[tokio::test]
async fn name_and_number_that_differ_are_left_to_a_person() {
    let scene = Scene::new(Mood::Differs).await;
    scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    assert!(case.reasons.contains(&ReviewReason::IdentityDiffers));
    // Nobody asks for the portrait of somebody whose name does not fit.
    assert!(case.reasons.contains(&ReviewReason::PortraitUnverified));
}

#[tokio::test]
async fn with_everything_attested_and_the_faces_compared_nobody_need_look() {
    let scene = Scene::with(Mood::Agrees, |_, ports| ports.face = Arc::new(SameFace)).await;
    let (visitor, receipt) = scene.sign().await;
    scene.confirm(&visitor).await;
    assert!(matches!(scene.state().await, FilingState::Confirmed { .. }));
    let world = &scene.world;
    let (actor, facts) = (&visitor.actor, world.facts());
    let record = receipt.record_id;
    let file = export_bundle(&world.platform, actor, &facts, record, &Attributes::All).await;
    let verdict = world.examine(&file.unwrap().bytes);
    expect(&verdict, ClaimName::Integrity, Status::Proved);
    expect(&verdict, ClaimName::Identity, Status::NotProved);
    let identity = verdict.claims().iter().find(|claim| claim.name == ClaimName::Identity).unwrap();
    assert_eq!(identity.reason, Reason::IdentityAttested { by: "示例实名".into() });
}

/// Compares, and always finds somebody else.
struct OtherFace;

impl FaceVerifier for OtherFace {
    fn compare<'a>(&'a self, _: Faces<'a>) -> Comparing<'a> {
        Box::pin(std::future::ready(FaceOutcome::NotSame))
    }
}

#[tokio::test]
async fn a_face_that_is_not_found_the_same_refuses_nobody_and_a_reviewer_is_told() {
    let scene = Scene::with(Mood::Agrees, |_, ports| ports.face = Arc::new(OtherFace)).await;
    let (visitor, _) = scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    assert_eq!(case.reasons, BTreeSet::from([ReviewReason::FaceNotSame]));
    scene.confirm(&visitor).await;
    assert!(matches!(scene.state().await, FilingState::Reviewing { .. }));
    scene.decide(&reviewer, case.case, Decision::Accept).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Confirmed { .. }));
}

#[tokio::test]
async fn where_nobody_compares_faces_a_reviewer_does_and_sees_both_pictures() {
    let scene = Scene::new(Mood::Agrees).await;
    scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    assert_eq!(case.reasons, BTreeSet::from([ReviewReason::FaceNotCompared]));
    let (platform, facts) = (&scene.world.platform, scene.world.facts());
    let before = scene.world.contents().await.entries.len();
    let view = case_view(platform, &reviewer, &facts, case.case).await.unwrap();
    assert!(view.photo == heqi_registration::case_queue::Shot::There && view.has_portrait);
    assert_eq!(view.last_four.as_deref(), Some("002X"));
    let mut pictures = Vec::new();
    for which in [Picture::Photo, Picture::Portrait] {
        let bytes = case_picture(platform, &reviewer, &facts, case.case, which).await.unwrap();
        pictures.push(Digest::of(&bytes));
    }
    assert_eq!(pictures[1], Digest::of(&files::photo("portrait")));
    assert_ne!(pictures[0], pictures[1]);
    // Each look is a record with a leaf.
    assert_eq!(scene.world.contents().await.entries.len() - before, 3);
}

/// Whoever has the mailbox need not have the phone, whatever a provider says of the number. A mail that
/// came back may have been read before.
#[tokio::test]
async fn a_code_that_may_have_come_by_mail_says_nothing_of_the_mobile_number() {
    let (sms, email) = (MessageChannel::Sms, MessageChannel::Email);
    for (first, next) in [(sms, None), (sms, Some(email)), (email, Some(sms))] {
        let scene = Scene::new(Mood::Agrees).await;
        let address = Some("gong@example.com".parse().unwrap());
        scene.declare(Contact { email: address, ..contact() }).await.unwrap();
        scene.check().await;
        let world = &scene.world;
        let token = world.invite(scene.filing, scene.party).await.token;
        let actor = authenticate(&world.platform, hash_of(&token)).await.unwrap();
        taken(world).await;
        let by_first = SendCode { channel: Some(first), language: Language::Zh };
        send_code(&world.platform, &world.request(&actor), by_first).await.unwrap();
        let mut sent = taken(world).await.remove(0);
        assert_eq!(sent.channel, first);
        if let Some(next) = next {
            let bounced = Report::Bounced { reason: "unknown_number" };
            let (platform, message) = (&world.platform, sent.message);
            note_report(platform, message, first, bounced).await.unwrap();
            sent = taken(world).await.remove(0);
            assert_eq!((sent.message, sent.channel), (message, next));
        }
        enter(world, &actor, &sent.values["code"]).await.unwrap();
        let visitor = scene.inside(actor, "002X").await;
        world.sign(&visitor).await;
        let reviewer = scene.reviewer("li.na").await;
        let mut expected = BTreeSet::from([ReviewReason::FaceNotCompared]);
        expected.extend(next.is_some().then_some(ReviewReason::ContactUnverified));
        assert_eq!(scene.only_case(&reviewer).await.reasons, expected);
    }
}

#[tokio::test]
async fn the_registrys_own_check_takes_the_place_of_ours() {
    let scene = Scene::with(Mood::Agrees, |providers, _| {
        providers.registry_saw = Some(providers.now.plus_millis(-3_600_000));
    });
    let scene = scene.await;
    let (visitor, _) = scene.sign().await;
    scene.confirm(&visitor).await;
    assert!(matches!(scene.state().await, FilingState::Confirmed { .. }));
}

#[tokio::test]
async fn a_registrys_check_of_long_ago_counts_no_more() {
    let scene = Scene::with(Mood::Agrees, |providers, _| {
        providers.registry_saw =
            Some(providers.now.plus_millis(-verify_identity::REGISTRY_FRESH_MS - 1));
    });
    let scene = scene.await;
    scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    assert!(scene.only_case(&reviewer).await.reasons.contains(&ReviewReason::FaceNotCompared));
}

#[tokio::test]
async fn without_an_office_that_reviews_nothing_waits_and_nothing_is_said() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let signed = world.all_sign(&drafted).await;
    for (actor, party) in
        [(&signed[0].0.actor, drafted.parties[0]), (&world.staff, drafted.handler)]
    {
        let command =
            Confirm { filing: drafted.filing, party, shown_sha256: None, statement_sha256: None };
        confirm(&world.platform, &world.request(actor), command).await.unwrap();
    }
    let view = filing_view(&world.platform, &world.staff, drafted.filing).await.unwrap();
    assert!(matches!(view.state, FilingState::Confirmed { .. }));
}

#[tokio::test]
async fn a_provider_that_was_down_is_asked_again_and_its_answer_is_another_record() {
    let scene = Scene::new(Mood::Down).await;
    let records = || async { scene.world.contents().await.entries.len() };
    let after_first = records().await;
    assert_eq!(scene.check().await, 0, "not before its pause is over");
    scene.world.clock.advance_ms(15_000);
    assert_eq!(scene.check().await, 1);
    assert_eq!(records().await, after_first, "the same silence is not recorded twice");
    scene.providers.turn(Mood::Agrees);
    scene.world.clock.advance_ms(3_600_000);
    assert_eq!(scene.check().await, 1);
    assert_eq!(records().await, after_first + 1);
    scene.world.clock.advance_ms(3_600_000);
    assert_eq!(scene.check().await, 0, "answered");
}

#[tokio::test]
async fn what_is_old_is_asked_again_when_the_signer_begins() {
    let scene = Scene::new(Mood::Agrees).await;
    scene.world.clock.advance_ms(verify_identity::FRESH_MS + 60_000);
    let visitor = scene.visitor().await;
    assert_eq!(scene.check().await, 0);
    scene.world.begin(&visitor).await;
    assert_eq!(scene.check().await, 1);
}

#[tokio::test]
async fn another_number_makes_what_was_known_count_no_more() {
    let scene = Scene::new(Mood::Agrees).await;
    scene.providers.turn(Mood::Down);
    let other = Contact { id_number: Some("330112199003079999".parse().unwrap()), ..contact() };
    scene.declare(other).await.unwrap();
    scene.check().await;
    scene.world.sign(&scene.visitor_of("9999").await).await;
    let reviewer = scene.reviewer("li.na").await;
    let reasons = scene.only_case(&reviewer).await.reasons;
    assert!(reasons.contains(&ReviewReason::IdentityUnverified));
}

#[tokio::test]
async fn a_wrong_number_an_expired_card_and_a_name_that_is_none_are_refused_at_the_door() {
    let scene = Scene::new(Mood::Down).await;
    let declared = |number: &str| Contact { id_number: Some(number.parse().unwrap()), ..contact() };
    for (number, code) in [
        ("330112199003079998", "id_checksum"),
        ("330112199302300000", "id_birth_date"),
        ("330112209003079999", "id_birth_date"),
    ] {
        let refused = scene.declare(declared(number)).await.unwrap_err();
        assert_eq!(refused.class(), Class::BadInput);
        let told = refused.explain(Language::Zh);
        let all = format!("{refused}{}{}", told.what, told.next);
        assert!(!all.contains(number) && !all.contains("应为"), "{code}: {all}");
    }
    let expired = Contact {
        document_ends: Some(heqi_registration::contacts::day("2026-11-01").unwrap()),
        ..contact()
    };
    let refused = scene.declare(expired).await.unwrap_err();
    assert_eq!(refused.code(), "id_expired");
    assert!(refused.explain(Language::Zh).what.contains("2026-11-01"));
    // No name is typed like that any more; one of before is not asked about.
    assert!("龚3".parse::<DeclaredName>().is_err());
    let world = &scene.world;
    let command = AddParty {
        filing: scene.filing,
        who: PartyKind::Person { name: DeclaredName::try_from("龚3".to_owned()).unwrap() },
        capacities: [Capacity::Supervisor].into(),
    };
    let added = add_party(&world.platform, &world.request(&world.staff), command).await;
    let command = DeclareContact {
        filing: scene.filing,
        party: added.unwrap().party_id,
        contact: Contact { mobile: Some("13800000002".parse().unwrap()), ..contact() },
    };
    let refused = declare_contact(&world.platform, &world.request(&world.staff), command).await;
    assert_eq!(refused.unwrap_err().code(), "name_character");
}

#[tokio::test]
async fn edge_case_1_who_has_no_portrait_in_the_register_is_seen_by_a_person() {
    let scene = Scene::with(Mood::Agrees, |providers, ports| {
        providers.holds_portraits = false;
        ports.face = Arc::new(SameFace);
    })
    .await;
    scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    let wanted = [ReviewReason::PortraitUnverified, ReviewReason::FaceNotCompared];
    assert_eq!(case.reasons, BTreeSet::from(wanted));
    let view = case_view(&scene.world.platform, &reviewer, &scene.world.facts(), case.case).await;
    assert!(!view.unwrap().has_portrait);
}

#[tokio::test]
async fn edge_case_2_a_document_from_abroad_is_told_to_its_signer_and_to_the_reviewer() {
    for (number, four, is_from_abroad) in [("E12345678", "5678", true), (NUMBER, "002X", false)] {
        let scene = Scene::new(Mood::Down).await;
        let declared = Contact { id_number: Some(number.parse().unwrap()), ..contact() };
        scene.declare(declared).await.unwrap();
        let visitor = scene.visitor_of(four).await;
        let (platform, facts) = (&scene.world.platform, scene.world.facts());
        let seen = ceremony_view(platform, &visitor.actor, Language::En).await.unwrap();
        assert_eq!(seen.is_from_abroad, is_from_abroad);
        scene.world.sign(&visitor).await;
        let reviewer = scene.reviewer("li.na").await;
        let case = scene.only_case(&reviewer).await.case;
        let view = case_view(platform, &reviewer, &facts, case).await.unwrap();
        assert_eq!(view.is_from_abroad, is_from_abroad);
    }
}

#[tokio::test]
async fn edge_cases_2_and_3_foreigners_and_people_of_hong_kong_are_asked_about_by_their_document() {
    for (number, kind) in [
        ("E12345678", "passport"),
        ("H12345678", "hong_kong_macao_permit"),
        ("810000198802029997", "hmt_residence_permit"),
        ("933840198510019994", "foreign_permanent_resident"),
    ] {
        let scene = Scene::new(Mood::Agrees).await;
        scene.providers.asked.lock().clear();
        let other = Contact { id_number: Some(number.parse().unwrap()), ..contact() };
        scene.declare(other).await.unwrap();
        scene.check().await;
        let asked = scene.providers.asked.lock().clone();
        let of_person = asked.iter().any(|question| {
            matches!(question, Question::Person { document_kind, document_number, .. }
                if document_kind == kind && document_number == number)
        });
        assert!(of_person, "{kind}: {asked:?}");
    }
}

#[tokio::test]
async fn edge_case_6_several_capacities_are_one_check_and_one_case() {
    let mut scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    scene.filing = world.open().await;
    let command = AddParty {
        filing: scene.filing,
        who: PartyKind::Person { name: "陈素英".parse().unwrap() },
        capacities: BTreeSet::from([
            Capacity::Shareholder,
            Capacity::LegalRepresentative,
            Capacity::Handler,
        ]),
    };
    let added = add_party(&world.platform, &world.request(&world.staff), command).await;
    scene.party = added.unwrap().party_id;
    world.attach(scene.filing, "公司章程").await;
    scene.providers.asked.lock().clear();
    scene.declare(contact()).await.unwrap();
    assert_eq!(scene.check().await, 1);
    let persons = |question: &&Question| matches!(question, Question::Person { .. });
    assert_eq!(scene.providers.asked.lock().iter().filter(persons).count(), 1);
    scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    let view = case_view(&scene.world.platform, &reviewer, &scene.world.facts(), case.case).await;
    assert_eq!(view.unwrap().capacities, ["handler", "legal_representative", "shareholder"]);
}

#[tokio::test]
async fn edge_case_10_a_name_is_asked_about_with_one_kind_of_dot_and_with_its_rare_characters() {
    for (declared, asked) in
        [("阿依古丽•买买提", "阿依古丽·买买提"), ("龚𠮷", "龚𠮷"), ("䶮㛃", "䶮㛃")]
    {
        let mut scene = Scene::new(Mood::Agrees).await;
        let party = scene.world.add(scene.filing, declared, Capacity::Supervisor).await;
        scene.party = party;
        scene.providers.asked.lock().clear();
        let other = Contact { mobile: Some("13800000009".parse().unwrap()), ..contact() };
        scene.declare(other).await.unwrap();
        scene.check().await;
        let questions = scene.providers.asked.lock().clone();
        let named = |question: &Question| matches!(question, Question::Person { name, .. } if name == asked);
        assert!(questions.iter().any(named), "{declared}: {questions:?}");
    }
}

#[tokio::test]
async fn edge_case_31_a_card_that_ends_after_the_signing_was_valid_when_it_counted() {
    let scene = Scene::with(Mood::Agrees, |_, ports| ports.face = Arc::new(SameFace)).await;
    let today = heqi_registration::contacts::day("2026-11-23").unwrap();
    let ends_today = Contact { document_ends: Some(today), ..contact() };
    scene.declare(ends_today).await.unwrap();
    scene.check().await;
    let (visitor, _) = scene.sign().await;
    scene.world.clock.advance_ms(24 * 3_600_000);
    scene.confirm(&visitor).await;
    assert!(matches!(scene.state().await, FilingState::Confirmed { .. }));
}

#[tokio::test]
async fn edge_case_37_a_decision_that_is_sent_twice_is_one_decision() {
    let scene = Scene::new(Mood::Down).await;
    scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await.case;
    let request = scene.world.request(&reviewer);
    let decide = || async {
        let grounds = "两张照片为同一人".parse().unwrap();
        let command = DecideCase { case, decision: Decision::Accept, grounds };
        decide_case(&scene.world.platform, &request, command).await.unwrap()
    };
    let first = decide().await;
    let entries = scene.world.contents().await.entries.len();
    assert_eq!(decide().await, first);
    assert_eq!(scene.world.contents().await.entries.len(), entries);
}

#[tokio::test]
async fn a_portrait_of_somebody_who_was_declared_anew_meanwhile_is_not_kept() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let other = |number: &str| Contact { id_number: Some(number.parse().unwrap()), ..contact() };
    scene.declare(other("330112199003079999")).await.unwrap();
    let due = verify_identity::lease(&world.platform, 10_000, 100).await.unwrap();
    let before = world.contents().await;
    let (is_read, go_on) = world.store.pause_behind_row(b"identity_check/");
    let asking = async {
        for item in &due {
            verify_identity::verify_identity(&world.platform, item).await.unwrap();
        }
    };
    let meanwhile = async {
        is_read.await.unwrap();
        scene.declare(contact()).await.unwrap();
        go_on.send(()).unwrap();
    };
    tokio::join!(asking, meanwhile);
    let after = world.contents().await;
    assert_eq!(after.entries.len(), before.entries.len() + 1, "the declaration alone");
    assert_eq!(after.objects, before.objects);
}

impl Scene {
    /// Asked about again, and answered.
    async fn answered_again(&self) {
        self.declare(contact()).await.unwrap();
        assert_eq!(self.check().await, 1);
    }

    async fn objects(&self) -> BTreeSet<Digest> {
        self.world.contents().await.objects.into_keys().collect()
    }

    /// As a store of before has it: no row says where portraits are.
    async fn forget_rows_of_portraits(&self) -> usize {
        let rows = self.world.contents().await.rows;
        let mut changes = Changeset::new();
        let portraits =
            rows.into_iter().filter(|(key, _)| key.as_bytes().starts_with(b"portrait/"));
        let mut removed = 0;
        for (key, _) in portraits {
            changes.delete(key);
            removed += 1;
        }
        self.world.platform.backend().commit(changes).unwrap().await.unwrap();
        removed
    }
}

#[tokio::test]
async fn a_portrait_goes_with_the_answer_that_another_one_replaces() {
    let scene = Scene::new(Mood::Agrees).await;
    let first = scene.objects().await;
    scene.declare(contact()).await.unwrap();
    assert_eq!(scene.objects().await, first, "an answer counts until there is another one");
    scene.check().await;
    let second = scene.objects().await;
    assert_eq!(second.len(), first.len());
    assert_ne!(second, first);
    // What was known is about somebody else: nobody waits for an answer.
    let other = Contact { id_number: Some("330112199003079999".parse().unwrap()), ..contact() };
    scene.declare(other).await.unwrap();
    assert_eq!(scene.objects().await.len(), first.len() - 1);
}

#[tokio::test]
async fn a_portrait_that_a_signature_was_made_with_stays_when_another_answer_comes() {
    for is_of_before in [false, true] {
        let scene = Scene::new(Mood::Agrees).await;
        scene.sign().await;
        let signed = scene.objects().await;
        if is_of_before {
            assert_eq!(scene.forget_rows_of_portraits().await, 1);
        }
        for _ in 0..2 {
            scene.answered_again().await;
            let now = scene.objects().await;
            assert!(now.is_superset(&signed));
            assert_eq!(now.len(), signed.len() + 1, "of the others the newest alone");
        }
    }
}

#[tokio::test]
async fn a_portrait_of_before_there_were_rows_of_them_goes_with_its_answer_as_well() {
    let scene = Scene::new(Mood::Agrees).await;
    let first = scene.objects().await;
    assert_eq!(scene.forget_rows_of_portraits().await, 1);
    scene.answered_again().await;
    let second = scene.objects().await;
    assert_eq!(second.len(), first.len());
    assert_ne!(second, first);
}

#[tokio::test]
async fn a_reviewer_sees_the_portrait_that_was_signed_with_whatever_was_answered_later() {
    let scene = Scene::new(Mood::Agrees).await;
    scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await.case;
    // Whose name does not fit, of them no portrait is asked for.
    scene.providers.turn(Mood::Differs);
    scene.answered_again().await;
    let (platform, facts) = (&scene.world.platform, scene.world.facts());
    let view = case_view(platform, &reviewer, &facts, case).await.unwrap();
    assert!(view.has_portrait);
    let seen = case_picture(platform, &reviewer, &facts, case, Picture::Portrait).await.unwrap();
    assert_eq!(Digest::of(&seen), Digest::of(&files::photo("portrait")));
}

impl Scene {
    /// The same with another signer, so that the party can be taken out while signing is open.
    async fn with_another_signer() -> Self {
        let mut scene = Self::new(Mood::Agrees).await;
        let drafted = scene.world.drafted(2).await;
        (scene.filing, scene.handler) = (drafted.filing, drafted.handler);
        scene.party = drafted.parties[0];
        scene.declare(contact()).await.unwrap();
        scene
    }

    async fn take_out(&self) {
        let (filing, party) = (self.filing, self.party);
        let command =
            RemoveParty { filing, party, reason: Some("与另一当事人重复".into()) };
        let request = self.world.request(&self.world.staff);
        Box::pin(remove_party(&self.world.platform, &request, command)).await.unwrap();
    }
}

#[tokio::test]
async fn a_portrait_of_a_party_that_is_taken_out_is_kept_no_longer_but_under_a_hold() {
    for is_of_before in [false, true] {
        let scene = Scene::with_another_signer().await;
        let empty = scene.objects().await;
        assert_eq!(scene.check().await, 1);
        scene.visitor().await;
        assert_eq!(scene.objects().await.len(), empty.len() + 1);
        if is_of_before {
            scene.forget_rows_of_portraits().await;
        }
        scene.take_out().await;
        assert_eq!(scene.objects().await, empty);
    }

    let scene = Scene::with_another_signer().await;
    let empty = scene.objects().await;
    scene.check().await;
    scene.visitor().await;
    let (platform, filing) = (&scene.world.platform, scene.filing);
    let reason = "（2026）示例民初1号".to_owned();
    let place = PlaceHold { filing, reason: reason.clone() };
    let request = scene.world.request(&scene.world.staff);
    let hold = place_hold(platform, &request, place).await.unwrap().hold_id;
    scene.take_out().await;
    sweep(platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!(scene.objects().await.len(), empty.len() + 1, "it is held");
    let lift = LiftHold { filing, hold, reason };
    let request = scene.world.request(&scene.world.staff);
    lift_hold(platform, &request, lift).await.unwrap();
    sweep(platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!(scene.objects().await, empty);
}

#[tokio::test]
async fn what_an_authority_answers_about_a_party_that_was_taken_out_meanwhile_is_not_kept() {
    let scene = Scene::with_another_signer().await;
    let world = &scene.world;
    let due = verify_identity::lease(&world.platform, 10_000, 100).await.unwrap();
    assert_eq!(due.len(), 1);
    let before = world.contents().await;
    // The answer is there and about to be written.
    let (is_read, go_on) = world.store.pause_behind_row(b"chain/");
    let asking = async {
        for item in &due {
            verify_identity::verify_identity(&world.platform, item).await.unwrap();
        }
    };
    let meanwhile = async {
        is_read.await.unwrap();
        scene.take_out().await;
        go_on.send(()).unwrap();
    };
    tokio::join!(asking, meanwhile);
    let after = world.contents().await;
    assert_eq!(after.entries.len(), before.entries.len() + 1, "that it was taken out");
    assert_eq!(after.objects, before.objects);
    // Nor is anybody asked again.
    world.clock.advance_ms(60_000);
    scene.check().await;
    assert_eq!(world.contents().await.entries.len(), after.entries.len());
    assert_eq!(scene.check().await, 0);
}

/// Compares once it may: another answer comes meanwhile.
struct SlowFace(parking_lot::Mutex<Option<(oneshot::Sender<()>, oneshot::Receiver<()>)>>);

impl FaceVerifier for SlowFace {
    fn compare<'a>(&'a self, _: Faces<'a>) -> Comparing<'a> {
        let waiting = self.0.lock().take();
        Box::pin(async move {
            if let Some((reached, go_on)) = waiting {
                let _ = reached.send(());
                let _ = go_on.await;
            }
            FaceOutcome::Same
        })
    }
}

#[tokio::test]
async fn a_signature_is_made_with_the_answer_that_came_while_faces_were_compared() {
    let ((reached, is_reached), (go, go_on)) = (oneshot::channel(), oneshot::channel());
    let face = SlowFace(parking_lot::Mutex::new(Some((reached, go_on))));
    let scene = Scene::with(Mood::Agrees, |_, ports| ports.face = Arc::new(face)).await;
    let visitor = scene.visitor().await;
    let (begun, photo) = scene.world.ready(&visitor).await;
    let before = scene.objects().await;
    let answer = visitor.answer(&begun, photo, scene.world.clock.now());
    let meanwhile = async {
        is_reached.await.unwrap();
        scene.answered_again().await;
        go.send(()).unwrap();
    };
    let (signed, ()) = tokio::join!(scene.world.complete(&visitor, answer), meanwhile);
    signed.unwrap();
    let after = scene.objects().await;
    assert_eq!(after.len(), before.len(), "the portrait of the answer before is gone");
    scene.answered_again().await;
    assert!(scene.objects().await.is_superset(&after), "it was signed with the one that came");
}

#[tokio::test]
async fn an_erasure_of_the_face_discards_the_portrait_of_an_authority() {
    for is_of_before in [false, true] {
        let scene = Scene::new(Mood::Agrees).await;
        let world = &scene.world;
        world.deposit_all().await;
        if is_of_before {
            scene.forget_rows_of_portraits().await;
        }
        let before = scene.objects().await.len();
        let command = ErasePersonData {
            filing: scene.filing,
            party: scene.party,
            classes: BTreeSet::from([RetentionClass::Biometric]),
            basis: Some("个人信息保护法第47条".into()),
        };
        let request = world.request(&world.staff);
        let decided = erase_person_data(&world.platform, &request, command).await.unwrap();
        assert_eq!(decided.decision, "erased");
        assert_eq!(scene.objects().await.len(), before - 1);
        assert_eq!(scene.forget_rows_of_portraits().await, 0, "no row names it");
    }
}

#[tokio::test]
async fn a_photo_of_the_systems_camera_is_looked_at_by_a_person_wherever_it_was_taken() {
    for (source, looks) in [
        ("camera_stream", false),
        ("handed_over_camera_stream", false),
        ("system_camera", true),
        ("handed_over_system_camera", true),
    ] {
        let scene = Scene::with(Mood::Agrees, |providers, _| {
            providers.registry_saw = Some(providers.now.plus_millis(-3_600_000));
        })
        .await;
        let visitor = scene.visitor().await;
        let world = &scene.world;
        let (begun, photo) = world.ready(&visitor).await;
        let mut values = Device::values(photo, world.clock.now());
        values.insert("capture_source", (source.into(), heqi_vocabulary::Provenance::Reported));
        let command = visitor.answer_with(&begun, &values, |_| {});
        world.complete(&visitor, command).await.unwrap();
        let reviewer = scene.reviewer("li.na").await;
        let queue = case_queue(&world.platform, &reviewer).await.unwrap();
        let reasons: Vec<_> = queue.iter().flat_map(|case| case.reasons.clone()).collect();
        let expected = if looks { vec![ReviewReason::SystemCamera] } else { Vec::new() };
        assert_eq!(reasons, expected, "{source}");
    }
}

/// The rows of wishes stay. Written here at once: more of them than one page of the queue has.
#[tokio::test]
async fn wishes_that_were_fulfilled_hide_nobody_who_waits() {
    use heqi_evidence_store::changeset::{Changeset, RowKey};
    use heqi_registration::case_queue::{SHOWN, ways_wanted};
    use heqi_registration::review_wanted::{ChooseWay, ReviewWay, choose_way, reviews_wanted};
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let choose = async |actor: &Actor| {
        let command = ChooseWay { way: ReviewWay::Counter };
        choose_way(&world.platform, &world.request(actor), command).await.unwrap();
    };
    let visitor = scene.visitor().await;
    choose(&visitor.actor).await;
    world.sign(&visitor).await;
    let [fulfilled] = reviews_wanted(&world.platform, None, 10).await.unwrap()[..] else {
        panic!("one wish");
    };
    let mut changes = Changeset::new();
    let id = u128::from_be_bytes(fulfilled.ceremony_id.to_bytes());
    for before in 1..=u128::try_from(SHOWN).unwrap() {
        let ceremony = CeremonyId::from_bytes((id - before).to_be_bytes());
        let key = format!("review_wanted/{ceremony}/{}", fulfilled.reason);
        changes.put(RowKey::new(key).unwrap(), serde_json::to_vec(&fulfilled).unwrap());
    }
    world.platform.backend().commit(changes).unwrap().await.unwrap();

    world.clock.advance_ms(1_000);
    let other = world.drafted(1).await;
    let waiting = world.visitor(other.filing, other.parties[0]).await;
    choose(&waiting.actor).await;
    let reviewer = scene.reviewer("li.na").await;
    let shown = ways_wanted(&world.platform, &reviewer).await.unwrap();
    assert_eq!(shown.len(), 1, "{shown:?}");
    // Nobody waits any more whose link has ended.
    world.clock.advance_ms(heqi_filing::timer::LINK_LIFETIME_MS + 3_600_000);
    assert_eq!(ways_wanted(&world.platform, &reviewer).await.unwrap(), []);
}

#[tokio::test]
async fn whoever_asks_for_a_person_stands_in_the_queue_of_the_office_until_they_sign() {
    use heqi_registration::case_queue::ways_wanted;
    use heqi_registration::review_wanted::{ChooseWay, ReviewWay, choose_way};
    let scene = Scene::new(Mood::Agrees).await;
    let visitor = scene.visitor().await;
    let world = &scene.world;
    let request = world.request(&visitor.actor);
    choose_way(&world.platform, &request, ChooseWay { way: ReviewWay::Counter }).await.unwrap();
    let reviewer = scene.reviewer("li.na").await;
    let waiting = ways_wanted(&world.platform, &reviewer).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].way, ReviewWay::Counter);
    let elsewhere = office(OfficeKind::Notary, "杭州市示例公证处");
    let other = scene.account("wang.wu", "王五", elsewhere, StaffRole::Reviewer).await;
    assert_eq!(ways_wanted(&world.platform, &other).await.unwrap(), []);
    world.sign(&visitor).await;
    assert_eq!(ways_wanted(&world.platform, &reviewer).await.unwrap(), []);
}
