//! The demo as people see it, over TLS: the visitor gets the code in the inbox, a PC hands the
//! camera over to a phone by the address that the QR code really holds, and the messages after
//! signing arrive. Needs the program: `hq build --profile ci -p heqi --bins`.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use heqi_tests::browser::{Browser, BrowserError, Page};
use serde_json::Value;

use super::handover::qr_text;
use super::looking::keep_picture;
use super::walk::{MOST_TAPS, Walk, skipped};

/// Taps at the door: send the code, check the code, say the last four of the number.
const DOOR: usize = 3;

/// The program beside this test, if it was built.
fn program() -> Option<PathBuf> {
    let here = std::env::current_exe().ok()?;
    let program = here.parent()?.parent()?.join("heqi");
    program.exists().then_some(program)
}

/// A demo that ends with this value.
pub(super) struct Demo {
    process: Child,
    pub(super) manifest: Value,
    folder: tempfile::TempDir,
}

impl Demo {
    /// With these arguments; without any, on this machine alone. `None`: the program was not built, or this machine
    /// is in no network, which the program says itself. A demo that ends for another reason fails the test.
    pub(super) fn start_with(more: &[&str]) -> Option<Self> {
        let Some(program) = program() else {
            skipped("no program beside the test");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let said = folder.path().join("said.txt");
        let process = Command::new(program)
            .args(["demo", "--listen", "127.0.0.1:0", "--lang", "zh"])
            .args(more)
            .arg("--data-dir")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&said).unwrap())
            .spawn()
            .unwrap();
        let mut demo = Self { process, manifest: Value::Null, folder };
        let ready = demo.folder.path().join("demo.json");
        let begun = Instant::now();
        while !ready.exists() {
            if let Some(status) = demo.process.try_wait().unwrap() {
                let said = std::fs::read_to_string(&said).unwrap();
                assert!(is_without_network(&said), "the demo ended with {status}: {said}");
                return None;
            }
            assert!(begun.elapsed() < Duration::from_mins(2), "the demo does not become ready");
            std::thread::sleep(Duration::from_millis(50));
        }
        demo.manifest = serde_json::from_slice(&std::fs::read(&ready).unwrap()).unwrap();
        Some(demo)
    }

    pub(super) fn says(&self, name: &str) -> &str {
        self.manifest[name].as_str().unwrap()
    }
}

