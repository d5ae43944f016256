//! Security and audit over HTTP: who lets accounts in and who reads what was done, and that neither
//! sees a filing.

use heqi_filing::{Office, OfficeKind};
use heqi_registration::request::StaffRole;
use heqi_registration::staff::change_role;
use serde_json::Value;

use crate::service::Service;
use crate::signer::{COMPANY, NAMES};
use crate::staff::{Desk, registry, signed, text};

async fn auditor(service: &Service) -> Desk<'_> {
    let operator = Office { kind: OfficeKind::Operator, name: "示例平台".parse().unwrap() };
    let mut desk = Desk::account(service, "xu.ming", "许明", operator, StaffRole::Auditor).await;
    desk.come_in().await;
    desk
}

#[tokio::test]
async fn security_shuts_an_account_out_and_lets_it_in_and_never_its_own() {
    let service = Service::start_reviewing(registry()).await;
    let reviewer = Desk::reviewer(&service, "li.na", "李娜").await;
    assert_eq!(reviewer.get("/staff/cases").await.status, 200);
    let mut security = Desk::security(&service).await;
    security.come_in().await;
    let page = security.page("/staff/accounts").await;
    for shown in ["li.na", "核验人员", "杭州市临安区市场监督管理局", "已启用", "安全管理员"]
    {
        assert!(page.contains(shown), "{shown}");
    }
    // No button for the own account, and by hand it is refused.
    let forms: Vec<&str> = page.split("action=\"/staff/accounts/").skip(1).collect();
    assert_eq!(forms.len(), 1, "one account to shut out");
    let disable = format!("/staff/accounts/{}", forms[0].split('"').next().unwrap());
    assert!(disable.ends_with("/disable"), "{disable}");
    service.clock.advance_ms(1_000);
    let done = security.submit(&page, &disable, &[]).await;
    assert_eq!((done.status, done.header("location")), (303, "/staff/accounts"));
    assert_eq!(reviewer.get("/staff/cases").await.status, 401, "its session is over");
    let wrong = reviewer.send("/staff", "login=li.na&password=correct+horse+battery").await;
    assert_eq!(wrong.status, 401);

    let page = security.page("/staff/accounts").await;
    assert!(page.contains("已停用") && page.contains("操作人：shen.yan"), "{page}");
    let release = disable.replace("/disable", "/release");
    assert_eq!(security.submit(&page, &release, &[]).await.status, 303);
    let mut again = reviewer;
    service.clock.advance_ms(60_000);
    again.come_in().await;

    let unknown = format!("/staff/accounts/stf_{}/release", "0".repeat(26));
    let page = security.page("/staff/accounts").await;
    let body = crate::journey::filled(&page, &disable, &[]);
    assert_eq!(security.send(&unknown, &body).await.status, 404);
    let nothing = disable.replace("/disable", "/promote");
    assert_eq!(security.send(&nothing, &body).await.status, 404);
}

#[tokio::test]
async fn an_account_that_was_changed_after_the_page_was_opened_is_shown_again_and_not_let_in() {
    let service = Service::start_reviewing(registry()).await;
    let _reviewer = Desk::reviewer(&service, "li.na", "李娜").await;
    let mut security = Desk::security(&service).await;
    security.come_in().await;
    let login = "li.na".parse().unwrap();
    let platform = &service.platform;
    change_role(platform, &login, StaffRole::Reviewer).await.unwrap();
    let page = security.page("/staff/accounts").await;
    let form = page.split("action=\"/staff/accounts/").find(|form| form.contains("/release\""));
    let release = format!("/staff/accounts/{}", form.unwrap().split('"').next().unwrap());
    change_role(platform, &login, StaffRole::Regulator).await.unwrap();
    let refused = security.submit(&page, &release, &[]).await;
    assert_eq!(refused.status, 409);
    let page = text(&refused);
    assert!(page.contains("已有变更，未予启用") && page.contains("监管人员"), "{page}");
    // A form that says nothing of what was seen has seen nothing.
    let blind = crate::journey::filled(&page, &release, &[]).replace("seen=", "unseen=");
    assert_eq!(security.send(&release, &blind).await.status, 409);
    assert_eq!(security.submit(&page, &release, &[]).await.status, 303);
}

