//! What custodians and cosigners answer, and what of it is believed.

use heqi_evidence::chain::ChainHead;
use heqi_evidence::deposit::{DepositReceipt, Outcome};
use heqi_evidence::leaf::RecordRoot;
use heqi_registration::Custodian;
use heqi_registration::coverage::{GAP_AFTER_MS, GapState, coverage};
use heqi_registration::deposit_queue::{
    NoteHeadError, NoteReceiptError, cosigned_head, deposit_bundle, give_back, mirrored_head,
    next_due, note_cosigned_head, note_receipt, quarantine, witnessed_head,
};
use heqi_registration::receipt::{Wait, receipt};
use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_tlog::tree::Hash;
use heqi_vocabulary::{Clock as _, Digest};

use crate::world::World;

const NOTARY: Custodian = Custodian::DataCentre;

/// Spoils receipt or chain head.
type Change = fn(&mut DepositReceipt, &mut ChainHead);

#[tokio::test]
async fn every_record_goes_to_both_custodians_in_the_order_of_its_chain() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    world.all_sign(&drafted).await;
    let records = world.leaf_rows().await;
    for custodian in Custodian::ALL {
        for (record, _) in &records {
            // Of one chain only the first outstanding item can be leased.
            let items = world.leased(custodian, 10).await;
            assert_eq!(items.len(), 1);
            assert_eq!(items[0].payload.record_id, *record);
            let deposit = deposit_bundle(&world.platform, *record).await.unwrap();
            let answer = world.answer(custodian, &deposit, |_, _| {});
            note_receipt(&world.platform, &items[0], answer).await.unwrap();
        }
        assert!(world.leased(custodian, 10).await.is_empty());
        assert_eq!(next_due(&world.platform, custodian).await.unwrap(), None);
    }
    let held = coverage(&world.platform, &world.staff).await.unwrap();
    assert_eq!(held.records, u64::try_from(records.len()).unwrap());
    for custodian in &held.custodians {
        assert_eq!((custodian.admitted, custodian.outstanding), (held.records, 0));
        assert_eq!(custodian.oldest_outstanding_ms, None);
    }
    assert!(held.gaps.is_empty() && held.lag_ms.is_some());
}

#[tokio::test]
async fn what_waits_longer_than_a_minute_is_listed_by_name_oldest_first() {
    let world = World::new().await;
    assert_eq!(coverage(&world.platform, &world.staff).await.unwrap().lag_ms, None);
    world.open().await;
    world.clock.advance_ms(1_000);
    world.open().await;
    let early = coverage(&world.platform, &world.staff).await.unwrap();
    assert!(early.gaps.is_empty());
    assert_eq!(early.custodians[0].outstanding, 2);
    assert_eq!(early.custodians[0].oldest_outstanding_ms, Some(1_000));
    world.clock.advance_ms(GAP_AFTER_MS - 1_000);
    let late = coverage(&world.platform, &world.staff).await.unwrap();
    assert_eq!(late.gaps.len(), 2);
    assert!(late.gaps.iter().all(|gap| gap.state == GapState::Outstanding && gap.seq == 1));
    assert_eq!(late.gaps[0].record_id, world.leaf_rows().await[0].0);
}

