//! Two factors: what one of them opens, what a wrong one says, enrolling, another password.

use heqi_filing::{Office, OfficeKind};
use heqi_registration::request::StaffRole;
use heqi_registration::staff::password::Password;
use heqi_registration::staff::totp::TotpSecret;
use heqi_registration::staff::{CreateStaff, create_staff};
use heqi_testkit::SeededEntropy;
use heqi_vocabulary::Clock as _;
use reqwest::Method;

use super::{Desk, PASSWORD, registry, signed, text};
use crate::journey::filled;
use crate::service::Service;

#[tokio::test]
async fn one_factor_a_foreign_token_and_another_office_open_nothing() {
    let service = Service::start_reviewing(registry()).await;
    signed(&service).await;
    let reviewer = Desk::reviewer(&service, "li.na", "李娜").await;
    let case = reviewer.case().await;

    let mut half = Desk::account(&service, "half", "赵半", registry(), StaffRole::Reviewer).await;
    half.password().await;
    assert_eq!(half.get("/staff/cases").await.status, 401);
    assert_eq!(half.get(&case).await.status, 401);

    // The token of another session, and a page of another site.
    let page = reviewer.page(&case).await;
    let action = format!("{case}/decision");
    let other = Desk::reviewer(&service, "wang.qiang", "王强").await;
    let values = [("decision", "accept"), ("grounds", "一致")];
    assert_eq!(other.submit(&page, &action, &values).await.status, 403);
    let body = filled(&page, &action, &values);
    let headers = [
        ("cookie", reviewer.cookie.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "cross-site"),
    ];
    let body = Some(body.into_bytes());
    let foreign = service.send(Method::POST, &action, "", &headers, body).await;
    assert_eq!(foreign.status, 403);

    for (login, name, office, role) in [
        (
            "ops",
            "赵六",
            Office { kind: OfficeKind::Operator, name: "示例平台".parse().unwrap() },
            StaffRole::Operator,
        ),
        (
            "firm",
            "何静",
            Office { kind: OfficeKind::HandlerFirm, name: "示例代办".parse().unwrap() },
            StaffRole::Handler,
        ),
    ] {
        let mut desk = Desk::account(&service, login, name, office, role).await;
        desk.come_in().await;
        for path in ["/staff/cases".to_owned(), case.clone(), format!("{case}/photo")] {
            assert_eq!(desk.get(&path).await.status, 403, "{login} {path}");
        }
    }
    let notary = Office { kind: OfficeKind::Notary, name: "临安公证处".parse().unwrap() };
    let mut desk = Desk::account(&service, "zhou", "周公", notary, StaffRole::Reviewer).await;
    desk.come_in().await;
    assert_eq!(desk.get(&case).await.status, 404);
    assert_eq!(desk.get(&format!("{case}/photo")).await.status, 404);
    assert!(desk.page("/staff/cases").await.contains("目前没有待办事项"));
}

#[tokio::test]
async fn a_wrong_password_says_nothing_and_leaving_ends_the_session() {
    let service = Service::start_reviewing(registry()).await;
    let desk = Desk::reviewer(&service, "li.na", "李娜").await;
    let mut pages = Vec::new();
    for login in ["li.na", "nobody"] {
        let answer = desk.send("/staff", &format!("login={login}&password=wrong")).await;
        assert_eq!(answer.status, 401);
        assert!(answer.headers.get("set-cookie").is_none());
        pages.push(text(&answer).replace(login, ""));
    }
    assert_eq!(pages[0], pages[1]);
    let queue = desk.page("/staff/cases").await;
    let left = desk.submit(&queue, "/staff/leave", &[]).await;
    assert_eq!((left.status, left.header("location")), (303, "/staff"));
    assert_eq!(desk.get("/staff/cases").await.status, 401);
    assert!(text(&desk.get("/staff/cases").await).contains("请重新登录"));
}

