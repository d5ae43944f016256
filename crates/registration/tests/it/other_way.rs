//! Without face information: by a video that a reviewer compares, or seen by an officer at the
//! counter. Both lead to a signature that verifies like any other.

use std::collections::BTreeSet;

use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence::verdict::{ClaimName, Reason, Status};
use heqi_filing::{ConsentKind, Decision as Answer, FilingState, OfficeKind, ReviewReason};
use heqi_pki::keys::Algorithm;
use heqi_registration::Actor;
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::case_queue::{Shot, case_video, case_view, ways_wanted};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::complete_signing::{CompleteSigningError, complete_signing};
use heqi_registration::confirm::{Confirm, confirm};
use heqi_registration::decide_case::Decision;
use heqi_registration::disclose::Attributes;
use heqi_registration::erase_person_data::{ErasePersonData, erase_person_data};
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::fault::{ActError, Class, Refusal as _};
use heqi_registration::record_video::{
    MAX_VIDEO_BYTES, RecordVideo, RecordVideoError, VideoError, VideoRecorded, record_video,
};
use heqi_registration::request::StaffRole;
use heqi_registration::review_wanted::{ChooseWay, ReviewWay, choose_way};
use heqi_registration::see_person::{
    AtCounter, SeePerson, SeePersonError, person_expected, see_person,
};
use heqi_testkit::{ClientValues, Device, files};
use heqi_vocabulary::{Clock as _, Digest, Explain as _, Language, Provenance};
use serde_json::Value;

use crate::notary::expect;
use crate::review::{Mood, Scene, office, registry};
use crate::world::Visitor;

impl Scene {
    /// Come in, everything agreed to but face information and position, and this way chosen.
    pub(crate) async fn without_face(&self, way: ReviewWay) -> Visitor {
        let world = &self.world;
        let token = world.invite(self.filing, self.party).await.token;
        let actor = authenticate(&world.platform, hash_of(&token)).await.unwrap();
        let code = crate::entry::send(world, &actor).await.unwrap();
        crate::entry::enter(world, &actor, &code).await.unwrap();
        self.last_four(&actor, "002X").await;
        for kind in ConsentKind::ASKED {
            let answer = if kind.is_required() { Answer::Granted } else { Answer::Refused };
            world.consent(&actor, kind, answer).await;
        }
        let command = ChooseWay { way };
        choose_way(&world.platform, &world.request(&actor), command).await.unwrap();
        if way == ReviewWay::Video {
            world.consent(&actor, ConsentKind::VideoReview, Answer::Granted).await;
        }
        let label = self.party.to_string();
        let device = Device::new(Algorithm::Ed25519, 5, &label);
        Visitor { actor, device, label }
    }

    async fn record(
        &self,
        actor: &Actor,
        bytes: Vec<u8>,
    ) -> Result<VideoRecorded, RecordVideoError> {
        let sha256 = Digest::of(&bytes);
        let command = RecordVideo { bytes: bytes.into(), sha256, language: Language::Zh };
        record_video(&self.world.platform, &self.world.request(actor), command).await
    }

    /// What the signer's device shows at the counter.
    pub(crate) async fn at_counter(&self, actor: &Actor) -> AtCounter {
        let view = ceremony_view(&self.world.platform, actor, Language::Zh).await.unwrap();
        AtCounter { number: view.number, code: view.counter_code.unwrap() }
    }

    async fn see(
        &self,
        officer: &Actor,
        at: AtCounter,
        change: impl FnOnce(&mut SeePerson),
    ) -> Result<heqi_registration::see_person::PersonSeen, SeePersonError> {
        let mut command = SeePerson {
            at,
            last_four: "002x".into(),
            together: true,
            grounds: "本人与身份证原件相符".parse().unwrap(),
        };
        change(&mut command);
        see_person(&self.world.platform, &self.world.request(officer), command).await
    }
}

/// What a device says that took no photo.
fn without_photo(now: heqi_vocabulary::UtcMillis, source: &str) -> ClientValues {
    let mut values = Device::values(Digest::of(b"none"), now);
    values.insert("photo_sha256", (Value::Null, Provenance::Refused));
    values.insert("place", (Value::Null, Provenance::Refused));
    values.insert("capture_source", (source.into(), Provenance::Reported));
    values
}

async fn sign(scene: &Scene, visitor: &Visitor) -> heqi_registration::receipt::Receipt {
    let world = &scene.world;
    let begun = world.begin(visitor).await;
    let values = without_photo(world.clock.now(), "person_by_video");
    let answer = visitor.answer_with(&begun, &values, |_| {});
    complete_signing(&world.platform, &world.request(&visitor.actor), answer).await.unwrap()
}

