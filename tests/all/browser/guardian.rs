//! A minor's guardian on the way, from the link to the receipt, and the reviewer who looks at the
//! proof and decides (edge case 8).

use std::io::Write as _;
use std::path::Path;

use heqi_registration::ports::IdentityPorts;
use heqi_testkit::files;
use serde_json::json;

use super::killed::reopened;
use super::looking::{PHONE, look_at};
use super::review::{Desk, account, registry};
use super::walk::{Walk, axe, browser_with_camera};
use crate::acceptance::house::{House, STAFF, Second};

/// Born on the first day of 2025.
const WARD_NUMBER: &str = "330112202501019993";
/// Somebody's of age.
const ADULT_NUMBER: &str = "33011219940301000X";

/// A minor takes part; the guardian's number is declared after the invitation, so that nothing is
/// asked at the door. Gives the filing and the guardian's token.
async fn invited(house: &House) -> (String, String) {
    let staff = &house.client;
    let body = json!({ "matter": "establishment", "company_name": "杭州示例青穗茶业有限公司" });
    let opened = staff.post(STAFF, "/api/v1/filings", &body).await;
    let filing = opened["filing_id"].as_str().unwrap().to_owned();
    let base = format!("/api/v1/filings/{filing}");
    let path = format!("{base}/documents?title=Articles");
    staff.upload(STAFF, &path, "application/pdf", files::pdf("Articles", 2)).await;
    let party = json!({
        "kind": "ward",
        "name": "林小茶",
        "representative_name": "林嘉伟",
        "capacities": ["shareholder"],
    });
    let added = staff.post(STAFF, &format!("{base}/parties"), &party).await;
    let path = format!("{base}/parties/{}", added["party_id"].as_str().unwrap());
    let invited = staff.post(STAFF, &format!("{path}/invitations"), &json!({})).await;
    let body = json!({ "mobile": "13800000001", "id_number": "11010519491231002X" });
    staff.post(STAFF, &format!("{path}/contact"), &body).await;
    (filing, invited["token"].as_str().unwrap().to_owned())
}

/// Says what the page asks, and sends it.
fn show(walk: &mut Walk<'_>, number: &str, proof: &Path) {
    walk.tap("input[value=parent]");
    walk.type_in("#ward_number", number);
    walk.tap("input[value=household_register]");
    walk.page.choose("#proof_file", &[proof]).unwrap();
    walk.tap("input[name=agree]");
    walk.tap("form button.go");
}

fn text(walk: &mut Walk<'_>) -> String {
    let text = walk.page.evaluate("document.body.innerText").unwrap();
    text.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_8_a_guardian_signs_on_a_phone_and_a_reviewer_looks_at_the_proof_and_decides() {
    let Some(mut browser) = browser_with_camera() else { return };
    let axe = axe();
    let review = Some((registry(), IdentityPorts::default()));
    let house = House::start_with(Second::Real, review).await;
    let secret = account(&house, "li.na", "李娜").await;
    let (filing, token) = invited(&house).await;
    let link = house.link_of(&token).await;
    house.until_cosigned().await;
    let base = house.url();
    browser.grant(&base, &["videoCapture"]).unwrap();
    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut walk = Walk { page, base: base.clone(), taps: 0 };
    walk.come_in(&link, "granted", "refused");
    walk.read();
    walk.until_at("监护关系");
    walk.look(axe.as_deref(), "guardian");

    let mut proof = tempfile::Builder::new().suffix(".jpg").tempfile().unwrap();
    proof.write_all(&files::photo("household register")).unwrap();
    // Who is of age is no ward: told, and the guardian tries again.
    show(&mut walk, ADULT_NUMBER, proof.path());
    walk.until_shown("#trouble");
    let told = text(&mut walk);
    assert!(told.contains("已满18周岁") && !told.contains(ADULT_NUMBER), "{told}");
    look_at(&mut walk.page, axe.as_deref(), "guardian-refused", &PHONE);
    // The tab is killed with the proof not shown yet, and again with it shown.
    walk.page.close().unwrap();
    let mut walk = reopened(&mut browser, &base, "/sign", "监护关系");
    show(&mut walk, WARD_NUMBER, proof.path());
    walk.until_at("拍一张现场照片");
    walk.page.close().unwrap();
    let mut walk = reopened(&mut browser, &base, "/sign", "拍一张现场照片");
    walk.page.open(&format!("{base}/sign/guardian?lang=zh")).unwrap();
    let shown = text(&mut walk);
    assert!(shown.contains("父母 · 户口簿") && !shown.contains(WARD_NUMBER), "{shown}");
    walk.look(axe.as_deref(), "guardian-shown");
    walk.tap("a.go");
    walk.shoot();
    walk.write_and_sign();
    let receipt = text(&mut walk);
    assert!(receipt.contains("未成年人林小茶（由监护人代为签署）"), "{receipt}");
    assert!(receipt.contains("父母 · 户口簿") && !receipt.contains(WARD_NUMBER), "{receipt}");

    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut desk = Desk { page, axe, inbox: None };
    desk.come_in(&base, "li.na", &secret);
    desk.enter(".cases a");
    desk.until_at("身份核验 · 办件");
    desk.look("staff-case-guardian");
    let case = desk.page.evaluate("document.body.innerText").unwrap();
    let case = case.as_str().unwrap();
    for told in ["监护人代未成年人签署", "林小茶", "林嘉伟", "监护人称：父母", "9993"]
    {
        assert!(case.contains(told), "{told} is not in {case}");
    }
    assert!(!case.contains(WARD_NUMBER), "{case}");
    let file = "fetch(document.querySelector(\"a[href$='/guardianship']\").href).then((answer) => \
         [answer.status, answer.headers.get('content-type'), answer.headers.get('content-disposition')])";
    let file = desk.page.evaluate(file).unwrap();
    assert_eq!(
        file,
        json!([200, "image/jpeg", "attachment; filename=\"guardianship\""]),
        "a stranger's file is looked at by itself"
    );
    desk.fill("#grounds", "户口簿与被监护人姓名、号码一致");
    desk.enter("button[value=accept]");
    desk.page.wait_until("document.body.innerText.includes('已通过')").unwrap();
    let view = house.client.get(STAFF, &format!("/api/v1/filings/{filing}")).await.json();
    assert_eq!(view["parties"][0]["reviews"][0]["outcome"]["outcome"], "accepted");
    assert_eq!(view["parties"][0]["kind"], "ward");
    house.stop().await;
}
