//! A tab that the system kills at every step, on a slow phone in a slow network: whoever opens it
//! again stands where they stood, and signs once.
//!
//! The steps that only some have are killed where they are tested: a company's seal ([`super::seal`]),
//! a guardian's proof ([`super::guardian`]), a video ([`super::other_way`]). A hand-over, which has
//! two tabs, is here.

use heqi_tests::browser::Browser;
use serde_json::json;

use super::door;
use super::handover::{qr_text, until_photo, until_stand};
use super::passage::be_a_slow_phone_alone;
use super::walk::{Invited, Walk, browser_with_camera, examined, invited, of_client};
use crate::acceptance::house::{House, Second};

/// What each page asks for, in their order.
const STEPS: [(&str, &[&str]); 12] = [
    ("您有文件待签署", &["button.go"]),
    ("先收一个验证码", &["form[action='/sign/code'] button"]),
    ("请输入验证码", &["form[action='/sign/code/check'] button"]),
    ("请确认您是本人", &["form[action='/sign/identity'] button[type=submit]"]),
    ("电子签名及存证约定", &["button[value=granted]"]),
    ("人脸信息处理单独同意书", &["button[value=granted]"]),
    ("位置信息单独同意", &["button[value=refused]"]),
    ("向公证处提供信息单独同意", &["button[value=granted]"]),
    ("请阅读要签署的文件", &["form button"]),
    ("拍一张现场照片", &["#start", "#take", "#use"]),
    ("请手写您的姓名", &["#done"]),
    ("请确认您的意愿", &["#sign"]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tab_that_is_closed_at_any_step_goes_on_where_it_stopped() {
    let Some(mut browser) = browser_with_camera() else { return };
    let house = House::start(Second::Real).await;
    let mut reached = door::reached(&house).await;
    house.until_cosigned().await;
    let base = house.url();
    browser.grant(&base, &["videoCapture"]).unwrap();
    let next = STEPS.iter().skip(1).map(|(heading, _)| *heading).chain(["签署完成"]);
    for (number, ((heading, taps), next)) in STEPS.iter().zip(next).enumerate() {
        let first = format!("{}?lang=zh", reached.link);
        let address = if number == 0 { first.as_str() } else { "/sign" };
        let mut walk = Walk { page: browser.page().unwrap(), base: base.clone(), taps: 0 };
        be_a_slow_phone_alone(&mut walk.page);
        walk.page.open(&format!("{base}{address}")).unwrap();
        walk.until_at(heading);
        match *heading {
            "请输入验证码" => {
                let code = reached.code(&house).await;
                walk.type_in("#code", &code);
            }
            "请确认您是本人" => door::type_last_four(&mut walk),
            "请手写您的姓名" => walk.write_a_name(),
            _ => {}
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
    assert_eq!(house.coverage().await["signings"], 1);
    house.stop().await;
}

/// The tab was killed, and its user opens this address again: there stands this heading.
pub(super) fn reopened<'a>(
    browser: &'a mut Browser,
    base: &str,
    address: &str,
    heading: &str,
) -> Walk<'a> {
    let mut walk = Walk { page: browser.page().unwrap(), base: base.to_owned(), taps: 0 };
    walk.page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    walk.page.open(&format!("{base}{address}")).unwrap();
    walk.until_at(heading);
    walk
}

/// Where the PC stands: the page of a hand-over says it in its heading.
fn desk_again<'a>(browser: &'a mut Browser, base: &str, stand: &str) -> Walk<'a> {
    let heading = match stand {
        "claimed" => "请选出手机上的数字",
        "confirmed" => "请在手机上拍照",
        "photographed" => "请在手机上手写签名",
        _ => "用手机拍照",
    };
    let mut desk = reopened(browser, base, "/sign", heading);
    until_stand(&mut desk, stand);
    desk
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_tabs_of_a_hand_over_are_closed_at_every_step_and_it_goes_on_where_it_stopped() {
    let Some(Invited { browser: mut phone_browser, house, link }) = invited().await else { return };
    let mut desk_browser = Browser::start().unwrap();
    let base = house.url();

    let mut desk = Walk::begin(&house, &mut desk_browser);
    until_photo(&mut desk, &link);
    desk.tap("#over button");
    until_stand(&mut desk, "offered");
    desk.page.close().unwrap();
    let mut desk = desk_again(&mut desk_browser, &base, "offered");
    let address = qr_text(&mut desk.page);
    let code = address.rsplit('/').next().unwrap().to_owned();
    desk.page.close().unwrap();

    let landing = format!("/h/{code}?lang=zh");
    reopened(&mut phone_browser, &base, &landing, "用这台手机拍照？").page.close().unwrap();
    let mut phone = reopened(&mut phone_browser, &base, &landing, "用这台手机拍照？");
    phone.tap("button.go");
    phone.until_at("请在电脑上选这个数字");
    phone.page.close().unwrap();
    let mut phone = reopened(&mut phone_browser, &base, "/handover", "请在电脑上选这个数字");
    let number = phone.page.evaluate("document.querySelector('.pairing').textContent").unwrap();
    let number = number.as_str().unwrap().to_owned();
    phone.page.close().unwrap();

    let mut desk = desk_again(&mut desk_browser, &base, "claimed");
    desk.tap(&format!("button[value='{number}']"));
    until_stand(&mut desk, "confirmed");
    desk.page.close().unwrap();
    desk_again(&mut desk_browser, &base, "confirmed").page.close().unwrap();

    let mut phone = reopened(&mut phone_browser, &base, "/handover", "拍一张现场照片");
    phone.shoot();
    phone.until_at("请手写您的姓名");
    phone.page.close().unwrap();
    desk_again(&mut desk_browser, &base, "photographed").page.close().unwrap();
    let mut phone = reopened(&mut phone_browser, &base, "/handover", "请手写您的姓名");
    phone.write_a_name();
    phone.tap("#done");
    phone.until_at("手机上的步骤已完成");
    phone.page.close().unwrap();

    // The PC has never seen that it is done: opened again, it takes over what the phone took.
    let mut desk = reopened(&mut desk_browser, &base, "/sign", "请确认您的意愿");
    let taken = "document.querySelector('h1')?.textContent === '请确认您的意愿' && \
         new Promise((done) => { const open = indexedDB.open('heqi'); open.onsuccess = () => { \
         const kept = open.result.transaction('signing').objectStore('signing').get('current'); \
         kept.onsuccess = () => { open.result.close(); done(!!kept.result?.photo); }; }; })";
    desk.page.wait_until(taken).unwrap();
    desk.until_at("请确认您的意愿");
    desk.tap("#sign");
    desk.until_at("签署完成");
    let record = desk.record();
    desk.page.close().unwrap();
    assert_eq!(house.coverage().await["signings"], 1);
    house.until_answered(&heqi_registration::Custodian::ALL).await;
    house.until_cosigned().await;
    let bundle = examined(&house, &record).await;
    assert_eq!(of_client(&bundle, "capture_source"), "handed_over_camera_stream");
    house.stop().await;
}
