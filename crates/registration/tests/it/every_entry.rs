//! The same as [`crate::every_call`] for how signers come in and what they show, and for the worker
//! that sends messages: by a way that cannot tell a repetition nothing is sent twice.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::FutureExt as _;
use heqi_evidence_store::testing::{Failure, Faulty};
use heqi_filing::{ConsentKind, Decision};
use heqi_pki::keys::Algorithm;
use heqi_registration::Scope;
use heqi_registration::access::{CreateApiKey, create_api_key, hash_of, revoke_api_key};
use heqi_registration::check_code::{CheckCode, check_code};
use heqi_registration::check_identity::{CheckLastFour, check_last_four};
use heqi_registration::contacts::Contact;
use heqi_registration::fault::Fault;
use heqi_registration::message_queue::{self, Outcome, Report};
use heqi_registration::reminders::remind;
use heqi_registration::send_code::{SendCode, send_code};
use heqi_registration::show_guardianship::show_guardianship;
use heqi_registration::show_seal::{SealChoice, ShowSeal, show_seal};
use heqi_registration::special_name::{SaySpecialName, SpecialName, say_special_name};
use heqi_registration::verify_identity;
use heqi_testkit::{Device, files};
use heqi_vocabulary::{Digest, Language, MessageChannel, MessageId};
use parking_lot::Mutex;

use crate::entry::{NUMBER, at_the_door, enter, send, taken};
use crate::every_call::{Act, in_every_way, is_told_when_durable, words};
use crate::guardian::{self, WARD_NUMBER, proof};
use crate::review::{Mood, Scene, contact};
use crate::seal;
use crate::world::{Visitor, World};

