use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use heqi_tlog::checkpoint::Checkpoint;
use heqi_tlog::note::{KeyName, NoteSigner};
use tokio::sync::watch;

use super::*;
use crate::backend::memory::MemoryBackend;
use crate::backend::{Answer, Pending, PendingObject};
use crate::changeset::{LedgerEntry, Row, RowKey};
use crate::log::{Head, LogReader};
use crate::testing::{TEST_ORIGIN, memory, note_signer};
use crate::vault::Vault;

mod every_call;

struct At(AtomicI64);

impl Clock for At {
    fn now(&self) -> UtcMillis {
        UtcMillis::from_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

const NOON_S: u64 = 1_795_435_200;

fn noon() -> At {
    At(AtomicI64::new(i64::try_from(NOON_S).unwrap() * 1000))
}

fn witness() -> Witness {
    let cosigner =
        Cosigner::from_seed(KeyName::new("witness.example/w1").unwrap(), &[9; 32]).unwrap();
    Witness::new(cosigner, vec![note_signer(7).verifier_key().clone()])
}

/// Appends `count` leaves to a log and gives its head.
async fn grow(log: &MemoryBackend, count: usize) -> SignedCheckpoint {
    for _ in 0..count {
        let mut changes = Changeset::new();
        changes.append(LedgerEntry::new(log.log().head().size().to_string(), ""));
        log.commit(changes).unwrap().await.unwrap();
    }
    log.log().head().checkpoint().clone()
}

async fn request(log: &MemoryBackend, old: u64, head: &SignedCheckpoint) -> AddCheckpoint {
    let proof = log.log().consistency_proof(old, head.checkpoint().size()).await.unwrap();
    AddCheckpoint::new(old, proof, head.clone()).unwrap()
}

/// A head of the same log key with another history.
fn forged(size: u64, seed: u8) -> SignedCheckpoint {
    let origin = Origin::new(TEST_ORIGIN).unwrap();
    let checkpoint = Checkpoint::new(origin, size, Hash::from_bytes([seed; 32])).unwrap();
    SignedCheckpoint::sign(checkpoint, &note_signer(7)).unwrap()
}

fn rejection(error: WitnessError) -> (Rejection, Option<MisbehaviourKind>) {
    match error {
        WitnessError::Rejected { reason, misbehaviour } => (reason, misbehaviour),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_growing_log_is_cosigned_and_its_last_checkpoint_can_be_fetched() {
    let (log, store, clock, witness) = (memory(), memory(), noon(), witness());
    let path = Origin::new(TEST_ORIGIN).unwrap().monitoring_path();
    assert_eq!(witness.latest(&*store, &clock, &path).await.unwrap(), None);

    let mut old = 0;
    for count in [1, 4, 0, 3] {
        let head = grow(&log, count).await;
        let line = witness
            .add_checkpoint(&*store, &clock, &request(&log, old, &head).await)
            .await
            .unwrap();
        old = head.checkpoint().size();
        let cosigned = head.with_signature(line).unwrap();
        let verified = cosigned.note().verify([witness.verifier_key()]).unwrap();
        assert_eq!(verified[0].time().unwrap().posix_seconds(), NOON_S);

        clock.0.fetch_add(60_000, Ordering::SeqCst);
        let latest = witness.latest(&*store, &clock, &path).await.unwrap().unwrap();
        assert_eq!(latest.checkpoint(), head.checkpoint());
        let verified = latest.note().verify([witness.verifier_key()]).unwrap();
        assert_eq!(verified[0].time().unwrap().posix_seconds(), NOON_S + 60);
        clock.0.fetch_sub(60_000, Ordering::SeqCst);
    }
    assert_eq!(witness.latest(&*store, &clock, &"0".repeat(64)).await.unwrap(), None);
}

#[tokio::test]
async fn each_refusal_of_the_spec_is_told_apart_and_changes_nothing() {
    let (log, store, clock, witness) = (memory(), memory(), noon(), witness());
    let head = grow(&log, 5).await;
    witness.add_checkpoint(&*store, &clock, &request(&log, 0, &head).await).await.unwrap();
    let before = store.progress().borrow().to_owned();

    let next = grow(&log, 2).await;
    let stale = witness.add_checkpoint(&*store, &clock, &request(&log, 0, &next).await).await;
    let (reason, _) = rejection(stale.unwrap_err());
    assert_eq!(reason, Rejection::Conflict { cosigned_size: 5 });
    assert_eq!(reason.size_body().as_deref(), Some("5\n"));

    let beyond = AddCheckpoint::new(9, Vec::new(), next.clone()).unwrap();
    let (reason, _) =
        rejection(witness.add_checkpoint(&*store, &clock, &beyond).await.unwrap_err());
    assert_eq!(reason.status(), 400);

    let stranger =
        NoteSigner::from_seed(KeyName::new("log.example/other").unwrap(), &[1; 32]).unwrap();
    let other = Checkpoint::new(
        Origin::new("log.example/other").unwrap(),
        0,
        heqi_tlog::tree::empty_root(),
    )
    .unwrap();
    let unknown =
        AddCheckpoint::new(0, Vec::new(), SignedCheckpoint::sign(other, &stranger).unwrap())
            .unwrap();
    let (reason, _) =
        rejection(witness.add_checkpoint(&*store, &clock, &unknown).await.unwrap_err());
    assert_eq!(reason.status(), 404);

    let unsigned = SignedCheckpoint::sign(next.checkpoint().clone(), &note_signer(8)).unwrap();
    let unsigned = AddCheckpoint::new(5, Vec::new(), unsigned).unwrap();
    let (reason, _) =
        rejection(witness.add_checkpoint(&*store, &clock, &unsigned).await.unwrap_err());
    assert_eq!(reason.status(), 403);

    assert_eq!(store.progress().borrow().to_owned(), before, "a refusal wrote something");
    witness.add_checkpoint(&*store, &clock, &request(&log, 5, &next).await).await.unwrap();
}

#[tokio::test]
async fn what_a_log_signs_against_itself_is_kept_once_however_often_it_is_sent() {
    let (log, store, clock, witness) = (memory(), memory(), noon(), witness());
    let head = grow(&log, 5).await;
    witness.add_checkpoint(&*store, &clock, &request(&log, 0, &head).await).await.unwrap();

    let split = AddCheckpoint::new(5, Vec::new(), forged(5, 1)).unwrap();
    for _ in 0..3 {
        let (reason, kind) =
            rejection(witness.add_checkpoint(&*store, &clock, &split).await.unwrap_err());
        assert_eq!((reason.status(), kind), (422, Some(MisbehaviourKind::SplitView)));
    }
    for proof in [vec![], vec![Hash::from_bytes([2; 32])]] {
        let grown = AddCheckpoint::new(5, proof, forged(7, 1)).unwrap();
        let (reason, kind) =
            rejection(witness.add_checkpoint(&*store, &clock, &grown).await.unwrap_err());
        assert_eq!((reason.status(), kind), (422, Some(MisbehaviourKind::UnprovedGrowth)));
    }
    let kept = misbehaviour_of(&*store, head.checkpoint().origin(), 10).await.unwrap();
    let kinds: Vec<_> = kept.iter().map(|kept| (kept.kind.as_str(), kept.conclusive)).collect();
    assert_eq!(kinds, [("split_view", true), ("unproved_growth", false)]);
    let first = SignedCheckpoint::parse(kept[0].held.as_ref().unwrap().as_bytes()).unwrap();
    let submitted = SignedCheckpoint::parse(kept[0].submitted.as_bytes()).unwrap();
    let log_key = note_signer(7);
    for note in [&first, &submitted] {
        assert!(note.note().verify([log_key.verifier_key()]).is_ok());
    }
    assert_eq!(first.checkpoint().size(), submitted.checkpoint().size());
    assert_ne!(first.checkpoint().root(), submitted.checkpoint().root());
    // Each convicts by itself, or not at all.
    assert!(kept[0].fork_proof().unwrap().verify(&[log_key.verifier_key().clone()], &[]).is_ok());
    assert_eq!(kept[1].fork_proof(), None);
    let path = head.checkpoint().origin().monitoring_path();
    let found = fork_proof_against(&*store, &path).await.unwrap();
    assert_eq!(found, kept[0].fork_proof());
    assert_eq!(fork_proof_against(&*store, &"0".repeat(64)).await.unwrap(), None);
    assert_eq!(fork_proof_against(&*store, &path[..9]).await.unwrap(), None);
    assert_eq!(kept_against_logs(&*store).await.unwrap(), 2);
    // The honest log goes on.
    let next = grow(&log, 1).await;
    witness.add_checkpoint(&*store, &clock, &request(&log, 5, &next).await).await.unwrap();
}

#[tokio::test]
async fn nothing_is_cosigned_that_did_not_become_durable() {
    let (log, clock, witness) = (memory(), noon(), witness());
    let store = Stopping { store: memory(), at_once: false };
    let head = grow(&log, 2).await;
    let asked = request(&log, 0, &head).await;
    for at_once in [true, false] {
        let store = Stopping { at_once, ..store.clone() };
        let error = witness.add_checkpoint(&store, &clock, &asked).await.unwrap_err();
        assert!(matches!(error, WitnessError::Store(CommitError::Stopped)), "{error}");
    }
    // Nor what was held before, while the store cannot say that it is durable.
    let state = log.log().head().checkpoint().note().to_string();
    let mut changes = Changeset::new();
    STATES.put(&mut changes, &head.checkpoint().origin().monitoring_path(), &state).unwrap();
    store.store.commit(changes).unwrap().await.unwrap();
    let again = AddCheckpoint::new(2, Vec::new(), head).unwrap();
    assert!(witness.add_checkpoint(&store, &clock, &again).await.is_err());
    witness.add_checkpoint(&*store.store, &clock, &again).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_futures_of_a_log_only_one_is_cosigned_however_they_race() {
    for round in 0..32 {
        let (log, store, witness) = (memory(), memory(), Arc::new(witness()));
        let head = grow(&log, 3).await;
        witness.add_checkpoint(&*store, &noon(), &request(&log, 0, &head).await).await.unwrap();
        // The same log key signs two different trees of size 4 and can prove both from size 3.
        let mut proofs = Vec::new();
        for leaf in ["left", "right"] {
            let fork = memory();
            grow(&fork, 3).await;
            let mut changes = Changeset::new();
            changes.append(LedgerEntry::new(format!("{leaf}{round}"), ""));
            fork.commit(changes).unwrap().await.unwrap();
            let head = fork.log().head().checkpoint().clone();
            proofs.push(request(&fork, 3, &head).await);
        }
        let race = proofs.into_iter().map(|request| {
            let (witness, store) = (Arc::clone(&witness), Arc::clone(&store));
            tokio::spawn(
                async move { witness.add_checkpoint(&*store, &noon(), &request).await.is_ok() },
            )
        });
        let mut cosigned = 0;
        for answer in race {
            cosigned += usize::from(answer.await.unwrap());
        }
        assert_eq!(cosigned, 1);
    }
}

/// A store that stops: commits are refused at once, or accepted and never durable.
#[derive(Clone, Debug)]
struct Stopping {
    store: Arc<MemoryBackend>,
    at_once: bool,
}

impl Backend for Stopping {
    fn row<'a>(&'a self, key: &'a RowKey) -> Answer<'a, Option<Row>> {
        self.store.row(key)
    }

    fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a RowKey>,
        limit: usize,
    ) -> Answer<'a, Vec<(RowKey, Row)>> {
        self.store.scan(prefix, after, limit)
    }

    fn commit(&self, _: Changeset) -> Result<Pending, CommitError> {
        if self.at_once {
            return Err(CommitError::Stopped);
        }
        Ok(Pending::new(async { Err(CommitError::Stopped) }))
    }

    fn put_object(&self, object: Bytes) -> Result<PendingObject, CommitError> {
        self.store.put_object(object)
    }

    fn object<'a>(&'a self, id: &'a Digest) -> Answer<'a, Option<Bytes>> {
        self.store.object(id)
    }

    fn discard_object<'a>(&'a self, id: &'a Digest) -> BoxFuture<'a, Result<bool, CommitError>> {
        self.store.discard_object(id)
    }

    fn settled(&self) -> BoxFuture<'_, Result<(), CommitError>> {
        Box::pin(async { Err(CommitError::Stopped) })
    }

    fn progress(&self) -> watch::Receiver<u64> {
        self.store.progress()
    }

    fn log(&self) -> &dyn LogReader {
        self.store.log()
    }

    fn vault(&self) -> &dyn Vault {
        self.store.vault()
    }
}

#[tokio::test]
async fn a_head_is_the_logs_word_only_and_carries_no_line_of_others() {
    // What is stored is the log's own signature: a cosignature sent along is not passed on as ours.
    let (log, store, clock, witness) = (memory(), memory(), noon(), witness());
    let head: Head = Head::new(grow(&log, 1).await);
    let line = witness
        .add_checkpoint(&*store, &clock, &request(&log, 0, head.checkpoint()).await)
        .await
        .unwrap();
    let with_line = head.checkpoint().with_signature(line).unwrap();
    let again = AddCheckpoint::new(1, Vec::new(), with_line).unwrap();
    witness.add_checkpoint(&*store, &clock, &again).await.unwrap();
    let path = head.checkpoint().checkpoint().origin().monitoring_path();
    let state = STATES.row(&*store, &path).await.unwrap().unwrap().value;
    assert_eq!(state, head.checkpoint().note().to_string());
}
