//! What `profile = "production"` refuses: whatever is for made-up people only.
//!
//! All reasons are told at once, in both languages, before any key is read or made.

use std::fmt;
use std::path::{Path, PathBuf};

use heqi_evidence::anchors::{TimeRootAnchor, Vkey};
use heqi_pki::certificate::TrustedRoot;
use heqi_pki::timestamp::TimeRoot;
use heqi_registration::platform::Names;
use heqi_service_kit::tls::{PeerTlsSettings, TlsSettings};
use heqi_vocabulary::{Explain, Explanation, Language};

use crate::keys::key_service::KeyService;
use crate::settings::{NotarySettings, PlatformSettings, Profile, TimeAuthorityPeer};

/// The demo leaves this file beside the keys it makes.
pub(crate) const DEMO_MARK: &str = "demo.json";
/// Names that nobody can own (RFC 2606, RFC 6761).
const RESERVED_TOPS: [&str; 4] = ["example", "invalid", "localhost", "test"];
const RESERVED_DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];
/// What every made-up organisation is called.
const MADE_UP: &str = "示例";

/// One thing that production does not take.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", self.code())]
pub(crate) enum Unfit {
    /// The demo made the keys in this folder.
    DemoKeys(PathBuf),
    /// A log or key under a name that nobody can own.
    DemoName(String),
    /// Consents or receipts would name made-up organisations.
    MadeUpNames(&'static str),
    /// Signers' certificates would come from the built-in authority.
    TestAuthority,
    /// Signers' certificates of a test authority would be believed.
    TestRoot(String),
    /// Time stamps of a test authority would be believed.
    TestTime(String),
    /// Answers of a demonstration about who people are would be believed.
    TestProvider(String),
    /// Nobody would decide where no authority says who signed.
    NobodyReviews,
    /// A party without a contact would come in by the link alone.
    CodesOptional,
    /// The service would be a time authority for tests.
    TimeAuthority,
    /// Our listener has no certificate.
    PlainListener,
    /// Somebody would be called without pinned roots.
    PlainPeer(String),
    /// The key-encryption key lies in a file beside what it protects.
    KeyFile(PathBuf),
}

/// Everything that production does not take.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) Vec<Unfit>);

impl std::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("profile = \"production\" is refused 正式环境（production）未能启动：")?;
        for unfit in &self.0 {
            for language in [Language::Zh, Language::En] {
                let said = unfit.explain(language);
                write!(f, "\n  [{}] {} {}", unfit.code(), said.what, said.next)?;
            }
        }
        Ok(())
    }
}

/// Whether a platform may run with these settings.
pub(crate) fn check_platform(settings: &PlatformSettings) -> Result<(), Refused> {
    if settings.profile == Profile::Demo {
        return Ok(());
    }
    let mut found = Vec::new();
    let keys = settings.data_dir.join("keys");
    own(&keys, &settings.log_origin, settings.tls.as_ref(), &mut found);
    if settings.names == Names::default() || is_made_up(&settings.names) {
        found.push(Unfit::MadeUpNames("names"));
    }
    match &settings.identity.review {
        None => found.push(Unfit::NobodyReviews),
        Some(review) if review.name.as_str().contains(MADE_UP) => {
            found.push(Unfit::MadeUpNames("identity.review"));
        }
        Some(_) => {}
    }
    if !settings.notify.as_ref().is_some_and(|notify| notify.code_required) {
        found.push(Unfit::CodesOptional);
    }
    match &settings.certificate_authority {
        None => found.push(Unfit::TestAuthority),
        Some(authority) => {
            agent("certificate_authority", &authority.url, authority.tls.as_ref(), &mut found);
        }
    }
    for (name, peer) in
        [("data_centre", &settings.data_centre), ("preservation", &settings.preservation)]
    {
        organisation(name, peer.tls.as_ref(), &mut found);
        for key in [&peer.witness_vkey, &peer.mirror_vkey].into_iter().flatten() {
            known_key(key, &mut found);
        }
    }
    settings.witnessed_logs.iter().for_each(|key| known_key(key, &mut found));
    time_authorities(&settings.time_authorities, &mut found);
    conclude(found)
}

