//! Bad input of signers and handlers: each is told in a clear sentence with a next step, in the
//! language of whoever reads it, and nothing is lost by it.

use heqi_testkit::files;
use reqwest::Method;
use serde_json::{Value, json};

use crate::entry::{MOBILE, reached, taken};
use crate::journey::{Browser, link_of};
use crate::service::{HANDLER, Service};
use crate::signer::{NAMES, Signer, attach, invited, open};

/// What is sent.
struct Sent<'a> {
    token: &'a str,
    path: &'a str,
    kind: &'a str,
    body: Vec<u8>,
}

impl<'a> Sent<'a> {
    fn json(token: &'a str, path: &'a str, body: &Value) -> Self {
        Self { token, path, kind: "application/json", body: body.to_string().into_bytes() }
    }
}

/// The problem is told in Chinese to whoever reads Chinese and in English to whoever does not.
async fn is_told(service: &Service, sent: &Sent<'_>, status: u16, code: &str) {
    for language in ["zh-CN", "en"] {
        let key = service.fresh_key();
        let headers = [
            ("content-type", sent.kind),
            ("idempotency-key", key.as_str()),
            ("accept-language", language),
        ];
        let body = Some(sent.body.clone());
        let answer = service.send(Method::POST, sent.path, sent.token, &headers, body).await;
        let problem = answer.is_problem(status, code);
        assert_eq!(answer.header("content-language"), language, "{problem}");
        for sentence in ["title", "detail", "next_step"] {
            let text = problem[sentence].as_str().unwrap();
            let is_chinese = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert_eq!(is_chinese, language == "zh-CN", "{sentence} of {code}: {text}");
            for hidden in NAMES.iter().chain([&MOBILE, &"330112196405120006"]) {
                assert!(!text.contains(hidden), "{code} tells {hidden}");
            }
        }
        // What happened and what to do are two sentences.
        assert_ne!(problem["detail"], problem["next_step"]);
    }
}

/// That refusals of this signer changed neither the log nor where it stands.
struct Stands {
    log: u64,
    view: Value,
}

impl Stands {
    async fn of(service: &Service, signer: &Signer) -> Self {
        let view = service.get(&signer.token, "/api/v1/ceremony").await.json(200);
        Self { log: service.log_size(), view }
    }

    async fn is_unchanged(&self, service: &Service, signer: &Signer) {
        let now = Self::of(service, signer).await;
        assert_eq!((self.log, &self.view), (now.log, &now.view), "something was lost");
    }
}

async fn page_of(browser: &Browser<'_>, path: &str) -> String {
    String::from_utf8(browser.get(path).await.body).unwrap()
}

#[tokio::test]
async fn bad_input_an_expired_link_says_so_and_whom_to_ask() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let link = link_of(&service, &signer).await;
    service.clock.advance_ms(72 * 3_600_000 + 1);
    // Looking at it is still possible, and who uses it is told.
    let browser = Browser::open(&service, &link).await;
    for (query, happened, next) in [
        ("", "邀请已过期", "请联系经办人重新发送邀请"),
        ("?lang=en", "The invitation has expired", "Ask the handler to send a new one"),
    ] {
        let page = page_of(&browser, &format!("/sign{query}")).await;
        assert!(page.contains(happened) && page.contains(next), "{page}");
    }
    let sent = signer.key();
    is_told(&service, &Sent::json(&signer.token, "/api/v1/signings", &sent), 409, "link_expired")
        .await;
}

#[tokio::test]
async fn bad_input_a_used_link_leads_to_the_receipt_and_signs_nothing_twice() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let view = service.get(&signer.token, "/api/v1/ceremony").await.json(200);
    let ceremony = serde_json::from_value(view["ceremony_id"].clone()).unwrap();
    let link = heqi_registration::invite::link_of(&service.platform, ceremony);
    let receipt = signer.sign(&service).await;
    let size = service.log_size();
    let browser = Browser::open(&service, &link).await;
    for (query, told) in
        [("", ["签署完成", "签署凭证号"]), ("?lang=en", ["<h1>Signed</h1>", "Voucher number"])]
    {
        let page = page_of(&browser, &format!("/sign{query}")).await;
        assert!(told.iter().all(|one| page.contains(one)), "{page}");
        assert!(page.contains(receipt["record_id"].as_str().unwrap()));
    }
    for path in ["/sign/photo", "/sign/drawing", "/sign/decline", "/sign/consent/face"] {
        let answer = browser.get(path).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/sign"), "{path}");
    }
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn bad_input_a_made_up_link_opens_nothing_in_either_language() {
    let service = Service::start().await;
    for (language, happened, next) in [
        ("zh-CN", "该链接无效或已失效", "请经办人重新发送邀请"),
        ("en", "This link does not work, or no longer", "ask the handler to send the invitation"),
    ] {
        let headers = [("accept-language", language)];
        let body = Some(Vec::new());
        let path = format!("/s/{}", "0".repeat(26));
        let answer = service.send(Method::POST, &path, "", &headers, body).await;
        let page = String::from_utf8(answer.body.clone()).unwrap();
        assert_eq!(answer.status, 404);
        assert!(page.contains(happened) && page.contains(next), "{page}");
    }
}

