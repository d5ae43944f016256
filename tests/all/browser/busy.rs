//! A platform that is busy: told since when and when it is tried again, and nothing is done twice.

use super::walk::{Walk, browser_with_camera};
use crate::acceptance::house::{House, Second};

/// The first two answers to the signature are *too many* and *later*; the third is the platform's. What was asked is
/// kept where the next page finds it: with the third answer this page goes away at once.
const BUSY: &str = "(() => {
    const real = globalThis.fetch;
    const answers = [429, 503];
    const keep = (name, value) => {
        const kept = JSON.parse(sessionStorage.getItem(name) ?? '[]');
        sessionStorage.setItem(name, JSON.stringify([...kept, value]));
    };
    const line = document.querySelector('[data-said=busy]');
    new MutationObserver(() => { if (!line.hidden) keep('test-told', line.textContent); })
        .observe(document.querySelector('#said'),
            {subtree: true, attributes: true, childList: true, characterData: true});
    globalThis.fetch = (path, request) => {
        if (!String(path).endsWith('/complete')) return real(path, request);
        keep('test-asked', request.headers['idempotency-key']);
        const status = answers.shift();
        if (status === undefined) return real(path, request);
        const headers = {'retry-after': '2', 'content-type': 'application/problem+json'};
        return Promise.resolve(new Response('{}', {status, headers}));
    };
})()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_platform_is_told_with_its_next_try_and_the_signature_comes_through_once() {
    let Some(mut browser) = browser_with_camera() else { return };
    let house = House::start(Second::Real).await;
    let token = house.invite(1).await.remove(0);
    let link = house.link_of(&token).await;
    house.until_cosigned().await;
    browser.grant(&house.url(), &["videoCapture"]).unwrap();
    let mut walk = Walk { page: browser.page().unwrap(), base: house.url(), taps: 0 };
    walk.come_in(&link, "granted", "refused");
    walk.read();
    walk.shoot();
    walk.until_at("请手写您的姓名");
    walk.write_a_name();
    walk.tap("#done");
    walk.until_at("请确认您的意愿");
    walk.page.evaluate(BUSY).unwrap();
    walk.tap("#sign");
    walk.until_at("签署完成");
    let mut kept = |name: &str| {
        let kept = walk.page.evaluate(&format!("sessionStorage.getItem('test-{name}')")).unwrap();
        serde_json::from_str::<Vec<String>>(kept.as_str().unwrap()).unwrap()
    };
    let (said, mut names) = (kept("told").join("\n"), kept("asked"));
    assert_eq!(names.len(), 3, "{names:?}");
    names.dedup();
    assert!(said.contains("平台正忙（自") && said.contains("自动再试"), "{said}");
    assert!(said.chars().filter(|c| *c == ':').count() >= 4, "since when and when next: {said}");
    assert_eq!(names.len(), 1, "the same act under one name");
    assert_eq!(house.coverage().await["signings"], 1);
    house.stop().await;
}
