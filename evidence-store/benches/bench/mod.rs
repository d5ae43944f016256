//! What the benches share: arguments, a store in a folder of its own, processor time.
#![allow(dead_code, reason = "each bench takes what it needs")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use heqi_evidence_store::backend::embedded::{Embedded, Ports, Settings};
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::log::KeyedHeadSigner;
use heqi_evidence_store::vault::FileKeyEncryptionKey;
use heqi_tlog::note::{KeyName, NoteSigner};
use heqi_vocabulary::Entropy;

/// `--entries N` and `--dir DIR`; what cargo adds is passed over.
pub(crate) struct Arguments {
    pub(crate) entries: u64,
    pub(crate) dir: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn read(entries: u64) -> Self {
        let mut read = Self { entries, dir: None };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--entries" => {
                    read.entries = words.next().and_then(|n| n.parse().ok()).unwrap_or(entries);
                }
                "--dir" => read.dir = words.next().map(PathBuf::from),
                _ => {}
            }
        }
        read
    }
}

/// A store in a folder that is taken away at the end.
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    pub(crate) fn new(below: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        let below = below.map_or_else(std::env::temp_dir, Path::to_owned);
        let folder = below.join(format!("heqi-bench-{}", std::process::id()));
        let disk = Disk::default();
        disk.create_directory(&folder)?;
        FileKeyEncryptionKey::create(&folder.join("kek"), &disk, Arc::new(Drawn::default()))?;
        Ok(Self { folder })
    }

    pub(crate) fn directory(&self) -> PathBuf {
        self.folder.join("store")
    }

    pub(crate) fn open(&self) -> Result<Embedded, Box<dyn Error>> {
        let entropy = Arc::new(Drawn::default());
        let signer = NoteSigner::from_seed(KeyName::new("log.example/bench")?, &[7; 32])?;
        let kek = FileKeyEncryptionKey::load(&self.folder.join("kek"), entropy.clone())?;
        let signer = Arc::new(KeyedHeadSigner::new(signer));
        let ports = Ports::new(signer, Arc::new(kek), entropy);
        Ok(Embedded::open(&Settings::new(self.directory()), ports)?)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Numbers that are the same in every run.
pub(crate) struct Lcg(u64);

impl Lcg {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn draw(&mut self) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 16
    }
}

/// Bytes that never come twice: enough for keys nobody attacks.
#[derive(Debug, Default)]
struct Drawn(AtomicU64);

impl Entropy for Drawn {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let number = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            for (byte, drawn) in chunk.iter_mut().zip(number.to_be_bytes()) {
                *byte = drawn;
            }
        }
    }
}

/// Processor seconds of all threads of this process that still run; 0 where there is no `/proc`.
pub(crate) fn cpu_s() -> f64 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return 0.0 };
    let nanoseconds = threads.flatten().filter_map(|thread| {
        let line = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    });
    as_f64(nanoseconds.sum()) / 1e9
}

/// What this process has in memory, in MB; 0 where there is no `/proc`.
pub(crate) fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    round(as_f64(kib.unwrap_or_default()) / 1024.0)
}

/// Bytes of every file below a folder.
pub(crate) fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

pub(crate) fn quantile_us(sorted: &[Duration], per_mille: usize) -> f64 {
    let place = (sorted.len() * per_mille / 1000).min(sorted.len().saturating_sub(1));
    sorted.get(place).map_or(0.0, |d| round(d.as_secs_f64() * 1e6))
}

/// Three decimals: more would only be noise.
pub(crate) fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub(crate) fn as_f64(count: u64) -> f64 {
    count as f64
}
