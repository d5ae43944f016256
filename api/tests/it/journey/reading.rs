//! The documents as pages show them, and that what was read is what is signed.

use heqi_testkit::files;
use reqwest::Method;
use serde_json::json;

use super::{Browser, link_of_own};
use crate::service::{HANDLER, Service};
use crate::signer::invited;

#[tokio::test]
async fn pages_are_pictures_for_the_session_of_their_signer_and_nobody_else() {
    let service = Service::start().await;
    let (mine, theirs) = (invited(&service, 1).await, invited(&service, 1).await);
    let browser = Browser::open(&service, &link_of_own(&service, &mine.signers[0]).await).await;
    let stranger = Browser::open(&service, &link_of_own(&service, &theirs.signers[0]).await).await;
    for _ in 0..4 {
        browser.answer("granted").await;
    }
    let page = browser.page("/sign").await;
    // Words and pictures stand in the page: whoever has no scripts reads all the same.
    assert!(page.contains("大字版") && page.contains("以原文为准"), "{page}");
    let path = format!("/sign/pages/{}/1", mine.document);
    assert!(page.contains(&format!("src=\"{path}\" loading=\"lazy\"")), "{page}");
    assert!(page.contains("width=\"991\" height=\"1403\""), "{page}");
    let answer = browser.get(&path).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "image/png"));
    assert!(answer.body.starts_with(b"\x89PNG"));
    assert!(answer.header("cache-control").starts_with("private"), "{:?}", answer.headers);
    let tag = answer.header("etag").to_owned();
    assert_eq!(tag, format!("\"{}\"", heqi_vocabulary::Digest::of(&answer.body)));
    let headers = [("cookie", browser.cookie.as_str()), ("if-none-match", tag.as_str())];
    let again = service.send(Method::GET, &path, "", &headers, None).await;
    assert_eq!((again.status, again.body.len()), (304, 0));

    assert_eq!(stranger.get(&path).await.status, 404, "another signer's session");
    assert_eq!(service.get("", &path).await.status, 401, "no session");
    assert_ne!(
        service.get(&mine.signers[0].token, &path).await.status,
        200,
        "a token is no session"
    );
    for (number, status) in [("0", 404), ("99", 404), ("x", 400), ("1/2", 404)] {
        let answer = browser.get(&format!("/sign/pages/{}/{number}", mine.document)).await;
        assert_eq!(answer.status, status, "{number}");
    }

    // What was shown is a record, with the digest of this very picture in it.
    let values = [("seconds", "31"), ("page_seconds", "31"), ("aloud", "yes")];
    assert_eq!(browser.submit(&page, "/sign/read", &values).await.status, 303);
    let view = service.get(&mine.signers[0].token, "/api/v1/ceremony").await.json(200);
    let record = view["read"][0]["record_id"].as_str().unwrap();
    assert_eq!(view["read"][0]["by_pictures"], true);
    let record = format!("/api/v1/records/{record}?attributes=page_images");
    let record = service.get(&mine.signers[0].token, &record).await.json(200).to_string();
    assert!(record.contains("document_read") && record.contains(tag.trim_matches('"')), "{record}");
}

#[tokio::test]
async fn what_was_read_must_be_what_the_page_showed() {
    let service = Service::start().await;
    let filing = invited(&service, 1).await;
    let browser = Browser::open(&service, &link_of_own(&service, &filing.signers[0]).await).await;
    for _ in 0..4 {
        browser.answer("granted").await;
    }
    let page = browser.page("/sign").await;
    let other = heqi_vocabulary::Digest::of(b"other").to_string();
    for name in ["points", "shown"] {
        let answer = browser.submit(&page, "/sign/read", &[(name, other.as_str())]).await;
        let told = String::from_utf8(answer.body.clone()).unwrap();
        assert_eq!(answer.status, 409, "{name}: {told}");
        assert!(told.contains("》在您阅读后有更新"), "the document is named: {told}");
    }
    for (name, value) in [("page_seconds", "1,x"), ("language", "tlh"), ("page_seconds", "-1")] {
        assert_eq!(
            browser.submit(&page, "/sign/read", &[(name, value)]).await.status,
            400,
            "{name}"
        );
    }
    assert_eq!(browser.submit(&page, "/sign/read", &[]).await.status, 303);
}

#[tokio::test]
async fn a_document_replaced_after_reading_must_be_read_again() {
    let service = Service::start().await;
    let filing = invited(&service, 1).await;
    let signer = &filing.signers[0];
    let browser = Browser::open(&service, &link_of_own(&service, signer).await).await;
    browser.ready().await;
    assert!(browser.page("/sign").await.contains("拍一张现场照片"));
    let path = format!(
        "/api/v1/filings/{}/documents?title=Articles&replaces={}",
        filing.filing, filing.document
    );
    let replaced =
        service.upload(HANDLER, &path, "application/pdf", &files::pdf("Articles", 3)).await;
    replaced.json(201);
    let page = browser.page("/sign").await;
    assert!(page.contains("请阅读要签署的文件") && page.contains("3页"), "{page}");
    assert!(page.contains("与您读过的不同：第1、2、3页"), "{page}");
    assert_eq!(page.matches("本页与您读过的版本不同").count(), 6, "at words and pictures: {page}");
    let stale = json!({
        "document_id": filing.document,
        "sha256": service.get(&signer.token, "/api/v1/ceremony").await.json(200)["read"][0]["sha256"],
        "seconds": 1,
    });
    let answer = service.post(&signer.token, "/api/v1/ceremony/read", &stale).await;
    answer.is_problem(409, "document_changed");
}
