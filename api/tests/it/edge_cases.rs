//! Edge cases of the domain analysis that belong to the signer's screens, by their number there
//! (section 8), over HTTP. Those of one crate alone are tests of that crate, those that need a
//! browser or two organisations are in `tests/`; docs/EDGE-CASES.md lists all of them.

use heqi_filing::Action;
use heqi_registration::capture_photo::{SentAction, pack};
use heqi_testkit::{Device, files};
use heqi_vocabulary::{Clock as _, Digest, Provenance};
use serde_json::{Value, json};

use crate::entry::{MOBILE, reached, taken};
use crate::journey::Browser;
use crate::service::{AUDITOR, HANDLER, Service};
use crate::signer::{Begun, Signer, attach, invite, invited, open};
use crate::staff::{Desk, registry};

mod capacities;
mod slow;

/// A party with this name and these capacities, invited.
async fn party(service: &Service, filing: &str, name: &str, capacities: &[&str]) -> Signer {
    let path = format!("/api/v1/filings/{filing}/parties");
    let body = json!({ "kind": "person", "name": name, "capacities": capacities });
    let party = service.post(HANDLER, &path, &body).await.text(201, "party_id");
    let token = invite(service, filing, &party).await;
    let device = Device::new(heqi_pki::keys::Algorithm::Ed25519, 7, &party);
    Signer { filing: filing.to_owned(), party, token, device }
}

/// A completion whose device reports what `change` makes of the usual.
fn completion(
    service: &Service,
    signer: &Signer,
    begun: &Begun,
    photo: &[u8],
    change: impl FnOnce(&mut heqi_testkit::ClientValues),
) -> Value {
    let mut values = Device::values(Digest::of(photo), service.clock.now());
    change(&mut values);
    let client = signer.device.attributes(&values);
    let mut statement = begun.statement();
    statement.client_root = client.root();
    let envelope = signer.device.sign(&statement);
    let object = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
    let disclosed = client.disclose(|_| true).unwrap();
    json!({ "envelope": object(envelope.as_bytes()), "client": object(&disclosed) })
}

/// Rule: a foreign shareholder comes in by e-mail, reads both languages, and is told that the
/// Chinese text prevails.
#[tokio::test]
async fn edge_case_02_a_foreign_shareholder_comes_in_by_email_and_reads_in_english() {
    let service = Service::start().await;
    let filing = open(&service).await;
    attach(&service, &filing, "Articles", 1).await.json(201);
    let path = format!("/api/v1/filings/{filing}/parties");
    let body = json!({
        "kind": "person", "name": "MARIA O'NEIL-SØRENSEN", "capacities": ["shareholder"],
    });
    let party = service.post(HANDLER, &path, &body).await.text(201, "party_id");
    let contact =
        json!({ "email": "maria@example.com", "id_number": "E12345678", "language": "en" });
    let path = format!("/api/v1/filings/{filing}/parties/{party}/contact");
    service.post(HANDLER, &path, &contact).await.json(201);
    let path = format!("/api/v1/filings/{filing}/parties/{party}/invitations");
    let link = service.post(HANDLER, &path, &json!({})).await.text(201, "link");
    let invitation = taken(&service).await;
    assert_eq!(invitation[0].address, "maria@example.com");
    assert_eq!(invitation[0].language, heqi_vocabulary::Language::En);

    let browser = Browser::open(&service, &format!("{link}?lang=en")).await;
    let page = browser.page("/sign?lang=en").await;
    assert!(page.contains("<html lang=\"en\"") && page.contains("@example.com"), "{page}");
    assert!(!page.contains("maria@"), "the address is shown before anybody has said who they are");
    let sent = browser.submit(&page, "/sign/code", &[("channel", "email")]).await;
    assert_eq!(sent.status, 303);
    let code = taken(&service).await[0].values["code"].clone();
    let page = browser.page("/sign?lang=en").await;
    browser.submit(&page, "/sign/code/check", &[("code", &code)]).await;
    let page = browser.page("/sign?lang=en").await;
    browser.submit(&page, "/sign/identity", &[("last_four", "5678")]).await;
    let page = browser.page("/sign?lang=en").await;
    assert!(page.contains("kept and used inside China"), "what becomes of the data: {page}");
    assert!(page.contains("apostille or consular"), "{page}");
    for _ in 0..4 {
        browser.answer("granted").await;
    }
    let page = browser.page("/sign?lang=en").await;
    assert!(page.contains("the documents prevail"), "{page}");
}

