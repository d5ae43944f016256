//! A file that takes minutes on a slow network: how much of it was sent is told, and what no answer comes to is sent
//! again, under the same name.

use std::io::Write as _;

use heqi_testkit::files;

use super::seal;
use super::walk::{Walk, browser_with_camera};
use crate::acceptance::house::{House, Second};

/// The first time a file is on its way as far as seven tenths, and no answer comes in time; the second time it is the
/// platform's. What was said, for how long an answer is waited for and the name of the act are kept.
const SILENT: &str = "(() => {
    const keep = (name, value) => {
        const kept = JSON.parse(sessionStorage.getItem(name) ?? '[]');
        sessionStorage.setItem(name, JSON.stringify([...kept, String(value)]));
    };
    for (const line of document.querySelectorAll('[data-said=sending], [data-said=offline]')) {
        new MutationObserver(() => { if (!line.hidden) keep('test-told', line.textContent); })
            .observe(line, {subtree: true, attributes: true, childList: true, characterData: true});
    }
    let isFirst = true;
    globalThis.XMLHttpRequest = class extends XMLHttpRequest {
        send(body) {
            keep('test-patience', this.timeout);
            keep('test-names', body.get('key'));
            if (!isFirst) return super.send(body);
            isFirst = false;
            const happen = (at, target, kind, more) =>
                setTimeout(() => target.dispatchEvent(new ProgressEvent(kind, more)), 20 * at);
            for (const loaded of [0, 4, 45, 49, 70]) happen(loaded, this.upload, 'progress', {loaded, total: 100});
            happen(80, this, 'timeout', {});
        }
    };
})()";

/// So many bytes need more than a minute and a quarter at the speed that a slow network has.
const PADDING: usize = 600_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_says_how_much_was_sent_and_goes_once_more_where_no_answer_comes() {
    let Some(mut browser) = browser_with_camera() else { return };
    let house = House::start(Second::Real).await;
    let token = seal::invited(&house).await;
    let link = house.link_of(&token).await;
    let mut walk = Walk::begin(&house, &mut browser);
    walk.come_in(&link, "granted", "refused");
    walk.read();
    walk.until_at("企业印章");
    let mut stamp = tempfile::Builder::new().suffix(".jpg").tempfile().unwrap();
    stamp.write_all(&files::padded_photo("stamp", PADDING)).unwrap();
    walk.tap("input[value=scan]");
    walk.page.choose("#scan", &[stamp.path()]).unwrap();
    walk.page.evaluate(SILENT).unwrap();
    walk.tap("form button.go");
    walk.page.wait_until("document.body.innerText.includes('仅为图像，不能证明加盖')").unwrap();

    let mut kept = |name: &str| {
        let kept = walk.page.evaluate(&format!("sessionStorage.getItem('test-{name}')")).unwrap();
        serde_json::from_str::<Vec<String>>(kept.as_str().unwrap()).unwrap()
    };
    let told = kept("told").join("\n");
    for words in ["已上传0%", "已上传40%", "已上传70%", "网络中断", "秒后再试"] {
        assert!(told.contains(words), "{words} in {told}");
    }
    let (first, _) = told.split_once("网络中断").unwrap();
    assert_eq!(first.matches("已上传").count(), 3, "in tenths, for it is read out: {first}");
    let names = kept("names");
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(names[0], names[1], "the same act under one name");
    for patience in kept("patience") {
        let patience: f64 = patience.parse().unwrap();
        assert!(patience > 60_000.0 + 600_000.0 / 16.0, "{patience} ms");
    }
    drop(walk);
    house.stop().await;
}

/// What the platform would not take is not sent at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_too_large_is_told_before_it_is_sent() {
    let Some(mut browser) = browser_with_camera() else { return };
    let house = House::start(Second::Real).await;
    let token = seal::invited(&house).await;
    let link = house.link_of(&token).await;
    let mut walk = Walk::begin(&house, &mut browser);
    walk.come_in(&link, "granted", "refused");
    walk.read();
    walk.until_at("企业印章");
    let mut stamp = tempfile::Builder::new().suffix(".jpg").tempfile().unwrap();
    stamp.write_all(&files::padded_photo("stamp", 8 << 20)).unwrap();
    walk.tap("input[value=scan]");
    walk.page.choose("#scan", &[stamp.path()]).unwrap();
    walk.page.evaluate("globalThis.XMLHttpRequest = undefined").unwrap();
    walk.tap("form button.go");
    walk.until_shown("[data-said=too-large]");
    // Nothing is locked: whoever chooses another way goes on.
    walk.page.evaluate("document.querySelector('#scan').value = ''").unwrap();
    walk.tap("input[value=none]");
    walk.tap("form button.go");
    walk.page.wait_until("document.querySelector('a.go[href=\"/sign/photo\"]') !== null").unwrap();
    drop(walk);
    house.stop().await;
}
