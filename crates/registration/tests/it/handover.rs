//! A step on another device: who may do what when, and what becomes of it.

use heqi_evidence::schema::RecordKind;
use heqi_registration::access::hash_of;
use heqi_registration::begin_signing::SigningBegun;
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::fault::Refusal as _;
use heqi_registration::handover::{
    Answer, DeskStand, DeviceSaid, HANDOVER_LIFETIME_MS, HandoverEnd, HandoverError, Offer,
    OtherStand, answer, claim, desk_view, finish, offer, other_view, photo_for_desk, take_facts,
    take_photo, take_strokes,
};
use heqi_registration::session::session;
use heqi_testkit::files;
use heqi_vocabulary::{Clock as _, Digest, Explain as _, Language};

use crate::world::{Visitor, World};

pub(crate) const STROKES: &[u8] = br#"{"format":"heqi.strokes/v1","height":320,"pointer":"touch","strokes":[[[1,2,0,500],[3,4,16,510]]],"typed":null,"width":640}"#;

pub(crate) fn desk() -> Digest {
    Digest::of(b"the session of the PC")
}

/// A signing begun at the PC, and the link that its QR code holds.
pub(crate) async fn offered(world: &World, visitor: &Visitor) -> (SigningBegun, Digest) {
    let begun = world.begin(visitor).await;
    let command = Offer { signing: begun.signing_id, desk: desk() };
    offer(&world.platform, &world.request(&visitor.actor), command).await.unwrap();
    let view = desk_view(&world.platform, &visitor.actor, desk()).await.unwrap();
    assert_eq!(view.stand, DeskStand::Offered);
    (begun, hash_of(&view.code))
}

pub(crate) async fn claimed(world: &World, link: Digest) -> Result<Digest, HandoverError> {
    let opened = claim(&world.platform, &world.facts(), link).await?;
    Ok(hash_of(&opened.secret))
}

pub(crate) async fn picks(
    world: &World,
    visitor: &Visitor,
    number: Option<u8>,
) -> Result<(), HandoverError> {
    let command = Answer { desk: desk(), number };
    answer(&world.platform, &world.request(&visitor.actor), command).await
}

pub(crate) async fn number_of(world: &World, link: Digest, phone: Digest) -> u8 {
    match other_view(&world.platform, link, phone).await.unwrap().stand {
        OtherStand::Waits { number } => number,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn photographs(
    world: &World,
    visitor: &Visitor,
    at: (Digest, Digest),
) -> Result<Digest, HandoverError> {
    let photo = files::photo(&visitor.label);
    let sha256 = Digest::of(&photo);
    let request = world.request(&visitor.actor);
    take_photo(&world.platform, &request, at, (photo.into(), sha256)).await?;
    Ok(sha256)
}

pub(crate) fn said() -> DeviceSaid {
    DeviceSaid {
        source: "camera_stream".into(),
        device: "Android".into(),
        screen: "360x740 300%".into(),
    }
}

/// The whole of it; the photo and the handwriting that came of it.
pub(crate) async fn hand_over(world: &World, visitor: &Visitor) -> (SigningBegun, Digest) {
    let (begun, link) = offered(world, visitor).await;
    let phone = claimed(world, link).await.unwrap();
    let number = number_of(world, link, phone).await;
    picks(world, visitor, Some(number)).await.unwrap();
    let at = (link, phone);
    let photo = photographs(world, visitor, at).await.unwrap();
    take_facts(&world.platform, at, said()).await.unwrap();
    let request = world.request(&visitor.actor);
    take_strokes(&world.platform, &request, at, STROKES.into()).await.unwrap();
    finish(&world.platform, at).await.unwrap();
    // A second tap changes nothing.
    finish(&world.platform, at).await.unwrap();
    (begun, photo)
}

#[tokio::test]
async fn a_phone_takes_the_photo_for_the_signing_of_the_pc_and_both_are_recorded() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let (begun, photo) = hand_over(&world, &visitor).await;
    let view = desk_view(&world.platform, &visitor.actor, desk()).await.unwrap();
    let DeskStand::Done { photo: told, source, strokes } = view.stand else {
        panic!("{:?}", view.stand)
    };
    assert_eq!((view.signing, told, source.as_str()), (begun.signing_id, photo, "camera_stream"));
    assert_eq!(strokes, Some(Digest::of(STROKES)));
    // The PC hashes the very bytes that it signs for, and nobody else is given them.
    let bytes = photo_for_desk(&world.platform, (&visitor.actor, desk())).await.unwrap();
    assert_eq!(Digest::of(&bytes), photo);
    let other = Digest::of(b"another browser");
    let refused = photo_for_desk(&world.platform, (&visitor.actor, other)).await.unwrap_err();
    assert_eq!(refused.code(), "handover_other_device");

    let shown = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(shown.strokes_sha256, strokes);
    let frames = world.frames().await;
    let recorded = frames.iter().filter(|(frame, _)| frame.kind == RecordKind::HandedOver).count();
    assert_eq!(recorded, 1, "once, however often it is said to be done");
}

#[tokio::test]
async fn whoever_photographs_the_code_gains_nothing() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let (_, link) = offered(&world, &visitor).await;
    // The thief is faster: the signer's own phone is told, and shows no number.
    let thief = claimed(&world, link).await.unwrap();
    let late = claimed(&world, link).await.unwrap_err();
    assert_eq!(late.code(), "handover_used");
    // Not confirmed, the thief can do nothing and learns nobody's name.
    let refused = photographs(&world, &visitor, (link, thief)).await.unwrap_err();
    assert_eq!(refused.code(), "handover_not_confirmed");
    let request = world.request(&visitor.actor);
    let at = (link, thief);
    let strokes = take_strokes(&world.platform, &request, at, STROKES.into()).await.unwrap_err();
    assert_eq!(strokes.code(), "handover_not_confirmed");
    assert_eq!(finish(&world.platform, at).await.unwrap_err().code(), "handover_not_confirmed");
    // The session opens nothing else.
    let found = session(&world.platform, thief).await.unwrap();
    assert!(!found.has_passed && found.handover == Some(link));
    // None of the numbers is the signer's.
    picks(&world, &visitor, None).await.unwrap();
    let refused = photographs(&world, &visitor, (link, thief)).await.unwrap_err();
    assert_eq!(refused.code(), "handover_cancelled");
    let view = other_view(&world.platform, link, thief).await.unwrap();
    assert_eq!(view.stand, OtherStand::Ended(HandoverEnd::Cancelled));
}

