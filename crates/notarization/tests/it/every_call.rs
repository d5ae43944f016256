//! Every call that the office makes of its store fails, in each of three ways: refused, lost,
//! done but reported lost. The same deposit again gets one answer, whatever failed before:
//! nothing twice, no number lost, nothing half done.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use heqi_evidence::anchors::Vkey;
use heqi_evidence::successor::{FrozenReason, LogSuccessor, VerifiedSuccessor};
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::backend::memory::MemoryBackend;
use heqi_evidence_store::changeset::{Changeset, Row, RowKey};
use heqi_evidence_store::erasure::ErasureLedger;
use heqi_evidence_store::testing::{Failure, Faulty, left_by};
use heqi_notarization::admit_bundle::take_back;
use heqi_notarization::erasure::answer_order;
use heqi_notarization::holder::index_all;
use heqi_notarization::publish_anchors::publish_anchors;
use heqi_notarization::successor::{BeginError, LEFT_OUT, begin, leave_out_numbers};
use heqi_pki::keys::SigningKey;
use heqi_testkit::{Story, Twists};
use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_tlog::note::{KeyName, NoteSigner};
use heqi_tlog::tree::leaf_hash;

use crate::support::{House, deposit_of, log_chain, notary_store, now, story};

type Run = Box<dyn for<'a> Fn(&'a House) -> LocalBoxFuture<'a, Result<String, String>>>;

async fn contents(store: &MemoryBackend) -> (Vec<(RowKey, Row)>, u64) {
    (store.scan(b"", None, usize::MAX).await.unwrap(), store.log().head().size())
}