/// Rule: travel permits and residence permits have their own forms and are taken as what they are.
#[tokio::test]
async fn edge_case_03_permits_of_hong_kong_macao_and_taiwan_are_taken_in_their_forms() {
    let service = Service::start().await;
    let (filing, party, _) = reached(&service).await;
    let path = format!("/api/v1/filings/{filing}/parties/{party}/contact");
    for (kind, number) in [
        ("hong_kong_macao_permit", "H12345678"),
        ("hong_kong_macao_permit", "ｍ１２３４５６７８９０"),
        ("taiwan_permit", "12345678"),
        ("hmt_residence_permit", "810000198802029997"),
    ] {
        let body =
            json!({ "mobile": "+852 6123 4567", "document_kind": kind, "id_number": number });
        let answer = service.post(HANDLER, &path, &body).await.json(201);
        assert!(answer.get("warnings").is_none(), "{answer}");
    }
    let body = json!({ "mobile": "+852 3123 4567" });
    service.post(HANDLER, &path, &body).await.is_problem(422, "mobile_form");
}

/// Rule: who is not yet 18 by the number is left to a person; a document that ends within 30 days
/// is said to handler and reviewer, and stops nobody.
#[tokio::test]
async fn edge_cases_08_and_31_a_minor_and_a_document_that_ends_soon_are_said_on_the_case_page() {
    let service = Service::start_reviewing(registry()).await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let path = format!("/api/v1/filings/{}/parties/{}/contact", signer.filing, signer.party);
    let body = json!({
        "mobile": "14500000001", "id_number": "330112201501019999", "document_ends": "2026-12-01",
    });
    let answer = service.post(HANDLER, &path, &body).await.json(201);
    assert_eq!(answer["warnings"], json!(["mobile_data_card", "document_ends_soon"]));
    signer.sign(&service).await;
    let desk = Desk::reviewer(&service, "li.na", "李娜").await;
    let case = desk.case().await;
    let page = desk.page(&case).await;
    for shown in ["未满18周岁", "2026-12-01到期，距签署不超过30日"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let page = desk.page(&format!("{case}?lang=en")).await;
    for shown in ["not yet 18 years old", "ends on 2026-12-01, within 30 days of the signing"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
}

/// Rule: every character and every dot that the register knows is taken, shown and signed as it is
/// written; nothing is folded into another.
#[tokio::test]
async fn edge_case_10_rare_characters_and_long_names_are_shown_and_signed_as_they_are() {
    let service = Service::start().await;
    let long = format!("阿卜杜拉·{}", "买买提".repeat(19));
    for name in ["龚𠮷", "䶮㛃", "迪丽热巴·迪力木拉提", long.as_str()] {
        let filing = open(&service).await;
        attach(&service, &filing, "Articles", 1).await.json(201);
        let signer = party(&service, &filing, name, &["shareholder"]).await;
        // Nor is a name refused once there is a number that it belongs to.
        let path = format!("/api/v1/filings/{filing}/parties/{}/contact", signer.party);
        let contact = json!({ "mobile": MOBILE, "id_number": "330112199003079999" });
        service.post(HANDLER, &path, &contact).await.json(201);
        let view = service.get(&signer.token, "/api/v1/ceremony").await.json(200);
        assert!(view.to_string().contains(name), "{name} in {view}");
        let receipt = signer.sign(&service).await;
        let record = receipt["record_id"].as_str().unwrap();
        let path = format!("/api/v1/records/{record}?attributes=party_name");
        let read = service.get(AUDITOR, &path).await.json(200).to_string();
        assert!(read.contains(name), "{name} in {read}");
    }
    // However a keyboard sends a letter with a mark, it is one letter.
    let filing = open(&service).await;
    let path = format!("/api/v1/filings/{filing}/parties");
    let name = "JOSE\u{301} O'NEIL";
    let body = json!({ "kind": "person", "name": name, "capacities": ["shareholder"] });
    service.post(HANDLER, &path, &body).await.json(201);
    let view = service.get(HANDLER, &format!("/api/v1/filings/{filing}")).await.json(200);
    assert_eq!(view["parties"][0]["name"], "JOS\u{c9} O'NEIL");
    // What the private use area shows is another thing on every machine.
    let filing = open(&service).await;
    let path = format!("/api/v1/filings/{filing}/parties");
    let body = json!({ "kind": "person", "name": "陈\u{e000}英", "capacities": ["shareholder"] });
    let refused = service.post(HANDLER, &path, &body).await;
    assert_eq!(refused.status, 422, "{}", String::from_utf8_lossy(&refused.body));
}

/// Rule: recorded as refused, never in the way.
#[tokio::test]
async fn edge_case_12_who_refuses_the_position_signs_and_it_is_recorded_as_refused() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let view = service.get(&signer.token, "/api/v1/ceremony").await.json(200);
    for asked in view["consents"].as_array().unwrap() {
        let decision = if asked["kind"] == "location" { "refused" } else { "granted" };
        let body = json!({
            "kind": asked["kind"], "decision": decision,
            "text_sha256": asked["text_sha256"], "language": "zh",
        });
        service.post(&signer.token, "/api/v1/ceremony/consents", &body).await.json(201);
    }
    let photo = files::photo("no place");
    let begun = signer.begin(&service).await;
    signer.capture(&service, &begun, &photo).await.json(201);
    let body = completion(&service, &signer, &begun, &photo, |values| {
        values.insert("place", (Value::Null, Provenance::Refused));
    });
    let receipt = signer.complete(&service, &begun, &body).await.json(201);
    let record = receipt["record_id"].as_str().unwrap();
    let path = format!("/api/v1/records/{record}?attributes=client.place");
    let record = service.get(&signer.token, &path).await.json(200)["client"].to_string();
    assert!(record.contains("\"place\",null,\"refused\""), "{record}");
}

/// Rule: an action at random, and what was taken of it; who cannot do it signs all the same.
#[tokio::test]
async fn edge_case_19_photo_and_frames_arrive_in_one_request_and_a_reviewer_is_shown_them() {
    let service = Service::start_reviewing(registry()).await;
    let signer = invited(&service, 1).await.signers.remove(0);
    signer.consent(&service).await;
    let begun = signer.begin(&service).await;
    let asked: Vec<Action> = serde_json::from_value(begun.answer["actions"].clone()).unwrap();
    let frame = files::photo("frame");
    let actions = [
        SentAction { action: asked[0], frame: Some(frame.clone().into()) },
        SentAction { action: asked[1], frame: None },
    ];
    let photo = files::photo("photo with frames");
    let body = pack(&photo, &actions);
    let (kind, path) = ("application/vnd.heqi.capture.v1", begun.path("capture"));
    let cut = service.upload(&signer.token, &path, kind, &body[..body.len() - 1]).await;
    assert_eq!(cut.json(422)["code"], "capture_malformed");
    let kept = service.upload(&signer.token, &path, kind, &body).await.json(201);
    assert_eq!(kept["photo_sha256"], Digest::of(&photo).to_string());
    let completion = signer.completion(&service, &begun, &photo);
    signer.complete(&service, &begun, &completion).await.json(201);

    let desk = Desk::reviewer(&service, "li.na", "李娜").await;
    let case = desk.case().await;
    let page = desk.page(&case).await;
    let mark = &begun.answer["challenge"].as_str().unwrap()[..8];
    let zh = heqi_vocabulary::Language::Zh;
    for shown in [asked[0].text(zh), asked[1].text(zh), "签署人表示做不到", mark] {
        assert!(page.contains(shown), "{shown}");
    }
    let first = desk.get(&format!("{case}/frames/0")).await;
    assert_eq!((first.status, first.header("content-type")), (200, "image/jpeg"));
    assert!(first.body == frame, "the very bytes");
    assert_eq!(desk.get(&format!("{case}/frames/1")).await.status, 404);
    assert_eq!(desk.get(&format!("{case}/frames/9")).await.status, 404);
}

/// Rule: what is known of the person is asked; three failures lock the link and the page says what
/// to do. That the handler is told is a test of `heqi-registration`.
#[tokio::test]
async fn edge_case_18_the_wrong_person_is_locked_out_and_the_page_says_what_to_do() {
    let service = Service::start().await;
    let (_, _, token) = reached(&service).await;
    taken(&service).await;
    let door = service.get(&token, "/api/v1/ceremony/entry").await.json(200);
    let ceremony = serde_json::from_value(door["ceremony_id"].clone()).unwrap();
    let link = heqi_registration::invite::link_of(&service.platform, ceremony);
    let browser = Browser::open(&service, &link).await;
    let page = browser.page("/sign").await;
    browser.submit(&page, "/sign/code", &[("channel", "sms")]).await;
    let code = taken(&service).await[0].values["code"].clone();
    let page = browser.page("/sign").await;
    browser.submit(&page, "/sign/code/check", &[("code", &code)]).await;
    for _ in 0..3 {
        let page = browser.page("/sign").await;
        assert!(!page.contains("陈素英") && !page.contains("陈*"), "{page}");
        let answer = browser.submit(&page, "/sign/identity", &[("last_four", "9999")]).await;
        assert!([403, 409].contains(&answer.status), "{}", answer.status);
    }
    let page = browser.page("/sign").await;
    assert!(page.contains("链接已锁定") && page.contains("请由本人联系经办人重新邀请"), "{page}");
    let page = browser.page("/sign?lang=en").await;
    assert!(page.contains("The link is locked") && page.contains("Ask the handler"), "{page}");
    // The right number comes too late, and another browser with the same link stands there too.
    let other = Browser::open(&service, &link).await;
    assert!(other.page("/sign").await.contains("链接已锁定"));
}

/// Rule: a signature that was given stays, and what was agreed to before it cannot be taken back
/// into the past: the evidence is kept, sealed, and the way to restrict its use is the erasure
/// request (edge case 41).
#[tokio::test]
async fn edge_case_40_a_consent_withdrawn_after_signing_changes_no_evidence() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let view = service.get(&signer.token, "/api/v1/ceremony").await.json(200);
    let face = view["consents"].as_array().unwrap().iter().find(|c| c["kind"] == "face").unwrap();
    let withdrawal = json!({
        "kind": "face", "decision": "refused", "text_sha256": face["text_sha256"], "language": "zh",
    });
    let receipt = signer.sign(&service).await;
    let record = receipt["record_id"].as_str().unwrap();
    let before = service.get(&signer.token, &format!("/api/v1/records/{record}")).await.json(200);
    let refused = service.post(&signer.token, "/api/v1/ceremony/consents", &withdrawal).await;
    assert_eq!(refused.status, 409, "{}", String::from_utf8_lossy(&refused.body));
    let path = format!("/api/v1/filings/{}/parties/{}/erasure", signer.filing, signer.party);
    let body = json!({ "classes": ["biometric"] });
    let decided = service.post(&signer.token, &path, &body).await.json(201);
    assert_eq!(decided["decision"], "refused");
    assert_eq!(decided["restricted"], true);
    let after = service.get(&signer.token, &format!("/api/v1/records/{record}")).await.json(200);
    assert_eq!(before["record"], after["record"], "the evidence changed");
    let staff = service.get(AUDITOR, &format!("/api/v1/records/{record}")).await;
    staff.is_problem(403, "processing_restricted");
}
