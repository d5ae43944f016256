//! The notary's workbench in a real Chromium, with the keyboard alone: an application from the counter
//! to a certificate that a phone checks by its QR code. Every page on the way is looked at with axe, in
//! both languages, from 320 px on.

pub(super) mod bureau;

use heqi_credentials::TotpSecret;
use heqi_notarization::staff::OfficeRole;
use heqi_tests::browser::{Browser, Page};
use heqi_vocabulary::Digest;
use serde_json::{Value, json};

use self::bureau::{Bureau, PASSWORD, WORKSTATION};
use super::looking::{DESK, keep_desk_picture, look_at};
use super::pictures::{Seen, TAKE};
use super::verifier::browser;
use super::walk::axe;

/// Somebody at the workbench who has no mouse.
struct Typist<'a> {
    page: Page<'a>,
    base: String,
    axe: Option<String>,
}

impl Typist<'_> {
    fn until(&mut self, expression: &str) {
        self.page.wait_until(expression).unwrap_or_else(|error| {
            let shown = self.page.evaluate("`${location.pathname}\n${document.body.innerText}`");
            panic!("{expression}: {error}\n{shown:?}")
        });
    }

    fn until_at(&mut self, heading: &str) {
        let named = Value::from(heading);
        self.until(&format!(
            "document.readyState === 'complete' && document.querySelector('h1')?.textContent.startsWith({named})"
        ));
    }

    fn until_shown(&mut self, text: &str) {
        let named = Value::from(text);
        self.until(&format!(
            "document.readyState === 'complete' && document.body.innerText.includes({named})"
        ));
    }

    /// Tabs until this has the focus.
    fn reach(&mut self, selector: &str) {
        let at = format!("document.activeElement?.matches({})", Value::from(selector));
        for _ in 0..250 {
            if self.page.evaluate(&at).unwrap() == true {
                return;
            }
            self.page.press("Tab", "\t").unwrap();
        }
        let shown = self.page.evaluate("document.body.innerText");
        panic!("{selector} is not reached by the keyboard: {shown:?}");
    }

    fn fill(&mut self, selector: &str, text: &str) {
        self.reach(selector);
        self.page.write(text).unwrap();
    }

    /// Presses what is reached, and waits until another page is there.
    fn enter(&mut self, selector: &str) {
        self.page.evaluate("globalThis.before = true").unwrap();
        self.reach(selector);
        self.page.press("Enter", "\r").unwrap();
        self.until("document.readyState === 'complete' && globalThis.before === undefined");
        let trouble = self.page.evaluate("document.querySelector('#trouble')?.textContent ?? ''");
        assert_eq!(trouble.unwrap(), "", "{selector}");
    }

    fn tick(&mut self, selector: &str) {
        self.reach(selector);
        self.page.press(" ", " ").unwrap();
    }

    fn text(&mut self, expression: &str) -> String {
        self.page.evaluate(expression).unwrap().as_str().unwrap_or_default().to_owned()
    }

    fn come_in(&mut self, bureau: &Bureau, login: &str, secret: &TotpSecret) {
        self.page.open(&format!("{}/staff?lang=zh", self.base)).unwrap();
        self.until_at("工作人员登录");
        self.fill("#login", login);
        self.fill("#password", PASSWORD);
        self.enter("form button.go");
        self.until_at("请输入动态口令");
        self.fill("#code", &bureau.code(secret));
        self.enter("form button.go");
        self.until_at("公证申请");
    }

    fn leave(&mut self) {
        self.enter(".desk button");
        self.until_at("工作人员登录");
    }

    fn matter(&mut self, no: &str) {
        self.page.open(&format!("{}/staff/matters/{no}", self.base)).unwrap();
        self.until_at("公证申请");
    }

    /// Types into the draft: the preview beside it follows at every line, and its head stays. Nothing of it is saved.
    fn watch_the_preview(&mut self) {
        const SHOWN: &str = "JSON.stringify([...document.querySelectorAll('#preview p')]\
             .map((e) => [e.className, e.textContent.trim()]))";
        const LINES: &str = "JSON.stringify([['head', '公证书'], ...document.querySelector('#draft-text').value.split('\\n')\
             .map((line) => line.trim()).filter((line) => line !== '').map((line) => ['', line])])";
        let proposed = self.text(SHOWN);
        assert_eq!(proposed, self.text(LINES));
        self.reach("#draft-text");
        let to_the_end = "{ const { activeElement: at } = document; at.setSelectionRange(at.value.length, at.value.length); }";
        self.page.evaluate(to_the_end).unwrap();
        // A line of its own after an empty one, which leaves no paragraph; markup is shown as it is typed.
        for line in ["", "另行说明：", "<b>本段</b>随键入而显示。"] {
            self.page.press("Enter", "\r").unwrap();
            if !line.is_empty() {
                self.page.write(line).unwrap();
            }
        }
        let followed = self.text(SHOWN);
        assert_eq!(followed, self.text(LINES));
        let tail = r#",["","另行说明："],["","<b>本段</b>随键入而显示。"]]"#;
        assert_eq!(followed, format!("{}{tail}", proposed.strip_suffix(']').unwrap()));
        // What is taken back is gone from there too.
        let emptied = "document.activeElement.select()";
        self.page.evaluate(emptied).unwrap();
        self.page.write("仅此一段").unwrap();
        assert_eq!(self.text(SHOWN), r#"[["head","公证书"],["","仅此一段"]]"#);
    }

    /// Sends a form of an application: the button of that act.
    fn act(&mut self, no: &str, act: &str, rest: &str) {
        self.enter(&format!("form[action='/staff/matters/{no}/{act}'] button{rest}"));
    }

    /// Looks at the page as it stands, in both languages and at four widths.
    fn look(&mut self, name: &str) {
        let here = self.text("location.origin + location.pathname + location.search");
        let joined = if here.contains('?') { '&' } else { '?' };
        for language in ["en", "zh"] {
            self.page.open(&format!("{here}{joined}lang={language}")).unwrap();
            look_at(&mut self.page, self.axe.as_deref(), &format!("{name}-{language}"), &DESK);
        }
    }
}

