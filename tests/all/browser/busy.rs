//! A platform that is busy, or does not come through: told since when and when it is tried again, or
//! what to do, and nothing is done twice.

use super::walk::{Invited, Walk, invited};

/// The first four answers to the signature are *too many*, *later*, and those of a proxy before a platform that starts
/// again; the fifth is the platform's. What was asked is kept where the next page finds it: with the last answer this
/// page goes away at once.
const BUSY: &str = "(() => {
    const real = globalThis.fetch;
    const answers = [429, 502, 503, 504];
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
        const headers = {'retry-after': '1', 'content-type': 'application/problem+json'};
        return Promise.resolve(new Response('{}', {status, headers}));
    };
})()";

/// Goes as far as the button that signs.
fn until_the_signature(walk: &mut Walk<'_>, link: &str) {
    walk.come_in(link, "granted", "refused");
    walk.read();
    walk.shoot();
    walk.until_at("请手写您的姓名");
    walk.write_a_name();
    walk.tap("#done");
    walk.until_at("请确认您的意愿");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_platform_is_told_with_its_next_try_and_the_signature_comes_through_once() {
    let Some(Invited { mut browser, house, link }) = invited().await else { return };
    let mut walk = Walk::begin(&house, &mut browser);
    until_the_signature(&mut walk, &link);
    walk.page.evaluate(BUSY).unwrap();
    walk.tap("#sign");
    walk.until_at("签署完成");
    let mut kept = |name: &str| {
        let kept = walk.page.evaluate(&format!("sessionStorage.getItem('test-{name}')")).unwrap();
        serde_json::from_str::<Vec<String>>(kept.as_str().unwrap()).unwrap()
    };
    let (said, mut names) = (kept("told").join("\n"), kept("asked"));
    assert_eq!(names.len(), 5, "{names:?}");
    names.dedup();
    assert!(said.contains("平台正忙（自") && said.contains("自动再试"), "{said}");
    assert!(said.chars().filter(|c| *c == ':').count() >= 4, "since when and when next: {said}");
    assert_eq!(names.len(), 1, "the same act under one name");
    assert_eq!(house.coverage().await["signings"], 1);
    house.stop().await;
}

/// The first answer is a page that nobody foresaw; the second is the platform's own and breaks off on its way.
const ODD: &str = "(() => {
    const real = globalThis.fetch;
    const answers = ['page', 'cut'];
    globalThis.fetch = async (path, request) => {
        if (!String(path).endsWith('/complete')) return real(path, request);
        const kept = JSON.parse(sessionStorage.getItem('test-asked') ?? '[]');
        sessionStorage.setItem('test-asked', JSON.stringify([...kept, request.headers['idempotency-key']]));
        const answer = answers.shift();
        if (answer === 'page') return new Response('<h1>500</h1>', {status: 500});
        if (answer === undefined) return real(path, request);
        const {status} = await real(path, request);
        const body = new ReadableStream({start: (stream) => stream.error(new TypeError('cut'))});
        return new Response(body, {status});
    };
})()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_nobody_foresaw_is_told_and_one_that_breaks_off_is_asked_for_again() {
    let Some(Invited { mut browser, house, link }) = invited().await else { return };
    let mut walk = Walk::begin(&house, &mut browser);
    until_the_signature(&mut walk, &link);
    walk.page.evaluate(ODD).unwrap();
    walk.tap("#sign");
    walk.until_shown("[data-said=broken]");
    let told = "document.querySelector('[data-said=broken]').textContent";
    let told = walk.page.evaluate(told).unwrap();
    assert!(told.as_str().unwrap().contains("请再点一次"), "no next step: {told}");
    let waiting = "document.querySelector('[data-said=waiting]').hidden";
    assert_eq!(walk.page.evaluate(waiting).unwrap(), true, "it is not said to go on");
    walk.tap("#sign");
    walk.until_at("签署完成");
    let kept = walk.page.evaluate("sessionStorage.getItem('test-asked')").unwrap();
    let names = serde_json::from_str::<Vec<String>>(kept.as_str().unwrap()).unwrap();
    assert_eq!(names.len(), 3, "{names:?}");
    assert_ne!(names[0], names[1], "another tap is another act");
    assert_eq!(names[1], names[2], "the same act under one name");
    assert_eq!(house.coverage().await["signings"], 1);
    drop(walk);
    house.stop().await;
}

/// The first signature is never answered, as after a change of networks, and what is waited for a minute or longer
/// is over at once.
const SILENT: &str = "(() => {
    const [real, later] = [globalThis.fetch, globalThis.setTimeout];
    globalThis.setTimeout = (work, ms, ...rest) => later(work, ms >= 60_000 ? 300 : ms, ...rest);
    const keep = (name, value) => {
        const kept = JSON.parse(sessionStorage.getItem(name) ?? '[]');
        sessionStorage.setItem(name, JSON.stringify([...kept, value]));
    };
    const line = document.querySelector('[data-said=offline]');
    new MutationObserver(() => { if (!line.hidden) keep('test-told', line.textContent); })
        .observe(document.querySelector('#said'),
            {subtree: true, attributes: true, childList: true, characterData: true});
    let isFirst = true;
    globalThis.fetch = (path, request) => {
        if (!String(path).endsWith('/complete')) return real(path, request);
        keep('test-asked', request.headers['idempotency-key']);
        if (!isFirst) return real(path, request);
        isFirst = false;
        const {signal} = request;
        return new Promise((_, failed) => signal.addEventListener('abort', () => failed(signal.reason)));
    };
})()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_never_comes_is_waited_for_no_longer_than_its_time_and_asked_for_again() {
    let Some(Invited { mut browser, house, link }) = invited().await else { return };
    let mut walk = Walk::begin(&house, &mut browser);
    until_the_signature(&mut walk, &link);
    walk.page.evaluate(SILENT).unwrap();
    walk.tap("#sign");
    walk.until_at("签署完成");
    let mut kept = |name: &str| {
        let kept = walk.page.evaluate(&format!("sessionStorage.getItem('test-{name}')")).unwrap();
        serde_json::from_str::<Vec<String>>(kept.as_str().unwrap()).unwrap()
    };
    let (said, names) = (kept("told").join("\n"), kept("asked"));
    assert!(said.contains("网络中断") && said.contains("秒后再试"), "what is waited for: {said}");
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(names[0], names[1], "the same act under one name");
    assert_eq!(house.coverage().await["signings"], 1);
    house.stop().await;
}
