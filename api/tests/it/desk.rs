//! A handler opens a filing at the own desk and prepares it, in a browser without scripts.

use heqi_testkit::files;
use reqwest::Method;
use serde_json::Value;

use crate::service::{Answer, HANDLER, Service};
use crate::signer::COMPANY;
use crate::staff::{Desk, HE_JING, registry, text};

const NEW: &str = "/staff/filings/new";
const ANOTHER: &str = "330112199003079999";

/// The address of a filing that this handler has just opened.
async fn opened(desk: &Desk<'_>) -> String {
    let page = desk.page(NEW).await;
    let typed = [("matter", "establishment"), ("company_name", COMPANY)];
    let answer = desk.submit(&page, NEW, &typed).await;
    assert_eq!(answer.status, 303, "{}", text(&answer));
    answer.header("location").to_owned()
}

/// Uploads a file by the form of the page: which document, its title, and the bytes.
async fn upload(desk: &Desk<'_>, at: &str, (which, title): (&str, &str), file: &[u8]) -> Answer {
    let page = desk.page(at).await;
    let action = format!("{at}/documents");
    let form = page.split("<form").find(|form| form.contains(&format!("action=\"{action}\"")));
    let form = form.unwrap_or_else(|| panic!("{action} in {page}"));
    let hidden = |name: &str| {
        let value = form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        value.split('"').next().unwrap().to_owned()
    };
    let mut body = Vec::new();
    let fields = [("csrf", hidden("csrf")), ("key", hidden("key"))];
    let typed = [("which", which.to_owned()), ("title", title.to_owned())];
    for (name, value) in fields.into_iter().chain(typed) {
        let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(format!("{head}{value}\r\n").as_bytes());
    }
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n";
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let headers = [
        ("cookie", desk.cookie.as_str()),
        ("content-type", "multipart/form-data; boundary=b"),
        ("sec-fetch-site", "same-origin"),
    ];
    desk.service.send(Method::POST, &action, "", &headers, Some(body)).await
}

/// The filing as a program sees it.
async fn view(service: &Service, at: &str) -> Value {
    let filing = at.strip_prefix("/staff/filings/").unwrap();
    service.get(HANDLER, &format!("/api/v1/filings/{filing}")).await.json(200)
}

#[tokio::test]
async fn a_handler_opens_a_filing_once_and_is_told_at_the_field_what_is_wrong() {
    let service = Service::start_reviewing(registry()).await;
    let desk = Desk::handler(&service, "he.jing", ("何静", HE_JING)).await;
    let page = desk.page("/staff/filings").await;
    assert!(page.contains("href=\"/staff/filings/new\""), "{page}");
    let page = desk.page(NEW).await;
    let size = service.log_size();
    for (typed, field) in [
        ([("matter", ""), ("company_name", COMPANY)], "没有选择办理事项"),
        ([("matter", "merger"), ("company_name", COMPANY)], "没有选择办理事项"),
        ([("matter", "change"), ("company_name", "杭")], "公司名称的长度应为2至100个字符"),
    ] {
        let refused = desk.submit(&page, NEW, &typed).await;
        let shown = text(&refused);
        assert_eq!(refused.status, 422, "{shown}");
        assert!(shown.contains(field) && shown.contains(&format!("value=\"{}\"", typed[1].1)));
        assert_eq!(shown.matches("id=\"trouble\"").count(), 1, "{shown}");
        assert_eq!(shown.matches(" autofocus").count(), 1, "{shown}");
    }
    assert_eq!(service.log_size(), size, "nothing was done so far");

    let typed = [("matter", "establishment"), ("company_name", COMPANY)];
    let first = desk.submit(&page, NEW, &typed).await;
    let again = desk.submit(&page, NEW, &typed).await;
    assert_eq!((first.status, again.status), (303, 303));
    let at = first.header("location").to_owned();
    assert_eq!(at, again.header("location"));
    assert_eq!(service.log_size(), size + 2, "the filing and its handler, once");
    let view = view(&service, &at).await;
    assert_eq!(view["parties"].as_array().unwrap().len(), 1);
    assert_eq!(view["parties"][0]["name"], "何静");
    assert_eq!(view["parties"][0]["capacities"], serde_json::json!(["handler"]));
    let number = view["number"].as_str().unwrap();
    for (language, said) in [("", "准备办件"), ("?lang=en", "Prepare the filing")] {
        let page = desk.page(&format!("{at}{language}")).await;
        for said in [said, number, COMPANY, "何静"] {
            assert!(page.contains(said), "{said} in {page}");
        }
    }
    // By its number it is found before anything about the handler was declared.
    let page = desk.page("/staff/filings?lang=zh").await;
    let found = text(&desk.submit(&page, "/staff/filings", &[("number", number)]).await);
    assert!(found.contains(&format!("href=\"{at}\"")), "{found}");
}