/// What the QR code on the first page of a PDF says, seen by a reader that is not ours; `None` where
/// nothing is here that makes pictures of PDFs.
fn qr_of(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pdf");
    std::fs::write(&file, pdf).unwrap();
    let picture = folder.path().join("page");
    for page in ["1", "2"] {
        let drawn = std::process::Command::new("pdftoppm")
            .args(["-gray", "-r", "200", "-singlefile", "-f", page, "-l", page])
            .args([&file, &picture])
            .status();
        let Ok(drawn) = drawn else {
            super::walk::skipped("no pdftoppm (poppler-utils)");
            return None;
        };
        assert!(drawn.success(), "page {page} is not drawn");
        let grey = std::fs::read(picture.with_extension("pgm")).unwrap();
        // P5, width, height, 255, each followed by one space, then a byte for each point.
        let mut words = grey.splitn(4, u8::is_ascii_whitespace);
        assert_eq!(words.next(), Some(&b"P5"[..]));
        let mut number =
            || -> usize { std::str::from_utf8(words.next().unwrap()).unwrap().parse().unwrap() };
        let (width, height) = (number(), number());
        let points = &grey[grey.len() - width * height..];
        let shade = |x: usize, y: usize| points[y * width + x];
        let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, shade);
        if let Some(grid) = seen.detect_grids().first() {
            return Some(grid.decode().unwrap().1);
        }
    }
    panic!("no QR code is seen on the first two pages")
}

/// The first page of the certificate for the READMEs, and what the certificate says. Says by what the stored ones
/// are others; nothing where nothing is here that makes pictures of PDFs.
fn picture_of(pdf: &[u8]) -> Option<String> {
    let own = tempfile::tempdir().unwrap();
    let file = own.path().join("certificate.pdf");
    std::fs::write(&file, pdf).unwrap();
    let (picture, text) = (own.path().join("certificate"), own.path().join("certificate.txt"));
    let drawn = std::process::Command::new("pdftoppm")
        .args(["-png", "-r", "72", "-singlefile", "-f", "1", "-l", "1"])
        .args([&file, &picture])
        .status();
    let Ok(drawn) = drawn else {
        super::walk::skipped("no pdftoppm (poppler-utils)");
        return None;
    };
    assert!(drawn.success(), "the certificate is not drawn");
    let read =
        std::process::Command::new("pdftotext").arg("-raw").args([&file, &text]).status().unwrap();
    assert!(read.success(), "the certificate is not read");
    let text = std::fs::read_to_string(text).unwrap();
    let png = std::fs::read(picture.with_extension("png")).unwrap();
    Seen::of_paper(png, &text).stale("certificate")
}

