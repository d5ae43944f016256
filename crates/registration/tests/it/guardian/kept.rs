//! Which proof is kept, how long, and which is swept.

use std::collections::BTreeSet;

use heqi_evidence::schema::RetentionClass;
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::Capacity;
use heqi_filing::timer::LINK_LIFETIME_MS;
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::decline::{Decline, decline};
use heqi_registration::erase_person_data::{ErasePersonData, erase_person_data};
use heqi_registration::legal_hold::{LiftHold, PlaceHold, lift_hold, place_hold};
use heqi_registration::remove_party::{RemoveParty, remove_party};
use heqi_registration::show_guardianship::{GuardianRelation, ShowGuardianship};
use heqi_registration::sweep::{SIGNING_LIFETIME_MS, SweepCursor, sweep};
use heqi_vocabulary::{Explain as _, Language};

use super::{WARD_NUMBER, drafted, proof, scene, show};
use crate::regulator::typed;
use crate::review::Scene;

#[tokio::test]
async fn edge_case_8_a_proof_that_was_replaced_is_kept_no_longer_but_under_a_hold() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let objects = async || world.contents().await.objects.len();
    let before = objects().await;
    let other = ShowGuardianship { relation: GuardianRelation::Kin, ..proof(WARD_NUMBER) };
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    show(&scene, &visitor, other).await.unwrap();
    assert_eq!(objects().await, before + 1);

    let reason = "（2026）示例民初1号".to_owned();
    let command = PlaceHold { filing: scene.filing, reason };
    place_hold(&world.platform, &world.request(&world.staff), command).await.unwrap();
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    assert_eq!(objects().await, before + 2);
}

#[tokio::test]
async fn edge_case_8_a_proof_whose_record_finds_no_room_is_given_up() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let before = world.contents().await;
    world.store.refuse_commits(Some(CommitError::DiskFull));
    let refused = show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap_err();
    assert_eq!(refused.code(), "store_full");
    world.store.refuse_commits(None);
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn edge_case_8_a_proof_that_nobody_signed_with_goes_with_the_photo() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let before = world.contents().await.objects.len();
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.ready(&visitor).await;
    assert_eq!(world.contents().await.objects.len(), before + 2);
    world.clock.advance_ms(SIGNING_LIFETIME_MS + 600_000);
    let swept = sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!((swept.signings, swept.photos), (1, 1));
    assert_eq!(world.contents().await.objects.len(), before);
}

#[tokio::test]
async fn edge_case_8_a_proof_without_a_signing_goes_after_its_time_but_under_a_hold() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let objects = async || world.contents().await.objects.len();
    let swept = async || sweep(&world.platform, &mut SweepCursor::default()).await.unwrap().proofs;
    let before = objects().await;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.clock.advance_ms(LINK_LIFETIME_MS);
    assert_eq!((swept().await, objects().await), (0, before + 1), "the link has just ended");

    let reason = "（2026）示例民初1号".to_owned();
    let command = PlaceHold { filing: scene.filing, reason: reason.clone() };
    let held = place_hold(&world.platform, &world.request(&world.staff), command).await.unwrap();
    world.clock.advance_ms(SIGNING_LIFETIME_MS);
    assert_eq!((swept().await, objects().await), (0, before + 1), "it is held");

    let command = LiftHold { filing: scene.filing, hold: held.hold_id, reason };
    lift_hold(&world.platform, &world.request(&world.staff), command).await.unwrap();
    assert_eq!((swept().await, objects().await), (1, before));
    assert_eq!(swept().await, 0);
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(view.guardianship, None);
}

/// As a store of before has it: no row says in which ceremonies a proof was shown.
async fn forget_rows(scene: &Scene) {
    forget(scene, b"guardianship/").await;
}

async fn forget(scene: &Scene, of: &[u8]) {
    let rows = scene.world.contents().await.rows;
    let mut changes = Changeset::new();
    for (key, _) in rows {
        if key.as_bytes().starts_with(of) {
            changes.delete(key);
        }
    }
    scene.world.platform.backend().commit(changes).unwrap().await.unwrap();
}

