//! The officers as cards: who they are, what opens their account, and one click that signs a
//! visitor in as one of them, over the same pages as anybody else.

use std::fmt::Write as _;

use actix_web::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use actix_web::{HttpResponse, web};
use heqi_registration::request::StaffRole;
use heqi_service_kit::language::ReaderLanguage;
use heqi_service_kit::security_headers::ContentPolicy;
use heqi_service_kit::system::SystemClock;
use heqi_vocabulary::Clock as _;

use super::view::{Asked, View};
use super::{Shown, html_page};
use crate::demo::officers::{Duty, Officer};
use crate::demo::seed::percent_encoded;

/// The cards.
pub(super) async fn cards(
    shown: web::Data<Shown>,
    asked: web::Query<Asked>,
    reader: ReaderLanguage,
) -> HttpResponse {
    let policy = ContentPolicy::default()
        .allow("style-src", "'self'")
        // Signing in ends at the platform, or at the notary.
        .allow("form-action", format!("'self' {} {}", shown.platform_url, shown.notary_url));
    html_page(page(&shown, asked.view(reader)), policy)
}

fn page(shown: &Shown, l: View) -> String {
    let title = l.pick("以谁的身份进入", "Enter as");
    let mut body = format!("<h1>{title}</h1>");
    for (group, zh, en, about_zh, about_en) in GROUPS {
        let (name, about) = (l.pick(zh, en), l.pick(about_zh, about_en));
        let about = about.replace("{number}", crate::demo::cast::NUMBER);
        let about = about.replace("{own}", crate::demo::cast::HANDLER_NUMBER);
        let _ = write!(body, "<section><h2>{name}</h2><p>{about}</p>");
        let belongs = |officer: &&Officer| Group::of(officer.role) == group;
        for officer in shown.officers.iter().filter(belongs) {
            card(&mut body, officer, l);
        }
        body.push_str("</section>");
    }
    let _ = write!(
        body,
        "<h2>{}</h2><p>{}</p><p><a href=\"{}/my?lang={}\">{}</a></p>{}",
        l.pick("我来查看", "I look"),
        l.pick(
            "签过的人可以不经过平台，直接向公证机构查看以自己名义保管的证据：输入 13900000001（林嘉伟），验证码在收件箱里。自己签过后，也可以用陈素英的号码。",
            "Whoever signed sees what the notary holds of it, without the platform: enter 13900000001 (林嘉伟); the code is in the inbox. Once you have signed, the number of 陈素英 works as well.",
        ),
        shown.world.preservation_url,
        l.tag(),
        l.pick("打开实时保", "Open the preservation service"),
        l.back(),
    );
    let foot = l.pick(
        "本页显示：演示账号的密码和动态口令，人人可见。真实部署中口令只在本人的验证器里。",
        "This page shows: passwords and codes of demo accounts, for everybody. In earnest a code is in one person's authenticator only.",
    );
    l.document("/officers", title, &body, foot)
}

/// One officer: who, what opens the account, and the way in.
fn card(body: &mut String, officer: &Officer, l: View) {
    let _ = write!(
        body,
        "<article id=\"{}\"><h3>{} · {}</h3><p>{}</p><form method=\"post\" action=\"/officers/{}\"><button class=\"go\" type=\"submit\">{} {}</button></form>\
         <dl><dt>{}</dt><dd><code>{}</code></dd><dt>{}</dt><dd><code>{}</code></dd><dt>{}</dt><dd><code>{}</code></dd></dl>\
         <p><a href=\"{}\">{}</a></p></article>",
        officer.login,
        officer.name,
        officer.office,
        officer.role.name(l.language),
        officer.login,
        l.pick("以此身份进入：", "Enter as"),
        officer.name,
        l.pick("登录名", "Login name"),
        officer.login,
        l.pick("密码（演示用）", "Password (demo only)"),
        officer.password,
        l.pick("此刻的动态口令（刷新本页更新）", "Code right now (load again for the next)"),
        code(officer).unwrap_or_default(),
        officer.url,
        l.pick("自己输入登录", "Sign in by hand"),
    );
}

/// Whose people are shown together.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Group {
    Firm,
    Registry,
    Notary,
    Operator,
}

impl Group {
    const fn of(duty: Duty) -> Self {
        match duty {
            Duty::Registry(StaffRole::Handler) => Self::Firm,
            Duty::Registry(StaffRole::Security | StaffRole::Auditor) => Self::Operator,
            Duty::Registry(_) => Self::Registry,
            Duty::Notary(_) => Self::Notary,
        }
    }
}

