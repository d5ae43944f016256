//! The pictures of the READMEs: taken of the running program, so that they show what there is.
//!
//! `README_PICTURES=/folder` makes the tests write them: the first one here its own, those that go through the other
//! pages those.

use heqi_tests::browser::Browser;
use serde_json::json;

use super::passage::Passage;
use super::verifier::{browser, root};
use crate::acceptance::house::{House, Second};

/// The folder that pictures are written to; nobody writes any where it is not set.
pub(super) const VARIABLE: &str = "README_PICTURES";

/// Each picture: its name, and the heading of the page that it shows (a signer's), or its path.
const PICTURES: [(&str, &str); 8] = [
    ("landing", "您有文件待签署"),
    ("consent", "人脸信息处理单独同意书"),
    ("reading", "请阅读要签署的文件"),
    ("photo", "拍一张现场照片"),
    ("drawing", "请手写您的姓名"),
    ("sign", "请确认您的意愿"),
    ("receipt", "签署完成"),
    ("coverage", "/coverage"),
];
/// Pictures that other tests take on their way: `workbench` the bench, the certificate and its check, `custody` the
/// regulator's console and 实时保.
const ELSEWHERE: [&str; 5] = ["workbench", "console", "held", "check", "certificate"];
/// A README is read on slow networks too.
const MOST_BYTES: usize = 300_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_that_the_readmes_show_exist_and_are_photographed_on_demand() {
    if browser().is_none() {
        return;
    }
    let mut browser = Browser::start_with_camera().unwrap();
    let house = House::start(Second::Real).await;
    let mut tokens = house.invite(4).await;
    let token = tokens.remove(0);
    let link = house.link_of(&token).await;
    house.until_cosigned().await;
    house.all_sign(&tokens).await;
    let base = house.url();
    browser.grant(&base, &["videoCapture", "geolocation"]).unwrap();
    let mut page = browser.page().unwrap();
    page.resize(360, 740).unwrap();
    page.ask("Emulation.setScrollbarsHidden", &json!({"hidden": true})).unwrap();
    let mut passage = Passage::begin(page, &format!("{base}{link}?lang=zh"));
    let mut seen = Vec::new();
    passage.finish(|passage, heading| {
        if let Some((name, _)) = PICTURES.iter().find(|(_, shown)| *shown == heading) {
            if *name == "receipt" {
                let lit = "[...document.querySelectorAll('#flags li')].every((l) => l.dataset.state === 'there' || l.dataset.flag === 'timestamped')";
                passage.page.wait_until(lit).unwrap();
            }
            if *name == "drawing" {
                passage.draw();
            }
            passage.keep_picture(name);
            seen.push(*name);
        }
    });
    passage.page.open(&format!("{base}/coverage?lang=zh")).unwrap();
    passage.page.resize(1080, 780).unwrap();
    assert_eq!(passage.settled(), "覆盖监控".to_owned(), "the page of coverage");
    passage.keep_picture("coverage");
    seen.push("coverage");
    seen.dedup();
    let names: Vec<_> = PICTURES.iter().map(|(name, _)| *name).collect();
    assert_eq!(seen, names, "a page that the READMEs show is not there");
    drop(passage);
    house.stop().await;
}

/// Every picture.
fn known() -> impl Iterator<Item = &'static str> {
    PICTURES.into_iter().map(|(name, _)| name).chain(ELSEWHERE)
}

#[test]
fn the_readmes_show_every_picture_and_each_is_there() {
    for readme in ["README.md", "README.zh.md"] {
        let text = std::fs::read_to_string(root().join(readme)).unwrap();
        let shown: Vec<&str> = text
            .split("docs/pictures/")
            .skip(1)
            .map(|rest| rest.split(".png").next().unwrap())
            .collect();
        for name in &shown {
            assert!(known().any(|known| known == *name), "{readme} shows {name}");
        }
        for name in known() {
            assert!(shown.contains(&name), "{readme} does not show {name}");
            let file = root().join(format!("docs/pictures/{name}.png"));
            let picture = std::fs::read(&file).unwrap();
            assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n"), "{name}");
            assert!(picture.len() < MOST_BYTES, "{name} has {} bytes", picture.len());
        }
    }
}
