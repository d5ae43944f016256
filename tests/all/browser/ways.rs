//! Every optional feature of a browser missing in turn, and the network with it: there is a way on
//! each time, and what was missing is recorded as what it is.

use std::io::Write as _;
use std::path::Path;

use heqi_evidence::disclosure::Disclosure;
use heqi_registration::review_wanted::{ReviewWay, WayReason, reviews_wanted};
use heqi_testkit::files;
use heqi_vocabulary::Provenance;
use serde_json::json;

use super::handover::until_photo;
use super::passage::be_a_slow_phone_alone;
use super::walk::{Invited, Walk, axe, browser_with_camera, examined, invited, of_client};
use crate::acceptance::house::{House, Second};

/// What is taken away from the browser before any script of ours runs.
const MISSING: [(&str, &str); 12] = [
    ("stream camera", "delete MediaDevices.prototype.getUserMedia"),
    (
        "Ed25519",
        "(() => { const make = SubtleCrypto.prototype.generateKey; \
         SubtleCrypto.prototype.generateKey = function (algorithm, ...rest) { \
         return algorithm.name === 'Ed25519' ? Promise.reject(new DOMException('no', 'NotSupportedError')) \
         : make.call(this, algorithm, ...rest); }; })()",
    ),
    ("WebCrypto", "Object.defineProperty(Crypto.prototype, 'subtle', {get: () => undefined})"),
    ("geolocation", "delete Navigator.prototype.geolocation"),
    ("IndexedDB", "Object.defineProperty(globalThis, 'indexedDB', {get: () => undefined})"),
    ("service worker", "delete Navigator.prototype.serviceWorker"),
    ("speech", "delete globalThis.speechSynthesis"),
    (
        "position in time",
        "Geolocation.prototype.getCurrentPosition = (found, failed) => failed({code: 3})",
    ),
    ("position", "Geolocation.prototype.getCurrentPosition = (found, failed) => failed({code: 2})"),
    ("what is in view", "delete globalThis.IntersectionObserver"),
    ("points between", "delete PointerEvent.prototype.getCoalescedEvents"),
    (
        "memory of the tab",
        "Object.defineProperty(globalThis, 'sessionStorage', \
         {get: () => { throw new DOMException('no', 'SecurityError'); }})",
    ),
];

/// The most bytes of a photo that is sent, whatever the camera gives (edge case 38).
const LARGEST_PHOTO: usize = 200_000;

/// Makes what the fake camera gives differ a little: cameras never give the same bytes twice, and
/// the very bytes are taken in one ceremony only.
pub(super) fn of_its_own(number: usize) -> String {
    format!(
        "const blob = HTMLCanvasElement.prototype.toBlob;
        HTMLCanvasElement.prototype.toBlob = function (...how) {{
            const paper = this.getContext('2d');
            paper.fillStyle = 'rgb({shade} 80 80)';
            paper.fillRect(0, 0, 16, 16);
            return blob.apply(this, how);
        }};",
        shade = 20 * number
    )
}