#[tokio::test]
async fn the_first_time_an_authenticator_is_enrolled_and_recovery_codes_are_shown_once() {
    let service = Service::start_reviewing(registry()).await;
    let command = CreateStaff {
        login: "new.one".parse().unwrap(),
        name: "新人".parse().unwrap(),
        office: registry(),
        role: StaffRole::Reviewer,
        password: Password::new(PASSWORD.into()).unwrap(),
    };
    let account = create_staff(&service.platform, command).await.unwrap();
    let mut desk = Desk {
        service: &service,
        secret: TotpSecret::generate(&SeededEntropy::labelled(1, "unused")),
        login: "new.one".into(),
        cookie: String::new(),
    };
    // The right password, and security has not let the account in.
    let waits = desk.send("/staff", "login=new.one&password=correct+horse+battery").await;
    assert_eq!(waits.status, 403);
    assert!(text(&waits).contains("尚未由安全管理员启用"));
    assert!(waits.headers.get("set-cookie").is_none());
    let mut security = Desk::security(&service).await;
    security.come_in().await;
    let accounts = security.page("/staff/accounts").await;
    let released = format!("/staff/accounts/{account}/release");
    let answer = security.submit(&accounts, &released, &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/staff/accounts"));
    desk.password().await;
    let page = desk.page("/staff/code").await;
    assert!(page.contains("class=\"qr\"") && page.contains("id=\"secret\""));
    let again = desk.page("/staff/code").await;
    let secret = |page: &str| page.split("id=\"secret\">").nth(1).unwrap()[..39].to_owned();
    assert_eq!(secret(&page), secret(&again), "a page that is loaded again shows the same secret");
    let wrong = desk.submit(&page, "/staff/code", &[("code", "000000")]).await;
    assert_eq!(wrong.status, 401);
}

/// The form of another password, as somebody fills it.
const fn fill<'a>(
    present: &'a str,
    code: &'a str,
    new: &'a str,
    again: &'a str,
) -> [(&'static str, &'a str); 4] {
    [("present", present), ("code", code), ("new", new), ("again", again)]
}

#[tokio::test]
async fn staff_changes_the_own_password_on_a_page_of_its_own_without_a_script() {
    const CHANGE: &str = "/staff/password";
    const NEW: &str = "seven quiet lanterns";
    let service = Service::start_reviewing(registry()).await;
    let mut desk = Desk::reviewer(&service, "li.na", "李娜").await;
    assert!(desk.page("/staff/cases").await.contains("href=\"/staff/password\""));
    let page = desk.page(CHANGE).await;
    service.clock.advance_ms(60_000);
    let code = desk.secret.code_at(service.clock.now());

    // What is wrong stands at its field, and nothing that was typed comes back.
    for (typed, status, field, told) in [
        (fill("wrong horse battery", &code, NEW, NEW), 422, "present", "当前密码不正确"),
        (fill(PASSWORD, "000000", NEW, NEW), 401, "code", "动态口令不正确"),
        (fill(PASSWORD, &code, "short", "short"), 422, "new", "密码长度不符合要求"),
        (fill(PASSWORD, &code, NEW, PASSWORD), 422, "again", "两次输入的新密码不一致"),
        (fill(PASSWORD, &code, "li.na-123456789", "li.na-123456789"), 422, "new", "太容易猜到"),
    ] {
        let answer = desk.submit(&page, CHANGE, &typed).await;
        let shown = text(&answer);
        assert_eq!(answer.status, status, "{field}: {shown}");
        let (before, after) = shown.split_once(&format!("id=\"{field}\"")).unwrap();
        let label = before.rsplit("<label").next().unwrap();
        assert!(label.contains(told), "{field}: {shown}");
        assert!(after.split('>').next().unwrap().contains("aria-invalid=\"true\""), "{field}");
        for typed in [PASSWORD, NEW, "wrong horse battery"] {
            assert!(!shown.contains(typed), "{field}: it comes back");
        }
        assert!(answer.headers.get("set-cookie").is_none(), "{field}: {:?}", answer.headers);
    }
    let english = desk.get("/staff/password?lang=en").await;
    assert!(text(&english).contains("Change your password"));

    // Without the token of the page nothing happens.
    let stolen = format!("csrf={}&key=k&present=x&code=1&new=y&again=y", "0".repeat(64));
    assert_eq!(desk.send(CHANGE, &stolen).await.status, 403);

    let before = desk.cookie.clone();
    let answer = desk.submit(&page, CHANGE, &fill(PASSWORD, &code, NEW, NEW)).await;
    assert_eq!(answer.status, 200, "{}", text(&answer));
    assert!(text(&answer).contains("密码已修改"));
    desk.keep(&answer);
    assert_ne!(desk.cookie, before);
    assert_eq!(desk.get("/staff/cases").await.status, 200, "this session goes on");
    desk.cookie = before;
    assert_eq!(desk.get("/staff/cases").await.status, 401, "the one of before is over");
    let old = desk.send("/staff", "login=li.na&password=correct+horse+battery").await;
    assert_eq!(old.status, 401);
    let new = desk.send("/staff", "login=li.na&password=seven+quiet+lanterns").await;
    assert_eq!((new.status, new.header("location")), (303, "/staff/code"));
}
