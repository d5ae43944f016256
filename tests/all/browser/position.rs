//! Where the device is, asked once: what the signer or the browser says to it stands in the evidence, whatever is
//! answered later.

use serde_json::{Value, json};

use super::walk::{Invited, Walk, examined, invited, of_client};
use crate::acceptance::house::House;

/// The first signature does not come through. The position is given at once, and refused to whoever asks once more.
const GIVEN: &str = "(() => {
    const real = globalThis.fetch;
    let isFirst = true;
    globalThis.fetch = (path, request) => {
        if (!isFirst || !String(path).endsWith('/complete')) return real(path, request);
        isFirst = false;
        return Promise.resolve(new Response('<h1>500</h1>', {status: 500}));
    };
    let asked = 0;
    Geolocation.prototype.getCurrentPosition = (found, failed) => {
        asked += 1;
        if (asked > 1) failed({code: 1});
        else found({coords: {latitude: 30.234, longitude: 119.7247, accuracy: 12}, timestamp: Date.now()});
    };
})()";

/// Nobody answers in time, and the no comes while the signature is sent. What the page says of it is kept.
const LATE: &str = "(() => {
    const [real, later] = [globalThis.fetch, globalThis.setTimeout];
    globalThis.setTimeout = (work, ms, ...rest) => later(work, ms === 30_000 ? 0 : ms, ...rest);
    for (const line of document.querySelectorAll('[data-said^=place-]')) {
        new MutationObserver(() => { if (!line.hidden) sessionStorage.setItem(`test-${line.dataset.said}`, 'told'); })
            .observe(line, {attributes: true});
    }
    let refuse = null;
    Geolocation.prototype.getCurrentPosition = (found, failed) => { refuse = () => failed({code: 1}); };
    globalThis.fetch = (path, request) => {
        if (String(path).endsWith('/complete')) refuse();
        return real(path, request);
    };
})()";

/// Goes as far as the button that signs, with the position agreed to.
fn until_the_signature(walk: &mut Walk<'_>, link: &str) {
    walk.come_in(link, "granted", "granted");
    walk.read();
    walk.shoot();
    walk.until_at("请手写您的姓名");
    walk.write_a_name();
    walk.tap("#done");
    walk.until_at("请确认您的意愿");
}

/// What the evidence says of the position.
async fn recorded(house: &House, record: &str) -> Value {
    house.until_answered(&heqi_registration::Custodian::ALL).await;
    house.until_cosigned().await;
    of_client(&examined(house, record).await, "place")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_position_that_was_given_stands_although_the_signer_taps_once_more() {
    let Some(Invited { mut browser, house, link }) = invited().await else { return };
    let mut walk = Walk::begin(&house, &mut browser);
    until_the_signature(&mut walk, &link);
    walk.page.evaluate(GIVEN).unwrap();
    walk.tap("#sign");
    walk.until_shown("[data-said=broken]");
    walk.tap("#sign");
    walk.until_at("签署完成");
    let record = walk.record();
    drop(walk);
    let place = recorded(&house, &record).await;
    assert_eq!(place["latitude_e6"], 30_234_000, "{place}");
    assert_eq!(house.coverage().await["signings"], 1);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_no_that_comes_too_late_is_neither_recorded_nor_said_to_be() {
    let Some(Invited { mut browser, house, link }) = invited().await else { return };
    let mut walk = Walk::begin(&house, &mut browser);
    until_the_signature(&mut walk, &link);
    walk.page.evaluate(LATE).unwrap();
    walk.tap("#sign");
    walk.until_at("签署完成");
    let told = |name: &str| format!("sessionStorage.getItem('test-place-{name}')");
    assert_eq!(walk.page.evaluate(&told("timed-out")).unwrap(), "told");
    assert_eq!(walk.page.evaluate(&told("refused")).unwrap(), Value::Null, "it is not recorded");
    let record = walk.record();
    drop(walk);
    assert_eq!(recorded(&house, &record).await, json!({"not_obtained": "timed_out"}));
    house.stop().await;
}