#[tokio::test]
async fn a_receipt_that_is_not_for_this_very_deposit_is_not_taken() {
    let world = World::new().await;
    world.drafted(1).await;
    let item = world.leased(NOTARY, 1).await.remove(0);
    let deposit = deposit_bundle(&world.platform, item.payload.record_id).await.unwrap();
    let before = world.contents().await;
    let other = Digest::of(b"other");
    let changes: [Change; 10] = [
        |r, _| r.custodian = "preservation".into(),
        |r, _| r.record_root = RecordRoot::new(Digest::of(b"other")),
        |r, _| r.chain = Digest::of(b"other"),
        |r, _| r.seq += 1,
        |r, _| r.log_origin = "log.example/other".into(),
        |r, _| r.leaf_index += 1,
        |_, h| h.custodian = "preservation".into(),
        |_, h| h.chain = Digest::of(b"other"),
        |_, h| h.root = RecordRoot::new(Digest::of(b"other")),
        |_, h| h.seq = 99,
    ];
    for (place, change) in changes.into_iter().enumerate() {
        let answer = world.answer(NOTARY, &deposit, change);
        let error = note_receipt(&world.platform, &item, answer).await.unwrap_err();
        let expected = if place < 6 {
            matches!(error, NoteReceiptError::OfAnother(_))
        } else {
            matches!(error, NoteReceiptError::ChainHead(_))
        };
        assert!(expected, "{place}: {error}");
    }
    let mut answer = world.answer(NOTARY, &deposit, |_, _| {});
    answer.manifest_sha256 = other;
    let error = note_receipt(&world.platform, &item, answer).await.unwrap_err();
    assert!(matches!(error, NoteReceiptError::OtherManifest));
    let mut answer = world.answer(Custodian::Preservation, &deposit, |_, _| {});
    answer.chain_head = None;
    let error = note_receipt(&world.platform, &item, answer).await.unwrap_err();
    assert!(matches!(error, NoteReceiptError::NotSigned(_)));
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn the_same_receipt_again_changes_nothing_and_another_one_is_not_taken() {
    let world = World::new().await;
    world.open().await;
    let item = world.leased(NOTARY, 1).await.remove(0);
    let deposit = deposit_bundle(&world.platform, item.payload.record_id).await.unwrap();
    let answer = world.answer(NOTARY, &deposit, |_, _| {});
    note_receipt(&world.platform, &item, answer.clone()).await.unwrap();
    let before = world.contents().await;
    let again = note_receipt(&world.platform, &item, answer).await.unwrap_err();
    assert!(matches!(again, NoteReceiptError::LeaseLost));
    world.clock.advance_ms(1);
    let second = world.answer(NOTARY, &deposit, |_, _| {});
    let second = note_receipt(&world.platform, &item, second).await.unwrap_err();
    assert!(matches!(second, NoteReceiptError::SecondReceipt));
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn a_refusal_is_final_and_shows_as_a_gap() {
    let world = World::new().await;
    world.open().await;
    let item = world.leased(NOTARY, 1).await.remove(0);
    let record = item.payload.record_id;
    let deposit = deposit_bundle(&world.platform, record).await.unwrap();
    let refused = Outcome::Refused { reason: "chain_fork".into() };
    let answer = world.answer(NOTARY, &deposit, |receipt, _| receipt.outcome = refused.clone());
    assert_eq!(note_receipt(&world.platform, &item, answer).await.unwrap(), refused);
    let held = coverage(&world.platform, &world.staff).await.unwrap();
    let notary = held.custodians[0];
    assert_eq!((notary.admitted, notary.refused, notary.outstanding), (0, 1, 0));
    assert_eq!((held.gaps[0].record_id, held.gaps[0].state), (record, GapState::Refused));
    let receipt = receipt(&world.platform, &world.staff, record, &Wait::default()).await.unwrap();
    assert_eq!((receipt.deposited.held, receipt.deposited.receipts.len()), (0, 1));
    assert!(!receipt.deposited.is_held_by_all() && !receipt.deposited.is_answered_by_all());
    let mut all = receipt.deposited;
    all.receipts.extend_from_within(..);
    assert!(
        all.is_answered_by_all() && !all.is_held_by_all(),
        "both refused: nobody is asked again"
    );
}

#[tokio::test]
async fn an_answer_that_contradicts_ours_is_kept_beside_it_and_raises_the_gap_once() {
    let world = World::new().await;
    world.open().await;
    let item = world.leased(NOTARY, 1).await.remove(0);
    let record = item.payload.record_id;
    quarantine(&world.platform, &item, "other_manifest", b"their answer").await.unwrap();
    quarantine(&world.platform, &item, "other_manifest", b"their second answer").await.unwrap();
    let held = coverage(&world.platform, &world.staff).await.unwrap();
    let notary = held.custodians[0];
    assert_eq!((notary.quarantined, notary.outstanding), (1, 0));
    assert_eq!((held.gaps[0].record_id, held.gaps[0].state), (record, GapState::Quarantined));
    assert!(world.leased(NOTARY, 1).await.is_empty());
    let kept = world.platform.backend().scan(b"quarantine/", None, 10).await.unwrap();
    assert_eq!(kept.len(), 1, "an answer to an item that has ended changes nothing");
}

#[tokio::test]
async fn an_item_given_back_is_leased_again_at_its_time_and_never_by_two() {
    let world = World::new().await;
    world.open().await;
    let item = world.leased(NOTARY, 1).await.remove(0);
    assert!(world.leased(NOTARY, 1).await.is_empty());
    let retry_at = world.clock.now().plus_millis(5_000);
    give_back(&world.platform, &item, retry_at).await.unwrap();
    give_back(&world.platform, &item, retry_at).await.unwrap();
    assert!(world.leased(NOTARY, 1).await.is_empty());
    world.clock.set(retry_at);
    let again = world.leased(NOTARY, 1).await.remove(0);
    assert_eq!(again.attempts, 2);

    // A worker whose lease has run out cannot end the item of another.
    world.clock.advance_ms(120_000);
    let third = world.leased(NOTARY, 1).await.remove(0);
    let deposit = deposit_bundle(&world.platform, third.payload.record_id).await.unwrap();
    let answer = world.answer(NOTARY, &deposit, |_, _| {});
    let late = note_receipt(&world.platform, &again, answer.clone()).await.unwrap_err();
    assert!(matches!(late, NoteReceiptError::LeaseLost));
    note_receipt(&world.platform, &third, answer).await.unwrap();
}

#[tokio::test]
async fn cosignatures_are_joined_and_published_once_witness_and_mirror_have_signed() {
    let world = World::new().await;
    world.open().await;
    let platform = &world.platform;
    assert_eq!(witnessed_head(platform).await.unwrap(), None);
    let head = world.head();
    note_cosigned_head(platform, &world.cosigned(&head, &world.cast.witness)).await.unwrap();
    let witnessed = witnessed_head(platform).await.unwrap().unwrap();
    assert_eq!((witnessed.size, mirrored_head(platform).await.unwrap()), (1, None));
    assert_eq!(witnessed.note_sha256, Digest::of(witnessed.note.as_bytes()));
    assert!(platform.backend().log().published().is_none());

    note_cosigned_head(platform, &world.cosigned(&head, &world.cast.mirror)).await.unwrap();
    let published = cosigned_head(platform).await.unwrap().unwrap();
    let note = SignedCheckpoint::parse(published.note.as_bytes()).unwrap();
    assert_eq!(note.note().signatures().len(), 3);
    assert_eq!(platform.backend().log().published().unwrap().size(), 1);

    // An older head does not go before a newer one.
    world.open().await;
    world.cosign_head().await;
    note_cosigned_head(platform, &world.cosigned(&head, &world.cast.witness)).await.unwrap();
    assert_eq!(witnessed_head(platform).await.unwrap().unwrap().size, 2);
    assert_eq!(platform.backend().log().published().unwrap().size(), 2);
}

#[tokio::test]
async fn a_head_without_our_line_a_known_cosigner_or_our_history_is_not_taken() {
    let world = World::new().await;
    world.open().await;
    let before = world.contents().await;
    let note = |head: SignedCheckpoint| {
        let platform = &world.platform;
        async move { note_cosigned_head(platform, &head).await.unwrap_err() }
    };
    let unsigned = note(world.head()).await;
    assert!(matches!(unsigned, NoteHeadError::NotCosigned(_)), "{unsigned}");
    let insider = note(world.cosigned(&world.head(), &world.cast.insider)).await;
    assert!(matches!(insider, NoteHeadError::NotCosigned(_)), "{insider}");

    let signer = heqi_evidence_store::testing::note_signer(7);
    let forked = |size| {
        let origin = Origin::from(signer.verifier_key().name().clone());
        let checkpoint = Checkpoint::new(origin, size, Hash::from_bytes([9; 32])).unwrap();
        SignedCheckpoint::sign(checkpoint, &signer).unwrap()
    };
    for size in [1, 5] {
        let fork = note(world.cosigned(&forked(size), &world.cast.witness)).await;
        assert!(matches!(fork, NoteHeadError::OtherHistory(_)), "{fork}");
    }
    assert_eq!(world.contents().await, before);
}
