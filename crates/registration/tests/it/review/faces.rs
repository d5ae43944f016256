//! Faces that are compared, or are not, and what a reviewer sees.

use std::collections::BTreeSet;
use std::sync::Arc;

use heqi_filing::{FilingState, ReviewReason};
use heqi_registration::case_queue::{Picture, case_picture, case_queue, case_view};
use heqi_registration::decide_case::Decision;
use heqi_registration::ports::Comparing;
use heqi_registration::ports::{FaceOutcome, FaceVerifier, Faces};
use heqi_testkit::{Device, files};
use heqi_vocabulary::{Clock as _, Digest};
use tokio::sync::oneshot;

use super::providers::SameFace;
use super::{Mood, Scene};

/// Compares, and always finds somebody else.
struct OtherFace;

impl FaceVerifier for OtherFace {
    fn compare<'a>(&'a self, _: Faces<'a>) -> Comparing<'a> {
        Box::pin(std::future::ready(FaceOutcome::NotSame))
    }
}

#[tokio::test]
async fn a_face_that_is_not_found_the_same_refuses_nobody_and_a_reviewer_is_told() {
    let scene = Scene::with(Mood::Agrees, |_, ports| ports.face = Arc::new(OtherFace)).await;
    let (visitor, _) = scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    assert_eq!(case.reasons, BTreeSet::from([ReviewReason::FaceNotSame]));
    scene.confirm(&visitor).await;
    assert!(matches!(scene.state().await, FilingState::Reviewing { .. }));
    scene.decide(&reviewer, case.case, Decision::Accept).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Confirmed { .. }));
}

#[tokio::test]
async fn where_nobody_compares_faces_a_reviewer_does_and_sees_both_pictures() {
    let scene = Scene::new(Mood::Agrees).await;
    scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    assert_eq!(case.reasons, BTreeSet::from([ReviewReason::FaceNotCompared]));
    let (platform, facts) = (&scene.world.platform, scene.world.facts());
    let before = scene.world.contents().await.entries.len();
    let view = case_view(platform, &reviewer, &facts, case.case).await.unwrap();
    assert!(view.photo == heqi_registration::case_queue::Shot::There && view.has_portrait);
    assert_eq!(view.last_four.as_deref(), Some("002X"));
    let mut pictures = Vec::new();
    for which in [Picture::Photo, Picture::Portrait] {
        let bytes = case_picture(platform, &reviewer, &facts, case.case, which).await.unwrap();
        pictures.push(Digest::of(&bytes));
    }
    assert_eq!(pictures[1], Digest::of(&files::photo("portrait")));
    assert_ne!(pictures[0], pictures[1]);
    // Each look is a record with a leaf.
    assert_eq!(scene.world.contents().await.entries.len() - before, 3);
}

#[tokio::test]
async fn edge_case_1_who_has_no_portrait_in_the_register_is_seen_by_a_person() {
    let scene = Scene::with(Mood::Agrees, |providers, ports| {
        providers.holds_portraits = false;
        ports.face = Arc::new(SameFace);
    })
    .await;
    scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    let wanted = [ReviewReason::PortraitUnverified, ReviewReason::FaceNotCompared];
    assert_eq!(case.reasons, BTreeSet::from(wanted));
    let view = case_view(&scene.world.platform, &reviewer, &scene.world.facts(), case.case).await;
    assert!(!view.unwrap().has_portrait);
}

/// Compares once it may: another answer comes meanwhile.
struct SlowFace(parking_lot::Mutex<Option<(oneshot::Sender<()>, oneshot::Receiver<()>)>>);

impl FaceVerifier for SlowFace {
    fn compare<'a>(&'a self, _: Faces<'a>) -> Comparing<'a> {
        let waiting = self.0.lock().take();
        Box::pin(async move {
            if let Some((reached, go_on)) = waiting {
                let _ = reached.send(());
                let _ = go_on.await;
            }
            FaceOutcome::Same
        })
    }
}

#[tokio::test]
async fn a_signature_is_made_with_the_answer_that_came_while_faces_were_compared() {
    let ((reached, is_reached), (go, go_on)) = (oneshot::channel(), oneshot::channel());
    let face = SlowFace(parking_lot::Mutex::new(Some((reached, go_on))));
    let scene = Scene::with(Mood::Agrees, |_, ports| ports.face = Arc::new(face)).await;
    let visitor = scene.visitor().await;
    let (begun, photo) = scene.world.ready(&visitor).await;
    let before = scene.objects().await;
    let answer = visitor.answer(&begun, photo, scene.world.clock.now());
    let meanwhile = async {
        is_reached.await.unwrap();
        scene.answered_again().await;
        go.send(()).unwrap();
    };
    let (signed, ()) = tokio::join!(scene.world.complete(&visitor, answer), meanwhile);
    signed.unwrap();
    let after = scene.objects().await;
    assert_eq!(after.len(), before.len(), "the portrait of the answer before is gone");
    scene.answered_again().await;
    assert!(scene.objects().await.is_superset(&after), "it was signed with the one that came");
}

#[tokio::test]
async fn a_photo_of_the_systems_camera_is_looked_at_by_a_person_wherever_it_was_taken() {
    for (source, looks) in [
        ("camera_stream", false),
        ("handed_over_camera_stream", false),
        ("system_camera", true),
        ("handed_over_system_camera", true),
    ] {
        let scene = Scene::with(Mood::Agrees, |providers, _| {
            providers.registry_saw = Some(providers.now.plus_millis(-3_600_000));
        })
        .await;
        let visitor = scene.visitor().await;
        let world = &scene.world;
        let (begun, photo) = world.ready(&visitor).await;
        let mut values = Device::values(photo, world.clock.now());
        values.insert("capture_source", (source.into(), heqi_vocabulary::Provenance::Reported));
        let command = visitor.answer_with(&begun, &values, |_| {});
        world.complete(&visitor, command).await.unwrap();
        let reviewer = scene.reviewer("li.na").await;
        let queue = case_queue(&world.platform, &reviewer).await.unwrap();
        let reasons: Vec<_> = queue.iter().flat_map(|case| case.reasons.clone()).collect();
        let expected = if looks { vec![ReviewReason::SystemCamera] } else { Vec::new() };
        assert_eq!(reasons, expected, "{source}");
    }
}
