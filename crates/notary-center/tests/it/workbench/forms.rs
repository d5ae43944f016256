//! What a form of a page does: once, with the token of the page, on what the page showed.

use heqi_credentials::Password;
use heqi_notarization::matter::ApplicationNo;
use heqi_notarization::staff::{CreateOfficer, OfficeRole, create_officer};
use heqi_vocabulary::Digest;
use reqwest::{Method, StatusCode};

use super::browser::{csrf_of, trouble};
use super::matter::{FORM, apply};
use super::{Bureau, PASSWORD};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_form_sent_twice_at_once_is_answered_alike_and_does_one_thing() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let page = clerk.page(&format!("/staff/deposits?q={}", bureau.deposit)).await;
    let csrf = csrf_of(&page);
    let mut form = vec![("csrf", csrf.as_str()), ("key", "one"), ("deposit", &bureau.deposit)];
    form.extend_from_slice(&FORM);
    let twins = [(); 4].map(|()| clerk.send(Method::POST, "/staff/deposits", &form));
    let mut leads = Vec::new();
    for answer in futures_util::future::join_all(twins).await {
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", trouble(answer).await);
        leads.push(answer.headers()["location"].to_str().unwrap().to_owned());
    }
    leads.dedup();
    let [matter] = leads.as_slice() else { panic!("{leads:?}") };

    // What is refused is refused alike: the second copy is the one the browser shows.
    let accept = format!("{matter}/accept");
    let csrf = csrf_of(&notary.page(matter).await);
    let form = [("csrf", csrf.as_str()), ("key", "early")];
    let twins = [(); 4].map(|()| notary.send(Method::POST, &accept, &form));
    for answer in futures_util::future::join_all(twins).await {
        assert_eq!(answer.status(), StatusCode::CONFLICT);
        assert!(trouble(answer).await.contains("利益冲突申报"));
    }
    notary.done(matter, "declare", &[("choice", "none")]).await;
    // And what is done is done once, and nobody is refused by an own twin.
    let form = [("csrf", csrf.as_str()), ("key", "accept")];
    let twins = [(); 4].map(|()| notary.send(Method::POST, &accept, &form));
    for answer in futures_util::future::join_all(twins).await {
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", trouble(answer).await);
    }
    let no: ApplicationNo = matter.rsplit('/').next().unwrap().parse().unwrap();
    let by = heqi_notarization::staff::Officer {
        account: heqi_vocabulary::StaffId::from_bytes([1; 16]),
        role: OfficeRole::Auditor,
    };
    let record = heqi_notarization::matter::view::steps(&bureau.office, &by, no).await.unwrap();
    let accepted = record.iter().filter(|step| step.step.as_str() == "accepted").count();
    assert_eq!(accepted, 1);
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_officer_changes_the_own_password_on_a_page_of_its_own_without_a_script() {
    const CHANGE: &str = "/staff/password";
    const NEW: &str = "seven quiet lanterns";
    let bureau = Box::pin(Bureau::open()).await;
    let mut notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    assert!(notary.page("/staff/matters").await.contains("href=\"/staff/password\""));
    let csrf = csrf_of(&notary.page(CHANGE).await);
    let code = bureau.code(&notary);
    let filled = |present: &str, code: &str, new: &str| {
        [
            ("csrf", &*csrf),
            ("key", "k"),
            ("present", present),
            ("code", code),
            ("new", new),
            ("again", new),
        ]
        .map(|(name, value)| (name, value.to_owned()))
    };
    for (form, status, field, told) in [
        (filled("wrong horse battery", &code, NEW), 422_u16, "present", "当前密码不正确"),
        (filled(PASSWORD, "000000", NEW), 401, "code", "动态口令不正确"),
        (filled(PASSWORD, &code, "示例公证处123456789"), 422, "new", "太容易猜到"),
    ] {
        let answer = notary.send_owned(Method::POST, CHANGE, &form).await;
        assert_eq!(answer.status(), status, "{field}");
        let shown = answer.text().await.unwrap();
        let (before, _) = shown.split_once(&format!("id=\"{field}\"")).unwrap();
        assert!(before.rsplit("<label").next().unwrap().contains(told), "{field}: {shown}");
    }
    let before = notary.cookie.clone();
    let answer = notary.send_owned(Method::POST, CHANGE, &filled(PASSWORD, &code, NEW)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    notary.keep(&answer);
    assert!(answer.text().await.unwrap().contains("密码已修改"));
    assert_ne!(notary.cookie, before);
    notary.page("/staff/matters").await;
    notary.cookie = before;
    let over = notary.send(Method::GET, "/staff/matters", &[]).await;
    assert_eq!(over.status(), StatusCode::UNAUTHORIZED);
    let door =
        notary.send(Method::POST, "/staff", &[("login", "qian.wei"), ("password", NEW)]).await;
    assert_eq!(door.status(), StatusCode::SEE_OTHER);
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_accounts_page_says_who_let_an_account_in_and_shut_it_out() {
    let bureau = Box::pin(Bureau::open()).await;
    let security = bureau.admit("shen.yan", OfficeRole::Security).await;
    let command = CreateOfficer {
        login: "xu.ning".parse().unwrap(),
        name: "示例人员".into(),
        role: OfficeRole::Clerk,
        password: Password::new(PASSWORD.into()).unwrap(),
    };
    let account = create_officer(&bureau.office, command).await.unwrap();
    let accounts = "/staff/accounts";
    for (act, word) in [("release", "启用"), ("disable", "停用")] {
        let page = security.page(accounts).await;
        let csrf = csrf_of(&page);
        let seen = seen_of(&page, "xu.ning");
        let form = [("csrf", csrf.as_str()), ("key", act), ("seen", seen.as_str())];
        let path = format!("{accounts}/{account}/{act}");
        let done = security.send(Method::POST, &path, &form).await;
        assert_eq!(done.status(), StatusCode::SEE_OTHER, "{}", trouble(done).await);
        let page = security.page(accounts).await;
        let of_account = page.split("xu.ning</h2>").nth(1).unwrap();
        let of_account = of_account.split("<h2>").next().unwrap();
        assert!(of_account.contains(&format!("{word} · 操作人：shen.yan")), "{of_account}");
        assert!(of_account.contains("建立 · 操作人：系统管理员"), "{of_account}");
    }

    // Released as it stood on a page of before it was shut out, or as on no page at all.
    let page = security.page(accounts).await;
    let csrf = csrf_of(&page);
    let path = format!("{accounts}/{account}/release");
    let none = Digest::of(b"another standing").to_string();
    for form in
        [&[("csrf", csrf.as_str()), ("seen", none.as_str())][..], &[("csrf", csrf.as_str())][..]]
    {
        let refused = security.send(Method::POST, &path, form).await;
        assert_eq!(refused.status(), StatusCode::CONFLICT);
        assert!(trouble(refused).await.contains("已被重置或停用"), "it says why");
    }
    let seen = seen_of(&page, "xu.ning");
    let form = [("csrf", csrf.as_str()), ("seen", seen.as_str())];
    let done = security.send(Method::POST, &path, &form).await;
    assert_eq!(done.status(), StatusCode::SEE_OTHER, "{}", trouble(done).await);
    bureau.running.stop().await;
}

/// How an account stands, as the form on the page of accounts says it back.
fn seen_of(page: &str, login: &str) -> String {
    let of_account = page.split(&format!("{login}</h2>")).nth(1).unwrap();
    let seen = of_account.split("name=\"seen\" value=\"").nth(1).unwrap();
    seen.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_another_site_or_without_the_token_does_nothing() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let taken = apply(&bureau, &clerk, &FORM).await;
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    let declare = format!("{matter}/declare");
    let without = clerk.send(Method::POST, &declare, &[("choice", "none")]).await;
    assert_eq!(without.status(), StatusCode::FORBIDDEN);
    let forged = clerk.send(Method::POST, &declare, &[("choice", "none"), ("csrf", "x")]).await;
    assert_eq!(forged.status(), StatusCode::FORBIDDEN);
    let scan = clerk.send(Method::POST, &format!("{matter}/scan"), &[]).await;
    assert_eq!(scan.status(), StatusCode::FORBIDDEN);
    bureau.running.stop().await;
}
