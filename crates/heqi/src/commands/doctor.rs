//! `heqi doctor`: one line per requirement, ✓ or ✗, and for each ✗ what to do; ! is a hint that fails nothing. Of a demo's
//! folder, or of one service by its settings ([`service`]).

mod service;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use heqi_evidence::anchors::AnchorsFile;
use heqi_evidence_store::durable_file::Disk;
use heqi_service_kit::Trust;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_vocabulary::{Clock, Entropy, Language};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::cli::DoctorArgs;
use crate::client::{self, Caller};
use crate::demo::manifest::Manifest;

const LEAST_FREE_BYTES: u64 = 2 << 30;
const SLOW_SYNC: Duration = Duration::from_millis(50);
const LEAST_OPEN_FILES: u64 = 1024;
/// Nothing of Heqi is older than this instant: a clock before it is wrong.
const NOT_BEFORE_MS: i64 = 1_767_225_600_000;
/// How long a mail server may take to greet.
const MAIL_PATIENCE: Duration = Duration::from_secs(2);
/// How far the cosigned head may be behind while everybody is up.
const MOST_UNCOSIGNED: u64 = 10_000;

/// One requirement, looked at.
struct Finding {
    zh: String,
    en: String,
    /// What to do, when it does not hold.
    mend: Option<(&'static str, &'static str)>,
    /// Said, and no reason to call anything unwell.
    is_hint: bool,
}

impl Finding {
    fn of(holds: bool, zh: String, en: String, mend: (&'static str, &'static str)) -> Self {
        Self { zh, en, mend: (!holds).then_some(mend), is_hint: false }
    }

    fn hint(holds: bool, zh: String, en: String, mend: (&'static str, &'static str)) -> Self {
        Self { is_hint: true, ..Self::of(holds, zh, en, mend) }
    }
}

/// Looks at everything and says it. Gives whether all requirements hold.
pub(crate) async fn run(
    args: &DoctorArgs,
    language: Language,
    (clock, entropy): (&dyn Clock, &dyn Entropy),
    out: &mut dyn Write,
) -> io::Result<bool> {
    let findings = match &args.config {
        Some(config) => service::look(config, clock, entropy).await,
        None => demo(&args.data_dir, clock).await,
    };
    let mut healthy = true;
    for finding in &findings {
        let text = language.pick(&finding.zh, &finding.en);
        match finding.mend {
            None => writeln!(out, "✓ {text}")?,
            Some((zh, en)) => {
                let mark = if finding.is_hint { "!" } else { "✗" };
                healthy &= finding.is_hint;
                writeln!(out, "{mark} {text}\n  → {}", language.pick(zh, en))?;
            }
        }
    }
    Ok(healthy)
}

/// The folder of a demo, and the demo if one was started in it.
async fn demo(data_dir: &Path, clock: &dyn Clock) -> Vec<Finding> {
    let mut findings = machine(data_dir, folder(data_dir), clock);
    let keys = ["platform", "notary", "preservation"].map(|one| data_dir.join(one).join("keys"));
    findings.push(private(keys.iter().flat_map(|keys| key_files(keys))));
    findings.extend(running_demo(data_dir).await);
    findings
}

/// What any service wants of the machine it runs on.
fn machine(data_dir: &Path, folder: Finding, clock: &dyn Clock) -> Vec<Finding> {
    vec![
        folder,
        free_space(data_dir),
        sync_speed(data_dir),
        open_files(),
        system_clock(clock),
        core_dumps(),
    ]
}

fn folder(data_dir: &Path) -> Finding {
    let made = Disk::default().create_directory(data_dir);
    let writable = made.is_ok() && probe(data_dir).is_ok();
    let path = data_dir.display();
    Finding::of(
        writable,
        format!("数据目录 {path} 可写"),
        format!("the data folder {path} is writable"),
        (
            "请换一个目录（--data-dir），或修改它的权限。",
            "Choose another folder with --data-dir, or change its permissions.",
        ),
    )
}

