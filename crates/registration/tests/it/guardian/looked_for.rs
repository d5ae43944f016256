//! A filing is found by the minor's number, and what becomes of names.

use std::collections::BTreeSet;

use heqi_evidence::schema::RetentionClass;
use heqi_filing::timer::LINK_LIFETIME_MS;
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::correct_person::{CorrectPerson, Whose, correct_person};
use heqi_registration::decline::{Decline, decline};
use heqi_registration::erase_person_data::{ErasePersonData, erase_person_data};
use heqi_registration::filing_view::filing_view;
use heqi_registration::sweep::{SIGNING_LIFETIME_MS, SweepCursor, sweep};
use heqi_testkit::files;
use heqi_vocabulary::{Explain as _, Language};

use super::{GROWING_NUMBER, WARD_NUMBER, proof, scene, show};
use crate::regulator::typed;
use crate::review::NUMBER;

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
    assert!(world.found(&of_guardian).await.contains(&scene.filing));
}

/// What is given up is not found either, though no record says that it was given up.
#[tokio::test]
async fn edge_case_8_a_filing_is_found_by_the_minors_number_no_longer_than_it_is_kept() {
    let of_ward = typed(|typed| typed.person_number = WARD_NUMBER.into());
    for (is_signing, is_declined) in [(false, false), (true, false), (false, true)] {
        let (scene, visitor, _) = scene().await;
        let world = &scene.world;
        show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
        world.index().await;
        assert_eq!(world.found(&of_ward).await, [scene.filing]);
        if is_signing {
            world.ready(&visitor).await;
        }
        if is_declined {
            let command = Decline { signing: None, reason: None };
            decline(&world.platform, &world.request(&visitor.actor), command).await.unwrap();
        } else {
            world.clock.advance_ms(LINK_LIFETIME_MS + SIGNING_LIFETIME_MS);
            sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
        }
        world.index().await;
        assert!(world.found(&of_ward).await.is_empty(), "{is_signing} {is_declined}");
        let of_guardian = typed(|typed| typed.person_number = NUMBER.into());
        assert!(world.found(&of_guardian).await.contains(&scene.filing), "the rest stays");
        let rows = world.contents().await.rows;
        assert!(!rows.iter().any(|(key, _)| key.as_bytes().starts_with(b"to_index/")));
    }
}

#[tokio::test]
async fn edge_case_8_a_guardian_who_has_the_data_erased_is_found_no_more_and_the_minor_neither() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.index().await;
    world.deposit_all().await;
    let command = ErasePersonData {
        filing: scene.filing,
        party: scene.party,
        classes: BTreeSet::from([RetentionClass::Person]),
        basis: Some("个人信息保护法第47条".into()),
    };
    erase_person_data(&world.platform, &world.request(&world.staff), command).await.unwrap();
    world.index().await;
    let of_ward = typed(|typed| typed.person_number = WARD_NUMBER.into());
    assert!(world.found(&of_ward).await.is_empty());
}

#[tokio::test]
async fn edge_case_11_a_minors_name_is_put_right_and_the_guardian_keeps_the_own() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    let officer = scene.reviewer("li.na").await;
    let number = filing_view(&world.platform, &world.staff, scene.filing).await.unwrap().number;
    let correct = async |names: [&str; 2], last_four: &str, new_number: Option<&str>| {
        let command = CorrectPerson {
            number,
            name: names[0].parse().unwrap(),
            last_four: last_four.into(),
            new_name: Some(names[1].parse().unwrap()),
            new_number: new_number.map(|number| number.parse().unwrap()),
            issuer: "杭州市公安局临安区分局".parse().unwrap(),
            issued_on: heqi_registration::contacts::day("2026-11-20").unwrap(),
            certificate: files::photo("certificate").into(),
            grounds: "证明与户口簿一致".parse().unwrap(),
        };
        correct_person(&world.platform, &world.request(&officer), command).await
    };
    let of_ward = ["林小茶", "林晓茶"];
    // By the minor's number and not by the guardian's, and the number itself by nobody but the guardian.
    let refused = correct(of_ward, "002X", None).await.unwrap_err();
    assert_eq!(refused.code(), "correction_no_match");
    let refused = correct(of_ward, "9999", Some(GROWING_NUMBER)).await.unwrap_err();
    assert_eq!(refused.code(), "correction_ward_number");
    let corrected = correct(of_ward, "9999", None).await.unwrap();

    let record = world.opened(corrected.record_id).await;
    assert_eq!(record.value("changed"), Some(&serde_json::json!(["ward_name"])));
    let names = (record.text("name_before"), record.text("name_after"));
    assert_eq!(names, (Some("林小茶"), Some("林晓茶")));
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(view.party_name, "林晓茶");
    assert_eq!(view.representative_name.as_deref(), Some("林嘉伟"));
    let [ward] = view.corrections.as_slice() else { panic!("{:?}", view.corrections.len()) };
    assert_eq!(ward.whose, Some(Whose::Ward));
    let receipt = world.sign(&visitor).await;
    let signed = world.opened(receipt.record_id).await;
    let names = (signed.text("party_name"), signed.text("representative_name"));
    assert_eq!(names, (Some("林晓茶"), Some("林嘉伟")));
    let prior = signed.value("prior_records").unwrap().to_string();
    assert!(prior.contains("person_corrected"), "{prior}");
    // The guardian's own name is another correction of the same party, and said to be.
    correct(["林嘉伟", "林家伟"], "002X", None).await.unwrap();
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    let whose: Vec<_> = view.corrections.iter().map(|one| one.whose).collect();
    assert_eq!(whose, [Some(Whose::Ward), Some(Whose::Guardian)]);
}

#[tokio::test]
async fn edge_case_8_another_invitation_does_not_hide_the_number_that_the_guardian_gave() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.invite(scene.filing, scene.party).await;
    world.index().await;
    let of_ward = typed(|typed| typed.person_number = WARD_NUMBER.into());
    assert_eq!(world.found(&of_ward).await, [scene.filing]);
}