/// Whether it ended because this machine is in no network: the only end that a test may pass over.
fn is_without_network(said: &str) -> bool {
    said.contains("has no address in a network")
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What stands in the inbox after a word, once it does.
pub(super) fn in_the_inbox(page: &mut Page<'_>, inbox: &str, word: &str) -> String {
    let begun = Instant::now();
    loop {
        page.open(&format!("{inbox}?lang=zh")).unwrap();
        let text = page.evaluate("document.body?.innerText ?? ''").unwrap();
        if let Some((_, after)) = text.as_str().unwrap().split_once(word) {
            return after.chars().take(200).collect();
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "no {word} in the inbox: {text}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The visitor from the opened link to the camera: the code out of the inbox, the last four, the
/// consents, the documents.
pub(super) fn until_the_photo(
    desk: &mut Walk<'_>,
    reading: &mut Page<'_>,
    link: &str,
    inbox: &str,
) {
    desk.page.open(link).unwrap();
    desk.until_at("您有文件待签署");
    desk.tap("button.go");
    desk.tap("form[action='/sign/code'] button");
    desk.until_shown("#code");
    let code: String = in_the_inbox(reading, inbox, "验证码").chars().take(6).collect();
    keep_picture(reading, "demo-inbox");
    desk.answer("#code");
    desk.page.write(&code).unwrap();
    desk.tap("form[action='/sign/code/check'] button");
    desk.until_shown("input[name=last_four]");
    desk.answer("input[name=last_four]");
    desk.page.write("0006").unwrap();
    desk.tap("form[action='/sign/identity'] button[type=submit]");
    desk.consent("granted", "granted");
    // One 我已读完 per document.
    for left in [2, 1] {
        let unread =
            format!("document.querySelectorAll('form[action=\"/sign/read\"]').length === {left}");
        desk.page.wait_until(&unread).unwrap();
        // Nobody looks for the next document on a long page.
        let place = if left == 1 { "#d2" } else { "" };
        assert_eq!(desk.page.evaluate("location.hash").unwrap(), place);
        desk.answer("form[action='/sign/read'] button");
    }
    desk.until_at("拍一张现场照片");
}

#[test]
fn a_demo_that_dies_is_no_machine_without_a_network() {
    if program().is_none() {
        return skipped("no program beside the test");
    }
    let died = std::panic::catch_unwind(|| Demo::start_with(&["--no-such-argument"]).is_some());
    assert!(died.is_err(), "it ended for another reason, and nobody noticed");
}

#[test]
fn the_visitor_of_the_demo_signs_at_a_pc_with_a_phone_over_tls() {
    let started = Browser::start_with_camera_trusting_anybody();
    let mut phone_browser = match started {
        Err(BrowserError::Missing) => return skipped(&BrowserError::Missing.to_string()),
        started => started.unwrap(),
    };
    let mut desk_browser = Browser::start_trusting_anybody().unwrap();
    let Some(demo) = Demo::start_with(&["--lan"]) else {
        return eprintln!("SKIPPED: no program beside the test, or this machine is in no network");
    };
    let (platform, inbox) = (demo.says("platform_url"), demo.says("inbox_url"));
    assert!(platform.starts_with("https://"), "{platform}");
    phone_browser.grant(platform, &["videoCapture"]).unwrap();
    let base = platform.to_owned();
    let mut desk = Walk { page: desk_browser.page().unwrap(), base: base.clone(), taps: 0 };
    let mut phone = Walk { page: phone_browser.page().unwrap(), base, taps: 0 };
    desk.page.resize(1280, 900).unwrap();
    phone.page.resize(360, 740).unwrap();

    desk.page.open(&format!("{}/phone?lang=zh", demo.says("guide_url"))).unwrap();
    let framed = desk.page.evaluate("document.querySelector('iframe.phone').src").unwrap();
    desk.keep_picture("demo-phone");
    until_the_photo(&mut desk, &mut phone.page, framed.as_str().unwrap(), inbox);
    desk.tap("#over button");
    desk.until_shown("svg.qr");
    // The very address: what a phone of this network opens.
    let address = qr_text(&mut desk.page);
    assert!(address.starts_with(platform), "{address} is not at {platform}");
    phone.page.open(&format!("{address}?lang=zh")).unwrap();
    phone.tap("button.go");
    phone.until_shown(".pairing");
    let number = phone.page.evaluate("document.querySelector('.pairing').textContent").unwrap();
    desk.tap(&format!("button[value='{}']", number.as_str().unwrap()));
    // Only once its script is there: the page came by itself.
    phone.until_at("拍一张现场照片");
    phone.tap("#start");
    phone.until_shown("#take");
    phone.page.wait_until("document.querySelector('#stream').videoWidth > 0").unwrap();
    phone.tap("#take");
    phone.tap("#use");
    phone.until_at("请手写您的姓名");
    // The name is written at the PC.
    phone.tap("form[action='/handover/done'] button");
    desk.until_at("请手写您的姓名");
    desk.write_a_name();
    desk.tap("#done");
    desk.until_at("请确认您的意愿");
    desk.tap("#sign");
    desk.until_at("签署完成");
    desk.keep_picture("demo-receipt");
    // The bar of twelve is for one device and begins behind the door, as `journey` and `handover` measure it, where
    // nobody left a number to send a code to. Here the demo's party is reached: the code is sent, the code is checked, the
    // number's last four are checked. Those three are beside the bar; the hand-over, which costs four, is within it.
    let taps = desk.taps + phone.taps;
    println!("{taps} taps on both devices, code and identity included");
    assert!(taps <= MOST_TAPS + DOOR, "{taps} taps");

    // At once to the person named, and to everybody that all have signed.
    in_the_inbox(&mut phone.page, inbox, "有人以您的名义签了");
    let after = in_the_inbox(&mut phone.page, inbox, "文件已全部签署，请核对并确认：");
    assert!(after.contains("/c/"), "{after}");
    phone.keep_picture("demo-inbox-after");
    desk.tap("a.go[href='/sign/confirm']");
    desk.until_at("请核对并确认签署情况");
    desk.tap(".choice button");
    desk.until_at("您已确认");
}
