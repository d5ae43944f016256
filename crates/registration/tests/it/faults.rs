//! A store that does not do its part: nothing is changed, nothing is left behind, and the
//! same request works once the store does.

use std::sync::Arc;

use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::testing::memory;
use heqi_registration::access::hash_of;
use heqi_registration::attach_document::{AttachDocument, attach_document};
use heqi_registration::capture_photo::{CapturePhoto, capture_photo};
use heqi_registration::complete_signing::complete_signing;
use heqi_registration::document_pages::document_pages;
use heqi_registration::fault::{Class, Fault, Refusal as _};
use heqi_registration::invite::{LINK_PATH, link_of};
use heqi_registration::session::{end_session, note_entry, open_session, session};
use heqi_registration::staff::sessions::staff_session;
use heqi_registration::{Platform, Ports, verify_identity};
use heqi_testkit::{SeededEntropy, files};
use heqi_vocabulary::{Clock as _, Digest, Explain as _};

use crate::liveness::{done, send};
use crate::review::{Mood, Scene, contact};
use crate::staff;
use crate::watched::Watched;
use crate::world::World;

#[tokio::test]
async fn a_store_that_takes_nothing_leaves_everything_as_it_was() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let begun = world.begin(&visitor).await;
    let document = AttachDocument {
        filing: drafted.filing,
        title: "公司章程".parse().unwrap(),
        replaces: Some(drafted.document.document_id),
        bytes: files::pdf("Other", 1).into(),
    };
    let photo = CapturePhoto::of(begun.signing_id, files::photo("x"));
    let attach = world.request(&world.staff);
    let capture = world.request(&visitor.actor);
    let before = world.contents().await;
    for (error, code) in [(CommitError::Busy, "busy"), (CommitError::DiskFull, "store_full")] {
        world.store.refuse_commits(Some(error));
        let refused = attach_document(&world.platform, &attach, document.clone()).await;
        assert_eq!(refused.unwrap_err().code(), code);
        let refused = capture_photo(&world.platform, &capture, photo.clone()).await.unwrap_err();
        assert_eq!((refused.code(), refused.class()), (code, Class::Unavailable));
        world.store.refuse_commits(None);
        assert_eq!(world.contents().await, before);
    }

    let captured = capture_photo(&world.platform, &capture, photo).await.unwrap();
    let answer = visitor.answer(&begun, captured.photo_sha256, world.clock.now());
    let complete = world.request(&visitor.actor);
    let before = world.contents().await;
    world.store.refuse_commits(Some(CommitError::DiskFull));
    let refused = complete_signing(&world.platform, &complete, answer.clone()).await.unwrap_err();
    assert_eq!(refused.code(), "store_full");
    world.store.refuse_commits(None);
    assert_eq!(world.contents().await, before);
    complete_signing(&world.platform, &complete, answer).await.unwrap();
}

#[tokio::test]
async fn frames_whose_photo_finds_no_room_are_given_up() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let begun = world.begin(&visitor).await;
    let (photo, frames) = (files::photo("x"), done(&begun, "x"));
    let before = world.contents().await;
    for room in [0, 1] {
        world.store.room_for(Some(room));
        let refused = send(&world, &visitor, &begun, &photo, &frames).await.unwrap_err();
        assert_eq!(refused.code(), "store_full");
        assert_eq!(world.contents().await, before, "room for {room}");
    }
    world.store.room_for(None);
    send(&world, &visitor, &begun, &photo, &frames).await.unwrap();
    assert_eq!(world.contents().await.objects.len(), before.objects.len() + 2);
}

#[tokio::test]
async fn pictures_of_a_document_whose_last_page_finds_no_room_are_given_up() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let document = AttachDocument {
        filing: drafted.filing,
        title: "公司章程".parse().unwrap(),
        replaces: None,
        bytes: files::pdf("Three pages", 3).into(),
    };
    let request = world.request(&world.staff);
    let attached = attach_document(&world.platform, &request, document).await.unwrap();
    let (staff, id) = (&world.staff, attached.document_id);
    let before = world.contents().await;
    world.store.room_for(Some(2));
    let refused = document_pages(&world.platform, staff, id).await.unwrap_err();
    assert_eq!(refused.code(), "store_full");
    assert_eq!(world.contents().await, before);
    world.store.room_for(None);
    world.store.refuse_commits(Some(CommitError::DiskFull));
    let refused = document_pages(&world.platform, staff, id).await.unwrap_err();
    assert_eq!(refused.code(), "store_full");
    world.store.refuse_commits(None);
    assert_eq!(world.contents().await, before);
    assert_eq!(document_pages(&world.platform, staff, id).await.unwrap().pictures.len(), 3);
}

