//! The same as [`crate::every_call`] for what a signer does beside the photo: reads and writes, has
//! another device do a step, sends a video, is seen by an officer.

use futures_util::FutureExt as _;
use heqi_filing::{ConsentKind, Decision};
use heqi_registration::acknowledge::{Acknowledge, acknowledge};
use heqi_registration::handover::{
    Answer, DeskStand, Offer, answer, claim, desk_view, finish, offer, take_facts, take_photo,
    take_strokes,
};
use heqi_registration::keep_strokes::{KeepStrokes, keep_strokes};
use heqi_registration::record_video::{RecordVideo, record_video};
use heqi_registration::review_wanted::{ChooseWay, ReviewWay, choose_way};
use heqi_registration::see_person::{SeePerson, person_expected, see_person};
use heqi_registration::session::end_session;
use heqi_testkit::files;
use heqi_vocabulary::{Digest, Language};

use crate::every_account::{Twice, tries};
use crate::every_call::{Act, in_every_way, is_told_when_durable, words};
use crate::handover::{STROKES, claimed, desk, number_of, offered, photographs, picks, said};
use crate::review::{Mood, Scene};
use crate::world::World;

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_reading_and_writing_leaves_nothing_half_done() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let (reader, document) = (visitor.actor.clone(), drafted.document);
    let reading = Act::new("acknowledge", move |w| {
        let (document, sha256) = (document.document_id, document.sha256);
        let command = Acknowledge { document, sha256, seconds: 19, shown: None };
        let request = w.named_request(&reader, "read");
        async move { words(acknowledge(&w.platform, &request, command).await) }.boxed_local()
    });
    let mut injected = in_every_way(&world, &reading).await;
    let signing = world.ready(&visitor).await.0.signing_id;
    let writing = Act::new("keep_strokes", move |w| {
        let command = KeepStrokes { signing, bytes: STROKES.into() };
        let request = w.named_request(&visitor.actor, "write");
        async move { words(keep_strokes(&w.platform, &request, command).await) }.boxed_local()
    });
    injected += in_every_way(&world, &writing).await;
    assert!(injected > 30, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_step_on_another_device_does_it_once() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let first = world.visitor(drafted.filing, drafted.parties[0]).await;
    let signing = world.begin(&first).await.signing_id;
    let offering = Act::new("offer", move |w| {
        let command = Offer { signing, desk: desk() };
        let request = w.named_request(&first.actor, "offer");
        async move { words(offer(&w.platform, &request, command).await.map(|_| "offered")) }
            .boxed_local()
    });
    let mut injected = in_every_way(&world, &offering).await;

    let visitor = world.visitor(drafted.filing, drafted.parties[1]).await;
    let (_, link) = offered(&world, &visitor).await;
    // Under no key: a phone that was not told whether it has the link is refused, and the PC shows
    // another one. Never are there two phones.
    let claiming = Act::new("claim", move |w| {
        let facts = w.facts();
        async move { words(claim(&w.platform, &facts, link).await.map(|_| "claimed")) }
            .boxed_local()
    });
    injected += tries(&world, &claiming, Twice::IsRefused, async |w: &World| {
        let view = desk_view(&w.platform, &visitor.actor, desk()).await.unwrap();
        assert!(matches!(view.stand, DeskStand::Claimed { .. }), "{:?}", view.stand);
    })
    .await;
    let at = (link, claimed(&world, link).await.unwrap());
    let number = number_of(&world, at.0, at.1).await;
    let picker = visitor.actor.clone();
    let picking = Act::new("answer", move |w| {
        let command = Answer { desk: desk(), number: Some(number) };
        let request = w.named_request(&picker, "pick");
        async move { words(answer(&w.platform, &request, command).await) }.boxed_local()
    });
    injected += in_every_way(&world, &picking).await;
    picks(&world, &visitor, Some(number)).await.unwrap();

    let taker = visitor.actor.clone();
    let photographing = Act::new("take_photo", move |w| {
        let photo = files::photo("a face");
        let photo = (photo.clone().into(), Digest::of(&photo));
        let request = w.named_request(&taker, "photo");
        async move { words(take_photo(&w.platform, &request, at, photo).await) }.boxed_local()
    });
    injected += in_every_way(&world, &photographing.of_a_worker()).await;
    photographs(&world, &visitor, at).await.unwrap();
    let telling = Act::new("take_facts", move |w| {
        async move { words(take_facts(&w.platform, at, said()).await) }.boxed_local()
    });
    injected += in_every_way(&world, &telling.of_a_worker()).await;
    take_facts(&world.platform, at, said()).await.unwrap();
    let writing = Act::new("take_strokes", move |w| {
        let request = w.named_request(&visitor.actor, "strokes");
        async move { words(take_strokes(&w.platform, &request, at, STROKES.into()).await) }
            .boxed_local()
    });
    injected += in_every_way(&world, &writing.of_a_worker()).await;
    let finishing = Act::new("finish", move |w| {
        async move { words(finish(&w.platform, at).await) }.boxed_local()
    });
    let finishing = finishing.of_a_worker();
    injected += in_every_way(&world, &finishing).await;
    is_told_when_durable(&world, &finishing).await;
    let leaving = Act::new("end_session", move |w| {
        async move { words(end_session(&w.platform, at.1).await) }.boxed_local()
    });
    injected += in_every_way(&world, &leaving).await;
    is_told_when_durable(&world, &leaving).await;
    assert!(injected > 100, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_person_instead_of_a_photo_leaves_nothing_half_done() {
    let scene = Scene::new(Mood::Agrees).await;
    let visitor = scene.without_face(ReviewWay::Video).await;
    let recording = Act::new("record_video", move |w| {
        let bytes = files::webm("mine", 20, true);
        let sha256 = Digest::of(&bytes);
        let command = RecordVideo { bytes: bytes.into(), sha256, language: Language::Zh };
        let request = w.named_request(&visitor.actor, "video");
        async move { words(record_video(&w.platform, &request, command).await) }.boxed_local()
    });
    let mut injected = in_every_way(&scene.world, &recording).await;

    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    world.consent(&visitor.actor, ConsentKind::Face, Decision::Refused).await;
    for way in [ReviewWay::Video, ReviewWay::Counter] {
        let actor = visitor.actor.clone();
        let choosing = Act::new("choose_way", move |w| {
            let request = w.named_request(&actor, way.as_str());
            async move { words(choose_way(&w.platform, &request, ChooseWay { way }).await) }
                .boxed_local()
        });
        injected += in_every_way(&world, &choosing).await;
        // The other way is chosen in the place of this one.
        let request = world.request(&visitor.actor);
        choose_way(&world.platform, &request, ChooseWay { way }).await.unwrap();
    }

    let scene = Scene::new(Mood::Agrees).await;
    let visitor = scene.without_face(ReviewWay::Counter).await;
    let (officer, at) = (scene.reviewer("li.na").await, scene.at_counter(&visitor.actor).await);
    let (by, there) = (officer.clone(), at.clone());
    let looking = Act::new("person_expected", move |w| {
        let (by, there) = (by.clone(), there.clone());
        async move { words(person_expected(&w.platform, &by, &w.facts(), &there).await) }
            .boxed_local()
    });
    injected += in_every_way(&scene.world, &looking.of_a_look()).await;
    let seeing = Act::new("see_person", move |w| {
        let command = SeePerson {
            at: at.clone(),
            last_four: "002x".into(),
            together: true,
            grounds: "本人与身份证原件相符".parse().unwrap(),
        };
        let request = w.named_request(&officer, "see");
        async move { words(see_person(&w.platform, &request, command).await) }.boxed_local()
    });
    injected += in_every_way(&scene.world, &seeing).await;
    assert!(injected > 100, "{injected} failures");
}
