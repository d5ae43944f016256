//! What a contact, a number and a name have to be to come in, and what is said of them to the
//! handler and to a reviewer.

use std::collections::BTreeSet;
use std::sync::Arc;

use heqi_filing::{EntryStep, FilingState, ReviewReason};
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::case_queue::case_view;
use heqi_registration::contacts::{Contact, day};
use heqi_registration::declare_contact::{
    ContactDeclared, ContactWarning, DeclareContact, DeclareContactError, declare_contact,
};
use heqi_registration::fault::{Class, Refusal as _};
use heqi_vocabulary::{Explain as _, Language};

use crate::entry::{self, declare, enter, send};
use crate::review::providers::SameFace;
use crate::review::{Mood, Scene, contact};
use crate::world::World;

/// Born on 2015-01-01 and on 1905-03-07; both are made up (sequence 999).
const ELEVEN: &str = "330112201501019999";
const OLDER_THAN_120: &str = "330112190503079994";

async fn declared(scene: &Scene, contact: Contact) -> ContactDeclared {
    let world = &scene.world;
    let command = DeclareContact { filing: scene.filing, party: scene.party, contact };
    declare_contact(&world.platform, &world.request(&world.staff), command).await.unwrap()
}

#[tokio::test]
async fn full_width_digits_are_the_same_person_at_every_step() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let (filing, party) = (drafted.filing, drafted.parties[0]);
    let wide = entry::contact(
        Some("１３８０００００００１"),
        None,
        Some("１１０１０５ １９４９１２３１ ００２ｘ"),
    );
    assert_eq!(wide, entry::contact(Some("13800000001"), None, Some("11010519491231002X")));
    declare(&world, filing, party, wide).await.unwrap();
    let token = world.invite(filing, party).await.token;
    let actor = authenticate(&world.platform, hash_of(&token)).await.unwrap();
    let code = send(&world, &actor).await.unwrap();
    enter(&world, &actor, &code).await.unwrap();
    let passed = entry::last_four(&world, &actor, "００２ｘ").await.unwrap();
    assert_eq!(passed.step, EntryStep::Inside);
}

#[tokio::test]
async fn edge_case_3_a_travel_permit_has_the_form_of_its_kind() {
    let scene = Scene::new(Mood::Down).await;
    for (kind, number, fits) in [
        ("hong_kong_macao_permit", "H12345678", true),
        ("hong_kong_macao_permit", "M1234567890", true),
        ("hong_kong_macao_permit", "H1234567", false),
        ("hong_kong_macao_permit", "T12345678", false),
        ("taiwan_permit", "12345678", true),
        ("taiwan_permit", "A1234567", false),
        ("hmt_residence_permit", "810000198802029997", true),
        ("hmt_residence_permit", "330112199003079999", false),
    ] {
        let document = Contact {
            id_number: Some(number.parse().unwrap()),
            document_kind: Some(kind.parse().unwrap()),
            ..contact()
        };
        match scene.declare(document).await {
            Ok(()) => assert!(fits, "{number} is no {kind}"),
            Err(refused) => {
                assert!(!fits, "{kind} {number}: {refused}");
                assert_eq!((refused.code(), refused.class()), ("document_form", Class::BadInput));
            }
        }
    }
}

#[tokio::test]
async fn a_check_digit_that_does_not_fit_is_told_in_both_languages_and_never_the_right_one() {
    let scene = Scene::new(Mood::Down).await;
    let wrong = "330112199003079998";
    let mistyped = Contact { id_number: Some(wrong.parse().unwrap()), ..contact() };
    let refused = scene.declare(mistyped).await.unwrap_err();
    assert!(matches!(refused, DeclareContactError::Document(_)));
    assert_eq!(refused.code(), "id_checksum");
    for language in [Language::Zh, Language::En] {
        let told = refused.explain(language);
        let text = format!("{} {}", told.what, told.next);
        assert!(!text.chars().any(|c| c.is_ascii_digit()), "{text}");
    }
}

