//! A matter taken through the forms of the office, up to where a test begins.

use heqi_vocabulary::Clock as _;
use reqwest::{Method, Response};

use super::Bureau;
use super::browser::{Browser, csrf_of};

pub(crate) const FORM: [(&str, &str); 13] = [
    ("applicant", "signer"),
    ("name", "张三"),
    ("document_kind", "resident_id"),
    ("document_number", "11010519491231002X"),
    ("address", "杭州市临安区示例路1号"),
    ("phone", "0571-0000110"),
    ("purpose", "诉讼"),
    ("manner", "本人在手机上签署"),
    ("materials", "居民身份证复印件，1份"),
    ("copies", "1"),
    ("delivery", "counter"),
    ("lawsuit", "no"),
    ("truth", "yes"),
];

pub(crate) async fn apply(bureau: &Bureau, clerk: &Browser, form: &[(&str, &str)]) -> Response {
    let page = clerk.page(&format!("/staff/deposits?q={}", bureau.deposit)).await;
    assert!(page.contains(&bureau.deposit), "the deposit was not found");
    let csrf = csrf_of(&page);
    let mut all = vec![("csrf", csrf.as_str()), ("deposit", &bureau.deposit)];
    all.extend_from_slice(form);
    clerk.send(Method::POST, "/staff/deposits", &all).await
}

/// A certificate that was issued; gives the application's page.
pub(crate) async fn issued(bureau: &Bureau, people: [&Browser; 3]) -> String {
    let matter = numbered(bureau, people, &FORM).await;
    people[1].done(&matter, "issue", &[]).await;
    matter
}

/// The same before it is issued.
pub(crate) async fn numbered(
    bureau: &Bureau,
    [clerk, notary, approver]: [&Browser; 3],
    form: &[(&str, &str)],
) -> String {
    let taken = apply(bureau, clerk, form).await;
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    for one in [clerk, notary, approver] {
        one.done(&matter, "declare", &[("choice", "none")]).await;
    }
    notary.done(&matter, "accept", &[]).await;
    notary.done(&matter, "recompute", &[]).await;
    let page = notary.page(&matter).await;
    for number in (1..=22).filter(|n| page.contains(&format!("{matter}/tick-{n}\""))) {
        let form = [("choice", "passed"), ("text", "已核对")];
        notary.done(&matter, &format!("tick-{number}"), &form).await;
    }
    let (own, beside) = (bureau.code(notary), clerk.secret.code_at(bureau.clock.now()));
    let session = [
        ("workstation", "提取专用机1号"),
        ("place", "本处提取室"),
        ("code", own.as_str()),
        ("second", clerk.login),
        ("second_code", beside.as_str()),
    ];
    notary.done(&matter, "session", &session).await;
    for act in ["clean_environment", "search", "extract", "recompute", "verify", "seal"] {
        notary.done(&matter, &format!("press-{act}"), &[]).await;
    }
    let page = notary.page(&matter).await;
    let draft = page.split("maxlength=\"8000\">").nth(1).unwrap().split('<').next().unwrap();
    clerk.done(&matter, "draft", &[("text", draft)]).await;
    notary.done(&matter, "hand-in", &[]).await;
    let page = approver.page(&matter).await;
    let shown = page.split("name=\"shown\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    approver.done(&matter, "approve", &[("shown", shown), ("tick", "yes")]).await;
    clerk.done(&matter, "fee", &[("choice", "waived")]).await;
    matter
}

/// Approves what is proposed about a certificate, as the page shows it.
pub(crate) async fn approve_proposed(approver: &Browser, matter: &str) {
    let page = approver.page(matter).await;
    let form = page.split("/approve-proposed\"").nth(1).unwrap();
    let shown = form.split("name=\"shown\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    approver.done(matter, "approve-proposed", &[("shown", shown)]).await;
}
