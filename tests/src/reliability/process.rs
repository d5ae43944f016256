//! Programs that a round starts, listens to and kills.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::Tried;
use super::known::Known;
use super::store_writer::{Place, Work};

/// Longest wait for what another process does.
const PATIENCE: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(5);

/// This program, which is every program a round needs.
#[derive(Clone, Debug)]
pub struct Program(PathBuf);

impl Program {
    /// The program at this path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The running program.
    pub fn this() -> std::io::Result<Self> {
        std::env::current_exe().map(Self)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The words that make this program write to a store.
    pub(crate) fn writer_words(place: &Place, work: Work) -> Vec<std::ffi::OsString> {
        let mut words: Vec<std::ffi::OsString> = vec!["store-writer".into()];
        words.push(place.directory.clone().into());
        words.push(place.key_file.clone().into());
        let numbers =
            [place.reserve_bytes, place.segment_bytes, work.generation, work.lanes, work.acts];
        words.extend(numbers.map(|number| number.to_string().into()));
        words
    }
}

/// Reads the words again that [`Program::writer_words`] made.
pub(crate) fn read_writer_words(words: &[String]) -> Option<(Place, Work)> {
    let [directory, key_file, rest @ ..] = words else { return None };
    let numbers: Vec<u64> = rest.iter().map_while(|word| word.parse().ok()).collect();
    let [reserve_bytes, segment_bytes, generation, lanes, acts] = *numbers.as_slice() else {
        return None;
    };
    let (directory, key_file) = (directory.into(), key_file.into());
    let place = Place { directory, key_file, reserve_bytes, segment_bytes };
    Some((place, Work { generation, lanes, acts }))
}

/// A process. Dropped, it is killed.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Tried<Self> {
        Ok(Self(command.spawn().map_err(|error| format!("{command:?}: {error}"))?))
    }

    /// Ends it as nothing can refuse.
    pub(crate) fn kill(&mut self) -> Tried<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) -> Tried<()> {
        let id = i32::try_from(self.0.id()).ok().and_then(rustix::process::Pid::from_raw);
        Ok(rustix::process::kill_process(id.ok_or("a process has a number")?, signal)?)
    }

    pub(crate) fn has_ended(&mut self) -> Tried<Option<ExitStatus>> {
        Ok(self.0.try_wait()?)
    }

    /// Waits for its end; an error when it does not come.
    pub(crate) fn wait(&mut self, patience: Duration) -> Tried<ExitStatus> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.has_ended()? {
                return Ok(status);
            }
            if Instant::now() > deadline {
                return Err(format!("it still runs after {} s", patience.as_secs()).into());
            }
            std::thread::sleep(SHORT);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A running store writer and what it has said so far.
pub(crate) struct Writer {
    process: Running,
    known: Arc<Mutex<Known>>,
    listening: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts it; `known` is what earlier runs said.
    pub(crate) fn start(command: &mut Command, known: Known, errors: &Path) -> Tried<Self> {
        let errors = File::options().create(true).append(true).open(errors)?;
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors);
        let mut process = Running::start(command)?;
        let out = process.0.stdout.take().ok_or("a piped output")?;
        let known = Arc::new(Mutex::new(known.of_the_next_run()));
        let heard = known.clone();
        let listening = std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                // The last line of a killed program may be cut short: it was not said.
                let _ = heard.lock().hear(&line);
            }
        });
        Ok(Self { process, known, listening: Some(listening) })
    }

    /// What it has said until now.
    pub(crate) fn known(&self) -> Known {
        self.known.lock().clone()
    }

    /// Waits until something holds of what it said; an error when it ended before.
    pub(crate) fn until(&mut self, holds: impl Fn(&Known) -> bool) -> Tried<()> {
        let deadline = Instant::now() + PATIENCE;
        while !holds(&self.known.lock()) {
            if let Some(status) = self.process.has_ended()? {
                return Err(format!("the store writer ended early: {status}").into());
            }
            if Instant::now() > deadline {
                return Err("the store writer says nothing".into());
            }
            std::thread::sleep(SHORT);
        }
        Ok(())
    }

    pub(crate) fn kill(&mut self) -> Tried<Known> {
        self.process.kill()?;
        Ok(self.heard())
    }

    /// Its end by itself, and all it said.
    pub(crate) fn end(&mut self, patience: Duration) -> Tried<(ExitStatus, Known)> {
        let status = self.process.wait(patience)?;
        Ok((status, self.heard()))
    }

    fn heard(&mut self) -> Known {
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
        self.known()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reliability::known::Going;

    #[test]
    fn what_was_said_after_the_last_look_and_before_the_kill_is_heard() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        // The announcement comes once the look was taken, and the kill once it was made.
        let script = r#"
            echo '{"ready":{"size":0}}'
            while [ ! -e looked ]; do sleep 0.01; done
            echo '{"removing":{"name":"9-0-16","what":"object"}}'
            : > announced
            exec sleep 600"#;
        let mut command = Command::new("sh");
        command.current_dir(folder.path()).args(["-c", script]);
        let mut writer = Writer::start(&mut command, Known::default(), &at("errors")).unwrap();
        writer.until(|known| known.is_ready).unwrap();
        let look = writer.known();
        File::create(at("looked")).unwrap();
        writer.until(|_| at("announced").exists()).unwrap();
        let said_in_all = writer.kill().unwrap();
        assert_eq!(look.going("9-0-16"), None);
        assert_eq!(look.and_may_lack(said_in_all).going("9-0-16"), Some(Going::Object));
    }
}
