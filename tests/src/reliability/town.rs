//! Three organisations as in production: `heqi platform`, `heqi notary` twice, each a process
//! of its own with its own folder, keys, store and log file, joined over HTTP on this machine.
//! And `heqi sync`, the deposit worker as a process of its own, on a stopped platform.
//!
//! - `settings`: keys made by `heqi keys generate`, settings files, the integrator's key
//! - [`client`]: a client that asks until it is answered, under one idempotency key
//! - [`work`]: what clerks and signers do
//! - `audit`: what must hold after whatever happened

pub(super) mod audit;
pub(super) mod client;
mod settings;
pub(super) mod work;

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use heqi_tlog::note::VerifierKey;
use rustix::process::Signal;
use tempfile::TempDir;

use super::Tried;
use super::process::{Program, Running};
use client::Client;

/// Longest wait for what another process does; the machine may be busy.
pub(super) const PATIENCE: Duration = Duration::from_secs(90);
const SHORT: Duration = Duration::from_millis(15);

/// Whose process.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Who {
    Platform,
    DataCentre,
    Preservation,
}

impl Who {
    pub(super) const ALL: [Self; 3] = [Self::Platform, Self::DataCentre, Self::Preservation];
    pub(super) const CUSTODIANS: [Self; 2] = [Self::DataCentre, Self::Preservation];

    /// Name of its folder and its settings file.
    const fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::DataCentre => "notary",
            Self::Preservation => "preservation",
        }
    }

    /// The subcommand that runs it.
    const fn subcommand(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::DataCentre | Self::Preservation => "notary",
        }
    }

    /// Of three things, the one that is of this organisation.
    const fn of<T>(self, [platform, centre, preservation]: &[T; 3]) -> &T {
        match self {
            Self::Platform => platform,
            Self::DataCentre => centre,
            Self::Preservation => preservation,
        }
    }

    const fn of_mut<T>(self, [platform, centre, preservation]: &mut [T; 3]) -> &mut T {
        match self {
            Self::Platform => platform,
            Self::DataCentre => centre,
            Self::Preservation => preservation,
        }
    }
}

/// The keys that heads of the platform's log are checked with.
pub(super) struct LogKeys {
    pub(super) log: VerifierKey,
    pub(super) witness: VerifierKey,
    pub(super) mirror: VerifierKey,
}

/// The three organisations.
pub(super) struct Town {
    /// Gone before the folder is.
    running: [Option<Running>; 3],
    folder: TempDir,
    program: Program,
    /// Longest wait for what must come to be.
    pub(super) patience: Duration,
    /// The folder of each; one may lie on a volume of its own.
    dirs: [PathBuf; 3],
    urls: [String; 3],
    pub(super) keys: LogKeys,
    /// The integrator's API key.
    pub(super) staff: String,
}

impl Town {
    /// Keys, settings, empty stores; nothing runs yet. Somebody's folder may be made on a disk
    /// of its own.
    pub(super) fn found(program: &Program, on_disk: Option<(Who, &Path)>) -> Tried<Self> {
        let folder = tempfile::Builder::new().prefix("heqi-town-").tempdir()?;
        let mut dirs = Who::ALL.map(|who| folder.path().join(who.name()));
        if let Some((who, disk)) = on_disk {
            let link = folder.path().join("disk");
            point(&link, disk)?;
            *who.of_mut(&mut dirs) = link.join(who.name());
        }
        settings::make(program, folder, dirs)
    }

    /// The platform's folder now lies on this disk.
    pub(super) fn put_the_platform_on(&self, disk: &Path) -> Tried<()> {
        point(&self.folder.path().join("disk"), disk)
    }

    /// Everything is started and may write. The platform first: two that start at the same
    /// instant ask each other before they answer, and wait five seconds.
    pub(super) async fn start_all(&mut self) -> Tried<()> {
        self.start(Who::Platform)?;
        self.until(Who::Platform, "/healthz").await?;
        for who in Who::CUSTODIANS {
            self.start(who)?;
        }
        self.until_ready().await
    }

    pub(super) fn start(&mut self, who: Who) -> Tried<()> {
        let log = File::options().create(true).append(true).open(self.log_file(who))?;
        let mut command = self.heqi(&[who.subcommand(), "--config", &self.config(who)]);
        command.stdout(log.try_clone()?).stderr(log);
        *self.slot(who) = Some(Running::start(&mut command)?);
        Ok(())
    }

    /// Waits until every process that runs takes writes.
    pub(super) async fn until_ready(&mut self) -> Tried<()> {
        for who in Who::ALL {
            if self.slot(who).is_some() {
                self.until(who, "/readyz").await?;
            }
        }
        Ok(())
    }

    /// Waits until a process says that all is well there.
    async fn until(&mut self, who: Who, path: &str) -> Tried<()> {
        let client = self.client(who)?;
        let deadline = Instant::now() + self.patience;
        while client.get("", path).await.is_err() {
            if let Some(status) = self.has_ended(who)? {
                let said = self.last_words(who);
                return Err(format!("{} ended with {status}: {said}", who.name()).into());
            }
            if Instant::now() > deadline {
                let said = self.last_words(who);
                return Err(format!("{} does not become ready: {said}", who.name()).into());
            }
            tokio::time::sleep(SHORT).await;
        }
        Ok(())
    }

    pub(super) fn has_ended(&mut self, who: Who) -> Tried<Option<std::process::ExitStatus>> {
        match self.slot(who) {
            Some(process) => process.has_ended(),
            None => Err(format!("{} was not started", who.name()).into()),
        }
    }

