//! Files spoiled at seeded places: page and program must say the same of each.
//!
//! A byte flipped in the file mostly breaks a digest. So entries are also spoiled inside and
//! packed again with a fitting manifest: then every parser behind the container is asked.

use std::path::{Path, PathBuf};

use heqi_evidence::{canonical, container};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::agreement::cases;
use super::verifier::{Asked, Verifier, browser, root};

/// xorshift64*: the same files on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(drawn).unwrap() % most
    }

    /// Changes one place of `bytes`: a bit, a byte, a byte more, a byte less, two swapped.
    fn spoil(&mut self, bytes: &mut Vec<u8>) {
        let place = self.below(bytes.len());
        match self.below(8) {
            0..=2 => bytes[place] ^= 1 << self.below(8),
            3 => bytes[place] = u8::try_from(self.below(256)).unwrap(),
            4 => bytes[place] = b"0aA\"{}[],:\n +/="[self.below(15)],
            5 => bytes.insert(place, bytes[place]),
            6 => drop(bytes.remove(place)),
            _ => {
                let other = self.below(bytes.len());
                bytes.swap(place, other);
            }
        }
    }
}

/// A bundle of these entries with a manifest that fits them.
fn packed(mut entries: Vec<(String, Vec<u8>)>) -> Vec<u8> {
    let listed: Vec<Value> = entries[2..]
        .iter()
        .map(|(name, bytes)| {
            json!({"name": name, "sha256": hex::encode(Sha256::digest(bytes)), "size_bytes": bytes.len()})
        })
        .collect();
    let manifest = json!({"entries": listed, "format": "heqi.bundle/v1"});
    entries[1].1 = canonical::to_bytes(&manifest).unwrap();
    container::write(&entries).unwrap()
}

fn spoiled_inside(dice: &mut Dice, bundle: &Path) -> Vec<u8> {
    let file = std::fs::read(bundle).unwrap();
    let mut entries: Vec<(String, Vec<u8>)> = container::read(&file)
        .unwrap()
        .iter()
        .map(|entry| (entry.name.to_owned(), entry.bytes.to_vec()))
        .collect();
    let inside = 2 + dice.below(entries.len() - 2);
    match dice.below(12) {
        0 => drop(entries.remove(inside)),
        1 => {
            // One part in the place of another of the same bundle.
            let other = 2 + dice.below(entries.len() - 2);
            let lent = entries[other].1.clone();
            entries[inside].1 = lent;
        }
        _ => dice.spoil(&mut entries[inside].1),
    }
    packed(entries)
}

/// The details of a broken format are each implementation's own words.
fn without_details(mut report: Value) -> Value {
    for claim in report["claims"].as_array_mut().into_iter().flatten() {
        if claim["code"] == "record_malformed" || claim["code"] == "chain_broken" {
            claim["reason"] = Value::Null;
        }
    }
    report
}

fn compare(asked: &[Asked]) {
    let Some(mut browser) = browser() else { return };
    let mut verifier = Verifier::open(browser.page().unwrap());
    verifier.speak("en");
    let mut differences = Vec::new();
    for question in asked {
        let page = without_details(verifier.ask(question));
        let program = without_details(question.of_program("en"));
        if page != program {
            let kept = std::env::temp_dir().join(question.file.file_name().unwrap());
            std::fs::copy(&question.file, &kept).unwrap();
            differences.push(format!("{}\npage    {page}\nprogram {program}", kept.display()));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
    assert_eq!(verifier.page.trouble().unwrap().errors, Vec::<String>::new());
}

fn seed() -> u64 {
    std::env::var("HEQI_SPOIL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0x4845_5149)
}

fn evidence(name: &str) -> PathBuf {
    root().join("tests/vectors/evidence").join(name)
}

fn rounds() -> usize {
    std::env::var("HEQI_SPOIL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(200)
}

#[test]
fn bundles_spoiled_inside_get_the_same_report_from_page_and_program() {
    let desk = tempfile::tempdir().unwrap();
    let mut dice = Dice(seed());
    let bundles = [
        "signing-with-chain.heqi.zip",
        "signing-p256.heqi.zip",
        "consent.heqi.zip",
        "disclosure-time-and-photo.heqi.zip",
        "erased-person.heqi.zip",
    ];
    let asked: Vec<Asked> = (0..rounds())
        .map(|number| {
            let bundle = evidence(bundles[dice.below(bundles.len())]);
            let file = desk.path().join(format!("inside-{number}.heqi.zip"));
            std::fs::write(&file, spoiled_inside(&mut dice, &bundle)).unwrap();
            Asked { file, anchors: Some(evidence("anchors.json")), at: None }
        })
        .collect();
    compare(&asked);
}

#[test]
fn files_spoiled_anywhere_get_the_same_report_from_page_and_program() {
    let desk = tempfile::tempdir().unwrap();
    let mut dice = Dice(seed() ^ 0xffff);
    let (bundles, forks) = (cases("evidence"), cases("fork"));
    let asked: Vec<Asked> = (0..rounds())
        .map(|number| {
            let from = if number % 3 == 0 { &forks } else { &bundles };
            let mut asked = from[dice.below(from.len())].clone();
            let mut bytes = std::fs::read(&asked.file).unwrap();
            dice.spoil(&mut bytes);
            asked.file = desk.path().join(format!("anywhere-{number}.heqi.zip"));
            std::fs::write(&asked.file, bytes).unwrap();
            asked
        })
        .collect();
    compare(&asked);
}

#[test]
fn anchors_spoiled_anywhere_are_refused_by_page_and_program() {
    let desk = tempfile::tempdir().unwrap();
    let mut dice = Dice(seed() ^ 0xaaaa);
    let whole = std::fs::read(evidence("anchors.json")).unwrap();
    let asked: Vec<Asked> = (0..rounds() / 5)
        .map(|number| {
            let mut bytes = whole.clone();
            dice.spoil(&mut bytes);
            let anchors = desk.path().join(format!("anchors-{number}.json"));
            std::fs::write(&anchors, bytes).unwrap();
            Asked { file: evidence("signing.heqi.zip"), anchors: Some(anchors), at: None }
        })
        .collect();
    compare(&asked);
}
