//! A company's representative on the way: with what the company seals is asked before the photo,
//! said for what it is, and stands on the receipt; and signs of a driven browser reach a reviewer.

use std::io::Write as _;
use std::sync::Arc;

use heqi_evidence::attestation::{Question, SealKind};
use heqi_registration::ports::{Answering, Attested, CorporateSeal, IdentityPorts, SealFound};
use heqi_service_kit::system::SystemClock;
use heqi_testkit::files;
use heqi_vocabulary::Clock as _;
use serde_json::json;

use super::killed::reopened;
use super::review::{Desk, account, registry};
use super::walk::{Walk, axe, browser_with_camera};
use crate::acceptance::house::{House, STAFF, Second};

/// A service that knows every document as sealed by the licence.
struct Licences;

impl CorporateSeal for Licences {
    fn sealed(&self, question: Question) -> Answering<'_, Option<SealFound>> {
        let now = SystemClock.now();
        Box::pin(std::future::ready(Ok(Attested {
            answer: Some(SealFound { kind: SealKind::ElectronicLicence, sealed_at: now }),
            provider: "示例印章服务".into(),
            answered_at: now,
            question,
            envelope: b"{}".to_vec(),
        })))
    }
}

/// A company takes part; its code is declared after the invitation, so that nothing is asked at
/// the door. Gives the representative's token.
pub(super) async fn invited(house: &House) -> String {
    let staff = &house.client;
    let body = json!({ "matter": "establishment", "company_name": "杭州示例青穗茶业有限公司" });
    let opened = staff.post(STAFF, "/api/v1/filings", &body).await;
    let base = format!("/api/v1/filings/{}", opened["filing_id"].as_str().unwrap());
    let path = format!("{base}/documents?title=Articles");
    staff.upload(STAFF, &path, "application/pdf", files::pdf("Articles", 2)).await;
    let party = json!({
        "kind": "company",
        "name": "杭州示例云栖投资有限公司",
        "representative_name": "周建国",
        "capacities": ["corporate_shareholder_representative"],
    });
    let added = staff.post(STAFF, &format!("{base}/parties"), &party).await;
    let path = format!("{base}/parties/{}", added["party_id"].as_str().unwrap());
    let invited = staff.post(STAFF, &format!("{path}/invitations"), &json!({})).await;
    let body = json!({ "mobile": "13800000001", "company_code": "91330112MA000004XN" });
    staff.post(STAFF, &format!("{path}/contact"), &body).await;
    invited["token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_representative_says_with_what_the_company_seals_and_the_receipt_says_what_it_is() {
    let Some(mut browser) = browser_with_camera() else { return };
    let axe = axe();
    let ports = IdentityPorts { seal: Some(Arc::new(Licences)), ..IdentityPorts::default() };
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
    walk.come_in(&link, "granted", "refused");
    walk.read();
    walk.until_at("企业印章");
    walk.look(axe.as_deref(), "seal");

    // A scan without a file is told, and nothing is lost.
    walk.tap("input[value=scan]");
    walk.tap("form button.go");
    walk.until_shown("#trouble");
    let mut stamp = tempfile::Builder::new().suffix(".jpg").tempfile().unwrap();
    stamp.write_all(&files::photo("stamp")).unwrap();
    walk.tap("input[value=scan]");
    walk.page.choose("#scan", &[stamp.path()]).unwrap();
    // The tab is killed with the scan chosen and not sent, and again with it sent.
    walk.page.close().unwrap();
    let mut walk = reopened(&mut browser, &base, "/sign", "企业印章");
    walk.tap("input[value=scan]");
    walk.page.choose("#scan", &[stamp.path()]).unwrap();
    walk.tap("form button.go");
    walk.page.wait_until("document.body.innerText.includes('仅为图像，不能证明加盖')").unwrap();
    walk.look(axe.as_deref(), "seal-scan");
    walk.page.close().unwrap();
    let mut walk = reopened(&mut browser, &base, "/sign", "拍一张现场照片");
    walk.page.open(&format!("{base}/sign/seal?lang=zh")).unwrap();
    walk.until_at("企业印章");

    // The licence counts, and replaces the picture.
    walk.tap("input[value=electronic_licence]");
    walk.tap("form button.go");
    walk.page.wait_until("document.body.innerText.includes('已由印章服务机构核验')").unwrap();
    walk.page.close().unwrap();
    let mut walk = reopened(&mut browser, &base, "/sign/seal", "企业印章");
    walk.tap("a.go");
    walk.shoot();
    walk.write_and_sign();
    assert_eq!(house.coverage().await["signings"], 1);
    let receipt = walk.page.evaluate("document.body.innerText").unwrap();
    let receipt = receipt.as_str().unwrap();
    assert!(receipt.contains("电子营业执照：已由印章服务机构核验"), "{receipt}");

    // The reviewer reads it too, and that a program drove this browser.
    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut desk = Desk { page, axe, inbox: None };
    desk.come_in(&base, "li.na", &secret);
    desk.enter(".cases a");
    desk.until_at("身份核验 · 办件");
    let case = desk.page.evaluate("document.body.innerText").unwrap();
    let case = case.as_str().unwrap();
    assert!(case.contains("电子营业执照 · 已由印章服务机构核验"), "{case}");
    assert!(!case.contains("企业印章未经核验"), "{case}");
    assert!(case.contains("风险提示") && case.contains("浏览器自称由程序操作"), "{case}");
    desk.look("staff-case-risks");
    desk.page.open(&format!("{base}/staff/corrections?lang=zh")).unwrap();
    desk.until_at("更正姓名或证件号码");
    desk.look("staff-corrections");
    house.stop().await;
}