// Each on a slow phone with a slow network. Twelve ceremonies there take longer than a test may:
// four tests of three, which run beside each other.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_phone_without_a_camera_stream_or_cryptography_signs_all_the_same() {
    signs_without(&MISSING[..3]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_phone_without_geolocation_storage_or_worker_signs_all_the_same() {
    signs_without(&MISSING[3..6]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_phone_without_speech_or_a_position_signs_all_the_same() {
    signs_without(&MISSING[6..9]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_phone_that_sees_no_view_no_points_between_and_has_no_tab_memory_signs_all_the_same()
{
    signs_without(&MISSING[9..]).await;
}

/// One ceremony for each, in which that is missing.
async fn signs_without(missing: &[(&str, &str)]) {
    let Some(mut browser) = browser_with_camera() else { return };
    let house = House::start(Second::Real).await;
    let tokens = house.invite(missing.len()).await;
    house.until_cosigned().await;
    let base = house.url();
    browser.grant(&base, &["geolocation", "videoCapture"]).unwrap();
    let mut album = tempfile::Builder::new().suffix(".jpg").tempfile().unwrap();
    album.write_all(&files::padded_photo("system camera", 3_000_000)).unwrap();
    for (number, ((name, script), token)) in missing.iter().zip(&tokens).enumerate() {
        let link = house.link_of(token).await;
        let mut walk = Walk::begin(&house, &mut browser);
        walk.page.run_before_load(script).unwrap();
        walk.page.run_before_load(&of_its_own(number)).unwrap();
        walk.page.be_a_phone(360, 740).unwrap();
        be_a_slow_phone_alone(&mut walk.page);
        walk.page.open(&format!("{base}{link}?lang=zh")).unwrap();
        walk.page
            .wait_until("document.querySelector('#features')?.dataset.tested === 'yes'")
            .unwrap();
        let unfit = "!document.querySelector('[data-said=unfit]').hidden";
        assert_eq!(walk.page.evaluate(unfit).unwrap(), false, "{name}");
        walk.tap("button.go");
        walk.consent("granted", "granted");
        walk.read();
        walk.until_at("拍一张现场照片");
        if *name == "stream camera" {
            walk.until_shown("label.file");
            walk.page.choose("#file", &[album.path()]).unwrap();
            walk.tap("#use");
        } else {
            walk.shoot();
        }
        walk.write_and_sign();
        let record = walk.record();
        walk.page.close().unwrap();

        house.until_answered(&heqi_registration::Custodian::ALL).await;
        house.until_cosigned().await;
        let bundle = examined(&house, &record).await;
        let client = Disclosure::parse(bundle.parts.client.as_ref().unwrap()).unwrap();
        let place = client.attribute("place").unwrap();
        let custody = of_client(&bundle, "key_custody");
        let custody = custody.as_str().unwrap();
        let source = of_client(&bundle, "capture_source");
        match *name {
            "stream camera" => assert_eq!(source, "system_camera"),
            "Ed25519" => assert_eq!(custody, "webcrypto_p256_non_extractable"),
            "WebCrypto" => assert_eq!(custody, "library_ed25519_tab_memory"),
            "IndexedDB" => assert_eq!(custody, "webcrypto_ed25519_tab_memory"),
            // Nothing was counted, so nothing is said of single pages.
            "what is in view" => assert_eq!(of_client(&bundle, "dwell")[0]["seconds"], 0),
            "geolocation" => assert_eq!(place.provenance, Provenance::Absent),
            "position in time" => {
                assert_eq!(of_client(&bundle, "place"), json!({"not_obtained": "timed_out"}));
            }
            "position" => {
                assert_eq!(of_client(&bundle, "place"), json!({"not_obtained": "unavailable"}));
            }
            _ => {}
        }
        assert_eq!(source == "system_camera", *name == "stream camera", "{name}");
        let is_photo = |file: &str| Path::new(file).extension().is_some_and(|end| end == "jpg");
        let mut attached = bundle.parts.attachments.iter();
        let (_, photo) = attached.find(|(file, _)| is_photo(file)).unwrap();
        assert!(photo.len() <= LARGEST_PHOTO, "{name}: {} bytes", photo.len());
        println!("{} of {}: without {name}: {custody}, {source}", number + 1, missing.len());
    }
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signer_who_refuses_face_information_chooses_one_of_two_equal_ways() {
    let Some(Invited { mut browser, house, link }) = invited().await else { return };
    let axe = axe();
    let base = house.url();
    // Nobody reviews on this platform: the choice is kept, and whom to call is said.
    let mut walk = Walk::begin(&house, &mut browser);
    walk.page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    walk.come_in(&link, "refused", "refused");
    walk.until_at("换一种方式办理");
    let sizes = "[...document.querySelectorAll('button[name=way]')]\
         .map((b) => { const {width, height} = b.getBoundingClientRect(); return `${width} ${height}`; })";
    let sizes = walk.page.evaluate(sizes).unwrap();
    assert_eq!(sizes[0], sizes[1], "neither way is the usual one");
    walk.tap("button[value=video]");
    walk.until_at("已登记：视频人工核验");
    walk.look(axe.as_deref(), "other-way");
    // Whoever comes back stands there, and may still choose the other.
    walk.page.open(&format!("{base}/sign?lang=zh")).unwrap();
    walk.until_at("已登记：视频人工核验");
    walk.tap("button[value=counter]");
    walk.until_at("已登记：到窗口核验");
    let waiting = reviews_wanted(&house.platform, None, 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].reason, waiting[0].way), (WayReason::FaceRefused, ReviewWay::Counter));
    drop(walk);
    house.stop().await;
}

fn network(walk: &mut Walk<'_>, is_there: bool) {
    let state = json!({"offline": !is_there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    walk.page.ask("Network.emulateNetworkConditions", &state).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signer_who_loses_the_network_is_told_so_and_signs_once_when_it_is_back() {
    let Some(Invited { mut browser, house, link }) = invited().await else { return };
    let base = house.url();
    let mut walk = Walk::begin(&house, &mut browser);
    // Page by page as the network itself is: without the worker, whose own network is another's.
    walk.page.run_before_load("delete Navigator.prototype.serviceWorker").unwrap();
    walk.page.open(&format!("{base}{link}?lang=zh")).unwrap();
    walk.tap("button.go");
    walk.until_at("电子签名及存证约定");
    // A form waits for the network, and goes once.
    network(&mut walk, false);
    walk.answer("button[value=granted]");
    walk.until_shown("#network [data-net=offline]");
    walk.answer("button[value=granted]");
    network(&mut walk, true);
    walk.until_at("人脸信息处理单独同意书");
    walk.answer("button[value=granted]");
    walk.until_at("位置信息单独同意");
    walk.answer("button[value=refused]");
    walk.until_at("向公证处提供信息单独同意");
    walk.answer("button[value=granted]");
    walk.read();
    walk.shoot();
    walk.until_at("请手写您的姓名");
    walk.write_a_name();
    // The tab is killed and comes back: what was written is still there, enciphered.
    // Never the first to open it: that would make a store without its parts.
    let kept = "indexedDB.databases().then((all) => all.some((one) => one.name === 'heqi') && \
         new Promise((done) => { const open = indexedDB.open('heqi'); \
         open.onerror = () => done(false); open.onsuccess = () => { try { \
         const keys = open.result.transaction('signing').objectStore('signing').getAllKeys(); \
         keys.onerror = () => { open.result.close(); done(false); }; \
         keys.onsuccess = () => { open.result.close(); \
         done(keys.result.some((key) => key.startsWith('stash:'))); }; } \
         catch { open.result.close(); done(false); } }; }))";
    walk.page.wait_until(kept).unwrap();
    walk.page.open(&format!("{base}/sign?lang=zh")).unwrap();
    walk.until_at("请手写您的姓名");
    walk.page
        .wait_until(
            "document.querySelector('#pad').getContext('2d').getImageData(0, 0, 640, 320).data.some((byte) => byte)",
        )
        .unwrap();
    walk.tap("#done");
    walk.until_at("请确认您的意愿");
    network(&mut walk, false);
    walk.tap("#sign");
    walk.until_shown("[data-said=offline]");
    let told = walk.page.evaluate("document.querySelector('[data-said=offline]').textContent");
    let told = told.unwrap();
    assert!(!told.as_str().unwrap().contains('{'), "since when and when next: {told}");
    // Tapping again on a page that waits does nothing.
    walk.answer("#sign");
    network(&mut walk, true);
    walk.until_at("签署完成");
    assert_eq!(house.coverage().await["signings"], 1);
    drop(walk);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_worker_keeps_our_files_and_never_a_page_about_anybody() {
    let Some(Invited { mut browser, house, link }) = invited().await else { return };
    let base = house.url();
    let mut walk = Walk::begin(&house, &mut browser);
    walk.page.open(&format!("{base}{link}?lang=zh")).unwrap();
    let scope = walk.page.evaluate("navigator.serviceWorker.getRegistration('/sign').then(async (r) => { \
         for (let i = 0; !r && i < 100; i += 1) { await new Promise((d) => setTimeout(d, 50)); \
         r = await navigator.serviceWorker.getRegistration('/sign'); } return new URL(r.scope).pathname; })");
    assert_eq!(scope.unwrap(), "/sign");
    walk.tap("button.go");
    walk.until_at("电子签名及存证约定");
    walk.page.evaluate("navigator.serviceWorker.ready.then(() => true)").unwrap();
    walk.answer("button[value=granted]");
    walk.until_at("人脸信息处理单独同意书");
    walk.page.open(&format!("{base}/sign")).unwrap();
    walk.until_at("人脸信息处理单独同意书");
    let controlled = "navigator.serviceWorker.controller !== null";
    walk.page.wait_until(controlled).unwrap();
    let kept = "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name)\
         .then((cache) => cache.keys()).then((keys) => keys.map(({url}) => new URL(url).pathname)))))\
         .then((lists) => lists.flat())";
    let kept = walk.page.evaluate(kept).unwrap();
    let kept: Vec<_> = kept.as_array().unwrap().iter().filter_map(|path| path.as_str()).collect();
    assert!(kept.contains(&"/offline"), "{kept:?}");
    assert!(
        kept.iter().all(|path| *path == "/offline" || path.starts_with("/assets/")),
        "{kept:?}"
    );
    let trouble = walk.page.trouble().unwrap();
    assert_eq!(trouble.errors, Vec::<String>::new(), "under the policy of the pages");

    // The platform cannot be reached: a page of ours says so, and goes on afterwards.
    let stopped = house.stop_platform().await;
    walk.page.open(&format!("{base}/sign")).unwrap();
    walk.until_at("现在没有网络");
    walk.keep_picture("offline");
    let house = stopped.start().await;
    house.gate.opened().await;
    walk.tap("a.go");
    walk.until_at("人脸信息处理单独同意书");
    drop(walk);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_for_no_network_follows_the_language_that_was_chosen_last() {
    let Some(Invited { mut browser, house, link }) = invited().await else { return };
    let base = house.url();
    let mut walk = Walk::begin(&house, &mut browser);
    walk.page.open(&format!("{base}{link}?lang=zh")).unwrap();
    walk.tap("button.go");
    walk.until_at("电子签名及存证约定");
    walk.page.evaluate("navigator.serviceWorker.ready.then(() => true)").unwrap();
    walk.page.open(&format!("{base}/sign")).unwrap();
    walk.page.wait_until("navigator.serviceWorker.controller !== null").unwrap();
    for (language, title) in [("zh", "现在没有网络"), ("en", "There is no network now")] {
        walk.page.open(&format!("{base}/sign?lang={language}")).unwrap();
        let kept = format!(
            "caches.match('/offline').then((kept) => kept.text()).then((text) => text.includes('{title}'))"
        );
        walk.page.wait_until(&kept).unwrap_or_else(|error| panic!("{language}: {error}"));
    }
    let stopped = house.stop_platform().await;
    walk.page.open(&format!("{base}/sign")).unwrap();
    walk.until_at("There is no network now");
    let house = stopped.start().await;
    house.gate.opened().await;
    drop(walk);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_browser_itself_says_that_the_signer_s_side_can_be_installed() {
    let Some(Invited { mut browser, house, link }) = invited().await else { return };
    let base = house.url();
    let faults = "Page.getInstallabilityErrors";
    // A browser that never finds a fault would say nothing about ours.
    let mut empty = browser.page().unwrap();
    let found = empty.ask(faults, &json!({})).unwrap();
    assert_ne!(found["installabilityErrors"], json!([]), "an empty page is no application");
    empty.close().unwrap();
    let mut page = browser.page().unwrap();
    page.open(&format!("{base}{link}?lang=zh")).unwrap();
    let manifest = page.ask("Page.getAppManifest", &json!({})).unwrap();
    assert!(manifest["url"].as_str().unwrap().ends_with("/manifest.webmanifest"), "{manifest}");
    assert_eq!(manifest["errors"], json!([]), "{manifest}");
    let found = page.ask(faults, &json!({})).unwrap();
    assert_eq!(found["installabilityErrors"], json!([]));
    page.close().unwrap();
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_14_a_camera_that_is_refused_has_three_ways_on() {
    let Some(Invited { mut browser, house, link }) = invited().await else { return };
    let mut walk = Walk::begin(&house, &mut browser);
    let refusing = "MediaDevices.prototype.getUserMedia = \
         () => Promise.reject(new DOMException('no', 'NotAllowedError'))";
    walk.page.run_before_load(refusing).unwrap();
    until_photo(&mut walk, &link);
    walk.tap("#start");
    walk.until_shown("[data-said=denied]");
    for way in ["label.file", "#over button", "a[href='/sign/other-way']"] {
        walk.until_shown(way);
    }
    walk.keep_picture("camera-denied");
    walk.tap("a[href='/sign/other-way']");
    walk.until_at("由工作人员核验");
    walk.tap("button[value=counter]");
    walk.until_at("已登记：到窗口核验");
    let waiting = reviews_wanted(&house.platform, None, 10).await.unwrap();
    assert_eq!(waiting[0].reason, WayReason::CameraMissing);
    drop(walk);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_another_program_holds_is_not_told_as_missing_and_a_step_again_says_why() {
    let Some(Invited { mut browser, house, link }) = invited().await else { return };
    let base = house.url();
    let mut walk = Walk::begin(&house, &mut browser);
    let held = "MediaDevices.prototype.getUserMedia = \
         () => Promise.reject(new DOMException('held', 'NotReadableError'))";
    walk.page.run_before_load(held).unwrap();
    until_photo(&mut walk, &link);
    walk.tap("#start");
    walk.until_shown("[data-said=in-use]");
    walk.until_shown("label.file");
    let focus = "document.activeElement?.id";
    assert_eq!(walk.page.evaluate(focus).unwrap(), "start", "the focus stays where it was");
    // Where the file is chosen is seen by whoever uses a keyboard: its label shows where the focus is.
    walk.page.press("Tab", "\t").unwrap();
    assert_eq!(walk.page.evaluate(focus).unwrap(), "file");
    let outline =
        "getComputedStyle(document.querySelector('#file').nextElementSibling).outlineStyle";
    assert_eq!(walk.page.evaluate(outline).unwrap(), "solid");
    // Back here from a later step, as on a device that has not the key.
    walk.page.open(&format!("{base}/sign?lang=zh")).unwrap();
    walk.page.open(&format!("{base}/sign/photo#elsewhere")).unwrap();
    walk.until_shown("[data-said=elsewhere]");
    drop(walk);
    house.stop().await;
}
