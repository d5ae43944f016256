//! The workbench over HTTP: from an application at the counter to a certificate anybody checks,
//! and the matrix of access: every route of the table × every caller.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use heqi_credentials::{Password, TotpSecret};
use heqi_documents::{Office, OfficeNames, SealFace};
use heqi_evidence::anchors::{CustodianAnchor, LogAnchor, Spki, Vkey};
use heqi_evidence::verdict::ClaimName::{Deposited, Integrity, Logged, SignedBy, Time, Witnessed};
use heqi_evidence_store::stamping::{
    ConfiguredAuthority, Stamper as LogStamper, TimeAuthority, Unanswered,
};
use heqi_identity::Calendar;
use heqi_notarization::NotaryOffice;
use heqi_notarization::matter::ApplicationNo;
use heqi_notarization::matter::act::{Desk, Tool};
use heqi_notarization::matter::number::CertificateNo;
use heqi_notarization::matter::number::Series;
use heqi_notarization::matter::register::Register;
use heqi_notarization::staff::{CreateOfficer, OfficeRole, create_officer, enrol_officer};
use heqi_notary_center::access::{
    ACCESS_TABLE, APPLICATIONS, Access, DEPOSITS, LEGAL_HOLD, RECOVERY, Rule, Verb,
};
use heqi_notary_center::press::{PdfPress, SharedPress, is_believed};
use heqi_notary_center::{Bench, CenterSettings, NotaryCenter, Running};
use heqi_notary_protocol::{
    ApplicationReply, ApplicationRequest, AuthorityForm, Bearer, CallError, NotaryClient,
};
use heqi_pki::authority::{TestSealAuthority, TestTimeAuthority};
use heqi_pki::certificate::{CertificateChain, TrustedRoot};
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_pki::timestamp::{
    Accuracy, Nonce, TimeRoot, TimeStampRequest, TimeStampResponse, TimestampToken, TokenIssuer,
};
use heqi_sealed_pdf::{SignedPdf, Stamper, Unstamped};
use heqi_service_kit::{ApiKey, Listener, SystemEntropy};
use heqi_testkit::{FixedClock, SeededEntropy, Story};
use heqi_vocabulary::{Clock as _, Digest, VoucherNo};
use reqwest::{Method, RequestBuilder, Response, StatusCode};

use crate::support::{Plan, deposit_of, http, pool, store, story};

const PASSWORD: &str = "correct horse battery";

/// A time authority whose clock is the office's.
struct Stamps {
    issuer: TokenIssuer,
    clock: Arc<FixedClock>,
    is_silent: Arc<AtomicBool>,
}

impl Stamper for Stamps {
    fn stamp(&self, bytes: &[u8]) -> Result<TimestampToken, Unstamped> {
        if self.is_silent.load(Ordering::SeqCst) {
            return Err(Unstamped::new("nobody answers"));
        }
        let request = TimeStampRequest::over(bytes, None, Nonce::random(&SystemEntropy));
        let der = self.issuer.token(&request, 1, self.clock.now()).map_err(Unstamped::new)?;
        TimestampToken::from_der(&der).map_err(Unstamped::new)
    }
}

/// The press of a test office: its seal and its time authority are for tests only.
pub(crate) fn press(clock: &Arc<FixedClock>, is_silent: &Arc<AtomicBool>) -> PdfPress {
    press_with(clock, is_silent, 0)
}

/// The same, with a time authority that is so many years old.
pub(crate) fn press_with(
    clock: &Arc<FixedClock>,
    is_silent: &Arc<AtomicBool>,
    authority_years: i64,
) -> PdfPress {
    let (made_at, entropy) = (clock.now(), SeededEntropy::new(9));
    let seal = TestSealAuthority::generate("杭州市示例公证处", made_at, &entropy).unwrap();
    let authority_made_at = made_at.plus_millis(-authority_years * YEAR_MS);
    let time = TestTimeAuthority::generate("示例时间戳", authority_made_at, &entropy).unwrap();
    let policy = "1.3.6.1.4.1.32473.1.3161".parse().unwrap();
    PdfPress {
        office: Office {
            full_name: "中华人民共和国浙江省杭州市示例公证处".into(),
            name: "杭州市示例公证处".into(),
            address: "浙江省杭州市示例路1号".into(),
            telephone: "0571-0000110".into(),
            seal: SealFace::Sample,
        },
        roots: vec![TrustedRoot::new(seal.root().clone(), true).unwrap()],
        key: Arc::new(seal),
        time_roots: vec![TimeRoot::from_der(time.root().der(), true).unwrap()],
        stamper: Arc::new(Stamps {
            issuer: time.into_issuer(policy, Accuracy::from_millis(1000)).unwrap(),
            clock: clock.clone(),
            is_silent: is_silent.clone(),
        }),
        clock: clock.clone(),
    }
}

/// A workbench with this press.
fn bench(press: PdfPress, clock: &FixedClock) -> Bench {
    let desk = Desk {
        office_name: "浙江省杭州市示例公证处".into(),
        platform_name: "示例商事文签平台".into(),
        calendar: Arc::new(Calendar::built_in()),
        register: Register::OwnSeries,
        series: Series::new("浙杭临", "经").unwrap(),
        tool: Tool { name: "heqi test".into(), sha256: Digest::of(b"tool") },
        workstations: vec!["提取专用机1号".into()],
        press: Some(Arc::new(SharedPress::new(press))),
        check_url: "https://notary.example/check".into(),
    };
    let telephone = "0571-0000110".into();
    let workstation_addresses = BTreeMap::new();
    Bench { desk, names: names(clock), telephone, workstation_addresses, secure_cookies: false }
}

/// A workbench for whoever tests something else.
pub(crate) fn plain_bench(clock: &Arc<FixedClock>) -> Bench {
    bench(press(clock, &Arc::default()), clock)
}

/// The office was called otherwise until an hour after the test begins.
fn names(clock: &FixedClock) -> OfficeNames {
    let (long_ago, soon) =
        (clock.now().plus_millis(-1_000_000), clock.now().plus_millis(RENAMED_MS));
    OfficeNames::new(vec![
        (long_ago, "浙江省示例市公证处".into()),
        (soon, "浙江省杭州市示例公证处".into()),
    ])
}

const RENAMED_MS: i64 = 24 * 3_600_000;
const YEAR_MS: i64 = 365 * 24 * 3_600_000;

pub(crate) struct Bureau {
    pub(crate) running: Running,
    pub(crate) office: NotaryOffice,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) keys: Vec<(&'static str, ApiKey)>,
    pub(crate) deposit: String,
    pub(crate) roots: Vec<TrustedRoot>,
    pub(crate) time_roots: Vec<TimeRoot>,
    pub(crate) is_silent: Arc<AtomicBool>,
}

/// Somebody at the workbench.
pub(crate) struct Browser {
    url: String,
    cookie: String,
    login: &'static str,
    secret: TotpSecret,
}

impl Bureau {
    pub(crate) async fn open() -> Self {
        Box::pin(Self::with(story(), press)).await
    }

    pub(crate) async fn with(
        story: Story,
        press: impl FnOnce(&Arc<FixedClock>, &Arc<AtomicBool>) -> PdfPress,
    ) -> Self {
        Box::pin(Self::changed(story, press, |_, _| {})).await
    }

