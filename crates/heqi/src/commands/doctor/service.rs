//! A configured service: its settings and files, whether it answers, and whom it works with. Nothing is changed, and
//! nothing is made that was not there.

mod duties;
mod others;
mod secrets;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use heqi_service_kit::Trust;
use heqi_service_kit::tls::{Identity, Peer, PeerTlsSettings, TlsSettings};
use heqi_vocabulary::{Clock, Entropy};
use tokio::net::TcpStream;

use super::{Finding, key_files, machine, private};
use crate::client;
use crate::commands::chain_of;
use crate::service::store;
use crate::service::tls::{NotaryTls, PlatformTls};
use crate::settings::{self, NotarySettings, PlatformSettings, Profile, Role, TimeAuthorityPeer};

use self::others::stamps;

/// How long somebody may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// A certificate that ends sooner is to be renewed.
const LEAST_DAYS: i64 = 14;
const DAY_MS: i64 = 86_400_000;

/// A service as its settings have it.
struct Service {
    zh: &'static str,
    en: &'static str,
    data_dir: PathBuf,
    listen: String,
    origin: String,
    tls: Option<TlsSettings>,
    /// Why it would not start, if it would not.
    unfit: Option<String>,
    /// Files with keys that stand elsewhere.
    secrets: Vec<PathBuf>,
    others: Vec<Other>,
    time_authorities: Vec<TimeAuthorityPeer>,
    /// A platform with real people: somebody is to be there for security and for audit.
    needs_duties: bool,
}

/// An organisation that it works with.
struct Other {
    zh: &'static str,
    en: &'static str,
    url: String,
    tls: Option<PeerTlsSettings>,
    /// Whether it cosigns our log.
    is_witness: bool,
    /// Whether it publishes the anchors.
    is_publisher: bool,
}

/// Looks at the service of this settings file.
pub(super) async fn look(config: &Path, clock: &dyn Clock, entropy: &dyn Entropy) -> Vec<Finding> {
    let service = match Service::read(config) {
        Ok(service) => service,
        Err(reason) => return vec![unreadable(config, &reason)],
    };
    let mut findings = vec![service.fits(config)];
    findings.extend(machine(&service.data_dir, service.writable(), clock));
    let files = key_files(&service.keys()).into_iter().chain(service.secrets.iter().cloned());
    findings.push(private(files));
    findings.push(secrets::are_there(&service.secrets));
    findings.push(service.log_key());
    findings.extend(service.restored());
    let identity = service.tls.as_ref().and_then(|tls| Identity::load(tls).ok()).map(Arc::new);
    if let Some(identity) = &identity {
        findings.push(certificate(identity, clock));
    }
    findings.push(service.answers(identity.as_deref()).await);
    findings.extend(service.duties(identity.as_deref()).await);
    for other in &service.others {
        findings.extend(service.works_with(other, identity.clone(), entropy).await);
    }
    for peer in &service.time_authorities {
        findings.push(stamps(peer, entropy).await);
    }
    findings
}

impl Service {
    fn read(config: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(config).map_err(|error| error.to_string())?;
        // The one setting that only a custodian has, and always.
        let is_custodian = text
            .lines()
            .take_while(|line| !line.trim_start().starts_with('['))
            .any(|line| line.split_once('=').is_some_and(|(key, _)| key.trim() == "role"));
        if is_custodian {
            let settings: NotarySettings =
                settings::load(Some(config)).map_err(|error| chain_of(&error))?;
            Ok(Self::custodian(settings))
        } else {
            let settings: PlatformSettings =
                settings::load(Some(config)).map_err(|error| chain_of(&error))?;
            Ok(Self::platform(settings))
        }
    }

