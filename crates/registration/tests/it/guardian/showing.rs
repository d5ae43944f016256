//! What a guardian shows, what is refused, and that a reviewer looks before the filing goes on.

use std::collections::BTreeSet;

use heqi_filing::{Capacity, ConsentKind, FilingState, ReviewReason};
use heqi_pki::keys::Algorithm;
use heqi_registration::case_queue::{CaseFile, case_file, case_queue, case_view};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::confirm::{Confirm, confirm};
use heqi_registration::decide_case::Decision;
use heqi_registration::same_person::{go_on, next_of_person};
use heqi_registration::show_guardianship::{
    GuardianProof, GuardianRelation, ShowGuardianship, WardAge,
};
use heqi_testkit::{Device, files};
use heqi_vocabulary::{Explain as _, Language};

use super::{WARD_NUMBER, begin_refused, drafted, proof, scene, show};
use crate::review::{Mood, NUMBER, Scene, contact};
use crate::world::Visitor;

#[tokio::test]
async fn edge_case_8_a_guardian_signs_for_a_minor_and_a_reviewer_looks_at_the_proof_first() {
    let (scene, visitor, handler) = scene().await;
    let world = &scene.world;
    assert_eq!(begin_refused(&scene, &visitor).await, "guardianship_missing");

    let shown = show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    assert_eq!((shown.relation, shown.age), (GuardianRelation::Parent, WardAge::Under14));
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!((view.party_kind, view.party_name.as_str()), ("ward", "林小茶"));
    assert_eq!(view.representative_name.as_deref(), Some("林嘉伟"));
    assert!(view.intent.text.contains("我作为林小茶的监护人"), "{}", view.intent.text);
    assert!(view.intent.text.contains("我是林嘉伟"), "{}", view.intent.text);
    assert_eq!(view.guardianship, Some(shown));

    world.sign(&visitor).await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    assert!(case.reasons.contains(&ReviewReason::Guardianship), "{:?}", case.reasons);
    assert!(!case.reasons.contains(&ReviewReason::Minor), "the guardian is of age");
    for (actor, party) in [(&visitor.actor, scene.party), (&world.staff, handler)] {
        let command =
            Confirm { filing: scene.filing, party, shown_sha256: None, statement_sha256: None };
        confirm(&world.platform, &world.request(actor), command).await.unwrap();
    }
    assert!(matches!(scene.state().await, FilingState::Reviewing { .. }));

    let facts = world.facts();
    let seen = case_view(&world.platform, &reviewer, &facts, case.case).await.unwrap();
    assert_eq!(seen.party_name, "林嘉伟", "whose face is compared");
    let ward = seen.ward.unwrap();
    assert!(!ward.is_guardian_party);
    assert_eq!((ward.name.as_str(), ward.shown), ("林小茶", Some(("9999".into(), shown))));
    let file =
        case_file(&world.platform, &reviewer, &facts, case.case, CaseFile::Guardianship).await;
    let (media_type, bytes) = file.unwrap();
    assert_eq!((media_type, bytes.to_vec()), ("image/jpeg", files::photo("household register")));
    scene.decide(&reviewer, case.case, Decision::Accept).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Confirmed { .. }));
}

#[tokio::test]
async fn edge_case_8_what_proves_no_guardianship_is_refused_as_what_it_is_and_nothing_is_recorded()
{
    let (scene, visitor, _) = scene().await;
    for (wrong, code) in [
        (proof("33011219940301000X"), "ward_of_age"),
        (proof(NUMBER), "ward_number_own"),
        (proof("330112201501019998"), "id_checksum"),
        (ShowGuardianship { is_agreed: false, ..proof(WARD_NUMBER) }, "guardian_not_agreed"),
        (ShowGuardianship { file: Vec::new().into(), ..proof(WARD_NUMBER) }, "material_missing"),
        (
            ShowGuardianship { file: b"text".to_vec().into(), ..proof(WARD_NUMBER) },
            "material_other_kind",
        ),
    ] {
        assert_eq!(show(&scene, &visitor, wrong).await.unwrap_err().code(), code);
    }
    let world = &scene.world;
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(view.guardianship, None);
    // Shown again, the last one counts; nothing more once the signing has begun.
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    let other = ShowGuardianship { proof: GuardianProof::BirthCertificate, ..proof(WARD_NUMBER) };
    show(&scene, &visitor, other).await.unwrap();
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(view.guardianship.unwrap().proof, GuardianProof::BirthCertificate);
    world.ready(&visitor).await;
    let late = show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap_err();
    assert_eq!(late.code(), "guardian_signing_begun");
}

