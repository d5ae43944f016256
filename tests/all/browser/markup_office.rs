//! Markup and scripts in what the notary's staff, and whoever comes to 实时保, fill in, and in the
//! messages that the demo's inbox shows, in a real browser.

use heqi_credentials::TotpSecret;
use heqi_notarization::staff::OfficeRole;
use heqi_service_kit::system::SystemClock;
use heqi_testkit::files;
use heqi_tests::browser::{Browser, BrowserError, Page};
use heqi_vocabulary::Clock as _;
use serde_json::json;

use super::custody::{MOBILE, NAME, NUMBER, authenticator};
use super::lan::{Demo, in_the_inbox};
use super::markup::{ODD, is_text_only};
use super::markup_staff::{complaints, send, shows};
use super::review::Desk;
use super::verifier::browser;
use super::walk::skipped;
use super::workbench::bureau::{Bureau, PASSWORD};
use crate::acceptance::device::Client;

fn come_in(page: &mut Page<'_>, bureau: &Bureau, login: &str, secret: &TotpSecret) {
    page.open(&format!("{}/staff?lang=zh", bureau.running.url())).unwrap();
    let typed = json!({ "login": login, "password": PASSWORD });
    send(page, "form[action='/staff']", &typed, "button.go");
    let typed = json!({ "code": bureau.code(secret) });
    send(page, "form[action='/staff/code']", &typed, "button.go");
}