    /// kill -9.
    pub(super) fn kill(&mut self, who: Who) -> Tried<()> {
        if let Some(mut process) = self.slot(who).take() {
            process.kill()?;
        }
        Ok(())
    }

    /// Freezes a process, or lets it go on.
    pub(super) fn freeze(&mut self, who: Who, is_frozen: bool) -> Tried<()> {
        let signal = if is_frozen { Signal::STOP } else { Signal::CONT };
        self.slot(who).as_ref().map_or(Ok(()), |process| process.signal(signal))
    }

    /// kill -9 of whatever runs.
    pub(super) fn kill_all(&mut self) -> Tried<()> {
        Who::ALL.into_iter().try_for_each(|who| self.kill(who))
    }

    /// Ends what runs as a service manager does; each must end in order.
    pub(super) fn stop_all(&mut self) -> Tried<()> {
        for who in Who::ALL {
            if let Some(process) = self.slot(who).as_ref() {
                process.signal(Signal::TERM)?;
            }
        }
        let patience = self.patience;
        for who in Who::ALL {
            let Some(mut process) = self.slot(who).take() else { continue };
            let status = process.wait(patience)?;
            if !status.success() {
                let said = self.last_words(who);
                return Err(format!("{} was stopped: {status}: {said}", who.name()).into());
            }
        }
        Ok(())
    }

    /// `heqi sync` on the stopped platform, running.
    pub(super) fn start_worker(&self) -> Tried<Running> {
        let log =
            File::options().create(true).append(true).open(self.folder.path().join("sync.log"))?;
        let mut command = self.heqi(&["sync", "--config", &self.config(Who::Platform)]);
        command.stdout(log.try_clone()?).stderr(log);
        Running::start(&mut command)
    }

    /// `heqi sync` until nothing is owed.
    pub(super) fn sync(&self) -> Tried<()> {
        let deadline = Instant::now() + self.patience;
        loop {
            let done = self.heqi(&["sync", "--config", &self.config(Who::Platform)]).output()?;
            if done.status.success() {
                return Ok(());
            }
            // Leases of a worker that was killed run out first.
            if Instant::now() > deadline {
                return Err(format!("something is still owed: {}", words(&done)).into());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// `heqi store fsck` of the three stores, all at the same time; how many leaves each has.
    pub(super) fn fsck(&self) -> Tried<[u64; 3]> {
        let mut running = Vec::new();
        for who in Who::ALL {
            let store = self.dir(who).join("store").display().to_string();
            let mut command = self.heqi(&["store", "fsck", "--json", &store]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            running.push((who, command.spawn()?));
        }
        let mut leaves = [0; 3];
        for (who, process) in running {
            let done = process.wait_with_output()?;
            if !done.status.success() {
                return Err(format!("fsck of {}: {}", who.name(), words(&done)).into());
            }
            let report: serde_json::Value = serde_json::from_slice(&done.stdout)?;
            *who.of_mut(&mut leaves) =
                report.get("leaves").and_then(serde_json::Value::as_u64).unwrap_or(0);
        }
        Ok(leaves)
    }

    pub(super) fn client(&self, who: Who) -> Tried<Client> {
        Client::of(who.of::<String>(&self.urls))
    }

    /// Everything the processes said, in the order of [`Who::ALL`].
    pub(super) fn said(&self) -> Tried<Vec<String>> {
        let read = |who| Ok(std::fs::read_to_string(self.log_file(who)).unwrap_or_default());
        Who::ALL.into_iter().map(read).collect()
    }

    /// The end of what a process said.
    pub(super) fn last_words(&self, who: Who) -> String {
        let said = std::fs::read_to_string(self.log_file(who)).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        lines.iter().rev().take(4).rev().copied().collect::<Vec<_>>().join(" | ")
    }

    /// The folder of an organisation.
    pub(super) fn dir(&self, who: Who) -> PathBuf {
        who.of::<PathBuf>(&self.dirs).clone()
    }

    /// Where everything is: each organisation's folder, their API keys.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn heqi(&self, words: &[&str]) -> Command {
        heqi(&self.program, words)
    }

    fn config(&self, who: Who) -> String {
        self.folder.path().join(format!("{}.toml", who.name())).display().to_string()
    }

    fn log_file(&self, who: Who) -> PathBuf {
        self.folder.path().join(format!("{}.log", who.name()))
    }

    const fn slot(&mut self, who: Who) -> &mut Option<Running> {
        who.of_mut(&mut self.running)
    }
}

/// Makes `link` point to `target`, whatever it pointed to before.
fn point(link: &Path, target: &Path) -> Tried<()> {
    let _ = std::fs::remove_file(link);
    Ok(std::os::unix::fs::symlink(target, link)?)
}

/// `heqi` with these words; nothing of this process's environment changes what it does.
fn heqi(program: &Program, words: &[&str]) -> Command {
    let mut command = Command::new(program.path());
    command.arg0("heqi").args(words).stdin(Stdio::null());
    command.env_remove("HEQI_LANG").env_remove("RUST_LOG");
    command
}

/// Runs it to its end; its output, if it was content.
fn run(command: &mut Command) -> Tried<String> {
    let done = command.output()?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    Err(format!("{command:?}: {}", words(&done)).into())
}

fn words(done: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    format!("{}: {} {}", done.status, text(&done.stdout), text(&done.stderr))
}