/// Anybody drops a certificate on the page of the verifier: it is judged in the browser, and nothing of it is stored.
async fn drop_it_at_the_verifier(bureau: &Bureau, at: &mut Typist<'_>, pdf: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let dropped = folder.path().join("dropped.pdf");
    std::fs::write(&dropped, pdf).unwrap();
    let digest = Digest::of(pdf);
    let before = bureau.stored_at_rest(digest).await;
    at.page.open(&format!("{}/verify.html", at.base)).unwrap();
    at.page.choose("#bundle", &[dropped.as_path()]).unwrap();
    at.until("(document.querySelector('#result')?.textContent ?? '').includes('第000001号')");
    assert!(bureau.stored_at_rest(digest).await == before, "something of the file was stored");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(
    clippy::too_many_lines,
    reason = "one certificate from the form to the check, step by step"
)]
async fn a_certificate_is_made_with_the_keyboard_by_three_people_and_a_phone_checks_it() {
    let Some(mut browser): Option<Browser> = browser() else { return };
    let bureau = Bureau::open().await;
    let clerk = bureau.admit("zhao.min", "赵敏", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", "钱伟", OfficeRole::Notary).await;
    let approver = bureau.admit("sun.li", "孙丽", OfficeRole::Approver).await;
    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut at = Typist { page, base: bureau.running.url(), axe: axe() };

    // At the counter: the deposit is found and the form filled in.
    at.come_in(&bureau, "zhao.min", &clerk);
    at.look("office-queue-empty");
    at.enter("nav.tabs a[href='/staff/deposits']");
    at.fill("#q", &bureau.deposit);
    at.enter("form[role=search] button");
    at.look("office-deposit-found");
    at.fill("#name", "张三");
    at.fill("#document_number", "11010519491231002X");
    at.fill("#address", "杭州市临安区示例路1号");
    at.fill("#phone", "0571-0000110");
    at.fill("#purpose", "诉讼");
    at.fill("#manner", "本人在手机上签署");
    at.fill("#materials", "居民身份证复印件，1份");
    at.fill("#copies", "1");
    at.tick("input[name=lawsuit][value=no]");
    at.tick("input[name=truth]");
    at.enter("form[action='/staff/deposits'][method=post] button[type=submit]");
    let no = at.text("location.pathname.split('/').pop()");
    assert!(no.starts_with("SQ"), "{no}");
    at.act(&no, "declare", "[value=none]");
    at.leave();

    // The notary takes it out of the queue.
    at.come_in(&bureau, "qian.wei", &notary);
    at.look("office-queue");
    at.enter(&format!(".cases a[href='/staff/matters/{no}']"));
    at.act(&no, "declare", "[value=none]");
    at.act(&no, "accept", "");
    at.until_shown("公证受理通知书");
    at.act(&no, "recompute", "");
    at.until_shown("核验通过");
    at.look("office-matter-checked");
    for point in 1..=22 {
        let form = format!("form[action='/staff/matters/{no}/tick-{point}']");
        let is_there = format!("document.querySelector({}) !== null", Value::from(form.as_str()));
        if at.page.evaluate(&is_there).unwrap() == true {
            at.fill(&format!("{form} input[name=text]"), "已核对原件");
            at.enter(&format!("{form} button[value=passed]"));
        }
    }
    // Two persons, two codes of now, six buttons; each shows what it did.
    at.fill("#session-place", "本处提取室");
    at.fill("#session-code", &bureau.code(&notary));
    at.fill("#session-second", "zhao.min");
    at.fill("#session-second-code", &{
        use heqi_vocabulary::Clock as _;
        clerk.code_at(bureau.clock.now())
    });
    at.act(&no, "session", "");
    at.until_shown(WORKSTATION);
    let acts = [
        ("clean_environment", "环境清洁性检查"),
        ("search", "检索"),
        ("extract", "提取"),
        ("recompute", "重算摘要"),
        ("verify", "验签验时"),
        ("seal", "封存"),
    ];
    for (word, title) in acts {
        at.act(&no, &format!("press-{word}"), "");
        at.until_at(title);
        at.until_shown("程序摘要");
        if word == "recompute" {
            at.look("office-screen");
        }
        at.enter("a.go");
        at.until_at("公证申请");
    }
    at.until_shown("已封存，可以起草");
    at.look("office-matter-sealed");
    let mut stale = vec![keep_desk_picture(&mut at.page, "workbench")];
    at.watch_the_preview();
    at.matter(&no);
    at.act(&no, "draft", "");
    at.act(&no, "hand-in", "");
    at.until_shown("待审批");
    at.leave();

    // Somebody else approves; nobody approves what they drafted.
    at.come_in(&bureau, "sun.li", &approver);
    at.matter(&no);
    at.act(&no, "declare", "[value=none]");
    at.look("office-matter-approval");
    at.act(&no, "approve", "");
    at.until_shown("（2026）浙杭临证经字第000001号");
    at.leave();

    at.come_in(&bureau, "qian.wei", &notary);
    at.matter(&no);
    let fee = format!("form[action='/staff/matters/{no}/fee']");
    at.reach(&format!("{fee} select"));
    // 应收, 已收, 减免: two down.
    for _ in 0..2 {
        at.page.press("ArrowDown", "").unwrap();
    }
    let chosen = format!("document.querySelector({}).value", Value::from(format!("{fee} select")));
    assert_eq!(at.text(&chosen), "waived");
    at.act(&no, "fee", "");
    at.act(&no, "issue", "");
    at.until_shown("已出具");
    at.look("office-matter-issued");
    at.enter("nav.tabs a[href='/staff/figures']");
    at.until_shown("本处概况");
    at.look("office-figures");

    // The certificate opens, and a phone that reads its code learns that it stands.
    at.matter(&no);
    at.reach(&format!("a[href='/staff/matters/{no}/certificate.pdf']"));
    let fetched = at.page.evaluate(
        "fetch(document.activeElement.href).then(async (r) => [r.headers.get('content-type'), \
         r.headers.get('content-disposition'), \
         btoa(String.fromCharCode(...new Uint8Array(await r.arrayBuffer()).slice(0, 8)))])",
    );
    let fetched = fetched.unwrap();
    assert_eq!(fetched[0], "application/pdf");
    assert_eq!(fetched[1], "inline; filename=\"certificate.pdf\"");
    assert!(fetched[2].as_str().unwrap().starts_with("JVBERi0x"), "{fetched}");
    let whole = at.page.evaluate(
        "fetch(document.activeElement.href).then(async (r) => Array.from(new Uint8Array(await r.arrayBuffer())))",
    );
    let whole: Vec<u8> = serde_json::from_value(whole.unwrap()).unwrap();
    if let Ok(folder) = std::env::var("HEQI_PICTURES") {
        std::fs::write(format!("{folder}/certificate.pdf"), &whole).unwrap();
        let notice = at.page.evaluate(
            "fetch(document.querySelector('a[href*=\"/notices/\"]').href)\
             .then(async (r) => Array.from(new Uint8Array(await r.arrayBuffer())))",
        );
        let notice: Vec<u8> = serde_json::from_value(notice.unwrap()).unwrap();
        std::fs::write(format!("{folder}/acceptance.pdf"), notice).unwrap();
    }
    stale.push(picture_of(&whole));
    let code = at.text("[...document.querySelectorAll('dt')].find((e) => e.textContent === '校验码').nextElementSibling.textContent");
    assert_eq!(code.chars().count(), 8, "{code}");
    at.leave();
    let address = qr_of(&whole);
    let address = address.unwrap_or_else(|| format!("{}/check", at.base));
    assert!(address.starts_with(&format!("{}/check", at.base)), "{address}");
    at.page.open(&address).unwrap();
    at.until_at("公证书和文书核验");
    if address.contains("?c=") {
        assert!(address.ends_with(&code), "{address}");
        at.until_shown("现行有效");
        at.look("office-check-valid");
        stale.push(keep_desk_picture(&mut at.page, "check"));
    } else {
        at.fill("#number", "(2026)浙杭临证经字第1号");
        at.fill("#c", &code);
        at.enter("form button.go");
        at.until_shown("现行有效");
    }
    let trouble = at.page.trouble().unwrap();
    assert_eq!(trouble.errors, Vec::<String>::new());
    drop_it_at_the_verifier(&bureau, &mut at, &whole).await;
    at.page.close().unwrap();
    bureau.running.stop().await;
    let stale: Vec<String> = stale.into_iter().flatten().collect();
    assert!(stale.is_empty(), "{stale:?} {TAKE}");
}
