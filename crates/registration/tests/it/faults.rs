//! A store that does not do its part: nothing is changed, nothing is left behind, and the
//! same request works once the store does.

use heqi_evidence_store::backend::CommitError;
use heqi_registration::attach_document::{AttachDocument, attach_document};
use heqi_registration::capture_photo::{CapturePhoto, capture_photo};
use heqi_registration::complete_signing::complete_signing;
use heqi_registration::fault::{Class, Refusal as _};
use heqi_testkit::files;
use heqi_vocabulary::{Clock as _, Explain as _};

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
