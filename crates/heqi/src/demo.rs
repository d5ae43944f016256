//! The demo: everything on this machine, made-up people, real code over real HTTP.
//!
//! Three organisations' services and two small pages start in one process, each with its
//! own keys and its own store below the data folder. The filings are seeded through the
//! same HTTP interface an integrator uses: one that waits for the visitor, and an older one that
//! is acted out to an objection and a certificate (ADR 0052).

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use heqi_vocabulary::Language;

pub(crate) mod cast;
pub(crate) mod catcher;
mod certificate;
pub(crate) mod guide;
pub(crate) mod manifest;
pub(crate) mod officers;
mod older;
mod opening;
pub(crate) mod providers;
pub(crate) mod seed;
pub(crate) mod stage;
pub(crate) mod story;
pub(crate) mod tamper;

use crate::client::CallError;
use crate::world::WorldError;

/// Why the demo ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// A file.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The terminal.
    #[error("cannot print: {0}")]
    Output(std::io::Error),
    /// `demo.json` or a message is malformed.
    #[error("malformed: {0}")]
    Json(serde_json::Error),
    /// The exported bundle.
    #[error("{0}")]
    Bundle(String),
    /// A service did not start.
    #[error(transparent)]
    World(#[from] WorldError),
    /// A service did not answer as expected.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The custodians did not receipt in time.
    #[error("the custodians have not receipted everything within {0} seconds")]
    NotDeposited(u64),
}

impl DemoError {
    pub(crate) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }
}

/// How the verifier's report is written.
#[derive(Clone, Copy)]
pub(crate) enum Report {
    /// For people.
    Text(Language),
    /// For programs, its sentences in this language.
    Json(Language),
}

/// Runs the verifier on a file, as `heqi verify` would, and gives its exit status.
pub(crate) fn verify_file(
    file: &Path,
    anchors: &Path,
    report: Report,
    out: &mut dyn Write,
) -> Result<u8, DemoError> {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: heqi_verify::VerifyArgs,
    }
    let (Report::Text(language) | Report::Json(language)) = report;
    let lang = language.pick("zh", "en");
    let mut words: Vec<std::ffi::OsString> = vec![
        "verify".into(),
        file.into(),
        "--anchors".into(),
        anchors.into(),
        "--lang".into(),
        lang.into(),
    ];
    if matches!(report, Report::Json(_)) {
        words.push("--json".into());
    }
    let line = Line::try_parse_from(words).map_err(|e| DemoError::Bundle(e.to_string()))?;
    let mut errors = Vec::new();
    let exit = heqi_verify::run(&line.args, out, &mut errors);
    out.write_all(&errors).map_err(DemoError::Output)?;
    Ok(exit)
}
