//! What every page has: language, size, files of ours, and text that stays text.

use heqi_api::ApiSettings;
use heqi_testkit::files;
use reqwest::Method;
use serde_json::json;

use super::{Browser, link_of, link_of_own};
use crate::service::{HANDLER, Service};
use crate::signer::{COMPANY, NAMES, add_as_before, invited};

#[tokio::test]
async fn only_a_demonstration_offers_a_drawing_instead_of_a_photo() {
    let mut demo = ApiSettings::default();
    demo.pages.sample_photo = true;
    for (settings, is_offered) in [(ApiSettings::default(), false), (demo, true)] {
        let service = Service::start_with(settings, None).await;
        let signer = invited(&service, 1).await.signers.remove(0);
        let browser = Browser::open(&service, &link_of_own(&service, &signer).await).await;
        browser.ready().await;
        let page = browser.page("/sign").await;
        assert!(page.contains("拍一张现场照片"), "{page}");
        assert_eq!(page.contains("id=\"sample\""), is_offered, "{page}");
        let again = browser.page("/sign/photo").await;
        assert_eq!(again.contains("id=\"sample\""), is_offered, "{again}");
    }
}

#[tokio::test]
async fn pages_speak_the_language_and_size_that_were_chosen() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let link = link_of(&service, &signer).await;
    let answer = service.get("", &format!("{link}?lang=en&text=large")).await;
    let cookies: Vec<_> =
        answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(cookies.iter().any(|c| c.starts_with("__Host-heqi_lang=en;")), "{cookies:?}");
    assert!(cookies.iter().any(|c| c.starts_with("__Host-heqi_text=large;")), "{cookies:?}");
    for both in ["__Host-heqi_lang=en; __Host-heqi_text=large", "heqi_lang=en; heqi_text=large"] {
        let page = service.send(Method::GET, &link, "", &[("cookie", both)], None).await;
        let page = String::from_utf8(page.body).unwrap();
        assert!(page.contains("<html lang=\"en\" class=\"large\">") && page.contains(">Start<"));
    }
}

#[tokio::test]
async fn files_of_ours_are_kept_for_ever_and_the_verifier_may_ask_nobody() {
    let service = Service::start().await;
    let page = String::from_utf8(service.get("", "/s/abc").await.body).unwrap();
    let style = page.split("href=\"").find(|part| part.contains("style.css")).unwrap();
    let style = style.split('"').next().unwrap();
    let answer = service.get("", style).await;
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    assert!(answer.header("cache-control").contains("immutable"));
    assert_eq!(service.get("", "/assets/0000000000000000/style.css").await.status, 404);
    assert_eq!(service.get("", &style.replace("style.css", "none.css")).await.status, 404);
    let verifier = service.get("", "/verify").await;
    let policy = verifier.header("content-security-policy");
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("connect-src"), "{policy}");
    assert!(verifier.status == 200 && verifier.body.len() > 100_000);
}

#[tokio::test]
async fn markup_in_any_field_is_text_on_every_page() {
    let service = Service::start().await;
    let odd = "甲\"'><img src=x onerror=alert(1)>&lt;";
    let body = json!({ "matter": "change", "company_name": odd });
    let filing = service.post(HANDLER, "/api/v1/filings", &body).await.text(201, "filing_id");
    let title = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let path = format!("/api/v1/filings/{filing}/documents?title={title}");
    service.upload(HANDLER, &path, "application/pdf", &files::pdf("x", 1)).await.json(201);
    let path = format!("/api/v1/filings/{filing}/parties");
    let mut parties = Vec::new();
    for name in [odd, "<b>乙</b>"] {
        let body = json!({ "kind": "person", "name": name, "capacities": ["shareholder"] });
        service.post(HANDLER, &path, &body).await.is_problem(422, "name_character");
        parties.push(add_as_before(&service, &filing, name).await);
    }
    let path = format!("/api/v1/filings/{filing}/parties/{}/invitations", parties[0]);
    let link = service.post(HANDLER, &path, &json!({})).await.text(201, "link");
    let browser = Browser::open(&service, &link).await;
    for _ in 0..4 {
        let page = browser.page("/sign").await;
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{page}");
        browser.answer("granted").await;
    }
    let page = browser.page("/sign").await;
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    assert!(page.contains("甲&quot;'&gt;&lt;img src=x onerror=alert(1)&gt;&amp;lt;"), "{page}");
    for markup in ["<script>alert", "<img src=x", "<b>乙"] {
        assert!(!page.contains(markup), "{markup}");
    }
}

#[tokio::test]
async fn what_a_browser_may_keep_is_the_same_for_everybody() {
    let service = Service::start().await;
    let answer = service.get("", "/offline").await;
    let page = String::from_utf8(answer.body.clone()).unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.headers.get("set-cookie").is_none());
    for told in NAMES.iter().chain([&COMPANY]) {
        assert!(!page.contains(told), "{told}");
    }
    let (_, folder) = page.split_once("/assets/").unwrap();
    let folder = folder.split('/').next().unwrap();
    let worker = service.get("", &format!("/assets/{folder}/worker.js")).await;
    assert_eq!(worker.header("service-worker-allowed"), "/sign");
    assert!(worker.header("content-security-policy").contains("connect-src 'self'"));
    let other = service.get("", &format!("/assets/{folder}/shell.js")).await;
    assert_eq!(other.header("service-worker-allowed"), "");
    let icon = service.get("", &format!("/assets/{folder}/icon-192.png")).await;
    assert_eq!(icon.header("content-type"), "image/png");
    assert_eq!(&icon.body[..4], b"\x89PNG");
}