    fn platform(settings: PlatformSettings) -> Self {
        let unfit = PlatformTls::load(&settings).err().map(|error| chain_of(&error));
        let secrets = secrets::of_platform(&settings);
        let needs_duties = settings.profile == Profile::Production;
        let PlatformSettings { data_centre, preservation, .. } = settings;
        let other = |zh, en, peer: &settings::PeerSettings, is_first| Other {
            zh,
            en,
            url: peer.url.clone(),
            tls: peer.tls.clone(),
            is_witness: is_first,
            is_publisher: is_first,
        };
        Self {
            zh: "平台",
            en: "the platform",
            data_dir: settings.data_dir,
            listen: settings.listen,
            origin: settings.log_origin,
            tls: settings.tls,
            unfit,
            others: vec![
                other("公证处数据中心", "the notary data centre", &data_centre, true),
                other("实时保", "the preservation service", &preservation, false),
            ],
            secrets,
            time_authorities: settings.time_authorities,
            needs_duties,
        }
    }

    fn custodian(settings: NotarySettings) -> Self {
        let unfit = NotaryTls::load(&settings).err().map(|error| chain_of(&error));
        let secrets = secrets::of_custodian(&settings);
        let platform = settings.platform;
        let (zh, en) = match settings.role {
            Role::DataCentre => ("公证处数据中心", "the notary data centre"),
            Role::Preservation => ("实时保", "the preservation service"),
        };
        let others = vec![Other {
            zh: "平台",
            en: "the platform",
            url: platform.url,
            tls: platform.tls,
            is_witness: true,
            is_publisher: false,
        }];
        Self {
            zh,
            en,
            data_dir: settings.data_dir,
            listen: settings.listen,
            origin: settings.log_origin,
            tls: settings.tls,
            unfit,
            secrets,
            others,
            time_authorities: settings.time_authorities,
            needs_duties: false,
        }
    }

    fn keys(&self) -> PathBuf {
        self.data_dir.join("keys")
    }

    fn fits(&self, config: &Path) -> Finding {
        let (path, Self { zh, en, .. }) = (config.display(), self);
        let reason = self.unfit.as_ref().map_or_else(String::new, |why| format!(": {why}"));
        Finding::of(
            self.unfit.is_none(),
            format!("{zh}的设置 {path} 可以使用{reason}"),
            format!("the settings {path} of {en} can be used{reason}"),
            (
                "请按提示修改设置或补齐文件，否则服务不会启动。",
                "Change what is named, or put the file in its place: the service does not start like this.",
            ),
        )
    }

    /// A folder that is not there is not made: its name may be mistyped.
    fn writable(&self) -> Finding {
        let path = self.data_dir.display();
        Finding::of(
            super::probe(&self.data_dir).is_ok(),
            format!("数据目录 {path} 可写"),
            format!("the data folder {path} is writable"),
            (
                "请检查 data_dir 是否写错、是否存在，以及运行服务的账户能否写入。",
                "See whether data_dir is mistyped or missing, and whether the service's account may write there.",
            ),
        )
    }

    fn log_key(&self) -> Finding {
        let path = self.keys().join("log.key");
        Finding::of(
            path.exists(),
            "日志密钥在位".to_owned(),
            "the key of the log is in its place".to_owned(),
            (
                "请执行 heqi keys generate，或从备份放回 keys/。",
                "Run heqi keys generate, or put keys/ back from where it is kept.",
            ),
        )
    }

    /// Said while a restored store has not been compared with its peers; of any other there is nothing to say.
    fn restored(&self) -> Option<Finding> {
        let mark = store::is_restored(&self.data_dir);
        let why = match &mark {
            Ok(false) => return None,
            Ok(true) => String::new(),
            Err(error) => format!(": {}", chain_of(error)),
        };
        let zh = format!("存储是从备份恢复的，尚未与对方核对{why}");
        let en = format!(
            "the store was restored from a backup and not compared with its peers since{why}"
        );
        let mend = (
            "请让所有对方都能连通：核对之前本服务只读；标记读不出的，请从备份重新恢复。",
            "Let all its peers be reached: until they are heard the service is read-only. A mark that cannot be read: restore again.",
        );
        // What is read well mends itself; a service with an unreadable mark does not start.
        Some(if mark.is_ok() {
            Finding::hint(false, zh, en, mend)
        } else {
            Finding::of(false, zh, en, mend)
        })
    }