#[tokio::test]
async fn what_a_handler_prepares_is_nothing_for_others_and_an_unbound_account_opens_nothing() {
    let service = Service::start_reviewing(registry()).await;
    let desk = Desk::handler(&service, "he.jing", ("何静", HE_JING)).await;
    let at = opened(&desk).await;
    let other = Desk::handler(&service, "zhao.ban", ("赵半", ANOTHER)).await;
    let (cookie, token) =
        crate::staff::at_a_desk(&service, heqi_registration::request::StaffRole::Handler).await;
    let refused = other.get(&at).await;
    assert_eq!(refused.status, 404);
    assert!(!text(&refused).contains(COMPANY));
    let size = service.log_size();
    let form = format!("csrf={token}&matter=establishment&company_name=ABC&key=0123");
    let headers = [
        ("cookie", cookie.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    let body = Some(form.into_bytes());
    let refused = service.send(Method::POST, NEW, "", &headers, body).await;
    assert_eq!(refused.status, 409, "{}", text(&refused));
    assert!(text(&refused).contains("您的账号尚未登记证件号码"));
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn a_handler_uploads_what_the_matter_takes_and_is_told_at_the_file_what_is_wrong_with_it() {
    let service = Service::start_reviewing(registry()).await;
    let desk = Desk::handler(&service, "he.jing", ("何静", HE_JING)).await;
    let at = opened(&desk).await;
    let page = desk.page(&at).await;
    assert!(
        page.contains("还没有上传文书") && page.contains("公司章程 · 未上传（关键材料）"),
        "{page}"
    );
    let size = service.log_size();
    let pdf = files::pdf("Articles", 2);
    for (which, title, file, status, said) in [
        ("EST-02", "", &b""[..], 422, "没有选择文件"),
        ("EST-02", "", &b"GIF89a"[..], 415, "该文件不是PDF"),
        ("EST-02", "", &pdf[..40], 422, "该PDF已损坏或不完整"),
        ("other", "", &pdf[..], 422, "文书名称的长度应为1至200个字符"),
    ] {
        let refused = upload(&desk, &at, (which, title), file).await;
        let shown = text(&refused);
        assert_eq!(refused.status, status, "{shown}");
        assert!(shown.contains(said), "{said} in {shown}");
        assert_eq!(shown.matches("id=\"trouble\"").count(), 1, "{shown}");
        assert!(shown.contains(&format!("<option value=\"{which}\" selected>")), "{shown}");
    }
    assert_eq!(service.log_size(), size, "nothing was done so far");

    let sent = upload(&desk, &at, ("EST-02", ""), &pdf).await;
    assert_eq!((sent.status, sent.header("location")), (303, at.as_str()), "{}", text(&sent));
    let page = desk.page(&at).await;
    assert!(page.contains("《公司章程》") && page.contains("2页 · 第1版"), "{page}");
    assert!(page.contains("公司章程 · 已上传"), "{page}");
    let twice = upload(&desk, &at, ("other", "补充协议"), &pdf).await;
    assert_eq!(twice.status, 409, "{}", text(&twice));

    // The same again as a new version of the one that is there.
    let document = view(&service, &at).await["documents"][0]["document_id"].clone();
    let next = files::pdf("Articles, second version", 3);
    let sent = upload(&desk, &at, (document.as_str().unwrap(), ""), &next).await;
    assert_eq!(sent.status, 303, "{}", text(&sent));
    let page = desk.page(&format!("{at}?lang=en")).await;
    assert!(page.contains("3 pages · version 2") && page.contains("《公司章程》"), "{page}");
}