/// Whether a notary's service may run with these settings.
pub(crate) fn check_notary(settings: &NotarySettings) -> Result<(), Refused> {
    if settings.profile == Profile::Demo {
        return Ok(());
    }
    let mut found = Vec::new();
    let keys = settings.data_dir.join("keys");
    own(&keys, &settings.log_origin, settings.tls.as_ref(), &mut found);
    let platform = &settings.platform;
    if settings.organisation.contains(MADE_UP) {
        found.push(Unfit::MadeUpNames("organisation"));
    }
    organisation("platform", platform.tls.as_ref(), &mut found);
    if let Some(peer) = &settings.data_centre {
        organisation("data_centre", peer.tls.as_ref(), &mut found);
        let cosigners = peer.witness_vkey.iter().chain(&peer.mirror_vkey);
        cosigners.for_each(|key| known_key(key, &mut found));
    }
    known_key(&platform.log.vkey, &mut found);
    known_key(&platform.witness_vkey, &mut found);
    for root in &platform.certificate_roots {
        let marked = TrustedRoot::from_der(&root.certificate.0, root.test_only);
        if root.test_only || marked.is_ok_and(|root| root.is_test_only()) {
            found.push(Unfit::TestRoot(root.organisation.clone()));
        }
    }
    for provider in &settings.identity_providers {
        if provider.test_only {
            found.push(Unfit::TestProvider(provider.organisation.clone()));
        }
    }
    time_authorities(&settings.time_authorities, &mut found);
    conclude(found)
}

/// A time authority of ours is for tests and never for production.
pub(crate) fn check_time_authority(profile: Profile) -> Result<(), Refused> {
    match profile {
        Profile::Demo => Ok(()),
        Profile::Production => Err(Refused(vec![Unfit::TimeAuthority])),
    }
}

fn conclude(mut found: Vec<Unfit>) -> Result<(), Refused> {
    found.dedup();
    if found.is_empty() { Ok(()) } else { Err(Refused(found)) }
}

/// What concerns ourselves, whoever we are.
fn own(keys: &Path, origin: &str, tls: Option<&TlsSettings>, found: &mut Vec<Unfit>) {
    if keys.join(DEMO_MARK).exists() {
        found.push(Unfit::DemoKeys(keys.to_owned()));
    }
    if is_reserved(origin) {
        found.push(Unfit::DemoName(origin.to_owned()));
    }
    if tls.is_none() {
        found.push(Unfit::PlainListener);
    }
    if !KeyService::is_configured(keys) {
        found.push(Unfit::KeyFile(keys.join("key-encryption.key")));
    }
}

/// Another organisation is called over mutual TLS, on whatever machine it runs.
fn organisation(name: &str, tls: Option<&PeerTlsSettings>, found: &mut Vec<Unfit>) {
    if tls.is_none() {
        found.push(Unfit::PlainPeer(name.to_owned()));
    }
}

/// An agent of our own may run on this machine and be called without TLS; that the address
/// is one of this machine is checked where it is called.
fn agent(name: &str, url: &str, tls: Option<&PeerTlsSettings>, found: &mut Vec<Unfit>) {
    if tls.is_none() && heqi_service_kit::Trust::Nobody.admits(url).is_err() {
        found.push(Unfit::PlainPeer(name.to_owned()));
    }
}

fn known_key(key: &Vkey, found: &mut Vec<Unfit>) {
    let name = key.0.name().as_str();
    if is_reserved(name) {
        found.push(Unfit::DemoName(name.to_owned()));
    }
}

fn time_authorities(all: &[TimeAuthorityPeer], found: &mut Vec<Unfit>) {
    for peer in all {
        let is_test = |anchor: &TimeRootAnchor| {
            let root = TimeRoot::from_der(&anchor.certificate.0, anchor.test_only);
            anchor.test_only || root.is_ok_and(|root| root.is_test_only())
        };
        if peer.roots.iter().any(is_test) {
            found.push(Unfit::TestTime(peer.label.clone()));
        }
        organisation(&format!("time_authorities.{}", peer.label), peer.tls.as_ref(), found);
    }
}

/// Whether the name begins with a host that nobody can own.
fn is_reserved(name: &str) -> bool {
    let host = name.split(['/', ':']).next().unwrap_or_default().to_ascii_lowercase();
    let host = host.trim_end_matches('.');
    let top = host.rsplit('.').next().unwrap_or_default();
    RESERVED_TOPS.contains(&top)
        || RESERVED_DOMAINS.iter().any(|domain| {
            host == *domain || host.strip_suffix(domain).is_some_and(|left| left.ends_with('.'))
        })
}

