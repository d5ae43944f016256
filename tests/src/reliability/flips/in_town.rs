//! Keys, API keys, erasure ledgers, backups, the time authority's counter, and settings.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use heqi_evidence_store::durable_file::Disk;
use heqi_time_authority::serials::{BLOCK, Serials};
use serde_json::json;

use super::{Kinds, flip};
use crate::reliability::Tried;
use crate::reliability::dice::Dice;
use crate::reliability::rounds::{Bench, Round};
use crate::reliability::syscalls::copy;
use crate::reliability::town::audit::History;
use crate::reliability::town::client::Book;
use crate::reliability::town::work;
use crate::reliability::town::{PATIENCE, Town, Who};

/// How long things may take when nobody knows whether they can be.
const IMPATIENCE: Duration = Duration::from_secs(15);
/// Folders that a round may harm.
const FOLDERS: [&str; 6] = ["platform", "notary", "preservation", "backup", "vault-backup", TIME];
/// The folder of a time authority that has given a token.
const TIME: &str = "time";

/// What a process writes of a panic: its hook once there is one, and the one of the language before.
const PANICS: [&str; 2] = ["code.file", "panicked at"];

/// Flips one bit for each seed, of anything but settings.
pub(in crate::reliability) async fn run_in_town(bench: &Bench, seeds: &[u64]) -> Vec<Round> {
    run(bench, seeds, |file| !is_settings(file)).await
}

/// Flips one bit of a settings file for each seed.
pub(in crate::reliability) async fn run_in_settings(bench: &Bench, seeds: &[u64]) -> Vec<Round> {
    run(bench, seeds, is_settings).await
}

async fn run(bench: &Bench, seeds: &[u64], is_meant: fn(&Path) -> bool) -> Vec<Round> {
    let mut hamlet = match Hamlet::prepare(bench, is_meant).await {
        Ok(hamlet) => hamlet,
        Err(error) => return seeds.iter().map(|seed| Round::failed(*seed, &*error)).collect(),
    };
    let mut rounds = Vec::new();
    for seed in seeds {
        let round = hamlet.round(*seed).await;
        rounds.push(round.unwrap_or_else(|error| Round::failed(*seed, &*error)));
    }
    rounds
}

/// Organisations that have worked, and a copy of all their files.
struct Hamlet {
    town: Town,
    book: Book,
    template: tempfile::TempDir,
    kinds: Kinds,
    /// Of each store.
    leaves: [u64; 3],
}

impl Hamlet {
    async fn prepare(bench: &Bench, is_meant: fn(&Path) -> bool) -> Tried<Self> {
        let mut town = Town::found(&bench.program, None)?;
        let book = Book::default();
        town.start_all().await?;
        let client = town.client(Who::Platform)?;
        let filing = work::open(&client, &book, &town.staff, "示例公司", 2).await?;
        work::all(work::sign_all(&client, &book, &filing)).await?;
        // Somebody who has not signed has its data erased: the ledgers hold something.
        let other = work::open(&client, &book, &town.staff, "示例公司 bis", 1).await?;
        town.audit(&mut History::default(), &book, 0, true).await?;
        let (Some(party), Some(token)) = (other.parties.first(), other.tokens.first()) else {
            return Err("a filing with one party".into());
        };
        let path = format!("/api/v1/filings/{}/parties/{party}/erasure", other.id);
        let body = json!({ "classes": ["person", "biometric", "trace"] });
        client.post(&Book::default(), token, &path, &body).await?;
        // What was answered to it names it no more, so it is not asked for again.
        town.audit(&mut History::default(), &book, usize::MAX, true).await?;
        town.stop_all()?;
        let leaves = town.fsck()?;
        let base = town.folder().to_owned();
        let text = |path: &str| base.join(path).display().to_string();
        let (store, to, vault_to) = (text("platform/store"), text("backup"), text("vault-backup"));
        let words = ["store", "backup", &store, "--to", &to, "--vault-to", &vault_to];
        let done = town.heqi(&words).output()?;
        if !done.status.success() {
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            return Err(format!("no backup was made: {said}").into());
        }
        fs::create_dir(base.join(TIME))?;
        Serials::open(&base.join(TIME).join("serials"), Disk::default())?.take()?;
        let template = tempfile::tempdir()?;
        copy(&base, template.path())?;
        let kinds = Kinds::of(template.path())?.without(|file| {
            let text = file.display().to_string();
            let is_log = file.extension().is_some_and(|end| end == "log");
            text.contains("/store/") || is_log || !is_meant(file)
        });
        Ok(Self { town, book, template, kinds, leaves })
    }

    async fn round(&mut self, seed: u64) -> Tried<Round> {
        let mut dice = Dice::new(seed);
        let base = self.town.folder().to_owned();
        for folder in FOLDERS {
            fs::remove_dir_all(base.join(folder))?;
            copy(&self.template.path().join(folder), &base.join(folder))?;
        }
        for entry in fs::read_dir(self.template.path())? {
            let name = entry?.file_name();
            if Path::new(&name).extension().is_some_and(|end| end == "key" || end == "toml") {
                fs::copy(self.template.path().join(&name), base.join(&name))?;
            }
        }
        let file = self.kinds.pick(seed, &mut dice)?;
        let from = if is_settings(&file) { first_line(&base.join(&file))? } else { 0 };
        let what = flip(&base.join(&file), &file, from, &mut dice)?;
        let end = if is_settings(&file) {
            self.start_otherwise(&file, seed).await
        } else if file.starts_with("backup") || file.starts_with("vault-backup") {
            self.restore(&file)
        } else if file.starts_with(TIME) {
            self.count_on(&file)
        } else {
            self.start(&file, seed).await
        };
        self.town.kill_all()?;
        let end = end.map_err(|error| format!("{what}: {error}"))?;
        Ok(Round { note: format!("{what}: {end}"), ..Round::survived(seed) })
    }