#[tokio::test]
async fn edge_case_8_a_proof_of_before_there_was_a_sweep_is_swept_as_any_other() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let objects = async || world.contents().await.objects.len();
    let before = objects().await;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    forget_rows(&scene).await;
    // Not the newest ceremony of the party any more: nothing leads to it.
    world.invite(scene.filing, scene.party).await;
    let of_ward = typed(|typed| typed.person_number = WARD_NUMBER.into());
    world.index().await;
    assert!(world.found(&of_ward).await.is_empty());

    let mut cursor = SweepCursor::default();
    assert_eq!(sweep(&world.platform, &mut cursor).await.unwrap().proofs, 0, "it may be signed");
    world.index().await;
    assert_eq!(world.found(&of_ward).await, [scene.filing]);

    world.clock.advance_ms(LINK_LIFETIME_MS + SIGNING_LIFETIME_MS);
    assert_eq!(sweep(&world.platform, &mut cursor).await.unwrap().proofs, 1);
    assert_eq!(objects().await, before);
    world.index().await;
    assert!(world.found(&of_ward).await.is_empty());
}

#[tokio::test]
async fn edge_case_8_a_proof_of_before_goes_also_where_the_guardian_was_taken_out_meanwhile() {
    let (scene, _) = drafted().await;
    let world = &scene.world;
    world.add(scene.filing, "吴敏", Capacity::Supervisor).await;
    let visitor = scene.visitor().await;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.invite(scene.filing, scene.party).await;
    // Nothing leads to the older invitation: neither rows of proofs nor rows of invitations.
    forget_rows(&scene).await;
    forget(&scene, b"party_ceremony/").await;
    let (filing, party) = (scene.filing, scene.party);
    let command = RemoveParty { filing, party, reason: Some("与另一当事人重复".into()) };
    let request = world.request(&world.staff);
    Box::pin(remove_party(&world.platform, &request, command)).await.unwrap();
    let left = world.contents().await.objects.len();

    world.clock.advance_ms(LINK_LIFETIME_MS + SIGNING_LIFETIME_MS);
    let swept = sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!((swept.proofs, world.contents().await.objects.len()), (1, left - 1));
}

#[tokio::test]
async fn edge_case_8_proofs_of_before_are_looked_for_once_and_no_start_looks_again() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let before = world.contents().await.objects.len();
    sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    forget_rows(&scene).await;
    world.clock.advance_ms(LINK_LIFETIME_MS + SIGNING_LIFETIME_MS);
    let swept = sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!((swept.proofs, world.contents().await.objects.len()), (0, before + 1));
}

#[tokio::test]
async fn edge_case_8_a_proof_of_before_that_was_signed_with_stays() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.sign(&visitor).await;
    forget_rows(&scene).await;
    let before = world.contents().await.objects.len();
    world.clock.advance_ms(LINK_LIFETIME_MS + SIGNING_LIFETIME_MS);
    let swept = sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!((swept.proofs, world.contents().await.objects.len()), (0, before));
}

#[tokio::test]
async fn edge_case_8_a_guardian_who_has_the_data_erased_leaves_no_proof_behind() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.deposit_all().await;
    let before = world.contents().await.objects.len();
    let command = ErasePersonData {
        filing: scene.filing,
        party: scene.party,
        classes: BTreeSet::from([RetentionClass::Person]),
        basis: Some("个人信息保护法第47条".into()),
    };
    let request = world.request(&world.staff);
    let decided = erase_person_data(&world.platform, &request, command).await.unwrap();
    assert_eq!(decided.decision, "erased");
    assert_eq!(world.contents().await.objects.len(), before - 1);
    // The sweep finds a ceremony that nobody can open, and goes on.
    world.clock.advance_ms(LINK_LIFETIME_MS + SIGNING_LIFETIME_MS);
    let swept = sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!(swept.proofs, 0);
}

#[tokio::test]
async fn edge_case_8_a_proof_that_was_signed_with_stays_however_old() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.sign(&visitor).await;
    let before = world.contents().await.objects.len();
    world.clock.advance_ms(LINK_LIFETIME_MS + SIGNING_LIFETIME_MS);
    for _ in 0..2 {
        let swept = sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
        assert_eq!(swept.proofs, 0);
    }
    assert_eq!(world.contents().await.objects.len(), before);
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert!(view.guardianship.is_some());
}

#[tokio::test]
async fn edge_case_8_a_guardian_who_declines_leaves_no_proof_behind() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let before = world.contents().await.objects.len();
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    let command = Decline { signing: None, reason: None };
    decline(&world.platform, &world.request(&visitor.actor), command).await.unwrap();
    assert_eq!(world.contents().await.objects.len(), before);
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(view.guardianship, None);
}