/// Runs it on copies of `store`: once whole, then once for each call and failure. Gives the
/// number of failures injected.
async fn in_every_way(name: &str, story: &Story, store: &MemoryBackend, run: &Run) -> usize {
    let copy = Arc::new(store.copy());
    let faulty = Arc::new(Faulty::new(copy.clone()));
    run(&House::over(story, faulty.clone(), copy.clone())).await.unwrap();
    let (calls, whole) = (faulty.calls(), contents(&copy).await);
    assert!(calls.contains(&"commit"), "{name} does nothing: {calls:?}");

    let mut injected = 0;
    for (index, call) in calls.iter().enumerate() {
        for how in Failure::ALL {
            let what = format!("{name}: {call}, call {index} of {}, {how:?}", calls.len());
            let copy = Arc::new(store.copy());
            let faulty = Arc::new(Faulty::new(copy.clone()));
            let house = House::over(story, faulty.clone(), copy.clone());
            let before = contents(&copy).await;
            faulty.fail(index, how);
            let first = run(&house).await;
            assert_eq!(faulty.failed(), Some(*call), "{what}");
            injected += 1;
            let after = contents(&copy).await;

            let again = if how == Failure::Refused {
                faulty.reset();
                house
            } else {
                House::over(story, copy.clone(), copy.clone())
            };
            let answer = run(&again).await.unwrap_or_else(|error| panic!("{what}: {error}"));
            let done = contents(&copy).await;
            assert!(after == before || after == done, "{what}: half done");
            if let Ok(first) = first {
                assert_eq!(first, answer, "{what}: answered twice, differently");
            }
            let keys = |(rows, size): &(Vec<(RowKey, Row)>, u64)| {
                (rows.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>(), *size)
            };
            assert_eq!(keys(&done), keys(&whole), "{what}: not what would have been");
            assert_eq!(run(&again).await.unwrap(), answer, "{what}: the same again");
            assert_eq!(contents(&copy).await, done, "{what}: asking again did something");
        }
    }
    injected
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_an_admission_decides_once() {
    let story = Arc::new(story());
    let house = House::of(&story);
    let before_anything = house.store.copy();
    house.deposit_before_signing(&story).await;

    let admit = |parts: heqi_evidence::bundle::BundleParts| -> Run {
        Box::new(move |house| {
            let parts = parts.clone();
            async move {
                let admission = house.deposit(&parts).await.map_err(|error| error.to_string())?;
                let opened = house.open(&admission.receipt);
                Ok(format!("{opened:?} {}", String::from_utf8_lossy(admission.receipt.as_bytes())))
            }
            .boxed_local()
        })
    };
    let first = admit(deposit_of(&story, &story.records[0]));
    let signing = admit(deposit_of(&story, story.signing()));
    let mut injected = in_every_way("the first", &story, &before_anything, &first).await;
    injected += in_every_way("a signing", &story, &house.store, &signing).await;

    let twists = Twists { signed_by_another_device: true, ..Twists::default() };
    let other = Story::tell(7, &twists);
    let house = House::of(&other);
    house.deposit_before_signing(&other).await;
    let refused = admit(deposit_of(&other, other.signing()));
    injected += in_every_way("one that is refused", &other, &house.store, &refused).await;
    assert!(injected > 60, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_takes_a_receipt_back_as_it_was() {
    let mut story = story();
    let chain = log_chain(&mut story, 1, 2);
    let house = House::of(&story);
    let mut taking = Vec::new();
    for extra in &chain {
        let parts = extra.parts(&story);
        let receipt = house.deposit(&parts).await.unwrap().receipt;
        let (number, keys) = (house.open(&receipt).deposit_no, [house.receipt_key.public_key()]);
        let (receipt, file) = (receipt.as_bytes().to_vec(), Bytes::from(parts.write().unwrap()));
        let run: Run = Box::new(move |house| {
            let (keys, receipt, file) = (keys.clone(), receipt.clone(), file.clone());
            async move {
                let taken = take_back(&house.office, &keys, &receipt, file).await;
                let taken = taken.map_err(|error| error.to_string())?;
                assert_eq!(taken.deposit_no, number, "another number");
                assert!(taken.is_whole, "a part of it");
                Ok(number.to_string())
            }
            .boxed_local()
        });
        taking.push(run);
    }
    // Set back to nothing, the first receipt comes back, and then the second.
    let back = House::of(&story);
    let mut injected = 0;
    for run in &taking {
        injected += in_every_way("take back", &story, &back.store, run).await;
        run(&back).await.unwrap();
    }
    assert!(injected > 60, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_while_anchors_are_published_publishes_them_once() {
    let story = Arc::new(story());
    let publish: Run = {
        let story = story.clone();
        Box::new(move |house| {
            let story = story.clone();
            async move {
                let (anchors, publisher) = (story.anchors(), &story.cast.publisher);
                let published = publish_anchors(&house.office, &anchors, publisher).await;
                published.map(|file| format!("{file:?}")).map_err(|error| error.to_string())
            }
            .boxed_local()
        })
    };
    let injected = in_every_way("anchors", &story, &notary_store(), &publish).await;
    assert!(injected > 3, "{injected} failures");
}

/// Does it on copies of `store` with every call failing in every way, and once more by another
/// process, and gives the stores they leave.
async fn left_behind(story: &Story, store: &MemoryBackend, run: &Run) -> Vec<Arc<MemoryBackend>> {
    let copy = Arc::new(store.copy());
    let faulty = Arc::new(Faulty::new(copy.clone()));
    run(&House::over(story, faulty.clone(), copy.clone())).await.unwrap();
    let mut left = vec![copy];
    for (index, call) in faulty.calls().iter().enumerate() {
        for how in Failure::ALL {
            let what = format!("{call}, call {index}, {how:?}");
            let copy = Arc::new(store.copy());
            let faulty = Arc::new(Faulty::new(copy.clone()));
            faulty.fail(index, how);
            let first = run(&House::over(story, faulty.clone(), copy.clone())).await;
            assert_eq!(faulty.failed(), Some(*call), "{what}");
            assert!(first.is_err(), "{what}: nobody was told");
            let again = House::over(story, copy.clone(), copy.clone());
            run(&again).await.unwrap_or_else(|error| panic!("{what}: {error}"));
            left.push(copy);
        }
    }
    left
}

async fn count(store: &MemoryBackend, prefix: &[u8]) -> usize {
    store.scan(prefix, None, usize::MAX).await.unwrap().len()
}

#[tokio::test]
async fn a_store_that_fails_while_an_order_is_answered_leaves_nobody_to_be_found() {
    let (house, mut story) = crate::holder::house().await;
    let (order, public) = crate::holder::ordered(&house, &mut story).await;
    let ledger = Arc::new(ErasureLedger::in_memory());
    let answer: Run = Box::new(move |house| {
        let office = house.office.clone().erasing(vec![public.clone()], ledger.clone());
        let order = order.as_bytes().to_vec();
        async move {
            let answered = answer_order(&office, &order).await;
            answered.map(|_| "answered".to_owned()).map_err(|error| error.to_string())
        }
        .boxed_local()
    });
    let leaves = house.store.log().head().size() + 1;
    let left = left_behind(&story, &house.store, &answer).await;
    assert!(left.len() > 30, "{} stores", left.len());
    for store in left {
        assert_eq!(count(&store, b"holder-contact/").await, 0, "somebody is found still");
        assert_eq!(store.log().head().size(), leaves, "it was decided once");
    }
}

#[tokio::test]
async fn a_store_that_fails_while_people_are_indexed_leaves_nobody_out() {
    let (house, story) = crate::holder::house().await;
    let tables = [&b"holder-contact/"[..], b"holder-name/", b"holder-held/", b"holder-reach/"];
    let mut wanted = Vec::new();
    for table in tables {
        let rows = house.store.scan(table, None, usize::MAX).await.unwrap();
        wanted.push(rows.len());
        let mut changes = Changeset::new();
        for (key, _) in rows {
            changes.delete(key);
        }
        house.store.commit(changes).unwrap().await.unwrap();
    }
    assert!(wanted.iter().all(|rows| *rows > 0), "{wanted:?}");
    let index: Run = Box::new(|house| {
        async {
            let done = index_all(&house.office).await;
            done.map(|()| "indexed".to_owned()).map_err(|error| error.to_string())
        }
        .boxed_local()
    });
    for store in left_behind(&story, &house.store, &index).await {
        let mut rows = Vec::new();
        for table in tables {
            rows.push(count(&store, table).await);
        }
        assert_eq!(rows, wanted, "somebody finds nothing of what is held of them");
    }
}

/// The office's log in the place of another, as both say.
fn succession(house: &House) -> VerifiedSuccessor {
    let signer =
        |name: &str, seed| NoteSigner::from_seed(KeyName::new(name).unwrap(), &[seed; 32]).unwrap();
    let (old, new) = (signer("log.notary.example/old", 4), signer("log.notary.example/test", 3));
    let origin = Origin::new("log.notary.example/old").unwrap();
    let frozen = Checkpoint::new(origin, 1, leaf_hash(b"the only entry")).unwrap();
    let said = LogSuccessor {
        frozen_head: SignedCheckpoint::sign(frozen, &old).unwrap().note().to_string(),
        frozen_key: Vkey(old.verifier_key().clone()),
        held: 0,
        log_key: Vkey(new.verifier_key().clone()),
        opened_at: now(house),
        orphans: Vec::new(),
        reason: FrozenReason::Lost,
    };
    let [old, new] = [4, 3].map(|seed| SigningKey::from_ed25519_seed(&[seed; 32]));
    LogSuccessor::verify(&said.sign_both(&old, &new).unwrap()).unwrap()
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_succession_begins_it_whole_or_tells_it() {
    let (story, store) = (story(), notary_store());
    let house = House::over(&story, store.clone(), store.clone());
    let successor = succession(&house);
    let beginning = async |faulty: Arc<Faulty>| {
        begin(&House::over(&story, faulty, store.clone()).office, &successor).await
    };
    let left = left_by("begin", &store, beginning).await;
    assert!(left.len() >= 9, "{} failures", left.len());
    for left in left {
        let what = &left.what;
        assert!(left.answer.is_err(), "{what}: nobody was told");
        // `heqi recover` throws this store away. Were it not thrown away, the statement would be its one leaf.
        let is_there = left.store.log().head().size() == 1;
        let again = House::over(&story, left.store.clone(), left.store.clone());
        match begin(&again.office, &successor).await {
            Ok(()) => assert!(!is_there, "{what}: begun twice"),
            Err(BeginError::OtherLog) => assert!(is_there, "{what}: never begun"),
            Err(error) => panic!("{what}: {error}"),
        }
        assert_eq!(left.store.log().head().size(), 1, "{what}");
    }
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_leaves_numbers_out_and_gives_none_of_them_again() {
    let story = story();
    let house = House::of(&story);
    let today = [now(&house)];
    // From the second time on only today is concerned.
    let before = leave_out_numbers(&house.office, &today).await.unwrap();
    let day = now(&house).shanghai_day();
    let counters = before.keys().filter(|key| key.ends_with(&day)).count();
    let leaving = async |faulty: Arc<Faulty>| {
        let office = house.beside(&story, faulty, house.store.clone(), 2).office;
        leave_out_numbers(&office, &today).await.map_err(|error| error.to_string())
    };
    let all = left_by("leave_out_numbers", &house.store, leaving).await;
    let injected = all.len();
    assert!(injected >= 3 * 2 * counters, "{injected} failures for {counters} counters");
    let mut were_done = 0;
    for left in all {
        let what = &left.what;
        assert!(left.answer.is_err(), "{what}: nobody was told");
        let office = house.beside(&story, left.store.clone(), left.store.clone(), 3).office;
        let again = leave_out_numbers(&office, &today).await.unwrap();
        assert_eq!(again.len(), counters, "{what}: {again:?}");
        for (key, (first, last)) in again {
            // A counter was where it had been, or had left out all that it was to; it never went back.
            let known = before[&key].1;
            let was_done = first == known + LEFT_OUT + 1;
            assert!(was_done || first == known + 1, "{what}: {key} goes on at {first}");
            assert_eq!(last, first - 1 + LEFT_OUT, "{what}: {key}");
            were_done += usize::from(was_done);
        }
    }
    assert!(
        were_done > injected,
        "{were_done} counters had been raised before a later call failed"
    );
}
