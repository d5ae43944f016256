//! One system call of a store fails, and every one of them in turn: `strace` makes the k-th
//! `openat`, write, sync, rename, link, close or read of one file report an error. The
//! store may stop; what it answered before is there when it is started again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::Tried;
use super::known::Known;
use super::process::{Program, Writer};
use super::rounds::{Bench, Round};
use super::store_writer::{Place, Work};

const CALLS: &str = "openat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,link,linkat,\
                     close,read,pread64,ftruncate,fallocate,mkdir,unlink";
/// What a full disk says.
const FULL: [&str; 5] = ["openat", "write", "pwrite64", "mkdir", "fallocate"];
const ACTS: u64 = 14;
const PATIENCE: Duration = Duration::from_secs(30);

/// Fails one call for each seed; a seed beyond the last call injects nothing.
pub(super) async fn run(bench: &Bench, seeds: &[u64]) -> Vec<Round> {
    let sweep = match Sweep::prepare(&bench.program) {
        Ok(sweep) => sweep,
        Err(error) => return seeds.iter().map(|seed| Round::failed(*seed, &*error)).collect(),
    };
    let mut rounds = Vec::new();
    for seed in seeds {
        let point = usize::try_from(*seed).ok().and_then(|at| sweep.points.get(at));
        let Some(point) = point else {
            let note = format!("the sweep has {} points", sweep.points.len());
            rounds.push(Round { faults: 0, note, ..Round::survived(*seed) });
            continue;
        };
        let what = format!("{} {} of {}: {}", point.call, point.nth, point.path, point.error);
        rounds.push(match sweep.round(&bench.program, *seed, point).await {
            Ok(round) => Round { note: format!("{what}; {}", round.note), ..round },
            Err(error) => Round::failed(*seed, &*format_error(&what, &*error)),
        });
    }
    rounds
}

fn format_error(
    what: &str,
    error: &(dyn std::error::Error + Send + Sync),
) -> Box<dyn std::error::Error + Send + Sync> {
    format!("{what}: {error}").into()
}

struct Point {
    call: String,
    path: String,
    nth: u64,
    error: &'static str,
}

struct Sweep {
    folder: tempfile::TempDir,
    known: Known,
    points: Vec<Point>,
}

impl Sweep {
    /// A store that was not closed, so that opening it recovers, and the calls that a run on
    /// it makes.
    fn prepare(program: &Program) -> Tried<Self> {
        let folder = tempfile::tempdir()?;
        let mut sweep = Self { folder, known: Known::default(), points: Vec::new() };
        let place = sweep.place();
        let work = Work { generation: 0, lanes: 1, acts: 1 << 40 };
        let mut command = Command::new(program.path());
        command.args(Program::writer_words(&place, work));
        let mut writer = Writer::start(&mut command, Known::default(), &sweep.log())?;
        writer.until(|known| known.acts() >= 20)?;
        sweep.known = writer.kill()?;
        copy(&place.directory, &sweep.folder.path().join("template"))?;
        let trace = sweep.folder.path().join("trace");
        let traced = ["-f", "-y", "-qq", "-e", "signal=none", "-e"];
        let mut command = sweep.strace(program, &traced, &format!("trace={CALLS}"), &trace);
        let mut writer = Writer::start(&mut command, sweep.known.clone(), &sweep.log())?;
        let (status, known) = writer.end(PATIENCE)?;
        if !status.success() || !known.is_closed {
            return Err(format!("without a fault the store writer ended with {status}").into());
        }
        sweep.points = points(&fs::read_to_string(&trace)?, &place.directory);
        Ok(sweep)
    }

    fn place(&self) -> Place {
        Place { segment_bytes: 8 << 10, ..Place::below(self.folder.path()) }
    }

    fn log(&self) -> std::path::PathBuf {
        self.folder.path().join("writer.log")
    }

