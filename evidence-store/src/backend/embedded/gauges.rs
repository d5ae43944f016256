use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers about a running store, for metrics.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Gauges {
    /// Changesets, objects and questions waiting for the disk.
    pub queued_items: u64,
    /// Their bytes.
    pub queued_bytes: u64,
    /// For how many milliseconds the batch that is being written has been with the disk; 0 while none is.
    pub disk_wait_ms: u64,
    /// Batches committed since the store was opened.
    pub batches: u64,
    /// Leaves under the newest head.
    pub head_size: u64,
    /// Leaves whose full tiles are not yet files.
    pub tiling_lag: u64,
    /// Rows not yet in the index.
    pub index_lag: u64,
    /// Bytes in the newest segment of the state journal, the ledger and the objects.
    pub segment_bytes: [u64; 3],
    /// Bytes of the last snapshot.
    pub snapshot_bytes: u64,
    /// Failures to write or sync. Anything but 0 is the last thing a store says.
    pub failures: u64,
    /// Failures to write a snapshot; tried again at the next segment.
    pub compaction_failures: u64,
}

/// What the threads of a store count.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) batches: AtomicU64,
    pub(crate) failures: AtomicU64,
    pub(crate) compaction_failures: AtomicU64,
    pub(crate) durable_version: AtomicU64,
    pub(crate) snapshot_bytes: AtomicU64,
    segment_bytes: [AtomicU64; 3],
}

impl Counters {
    pub(crate) fn note_journals(&self, bytes: [u64; 3]) {
        for (counter, bytes) in self.segment_bytes.iter().zip(bytes) {
            counter.store(bytes, Ordering::Relaxed);
        }
    }

    pub(crate) fn read(&self) -> Gauges {
        let [state, ledger, objects] = &self.segment_bytes;
        Gauges {
            batches: self.batches.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            compaction_failures: self.compaction_failures.load(Ordering::Relaxed),
            snapshot_bytes: self.snapshot_bytes.load(Ordering::Relaxed),
            segment_bytes: [state, ledger, objects].map(|bytes| bytes.load(Ordering::Relaxed)),
            ..Gauges::default()
        }
    }
}