/// The same store under settings without reviewers: they may be taken away while a guardian signs.
#[tokio::test]
async fn edge_case_8_where_nobody_reviews_a_guardianship_is_not_taken_and_nothing_is_kept() {
    let (mut scene, visitor, _) = scene().await;
    let store = scene.world.store.clone();
    let without = scene
        .world
        .started_with((&store, store.clone()), 12, |settings| settings.review_office = None)
        .await;
    scene.world = without;
    let world = &scene.world;
    let size = || world.platform.backend().log().head().size();
    let before = size();
    let refused = show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap_err();
    assert_eq!(refused.code(), "guardian_not_reviewed");
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!((view.guardianship, size()), (None, before));
}

#[tokio::test]
async fn edge_case_8_a_guardianship_is_shown_again_as_often_as_a_signing_has_room_for_records() {
    let (scene, visitor, _) = scene().await;
    let mut shown = 0;
    let refused = loop {
        match show(&scene, &visitor, proof(WARD_NUMBER)).await {
            Ok(_) => shown += 1,
            Err(refused) => break refused,
        }
        assert!(shown <= 32, "a challenge binds no more records");
    };
    assert_eq!(refused.code(), "guardian_tries");
    assert!(shown > 1, "{shown}");
    // Said again, and the last one that was taken still counts.
    assert_eq!(
        show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap_err().code(),
        "guardian_tries"
    );
    let world = &scene.world;
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert!(view.guardianship.is_some());
}

#[tokio::test]
async fn who_signs_for_nobody_shows_no_guardianship() {
    let scene = Scene::new(Mood::Agrees).await;
    let visitor = scene.visitor().await;
    let refused = show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap_err();
    assert_eq!(refused.code(), "guardian_no_ward");
}

#[tokio::test]
async fn edge_case_8_a_guardianship_that_two_reviewers_refuse_stops_the_filing() {
    let (scene, visitor, handler) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.sign(&visitor).await;
    for (actor, party) in [(&visitor.actor, scene.party), (&world.staff, handler)] {
        let command =
            Confirm { filing: scene.filing, party, shown_sha256: None, statement_sha256: None };
        confirm(&world.platform, &world.request(actor), command).await.unwrap();
    }
    let (first, second) = (scene.reviewer("li.na").await, scene.reviewer("wang.qiang").await);
    let case = scene.only_case(&first).await.case;
    scene.decide(&first, case, Decision::ProposeRefusal).await.unwrap();
    scene.decide(&second, case, Decision::ConfirmRefusal).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Reviewing { .. }));
}

#[tokio::test]
async fn edge_case_8_a_guardian_who_holds_shares_goes_on_to_the_minor_and_the_reviewer_is_told() {
    let (mut scene, _) = drafted().await;
    let ward = scene.party;
    scene.party = scene.world.add(scene.filing, "林嘉伟", Capacity::Shareholder).await;
    scene.declare(contact()).await.unwrap();
    scene.check().await;
    let world = &scene.world;
    world.invite(scene.filing, ward).await;
    let own = scene.visitor().await;
    world.sign(&own).await;

    let next = next_of_person(&world.platform, &own.actor).await.unwrap().unwrap();
    assert_eq!(
        (next.party, next.is_ward, next.represents.as_deref()),
        (ward, true, Some("林小茶"))
    );
    let opened = go_on(&world.platform, &world.request(&own.actor), ward).await.unwrap();
    for kind in ConsentKind::ASKED {
        world.consent(&opened.actor, kind, heqi_filing::Decision::Granted).await;
    }
    let label = ward.to_string();
    let device = Device::new(Algorithm::Ed25519, 5, &label);
    let guardian = Visitor { actor: opened.actor.clone(), device, label };
    // What was given for the own signature says nothing of the minor.
    assert_eq!(begin_refused(&scene, &guardian).await, "guardianship_missing");
    show(&scene, &guardian, proof(WARD_NUMBER)).await.unwrap();
    world.sign(&guardian).await;

    let reviewer = scene.reviewer("li.na").await;
    let cases = case_queue(&world.platform, &reviewer).await.unwrap();
    let is_of_ward = |reasons: &BTreeSet<_>| reasons.contains(&ReviewReason::Guardianship);
    let of_ward: Vec<_> = cases.iter().filter(|case| is_of_ward(&case.reasons)).collect();
    assert_eq!(of_ward.len(), 1, "the own signature is no guardian's");
    let facts = world.facts();
    let seen = case_view(&world.platform, &reviewer, &facts, of_ward[0].case).await.unwrap();
    assert!(seen.ward.unwrap().is_guardian_party, "art. 35 is to be looked at");
}
