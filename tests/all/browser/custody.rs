//! The demo as whoever signed, a regulator and an operator see it, by the keyboard alone: at 实时保 a
//! code, the name, the list, one signing, being told, an objection that reaches the others, an
//! application; in the console a search with its legal basis, the verdict, what was said to the
//! custodian, a hold, an application; both halves compared. Every page is looked at in both languages and from
//! 320 px on. Needs the program: `hq build --profile ci -p heqi --bins`.

use std::time::{Duration, Instant};

use heqi_registration::staff::totp::TotpSecret;
use heqi_service_kit::system::SystemClock;
use heqi_tests::browser::{Browser, BrowserError};
use heqi_vocabulary::Clock as _;
use serde_json::json;

use super::lan::{Demo, in_the_inbox};
use super::looking::keep_desk_picture;
use super::pictures::TAKE;
use super::review::Desk;
use super::walk::{axe, skipped};

/// One of the four who have signed.
pub(super) const MOBILE: &str = "13900000003";
pub(super) const NAME: &str = "龚𠮷";
pub(super) const NUMBER: &str = "110105197907149992";

/// The secret of an authenticator as people type it (RFC 4648 base 32).
pub(super) fn authenticator(text: &str) -> TotpSecret {
    let bits: Vec<u8> = text
        .chars()
        .filter_map(|letter| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter))
        .flat_map(|value| (0..5).rev().map(move |bit| u8::from(value >> bit & 1 == 1)))
        .collect();
    let octets = bits.as_chunks::<8>().0.iter();
    let octets: Vec<u8> =
        octets.map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit)).collect();
    let hex = hex::encode(octets);
    TotpSecret::from_hex(&hex).unwrap()
}

impl Desk<'_> {
    /// Opens the page again until it says something.
    fn until_it_says(&mut self, words: &str) {
        let begun = Instant::now();
        let says = format!("(document.body?.innerText ?? '').includes({})", json!(words));
        while self.page.evaluate(&says).unwrap() != true {
            let shown = self.page.evaluate("document.body?.innerText").unwrap();
            assert!(begun.elapsed() < Duration::from_mins(2), "{words} is not said: {shown}");
            std::thread::sleep(Duration::from_millis(300));
            let here = self.page.evaluate("location.href").unwrap();
            self.page.open(here.as_str().unwrap()).unwrap();
        }
    }

    fn said_now(&mut self, words: &str) {
        let says = format!("(document.body?.innerText ?? '').includes({})", json!(words));
        self.page.wait_until(&says).unwrap_or_else(|error| {
            let shown = self.page.evaluate("document.body?.innerText");
            panic!("{words}: {error}: {shown:?}")
        });
    }

    /// Writes over what stands in a field.
    fn fill_anew(&mut self, selector: &str, text: &str) {
        self.reach(selector);
        self.page.evaluate("document.activeElement.select()").unwrap();
        self.page.write(text).unwrap();
    }

    /// From the door to whatever stands behind it, with the code out of the inbox.
    pub(super) fn come_in_by_code(&mut self, inbox: &str, looks: bool) {
        self.fill("#contact", MOBILE);
        self.enter("form button.go");
        self.until_at("输入验证码和姓名");
        if looks {
            self.look_here("held-code", "zh");
        }
        // The inbox has the newest first; this code is the office's and not the platform's.
        let mut other = self.inbox.take().unwrap();
        let code: String =
            in_the_inbox(&mut other, inbox, "【示例公证处】验证码").chars().take(6).collect();
        self.inbox = Some(other);
        self.fill("#code", &code);
        self.fill("#name", NAME);
        self.enter("form button.go");
    }
}

