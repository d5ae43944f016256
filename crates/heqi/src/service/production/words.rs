//! What production does not take, and what to do instead: a code and two sentences in both languages.

use heqi_vocabulary::{Explain, Explanation, Language};

use super::Unfit;

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