fn is_made_up(names: &Names) -> bool {
    [&names.notary_office, &names.operator, &names.verifier]
        .into_iter()
        .any(|name| name.contains(MADE_UP))
}

impl Explain for Unfit {
    fn code(&self) -> &'static str {
        match self {
            Self::DemoKeys(_) => "demo_keys",
            Self::DemoName(_) => "demo_name",
            Self::MadeUpNames(_) => "made_up_names",
            Self::TestAuthority => "test_authority",
            Self::TestRoot(_) => "test_root",
            Self::TestTime(_) => "test_time",
            Self::TestProvider(_) => "test_provider",
            Self::NobodyReviews => "nobody_reviews",
            Self::CodesOptional => "codes_optional",
            Self::TimeAuthority => "test_time_authority",
            Self::PlainListener => "plain_listener",
            Self::PlainPeer(_) => "plain_peer",
            Self::KeyFile(_) => "key_file",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        let (what, next) = match language {
            Language::Zh => (self.what_zh(), self.next_zh()),
            Language::En => (self.what_en(), self.next_en()),
        };
        Explanation::new(what, next)
    }
}

impl Unfit {
    fn what_zh(&self) -> String {
        match self {
            Self::DemoKeys(path) => format!("{} 中的密钥由演示生成。", path.display()),
            Self::DemoName(name) => format!("日志或密钥名称 {name} 使用了保留的示例域名。"),
            Self::MadeUpNames(key) => format!("设置项 {key} 中的机构名称是虚构的示例名称。"),
            Self::TestAuthority => "签署人证书将由内置的测试证书机构签发，不具有法律效力。".into(),
            Self::TestRoot(name) => format!("测试证书机构（{name}）的根证书将被信任。"),
            Self::TestTime(label) => format!("时间戳机构 {label} 的根证书是测试证书。"),
            Self::TestProvider(name) => format!("演示核验机构（{name}）的答复将被信任。"),
            Self::NobodyReviews => {
                "没有设置核验机构，权威来源未能核验的签署将无人核验，不愿使用人脸信息的签署人也无法办理。".into()
            }
            Self::CodesOptional => {
                "[notify] 未设置 code_required = true，没有登记联系方式的签署人无需验证码，仅凭链接即可进入。".into()
            }
            Self::TimeAuthority => "内置时间戳服务只用于测试。".into(),
            Self::PlainListener => "服务没有 TLS 证书，将以明文 HTTP 监听。".into(),
            Self::PlainPeer(name) => format!("与 {name} 的连接没有固定根证书，将使用明文 HTTP。"),
            Self::KeyFile(path) => {
                format!("密钥加密密钥以文件保存（{}），与其保护的数据在同一台机器上。", path.display())
            }
        }
    }

