//! Every call that the office makes of its store fails, in each of three ways: refused, lost,
//! done but reported lost. The same deposit again gets one answer, whatever failed before:
//! nothing twice, no number lost, nothing half done.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::backend::memory::MemoryBackend;
use heqi_evidence_store::changeset::{Row, RowKey};
use heqi_evidence_store::testing::{Failure, Faulty};
use heqi_notarization::publish_anchors::publish_anchors;
use heqi_testkit::{Story, Twists};

use crate::support::{House, deposit_of, notary_store, story};

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
