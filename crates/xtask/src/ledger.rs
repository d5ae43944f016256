//! `docs/reliability/*.jsonl`: long runs, one line each, in the order in which they were
//! made. A later run reads what was done and goes on from there. Set aside ([`documents`]), they
//! stand elsewhere.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::cargo::documents;

/// One file of the ledger.
pub(crate) struct Ledger {
    path: PathBuf,
    root: PathBuf,
    lines: Vec<Value>,
}

impl Ledger {
    /// The ledger called `name`; a file that is not there has no lines.
    pub(crate) fn open(root: &Path, name: &str) -> Self {
        let path = documents(root).join("reliability").join(format!("{name}.jsonl"));
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let lines = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Self { path, root: root.to_owned(), lines }
    }

    /// What was done so far.
    pub(crate) fn lines(&self) -> &[Value] {
        &self.lines
    }

    /// Adds a line.
    #[expect(clippy::disallowed_methods, reason = "when a run was made is what the line says")]
    pub(crate) fn append(
        &mut self,
        kind: &str,
        command: &str,
        result: &Value,
    ) -> Result<(), String> {
        let line = json!({
            "kind": kind,
            "commit": self.commit(),
            "command": command,
            "seconds": result.get("seconds"),
            "result": result,
            "at": DateTime::<Utc>::from(std::time::SystemTime::now()).to_rfc3339_opts(SecondsFormat::Secs, true),
        });
        let say = |error: std::io::Error| format!("{}: {error}", self.path.display());
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder).map_err(say)?;
        }
        let mut file =
            OpenOptions::new().create(true).append(true).open(&self.path).map_err(say)?;
        writeln!(file, "{line}").map_err(say)?;
        self.lines.push(line);
        Ok(())
    }

    fn commit(&self) -> String {
        let output = Command::new("git")
            .current_dir(&self.root)
            .args(["rev-parse", "--short", "HEAD"])
            .output();
        output.map_or_else(
            |_| "unknown".to_owned(),
            |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        )
    }
}
