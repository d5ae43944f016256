//! What follows from an objection: taken back by whoever made it, decided by the registry alone.

use std::sync::Arc;

use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::{ClaimName, Status};
use heqi_evidence_store::backend::Backend as _;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::testing::Faulty;
use heqi_filing::{FilingState, OfficeKind};
use heqi_registration::Actor;
use heqi_registration::confirm::{Confirm, confirm};
use heqi_registration::disclose::{Attributes, disclose};
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::fault::ActError;
use heqi_registration::object::{Ground, Object, object};
use heqi_registration::reminders::remind;
use heqi_registration::request::StaffRole;
use heqi_registration::resolve_objection::{
    Outcome, ResolveObjection, ResolveObjectionError, Resolved, objection_view, paused_filings,
    resolve_objection, take_back_objection,
};
use heqi_registration::timeline::timeline;
use heqi_vocabulary::{Explain as _, Language};

use crate::notary::expect;
use crate::review::{Mood, Scene, office};
use crate::world::Visitor;

/// A scene whose signer has signed and objected.
async fn objected() -> (Scene, Visitor) {
    let scene = Scene::new(Mood::Agrees).await;
    let (visitor, _) = scene.sign().await;
    let world = &scene.world;
    let command = Object {
        filing: scene.filing,
        party: scene.party,
        against: None,
        ground: Ground::NotSignedByMe,
        reason: None,
    };
    object(&world.platform, &world.request(&visitor.actor), command).await.unwrap();
    (scene, visitor)
}

async fn decide(
    scene: &Scene,
    actor: &Actor,
    outcome: Outcome,
) -> Result<Resolved, ResolveObjectionError> {
    let command = ResolveObjection {
        filing: scene.filing,
        outcome,
        signatures_of: (outcome == Outcome::SignAgain).then_some(scene.party),
        grounds: "已与当事人当面核实".parse().unwrap(),
    };
    resolve_objection(&scene.world.platform, &scene.world.request(actor), command).await
}

#[tokio::test]
async fn an_objection_taken_back_is_decided_by_the_registry_and_everybody_confirms_anew() {
    let (scene, visitor) = objected().await;
    let world = &scene.world;
    let officer = scene.reviewer("li.na").await;
    let paused = paused_filings(&world.platform, &officer).await.unwrap();
    assert_eq!(paused.iter().map(|one| one.filing).collect::<Vec<_>>(), [scene.filing]);
    let error = decide(&scene, &officer, Outcome::Withdrawn).await.unwrap_err();
    assert_eq!(error.code(), "objection_not_taken_back");

    // Nobody takes back what another one said.
    let whose = (scene.filing, scene.party);
    let error = take_back_objection(&world.platform, &world.request(&world.staff), whose).await;
    assert!(error.is_err());
    let request = world.request(&visitor.actor);
    let back = take_back_objection(&world.platform, &request, whose).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Frozen { .. }));
    let facts = world.facts();
    let view = objection_view(&world.platform, &officer, &facts, scene.filing).await.unwrap();
    assert!(
        view.is_paused && view.parties.iter().any(|p| p.objected.is_some_and(|o| o.1.is_some()))
    );
    let resolved = decide(&scene, &officer, Outcome::Withdrawn).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Signed { .. }));
    assert!(paused_filings(&world.platform, &officer).await.unwrap().is_empty());
    let command = Confirm {
        filing: scene.filing,
        party: scene.party,
        shown_sha256: None,
        statement_sha256: None,
    };
    confirm(&world.platform, &world.request(&visitor.actor), command).await.unwrap();

    world.cosign_head().await;
    world.deposit_all().await;
    for record in [back.record_id, resolved.record_id] {
        let (facts, all) = (world.facts(), &Attributes::All);
        let file = export_bundle(&world.platform, &world.staff, &facts, record, all).await.unwrap();
        let verdict = world.examine(&file.bytes);
        for name in [ClaimName::Integrity, ClaimName::Logged, ClaimName::Deposited] {
            expect(&verdict, name, Status::Proved);
        }
    }
}

#[tokio::test]
async fn a_look_at_an_objection_is_on_record_and_where_there_is_none_nothing_is_shown() {
    let (scene, _) = objected().await;
    let (world, officer) = (&scene.world, scene.reviewer("li.na").await);
    let newest = async |kind: RecordKind| {
        let frames = world.frames().await;
        let newest = frames.iter().rev().find(|(frame, _)| frame.kind == kind);
        newest.map(|(frame, _)| frame.record_id)
    };
    assert_eq!(newest(RecordKind::Access).await, None);
    let facts = world.facts();
    objection_view(&world.platform, &officer, &facts, scene.filing).await.unwrap();
    let look = newest(RecordKind::Access).await.unwrap();
    let seen = disclose(&world.platform, &world.staff, &facts, look, &Attributes::All).await;
    let seen = serde_json::to_vec(&seen.unwrap().record).unwrap();
    let record = Disclosure::parse(&seen).unwrap();
    let objection = newest(RecordKind::Objection).await.unwrap().to_string();
    assert_eq!(record.text("looked_at"), Some(objection.as_str()));
    assert_eq!(record.text("purpose"), Some("review"));
    assert_eq!(record.value("attributes_opened").unwrap()[0], "party_name");

    // What is decided is shown, and recorded, too.
    decide(&scene, &officer, Outcome::SignAgain).await.unwrap();
    let before = newest(RecordKind::Access).await;
    let view = objection_view(&world.platform, &officer, &facts, scene.filing).await.unwrap();
    assert!(!view.is_paused);
    assert_ne!(newest(RecordKind::Access).await, before);

    let calm = Scene::new(Mood::Agrees).await;
    calm.sign().await;
    let officer = calm.reviewer("li.na").await;
    let shown = objection_view(&calm.world.platform, &officer, &facts, calm.filing).await;
    assert!(matches!(shown, Err(ActError::NotFound(_))), "{shown:?}");
    let frames = calm.world.frames().await;
    assert!(frames.iter().all(|(frame, _)| frame.kind != RecordKind::Access));
}

