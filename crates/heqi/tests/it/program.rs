//! Starting the program, waiting for what it writes, ending it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::device::Client;

/// Longest a test waits for something that another process does.
const PATIENCE: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(20);

/// The organisations of a demo, each with its own store.
pub(crate) const ORGANISATIONS: [&str; 3] = ["platform", "notary", "preservation"];

/// How a run ended.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) errors: String,
}

impl Ran {
    /// That it ended with this exit status.
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "out: {}\nerrors: {}", self.out, self.errors);
        self
    }

    /// The output as one JSON document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}", self.out))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), errors: text(&output.stderr) }
    }
}

/// Runs the program to its end.
pub(crate) fn heqi(arguments: &[&str]) -> Ran {
    command(arguments).output().unwrap().into()
}

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heqi"));
    command.args(arguments).stdin(Stdio::null()).env_remove("HEQI_LANG").env_remove("RUST_LOG");
    command
}

/// A data folder of a demo.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn text(&self) -> &str {
        self.path().to_str().unwrap()
    }

    pub(crate) fn store(&self, organisation: &str) -> PathBuf {
        self.path().join(organisation).join("store")
    }

    pub(crate) fn manifest(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.path().join("demo.json")).unwrap()).unwrap()
    }

    /// `heqi demo` in this folder on free ports, to its end.
    pub(crate) fn demo(&self, more: &[&str]) -> Ran {
        heqi(&[&self.demo_line(), more].concat())
    }

    fn demo_line(&self) -> [&str; 7] {
        ["demo", "--listen", "127.0.0.1:0", "--data-dir", self.text(), "--lang", "en"]
    }

    /// The same for the network.
    pub(crate) fn start_on_the_network(&self, log: &Path) -> Demo {
        let file = std::fs::File::create(log).unwrap();
        self.start_with(|command| {
            command.arg("--lan").stdout(file);
        })
    }

    /// `heqi demo` in this folder until somebody ends it; gives it back when it is ready.
    pub(crate) fn start(&self) -> Demo {
        self.start_with(|_| {})
    }

    /// The same with everything that it logs, at every level and in this format, in `log`. What it tells whoever sits
    /// before it, its own made-up people among it, is no line.
    pub(crate) fn start_tracing(&self, log: &Path, format: &str) -> Demo {
        let file = std::fs::File::create(log).unwrap();
        self.start_with(|command| {
            command.env("HEQI_TELEMETRY__FILTER", "trace").env("HEQI_TELEMETRY__FORMAT", format);
            command.stderr(file);
        })
    }

    fn start_with(&self, prepare: impl FnOnce(&mut Command)) -> Demo {
        let ready = self.path().join("demo.json");
        // A demo that was killed leaves its file behind.
        let _ = std::fs::remove_file(&ready);
        let mut command = command(&self.demo_line());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        prepare(&mut command);
        let mut process = command.spawn().unwrap();
        until("demo.json", || {
            assert_eq!(process.try_wait().unwrap(), None, "the demo ended before it was ready");
            ready.exists()
        });
        Demo { process, manifest: self.manifest() }
    }

    /// That all three stores are sound.
    pub(crate) fn is_sound(&self) {
        for organisation in ORGANISATIONS {
            let report =
                heqi(&["store", "fsck", self.store(organisation).to_str().unwrap()]).exits(0);
            assert!(report.out.contains("✓ the store is sound"), "{}", report.out);
        }
    }
}

/// Waits until something holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "still waiting for {what}");
        std::thread::sleep(SHORT);
    }
}

/// The same for what is asked over HTTP.
pub(crate) async fn until_some<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < deadline, "still waiting for {what}");
        tokio::time::sleep(SHORT).await;
    }
}

/// Lets somebody in who has this number, and whose own number ends like this; the code that was sent.
pub(crate) async fn comes_in(
    (platform, inbox): (&Client, &Client),
    token: &str,
    mobile: &str,
    last_four: &str,
) -> String {
    platform.post(token, "/api/v1/ceremony/code", &json!({ "language": "zh" })).await;
    let code = until_some("the code", async || {
        let page = String::from_utf8(inbox.get("", "/?lang=zh").await.ok()).unwrap();
        let (_, after) = page.split_once(&format!("{mobile}</h3>"))?;
        let (_, after) = after.split_once("验证码")?;
        Some(after.chars().take_while(char::is_ascii_digit).collect::<String>())
    })
    .await;
    platform.post(token, "/api/v1/ceremony/code/check", &json!({ "code": code })).await;
    let four = json!({ "last_four": last_four });
    platform.post(token, "/api/v1/ceremony/identity", &four).await;
    code
}

/// A demo that goes on. Dropped, it is killed.
pub(crate) struct Demo {
    process: Child,
    pub(crate) manifest: Value,
}

impl Demo {
    /// An address or a key of `demo.json`.
    pub(crate) fn says(&self, key: &str) -> &str {
        self.manifest[key].as_str().unwrap_or_else(|| panic!("{key} in {}", self.manifest))
    }

    /// The secret of a role.
    pub(crate) fn credential(&self, role: &str) -> &str {
        let all = self.manifest["credentials"].as_array().unwrap();
        let found = all.iter().find(|credential| credential["role"] == role).unwrap();
        found["value"].as_str().unwrap()
    }

    /// Lets the visitor in as a person comes in: the code is in the inbox.
    pub(crate) async fn visitor(&self, platform: &Client, inbox: &Client) -> String {
        let token = self.credential("chen_suying").to_owned();
        comes_in((platform, inbox), &token, "13900000005", "0006").await;
        token
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Asks it to end, as a service manager does, and gives the exit status.
    pub(crate) fn end(mut self) -> Option<i32> {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let mut status = None;
        until("the demo to end", || {
            status = self.process.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap().code()
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
