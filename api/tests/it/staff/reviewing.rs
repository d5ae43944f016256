//! A case: what a reviewer is shown, and what a decision does.

use serde_json::Value;

use super::{Desk, registry, signed, text};
use crate::service::{HANDLER, Service};
use crate::signer::Invited;

async fn state(service: &Service, invited: &Invited) -> String {
    let path = format!("/api/v1/filings/{}", invited.filing);
    let view: Value = service.get(HANDLER, &path).await.json(200);
    view["state"]["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_reviewer_comes_in_sees_the_case_and_lets_the_filing_go_on() {
    let service = Service::start_reviewing(registry()).await;
    let invited = signed(&service).await;
    assert_eq!(state(&service, &invited).await, "reviewing");
    let desk = Desk::reviewer(&service, "li.na", "李娜").await;
    let case = desk.case().await;
    let page = desk.page(&case).await;
    for shown in
        ["陈素英", "姓名与证件号码未经权威来源核验", "经办人申报，未核验", "没有权威证件照片"]
    {
        assert!(page.contains(shown), "{shown}");
    }
    let photo = desk.get(&format!("{case}/photo")).await;
    assert_eq!((photo.status, photo.header("content-type")), (200, "image/jpeg"));
    assert_eq!(photo.header("cache-control"), "no-store");
    assert_eq!(desk.get(&format!("{case}/portrait")).await.status, 404);

    let decided = desk.decide(&case, "accept", "见到本人和证件原件，两者一致").await;
    assert_eq!((decided.status, decided.header("location")), (303, case.as_str()));
    assert_eq!(state(&service, &invited).await, "confirmed");
    assert!(desk.page(&case).await.contains("已通过"));
    assert!(desk.page("/staff/cases").await.contains("目前没有待办事项"));
}

#[tokio::test]
async fn a_refusal_takes_another_reviewer() {
    let service = Service::start_reviewing(registry()).await;
    let invited = signed(&service).await;
    let first = Desk::reviewer(&service, "li.na", "李娜").await;
    let second = Desk::reviewer(&service, "wang.qiang", "王强").await;
    let case = first.case().await;
    assert_eq!(first.decide(&case, "propose_refusal", "照片不清").await.status, 303);
    let page = first.page(&case).await;
    assert!(page.contains("须由本单位另一名工作人员复核") && !page.contains("confirm_refusal"));
    // Nor by hand.
    let own = first.decide(&case, "confirm_refusal", "照片不清").await;
    assert_eq!(own.status, 409);
    assert!(text(&own).contains("不能复核本人提出的意见"));
    let page = second.page(&case).await;
    assert!(page.contains("李娜") && page.contains("confirm_refusal"));
    assert_eq!(second.decide(&case, "confirm_refusal", "同意").await.status, 303);
    assert_eq!(state(&service, &invited).await, "reviewing");
    assert!(second.page(&case).await.contains("不予通过"));
}

#[tokio::test]
async fn what_a_reviewer_writes_is_text_wherever_it_is_shown() {
    let service = Service::start_reviewing(registry()).await;
    signed(&service).await;
    // A name with markup is none, so none is shown.
    assert!("李<b>娜".parse::<heqi_filing::DeclaredName>().is_err());
    let desk = Desk::reviewer(&service, "li.na", "李娜").await;
    let case = desk.case().await;
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";
    // Too short, so that the page shows it again.
    let long = format!("{evil}{}", "长".repeat(500));
    let refused = desk.decide(&case, "accept", &long).await;
    let page = text(&refused);
    assert_eq!(refused.status, 422);
    assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{page}");
    assert_eq!(desk.decide(&case, "accept", evil).await.status, 303);
    assert!(!desk.page(&case).await.contains("<script>alert"));
}
