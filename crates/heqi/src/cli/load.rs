//! `heqi load`: what is measured, and for how long.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::world::Caches;

#[derive(Args)]
pub(crate) struct LoadArgs {
    /// What to do again and again
    #[arg(long, default_value = "ceremony")]
    pub(crate) scenario: Scenario,
    /// For how long; 20, or 5 for complete, whose signings are all prepared before. For how long
    /// the custodians are away in a catch-up
    #[arg(long, value_name = "N")]
    pub(crate) seconds: Option<u64>,
    /// How many at the same time; 64, or 256 for complete and 1 for single
    #[arg(long, value_name = "N")]
    pub(crate) in_flight: Option<usize>,
    /// Size of the photo
    #[arg(long, value_name = "BYTES", default_value_t = 100_000)]
    pub(crate) photo_bytes: usize,
    /// Check format and dimensions of photos only, as for integrators with their own capture
    #[arg(long)]
    pub(crate) no_pixel_checks: bool,
    /// For how long a soak lasts; 30
    #[arg(long, value_name = "N")]
    pub(crate) minutes: Option<u64>,
    /// Ceremonies in a second of a soak or of a catch-up; 10
    #[arg(long, value_name = "N")]
    pub(crate) rate: Option<f64>,
    /// Made-up filings of a search; 1000000
    #[arg(long, value_name = "N")]
    pub(crate) filings: Option<u32>,
    /// File to which a soak adds its line, such as docs/reliability/soak.jsonl
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,
    /// Cache of the platform's index in MiB, instead of the usual one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(crate) platform_cache_mib: Option<u32>,
    /// Cache of each custodian's index in MiB, instead of the usual one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(crate) custodian_cache_mib: Option<u32>,
    /// Where to keep the data while measuring; removed afterwards
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Print the figures as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

impl LoadArgs {
    pub(crate) fn seconds(&self) -> u64 {
        let usual = if self.scenario == Scenario::Complete { 5 } else { 20 };
        self.seconds.unwrap_or(usual).max(1)
    }

    /// How long a soak lasts: `--minutes`, or `--seconds` for a short look.
    pub(crate) fn soak_for(&self) -> std::time::Duration {
        let seconds = self.minutes.map(|minutes| minutes.saturating_mul(60)).or(self.seconds);
        std::time::Duration::from_secs(seconds.unwrap_or(1_800).max(1))
    }

    /// The caches of the indexes.
    pub(crate) const fn caches(&self) -> Caches {
        Caches { platform: self.platform_cache_mib, custodian: self.custodian_cache_mib }
    }

    /// Ceremonies in a second of a soak or of a catch-up.
    pub(crate) fn rate(&self) -> f64 {
        self.rate.unwrap_or(10.0).clamp(0.01, 100_000.0)
    }

    /// Made-up filings of a search; numbers of filings end at ten million.
    pub(crate) fn filings(&self) -> u32 {
        self.filings.unwrap_or(1_000_000).clamp(1, 10_000_000)
    }

    pub(crate) fn in_flight(&self) -> usize {
        let usual = match self.scenario {
            Scenario::Complete => 256,
            Scenario::Single => 1,
            _ => 64,
        };
        self.in_flight.unwrap_or(usual).max(1)
    }
}

#[derive(Clone, Copy, Eq, PartialEq, ValueEnum)]
pub(crate) enum Scenario {
    /// Begin, capture and complete a signing
    Ceremony,
    /// Capture photos
    Capture,
    /// Complete signings that are already begun and captured
    Complete,
    /// The same by one client, one after the other
    Single,
    /// Whole ceremonies with both custodians running; the latency is that of the deposit
    Deposit,
    /// Both custodians are away, come back, and take what waited while ceremonies go on
    CatchUp,
    /// Four times as many ceremonies as the machine can do, whoever is refused goes away
    Overload,
    /// Pages of search results over many made-up filings
    Search,
    /// A moderate rate for a long time, and whether memory grows
    Soak,
}

impl Scenario {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ceremony => "ceremony",
            Self::Capture => "capture",
            Self::Complete => "complete",
            Self::Single => "single",
            Self::Deposit => "deposit",
            Self::CatchUp => "catch-up",
            Self::Overload => "overload",
            Self::Search => "search",
            Self::Soak => "soak",
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        load: LoadArgs,
    }

    fn caches(words: &[&str]) -> Option<(Option<u32>, Option<u32>)> {
        let words = std::iter::once("load").chain(words.iter().copied());
        let caches = Only::try_parse_from(words).ok()?.load.caches();
        Some((caches.platform, caches.custodian))
    }

    #[test]
    fn caches_are_the_usual_ones_unless_somebody_says_so_and_never_nothing() {
        assert_eq!(caches(&[]), Some((None, None)));
        let said = caches(&["--platform-cache-mib", "64", "--custodian-cache-mib", "1"]);
        assert_eq!(said, Some((Some(64), Some(1))));
        assert_eq!(caches(&["--platform-cache-mib", "0"]), None);
    }
}
