//! `heqi load --scenario overload`: four times as many people as the machine can serve.
//!
//! First the capacity is measured, by as many at once as elsewhere; then people come at four
//! times that rate and wait for nobody. What is taken has to be answered soon, what is not
//! has to be refused at once, and every receipt that was given must stand in the log once.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::{Duration, Instant};

use heqi_evidence::leaf::LogLeaf;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::tile::{TileKind, decode_entries, tiles_of};
use serde::Serialize;

use super::figures::{quantile_ms, round};
use super::limit::as_f64;
use super::prepare::Floor;
use super::scenario::Run;
use super::space::Watch;
use super::visits::{Floodgate, Visits};
use super::{CEREMONIES_PER_S, LoadError, print};
use crate::cli::LoadArgs;
use crate::client::messages::Receipt;
use crate::client::{CallError, Caller};
use crate::photo;
use crate::world::World;

const TIMES: f64 = 4.0;
/// How long the capacity is measured.
const CALM: Duration = Duration::from_secs(5);

/// One run, as `--json` prints it.
#[derive(Debug, Serialize)]
pub(crate) struct Overload {
    scenario: &'static str,
    seconds: f64,
    /// Ceremonies in a second with `in_flight` at once.
    capacity_per_s: f64,
    /// Ceremonies in a second that were begun by whoever came.
    offered_per_s: f64,
    /// Ceremonies that came, and those of them that were completed.
    came: usize,
    completed: usize,
    completed_per_s: f64,
    /// Requests that were taken, and how long each took.
    accepted: usize,
    p50_ms: f64,
    p99_ms: f64,
    longest_ms: f64,
    /// Requests that were refused, by status and code.
    refused: BTreeMap<String, u64>,
    /// Requests without an answer of the protocol.
    failed: BTreeMap<String, u64>,
    memory_peak_mb: f64,
    /// Receipts whose record stands in the log once, at the place the receipt names.
    found_once: usize,
    lost: usize,
    twice: usize,
}

/// Measures it on a fresh data folder and prints the figures.
pub(super) async fn run(
    args: &LoadArgs,
    folder: &Path,
    out: &mut dyn std::io::Write,
) -> Result<(), LoadError> {
    let mut world = World::limited(folder).await?;
    world.pause_deposits();
    let measured = measure(args, &world).await;
    world.stop().await;
    let figures = measured?;
    print(args, &figures, Overload::for_people, out)?;
    if figures.lost + figures.twice > 0 {
        return Err(LoadError::Lost(figures.lost, figures.twice));
    }
    Ok(())
}

async fn measure(args: &LoadArgs, world: &World) -> Result<Overload, LoadError> {
    let floor = Floor::of(world);
    let calm = CALM.min(Duration::from_secs(args.seconds()));
    let run = Run {
        floor: floor.clone(),
        photo: photo::of_size(args.photo_bytes, world.entropy()).into(),
        in_flight: args.in_flight(),
        duration: calm,
    };
    let wanted = CEREMONIES_PER_S.saturating_mul(calm.as_secs());
    let tokens = patiently(&floor, usize::try_from(wanted).unwrap_or(usize::MAX)).await?;
    let (tally, seconds) = run.ceremonies(tokens, false).await;
    let capacity = as_f64(tally.latencies.len().max(1)) / seconds.max(f64::EPSILON);

    let offered = capacity * TIMES;
    let mut tokens = Vec::new();
    let seconds = Duration::from_secs(args.seconds());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
    let count = (offered * seconds.as_secs_f64()) as usize;
    tokens.extend(patiently(&floor, count.max(1)).await?);
    let (came, watch, start) = (tokens.len(), Watch::start(), Instant::now());
    let mut gate = Floodgate::new(run);
    gate.let_in(tokens, start, offered).await;
    let visits = gate.close().await;
    let took = start.elapsed().as_secs_f64();
    let memory_peak_mb = round(watch.most_mb());
    let (found_once, lost, twice) = in_the_log(&world.anonymous, &visits.receipts).await?;
    let Visits { mut accepted, refused, failed, completed, .. } = visits;
    accepted.sort_unstable();
    Ok(Overload {
        scenario: "overload",
        seconds: round(took),
        capacity_per_s: round(capacity),
        offered_per_s: round(offered),
        came,
        completed,
        completed_per_s: round(as_f64(completed) / took),
        accepted: accepted.len(),
        p50_ms: quantile_ms(&accepted, 500),
        p99_ms: quantile_ms(&accepted, 990),
        longest_ms: quantile_ms(&accepted, 1000),
        refused,
        failed,
        memory_peak_mb,
        found_once,
        lost,
        twice,
    })
}