#[tokio::test]
async fn a_wrong_number_ends_it_and_only_the_pc_that_asked_may_pick() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let (_, link) = offered(&world, &visitor).await;
    assert_eq!(
        picks(&world, &visitor, Some(10)).await.unwrap_err().code(),
        "handover_nobody_waits"
    );
    let phone = claimed(&world, link).await.unwrap();
    let number = number_of(&world, link, phone).await;
    let view = desk_view(&world.platform, &visitor.actor, desk()).await.unwrap();
    let DeskStand::Claimed { choices } = view.stand else { panic!("{:?}", view.stand) };
    assert!(choices.contains(&number));
    let elsewhere = Answer { desk: Digest::of(b"another browser"), number: Some(number) };
    let request = world.request(&visitor.actor);
    let refused = answer(&world.platform, &request, elsewhere).await.unwrap_err();
    assert_eq!(refused.code(), "handover_other_device");
    let wrong = choices.into_iter().find(|choice| *choice != number);
    assert_eq!(picks(&world, &visitor, wrong).await.unwrap_err().code(), "handover_wrong_number");
    let refused = picks(&world, &visitor, Some(number)).await.unwrap_err();
    assert_eq!(refused.code(), "handover_wrong_number", "it stays ended");
    assert!(photographs(&world, &visitor, (link, phone)).await.is_err());
}

#[tokio::test]
async fn it_ends_by_time_and_by_a_newer_one_and_another_device_has_no_part_in_it() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let (_, link) = offered(&world, &visitor).await;
    let phone = claimed(&world, link).await.unwrap();
    let number = number_of(&world, link, phone).await;
    let (_, newer) = offered(&world, &visitor).await;
    let refused = photographs(&world, &visitor, (link, phone)).await.unwrap_err();
    assert_eq!(refused.code(), "handover_replaced");
    world.clock.advance_ms(HANDOVER_LIFETIME_MS);
    assert_eq!(claimed(&world, newer).await.unwrap_err().code(), "handover_expired");
    assert_eq!(picks(&world, &visitor, Some(number)).await.unwrap_err().code(), "handover_expired");

    let (_, link) = offered(&world, &visitor).await;
    let phone = claimed(&world, link).await.unwrap();
    picks(&world, &visitor, Some(number_of(&world, link, phone).await)).await.unwrap();
    let stranger = Digest::of(b"a session of somebody else");
    let refused = photographs(&world, &visitor, (link, stranger)).await.unwrap_err();
    assert_eq!(refused.code(), "handover_other_device");
    assert_eq!(claimed(&world, stranger).await.unwrap_err().code(), "handover_unknown");
    // Nothing taken yet: it cannot be done.
    let unready = finish(&world.platform, (link, phone)).await.unwrap_err();
    assert_eq!(unready.code(), "handover_photo_missing");
    let odd = DeviceSaid { source: "album".into(), ..said() };
    let refused = take_facts(&world.platform, (link, phone), odd).await.unwrap_err();
    assert_eq!(refused.code(), "handover_malformed");
}

#[tokio::test]
async fn a_signing_that_another_device_had_a_part_in_is_completed_by_the_key_of_the_pc() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let (begun, photo) = hand_over(&world, &visitor).await;
    // The PC names photo and handwriting that the phone took.
    let (now, reported) = (world.clock.now(), heqi_vocabulary::Provenance::Reported);
    let mut values = heqi_testkit::Device::values(photo, now);
    values.insert("capture_source", ("handed_over_camera_stream".into(), reported));
    values.insert("strokes_sha256", (Digest::of(STROKES).to_string().into(), reported));
    let command = visitor.answer_with(&begun, &values, |_| {});
    world.complete(&visitor, command).await.unwrap();
}

#[test]
fn every_end_has_two_sentences_in_both_languages() {
    use HandoverEnd::{Cancelled, Expired, Replaced, WrongNumber};
    let ends = [Cancelled, Expired, Replaced, WrongNumber].map(HandoverError::Ended);
    let others = [
        HandoverError::AlreadyUsed,
        HandoverError::Unknown,
        HandoverError::OtherDevice,
        HandoverError::NotConfirmed,
        HandoverError::NobodyWaits,
        HandoverError::PhotoMissing,
        HandoverError::Malformed,
    ];
    for error in ends.into_iter().chain(others) {
        let _ = error.class();
        for language in [Language::Zh, Language::En] {
            let told = error.explain(language);
            assert!(!told.what.is_empty() && !told.next.is_empty(), "{error}");
        }
    }
}