    fn strace(&self, program: &Program, words: &[&str], what: &str, out: &Path) -> Command {
        let work = Work { generation: 1, lanes: 1, acts: ACTS };
        let mut command = Command::new("strace");
        command.args(words).arg(what).arg("-o").arg(out).arg(program.path());
        command.args(Program::writer_words(&self.place(), work));
        command
    }

    async fn round(&self, program: &Program, seed: u64, point: &Point) -> Tried<Round> {
        let place = self.place();
        fs::remove_dir_all(&place.directory)?;
        copy(&self.folder.path().join("template"), &place.directory)?;
        let log = self.log();
        let _ = fs::remove_file(&log);
        let Point { call, path, nth, error } = point;
        let words =
            ["-f", "-qq", "-e", "signal=none", "-P", path, "-e", &format!("trace={call}"), "-e"];
        let inject = format!("inject={call}:error={error}:when={nth}");
        let out = self.folder.path().join("injected");
        let mut command = self.strace(program, &words, &inject, &out);
        let mut writer = Writer::start(&mut command, self.known.clone(), &log)?;
        let (status, known) = writer.end(PATIENCE)?;
        if !status.success() && fs::metadata(&log)?.len() == 0 {
            return Err(format!("it ended with {status} and did not say why").into());
        }
        let injected = fs::read_to_string(&out)?.matches("(INJECTED)").count();
        place.survives(&known).await?;
        let note = if status.success() { "absorbed" } else { "stopped, recovered" };
        Ok(Round {
            faults: u64::try_from(injected)?,
            acknowledged: known.acts() - self.known.acts(),
            note: note.to_owned(),
            ..Round::survived(seed)
        })
    }
}

/// Every call of the trace about a file of the store, by file and call.
fn points(trace: &str, store: &Path) -> Vec<Point> {
    let store = store.display().to_string();
    let mut counted: BTreeMap<(String, String), BTreeMap<&str, u64>> = BTreeMap::new();
    for line in trace.lines().filter(|line| !line.contains("resumed>")) {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((call, arguments)) = rest.trim_start().split_once('(') else { continue };
        let Some(at) = arguments.find(&store) else { continue };
        let path = arguments.get(at..).unwrap_or_default();
        let path = path.split(['"', '>']).next().unwrap_or_default();
        let of_thread = counted.entry((path.to_owned(), call.to_owned())).or_default();
        *of_thread.entry(thread).or_default() += 1;
    }
    let mut points = Vec::new();
    for ((path, call), threads) in counted {
        // strace counts the calls of each thread by itself.
        for nth in 1..=threads.values().copied().max().unwrap_or(0) {
            let full = FULL.contains(&call.as_str()).then_some("ENOSPC");
            for error in std::iter::once("EIO").chain(full) {
                points.push(Point { call: call.clone(), path: path.clone(), nth, error });
            }
        }
    }
    points
}

/// Copies a folder with everything in it.
pub(super) fn copy(from: &Path, to: &Path) -> Tried<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_by_file_and_thread_and_writes_fail_in_two_ways() {
        let trace = "7 openat(AT_FDCWD</>, \"/s/state/0.seg\", O_RDWR) = 3</s/state/0.seg>\n\
                     7 pwrite64(3</s/state/0.seg>, \"x\", 1, 0) = 1\n\
                     8 fsync(3</s/state/0.seg> <unfinished ...>\n\
                     8 <... fsync resumed>) = 0\n\
                     8 fsync(3</s/state/0.seg>) = 0\n\
                     7 fsync(4</elsewhere>) = 0\n";
        let points = points(trace, Path::new("/s"));
        let shown: Vec<_> =
            points.iter().map(|p| format!("{} {} {}", p.call, p.nth, p.error)).collect();
        let wanted = [
            "fsync 1 EIO",
            "fsync 2 EIO",
            "openat 1 EIO",
            "openat 1 ENOSPC",
            "pwrite64 1 EIO",
            "pwrite64 1 ENOSPC",
        ];
        assert_eq!(shown, wanted);
    }
}
