//! The command, from arguments to exit code.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use heqi_notary_protocol::{Deadlines, HttpPool, LogClient};
use heqi_service_kit::Trust;
use heqi_tlog::note::{SignatureType, VerifierKey};
use heqi_vocabulary::{Clock, Language};

use crate::{Finding, Heard, Monitor, Source, State};

const UNREADABLE: u8 = 2;
const CAUGHT: u8 = 1;
/// Longer than any receipt, proof or bundle.
const MOST_BYTES: u64 = 64 << 20;

/// Follows a log from outside and compares it with what others were told.
///
/// 退出码 Exit codes: 0 一致 fine; 1 发现矛盾 caught a contradiction; 2 无法读取 unreadable or
/// unreachable; 3 过时 stale. Precedence 1, 2, 3, 0.
#[derive(Args, Clone, Debug)]
pub struct MonitorArgs {
    /// 日志地址或目录 The log: http://host:port/log/name, or a folder with checkpoint and tile/
    #[arg(long, value_name = "URL|DIR")]
    pub log: String,

    /// 公钥文件 Verifier keys, one on a line: the log's, then cosigners that must have signed
    #[arg(long, value_name = "FILE")]
    pub vkey: PathBuf,

    /// 根证书 Certificates (PEM) that an https:// log is believed by, such as
    /// /etc/ssl/certs/ca-certificates.crt
    #[arg(long, value_name = "FILE")]
    pub roots: Option<PathBuf>,

    /// 状态目录 Where to keep what was seen; its file `checkpoint` is for other monitors
    #[arg(long, value_name = "DIR")]
    pub state: PathBuf,

    /// 他人所见 Checkpoints, receipts or bundles of others: files, or folders of them
    #[arg(long, value_name = "FILE|DIR")]
    pub gossip: Vec<PathBuf>,

    /// 手中的回执 A receipt, proof or bundle in your hands
    #[arg(long, value_name = "FILE")]
    pub receipt: Vec<PathBuf>,

    /// 联署时效,秒 How old a cosignature may be, in seconds
    #[arg(long, value_name = "N", default_value_t = 600)]
    pub max_age: u64,

    /// 间隔,秒 How long to wait between rounds, in seconds
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub interval: u64,

    /// 只看一次 Looks once and exits
    #[arg(long)]
    pub once: bool,

    /// 语言 The language: zh or en
    #[arg(long, value_name = "LANG", env = "HEQI_LANG", default_value = "zh")]
    pub lang: Language,
}

/// Runs the monitor until it catches something, or once; gives the exit code.
pub async fn run(args: &MonitorArgs, clock: &dyn Clock, out: &mut (dyn Write + Send)) -> u8 {
    match watch(args, clock, out).await {
        Ok(code) => code,
        Err(error) => {
            let said = Finding::Unreadable { what: error.to_string() }.sentence(args.lang);
            let _ = writeln!(out, "{said}");
            UNREADABLE
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn watch(
    args: &MonitorArgs,
    clock: &dyn Clock,
    out: &mut (dyn Write + Send),
) -> Result<u8, Failure> {
    let mut monitor = monitor(args)?;
    loop {
        let mut heard = Vec::new();
        let mut findings = Vec::new();
        for path in args.gossip.iter().chain(&args.receipt) {
            gather(path, &mut heard, &mut findings);
        }
        let mut hashed = |done: u64, of: u64| {
            let _ = match args.lang {
                Language::Zh => writeln!(out, "… 已重算 {done}/{of} 条"),
                Language::En => writeln!(out, "… {done} of {of} entries hashed"),
            };
        };
        findings.extend(monitor.round(&heard, clock, &mut hashed).await?);
        for finding in &findings {
            writeln!(out, "{}", finding.sentence(args.lang))?;
        }
        out.flush()?;
        let code = exit_code(&findings);
        if args.once || code == CAUGHT {
            return Ok(code);
        }
        tokio::time::sleep(Duration::from_secs(args.interval)).await;
    }
}

/// The worst of what was found: 1, then 2, then 3.
fn exit_code(findings: &[Finding]) -> u8 {
    findings.iter().map(Finding::exit_code).filter(|code| *code > 0).min().unwrap_or(0)
}

fn monitor(args: &MonitorArgs) -> Result<Monitor, Failure> {
    let keys = std::fs::read_to_string(&args.vkey)?;
    let keys = keys
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.trim().parse::<VerifierKey>())
        .collect::<Result<Vec<_>, _>>()?;
    let (log_keys, cosigners): (Vec<_>, Vec<_>) =
        keys.into_iter().partition(|key| key.signature_type() == SignatureType::Ed25519);
    let source = if args.log.starts_with("http://") || args.log.starts_with("https://") {
        let trust = args.roots.as_deref().map(Trust::roots).transpose()?.unwrap_or_default();
        Source::Http(LogClient::new(HttpPool::trusting(&trust, Deadlines::default())?, &args.log))
    } else {
        Source::Folder(PathBuf::from(&args.log))
    };
    let state = State::open(&args.state)?;
    Ok(Monitor { source, log_keys, cosigners, max_age_s: args.max_age, state })
}

/// Reads a file, or every file of a folder.
fn gather(path: &Path, heard: &mut Vec<Heard>, findings: &mut Vec<Finding>) {
    let read = || -> io::Result<Vec<PathBuf>> {
        if path.is_dir() {
            std::fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect()
        } else {
            Ok(vec![path.to_owned()])
        }
    };
    let files = read().unwrap_or_else(|_| vec![path.to_owned()]);
    for file in files {
        let name = file.display().to_string();
        let small = std::fs::metadata(&file).is_ok_and(|about| about.len() <= MOST_BYTES);
        let bytes = small.then(|| std::fs::read(&file).ok()).flatten();
        match bytes.map(|bytes| Heard::read(&name, &bytes)) {
            Some(Ok(one)) => heard.push(one),
            Some(Err(error)) => {
                findings.push(Finding::Unreadable { what: format!("{name}: {error}") });
            }
            None => findings.push(Finding::Unreadable { what: name }),
        }
    }
}