/// Sends the form of one act of an application.
fn act(page: &mut Page<'_>, no: &str, act: &str, text: &str) {
    let values = if text.is_empty() { json!({}) } else { json!({ "text": text }) };
    let button = if act == "declare" { "[value=none]" } else { "button" };
    send(page, &format!("form[action='/staff/matters/{no}/{act}']"), &values, button);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn markup_in_the_forms_and_the_names_of_the_notarys_staff_stays_text() {
    let Some(mut browser): Option<Browser> = browser() else { return };
    let bureau = Bureau::open().await;
    let [clerk_name, notary_name] = [format!("赵{}", ODD[0]), format!("钱{}", ODD[1])];
    let clerk = bureau.admit("zhao.min", &clerk_name, OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", &notary_name, OfficeRole::Notary).await;
    let base = bureau.running.url();
    let mut page = browser.page().unwrap();

    come_in(&mut page, &bureau, "zhao.min", &clerk);
    shows(&mut page, "the queue of the office", &[&clerk_name]);
    page.open(&format!("{base}/staff/deposits?lang=zh")).unwrap();
    send(&mut page, "form[role=search]", &json!({ "q": ODD[0] }), "button");
    shows(&mut page, "a search for a deposit", &[ODD[0]]);
    send(&mut page, "form[role=search]", &json!({ "q": bureau.deposit }), "button");
    let mut typed = json!({
        "name": "张三", "document_number": "11010519491231002X", "address": ODD[0], "phone": ODD[3],
        "purpose": ODD[1], "manner": ODD[2], "materials": ODD[0], "copies": "1",
        "lawsuit": "yes", "litigation": ODD[3], "truth": "yes",
    });
    let counter = "form[action='/staff/deposits'][method=post]";
    send(&mut page, counter, &typed, "button[type=submit]");
    shows(&mut page, "an application that is refused", &ODD[..3]);
    typed["phone"] = "0571-0000110".into();
    send(&mut page, counter, &typed, "button[type=submit]");
    shows(&mut page, "an application", &ODD[..4]);
    let no = page.evaluate("location.pathname.split('/').pop()").unwrap();
    let no = no.as_str().unwrap().to_owned();
    assert!(no.starts_with("SQ"), "{no}");
    send(&mut page, ".desk form", &json!({}), "button");

    come_in(&mut page, &bureau, "qian.wei", &notary);
    shows(&mut page, "the queue with an application", &[&notary_name]);
    page.open(&format!("{base}/staff/matters/{no}")).unwrap();
    act(&mut page, &no, "declare", "");
    act(&mut page, &no, "accept", "");
    is_text_only(&mut page, "an accepted application");
    act(&mut page, &no, "tick-1", ODD[1]);
    let words = ODD.join(" ");
    act(&mut page, &no, "supplement", &words);
    shows(&mut page, "an application with remarks", &[&words, &notary_name]);
    page.open(&format!("{base}/staff/figures")).unwrap();
    is_text_only(&mut page, "the figures of the office");
    page.open(&format!("{base}/check?lang=zh")).unwrap();
    send(&mut page, "form:has(#number)", &json!({ "number": ODD[0], "c": ODD[1] }), "button");
    shows(&mut page, "a check by anybody", &[ODD[0]]);
    assert_eq!(complaints(&mut page), Vec::<String>::new());
    page.close().unwrap();
    bureau.running.stop().await;
}

/// Says something about a signing and applies for a certificate, at the custodian that issues them.
fn as_whoever_signed(desk: &mut Desk<'_>, centre: &str, inbox: &str) {
    desk.page.open(&format!("{centre}/my?lang=zh")).unwrap();
    send(&mut desk.page, "form[action='/my/code']", &json!({ "contact": ODD[0] }), "button");
    shows(&mut desk.page, "the door of 实时保", &[ODD[0]]);
    desk.page.open(&format!("{centre}/my?lang=zh")).unwrap();
    desk.until_at("查看以我名义保管的证据");
    desk.come_in_by_code(inbox, false);
    desk.until_at("以我名义保管的证据");
    let page = &mut desk.page;
    page.evaluate("document.querySelector('.document a.open').click()").unwrap();
    page.wait_until("document.querySelector(\"a[href$='/say']\") !== null").unwrap();
    let evidence = page.evaluate("location.href").unwrap();
    let evidence = evidence.as_str().unwrap().to_owned();
    page.evaluate("document.querySelector(\"a[href$='/say']\").click()").unwrap();
    page.wait_until("document.querySelector('#reason') !== null").unwrap();
    let say = "form[action$='/say']";
    let long = format!("{}{}", ODD.join(" "), "长".repeat(500));
    send(page, say, &json!({ "kind": "objection", "reason": long }), "button");
    is_text_only(page, "words that are too long");
    send(page, say, &json!({ "kind": "objection", "reason": ODD.join(" ") }), "button");
    is_text_only(page, "a signing that was objected to");

    page.open(&evidence).unwrap();
    page.evaluate("document.querySelector(\"a.button[href*='/my/apply/PZ']\").click()").unwrap();
    page.wait_until("document.querySelector('#purpose') !== null").unwrap();
    let mut typed = json!({
        "name": ODD[0], "document_number": ODD[1], "address": ODD[2], "phone": ODD[3],
        "purpose": ODD[0], "manner": ODD[1], "materials": ODD[2], "copies": ODD[3],
        "lawsuit": "yes", "litigation": ODD[4], "truth": "yes",
    });
    let apply = "form[action*='/my/apply/']";
    send(page, apply, &typed, "button");
    shows(page, "an application that is refused", &ODD);
    for (name, value) in
        [("name", NAME), ("document_number", NUMBER), ("phone", MOBILE), ("copies", "1")]
    {
        typed[name] = value.into();
    }
    send(page, apply, &typed, "button");
    is_text_only(page, "a signing with an application");
    let shown = page.evaluate("document.body.innerText").unwrap();
    assert!(shown.as_str().unwrap().contains("您的公证申请"), "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn markup_that_whoever_signed_types_at_the_custodian_stays_text_there_and_at_the_notarys() {
    let mut browser = match Browser::start() {
        Err(BrowserError::Missing) => return skipped(&BrowserError::Missing.to_string()),
        started => started.unwrap(),
    };
    let Some(demo) = Demo::start_with(&[]) else { return };
    let (centre, inbox) = (demo.says("notary_url"), demo.says("inbox_url"));
    let mut reading = Browser::start().unwrap();
    let mut letters = reading.page().unwrap();

    // A filing whose names go into messages.
    let staff = Client::of(demo.says("platform_url"));
    let key = demo.manifest["credentials"][0]["value"].as_str().unwrap();
    let company = format!("公司{}", ODD[0]);
    let body = json!({
        "matter": "change", "company_name": company, "handler_name": "何静",
    });
    let filing = staff.post(key, "/api/v1/filings", &body).await;
    let base = format!("/api/v1/filings/{}", filing["filing_id"].as_str().unwrap());
    let path = format!("{base}/documents?title=Articles");
    staff.upload(key, &path, "application/pdf", files::pdf("Articles", 1)).await;
    let party = json!({ "kind": "person", "name": "陈素英", "capacities": ["shareholder"] });
    let added = staff.post(key, &format!("{base}/parties"), &party).await;
    let party = format!("{base}/parties/{}", added["party_id"].as_str().unwrap());
    let contact = json!({ "email": "odd@example.com" });
    staff.post(key, &format!("{party}/contact"), &contact).await;
    staff.post(key, &format!("{party}/invitations"), &json!({})).await;
    in_the_inbox(&mut letters, inbox, &company);
    shows(&mut letters, "the inbox", &[&company]);
    assert_eq!(complaints(&mut letters), Vec::<String>::new());

    let mut desk = Desk { page: browser.page().unwrap(), axe: None, inbox: Some(letters) };
    as_whoever_signed(&mut desk, centre, inbox);

    // Whoever issues certificates reads the application, and what was said.
    let officers = demo.manifest["officers"].as_array().unwrap();
    let notary = officers.iter().find(|one| one["login"] == "qian.wei").unwrap();
    let page = &mut desk.page;
    page.open(&format!("{centre}/staff?lang=zh")).unwrap();
    let typed = json!({ "login": notary["login"], "password": notary["password"] });
    send(page, "form[action='/staff']", &typed, "button.go");
    let secret = authenticator(notary["totp_secret"].as_str().unwrap());
    // The code of this moment may have been used: whoever comes in twice shows the next one.
    let typed = json!({ "code": secret.code_at(SystemClock.now().plus_millis(30_000)) });
    send(page, "form[action='/staff/code']", &typed, "button.go");
    is_text_only(page, "the queue of the demo's notary");
    let newest = "[...document.querySelectorAll(\".cases a[href*='/staff/matters/']\")]\
         .map((a) => a.href).sort().at(-1)";
    let newest = page.evaluate(newest).unwrap();
    let shown = page.evaluate("location.href + document.body.innerText").unwrap();
    page.open(newest.as_str().unwrap_or_else(|| panic!("no application: {shown}"))).unwrap();
    shows(page, "the application at the notary's", &[ODD[0], ODD[1], ODD[2], ODD[4]]);
    assert_eq!(complaints(page), Vec::<String>::new());
    desk.page.close().unwrap();
}
