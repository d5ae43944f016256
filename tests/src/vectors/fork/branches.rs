//! Logs with one key and several histories, and whoever cosigns them.

use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_testkit::{Cast, MemoryLog, SeededEntropy};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::cosignature::{CosignatureTime, Cosigner};
use heqi_tlog::note::VerifierKey;
use heqi_tlog::proof::prove_consistency;
use heqi_tlog::tree::Hash;
use heqi_tlog::witness::{AddCheckpoint, WitnessDecision, decide};
use heqi_vocabulary::{Digest, UtcMillis};

pub(super) const PLATFORM_ORIGIN: &str = "log.platform.example/fork";
pub(super) const NOTARY_ORIGIN: &str = "log.notary.example/fork";
const SEED: u64 = 18;
/// 2026-11-23T12:00:00Z.
const START_MS: i64 = 1_795_435_200_000;

/// A log with `size` entries; from entry `from` on they are those of another history.
/// Every log of one origin and `key` has the same key.
pub(super) fn log(origin: &str, key: u64, size: u64, from: u64) -> MemoryLog {
    let mut log = MemoryLog::new(origin, &SeededEntropy::labelled(SEED + key, origin));
    for index in 0..size {
        let history = if index < from { "as it was" } else { "as it is told" };
        let root = Digest::of(format!("entry {index} {history}").as_bytes());
        log.append(LogLeaf::Record(RecordRoot::new(root)));
    }
    log
}

/// The platform's log as it was.
pub(super) fn honest(size: u64) -> MemoryLog {
    log(PLATFORM_ORIGIN, 0, size, u64::MAX)
}

/// The platform's log, told otherwise from an entry on.
pub(super) fn liar(size: u64, from: u64) -> MemoryLog {
    log(PLATFORM_ORIGIN, 0, size, from)
}

/// The newest head of a log.
pub(super) fn head(log: &MemoryLog) -> SignedCheckpoint {
    log.head_at(log.size())
}

/// Everybody else.
pub(super) fn cast() -> Cast {
    Cast::new(SEED, start())
}

pub(super) fn start() -> UtcMillis {
    UtcMillis::from_millis(START_MS).unwrap_or_else(|_| unreachable!("a year of four digits"))
}

/// The head with the line of a cosigner that has seen nothing of the log before.
pub(super) fn cosigned(
    head: &SignedCheckpoint,
    log: &VerifierKey,
    by: &Cosigner,
    at: UtcMillis,
) -> SignedCheckpoint {
    let line = || {
        let request = AddCheckpoint::new(0, Vec::new(), head.clone()).ok()?;
        let WitnessDecision::Accepted(accepted) = decide(request, std::slice::from_ref(log), None)
        else {
            return None;
        };
        let time = CosignatureTime::from_posix_seconds(at.unix_seconds()).ok()?;
        head.with_signature(accepted.persisted().cosign(by, time)).ok()
    };
    line().unwrap_or_else(|| unreachable!("a witness that knows nothing cosigns any head"))
}

/// The hashes of `growth`, from the later log.
pub(super) fn hashes(later: &MemoryLog, earlier_size: u64) -> Vec<Hash> {
    let mut hashes = Vec::new();
    if earlier_size.is_power_of_two() {
        hashes.push(later.head_at(earlier_size).checkpoint().root());
    }
    let Ok(proof) = prove_consistency(later, earlier_size, later.size()) else {
        unreachable!("the log has all its nodes")
    };
    hashes.extend(proof);
    hashes
}

/// A file written out by hand, whether or not it shows anything.
pub(super) fn file(kind: &str, hashes: &[Hash], heads: &[&SignedCheckpoint]) -> Vec<u8> {
    let mut text = format!("heqi.fork-proof/v1\nkind {kind}\n");
    for hash in hashes {
        text.push_str(&hash.to_base64());
        text.push('\n');
    }
    for head in heads {
        text.push('\n');
        text.push_str(&head.note().to_string());
    }
    text.into_bytes()
}