#[tokio::test]
async fn bad_input_a_wrong_code_says_how_many_tries_are_left_and_the_right_one_still_passes() {
    let service = Service::start().await;
    let (_, _, token) = reached(&service).await;
    taken(&service).await;
    let ask = json!({ "channel": null, "language": "zh" });
    service.post(&token, "/api/v1/ceremony/code", &ask).await.json(201);
    let code = taken(&service).await[0].values["code"].clone();
    let wrong = json!({ "code": if code == "000000" { "000001" } else { "000000" } });
    let path = "/api/v1/ceremony/code/check";
    let size = service.log_size();
    is_told(&service, &Sent::json(&token, path, &wrong), 409, "code_wrong").await;
    is_told(&service, &Sent::json(&token, path, &json!({ "code": "12" })), 422, "code_malformed")
        .await;
    assert_eq!(service.log_size(), size);
    let passed = service.post(&token, path, &json!({ "code": code })).await.json(201);
    assert_eq!(passed["step"], "identity");
    let path = "/api/v1/ceremony/identity";
    let four = json!({ "last_four": "9999" });
    is_told(&service, &Sent::json(&token, path, &four), 409, "last_four_wrong").await;
}

#[tokio::test]
async fn bad_input_a_capture_for_another_challenge_or_a_replayed_one_is_refused_and_nothing_is_lost()
 {
    let service = Service::start().await;
    let invited = invited(&service, 2).await;
    let [signer, other] = &invited.signers[..] else { panic!("two signers") };
    let kept = files::photo("kept");
    other.captured(&service, &kept).await;
    signer.consent(&service).await;
    let old = signer.begin(&service).await;
    let begun = signer.begin(&service).await;
    let before = Stands::of(&service, signer).await;
    for (path, code) in [
        // A challenge that a later one replaced.
        (old.path("capture"), "challenge_not_live"),
        // The very bytes that somebody sent before.
        (begun.path("capture"), "photo_replayed"),
    ] {
        let sent =
            Sent { token: &signer.token, path: &path, kind: "image/jpeg", body: kept.clone() };
        is_told(&service, &sent, 409, code).await;
    }
    before.is_unchanged(&service, signer).await;
    let fresh = files::photo("fresh");
    signer.capture(&service, &begun, &fresh).await.json(201);
    let body = signer.completion(&service, &begun, &fresh);
    signer.complete(&service, &begun, &body).await.json(201);
}

#[tokio::test]
async fn bad_input_the_challenge_of_another_filing_is_refused_and_the_own_one_still_works() {
    let service = Service::start().await;
    let ours = invited(&service, 1).await.signers.remove(0);
    let theirs = invited(&service, 1).await.signers.remove(0);
    let photo = files::photo("ours");
    let begun = ours.captured(&service, &photo).await;
    let foreign = theirs.captured(&service, &files::photo("theirs")).await;
    let before = Stands::of(&service, &ours).await;
    let foreign_body = theirs.completion(&service, &foreign, &files::photo("theirs"));
    // Their signing is not there for us; their statement is not what was asked of us.
    let path = foreign.path("complete");
    let sent = Sent::json(&ours.token, &path, &foreign_body);
    is_told(&service, &sent, 404, "signing_not_found").await;
    let path = begun.path("complete");
    let answer = service.post(&ours.token, &path, &foreign_body).await;
    assert_eq!(answer.status, 422, "{}", String::from_utf8_lossy(&answer.body));
    let body = ours.completion_of(&service, begun.statement(), &photo, |statement| {
        statement.challenge = foreign.statement().challenge;
    });
    is_told(&service, &Sent::json(&ours.token, &path, &body), 422, "statement_differs").await;
    before.is_unchanged(&service, &ours).await;
    let body = ours.completion(&service, &begun, &photo);
    ours.complete(&service, &begun, &body).await.json(201);
}

