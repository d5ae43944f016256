//! What became of each mutant so far, kept outside the checkout at once and in a ledger at the end of a sitting: a run
//! that is cut off, or ends at its time, goes on where it stopped as long as nothing of the crate has changed, here or
//! wherever the ledger was committed to.
//!
//! - [`told`]: the lines of the ledger

mod told;

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use self::told::Told;
use super::list::Mutant;
use crate::ledger::Ledger;

/// What is written of a mutant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Became {
    Caught,
    TimedOut,
    Unviable,
    Missed,
}

impl Became {
    const ALL: [Self; 4] = [Self::Caught, Self::TimedOut, Self::Unviable, Self::Missed];

    const fn word(self) -> &'static str {
        match self {
            Self::Caught => "caught",
            Self::TimedOut => "timed_out",
            Self::Unviable => "unviable",
            Self::Missed => "missed",
        }
    }
}

/// What is known of one crate as it is now: in a file outside the checkout, mutant by mutant, and in the ledger, sitting
/// by sitting.
pub(super) struct Progress {
    path: PathBuf,
    root: PathBuf,
    known: BTreeMap<u32, Known>,
    /// Of all sittings that the ledger tells of.
    told_ms: u64,
}

/// What is known of a mutant.
#[derive(Clone, Copy)]
struct Known {
    became: Became,
    is_alone: bool,
    ms: u64,
    /// The ledger has it already.
    is_told: bool,
}

impl Progress {
    /// What is known of a crate whose own sources and whose tests are in `folders`; nothing once a byte of them has
    /// changed.
    pub(super) fn open(cache: &Path, root: &Path, folders: &[String]) -> Result<Self, String> {
        let mut hasher = DefaultHasher::new();
        super::VERSION.hash(&mut hasher);
        for folder in folders {
            hash_below(&root.join(folder), &mut hasher)?;
        }
        fs::read(root.join("Cargo.lock")).map_err(|e| e.to_string())?.hash(&mut hasher);
        let first = folders.first().map(String::as_str).unwrap_or_default();
        let name = first.rsplit('/').next().unwrap_or(first);
        let path = cache.join("mutants").join(format!("{name}-{:016x}.jsonl", hasher.finish()));
        let mut progress = Self { path, root: root.to_owned(), known: BTreeMap::new(), told_ms: 0 };
        progress.read_ledger(Ledger::open(root, told::LEDGER).lines());
        progress.read(&fs::read_to_string(&progress.path).unwrap_or_default());
        Ok(progress)
    }

    /// Where it lies: to be carried to another machine, or taken from one.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The name of the crate and of the state it is in.
    fn state(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Takes what another machine found out about its share of the same crate: its file, or its ledger. What is known
    /// here stays: taking a file twice changes nothing.
    ///
    /// # Errors
    /// It is about no crate in this state.
    pub(super) fn take(&mut self, file: &Path) -> Result<(), String> {
        let say = |error: std::io::Error| format!("{}: {error}", file.display());
        let text = fs::read_to_string(file).map_err(say)?;
        let lines: Vec<Value> =
            text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let mut found: Vec<Told> =
            lines.iter().filter_map(|line| Told::of(line, &self.state())).collect();
        if file.file_name() == self.path.file_name() {
            found.extend(lines.iter().filter_map(of_one));
        } else if found.is_empty() {
            let wanted = self.path.display();
            let file = file.display();
            return Err(format!("{file} is about another state of the crate than {wanted}"));
        }
        for told in found {
            // The time of a line is that of all its mutants: the first of them has it.
            let mut ms = told.ms;
            for (id, (became, is_alone)) in told.known {
                if !self.known.contains_key(&id) {
                    self.keep(&id.to_string(), id, (became, is_alone, ms))?;
                    ms = 0;
                }
            }
        }
        Ok(())
    }

    /// Everything of the crate is tried once more.
    pub(super) fn forget(&mut self) -> Result<(), String> {
        if self.path.exists() {
            fs::remove_file(&self.path).map_err(|e| format!("{}: {e}", self.path.display()))?;
        }
        if self.known.values().any(|known| known.is_told) {
            self.append(&Told { is_anew: true, ..Told::default() })?;
        }
        (self.known, self.told_ms) = (BTreeMap::new(), 0);
        Ok(())
    }

    /// Writes into the ledger what it does not have yet: to be committed.
    pub(super) fn tell(&mut self) -> Result<(), String> {
        let mut told = Told::default();
        for (id, known) in self.known.iter().filter(|(_, known)| !known.is_told) {
            told.known.insert(*id, (known.became, known.is_alone));
            told.ms = told.ms.saturating_add(known.ms);
        }
        if told.known.is_empty() {
            return Ok(());
        }
        self.append(&told)?;
        self.told_ms = self.told_ms.saturating_add(told.ms);
        self.known.values_mut().for_each(|known| known.is_told = true);
        Ok(())
    }

    fn append(&self, told: &Told) -> Result<(), String> {
        let mut ledger = Ledger::open(&self.root, told::LEDGER);
        ledger.append(told::LEDGER, "cargo xtask mutants", &told.result(&self.state()))
    }

    /// What became of a mutant.
    pub(super) fn of(&self, mutant: &Mutant) -> Option<Became> {
        self.known.get(&mutant.id).map(|known| known.became)
    }

    /// Whether it was built alone.
    pub(super) fn was_alone(&self, mutant: &Mutant) -> bool {
        self.known.get(&mutant.id).is_some_and(|known| known.is_alone)
    }

    /// Seconds of all sittings.
    pub(super) fn seconds(&self) -> u64 {
        let untold = self.known.values().filter(|known| !known.is_told).map(|known| known.ms);
        (self.told_ms + untold.sum::<u64>()) / 1_000
    }

    /// Writes down what became of a mutant, and how long it took.
    pub(super) fn note(
        &mut self,
        mutant: &Mutant,
        became: Became,
        (is_alone, took): (bool, Duration),
    ) -> Result<(), String> {
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let name = format!("{} {}", mutant.id, mutant.name);
        self.keep(&name, mutant.id, (became, is_alone, ms))
    }

    fn keep(
        &mut self,
        name: &str,
        id: u32,
        (became, is_alone, ms): (Became, bool, u64),
    ) -> Result<(), String> {
        let line = json!({"mutant": name, "became": became.word(), "alone": is_alone, "ms": ms});
        self.write(&format!("{line}\n"))?;
        self.known.insert(id, Known { became, is_alone, ms, is_told: false });
        Ok(())
    }

    fn write(&self, text: &str) -> Result<(), String> {
        let say = |error: std::io::Error| format!("{}: {error}", self.path.display());
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(say)?;
        }
        // A line that was cut off must not take the next one with it.
        let is_cut =
            fs::read(&self.path).is_ok_and(|kept| kept.last().is_some_and(|b| *b != b'\n'));
        let text = if is_cut { format!("\n{text}") } else { text.to_owned() };
        let file = OpenOptions::new().create(true).append(true).open(&self.path);
        file.map_err(say)?.write_all(text.as_bytes()).map_err(say)
    }

