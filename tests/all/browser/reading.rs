//! Reading in a real Chromium: the exact pages as pictures that do not move the page when they
//! come, larger on demand, words read aloud, and what the browser saw of it in the evidence.

use heqi_evidence::disclosure::Disclosure;
use heqi_tests::browser::{Browser, BrowserError, Page};
use serde_json::{Value, json};

use crate::acceptance::house::{House, STAFF, Second};

use super::walk::skipped;

const AT_READING: &str = "document.readyState === 'complete' && \
     document.querySelector('h1')?.textContent === '请阅读要签署的文件'";

/// A voice that says what it is given, at once, and remembers it.
const VOICE: &str = "globalThis.spoken = []; \
     speechSynthesis.speak = (u) => { globalThis.spoken.push([u.text, u.lang]); \
       setTimeout(() => u.dispatchEvent(new Event('end')), 20); };\
     globalThis.shifted = 0; \
     new PerformanceObserver((list) => { for (const e of list.getEntries()) \
       if (!e.hadRecentInput) globalThis.shifted += e.value; })\
       .observe({ type: 'layout-shift', buffered: true });";
const NO_VOICE: &str =
    "delete globalThis.speechSynthesis; delete Window.prototype.speechSynthesis;";

fn browser() -> Option<Browser> {
    match Browser::start() {
        Ok(browser) => Some(browser),
        Err(BrowserError::Missing) => {
            skipped(&BrowserError::Missing.to_string());
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Opens the link and answers every consent.
fn come_to_reading(page: &mut Page<'_>, address: &str) {
    page.resize(360, 740).unwrap();
    page.open(address).unwrap();
    page.wait_until("document.querySelector('#features')?.dataset.tested === 'yes'").unwrap();
    page.tap("button.go").unwrap();
    for title in [
        "电子签名及存证约定",
        "人脸信息处理单独同意书",
        "位置信息单独同意",
        "向公证处提供信息单独同意",
    ] {
        let at = format!(
            "document.readyState === 'complete' && document.querySelector('h1')?.textContent === '{title}'"
        );
        page.wait_until(&at).unwrap();
        page.tap("button[value=granted]").unwrap();
    }
    page.wait_until(AT_READING).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_are_read_as_words_and_pictures_and_what_was_seen_is_evidence() {
    let Some(mut browser) = browser() else { return };
    let house = House::start(Second::Real).await;
    let token = house.invite(1).await.remove(0);
    let link = house.link_of(&token).await;
    let mut page = browser.page().unwrap();
    page.run_before_load(VOICE).unwrap();
    come_to_reading(&mut page, &format!("{}{link}?lang=zh", house.url()));

    // What scripts show has its room before they come: nothing moves the page, from its first line.
    page.wait_until(&seen(".aloud")).unwrap();
    page.wait_until(&seen(".zoom")).unwrap();
    // Words first; each picture has its place before it comes, and comes when it is near.
    let words = page.evaluate("document.querySelector('.words').innerText").unwrap();
    assert!(words.as_str().unwrap().contains("Articles, page 1 of 2"), "{words}");
    page.evaluate("document.querySelector('figure[data-page=\"2\"]').scrollIntoView()").unwrap();
    let there = "[...document.querySelectorAll('.sheet img')]\
         .every((i) => i.complete && i.naturalWidth === 991 && i.naturalHeight === 1403)";
    page.wait_until(there).unwrap();
    let shifted = page.evaluate("globalThis.shifted").unwrap();
    assert!(shifted.as_f64().unwrap() < 0.01, "the page moved: {shifted}");
    if let Ok(folder) = std::env::var("HEQI_PICTURES") {
        std::fs::write(format!("{folder}/reading-page.png"), page.picture().unwrap()).unwrap();
    }

    // Larger: the sheet scrolls, the page does not.
    let wide = "(() => { const s = document.querySelector('.sheet'); \
         return [s.scrollWidth > s.clientWidth, \
           document.documentElement.scrollWidth > innerWidth]; })()";
    assert_eq!(page.evaluate(wide).unwrap(), json!([false, false]));
    for _ in 0..2 {
        page.tap(".zoom [data-zoom=in]").unwrap();
    }
    assert_eq!(page.evaluate(wide).unwrap(), json!([true, false]));
    for _ in 0..2 {
        page.tap(".zoom [data-zoom=out]").unwrap();
    }
    assert_eq!(page.evaluate(wide).unwrap(), json!([false, false]));
    assert_eq!(page.evaluate("document.querySelector('[data-zoom=out]').disabled").unwrap(), true);

    // Aloud, in order, and it ends by itself.
    page.tap(".aloud").unwrap();
    page.wait_until("globalThis.spoken.length === 2 && !document.querySelector('.aloud.on')")
        .unwrap();
    let spoken = page.evaluate("globalThis.spoken").unwrap();
    assert_eq!(spoken[0], json!(["Articles, page 1 of 2", "en"]));

    // The second page stays in view for a while.
    page.evaluate("document.querySelector('figure[data-page=\"2\"]').scrollIntoView()").unwrap();
    let until = now(&mut page) + 2500.0;
    page.wait_until(&format!("performance.now() > {until}")).unwrap();
    page.tap("form[action='/sign/read'] button").unwrap();
    page.wait_until("document.querySelector('h1')?.textContent === '拍一张现场照片'").unwrap();
    let trouble = page.trouble().unwrap();
    assert_eq!(trouble.errors, Vec::<String>::new());
    println!("{} bytes to read a document of two pages", trouble.received_bytes);

    let view = house.client.get(&token, "/api/v1/ceremony").await.json();
    let record = view["read"][0]["record_id"].as_str().unwrap();
    let path = format!("/api/v1/records/{record}?attributes=page_seconds,read_aloud,page_images");
    let opened = house.client.get(STAFF, &path).await.json();
    let opened = Disclosure::parse(opened["record"].to_string().as_bytes()).unwrap();
    let seconds = opened.value("page_seconds").unwrap().as_array().unwrap().clone();
    assert_eq!(seconds.len(), 2, "{seconds:?}");
    assert!(seconds[1].as_u64().unwrap() >= 1, "{seconds:?}");
    assert_eq!(opened.value("read_aloud"), Some(&Value::from(true)));
    assert_eq!(opened.value("page_images").unwrap().as_array().unwrap().len(), 2);
    drop(page);
    house.stop().await;
}

/// Whether somebody sees it: what only has its room kept is not seen.
fn seen(selector: &str) -> String {
    format!("document.querySelector('{selector}').checkVisibility({{ visibilityProperty: true }})")
}

fn now(page: &mut Page<'_>) -> f64 {
    page.evaluate("performance.now()").unwrap().as_f64().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_without_a_voice_shows_no_button_for_one_and_reading_goes_on() {
    let Some(mut browser) = browser() else { return };
    let house = House::start(Second::Real).await;
    let token = house.invite(1).await.remove(0);
    let link = house.link_of(&token).await;
    let mut page = browser.page().unwrap();
    page.run_before_load(NO_VOICE).unwrap();
    come_to_reading(&mut page, &format!("{}{link}?lang=zh", house.url()));
    page.wait_until(&seen(".zoom")).unwrap();
    assert_eq!(page.evaluate(&seen(".aloud")).unwrap(), false);
    page.tap("form[action='/sign/read'] button").unwrap();
    page.wait_until("document.querySelector('h1')?.textContent === '拍一张现场照片'").unwrap();
    assert_eq!(page.trouble().unwrap().errors, Vec::<String>::new());
    drop(page);
    house.stop().await;
}