#[tokio::test]
async fn a_portrait_whose_answer_finds_no_room_is_given_up_at_every_try() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    scene.declare(contact()).await.unwrap();
    let due = verify_identity::lease(&world.platform, 10_000, 100).await.unwrap();
    assert_eq!(due.len(), 1);
    let before = world.contents().await;
    world.store.refuse_commits(Some(CommitError::DiskFull));
    for _ in 0..2 {
        let failed = verify_identity::verify_identity(&world.platform, &due[0]).await;
        assert!(matches!(failed, Err(Fault::DiskFull)), "{failed:?}");
        assert_eq!(world.contents().await, before);
    }
    world.store.refuse_commits(None);
    verify_identity::verify_identity(&world.platform, &due[0]).await.unwrap();
    assert_eq!(world.contents().await.objects.len(), before.objects.len());
}

#[tokio::test]
async fn when_the_store_stops_under_an_act_its_photo_is_kept_until_that_is_decided() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let begun = world.begin(&visitor).await;
    let before = world.contents().await;
    world.store.refuse_commits(Some(CommitError::Stopped));
    let photo = CapturePhoto::of(begun.signing_id, files::photo("x"));
    let request = world.request(&visitor.actor);
    let refused = capture_photo(&world.platform, &request, photo).await.unwrap_err();
    assert_eq!(refused.code(), "store_stopped");
    let after = world.contents().await;
    assert_eq!(after.rows, before.rows);
    assert_eq!(after.objects.len(), before.objects.len() + 1);
}

#[tokio::test]
async fn a_first_start_on_a_full_disk_says_so() {
    let world = World::new().await;
    let store = Arc::new(Watched::new(memory()));
    let open = async || {
        let ports = Ports {
            backend: store.clone(),
            clock: world.clock.clone(),
            entropy: Arc::new(SeededEntropy::new(3)),
            authority: world.platform.shared_authority(),
        };
        Platform::open(ports, world.platform.settings().clone()).await
    };
    store.refuse_commits(Some(CommitError::DiskFull));
    let refused = open().await;
    assert!(matches!(refused, Err(Fault::DiskFull)), "{refused:?}");
    store.refuse_commits(None);
    open().await.unwrap();
}

/// A session of a signer who has come by the link.
async fn arrived(world: &World) -> Digest {
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let (ceremony, ..) = visitor.actor.signer().unwrap();
    let link = link_of(&world.platform, ceremony);
    let code = hash_of(link.strip_prefix(LINK_PATH).unwrap());
    hash_of(&open_session(&world.platform, code).await.unwrap().secret)
}

#[tokio::test]
async fn on_a_full_disk_whoever_has_come_in_reads_on() {
    let (world, secret) = staff::world().await;
    let of_staff = staff::come_in(&world, &secret).await;
    let of_signer = arrived(&world).await;
    for error in [CommitError::DiskFull, CommitError::Busy] {
        // A minute later it would be noted that the session is used.
        world.clock.advance_ms(60_000);
        world.store.refuse_commits(Some(error));
        assert!(session(&world.platform, of_signer).await.is_ok());
        assert!(staff_session(&world.platform, of_staff).await.is_ok());
    }
    // A store that has stopped may have anything in it.
    world.store.refuse_commits(Some(CommitError::Stopped));
    assert!(session(&world.platform, of_signer).await.is_err());
    assert!(staff_session(&world.platform, of_staff).await.is_err());
}

#[tokio::test]
async fn a_session_that_is_noted_meanwhile_ends_and_knows_its_code_all_the_same() {
    let world = World::new().await;
    let secret = arrived(&world).await;
    for leaves in [false, true] {
        world.clock.advance_ms(60_000);
        let (is_read, go_on) = world.store.pause_behind_row(b"session/");
        let acting = async {
            if leaves {
                end_session(&world.platform, secret).await.unwrap();
            } else {
                note_entry(&world.platform, secret, true).await.unwrap();
            }
        };
        let meanwhile = async {
            is_read.await.unwrap();
            session(&world.platform, secret).await.unwrap();
            go_on.send(()).unwrap();
        };
        tokio::join!(acting, meanwhile);
        let found = session(&world.platform, secret).await;
        let is_right = found.as_ref().map_or(leaves, |found| !leaves && found.has_code);
        assert!(is_right, "leaves: {leaves}, {found:?}");
    }
}