fn probe(data_dir: &Path) -> io::Result<Duration> {
    let path = data_dir.join("doctor.tmp");
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(&path)?;
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        best = best.min(start.elapsed());
    }
    fs::remove_file(path)?;
    Ok(best)
}

fn free_space(data_dir: &Path) -> Finding {
    let free = Disk::default().free_bytes(data_dir).unwrap_or(0);
    let mib = free >> 20;
    Finding::of(
        free >= LEAST_FREE_BYTES,
        format!("磁盘剩余 {mib} MiB"),
        format!("{mib} MiB of disk are free"),
        (
            "请至少留出 2 GiB，磁盘将满时平台会停止受理。",
            "Keep at least 2 GiB free; the platform accepts nothing more when the disk is nearly full.",
        ),
    )
}

fn sync_speed(data_dir: &Path) -> Finding {
    let took = probe(data_dir).unwrap_or(Duration::MAX);
    let ms = if took == Duration::MAX {
        "—".to_owned()
    } else {
        format!("{:.2}", took.as_secs_f64() * 1000.0)
    };
    Finding::of(
        took < SLOW_SYNC,
        format!("落盘一次 {ms} 毫秒"),
        format!("one durable write takes {ms} ms"),
        (
            "磁盘落盘太慢，请换用本地固态盘，不要用网络盘。",
            "The disk is slow to make writes durable: use a local solid-state disk, not a network share.",
        ),
    )
}

fn open_files() -> Finding {
    let limit = fs::read_to_string("/proc/self/limits").ok().and_then(|limits| {
        let line = limits.lines().find(|line| line.starts_with("Max open files"))?.to_owned();
        line.split_whitespace().nth(3)?.parse::<u64>().ok()
    });
    let shown = limit.map_or_else(|| "—".to_owned(), |limit| limit.to_string());
    Finding::of(
        limit.is_none_or(|limit| limit >= LEAST_OPEN_FILES),
        format!("可同时打开 {shown} 个文件"),
        format!("{shown} files may be open at once"),
        ("请提高上限：ulimit -n 65536。", "Raise the limit: ulimit -n 65536."),
    )
}

fn system_clock(clock: &dyn Clock) -> Finding {
    let now = clock.now();
    Finding::of(
        now.as_millis() > NOT_BEFORE_MS,
        format!("系统时钟 {}", now.for_people()),
        format!("the system clock says {}", now.for_people()),
        ("系统时间不对，请启用网络校时。", "The clock is wrong: turn on network time."),
    )
}

fn core_dumps() -> Finding {
    Finding::of(
        crate::core_dumps::are_off(),
        "进程内存不会写入崩溃转储".to_owned(),
        "a crash leaves no picture of the memory".to_owned(),
        (
            "系统不允许关闭崩溃转储，请在服务配置中设置 LimitCORE=0。",
            "The system does not let core dumps be turned off: set LimitCORE=0 for the service.",
        ),
    )
}

/// The secrets in a folder of keys; what is published beside them is none.
fn key_files(keys: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(keys).into_iter().flatten().flatten().map(|entry| entry.path());
    files.filter(|path| path.extension().is_none_or(|extension| extension != "json")).collect()
}

fn private(files: impl Iterator<Item = PathBuf>) -> Finding {
    let is_exposed = |path: &PathBuf| {
        let open = |meta: fs::Metadata| meta.permissions().mode() & 0o077 != 0;
        path.is_file() && fs::metadata(path).is_ok_and(open)
    };
    let exposed = files.filter(is_exposed).count();
    Finding::of(
        exposed == 0,
        "密钥文件只有所有者能读".to_owned(),
        "key files are readable by their owner only".to_owned(),
        (
            "请执行 chmod 600 收回密钥文件的权限，并视情况更换密钥。",
            "Run chmod 600 on the key files, and replace keys that others may have read.",
        ),
    )
}

