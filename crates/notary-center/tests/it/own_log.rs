//! The office's own log, and the platform's witness that cosigns it.

use std::sync::Arc;

use heqi_evidence::leaf::LogLeaf;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::changeset::{Changeset, LedgerEntry};
use heqi_evidence_store::gate::{Gated, ReadOnly, WriteGate};
use heqi_notary_center::{PeerComparison, PeerWitness, StartError};
use heqi_notary_protocol::notary::DepositError;
use heqi_notary_protocol::{CallError, PeerClient, WitnessClient};
use heqi_pki::keys::SigningKey;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::tile::{TileKind, TilePath, decode_entries};
use heqi_tlog::tree::{CompactRange, leaf_hash};
use heqi_tlog::witness::AddCheckpoint;
use heqi_vocabulary::Digest;

use crate::support::{
    Centre, PATIENCE, Plan, deposit_of, get, log_signer, pool, store, store_of, story, witness_key,
};

/// A service whose witness knows the log of [`store`]: the platform's side.
async fn peer_of(story: &heqi_testkit::Story) -> Centre {
    let mut plan = Plan::data_centre(story, store_of("log.platform.example/own", 8));
    plan.logs = vec![log_signer("log.office.example/own", 3).verifier_key().clone()];
    plan.start().await
}

fn witness_of(peer: &Centre) -> PeerWitness {
    let client = WitnessClient::new(pool(), &peer.url("/witness"));
    PeerWitness { client, keys: vec![witness_key()] }
}

