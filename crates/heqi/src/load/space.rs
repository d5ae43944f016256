//! What a run takes beside time: memory of this process, bytes below a folder, records.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

const PAGE: f64 = 4096.0;
const MB: f64 = 1e6;
/// How often memory is looked at while measuring.
const LOOK: Duration = Duration::from_millis(100);

/// Resident memory of this process in megabytes (10^6 bytes); 0 where there is no `/proc`.
pub(super) fn resident_mb() -> f64 {
    std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|statm| statm.split_whitespace().nth(1)?.parse::<f64>().ok())
        .map_or(0.0, |pages| pages * PAGE / MB)
}

/// Bytes of all files below a folder, as the disk holds them: holes take no space.
pub(crate) fn bytes_below(folder: &Path) -> u64 {
    #[cfg(unix)]
    use std::os::unix::fs::MetadataExt as _;
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(kind) if kind.is_dir() => bytes_below(&entry.path()),
            Ok(file) => file.blocks().saturating_mul(512).min(file.len()),
            Err(_) => 0,
        })
        .sum()
}

/// Looks at memory until it is asked for the most it saw.
pub(super) struct Watch {
    /// In bytes.
    most: Arc<AtomicU64>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    pub(super) fn start() -> Self {
        let (most, ends) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (seen, end) = (Arc::clone(&most), Arc::clone(&ends));
        let thread = std::thread::spawn(move || {
            while !end.load(Ordering::Acquire) {
                seen.fetch_max((resident_mb() * MB).to_bits(), Ordering::Relaxed);
                std::thread::sleep(LOOK);
            }
        });
        Self { most, ends, thread: Some(thread) }
    }

    /// The most that was resident, in megabytes.
    pub(super) fn most_mb(mut self) -> f64 {
        self.ends.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        // The order of positive floating-point numbers is that of their bits.
        (f64::from_bits(self.most.load(Ordering::Relaxed)) / MB).max(resident_mb())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "files of a test need no durability")]
    fn files_are_counted_in_all_folders_below() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("below")).unwrap();
        std::fs::write(folder.path().join("a"), vec![1; 8192]).unwrap();
        std::fs::write(folder.path().join("below/b"), vec![1; 4096]).unwrap();
        assert_eq!(bytes_below(folder.path()), 12_288);
        assert_eq!(bytes_below(&folder.path().join("nowhere")), 0);
    }

    #[test]
    fn a_watch_sees_at_least_what_is_resident_at_its_end() {
        let watch = Watch::start();
        assert!(watch.most_mb() >= 1.0);
    }
}
