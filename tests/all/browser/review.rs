//! A reviewer in a real Chromium: comes in with two factors and decides a case with the keyboard
//! alone; both pictures are there, axe finds nothing, nothing scrolls sideways.

use std::sync::Arc;

use heqi_evidence::attestation::Question;
use heqi_filing::{Office, OfficeKind};
use heqi_registration::ports::{Answering, Attested, IdentityPorts, PopulationPortrait, Portrait};
use heqi_registration::request::StaffRole;
use heqi_registration::staff::password::Password;
use heqi_registration::staff::totp::TotpSecret;
use heqi_registration::staff::{CreateStaff, create_staff, enrol_staff};
use heqi_registration::verify_identity;
use heqi_service_kit::system::{SystemClock, SystemEntropy};
use heqi_testkit::files;
use heqi_tests::browser::{Browser, Page};
use heqi_vocabulary::{Clock as _, Digest};
use serde_json::{Value, json};

use super::looking::{DESK, look_at};
use super::verifier::browser;
use super::walk::axe;
use crate::acceptance::house::{House, STAFF, Second};

pub(super) const PASSWORD: &str = "correct horse battery";

/// Hands out a portrait of everybody.
struct Register;

impl PopulationPortrait for Register {
    fn portrait(&self, question: Question) -> Answering<'_, Option<Portrait>> {
        let bytes = files::photo("portrait");
        let sha256 = Digest::of(&bytes);
        Box::pin(std::future::ready(Ok(Attested {
            answer: Some(Portrait { bytes, sha256 }),
            provider: "示例人口库".into(),
            answered_at: SystemClock.now(),
            question,
            envelope: b"{}".to_vec(),
        })))
    }
}

pub(super) fn registry() -> Office {
    Office {
        kind: OfficeKind::Registry, name: "杭州市临安区市场监督管理局".parse().unwrap()
    }
}

pub(super) async fn account(house: &House, login: &str, name: &str) -> TotpSecret {
    account_of(house, (login, name), registry(), StaffRole::Reviewer).await
}

/// An account of whatever office, in whatever role.
pub(super) async fn account_of(
    house: &House,
    (login, name): (&str, &str),
    office: Office,
    role: StaffRole,
) -> TotpSecret {
    let command = CreateStaff {
        login: login.parse().unwrap(),
        // As it was kept before names were read by their rules.
        name: serde_json::from_value(serde_json::json!(name)).unwrap(),
        office,
        role,
        password: Password::new(PASSWORD.into()).unwrap(),
    };
    create_staff(&house.platform, command).await.unwrap();
    let secret = TotpSecret::generate(&SystemEntropy);
    enrol_staff(&house.platform, &login.parse().unwrap(), &secret).await.unwrap();
    secret
}

/// One party has signed: the number was declared after the invitation, so that nothing is asked
/// at the door, and the register was asked.
async fn signed(house: &House) -> String {
    let staff = &house.client;
    let body = json!({ "matter": "establishment", "company_name": "杭州示例青穗茶业有限公司" });
    let opened = staff.post(STAFF, "/api/v1/filings", &body).await;
    let filing = opened["filing_id"].as_str().unwrap().to_owned();
    let base = format!("/api/v1/filings/{filing}");
    let path = format!("{base}/documents?title=Articles");
    staff.upload(STAFF, &path, "application/pdf", files::pdf("Articles", 2)).await;
    let party = json!({ "kind": "person", "name": "陈素英", "capacities": ["shareholder"] });
    let added = staff.post(STAFF, &format!("{base}/parties"), &party).await;
    let party = added["party_id"].as_str().unwrap();
    let path = format!("{base}/parties/{party}/invitations");
    let invited = staff.post(STAFF, &path, &json!({})).await;
    let token = invited["token"].as_str().unwrap().to_owned();
    let path = format!("{base}/parties/{party}/contact");
    let body = json!({ "mobile": "13800000001", "id_number": "11010519491231002X" });
    staff.post(STAFF, &path, &body).await;
    for item in verify_identity::lease(&house.platform, 10_000, 10).await.unwrap() {
        verify_identity::verify_identity(&house.platform, &item).await.unwrap();
    }
    house.all_sign(&[token]).await;
    filing
}

pub(super) struct Desk<'a> {
    pub(super) page: Page<'a>,
    pub(super) axe: Option<String>,
    /// A page in which messages are read, where a test has one.
    pub(super) inbox: Option<Page<'a>>,
}