/// Preparing meets the same limits as everybody: whoever is put off comes again.
async fn patiently(floor: &Floor, count: usize) -> Result<Vec<String>, CallError> {
    let mut tokens = Vec::with_capacity(count);
    while tokens.len() < count {
        match floor.invite((count - tokens.len()).min(800)).await {
            Ok(more) => tokens.extend(more),
            Err(CallError::Problem { status: 503, .. }) => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(tokens)
}

/// How many of these receipts have their record in the log once and at their place, how many
/// not at all, and how many more than once.
pub(super) async fn in_the_log(
    log: &Caller,
    receipts: &[Receipt],
) -> Result<(usize, usize, usize), LoadError> {
    let entries = entries(log).await?;
    let mut count: HashMap<&[u8], usize> = HashMap::with_capacity(entries.len());
    for entry in &entries {
        *count.entry(entry).or_default() += 1;
    }
    let (mut once, mut lost, mut twice) = (0, 0, 0);
    for receipt in receipts {
        let leaf = LogLeaf::Record(receipt.record_root).to_bytes();
        let place = receipt.logged.as_ref().and_then(|logged| usize::try_from(logged.index).ok());
        let stands = place.and_then(|place| entries.get(place)).is_some_and(|entry| *entry == leaf);
        match count.get(leaf.as_slice()).copied().unwrap_or(0) {
            1 if stands => once += 1,
            0 | 1 => lost += 1,
            _ => twice += 1,
        }
    }
    Ok((once, lost, twice))
}

/// Every entry under the newest head, as any monitor reads them.
async fn entries(log: &Caller) -> Result<Vec<Vec<u8>>, LoadError> {
    let path = |below: &str| format!("{}/{below}", World::log_path());
    let form = |detail: &str| CallError::Form { path: path("head"), detail: detail.to_owned() };
    let head = log.get_bytes(&path("head")).await?;
    let head = SignedCheckpoint::parse(&head).map_err(|_| form("no head"))?;
    let mut entries = Vec::new();
    for tile in tiles_of(head.checkpoint().size()) {
        if tile.kind() == TileKind::Entries {
            let bytes = log.get_bytes(&path(&tile.to_string())).await?;
            let decoded = decode_entries(&bytes, tile.width()).map_err(|_| form("no entries"))?;
            entries.extend(decoded.into_iter().map(<[u8]>::to_vec));
        }
    }
    Ok(entries)
}

impl Overload {
    fn for_people(&self) -> String {
        let list = |kinds: &BTreeMap<String, u64>| {
            let all: Vec<String> = kinds.iter().map(|(kind, n)| format!("{n} × {kind}")).collect();
            if all.is_empty() { "none".to_owned() } else { all.join(", ") }
        };
        format!(
            "overload: capacity {:.0}/s, offered {:.0}/s for {:.1} s\n\
             {} came, {} completed ({:.0}/s); {} requests taken, p50 {:.1} ms, p99 {:.1} ms, \
             longest {:.1} ms\n\
             refused: {}\nwithout an answer: {}\nmemory {:.0} MB at most\n\
             receipts in the log: {} once, {} lost, {} twice",
            self.capacity_per_s,
            self.offered_per_s,
            self.seconds,
            self.came,
            self.completed,
            self.completed_per_s,
            self.accepted,
            self.p50_ms,
            self.p99_ms,
            self.longest_ms,
            list(&self.refused),
            list(&self.failed),
            self.memory_peak_mb,
            self.found_once,
            self.lost,
            self.twice,
        )
    }
}
