//! A guardian signs for a minor who holds shares (edge case 8): what is shown, what is refused, and
//! that a reviewer looks before the filing goes on.

use heqi_filing::{Capacity, FilingState, PartyKind, ReviewReason};
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::begin_signing::{BeginSigning, begin_signing};
use heqi_registration::case_queue::{CaseFile, case_file, case_view};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::confirm::{Confirm, confirm};
use heqi_registration::decide_case::Decision;
use heqi_registration::declare_contact::{DeclareContact, declare_contact};
use heqi_registration::show_guardianship::{
    GuardianProof, GuardianRelation, GuardianshipShown, ShowGuardianship, ShowGuardianshipError,
    WardAge, show_guardianship,
};
use heqi_testkit::files;
use heqi_vocabulary::{Explain as _, Language, PartyId};

use crate::regulator::typed;
use crate::review::{Mood, NUMBER, Scene, contact};
use crate::world::Visitor;

/// Born in 2015.
const WARD_NUMBER: &str = "330112201501019999";

/// A guardian who has come in, and the handler of the filing.
async fn scene() -> (Scene, Visitor, PartyId) {
    let mut scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    scene.filing = world.open().await;
    let command = AddParty {
        filing: scene.filing,
        who: PartyKind::Ward {
            name: "林小茶".parse().unwrap(),
            guardian: "林嘉伟".parse().unwrap(),
        },
        capacities: [Capacity::Shareholder].into(),
    };
    let added = add_party(&world.platform, &world.request(&world.staff), command).await;
    scene.party = added.unwrap().party_id;
    let handler = world.add(scene.filing, "何静", Capacity::Handler).await;
    world.attach(scene.filing, "公司章程").await;
    let command = DeclareContact { filing: scene.filing, party: scene.party, contact: contact() };
    declare_contact(&world.platform, &world.request(&world.staff), command).await.unwrap();
    scene.check().await;
    let visitor = scene.visitor().await;
    (scene, visitor, handler)
}

fn proof(number: &str) -> ShowGuardianship {
    ShowGuardianship {
        relation: GuardianRelation::Parent,
        proof: GuardianProof::HouseholdRegister,
        number: number.parse().unwrap(),
        is_agreed: true,
        file: files::photo("household register").into(),
    }
}

async fn show(
    scene: &Scene,
    visitor: &Visitor,
    command: ShowGuardianship,
) -> Result<GuardianshipShown, ShowGuardianshipError> {
    let world = &scene.world;
    show_guardianship(&world.platform, &world.request(&visitor.actor), command).await
}

#[tokio::test]
async fn edge_case_8_a_guardian_signs_for_a_minor_and_a_reviewer_looks_at_the_proof_first() {
    let (scene, visitor, handler) = scene().await;
    let world = &scene.world;
    let command = BeginSigning {
        device_key: visitor.device.key().public_key().to_spki_der(),
        language: Language::Zh,
    };
    let early = begin_signing(&world.platform, &world.request(&visitor.actor), command).await;
    assert_eq!(early.unwrap_err().code(), "guardianship_missing");

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
        let command = Confirm { filing: scene.filing, party, shown_sha256: None };
        confirm(&world.platform, &world.request(actor), command).await.unwrap();
    }
    assert!(matches!(scene.state().await, FilingState::Reviewing { .. }));

    let facts = world.facts();
    let seen = case_view(&world.platform, &reviewer, &facts, case.case).await.unwrap();
    assert_eq!(seen.party_name, "林嘉伟", "whose face is compared");
    let ward = seen.ward.unwrap();
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

#[tokio::test]
async fn who_signs_for_nobody_shows_no_guardianship() {
    let scene = Scene::new(Mood::Agrees).await;
    let visitor = scene.visitor().await;
    let refused = show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap_err();
    assert_eq!(refused.code(), "guardian_no_ward");
}

#[tokio::test]
async fn edge_case_8_a_filing_is_found_by_the_minors_number_once_the_guardian_gave_it() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let of_ward = typed(|typed| typed.person_number = WARD_NUMBER.into());
    let named = typed(|typed| {
        typed.person_name = "林小茶".into();
        typed.person_number = WARD_NUMBER.into();
    });
    // The guardian's name does not go with the minor's number.
    let mixed = typed(|typed| {
        typed.person_name = "林嘉伟".into();
        typed.person_number = WARD_NUMBER.into();
    });
    world.index().await;
    assert!(world.found(&of_ward).await.is_empty());
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.index().await;
    assert_eq!(world.found(&of_ward).await, [scene.filing]);
    assert_eq!(world.found(&named).await, [scene.filing]);
    assert!(world.found(&mixed).await.is_empty());
    // And by the guardian's, as before.
    let of_guardian = typed(|typed| typed.person_number = NUMBER.into());
    assert_eq!(world.found(&of_guardian).await, [scene.filing]);
}
