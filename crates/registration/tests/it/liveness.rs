//! What a signer is asked to do before the camera (edge case 19): bound to the challenge, seen by a
//! person, never a reason to refuse, and gone with the photo.

use std::collections::BTreeSet;

use bytes::Bytes;
use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::schema::RetentionClass;
use heqi_filing::consent::CONSENT_TEXTS;
use heqi_filing::{Action, ActionResult, ConsentKind, Decision, ReviewReason, frame_mark};
use heqi_registration::begin_signing::SigningBegun;
use heqi_registration::capture_photo::{
    CapturePhoto, CapturePhotoError, MAX_FRAME_BYTES, PhotoCaptured, SentAction, capture_photo,
    pack,
};
use heqi_registration::case_queue::{CaseView, Picture, case_picture, case_view};
use heqi_registration::complete_signing::complete_signing;
use heqi_registration::decline::{Decline, decline};
use heqi_registration::disclose::Attributes;
use heqi_registration::erase_person_data::{ErasePersonData, erase_person_data};
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::give_consent::{GiveConsent, give_consent};
use heqi_registration::receipt::Receipt;
use heqi_registration::risk::RiskFlag;
use heqi_testkit::{Device, files};
use heqi_vocabulary::{Clock as _, Digest, Explain as _, Language, Provenance};
use serde_json::json;

use crate::review::{Mood, Scene};
use crate::world::{Visitor, World};

/// A frame of each action that was asked for.
pub(crate) fn done(begun: &SigningBegun, label: &str) -> Vec<SentAction> {
    let frame = |(number, action): (usize, &Action)| SentAction {
        action: *action,
        frame: Some(files::photo(&format!("{label}, frame {number}")).into()),
    };
    begun.actions.iter().enumerate().map(frame).collect()
}

/// Sends photo and frames as the page does.
pub(crate) async fn send(
    world: &World,
    visitor: &Visitor,
    begun: &SigningBegun,
    photo: &[u8],
    actions: &[SentAction],
) -> Result<PhotoCaptured, CapturePhotoError> {
    let body = Bytes::from(pack(photo, actions));
    let sha256 = Digest::of(&body);
    let command = CapturePhoto::received(begun.signing_id, body, sha256)?;
    capture_photo(&world.platform, &world.request(&visitor.actor), command).await
}

/// Signs with these actions done, and shows the case to a reviewer.
async fn signed(scene: &Scene, change: impl FnOnce(&mut Vec<SentAction>)) -> (CaseView, Receipt) {
    let (world, visitor) = (&scene.world, scene.visitor().await);
    let begun = world.begin(&visitor).await;
    let mut actions = done(&begun, "signer");
    change(&mut actions);
    let photo = files::photo(&visitor.label);
    let captured = send(world, &visitor, &begun, &photo, &actions).await.unwrap();
    assert_eq!(captured.photo_sha256, Digest::of(&photo), "the photo alone is what is signed");
    let answer = visitor.answer(&begun, captured.photo_sha256, world.clock.now());
    let receipt = world.complete(&visitor, answer).await.unwrap();
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await.case;
    let view = case_view(&world.platform, &reviewer, &world.facts(), case).await.unwrap();
    assert_eq!(view.frame_mark, frame_mark(&begun.challenge));
    let asked: Vec<Action> = view.actions.iter().map(|taken| taken.asked).collect();
    assert_eq!(asked, begun.actions);
    (view, receipt)
}

#[tokio::test]
async fn edge_case_19_frames_of_another_ceremony_and_of_other_actions_are_refused() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let one = world.visitor(drafted.filing, drafted.parties[0]).await;
    let other = world.visitor(drafted.filing, drafted.parties[1]).await;
    let (begun, elsewhere) = (world.begin(&one).await, world.begin(&other).await);
    assert_eq!(begun.actions, Action::asked_by(&begun.challenge, 2));
    let frames = done(&begun, "one");
    send(&world, &one, &begun, &files::photo("one"), &frames).await.unwrap();

    let before = world.contents().await.objects.len();
    // The very frames, called what the other challenge asks for.
    let renamed = frames.iter().zip(&elsewhere.actions);
    let renamed: Vec<_> = renamed
        .map(|(sent, action)| SentAction { action: *action, frame: sent.frame.clone() })
        .collect();
    let photo = files::photo("other");
    let refused = send(&world, &other, &elsewhere, &photo, &renamed).await.unwrap_err();
    assert_eq!((refused.code(), refused.class()), ("photo_replayed", Class::Conflict));
    // Other actions than were asked for, in another order, or too few.
    let fresh = done(&elsewhere, "other");
    let asked_second = fresh[1].action;
    let mut others = [fresh.clone(), fresh.clone(), fresh.clone()];
    others[0].reverse();
    others[1].pop();
    others[2][0].action = asked_second;
    for sent in others {
        let refused = send(&world, &other, &elsewhere, &photo, &sent).await.unwrap_err();
        assert_eq!((refused.code(), refused.class()), ("other_actions", Class::Conflict));
    }
    // The other's signing is nobody else's.
    let foreign = send(&world, &one, &elsewhere, &photo, &fresh).await.unwrap_err();
    assert_eq!(foreign.class(), Class::NotFound);
    assert_eq!(world.contents().await.objects.len(), before);
    send(&world, &other, &elsewhere, &photo, &fresh).await.unwrap();
}