    /// Restores the backup: refused by the name of the file, or whole.
    fn restore(&self, file: &Path) -> Tried<&'static str> {
        let base = self.town.folder();
        let text = |path: &str| base.join(path).display().to_string();
        let (from, vault_from, to) = (text("backup"), text("vault-backup"), text("restored"));
        let _ = fs::remove_dir_all(&to);
        let key = text("platform/keys/key-encryption.key");
        let words = ["store", "restore", "--from", &from, "--vault-from", &vault_from];
        let done =
            self.town.heqi(&[&words[..], &["--key", &key, "--to", &to]].concat()).output()?;
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
        if !done.status.success() {
            return if is_named(&said, file) {
                Ok("refused by name")
            } else {
                Err(format!("the restore names another thing: {said}").into())
            };
        }
        let store = base.join("restored/store").display().to_string();
        let sound = self.town.heqi(&["store", "fsck", &store]).output()?;
        if sound.status.success() {
            Ok("restored whole")
        } else {
            Err(format!(
                "it was restored and is damaged: {}",
                String::from_utf8_lossy(&sound.stdout)
            )
            .into())
        }
    }

    /// Opens the time authority's counter: refused by the name of the file, or it goes on
    /// behind everything that may have been given.
    fn count_on(&self, file: &Path) -> Tried<&'static str> {
        let serials = match Serials::open(&self.town.folder().join(file), Disk::default()) {
            Ok(serials) => serials,
            Err(error) if is_named(&error.to_string(), file) => return Ok("refused by name"),
            Err(error) => return Err(format!("the counter names another thing: {error}").into()),
        };
        if serials.take()? > BLOCK {
            Ok("harmed nothing")
        } else {
            Err("a serial number would be given twice".into())
        }
    }

    /// Starts everything and works on: named by whoever cannot, or harmless.
    async fn start(&mut self, file: &Path, seed: u64) -> Tried<&'static str> {
        let before: Vec<usize> = self.town.said()?.iter().map(String::len).collect();
        self.town.patience = IMPATIENCE;
        let worked = self.works(seed).await;
        self.town.patience = PATIENCE;
        let said = self.town.said()?;
        let new = said.iter().zip(before).filter_map(|(said, before)| said.get(before..));
        let said = new.collect::<Vec<_>>().concat();
        match worked {
            Ok(()) => Ok("harmed nothing"),
            Err(_) if is_named(&said, file) => Ok("named"),
            Err(error) => {
                let words: Vec<&str> = said.lines().rev().take(6).collect();
                Err(format!("it is not named, and {error}: {words:?}").into())
            }
        }
    }

    /// Starts with settings that may say another thing. Where nobody can tell, nothing panics,
    /// and with the right file everything is there and starts.
    async fn start_otherwise(&mut self, file: &Path, seed: u64) -> Tried<&'static str> {
        let told = self.start(file, seed).await;
        self.town.kill_all()?;
        let said = self.town.said()?.concat();
        if let Some(line) = said.lines().find(|line| PANICS.iter().any(|word| line.contains(word)))
        {
            return Err(format!("it panicked: {line}").into());
        }
        if told.is_ok() {
            return told;
        }
        fs::copy(self.template.path().join(file), self.town.folder().join(file))?;
        self.town.start_all().await?;
        self.town.stop_all()?;
        let leaves = self.town.fsck()?;
        if leaves.iter().zip(self.leaves).all(|(now, before)| *now >= before) {
            Ok("it said another thing and harmed nothing")
        } else {
            Err(format!("{:?} leaves became {leaves:?}", self.leaves).into())
        }
    }

    async fn works(&mut self, seed: u64) -> Tried<()> {
        self.town.start_all().await?;
        let client = self.town.client(Who::Platform)?;
        // Nobody else may have seen this signing: the next round begins without it.
        let (book, mut history) = (Book::default(), History::default());
        for answered in self.book.since(0) {
            book.note(answered);
        }
        let name = format!("示例公司 {seed}");
        let filing = work::open(&client, &book, &self.town.staff, &name, 1).await?;
        work::all(work::sign_all(&client, &book, &filing)).await?;
        self.town.audit(&mut history, &book, usize::MAX, true).await?;
        Ok(())
    }
}

fn is_settings(file: &Path) -> bool {
    file.extension().is_some_and(|end| end == "toml")
}

/// Where the second line begins. The first says in which folder everything is: another one is
/// another organisation, and the round would leave it behind somewhere on this machine.
fn first_line(path: &Path) -> Tried<u64> {
    let end = fs::read(path)?.iter().position(|byte| *byte == b'\n');
    Ok(u64::try_from(end.map_or(0, |end| end + 1))?)
}

/// Whether words name the file. An API key can only be told from another one by who holds the
/// other copy, so there the words are those of the one who was turned away (docs/OPERATING.md).
fn is_named(said: &str, file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_api_key = file.components().count() == 1 && !is_settings(file);
    said.contains(&name)
        || said.contains(&file.display().to_string())
        || is_api_key && said.contains("a deposit was turned away")
}

impl Kinds {
    fn without(self, is_left_out: impl Fn(&PathBuf) -> bool) -> Self {
        let kept = self.0.into_iter().map(|mut files| {
            files.retain(|file| !is_left_out(file));
            files
        });
        Self(kept.filter(|files| !files.is_empty()).collect())
    }
}
