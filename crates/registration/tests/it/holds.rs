//! A hold counts from the moment it is placed: whoever is about to erase or to give up bytes has
//! looked for one before, and one placed right after that look keeps everything all the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join;
use heqi_evidence::schema::RetentionClass;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_registration::OrderKey;
use heqi_registration::decline::{Decline, decline};
use heqi_registration::erase_person_data::{ErasePersonData, erase_person_data};
use heqi_registration::legal_hold::{LiftHold, PlaceHold, lift_hold, place_hold};
use heqi_registration::sweep::{SIGNING_LIFETIME_MS, SweepCursor, Swept, sweep};
use heqi_testkit::{SeededEntropy, files};
use heqi_vocabulary::{FilingId, RecordId};

use crate::review::{Mood, Scene, contact};
use crate::world::World;

const CASE: &str = "(2026)示例民初1号";

impl World {
    async fn hold(&self, filing: FilingId) -> RecordId {
        let command = PlaceHold { filing, reason: CASE.to_owned() };
        place_hold(&self.platform, &self.request(&self.staff), command).await.unwrap().hold_id
    }

    async fn lift(&self, filing: FilingId, hold: RecordId) {
        let command = LiftHold { filing, hold, reason: CASE.to_owned() };
        lift_hold(&self.platform, &self.request(&self.staff), command).await.unwrap();
    }

    async fn sweeps(&self) -> Swept {
        sweep(&self.platform, &mut SweepCursor::default()).await.unwrap()
    }

    async fn objects(&self) -> usize {
        self.contents().await.objects.len()
    }
}

#[tokio::test]
async fn a_hold_placed_while_the_sweep_looks_for_one_keeps_the_photo() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let hesitant = world.visitor(drafted.filing, drafted.parties[0]).await;
    world.ready(&hesitant).await;
    let before = world.objects().await;
    world.clock.advance_ms(SIGNING_LIFETIME_MS + 600_000);

    let (is_reached, go) = world.store.pause_behind(b"legal_hold/");
    let meanwhile = async {
        is_reached.await.unwrap();
        let hold = world.hold(drafted.filing).await;
        go.send(()).unwrap();
        hold
    };
    let (swept, hold) = join(world.sweeps(), meanwhile).await;
    assert_eq!((swept.signings, swept.photos), (0, 0), "it was held before it was swept");
    assert_eq!(world.objects().await, before);

    world.lift(drafted.filing, hold).await;
    let swept = world.sweeps().await;
    assert_eq!((swept.signings, swept.photos), (1, 1));
    assert_eq!(world.objects().await, before - 1);
}

#[tokio::test]
async fn a_hold_placed_while_an_erasure_is_decided_refuses_it() {
    let world = World::with(|settings| {
        let key = SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::new(17));
        settings.order_key = Some(OrderKey::new(Arc::new(key)));
    })
    .await;
    let drafted = world.drafted(1).await;
    let (filing, party) = (drafted.filing, drafted.parties[0]);
    // Invited and asked, and has not signed: nothing but the hold demands to keep it.
    world.visitor(filing, party).await;
    world.deposit_all().await;

    let (is_reached, go) = world.store.pause_behind(b"legal_hold/");
    let command = ErasePersonData {
        filing,
        party,
        classes: BTreeSet::from([RetentionClass::Person]),
        basis: Some("个人信息保护法第47条".into()),
    };
    let request = world.request(&world.staff);
    let erasing = erase_person_data(&world.platform, &request, command);
    let meanwhile = async {
        is_reached.await.unwrap();
        world.hold(filing).await;
        go.send(()).unwrap();
    };
    let (decided, ()) = join(erasing, meanwhile).await;
    let decided = decided.unwrap();
    assert_eq!((&*decided.decision, decided.reason.as_deref()), ("refused", Some("legal_hold")));
}

/// Whoever signs may take another photo or decline at any time; what was taken before is held.
#[tokio::test]
async fn what_a_signer_gives_up_under_a_hold_stays_until_it_is_lifted() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let filing = drafted.filing;
    let visitor = world.visitor(filing, drafted.parties[0]).await;
    let empty = world.objects().await;
    let hold = world.hold(filing).await;

    let (begun, _) = world.ready(&visitor).await;
    world.capture(&visitor, begun.signing_id, files::photo("another")).await;
    assert_eq!(world.objects().await, empty + 2, "the first photo is held");
    let begun = world.begin(&visitor).await;
    assert_eq!(world.objects().await, empty + 2, "the second one too");
    world.capture(&visitor, begun.signing_id, files::photo("last")).await;
    let declining = Decline { signing: Some(begun.signing_id), reason: None };
    decline(&world.platform, &world.request(&visitor.actor), declining).await.unwrap();
    assert_eq!(world.sweeps().await.given_up, 0);
    assert_eq!(world.objects().await, empty + 3);

    world.lift(filing, hold).await;
    assert_eq!(world.sweeps().await.given_up, 3);
    assert_eq!((world.objects().await, world.sweeps().await.given_up), (empty, 0), "once");
}

#[tokio::test]
async fn a_hold_placed_while_a_photo_is_taken_again_keeps_the_one_before() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let (begun, _) = world.ready(&visitor).await;
    let before = world.objects().await;

    let (is_reached, go) = world.store.pause_behind(b"legal_hold/");
    let again = world.capture(&visitor, begun.signing_id, files::photo("again"));
    let meanwhile = async {
        is_reached.await.unwrap();
        world.hold(drafted.filing).await;
        go.send(()).unwrap();
    };
    join(again, meanwhile).await;
    assert_eq!(world.objects().await, before + 1);
}

/// What an authority sends of a face is held as what a signer takes of it.
#[tokio::test]
async fn a_portrait_that_is_replaced_under_a_hold_stays_until_it_is_lifted() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let before = world.objects().await;
    let hold = world.hold(scene.filing).await;
    scene.declare(contact()).await.unwrap();
    assert_eq!(scene.check().await, 1);
    assert_eq!((world.sweeps().await.given_up, world.objects().await), (0, before + 1));

    world.lift(scene.filing, hold).await;
    assert_eq!((world.sweeps().await.given_up, world.objects().await), (1, before));
    assert_eq!(world.sweeps().await.given_up, 0, "once");
}
