//! The signer's whole way in a real Chromium with a camera: on a phone with a finger, on a desk
//! with the keyboard alone; interrupted everywhere; small enough for a slow network.

use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::verdict::{ClaimName, Conclusion};
use heqi_tests::browser::{Browser, BrowserError, Page};
use heqi_verify::Examination;
use serde_json::{Value, json};

use super::verifier::root;
use crate::acceptance::house::{House, STAFF, Second};

/// The most taps from the opened link to the receipt, beside the consents, one 我已读完 per
/// document, drawing and typing.
const MOST_TAPS: usize = 12;

/// A browser with a camera, or none: then the caller returns, and the reason is printed.
fn browser_with_camera() -> Option<Browser> {
    match Browser::start_with_camera() {
        Ok(browser) => Some(browser),
        Err(BrowserError::Missing) => {
            eprintln!("SKIPPED: {}", BrowserError::Missing);
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// axe, if the packages of `crates/verify/page` are there.
fn axe() -> Option<String> {
    let path = root().join("crates/verify/page/node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(path).ok();
    if axe.is_none() {
        eprintln!("SKIPPED: no axe-core; run `npm ci` in crates/verify/page");
    }
    axe
}

/// Somebody on their way.
struct Walk<'a> {
    page: Page<'a>,
    base: String,
    taps: usize,
}

impl Walk<'_> {
    /// Waits until this stands in the page's first heading.
    fn until_at(&mut self, heading: &str) {
        let named = Value::from(heading);
        let expression = format!(
            "document.readyState === 'complete' && document.querySelector('h1')?.textContent === {named}"
        );
        self.page.wait_until(&expression).unwrap_or_else(|error| {
            let shown = self.page.evaluate("document.body.innerText");
            panic!("{heading}: {error}\n{shown:?}")
        });
    }

    fn until_shown(&mut self, selector: &str) {
        let named = Value::from(selector);
        self.page
            .wait_until(&format!(
                "(() => {{ const e = document.querySelector({named}); return !!e && e.checkVisibility() && !e.disabled; }})()"
            ))
            .unwrap();
    }

    fn tap(&mut self, selector: &str) {
        self.until_shown(selector);
        self.page.tap(selector).unwrap();
        self.taps += 1;
    }

    /// A tap that is not counted: a consent, or 我已读完.
    fn answer(&mut self, selector: &str) {
        self.page.tap(selector).unwrap();
    }

    /// Looks at the page in both languages: axe finds nothing, nothing scrolls sideways.
    fn look(&mut self, axe: Option<&str>, name: &str) {
        let here = self.page.evaluate("location.pathname").unwrap();
        let here = format!("{}{}", self.base, here.as_str().unwrap());
        for language in ["en", "zh"] {
            self.page.open(&format!("{here}?lang={language}")).unwrap();
            for width in [320, 360, 1280] {
                self.page.resize(width, 740).unwrap();
                let overflow = "document.documentElement.scrollWidth > window.innerWidth";
                let overflows = self.page.evaluate(overflow).unwrap();
                assert_eq!(overflows, false, "{name} scrolls sideways at {width} px, {language}");
                self.keep_picture(&format!("{name}-{language}-{width}"));
            }
            self.page.resize(360, 740).unwrap();
            if let Some(axe) = axe {
                self.page.evaluate(axe).unwrap();
                let look = "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})\
                     .then(({violations}) => violations.map(({id, nodes}) => \
                       `${id}: ${nodes.map(({html}) => html).join(' ')}`))";
                let found = self.page.evaluate(look).unwrap();
                assert_eq!(found, Value::Array(Vec::new()), "{name}, {language}");
            }
            self.is_made_for_fingers(name);
        }
    }

    /// Everything that can be tapped is 44 px high and wide (WCAG 2.2 asks for 24).
    fn is_made_for_fingers(&mut self, name: &str) {
        let small = "[...document.querySelectorAll('button, a, summary, label.file, input[type=text]')]\
             .filter((e) => e.offsetParent !== null && !e.classList.contains('skip'))\
             .map((e) => [e.textContent, e.getBoundingClientRect()])\
             .filter(([, {width, height}]) => width < 44 || height < 44)\
             .map(([text, {width, height}]) => `${text} ${width} ${height}`)";
        let found = self.page.evaluate(small).unwrap();
        assert_eq!(found, Value::Array(Vec::new()), "{name}");
    }

    /// A picture for people to look at, if they asked for pictures.
    fn keep_picture(&mut self, name: &str) {
        if let Ok(folder) = std::env::var("HEQI_PICTURES") {
            let picture = self.page.picture().unwrap();
            std::fs::write(format!("{folder}/{name}.png"), picture).unwrap();
        }
    }

    fn write_a_name(&mut self) {
        for line in [
            vec![[150.0, 250.0], [300.0, 240.0], [480.0, 260.0]],
            vec![[320.0, 120.0], [310.0, 500.0], [240.0, 860.0]],
            vec![[320.0, 400.0], [500.0, 640.0], [620.0, 850.0]],
        ] {
            self.page.draw("#pad", &line).unwrap();
        }
    }
}

/// The bundle of what was signed, as staff exports it, and that it proves itself.
async fn examined(house: &House, record: &str) -> EvidenceBundle {
    let bundle = house.client.get(STAFF, &format!("/api/v1/records/{record}/bundle")).await.ok();
    let anchors = house.client.http.get(format!("{}/anchors.json", house.centre_url)).send();
    let anchors = anchors.await.unwrap().bytes().await.unwrap();
    let examination = Examination::of(&bundle, Some(&anchors), None).unwrap();
    let required = ClaimName::required_by_default().into_iter().collect();
    assert_eq!(examination.verdict().conclude(&required), Conclusion::Proved);
    EvidenceBundle::read(&bundle).unwrap()
}

/// A value of the device's own attributes.
fn of_client(bundle: &EvidenceBundle, name: &str) -> Value {
    let client = Disclosure::parse(bundle.parts.client.as_ref().unwrap()).unwrap();
    client.value(name).cloned().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_on_a_phone_in_few_taps_and_the_page_lights_up_by_itself() {
    let Some(mut browser) = browser_with_camera() else { return };
    let house = House::start(Second::Real).await;
    let token = house.invite(1).await.remove(0);
    let link = house.link_of(&token).await;
    house.until_cosigned().await;
    let base = house.url();
    browser.grant(&base, &["geolocation", "videoCapture"]).unwrap();
    let mut page = browser.page().unwrap();
    page.resize(360, 740).unwrap();
    let place = json!({"latitude": 30.2340, "longitude": 119.7247, "accuracy": 12});
    page.ask("Emulation.setGeolocationOverride", &place).unwrap();
    let mut walk = Walk { page, base: base.clone(), taps: 0 };

    walk.page.open(&format!("{base}{link}?lang=zh")).unwrap();
    walk.page.wait_until("document.querySelector('#features')?.dataset.tested === 'yes'").unwrap();
    let first_paint = walk.page.trouble().unwrap();
    assert!(first_paint.received_bytes < 250_000, "{} bytes", first_paint.received_bytes);
    walk.tap("button.go");
    for title in [
        "电子签名及存证约定",
        "人脸信息处理单独同意书",
        "位置信息单独同意",
        "向公证处提供信息单独同意",
    ] {
        walk.until_at(title);
        walk.answer("button[value=granted]");
    }
    walk.until_at("请阅读要签署的文件");
    walk.answer("form button");
    walk.until_at("拍一张现场照片");
    let layout = "(() => { const b = document.querySelector('#camera').getBoundingClientRect(); \
         return [b.x + scrollX, b.y + scrollY, b.width, b.height]; })()";
    let before = walk.page.evaluate(layout).unwrap();
    walk.tap("#start");
    walk.until_shown("#take");
    assert_eq!(walk.page.evaluate(layout).unwrap(), before, "the page moved when the camera began");
    walk.page.wait_until("document.querySelector('#stream').videoWidth > 0").unwrap();
    walk.tap("#take");
    walk.tap("#use");
    walk.until_at("请手写您的姓名");
    walk.write_a_name();
    walk.keep_picture("drawn");
    // A second tap on the way does nothing twice.
    walk.tap("#done");
    walk.until_at("请确认您的意愿");
    walk.tap("#sign");
    walk.until_at("签署完成");
    assert!(walk.taps <= MOST_TAPS, "{} taps", walk.taps);
    walk.page.wait_until("document.querySelector('#flags').dataset.whole === 'yes' || \
        [...document.querySelectorAll('#flags li')].every((l) => l.dataset.state === 'there' || l.dataset.flag === 'timestamped')").unwrap();
    let lit = walk.page.evaluate("document.querySelector('#flags').innerText").unwrap();
    let lit = lit.as_str().unwrap();
    for words in [
        "已写入存证日志",
        "公证处系统已核对日志只增未改",
        "公证处系统已留存日志",
        "已同步存证至公证处",
    ] {
        assert!(lit.contains(words), "{words} in {lit}");
    }
    let whole = walk.page.trouble().unwrap();
    assert_eq!(whole.errors, Vec::<String>::new());
    let bytes = first_paint.received_bytes + whole.received_bytes;
    assert!(bytes < 3_000_000, "{bytes} bytes");
    assert!(
        whole
            .requests
            .iter()
            .all(|address| address.starts_with(&base) || address.starts_with("blob:"))
    );
    println!(
        "{} taps, {} bytes first, {bytes} bytes in all",
        walk.taps, first_paint.received_bytes
    );

    let record = walk.page.evaluate("document.querySelector('#flags').dataset.record").unwrap();
    let bundle = examined(&house, record.as_str().unwrap()).await;
    assert_eq!(of_client(&bundle, "capture_source"), "camera_stream");
    assert_eq!(of_client(&bundle, "place")["latitude_e6"], 30_234_000);
    assert!(of_client(&bundle, "key_custody").as_str().unwrap().ends_with("_non_extractable"));
    assert_eq!(of_client(&bundle, "dwell").as_array().unwrap().len(), 1);
    let strokes = of_client(&bundle, "strokes_sha256");
    let strokes = format!("{}.json", strokes.as_str().unwrap());
    let strokes: Value = serde_json::from_slice(&bundle.parts.attachments[&strokes]).unwrap();
    assert_eq!(strokes["strokes"].as_array().unwrap().len(), 3);
    drop(walk);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_with_the_keyboard_alone_and_every_page_is_accessible() {
    let Some(mut browser) = browser_with_camera() else { return };
    let axe = axe();
    let house = House::start(Second::Real).await;
    let token = house.invite(2).await.remove(0);
    let link = house.link_of(&token).await;
    house.until_cosigned().await;
    let base = house.url();
    browser.grant(&base, &["videoCapture"]).unwrap();
    let mut page = browser.page().unwrap();
    // axe makes scripts and styles the policy forbids; it looks at the page, it is not in it.
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut walk = Walk { page, base: base.clone(), taps: 0 };
    let press = |walk: &mut Walk<'_>, selector: &str| {
        walk.until_shown(selector);
        reach(&mut walk.page, selector);
        walk.page.press("Enter", "\r").unwrap();
    };

    walk.page.open(&format!("{base}{link}")).unwrap();
    walk.look(axe.as_deref(), "landing");
    press(&mut walk, "button.go");
    walk.until_at("电子签名及存证约定");
    walk.look(axe.as_deref(), "consent");
    press(&mut walk, "button[value=granted]");
    walk.until_at("人脸信息处理单独同意书");
    press(&mut walk, "button[value=refused]");
    walk.until_at("位置信息单独同意");
    // No position: it goes on all the same (edge case 12).
    press(&mut walk, "button[value=refused]");
    walk.until_at("向公证处提供信息单独同意");
    press(&mut walk, "button[value=granted]");
    walk.until_at("换一种方式办理");
    walk.look(axe.as_deref(), "refused");
    press(&mut walk, "a.go");
    walk.until_at("人脸信息处理单独同意书");
    press(&mut walk, "button[value=granted]");
    walk.until_at("请阅读要签署的文件");
    walk.look(axe.as_deref(), "reading");
    press(&mut walk, "form button");
    walk.until_at("拍一张现场照片");
    walk.look(axe.as_deref(), "photo");
    press(&mut walk, "#start");
    walk.until_shown("#take");
    walk.page.wait_until("document.querySelector('#stream').videoWidth > 0").unwrap();
    press(&mut walk, "#take");
    press(&mut walk, "#use");
    walk.until_at("请手写您的姓名");
    walk.look(axe.as_deref(), "drawing");
    press(&mut walk, "summary");
    reach(&mut walk.page, "#typed");
    walk.page.write("示例股东 1").unwrap();
    press(&mut walk, "#done");
    walk.until_at("请确认您的意愿");
    walk.look(axe.as_deref(), "sign");
    press(&mut walk, "#sign");
    walk.until_at("签署完成");
    walk.look(axe.as_deref(), "receipt");
    walk.page.open(&format!("{base}/sign/consent/none")).unwrap();
    walk.look(axe.as_deref(), "trouble");

    let record =
        house.client.get(&token, "/api/v1/ceremony").await.json()["signed"]["record_id"].clone();
    house.until_answered(&heqi_registration::Custodian::ALL).await;
    house.until_cosigned().await;
    let bundle = examined(&house, record.as_str().unwrap()).await;
    let client = Disclosure::parse(bundle.parts.client.as_ref().unwrap()).unwrap();
    let place = client.attribute("place").unwrap();
    assert_eq!(place.provenance, heqi_vocabulary::Provenance::Refused);
    drop(walk);
    house.stop().await;
}

/// Presses Tab until the focus is on what `selector` names.
fn reach(page: &mut Page<'_>, selector: &str) {
    let named = Value::from(selector);
    let is_there = format!("document.activeElement === document.querySelector({named})");
    for _ in 0..60 {
        if page.evaluate(&is_there).unwrap() == true {
            return;
        }
        page.press("Tab", "\t").unwrap();
    }
    panic!("{selector} cannot be reached with the keyboard");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tab_that_is_closed_at_any_step_goes_on_where_it_stopped() {
    let Some(mut browser) = browser_with_camera() else { return };
    let house = House::start(Second::Real).await;
    let token = house.invite(1).await.remove(0);
    let link = house.link_of(&token).await;
    house.until_cosigned().await;
    let base = house.url();
    browser.grant(&base, &["videoCapture"]).unwrap();
    let steps: [(&str, &[&str]); 9] = [
        ("您有文件待签署", &["button.go"]),
        ("电子签名及存证约定", &["button[value=granted]"]),
        ("人脸信息处理单独同意书", &["button[value=granted]"]),
        ("位置信息单独同意", &["button[value=refused]"]),
        ("向公证处提供信息单独同意", &["button[value=granted]"]),
        ("请阅读要签署的文件", &["form button"]),
        ("拍一张现场照片", &["#start", "#take", "#use"]),
        ("请手写您的姓名", &["#done"]),
        ("请确认您的意愿", &["#sign"]),
    ];
    let next = steps.iter().skip(1).map(|(heading, _)| *heading).chain(["签署完成"]);
    for (number, ((heading, taps), next)) in steps.iter().zip(next).enumerate() {
        let address = if number == 0 { format!("{link}?lang=zh") } else { "/sign".to_owned() };
        let mut walk = Walk { page: browser.page().unwrap(), base: base.clone(), taps: 0 };
        walk.page.open(&format!("{base}{address}")).unwrap();
        walk.until_at(heading);
        if *heading == "请手写您的姓名" {
            walk.write_a_name();
        }
        for selector in *taps {
            walk.until_shown(selector);
            if *selector == "#take" {
                walk.page.wait_until("document.querySelector('#stream').videoWidth > 0").unwrap();
            }
            walk.tap(selector);
        }
        walk.until_at(next);
        walk.page.close().unwrap();
    }
    // Only one signature came of it.
    let coverage = house.coverage().await;
    assert_eq!(coverage["signings"], 1);
    house.stop().await;
}