    fn next_zh(&self) -> &'static str {
        match self {
            Self::DemoKeys(_) => "请改用新的空数据目录，并用 heqi keys generate 生成密钥。",
            Self::DemoName(_) => "请改用本机构拥有的域名作为 log_origin，并重新交换密钥。",
            Self::MadeUpNames(_) => "请填写真实机构名称。",
            Self::TestAuthority => "请在 [certificate_authority] 中配置持牌证书机构。",
            Self::TestRoot(_) => "请在 certificate_roots 中只保留持牌证书机构的根证书。",
            Self::TestTime(_) => "请改用独立的时间戳机构。",
            Self::TestProvider(_) => "请在 identity_providers 中只保留真实的核验机构。",
            Self::NobodyReviews => {
                "请在 [identity.review] 中填写登记机关或公证处，并为其工作人员建立账号。"
            }
            Self::CodesOptional => {
                "请在 [notify] 中设置 code_required = true，并配置短信网关或邮件服务器。"
            }
            Self::TimeAuthority => "请使用独立的时间戳机构，不要在正式环境运行此服务。",
            Self::PlainListener => {
                "请用 heqi keys tls 生成证书，并在 [tls] 中填写 certificate_file。"
            }
            Self::PlainPeer(_) => "请在该项的 tls 表中填写 roots_file 和 name，并使用 https 地址。",
            Self::KeyFile(_) => "请在 keys/key-service.json 中配置密钥服务。",
        }
    }

    fn what_en(&self) -> String {
        match self {
            Self::DemoKeys(path) => {
                format!("The keys in {} were made by the demo.", path.display())
            }
            Self::DemoName(name) => {
                format!("The log or key {name} has a name that is reserved for examples.")
            }
            Self::MadeUpNames(key) => format!("The setting {key} names made-up organisations."),
            Self::TestAuthority => {
                "Signers' certificates would come from the built-in TEST ONLY authority.".into()
            }
            Self::TestRoot(name) => {
                format!("Certificates of a test authority ({name}) would be believed.")
            }
            Self::TestTime(label) => {
                format!("The time authority {label} is believed by a test root.")
            }
            Self::TestProvider(name) => {
                format!("Answers of a demonstration ({name}) would be believed.")
            }
            Self::NobodyReviews => {
                "No office is set whose people decide where no authority says who signed, and without one nobody can sign who refuses face information.".into()
            }
            Self::CodesOptional => {
                "Without code_required = true in [notify] a signer who has no contact comes in by the link alone, with no code.".into()
            }
            Self::TimeAuthority => "The built-in time authority is for tests only.".into(),
            Self::PlainListener => {
                "The service has no TLS certificate and would listen with plain HTTP.".into()
            }
            Self::PlainPeer(name) => {
                format!("Without pinned roots {name} would be called by plain HTTP.")
            }
            Self::KeyFile(path) => format!(
                "The key-encryption key is a file ({}) on the machine of the data it protects.",
                path.display()
            ),
        }
    }

    fn next_en(&self) -> &'static str {
        match self {
            Self::DemoKeys(_) => "Use a new empty data folder and `heqi keys generate`.",
            Self::DemoName(_) => {
                "Choose a log_origin under a domain of your own and exchange the keys again."
            }
            Self::MadeUpNames(_) => "Write the names of the real organisations.",
            Self::TestAuthority => "Name a licensed authority in [certificate_authority].",
            Self::TestRoot(_) => "Keep only roots of licensed authorities in certificate_roots.",
            Self::TestTime(_) => "Use a time authority that neither organisation runs.",
            Self::TestProvider(_) => "Keep only real providers in identity_providers.",
            Self::NobodyReviews => {
                "Name the registry or the notary in [identity.review] and make accounts for its people."
            }
            Self::CodesOptional => {
                "Set code_required = true in [notify] and name a gateway for text messages or a mail server."
            }
            Self::TimeAuthority => "Use independent time authorities instead of this service.",
            Self::PlainListener => {
                "Make a certificate with `heqi keys tls` and name it in [tls] certificate_file."
            }
            Self::PlainPeer(_) => {
                "Give it a tls table with roots_file and name, and an https address."
            }
            Self::KeyFile(_) => "Name a key service in keys/key-service.json.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_nobody_can_own_are_told_from_others() {
        for name in [
            "platform.heqi.example/demo",
            "log.example",
            "LOG.TEST/2026",
            "localhost:8801",
            "a.example.com/x",
            "example.org",
            "x.invalid.",
        ] {
            assert!(is_reserved(name), "{name}");
        }
        for name in
            ["log.notary.gov.cn/2026", "example.cn", "notexample.com", "test.hz.cn", "a.internal"]
        {
            assert!(!is_reserved(name), "{name}");
        }
    }

    #[test]
    fn every_reason_is_two_sentences_in_both_languages() {
        let name = || "x".to_owned();
        let all = [
            Unfit::DemoKeys(PathBuf::from("keys")),
            Unfit::DemoName(name()),
            Unfit::MadeUpNames("names"),
            Unfit::TestAuthority,
            Unfit::TestRoot(name()),
            Unfit::TestTime(name()),
            Unfit::TestProvider(name()),
            Unfit::NobodyReviews,
            Unfit::CodesOptional,
            Unfit::TimeAuthority,
            Unfit::PlainListener,
            Unfit::PlainPeer(name()),
            Unfit::KeyFile(PathBuf::from("kek")),
        ];
        let mut codes: Vec<&str> = all.iter().map(Explain::code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all.len());
        for unfit in all {
            for (language, stop) in [(Language::Zh, '。'), (Language::En, '.')] {
                let said = unfit.explain(language);
                assert!(said.what.ends_with(stop) && said.next.ends_with(stop), "{unfit:?}");
            }
        }
    }
}
