//! After signing: the links of the messages, a code, and each party's own answer.

use std::collections::VecDeque;
use std::time::Duration;

use heqi_registration::Purpose;
use heqi_registration::message_queue::{Outcome, Outgoing, lease, note_outcome, trying};
use heqi_service_kit::SystemClock;
use heqi_testkit::files;
use heqi_vocabulary::Digest;
use serde_json::json;

use super::walk::{Walk, axe, browser_with_camera};
use crate::acceptance::device;
use crate::acceptance::house::{House, STAFF, Second};

/// What a worker of messages would have sent, in order.
#[derive(Default)]
pub(super) struct Post(VecDeque<Outgoing>);

impl Post {
    /// What is sent to an address for a purpose: its link and its code.
    pub(super) async fn to(
        &mut self,
        house: &House,
        address: &str,
        purpose: Purpose,
    ) -> (String, String) {
        loop {
            let is_it = |sent: &Outgoing| sent.address == address && sent.purpose == purpose;
            if let Some(place) = self.0.iter().rposition(is_it) {
                let sent = self.0.remove(place).unwrap();
                let value = |name| sent.values.get(name).cloned().unwrap_or_default();
                return (value("link"), value("code"));
            }
            for item in lease(&house.platform, 30_000, 50).await.unwrap() {
                let Some(sent) = trying(&house.platform, &item, |_| true).await.unwrap() else {
                    continue;
                };
                let outcome = Outcome::Taken {
                    gateway: "test".into(),
                    reference: None,
                    template_sha256: Digest::of(b"template"),
                };
                note_outcome(&house.platform, &item, sent.channel, &outcome).await.unwrap();
                self.0.push_back(sent);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

pub(super) const MOBILES: [&str; 2] = ["13800000001", "13800000002"];

/// Two shareholders who can be reached have signed over the interface. Gives the filing.
pub(super) async fn all_signed(house: &House, post: &mut Post) -> String {
    let staff = &house.client;
    let body = json!({ "matter": "establishment", "company_name": "杭州示例青穗茶业有限公司" });
    let filing = staff.post(STAFF, "/api/v1/filings", &body).await;
    let base = format!("/api/v1/filings/{}", filing["filing_id"].as_str().unwrap());
    let path = format!("{base}/documents?title=Articles");
    staff.upload(STAFF, &path, "application/pdf", files::pdf("Articles", 2)).await;
    let mut parties = Vec::new();
    for name in ["陈素英", "龚𠮷"] {
        let party = json!({ "kind": "person", "name": name, "capacities": ["shareholder"] });
        let added = staff.post(STAFF, &format!("{base}/parties"), &party).await;
        parties.push(added["party_id"].as_str().unwrap().to_owned());
    }
    for (party, mobile) in parties.iter().zip(MOBILES) {
        let path = format!("{base}/parties/{party}");
        staff
            .post(STAFF, &format!("{path}/contact"), &json!({ "mobile": mobile, "language": "zh" }))
            .await;
        let invited = staff.post(STAFF, &format!("{path}/invitations"), &json!({})).await;
        let token = invited["token"].as_str().unwrap();
        staff.post(token, "/api/v1/ceremony/code", &json!({ "language": "zh" })).await;
        let (_, code) = post.to(house, mobile, Purpose::Code).await;
        staff.post(token, "/api/v1/ceremony/code/check", &json!({ "code": code })).await;
        device::sign(staff, token, &SystemClock).await;
    }
    filing["filing_id"].as_str().unwrap().to_owned()
}

/// By the link of a message, as far as the own receipt.
pub(super) async fn come_in(
    walk: &mut Walk<'_>,
    house: &House,
    post: &mut Post,
    mobile: &str,
    link: &str,
) {
    let path = link.split_once("/c/").map(|(_, code)| format!("/c/{code}")).unwrap();
    let address = format!("{}{path}?lang=zh", walk.base);
    walk.page.open(&address).unwrap();
    walk.until_at("核对以您的名义签署的文件");
    walk.tap("button.go");
    walk.page
        .wait_until("document.querySelector('form[action=\"/sign/code\"] button') !== null")
        .unwrap();
    let shown = walk.page.evaluate("document.body.innerText").unwrap();
    assert!(!shown.as_str().unwrap().contains("青穗"), "nothing personal before the code");
    walk.tap("form[action='/sign/code'] button");
    walk.until_shown("#code");
    let (_, code) = post.to(house, mobile, Purpose::Code).await;
    walk.tap("#code");
    walk.page.write(&code).unwrap();
    walk.tap("form[action='/sign/code/check'] button");
    walk.until_at("签署完成");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_shareholder_confirms_or_objects_by_the_link_of_the_message_and_a_code() {
    let Some(mut browser) = browser_with_camera() else { return };
    let axe = axe();
    let house = House::start(Second::Real).await;
    let mut post = Post::default();
    all_signed(&house, &mut post).await;
    let (first, _) = post.to(&house, MOBILES[0], Purpose::AllSigned).await;
    let (second, _) = post.to(&house, MOBILES[1], Purpose::AllSigned).await;
    let mut walk = Walk { page: browser.page().unwrap(), base: house.url(), taps: 0 };
    walk.page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();

    // The interval between codes of one ceremony is a minute: the platform's clock is moved.
    house.clocks().platform.be_ahead_ms(61_000);
    come_in(&mut walk, &house, &mut post, MOBILES[0], &first).await;
    walk.tap("a.go[href='/sign/confirm']");
    walk.until_at("请核对并确认签署情况");
    walk.look(axe.as_deref(), "confirm");
    let sizes = "[...document.querySelectorAll('.choice button, .choice a')]\
         .map((b) => { const {width, height} = b.getBoundingClientRect(); return `${width} ${height}`; })";
    let sizes = walk.page.evaluate(sizes).unwrap();
    assert_eq!(sizes[0], sizes[1], "two answers of the same size");
    let shown = walk.page.evaluate("document.body.innerText").unwrap();
    for words in ["陈素英", "龚𠮷", "已签署，待确认"] {
        assert!(shown.as_str().unwrap().contains(words), "{words} in {shown}");
    }
    walk.tap(".choice button");
    walk.until_at("您已确认");
    walk.tap("a[href='/sign/filing']");
    walk.until_at("办件进度");
    walk.look(axe.as_deref(), "timeline");
    let shown = walk.page.evaluate("document.body.innerText").unwrap();
    for words in ["已确认", "已签署，待确认", "不答复不视为同意", "下一次自动提醒或重试"]
    {
        assert!(shown.as_str().unwrap().contains(words), "{words} in {shown}");
    }

    // The other one objects: the filing is paused at once, whatever the first one said.
    come_in(&mut walk, &house, &mut post, MOBILES[1], &second).await;
    walk.page.open(&format!("{}/sign/object", house.url())).unwrap();
    walk.until_at("提出异议");
    walk.look(axe.as_deref(), "object");
    walk.tap("#ground-0");
    walk.tap("#reason");
    walk.page.write("<b>我没有签过</b>").unwrap();
    walk.tap("form button.go");
    walk.until_at("已收到您的异议");
    let shown = walk.page.evaluate("document.body.innerText").unwrap();
    assert!(shown.as_str().unwrap().contains("1个工作日"), "{shown}");
    let (paused, _) = post.to(&house, MOBILES[0], Purpose::FilingPaused).await;
    assert!(paused.contains("/c/"));
    post.to(&house, MOBILES[1], Purpose::ObjectionReceived).await;
    house.clocks().platform.be_ahead_ms(130_000);
    come_in(&mut walk, &house, &mut post, MOBILES[0], &first).await;
    walk.page.open(&format!("{}/sign/confirm", house.url())).unwrap();
    walk.until_at("签署情况");
    let shown = walk.page.evaluate("document.body.innerText").unwrap();
    assert!(shown.as_str().unwrap().contains("已暂停"), "{shown}");
    drop(walk);
    house.stop().await;
}
