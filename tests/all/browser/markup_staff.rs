//! Markup and scripts in every field that staff of the platform's side fill in, and in the names of
//! staff themselves, in a real browser: a reviewer's grounds, a correction, the counter, an objection
//! and its decision, a regulator's legal basis and case, a handler's desk.

use heqi_filing::{Office, OfficeKind};
use heqi_registration::index_filings::index_filings;
use heqi_registration::ports::IdentityPorts;
use heqi_registration::request::StaffRole;
use heqi_tests::browser::Page;
use serde_json::{Value, json};

use super::markup::{ODD, is_text_only, odd_filing};
use super::review::{Desk, account_of, registry};
use super::verifier::browser;
use crate::acceptance::house::{House, STAFF, Second};

/// Sends a form as it is filled here, whatever a careful browser would say to it, and looks at what
/// comes of it.
pub(super) fn send(page: &mut Page<'_>, form: &str, values: &Value, button: &str) {
    page.evaluate("globalThis.before = true").unwrap();
    let sending = format!(
        "(() => {{ const form = document.querySelector({form}); form.noValidate = true; \
           for (const [name, text] of Object.entries({values})) {{ \
             const field = form.elements[name]; \
             if (field.type === 'checkbox') field.checked = true; else field.value = text; }} \
           form.requestSubmit(form.querySelector({button})); }})()",
        form = json!(form),
        button = json!(button),
    );
    page.evaluate(&sending).unwrap();
    let there = "document.readyState === 'complete' && globalThis.before === undefined";
    page.wait_until(there).unwrap_or_else(|error| {
        let shown = page.evaluate("document.body?.innerText");
        panic!("{form} leads nowhere: {error}\n{shown:?}")
    });
}

/// What is shown, what stands in fields included: all of it is text, and the odd text is there.
pub(super) fn shows(page: &mut Page<'_>, place: &str, odd: &[&str]) {
    is_text_only(page, place);
    let shown = "document.body.innerText + '\\n' + \
         [...document.querySelectorAll('input, textarea')].map((e) => e.value).join('\\n')";
    let shown = page.evaluate(shown).unwrap();
    for odd in odd {
        assert!(shown.as_str().unwrap().contains(odd), "{place}: {odd} is not in {shown}");
    }
}

/// What the browser complained of, but for answers that say no.
pub(super) fn complaints(page: &mut Page<'_>) -> Vec<String> {
    let mut errors = page.trouble().unwrap().errors;
    // A test that sends forms by script, and is refused on purpose, is told so by the browser.
    let by_this_test =
        ["the server responded with a status of 4", "NavigationEntryMarkedSkippable"];
    errors.retain(|error| !by_this_test.iter().any(|word| error.contains(word)));
    errors
}