    pub(crate) async fn changed(
        story: Story,
        press: impl FnOnce(&Arc<FixedClock>, &Arc<AtomicBool>) -> PdfPress,
        change: impl FnOnce(&mut Bench, &mut CenterSettings),
    ) -> Self {
        let plan = Plan::data_centre(&story, store());
        let clock = Arc::new(FixedClock::new(story.seen_at()));
        let entropy = SeededEntropy::labelled(1, plan.custodian);
        let receipt_key = Arc::new(SigningKey::generate(Algorithm::Ed25519, &entropy));
        let keys: Vec<(&'static str, ApiKey)> = [DEPOSITS, LEGAL_HOLD, APPLICATIONS]
            .map(|scope| (scope, ApiKey::generate(scope.parse().unwrap(), &SystemEntropy)))
            .into();
        let mut surroundings = plan.surroundings(&clock, &receipt_key, &keys[0].1);
        surroundings.platform_keys = keys.iter().map(|(_, key)| key.hash()).collect();
        let is_silent = Arc::new(AtomicBool::new(false));
        let press = press(&clock, &is_silent);
        let (roots, time_roots) = (press.roots.clone(), press.time_roots.clone());
        let mut bench = bench(press, &clock);
        surroundings.people = Some(crate::holder::people(Arc::default()));
        let office = surroundings.office.clone();
        let listener = Listener::bind("127.0.0.1:0").unwrap();
        let mut settings = plan.settings;
        settings.rates.enabled = false;
        settings.alarms.look_every_ms = 50;
        change(&mut bench, &mut settings);
        surroundings.bench = Some(bench);
        let running = NotaryCenter::start(settings, listener, surroundings).await.unwrap();
        let bearer = Bearer::new(keys[0].1.expose());
        let client = NotaryClient::new(pool(), &running.url(), Some(bearer));
        let mut deposit = String::new();
        for record in &story.records {
            let parts = deposit_of(&story, record);
            let reply = client.deposit(parts.write().unwrap().into()).await.unwrap();
            let opened = reply.open(&[heqi_pki::keys::Signer::public_key(&*receipt_key)]).unwrap();
            if record.record.root() == story.signing().record.root() {
                deposit = opened.receipt.deposit_no.to_string();
            }
        }
        clock.advance_ms(60_000);
        Self { running, office, clock, keys, deposit, roots, time_roots, is_silent }
    }

    pub(crate) async fn admit(&self, login: &'static str, role: OfficeRole) -> Browser {
        let command = CreateOfficer {
            login: login.parse().unwrap(),
            name: "示例人员".into(),
            role,
            password: Password::new(PASSWORD.into()).unwrap(),
        };
        let account = create_officer(&self.office, command).await.unwrap();
        let secret = TotpSecret::generate(&SeededEntropy::labelled(2, login));
        enrol_officer(&self.office, account, &secret).await.unwrap();
        let mut browser = Browser { url: self.running.url(), cookie: String::new(), login, secret };
        let form = [("login", login), ("password", PASSWORD)];
        let response = browser.send(Method::POST, "/staff", &form).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        browser.keep(&response);
        let page = browser.page("/staff/code").await;
        let code = self.code(&browser);
        let form = [("csrf", csrf_of(&page)), ("key", "k".into()), ("code", code)];
        let response = browser.send_owned(Method::POST, "/staff/code", &form).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{login} has not come in");
        browser.keep(&response);
        browser
    }

    /// A code that was not used yet.
    pub(crate) fn code(&self, browser: &Browser) -> String {
        self.clock.advance_ms(60_000);
        browser.secret.code_at(self.clock.now())
    }
}

fn csrf_of(page: &str) -> String {
    let after = page.split("name=\"csrf\" content=\"").nth(1).unwrap_or_default();
    after.split('"').next().unwrap_or_default().to_owned()
}

impl Browser {
    /// The login name, and the code that the authenticator shows now.
    pub(crate) fn shows(&self, bureau: &Bureau) -> (&'static str, String) {
        (self.login, self.secret.code_at(bureau.clock.now()))
    }

    fn keep(&mut self, response: &Response) {
        let set = response.headers().get("set-cookie").unwrap().to_str().unwrap();
        assert!(set.contains("HttpOnly; SameSite=Strict"), "{set}");
        set.split(';').next().unwrap().clone_into(&mut self.cookie);
    }

    pub(crate) async fn send(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Response {
        let owned: Vec<_> = form.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
        self.send_owned(method, path, &owned).await
    }

    async fn send_owned(&self, method: Method, path: &str, form: &[(&str, String)]) -> Response {
        let client = heqi_service_kit::Trust::Nobody.client().unwrap();
        let client = client.redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let request = client
            .request(method.clone(), format!("{}{path}", self.url))
            .header("cookie", &self.cookie);
        let request = if method == Method::POST {
            let body: Vec<String> =
                form.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
            request.header("content-type", "application/x-www-form-urlencoded").body(body.join("&"))
        } else {
            request
        };
        request.send().await.unwrap()
    }

    pub(crate) async fn page(&self, path: &str) -> String {
        let response = self.send(Method::GET, path, &[]).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        response.text().await.unwrap()
    }

    /// Sends a form of the page at `path`, and gives what comes of it.
    pub(crate) async fn act(&self, matter: &str, act: &str, form: &[(&str, &str)]) -> Response {
        let page = self.page(matter).await;
        let key = page.split("name=\"key\" value=\"").nth(1).unwrap();
        let key = key.split('"').next().unwrap();
        let csrf = csrf_of(&page);
        let mut all = vec![("csrf", csrf.as_str()), ("key", key)];
        // Each page draws one name; forms of one test are told apart by what they do.
        let key = format!("{key}-{act}");
        all[1] = ("key", &key);
        all.extend_from_slice(form);
        self.send(Method::POST, &format!("{matter}/{act}"), &all).await
    }

    /// The same as a proxy passes it on for whoever comes from this address.
    pub(crate) async fn act_from(
        &self,
        from: &str,
        (matter, act): (&str, &str),
        form: &[(&str, &str)],
    ) -> Response {
        let page = self.page(matter).await;
        let key = page.split("name=\"key\" value=\"").nth(1).unwrap();
        let key = format!("{}-{act}-{from}", key.split('"').next().unwrap());
        let csrf = csrf_of(&page);
        let all = [&[("csrf", csrf.as_str()), ("key", key.as_str())], form].concat();
        let body: Vec<String> =
            all.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
        let client = heqi_service_kit::Trust::Nobody.client().unwrap();
        let client = client.redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let request = client.post(format!("{}{matter}/{act}", self.url));
        let request = request.header("cookie", &self.cookie).header("x-forwarded-for", from);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(body.join("&")).send().await.unwrap()
    }

    /// Sends bytes as they are, as the script of the page does.
    pub(crate) async fn upload(&self, matter: &str, act: &str, bytes: &[u8]) -> Response {
        let token = csrf_of(&self.page(matter).await);
        let request = http().post(format!("{}{matter}/{act}", self.url));
        let request = request.header("cookie", &self.cookie).header("x-csrf-token", token);
        request.body(bytes.to_vec()).send().await.unwrap()
    }

    pub(crate) async fn done(&self, matter: &str, act: &str, form: &[(&str, &str)]) {
        let response = self.act(matter, act, form).await;
        let status = response.status();
        assert_eq!(status, StatusCode::SEE_OTHER, "{act}: {}", trouble(response).await);
    }
}

async fn trouble(response: Response) -> String {
    let text = response.text().await.unwrap();
    let told = text.split("id=\"trouble\"").nth(1).unwrap_or(&text);
    told.chars().take(300).collect()
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        if byte.is_ascii_alphanumeric() {
            all.push(char::from(byte));
        } else {
            let _ = write!(all, "%{byte:02X}");
        }
        all
    })
}

pub(crate) const FORM: [(&str, &str); 13] = [
    ("applicant", "signer"),
    ("name", "张三"),
    ("document_kind", "resident_id"),
    ("document_number", "11010519491231002X"),
    ("address", "杭州市临安区示例路1号"),
    ("phone", "0571-0000110"),
    ("purpose", "诉讼"),
    ("manner", "本人在手机上签署"),
    ("materials", "居民身份证复印件，1份"),
    ("copies", "1"),
    ("delivery", "counter"),
    ("lawsuit", "no"),
    ("truth", "yes"),
];

