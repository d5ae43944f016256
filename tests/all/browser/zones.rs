//! Instants for somebody who is not in China.

use serde_json::json;

use super::door;
use super::walk::{Walk, browser_with_camera};
use crate::acceptance::house::{House, Second};

/// When the code ends, by Beijing and by the device, if that stands there; as the page writes them.
const BOTH: &str = "(() => { const lines = [...document.querySelectorAll('p.soft')].map((line) => line.innerText); \
     const line = lines.find((line) => line.includes('valid until')); \
     const at = [...line.matchAll(/\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d [+-]\\d\\d:\\d\\d/g)].map((found) => found[0]); \
     const ms = at.map((one) => Date.parse(one.replace(' ', 'T').replace(' ', ''))); \
     return { zones: at.map((one) => one.slice(20)), same: new Set(ms).size === 1 && ms.every(Number.isFinite) }; })()";

/// Edge case 2: both time zones.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_02_a_foreign_shareholder_reads_each_instant_in_two_time_zones() {
    let Some(mut browser) = browser_with_camera() else { return };
    let house = House::start(Second::Real).await;
    let reached = door::reached(&house).await;
    house.until_cosigned().await;
    let base = house.url();
    let mut walk = Walk { page: browser.page().unwrap(), base: base.clone(), taps: 0 };
    let in_zone = |walk: &mut Walk<'_>, zone: &str| {
        let zone = json!({ "timezoneId": zone });
        walk.page.ask("Emulation.setTimezoneOverride", &zone).unwrap();
    };
    // Half an hour aside, and without summer time.
    in_zone(&mut walk, "Asia/Kolkata");
    walk.page.open(&format!("{base}{}?lang=en", reached.link)).unwrap();
    walk.tap("button.go");
    walk.until_at("First a one-time code");
    walk.tap("form[action='/sign/code'] button");
    walk.until_at("Type the code");
    walk.until_shown("[data-zone=device]");
    let shown = walk.page.evaluate(BOTH).unwrap();
    assert_eq!(shown, json!({ "zones": ["+08:00", "+05:30"], "same": true }));
    // Whoever is in China reads one.
    in_zone(&mut walk, "Asia/Shanghai");
    walk.page.open(&format!("{base}/sign?lang=en")).unwrap();
    walk.until_at("Type the code");
    let shown = walk.page.evaluate(BOTH).unwrap();
    assert_eq!(shown, json!({ "zones": ["+08:00"], "same": true }));
    house.stop().await;
}
