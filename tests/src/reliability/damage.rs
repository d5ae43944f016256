//! What happens to files behind the store's back: the disk fills up, a process is killed,
//! the index is lost or damaged, another volume is mounted, the store is started twice.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::Tried;
use super::dice::Dice;
use super::known::Known;
use super::medium::Volume;
use super::process::{Program, Writer};
use super::rounds::{Bench, Round};
use super::store_writer::{Place, Work};
use super::syscalls::copy;

const PATIENCE: Duration = Duration::from_secs(30);
const ENDLESS: u64 = 1 << 40;

/// What is done to the store.
#[derive(Clone, Copy, Debug)]
pub(super) enum Harm {
    /// Its process is killed again and again.
    Kill,
    /// Its disk fills up, and is freed again.
    FullDisk,
    /// Its index is removed, cut, overwritten or changed in single bits.
    Index,
    /// A part of it is empty or another store's.
    WrongVolume,
}

/// Harms a store once for each seed.
pub(super) async fn run(bench: &Bench, harm: Harm, seeds: &[u64]) -> Vec<Round> {
    let mut rounds = Vec::new();
    for seed in seeds {
        let done = match harm {
            Harm::Kill => kill(&bench.program, *seed).await,
            Harm::FullDisk => full_disk(&bench.program, *seed).await,
            Harm::Index => index(&bench.program, *seed).await,
            Harm::WrongVolume => wrong_volume(&bench.program, *seed).await,
        };
        rounds.push(done.unwrap_or_else(|error| Round::failed(*seed, &*error)));
    }
    rounds
}

/// Runs the writer on `place` until it was killed after so many acts.
pub(super) fn killed_after(
    program: &Program,
    place: &Place,
    known: Known,
    acts: u64,
) -> Tried<Known> {
    let work = Work { generation: known.acts(), lanes: 4, acts: ENDLESS };
    let mut writer = start(program, place, known, work)?;
    writer.until(|known| known.acts() >= acts)?;
    writer.kill()
}

pub(super) fn start(program: &Program, place: &Place, known: Known, work: Work) -> Tried<Writer> {
    let mut command = Command::new(program.path());
    command.args(Program::writer_words(place, work));
    Writer::start(&mut command, known, &log_of(place))
}

fn log_of(place: &Place) -> PathBuf {
    place.key_file.with_file_name("writer.log")
}

async fn kill(program: &Program, seed: u64) -> Tried<Round> {
    let mut dice = Dice::new(seed);
    let folder = tempfile::tempdir()?;
    let place = Place::below(folder.path());
    let mut known = Known::default();
    let kills = 3;
    for _ in 0..kills {
        let acts = known.acts() + dice.between(1, 120);
        known = killed_after(program, &place, known, acts)?;
    }
    // While one is open, nobody else opens it.
    let work = Work { generation: u64::MAX, lanes: 1, acts: ENDLESS };
    let mut writer = start(program, &place, known, work)?;
    writer.until(|known| known.is_ready)?;
    match place.open() {
        Ok(_) => return Err("a store in use was opened a second time".into()),
        Err(error) if error.to_string().contains("in use") => {}
        Err(error) => return Err(format!("in use, and it says: {error}").into()),
    }
    known = writer.kill()?;
    place.survives(&known).await?;
    let acknowledged = known.acts();
    let note = format!("{kills} kills and one while starting, a second start refused");
    Ok(Round { faults: kills + 1, acknowledged, note, ..Round::survived(seed) })
}

async fn full_disk(program: &Program, seed: u64) -> Tried<Round> {
    let mut dice = Dice::new(seed);
    let volume = Volume::create(24 << 20)?;
    let outside = tempfile::tempdir()?;
    let mut place = Place::below(outside.path());
    place.directory = volume.path().join("store");
    let known = killed_after(program, &place, Known::default(), dice.between(5, 40))?;
    let ballast = volume.path().join("ballast");
    let free = rustix::fs::statvfs(volume.path())?;
    let free = free.f_bavail * free.f_frsize;
    let room = dice.below(1 << 20);
    let filling = fs::File::create(&ballast)?;
    rustix::fs::fallocate(
        &filling,
        rustix::fs::FallocateFlags::empty(),
        0,
        free.saturating_sub(room).max(1),
    )?;
    drop(filling);
    let _ = fs::remove_file(log_of(&place));
    let work = Work { generation: 1 << 20, lanes: 4, acts: ENDLESS };
    let mut writer = start(program, &place, known, work)?;
    let (status, known) = writer.end(PATIENCE)?;
    // Written by the thread that could not write, before it ends the process.
    let said = fs::read_to_string(log_of(&place))?;
    if status.success() || !said.contains("No space left") {
        return Err(format!("on a full disk it ended with {status} and said {said:?}").into());
    }
    fs::remove_file(&ballast)?;
    place.survives(&known).await?;
    let note = format!("{room} bytes were free");
    Ok(Round { acknowledged: known.acts(), note, ..Round::survived(seed) })
}

