//! One log in a folder, followed, rewritten, set back and damaged.

use heqi_evidence::anchors::Vkey;
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::successor::{FrozenReason, LogSuccessor};
use heqi_monitor::MonitorArgs;
use heqi_pki::keys::SigningKey;
use heqi_testkit::{MemoryLog, SeededEntropy};
use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_tlog::note::{KeyName, NoteSigner};
use heqi_vocabulary::{Digest, UtcMillis};

use crate::desk::{Desk, ORIGIN, honest, log};

#[tokio::test]
async fn an_honest_log_is_followed_across_restarts_and_tiles() {
    let desk = Desk::new();
    for (size, new) in [(3, 3), (3, 0), (256, 253), (700, 444)] {
        desk.serve(&honest(size));
        let (code, said) = desk.look(|_| ()).await;
        assert_eq!(code, 0, "{said}");
        assert!(
            said.contains(&format!("all {size} entries"))
                && said.contains(&format!("{new} are new")),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_rewritten_entry_is_caught_when_the_log_grows_and_the_proof_convicts_it() {
    let desk = Desk::new();
    desk.serve(&honest(300));
    assert_eq!(desk.look(|_| ()).await.0, 0);
    desk.serve(&log(520, 17));
    let (code, said) = desk.look(|_| ()).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("✗ Contradicted"), "{said}");
    assert_eq!(
        desk.proof().heads().map(|head| head.checkpoint().size()).collect::<Vec<_>>(),
        [300, 520]
    );
    // What was seen stays what was seen.
    desk.serve(&honest(520));
    let state = heqi_monitor::State::open(&desk.path("state")).unwrap();
    assert_eq!(state.size(), 300);
}

#[tokio::test]
async fn two_roots_of_one_size_are_caught_from_gossip_alone() {
    let desk = Desk::new();
    desk.serve(&honest(9));
    desk.put("gossip/other", &log(9, 4).head_at(9).to_bytes());
    let (code, said) = desk.look(|args| args.gossip = vec![desk.place("gossip")]).await;
    assert_eq!(code, 1, "{said}");
    assert_eq!(desk.proof().kind(), heqi_tlog::fork::ForkKind::Roots);
}

#[tokio::test]
async fn the_holder_of_one_old_receipt_convicts_a_log_that_dropped_the_entry() {
    let desk = Desk::new();
    let before = honest(40);
    let receipt = before.proof(33, &before.head_at(40));
    desk.put("receipt", receipt.to_string().as_bytes());
    desk.serve(&log(90, 33));
    let (code, said) = desk.look(|args| args.receipt = vec![desk.path("receipt")]).await;
    assert_eq!(code, 1, "{said}");
    assert_eq!(
        desk.proof().heads().map(|head| head.checkpoint().size()).collect::<Vec<_>>(),
        [40, 90]
    );
    // On the honest log the same receipt is fine.
    let desk = Desk::new();
    desk.put("receipt", receipt.to_string().as_bytes());
    desk.serve(&honest(90));
    let (code, said) = desk.look(|args| args.receipt = vec![desk.path("receipt")]).await;
    assert_eq!(code, 0, "{said}");
}

#[tokio::test]
async fn an_old_head_shown_again_is_stale_and_no_proof() {
    let desk = Desk::new();
    desk.serve(&honest(40));
    assert_eq!(desk.look(|_| ()).await.0, 0);
    desk.serve(&honest(20));
    let (code, said) = desk.look(|_| ()).await;
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("shows 20 entries, but 40"), "{said}");
    // So is a log that others have seen longer.
    let desk = Desk::new();
    desk.serve(&honest(20));
    desk.put("other", &honest(300).head_at(300).to_bytes());
    let (code, said) = desk.look(|args| args.gossip = vec![desk.place("other")]).await;
    assert_eq!(code, 3, "{said}");
}

#[tokio::test]
async fn entries_that_do_not_fit_the_head_are_caught_without_a_proof_for_others() {
    let desk = Desk::new();
    desk.serve(&log(9, 4));
    desk.put("log/checkpoint", &honest(9).head_at(9).to_bytes());
    let (code, said) = desk.look(|_| ()).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("nothing of this convinces others"), "{said}");
}