/// The published checkpoint, once it has at least `size` entries.
async fn published(centre: &Centre, size: u64) -> SignedCheckpoint {
    let log = centre.client.own_log("office");
    let wait = async {
        loop {
            if let Some(checkpoint) = log.checkpoint().await.unwrap()
                && checkpoint.checkpoint().size() >= size
            {
                return checkpoint;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("the worker has the head cosigned")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_head_is_cosigned_by_the_peer_and_receipts_are_found_in_the_tiles() {
    let story = story();
    let peer = peer_of(&story).await;
    let mut plan = Plan::data_centre(&story, store());
    plan.peer_witness = Some(witness_of(&peer));
    let centre = plan.start().await;
    // The published anchors are the first leaf.
    published(&centre, 1).await;

    let reply = centre.deposit(&deposit_of(&story, &story.records[0])).await;
    let log = centre.client.own_log("office");
    let head = log.head().await.unwrap().unwrap();
    assert_eq!(head.checkpoint().size(), 3);
    let checkpoint = published(&centre, 3).await;
    assert_eq!(checkpoint.checkpoint(), head.checkpoint());
    let log_key = log_signer("log.office.example/own", 3).verifier_key().clone();
    assert_eq!(checkpoint.note().verify([&log_key, &witness_key()]).unwrap().len(), 2);

    let path = TilePath::new(TileKind::Entries, 0, 3).unwrap();
    let bundle = log.tile(path).await.unwrap().unwrap();
    let entries = decode_entries(&bundle, 3).unwrap();
    let mut range = CompactRange::new();
    for entry in &entries {
        range.append(leaf_hash(entry));
    }
    assert_eq!(range.root(), checkpoint.checkpoint().root());
    let anchors = centre.client.anchors().await.unwrap();
    let head = reply.chain_head.unwrap();
    for (entry, statement) in
        entries.iter().zip([&anchors[..], reply.receipt.as_bytes(), head.as_bytes()])
    {
        assert_eq!(LogLeaf::parse(entry), Ok(LogLeaf::Statement(Digest::of(statement))));
    }
    let beyond = TilePath::new(TileKind::Entries, 0, 4).unwrap();
    assert_eq!(log.tile(beyond).await.unwrap(), None);
    assert_eq!(centre.figure("heqi_own_log_witnessed_entries").await, Some(3));
    assert!(centre.running.stop().await.is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_log_is_cosigned_again_and_a_restart_goes_on_where_it_was() {
    let story = story();
    let peer = peer_of(&story).await;
    let own = store();
    let start = || async {
        let mut plan = Plan::data_centre(&story, own.clone());
        plan.peer_witness = Some(witness_of(&peer));
        plan.settings.recosign_interval_ms = 0;
        plan.start().await
    };
    let centre = start().await;
    let first = published(&centre, 1).await;
    peer.clock.advance_ms(60_000);
    let renewed = async {
        loop {
            let newer = published(&centre, 1).await;
            if newer != first {
                return newer;
            }
        }
    };
    let renewed = tokio::time::timeout(PATIENCE, renewed).await.expect("cosigned again");
    assert_eq!(renewed.checkpoint(), first.checkpoint());
    centre.running.stop().await;

    let centre = start().await;
    assert_eq!(own.log().head().size(), 1, "the same anchors are not published again");
    centre.deposit(&deposit_of(&story, &story.records[0])).await;
    published(&centre, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_was_set_back_does_not_start() {
    let story = story();
    let peer = peer_of(&story).await;
    let mut plan = Plan::data_centre(&story, store());
    plan.peer_witness = Some(witness_of(&peer));
    let centre = plan.start().await;
    for record in &story.records[..3] {
        centre.deposit(&deposit_of(&story, record)).await;
    }
    published(&centre, 7).await;
    centre.running.stop().await;

    // The same log again from an empty store, as after restoring an old backup.
    let set_back = store();
    let mut plan = Plan::data_centre(&story, set_back.clone());
    plan.peer_witness = Some(witness_of(&peer));
    let error = Box::pin(plan.try_start()).await.err().expect("behind");
    assert!(matches!(error, StartError::Behind { ours: 0, theirs: 7 }), "{error}");
    assert_eq!(set_back.log().head().size(), 0, "a leaf was added to the old history");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_turns_out_to_be_behind_takes_no_more_deposits() {
    let story = story();
    let peer = peer_of(&story).await;
    let own = store();
    let mut plan = Plan::data_centre(&story, own.clone());
    plan.peer_witness = Some(witness_of(&peer));
    plan.settings.recosign_interval_ms = 0;
    let centre = plan.start().await;
    published(&centre, 1).await;

    // Another run of the same log, from a newer backup, has grown it meanwhile.
    let newer = store();
    let mut changes = Changeset::new();
    changes.append(own.log().entry(0).await.unwrap().unwrap());
    for text in ["second", "third"] {
        changes.append(LedgerEntry::new(text, ""));
    }
    newer.commit(changes).unwrap().await.unwrap();
    let head = newer.log().head().checkpoint().clone();
    let proof = newer.log().consistency_proof(1, 3).await.unwrap();
    let grown = AddCheckpoint::new(1, proof, head).unwrap();
    witness_of(&peer).client.add_checkpoint(&grown, &[witness_key()]).await.unwrap();

    let wait = async { while get(&centre.url("/readyz")).await.status() != 503 {} };
    tokio::time::timeout(PATIENCE, wait).await.expect("the peer knows better");
    assert!(!centre.health.is_ready());
    let file = deposit_of(&story, &story.records[0]).write().unwrap();
    let refusal = centre.client.deposit(file.into()).await.unwrap_err();
    assert!(matches!(refusal, DepositError::Call(CallError::Unavailable { .. })), "{refusal}");
}

/// The witness that cosigns, not the comparison: what was set back is found out by
/// [`PeerComparison`], without which nothing is written (the test below). Who is compared with
/// needs no cosignature to take a deposit; it is only not published yet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_peer_everything_else_goes_on() {
    let story = story();
    let nobody = WitnessClient::new(pool(), "http://127.0.0.1:1/witness");
    let mut plan = Plan::data_centre(&story, store());
    plan.peer_witness = Some(PeerWitness { client: nobody, keys: vec![witness_key()] });
    let centre = plan.start().await;
    let reply = centre.deposit(&deposit_of(&story, &story.records[0])).await;
    assert!(centre.open(&reply).outcome.is_admitted());
    let log = centre.client.own_log("office");
    assert_eq!(log.checkpoint().await.unwrap(), None, "nothing cosigned, nothing published");
    assert_eq!(log.head().await.unwrap().unwrap().checkpoint().size(), 3);
    assert!(centre.running.stop().await.is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_cannot_be_compared_with_the_peer_everything_is_read_and_nothing_written() {
    let story = story();
    let own = store();
    let centre = Plan::data_centre(&story, own.clone()).start().await;
    let first = centre.deposit(&deposit_of(&story, &story.records[0])).await;
    let anchors = centre.client.anchors().await.unwrap();
    assert!(centre.running.stop().await.is_clean());
    let size = own.log().head().size();

    let gate = Arc::new(WriteGate::closed());
    let mut plan = Plan::data_centre(&story, Arc::new(Gated::new(own.clone(), gate.clone())));
    plan.peer = Some(PeerComparison {
        gate: gate.clone(),
        clock: Arc::default(),
        client: PeerClient::new(pool(), "http://127.0.0.1:1", Vec::new()),
        log_keys: vec![log_signer("log.office.example/own", 3).verifier_key().clone()],
        log_signer: Arc::new(SigningKey::from_ed25519_seed(&[3; 32])),
        known_logs: Vec::new(),
    });
    let centre = plan.start().await;
    assert_eq!(gate.why(), Some(ReadOnly::PeerNotHeard));
    assert_eq!(get(&centre.url("/readyz")).await.status(), 503);
    assert_eq!(centre.client.anchors().await.unwrap(), anchors);
    assert_eq!(get(&centre.url("/coverage")).await.status(), 200);
    // Asked once more it says what it said; of a new record it takes nothing.
    let again = centre.deposit(&deposit_of(&story, &story.records[0])).await;
    assert_eq!(again.receipt.as_bytes(), first.receipt.as_bytes());
    let next = || deposit_of(&story, &story.records[1]).write().unwrap().into();
    match centre.client.deposit(next()).await.unwrap_err() {
        DepositError::Call(CallError::Unavailable { code, retry_after_ms }) => {
            assert_eq!(code, "read_only");
            assert!(retry_after_ms.is_some_and(|wait_ms| wait_ms > 0), "{retry_after_ms:?}");
        }
        other => panic!("{other}"),
    }
    assert_eq!(own.log().head().size(), size, "nothing was written");

    gate.release();
    let reply = centre.client.deposit(next()).await.unwrap();
    assert!(centre.open(&reply).outcome.is_admitted());
    assert!(centre.running.stop().await.is_clean());
}
