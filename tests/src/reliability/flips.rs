//! One bit of one file is another one, as a bad disk or memory makes it. Afterwards either
//! nothing is harmed (the bit said nothing, or what was wrong was made again by itself), or
//! the damage is named: start-up refuses and says which file, or `fsck` lists it. What is
//! still answered is what was answered before.
//!
//! - this file: every kind of file of a store, closed in order after much work
//! - `in_town`: keys, API keys, erasure ledgers, backups and settings of whole organisations

mod in_town;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use heqi_evidence_store::testing::tamper;
use parking_lot::Mutex;

use super::Tried;
use super::damage::{files_below, killed_after, start};
use super::dice::Dice;
use super::known::Known;
use super::rounds::{Bench, Round};
use super::store_writer::{Place, Work, inspect};
use super::syscalls::copy;

pub(super) use in_town::{run_in_settings, run_in_town};

/// Enough for a whole tile, several segments and a snapshot.
const ACTS: u64 = 330;
const PATIENCE: Duration = Duration::from_mins(1);

/// Flips one bit for each seed, in a copy of one store. Seeds go through the kinds of files
/// in turn.
pub(super) async fn run(bench: &Bench, seeds: &[u64]) -> Vec<Round> {
    let quarry = match Quarry::prepare(bench) {
        Ok(quarry) => quarry,
        Err(error) => return seeds.iter().map(|seed| Round::failed(*seed, &*error)).collect(),
    };
    let mut rounds = Vec::new();
    for seed in seeds {
        let round = quarry.round(*seed).await;
        rounds.push(round.unwrap_or_else(|error| Round::failed(*seed, &*error)));
    }
    rounds
}

/// A store with everything in it, and what its client knows.
struct Quarry {
    folder: tempfile::TempDir,
    known: Known,
    kinds: Kinds,
}

impl Quarry {
    fn prepare(bench: &Bench) -> Tried<Self> {
        let folder = tempfile::tempdir()?;
        let place = Place::below(folder.path());
        let known = killed_after(&bench.program, &place, Known::default(), ACTS)?;
        let work = Work { generation: 1 << 20, lanes: 1, acts: 12 };
        let (status, known) = start(&bench.program, &place, known, work)?.end(PATIENCE)?;
        if !status.success() {
            return Err(format!("the store was not closed in order: {status}").into());
        }
        let kinds = Kinds::of(&place.directory)?;
        fs::rename(&place.directory, folder.path().join("template"))?;
        Ok(Self { folder, known, kinds })
    }

    async fn round(&self, seed: u64) -> Tried<Round> {
        let mut dice = Dice::new(seed);
        let place = Place::below(self.folder.path());
        let _ = fs::remove_dir_all(&place.directory);
        copy(&self.folder.path().join("template"), &place.directory)?;
        let file = self.kinds.pick(seed, &mut dice)?;
        let what = flip(&place.directory.join(&file), &file, 0, &mut dice)?;
        let end = self.end_of(&place, &file).await.map_err(|error| format!("{what}: {error}"))?;
        let acknowledged = 0;
        Ok(Round { acknowledged, note: format!("{what}: {end}"), ..Round::survived(seed) })
    }

    /// What came of it: looked at as an operator would, then started, then read.
    async fn end_of(&self, place: &Place, file: &Path) -> Tried<&'static str> {
        let is_listed = lists(place, file)?;
        let last_words = Arc::<Mutex<String>>::default();
        let store = match place.open_and_hear(last_words.clone()) {
            Ok(store) => store,
            Err(error) => {
                let said = error.to_string();
                return if is_listed || names(&said, place, file) {
                    Ok("refused to start")
                } else {
                    Err(format!("it does not open, and neither that nor fsck names it: {said}")
                        .into())
                };
            }
        };
        let seen = inspect(&store, &self.known).await;
        let closed = store.close();
        let said = last_words.lock().clone();
        if !said.is_empty() || closed.is_err() {
            return if is_listed || names(&said, place, file) {
                Ok("it stopped and named it")
            } else {
                Err(format!("it stopped: {said}").into())
            };
        }
        match seen {
            Ok(()) if is_listed => Ok("listed, and everything could still be read"),
            Ok(()) if place.fsck()?.is_sound() => Ok("harmed nothing"),
            Ok(()) if lists(place, file)? => Ok("listed after the start"),
            Ok(()) => Err("something else is damaged after the start".into()),
            Err(_) if is_listed => Ok("listed"),
            Err(error) => Err(format!("fsck does not list it, and {error}").into()),
        }
    }
}

/// Whether fsck names this file, or refuses and names it.
fn lists(place: &Place, file: &Path) -> Tried<bool> {
    match place.fsck() {
        Ok(report) => {
            let is_it = |damaged: &PathBuf| damaged.ends_with(file) || shares_part(damaged, file);
            Ok(report.damages.iter().any(|damage| is_it(&damage.file)))
        }
        Err(error) if names(&error.to_string(), place, file) => Ok(true),
        Err(error) => Err(format!("fsck ends and does not name it: {error}").into()),
    }
}

/// The index is one database: any file of it is the index.
fn shares_part(damaged: &Path, file: &Path) -> bool {
    file.starts_with("index") && damaged.ends_with("index")
}

/// Whether words name the file, or the folder of the part it belongs to.
fn names(said: &str, place: &Place, file: &Path) -> bool {
    let text = file.display().to_string();
    let part = place.directory.join(text.split('/').next().unwrap_or_default());
    said.contains(&text) || said.contains(&part.display().to_string())
}

/// Files by what they are: their names without the numbers.
struct Kinds(Vec<Vec<PathBuf>>);

impl Kinds {
    /// The files below a folder that have content, locks aside.
    fn of(folder: &Path) -> Tried<Self> {
        let mut kinds: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
        for file in files_below(folder)? {
            let name = file.strip_prefix(folder)?.to_owned();
            if name.ends_with("LOCK") || fs::metadata(&file)?.len() == 0 {
                continue;
            }
            kinds.entry(kind_of(&name)).or_default().push(name);
        }
        Ok(Self(kinds.into_values().collect()))
    }

    fn pick(&self, seed: u64, dice: &mut Dice) -> Tried<PathBuf> {
        let count = u64::try_from(self.0.len())?.max(1);
        let kind = self.0.get(usize::try_from(seed % count)?).ok_or("there are no files")?;
        Ok(dice.one_of(kind).ok_or("there are no files")?.clone())
    }
}

/// What a file is: its name without numbers, which in the index of searches are hexadecimal.
fn kind_of(name: &Path) -> String {
    let text = name.display().to_string();
    match text.split_once("/search/") {
        Some((before, after)) => {
            let ending = after.rsplit('.').next().unwrap_or_default();
            format!("{before}/search/.{ending}")
        }
        None => text.replace(|c: char| c.is_ascii_digit(), ""),
    }
}

/// Changes one bit of a file, from the byte `from` on, and says which.
fn flip(path: &Path, name: &Path, from: u64, dice: &mut Dice) -> Tried<String> {
    let mut bytes = fs::read(path)?;
    let at = from + dice.below(u64::try_from(bytes.len())?.saturating_sub(from));
    let bit = dice.below(8);
    bytes.iter_mut().skip(usize::try_from(at)?).take(1).for_each(|byte| *byte ^= 1 << bit);
    let permissions = fs::metadata(path)?.permissions();
    tamper(path, &bytes);
    fs::set_permissions(path, permissions)?;
    Ok(format!("bit {bit} of byte {at} of {}", name.display()))
}