#[tokio::test]
async fn bad_input_a_document_that_changed_after_reading_is_not_signed_and_is_read_again() {
    let service = Service::start().await;
    let invited = invited(&service, 1).await;
    let signer = &invited.signers[0];
    let photo = files::photo("changed");
    let begun = signer.captured(&service, &photo).await;
    let path = format!(
        "/api/v1/filings/{}/documents?title=Articles&replaces={}",
        invited.filing, invited.document
    );
    let replaced = service.upload(HANDLER, &path, "application/pdf", &files::pdf("New", 3)).await;
    replaced.json(201);
    let body = signer.completion(&service, &begun, &photo);
    let path = begun.path("complete");
    is_told(&service, &Sent::json(&signer.token, &path, &body), 409, "document_changed").await;
    let read = json!({ "document_id": invited.document, "sha256": begun.answer["documents"][0]["sha256"], "seconds": 5 });
    let answer = service.post(&signer.token, "/api/v1/ceremony/read", &read).await;
    assert!([404, 409].contains(&answer.status), "{}", String::from_utf8_lossy(&answer.body));
    // The consents are kept: what is asked again is the document.
    let view = service.get(&signer.token, "/api/v1/ceremony").await.json(200);
    assert!(view["consents"].as_array().unwrap().iter().all(|c| c["decision"] == "granted"));
    let begun = signer.begin(&service).await;
    let fresh = files::photo("fresh");
    signer.capture(&service, &begun, &fresh).await.json(201);
    let body = signer.completion(&service, &begun, &fresh);
    signer.complete(&service, &begun, &body).await.json(201);
}

#[tokio::test]
async fn bad_input_a_malformed_number_or_address_is_refused_and_not_repeated() {
    let service = Service::start().await;
    let (filing, party, _) = reached(&service).await;
    let path = format!("/api/v1/filings/{filing}/parties/{party}/contact");
    let size = service.log_size();
    for (body, code) in [
        (json!({ "mobile": MOBILE, "id_number": "33011219640512-000!" }), "id_number_malformed"),
        (json!({ "mobile": "1380000000" }), "mobile_form"),
        (json!({ "email": "chen@" }), "email_form"),
        // A segment that nobody was given, and one of machines (domain study 3.5).
        (json!({ "mobile": "15400000001" }), "mobile_not_allotted"),
        (json!({ "mobile": "14000000001" }), "mobile_of_a_machine"),
        // The document is none of its kind, mistyped, of no day, of no place, or over.
        (numbered("hong_kong_macao_permit", "H1234567"), "document_form"),
        (numbered("taiwan_permit", "A1234567"), "document_form"),
        (numbered("resident_id", "810000198802029997"), "id_residence_permit"),
        (numbered("resident_id", "330112196405120007"), "id_checksum"),
        (numbered("foreign_permanent_resident", "933840198510019995"), "id_checksum"),
        (numbered("resident_id", "330112199302300000"), "id_birthdate"),
        (numbered("resident_id", "930112199003079999"), "id_region"),
        (
            json!({ "mobile": MOBILE, "id_number": "330112196405120006", "document_ends": "2026-11-22" }),
            "id_expired",
        ),
    ] {
        is_told(&service, &Sent::json(HANDLER, &path, &body), 422, code).await;
        let answer = service.post(HANDLER, &path, &body).await;
        let told = String::from_utf8_lossy(&answer.body).into_owned();
        for typed in ["330112", "1380000000", "chen@", "15400000001", "H1234567", "933840"] {
            assert!(!told.contains(typed), "{told}");
        }
    }
    assert_eq!(service.log_size(), size);
}

/// A contact with a document of this kind and number.
fn numbered(kind: &str, number: &str) -> Value {
    json!({ "mobile": MOBILE, "document_kind": kind, "id_number": number })
}

#[tokio::test]
async fn bad_input_a_check_digit_that_does_not_fit_is_told_without_any_digit() {
    let service = Service::start().await;
    let (filing, party, _) = reached(&service).await;
    let path = format!("/api/v1/filings/{filing}/parties/{party}/contact");
    let body = numbered("resident_id", "330112199003079998");
    let answer = service.post(HANDLER, &path, &body).await;
    let problem = answer.is_problem(422, "id_checksum");
    for sentence in ["title", "detail", "next_step"] {
        let text = problem[sentence].as_str().unwrap();
        assert!(!text.chars().any(|c| c.is_ascii_digit()), "{text}");
    }
}

