//! `heqi load --scenario search`: how long a page of results takes over so many made-up filings.
//!
//! The index is filled and asked by itself, as the platform does it, in a folder of its own. What a
//! page costs beside it (the filings it names, read from the store) is that of so many filings
//! being opened. Memory counts the pages of the index that the system keeps for this process.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use heqi_registration::search_index::{IndexFault, Rank, SearchIndex, Sought};
use heqi_search::{FilingIndex, made_up};
use serde::Serialize;

use super::figures::{quantile_ms, round};
use super::limit::as_f64;
use super::space::{bytes_below, resident_mb};
use super::{LoadError, print};
use crate::cli::LoadArgs;

/// Filings put in at once.
const BATCH: u32 = 10_000;
/// Results on a page of the console.
const PAGE: usize = 20;
/// How many pages are turned one after the other.
const DEEP: usize = 200;

/// One run, as `--json` prints it.
#[derive(Debug, Serialize)]
struct SearchFigures {
    scenario: &'static str,
    filings: u64,
    build_s: f64,
    build_per_s: f64,
    disk_bytes: u64,
    disk_bytes_per_filing: f64,
    /// Resident before the index was opened, and the most while it was asked.
    memory_before_mb: f64,
    memory_peak_mb: f64,
    /// All questions together.
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    /// Each kind of question by itself.
    kinds: Vec<Kind>,
}

#[derive(Debug, Serialize)]
struct Kind {
    #[serde(rename = "kind")]
    name: &'static str,
    asked: usize,
    p50_ms: f64,
    p95_ms: f64,
    longest_ms: f64,
}

/// Fills an index and asks it.
pub(super) fn run(args: &LoadArgs, folder: &Path, out: &mut dyn Write) -> Result<(), LoadError> {
    let failed = |error: &dyn std::fmt::Display| std::io::Error::other(error.to_string());
    let figures = measure(args.filings(), folder).map_err(|error| failed(&error))?;
    print(args, &figures, SearchFigures::for_people, out)
}

fn measure(filings: u32, folder: &Path) -> Result<SearchFigures, IndexFault> {
    let memory_before_mb = round(resident_mb());
    let begun = Instant::now();
    let index = FilingIndex::open(folder, "measured.example/1").map_err(IndexFault::new)?;
    let mut from = 0;
    while from < filings {
        let end = filings.min(from + BATCH);
        let batch: Vec<_> = (from..end).filter_map(made_up::filing).collect();
        index.write(&batch, None)?;
        from = end;
    }
    index.write(&[], Some(u64::from(filings)))?;
    index.close()?;
    let build_s = begun.elapsed().as_secs_f64();

    let index = FilingIndex::open(folder, "measured.example/1").map_err(IndexFault::new)?;
    let mut memory_peak_mb = 0.0_f64;
    let mut all: Vec<Duration> = Vec::new();
    let mut kinds = Vec::new();
    for (kind, questions) in questions(filings) {
        let mut took = Vec::with_capacity(questions.len());
        for (sought, after) in &questions {
            let asked = Instant::now();
            index.find(sought, *after, PAGE)?;
            took.push(asked.elapsed());
        }
        memory_peak_mb = memory_peak_mb.max(resident_mb());
        kinds.push(Kind::of(kind, &took));
        all.extend(took);
    }
    let took = turn(&index)?;
    memory_peak_mb = memory_peak_mb.max(resident_mb());
    kinds.push(Kind::of("pages one after the other", &took));
    all.extend(took);
    all.sort_unstable();
    let disk_bytes = bytes_below(folder);
    Ok(SearchFigures {
        scenario: "search",
        filings: index.size().filings,
        build_s: round(build_s),
        build_per_s: round(f64::from(filings) / build_s),
        disk_bytes,
        disk_bytes_per_filing: round(
            as_f64(usize::try_from(disk_bytes).unwrap_or(usize::MAX)) / f64::from(filings.max(1)),
        ),
        memory_before_mb,
        memory_peak_mb: round(memory_peak_mb),
        p50_ms: quantile_ms(&all, 500),
        p95_ms: quantile_ms(&all, 950),
        p99_ms: quantile_ms(&all, 990),
        kinds,
    })
}