impl Desk<'_> {
    pub(super) fn until_at(&mut self, heading: &str) {
        let named = Value::from(heading);
        let expression = format!(
            "document.readyState === 'complete' && document.querySelector('h1')?.textContent.startsWith({named})"
        );
        self.page.wait_until(&expression).unwrap_or_else(|error| {
            let shown = self.page.evaluate("document.body.innerText");
            panic!("{heading}: {error}\n{shown:?}")
        });
    }

    /// Comes in with both factors, as far as the queue.
    pub(super) fn come_in(&mut self, base: &str, login: &str, secret: &TotpSecret) {
        self.come_in_to(base, login, secret, "待核验事项");
    }

    /// The same, where the work of this role begins.
    pub(super) fn come_in_to(&mut self, base: &str, login: &str, secret: &TotpSecret, home: &str) {
        self.page.open(&format!("{base}/staff?lang=zh")).unwrap();
        self.until_at("工作人员登录");
        self.fill("#login", login);
        self.fill("#password", PASSWORD);
        self.enter("form button.go");
        self.until_at("请输入动态口令");
        self.fill("#code", &secret.code_at(SystemClock.now()));
        self.enter("form button.go");
        self.until_at(home);
    }

    /// Tabs until this has the focus.
    pub(super) fn reach(&mut self, selector: &str) {
        let at = format!("document.activeElement?.matches({})", Value::from(selector));
        for _ in 0..120 {
            self.page.press("Tab", "\t").unwrap();
            if self.page.evaluate(&at).unwrap() == true {
                return;
            }
        }
        panic!("{selector} is not reached by the keyboard");
    }

    pub(super) fn fill(&mut self, selector: &str, text: &str) {
        self.reach(selector);
        self.page.write(text).unwrap();
    }

    pub(super) fn enter(&mut self, selector: &str) {
        self.reach(selector);
        self.page.press("Enter", "\r").unwrap();
    }

    /// Ticks a box.
    pub(super) fn enter_box(&mut self, selector: &str) {
        self.reach(selector);
        self.page.press(" ", " ").unwrap();
    }

    /// Looks at the page in both languages and at four widths.
    pub(super) fn look(&mut self, name: &str) {
        let here = self.page.evaluate("location.origin + location.pathname").unwrap();
        let here = here.as_str().unwrap().to_owned();
        for language in ["en", "zh"] {
            self.page.open(&format!("{here}?lang={language}")).unwrap();
            self.look_here(name, language);
        }
    }

    /// Looks at the page as it stands: what came of a form has no address to open again.
    pub(super) fn look_here(&mut self, name: &str, language: &str) {
        look_at(&mut self.page, self.axe.as_deref(), &format!("{name}-{language}"), &DESK);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reviewer_decides_a_case_with_the_keyboard_and_sees_both_pictures() {
    let Some(mut browser): Option<Browser> = browser() else { return };
    let ports = IdentityPorts { portrait: Some(Arc::new(Register)), ..IdentityPorts::default() };
    let house = House::start_with(Second::Real, Some((registry(), ports))).await;
    let secret = account(&house, "li.na", "李娜").await;
    let filing = signed(&house).await;
    let base = house.url();
    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut desk = Desk { page, axe: axe(), inbox: None };

    desk.page.open(&format!("{base}/staff?lang=zh")).unwrap();
    desk.until_at("工作人员登录");
    desk.look("staff-login");
    desk.fill("#login", "li.na");
    desk.fill("#password", PASSWORD);
    desk.enter("form button.go");
    desk.until_at("请输入动态口令");
    desk.look("staff-code");
    desk.fill("#code", &secret.code_at(SystemClock.now()));
    desk.enter("form button.go");
    desk.until_at("待核验事项");
    desk.look("staff-queue");
    desk.enter(".cases a");
    desk.until_at("身份核验 · 办件");
    desk.look("staff-case");
    let pictures = "[...document.querySelectorAll('.pictures img')]\
         .map((i) => i.complete && i.naturalWidth > 0 && i.getBoundingClientRect())\
         .filter((box) => box && box.width > 100)\
         .map(({y}) => Math.round(y))";
    desk.page.wait_until(&format!("{pictures}.length === 2")).unwrap();
    let tops = desk.page.evaluate(pictures).unwrap();
    assert_eq!(tops[0], tops[1], "the pictures stand beside each other");
    desk.fill("#grounds", "与证件照片比对为同一人");
    desk.enter("button[value=accept]");
    desk.page.wait_until("document.body.innerText.includes('已通过')").unwrap();
    let view = house.client.get(STAFF, &format!("/api/v1/filings/{filing}")).await.json();
    assert_eq!(view["parties"][0]["reviews"][0]["outcome"]["outcome"], "accepted");
    desk.look("staff-decided");
    desk.enter(".desk button");
    desk.until_at("工作人员登录");
    desk.page.open(&format!("{base}/staff/cases")).unwrap();
    desk.until_at("工作人员登录");
    assert!(desk.page.trouble().unwrap().errors.iter().all(|error| error.contains("401")));
    desk.page.close().unwrap();
    house.stop().await;
}
