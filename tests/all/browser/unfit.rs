//! A browser without cryptography cannot make a key: it says so before anybody begins, and gives
//! the same link on, to the browser of the system and to a phone.

use serde_json::json;

use super::handover::qr_text;
use super::walk::{Walk, axe, browser_with_camera};
use crate::acceptance::house::{House, Second};

const WITHOUT_CRYPTO: &str = "Object.defineProperty(globalThis, 'crypto', {get: () => undefined})";
const WITHOUT_CLIPBOARD: &str = "Object.defineProperty(Navigator.prototype, 'clipboard', {get: () => undefined}); \
     Document.prototype.execCommand = () => false";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_without_cryptography_hands_the_link_to_another_browser_or_to_a_phone() {
    let Some(mut browser) = browser_with_camera() else { return };
    let axe = axe();
    let house = House::start(Second::Real).await;
    let token = house.invite(1).await.remove(0);
    let link = house.link_of(&token).await;
    let base = house.url();
    browser.grant(&base, &["clipboardReadWrite", "clipboardSanitizedWrite"]).unwrap();
    let mut walk = Walk { page: browser.page().unwrap(), base: base.clone(), taps: 0 };
    walk.page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    walk.page.run_before_load(WITHOUT_CRYPTO).unwrap();
    walk.page.open(&format!("{base}{link}")).unwrap();
    walk.until_shown("[data-said=unfit]");
    walk.look(axe.as_deref(), "unfit");
    walk.until_shown("[data-said=unfit]");
    // Nobody begins what could not be ended here.
    let shown = "document.querySelector('button.go').checkVisibility()";
    assert_eq!(walk.page.evaluate(shown).unwrap(), false);
    assert!(qr_text(&mut walk.page).ends_with(&link), "the code is not the link");
    walk.tap("#copy");
    walk.until_shown("[data-copied=yes]");
    let copied = walk.page.evaluate("navigator.clipboard.readText()").unwrap();
    assert!(copied.as_str().unwrap().ends_with(&link), "{copied}");
    walk.page.close().unwrap();

    // Where a page may not copy, the link is selected for whoever can.
    let mut walk = Walk { page: browser.page().unwrap(), base: base.clone(), taps: 0 };
    walk.page.run_before_load(WITHOUT_CRYPTO).unwrap();
    walk.page.run_before_load(WITHOUT_CLIPBOARD).unwrap();
    walk.page.open(&format!("{base}{link}?lang=zh")).unwrap();
    walk.tap("#copy");
    walk.until_shown("[data-copied=no]");
    let selected = "(() => { const a = document.querySelector('#this-link'); \
         return a.value.slice(a.selectionStart, a.selectionEnd); })()";
    let selected = walk.page.evaluate(selected).unwrap();
    assert!(selected.as_str().unwrap().ends_with(&link), "{selected}");
    walk.page.close().unwrap();

    // Nothing was used up: the link goes on in a browser that can.
    let mut walk = Walk { page: browser.page().unwrap(), base: base.clone(), taps: 0 };
    walk.come_in(&link, "granted", "refused");
    walk.until_at("请阅读要签署的文件");
    let unfit = "document.querySelector('[data-said=unfit]') === null";
    assert_eq!(walk.page.evaluate(unfit).unwrap(), true);
    drop(walk);
    house.stop().await;
}
