//! The two who answer.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use clap::Parser as _;
use heqi_verify::VerifyArgs;
use serde_json::{Value, json};

/// A question as files.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) file: PathBuf,
    pub(super) anchors: Option<PathBuf>,
    pub(super) at: Option<String>,
}

impl Asked {
    fn name(&self) -> String {
        self.file.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// What `verify --json` prints.
pub(super) fn program(asked: &Asked) -> io::Result<Value> {
    #[derive(clap::Parser)]
    struct Cli {
        #[command(flatten)]
        args: VerifyArgs,
    }
    let mut words = vec!["verify".into(), asked.file.clone().into_os_string()];
    words.extend(["--json", "--lang", "en"].map(Into::into));
    let anchors = asked.anchors.clone().map(PathBuf::into_os_string);
    for (flag, value) in [("--anchors", anchors), ("--at", asked.at.clone().map(Into::into))] {
        words.extend(value.into_iter().flat_map(|value| [flag.into(), value]));
    }
    let args = Cli::try_parse_from(words).map_err(io::Error::other)?.args;
    let (mut printed, mut errors) = (Vec::new(), Vec::new());
    heqi_verify::run(&args, &mut printed, &mut errors);
    let mut report: Value = serde_json::from_slice(&printed)?;
    // The page knows the name of a file and not its folder.
    if let Some(file) = report.get_mut("file") {
        *file = asked.name().into();
    }
    Ok(report)
}

/// The page's verifier in a process of node.
#[derive(Debug)]
pub struct Page {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Page {
    /// Starts it; `None`, with the reason printed, where node or the page's packages are missing.
    ///
    /// # Errors
    /// Node is there and does not start.
    #[expect(clippy::print_stderr, reason = "what is skipped says so")]
    pub fn start() -> io::Result<Option<Self>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/verify/page");
        if !folder.join("node_modules/@noble/curves").exists() {
            eprintln!("SKIPPED: crates/verify/page has no node_modules (npm ci)");
            return Ok(None);
        }
        let mut command = Command::new("node");
        command.arg("answer.mjs").current_dir(folder);
        let mut process = match command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                eprintln!("SKIPPED: there is no node");
                return Ok(None);
            }
            started => started?,
        };
        let (questions, answers) = (process.stdin.take(), process.stdout.take());
        let (questions, answers) = questions.zip(answers).ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Some(Self { process, questions, answers: BufReader::new(answers) }))
    }

    pub(super) fn ask(&mut self, asked: &Asked) -> io::Result<Value> {
        let Asked { file, anchors, at } = asked;
        let question = json!({"name": asked.name(), "file": file, "anchors": anchors, "at": at});
        writeln!(self.questions, "{question}")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
