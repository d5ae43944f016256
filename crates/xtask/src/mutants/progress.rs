//! What became of each mutant so far, kept outside the checkout: a run that is cut off, or ends at its time, goes on
//! where it stopped as long as nothing of the crate has changed.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::list::Mutant;

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

/// The file of one crate as it is now.
pub(super) struct Progress {
    path: PathBuf,
    known: BTreeMap<String, (Became, bool)>,
    ms: u64,
}

impl Progress {
    /// What is known of the crate in `folder`; nothing once a byte of it has changed.
    pub(super) fn open(cache: &Path, root: &Path, folder: &str) -> Result<Self, String> {
        let mut hasher = DefaultHasher::new();
        hash_below(&root.join(folder), &mut hasher)?;
        fs::read(root.join("Cargo.lock")).map_err(|e| e.to_string())?.hash(&mut hasher);
        let name = folder.rsplit('/').next().unwrap_or(folder);
        let path = cache.join("mutants").join(format!("{name}-{:016x}.jsonl", hasher.finish()));
        let mut progress = Self { path, known: BTreeMap::new(), ms: 0 };
        progress.read(&fs::read_to_string(&progress.path).unwrap_or_default());
        Ok(progress)
    }

    /// Where it lies: to be carried to another machine, or taken from one.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes what another machine found out about its share of the same crate. What is known here stays: taking a file
    /// twice changes nothing.
    pub(super) fn take(&mut self, file: &Path) -> Result<(), String> {
        if file.file_name() != self.path.file_name() {
            let wanted = self.path.display();
            return Err(format!(
                "{} is about another state of the crate than {wanted}",
                file.display()
            ));
        }
        let text = fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
        let is_new = |line: &&str| {
            let line: Option<Value> = serde_json::from_str(line).ok();
            line.and_then(|line| Some(line.get("mutant")?.as_str()?.to_owned()))
                .is_some_and(|name| !self.known.contains_key(&name))
        };
        let mut lines = String::new();
        for line in text.lines().filter(is_new) {
            lines.push_str(line);
            lines.push('\n');
        }
        self.write(&lines)?;
        self.read(&lines);
        Ok(())
    }

    /// Everything of the crate is tried once more.
    pub(super) fn forget(&mut self) -> Result<(), String> {
        if self.path.exists() {
            fs::remove_file(&self.path).map_err(|e| format!("{}: {e}", self.path.display()))?;
        }
        (self.known, self.ms) = (BTreeMap::new(), 0);
        Ok(())
    }

    /// What became of a mutant.
    pub(super) fn of(&self, mutant: &Mutant) -> Option<Became> {
        self.known.get(&name_of(mutant)).map(|(became, _)| *became)
    }

    /// Whether it was built alone.
    pub(super) fn was_alone(&self, mutant: &Mutant) -> bool {
        self.known.get(&name_of(mutant)).is_some_and(|(_, alone)| *alone)
    }

    /// Seconds of all sittings.
    pub(super) const fn seconds(&self) -> u64 {
        self.ms / 1_000
    }

    /// Writes down what became of a mutant, and how long it took.
    pub(super) fn note(
        &mut self,
        mutant: &Mutant,
        became: Became,
        (is_alone, took): (bool, Duration),
    ) -> Result<(), String> {
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let line = json!({
            "mutant": name_of(mutant), "became": became.word(), "alone": is_alone,
            "ms": ms,
        });
        self.write(&format!("{line}\n"))?;
        self.known.insert(name_of(mutant), (became, is_alone));
        self.ms = self.ms.saturating_add(ms);
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
        for line in lines {
            let text = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default();
            let became = Became::ALL.into_iter().find(|became| became.word() == text("became"));
            let Some(became) = became else { continue };
            let alone = line.get("alone").and_then(Value::as_bool).unwrap_or_default();
            self.known.insert(text("mutant").to_owned(), (became, alone));
            let ms = line.get("ms").and_then(Value::as_u64).unwrap_or_default();
            self.ms = self.ms.saturating_add(ms);
        }
    }
}

/// Two mutants of one name differ by their number.
fn name_of(mutant: &Mutant) -> String {
    format!("{} {}", mutant.id, mutant.name)
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
        let open = || Progress::open(&cache, &root, "crates/one").unwrap();
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
        let open = |cache: &str| Progress::open(&home.join(cache), &root, "crates/one").unwrap();
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
}
