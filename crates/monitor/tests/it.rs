//! The monitor as its users run it, against logs in folders.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics has failed")]

use std::path::{Path, PathBuf};

use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_monitor::{MonitorArgs, run};
use heqi_testkit::{FixedClock, MemoryLog, SeededEntropy};
use heqi_tlog::fork::ForkProof;
use heqi_tlog::proof::NodeReader;
use heqi_tlog::tile::{HashTile, TileKind, encode_entries, tiles_of};
use heqi_vocabulary::{Digest, Language, UtcMillis};
use tempfile::TempDir;

const ORIGIN: &str = "log.example/monitored";

/// A log whose entries from `from` on are those of another history; one key for all.
fn log(size: u64, from: u64) -> MemoryLog {
    let mut log = MemoryLog::new(ORIGIN, &SeededEntropy::labelled(1, ORIGIN));
    for index in 0..size {
        let text = if index < from { format!("{index}") } else { format!("{index} rewritten") };
        log.append(LogLeaf::Record(RecordRoot::new(Digest::of(text.as_bytes()))));
    }
    log
}

fn honest(size: u64) -> MemoryLog {
    log(size, u64::MAX)
}

struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: TempDir::new().unwrap() };
        desk.put("vkey", format!("{}\n", honest(0).key()).as_bytes());
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[expect(clippy::disallowed_methods, reason = "a temporary file of a test needs no durability")]
    fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// What the log's server shows from now on.
    fn serve(&self, log: &MemoryLog) {
        let _ = std::fs::remove_dir_all(self.path("log"));
        for path in tiles_of(log.size()) {
            let first = path.index() * 256;
            let range = first..first + u64::from(path.width());
            let bytes = match path.kind() {
                TileKind::Entries => {
                    let entries = range.map(|at| &log.entries()[usize::try_from(at).unwrap()]);
                    encode_entries(entries).unwrap()
                }
                TileKind::Hashes(level) => {
                    let hashes = range.map(|at| log.node(level * 8, at).unwrap()).collect();
                    HashTile::new(hashes).unwrap().encode()
                }
            };
            self.put(&format!("log/{path}"), &bytes);
        }
        self.put("log/checkpoint", &log.head_at(log.size()).to_bytes());
    }

    fn args(&self) -> MonitorArgs {
        MonitorArgs {
            roots: None,
            log: self.path("log").display().to_string(),
            vkey: self.path("vkey"),
            state: self.path("state"),
            gossip: Vec::new(),
            receipt: Vec::new(),
            max_age: 600,
            interval: 1,
            once: true,
            lang: Language::En,
        }
    }

    async fn look(&self, change: impl FnOnce(&mut MonitorArgs)) -> (u8, String) {
        let mut args = self.args();
        change(&mut args);
        let clock = FixedClock::new(UtcMillis::from_unix_seconds(1_800_000_000).unwrap());
        let mut out = Vec::new();
        let code = run(&args, &clock, &mut out).await;
        (code, String::from_utf8(out).unwrap())
    }

    /// The one proof that was written; it convicts the log.
    fn proof(&self) -> ForkProof {
        let files = std::fs::read_dir(self.path("state")).unwrap().map(|file| file.unwrap().path());
        let proofs: Vec<PathBuf> = files.filter(|path| has_extension(path, "fork-proof")).collect();
        let [path] = &proofs[..] else { panic!("{proofs:?}") };
        let proof = ForkProof::parse(&std::fs::read(path).unwrap()).unwrap();
        assert!(proof.verify(&[honest(0).key().clone()], &[]).is_ok());
        proof
    }
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension == wanted)
}

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
    let (code, said) = desk.look(|args| args.gossip = vec![desk.path("gossip")]).await;
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
    let (code, said) = desk.look(|args| args.gossip = vec![desk.path("other")]).await;
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
    assert_eq!(desk.look(|args| args.gossip = vec![desk.path("odd")]).await.0, 2);
    let stranger = MemoryLog::new(ORIGIN, &SeededEntropy::labelled(2, ORIGIN));
    desk.put("stranger", format!("{}\n", stranger.key()).as_bytes());
    let fresh = |args: &mut MonitorArgs, key| {
        (args.vkey, args.state) = (desk.path(key), desk.path("fresh"));
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
