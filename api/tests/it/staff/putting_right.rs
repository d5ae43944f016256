//! A name put right by an officer, with the certificate of the police.

use reqwest::Method;
use serde_json::Value;

use super::{Desk, registry, signed, text};
use crate::service::{HANDLER, Service};

/// A form with a file, as a browser sends it.
pub(crate) fn form_with_file(page: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields.iter().copied().chain([("key", key_of(page))]) {
        let part =
            format!("--heqi\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--heqi\r\ncontent-disposition: form-data; name=\"{}\"; filename=\"a.jpg\"\r\ncontent-type: image/jpeg\r\n\r\n",
        file.0
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file.1);
    body.extend_from_slice(b"\r\n--heqi--\r\n");
    body
}

/// The name of the act of the form with a file.
fn key_of(page: &str) -> &str {
    let form = page.split("multipart/form-data").nth(1).expect("a form with a file");
    form.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap()
}

#[tokio::test]
async fn edge_case_11_an_officer_puts_a_name_right_on_the_page_and_the_receipt_shows_both() {
    let service = Service::start_reviewing(registry()).await;
    let invited = signed(&service).await;
    let desk = Desk::reviewer(&service, "li.na", "李娜").await;
    let page = desk.page("/staff/corrections").await;
    let csrf = crate::matrix::csrf_of(&page);
    let path = format!("/api/v1/filings/{}", invited.filing);
    let view: Value = service.get(HANDLER, &path).await.json(200);
    let number = view["number"].as_str().unwrap();
    let photo = heqi_testkit::files::photo("police");
    let send = async |csrf: &str, name: &str| {
        let page = desk.page("/staff/corrections").await;
        let fields = [
            ("csrf", csrf),
            ("number", number),
            ("name", name),
            ("new_name", "陈素瑛"),
            ("issuer", "杭州市公安局临安区分局"),
            ("issued_on", "2026-11-20"),
            ("grounds", "证明与户口簿一致"),
        ];
        let body = form_with_file(&page, &fields, ("certificate", &photo));
        let headers = [
            ("cookie", desk.cookie.as_str()),
            ("content-type", "multipart/form-data; boundary=heqi"),
            ("sec-fetch-site", "same-origin"),
        ];
        service.send(Method::POST, "/staff/corrections", "", &headers, Some(body)).await
    };
    assert_eq!(send("made-up", "陈素英").await.status, 403);
    let wrong = send(&csrf, "林嘉伟").await;
    assert_eq!(wrong.status, 404);
    assert!(text(&wrong).contains("未作更正") && text(&wrong).contains("杭州市公安局临安区分局"));
    let done = send(&csrf, "陈素英").await;
    let told = text(&done);
    assert_eq!(done.status, 200, "{told}");
    assert!(told.contains("已更正并记录") && told.contains("陈素瑛"), "{told}");
    let view: Value = service.get(HANDLER, &path).await.json(200);
    assert!(view["parties"].as_array().unwrap().iter().any(|party| party["name"] == "陈素瑛"));
    // The signer's receipt shows both.
    let link = crate::journey::link_of_own(&service, &invited.signers[0]).await;
    let browser = crate::journey::Browser::open(&service, &link).await;
    let receipt = browser.page("/sign").await;
    assert!(receipt.contains("陈素瑛（更正前：陈素英"), "{receipt}");
    // The reviewer of the case sees the certificate, as a file and not in our place.
    let case = desk.case().await;
    assert!(desk.page(&case).await.contains("陈素英 → "));
    let file = desk.get(&format!("{case}/correction")).await;
    assert_eq!((file.status, file.header("content-type")), (200, "image/jpeg"));
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert_eq!(file.body, photo);
}
