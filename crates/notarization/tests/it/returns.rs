//! A store that was set back takes back what it receipted: the receipts stay what they were.

use bytes::Bytes;
use heqi_evidence::bundle::BundleParts;
use heqi_evidence::record::ClientAttributes;
use heqi_notarization::admit_bundle::{TakeBackError, TakenBack, lost_receipt, take_back};
use heqi_notarization::successor::{LEFT_OUT, leave_out_numbers};
use heqi_notarization::{Admission, AdmitBundleError, chain_head, deposited};

use crate::support::{Extra, House, deposit_of, log_chain, log_consent, now, place_after, story};

/// The same office on a store that has nothing, or less than it had.
async fn taken_back(
    house: &House,
    admission: &Admission,
    parts: &BundleParts,
) -> Result<TakenBack, TakeBackError> {
    let keys = [house.receipt_key.public_key()];
    let bundle = Bytes::from(parts.write().unwrap());
    take_back(&house.office, &keys, admission.receipt.as_bytes(), bundle).await
}

#[tokio::test]
async fn what_comes_back_has_the_receipt_the_number_and_the_place_it_had() {
    let mut story = story();
    let chain = log_chain(&mut story, 1, 3);
    let fork = log_consent(&mut story, chain[1].record.frame().place, "rewritten");
    let house = House::of(&story);
    let mut given = Vec::new();
    for extra in [&chain[0], &chain[1], &fork, &chain[2]] {
        given.push((extra, house.deposit(&extra.parts(&story)).await.unwrap()));
    }
    let head = chain_head(&house.office, chain[0].chain()).await.unwrap().unwrap();

    let back = House::of(&story);
    // A minute later: what was decided is not decided again.
    back.clock.set(now(&back).plus_millis(60_000));
    let keys = [back.receipt_key.public_key()];
    for (extra, admission) in &given {
        let bytes = admission.receipt.as_bytes();
        let said = lost_receipt(&back.office, &keys, bytes).await.unwrap().unwrap();
        let taken = taken_back(&back, admission, &extra.parts(&story)).await.unwrap();
        assert_eq!(taken.deposit_no, said.deposit_no);
        assert!(taken.was_lost && taken.is_whole && taken.lost_application.is_none());
        assert_eq!(lost_receipt(&back.office, &keys, bytes).await.unwrap(), None);
        let again = taken_back(&back, admission, &extra.parts(&story)).await.unwrap();
        assert!(!again.was_lost, "the same again changes nothing");
    }
    for (extra, admission) in &given {
        let again = back.deposit(&extra.parts(&story)).await.unwrap();
        assert!(!again.is_new);
        assert_eq!(again.receipt.as_bytes(), admission.receipt.as_bytes());
    }
    let restored = chain_head(&back.office, chain[0].chain()).await.unwrap().unwrap();
    assert_eq!(restored.unverified_payload(), head.unverified_payload());
    let totals = deposited::totals(&back.office).await.unwrap();
    assert_eq!(totals, deposited::totals(&house.office).await.unwrap());
    let forks = deposited::misbehaviour(&back.office, fork.chain(), 10).await.unwrap();
    assert_eq!(forks.len(), 1, "what convicts the platform came back with it");

    // The chain goes on, and no number of before is given again.
    let left_out = leave_out_numbers(&back.office, &[now(&back)]).await.unwrap();
    let day = now(&back).shanghai_day();
    assert_eq!(left_out.get(&format!("deposit/{day}")), Some(&(5, 4 + LEFT_OUT)));
    for kind in ["SQ", "SL", "BC", "BY", "ZZ", "CH", "BZ"] {
        let gap = left_out.get(&format!("{kind}/{day}"));
        assert_eq!(gap, Some(&(1, LEFT_OUT)), "a matter of {kind} may have been lost");
    }
    let place = place_after(&chain[2], story.seen_at());
    let next = log_consent(&mut story, place, "next");
    let admission = back.deposit(&next.parts(&story)).await.unwrap();
    assert!(admission.outcome.is_admitted());
    let number = back.open(&admission.receipt).deposit_no;
    assert_eq!(number.serial(), 4 + LEFT_OUT + 1);
}