/// Comes in, sees, is told, objects, applies. Says by what the picture of the READMEs is another.
fn as_whoever_signed(desk: &mut Desk<'_>, demo: &Demo) -> Option<String> {
    let (held, inbox) = (demo.says("preservation_url"), demo.says("inbox_url"));
    // A contact that nobody knows: the same page, in English.
    desk.page.open(&format!("{held}/my?lang=en")).unwrap();
    desk.until_at("See what is held");
    desk.look("held-door");
    desk.page.open(&format!("{held}/my?lang=en")).unwrap();
    desk.until_at("See what is held");
    desk.fill("#contact", "13900000077");
    desk.enter("form button.go");
    desk.until_at("Enter code and name");
    desk.look_here("held-code", "en");
    desk.page.open(&format!("{held}/my?lang=zh")).unwrap();
    desk.until_at("查看以我名义保管的证据");
    desk.come_in_by_code(inbox, true);
    desk.until_at("以我名义保管的证据");
    desk.look("held-list");
    let stale = keep_desk_picture(&mut desk.page, "held");
    desk.enter("form[action='/my/watch'] button");
    desk.said_now("关闭通知");
    let installs = "document.querySelector('link[rel=manifest]').href";
    let manifest = desk.page.evaluate(installs).unwrap();
    assert!(manifest.as_str().unwrap().ends_with("/held.webmanifest"), "{manifest}");
    let read =
        format!("fetch({manifest}).then((answer) => answer.json()).then(({{scope}}) => scope)");
    assert_eq!(desk.page.evaluate(&read).unwrap(), "/my");

    desk.enter(".document a.open");
    desk.until_at("一次签署的证据");
    desk.said_now("核验通过");
    desk.look("held-evidence");
    let signing = desk.page.evaluate("location.href").unwrap();
    desk.enter("a[href$='/say']");
    desk.until_at("告诉公证机构");
    desk.look("held-say");
    desk.enter_box("input[value=objection]");
    desk.fill("#reason", "不是我签的");
    desk.enter(".choice button[type=submit]");
    desk.until_at("一次签署的证据");
    desk.said_now("您已提出异议");
    desk.until_it_says("已送达签署平台并写入其日志");
    desk.until_it_says("已送达公证处数据中心并写入其日志");
    desk.look("held-objected");

    // Where certificates are issued, it comes in once more and the signing is filled in.
    desk.enter("a.button[href*='/my/apply/PZ']");
    desk.until_at("查看以我名义保管的证据");
    desk.said_now("即可就您的这次签署申请公证书");
    desk.look("held-door-apply");
    desk.come_in_by_code(inbox, false);
    desk.until_at("申请公证书");
    desk.look("held-apply");
    let filled = desk.page.evaluate("document.querySelector('#name').value").unwrap();
    assert_eq!(filled, NAME);
    desk.fill("#document_number", NUMBER);
    desk.fill("#address", "北京市示例区示例路3号");
    desk.fill("#phone", MOBILE);
    desk.fill("#purpose", "向登记机关说明情况，在杭州市使用");
    desk.enter_box("input[name=lawsuit][value=no]");
    desk.enter_box("input[name=truth]");
    desk.enter(".choice button[type=submit]");
    desk.until_at("一次签署的证据");
    desk.said_now("您的公证申请 SQ");
    desk.look("held-applied");
    // The signing of somebody else's, by its number: refused with the article.
    let centre = demo.says("notary_url");
    desk.page.open(&format!("{centre}/my/apply/PZ202611010000016?lang=zh")).unwrap();
    let refused = desk.page.evaluate("document.body?.innerText").unwrap();
    let refused = refused.as_str().unwrap();
    assert!(refused.contains("第三十一条第二项") && !refused.contains("提交申请"), "{refused}");
    desk.page.open(signing.as_str().unwrap()).unwrap();
    desk.enter(".plain button, form[action='/my/leave'] button");
    desk.until_at("查看以我名义保管的证据");
    stale
}

