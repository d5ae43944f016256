//! Signs of a false position or device (edge case 13): on record, shown to a reviewer, never a
//! reason to refuse.

use std::collections::BTreeSet;

use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::{ClaimName, Status};
use heqi_filing::ReviewReason;
use heqi_registration::case_queue::case_view;
use heqi_registration::complete_signing::complete_signing;
use heqi_registration::disclose::Attributes;
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::receipt::Receipt;
use heqi_registration::risk::RiskFlag;
use heqi_testkit::{ClientValues, Device};
use heqi_vocabulary::{Clock as _, Provenance};
use serde_json::json;

use crate::notary::expect;
use crate::review::{Mood, Scene};
use crate::seal;
use crate::world::{Visitor, World};

/// Signs with a device that says this.
async fn sign(world: &World, visitor: &Visitor, change: impl FnOnce(&mut ClientValues)) -> Receipt {
    let (begun, photo) = world.ready(visitor).await;
    let mut values = Device::values(photo, world.clock.now());
    change(&mut values);
    let answer = visitor.answer_with(&begun, &values, |_| {});
    complete_signing(&world.platform, &world.request(&visitor.actor), answer).await.unwrap()
}

fn suspicious(values: &mut ClientValues) {
    let reported = |value| (value, Provenance::Reported);
    let place = json!({
        "accuracy_m": 0, "datum": "WGS-84", "latitude_e6": 30_274_084, "longitude_e6": 120_155_070
    });
    values.insert("place", reported(place));
    let window = json!({
        "automated": true, "height": 844, "position_age_s": 4000, "utc_offset_minutes": -300, "width": 390
    });
    values.insert("screen", reported(window));
    let emulator = "Mozilla/5.0 (Linux; Android 13; sdk_gphone64_x86_64) Chrome/130";
    values.insert("user_agent", reported(emulator.into()));
}

#[tokio::test]
async fn edge_case_13_a_false_position_and_an_emulator_are_flags_for_a_reviewer_and_no_refusal() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let visitor = scene.visitor().await;
    let receipt = sign(world, &visitor, suspicious).await;
    assert!(receipt.voucher.is_some(), "whatever it looks like, it is signed");

    let frames = world.frames().await;
    let noted = frames.iter().find(|(frame, _)| frame.kind == RecordKind::RiskNoted).unwrap();
    let signing = frames.iter().find(|(frame, _)| frame.kind == RecordKind::Signing).unwrap();
    assert!(noted.0.place.seq < signing.0.place.seq, "the flags stand before the signing");
    let (facts, all) = (world.facts(), &Attributes::All);
    let record = noted.0.record_id;
    let said = world.opened(record).await;
    let flags = json!([
        "position_without_error",
        "position_not_of_now",
        "position_far_from_time_zone",
        "automated_browser",
        "emulator"
    ]);
    assert_eq!(said.value("flags"), Some(&flags));
    assert_eq!(said.value("is_reviewed"), Some(&json!(true)));
    assert_eq!(said.value("signals").unwrap()["accuracy_m"], 0);
    let signed = world.opened(receipt.record_id).await;
    let identity = signed.value("identity").unwrap().to_string();
    assert!(identity.contains("risk_noted"), "{identity}");

    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    assert!(case.reasons.contains(&ReviewReason::RiskNoted));
    let view = case_view(&world.platform, &reviewer, &facts, case.case).await.unwrap();
    assert_eq!(
        view.risks,
        BTreeSet::from([
            RiskFlag::PositionWithoutError,
            RiskFlag::PositionNotOfNow,
            RiskFlag::PositionFarFromTimeZone,
            RiskFlag::AutomatedBrowser,
            RiskFlag::Emulator,
        ])
    );
    world.cosign_head().await;
    world.deposit_all().await;
    let file = export_bundle(&world.platform, &world.staff, &facts, record, all).await.unwrap();
    expect(&world.examine(&file.bytes), ClaimName::Integrity, Status::Proved);
}

#[tokio::test]
async fn edge_case_13_who_fills_the_ceremony_with_records_is_not_rid_of_flags() {
    let (scene, visitor) = seal::scene(None).await;
    seal::fill(&scene, &visitor).await;
    let receipt = sign(&scene.world, &visitor, suspicious).await;
    let frames = scene.world.frames().await;
    assert!(frames.iter().any(|(frame, _)| frame.kind == RecordKind::RiskNoted));
    let reviewer = scene.reviewer("li.na").await;
    assert!(scene.only_case(&reviewer).await.reasons.contains(&ReviewReason::RiskNoted));
    scene.world.cosign_head().await;
    scene.world.deposit_all().await;
    let (world, facts, all) = (&scene.world, scene.world.facts(), &Attributes::All);
    let record = receipt.record_id;
    let file = export_bundle(&world.platform, &world.staff, &facts, record, all).await;
    expect(&world.examine(&file.unwrap().bytes), ClaimName::Integrity, Status::Proved);
}

#[tokio::test]
async fn edge_case_13_an_honest_device_leaves_no_flag_and_its_case_no_such_reason() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let visitor = scene.visitor().await;
    sign(world, &visitor, |_| {}).await;
    let frames = world.frames().await;
    assert!(!frames.iter().any(|(frame, _)| frame.kind == RecordKind::RiskNoted));
    let reviewer = scene.reviewer("li.na").await;
    assert!(!scene.only_case(&reviewer).await.reasons.contains(&ReviewReason::RiskNoted));
}

#[tokio::test]
async fn edge_case_13_where_the_settings_say_so_flags_are_on_record_and_nobody_decides() {
    let world = World::with(|settings| {
        settings.risk.is_reviewed = false;
        settings.risk.data_centres = vec!["203.0.113.0/24".parse().unwrap()];
    })
    .await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let receipt = sign(&world, &visitor, |_| {}).await;
    let frames = world.frames().await;
    let noted = frames.iter().find(|(frame, _)| frame.kind == RecordKind::RiskNoted).unwrap();
    let said = world.opened(noted.0.record_id).await;
    assert_eq!(said.value("flags"), Some(&json!(["data_centre_address"])));
    assert_eq!(said.value("is_reviewed"), Some(&json!(false)));
    assert!(receipt.voucher.is_some());
}
