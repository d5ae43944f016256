//! An objection in a real browser, from the phone to the registry's desk: who signed objects, takes
//! it back, objects again, and the officer decides.

use heqi_registration::Purpose;
use heqi_registration::ports::IdentityPorts;
use serde_json::json;

use super::after::{MOBILES, Post, all_signed, come_in};
use super::review::{Desk, account, registry};
use super::walk::{Walk, axe, browser_with_camera};
use crate::acceptance::house::{House, STAFF, Second};

fn object(walk: &mut Walk<'_>, words: &str) {
    walk.page.open(&format!("{}/sign/object", walk.base)).unwrap();
    walk.until_at("提出异议");
    walk.tap("#ground-0");
    walk.tap("#reason");
    walk.page.write(words).unwrap();
    walk.tap("form button.go");
    walk.until_at("已收到您的异议");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signer_objects_on_the_phone_takes_it_back_and_the_registrys_officer_decides() {
    let Some(mut browser) = browser_with_camera() else { return };
    let axe = axe();
    let review = Some((registry(), IdentityPorts::default()));
    let house = House::start_with(Second::Real, review).await;
    let secret = account(&house, "li.na", "李娜").await;
    let mut post = Post::default();
    let filing = all_signed(&house, &mut post).await;
    let (link, _) = post.to(&house, MOBILES[0], Purpose::AllSigned).await;
    house.clocks().platform.be_ahead_ms(61_000);
    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut walk = Walk { page, base: house.url(), taps: 0 };
    come_in(&mut walk, &house, &mut post, MOBILES[0], &link).await;
    object(&mut walk, "这不是我签的");
    let state = async || {
        let path = format!("/api/v1/filings/{filing}");
        house.client.get(STAFF, &path).await.json()["state"]["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(state().await, "frozen");

    // Taken back on the same phone: it is on record, and what follows the registry decides.
    walk.page.open(&format!("{}/sign/confirm", house.url())).unwrap();
    walk.until_shown("form[action='/sign/object/take-back'] button");
    walk.look(axe.as_deref(), "objected");
    walk.tap("form[action='/sign/object/take-back'] button");
    walk.page
        .wait_until("document.querySelector(\"form[action='/sign/object/take-back']\") === null")
        .unwrap();
    assert_eq!(state().await, "frozen", "an officer decides that it may go on");
    walk.page.close().unwrap();

    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut desk = Desk { page, axe, inbox: None };
    let base = house.url();
    // The officer's authenticator shows the time of everybody.
    house.clocks().platform.be_ahead_ms(0);
    desk.come_in(&base, "li.na", &secret);
    desk.enter("a[href^='/staff/objections/']");
    desk.until_at("异议处理");
    let shown = desk.page.evaluate("document.body.innerText").unwrap();
    assert!(shown.as_str().unwrap().contains("已申请撤回异议"), "{shown}");
    desk.look("staff-objection");
    desk.enter_box("input[value=withdrawn]");
    desk.fill("#grounds", "已与本人电话核实，确认撤回");
    desk.enter("form.decision button.go");
    desk.page.wait_until("document.body.innerText.includes('异议已处理')").unwrap();
    assert_ne!(state().await, "frozen");
    house.stop().await;
}
