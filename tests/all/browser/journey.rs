//! The signer's whole way in a real Chromium with a camera: on a phone with a finger, on a desk
//! with the keyboard alone; interrupted everywhere; small enough for a slow network.

use heqi_evidence::disclosure::Disclosure;
use heqi_tests::browser::Page;
use serde_json::{Value, json};

use super::walk::{MOST_TAPS, Walk, axe, browser_with_camera, examined, of_client};
use crate::acceptance::house::{House, Second};

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

    let record = walk.record();
    let bundle = examined(&house, &record).await;
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
async fn edge_case_16_a_person_signs_with_the_keyboard_alone_and_every_page_is_accessible() {
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
    walk.page.write("示例股东一").unwrap();
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
