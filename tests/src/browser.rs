//! A real browser, driven over the Chrome DevTools Protocol.
//!
//! What this is: Chromium without a window, its own fresh profile, commands and events over
//! a pipe (`--remote-debugging-pipe`), so that no port and no library is needed. One test
//! starts one browser and opens as many pages as it likes.
//!
//! What this is not: a general client. It has what the tests of our pages ask for.
//!
//! - [`Browser`]: the process; [`Browser::start`] says when there is none on this machine
//! - [`Page`]: one page: navigate, evaluate, choose files, press keys, take a picture
//! - [`Trouble`]: what a page must not do: errors, requests, breaches of its policy
#![expect(clippy::indexing_slicing, reason = "a member that a JSON answer lacks is null")]

mod camera;
mod page;
mod pipe;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::json;

pub use page::{Page, Trouble};
use pipe::Pipe;

const PROGRAMS: [&str; 4] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/opt/google/chrome/chrome",
];

/// No window, nothing that phones home, no profile of anybody. And a tap counts that comes before
/// a page was painted for the first time: Chromium drops those, for nobody sees what is tapped; a
/// test knows what stands there, and on a busy machine it is faster than the paint.
const FLAGS: [&str; 13] = [
    "--headless",
    "--allow-pre-commit-input",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--lang=zh-CN",
    "--remote-debugging-pipe",
];

/// A camera that is none, and nobody who is asked whether it may be used.
const CAMERA: [&str; 2] = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/// A running browser; it ends with this value.
pub struct Browser {
    process: Child,
    pipe: Pipe,
    _profile: tempfile::TempDir,
}

/// Why a browser could not be used.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// None is installed.
    #[error("no Chromium on this machine: apt-get install chromium")]
    Missing,
    /// It did not start.
    #[error("the browser did not start: {0}")]
    Start(#[from] std::io::Error),
    /// It said no to a command.
    #[error("the browser refused {method}: {answer}")]
    Refused {
        /// The command.
        method: String,
        /// What it said.
        answer: String,
    },
    /// It said nothing any more.
    #[error("the browser did not answer {method} in time")]
    Silent {
        /// The command.
        method: String,
    },
}

impl Browser {
    /// Where Chromium is, if it is installed.
    pub fn program() -> Option<PathBuf> {
        PROGRAMS.iter().map(PathBuf::from).find(|path| path.exists())
    }

    /// Starts a browser with a fresh profile.
    ///
    /// # Errors
    /// See [`BrowserError`]; [`BrowserError::Missing`] is a reason to skip a test visibly.
    pub fn start() -> Result<Self, BrowserError> {
        Self::start_with(&[], false)
    }

    /// The same with a camera, which sees a short film and asks nobody.
    ///
    /// # Errors
    /// See [`BrowserError`].
    pub fn start_with_camera() -> Result<Self, BrowserError> {
        Self::start_with(&[], true)
    }

    /// Starts a browser that takes any certificate, for a demo on a network nobody set up.
    ///
    /// # Errors
    /// See [`BrowserError`].
    pub fn start_trusting_anybody() -> Result<Self, BrowserError> {
        Self::start_with(&["--ignore-certificate-errors"], false)
    }

    /// The same with a camera.
    ///
    /// # Errors
    /// See [`BrowserError`].
    pub fn start_with_camera_trusting_anybody() -> Result<Self, BrowserError> {
        Self::start_with(&["--ignore-certificate-errors"], true)
    }

    #[expect(clippy::disallowed_methods, reason = "a film of a test needs no durability")]
    fn start_with(more: &[&str], has_camera: bool) -> Result<Self, BrowserError> {
        let program = Self::program().ok_or(BrowserError::Missing)?;
        let profile = tempfile::tempdir()?;
        let mut seen = Vec::new();
        if has_camera {
            let film = profile.path().join("film.y4m");
            std::fs::write(&film, camera::film())?;
            seen.extend(CAMERA.map(str::to_owned));
            seen.push(format!("--use-file-for-fake-video-capture={}", film.display()));
        }
        // The browser reads commands from descriptor 3 and answers on descriptor 4; a shell
        // moves ours there.
        let mut process = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null"])
            .arg(&program)
            .args(FLAGS)
            .args(more)
            .args(seen)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let ends = process.stdin.take().zip(process.stdout.take());
        let (commands, answers) = ends.ok_or(BrowserError::Missing)?;
        Ok(Self { process, pipe: Pipe::new(commands, answers), _profile: profile })
    }

    /// Grants a site what people are asked for, such as `geolocation`.
    ///
    /// # Errors
    /// The browser refused or fell silent.
    pub fn grant(&mut self, origin: &str, permissions: &[&str]) -> Result<(), BrowserError> {
        let granted = json!({"origin": origin, "permissions": permissions});
        self.pipe.ask("Browser.grantPermissions", &granted, None).map(drop)
    }

    /// Opens an empty page of its own.
    ///
    /// # Errors
    /// The browser refused or fell silent.
    pub fn page(&mut self) -> Result<Page<'_>, BrowserError> {
        let made = self.pipe.ask("Target.createTarget", &json!({"url": "about:blank"}), None)?;
        let target = json!({"targetId": made["targetId"], "flatten": true});
        let session = self.pipe.ask("Target.attachToTarget", &target, None)?;
        Page::new(&mut self.pipe, session["sessionId"].as_str().unwrap_or_default().to_owned())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.pipe.ask("Browser.close", &json!({}), None);
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The address of a file on disk.
pub fn address_of(path: &Path) -> String {
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    format!("file://{}", absolute.display())
}
