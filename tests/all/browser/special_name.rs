//! 姓名特殊情形: a provider answers that name and number differ. The signer is told so, says why, and
//! goes on; the reviewer reads it beside that answer.

use std::sync::Arc;

use heqi_evidence::attestation::{CompanyStatus, PersonOutcome, Question};
use heqi_registration::ports::{
    Answering, Attested, CompanyFound, IdentityPorts, RealNameProvider,
};
use heqi_registration::verify_identity;
use heqi_service_kit::system::SystemClock;
use heqi_testkit::files;
use heqi_vocabulary::Clock as _;
use serde_json::json;

use super::review::{Desk, account, registry};
use super::walk::{Walk, axe, browser_with_camera};
use crate::acceptance::house::{House, STAFF, Second};

/// Knows nobody by the name that was declared.
struct Differing;

fn answered<T: Send + 'static>(question: Question, answer: T) -> Answering<'static, T> {
    Box::pin(std::future::ready(Ok(Attested {
        answer,
        provider: "示例实名".into(),
        answered_at: SystemClock.now(),
        question,
        envelope: b"{}".to_vec(),
    })))
}

impl RealNameProvider for Differing {
    fn person(&self, question: Question) -> Answering<'_, PersonOutcome> {
        answered(question, PersonOutcome::Differs)
    }

    fn company(&self, question: Question) -> Answering<'_, CompanyFound> {
        let status = CompanyStatus::InOperation;
        answered(question, CompanyFound { name_matches: true, status })
    }
}

/// A person takes part and is asked about; the number is declared after the invitation, so that
/// nothing is asked at the door. Gives the token.
async fn invited(house: &House) -> String {
    let staff = &house.client;
    let body = json!({ "matter": "establishment", "company_name": "杭州示例青穗茶业有限公司" });
    let opened = staff.post(STAFF, "/api/v1/filings", &body).await;
    let base = format!("/api/v1/filings/{}", opened["filing_id"].as_str().unwrap());
    let path = format!("{base}/documents?title=Articles");
    staff.upload(STAFF, &path, "application/pdf", files::pdf("Articles", 2)).await;
    let party = json!({ "kind": "person", "name": "龚吉", "capacities": ["shareholder"] });
    let added = staff.post(STAFF, &format!("{base}/parties"), &party).await;
    let path = format!("{base}/parties/{}", added["party_id"].as_str().unwrap());
    let invited = staff.post(STAFF, &format!("{path}/invitations"), &json!({})).await;
    let body = json!({ "mobile": "13800000001", "id_number": "11010519491231002X" });
    staff.post(STAFF, &format!("{path}/contact"), &body).await;
    for item in verify_identity::lease(&house.platform, 60_000, 10).await.unwrap() {
        verify_identity::verify_identity(&house.platform, &item).await.unwrap();
    }
    invited["token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signer_whose_name_and_number_differ_says_why_goes_on_and_the_reviewer_reads_it() {
    let Some(mut browser) = browser_with_camera() else { return };
    let axe = axe();
    let ports = IdentityPorts { real_name: Some(Arc::new(Differing)), ..IdentityPorts::default() };
    let house = House::start_with(Second::Real, Some((registry(), ports))).await;
    let secret = account(&house, "li.na", "李娜").await;
    let token = invited(&house).await;
    let link = house.link_of(&token).await;
    house.until_cosigned().await;
    let base = house.url();
    browser.grant(&base, &["videoCapture"]).unwrap();
    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut walk = Walk { page, base: base.clone(), taps: 0 };
    walk.page.open(&format!("{base}{link}?lang=zh")).unwrap();
    walk.tap("button.go");
    walk.until_at("电子签名及存证约定");
    walk.look(axe.as_deref(), "consent-name");
    let told = walk.page.evaluate("document.body.innerText").unwrap();
    let told = told.as_str().unwrap();
    assert!(told.contains("姓名与证件号码不一致。若姓名含生僻字或“·”"), "{told}");
    walk.tap("a[href='/sign/name']");
    walk.until_at("姓名特殊情形");
    walk.look(axe.as_deref(), "special-name");
    walk.tap("input[value=rare_character]");
    // What breaks out of a careless page is text here and on the case.
    walk.type_in("#written", "龚𠮷<b>\"'");
    walk.tap("form button.go");
    walk.page.wait_until("document.body.innerText.includes('已登记，由工作人员核对')").unwrap();
    walk.look(axe.as_deref(), "special-name-noted");
    walk.tap("a.go");
    // It is told once, and nothing was lost.
    walk.until_at("电子签名及存证约定");
    let asked = walk.page.evaluate("document.querySelector(\"a[href='/sign/name']\") === null");
    assert_eq!(asked.unwrap(), true);
    walk.consent("granted", "refused");
    walk.read();
    walk.shoot();
    walk.write_and_sign();
    walk.page.close().unwrap();

    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut desk = Desk { page, axe, inbox: None };
    desk.come_in(&base, "li.na", &secret);
    desk.enter(".cases a");
    desk.until_at("身份核验 · 办件");
    let case = desk.page.evaluate("document.body.innerText").unwrap();
    let case = case.as_str().unwrap();
    for told in ["姓名与证件号码不一致", "签署人称：姓名含生僻字", "龚𠮷<b>\"'"]
    {
        assert!(case.contains(told), "{told} is not in {case}");
    }
    desk.page.close().unwrap();
    house.stop().await;
}
