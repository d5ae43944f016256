//! The command, from arguments to exit code.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use heqi_notary_protocol::{Backoff, Deadlines, HttpPool, LogClient};
use heqi_service_kit::Trust as TlsTrust;
use heqi_vocabulary::{Clock, Entropy, Language};

use crate::gossip::{Ear, Listener, is_address};
use crate::source::Site;
use crate::{Finding, Monitor, Patience, Source, State, Trust};

const UNREADABLE: u8 = 2;
const CAUGHT: u8 = 1;
/// Follows a log from outside and compares it with what others were told.
///
/// 退出码 Exit codes: 0 一致 fine; 1 发现矛盾 caught a contradiction; 2 无法读取 unreadable or
/// unreachable; 3 过时 stale. Precedence 1, 2, 3, 0.
#[derive(Args, Clone, Debug)]
pub struct MonitorArgs {
    /// 日志地址或目录 The log: http://host:port/log/name, or a folder with checkpoint and tile/;
    /// if left out, the address in the policy
    #[arg(long, value_name = "URL|DIR")]
    pub log: Option<String>,

    /// Whose word is taken
    #[command(flatten)]
    pub trust: TrustArgs,

    /// 日志名称 Which log, where the file of keys names several
    #[arg(long, value_name = "NAME")]
    pub origin: Option<String>,

    /// 根证书 Certificates (PEM) that an https:// log is believed by, such as
    /// /etc/ssl/certs/ca-certificates.crt
    #[arg(long, value_name = "FILE")]
    pub roots: Option<PathBuf>,

    /// 状态目录 Where to keep what was seen; its file `checkpoint` is for other monitors
    #[arg(long, value_name = "DIR")]
    pub state: PathBuf,

    /// 他人所见 What others were told: files, folders, addresses of files, or of publication
    /// points of witnesses and mirrors (those end in a slash); may be given several times
    #[arg(long, value_name = "URL|FILE|DIR")]
    pub gossip: Vec<String>,

    /// 手中的回执 A receipt, proof or bundle in your hands
    #[arg(long, value_name = "FILE")]
    pub receipt: Vec<PathBuf>,

    /// 联署时效，秒 How old a cosignature may be, in seconds
    #[arg(long, value_name = "N", default_value_t = 600)]
    pub max_age: u64,

    /// 间隔，秒 How long to wait between rounds, in seconds
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub interval: u64,

    /// 尝试次数 How often an address that does not answer is asked, with growing pauses
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub attempts: u32,

    /// 只看一次 Looks once and exits
    #[arg(long)]
    pub once: bool,

    /// 语言 The language: zh or en
    #[arg(long, value_name = "LANG", env = "HEQI_LANG", default_value = "zh")]
    pub lang: Language,
}

/// Whose word is taken: one of three files.
#[derive(Args, Clone, Debug, Default)]
#[group(required = true, multiple = false)]
#[expect(clippy::exhaustive_structs, reason = "an argument: tests build it")]
pub struct TrustArgs {
    /// 公钥文件 Verifier keys, one on a line: the log's, then cosigners that must have signed
    #[arg(long, value_name = "FILE")]
    pub vkey: Option<PathBuf>,

    /// 策略文件 A policy (c2sp.org/tlog-policy): its quorum must have signed
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,

    /// 信任锚文件 Anchors: every cosigner of another organisation must have signed
    #[arg(long, value_name = "FILE")]
    pub anchors: Option<PathBuf>,
}

/// Runs the monitor until it catches something, or once; gives the exit code.
pub async fn run(
    args: &MonitorArgs,
    clock: &dyn Clock,
    entropy: Arc<dyn Entropy>,
    out: &mut (dyn Write + Send),
) -> u8 {
    match watch(args, clock, entropy, out).await {
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
    entropy: Arc<dyn Entropy>,
    out: &mut (dyn Write + Send),
) -> Result<u8, Failure> {
    let trust = args.roots.as_deref().map(TlsTrust::roots).transpose()?.unwrap_or_default();
    let pool = HttpPool::trusting(&trust, Deadlines::default())?;
    let backoff = Backoff { first_ms: 250, longest_ms: 10_000 };
    let patience = Patience { attempts: args.attempts, backoff, entropy };
    let mut monitor = monitor(args, clock, &pool, &patience)?;
    let monitoring_path = monitor.trust.monitoring_path().unwrap_or_default();
    let listener = Listener { pool: &pool, patience: &patience, monitoring_path: &monitoring_path };
    let receipts = args.receipt.iter().cloned().map(Ear::Path);
    let published = monitor.trust.publication_points.iter();
    let published =
        published.map(|prefix| Ear::Point { prefix: prefix.clone(), is_expected: false });
    let ears: Vec<Ear> =
        args.gossip.iter().map(|place| Ear::of(place)).chain(published).chain(receipts).collect();
    loop {
        let (heard, mut findings) = listener.listen(&ears).await;
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

fn monitor(
    args: &MonitorArgs,
    clock: &dyn Clock,
    pool: &HttpPool,
    patience: &Patience,
) -> Result<Monitor, Failure> {
    let trust = trust(args, clock)?;
    let log = args.log.clone().or_else(|| trust.log_url.clone());
    let log = log.ok_or("no --log, and the file of keys does not say where the log is")?;
    let source = if is_address(&log) {
        let client = LogClient::new(pool.clone(), &log);
        Source::Http(Site { client, patience: patience.clone() })
    } else {
        Source::Folder(PathBuf::from(log))
    };
    let state = State::open(&args.state)?;
    let is_of_this_log = |head: &heqi_tlog::checkpoint::SignedCheckpoint| {
        let origin = head.checkpoint().origin().key_name();
        trust.log_keys().iter().any(|key| key.name() == origin)
    };
    if state.head().is_some_and(|head| !is_of_this_log(head)) {
        return Err("the state folder is of another log; give each log a folder of its own".into());
    }
    Ok(Monitor { source, trust, max_age_s: args.max_age, state })
}

fn trust(args: &MonitorArgs, clock: &dyn Clock) -> Result<Trust, Failure> {
    let origin = args.origin.as_deref();
    let TrustArgs { vkey, policy, anchors } = &args.trust;
    Ok(match (vkey, policy, anchors) {
        (Some(path), None, None) => Trust::of_keys(&std::fs::read_to_string(path)?, origin)?,
        (None, Some(path), None) => Trust::of_policy(&std::fs::read_to_string(path)?, origin)?,
        (None, None, Some(path)) => Trust::of_anchors(&std::fs::read(path)?, origin, clock.now())?,
        _ => return Err("give one of --vkey, --policy and --anchors".into()),
    })
}
