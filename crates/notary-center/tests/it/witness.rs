//! The witness over HTTP, as the specification wants it.

use heqi_evidence_store::witness::misbehaviour_of;
use heqi_notary_protocol::CallError;
use heqi_notary_protocol::witness::AddCheckpointError;
use heqi_testkit::Story;
use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_tlog::tree::{Hash, empty_root};
use heqi_tlog::witness::AddCheckpoint;

use crate::support::{Failing, Plan, code, get, http, log_signer, store, story, witness_key};

fn request(story: &Story, old: u64, new: u64) -> AddCheckpoint {
    let proof = story.log.consistency(old, new);
    AddCheckpoint::new(old, proof, story.log.head_at(new)).unwrap()
}

fn refused(status: u16, code: &str) -> AddCheckpointError {
    CallError::Refused { status, code: code.into() }.into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_growing_log_is_cosigned_and_every_refusal_has_the_status_of_the_spec() {
    let story = story();
    let centre = Plan::data_centre(&story, store()).start().await;
    let (witness, keys) = (centre.client.witness(), [witness_key()]);
    let origin = Origin::new(story.log.origin()).unwrap();
    assert_eq!(witness.latest(&origin).await.unwrap(), None);

    let cosigned = witness.add_checkpoint(&request(&story, 0, 5), &keys).await.unwrap();
    assert_eq!(cosigned.note().verify(&keys).unwrap().len(), 1);
    let cosigned = witness.add_checkpoint(&request(&story, 5, 9), &keys).await.unwrap();
    let latest = witness.latest(&origin).await.unwrap().unwrap();
    assert_eq!(latest.checkpoint(), cosigned.checkpoint());
    // The same head again gets a fresh line.
    witness.add_checkpoint(&request(&story, 9, 9), &keys).await.unwrap();

    let stale = witness.add_checkpoint(&request(&story, 0, 12), &keys).await.unwrap_err();
    assert_eq!(stale, AddCheckpointError::Conflict { cosigned_size: 9 });

    let stranger = log_signer("log.example/stranger", 1);
    let unknown = Checkpoint::new(Origin::new("log.example/stranger").unwrap(), 0, empty_root());
    let unknown = SignedCheckpoint::sign(unknown.unwrap(), &stranger).unwrap();
    let unknown = AddCheckpoint::new(0, Vec::new(), unknown).unwrap();
    let error = witness.add_checkpoint(&unknown, &keys).await.unwrap_err();
    assert_eq!(error, refused(404, "log_unknown"));

    let head = story.log.head_at(12).checkpoint().clone();
    let unsigned = SignedCheckpoint::sign(head, &log_signer(story.log.origin(), 1)).unwrap();
    let unsigned = AddCheckpoint::new(9, Vec::new(), unsigned).unwrap();
    let error = witness.add_checkpoint(&unsigned, &keys).await.unwrap_err();
    assert_eq!(error, refused(403, "checkpoint_not_signed"));

    let beyond = AddCheckpoint::new(13, Vec::new(), story.log.head_at(12)).unwrap();
    let error = witness.add_checkpoint(&beyond, &keys).await.unwrap_err();
    assert_eq!(error, refused(400, "old_size_beyond_checkpoint"));

    let unproved = AddCheckpoint::new(9, vec![Hash::from_bytes([1; 32])], story.log.head_at(12));
    let error = witness.add_checkpoint(&unproved.unwrap(), &keys).await.unwrap_err();
    assert_eq!(error, refused(422, "log_inconsistent"));

    witness.add_checkpoint(&request(&story, 9, 12), &keys).await.unwrap();
    assert_eq!(centre.figure("heqi_cosignatures_total{role=\"witness\"}").await, Some(4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conflict_is_a_bare_size_and_a_malformed_request_a_problem() {
    let story = story();
    let centre = Plan::data_centre(&story, store()).start().await;
    let post = |body: String| http().post(centre.url("/witness/add-checkpoint")).body(body).send();
    let first = post(request(&story, 0, 5).to_string()).await.unwrap();
    assert_eq!(first.status(), 200);
    assert_eq!(first.headers()["content-type"], "text/plain; charset=utf-8");
    assert!(first.text().await.unwrap().starts_with("— witness.office.example/w "));
    let conflict = post(request(&story, 0, 7).to_string()).await.unwrap();
    assert_eq!(conflict.status(), 409);
    assert_eq!(conflict.headers()["content-type"], "text/x.tlog.size");
    assert_eq!(conflict.text().await.unwrap(), "5\n");
    for body in ["", "old 5\n", "old 05\n\n", &request(&story, 0, 5).to_string()[1..]] {
        let response = post(body.to_owned()).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), code(response).await),
            (400, "protocol_malformed".into())
        );
    }
    let huge = post("x".repeat(1 << 20)).await.unwrap();
    assert_eq!((huge.status().as_u16(), code(huge).await), (413, "too_large".into()));
    let unknown = get(&centre.url(&format!("/witness/{}/checkpoint", "0".repeat(64)))).await;
    assert_eq!((unknown.status().as_u16(), code(unknown).await), (404, "nothing_yet".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_split_view_is_kept_and_raises_the_alarm() {
    let (story, store) = (story(), store());
    let centre = Plan::data_centre(&story, store.clone()).start().await;
    let (witness, keys) = (centre.client.witness(), [witness_key()]);
    witness.add_checkpoint(&request(&story, 0, 5), &keys).await.unwrap();
    // The same log key signs another tree of the same size: a story of the same seed forks.
    let mut fork = self::story();
    let other = heqi_evidence::leaf::RecordRoot::new(heqi_vocabulary::Digest::of(b"other"));
    fork.log = heqi_testkit::MemoryLog::new(
        story.log.origin(),
        &heqi_testkit::SeededEntropy::labelled(1, story.log.origin()),
    );
    for _ in 0..5 {
        fork.log.append(heqi_evidence::leaf::LogLeaf::Record(other));
    }
    assert_eq!(fork.log.key(), story.log.key());
    let split = AddCheckpoint::new(5, Vec::new(), fork.log.head_at(5)).unwrap();
    let error = witness.add_checkpoint(&split, &keys).await.unwrap_err();
    assert_eq!(error, refused(422, "log_inconsistent"));
    let origin = Origin::new(story.log.origin()).unwrap();
    let kept = misbehaviour_of(&*store, &origin, 5).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].conclusive);
    let alarm = centre.figure("heqi_misbehaviour_total{kind=\"split_view\"}").await;
    assert_eq!(alarm, Some(1));
    // Anybody can have the proof, and needs nothing but the log's key to see that it holds.
    let path = format!("/witness/{}/fork-proof", origin.monitoring_path());
    let proof = get(&centre.url(&path)).await.bytes().await.unwrap();
    let proof = heqi_tlog::fork::ForkProof::parse(&proof).unwrap();
    assert!(proof.verify(&[story.log.key().clone()], &[]).is_ok());
    let none = get(&centre.url(&format!("/witness/{}/fork-proof", "0".repeat(64)))).await;
    assert_eq!((none.status().as_u16(), code(none).await), (404, "nothing_yet".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_cosigned_that_is_not_durable() {
    let story = story();
    let failing = Failing::new(store());
    let centre = Plan::data_centre(&story, failing.clone()).start().await;
    let (witness, keys) = (centre.client.witness(), [witness_key()]);
    failing.fail(true);
    let error = witness.add_checkpoint(&request(&story, 0, 5), &keys).await.unwrap_err();
    assert!(matches!(error, AddCheckpointError::Call(CallError::Unavailable { .. })), "{error}");
    let origin = Origin::new(story.log.origin()).unwrap();
    assert_eq!(witness.latest(&origin).await.unwrap(), None);
    failing.fail(false);
    witness.add_checkpoint(&request(&story, 0, 5), &keys).await.unwrap();
}
