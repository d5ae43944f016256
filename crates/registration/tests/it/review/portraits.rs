//! Portraits that authorities gave: which is kept, and how long.

use std::collections::BTreeSet;

use heqi_evidence::schema::RetentionClass;
use heqi_evidence_store::changeset::Changeset;
use heqi_registration::case_queue::{Picture, case_picture, case_view};
use heqi_registration::contacts::Contact;
use heqi_registration::erase_person_data::{ErasePersonData, erase_person_data};
use heqi_registration::legal_hold::{LiftHold, PlaceHold, lift_hold, place_hold};
use heqi_registration::remove_party::{RemoveParty, remove_party};
use heqi_registration::sweep::{SweepCursor, sweep};
use heqi_registration::verify_identity;
use heqi_testkit::files;
use heqi_vocabulary::Digest;

use super::{Mood, Scene, contact};

#[tokio::test]
async fn a_portrait_of_somebody_who_was_declared_anew_meanwhile_is_not_kept() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let other = |number: &str| Contact { id_number: Some(number.parse().unwrap()), ..contact() };
    scene.declare(other("330112199003079999")).await.unwrap();
    let due = verify_identity::lease(&world.platform, 10_000, 100).await.unwrap();
    let before = world.contents().await;
    let (is_read, go_on) = world.store.pause_behind_row(b"identity_check/");
    let asking = async {
        for item in &due {
            verify_identity::verify_identity(&world.platform, item).await.unwrap();
        }
    };
    let meanwhile = async {
        is_read.await.unwrap();
        scene.declare(contact()).await.unwrap();
        go_on.send(()).unwrap();
    };
    tokio::join!(asking, meanwhile);
    let after = world.contents().await;
    assert_eq!(after.entries.len(), before.entries.len() + 1, "the declaration alone");
    assert_eq!(after.objects, before.objects);
}

impl Scene {
    /// Asked about again, and answered.
    pub(super) async fn answered_again(&self) {
        self.declare(contact()).await.unwrap();
        assert_eq!(self.check().await, 1);
    }

    pub(super) async fn objects(&self) -> BTreeSet<Digest> {
        self.world.contents().await.objects.into_keys().collect()
    }

    /// As a store of before has it: no row says where portraits are.
    async fn forget_rows_of_portraits(&self) -> usize {
        let rows = self.world.contents().await.rows;
        let mut changes = Changeset::new();
        let portraits =
            rows.into_iter().filter(|(key, _)| key.as_bytes().starts_with(b"portrait/"));
        let mut removed = 0;
        for (key, _) in portraits {
            changes.delete(key);
            removed += 1;
        }
        self.world.platform.backend().commit(changes).unwrap().await.unwrap();
        removed
    }
}

#[tokio::test]
async fn a_portrait_goes_with_the_answer_that_another_one_replaces() {
    let scene = Scene::new(Mood::Agrees).await;
    let first = scene.objects().await;
    scene.declare(contact()).await.unwrap();
    assert_eq!(scene.objects().await, first, "an answer counts until there is another one");
    scene.check().await;
    let second = scene.objects().await;
    assert_eq!(second.len(), first.len());
    assert_ne!(second, first);
    // What was known is about somebody else: nobody waits for an answer.
    let other = Contact { id_number: Some("330112199003079999".parse().unwrap()), ..contact() };
    scene.declare(other).await.unwrap();
    assert_eq!(scene.objects().await.len(), first.len() - 1);
}

#[tokio::test]
async fn a_portrait_that_a_signature_was_made_with_stays_when_another_answer_comes() {
    for is_of_before in [false, true] {
        let scene = Scene::new(Mood::Agrees).await;
        scene.sign().await;
        let signed = scene.objects().await;
        if is_of_before {
            assert_eq!(scene.forget_rows_of_portraits().await, 1);
        }
        for _ in 0..2 {
            scene.answered_again().await;
            let now = scene.objects().await;
            assert!(now.is_superset(&signed));
            assert_eq!(now.len(), signed.len() + 1, "of the others the newest alone");
        }
    }
}

#[tokio::test]
async fn a_portrait_of_before_there_were_rows_of_them_goes_with_its_answer_as_well() {
    let scene = Scene::new(Mood::Agrees).await;
    let first = scene.objects().await;
    assert_eq!(scene.forget_rows_of_portraits().await, 1);
    scene.answered_again().await;
    let second = scene.objects().await;
    assert_eq!(second.len(), first.len());
    assert_ne!(second, first);
}