#[tokio::test]
async fn a_frame_is_a_small_picture_or_nothing_is_kept() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let begun = world.begin(&visitor).await;
    let before = world.contents().await;
    let photo = files::photo("photo");
    let heavy = files::padded_photo("heavy", MAX_FRAME_BYTES);
    for (bytes, code) in [
        (heavy, "frame_too_large"),
        (b"no picture".to_vec(), "photo_not_image"),
        (files::photo("cut")[..200].to_vec(), "photo_truncated"),
    ] {
        let mut actions = done(&begun, "fine");
        actions[1].frame = Some(bytes.into());
        let refused = send(&world, &visitor, &begun, &photo, &actions).await.unwrap_err();
        assert_eq!(refused.code(), code);
        assert_eq!(world.contents().await, before);
    }
    let body = Bytes::from_static(b"heqi.capture/v1\n{}\n");
    let malformed = CapturePhoto::received(begun.signing_id, body, Digest::of(b"")).unwrap_err();
    assert_eq!((malformed.code(), malformed.class()), ("capture_malformed", Class::BadInput));
}

#[tokio::test]
async fn edge_case_19_a_reviewer_sees_each_frame_beside_the_action_that_was_asked_for() {
    let scene = Scene::new(Mood::Agrees).await;
    let (view, receipt) = signed(&scene, |_| {}).await;
    let world = &scene.world;
    let (platform, facts) = (&world.platform, world.facts());
    let reviewer = scene.reviewer("wang.qiang").await;
    let case = view.summary.case;
    let looks = world.contents().await.entries.len();
    for (number, taken) in (0_u8..).zip(&view.actions) {
        let ActionResult::Frame { sha256, .. } = taken.result else { panic!("{taken:?}") };
        let picture = Picture::Frame(number);
        let bytes = case_picture(platform, &reviewer, &facts, case, picture).await.unwrap();
        assert_eq!(Digest::of(&bytes), sha256);
        let sent = files::photo(&format!("signer, frame {number}"));
        assert_eq!(sha256, Digest::of(&sent));
    }
    assert_eq!(world.contents().await.entries.len() - looks, 2, "each look is a record");
    assert!(case_picture(platform, &reviewer, &facts, case, Picture::Frame(2)).await.is_err());

    // What was asked and taken is on record with the photo, and that no machine has judged it.
    let format = world.opened(receipt.record_id).await.value("photo_format").unwrap().clone();
    assert_eq!(format["liveness"], "not_assessed");
    for (number, taken) in view.actions.iter().enumerate() {
        let ActionResult::Frame { sha256, .. } = taken.result else { panic!("{taken:?}") };
        let said = json!({
            "asked": taken.asked.code(), "result": "frame", "sha256": sha256.to_string()
        });
        assert_eq!(format["actions"][number], said);
    }
    // The frames themselves leave the platform with nothing.
    world.cosign_head().await;
    world.deposit_all().await;
    let all = &Attributes::All;
    let record = receipt.record_id;
    let file = export_bundle(platform, &world.staff, &facts, record, all).await.unwrap();
    let bundle = EvidenceBundle::read(&file.bytes).unwrap();
    let frame = Digest::of(&files::photo("signer, frame 0"));
    assert!(bundle.parts.attachments.values().all(|bytes| Digest::of(bytes) != frame));
}

#[tokio::test]
async fn edge_case_19_who_cannot_do_an_action_signs_all_the_same_and_the_reviewer_is_told() {
    let scene = Scene::new(Mood::Agrees).await;
    let (view, receipt) = signed(&scene, |actions| actions[0].frame = None).await;
    assert!(receipt.voucher.is_some());
    assert_eq!(view.actions[0].result, ActionResult::NotDone);
    assert!(matches!(view.actions[1].result, ActionResult::Frame { .. }));
    assert_eq!(view.summary.reasons, BTreeSet::from([ReviewReason::FaceNotCompared]));
    let reviewer = scene.reviewer("wang.qiang").await;
    let (platform, facts) = (&scene.world.platform, scene.world.facts());
    let case = view.summary.case;
    assert!(case_picture(platform, &reviewer, &facts, case, Picture::Frame(0)).await.is_err());
    let second = case_picture(platform, &reviewer, &facts, case, Picture::Frame(1)).await.unwrap();
    assert_eq!(&second[..], &files::photo("signer, frame 1")[..]);
}

#[tokio::test]
async fn edge_case_19_a_photo_without_frames_is_taken_and_recorded_as_having_none() {
    let scene = Scene::new(Mood::Agrees).await;
    let (view, receipt) = signed(&scene, Vec::clear).await;
    assert!(view.actions.iter().all(|taken| taken.result == ActionResult::Missing));
    let format = scene.world.opened(receipt.record_id).await.value("photo_format").cloned();
    let results = format.unwrap()["actions"].clone();
    assert!(results.as_array().unwrap().iter().all(|action| action["result"] == "missing"));
}