#[tokio::test]
async fn the_newest_objection_is_found_at_once_and_one_of_before_once_it_was_looked_for() {
    let (scene, _) = objected().await;
    let (world, officer) = (&scene.world, scene.reviewer("li.na").await);
    let store = Arc::new(world.store.copy());
    let faulty = Arc::new(Faulty::new(store.clone()));
    let other = world.started_on(&store, faulty.clone(), 12).await;
    let facts = other.facts();
    // The first look of a day begins the chain of looks.
    objection_view(&other.platform, &officer, &facts, scene.filing).await.unwrap();
    let looks_with = async || {
        faulty.reset();
        objection_view(&other.platform, &officer, &facts, scene.filing).await.unwrap();
        faulty.calls().len()
    };
    let at_once = looks_with().await;
    assert_eq!(looks_with().await, at_once);

    // As a store of before has it.
    let rows = store.scan(b"newest_objection/", None, 2).await.unwrap();
    let [(key, _)] = rows.as_slice() else { panic!("one row for one objection: {rows:?}") };
    let mut changes = Changeset::new();
    changes.delete(key.clone());
    store.commit(changes).unwrap().await.unwrap();
    assert!(looks_with().await > at_once, "the chain is read through");
    assert_eq!(looks_with().await, at_once, "and what was found is remembered");

    // That nobody has objected is remembered as well, until somebody does.
    let calm = Scene::new(Mood::Agrees).await;
    let (visitor, _) = calm.sign().await;
    let (world, officer) = (&calm.world, calm.reviewer("li.na").await);
    for _ in 0..2 {
        let shown = objection_view(&world.platform, &officer, &facts, calm.filing).await;
        assert!(matches!(shown, Err(ActError::NotFound(_))), "{shown:?}");
    }
    let command = Object {
        filing: calm.filing,
        party: calm.party,
        against: None,
        ground: Ground::NotMyIntent,
        reason: None,
    };
    object(&world.platform, &world.request(&visitor.actor), command).await.unwrap();
    objection_view(&world.platform, &officer, &facts, calm.filing).await.unwrap();
}

#[tokio::test]
async fn a_void_signature_is_signed_again_by_a_new_invitation() {
    let (scene, _) = objected().await;
    let officer = scene.reviewer("li.na").await;
    let command = ResolveObjection {
        filing: scene.filing,
        outcome: Outcome::SignAgain,
        signatures_of: None,
        grounds: "核实".parse().unwrap(),
    };
    let request = scene.world.request(&officer);
    let error = resolve_objection(&scene.world.platform, &request, command).await.unwrap_err();
    assert_eq!(error.code(), "objection_whose_signatures");
    decide(&scene, &officer, Outcome::SignAgain).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Signing { .. }));
    scene.world.clock.advance_ms(120_000);
    // Another picture: the very bytes of one are for one ceremony.
    let visitor = Visitor { label: "again".into(), ..scene.visitor().await };
    let signed = async || {
        let shown = timeline(&scene.world.platform, &visitor.actor, Language::Zh).await.unwrap();
        shown.reader().unwrap().signed.len()
    };
    assert_eq!(signed().await, 0, "the void one is not shown as what counts");
    scene.world.sign(&visitor).await;
    assert!(signed().await > 0);
    scene.confirm(&visitor).await;
    let frames = scene.world.frames().await;
    let signings = frames.iter().filter(|(frame, _)| frame.kind == RecordKind::Signing).count();
    assert_eq!(signings, 2, "the void one stays as evidence");
}

#[tokio::test]
async fn only_the_registry_decides_and_a_filing_that_ended_stays_ended() {
    let (scene, visitor) = objected().await;
    let elsewhere = office(OfficeKind::Notary, "别处公证处");
    let notary = scene.account("notary.z", "赵五", elsewhere, StaffRole::Reviewer).await;
    let operator = office(OfficeKind::Operator, "示例文签平台");
    let operator = scene.account("op.sun", "孙六", operator, StaffRole::Operator).await;
    for actor in [&notary, &operator, &visitor.actor, &scene.world.staff] {
        let error = decide(&scene, actor, Outcome::End).await.unwrap_err();
        let found_nothing =
            matches!(error, ResolveObjectionError::Act(ActError::Denied | ActError::NotFound(_)));
        assert!(found_nothing, "{error}");
    }
    let officer = scene.reviewer("li.na").await;
    decide(&scene, &officer, Outcome::Refer).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Frozen { .. }), "it stays paused");
    decide(&scene, &officer, Outcome::End).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Ended { .. }));
    let error = decide(&scene, &officer, Outcome::End).await.unwrap_err();
    assert_eq!(error.code(), "objection_not_open");
}

#[tokio::test]
async fn a_filing_that_nobody_confirms_goes_back_to_drafting_on_the_thirtieth_day() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    scene.sign().await;
    assert!(matches!(scene.state().await, FilingState::Signed { .. }));
    world.clock.advance_ms(29 * 24 * 3_600_000);
    remind(&world.platform, 100).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Signed { .. }));
    world.clock.advance_ms(24 * 3_600_000 + 60_000);
    remind(&world.platform, 100).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Drafting { .. }));
    let frames = world.frames().await;
    assert_eq!(frames.last().unwrap().0.kind, RecordKind::FilingChanged);
}
