//! The files of a store. What a promise is, is said where the readers are: `heqi_evidence_store::fuzzing`.

use std::path::Path;

use heqi_evidence_store::fuzzing::{self, piece, pieces_of};
use tempfile::TempDir;

use crate::corpus::{store_bytes, store_texts};

thread_local! {
    /// In memory where there is a file system for it: a fuzzer writes a file for each input.
    static FOLDER: TempDir = {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        folder.unwrap()
    };
}

macro_rules! in_a_folder {
    ($($name:ident),*) => {$(
        pub(super) fn $name(input: &[u8]) {
            FOLDER.with(|folder| fuzzing::$name(folder.path(), input));
        }
    )*};
}

in_a_folder!(
    backup_header,
    backup_manifest,
    frames,
    ledger_segment,
    object_segment,
    snapshot,
    state_segment,
    store_name,
    vault_segment
);

pub(super) fn erasure_ledger(input: &[u8]) {
    fuzzing::erasure_ledger(input);
}

const STATE_BASE: u8 = 1;
const STATE_BATCH: u8 = 2;
const LEDGER_LEAF: u8 = 3;
const ROWS: u8 = 6;
const ROWS_END: u8 = 7;

pub(super) fn frames_seeds() -> Vec<Vec<u8>> {
    store_bytes("segment", "bytes")
        .iter()
        .filter_map(|file| Some(file.get(36..)?.to_vec()))
        .collect()
}

pub(super) fn state_seeds() -> Vec<Vec<u8>> {
    let bases = store_bytes("state", "base_payload");
    let base = piece(STATE_BASE, 16, bases.first().map_or(&[], Vec::as_slice));
    let batches = store_bytes("state", "payload");
    let with = |more: &[u8]| [base.as_slice(), more].concat();
    let one = |payload: &Vec<u8>| with(&piece(STATE_BATCH, 17, payload));
    let first = batches.first().map_or(&[][..], Vec::as_slice);
    let two = [piece(STATE_BATCH, 17, first), piece(STATE_BATCH, 18, first)].concat();
    let torn = [two.as_slice(), b"torn"].concat();
    batches.iter().map(one).chain([base.clone(), with(&two), with(&torn)]).collect()
}

pub(super) fn snapshot_seeds() -> Vec<Vec<u8>> {
    let row = |key: &str, value: &str| {
        let length = u16::try_from(key.len()).unwrap().to_be_bytes();
        let size = u32::try_from(value.len()).unwrap().to_be_bytes();
        let version = 7u64.to_be_bytes();
        [&length[..], key.as_bytes(), &version, &[1], &size, value.as_bytes()].concat()
    };
    let rows = [row("row/a", "value"), row("row/b", "")].concat();
    let end = |count: u64, place: u8| piece(ROWS_END, place, &count.to_be_bytes());
    vec![
        [piece(ROWS, 0, &rows), end(2, 1)].concat(),
        [piece(ROWS, 0, &rows), piece(ROWS, 1, &row("row/c", "more")), end(3, 2)].concat(),
        [piece(ROWS, 0, &[]), end(0, 1)].concat(),
        [piece(ROWS, 0, &rows), piece(ROWS, 1, &row("row/a", "again")), end(3, 2)].concat(),
    ]
}

pub(super) fn ledger_seeds() -> Vec<Vec<u8>> {
    let payloads = store_bytes("leaf", "payload");
    let mut seeds: Vec<Vec<u8>> =
        payloads.iter().map(|payload| piece(LEDGER_LEAF, 0, payload)).collect();
    let first = payloads.first().map_or(&[][..], Vec::as_slice);
    seeds.push((0..3).flat_map(|index| piece(LEDGER_LEAF, index, first)).collect());
    seeds
}

pub(super) fn object_seeds() -> Vec<Vec<u8>> {
    let raw = store_bytes("object", "bytes");
    let raw = raw.iter().filter_map(|file| Some([&[0], file.get(36..)?].concat()));
    let made = [&[1, 0, 0, 0, 6][..], &[0; 32], b"object"].concat();
    raw.chain([made]).collect()
}

pub(super) fn vault_seeds() -> Vec<Vec<u8>> {
    store_bytes("vault", "bytes").iter().map(|file| pieces_of(file)).collect()
}

pub(super) fn erasure_seeds() -> Vec<Vec<u8>> {
    let line = |number: u8| {
        let id = format!("{number:02x}").repeat(16);
        format!(r#"{{"at":"2026-11-24T00:00:00.000Z","erasure":"rec_{number}","keys":["{id}"]}}"#)
    };
    let two = [line(1), line(2)].join("\n");
    vec![line(1).into_bytes(), two.into_bytes(), Vec::new()]
}

pub(super) fn name_seeds() -> Vec<Vec<u8>> {
    store_texts("identity", "text")
}

pub(super) fn backup_header_seeds() -> Vec<Vec<u8>> {
    vec![fuzzing::header_seed()]
}

pub(super) fn backup_manifest_seeds() -> Vec<Vec<u8>> {
    vec![fuzzing::manifest_seed()]
}
