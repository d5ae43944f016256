//! Figures of a run: counts, latencies, share of the machine's own limit.

use std::time::Duration;

use serde::Serialize;

/// Disk that is wanted at most: so many times the objects, and so many bytes for each record.
const OBJECT_FACTOR: f64 = 1.15;
const RECORD_BYTES: f64 = 4096.0;
/// What is wanted of a minute of capture: this rate, or this share of a disk that is slower.
const WANTED_CAPTURES_PER_S: f64 = 3_000.0;
const WANTED_DISK_RATIO: f64 = 0.8;

/// What one worker saw.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) latencies: Vec<Duration>,
    pub(super) errors: u64,
    /// The first error in words, to be shown.
    pub(super) first_error: Option<String>,
}

impl Tally {
    pub(super) fn failed(&mut self, error: &dyn std::fmt::Display) {
        self.errors += 1;
        self.first_error.get_or_insert_with(|| error.to_string());
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.errors += other.errors;
        if self.first_error.is_none() {
            self.first_error = other.first_error;
        }
    }
}

/// One run, as `heqi load --json` prints it.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    pub(super) scenario: &'static str,
    pub(super) seconds: f64,
    pub(super) payload_bytes: usize,
    pub(super) in_flight: usize,
    pub(super) ok: u64,
    pub(super) errors: u64,
    pub(super) rate_per_s: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    /// What the parts of one operation allow when nothing else costs anything, measured
    /// in the same run.
    pub(super) limit_per_s: f64,
    /// `rate_per_s / limit_per_s`.
    pub(super) ratio: f64,
    /// How writes become durable.
    pub(super) fsync: &'static str,
    /// Share of all processors this process kept busy, load generator included.
    pub(super) cpu_busy: f64,
    /// Processor time of one operation in this process: platform, both custodians and the
    /// load generator.
    pub(super) cpu_ms_per_op: f64,
    /// Whether photos were decoded to the last pixel.
    pub(super) pixel_checks: bool,
    /// What the operations took beside time.
    #[serde(flatten)]
    pub(super) space: Space,
    /// Beside what the disk sustains, where that is asked.
    #[serde(flatten)]
    pub(super) disk: Option<DiskRate>,
    /// Bytes of the platform's folder before measuring.
    #[serde(skip)]
    pub(super) disk_before: u64,
}

/// Memory of this process and what the platform wrote.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Space {
    /// Resident when everything had started and nothing was asked.
    pub(super) memory_idle_mb: f64,
    /// Resident right before measuring, everything prepared by the load generator included.
    pub(super) memory_before_mb: f64,
    /// The most that was resident while measuring.
    pub(super) memory_peak_mb: f64,
    /// Bytes the platform's folder grew by for each operation, after the store was closed.
    pub(super) disk_bytes_per_op: f64,
    /// The same as a share of what is wanted at most: 1.15 times its objects and 4 KB for each of
    /// its records.
    pub(super) disk_share: f64,
    /// Records in the log for each operation.
    pub(super) records_per_op: f64,
}

impl Space {
    /// With what the folder grew by for each operation, which stores so many bytes of objects.
    pub(super) fn with_disk(self, bytes_per_op: f64, object_bytes: f64) -> Self {
        let wanted = OBJECT_FACTOR * object_bytes + RECORD_BYTES * self.records_per_op;
        Self {
            disk_bytes_per_op: round(bytes_per_op),
            disk_share: round(bytes_per_op / wanted.max(1.0)),
            ..self
        }
    }
}

/// What is written beside the sustained rate of the disk, measured right after the run.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct DiskRate {
    /// Megabytes (10^6 bytes) in a second that the disk takes durably.
    disk_mb_per_s: f64,
    /// Payload as a share of that; a disk that is faster than the wanted rate needs counts as one
    /// that is just fast enough for it.
    disk_ratio: f64,
}

impl DiskRate {
    /// Of so many operations in a second with so many bytes each.
    pub(super) fn of(disk_bytes_per_s: f64, rate_per_s: f64, payload_bytes: f64) -> Self {
        let enough = WANTED_CAPTURES_PER_S * payload_bytes / WANTED_DISK_RATIO;
        Self {
            disk_mb_per_s: round(disk_bytes_per_s / 1e6),
            disk_ratio: round(rate_per_s * payload_bytes / disk_bytes_per_s.min(enough)),
        }
    }
}

impl Figures {
    pub(super) fn for_people(&self) -> String {
        format!(
            "{}: {:.0}/s over {:.1} s, p50 {:.2} ms, p99 {:.2} ms\n\
             {} ok, {} errors, {} in flight, payload {} bytes, fsync {}\n\
             limit of the parts {:.0}/s, ratio {:.2}, processors {:.0} % busy, {:.2} ms each\n\
             memory {:.0} MB idle, {:.0} MB before, {:.0} MB at most\n\
             disk {:.0} bytes ({:.2} of what is wanted) and {:.2} records each{}",
            self.scenario,
            self.rate_per_s,
            self.seconds,
            self.p50_ms,
            self.p99_ms,
            self.ok,
            self.errors,
            self.in_flight,
            self.payload_bytes,
            self.fsync,
            self.limit_per_s,
            self.ratio,
            self.cpu_busy * 100.0,
            self.cpu_ms_per_op,
            self.space.memory_idle_mb,
            self.space.memory_before_mb,
            self.space.memory_peak_mb,
            self.space.disk_bytes_per_op,
            self.space.disk_share,
            self.space.records_per_op,
            self.disk.map_or_else(String::new, |disk| format!(
                "\ndisk sustains {:.0} MB/s, ratio {:.2}",
                disk.disk_mb_per_s, disk.disk_ratio
            )),
        )
    }
}

/// The `per_mille`-th quantile in milliseconds; 0 when nothing was measured.
pub(super) fn quantile_ms(sorted: &[Duration], per_mille: usize) -> f64 {
    let place = (sorted.len() * per_mille / 1000).min(sorted.len().saturating_sub(1));
    sorted.get(place).map_or(0.0, |d| round(d.as_secs_f64() * 1000.0))
}

/// Three decimals: more would only be noise.
pub(super) fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_read_from_the_sorted_latencies() {
        let sorted: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        assert!((quantile_ms(&sorted, 500) - 51.0).abs() < 0.01);
        assert!((quantile_ms(&sorted, 990) - 100.0).abs() < 0.01);
        assert!(quantile_ms(&[], 500).abs() < f64::EPSILON);
    }

    #[test]
    fn disk_is_a_share_of_what_objects_and_records_may_take() {
        let space = Space { records_per_op: 2.0, ..Space::default() };
        let share = |bytes: f64| space.with_disk(bytes, 100_000.0).disk_share;
        assert!((share(123_192.0) - 1.0).abs() < 1e-9);
        assert!((share(246_384.0) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_disk_that_is_fast_enough_is_not_held_against_the_rate_that_is_wanted() {
        let ratio = |disk: f64, rate: f64| DiskRate::of(disk, rate, 100_000.0).disk_ratio;
        assert!((ratio(2e8, 1_600.0) - 0.8).abs() < 1e-9, "a slow disk: its own rate counts");
        assert!((ratio(2e9, 3_000.0) - 0.8).abs() < 1e-9, "a fast one: the wanted rate does");
        assert!(ratio(2e9, 2_900.0) < 0.8);
    }
}