#[tokio::test]
async fn bad_input_a_name_that_no_document_has_is_refused_wherever_one_enters() {
    let service = Service::start().await;
    let filing = open(&service).await;
    let path = format!("/api/v1/filings/{filing}/parties");
    let size = service.log_size();
    for (name, code) in [
        ("陈\u{e000}英", "name_private_character"),
        ("陈素英1", "name_character"),
        ("<b>陈</b>", "name_character"),
        ("陈", "name_length"),
        (&*"买".repeat(65), "name_length"),
        ("·陈素英", "name_separator"),
    ] {
        let person = json!({ "kind": "person", "name": name, "capacities": ["shareholder"] });
        is_told(&service, &Sent::json(HANDLER, &path, &person), 422, code).await;
        let company = json!({
            "kind": "company", "name": "杭州示例云栖投资有限公司", "representative_name": name,
            "capacities": ["corporate_shareholder_representative"],
        });
        is_told(&service, &Sent::json(HANDLER, &path, &company), 422, code).await;
        let filing = json!({
            "matter": "change", "company_name": "杭州示例青穗茶业有限公司", "handler_name": name,
        });
        is_told(&service, &Sent::json(HANDLER, "/api/v1/filings", &filing), 422, code).await;
    }
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn bad_input_photos_that_are_bombs_broken_or_something_else_are_told_in_both_languages() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    signer.consent(&service).await;
    let begun = signer.begin(&service).await;
    let before = Stands::of(&service, &signer).await;
    let whole = files::photo("whole");
    let mut bomb = whole.clone();
    let frame = bomb.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    bomb[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    let path = begun.path("capture");
    for (body, status, code) in [
        (bomb, 413, "photo_too_many_pixels"),
        (whole[..whole.len() / 2].to_vec(), 422, "photo_truncated"),
        (b"<svg onload=alert(1)>".to_vec(), 415, "photo_not_image"),
        (b"GIF89a\0\0\0\0".to_vec(), 415, "photo_other_format"),
        (Vec::new(), 422, "photo_empty"),
    ] {
        let sent = Sent { token: &signer.token, path: &path, kind: "image/jpeg", body };
        is_told(&service, &sent, status, code).await;
    }
    before.is_unchanged(&service, &signer).await;
    signer.capture(&service, &begun, &whole).await.json(201);
}

#[tokio::test]
async fn bad_input_documents_that_are_encrypted_broken_scripted_or_too_long_are_told_in_both_languages()
 {
    let service = Service::start().await;
    let filing = open(&service).await;
    let path = format!("/api/v1/filings/{filing}/documents?title=Articles");
    let size = service.log_size();
    let pdf = files::pdf("Articles", 1);
    let with = |more: &str| {
        let text = String::from_utf8(pdf.clone()).unwrap();
        text.replace("/Root 1 0 R>>", &format!("/Root 1 0 R{more}>>")).into_bytes()
    };
    for (body, status, code) in [
        (with("/Encrypt<</Filter/Standard/V 1/R 2/O(x)/U(y)/P -4>>"), 422, "document_encrypted"),
        (pdf[..pdf.len() / 2].to_vec(), 422, "document_damaged"),
        (scripted(), 422, "document_active"),
        (files::pdf("Long", 2001), 413, "document_too_long"),
        (files::pdf("None", 0), 422, "document_empty"),
        (b"PK\x03\x04 a word processor's".to_vec(), 415, "document_not_pdf"),
    ] {
        let sent = Sent { token: HANDLER, path: &path, kind: "application/pdf", body };
        is_told(&service, &sent, status, code).await;
    }
    assert_eq!(service.log_size(), size);
    attach(&service, &filing, "Articles", 1).await.json(201);
}

/// A page that runs a script when it is opened: in an annotation, as long as the box it replaces.
fn scripted() -> Vec<u8> {
    let text = String::from_utf8(files::pdf("Articles", 1)).unwrap();
    let harmless = "/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>";
    let active = "/MediaBox[0 0 9 9]/AA<</O<</S/JavaScript/JS(x)>>>>";
    assert!(active.len() <= harmless.len());
    let active = format!("{active:<width$}", width = harmless.len());
    text.replace(harmless, &active).into_bytes()
}
