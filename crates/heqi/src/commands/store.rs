//! `heqi store`: reads everything again, makes index and tiles again, backs up and restores. Only a backup may be made
//! of a store in use; its lock says so otherwise.

mod backup;

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use heqi_evidence_store::backend::embedded::ShowProgress;
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::fsck::{FsckOptions, Report, fsck};
use heqi_evidence_store::rebuild::rebuild;
use serde_json::json;

use crate::JobResult;
use crate::cli::{StoreAction, StoreArgs};

const INDEX_CACHE_BYTES: u64 = 128 << 20;

pub(crate) fn run(action: &StoreAction, out: &mut dyn Write) -> JobResult {
    match action {
        StoreAction::Fsck(args) => check(args, out),
        StoreAction::Rebuild(args) => remake(args, out),
        StoreAction::Backup(args) => backup::take(args, out),
        StoreAction::Backups(args) => backup::list(args, out),
        StoreAction::Restore(args) => backup::give_back(args, out),
    }
}

fn check(args: &StoreArgs, out: &mut dyn Write) -> JobResult {
    let scratch = args.dir.parent().unwrap_or_else(|| Path::new("."));
    // `frozen/N/store` lies beside the statement that froze it.
    let frozen = scratch.join("successor.json").exists();
    let report = fsck(&args.dir, &FsckOptions { frozen, ..FsckOptions::new(scratch) })?;
    if args.json {
        writeln!(out, "{}", as_json(&report))?;
    } else {
        for_people(&report, out)?;
    }
    Ok(u8::from(!report.is_sound()))
}

fn for_people(report: &Report, out: &mut dyn Write) -> std::io::Result<()> {
    let Report { batches, leaves, heads, tiles, rows, objects, index_rows, data_keys, .. } = report;
    writeln!(
        out,
        "{leaves} leaves, {heads} heads, {tiles} tile files, {batches} batches, {rows} rows, \
         {index_rows} index rows, {objects} objects, {data_keys} data keys read again"
    )?;
    for note in &report.notes {
        writeln!(out, "– {note}")?;
    }
    for damage in &report.damages {
        writeln!(out, "✗ {damage}")?;
    }
    if report.is_sound() {
        return writeln!(out, "✓ the store is sound");
    }
    let damaged = report.damages.len();
    writeln!(out, "✗ {damaged} byte ranges listed, {} more not listed.", report.unlisted)?;
    writeln!(
        out,
        "  Stop writing to this store, copy it, and restore the damaged files from the backup; \
         index and tiles alone are made again by `heqi store rebuild`."
    )
}

fn as_json(report: &Report) -> serde_json::Value {
    let damages: Vec<String> = report.damages.iter().map(ToString::to_string).collect();
    json!({
        "sound": report.is_sound(), "damages": damages, "unlisted": report.unlisted,
        "notes": report.notes, "batches": report.batches, "leaves": report.leaves,
        "heads": report.heads, "tiles": report.tiles, "rows": report.rows,
        "objects": report.objects, "index_rows": report.index_rows,
        "data_keys": report.data_keys,
    })
}

fn remake(args: &StoreArgs, out: &mut dyn Write) -> JobResult {
    let rebuilt = rebuild(&args.dir, &Disk::default(), INDEX_CACHE_BYTES, &shown())?;
    if args.json {
        writeln!(out, "{}", json!({ "batch": rebuilt.batch, "leaves": rebuilt.leaves }))?;
    } else {
        writeln!(
            out,
            "index up to batch {} and tiles of {} leaves made again",
            rebuilt.batch, rebuilt.leaves
        )?;
    }
    Ok(0)
}

/// Long work is shown on the error stream, so that the report stays clean.
fn shown() -> ShowProgress {
    Arc::new(|progress| {
        let _ = writeln!(io::stderr(), "{}: {}", progress.step, progress.done);
    })
}