async fn index(program: &Program, seed: u64) -> Tried<Round> {
    let mut dice = Dice::new(seed);
    let folder = tempfile::tempdir()?;
    let place = Place::below(folder.path());
    let mut known = killed_after(program, &place, Known::default(), dice.between(5, 150))?;
    if dice.below(2) == 0 {
        // Half of them were closed in order: the index is then believed without a look.
        let work = Work { generation: 1 << 20, lanes: 1, acts: 5 };
        known = start(program, &place, known, work)?.end(PATIENCE)?.1;
    }
    let folder = place.directory.join("index");
    let note = match dice.below(4) {
        0 => {
            fs::remove_dir_all(&folder)?;
            "removed".to_owned()
        }
        harm => {
            let mut files: Vec<PathBuf> = files_below(&folder)?;
            files.retain(|file| fs::metadata(file).is_ok_and(|file| file.len() > 0));
            let file = dice.one_of(&files).ok_or("the index has no files")?.clone();
            let mut bytes = fs::read(&file)?;
            let at = usize::try_from(dice.below(u64::try_from(bytes.len())?))?;
            match harm {
                1 => bytes.truncate(at),
                2 => bytes.iter_mut().skip(at).take(4096).for_each(|byte| *byte = 0x5a),
                _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << dice.below(8)),
            }
            replace(&file, &bytes)?;
            let name = file.strip_prefix(&folder)?.display().to_string();
            format!(
                "{name} at {at}, {}",
                match harm {
                    1 => "cut",
                    2 => "overwritten",
                    _ => "one bit",
                }
            )
        }
    };
    place.survives(&known).await.map_err(|error| format!("{note}: {error}"))?;
    Ok(Round { acknowledged: known.acts(), note, ..Round::survived(seed) })
}

/// Parts without which acknowledged data is missing.
const PARTS: [&str; 4] = ["state", "ledger", "objects", "vault"];

async fn wrong_volume(program: &Program, seed: u64) -> Tried<Round> {
    let mut dice = Dice::new(seed);
    let folder = tempfile::tempdir()?;
    let place = Place::below(folder.path());
    let known = killed_after(program, &place, Known::default(), 40)?;
    let part = dice.one_of(&PARTS).copied().unwrap_or("state");
    let (path, aside) = (place.directory.join(part), folder.path().join("aside"));
    fs::rename(&path, &aside)?;
    let is_empty = dice.below(2) == 0;
    if is_empty {
        fs::create_dir(&path)?;
    } else {
        let other = tempfile::tempdir()?;
        let other_place = Place::below(other.path());
        killed_after(program, &other_place, Known::default(), dice.between(1, 80))?;
        copy(&other_place.directory.join(part), &path)?;
    }
    let whose = if is_empty { "empty" } else { "another store's" };
    let before = listing(&place.directory)?;
    match place.open() {
        Ok(_) => return Err(format!("it opened although {part} is {whose}").into()),
        Err(error) if error.to_string().contains(part) => {}
        Err(error) => return Err(format!("{part} is {whose}, and it says: {error}").into()),
    }
    if listing(&place.directory)? != before {
        return Err(format!("{part} is {whose}, and files were changed").into());
    }
    fs::remove_dir_all(&path)?;
    fs::rename(&aside, &path)?;
    place.survives(&known).await?;
    let note = format!("{part} was {whose}");
    Ok(Round { acknowledged: known.acts(), note, ..Round::survived(seed) })
}

/// Every file with its length, except the lock.
fn listing(folder: &Path) -> Tried<Vec<(PathBuf, u64)>> {
    let mut files = Vec::new();
    for file in files_below(folder)? {
        // The index is a database of its own, which changes when it is looked at.
        if !file.ends_with("LOCK") && !file.starts_with(folder.join("index")) {
            files.push((file.clone(), fs::metadata(&file)?.len()));
        }
    }
    Ok(files)
}

pub(super) fn files_below(folder: &Path) -> Tried<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files.extend(files_below(&path)?) } else { files.push(path) }
    }
    files.sort();
    Ok(files)
}

#[expect(clippy::disallowed_methods, reason = "what a round breaks need not be durable")]
fn replace(file: &Path, bytes: &[u8]) -> Tried<()> {
    // Immutable files cannot be opened for writing, but their names can be taken.
    fs::remove_file(file)?;
    Ok(fs::write(file, bytes)?)
}