#[tokio::test]
async fn a_contact_from_before_the_rules_is_read_and_a_code_goes_to_it() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let (filing, party) = (drafted.filing, drafted.parties[0]);
    // As it stands in a row: nobody types it any more.
    assert!("15400000001".parse::<heqi_registration::contacts::MobileNumber>().is_err());
    let row = serde_json::json!({ "mobile": "15400000001", "email": "陈@example.com" });
    let before: Contact = serde_json::from_value(row).unwrap();
    declare(&world, filing, party, before).await.unwrap();
    let token = world.invite(filing, party).await.token;
    let actor = authenticate(&world.platform, hash_of(&token)).await.unwrap();
    let code = send(&world, &actor).await.unwrap();
    assert_eq!(enter(&world, &actor, &code).await.unwrap().step, EntryStep::Inside);
}

#[tokio::test]
async fn a_data_card_and_a_satellite_telephone_are_taken_with_a_warning() {
    let scene = Scene::new(Mood::Down).await;
    for (mobile, warnings) in [
        ("14500000001", vec![ContactWarning::MobileDataCard]),
        ("17400000001", vec![ContactWarning::MobileSatellite]),
        ("13490000001", vec![ContactWarning::MobileSatellite]),
        ("13800000001", vec![]),
    ] {
        let one = Contact { mobile: Some(mobile.parse().unwrap()), ..contact() };
        assert_eq!(declared(&scene, one).await.warnings, warnings, "{mobile}");
    }
}

/// Codes are frozen at issue: a retired one is usual, one that no table knows is told and refused to nobody.
#[tokio::test]
async fn a_number_of_a_place_that_no_table_knows_is_taken_with_a_warning() {
    let scene = Scene::new(Mood::Down).await;
    for (number, warnings) in [
        ("339999199003070001", vec![ContactWarning::DocumentRegionUnknown]),
        ("330185197001019991", vec![]),
        ("11010519491231002X", vec![]),
    ] {
        let one = Contact { id_number: Some(number.parse().unwrap()), ..contact() };
        assert_eq!(declared(&scene, one).await.warnings, warnings, "{number}");
    }
}

#[tokio::test]
async fn edge_case_31_a_document_that_ends_soon_is_said_to_handler_and_reviewer_and_stops_nobody() {
    // Today is 23 November 2026.
    for (last, soon) in [("2026-11-23", true), ("2026-12-23", true), ("2026-12-24", false)] {
        let scene = Scene::new(Mood::Agrees).await;
        let last = day(last).unwrap();
        let answer = declared(&scene, Contact { document_ends: Some(last), ..contact() }).await;
        let expected = if soon { vec![ContactWarning::DocumentEndsSoon] } else { Vec::new() };
        assert_eq!(answer.warnings, expected, "{last}");
        scene.check().await;
        scene.sign().await;
        let reviewer = scene.reviewer("li.na").await;
        let case = scene.only_case(&reviewer).await;
        assert_eq!(case.reasons, BTreeSet::from([ReviewReason::FaceNotCompared]));
        // Looked at after it has ended: what counts is the day of signing.
        scene.world.clock.advance_ms(2 * 24 * 3_600_000);
        let facts = scene.world.facts();
        let view = case_view(&scene.world.platform, &reviewer, &facts, case.case).await.unwrap();
        assert_eq!(view.ends_soon, soon.then_some(last));
    }
}

#[tokio::test]
async fn edge_case_8_a_minor_and_an_implausible_age_are_left_to_a_person() {
    for (number, four, reason) in [
        (ELEVEN, "9999", ReviewReason::Minor),
        (OLDER_THAN_120, "9994", ReviewReason::ImplausibleAge),
    ] {
        // Everything else is attested, and the faces are compared.
        let scene = Scene::with(Mood::Agrees, |_, ports| ports.face = Arc::new(SameFace)).await;
        scene
            .declare(Contact { id_number: Some(number.parse().unwrap()), ..contact() })
            .await
            .unwrap();
        scene.check().await;
        let visitor = scene.visitor_of(four).await;
        scene.world.sign(&visitor).await;
        scene.confirm(&visitor).await;
        assert!(matches!(scene.state().await, FilingState::Reviewing { .. }), "{reason:?}");
        let reviewer = scene.reviewer("li.na").await;
        let case = scene.only_case(&reviewer).await;
        assert_eq!(case.reasons, BTreeSet::from([reason]));
        for language in [Language::Zh, Language::En] {
            assert!(!reason.text(language).is_empty());
        }
    }
}
