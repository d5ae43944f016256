//! The pages of the demo's own, and the description of the interface: looked at as every page of
//! the services is, in both languages, on a phone and at a desk. And what a visitor does on them.
//! Needs the program: `hq build --profile ci -p heqi --bins`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::bundle::EvidenceBundle;
use heqi_tests::browser::{Browser, Page};
use serde_json::json;

use super::lan::{Demo, until_the_photo};
use super::looking::{DESK, TEXT, look_at};
use super::verifier::browser;
use super::walk::{Walk, axe, of_client};

/// Below the guide, and how each is named in pictures.
const OF_THE_GUIDE: [(&str, &str); 9] = [
    ("guide", "/?"),
    ("guide-large", "/?text=large&"),
    ("phone", "/phone?"),
    ("officers", "/officers?"),
    ("tamper", "/tamper?"),
    ("tamper-time", "/tamper?do=moved-time&"),
    ("tamper-log", "/tamper?do=rewritten-log&"),
    ("path", "/path?"),
    ("path-changed", "/path?do=one-byte&"),
];

fn open(page: &mut Page<'_>, url: &str) {
    page.open(url).unwrap();
    page.wait_until("document.readyState === 'complete'").unwrap();
}

#[test]
fn every_page_of_the_demo_is_for_everybody_in_both_languages() {
    let Some(mut browser) = browser() else { return };
    let axe = axe();
    let Some(demo) = Demo::start_with(&[]) else { return };
    let guide = demo.says("guide_url");
    let of_the_guide = OF_THE_GUIDE.map(|(name, path)| (name, format!("{guide}{path}"), &DESK));
    let further = [
        ("inbox", format!("{}/?", demo.says("inbox_url")), &DESK),
        ("api-docs", format!("{}/api/docs?", demo.says("platform_url")), &TEXT),
    ];
    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({ "enabled": true })).unwrap();
    for (name, address, sight) in of_the_guide.into_iter().chain(further) {
        for language in ["zh", "en"] {
            open(&mut page, &format!("{address}lang={language}"));
            look_at(&mut page, axe.as_deref(), &format!("demo-{name}-{language}"), sight);
        }
    }
}

#[test]
fn a_visitor_tampers_with_the_copy_and_the_half_that_contradicts_turns_red() {
    let Some(demo) = Demo::start_with(&[]) else { return };
    let Some(mut browser) = browser() else { return };
    let mut page = browser.page().unwrap();
    page.resize(360, 740).unwrap();
    open(&mut page, &format!("{}/tamper?lang=zh", demo.says("guide_url")));
    let colours =
        "[...document.querySelectorAll('svg .half')].map((half) => getComputedStyle(half).stroke)";
    let calm = page.evaluate(colours).unwrap();
    assert_eq!(calm[0], calm[1], "both halves are fine: {calm}");
    page.tap("a[href*='rewritten-log']").unwrap();
    page.wait_until("location.search.includes('rewritten-log')").unwrap();
    page.wait_until("document.querySelector('svg .bad') !== null").unwrap();
    page.wait_until("document.readyState === 'complete'").unwrap();
    let torn = page.evaluate(colours).unwrap();
    assert_eq!(torn[0], calm[0], "the platform's half alone looks fine: {torn}");
    assert_ne!(torn[1], calm[1], "the notary's half turns red: {torn}");
    let text = page.evaluate("document.querySelector('svg').getAttribute('aria-label')").unwrap();
    assert!(text.as_str().unwrap().contains("公证处那一半：对不上"), "{text}");
    page.tap("a.go").unwrap();
    page.wait_until("!location.search.includes('rewritten-log')").unwrap();
    page.wait_until("document.querySelectorAll('svg .half').length === 2").unwrap();
    // The colours come with the style sheet.
    page.wait_until("document.readyState === 'complete'").unwrap();
    assert_eq!(page.evaluate(colours).unwrap(), calm, "restored");
}

#[test]
fn a_visitor_without_a_camera_signs_with_a_drawn_sample_that_is_recorded_as_simulated() {
    let Some(demo) = Demo::start_with(&[]) else { return };
    let Some(mut browser) = browser() else { return };
    let mut other = Browser::start().unwrap();
    let mut reading = other.page().unwrap();
    let base = demo.says("platform_url").to_owned();
    let mut walk = Walk { page: browser.page().unwrap(), base, taps: 0 };
    walk.page.resize(360, 740).unwrap();
    let guide = format!("{}/phone?lang=zh", demo.says("guide_url"));
    open(&mut walk.page, &guide);
    let framed = walk.page.evaluate("document.querySelector('iframe.phone').src").unwrap();
    let inbox = demo.says("inbox_url");
    until_the_photo(&mut walk, &mut reading, framed.as_str().unwrap(), inbox);
    walk.tap("#sample");
    walk.until_shown("#shot");
    // What is there says itself that it is no photo.
    walk.keep_picture("demo-sample");
    walk.tap("#use");
    walk.write_and_sign();
    // The demo has a time authority: its flag lights up on the page that stands there.
    walk.page.evaluate("globalThis.stays = true").unwrap();
    let lit = "globalThis.stays === true && \
         document.querySelector('#flags [data-flag=timestamped][data-state=there]') !== null";
    walk.page.wait_until(lit).unwrap();
    let flag = "document.querySelector('#flags [data-flag=timestamped]').textContent";
    let flag = walk.page.evaluate(flag).unwrap();
    assert!(flag.as_str().unwrap().contains("已取得时间戳"), "{flag}");
    let fetched = "fetch(document.querySelector('a[download]').href).then((answer) => answer.arrayBuffer())\
         .then((bytes) => btoa([...new Uint8Array(bytes)].map((byte) => String.fromCharCode(byte)).join('')))";
    let bundle = walk.page.evaluate(fetched).unwrap();
    let bundle = STANDARD.decode(bundle.as_str().unwrap()).unwrap();
    let bundle = EvidenceBundle::read(&bundle).unwrap();
    assert_eq!(of_client(&bundle, "capture_source"), "simulated");
}
