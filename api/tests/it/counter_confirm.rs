//! Who confirms without a phone: an officer at the counter, in a browser without scripts.

use heqi_pki::keys::Algorithm;
use heqi_testkit::Device;
use serde_json::{Value, json};

use crate::journey::filled;
use crate::service::{HANDLER, Service};
use crate::signer::{Signer, attach, invite, open};
use crate::staff::{Desk, HE_JING, registry, text};

const COUNTER: &str = "/staff/counter/confirmation";
const DONE: &str = "/staff/counter/confirmation/done";
/// How long parties have to confirm by themselves.
const WINDOW_MS: i64 = 72 * 3_600_000;

/// A shareholder has signed, and nobody confirmed: the filing's number. The handler's document is known.
async fn signed(service: &Service) -> String {
    let filing = open(service).await;
    let path = format!("/api/v1/filings/{filing}");
    attach(service, &filing, "Articles", 2).await.text(201, "document_id");
    let mut parties = Vec::new();
    for (name, capacity) in [("何静", "handler"), ("陈素英", "shareholder")] {
        let body = json!({ "kind": "person", "name": name, "capacities": [capacity] });
        let added = service.post(HANDLER, &format!("{path}/parties"), &body).await;
        parties.push(added.text(201, "party_id"));
    }
    let [handler, party] = &parties[..] else { panic!("two parties") };
    let contact = json!({ "mobile": "13900000009", "id_number": HE_JING });
    service.post(HANDLER, &format!("{path}/parties/{handler}/contact"), &contact).await.json(201);
    let token = invite(service, &filing, party).await;
    let device = Device::new(Algorithm::Ed25519, 7, &filing);
    Signer { filing, party: party.clone(), token, device }.sign(service).await;
    let view: Value = service.get(HANDLER, &path).await.json(200);
    view["number"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_officer_finds_a_party_by_the_card_and_records_what_was_declared() {
    let service = Service::start_reviewing(registry()).await;
    let number = signed(&service).await;
    // Instants of one act may differ by milliseconds.
    service.clock.advance_ms(WINDOW_MS + 60_000);
    let desk = Desk::reviewer(&service, "li.na", "李娜").await;
    let cases = desk.page("/staff/cases").await;
    assert!(cases.contains(&format!("href=\"{COUNTER}\"")), "{cases}");
    let asked = desk.page(COUNTER).await;
    assert!(asked.contains("窗口当面确认") && !asked.contains("何静"), "{asked}");
    // What is wrong stands at its field, and names nobody.
    let wrong = desk.submit(&asked, COUNTER, &[("number", &number), ("last_four", "0001")]).await;
    assert_eq!(wrong.status, 404);
    let told = text(&wrong);
    assert!(told.contains("没有证件号码末四位与此相符的当事人"), "{told}");
    assert!(told.contains("aria-invalid=\"true\"") && !told.contains("何静"), "{told}");
    let size = service.log_size();
    let found = desk.submit(&asked, COUNTER, &[("number", &number), ("last_four", "000x")]).await;
    assert_eq!(found.status, 200, "{}", text(&found));
    assert_eq!(service.log_size(), size + 1, "the look");
    let found = text(&found);
    for shown in ["何静", "陈素英", "材料和签署情况属实，我没有代他人签署。", "公司设立登记"]
    {
        assert!(found.contains(shown), "{shown} in {found}");
    }
    assert!(!found.contains(HE_JING), "{found}");

    // The officer says what was seen and heard, or nothing is recorded.
    let grounds = ("grounds", "本人持身份证原件到场，听读声明后表示确认");
    let (together, declared) = (("together", "yes"), ("declared", "yes"));
    for (values, what) in [
        (&[grounds, declared][..], "尚未确认本人与证件同时在场"),
        (&[grounds, together][..], "尚未说明本人当面作出了声明"),
    ] {
        let refused = desk.submit(&found, DONE, values).await;
        assert_eq!(refused.status, 422);
        let refused = text(&refused);
        assert!(refused.contains(what) && refused.contains("aria-invalid=\"true\""), "{refused}");
        // What was typed is not typed again.
        assert!(refused.contains(grounds.1), "{refused}");
    }
    // A page of another session records nothing.
    let other = Desk::reviewer(&service, "wang.qiang", "王强").await;
    let size = service.log_size();
    let foreign = other.submit(&found, DONE, &[grounds, together, declared]).await;
    assert_eq!(foreign.status, 403);
    assert_eq!(service.log_size(), size);

    let body = filled(&found, DONE, &[grounds, together, declared]);
    for _ in 0..2 {
        let done = desk.send(DONE, &body).await;
        assert_eq!(done.status, 200, "{}", text(&done));
        assert!(text(&done).contains("已记录本人的确认"), "{}", text(&done));
        assert_eq!(service.log_size(), size + 2, "what was seen and what was said, once");
    }
    let found = desk.submit(&asked, COUNTER, &[("number", &number), ("last_four", "000X")]).await;
    let found = text(&found);
    assert!(found.contains("该当事人已确认，时间："), "{found}");
    assert!(!found.contains(&format!("action=\"{DONE}\"")), "{found}");
}

#[tokio::test]
async fn a_list_that_has_changed_since_it_was_shown_is_shown_anew() {
    let service = Service::start_reviewing(registry()).await;
    let number = signed(&service).await;
    let desk = Desk::reviewer(&service, "li.na", "李娜").await;
    let asked = desk.page(COUNTER).await;
    let found = desk.submit(&asked, COUNTER, &[("number", &number), ("last_four", "000X")]).await;
    let found = text(&found);
    let before = "0".repeat(64);
    let values = [
        ("grounds", "本人持身份证原件到场"),
        ("together", "yes"),
        ("declared", "yes"),
        ("shown_sha256", before.as_str()),
    ];
    let refused = desk.submit(&found, DONE, &values).await;
    assert_eq!(refused.status, 409);
    let refused = text(&refused);
    assert!(refused.contains("签署情况在您查看后有更新"), "{refused}");
    assert!(refused.contains("陈素英") && refused.contains(&format!("action=\"{DONE}\"")));
}
