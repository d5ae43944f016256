//! The rows of the table of speed (`docs/PERFORMANCE.md`): what is measured, by what, and what is wanted.

/// A row.
pub(super) struct Row {
    /// As `--only` names it, and the lines of the ledger.
    pub(super) name: &'static str,
    /// What is measured, for the page.
    pub(super) what: &'static str,
    pub(super) by: By,
    /// What is wanted of it; several of one row.
    pub(super) bars: &'static [Bar],
}

/// One figure and what it has to be.
#[derive(Clone, Copy)]
pub(super) struct Bar {
    /// Only in lines that have this member with this value.
    pub(super) of: Option<(&'static str, &'static str)>,
    /// The member of the line.
    pub(super) member: &'static str,
    pub(super) unit: &'static str,
    pub(super) wanted: Wanted,
}

/// What is wanted of a figure.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    AtLeast(f64),
    Below(f64),
    /// Printed, nothing is asked.
    Shown,
}

/// What measures it.
#[derive(Clone, Copy)]
pub(super) enum By {
    /// `heqi load`, with the seconds of a whole and of a quick run.
    Load(&'static [&'static str], &'static str, &'static str),
    /// `heqi load --scenario search`, with the filings of a whole and of a quick run.
    Search(&'static str, &'static str),
    /// A bench, with the entries of a whole and of a quick run.
    Bench(&'static str, &'static str, Option<(&'static str, &'static str)>),
    /// An example of the release profile that prints a JSON line.
    Example(&'static str, &'static str),
    /// `heqi verify` of the demo's bundle.
    Verify,
}

impl By {
    pub(super) fn words(self, quick: bool) -> Vec<String> {
        let pick = |(whole, short): (&str, &str)| if quick { short } else { whole }.to_owned();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match self {
            Self::Load(more, whole, short) => {
                let mut line: Vec<String> = words(&["heqi", "load", "--json"]);
                line.extend(more.iter().map(|word| (*word).to_owned()));
                line.extend(["--seconds".to_owned(), pick((whole, short))]);
                line
            }
            Self::Search(whole, short) => {
                let mut line: Vec<String> =
                    words(&["heqi", "load", "--json", "--scenario", "search", "--filings"]);
                line.push(pick((whole, short)));
                line
            }
            Self::Bench(package, bench, entries) => {
                let mut line: Vec<String> =
                    words(&["cargo", "bench", "-q", "-p", package, "--bench", bench]);
                if let Some(entries) = entries {
                    line.extend(["--".to_owned(), "--entries".to_owned(), pick(entries)]);
                }
                line
            }
            Self::Example(package, example) => {
                words(&["cargo", "run", "-q", "--release", "-p", package, "--example", example])
            }
            Self::Verify => {
                words(&["heqi", "verify", "demo.heqi.zip", "--anchors", "anchors.json"])
            }
        }
    }

    pub(super) fn command(self, quick: bool) -> String {
        self.words(quick).join(" ")
    }
}

const fn at_least(member: &'static str, unit: &'static str, least: f64) -> Bar {
    Bar { of: None, member, unit, wanted: Wanted::AtLeast(least) }
}

const fn below(member: &'static str, unit: &'static str, most: f64) -> Bar {
    Bar { of: None, member, unit, wanted: Wanted::Below(most) }
}

const fn shown(member: &'static str, unit: &'static str) -> Bar {
    Bar { of: None, member, unit, wanted: Wanted::Shown }
}

const fn of(of: (&'static str, &'static str), bar: Bar) -> Bar {
    Bar { of: Some(of), ..bar }
}

const SIZE: &str = "entries";
const LARGEST: (&str, &str) = (SIZE, "10000000");

