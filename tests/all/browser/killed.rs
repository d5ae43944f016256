//! A tab that the system kills at every step, on a slow phone in a slow network: whoever opens it
//! again stands where they stood, and signs once.

use super::door;
use super::passage::be_a_slow_phone_alone;
use super::walk::{Walk, browser_with_camera};
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