fn begin(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// The queue, a case, a correction, the counter.
fn as_a_reviewer(desk: &mut Desk<'_>, base: &str, name: &str) {
    let page = &mut desk.page;
    shows(page, "the queue", &[name, ODD[0]]);
    page.evaluate("document.querySelector('.cases a').click()").unwrap();
    page.wait_until("document.querySelector('#grounds') !== null").unwrap();
    shows(page, "a case", &[name]);
    let long = format!("{}{}", ODD.join(" "), "长".repeat(500));
    let decision = "button[value=propose_refusal]";
    send(page, "form.decision", &json!({ "grounds": long }), decision);
    shows(page, "grounds that are too long", &ODD[..2]);
    send(page, "form.decision", &json!({ "grounds": ODD.join(" ") }), decision);
    shows(page, "a case with a proposal", &[name, ODD[0]]);

    page.open(&format!("{base}/staff/corrections?lang=zh")).unwrap();
    let typed = json!({
        "number": ODD[0], "name": ODD[0], "last_four": ODD[0], "new_name": ODD[1],
        "new_number": ODD[2], "issuer": ODD[1], "grounds": ODD.join(" "),
    });
    send(page, "form.decision", &typed, "button.go");
    shows(page, "a correction", &[ODD[0], ODD[1], &begin(ODD[0], 12)]);

    page.open(&format!("{base}/staff/counter?lang=zh")).unwrap();
    let typed = json!({ "number": ODD[0], "code": ODD[1] });
    send(page, "form[action='/staff/counter']", &typed, "button.go");
    shows(page, "the counter", &[&begin(ODD[0], 8)]);
}

/// The decision about an objection: refused first, because nobody took it back.
fn decide_objection(desk: &mut Desk<'_>, base: &str, filing: &str) {
    let page = &mut desk.page;
    page.open(&format!("{base}/staff/cases?lang=zh")).unwrap();
    is_text_only(page, "the queue with a paused filing");
    page.open(&format!("{base}/staff/objections/{filing}?lang=zh")).unwrap();
    shows(page, "an objection", &[ODD[0]]);
    let typed = json!({ "outcome": "withdrawn", "grounds": ODD.join(" ") });
    send(page, "form.decision", &typed, "button.go");
    shows(page, "a decision that is refused", &ODD[..3]);
    let typed = json!({ "outcome": "refer", "grounds": ODD.join(" ") });
    send(page, "form.decision", &typed, "button.go");
    is_text_only(page, "a decided objection");
}

fn as_a_regulator(desk: &mut Desk<'_>, base: &str, name: &str) {
    let page = &mut desk.page;
    shows(page, "the regulator's desk", &[name]);
    let typed = json!({ "basis": ODD[0], "case_number": ODD[1], "company": ODD[2] });
    send(page, "form.decision", &typed, "button.go");
    shows(page, "a search that is refused", &ODD[..3]);
    let basis = format!("《市场主体登记管理条例{}》第四十条", ODD[0]);
    let case = format!("12号{}", ODD[1]);
    let typed = json!({ "basis": basis, "case_number": case, "company": "公司" });
    send(page, "form.decision", &typed, "button.go");
    shows(page, "what was found", &[&basis, &case, ODD[0]]);
    let results = page.evaluate("location.href").unwrap();
    page.evaluate("document.querySelector(\"main a[href*='/filings/']\").click()").unwrap();
    page.wait_until("document.querySelector('#why') !== null").unwrap();
    shows(page, "what is held of a filing", &[&basis, &case, ODD[0], ODD[1]]);
    let hold = "form[action$='/holds']";
    send(page, hold, &json!({ "reason": ODD.join(" ") }), "button");
    is_text_only(page, "a hold");
    for address in [results.as_str().unwrap(), &format!("{base}/regulator")] {
        page.open(&format!("{address}?lang=en")).unwrap();
        shows(page, address, &[&basis, &case]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn markup_in_every_field_of_staff_stays_text_on_every_page_of_theirs() {
    let Some(mut browser) = browser() else { return };
    let review = Some((registry(), IdentityPorts::default()));
    let house = House::start_with(Second::Real, review).await;
    let (token, filing) = odd_filing(&house).await;
    house.all_sign(std::slice::from_ref(&token)).await;
    while !index_filings(&house.platform).await.unwrap().has_caught_up {}
    let base = house.url();
    let view = house.client.get(STAFF, &format!("/api/v1/filings/{filing}")).await.json();
    let firm = Office { kind: OfficeKind::HandlerFirm, name: "示例代办".parse().unwrap() };
    let [reviewer, regulator] = [format!("李{}", ODD[0]), format!("周{}", ODD[2])];
    // A handler's own filings are those with the handler's name.
    let handler = format!("经办{}", ODD[1]);
    let roles = [
        ("li.na", &reviewer, registry(), StaffRole::Reviewer),
        ("zhou", &regulator, registry(), StaffRole::Regulator),
        ("firm", &handler, firm, StaffRole::Handler),
    ];
    let mut secrets = Vec::new();
    for (login, name, office, role) in roles {
        secrets.push(account_of(&house, (login, name), office, role).await);
    }

    let mut desk = Desk { page: browser.page().unwrap(), axe: None, inbox: None };
    // A login name is typed by strangers.
    desk.page.open(&format!("{base}/staff?lang=zh")).unwrap();
    let typed = json!({ "login": ODD[0], "password": ODD[1] });
    send(&mut desk.page, "form[action='/staff']", &typed, "button.go");
    shows(&mut desk.page, "a wrong login", &[&begin(ODD[0], 36)]);
    desk.come_in(&base, "li.na", &secrets[0]);
    as_a_reviewer(&mut desk, &base, &reviewer);

    let ceremony = house.client.get(&token, "/api/v1/ceremony").await.json();
    let (party, against) = (&ceremony["party_id"], &ceremony["signed"]["record_id"]);
    let party = party.as_str().unwrap();
    let path = format!("/api/v1/filings/{filing}/parties/{party}/objection");
    let body = json!({
        "against": against, "ground": "not_signed_by_me", "reason": ODD.join(" "),
    });
    house.client.post(&token, &path, &body).await;
    decide_objection(&mut desk, &base, &filing);
    send(&mut desk.page, ".desk form", &json!({}), "button");

    desk.come_in_to(&base, "zhou", &secrets[1], "监管查询");
    as_a_regulator(&mut desk, &base, &regulator);
    send(&mut desk.page, ".desk form", &json!({}), "button");

    desk.come_in_to(&base, "firm", &secrets[2], "我经办的办件");
    let typed = json!({ "number": view["number"] });
    send(&mut desk.page, "form[action='/staff/filings']", &typed, "button.go");
    // A name that is none today is nobody's: no filing is found by it.
    shows(&mut desk.page, "the handler's desk", &[&handler]);
    assert_eq!(complaints(&mut desk.page), Vec::<String>::new());
    desk.page.close().unwrap();
    house.stop().await;
}
