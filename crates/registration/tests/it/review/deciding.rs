//! Who decides a case, who does not, and what waits for it.

use std::collections::BTreeSet;

use heqi_evidence::attestation::Question;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::{ClaimName, Status};
use heqi_filing::{Capacity, CaseState, FilingState, OfficeKind, PartyKind, ReviewReason};
use heqi_registration::Actor;
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::case_queue::{Picture, case_picture, case_queue, case_view};
use heqi_registration::confirm::{Confirm, confirm};
use heqi_registration::decide_case::{DecideCase, DecideCaseError, Decision, decide_case};
use heqi_registration::disclose::Attributes;
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::fault::{ActError, Class, Refusal as _};
use heqi_registration::filing_view::filing_view;
use heqi_registration::request::{StaffMember, StaffRole};
use heqi_registration::staff::password::Password;
use heqi_registration::staff::{CreateStaff, StaffError, create_staff};
use heqi_vocabulary::{CeremonyId, Explain as _};

use super::{Mood, Scene, contact, office, registry};
use crate::notary::expect;
use crate::world::World;

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
