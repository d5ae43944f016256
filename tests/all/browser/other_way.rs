//! Without face information to the receipt, in a real Chromium: by a video that a reviewer watches,
//! and seen by an officer at the counter.

use heqi_evidence::disclosure::Disclosure;
use heqi_registration::ports::IdentityPorts;
use heqi_testkit::files;
use heqi_vocabulary::Provenance;
use serde_json::{Value, json};

use super::killed::reopened;
use super::review::{Desk, account, registry};
use super::walk::{Walk, axe, browser_with_camera, examined, of_client};
use crate::acceptance::house::{House, STAFF, Second};

/// A house whose registry reviews, and nobody is asked.
async fn house() -> House {
    House::start_with(Second::Real, Some((registry(), IdentityPorts::default()))).await
}

/// What the record and the device say of a photo that was never taken.
async fn without_photo(house: &House, record: &str, source: &str, way: &str) {
    house.until_answered(&heqi_registration::Custodian::ALL).await;
    house.until_cosigned().await;
    let bundle = examined(house, record).await;
    assert_eq!(of_client(&bundle, "capture_source"), source);
    let client = Disclosure::parse(bundle.parts.client.as_ref().unwrap()).unwrap();
    assert_eq!(client.attribute("photo_sha256").unwrap().provenance, Provenance::Refused);
    let record = Disclosure::parse(&bundle.parts.record).unwrap();
    assert_eq!(record.attribute("photo_sha256").unwrap().provenance, Provenance::Refused);
    assert_eq!(record.value("identity").unwrap()["seen"]["way"], way);
    assert!(!bundle.parts.attachments.keys().any(|name| name.contains(".jpg")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_14_who_refuses_face_information_signs_by_video_and_a_reviewer_watches_it() {
    let Some(mut browser) = browser_with_camera() else { return };
    let axe = axe();
    let house = house().await;
    let secret = account(&house, "li.na", "李娜").await;
    let token = house.invite(1).await.remove(0);
    let link = house.link_of(&token).await;
    house.until_cosigned().await;
    let base = house.url();
    browser.grant(&base, &["videoCapture", "audioCapture"]).unwrap();
    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut walk = Walk { page, base: base.clone(), taps: 0 };
    walk.come_in(&link, "refused", "refused");
    walk.until_at("换一种方式办理");
    walk.tap("button[value=video]");
    walk.until_at("已登记：视频人工核验");
    walk.look(axe.as_deref(), "other-way-video");
    walk.tap("a.go");
    walk.until_at("视频人工核验单独同意书");
    walk.look(axe.as_deref(), "consent-video");
    // The tab is killed at each step from here on.
    walk.page.close().unwrap();
    let mut walk = reopened(&mut browser, &base, "/sign", "视频人工核验单独同意书");
    walk.answer("button[value=granted]");
    walk.read();
    walk.until_at("录一段视频，朗读声明");
    walk.look(axe.as_deref(), "video");
    let statement = walk.page.evaluate("document.querySelector('.intent').textContent").unwrap();
    assert!(statement.as_str().unwrap().contains("示例股东一"), "{statement}");

    // Somebody else's file, a picture, too much of anything: told, and nothing is lost.
    for (file, kind, code) in [
        (files::photo("no film"), "video/webm", "video_other_kind"),
        (files::webm("silent", 20, false), "video/webm", "video_no_sound"),
        (files::webm("short", 1, true), "video/webm", "video_too_short"),
        (vec![0; (8 << 20) + 1], "video/webm", "too_large"),
        (files::photo("no film"), "image/jpeg", "unsupported_media_type"),
    ] {
        let sent = house.client.http.post(format!("{base}/api/v1/ceremony/video"));
        let sent = sent.bearer_auth(&token).header("idempotency-key", code);
        let answer = sent.header("content-type", kind).body(file).send().await.unwrap();
        let problem: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(problem["code"], code, "{problem}");
    }

    // In the midst of recording: nothing was sent, so it is recorded again.
    walk.tap("#start");
    walk.until_shown("#stop");
    walk.page.close().unwrap();
    let mut walk = reopened(&mut browser, &base, "/sign", "录一段视频，朗读声明");
    let asked = walk.page.evaluate("document.querySelector('.intent').textContent").unwrap();
    assert_eq!(asked, statement, "the same words, whenever the page is opened");
    walk.tap("#start");
    walk.until_shown("#stop");
    let three = "document.querySelector('#time').textContent.startsWith('3')";
    walk.page.wait_until(three).unwrap();
    walk.tap("#stop");
    walk.until_shown("#use");
    walk.page.wait_until("document.querySelector('#shot').readyState >= 2").unwrap();
    walk.tap("#use");
    walk.until_at("请手写您的姓名");
    walk.page.close().unwrap();
    let mut walk = reopened(&mut browser, &base, "/sign", "请手写您的姓名");
    walk.write_and_sign();
    let record = walk.record();
    assert_eq!(house.coverage().await["signings"], 1);
    walk.page.close().unwrap();
    without_photo(&house, &record, "person_by_video", "video").await;

    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut desk = Desk { page, axe, inbox: None };
    desk.come_in(&base, "li.na", &secret);
    desk.enter(".cases a");
    desk.until_at("身份核验 · 办件");
    desk.look("staff-case-video");
    desk.page.wait_until("document.querySelector('.pictures video').readyState >= 2").unwrap();
    let number = desk.page.evaluate("document.querySelector('.digits').textContent").unwrap();
    assert!(statement.as_str().unwrap().contains(number.as_str().unwrap()), "{number}");
    desk.fill("#grounds", "与证件原件比对为本人，读出了核验码");
    desk.enter("button[value=accept]");
    desk.page.wait_until("document.body.innerText.includes('已通过')").unwrap();
    let filing = house.client.get(&token, "/api/v1/ceremony").await.json()["filing_id"].clone();
    let path = format!("/api/v1/filings/{}", filing.as_str().unwrap());
    let view = house.client.get(STAFF, &path).await.json();
    assert_eq!(view["parties"][0]["reviews"][0]["outcome"]["outcome"], "accepted");
    desk.page.close().unwrap();
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_14_who_refuses_face_information_is_seen_at_the_counter_and_signs_with_the_own_device()
 {
    let Some(mut browser) = browser_with_camera() else { return };
    let axe = axe();
    let house = house().await;
    let secret = account(&house, "li.na", "李娜").await;
    let token = house.invite(1).await.remove(0);
    let link = house.link_of(&token).await;
    house.until_cosigned().await;
    let base = house.url();
    let page = browser.page().unwrap();
    let mut walk = Walk { page, base: base.clone(), taps: 0 };
    walk.page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    walk.come_in(&link, "refused", "refused");
    walk.until_at("换一种方式办理");
    walk.tap("button[value=counter]");
    walk.until_at("已登记：到窗口核验");
    walk.look(axe.as_deref(), "other-way-counter");
    let code = walk.page.evaluate("document.querySelector('.pairing').textContent").unwrap();
    let number = house.client.get(&token, "/api/v1/ceremony").await.json()["number"].clone();
    // Nobody goes on by saying so.
    walk.tap("a.go");
    walk.until_at("已登记：到窗口核验");
    let signer = walk.page.close();
    signer.unwrap();

    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut desk = Desk { page, axe: axe.clone(), inbox: None };
    desk.come_in(&base, "li.na", &secret);
    desk.enter("a[href='/staff/counter']");
    desk.until_at("窗口核验");
    desk.look("staff-counter");
    desk.fill("#number", number.as_str().unwrap());
    desk.fill("#code", "000000");
    desk.enter("form button.go");
    desk.page.wait_until("document.querySelector('#trouble') !== null").unwrap();
    desk.page.evaluate("document.querySelector('#code').value = ''").unwrap();
    desk.fill("#code", code.as_str().unwrap());
    desk.enter("form[action='/staff/counter'] button.go");
    desk.until_at("请当面核对");
    let shown = desk.page.evaluate("document.body.innerText").unwrap();
    assert!(shown.as_str().unwrap().contains("示例股东一"));
    desk.fill("#last-four", "0011");
    desk.fill("#grounds", "本人与身份证原件相符");
    desk.enter_box("input[name=together]");
    desk.enter("form[action='/staff/counter/seen'] button.go");
    desk.until_at("已记录");
    desk.page.close().unwrap();

    let mut walk = Walk { page: browser.page().unwrap(), base: base.clone(), taps: 0 };
    walk.page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    walk.page.open(&format!("{base}/sign?lang=zh")).unwrap();
    walk.read();
    walk.until_at("窗口已核验");
    walk.look(axe.as_deref(), "begin");
    walk.tap("#begin button");
    walk.write_and_sign();
    let record = walk.record();
    walk.page.close().unwrap();
    without_photo(&house, &record, "person_at_counter", "counter").await;
    house.stop().await;
}