    fn read(&mut self, text: &str) {
        // A line that was cut off is a mutant that was not tried.
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        for told in lines.filter_map(|line| of_one(&line)) {
            for (id, (became, is_alone)) in told.known {
                let known = Known { became, is_alone, ms: told.ms, is_told: false };
                self.known.entry(id).or_insert(known);
            }
        }
    }

    fn read_ledger(&mut self, lines: &[Value]) {
        let state = self.state();
        for told in lines.iter().filter_map(|line| Told::of(line, &state)) {
            if told.is_anew {
                (self.known, self.told_ms) = (BTreeMap::new(), 0);
            }
            for (id, (became, is_alone)) in told.known {
                let known = Known { became, is_alone, ms: 0, is_told: true };
                self.known.entry(id).or_insert(known);
            }
            self.told_ms = self.told_ms.saturating_add(told.ms);
        }
    }
}

/// A line of the file outside the checkout. Two mutants of one name differ by their number, which stands before it.
fn of_one(line: &Value) -> Option<Told> {
    let text = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default();
    let became = Became::ALL.into_iter().find(|became| became.word() == text("became"))?;
    let id = text("mutant").split(' ').next()?.parse().ok()?;
    let is_alone = line.get("alone").and_then(Value::as_bool).unwrap_or_default();
    let ms = line.get("ms").and_then(Value::as_u64).unwrap_or_default();
    Some(Told { known: BTreeMap::from([(id, (became, is_alone))]), ms, is_anew: false })
}