/// When a demo has been started in this folder: does it answer, and is the notary up to
/// date?
async fn running_demo(data_dir: &Path) -> Vec<Finding> {
    let Ok(manifest) = Manifest::read(data_dir) else {
        return Vec::new();
    };
    let trust = match &manifest.lan {
        None => Trust::Nobody,
        Some(lan) => Trust::roots(&lan.certificate_path).unwrap_or_default(),
    };
    let Ok(http) = client::http(&trust) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let mut running = false;
    for (zh, en, url) in [
        ("平台", "the platform", &manifest.platform_url),
        ("公证处数据中心", "the notary data centre", &manifest.notary_url),
        ("实时保", "the preservation service", &manifest.preservation_url),
    ] {
        let ready = Caller::new(http.clone(), url, None).get_bytes("/readyz").await.is_ok();
        running |= ready;
        findings.push(Finding::of(
            ready,
            format!("{zh}在 {url} 就绪"),
            format!("{en} is ready at {url}"),
            (
                "演示没有在运行：cargo run --release。",
                "The demo is not running: cargo run --release.",
            ),
        ));
    }
    if !running {
        findings.clear();
        findings.push(Finding::of(
            false,
            "演示没有在运行".to_owned(),
            "the demo is not running".to_owned(),
            ("启动演示：cargo run --release。", "Start it: cargo run --release."),
        ));
        return findings;
    }
    findings.push(cosigned(&http, &manifest.log_url).await);
    findings.push(anchors(&manifest.anchors_path));
    findings.push(mail(&manifest.smtp).await);
    findings
}

/// Whether something that speaks SMTP greets at this address (RFC 5321 section 3.1).
async fn mail(address: &str) -> Finding {
    let greeting = async {
        let mut stream = TcpStream::connect(address).await?;
        let mut greeting = [0; 4];
        stream.read_exact(&mut greeting).await?;
        io::Result::Ok(greeting == *b"220 ")
    };
    let greets = tokio::time::timeout(MAIL_PATIENCE, greeting).await;
    Finding::of(
        matches!(greets, Ok(Ok(true))),
        format!("邮件服务在 {address} 应答"),
        format!("the mail server answers at {address}"),
        (
            "邮件暂时发不出，会改用短信或稍后重试；请重新启动演示。",
            "E-mail does not leave; messages go by SMS or later. Start the demo again.",
        ),
    )
}

async fn cosigned(http: &reqwest::Client, log_url: &str) -> Finding {
    let caller = Caller::new(http.clone(), log_url, None);
    let size = |bytes: Result<bytes::Bytes, client::CallError>| {
        SignedCheckpoint::parse(&bytes.ok()?).ok().map(|signed| signed.checkpoint().size())
    };
    let head = size(caller.get_bytes("/head").await);
    let checkpoint = size(caller.get_bytes("/checkpoint").await);
    let behind = head.zip(checkpoint).map(|(head, cosigned)| head.saturating_sub(cosigned));
    let shown = behind.map_or_else(|| "—".to_owned(), |entries| entries.to_string());
    Finding::of(
        behind.is_some_and(|entries| entries <= MOST_UNCOSIGNED),
        format!("公证处核对落后 {shown} 条"),
        format!("the notary's check is {shown} entries behind"),
        (
            "公证处没有跟上，请看两边的日志。",
            "The notary does not keep up: look at the logs of both services.",
        ),
    )
}

fn anchors(path: &Path) -> Finding {
    let read = fs::read(path).ok().and_then(|bytes| AnchorsFile::parse(&bytes).ok());
    let digest = read.as_ref().map_or_else(|| "—".to_owned(), |file| file.digest.to_string());
    Finding::of(
        read.is_some(),
        format!("信任锚可读，SHA-256 {digest}"),
        format!("the trust anchors are readable, SHA-256 {digest}"),
        (
            "信任锚文件缺失或损坏，请向公证处重新取得。",
            "The anchors file is missing or damaged: get it from the notary again.",
        ),
    )
}
