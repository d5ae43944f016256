//! The log in process: entries of 300 bytes by 1,024 clients, durable, tiles written, checkpoints published; what one
//! entry costs while the log grows by tens (processor, clock, memory, disk, a proof); inclusion proofs from its tiles;
//! starting again. One JSON object per line.
//!
//! `cargo bench -p heqi-evidence-store --bench log -- [--entries 10000000] [--dir DIR]`
#![expect(clippy::print_stdout, reason = "a measurement for the terminal")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::backend::embedded::Embedded;
use heqi_evidence_store::changeset::{Changeset, LedgerEntry};
use tokio::task::JoinSet;

mod bench;

use bench::{Arguments, Lcg, Store, cpu_s, quantile_us, round};

const ENTRY_BYTES: usize = 300;
const IN_FLIGHT: u64 = 1024;
/// How many entries one look at the cost covers.
const LOOK: u64 = 50_000;
const PROOFS: usize = 20_000;
/// How often the newest head is published.
const PUBLISH_EVERY: u64 = 100_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read(10_000_000);
    let place = Store::new(arguments.dir.as_deref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let store = Arc::new(place.open()?);
    let (began, cpu) = (Instant::now(), cpu_s());
    let mut points: Vec<serde_json::Value> = Vec::new();
    let mut aside = 0.0;
    for size in [10_000, 100_000, 1_000_000, 10_000_000u64] {
        if size > arguments.entries {
            break;
        }
        let before = size.saturating_sub(LOOK).max(size / 10);
        runtime.block_on(grow(&store, before))?;
        let look = (Instant::now(), cpu_s(), before);
        runtime.block_on(grow(&store, size))?;
        let entries = size - look.2;
        let each = |seconds: f64| round(seconds * 1e6 / bench::as_f64(entries));
        let seconds = look.0.elapsed().as_secs_f64();
        let (cpu_us, wall_us) = (each(cpu_s() - look.1), each(seconds));
        let proofs = latencies(&runtime, &store, size)?;
        let disk = bench::bytes_below(&place.directory());
        points.push(serde_json::json!({
            "entries": size, "cpu_us": cpu_us, "wall_us": wall_us,
            "rate_per_s": round(bench::as_f64(entries) / seconds),
            "proof_p50_us": quantile_us(&proofs, 500), "proof_p99_us": quantile_us(&proofs, 990),
            "memory_mb": bench::resident_mb(),
            "disk_bytes_per_entry": round(bench::as_f64(disk) / bench::as_f64(size)),
        }));
        // What was appended is what the figures of the whole run are about.
        aside += look.0.elapsed().as_secs_f64() - seconds;
    }
    let size = store.log().head().size();
    let (seconds, cpu) = (began.elapsed().as_secs_f64() - aside, cpu_s() - cpu);
    let cost = |point: Option<&serde_json::Value>| point?.get("cpu_us")?.as_f64();
    let growth = cost(points.first()).zip(cost(points.last()));
    let growth = growth.filter(|(first, _)| *first > 0.0).map(|(first, last)| round(last / first));
    println!(
        "{}",
        serde_json::json!({
            "bench": "log_append", "entries": size, "entry_bytes": ENTRY_BYTES, "in_flight": IN_FLIGHT,
            "seconds": round(seconds), "rate_per_s": round(bench::as_f64(size) / seconds),
            "cpu_us_per_entry": round(cpu * 1e6 / bench::as_f64(size)),
            "growth_factor": growth, "memory_mb": bench::resident_mb(), "growth": points,
        })
    );
    prove(&runtime, &store, size)?;
    store.close()?;
    drop(store);
    start_again(&place)
}

/// Appends by many clients until the log has `size` leaves, and publishes now and then.
async fn grow(store: &Arc<Embedded>, size: u64) -> Result<(), Box<dyn Error>> {
    let next = Arc::new(AtomicU64::new(store.log().head().size()));
    let mut clients = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (store, next) = (Arc::clone(store), Arc::clone(&next));
        clients.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= size {
                    return Ok(());
                }
                let mut entry = vec![0x5a; ENTRY_BYTES];
                if let Some(start) = entry.first_chunk_mut::<8>() {
                    *start = number.to_be_bytes();
                }
                let mut changes = Changeset::new();
                changes.append(LedgerEntry::new(entry, ""));
                store
                    .commit(changes)
                    .map_err(|e| e.to_string())?
                    .await
                    .map_err(|e| e.to_string())?;
                if number.is_multiple_of(PUBLISH_EVERY) {
                    let head = store.log().head().checkpoint().clone();
                    store.log().publish(head).await.map_err(|e| e.to_string())?;
                }
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client?.map_err(|error: String| error)?;
    }
    Ok(())
}

/// Proofs of entries drawn at random, once to warm up and once to measure; the quickest first.
fn latencies(
    runtime: &tokio::runtime::Runtime,
    store: &Embedded,
    size: u64,
) -> Result<Vec<Duration>, Box<dyn Error>> {
    let mut drawn = Lcg::new(7);
    let mut latencies = Vec::with_capacity(PROOFS);
    for round in 0..2 {
        latencies.clear();
        for _ in 0..PROOFS {
            let index = drawn.draw() % size;
            let began = Instant::now();
            let path = runtime.block_on(store.log().inclusion_proof(index, size))?;
            latencies.push(began.elapsed());
            if path.is_empty() {
                return Err(format!("an empty proof in round {round}").into());
            }
        }
    }
    latencies.sort_unstable();
    Ok(latencies)
}

fn prove(
    runtime: &tokio::runtime::Runtime,
    store: &Embedded,
    size: u64,
) -> Result<(), Box<dyn Error>> {
    let latencies = latencies(runtime, store, size)?;
    println!(
        "{}",
        serde_json::json!({
            "bench": "inclusion_proof", "entries": size, "proofs": PROOFS,
            "p50_us": quantile_us(&latencies, 500), "p99_us": quantile_us(&latencies, 990),
        })
    );
    Ok(())
}

fn start_again(place: &Store) -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let store = place.open()?;
    let seconds = round(began.elapsed().as_secs_f64());
    let entries = store.log().head().size();
    println!(
        "{}",
        serde_json::json!({ "bench": "log_start", "entries": entries, "seconds": seconds })
    );
    store.close()?;
    Ok(())
}
