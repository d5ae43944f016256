//! By a video: what one is, who decides it, and how long it is kept.

use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::{ClaimName, Reason, Status};
use heqi_filing::{FilingState, OfficeKind, ReviewReason};
use heqi_registration::case_queue::{Shot, case_video, case_view};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::complete_signing::CompleteSigningError;
use heqi_registration::decide_case::Decision;
use heqi_registration::fault::{ActError, Class, Refusal as _};
use heqi_registration::record_video::{MAX_VIDEO_BYTES, RecordVideoError, VideoError};
use heqi_registration::request::StaffRole;
use heqi_registration::review_wanted::{ChooseWay, ReviewWay, choose_way};
use heqi_testkit::files;
use heqi_vocabulary::{Clock as _, Digest, Explain as _, Language};

use super::{sign, verdict_of, without_photo};
use crate::notary::expect;
use crate::review::{Mood, Scene, office};

#[tokio::test]
async fn a_signer_without_a_photo_signs_by_video_and_a_reviewer_decides() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let visitor = scene.without_face(ReviewWay::Video).await;
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    let spoken = view.spoken.clone().unwrap();
    assert!(spoken.contains("龚𠮷") && spoken.contains("青穗茶业"), "{spoken}");
    let recorded = scene.record(&visitor.actor, files::webm("mine", 20, true)).await.unwrap();
    assert_eq!(
        (recorded.duration_ms, recorded.video_sha256),
        (20_000, Digest::of(&files::webm("mine", 20, true)))
    );
    let receipt = sign(&scene, &visitor).await;
    scene.confirm(&visitor).await;
    assert!(matches!(scene.state().await, FilingState::Reviewing { .. }));

    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    assert!(case.reasons.contains(&ReviewReason::VideoToCompare));
    assert!(!case.reasons.contains(&ReviewReason::FaceNotCompared), "nobody agreed to that");
    let view = case_view(&world.platform, &reviewer, &world.facts(), case.case).await.unwrap();
    assert_eq!((view.photo, view.video_ms), (Shot::NotTaken, Some(20_000)));
    assert!(spoken.contains(&view.spoken_code.unwrap()), "the reviewer knows what is to be heard");
    assert!(view.has_portrait);
    let (kind, bytes) =
        case_video(&world.platform, &reviewer, &world.facts(), case.case).await.unwrap();
    assert_eq!((kind, &bytes[..]), ("video/webm", &files::webm("mine", 20, true)[..]));
    scene.decide(&reviewer, case.case, Decision::Accept).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Confirmed { .. }));

    world.cosign_head().await;
    world.deposit_all().await;
    let verdict = verdict_of(&scene, receipt.record_id).await;
    for name in [ClaimName::Integrity, ClaimName::SignedBy, ClaimName::Logged, ClaimName::Deposited]
    {
        expect(&verdict, name, Status::Proved);
    }
    let identity = verdict.claim(ClaimName::Identity).unwrap();
    assert_eq!(identity.reason, Reason::IdentityByVideo);
    let video = verdict_of(&scene, recorded.record_id).await;
    for name in [ClaimName::Integrity, ClaimName::Logged, ClaimName::Deposited] {
        expect(&video, name, Status::Proved);
    }
    // The look at the video, and the video itself, are evidence.
    let frames = world.frames().await;
    assert!(frames.iter().any(|(frame, _)| frame.kind == RecordKind::VideoRecorded));
    let looks = frames.iter().filter(|(frame, _)| frame.kind == RecordKind::Access).count();
    assert!(looks >= 2, "{looks}");
}

#[tokio::test]
async fn a_refusal_of_a_video_takes_two_reviewers_and_nobody_of_the_operator() {
    let scene = Scene::new(Mood::Agrees).await;
    let visitor = scene.without_face(ReviewWay::Video).await;
    scene.record(&visitor.actor, files::mp4("mine", 20, true)).await.unwrap();
    sign(&scene, &visitor).await;
    let operator = office(OfficeKind::Operator, "示例文签平台");
    let operator = scene.account("op.sun", "孙六", operator, StaffRole::Operator).await;
    let (one, two) = (scene.reviewer("li.na").await, scene.reviewer("wang.q").await);
    let case = scene.only_case(&one).await;
    let world = &scene.world;
    let seen = case_video(&world.platform, &operator, &world.facts(), case.case).await;
    assert!(matches!(seen, Err(ActError::Denied)));
    // An office elsewhere finds nothing.
    let elsewhere = office(OfficeKind::Notary, "别处公证处");
    let elsewhere = scene.account("zhao.w", "赵五", elsewhere, StaffRole::Reviewer).await;
    let seen = case_video(&world.platform, &elsewhere, &world.facts(), case.case).await;
    assert!(matches!(seen, Err(ActError::NotFound(_))));
    scene.decide(&one, case.case, Decision::ProposeRefusal).await.unwrap();
    scene.decide(&one, case.case, Decision::ConfirmRefusal).await.unwrap_err();
    scene.decide(&two, case.case, Decision::ConfirmRefusal).await.unwrap();
    scene.confirm(&visitor).await;
    assert!(matches!(scene.state().await, FilingState::Reviewing { .. }));
}

