//! Without face information: by a video that a reviewer compares, or seen by an officer at the
//! counter. Both lead to a signature that verifies like any other.

use std::collections::BTreeSet;

use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence::verdict::{ClaimName, Reason, Status};
use heqi_evidence_store::backend::CommitError;
use heqi_filing::{ConsentKind, Decision as Answer, FilingState, OfficeKind};
use heqi_pki::keys::Algorithm;
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::case_queue::ways_wanted;
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::complete_signing::complete_signing;
use heqi_registration::confirm::{Confirm, confirm};
use heqi_registration::disclose::Attributes;
use heqi_registration::erase_person_data::{ErasePersonData, erase_person_data};
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::fault::{ActError, Class, Refusal as _};
use heqi_registration::record_video::{RecordVideo, RecordVideoError, VideoRecorded, record_video};
use heqi_registration::request::StaffRole;
use heqi_registration::review_wanted::{ChooseWay, ReviewWay, choose_way};
use heqi_registration::see_person::{
    AtCounter, SeePerson, SeePersonError, person_expected, see_person,
};
use heqi_registration::{Actor, Purpose};
use heqi_testkit::{ClientValues, Device, files};
use heqi_vocabulary::{Clock as _, Digest, Explain as _, FilingNo, Language, Provenance};
use serde_json::Value;

use crate::entry::taken;
use crate::notary::expect;
use crate::review::{Mood, Scene, office, registry};
use crate::world::Visitor;

mod video;

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
async fn edge_case_16_an_officer_at_the_counter_sees_person_and_card_and_the_filing_goes_on() {
    let scene = Scene::new(Mood::Down).await;
    let world = &scene.world;
    let visitor = scene.without_face(ReviewWay::Counter).await;
    let officer = scene.reviewer("li.na").await;
    let at = scene.at_counter(&visitor.actor).await;
    let expected = person_expected(&world.platform, &officer, &world.facts(), &at).await.unwrap();
    assert_eq!((expected.person.as_str(), expected.seen_at), ("龚𠮷", None));

    let refused = async |change: &dyn Fn(&mut SeePerson)| {
        scene.see(&officer, at.clone(), change).await.unwrap_err().code()
    };
    assert_eq!(refused(&|seen| seen.together = false).await, "counter_not_together");
    assert_eq!(refused(&|seen| seen.last_four = "0021".into()).await, "counter_other_number");
    assert_eq!(refused(&|seen| seen.last_four = "2X".into()).await, "last_four_malformed");
    assert_eq!(refused(&|seen| seen.at.code = "000000".into()).await, "counter_no_match");

    let seen = scene.see(&officer, at.clone(), |_| {}).await.unwrap();
    let expected = person_expected(&world.platform, &officer, &world.facts(), &at).await.unwrap();
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
async fn a_look_at_whoever_stands_at_the_counter_is_on_record_before_anything_is_shown() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let visitor = scene.without_face(ReviewWay::Counter).await;
    let officer = scene.reviewer("li.na").await;
    let at = scene.at_counter(&visitor.actor).await;
    let records = async |kind: RecordKind| {
        let frames = world.frames().await.into_iter();
        let of_kind = frames.filter(|(frame, _)| frame.kind == kind);
        of_kind.map(|(frame, _)| frame.record_id).collect::<Vec<_>>()
    };
    let facts = world.facts();
    let wrong = AtCounter { code: other_code(&at.code, 1), ..at.clone() };
    let refused = person_expected(&world.platform, &officer, &facts, &wrong).await.unwrap_err();
    assert!(matches!(refused, SeePersonError::NoMatch), "{refused}");
    assert!(records(RecordKind::Access).await.is_empty(), "nothing was shown");

    for looks in 1..=2 {
        person_expected(&world.platform, &officer, &facts, &at).await.unwrap();
        assert_eq!(records(RecordKind::Access).await.len(), looks, "each is one of its own");
    }
    let look = world.opened(records(RecordKind::Access).await[0]).await;
    // The newest wish is the one for the counter.
    let wish = records(RecordKind::ReviewWanted).await.pop().unwrap().to_string();
    assert_eq!(look.text("looked_at"), Some(wish.as_str()));
    assert_eq!(look.text("purpose"), Some("review"));
    assert_eq!(look.value("attributes_opened").unwrap()[0], "party_name");

    // What cannot be written down is not shown.
    world.store.refuse_commits(Some(CommitError::DiskFull));
    let refused = person_expected(&world.platform, &officer, &facts, &at).await;
    assert!(matches!(refused, Err(SeePersonError::Act(_))), "{refused:?}");
}

