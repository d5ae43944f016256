//! Figures of a run: counts, latencies, share of the machine's own limit.

use std::time::Duration;

use serde::Serialize;

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
    /// Records in the log for each operation.
    pub(super) records_per_op: f64,
}

impl Figures {
    pub(super) fn for_people(&self) -> String {
        format!(
            "{}: {:.0}/s over {:.1} s, p50 {:.2} ms, p99 {:.2} ms\n\
             {} ok, {} errors, {} in flight, payload {} bytes, fsync {}\n\
             limit of the parts {:.0}/s, ratio {:.2}, processors {:.0} % busy, {:.2} ms each\n\
             memory {:.0} MB idle, {:.0} MB before, {:.0} MB at most\n\
             disk {:.0} bytes and {:.2} records each",
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
            self.space.records_per_op,
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
}
