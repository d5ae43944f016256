//! Who holds what: the memory of this process as the system counts it, and what each organisation
//! has in its store at that moment.
//!
//! `resident` has pages of files in it, the program's own and those of the index of searches; they
//! are the system's to take back. What the program allocated is `anonymous`. The caches of the
//! stores' indexes are part of that and cannot be asked how large they are: they grow with
//! `index_mb` until they are full (docs/PERFORMANCE.md, "Where memory goes").

use std::path::Path;

use heqi_evidence_store::backend::Backend as _;
use heqi_evidence_store::backend::embedded::Embedded;
use serde::Serialize;

use super::figures::round;
use super::limit::as_f64;
use super::space::bytes_below;
use crate::world::World;

const KIB: f64 = 1024.0;
const MB: f64 = 1e6;

/// One look at everything.
#[derive(Debug, Serialize)]
pub(super) struct Look {
    /// Seconds since the run began.
    at_s: f64,
    #[serde(flatten)]
    process: Process,
    organisations: Vec<Organisation>,
}

/// This process, in megabytes (10^6 bytes); 0 where the system does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
struct Process {
    resident_mb: f64,
    /// What was allocated, and stacks.
    anonymous_mb: f64,
    /// Pages of files that are mapped.
    file_mb: f64,
    /// Of `anonymous_mb`, in huge pages.
    huge_mb: f64,
    threads: u64,
}

impl Process {
    fn now() -> Self {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        Self::of(&read("/proc/self/smaps_rollup"), &read("/proc/self/status"))
    }

    /// From the texts of `smaps_rollup` and `status` (proc(5)), which count in KiB.
    fn of(rollup: &str, status: &str) -> Self {
        let mb = |name| number(rollup, name).unwrap_or(0.0) * KIB / MB;
        let (resident, anonymous) = (mb("Rss:"), mb("Anonymous:"));
        Self {
            resident_mb: round(resident),
            anonymous_mb: round(anonymous),
            file_mb: round((resident - anonymous).max(0.0)),
            huge_mb: round(mb("AnonHugePages:")),
            threads: word(status, "Threads:").and_then(|text| text.parse().ok()).unwrap_or(0),
        }
    }
}

fn number(text: &str, name: &str) -> Option<f64> {
    word(text, name)?.parse().ok()
}

/// The word after `name`, on the line that begins with it.
fn word<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()
}

/// What one organisation has. All but files stands in memory.
#[derive(Debug, Serialize)]
struct Organisation {
    name: &'static str,
    /// Data keys whose places are known: each is in memory for good.
    data_keys: usize,
    /// Rows that are not yet in the index.
    rows_waiting: u64,
    /// Bytes that wait for the disk.
    queued_mb: f64,
    /// Leaves whose tiles are not yet written.
    leaves_untiled: u64,
    /// On disk: the index of rows, the journal it is made from, the other journals.
    index_mb: f64,
    state_mb: f64,
    ledger_mb: f64,
    objects_mb: f64,
    /// On disk, and mapped as far as it is read: the index of searches.
    search_mb: f64,
}

impl Organisation {
    fn of(name: &'static str, folder: &Path, store: &Embedded) -> Self {
        let gauges = store.gauges();
        let held = folder.join("store");
        let on_disk = |part: &Path| megabytes(bytes_below(part));
        Self {
            name,
            data_keys: store.vault().identifiers().len(),
            rows_waiting: gauges.index_lag,
            queued_mb: megabytes(gauges.queued_bytes),
            leaves_untiled: gauges.tiling_lag,
            index_mb: on_disk(&held.join("index")),
            state_mb: on_disk(&held.join("state")),
            ledger_mb: on_disk(&held.join("ledger")),
            objects_mb: on_disk(&held.join("objects")),
            search_mb: on_disk(&folder.join("search")),
        }
    }

    fn for_people(&self) -> String {
        format!(
            "{}: {} data keys, {} rows and {:.1} MB waiting; on disk index {:.0}, state {:.0}, \
             ledger {:.0}, objects {:.0}, search {:.0} MB",
            self.name,
            self.data_keys,
            self.rows_waiting,
            self.queued_mb,
            self.index_mb,
            self.state_mb,
            self.ledger_mb,
            self.objects_mb,
            self.search_mb,
        )
    }
}

fn megabytes(bytes: u64) -> f64 {
    round(as_f64(usize::try_from(bytes).unwrap_or(usize::MAX)) / MB)
}

impl Look {
    /// At everything that runs below `folder`.
    pub(super) fn at(world: &World, folder: &Path, at_s: f64) -> Self {
        let organisations = world
            .stores()
            .into_iter()
            .map(|(name, store)| Organisation::of(name, &folder.join(name), &store))
            .collect();
        Self { at_s: round(at_s), process: Process::now(), organisations }
    }

    /// Lines for people.
    pub(super) fn for_people(&self) -> String {
        let Process { resident_mb, anonymous_mb, file_mb, huge_mb, threads } = self.process;
        let first = format!(
            "after {:.0} s: {resident_mb:.0} MB resident: {anonymous_mb:.0} allocated ({huge_mb:.0} \
             in huge pages), {file_mb:.0} of files; {threads} threads",
            self.at_s,
        );
        let rest = self.organisations.iter().map(Organisation::for_people);
        std::iter::once(first).chain(rest).collect::<Vec<_>>().join("\n  ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_files_are_told_from_what_was_allocated() {
        let rollup = "55e3-7ffc ---p 00000000 00:00 0 [rollup]\nRss:              500000 kB\n\
                      Pss_Anon:              7 kB\nAnonymous:        300000 kB\n\
                      AnonHugePages:      2048 kB\n";
        let process = Process::of(rollup, "Name:\theqi\nThreads:\t57\n");
        let expected = Process {
            resident_mb: 512.0,
            anonymous_mb: 307.2,
            file_mb: 204.8,
            huge_mb: 2.097,
            threads: 57,
        };
        assert_eq!(process, expected);
        assert_eq!(Process::of("", ""), Process::default());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_memory_and_threads() {
        let process = Process::now();
        assert!(process.anonymous_mb > 0.0 && process.resident_mb >= process.anonymous_mb);
        assert!(process.threads >= 1);
    }
}