#[tokio::test]
async fn a_store_that_fails_at_any_call_at_the_door_lets_in_once() {
    let (world, _, actor) = at_the_door(Some(NUMBER)).await;
    let whose = actor.clone();
    let sending = Act::new("send_code", move |w| {
        let request = w.named_request(&whose, "send");
        async move {
            let command = SendCode { channel: None, language: Language::Zh };
            words(send_code(&w.platform, &request, command).await)
        }
        .boxed_local()
    });
    let mut injected = in_every_way(&world, &sending).await;

    let code = send(&world, &actor).await.unwrap();
    let (whose, entered) = (actor.clone(), code.clone());
    let entering = Act::new("check_code", move |w| {
        let request = w.named_request(&whose, "enter");
        let command = CheckCode { code: entered.clone() };
        async move { words(check_code(&w.platform, &request, command).await) }.boxed_local()
    });
    injected += in_every_way(&world, &entering).await;

    enter(&world, &actor, &code).await.unwrap();
    let saying = Act::new("check_last_four", move |w| {
        let request = w.named_request(&actor, "say");
        let command = CheckLastFour { last_four: "002X".to_owned() };
        async move { words(check_last_four(&w.platform, &request, command).await) }.boxed_local()
    });
    injected += in_every_way(&world, &saying).await;
    assert!(injected > 60, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_what_a_signer_shows_leaves_nothing_half_done() {
    let (scene, visitor, _) = guardian::scene().await;
    let showing = Act::new("show_guardianship", move |w| {
        let request = w.named_request(&visitor.actor, "guardian");
        async move { words(show_guardianship(&w.platform, &request, proof(WARD_NUMBER)).await) }
            .boxed_local()
    });
    let mut injected = in_every_way(&scene.world, &showing).await;

    let (scene, visitor) = seal::scene(None).await;
    let scanning = Act::new("show_seal", move |w| {
        let request = w.named_request(&visitor.actor, "seal");
        async move {
            let scan = Some(files::photo("stamp").into());
            let command = ShowSeal { choice: SealChoice::Scan, scan };
            words(show_seal(&w.platform, &request, command).await)
        }
        .boxed_local()
    });
    injected += in_every_way(&scene.world, &scanning).await;

    let scene = Scene::new(Mood::Differs).await;
    let visitor = scene.visitor().await;
    let saying = Act::new("say_special_name", move |w| {
        let request = w.named_request(&visitor.actor, "name");
        let command = SaySpecialName { name: SpecialName::Renamed, written: Some("龚吉".into()) };
        async move { words(say_special_name(&w.platform, &request, command).await) }.boxed_local()
    });
    injected += in_every_way(&scene.world, &saying).await;
    assert!(injected > 60, "{injected} failures");
}

/// Asks whoever is to be asked about people; leases that a failed attempt holds run out first.
async fn ask_everybody(world: &World) -> Result<String, String> {
    world.clock.advance_ms(2_000);
    let due = verify_identity::lease(&world.platform, 1_000, 10).await;
    for item in due.map_err(|error| error.to_string())? {
        let asked = verify_identity::verify_identity(&world.platform, &item).await;
        asked.map_err(|error| error.to_string())?;
    }
    Ok("everybody was asked".to_owned())
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_the_asker_keeps_one_answer() {
    let scene = Scene::new(Mood::Agrees).await;
    // Another number: what was answered before is about somebody else.
    let other = Contact { id_number: Some("330112199003079999".parse().unwrap()), ..contact() };
    scene.declare(other).await.unwrap();
    let asking = Act::new("verify_identity", |w| ask_everybody(w).boxed_local());
    let injected = in_every_way(&scene.world, &asking.of_a_worker()).await;
    assert!(injected > 40, "{injected} failures");
}

/// Reminds whoever is to be reminded; leases that a failed attempt holds run out first.
async fn remind_everybody(world: &World) -> Result<String, String> {
    world.clock.advance_ms(61_000);
    let reminded = remind(&world.platform, 10).await;
    words(reminded.map(|_| "everybody was reminded"))
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_reminder_queues_it_once() {
    let (world, drafted, actor) = at_the_door(None).await;
    let code = send(&world, &actor).await.unwrap();
    enter(&world, &actor, &code).await.unwrap();
    for kind in ConsentKind::ASKED {
        world.consent(&actor, kind, Decision::Granted).await;
    }
    let label = drafted.parties[0].to_string();
    let device = Device::new(Algorithm::Ed25519, 5, &label);
    world.sign(&Visitor { actor, device, label }).await;
    // The first of three is due after two hours, and the second after a day.
    world.clock.advance_ms(2 * 3_600_000);
    let reminding = Act::new("remind", |w| remind_everybody(w).boxed_local());
    let injected = in_every_way(&world, &reminding.of_a_worker()).await;
    assert!(injected > 20, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_report_notes_it_once() {
    let (world, ..) = at_the_door(None).await;
    let sent = taken(&world).await.remove(0);
    let (message, channel) = (sent.message, sent.channel);
    let reporting = |name: &'static str, report: Report| {
        Act::new(name, move |w| {
            async move {
                words(message_queue::note_report(&w.platform, message, channel, report).await)
            }
            .boxed_local()
        })
    };
    let delivered = reporting("delivered", Report::Delivered);
    let mut injected = in_every_way(&world, &delivered).await;
    // One that came back goes by the next way, once.
    let bounced = reporting("bounced", Report::Bounced { reason: "unknown_number" });
    injected += in_every_way(&world, &bounced).await;
    is_told_when_durable(&world, &bounced).await;
    let next = taken(&world).await;
    assert_eq!(next.iter().map(|sent| sent.message).collect::<Vec<_>>(), [message]);

    let (label, scopes, hash) = ("once".into(), Scope::ALL.into(), hash_of("another_key"));
    let key = CreateApiKey { label, scopes, custodian: None, ends_at: None, hash };
    let key = create_api_key(&world.platform, key).await.unwrap();
    let revoking = Act::new("revoke_api_key", move |w| {
        let key = key.clone();
        async move { words(revoke_api_key(&w.platform, &key).await) }.boxed_local()
    });
    injected += in_every_way(&world, &revoking).await;
    is_told_when_durable(&world, &revoking).await;
    assert!(injected > 50, "{injected} failures");
}

/// What a gateway was handed: which message, by which way.
type Sent = Mutex<Vec<(MessageId, MessageChannel)>>;

/// Hands over whatever is due to a gateway that takes everything and cannot tell a repetition.
async fn hand_over(world: &World, sent: &Sent) -> Result<(), Fault> {
    for item in message_queue::lease(&world.platform, 1_000, 100).await? {
        let outgoing = message_queue::trying(&world.platform, &item, |_| false).await?;
        let Some(outgoing) = outgoing else { continue };
        sent.lock().push((outgoing.message, outgoing.channel));
        let outcome = Outcome::Taken {
            gateway: "test".into(),
            reference: None,
            template_sha256: Digest::of(b"template"),
        };
        message_queue::note_outcome(&world.platform, &item, outgoing.channel, &outcome).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_the_sender_sends_nothing_twice_by_one_way() {
    let (world, ..) = at_the_door(None).await;
    let (store, sent) = (Arc::new(world.store.copy()), Sent::default());
    let faulty = Arc::new(Faulty::new(store.clone()));
    let other = world.started_on(&store, faulty.clone(), 12).await;
    faulty.reset();
    hand_over(&other, &sent).await.unwrap();
    let (calls, leaves) = (faulty.calls(), store.contents().await.entries.len());
    let waits = message_queue::waiting(&other.platform, 10).await.unwrap();
    let messages: BTreeSet<MessageId> = sent.lock().iter().map(|(message, _)| *message).collect();
    assert!(!messages.is_empty() && calls.len() > 10, "{messages:?} {calls:?}");

    for (index, call) in calls.iter().enumerate() {
        for how in Failure::ALL {
            let what = format!("{call}, call {index} of {}, {how:?}", calls.len());
            let (store, sent) = (Arc::new(world.store.copy()), Sent::default());
            let faulty = Arc::new(Faulty::new(store.clone()));
            let disturbed = world.started_on(&store, faulty.clone(), 12).await;
            faulty.fail(index, how);
            assert!(hand_over(&disturbed, &sent).await.is_err(), "{what}: nobody was told");
            assert_eq!(faulty.failed(), Some(*call), "{what}");
            let again = world.started_on(&store, store.clone(), 13).await;
            for _ in 0..4 {
                world.clock.advance_ms(2_000);
                hand_over(&again, &sent).await.unwrap();
            }
            let sent = sent.into_inner();
            let ways: BTreeSet<_> = sent.iter().collect();
            assert_eq!(ways.len(), sent.len(), "{what}: twice by one way: {sent:?}");
            let told: BTreeSet<MessageId> = sent.iter().map(|(message, _)| *message).collect();
            assert_eq!(told, messages, "{what}: somebody was not told, or too many");
            let waiting = message_queue::waiting(&again.platform, 10).await.unwrap();
            assert_eq!(waiting, waits, "{what}: it never ends");
            let recorded = store.contents().await.entries.len();
            assert_eq!(recorded, leaves, "{what}: not one record of each");
        }
    }
}