pub(crate) async fn apply(bureau: &Bureau, clerk: &Browser, form: &[(&str, &str)]) -> Response {
    let page = clerk.page(&format!("/staff/deposits?q={}", bureau.deposit)).await;
    assert!(page.contains(&bureau.deposit), "the deposit was not found");
    let csrf = csrf_of(&page);
    let mut all = vec![("csrf", csrf.as_str()), ("deposit", &bureau.deposit)];
    all.extend_from_slice(form);
    clerk.send(Method::POST, "/staff/deposits", &all).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_becomes_a_certificate_that_anybody_checks() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let approver = bureau.admit("sun.li", OfficeRole::Approver).await;

    // A stranger is refused with the article, and what was typed is shown again.
    let mut stranger = FORM;
    stranger[1] = ("name", "李四");
    let refused = apply(&bureau, &clerk, &stranger).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let text = refused.text().await.unwrap();
    assert!(text.contains("《公证法》第三十一条第二项") && text.contains("李四"));

    // Whether there is a lawsuit is said, and an agent shows the power of attorney; what was typed
    // and chosen is shown again.
    let unsaid: Vec<_> = FORM.into_iter().filter(|(name, _)| *name != "lawsuit").collect();
    let agent: Vec<_> = FORM.into_iter().chain([("agent", "李四"), ("duplicates", "2")]).collect();
    for (form, said) in [(&unsaid, "是否正在诉讼或仲裁"), (&agent, "授权委托书")] {
        let refused = apply(&bureau, &clerk, form).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert!(trouble(refused).await.contains(said), "{said}");
    }
    let again = apply(&bureau, &clerk, &agent).await.text().await.unwrap();
    assert!(again.contains("value=\"no\" required checked") && again.contains("value=\"李四\""));

    let with_agent: Vec<_> = agent.iter().copied().chain([("power_of_attorney", "seen")]).collect();
    let taken = apply(&bureau, &clerk, &with_agent).await;
    assert_eq!(taken.status(), StatusCode::SEE_OTHER, "{}", trouble(taken).await);
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    assert!(matter.starts_with("/staff/matters/SQ"), "{matter}");
    let page = clerk.page(&matter).await;
    for said in [
        "李四（授权委托书已核对）",
        "正本1份，副本2份",
        "<dd>纸质</dd>",
        "<dd>中文</dd>",
        "申请人声明没有诉讼或仲裁",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let twice = apply(&bureau, &clerk, &FORM).await;
    assert_eq!(twice.status(), StatusCode::CONFLICT);

    for one in [&clerk, &notary, &approver] {
        one.done(&matter, "declare", &[("choice", "none")]).await;
    }
    notary.done(&matter, "accept", &[]).await;
    notary.done(&matter, "recompute", &[]).await;
    let page = notary.page(&matter).await;
    assert!(page.contains("核验通过") && page.contains("系统预检（不代替公证员审查）"));
    for number in 1..=22 {
        if notary.page(&matter).await.contains(&format!("{matter}/tick-{number}\"")) {
            let form = [("choice", "passed"), ("text", "已核对")];
            notary.done(&matter, &format!("tick-{number}"), &form).await;
        }
    }

    // No draft without a session; no session with a wrong code.
    let early = notary.act(&matter, "draft", &[("text", "兹证明")]).await;
    assert_eq!(early.status(), StatusCode::CONFLICT);
    assert!(early.text().await.unwrap().contains("没有已封存的提取会话"));
    let (own, beside) = (bureau.code(&notary), clerk.secret.code_at(bureau.clock.now()));
    let mut session = [
        ("workstation", "提取专用机1号"),
        ("place", "本处提取室"),
        ("code", own.as_str()),
        ("second", clerk.login),
        ("second_code", "000000"),
    ];
    let wrong = notary.act(&matter, "session", &session).await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    let (own, beside_again) = (bureau.code(&notary), clerk.secret.code_at(bureau.clock.now()));
    assert_ne!(beside, beside_again);
    session[2].1 = &own;
    session[4].1 = &beside_again;
    notary.done(&matter, "session", &session).await;
    for act in ["clean_environment", "search", "extract", "recompute", "verify", "seal"] {
        let pressed = notary.act(&matter, &format!("press-{act}"), &[]).await;
        assert_eq!(pressed.status(), StatusCode::SEE_OTHER, "{act}: {}", trouble(pressed).await);
        let shown = pressed.headers()["location"].to_str().unwrap().to_owned();
        // What is served has the digest of its own address, which is the one of the line.
        let page = notary.page(&shown).await;
        let sha256 = shown.rsplit('/').next().unwrap();
        assert_eq!(Digest::of(page.as_bytes()).to_string(), sha256, "{act}");
        assert!(notary.page(&matter).await.contains(sha256), "{act}");
        assert!(!page.contains("csrf") && page.contains("输出摘要"), "{act}");
        let again = approver.send(Method::GET, &format!("{shown}?lang=en"), &[]).await;
        assert_eq!(Digest::of(&again.bytes().await.unwrap()).to_string(), sha256, "{act}");
    }
    let page = notary.page(&matter).await;
    assert!(page.contains("已封存") && page.contains("本处提取室"), "no sealed session");
    let draft = page.split("maxlength=\"8000\">").nth(1).unwrap().split('<').next().unwrap();
    clerk.done(&matter, "draft", &[("text", draft)]).await;
    // Marked as complex it is discussed first; the mark is taken back by who set it.
    assert!(!page.contains(&format!("{matter}/tick-22\"")));
    let mark = |choice| [("choice", choice), ("text", "涉及多方")];
    notary.done(&matter, "complex", &mark("complex")).await;
    let page = clerk.page(&matter).await;
    assert!(page.contains("审批前须集体讨论") && page.contains(&format!("{matter}/tick-22\"")));
    let early = notary.act(&matter, "hand-in", &[]).await;
    assert!(trouble(early).await.contains("讨论情况尚未记录"));
    notary.done(&matter, "complex", &mark("plain")).await;
    notary.done(&matter, "complex", &mark("complex")).await;
    let opinion = [("choice", "passed"), ("text", "讨论后一致同意")];
    notary.done(&matter, "tick-22", &opinion).await;
    assert!(clerk.page(&matter).await.contains("讨论后一致同意"));
    notary.done(&matter, "hand-in", &[]).await;

    // Approval: never of an own draft, and only of what was shown.
    let page = approver.page(&matter).await;
    let shown = page.split("name=\"shown\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let own = clerk.act(&matter, "approve", &[("shown", shown)]).await;
    assert_eq!(own.status(), StatusCode::FORBIDDEN);
    assert!(own.text().await.unwrap().contains("不能审批自己起草"));
    let other = approver.act(&matter, "approve", &[("shown", "")]).await;
    assert_eq!(other.status(), StatusCode::CONFLICT);
    approver.done(&matter, "approve", &[("shown", shown)]).await;

    let open = notary.act(&matter, "issue", &[]).await;
    assert_eq!(open.status(), StatusCode::CONFLICT, "the fee is open");
    let paid = [("choice", "paid"), ("fen", "800"), ("receipt", "NO.0001")];
    clerk.done(&matter, "fee", &paid).await;
    // No certificate without a good time token; the number waits.
    bureau.is_silent.store(true, Ordering::SeqCst);
    let unstamped = notary.act(&matter, "issue", &[]).await;
    assert_eq!(unstamped.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(unstamped.headers().contains_key("retry-after"), "a page says when to come back");
    assert!(unstamped.text().await.unwrap().contains("未取得有效时间戳"));
    bureau.is_silent.store(false, Ordering::SeqCst);
    notary.done(&matter, "issue", &[]).await;
    let file = notary.send(Method::GET, &format!("{matter}/certificate.pdf"), &[]).await;
    let file = file.bytes().await.unwrap().to_vec();
    let sealed = SignedPdf::parse(file.clone()).unwrap();
    let sealed = sealed.verify(&bureau.roots, &bureau.time_roots).unwrap();
    let inside: Vec<&str> = sealed.embedded().iter().map(|one| one.name.as_str()).collect();
    assert!(inside.contains(&"evidence-001.heqi.zip"), "{inside:?}");
    assert!(sealed.seal().is_test_only());
    let flipped: Vec<u8> = file
        .iter()
        .enumerate()
        .map(|(at, byte)| if at == file.len() / 2 { byte ^ 1 } else { *byte })
        .collect();
    assert!(!is_believed(&flipped, &bureau.roots, &bureau.time_roots));

    assert!(page_text(&file).contains("截屏"), "the working record names what was shown");

    // Who of the staff opened a file stands on the page.
    let auditor = bureau.admit("he.qing", OfficeRole::Auditor).await;
    let page = auditor.page(&matter).await;
    let taken = page.split("工作人员取走的文件").nth(1).unwrap();
    assert!(taken.contains("<strong>公证书</strong>") && taken.contains("qian.wei · 公证员"));
    assert!(taken.contains("sun.li · 审批人"), "who looked at what the session showed");

    // Anybody checks: by the address of the QR code, and by number and code.
    let page = notary.page(&matter).await;
    assert!(page.contains("（2026）浙杭临证经字第000001号"));
    let code = page.split("<dt>校验码</dt><dd>").nth(1).unwrap().split('<').next().unwrap();
    let number: CertificateNo = "（2026）浙杭临证经字第000001号".parse().unwrap();
    let address = format!("/check/{}?c={code}", number.digest());
    let url = bureau.running.url();
    let scanned = http().get(format!("{url}{address}")).send().await.unwrap();
    assert_eq!(scanned.status(), StatusCode::OK);
    let scanned = scanned.text().await.unwrap();
    assert!(scanned.contains("现行有效") && scanned.contains("张*") && !scanned.contains("张三"));
    let nobody = Browser {
        url: url.clone(),
        cookie: String::new(),
        login: "",
        secret: notary.secret.clone(),
    };
    let number = "(2026)浙杭临证经字第1号";
    let typed = nobody.send(Method::POST, "/check", &[("number", number), ("c", code)]).await;
    assert!(typed.text().await.unwrap().contains("现行有效"));
    let wrong = nobody.send(Method::POST, "/check", &[("number", number), ("c", "AAAA2222")]).await;
    assert_eq!(wrong.status(), StatusCode::NOT_FOUND);

    // What was issued is taken back by two persons.
    notary.done(&matter, "revoke", &[("text", "申请人提供虚假材料")]).await;
    let alone = approver.act(&matter, "void", &[("text", "申请人提供虚假材料")]).await;
    assert_eq!(alone.status(), StatusCode::CONFLICT);
    assert!(approver.page("/staff/matters?at=issued").await.contains("有待审批的处理"));
    let own = notary.act(&matter, "approve-proposed", &[("shown", "0")]).await;
    assert_eq!(own.status(), StatusCode::FORBIDDEN);
    let stands = http().get(format!("{url}{address}")).send().await.unwrap().text().await.unwrap();
    assert!(stands.contains("现行有效"), "{stands}");
    approve_proposed(&approver, &matter).await;
    let voided = http().get(format!("{url}{address}")).send().await.unwrap().text().await.unwrap();
    assert!(voided.contains("已被撤销"), "{voided}");
    bureau.running.stop().await;
}

/// A certificate that was issued; gives the application's page.
pub(crate) async fn issued(bureau: &Bureau, people: [&Browser; 3]) -> String {
    let matter = numbered(bureau, people, &FORM).await;
    people[1].done(&matter, "issue", &[]).await;
    matter
}

/// The same before it is issued.
pub(crate) async fn numbered(
    bureau: &Bureau,
    [clerk, notary, approver]: [&Browser; 3],
    form: &[(&str, &str)],
) -> String {
    let taken = apply(bureau, clerk, form).await;
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    for one in [clerk, notary, approver] {
        one.done(&matter, "declare", &[("choice", "none")]).await;
    }
    notary.done(&matter, "accept", &[]).await;
    notary.done(&matter, "recompute", &[]).await;
    let page = notary.page(&matter).await;
    for number in (1..=22).filter(|n| page.contains(&format!("{matter}/tick-{n}\""))) {
        let form = [("choice", "passed"), ("text", "已核对")];
        notary.done(&matter, &format!("tick-{number}"), &form).await;
    }
    let (own, beside) = (bureau.code(notary), clerk.secret.code_at(bureau.clock.now()));
    let session = [
        ("workstation", "提取专用机1号"),
        ("place", "本处提取室"),
        ("code", own.as_str()),
        ("second", clerk.login),
        ("second_code", beside.as_str()),
    ];
    notary.done(&matter, "session", &session).await;
    for act in ["clean_environment", "search", "extract", "recompute", "verify", "seal"] {
        notary.done(&matter, &format!("press-{act}"), &[]).await;
    }
    let page = notary.page(&matter).await;
    let draft = page.split("maxlength=\"8000\">").nth(1).unwrap().split('<').next().unwrap();
    clerk.done(&matter, "draft", &[("text", draft)]).await;
    notary.done(&matter, "hand-in", &[]).await;
    let page = approver.page(&matter).await;
    let shown = page.split("name=\"shown\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    approver.done(&matter, "approve", &[("shown", shown), ("tick", "yes")]).await;
    clerk.done(&matter, "fee", &[("choice", "waived")]).await;
    matter
}

/// Approves what is proposed about a certificate, as the page shows it.
pub(crate) async fn approve_proposed(approver: &Browser, matter: &str) {
    let page = approver.page(matter).await;
    let form = page.split("/approve-proposed\"").nth(1).unwrap();
    let shown = form.split("name=\"shown\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    approver.done(matter, "approve-proposed", &[("shown", shown)]).await;
}

struct LogStamps {
    issuer: TokenIssuer,
    clock: Arc<FixedClock>,
}

impl TimeAuthority for LogStamps {
    fn answer(
        &self,
        request: Vec<u8>,
    ) -> futures_util::future::BoxFuture<'_, Result<Vec<u8>, Unanswered>> {
        Box::pin(async move {
            let request = TimeStampRequest::from_der(&request).unwrap();
            let token = self.issuer.token(&request, 1, self.clock.now()).unwrap();
            Ok(TimeStampResponse::granted(&token))
        })
    }
}

/// Somebody who stamps the office's own log, and the root.
fn log_authority(bureau: &Bureau, seed: u64) -> (LogStamper, TimeRoot) {
    let entropy = SeededEntropy::new(seed);
    let made = TestTimeAuthority::generate("L", bureau.clock.now(), &entropy).unwrap();
    let root = TimeRoot::from_der(made.root().der(), true).unwrap();
    let issuer = made.into_issuer("1.2.3.4".parse().unwrap(), Accuracy::from_millis(1000));
    let port = LogStamps { issuer: issuer.unwrap(), clock: bureau.clock.clone() };
    let authority = ConfiguredAuthority {
        label: "log".into(),
        port: Arc::new(port),
        roots: vec![root.clone()],
        policy: None,
    };
    (LogStamper::new(vec![authority], 1), root)
}

async fn stamped(bureau: &Bureau, stamper: &LogStamper) {
    let log = bureau.office.backend().log();
    log.publish(log.head().checkpoint().clone()).await.unwrap();
    let (backend, entropy) = (&**bureau.office.backend(), SeededEntropy::new(3));
    let round = stamper.round(backend, &*bureau.clock, &entropy, false).await.unwrap();
    assert_eq!(round.stamped.len(), 1, "{round:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_33_a_certificate_is_proved_twelve_years_later_by_the_records_of_its_renewals() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let approver = bureau.admit("sun.li", OfficeRole::Approver).await;
    let matter = issued(&bureau, [&clerk, &notary, &approver]).await;
    let file = notary.send(Method::GET, &format!("{matter}/certificate.pdf"), &[]).await;
    let file = file.bytes().await.unwrap().to_vec();
    let renewals = format!("{matter}/renewals.zip");
    let early = notary.send(Method::GET, &renewals, &[]).await;
    assert_eq!(early.status(), StatusCode::NOT_FOUND, "nobody has stamped the log yet");
    let (first, first_root) = log_authority(&bureau, 31);
    stamped(&bureau, &first).await;
    let first_file = notary.send(Method::GET, &renewals, &[]).await;
    assert_eq!(first_file.status(), StatusCode::OK);
    let first_file = first_file.bytes().await.unwrap();

    // Two months before the ten years of the first certificate are over, it is renewed by a record, and
    // another authority stamps from then on.
    bureau.clock.advance_ms(10 * YEAR_MS - 60 * 24 * 3_600_000);
    let (second, second_root) = log_authority(&bureau, 32);
    let margin_ms = 90 * 24 * 3_600_000;
    let round = heqi_notarization::renewal::renew_if_due(&bureau.office, margin_ms).await.unwrap();
    assert_eq!(round.renewed, Some(1));
    stamped(&bureau, &second).await;
    bureau.clock.advance_ms(2 * YEAR_MS + 60 * 24 * 3_600_000);
    let now = bureau.clock.now();
    let auditor = bureau.admit("he.qing", OfficeRole::Auditor).await;
    let kept = auditor.send(Method::GET, &renewals, &[]).await.bytes().await.unwrap();
    assert_ne!(kept, first_file);

    let folder = tempfile::tempdir().unwrap();
    #[expect(clippy::disallowed_methods, reason = "files of a test need no durability")]
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let anchors = put("anchors.json", &anchors_of(&bureau, &[bureau.office.custodian()]));
    let pem = |der: &[u8]| CertificateChain::from_ders([der]).unwrap().to_pem();
    let roots = [&first_root, &second_root, &bureau.time_roots[0]];
    let time_roots = roots
        .iter()
        .enumerate()
        .map(|(n, root)| put(&format!("time-{n}.pem"), pem(root.der()).as_bytes()));
    let args = heqi_verify::VerifyArgs {
        file: put("certificate.pdf", &file),
        anchors: Some(anchors),
        seal_roots: vec![put("seal.pem", pem(bureau.roots[0].certificate().der()).as_bytes())],
        time_roots: time_roots.collect(),
        renewals: Some(put("renewals.zip", &kept)),
        renewal_keys: Vec::new(),
        require: None,
        at: Some(now),
        lang: heqi_vocabulary::Language::Zh,
        json: true,
    };
    let verified = |args: &heqi_verify::VerifyArgs| {
        let (mut out, mut errors) = (Vec::new(), Vec::new());
        let code = heqi_verify::run(args, &mut out, &mut errors);
        let report: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let points = report["points"].as_array().unwrap_or_else(|| panic!("{report}"));
        let renewed = points.last().unwrap().clone();
        (code, renewed, report)
    };
    let is = |renewed: &serde_json::Value, status: &str, code: &str| {
        assert_eq!((&renewed["status"], &renewed["code"]), (&status.into(), &code.into()));
    };
    // Every certificate of the beginning has ended: the seal's after five years, those of the time
    // authorities after ten, the signer's after a day. Everything is proved all the same, by what is
    // required when nothing is said.
    let sealed = SignedPdf::parse(file.clone()).unwrap();
    let sealed = sealed.verify(&bureau.roots, &bureau.time_roots).unwrap();
    assert!(sealed.seal().chain().anchored().leaf().not_after() < now);
    let (exit, renewed, report) = verified(&args);
    assert_eq!((exit, &report["verdict"]), (0, &"proved".into()), "{report}");
    is(&renewed, "proved", "renewed");
    assert!(renewed.to_string().contains("续期 1 次"), "{renewed}");
    assert_eq!(report["points"].as_array().unwrap().len(), 5);
    // An office that knows of a second custodian has its own receipt to show and not the other's. The
    // certificate says of its own deposit that it is held, so that is enough for it; the claim says one of
    // two all the same, and whoever asks for it by name is told that the other is missing.
    let both = put("both.json", &anchors_of(&bureau, &[bureau.office.custodian(), "preservation"]));
    let both = heqi_verify::VerifyArgs { anchors: Some(both), ..args.clone() };
    let (exit, _, report) = verified(&both);
    assert_eq!((exit, &report["verdict"]), (0, &"proved".into()), "{report}");
    assert_eq!(report["bundles"][0]["verdict"], "proved", "{report}");
    let claims = report["bundles"][0]["claims"].as_array().unwrap();
    // Who this is, and that a certificate is inside, nobody requires of a bundle.
    let beside = ["identity", "certificate"];
    let lacking = claims.iter().filter(|one| {
        one["status"] != "proved" && !beside.iter().any(|name| one["claim"] == **name)
    });
    let lacking: Vec<_> = lacking.map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(lacking, ["deposited_partly"], "{report}");
    let by_name = |claim| [Integrity, SignedBy, Logged, Witnessed, claim].to_vec();
    for (claim, expected) in [(Time, 0), (Deposited, 3)] {
        let asked = heqi_verify::VerifyArgs { require: Some(by_name(claim)), ..both.clone() };
        assert_eq!(verified(&asked).0, expected, "{claim:?}");
    }
    // No anchored custodian's receipt is no deposit, whatever the certificate says.
    let other = put("other.json", &anchors_of(&bureau, &["preservation"]));
    let other = heqi_verify::VerifyArgs { anchors: Some(other), ..args.clone() };
    let (exit, _, report) = verified(&other);
    assert_eq!(exit, 3, "{report}");
    // Without the record of the renewal the time stamps have ended.
    let short =
        heqi_verify::VerifyArgs { renewals: Some(put("short.zip", &first_file)), ..args.clone() };
    let (exit, renewed, report) = verified(&short);
    assert_eq!((exit, &report["verdict"]), (3, &"not_proved".into()), "{report}");
    is(&renewed, "not_proved", "renewals_ended");
    // Renewals prove the file they are of, and no other.
    let mut other = file.clone();
    let middle = other.len() / 2;
    other[middle] ^= 1;
    let other = heqi_verify::VerifyArgs { file: put("other.pdf", &other), ..args.clone() };
    let (exit, renewed, report) = verified(&other);
    assert_eq!((exit, &report["verdict"]), (1, &"contradicted".into()), "{report}");
    is(&renewed, "contradicted", "renewals_of_another");
    bureau.running.stop().await;
}

/// What the office publishes to whoever verifies: its log, and these custodians; its own receipt key is
/// the first one's.
pub(crate) fn anchors_of(bureau: &Bureau, custodians: &[&str]) -> Vec<u8> {
    let story = story();
    let mut anchors = bureau.office.anchors().clone();
    let always = anchors.logs[0].validity;
    let log = crate::support::log_signer("log.office.example/own", 3);
    anchors.logs.push(LogAnchor {
        organisation: "公证处".into(),
        validity: always,
        vkey: Vkey(log.verifier_key().clone()),
    });
    let anchor = |name: &&str| CustodianAnchor {
        custodian: (*name).to_owned(),
        key: Spki(if *name == bureau.office.custodian() {
            bureau.office.receipt_key().public_key()
        } else {
            crate::support::receipt_key_of(name).public_key()
        }),
        ..anchors.custodians[0].clone()
    };
    anchors.custodians = custodians.iter().map(anchor).collect();
    story.cast.publish(&anchors)
}

/// The words of a PDF's pages.
fn page_text(file: &[u8]) -> String {
    let mut text = String::new();
    heqi_paper::render(Arc::new(file.to_vec()), |page| {
        if let heqi_paper::PageText::Blocks(blocks) = page.text {
            text.extend(blocks.into_iter().map(|block| block.text));
        }
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_applicant_is_told_in_writing_under_seal_and_fetches_what_was_written() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let taken = apply(&bureau, &clerk, &FORM).await;
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    let application = matter.rsplit('/').next().unwrap().to_owned();
    let approver = bureau.admit("sun.li", OfficeRole::Approver).await;
    for one in [&clerk, &notary, &approver] {
        one.done(&matter, "declare", &[("choice", "none")]).await;
    }
    notary.done(&matter, "accept", &[]).await;
    notary.done(&matter, "supplement", &[("text", "居民身份证原件\n利害关系证明")]).await;
    clerk.done(&matter, "arrived", &[("text", "两项均已提交")]).await;
    // While nobody stamps, a step is done and its document is owed.
    bureau.is_silent.store(true, Ordering::SeqCst);
    let refuse = [("ground", "4"), ("text", "当事人对签署事实有争议")];
    notary.done(&matter, "refuse", &refuse).await;
    approve_proposed(&approver, &matter).await;
    let page = clerk.page(&matter).await;
    assert!(page.contains("不予办理公证决定书") && page.contains("待签章"), "owed");
    // For what it waits, and until when.
    assert!(page.contains("待签章：等待时间戳服务应答") && page.contains("自动重试"), "{page}");
    bureau.is_silent.store(false, Ordering::SeqCst);
    bureau.clock.advance_ms(120_000);
    let path = format!("{matter}/notices/");
    let before = format!("href=\"{path}");
    let mut links = Vec::new();
    for _ in 0..100 {
        let page = clerk.page(&matter).await;
        let after = page.split(&before).skip(1);
        links = after.map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
        if links.len() == 3 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert_eq!(links.len(), 3, "made by itself once somebody stamps again");

    let wanted = [
        ("SL", "公证受理通知书", "即至"),
        ("BC", "补充材料通知书", "1.居民身份证原件；2.利害关系证明。"),
        ("BY", "不予办理公证决定书", "第三十一条第（四）项"),
    ];
    let page = clerk.page(&matter).await;
    let query = page.split("告知申请人）</dt><dd>").nth(1).unwrap().split('<').next().unwrap();
    let nobody = Browser {
        url: bureau.running.url(),
        cookie: String::new(),
        login: "",
        secret: notary.secret.clone(),
    };
    let form = [("number", application.as_str()), ("c", query)];
    let progress = nobody.send(Method::POST, "/check", &form).await.text().await.unwrap();
    assert!(progress.contains("不予办理") && !progress.contains("张三"), "{progress}");
    for (link, (prefix, title, said)) in links.iter().zip(wanted) {
        assert!(link.starts_with(prefix), "{link}");
        let file = clerk.send(Method::GET, &format!("{path}{link}"), &[]).await;
        let file = file.bytes().await.unwrap().to_vec();
        let sealed = SignedPdf::parse(file.clone()).unwrap();
        let sealed = sealed.verify(&bureau.roots, &bureau.time_roots).unwrap();
        assert!(sealed.seal().is_test_only(), "{link}");
        let text: String = page_text(&file).split_whitespace().collect();
        for said in [title, said, link, "张三"] {
            assert!(text.contains(said), "{said} in {link}: {text}");
        }
        // Who applied fetches the same bytes with the number and the code, and nobody without.
        let form = [("number", application.as_str()), ("c", query), ("which", link.as_str())];
        let fetched = nobody.send(Method::POST, "/check/file", &form).await;
        assert_eq!(fetched.status(), StatusCode::OK);
        assert_eq!(fetched.bytes().await.unwrap(), file);
        let form = [("number", application.as_str()), ("c", "AAAA2222"), ("which", link.as_str())];
        let stranger = nobody.send(Method::POST, "/check/file", &form).await;
        assert_eq!(stranger.status(), StatusCode::NOT_FOUND);
        // Anybody who has the paper learns what it is, by the code beside its number.
        let code = text.split("查验码：").nth(1).unwrap().chars().take(8).collect::<String>();
        let form = [("number", link.as_str()), ("c", code.as_str())];
        let known = nobody.send(Method::POST, "/check", &form).await;
        assert_eq!(known.status(), StatusCode::OK);
        let known = known.text().await.unwrap();
        assert!(known.contains(title) && known.contains("这不是公证书"), "{link}");
        assert!(known.contains("张*") && !known.contains("张三"), "{link}");
    }
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_form_sent_twice_at_once_is_answered_alike_and_does_one_thing() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let page = clerk.page(&format!("/staff/deposits?q={}", bureau.deposit)).await;
    let csrf = csrf_of(&page);
    let mut form = vec![("csrf", csrf.as_str()), ("key", "one"), ("deposit", &bureau.deposit)];
    form.extend_from_slice(&FORM);
    let twins = [(); 4].map(|()| clerk.send(Method::POST, "/staff/deposits", &form));
    let mut leads = Vec::new();
    for answer in futures_util::future::join_all(twins).await {
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", trouble(answer).await);
        leads.push(answer.headers()["location"].to_str().unwrap().to_owned());
    }
    leads.dedup();
    let [matter] = leads.as_slice() else { panic!("{leads:?}") };

    // What is refused is refused alike: the second copy is the one the browser shows.
    let accept = format!("{matter}/accept");
    let csrf = csrf_of(&notary.page(matter).await);
    let form = [("csrf", csrf.as_str()), ("key", "early")];
    let twins = [(); 4].map(|()| notary.send(Method::POST, &accept, &form));
    for answer in futures_util::future::join_all(twins).await {
        assert_eq!(answer.status(), StatusCode::CONFLICT);
        assert!(trouble(answer).await.contains("利益冲突申报"));
    }
    notary.done(matter, "declare", &[("choice", "none")]).await;
    // And what is done is done once, and nobody is refused by an own twin.
    let form = [("csrf", csrf.as_str()), ("key", "accept")];
    let twins = [(); 4].map(|()| notary.send(Method::POST, &accept, &form));
    for answer in futures_util::future::join_all(twins).await {
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", trouble(answer).await);
    }
    let no: ApplicationNo = matter.rsplit('/').next().unwrap().parse().unwrap();
    let by = heqi_notarization::staff::Officer {
        account: heqi_vocabulary::StaffId::from_bytes([1; 16]),
        role: OfficeRole::Auditor,
    };
    let record = heqi_notarization::matter::view::steps(&bureau.office, &by, no).await.unwrap();
    let accepted = record.iter().filter(|step| step.step.as_str() == "accepted").count();
    assert_eq!(accepted, 1);
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_and_the_figures_are_pages_with_the_same_numbers_in_words() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let taken = apply(&bureau, &clerk, &FORM).await;
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    let no = matter.rsplit('/').next().unwrap();
    assert!(clerk.page("/staff/matters").await.contains("待受理（1）"));
    for one in [&clerk, &notary] {
        one.done(&matter, "declare", &[("choice", "none")]).await;
    }
    notary.done(&matter, "accept", &[]).await;
    let queue = clerk.page("/staff/matters?at=accepted").await;
    assert!(queue.contains(no) && queue.contains("审查中（1）"));
    assert!(!clerk.page("/staff/matters?at=submitted").await.contains(no));
    let unknown = clerk.send(Method::GET, "/staff/matters?at=nowhere", &[]).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    let figures = clerk.page("/staff/figures").await;
    assert!(figures.contains("qian.wei") && figures.contains("条形图，数据见下表"));
    assert!(figures.contains("<th scope=\"row\">审查中</th><td>1</td>"), "{figures}");
    let found = clerk.page(&format!("/staff/deposits?q={}", day_of(&bureau.deposit))).await;
    assert!(found.contains("<table>") && found.contains(&bureau.deposit));
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_told_of_alarms_is_told_before_a_statutory_period_runs_out() {
    const DAY_MS: i64 = 24 * 3_600_000;
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let taken = apply(&bureau, &clerk, &FORM).await;
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    for one in [&clerk, &notary] {
        one.done(&matter, "declare", &[("choice", "none")]).await;
    }
    notary.done(&matter, "accept", &[]).await;
    let raised = async |name: &str| {
        let answer = http().get(format!("{}/alarms", bureau.running.url())).send().await.unwrap();
        let text = answer.text().await.unwrap();
        assert!(!text.contains("张三") && !text.contains("SQ20"), "{text}");
        let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
        let all = answer["alarms"].as_array().unwrap().clone();
        let one = all.into_iter().find(|one| one["alarm"] == name).unwrap();
        (one["since"].is_string(), one["value"].as_u64())
    };
    let until = async |name: &str, wanted: (bool, Option<u64>)| {
        for _ in 0..200 {
            if raised(name).await == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{name}: {:?}", raised(name).await);
    };
    until("matters_urgent", (false, Some(0))).await;
    // Fifteen working days are over after four weeks at the latest; three before that it is urgent.
    let office_day = |bureau: &Bureau| bureau.clock.now().shanghai_date();
    let calendar = Calendar::built_in();
    let last = calendar.after_working_days(office_day(&bureau), 15).last_day;
    let urgent = calendar.after_working_days(office_day(&bureau), 12).last_day;
    while office_day(&bureau) < urgent {
        bureau.clock.advance_ms(DAY_MS);
    }
    until("matters_urgent", (true, Some(1))).await;
    until("matters_overdue", (false, Some(0))).await;
    while office_day(&bureau) <= last {
        bureau.clock.advance_ms(DAY_MS);
    }
    until("matters_overdue", (true, Some(1))).await;
    until("matters_urgent", (false, Some(0))).await;
    let metrics = http().get(format!("{}/metrics", bureau.running.url())).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains("heqi_matters_overdue 1"), "{metrics}");
    bureau.running.stop().await;
}

/// The day in a deposit's number, as it is typed.
fn day_of(deposit: &str) -> String {
    format!("{}-{}-{}", &deposit[2..6], &deposit[6..8], &deposit[8..10])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_50_who_checks_an_old_document_reads_the_name_of_its_day() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let taken = apply(&bureau, &clerk, &FORM).await;
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    clerk.done(&matter, "declare", &[("choice", "none")]).await;
    notary.done(&matter, "declare", &[("choice", "none")]).await;
    notary.done(&matter, "accept", &[]).await;
    bureau.clock.advance_ms(RENAMED_MS);
    let page = notary_page_file(&bureau, &matter).await;
    let code = page.0.split("查验码：").nth(1).unwrap().chars().take(8).collect::<String>();
    let form = [("number", page.1.as_str()), ("c", code.as_str())];
    let known = clerk.send(Method::POST, "/check", &form).await.text().await.unwrap();
    assert!(known.contains("浙江省示例市公证处（现浙江省杭州市示例公证处）"), "{known}");
    bureau.running.stop().await;
}

/// Words and number of the first document of a matter.
async fn notary_page_file(bureau: &Bureau, matter: &str) -> (String, String) {
    let auditor = bureau.admit("he.qing", OfficeRole::Auditor).await;
    let page = auditor.page(matter).await;
    let link = page.split(&format!("href=\"{matter}/notices/")).nth(1).unwrap();
    let number = link.split('"').next().unwrap().to_owned();
    let file = auditor.send(Method::GET, &format!("{matter}/notices/{number}"), &[]).await;
    let text = page_text(&file.bytes().await.unwrap());
    (text.split_whitespace().collect(), number)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_accounts_page_says_who_let_an_account_in_and_shut_it_out() {
    let bureau = Box::pin(Bureau::open()).await;
    let security = bureau.admit("shen.yan", OfficeRole::Security).await;
    let command = CreateOfficer {
        login: "xu.ning".parse().unwrap(),
        name: "示例人员".into(),
        role: OfficeRole::Clerk,
        password: Password::new(PASSWORD.into()).unwrap(),
    };
    let account = create_officer(&bureau.office, command).await.unwrap();
    let accounts = "/staff/accounts";
    for (act, word) in [("release", "启用"), ("disable", "停用")] {
        let page = security.page(accounts).await;
        let csrf = csrf_of(&page);
        let seen = seen_of(&page, "xu.ning");
        let form = [("csrf", csrf.as_str()), ("key", act), ("seen", seen.as_str())];
        let path = format!("{accounts}/{account}/{act}");
        let done = security.send(Method::POST, &path, &form).await;
        assert_eq!(done.status(), StatusCode::SEE_OTHER, "{}", trouble(done).await);
        let page = security.page(accounts).await;
        let of_account = page.split("xu.ning</h2>").nth(1).unwrap();
        let of_account = of_account.split("<h2>").next().unwrap();
        assert!(of_account.contains(&format!("{word} · 操作人：shen.yan")), "{of_account}");
        assert!(of_account.contains("建立 · 操作人：系统管理员"), "{of_account}");
    }

    // Released as it stood on a page of before it was shut out, or as on no page at all.
    let page = security.page(accounts).await;
    let csrf = csrf_of(&page);
    let path = format!("{accounts}/{account}/release");
    let none = Digest::of(b"another standing").to_string();
    for form in
        [&[("csrf", csrf.as_str()), ("seen", none.as_str())][..], &[("csrf", csrf.as_str())][..]]
    {
        let refused = security.send(Method::POST, &path, form).await;
        assert_eq!(refused.status(), StatusCode::CONFLICT);
        assert!(trouble(refused).await.contains("已被重置或停用"), "it says why");
    }
    let seen = seen_of(&page, "xu.ning");
    let form = [("csrf", csrf.as_str()), ("seen", seen.as_str())];
    let done = security.send(Method::POST, &path, &form).await;
    assert_eq!(done.status(), StatusCode::SEE_OTHER, "{}", trouble(done).await);
    bureau.running.stop().await;
}

/// How an account stands, as the form on the page of accounts says it back.
fn seen_of(page: &str, login: &str) -> String {
    let of_account = page.split(&format!("{login}</h2>")).nth(1).unwrap();
    let seen = of_account.split("name=\"seen\" value=\"").nth(1).unwrap();
    seen.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_another_site_or_without_the_token_does_nothing() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let taken = apply(&bureau, &clerk, &FORM).await;
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    let declare = format!("{matter}/declare");
    let without = clerk.send(Method::POST, &declare, &[("choice", "none")]).await;
    assert_eq!(without.status(), StatusCode::FORBIDDEN);
    let forged = clerk.send(Method::POST, &declare, &[("choice", "none"), ("csrf", "x")]).await;
    assert_eq!(forged.status(), StatusCode::FORBIDDEN);
    let scan = clerk.send(Method::POST, &format!("{matter}/scan"), &[]).await;
    assert_eq!(scan.status(), StatusCode::FORBIDDEN);
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_registry_applies_with_its_key_and_says_on_what_basis() {
    let bureau = Box::pin(Bureau::open()).await;
    let key = &bureau.keys.iter().find(|(scope, _)| *scope == APPLICATIONS).unwrap().1;
    let send = async |body: serde_json::Value| {
        let request = http().post(format!("{}/applications", bureau.running.url()));
        request.bearer_auth(key.expose()).json(&body).send().await.unwrap()
    };
    let mut form: serde_json::Map<String, serde_json::Value> =
        FORM.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    form.insert("name".into(), "示例区市场监督管理局".into());
    form.insert("document_number".into(), "91330112MA00000159".into());
    form.insert("legal_representative".into(), "王强".into());
    let body = |form: &serde_json::Map<_, _>| serde_json::json!({ "deposit": bureau.deposit, "form": form });
    let refused = send(body(&form)).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    form.insert("legal_basis".into(), "条例第四十条，临市监〔2026〕1号".into());
    let taken = send(body(&form)).await;
    assert_eq!(taken.status(), StatusCode::CREATED);
    let answer: serde_json::Value = taken.json().await.unwrap();
    let number = answer["application"].as_str().unwrap();
    assert!(number.starts_with("SQ"), "{answer}");
    // With the code, the registry looks up how it stands.
    let code = answer["query_code"].as_str().unwrap();
    let asked = format!("number={number}&c={code}");
    let check = http().post(format!("{}/check", bureau.running.url())).body(asked);
    let page = check.send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains(number));
    let again = send(body(&form)).await;
    assert_eq!(again.status(), StatusCode::OK);
    assert_eq!(again.json::<serde_json::Value>().await.unwrap(), answer);
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_platforms_client_and_this_door_agree() {
    let bureau = Box::pin(Bureau::open()).await;
    let client = |scope: &str| {
        let key = &bureau.keys.iter().find(|(one, _)| *one == scope).unwrap().1;
        NotaryClient::new(pool(), &bureau.running.url(), Some(Bearer::new(key.expose())))
    };
    let field = |name: &str| FORM.iter().find(|(one, _)| *one == name).unwrap().1.to_owned();
    let form = AuthorityForm {
        applicant: "regulator".into(),
        name: "示例区市场监督管理局".into(),
        document_number: "91330112MA00000159".into(),
        address: field("address"),
        phone: field("phone"),
        legal_representative: "王强".into(),
        legal_basis: "条例第四十条，临市监〔2026〕1号".into(),
        purpose: field("purpose"),
        manner: field("manner"),
        materials: "监管查询记录，1".into(),
        copies: "1".into(),
        delivery: "download".into(),
        truth: "yes".into(),
    };
    let request = ApplicationRequest { deposit: bureau.deposit.parse().unwrap(), form };
    let desk = client(APPLICATIONS);
    let first = desk.apply(&request).await.unwrap();
    assert!(
        matches!(&first, ApplicationReply::Received { application, query_code: Some(_) } if application.starts_with("SQ"))
    );
    assert_eq!(desk.apply(&request).await.unwrap(), first, "a lost answer is asked for again");
    // What the platform does not say stands there as said by nobody.
    let ApplicationReply::Received { application, .. } = &first else { panic!("{first:?}") };
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let page = clerk.page(&format!("/staff/matters/{application}")).await;
    assert!(page.contains("申请时没有声明，请向申请人询问") && page.contains("<dd>电子</dd>"));

    let mut lacking = request.clone();
    lacking.form.legal_basis = String::new();
    let refused = desk.apply(&lacking).await.unwrap();
    assert!(matches!(refused, ApplicationReply::Refused { .. }), "{refused:?}");

    let other = client("deposits").apply(&request).await;
    assert!(matches!(other, Err(CallError::Refused { status: 403, .. })), "{other:?}");
    bureau.running.stop().await;
}

/// A path of this rule, with things of nothing in it.
fn path_of(rule: &Rule) -> String {
    let path = rule
        .path
        .replace("{chain}", &"0".repeat(64))
        .replace("{hold}", &"0".repeat(64))
        .replace("{digest}", "0123456789abcdef")
        .replace("{name}", "style.css")
        .replace("/my/evidence/{number}", "/my/evidence/CZ202611240000017")
        .replace("{sha256}", &"0".repeat(64))
        .replace("{notice}", "SL202611240000017")
        .replace("{number}", &"0".repeat(64))
        .replace("{no}", &ApplicationNo::new(story().seen_at(), 1).unwrap().to_string())
        .replace("{voucher}", &VoucherNo::new(story().seen_at(), 1).unwrap().to_string())
        .replace("{act}", "declare")
        .replace("{account}", &format!("stf_{}", "0".repeat(26)))
        .replace("{year}", "2026");
    assert!(!path.contains('{'), "{path}: say here what stands in its variable");
    path
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_lets_in_whom_the_table_names_and_nobody_else() {
    let bureau = Box::pin(Bureau::open()).await;
    let logins = [
        "role.clerk",
        "role.notary",
        "role.approver",
        "role.archivist",
        "role.security",
        "role.auditor",
    ];
    let mut desks = Vec::new();
    for (login, role) in logins.into_iter().zip(OfficeRole::ALL) {
        desks.push((role, bureau.admit(login, role).await));
    }
    let url = bureau.running.url();
    let nobody = Browser {
        url: url.clone(),
        cookie: "heqi_office=heqi_office_0".into(),
        login: "",
        secret: desks[0].1.secret.clone(),
    };
    // Keys of every scope that another office gave out.
    let elsewhere = [DEPOSITS, LEGAL_HOLD, APPLICATIONS, RECOVERY]
        .map(|scope| (scope, ApiKey::generate(scope.parse().unwrap(), &SystemEntropy)));
    for rule in ACCESS_TABLE {
        let path = path_of(rule);
        let method = if rule.verb == Verb::Get { Method::GET } else { Method::POST };
        let status = nobody.send(method.clone(), &path, &[]).await.status();
        match rule.access {
            Access::Everybody | Access::Protocol => {
                assert!(![401, 403].contains(&status.as_u16()), "{path}: {status}");
            }
            Access::Key(_) | Access::Door | Access::Staff(_) => {
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
            }
            // Back to the door.
            Access::Person => assert_eq!(status, StatusCode::SEE_OTHER, "{method} {path}"),
        }
        for (scope, key) in &bureau.keys {
            let request = http().request(method.clone(), format!("{url}{path}"));
            let status = request.bearer_auth(key.expose()).send().await.unwrap().status();
            match rule.access {
                Access::Key(wanted) if wanted != *scope => {
                    assert_eq!(status, StatusCode::FORBIDDEN, "{scope} at {path}");
                }
                Access::Door | Access::Staff(_) => {
                    assert_eq!(status, StatusCode::UNAUTHORIZED, "{scope} at {path}");
                }
                Access::Person => assert_eq!(status, StatusCode::SEE_OTHER, "{scope} at {path}"),
                _ => assert!(![401, 403].contains(&status.as_u16()), "{scope} at {path}: {status}"),
            }
        }
        for (scope, key) in &elsewhere {
            let request = http().request(method.clone(), format!("{url}{path}"));
            let status = request.bearer_auth(key.expose()).send().await.unwrap().status();
            let place = format!("{scope} of another office at {method} {path}: {status}");
            match rule.access {
                Access::Key(_) | Access::Door | Access::Staff(_) => {
                    assert_eq!(status, StatusCode::UNAUTHORIZED, "{place}");
                }
                Access::Person => assert_eq!(status, StatusCode::SEE_OTHER, "{place}"),
                Access::Everybody | Access::Protocol => {
                    assert!(![401, 403].contains(&status.as_u16()), "{place}");
                }
            }
        }
        if rule.access == Access::Person {
            // Staff of the office is nobody here either.
            for (role, desk) in &desks {
                let status = desk.send(method.clone(), &path, &[]).await.status();
                assert_eq!(status, StatusCode::SEE_OTHER, "{role} at {path}");
            }
        }
        let Access::Staff(roles) = rule.access else { continue };
        for (role, desk) in &desks {
            let status = desk.send(method.clone(), &path, &[]).await.status();
            // Without the token of a page nothing is done: who may, gets that far.
            let is_stopped = status == StatusCode::FORBIDDEN;
            let expected = !roles.contains(role) || rule.verb == Verb::Post;
            assert_eq!(is_stopped, expected, "{role} at {method} {path}: {status}");
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{role} at {path}");
        }
    }
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_is_asked_for_with_one_idempotency_key() {
    let bureau = Box::pin(Bureau::open()).await;
    let (_, key) = bureau.keys.iter().find(|(scope, _)| *scope == LEGAL_HOLD).unwrap();
    let nothing = "0".repeat(64);
    for path in
        [format!("/chains/{nothing}/holds"), format!("/chains/{nothing}/holds/{nothing}/lift")]
    {
        for (names, status) in [
            (&[][..], StatusCode::PRECONDITION_REQUIRED),
            (&["with space"][..], StatusCode::BAD_REQUEST),
            (&["one", "two"][..], StatusCode::BAD_REQUEST),
            (&["one"][..], StatusCode::NOT_FOUND),
        ] {
            let request = http().post(format!("{}{path}", bureau.running.url()));
            let request = request.bearer_auth(key.expose()).body(r#"{"reason":"证据保全"}"#);
            let named =
                |request: RequestBuilder, name: &&str| request.header("idempotency-key", *name);
            let answer = names.iter().fold(request, named).send().await.unwrap();
            assert_eq!(answer.status(), status, "{names:?} at {path}");
        }
    }
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_table_names_every_route_of_staff_and_an_unknown_one_is_none() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    for path in ["/staff/nothing", "/staff/matters/SQ1/x/y", "/staff/matters/SQ202611240000017"] {
        let status = clerk.send(Method::GET, path, &[]).await.status();
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    bureau.running.stop().await;
}