type Question = (Sought, Option<Rank>);

/// What a regulator asks, each kind two hundred times.
fn questions(filings: u32) -> Vec<(&'static str, Vec<Question>)> {
    const EACH: u32 = 200;
    let some = |at: u32| made_up::filing(at.wrapping_mul(2_654_435_761) % filings.max(1));
    let drawn: Vec<_> = (0..EACH).filter_map(some).collect();
    let part = |skip: usize, take: usize| {
        move |name: &String| name.chars().skip(skip).take(take).collect::<String>().parse().ok()
    };
    let company = |fragment| Sought { company: fragment, ..Sought::default() };
    let of = |ask: &dyn Fn(&heqi_registration::search_index::IndexedFiling) -> Sought| {
        drawn.iter().map(|one| (ask(one), None)).collect::<Vec<_>>()
    };
    let named =
        |skip, take| of(&move |one| company(one.companies.first().and_then(part(skip, take))));
    let common = ["有限公司", "杭州", "科技有限公司", "有限"];
    let common = (0..EACH).zip(common.iter().cycle()).zip(&drawn).map(|((at, fragment), one)| {
        // Every other one begins somewhere in the middle.
        let after = (at % 2 == 1).then(|| one.rank());
        (company(fragment.parse().ok()), after)
    });
    let day = |one: &heqi_registration::search_index::IndexedFiling| Sought {
        from: Some(one.opened_at.plus_millis(-43_200_000)),
        before: Some(one.opened_at.plus_millis(43_200_000)),
        company: "有限公司".parse().ok(),
        ..Sought::default()
    };
    let person = |at: u64| made_up::person(at * 977);
    vec![
        ("name, four characters", named(2, 4)),
        ("name, two characters", named(2, 2)),
        ("name, whole", named(0, 30)),
        ("name that millions have", common.collect()),
        ("code", of(&|one| Sought { code: one.codes.first().copied(), ..Sought::default() })),
        ("filing number", of(&|one| Sought { number: Some(one.number), ..Sought::default() })),
        (
            "person",
            (0..u64::from(EACH))
                .map(|at| (Sought { person: Some(person(at)), ..Sought::default() }, None))
                .collect(),
        ),
        ("one day", of(&day)),
    ]
}

/// Turns pages of a name that millions have, one after the other.
fn turn(index: &FilingIndex) -> Result<Vec<Duration>, IndexFault> {
    let sought = Sought { company: "有限公司".parse().ok(), ..Sought::default() };
    let (mut after, mut took) = (None, Vec::new());
    for _ in 0..DEEP {
        let asked = Instant::now();
        let page = index.find(&sought, after, PAGE)?;
        took.push(asked.elapsed());
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(took)
}

impl Kind {
    fn of(kind: &'static str, took: &[Duration]) -> Self {
        let mut sorted = took.to_vec();
        sorted.sort_unstable();
        Self {
            name: kind,
            asked: sorted.len(),
            p50_ms: quantile_ms(&sorted, 500),
            p95_ms: quantile_ms(&sorted, 950),
            longest_ms: quantile_ms(&sorted, 1000),
        }
    }
}

impl SearchFigures {
    fn for_people(&self) -> String {
        let mut text = format!(
            "search: {} filings, built in {:.1} s ({:.0}/s), {:.0} bytes on disk each\n\
             p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms, memory {:.0} MB before, {:.0} MB at most",
            self.filings,
            self.build_s,
            self.build_per_s,
            self.disk_bytes_per_filing,
            self.p50_ms,
            self.p95_ms,
            self.p99_ms,
            self.memory_before_mb,
            self.memory_peak_mb,
        );
        for kind in &self.kinds {
            let _ = write!(
                text,
                "\n  {}: {} asked, p50 {:.2} ms, p95 {:.2} ms, longest {:.2} ms",
                kind.name, kind.asked, kind.p50_ms, kind.p95_ms, kind.longest_ms
            );
        }
        text
    }
}