/// A video was recorded first, and then the counter was chosen.
#[tokio::test]
async fn the_mail_about_a_signature_names_the_way_it_rests_on_and_none_that_was_left() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let visitor = scene.without_face(ReviewWay::Video).await;
    scene.record(&visitor.actor, files::webm("mine", 20, true)).await.unwrap();
    let command = ChooseWay { way: ReviewWay::Counter };
    choose_way(&world.platform, &world.request(&visitor.actor), command).await.unwrap();
    let (officer, at) = (scene.reviewer("li.na").await, scene.at_counter(&visitor.actor).await);
    scene.see(&officer, at, |_| {}).await.unwrap();
    sign(&scene, &visitor).await;
    let sent = taken(world).await;
    let told = sent.iter().find(|one| one.purpose == Purpose::SignedInYourName).unwrap();
    assert_eq!(told.values["method"], "实名信息核验+工作人员当面核验");
}

/// A number that is not the one that is shown, the same one for the same `n`.
fn other_code(shown: &str, n: u32) -> String {
    let shown: u32 = shown.parse().unwrap();
    format!("{:06}", (shown + n) % 1_000_000)
}

#[tokio::test]
async fn wrong_numbers_at_the_counter_are_counted_by_officer_for_each_filing_and_in_all() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let visitor = scene.without_face(ReviewWay::Counter).await;
    let (officer, other) = (scene.reviewer("li.na").await, scene.reviewer("wang.qiang").await);
    let at = scene.at_counter(&visitor.actor).await;
    let facts = world.facts();
    let look = async |by: &Actor, at: &AtCounter| {
        person_expected(&world.platform, by, &facts, at).await.map_err(|error| error.code())
    };
    // What is no number of a device is no try.
    for code in ["", "12345", "12345x"] {
        let at = AtCounter { code: code.into(), ..at.clone() };
        assert_eq!(look(&officer, &at).await.unwrap_err(), "counter_no_match");
    }
    // By either form, with what is right in between; a wrong card is one too.
    for n in 1..=3 {
        let wrong = AtCounter { code: other_code(&at.code, n), ..at.clone() };
        assert_eq!(look(&officer, &wrong).await.unwrap_err(), "counter_no_match");
        look(&officer, &at).await.unwrap();
    }
    let wrong = AtCounter { code: other_code(&at.code, 4), ..at.clone() };
    let refused = scene.see(&officer, wrong, |_| {}).await.unwrap_err();
    assert_eq!(refused.code(), "counter_no_match");
    let refused = scene.see(&officer, at.clone(), |seen| seen.last_four = "0021".into()).await;
    assert_eq!(refused.unwrap_err().code(), "counter_other_number");
    // The five of a day are used up, and what is right is not compared any more.
    assert_eq!(look(&officer, &at).await.unwrap_err(), "counter_wrong_tries");
    let refused = scene.see(&officer, at.clone(), |_| {}).await.unwrap_err();
    assert_eq!((refused.code(), refused.class()), ("counter_wrong_tries", Class::Conflict));
    // Nobody else is kept out by it.
    look(&other, &at).await.unwrap();

    // Fifty in all, whether there are such filings or not; and tomorrow is another day.
    let unknown = (1_000_000..).map(|serial| FilingNo::from_serial(serial).unwrap());
    let mut unknown = unknown.filter(|number| *number != at.number);
    for number in unknown.by_ref().take(9) {
        let at = AtCounter { number, code: at.code.clone() };
        for _ in 0..5 {
            assert_eq!(look(&officer, &at).await.unwrap_err(), "counter_no_match");
        }
        assert_eq!(look(&officer, &at).await.unwrap_err(), "counter_wrong_tries");
    }
    let last = AtCounter { number: unknown.next().unwrap(), code: at.code.clone() };
    assert_eq!(look(&officer, &last).await.unwrap_err(), "counter_wrong_tries");
    look(&other, &last).await.unwrap_err();
    world.clock.advance_ms(24 * 3_600_000);
    assert_eq!(look(&officer, &last).await.unwrap_err(), "counter_no_match");
}

#[tokio::test]
async fn a_right_number_at_the_counter_is_not_shown_beside_wrong_ones_of_the_same_moment() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let visitor = scene.without_face(ReviewWay::Counter).await;
    let officer = scene.reviewer("li.na").await;
    let at = scene.at_counter(&visitor.actor).await;
    let facts = world.facts();
    // The right one has looked at how many there were, and then wrong ones come.
    let (has_looked, go_on) = world.store.pause_behind_row(b"code_quota/");
    let meanwhile = async {
        has_looked.await.unwrap();
        for n in 1..=5 {
            let wrong = AtCounter { code: other_code(&at.code, n), ..at.clone() };
            person_expected(&world.platform, &officer, &facts, &wrong).await.unwrap_err();
        }
        go_on.send(()).unwrap();
    };
    let right = person_expected(&world.platform, &officer, &facts, &at);
    let (right, ()) = tokio::join!(right, meanwhile);
    assert!(matches!(right, Err(SeePersonError::TriedTooOften)), "{right:?}");
    assert!(world.frames().await.iter().all(|(frame, _)| frame.kind != RecordKind::Access));
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