#[tokio::test]
async fn what_cannot_be_read_or_is_not_signed_ends_with_two_and_a_missing_cosigner_with_three() {
    let desk = Desk::new();
    assert_eq!(desk.look(|_| ()).await.0, 2, "there is no log");
    desk.serve(&honest(9));
    desk.put("odd", b"not a head");
    assert_eq!(desk.look(|args| args.gossip = vec![desk.place("odd")]).await.0, 2);
    let stranger = MemoryLog::new(ORIGIN, &SeededEntropy::labelled(2, ORIGIN));
    desk.put("stranger", format!("{}\n", stranger.key()).as_bytes());
    let fresh = |args: &mut MonitorArgs, key| {
        (args.trust.vkey, args.state) = (Some(desk.path(key)), desk.path("fresh"));
    };
    assert_eq!(desk.look(|args| fresh(args, "stranger")).await.0, 2);
    let witness = heqi_testkit::Cast::new(1, UtcMillis::from_unix_seconds(1).unwrap()).witness;
    desk.put("both", format!("{}\n{}\n", honest(0).key(), witness.verifier_key()).as_bytes());
    let (code, said) = desk.look(|args| fresh(args, "both")).await;
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("no recent cosignature by witness.notary.example"), "{said}");
}

#[tokio::test]
async fn a_damaged_state_is_refused() {
    let desk = Desk::new();
    desk.serve(&honest(9));
    assert_eq!(desk.look(|_| ()).await.0, 0);
    let mut leaves = std::fs::read(desk.path("state/leaves")).unwrap();
    leaves[40] ^= 1;
    desk.put("state/leaves", &leaves);
    assert_eq!(desk.look(|_| ()).await.0, 2);
}

#[tokio::test]
async fn a_successor_must_begin_with_its_statement_and_the_frozen_log_must_fit_it() {
    let signer =
        |name: &str, seed| NoteSigner::from_seed(KeyName::new(name).unwrap(), &[seed; 32]).unwrap();
    let (old, new) = (signer("log.example/old", 1), signer(ORIGIN, 2));
    let root = heqi_tlog::tree::leaf_hash(b"the only entry");
    let frozen = Checkpoint::new(Origin::new("log.example/old").unwrap(), 1, root).unwrap();
    let said = LogSuccessor {
        frozen_head: SignedCheckpoint::sign(frozen, &old).unwrap().note().to_string(),
        frozen_key: Vkey(old.verifier_key().clone()),
        held: 1,
        log_key: Vkey(new.verifier_key().clone()),
        opened_at: UtcMillis::from_unix_seconds(1_800_000_000).unwrap(),
        orphans: Vec::new(),
        reason: FrozenReason::Lost,
    };
    let [signs, signs_too] = [1, 2].map(|seed| SigningKey::from_ed25519_seed(&[seed; 32]));
    let statement = said.sign_both(&signs, &signs_too).unwrap();
    let first = LogSuccessor::verify(&statement).unwrap().first_entry();
    let told = |desk: &Desk| vec![desk.place("successor.json")];
    let seat = || {
        let desk = Desk::new();
        desk.put("successor.json", statement.as_bytes());
        desk.put("vkey", format!("{}\n", new.verifier_key()).as_bytes());
        desk
    };

    let desk = seat();
    let mut log = MemoryLog::of(signer(ORIGIN, 2));
    log.append(first);
    desk.serve(&log);
    let (code, said) = desk.look(|args| args.gossip = told(&desk)).await;
    assert_eq!(code, 0, "{said}");

    // The same log without the statement, seen by another desk.
    let other = seat();
    let mut log = MemoryLog::of(signer(ORIGIN, 2));
    log.append(LogLeaf::Record(RecordRoot::new(Digest::of(b"no statement"))));
    other.serve(&log);
    let (code, said) = other.look(|args| args.gossip = told(&other)).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("does not begin with the statement"), "{said}");

    // Who made both keys and calls one of them like this log accuses nobody.
    let stranger = Desk::new();
    stranger.put("successor.json", statement.as_bytes());
    stranger.serve(&honest(3));
    let (code, said) = stranger.look(|args| args.gossip = told(&stranger)).await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("successor.json: not signed by this log"), "{said}");

    // Followed by the old log's key, the statement is a head of it: here of another history.
    let third = Desk::new();
    third.put("successor.json", statement.as_bytes());
    let mut log = MemoryLog::of(old);
    log.append(LogLeaf::Record(RecordRoot::new(Digest::of(b"another entry"))));
    third.put("vkey", format!("{}\n", log.key()).as_bytes());
    third.serve(&log);
    let (code, said) = third.look(|args| args.gossip = told(&third)).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("cannot belong to one history"), "{said}");
}