#[tokio::test]
async fn whoever_operates_the_platform_sees_whether_both_duties_are_filled_and_not_by_whom() {
    let service = Service::start_reviewing(registry()).await;
    let figures = async || String::from_utf8(service.get("", "/metrics").await.body).unwrap();
    let says = |figures: &str, role: &str, count: u32| {
        let line = format!("heqi_staff_in_force{{role=\"{role}\"}} {count}");
        assert!(figures.lines().any(|one| one == line), "{line} in {figures}");
    };
    let before = figures().await;
    says(&before, "security", 0);
    says(&before, "auditor", 0);
    let _security = Desk::security(&service).await;
    let _auditor = auditor(&service).await;
    let after = figures().await;
    says(&after, "security", 1);
    says(&after, "auditor", 1);
    assert!(!after.contains("shen.yan") && !after.contains("许明"), "{after}");
}

#[tokio::test]
async fn an_auditor_reads_what_was_done_and_takes_it_and_security_does_not() {
    let service = Service::start_reviewing(registry()).await;
    signed(&service).await;
    let reviewer = Desk::reviewer(&service, "li.na", "李娜").await;
    let case = reviewer.case().await;
    reviewer.page(&case).await;
    let auditor = auditor(&service).await;
    let page = auditor.page("/staff/journal").await;
    for shown in ["查看证据 · review", "li.na（核验人员）", "登录", "fil_"] {
        assert!(page.contains(shown), "{shown}");
    }
    for told in NAMES.iter().chain([&COMPANY]) {
        assert!(!page.contains(told), "the journal tells {told}");
    }
    let day = page.split("href=\"/staff/journal/").nth(1).unwrap().split('"').next().unwrap();
    service.clock.advance_ms(1_000);
    let file = auditor.get(&format!("/staff/journal/{day}")).await;
    assert_eq!((file.status, file.header("content-type")), (200, "application/jsonl"));
    assert!(file.header("content-disposition").contains(".jsonl"));
    let file = text(&file);
    let lines: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| line["did"]["kind"] == "access"), "{file}");
    // The newest: that it was taken.
    assert_eq!(lines[0]["did"]["event"], "journal_taken");
    for told in NAMES.iter().chain([&COMPANY]) {
        assert!(!file.contains(told), "the file tells {told}");
    }
    let empty = auditor.page("/staff/journal?day=2026-01-31").await;
    assert!(empty.contains("当日没有记录"));
    assert_eq!(auditor.get("/staff/journal?day=yesterday").await.status, 404);
    assert_eq!(auditor.get("/staff/journal/yesterday").await.status, 404);
    // Every day that a page leads to is there: none before the first one, none to come.
    let days = |page: &str| {
        let links = page.split("href=\"/staff/journal?day=").skip(1);
        let days = links.map(|link| link.split('"').next().unwrap().to_owned());
        // The day itself is led to in the other language and in another size.
        days.filter(|day| !day.contains('&')).collect::<Vec<_>>()
    };
    assert!(empty.contains("href=\"/staff/journal?day=2026-01-31&amp;lang=en\""), "{empty}");
    let first = auditor.page("/staff/journal?day=2000-01-01").await;
    assert_eq!(days(&first), ["2000-01-02"]);
    let to_come = auditor.page("/staff/journal?day=9998-12-31").await;
    assert_eq!(days(&to_come), ["9998-12-30"]);
    for day in ["2000-01-02", "9998-12-30"] {
        assert_eq!(auditor.get(&format!("/staff/journal?day={day}")).await.status, 200, "{day}");
    }

    // It reads accounts and changes none.
    let page = auditor.page("/staff/accounts").await;
    assert!(page.contains("li.na") && !page.contains("action=\"/staff/accounts/"));

    // Neither sees evidence, and security does not read who looked at what.
    let mut security = Desk::security(&service).await;
    security.come_in().await;
    let photo = format!("{case}/photo");
    for path in ["/staff/cases", case.as_str(), photo.as_str(), "/regulator", "/staff/filings"] {
        assert_eq!(auditor.get(path).await.status, 403, "{path}");
        assert_eq!(security.get(path).await.status, 403, "{path}");
    }
    assert_eq!(security.get("/staff/journal").await.status, 403);
    assert_eq!(security.get(&format!("/staff/journal/{day}")).await.status, 403);
    for path in ["/staff/accounts", "/staff/journal"] {
        assert_eq!(reviewer.get(path).await.status, 403, "{path}");
    }
}