#[tokio::test]
async fn whatever_is_no_video_of_this_signer_now_is_refused() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let visitor = scene.without_face(ReviewWay::Video).await;
    let refused = async |bytes| scene.record(&visitor.actor, bytes).await.unwrap_err();
    for (bytes, code) in [
        (files::photo("no film"), "video_other_kind"),
        (vec![0; MAX_VIDEO_BYTES + 1], "video_too_large"),
        (files::webm("x", 1, true), "video_too_short"),
        (files::webm("x", 600, true), "video_too_long"),
        (files::mp4("x", 20, false), "video_no_sound"),
    ] {
        let error = refused(bytes).await;
        assert_eq!((error.code(), error.class()), (code, Class::BadInput));
    }
    assert!(matches!(
        refused(b"\x1a\x45\xdf\xa3".to_vec()).await,
        RecordVideoError::Video(VideoError::Broken)
    ));

    // Somebody else's video, or an own one of before: the very bytes are for one ceremony.
    scene.record(&visitor.actor, files::webm("mine", 20, true)).await.unwrap();
    scene.record(&visitor.actor, files::webm("mine", 20, true)).await.unwrap();
    let again = scene.without_face(ReviewWay::Video).await;
    let replayed = scene.record(&again.actor, files::webm("mine", 20, true)).await.unwrap_err();
    assert_eq!((replayed.code(), replayed.class()), ("video_replayed", Class::Conflict));

    // Who did not choose it, or chose the counter since, sends none.
    choose_way(
        &world.platform,
        &world.request(&again.actor),
        ChooseWay { way: ReviewWay::Counter },
    )
    .await
    .unwrap();
    let error = scene.record(&again.actor, files::webm("other", 20, true)).await.unwrap_err();
    assert_eq!(error.code(), "video_not_chosen");
    // Nor does it stand for a photo without the consent.
    let begun = world.begin(&again).await;
    let values = without_photo(world.clock.now(), "person_by_video");
    let answer = again.answer_with(&begun, &values, |_| {});
    let error = world.complete(&again, answer).await.unwrap_err();
    assert!(matches!(error, CompleteSigningError::Ceremony(_)), "{error}");
}

#[tokio::test]
async fn a_video_that_nobody_signed_with_is_swept_after_thirty_days_and_a_signed_one_stays() {
    use heqi_registration::legal_hold::{LiftHold, PlaceHold, lift_hold, place_hold};
    use heqi_registration::sweep::{SweepCursor, VIDEO_LIFETIME_MS, sweep};

    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let objects = async || world.contents().await.objects.len();
    let before = objects().await;
    let hesitant = scene.without_face(ReviewWay::Video).await;
    scene.record(&hesitant.actor, files::webm("given up", 20, true)).await.unwrap();
    assert_eq!(objects().await, before + 1);
    let swept = async || sweep(&world.platform, &mut SweepCursor::default()).await.unwrap().videos;
    world.clock.advance_ms(VIDEO_LIFETIME_MS - 1);
    assert_eq!(swept().await, 0);
    // Each record of a chain has an instant of its own, so the choice came a little later.
    world.clock.advance_ms(1_000);
    // A hold goes before every term.
    let (filing, reason) = (scene.filing, "(2026)示例民初1号".to_owned());
    let command = PlaceHold { filing, reason: reason.clone() };
    let held = place_hold(&world.platform, &world.request(&world.staff), command).await.unwrap();
    assert_eq!((swept().await, objects().await), (0, before + 1), "what is held stays");
    let command = LiftHold { filing, hold: held.hold_id, reason };
    lift_hold(&world.platform, &world.request(&world.staff), command).await.unwrap();
    assert_eq!((swept().await, objects().await), (1, before), "its bytes are gone");
    assert_eq!(swept().await, 0, "once");

    // Invited again, and signed this time: what a reviewer watches stays for as long as the evidence.
    let visitor = scene.without_face(ReviewWay::Video).await;
    scene.record(&visitor.actor, files::webm("mine", 20, true)).await.unwrap();
    sign(&scene, &visitor).await;
    world.clock.advance_ms(2 * VIDEO_LIFETIME_MS);
    assert_eq!(swept().await, 0);
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await.case;
    case_video(&world.platform, &reviewer, &world.facts(), case).await.unwrap();
}