fn hash_below(folder: &Path, hasher: &mut DefaultHasher) -> Result<(), String> {
    let say = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(say)?;
    paths.sort_unstable();
    for path in paths {
        if path.is_dir() {
            hash_below(&path, hasher)?;
        } else {
            path.file_name().hash(hasher);
            fs::read(&path).map_err(say)?.hash(hasher);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::list::{Genre, Place, Span};

    fn mutant(id: u32) -> Mutant {
        let place = Place { line: 1, column: 1 };
        Mutant {
            id,
            name: "src/lib.rs: replace a with b".to_owned(),
            file: "src/lib.rs".into(),
            genre: Genre::FnValue,
            span: Span { start: place, end: place },
            replacement: "b".to_owned(),
            return_type: String::new(),
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "files of a test")]
    fn what_is_known_survives_the_end_of_a_sitting_and_not_a_change_of_the_crate() {
        let home = std::env::temp_dir().join(format!("heqi-progress-{}", std::process::id()));
        let (root, cache) = (home.join("root"), home.join("cache"));
        fs::create_dir_all(root.join("crates/one/src")).unwrap();
        fs::write(root.join("Cargo.lock"), "").unwrap();
        fs::write(root.join("crates/one/src/lib.rs"), "fn a() {}").unwrap();
        let open = || Progress::open(&cache, &root, &["crates/one".to_owned()]).unwrap();
        let mut first = open();
        first.note(&mutant(1), Became::Caught, (false, Duration::from_millis(500))).unwrap();
        first.note(&mutant(2), Became::Missed, (true, Duration::from_millis(1_500))).unwrap();
        first.write("{\"mutant\": \"3 cut o").unwrap();
        let second = open();
        assert_eq!(second.of(&mutant(1)), Some(Became::Caught));
        assert_eq!(second.of(&mutant(2)), Some(Became::Missed));
        assert!(second.was_alone(&mutant(2)) && second.of(&mutant(3)).is_none());
        assert_eq!(second.seconds(), 2);
        fs::write(root.join("crates/one/src/lib.rs"), "fn b() {}").unwrap();
        let mut changed = open();
        assert!(changed.of(&mutant(1)).is_none());
        assert!(changed.take(second.path()).unwrap_err().contains("another state"));
        fs::remove_dir_all(home).unwrap();
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "files of a test")]
    fn a_line_that_was_cut_off_takes_no_other_with_it_and_a_file_is_taken_once() {
        let home = std::env::temp_dir().join(format!("heqi-taken-{}", std::process::id()));
        let root = home.join("root");
        fs::create_dir_all(root.join("crates/one/src")).unwrap();
        fs::write(root.join("Cargo.lock"), "").unwrap();
        let open = |cache: &str| {
            Progress::open(&home.join(cache), &root, &["crates/one".to_owned()]).unwrap()
        };
        let second = Duration::from_secs(1);
        let mut here = open("here");
        here.note(&mutant(1), Became::Caught, (false, second)).unwrap();
        here.write("{\"mutant\": \"9 cut o").unwrap();
        let mut there = open("there");
        there.note(&mutant(1), Became::Missed, (false, second)).unwrap();
        there.note(&mutant(2), Became::Missed, (false, second)).unwrap();
        for _ in 0..2 {
            here.take(there.path()).unwrap();
            let own = here.path().to_owned();
            here.take(&own).unwrap();
        }
        here.note(&mutant(3), Became::TimedOut, (false, second)).unwrap();
        for known in [here, open("here")] {
            assert_eq!(known.of(&mutant(1)), Some(Became::Caught), "what is known here stays");
            assert_eq!(known.of(&mutant(2)), Some(Became::Missed));
            assert_eq!(known.of(&mutant(3)), Some(Became::TimedOut));
            assert_eq!(known.seconds(), 3);
        }
        let mut again = open("here");
        again.forget().unwrap();
        assert!(again.of(&mutant(1)).is_none() && again.seconds() == 0);
        assert!(open("here").of(&mutant(1)).is_none());
        fs::remove_dir_all(home).unwrap();
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "files of a test")]
    fn what_was_told_outlives_the_machine_and_is_told_once() {
        let home = std::env::temp_dir().join(format!("heqi-told-{}", std::process::id()));
        let root = home.join("root");
        for folder in ["crates/one/src", "crates/two"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::write(root.join("Cargo.lock"), "").unwrap();
        let folders = ["crates/one".to_owned(), "crates/two".to_owned()];
        let open = |cache: &str| Progress::open(&home.join(cache), &root, &folders).unwrap();
        let ledger = root.join("docs/reliability/mutants-progress.jsonl");
        let lines = || fs::read_to_string(&ledger).unwrap_or_default().lines().count();
        let took = Duration::from_secs(2);
        let mut here = open("here");
        here.tell().unwrap();
        assert_eq!(lines(), 0, "nothing is told of nothing");
        here.note(&mutant(1), Became::Caught, (false, took)).unwrap();
        here.note(&mutant(2), Became::Missed, (true, took)).unwrap();
        for _ in 0..2 {
            here.tell().unwrap();
            assert_eq!(lines(), 1);
        }
        // On a machine that has the commit and nothing else, and on the same once more.
        for cache in ["there", "here"] {
            let mut known = open(cache);
            assert_eq!(known.of(&mutant(2)), Some(Became::Missed), "{cache}");
            assert!(known.was_alone(&mutant(2)) && known.of(&mutant(3)).is_none());
            assert_eq!(known.seconds(), 4, "{cache}");
            known.tell().unwrap();
            assert_eq!(lines(), 1, "{cache}");
        }
        // The ledger of another checkout is taken, and then told here.
        let elsewhere = home.join("mutants-progress.jsonl");
        fs::rename(&ledger, &elsewhere).unwrap();
        let mut taker = open("taker");
        for _ in 0..2 {
            taker.take(&elsewhere).unwrap();
            taker.tell().unwrap();
            assert_eq!((lines(), taker.seconds()), (1, 4));
        }
        // Once more means that nothing of before counts; another state of the tests has nothing.
        taker.forget().unwrap();
        assert!(open("fresh").of(&mutant(1)).is_none() && open("fresh").seconds() == 0);
        fs::write(root.join("crates/two/it.rs"), "").unwrap();
        let mut changed = open("there");
        assert!(changed.of(&mutant(1)).is_none());
        assert!(changed.take(&elsewhere).unwrap_err().contains("another state"));
        fs::remove_dir_all(home).unwrap();
    }
}