#[tokio::test]
async fn numbers_of_matters_are_left_out_on_every_day_since_the_last_that_is_known() {
    let house = House::of(&story());
    let first = now(&house);
    leave_out_numbers(&house.office, &[first]).await.unwrap();
    // Three days later the store of the first day comes back: on the days between matters may have begun.
    house.clock.set(first.plus_millis(3 * 24 * 3_600_000));
    let left_out = leave_out_numbers(&house.office, &[]).await.unwrap();
    let gap = |days: i64| {
        let day = first.plus_millis(days * 24 * 3_600_000).shanghai_day();
        left_out.get(&format!("SQ/{day}")).copied()
    };
    assert_eq!(gap(-1), None);
    assert_eq!(gap(0), Some((LEFT_OUT + 1, 2 * LEFT_OUT)), "what was left out stays left out");
    assert_eq!([gap(1), gap(2), gap(3)], [Some((1, LEFT_OUT)); 3]);
}

/// The device's tree as the platform keeps it of an erased person: with everything closed.
fn closed(client: &[u8]) -> Vec<u8> {
    ClientAttributes::parse(client).unwrap().disclose(|_| false).unwrap()
}

#[tokio::test]
async fn of_an_erased_record_comes_back_what_is_left_and_the_receipt_whole() {
    let story = story();
    let house = House::of(&story);
    let back = House::of(&story);
    let signing = story.signing();
    for record in &story.records {
        let parts = deposit_of(&story, record);
        let admission = house.deposit(&parts).await.unwrap();
        let is_signing = record.record.root() == signing.record.root();
        let left = if is_signing {
            BundleParts {
                record: record.record.disclose(|name| name == "envelope_sha256").unwrap(),
                attachments: std::collections::BTreeMap::new(),
                client: parts.client.as_deref().map(closed),
                ..parts.clone()
            }
        } else {
            parts.clone()
        };
        let taken = taken_back(&back, &admission, &left).await.unwrap();
        assert_eq!(taken.is_whole, !is_signing);
        // Whoever has the whole record gets the same answer.
        let again = back.deposit(&parts).await.unwrap();
        assert_eq!((again.is_new, again.receipt.as_bytes()), (false, admission.receipt.as_bytes()));
    }
}

#[tokio::test]
async fn nothing_comes_back_but_what_this_office_signed_about_this_very_record() {
    let mut story = story();
    let chain = log_chain(&mut story, 1, 2);
    let house = House::of(&story);
    let mut given = Vec::new();
    for extra in &chain {
        given.push(house.deposit(&extra.parts(&story)).await.unwrap());
    }
    let back = House::of(&story);
    let size = back.size();
    let parts = |extra: &Extra| extra.parts(&story);

    let other_record = taken_back(&back, &given[0], &parts(&chain[1])).await.unwrap_err();
    assert!(matches!(other_record, TakeBackError::Record(AdmitBundleError::NotReceipted)));
    let too_early = taken_back(&back, &given[1], &parts(&chain[1])).await.unwrap_err();
    assert!(matches!(too_early, TakeBackError::Record(AdmitBundleError::Gap { expected_seq: 1 })));
    let bundle = || Bytes::from(parts(&chain[0]).write().unwrap());
    let receipt = given[0].receipt.as_bytes();
    let unsigned = take_back(&back.office, &[], receipt, bundle()).await.unwrap_err();
    assert!(matches!(unsigned, TakeBackError::NotOurs(_)), "{unsigned}");
    assert_eq!(back.size(), size, "nothing was kept");

    // Two receipts of one number: the store that went on alone is not papered over.
    let alone = back.deposit(&parts(&chain[0])).await.unwrap();
    let keys = [back.receipt_key.public_key()];
    let moved = House::of(&story);
    moved.clock.set(now(&moved).plus_millis(1));
    let second = moved.deposit(&parts(&chain[0])).await.unwrap();
    assert_ne!(alone.receipt.as_bytes(), second.receipt.as_bytes());
    let told = lost_receipt(&back.office, &keys, second.receipt.as_bytes()).await.unwrap_err();
    assert!(matches!(told, TakeBackError::OtherReceipt(_)), "{told}");
}