#[tokio::test]
async fn a_reviewer_sees_the_portrait_that_was_signed_with_whatever_was_answered_later() {
    let scene = Scene::new(Mood::Agrees).await;
    scene.sign().await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await.case;
    // Whose name does not fit, of them no portrait is asked for.
    scene.providers.turn(Mood::Differs);
    scene.answered_again().await;
    let (platform, facts) = (&scene.world.platform, scene.world.facts());
    let view = case_view(platform, &reviewer, &facts, case).await.unwrap();
    assert!(view.has_portrait);
    let seen = case_picture(platform, &reviewer, &facts, case, Picture::Portrait).await.unwrap();
    assert_eq!(Digest::of(&seen), Digest::of(&files::photo("portrait")));
}

impl Scene {
    /// The same with another signer, so that the party can be taken out while signing is open.
    async fn with_another_signer() -> Self {
        let mut scene = Self::new(Mood::Agrees).await;
        let drafted = scene.world.drafted(2).await;
        (scene.filing, scene.handler) = (drafted.filing, drafted.handler);
        scene.party = drafted.parties[0];
        scene.declare(contact()).await.unwrap();
        scene
    }

    async fn take_out(&self) {
        let (filing, party) = (self.filing, self.party);
        let command =
            RemoveParty { filing, party, reason: Some("与另一当事人重复".into()) };
        let request = self.world.request(&self.world.staff);
        Box::pin(remove_party(&self.world.platform, &request, command)).await.unwrap();
    }
}

#[tokio::test]
async fn a_portrait_of_a_party_that_is_taken_out_is_kept_no_longer_but_under_a_hold() {
    for is_of_before in [false, true] {
        let scene = Scene::with_another_signer().await;
        let empty = scene.objects().await;
        assert_eq!(scene.check().await, 1);
        scene.visitor().await;
        assert_eq!(scene.objects().await.len(), empty.len() + 1);
        if is_of_before {
            scene.forget_rows_of_portraits().await;
        }
        scene.take_out().await;
        assert_eq!(scene.objects().await, empty);
    }

    let scene = Scene::with_another_signer().await;
    let empty = scene.objects().await;
    scene.check().await;
    scene.visitor().await;
    let (platform, filing) = (&scene.world.platform, scene.filing);
    let reason = "（2026）示例民初1号".to_owned();
    let place = PlaceHold { filing, reason: reason.clone() };
    let request = scene.world.request(&scene.world.staff);
    let hold = place_hold(platform, &request, place).await.unwrap().hold_id;
    scene.take_out().await;
    sweep(platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!(scene.objects().await.len(), empty.len() + 1, "it is held");
    let lift = LiftHold { filing, hold, reason };
    let request = scene.world.request(&scene.world.staff);
    lift_hold(platform, &request, lift).await.unwrap();
    sweep(platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!(scene.objects().await, empty);
}

#[tokio::test]
async fn what_an_authority_answers_about_a_party_that_was_taken_out_meanwhile_is_not_kept() {
    let scene = Scene::with_another_signer().await;
    let world = &scene.world;
    let due = verify_identity::lease(&world.platform, 10_000, 100).await.unwrap();
    assert_eq!(due.len(), 1);
    let before = world.contents().await;
    // The answer is there and about to be written.
    let (is_read, go_on) = world.store.pause_behind_row(b"chain/");
    let asking = async {
        for item in &due {
            verify_identity::verify_identity(&world.platform, item).await.unwrap();
        }
    };
    let meanwhile = async {
        is_read.await.unwrap();
        scene.take_out().await;
        go_on.send(()).unwrap();
    };
    tokio::join!(asking, meanwhile);
    let after = world.contents().await;
    assert_eq!(after.entries.len(), before.entries.len() + 1, "that it was taken out");
    assert_eq!(after.objects, before.objects);
    // Nor is anybody asked again.
    world.clock.advance_ms(60_000);
    scene.check().await;
    assert_eq!(world.contents().await.entries.len(), after.entries.len());
    assert_eq!(scene.check().await, 0);
}

#[tokio::test]
async fn an_erasure_of_the_face_discards_the_portrait_of_an_authority() {
    for is_of_before in [false, true] {
        let scene = Scene::new(Mood::Agrees).await;
        let world = &scene.world;
        world.deposit_all().await;
        if is_of_before {
            scene.forget_rows_of_portraits().await;
        }
        let before = scene.objects().await.len();
        let command = ErasePersonData {
            filing: scene.filing,
            party: scene.party,
            classes: BTreeSet::from([RetentionClass::Biometric]),
            basis: Some("个人信息保护法第47条".into()),
        };
        let request = world.request(&world.staff);
        let decided = erase_person_data(&world.platform, &request, command).await.unwrap();
        assert_eq!(decided.decision, "erased");
        assert_eq!(scene.objects().await.len(), before - 1);
        assert_eq!(scene.forget_rows_of_portraits().await, 0, "no row names it");
    }
}