    /// Whether it answers, and that it is ready.
    async fn answers(&self, identity: Option<&Identity>) -> Finding {
        let (trust, url) = self.way_to_itself(identity);
        let said = if let Some(trust) = trust {
            readiness(&trust, &url).await
        } else {
            let connected = tokio::time::timeout(PATIENCE, TcpStream::connect(&url)).await;
            if matches!(connected, Ok(Ok(_))) { Ok(()) } else { Err("—".to_owned()) }
        };
        let why = said.as_ref().err().map_or_else(String::new, |why| format!(" ({why})"));
        let Self { zh, en, .. } = self;
        Finding::of(
            said.is_ok(),
            format!("{zh}在 {url} 就绪{why}"),
            format!("{en} is ready at {url}{why}"),
            (
                "没有启动就启动它；已启动的，看括号里是哪一项没有就绪，并查看它的日志。",
                "Start it if it is not running; otherwise the brackets name what is not ready, and its log says why.",
            ),
        )
    }

    /// Where this machine asks it, and whom it believes there. Nobody: whoever believes its certificate is elsewhere, and
    /// that somebody listens is all that is seen.
    fn way_to_itself(&self, identity: Option<&Identity>) -> (Option<Trust>, String) {
        let address = self.listen.replacen("0.0.0.0", "127.0.0.1", 1).replacen("[::]", "[::1]", 1);
        if self.tls.is_none() {
            return (Some(Trust::Nobody), format!("http://{address}"));
        }
        let host = self.origin.split(['/', ':']).next().unwrap_or_default();
        let listens = self.listen.rsplit_once(':').map_or("", |(host, _)| host);
        let own = [host, listens].into_iter().find(|name| identity.is_some_and(|i| i.is_for(name)));
        let roots_file = self.keys().join(crate::commands::keys::tls::ROOT_FILE);
        let peer = own.filter(|_| roots_file.exists()).and_then(|name| {
            Peer::load(&PeerTlsSettings { roots_file, name: name.to_owned() }).ok()
        });
        match peer {
            Some(peer) => {
                let trust = Trust::Peer { peer: Arc::new(peer), identity: None };
                (Some(trust), format!("https://{address}"))
            }
            None => (None, address),
        }
    }
}

fn unreadable(config: &Path, reason: &str) -> Finding {
    let path = config.display();
    Finding::of(
        false,
        format!("设置 {path} 不能读取：{reason}"),
        format!("the settings {path} cannot be read: {reason}"),
        (
            "请按提示修改；全部设置见 docs/OPERATING.md。",
            "Change what is named; docs/OPERATING.md lists every setting.",
        ),
    )
}

fn certificate(identity: &Identity, clock: &dyn Clock) -> Finding {
    let left = identity.not_after().map(|end| end.millis_since(clock.now()) / DAY_MS);
    let shown = left.map_or_else(|| "—".to_owned(), |days| days.to_string());
    Finding::of(
        left.is_none_or(|days| days >= LEAST_DAYS),
        format!("TLS 证书还有 {shown} 天到期"),
        format!("the TLS certificate ends in {shown} days"),
        (
            "请换发证书：heqi keys tls，运行中的服务会自行读取。",
            "Renew it: heqi keys tls. A running service reads it by itself.",
        ),
    )
}

/// Which checks of `/readyz` do not hold.
async fn readiness(trust: &Trust, url: &str) -> Result<(), String> {
    let http = client::http(trust).map_err(|error| chain_of(&error))?;
    let asked = http.get(format!("{url}/readyz")).send();
    let answer = tokio::time::timeout(PATIENCE, asked).await.map_err(|_| "—".to_owned())?;
    let answer = answer.map_err(|error| chain_of(&error.without_url()))?;
    if answer.status().is_success() {
        return Ok(());
    }
    let status = answer.status().as_u16();
    let told: serde_json::Value = answer.json().await.unwrap_or_default();
    let checks = told.get("checks").and_then(serde_json::Value::as_array);
    let open =
        checks.into_iter().flatten().filter(|check| check.get("ready") != Some(&true.into()));
    let names: Vec<&str> = open.filter_map(|check| check.get("name")?.as_str()).collect();
    Err(if names.is_empty() { status.to_string() } else { names.join(", ") })
}