/// Searches, sees the verdict and what was said, holds, applies. Says by what the picture of the
/// READMEs is another.
fn as_a_regulator(desk: &mut Desk<'_>, demo: &Demo) -> Option<String> {
    let officers = demo.manifest["officers"].as_array().unwrap();
    let officer = officers.iter().find(|one| one["login"] == "zhou.zheng").unwrap();
    let says = |name: &str| officer[name].as_str().unwrap();
    let platform = demo.says("platform_url");
    desk.page.open(&format!("{platform}/staff?lang=zh")).unwrap();
    desk.until_at("工作人员登录");
    desk.fill("#login", says("login"));
    desk.fill("#password", says("password"));
    desk.enter("form button.go");
    desk.until_at("请输入动态口令");
    let secret = authenticator(says("totp_secret"));
    desk.fill("#code", &secret.code_at(SystemClock.now()));
    desk.enter("form button.go");
    desk.until_at("监管查询");
    desk.look("regulator");

    // Without a legal basis nothing is searched.
    desk.fill("#company", "青穗");
    desk.enter(".decision button[type=submit]");
    desk.said_now("《个人信息保护法》第三十四条");
    desk.look_here("regulator-refused", "zh");
    desk.fill_anew("#basis", "《市场主体登记管理条例》第四十条");
    desk.fill_anew("#case_number", "杭临市监撤〔2026〕12号");
    desk.fill_anew("#company", "青穗");
    desk.enter(".decision button[type=submit]");
    desk.until_at("查询结果");
    desk.look("regulator-results");
    desk.enter("main a[href*='/filings/']");
    desk.until_at("办件");
    desk.said_now("供形式审查参考");
    desk.said_now("向实时保提出异议");
    desk.look("regulator-filing");
    let stale = keep_desk_picture(&mut desk.page, "console");
    desk.fill("#why", "杭临市监撤〔2026〕12号");
    desk.enter("form[action$='/holds'] button");
    desk.said_now("生效中");
    desk.enter("button.apply");
    let answered = "/公证申请已提出|公证处已收到申请/.test(document.body?.innerText ?? '')";
    desk.page.wait_until(answered).unwrap();
    desk.until_it_says("公证处已收到申请");
    desk.look("regulator-applied");
    stale
}

/// Both halves, compared by the running demo: the page follows while that is asked for, and stands
/// still to be read.
fn as_an_operator(desk: &mut Desk<'_>, demo: &Demo) {
    let platform = demo.says("platform_url");
    desk.page.open(&format!("{platform}/coverage?lang=zh&live=yes")).unwrap();
    desk.until_it_says("✓ 一致");
    desk.page.open(&format!("{platform}/coverage?lang=zh")).unwrap();
    desk.until_it_says("每 5 秒自动更新");
    let doubtful = desk.page.evaluate("(document.body?.innerText ?? '').includes('✗')").unwrap();
    assert_eq!(doubtful, false);
    desk.look("coverage");
    // Each custodian's own view, open as the platform's is.
    for (service, name) in [("notary_url", "custody-centre"), ("preservation_url", "custody")] {
        let custodian = demo.says(service);
        desk.page.open(&format!("{custodian}/coverage?lang=zh")).unwrap();
        desk.until_it_says("两半对账");
        desk.look(name);
    }
}

#[test]
fn whoever_signed_a_regulator_and_an_operator_go_their_ways_by_the_keyboard() {
    let mut browser = match Browser::start() {
        Err(BrowserError::Missing) => return skipped(&BrowserError::Missing.to_string()),
        started => started.unwrap(),
    };
    let Some(demo) = Demo::start_with(&[]) else { return };
    let mut reading = Browser::start().unwrap();
    let inbox = Some(reading.page().unwrap());
    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut desk = Desk { page, axe: axe(), inbox };
    let held = as_whoever_signed(&mut desk, &demo);
    let console = as_a_regulator(&mut desk, &demo);
    as_an_operator(&mut desk, &demo);
    desk.page.close().unwrap();
    assert_eq!([held, console], [None, None], "{TAKE}");
}
