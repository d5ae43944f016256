//! Seeds: the vectors of the project, taken apart, and what earlier runs found.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::container;
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

/// A file of the evidence vectors.
pub(crate) fn evidence_file(name: &str) -> Vec<u8> {
    std::fs::read(vectors("evidence").join(name)).unwrap_or_default()
}

/// Every bundle of the evidence vectors up to `longest` bytes, by name.
pub(crate) fn bundles(longest: usize) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(vectors("evidence"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".heqi.zip"))
        .collect();
    paths.sort();
    paths
        .iter()
        .filter_map(|path| std::fs::read(path).ok())
        .filter(|bytes| bytes.len() <= longest)
        .collect()
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
    .flat_map(|bundle| {
        let file = evidence_file(bundle);
        let entries = container::read(&file).unwrap_or_default();
        entries
            .iter()
            .filter(|entry| wanted(entry.name))
            .map(|entry| entry.bytes.to_vec())
            .collect::<Vec<_>>()
    })
    .collect()
}
