//! Starting on a store of a million records: with an intact index after a clean stop, and making the index again. One
//! JSON object per line. Files are in the page cache; a start after a reboot also waits for the disk.
//!
//! `cargo bench -p heqi-evidence-store --bench restart -- [--entries 1000000] [--dir DIR]`
#![expect(clippy::print_stdout, reason = "a measurement for the terminal")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::backend::embedded::{Embedded, Settings};
use heqi_evidence_store::changeset::{Changeset, LedgerEntry, RowKey};
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::rebuild::rebuild;
use tokio::task::JoinSet;

mod bench;

use bench::{Arguments, Store, as_f64, round};

const IN_FLIGHT: u64 = 1024;
const RECORD_BYTES: usize = 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read(1_000_000);
    let place = Store::new(arguments.dir.as_deref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let store = Arc::new(place.open()?);
    runtime.block_on(fill(&store, arguments.entries))?;
    store.close()?;
    drop(store);

    let began = Instant::now();
    let store = place.open()?;
    let seconds = round(began.elapsed().as_secs_f64());
    let records = store.log().head().size();
    let start =
        serde_json::json!({ "bench": "cold_start", "records": records, "seconds": seconds });
    println!("{start}");
    store.close()?;
    drop(store);

    let settings = Settings::new(place.directory());
    let rows = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&rows);
    let began = Instant::now();
    rebuild(
        &settings.directory,
        &Disk::default(),
        settings.index_cache_bytes,
        &(Arc::new(move |progress: heqi_evidence_store::backend::embedded::Progress| {
            if progress.step == "index: rows loaded" {
                seen.store(progress.done, Ordering::Relaxed);
            }
        }) as heqi_evidence_store::backend::embedded::ShowProgress),
    )?;
    let (seconds, rows) = (began.elapsed().as_secs_f64(), rows.load(Ordering::Relaxed));
    let rebuilt = serde_json::json!({
        "bench": "index_rebuild", "rows": rows, "seconds": round(seconds),
        "rows_per_s": round(as_f64(rows) / seconds),
    });
    println!("{rebuilt}");
    Ok(())
}

/// Records of 1 KB, each found by a row of its own.
async fn fill(store: &Arc<Embedded>, records: u64) -> Result<(), Box<dyn Error>> {
    let next = Arc::new(AtomicU64::new(0));
    let mut clients = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (store, next) = (Arc::clone(store), Arc::clone(&next));
        clients.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= records {
                    return Ok(());
                }
                // Spread, as identifiers are.
                let name = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                let key =
                    RowKey::new(format!("leaf/rec_{name:016x}")).map_err(|e| e.to_string())?;
                let entry =
                    LedgerEntry::new(number.to_be_bytes().to_vec(), vec![0x5a; RECORD_BYTES]);
                let mut changes = Changeset::new();
                changes.append(entry.indexed_at(key));
                store
                    .commit(changes)
                    .map_err(|e| e.to_string())?
                    .await
                    .map_err(|e| e.to_string())?;
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client?.map_err(|error: String| error)?;
    }
    Ok(())
}
