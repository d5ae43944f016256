//! A desk with a log in a folder, keys, and a monitor's state.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_monitor::{MonitorArgs, TrustArgs, run};
use heqi_testkit::{FixedClock, MemoryLog, SeededEntropy};
use heqi_tlog::fork::ForkProof;
use heqi_vocabulary::{Digest, Language, UtcMillis};
use tempfile::TempDir;

pub(crate) const ORIGIN: &str = "log.example/monitored";

/// A log whose entries from `from` on are those of another history; one key for all.
pub(crate) fn log(size: u64, from: u64) -> MemoryLog {
    let mut log = MemoryLog::new(ORIGIN, &SeededEntropy::labelled(1, ORIGIN));
    for index in 0..size {
        let text = if index < from { format!("{index}") } else { format!("{index} rewritten") };
        log.append(LogLeaf::Record(RecordRoot::new(Digest::of(text.as_bytes()))));
    }
    log
}

pub(crate) fn honest(size: u64) -> MemoryLog {
    log(size, u64::MAX)
}

pub(crate) struct Desk {
    pub(crate) folder: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let desk = Self { folder: TempDir::new().unwrap() };
        desk.put("vkey", format!("{}\n", honest(0).key()).as_bytes());
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn place(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    #[expect(clippy::disallowed_methods, reason = "a temporary file of a test needs no durability")]
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// What the log's server shows from now on.
    pub(crate) fn serve(&self, log: &MemoryLog) {
        let _ = std::fs::remove_dir_all(self.path("log"));
        for (path, bytes) in log.files(&log.head_at(log.size())) {
            self.put(&format!("log/{path}"), &bytes);
        }
    }

    pub(crate) fn args(&self) -> MonitorArgs {
        MonitorArgs {
            log: Some(self.path("log").display().to_string()),
            trust: TrustArgs { vkey: Some(self.path("vkey")), ..TrustArgs::default() },
            origin: None,
            roots: None,
            state: self.path("state"),
            gossip: Vec::new(),
            receipt: Vec::new(),
            max_age: 600,
            interval: 0,
            attempts: 3,
            once: true,
            lang: Language::En,
        }
    }

    pub(crate) async fn look(&self, change: impl FnOnce(&mut MonitorArgs)) -> (u8, String) {
        let mut args = self.args();
        change(&mut args);
        let clock = FixedClock::new(UtcMillis::from_unix_seconds(1_800_000_000).unwrap());
        let mut out = Vec::new();
        let code = run(&args, &clock, Arc::new(SeededEntropy::labelled(9, ORIGIN)), &mut out).await;
        (code, String::from_utf8(out).unwrap())
    }

    /// The one proof that was written; it convicts the log.
    pub(crate) fn proof(&self) -> ForkProof {
        let files = std::fs::read_dir(self.path("state")).unwrap().map(|file| file.unwrap().path());
        let proofs: Vec<PathBuf> = files.filter(|path| has_extension(path, "fork-proof")).collect();
        let [path] = &proofs[..] else { panic!("{proofs:?}") };
        let proof = ForkProof::parse(&std::fs::read(path).unwrap()).unwrap();
        assert!(proof.verify(&[honest(0).key().clone()], &[]).is_ok());
        proof
    }
}

pub(crate) fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension == wanted)
}
