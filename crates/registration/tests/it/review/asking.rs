//! What authorities answer, how long it counts, and what of it is believed.

use std::collections::BTreeSet;
use std::sync::Arc;

use heqi_evidence::verdict::{ClaimName, Reason, Status};
use heqi_filing::{FilingState, ReviewReason};
use heqi_registration::Purpose;
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::contacts::Contact;
use heqi_registration::disclose::Attributes;
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::message_queue::{Report, note_report};
use heqi_registration::send_code::{SendCode, send_code};
use heqi_registration::verify_identity;
use heqi_vocabulary::{Language, MessageChannel};

use super::providers::SameFace;
use super::{Mood, Scene, contact};
use crate::entry::{enter, taken};
use crate::notary::expect;

#[tokio::test]
async fn an_answer_that_is_not_believed_never_counts_as_yes() {
    let scene = Scene::new(Mood::Forged).await;
    scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    assert!(case.reasons.contains(&ReviewReason::ProviderUnreachable));
    assert!(case.reasons.contains(&ReviewReason::IdentityUnverified));
    assert!(case.reasons.contains(&ReviewReason::PortraitUnverified));
}

#[tokio::test]
async fn name_and_number_that_differ_are_left_to_a_person() {
    let scene = Scene::new(Mood::Differs).await;
    scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    assert!(case.reasons.contains(&ReviewReason::IdentityDiffers));
    // Nobody asks for the portrait of somebody whose name does not fit.
    assert!(case.reasons.contains(&ReviewReason::PortraitUnverified));
}

#[tokio::test]
async fn with_everything_attested_and_the_faces_compared_nobody_need_look() {
    let scene = Scene::with(Mood::Agrees, |_, ports| ports.face = Arc::new(SameFace)).await;
    let (visitor, receipt) = scene.sign().await;
    scene.confirm(&visitor).await;
    assert!(matches!(scene.state().await, FilingState::Confirmed { .. }));
    let world = &scene.world;
    let (actor, facts) = (&visitor.actor, world.facts());
    let record = receipt.record_id;
    let file = export_bundle(&world.platform, actor, &facts, record, &Attributes::All).await;
    let verdict = world.examine(&file.unwrap().bytes);
    expect(&verdict, ClaimName::Integrity, Status::Proved);
    expect(&verdict, ClaimName::Identity, Status::NotProved);
    let identity = verdict.claims().iter().find(|claim| claim.name == ClaimName::Identity).unwrap();
    assert_eq!(identity.reason, Reason::IdentityAttested { by: "示例实名".into() });
}

/// Whoever has the mailbox need not have the phone, whatever a provider says of the number. A mail that
/// came back may have been read before.
#[tokio::test]
async fn a_code_that_may_have_come_by_mail_says_nothing_of_the_mobile_number() {
    let (sms, email) = (MessageChannel::Sms, MessageChannel::Email);
    for (first, next) in [(sms, None), (sms, Some(email)), (email, Some(sms))] {
        let scene = Scene::new(Mood::Agrees).await;
        let address = Some("gong@example.com".parse().unwrap());
        scene.declare(Contact { email: address, ..contact() }).await.unwrap();
        scene.check().await;
        let world = &scene.world;
        let token = world.invite(scene.filing, scene.party).await.token;
        let actor = authenticate(&world.platform, hash_of(&token)).await.unwrap();
        taken(world).await;
        let by_first = SendCode { channel: Some(first), language: Language::Zh };
        send_code(&world.platform, &world.request(&actor), by_first).await.unwrap();
        let mut sent = taken(world).await.remove(0);
        assert_eq!(sent.channel, first);
        if let Some(next) = next {
            let bounced = Report::Bounced { reason: "unknown_number" };
            let (platform, message) = (&world.platform, sent.message);
            note_report(platform, message, first, bounced).await.unwrap();
            sent = taken(world).await.remove(0);
            assert_eq!((sent.message, sent.channel), (message, next));
        }
        enter(world, &actor, &sent.values["code"]).await.unwrap();
        let visitor = scene.inside(actor, "002X").await;
        world.sign(&visitor).await;
        let reviewer = scene.reviewer("li.na").await;
        let mut expected = BTreeSet::from([ReviewReason::FaceNotCompared]);
        expected.extend(next.is_some().then_some(ReviewReason::ContactUnverified));
        assert_eq!(scene.only_case(&reviewer).await.reasons, expected);
    }
}

