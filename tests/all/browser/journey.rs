//! The signer's whole way in a real Chromium with a camera: on a phone with a finger, on a desk
//! with the keyboard alone; interrupted everywhere; small enough for a slow network.

use heqi_evidence::disclosure::Disclosure;
use heqi_tests::browser::Page;
use serde_json::{Value, json};

use super::door::{self, nothing_personal};
use super::walk::{MOST_TAPS, Walk, axe, browser_with_camera, examined, of_client};
use crate::acceptance::house::{House, Second};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_on_a_phone_in_few_taps_and_the_page_lights_up_by_itself() {
    let Some(mut browser) = browser_with_camera() else { return };
    let house = House::start(Second::Real).await;
    let mut reached = door::reached(&house).await;
    house.until_cosigned().await;
    let base = house.url();
    browser.grant(&base, &["geolocation", "videoCapture"]).unwrap();
    let mut page = browser.page().unwrap();
    page.be_a_phone(360, 740).unwrap();
    let place = json!({"latitude": 30.2340, "longitude": 119.7247, "accuracy": 12});
    page.ask("Emulation.setGeolocationOverride", &place).unwrap();
    let mut walk = Walk { page, base: base.clone(), taps: 0 };

    walk.page.open(&format!("{base}{}?lang=zh", reached.link)).unwrap();
    walk.page.wait_until("document.querySelector('#features')?.dataset.tested === 'yes'").unwrap();
    let first_paint = walk.page.trouble().unwrap();
    assert!(first_paint.received_bytes < 250_000, "{} bytes", first_paint.received_bytes);
    walk.tap("button.go");
    reached.come_in(&mut walk, &house).await;
    walk.consent("granted", "granted");
    walk.read();
    walk.until_at("拍一张现场照片");
    let layout = "(() => { const b = document.querySelector('#camera').getBoundingClientRect(); \
         return [b.x + scrollX, b.y + scrollY, b.width, b.height]; })()";
    let before = walk.page.evaluate(layout).unwrap();
    walk.tap("#start");
    walk.until_shown("#take");
    assert_eq!(walk.page.evaluate(layout).unwrap(), before, "the page moved when the camera began");
    walk.page.wait_until("document.querySelector('#stream').videoWidth > 0").unwrap();
    walk.tap("#take");
    walk.until_shown("#use");
    sees_the_film(&mut walk);
    walk.tap("#use");
    walk.until_at("请手写您的姓名");
    takes_strokes_back(&mut walk);
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

    let record = walk.record();
    let bundle = examined(&house, &record).await;
    assert_eq!(of_client(&bundle, "capture_source"), "camera_stream");
    assert_eq!(of_client(&bundle, "place")["latitude_e6"], 30_234_000);
    assert_eq!(of_client(&bundle, "device"), "Android");
    assert!(of_client(&bundle, "user_agent").as_str().unwrap().contains("Android 14"));
    assert_eq!(of_client(&bundle, "screen")["scale_percent"], 200);
    assert!(of_client(&bundle, "key_custody").as_str().unwrap().ends_with("_non_extractable"));
    assert_eq!(of_client(&bundle, "dwell").as_array().unwrap().len(), 1);
    let strokes = of_client(&bundle, "strokes_sha256");
    let strokes = format!("{}.json", strokes.as_str().unwrap());
    let strokes: Value = serde_json::from_slice(&bundle.parts.attachments[&strokes]).unwrap();
    assert_eq!(strokes["pointer"], "touch", "a finger wrote it");
    // Neither what was undone nor what was cleared.
    assert_eq!(strokes["strokes"].as_array().unwrap().len(), 3);
    are_measured(&strokes);
    drop(walk);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_16_a_person_signs_with_the_keyboard_alone_and_every_page_is_accessible() {
    let Some(mut browser) = browser_with_camera() else { return };
    let axe = axe();
    let house = House::start(Second::Real).await;
    let mut reached = door::reached(&house).await;
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

    walk.page.open(&format!("{base}{}", reached.link)).unwrap();
    walk.look(axe.as_deref(), "landing");
    press(&mut walk, "button.go");
    walk.until_at("先收一个验证码");
    walk.look(axe.as_deref(), "door-code");
    press(&mut walk, "form[action='/sign/code'] button");
    walk.until_at("请输入验证码");
    walk.look(axe.as_deref(), "door-code-sent");
    let code = reached.code(&house).await;
    reach(&mut walk.page, "#code");
    walk.page.write(&code).unwrap();
    press(&mut walk, "form[action='/sign/code/check'] button");
    walk.until_at("请确认您是本人");
    nothing_personal(&mut walk);
    walk.look(axe.as_deref(), "door-identity");
    reach(&mut walk.page, "#last-four");
    walk.page.write("002").unwrap();
    press(&mut walk, "button[data-types='X']");
    press(&mut walk, "form[action='/sign/identity'] button[type=submit]");
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
    walk.page.write(door::NAME).unwrap();
    press(&mut walk, "#done");
    walk.until_at("请确认您的意愿");
    walk.look(axe.as_deref(), "sign");
    press(&mut walk, "#sign");
    walk.until_at("签署完成");
    walk.look(axe.as_deref(), "receipt");
    walk.page.open(&format!("{base}/sign/consent/none")).unwrap();
    walk.look(axe.as_deref(), "trouble");

    let record =
        house.client.get(&reached.token, "/api/v1/ceremony").await.json()["signed"]["record_id"]
            .clone();
    house.until_answered(&heqi_registration::Custodian::ALL).await;
    house.until_cosigned().await;
    let bundle = examined(&house, record.as_str().unwrap()).await;
    let client = Disclosure::parse(bundle.parts.client.as_ref().unwrap()).unwrap();
    let place = client.attribute("place").unwrap();
    assert_eq!(place.provenance, heqi_vocabulary::Provenance::Refused);
    drop(walk);
    house.stop().await;
}

/// What the photo shows is the film that the tests make: its wall is grey, its head is not.
fn sees_the_film(walk: &mut Walk<'_>) {
    let seen = "(() => { const { width, height } = document.querySelector('#shot'); \
         const paper = document.querySelector('#shot').getContext('2d'); \
         const all = paper.getImageData(0, 0, width, height).data; \
         const at = (x, y) => [...all.slice((y * width + x) * 4, (y * width + x) * 4 + 4)]; \
         return [width, height, at(20, 20), at(320, 260)]; })()";
    let seen = walk.page.evaluate(seen).unwrap();
    assert_eq!(json!([seen[0], seen[1]]), json!([640, 480]));
    let colour = |place: usize, part: usize| seen[place][part].as_i64().unwrap();
    assert!((colour(2, 0) - colour(2, 2)).abs() < 16 && colour(2, 0) > 100, "no wall: {seen}");
    assert!(colour(3, 0) - colour(3, 2) > 24, "no head: {seen}");
}

/// A stroke is undone, and all are cleared: what was there before is there again.
fn takes_strokes_back(walk: &mut Walk<'_>) {
    // Ink on the paper. A stroke that is drawn again as a whole has other edges than one that grew.
    let drawn = |walk: &mut Walk<'_>| {
        let ink = "(() => { const pad = document.querySelector('#pad'); \
             const copy = Object.assign(document.createElement('canvas'), {width: pad.width, height: pad.height}); \
             const paper = copy.getContext('2d', {willReadFrequently: true}); \
             paper.drawImage(pad, 0, 0); \
             const all = paper.getImageData(0, 0, pad.width, pad.height).data; \
             let ink = 0; \
             for (let at = 3; at < all.length; at += 4) { ink += all[at]; } \
             return ink; })()";
        walk.page.evaluate(ink).unwrap().as_f64().unwrap()
    };
    let nothing = drawn(walk);
    walk.page.draw("#pad", &[[100.0, 100.0], [400.0, 300.0]]).unwrap();
    let one = drawn(walk);
    walk.page.draw("#pad", &[[200.0, 800.0], [700.0, 200.0]]).unwrap();
    let two = drawn(walk);
    assert!(nothing < one && one < two, "nothing was drawn");
    walk.answer("#undo");
    let again = drawn(walk);
    assert!(
        (again - one).abs() * 10.0 < two - one,
        "the last stroke goes, and no other: {again}, {one}, {two}"
    );
    walk.page.draw("#pad", &[[500.0, 500.0], [600.0, 900.0]]).unwrap();
    walk.answer("#clear");
    assert!((drawn(walk) - nothing).abs() < 1.0, "something is left");
}

/// Every point has its place, its time and its pressure, and time goes on from stroke to stroke.
fn are_measured(strokes: &Value) {
    let number = |value: &Value| value.as_i64().unwrap();
    let (wide, high) = (number(&strokes["width"]), number(&strokes["height"]));
    let points: Vec<_> = strokes["strokes"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| one.as_array().unwrap())
        .collect();
    assert!(points.len() >= 9, "{strokes}");
    let mut before = 0;
    let mut pressures = std::collections::BTreeSet::new();
    for point in points {
        let [x, y, at_ms, pressure] = point.as_array().unwrap().as_slice() else {
            panic!("{point} has not four values");
        };
        assert!((0..=wide).contains(&number(x)) && (0..=high).contains(&number(y)), "{point}");
        assert!(number(at_ms) >= before, "{point} is before {before} ms");
        before = number(at_ms);
        pressures.insert(number(pressure));
    }
    assert!(before > 0, "no time passed: {strokes}");
    // The finger of the test presses harder from point to point.
    assert_eq!(pressures, [200, 300, 400].into(), "{strokes}");
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