async fn verdict_of(
    scene: &Scene,
    record: heqi_vocabulary::RecordId,
) -> heqi_evidence::verdict::Verdict {
    let world = &scene.world;
    let (facts, all) = (world.facts(), &Attributes::All);
    let file = export_bundle(&world.platform, &world.staff, &facts, record, all).await.unwrap();
    world.examine(&file.bytes)
}

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
async fn edge_case_16_an_officer_at_the_counter_sees_person_and_card_and_the_filing_goes_on() {
    let scene = Scene::new(Mood::Down).await;
    let world = &scene.world;
    let visitor = scene.without_face(ReviewWay::Counter).await;
    let officer = scene.reviewer("li.na").await;
    let at = scene.at_counter(&visitor.actor).await;
    let expected = person_expected(&world.platform, &officer, &at).await.unwrap();
    assert_eq!((expected.person.as_str(), expected.seen_at), ("龚𠮷", None));

    let refused = async |change: &dyn Fn(&mut SeePerson)| {
        scene.see(&officer, at.clone(), change).await.unwrap_err().code()
    };
    assert_eq!(refused(&|seen| seen.together = false).await, "counter_not_together");
    assert_eq!(refused(&|seen| seen.last_four = "0021".into()).await, "counter_other_number");
    assert_eq!(refused(&|seen| seen.last_four = "2X".into()).await, "last_four_malformed");
    assert_eq!(refused(&|seen| seen.at.code = "000000".into()).await, "counter_no_match");

    let seen = scene.see(&officer, at.clone(), |_| {}).await.unwrap();
    let expected = person_expected(&world.platform, &officer, &at).await.unwrap();
    assert_eq!(expected.seen_at, Some(seen.at));
    let receipt = sign(&scene, &visitor).await;
    scene.confirm(&visitor).await;
    // Nobody has to look again: somebody of the registry did.
    assert!(matches!(scene.state().await, FilingState::Confirmed { .. }));
    let verdict = verdict_of(&scene, receipt.record_id).await;
    let identity = verdict.claim(ClaimName::Identity).unwrap();
    let by = registry().name.as_str().to_owned();
    assert_eq!(identity.reason, Reason::IdentitySeenAtCounter { by });
    expect(&verdict, ClaimName::Integrity, Status::Proved);
    world.cosign_head().await;
    world.deposit_all().await;
    let seen = verdict_of(&scene, seen.record_id).await;
    for name in [ClaimName::Integrity, ClaimName::Logged, ClaimName::Deposited] {
        expect(&seen, name, Status::Proved);
    }
}

#[tokio::test]
async fn nobody_but_an_officer_of_the_reviewing_office_sees_anybody() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let visitor = scene.without_face(ReviewWay::Counter).await;
    let at = scene.at_counter(&visitor.actor).await;
    let operator = office(OfficeKind::Operator, "示例文签平台");
    let operator = scene.account("op.sun", "孙六", operator, StaffRole::Operator).await;
    let elsewhere = office(OfficeKind::Registry, "别处市场监督管理局");
    let elsewhere = scene.account("zhao.w", "赵五", elsewhere, StaffRole::Reviewer).await;
    for actor in [&operator, &elsewhere, &visitor.actor, &world.staff] {
        let error = scene.see(actor, at.clone(), |_| {}).await.unwrap_err();
        assert!(matches!(error, SeePersonError::Act(ActError::Denied)), "{error}");
    }
    // Who bears the name of a party leaves it to somebody else.
    let namesake = scene.account("gong.j", "龚𠮷", registry(), StaffRole::Reviewer).await;
    let error = scene.see(&namesake, at.clone(), |_| {}).await.unwrap_err();
    assert!(matches!(error, SeePersonError::Conflict));
    // The number of a device that has another link shows nothing here, and a number of before
    // the way was changed is none.
    let officer = scene.reviewer("li.na").await;
    world.clock.advance_ms(1_000);
    choose_way(
        &world.platform,
        &world.request(&visitor.actor),
        ChooseWay { way: ReviewWay::Counter },
    )
    .await
    .unwrap();
    let error = scene.see(&officer, at, |_| {}).await.unwrap_err();
    assert!(matches!(error, SeePersonError::NoMatch));
    // Being seen counts for the same visit only.
    let at = scene.at_counter(&visitor.actor).await;
    scene.see(&officer, at, |_| {}).await.unwrap();
    world.clock.advance_ms(heqi_filing::STAND_IN_FOR_MS + 100);
    let begun = world.begin(&visitor).await;
    let values = without_photo(world.clock.now(), "person_at_counter");
    let answer = visitor.answer_with(&begun, &values, |_| {});
    let error = world.complete(&visitor, answer).await.unwrap_err();
    assert_eq!(error.code(), "photo_missing");
    let command = Confirm {
        filing: scene.filing,
        party: scene.party,
        shown_sha256: None,
        statement_sha256: None,
    };
    confirm(&world.platform, &world.request(&visitor.actor), command).await.unwrap_err();
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

#[tokio::test]
async fn whoever_asked_for_a_person_and_was_erased_keeps_nobody_from_the_queue() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    scene.without_face(ReviewWay::Counter).await;
    let reviewer = scene.reviewer("li.na").await;
    assert_eq!(ways_wanted(&world.platform, &reviewer).await.unwrap().len(), 1);
    world.deposit_all().await;
    let command = ErasePersonData {
        filing: scene.filing,
        party: scene.party,
        classes: BTreeSet::from([RetentionClass::Person]),
        basis: Some("个人信息保护法第47条".into()),
    };
    let request = world.request(&world.staff);
    let decided = erase_person_data(&world.platform, &request, command).await.unwrap();
    assert_eq!(decided.decision, "erased");
    assert_eq!(ways_wanted(&world.platform, &reviewer).await.unwrap(), []);
}