#[tokio::test]
async fn edge_case_19_nobody_is_asked_who_was_not_told_or_where_the_operator_asks_for_none() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let older = CONSENT_TEXTS.iter().find(|t| t.kind == ConsentKind::Face && t.version == 1);
    let language = Language::Zh;
    let command = GiveConsent {
        kind: ConsentKind::Face,
        decision: Decision::Granted,
        text_sha256: older.unwrap().digest(language),
        language,
    };
    give_consent(&world.platform, &world.request(&visitor.actor), command).await.unwrap();
    assert!(world.begin(&visitor).await.actions.is_empty());

    let world = World::with(|settings| settings.face_actions = 0).await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let begun = world.begin(&visitor).await;
    assert!(begun.actions.is_empty());
    let frame = Some(files::photo("unasked").into());
    let unasked = [SentAction { action: Action::OpenMouth, frame }];
    let photo = files::photo("photo");
    let refused = send(&world, &visitor, &begun, &photo, &unasked).await.unwrap_err();
    assert_eq!(refused.code(), "other_actions");
    let receipt = world.sign(&visitor).await;
    let format = world.opened(receipt.record_id).await.value("photo_format").cloned().unwrap();
    assert_eq!(format.get("actions"), None);
}

#[tokio::test]
async fn edge_case_19_frames_go_with_the_photo_that_they_were_taken_with() {
    let scene = Scene::new(Mood::Agrees).await;
    let (world, visitor) = (&scene.world, scene.visitor().await);
    let objects = async || world.contents().await.objects.len();
    let empty = objects().await;
    let begun = world.begin(&visitor).await;
    send(world, &visitor, &begun, &files::photo("1"), &done(&begun, "1")).await.unwrap();
    assert_eq!(objects().await, empty + 2, "the photo, and its frames in one object");
    send(world, &visitor, &begun, &files::photo("2"), &done(&begun, "2")).await.unwrap();
    assert_eq!(objects().await, empty + 2, "what was taken again is discarded");
    world.capture(&visitor, begun.signing_id, files::photo("3")).await;
    assert_eq!(objects().await, empty + 1, "a photo without frames leaves those before none");
    send(world, &visitor, &begun, &files::photo("4"), &done(&begun, "4")).await.unwrap();
    let begun = world.begin(&visitor).await;
    assert_eq!(objects().await, empty, "another challenge, other frames");
    send(world, &visitor, &begun, &files::photo("5"), &done(&begun, "5")).await.unwrap();

    let command = ErasePersonData {
        filing: scene.filing,
        party: scene.party,
        classes: BTreeSet::from([RetentionClass::Biometric]),
        basis: Some("个人信息保护法第47条第1款第3项".into()),
    };
    world.deposit_all().await;
    let request = world.request(&world.staff);
    let decided = erase_person_data(&world.platform, &request, command).await.unwrap();
    assert_eq!(decided.decision, "erased");
    assert_eq!(
        objects().await,
        empty - 1,
        "erased with the photo, and with the portrait that was there before"
    );
}

#[tokio::test]
async fn edge_case_19_who_declines_leaves_neither_photo_nor_frames() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let empty = world.contents().await.objects.len();
    let begun = world.begin(&visitor).await;
    send(&world, &visitor, &begun, &files::photo("1"), &done(&begun, "1")).await.unwrap();
    let declining = Decline { signing: Some(begun.signing_id), reason: None };
    decline(&world.platform, &world.request(&visitor.actor), declining).await.unwrap();
    assert_eq!(world.contents().await.objects.len(), empty);
}

#[tokio::test]
async fn edge_case_19_a_virtual_camera_is_a_flag_for_a_reviewer_and_no_refusal() {
    for source in ["virtual_camera_stream", "handed_over_virtual_camera_stream"] {
        let scene = Scene::new(Mood::Agrees).await;
        let (world, visitor) = (&scene.world, scene.visitor().await);
        let (begun, photo) = world.ready(&visitor).await;
        let mut values = Device::values(photo, world.clock.now());
        values.insert("capture_source", (source.into(), Provenance::Reported));
        let answer = visitor.answer_with(&begun, &values, |_| {});
        let request = world.request(&visitor.actor);
        let receipt = complete_signing(&world.platform, &request, answer).await.unwrap();
        assert!(receipt.voucher.is_some(), "whatever it looks like, it is signed");
        let reviewer = scene.reviewer("li.na").await;
        let case = scene.only_case(&reviewer).await;
        assert!(case.reasons.contains(&ReviewReason::RiskNoted), "{source}");
        assert!(!case.reasons.contains(&ReviewReason::SystemCamera), "{source}");
        let view = case_view(&world.platform, &reviewer, &world.facts(), case.case).await.unwrap();
        assert_eq!(view.risks, BTreeSet::from([RiskFlag::VirtualCamera]));
    }
}
