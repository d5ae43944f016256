//! Many deposits at once.

use std::collections::{BTreeMap, BTreeSet};

use heqi_evidence::leaf::LogLeaf;
use heqi_evidence_store::backend::Backend;
use heqi_notarization::{AdmitBundleError, admit_bundle};
use heqi_vocabulary::Digest;

use crate::support::{House, deposit_of, log_chain, story};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_deposits_on_ten_chains_are_strictly_ordered_and_numbered_without_a_gap() {
    let mut story = story();
    let chains: Vec<_> = (1..=10).map(|seed| log_chain(&mut story, seed, 5)).collect();
    let house = House::of(&story);
    let mut tasks = Vec::new();
    // Last first, so that most come out of order and have to be sent again.
    for extra in chains.iter().flatten().rev() {
        let (office, file) = (house.office.clone(), extra.parts(&story).write().unwrap());
        let seq = extra.record.frame().place.seq;
        tasks.push(tokio::spawn(async move {
            loop {
                match admit_bundle(&office, file.clone().into()).await {
                    Ok(admission) => return admission,
                    Err(AdmitBundleError::Gap { expected_seq }) => {
                        assert!(expected_seq < seq);
                        tokio::task::yield_now().await;
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        }));
    }
    let mut receipts = Vec::new();
    for task in tasks {
        let admission = task.await.unwrap();
        assert!(admission.is_new && admission.outcome.is_admitted());
        receipts.push(admission.receipt);
    }
    let entries = house.store.log().entries(0, 1000).await.unwrap();
    assert_eq!(entries.len(), 100, "a receipt and a chain head each");
    let leaf_of = |bytes: &[u8]| LogLeaf::Statement(Digest::of(bytes)).to_bytes();
    let mut orders: BTreeMap<Digest, Vec<(usize, u64)>> = BTreeMap::new();
    let mut serials = BTreeSet::new();
    for envelope in &receipts {
        let receipt = house.open(envelope);
        let leaf = leaf_of(envelope.as_bytes());
        let index = entries.iter().position(|entry| entry.entry == leaf).unwrap();
        orders.entry(receipt.chain).or_default().push((index, receipt.seq));
        assert!(serials.insert(receipt.deposit_no.serial()), "{}", receipt.deposit_no);
    }
    assert_eq!(serials, (1..=50).collect());
    assert_eq!(orders.len(), 10);
    for order in orders.values_mut() {
        order.sort_unstable();
        let seqs: Vec<_> = order.iter().map(|(_, seq)| *seq).collect();
        assert_eq!(seqs, [1, 2, 3, 4, 5]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_record_sent_at_once_by_many_has_one_receipt_and_is_stored_once() {
    let story = story();
    let house = House::of(&story);
    let file = deposit_of(&story, &story.records[0]).write().unwrap();
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let (office, file) = (house.office.clone(), file.clone());
            tokio::spawn(async move { admit_bundle(&office, file.into()).await.unwrap() })
        })
        .collect();
    let mut receipts = BTreeSet::new();
    let mut new = 0;
    for task in tasks {
        let admission = task.await.unwrap();
        new += usize::from(admission.is_new);
        receipts.insert(admission.receipt.as_bytes().to_vec());
    }
    assert_eq!((receipts.len(), new), (1, 1));
    assert_eq!(house.store.log().head().size(), 2);
}