const GROUPS: [(Group, &str, &str, &str, &str); 4] = [
    (
        Group::Firm,
        "我来经办",
        "I handle",
        "您是经办人（演示人物）。输入办件码 {number}，看每个人签了什么；全部签署后由您确认，确认前不会提交登记。也可以新建一个办件：您本人的证件号码（虚构）是 {own}。",
        "You handle the filing (made up). Enter its number, {number}, to see what everybody has signed; once all have signed you confirm, and nothing is submitted before. You can open another filing, too: your own document number (made up) is {own}.",
    ),
    (
        Group::Registry,
        "我来核验、我来监管",
        "I review, I search",
        "您是登记机关的工作人员（演示人物）。核验人员：凡未经权威来源核验身份的签署，都等一个人来看；不予通过须两人意见一致。监管人员：查询须写明法律依据和案号，每次查询、每次查看本身就是日志里最新的一叶；可以查企业名称含“旧梦”的历史办件（模拟）。",
        "You work for the registry (made up). A reviewer looks at every signing whose identity no authority confirmed; a refusal takes two. A regulator searches with a legal basis and a case number, and every search and every look is the newest leaf of the log; the older filing (acted out) is found by the company name 旧梦.",
    ),
    (
        Group::Notary,
        "我来出证",
        "I certify",
        "您是公证处的工作人员（演示人物）。申请、受理、系统预检、两人提取会话、起草、由另一人审批、编号、签章出具，一步一步都写入公证处自己的日志。",
        "You are of the notary office (made up). Application, acceptance, the machine's checks, an extraction by two, a draft, approval by another, number, seal: each step is a leaf of the office's own log.",
    ),
    (
        Group::Operator,
        "我来管账号、我来审计",
        "I keep accounts, I audit",
        "您是平台运营方的工作人员（演示人物）。安全管理员启用、停用工作人员的账号，看不到任何办件；审计员查看账号和操作日志，不能更改任何内容。",
        "You are of the operator (made up). A security officer lets accounts of staff in and shuts them out and sees no filing; an auditor reads accounts and the journal and changes nothing.",
    ),
];

/// The service at which an officer signs in.
fn base(officer: &Officer) -> &str {
    officer.url.strip_suffix("/staff").unwrap_or(&officer.url)
}

fn code(officer: &Officer) -> Option<String> {
    code_in(officer, 0)
}

/// The code that an authenticator shows so much later.
fn code_in(officer: &Officer, later_ms: i64) -> Option<String> {
    Some(officer.totp.as_ref()?.code_at(SystemClock.now().plus_millis(later_ms)))
}

/// The code of now, and where that has counted already, the next: the demo's certificate, or another click, may have
/// used it within this half minute.
const WINDOWS_MS: [i64; 2] = [0, 30_000];

/// Signs the visitor in as this officer, as a browser would, and hands the session over. Cookies
/// know no ports, so the platform's pages are open afterwards.
pub(super) async fn enter(shown: web::Data<Shown>, login: web::Path<String>) -> HttpResponse {
    let Some(officer) = shown.officers.iter().find(|one| one.login == *login) else {
        return HttpResponse::NotFound().finish();
    };
    let mut to = HttpResponse::SeeOther();
    match signed_in(&shown, officer).await {
        Some(cookie) => to
            .insert_header((SET_COOKIE, cookie))
            .insert_header((LOCATION, format!("{}{}", base(officer), officer.home())))
            .finish(),
        // A code counts once: who clicks a third time within half a minute types one.
        None => to.insert_header((LOCATION, officer.url.clone())).finish(),
    }
}

/// The cookie of a session that asks for nothing more.
async fn signed_in(shown: &Shown, officer: &Officer) -> Option<String> {
    let url = |path: &str| format!("{}{path}", base(officer));
    let form = [("login", officer.login.as_str()), ("password", officer.password.as_str())];
    let answer = form_to(shown, &url("/staff"), &form).send().await.ok()?;
    let half = session_of(&answer)?;
    let pair = half.split(';').next()?.to_owned();
    for later_ms in WINDOWS_MS {
        let code = code_in(officer, later_ms)?;
        if let Some(whole) = with_code(shown, &url("/staff/code"), &pair, code).await {
            return Some(whole);
        }
    }
    None
}

/// The cookie of the whole session that this code opens.
async fn with_code(shown: &Shown, url: &str, pair: &str, code: String) -> Option<String> {
    let page = shown.http.get(url).header(COOKIE.as_str(), pair).send().await.ok()?;
    let page = page.text().await.ok()?;
    let value = |name: &str| {
        let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
        rest.split_once('"').map(|(value, _)| value.to_owned())
    };
    let form = [("csrf", value("csrf")?), ("key", value("key")?), ("code", code)];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    let sent = form_to(shown, url, &form).header(COOKIE.as_str(), pair);
    session_of(&sent.send().await.ok()?)
}

fn form_to(shown: &Shown, url: &str, values: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let pairs: Vec<String> =
        values.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
    shown
        .http
        .post(url)
        .header(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded")
        .body(pairs.join("&"))
}

fn session_of(answer: &reqwest::Response) -> Option<String> {
    let cookie = answer.headers().get(SET_COOKIE.as_str())?.to_str().ok()?;
    (answer.status().as_u16() == 303).then(|| cookie.to_owned())
}
