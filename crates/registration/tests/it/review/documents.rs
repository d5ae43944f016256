//! The names and documents of those who sign: of every kind, wrong, expired, from abroad.

use std::sync::Arc;

use heqi_evidence::attestation::Question;
use heqi_filing::{Capacity, DeclaredName, FilingState, PartyKind};
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::case_queue::case_view;
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::contacts::Contact;
use heqi_registration::declare_contact::{DeclareContact, declare_contact};
use heqi_registration::fault::{Class, Refusal as _};
use heqi_vocabulary::{Explain as _, Language};

use super::providers::SameFace;
use super::{Mood, NUMBER, Scene, contact};

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
