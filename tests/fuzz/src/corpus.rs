//! Seeds: the vectors of the project, taken apart, and what earlier runs found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::container;
use heqi_pki::dsse::Envelope;
use serde_json::Value;

use crate::Target;

/// Where this crate stands in the checkout.
fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of `target`'s inputs that earlier runs found worth keeping.
pub fn folder(target: &Target) -> PathBuf {
    home().join("corpus").join(target.name)
}

/// Every input of `target`: its seeds, then the kept files in the order of their names.
pub fn inputs(target: &Target) -> Vec<Vec<u8>> {
    let mut inputs = (target.seeds)();
    let mut kept: Vec<PathBuf> = std::fs::read_dir(folder(target))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    kept.sort();
    inputs.extend(kept.iter().filter_map(|path| std::fs::read(path).ok()));
    inputs
}

fn vectors(of: &str) -> PathBuf {
    home().join("../vectors").join(of)
}

/// One file of the vectors, by its path in them.
pub(crate) fn vector(name: &str) -> Vec<u8> {
    std::fs::read(vectors(name)).unwrap_or_default()
}

/// Every text in a JSON vector file, as it stands and decoded where it is hex or base64.
pub(crate) fn texts(file: &str) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(vectors(file)).unwrap_or_default();
    let mut found = Vec::new();
    collect(&serde_json::from_slice(&bytes).unwrap_or_default(), &mut found);
    found
}

fn collect(value: &Value, into: &mut Vec<Vec<u8>>) {
    match value {
        Value::String(text) => {
            into.push(text.clone().into_bytes());
            into.extend(hex::decode(text).ok().filter(|bytes| !bytes.is_empty()));
            into.extend(STANDARD.decode(text).ok().filter(|bytes| !bytes.is_empty()));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, into)),
        Value::Object(members) => members.values().for_each(|value| collect(value, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A file of the evidence vectors; read once, since some targets need it for every input.
pub(crate) fn evidence_file(name: &str) -> Vec<u8> {
    static FILES: LazyLock<Mutex<BTreeMap<String, Vec<u8>>>> = LazyLock::new(Mutex::default);
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let read = || std::fs::read(vectors("evidence").join(name)).unwrap_or_default();
    files.entry(name.to_owned()).or_insert_with(read).clone()
}

/// Every file of the fork vectors with this ending.
pub(crate) fn fork_files(ending: &str) -> Vec<Vec<u8>> {
    files_of("fork", ending)
}

/// Every file of these vectors with this ending.
pub(crate) fn files_of(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    files(&vectors(folder), ending).iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

/// Members called `name` in what the anchors of the vectors list, decoded from base64.
pub(crate) fn anchored(list: &str, name: &str) -> Vec<Vec<u8>> {
    let file = evidence_file("anchors.json");
    let payload = Envelope::from_json(&file)
        .ok()
        .and_then(|envelope| serde_json::from_slice(envelope.unverified_payload()).ok())
        .unwrap_or(Value::Null);
    let listed = payload.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
    listed.iter().filter_map(|entry| STANDARD.decode(entry.get(name)?.as_str()?).ok()).collect()
}

/// Every text called `member` in one part of the store's vectors, the refused ones too.
pub(crate) fn store_texts(part: &str, member: &str) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(vectors("store/store.json")).unwrap_or_default();
    let all: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let part = all.get(part).cloned().unwrap_or_default();
    let refused = part.get("refused").and_then(Value::as_array).cloned().unwrap_or_default();
    [part]
        .iter()
        .chain(&refused)
        .filter_map(|case| Some(case.get(member)?.as_str()?.as_bytes().to_vec()))
        .collect()
}

/// The same where the text is hexadecimal.
pub(crate) fn store_bytes(part: &str, member: &str) -> Vec<Vec<u8>> {
    store_texts(part, member).iter().filter_map(|text| hex::decode(text).ok()).collect()
}

/// Every bundle of the evidence vectors up to `longest` bytes, by name.
pub(crate) fn bundles(longest: usize) -> Vec<Vec<u8>> {
    files(&vectors("evidence"), ".heqi.zip")
        .iter()
        .filter_map(|path| std::fs::read(path).ok())
        .filter(|bytes| bytes.len() <= longest)
        .collect()
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    paths.sort();
    paths
}

/// The entries of one bundle whose name passes.
pub(crate) fn entries_of(bundle: &str, wanted: fn(&str) -> bool) -> Vec<Vec<u8>> {
    let file = evidence_file(bundle);
    let entries = container::read(&file).unwrap_or_default();
    entries.iter().filter(|entry| wanted(entry.name)).map(|entry| entry.bytes.to_vec()).collect()
}

/// The entries of some bundles whose name passes.
pub(crate) fn entries(wanted: fn(&str) -> bool) -> Vec<Vec<u8>> {
    [
        "signing.heqi.zip",
        "signing-with-chain.heqi.zip",
        "consent.heqi.zip",
        "erased-person.heqi.zip",
    ]
    .iter()
    .flat_map(|bundle| entries_of(bundle, wanted))
    .collect()
}
