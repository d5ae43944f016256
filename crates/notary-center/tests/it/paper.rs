//! After the issue: the certificate on paper, sealed, scanned, handed over at the counter, with the scan that
//! stays; and another notary who looks again.

use heqi_identity::Calendar;
use heqi_notarization::staff::OfficeRole;
use heqi_vocabulary::Clock as _;
use reqwest::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use reqwest::{Method, StatusCode};

use crate::workbench::Bureau;
use crate::workbench::matter::{approve_proposed, issued};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sealed_original_is_scanned_handed_over_and_its_scan_is_shown_ever_after() {
    const SCAN: &[u8] = b"\x89PNG\r\n\x1a\n what the scanner made";
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let approver = bureau.admit("sun.li", OfficeRole::Approver).await;
    let matter = Box::pin(issued(&bureau, [&clerk, &notary, &approver])).await;
    let paper = format!("{matter}/paper");
    let link = format!("href=\"{paper}\"");

    // Nothing is handed over before it is sealed, and what is no scan seals nothing.
    let counter = [("choice", "counter"), ("received_by", "张三")];
    let early = clerk.act(&matter, "deliver", &counter).await;
    assert_eq!(early.status(), StatusCode::CONFLICT);
    for other in [&b""[..], b"<html>", b"PK\x03\x04"] {
        let refused = clerk.upload(&matter, "scan", other).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{other:?}");
    }
    let page = clerk.page(&matter).await;
    assert!(page.contains("<dd>待签章</dd>") && !page.contains(&link), "{page}");
    let none = clerk.send(Method::GET, &paper, &[]).await;
    assert_eq!(none.status(), StatusCode::NOT_FOUND);

    let sealed = clerk.upload(&matter, "scan", SCAN).await;
    assert_eq!(sealed.status(), StatusCode::NO_CONTENT);
    let page = clerk.page(&matter).await;
    assert!(page.contains("<dd>已签章</dd>") && page.contains(&link), "{page}");
    let twice = clerk.upload(&matter, "scan", SCAN).await;
    assert_eq!(twice.status(), StatusCode::CONFLICT, "one original is sealed once");
    clerk.done(&matter, "deliver", &counter).await;

    // Handed over, it is still there for whoever sees the matter, as it came.
    let auditor = bureau.admit("he.qing", OfficeRole::Auditor).await;
    for reader in [&notary, &auditor] {
        let kept = reader.send(Method::GET, &paper, &[]).await;
        assert_eq!(kept.status(), StatusCode::OK);
        assert_eq!(kept.headers()[CONTENT_TYPE], "image/png");
        assert_eq!(kept.headers()[CONTENT_DISPOSITION], "inline; filename=\"scan.png\"");
        assert_eq!(kept.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(kept.bytes().await.unwrap(), SCAN);
    }
    let page = auditor.page(&matter).await;
    assert!(page.contains("<dd>已送达</dd>") && page.contains(&link), "{page}");
    let taken = page.split("工作人员取走的文件").nth(1).unwrap();
    assert!(taken.contains("<strong>纸质公证书扫描件</strong>"), "{taken}");
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_look_by_another_notary_stands_on_the_page_with_its_last_day_and_its_outcome() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let approver = bureau.admit("sun.li", OfficeRole::Approver).await;
    let other = bureau.admit("zhou.ping", OfficeRole::Notary).await;
    let matter = Box::pin(issued(&bureau, [&clerk, &notary, &approver])).await;
    other.done(&matter, "declare", &[("choice", "none")]).await;
    assert!(!other.page(&matter).await.contains("<dt>复查</dt>"));
    let why = [("text", "利害关系人认为有误")];
    let own = notary.act(&matter, "ask-again", &why).await;
    assert_eq!(own.status(), StatusCode::FORBIDDEN, "never who issued it");
    other.done(&matter, "ask-again", &why).await;
    let today = bureau.clock.now().shanghai_date();
    let last_day = Calendar::built_in().after_days(today, 30).last_day;
    let page = clerk.page(&matter).await;
    assert!(page.contains("<dt>复查</dt>"), "{page}");
    assert!(page.contains(&format!("由zhou.ping办理，应于{last_day}前作出决定")), "{page}");
    for choice in ["", "uphold"] {
        let unsaid = [("choice", choice), ("text", "内容无误")];
        let refused = other.act(&matter, "reexamine", &unsaid).await;
        assert!(refused.text().await.unwrap().contains("未填写内容"), "{choice}");
        assert!(!clerk.page(&matter).await.contains("复查结论：维持"), "{choice}");
    }
    let upheld = [("choice", "upheld"), ("text", "内容无误")];
    other.done(&matter, "reexamine", &upheld).await;
    let page = clerk.page(&matter).await;
    assert!(page.contains("复查结论：维持 · 内容无误 · zhou.ping"), "{page}");
    assert!(page.contains("前作出决定"), "another person approves it first: {page}");
    approve_proposed(&approver, &matter).await;
    let page = clerk.page(&matter).await;
    assert!(page.contains("决定：维持") && !page.contains("前作出决定"), "{page}");
    assert!(page.contains("公证书复查决定书 FC"), "it is told in writing: {page}");
    bureau.running.stop().await;
}
