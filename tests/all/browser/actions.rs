//! What a signer is asked to do before the camera: one action after the other without a tap, and a
//! way past each (edge case 19).

use std::path::Path;

use heqi_evidence::disclosure::Disclosure;
use serde_json::{Value, json};

use super::door;
use super::looking::{PHONE, faults};
use super::walk::{MOST_TAPS, Walk, axe, browser_with_camera, examined, of_client};
use crate::acceptance::house::{House, Second};

/// What a program calls the camera it plays pictures through.
const VIRTUAL: &str = "Object.defineProperty(MediaStreamTrack.prototype, 'label', \
     { get: () => 'OBS Virtual Camera' })";

/// Lets a test hold the count that a page counts down.
const HELD: &str = "{ const every = globalThis.setInterval; \
     globalThis.setInterval = (work, ms) => every(() => globalThis.held || work(), ms); }";

/// Lets a test say that some time has gone since a page began to count.
const LATER: &str = "{ const now = performance.now.bind(performance); \
     performance.now = () => now() + (globalThis.later ?? 0); }";

/// Taps twice, as many people do: the second time is not meant for the next action.
const TAPPED_TWICE: &str = "{ globalThis.later = 1000; const cannot = document.querySelector('#cannot'); \
     cannot.click(); setTimeout(() => cannot.click()); }";

/// Which sentence is shown, with how many pictures.
const SHOWN: &str = "(() => { const cards = [...document.querySelectorAll('#actions [data-action]')]; \
     const shown = cards.filter((card) => card.checkVisibility()); \
     return [shown.length, shown[0]?.querySelectorAll('svg').length, shown[0]?.innerText.trim()]; })()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_19_the_page_asks_for_one_action_after_the_other_and_lets_past_who_cannot() {
    let Some(mut browser) = browser_with_camera() else { return };
    let house = House::start(Second::Real).await;
    let mut reached = door::reached(&house).await;
    house.until_cosigned().await;
    let base = house.url();
    browser.grant(&base, &["videoCapture"]).unwrap();
    let mut page = browser.page().unwrap();
    page.be_a_phone(360, 740).unwrap();
    page.run_before_load(VIRTUAL).unwrap();
    page.run_before_load(HELD).unwrap();
    page.run_before_load(LATER).unwrap();
    let mut walk = Walk { page, base: base.clone(), taps: 0 };

    walk.page.open(&format!("{base}{}?lang=zh", reached.link)).unwrap();
    walk.tap("button.go");
    reached.come_in(&mut walk, &house).await;
    walk.consent("granted", "refused");
    walk.read();
    walk.until_at("拍一张现场照片");
    walk.page.evaluate("globalThis.held = true").unwrap();
    walk.shoot();
    walk.until_shown("#cannot");
    let shown = walk.page.evaluate(SHOWN).unwrap();
    assert_eq!(json!([shown[0], shown[1]]), json!([1, 1]), "one at a time: {shown}");
    let axe = axe();
    let found = faults(&mut walk.page, axe.as_deref(), &PHONE);
    assert!(found.is_empty(), "{found:?}");
    walk.keep_picture("actions");
    walk.page.evaluate(TAPPED_TWICE).unwrap();
    // The other one is taken by itself, when the time is over.
    walk.page.evaluate("globalThis.held = false").unwrap();
    walk.write_and_sign();
    assert!(walk.taps <= MOST_TAPS, "{} taps, and the one that passed an action", walk.taps);

    let record = walk.record();
    house.until_answered(&heqi_registration::Custodian::ALL).await;
    house.until_cosigned().await;
    let bundle = examined(&house, &record).await;
    assert_eq!(of_client(&bundle, "capture_source"), "virtual_camera_stream");
    let said = Disclosure::parse(&bundle.parts.record).unwrap();
    let format = said.value("photo_format").unwrap();
    assert_eq!(format["liveness"], "not_assessed");
    let actions = format["actions"].as_array().unwrap();
    let result = |action: &Value| action["result"].as_str().unwrap().to_owned();
    let results: Vec<String> = actions.iter().map(result).collect();
    assert_eq!(results, ["not_done", "frame"]);
    let is_picture = |name: &&String| Path::new(name).extension().is_some_and(|one| one == "jpg");
    let pictures = bundle.parts.attachments.keys().filter(is_picture).count();
    assert_eq!(pictures, 1, "the photo; frames are in no bundle");
    drop(walk);
    house.stop().await;
}