/// Every row, in the order of the page.
pub(super) const ROWS: &[Row] = &[
    Row {
        name: "ceremony",
        what: "whole ceremony over HTTP, 64 in flight",
        by: By::Load(&["--scenario", "ceremony"], "20", "2"),
        bars: &[
            at_least("rate_per_s", "/s", 600.0),
            at_least("ratio", "of the limit", 0.5),
            below("cpu_ms_per_op", "ms of processor", 3.0),
            below("memory_idle_mb", "MB idle", 150.0),
            below("memory_peak_mb", "MB at most", 600.0),
            shown("disk_bytes_per_op", "bytes each"),
            below("disk_share", "of 1.15 x objects + 4 KB a record", 1.0),
            shown("records_per_op", "records each"),
        ],
    },
    Row {
        name: "capture",
        what: "capture without pixel checks, 64 in flight",
        by: By::Load(&["--scenario", "capture", "--no-pixel-checks"], "20", "2"),
        bars: &[
            at_least("rate_per_s", "/s", 3_000.0),
            shown("ratio", "of the limit"),
            below("cpu_ms_per_op", "ms of processor", 0.5),
        ],
    },
    Row {
        name: "minute",
        what: "a minute of capture beside what the disk sustains (at most the 3,000/s that are wanted)",
        by: By::Load(&["--scenario", "capture", "--no-pixel-checks"], "60", "2"),
        bars: &[
            at_least("disk_ratio", "of the disk", 0.8),
            shown("disk_mb_per_s", "MB/s of the disk"),
            shown("rate_per_s", "/s"),
        ],
    },
    Row {
        name: "complete",
        what: "complete only, 256 in flight",
        by: By::Load(&["--scenario", "complete"], "5", "1"),
        bars: &[
            at_least("rate_per_s", "/s", 5_000.0),
            below("p99_ms", "ms p99", 50.0),
            at_least("ratio", "of the limit", 0.5),
            below("cpu_ms_per_op", "ms of processor", 0.4),
            shown("disk_bytes_per_op", "bytes each"),
        ],
    },
    Row {
        name: "single",
        what: "one client, one complete",
        by: By::Load(&["--scenario", "single"], "10", "1"),
        bars: &[below("p50_ms", "ms p50", 3.0), shown("p99_ms", "ms p99")],
    },
    Row {
        name: "deposit",
        what: "platform receipt to deposit receipt, both custodians",
        by: By::Load(&["--scenario", "deposit", "--in-flight", "16"], "20", "2"),
        bars: &[
            at_least("rate_per_s", "/s", 100.0),
            below("p99_ms", "ms p99", 1_000.0),
            below("memory_peak_mb", "MB at most", 600.0),
        ],
    },
    Row {
        name: "catch-up",
        what: "both custodians back after two minutes, ceremonies going on: deposits over arrivals",
        by: By::Load(&["--scenario", "catch-up"], "120", "2"),
        bars: &[
            at_least("times", "times the arrivals", 3.0),
            shown("deposits_per_s", "deposits/s"),
            shown("arrivals_per_s", "records/s came"),
            shown("backlog", "waited"),
            below("lost", "lost", 1.0),
        ],
    },
    Row {
        name: "overload",
        what: "four times the capacity",
        by: By::Load(&["--scenario", "overload"], "20", "3"),
        bars: &[below("p99_ms", "ms p99 of what is taken", 1_000.0), below("lost", "lost", 1.0)],
    },
    Row {
        name: "log",
        what: "log append in process, 1,024 in flight; growth from 10^4 to 10^7; proofs",
        by: By::Bench("heqi-evidence-store", "log", Some(("10000000", "100000"))),
        bars: &[
            of(("bench", "log_append"), at_least("rate_per_s", "/s", 200_000.0)),
            of(("bench", "log_append"), below("growth_factor", "times, 10^4 to the largest", 1.3)),
            of(("bench", "inclusion_proof"), below("p50_us", "µs for a proof", 50.0)),
            of(("bench", "log_start"), shown("seconds", "s to start")),
            of(LARGEST, shown("memory_mb", "MB at 10^7")),
        ],
    },
    Row {
        name: "restart",
        what: "start on 10^6 records, index intact; index made again",
        by: By::Bench("heqi-evidence-store", "restart", Some(("1000000", "20000"))),
        bars: &[
            of(("bench", "cold_start"), below("seconds", "s to start", 2.0)),
            of(("bench", "index_rebuild"), at_least("rows_per_s", "rows/s", 50_000.0)),
        ],
    },
    Row {
        name: "admission",
        what: "admission check of a bundle with a photo of 100 KB",
        by: By::Bench("heqi-notarization", "admission", None),
        bars: &[below("p50_ms", "ms p50", 1.0), shown("least_ms", "ms undisturbed")],
    },
    Row {
        name: "verify",
        what: "`verify` of the demo's bundle, a process each time",
        by: By::Verify,
        bars: &[below("p50_ms", "ms p50", 30.0), below("memory_mb", "MB", 30.0)],
    },
    Row {
        name: "certificate",
        what: "certificate written, sealed, stamped, believed; bundle of 200 KB inside",
        by: By::Example("heqi-documents", "bench"),
        bars: &[
            below("p50_ms", "ms p50", 60.0),
            below("own_bytes", "bytes beside the bundle", 150_000.0),
        ],
    },
    Row {
        name: "stamps",
        what: "time stamps, one core",
        by: By::Example("heqi-time-authority", "token_rate"),
        bars: &[at_least("rate_per_s", "/s", 5_000.0)],
    },
    Row {
        name: "search",
        what: "nine kinds of questions over 10,000,000 filings",
        by: By::Search("10000000", "20000"),
        bars: &[
            below("p95_ms", "ms p95", 100.0),
            below("memory_peak_mb", "MB at most", 1_000.0),
            shown("p50_ms", "ms p50"),
            shown("p99_ms", "ms p99"),
            shown("build_per_s", "filings/s filled"),
            shown("disk_bytes_per_filing", "bytes each"),
        ],
    },
];
