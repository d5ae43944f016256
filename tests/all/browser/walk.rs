//! Somebody on the signer's way in a real Chromium, and the steps that every such test takes.

use std::path::Path;

use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::verdict::{ClaimName, Conclusion};
use heqi_tests::browser::{Browser, BrowserError, Page};
use heqi_verify::Examination;
use serde_json::{Value, json};

use super::looking::{self, PHONE, look_at};
use super::verifier::root;
use crate::acceptance::house::{House, STAFF, Second};

/// The pages of the consents, in the order in which they are asked.
pub(super) const CONSENTS: [&str; 4] = [
    "电子签名及存证约定",
    "人脸信息处理单独同意书",
    "位置信息单独同意",
    "向公证处提供信息单独同意",
];

/// The most taps from the opened link to the receipt, beside the consents, one 我已读完 per
/// document, drawing and typing.
pub(super) const MOST_TAPS: usize = 12;

/// A browser with a camera, or none: then the caller returns, and the reason is printed.
pub(super) fn browser_with_camera() -> Option<Browser> {
    match Browser::start_with_camera() {
        Ok(browser) => Some(browser),
        Err(BrowserError::Missing) => {
            skipped(&BrowserError::Missing.to_string());
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// One shareholder who is invited, with a browser whose camera may be used there.
pub(super) struct Invited {
    pub(super) browser: Browser,
    pub(super) house: House,
    /// The path of the own link.
    pub(super) link: String,
}

/// Somebody who is invited; none where there is no browser: then the caller returns, and the reason is printed.
pub(super) async fn invited() -> Option<Invited> {
    let mut browser = browser_with_camera()?;
    let house = House::start(Second::Real).await;
    let token = house.invite(1).await.remove(0);
    let link = house.link_of(&token).await;
    house.until_cosigned().await;
    browser.grant(&house.url(), &["videoCapture"]).unwrap();
    Some(Invited { browser, house, link })
}

/// axe, if the packages of `crates/verify/page` are there. A build server has to have them: there
/// a page that nobody looked at is a failure.
pub(super) fn axe() -> Option<String> {
    axe_in(&root().join("crates/verify/page"), is_build_server())
}

fn is_build_server() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

/// Says why a test looked at nothing. On a build server that is a failure.
pub(super) fn skipped(why: &str) {
    assert!(!is_build_server(), "{why}");
    eprintln!("SKIPPED: {why}");
}

fn axe_in(package: &Path, is_build_server: bool) -> Option<String> {
    let axe = std::fs::read_to_string(package.join("node_modules/axe-core/axe.min.js")).ok();
    if axe.is_none() {
        let missing = "no axe-core; run `npm ci` in crates/verify/page";
        assert!(!is_build_server, "{missing}");
        eprintln!("SKIPPED: {missing}");
    }
    axe
}

#[test]
fn without_axe_a_test_is_skipped_here_and_fails_on_a_build_server() {
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(axe_in(empty.path(), false), None);
    assert!(std::panic::catch_unwind(|| axe_in(empty.path(), true)).is_err());
    let installed = empty.path().join("node_modules/axe-core");
    std::fs::create_dir_all(&installed).unwrap();
    std::fs::write(installed.join("axe.min.js"), "axe").unwrap();
    assert_eq!(axe_in(empty.path(), true).as_deref(), Some("axe"));
}

/// Somebody on their way.
pub(super) struct Walk<'a> {
    pub(super) page: Page<'a>,
    pub(super) base: String,
    pub(super) taps: usize,
}

impl<'a> Walk<'a> {
    /// Somebody with an empty page, who is going to that house.
    pub(super) fn begin(house: &House, browser: &'a mut Browser) -> Self {
        Self { page: browser.page().unwrap(), base: house.url(), taps: 0 }
    }
}

impl Walk<'_> {
    /// Waits until this stands in the page's first heading.
    pub(super) fn until_at(&mut self, heading: &str) {
        let named = Value::from(heading);
        let expression = format!(
            "document.readyState === 'complete' && document.querySelector('h1')?.textContent === {named}"
        );
        self.page
            .wait_until(&expression)
            .unwrap_or_else(|error| panic!("{heading}: {error}\n{}", self.account()));
    }

    /// Where the page is, what it shows, and what it did: told when a test waits in vain.
    pub(super) fn account(&mut self) -> String {
        let shown = self.page.evaluate(
            "`${location.href}, ${document.readyState}, ${document.visibilityState}, \
             ${document.querySelectorAll('form[data-sent]').length} forms sent\n${document.body?.innerText}`",
        );
        let shown = shown.map_or_else(|error| error.to_string(), |shown| shown.to_string());
        format!("{shown}\n{}", self.page.account())
    }

    pub(super) fn until_shown(&mut self, selector: &str) {
        let named = Value::from(selector);
        let expression = format!(
            "(() => {{ const e = document.querySelector({named}); return !!e && e.checkVisibility() && !e.disabled; }})()"
        );
        self.page
            .wait_until(&expression)
            .unwrap_or_else(|error| panic!("{selector}: {error}\n{}", self.account()));
    }

    pub(super) fn tap(&mut self, selector: &str) {
        self.until_shown(selector);
        self.page.tap(selector).unwrap();
        self.taps += 1;
    }

    /// A tap that is not counted: a consent, or 我已读完.
    pub(super) fn answer(&mut self, selector: &str) {
        self.page.tap(selector).unwrap();
    }

    /// Types a text into a field, which is no tap that is counted.
    pub(super) fn type_in(&mut self, selector: &str, text: &str) {
        self.until_shown(selector);
        self.page.tap(selector).unwrap();
        self.page.write(text).unwrap();
    }

    /// Looks at the page in both languages.
    pub(super) fn look(&mut self, axe: Option<&str>, name: &str) {
        let here = self.page.evaluate("location.pathname").unwrap();
        let here = format!("{}{}", self.base, here.as_str().unwrap());
        for language in ["en", "zh"] {
            self.page.open(&format!("{here}?lang={language}")).unwrap();
            look_at(&mut self.page, axe, &format!("{name}-{language}"), &PHONE);
        }
    }

    /// A picture for people to look at, if they asked for pictures.
    pub(super) fn keep_picture(&mut self, name: &str) {
        looking::keep_picture(&mut self.page, name);
    }

    /// Opens the link, comes in, and answers the consents that may be refused like this. The two
    /// others are granted.
    pub(super) fn come_in(&mut self, link: &str, face: &str, place: &str) {
        self.page.open(&format!("{}{link}?lang=zh", self.base)).unwrap();
        self.tap("button.go");
        self.consent(face, place);
    }

    /// Answers the four consents, page by page.
    pub(super) fn consent(&mut self, face: &str, place: &str) {
        for (title, answer) in CONSENTS.into_iter().zip(["granted", face, place, "granted"]) {
            self.until_at(title);
            is_asked_fairly(&mut self.page, title);
            self.answer(&format!("button[value={answer}]"));
        }
    }

    /// Reads the one document there is.
    pub(super) fn read(&mut self) {
        self.until_at("请阅读要签署的文件");
        self.answer("form button");
    }

    /// Takes the photo with the stream of the camera, and uses it.
    pub(super) fn shoot(&mut self) {
        self.until_at("拍一张现场照片");
        // Only a demonstration offers a drawing instead.
        assert_eq!(self.page.evaluate("document.querySelector('#sample')").unwrap(), Value::Null);
        self.tap("#start");
        self.until_shown("#take");
        self.page.wait_until("document.querySelector('#stream').videoWidth > 0").unwrap();
        self.tap("#take");
        self.tap("#use");
    }

    /// Writes the name and signs, as far as the receipt.
    pub(super) fn write_and_sign(&mut self) {
        self.until_at("请手写您的姓名");
        self.write_a_name();
        self.tap("#done");
        self.until_at("请确认您的意愿");
        self.tap("#sign");
        self.until_at("签署完成");
    }

    /// The record of the signing whose receipt is shown.
    pub(super) fn record(&mut self) -> String {
        let record = self.page.evaluate("document.querySelector('#flags').dataset.record");
        record.unwrap().as_str().unwrap().to_owned()
    }

    pub(super) fn write_a_name(&mut self) {
        for line in [
            vec![[150.0, 250.0], [300.0, 240.0], [480.0, 260.0]],
            vec![[320.0, 120.0], [310.0, 500.0], [240.0, 860.0]],
            vec![[320.0, 400.0], [500.0, 640.0], [620.0, 850.0]],
        ] {
            self.page.draw("#pad", &line).unwrap();
        }
    }
}

/// Nothing on the page of a consent is chosen beforehand, and both answers look the same.
pub(super) fn is_asked_fairly(page: &mut Page<'_>, title: &str) {
    let asked = "(() => { const chosen = document.querySelectorAll('main :checked, main [autofocus], main [aria-pressed=true]').length; \
         const answers = [...document.querySelectorAll('form.choice button')].map((b) => { \
         const { width, height } = b.getBoundingClientRect(); const s = getComputedStyle(b); \
         return [width, height, s.backgroundColor, s.color, s.fontSize, s.fontWeight, s.borderColor].join(' '); }); \
         return [chosen, answers.length, answers[0] === answers[1], document.activeElement.tagName, answers.join(' | ')]; })()";
    let asked = page.evaluate(asked).unwrap();
    let found = json!([asked[0], asked[1], asked[2], asked[3]]);
    assert_eq!(found, json!([0, 2, true, "BODY"]), "{title}: {}", asked[4]);
}

/// The bundle of what was signed, as staff exports it, and that it proves itself.
pub(super) async fn examined(house: &House, record: &str) -> EvidenceBundle {
    let bundle = house.client.get(STAFF, &format!("/api/v1/records/{record}/bundle")).await.ok();
    let anchors = house.client.http.get(format!("{}/anchors.json", house.centre_url)).send();
    let anchors = anchors.await.unwrap().bytes().await.unwrap();
    let examination = Examination::of(&bundle, Some(&anchors), None).unwrap();
    let required = ClaimName::required_by_default().into_iter().collect();
    assert_eq!(examination.verdict().conclude(&required), Conclusion::Proved);
    EvidenceBundle::read(&bundle).unwrap()
}

/// A value of the device's own attributes.
pub(super) fn of_client(bundle: &EvidenceBundle, name: &str) -> Value {
    let client = Disclosure::parse(bundle.parts.client.as_ref().unwrap()).unwrap();
    client.value(name).cloned().unwrap_or_default()
}
