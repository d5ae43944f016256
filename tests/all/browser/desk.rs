//! A handler makes a filing from nothing to signers who are invited, with the keyboard alone: what is wrong is told at
//! its field, which has the focus; axe finds nothing on any page of the way (ADR 0093).

use std::io::Write as _;

use heqi_filing::{Office, OfficeKind};
use heqi_registration::ports::IdentityPorts;
use heqi_registration::request::StaffRole;
use heqi_registration::staff::{bind_handler, enrol_staff};
use heqi_testkit::files;
use heqi_tests::browser::Browser;
use serde_json::{Value, json};

use super::review::{Desk, account_of, registry};
use super::verifier::browser;
use super::walk::axe;
use crate::acceptance::house::{House, STAFF, Second};

const HE_JING: &str = "33011219940301000X";

/// Waits until the page says so, whatever it was before.
fn until_said(desk: &mut Desk<'_>, said: &str) {
    let shown = format!(
        "document.readyState === 'complete' && document.body.innerText.includes({})",
        Value::from(said)
    );
    desk.page.wait_until(&shown).unwrap_or_else(|error| {
        let shown = desk.page.evaluate("document.body.innerText");
        panic!("{said}: {error}: {shown:?}")
    });
}

/// What went wrong stands at this field, and the field has the focus.
fn told_at(desk: &mut Desk<'_>, selector: &str, said: &str) {
    until_said(desk, said);
    let named = Value::from(selector);
    let at = format!(
        "document.activeElement.matches({named}) && \
         (document.activeElement.closest('fieldset[aria-describedby]') ?? document.activeElement)\
         .getAttribute('aria-describedby').split(' ').includes('trouble')"
    );
    desk.page.wait_until(&at).unwrap();
}

/// Types this in the place of what the field with the focus holds.
fn instead(desk: &mut Desk<'_>, text: &str) {
    desk.page.evaluate("document.activeElement.select()").unwrap();
    desk.page.write(text).unwrap();
}

fn opens_a_filing(desk: &mut Desk<'_>) {
    desk.enter("main a.button");
    desk.until_at("新建办件");
    desk.look("staff-new-filing");
    desk.enter_box("input[name=matter]");
    desk.fill("#company_name", "杭");
    desk.enter("form.decision button.go");
    told_at(desk, "#company_name", "公司名称的长度应为2至100个字符");
    desk.look_here("staff-new-filing-told", "zh");
    instead(desk, "杭州示例青穗茶业有限公司");
    desk.enter("form.decision button.go");
    desk.until_at("准备办件");
}

fn uploads(desk: &mut Desk<'_>) {
    desk.look("staff-draft");
    let mut broken = tempfile::Builder::new().suffix(".pdf").tempfile().unwrap();
    broken.write_all(b"GIF89a").unwrap();
    let mut articles = tempfile::Builder::new().suffix(".pdf").tempfile().unwrap();
    articles.write_all(&files::pdf("Articles", 2)).unwrap();
    desk.page.choose("#file", &[broken.path()]).unwrap();
    desk.enter("form[action$='/documents'] button.go");
    told_at(desk, "#file", "该文件不是PDF");
    desk.look_here("staff-draft-told", "zh");
    desk.page.choose("#file", &[articles.path()]).unwrap();
    desk.enter("form[action$='/documents'] button.go");
    until_said(desk, "2页 · 第1版");
}

/// Enters how a party is reached, and comes back to the filing.
fn reached(desk: &mut Desk<'_>, mobile: &str, number: &str) {
    desk.until_at("联系方式和证件");
    desk.fill("#mobile", mobile);
    desk.fill("#id_number", number);
    desk.enter("form.decision button.go");
    desk.until_at("准备办件");
}

fn adds_a_shareholder(desk: &mut Desk<'_>) {
    desk.enter("main a.button[href$='/parties']");
    desk.until_at("添加当事人");
    desk.look("staff-party");
    desk.enter_box("input[name=kind]");
    desk.fill("#name", "陈素英");
    desk.enter("form.decision button.go");
    told_at(desk, "input[name=capacity]", "没有填写当事人的身份");
    desk.page.press(" ", " ").unwrap();
    desk.enter("form.decision button.go");
    desk.until_at("联系方式和证件");
    desk.look("staff-contact");
    reached(desk, "13800000001", "330112199003079999");
}

fn declares_the_capital(desk: &mut Desk<'_>) {
    desk.enter("main a.button[href$='/capital']");
    desk.until_at("注册资本和认缴出资");
    desk.look("staff-capital");
    desk.fill("#capital", "1000000");
    desk.fill("input[name^='amount-']", "500000");
    // A day is typed as the browser of the person shows it, which is not ours to know.
    let day = "document.querySelector(\"input[name^='due-']\").value = \
         new Date(Date.now() + 1000 * 86400000).toISOString().slice(0, 10)";
    desk.page.evaluate(day).unwrap();
    desk.enter("form.decision button.go");
    told_at(desk, "#capital", "与注册资本");
    instead(desk, "500000");
    desk.enter("form.decision button.go");
    desk.until_at("准备办件");
    until_said(desk, "500,000.00");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_makes_a_filing_from_nothing_to_invited_signers_with_the_keyboard() {
    let Some(mut browser): Option<Browser> = browser() else { return };
    let review = Some((registry(), IdentityPorts::default()));
    let house = House::start_with(Second::Real, review).await;
    let firm = Office { kind: OfficeKind::HandlerFirm, name: "示例代办".parse().unwrap() };
    let secret = account_of(&house, ("he.jing", "何静"), firm, StaffRole::Handler).await;
    let (login, number) = ("he.jing".parse().unwrap(), HE_JING.parse().unwrap());
    assert!(bind_handler(&house.platform, &login, &number).await.unwrap());
    // Bound anew, it waits for security; whoever has an authenticator here is let in.
    enrol_staff(&house.platform, &login, &secret).await.unwrap();
    let base = house.url();
    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut desk = Desk { page, axe: axe(), inbox: None };
    desk.come_in_to(&base, "he.jing", &secret, "我经办的办件");

    opens_a_filing(&mut desk);
    uploads(&mut desk);
    // The own party first: nobody is invited before somebody can confirm as handler.
    desk.enter("a.open[href*='/parties/']");
    reached(&mut desk, "13900000009", HE_JING);
    adds_a_shareholder(&mut desk);
    declares_the_capital(&mut desk);

    desk.enter("main a.go[href$='/invitations']");
    desk.until_at("邀请签署");
    desk.look("staff-invite");
    desk.enter("form.decision button.go");
    until_said(&mut desk, "已于");
    desk.look_here("staff-invited", "zh");
    let filing = desk.page.evaluate("location.pathname.split('/')[3]").unwrap();
    let filing = filing.as_str().unwrap();
    let view = house.client.get(STAFF, &format!("/api/v1/filings/{filing}")).await.json();
    assert_eq!(view["state"]["status"], "signing", "{view}");
    let messages = house.client.get(STAFF, &format!("/api/v1/filings/{filing}/messages")).await;
    assert_eq!(messages.json().as_array().unwrap().len(), 1);
    desk.page.close().unwrap();
    house.stop().await;
}