#[tokio::test]
async fn the_registrys_own_check_takes_the_place_of_ours() {
    let scene = Scene::with(Mood::Agrees, |providers, _| {
        providers.registry_saw = Some(providers.now.plus_millis(-3_600_000));
    });
    let scene = scene.await;
    let (visitor, _) = scene.sign().await;
    scene.confirm(&visitor).await;
    assert!(matches!(scene.state().await, FilingState::Confirmed { .. }));
}

#[tokio::test]
async fn a_registrys_check_of_long_ago_counts_no_more() {
    let scene = Scene::with(Mood::Agrees, |providers, _| {
        providers.registry_saw =
            Some(providers.now.plus_millis(-verify_identity::REGISTRY_FRESH_MS - 1));
    });
    let scene = scene.await;
    scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    assert!(scene.only_case(&reviewer).await.reasons.contains(&ReviewReason::FaceNotCompared));
}

/// The registry verified the person, and whoever was asked about name and number says otherwise.
#[tokio::test]
async fn the_mail_about_a_signature_says_that_name_and_number_were_confirmed_only_where_they_were()
{
    for (mood, is_said) in [(Mood::Agrees, true), (Mood::Differs, false), (Mood::Down, false)] {
        let scene = Scene::with(mood, |providers, _| {
            providers.registry_saw = Some(providers.now.plus_millis(-3_600_000));
        });
        let scene = scene.await;
        scene.sign().await;
        let sent = taken(&scene.world).await;
        let told = sent.iter().find(|one| one.purpose == Purpose::SignedInYourName).unwrap();
        let method = &told.values["method"];
        assert_eq!(method.contains("实名信息核验"), is_said, "{method}");
        assert!(method.contains("签署照片"), "{method}");
    }
}

#[tokio::test]
async fn a_provider_that_was_down_is_asked_again_and_its_answer_is_another_record() {
    let scene = Scene::new(Mood::Down).await;
    let records = || async { scene.world.contents().await.entries.len() };
    let after_first = records().await;
    assert_eq!(scene.check().await, 0, "not before its pause is over");
    scene.world.clock.advance_ms(15_000);
    assert_eq!(scene.check().await, 1);
    assert_eq!(records().await, after_first, "the same silence is not recorded twice");
    scene.providers.turn(Mood::Agrees);
    scene.world.clock.advance_ms(3_600_000);
    assert_eq!(scene.check().await, 1);
    assert_eq!(records().await, after_first + 1);
    scene.world.clock.advance_ms(3_600_000);
    assert_eq!(scene.check().await, 0, "answered");
}

#[tokio::test]
async fn what_is_old_is_asked_again_when_the_signer_begins() {
    let scene = Scene::new(Mood::Agrees).await;
    scene.world.clock.advance_ms(verify_identity::FRESH_MS + 60_000);
    let visitor = scene.visitor().await;
    assert_eq!(scene.check().await, 0);
    scene.world.begin(&visitor).await;
    assert_eq!(scene.check().await, 1);
}

#[tokio::test]
async fn another_number_makes_what_was_known_count_no_more() {
    let scene = Scene::new(Mood::Agrees).await;
    scene.providers.turn(Mood::Down);
    let other = Contact { id_number: Some("330112199003079999".parse().unwrap()), ..contact() };
    scene.declare(other).await.unwrap();
    scene.check().await;
    scene.world.sign(&scene.visitor_of("9999").await).await;
    let reviewer = scene.reviewer("li.na").await;
    let reasons = scene.only_case(&reviewer).await.reasons;
    assert!(reasons.contains(&ReviewReason::IdentityUnverified));
}
