//! A handler asks those again who have not confirmed in time: at the own desk, in a browser without scripts.

use heqi_pki::keys::Algorithm;
use heqi_testkit::Device;
use serde_json::{Value, json};

use crate::journey::filled;
use crate::service::{HANDLER, Service};
use crate::signer::{Signer, attach, invite, open};
use crate::staff::{Desk, HE_JING, registry, text};

const DESK: &str = "/staff/filings";
const AGAIN: &str = "/staff/filings/confirmation-requests";
/// How long parties have to confirm.
const WINDOW_MS: i64 = 72 * 3_600_000;

/// The filing as this handler finds it.
async fn found(desk: &Desk<'_>, number: &str) -> String {
    let page = desk.page(DESK).await;
    text(&desk.submit(&page, DESK, &[("number", number)]).await)
}

#[tokio::test]
async fn a_handler_asks_again_at_the_own_desk_once_the_time_is_over_and_not_before() {
    let service = Service::start_reviewing(registry()).await;
    let filing = open(&service).await;
    let path = format!("/api/v1/filings/{filing}");
    attach(&service, &filing, "Articles", 2).await.text(201, "document_id");
    let mut parties = Vec::new();
    for (name, capacity) in [("何静", "handler"), ("陈素英", "shareholder")] {
        let body = json!({ "kind": "person", "name": name, "capacities": [capacity] });
        let added = service.post(HANDLER, &format!("{path}/parties"), &body).await;
        parties.push(added.text(201, "party_id"));
    }
    let [own, party] = &parties[..] else { panic!("two parties") };
    let contact = json!({ "mobile": "13900000009", "id_number": HE_JING });
    service.post(HANDLER, &format!("{path}/parties/{own}/contact"), &contact).await.json(201);
    let token = invite(&service, &filing, party).await;
    let device = Device::new(Algorithm::Ed25519, 7, &filing);
    let signer = Signer { filing: filing.clone(), party: party.clone(), token, device };
    signer.sign(&service).await;
    let view: Value = service.get(HANDLER, &path).await.json(200);
    let number = view["number"].as_str().unwrap();

    let mut desk = Desk::handler(&service, "he.jing", ("何静", HE_JING)).await;
    let mut other = Desk::handler(&service, "zhao.ban", ("赵半", HE_JING)).await;
    let early = found(&desk, number).await;
    assert!(early.contains("我没有代他人签署") && !early.contains(AGAIN), "{early}");
    // The form of nobody's page: nobody is asked twice within the time.
    let size = service.log_size();
    let form = |page: &str| filled(page, DESK, &[("number", number)]);
    let refused = desk.send(AGAIN, &form(&desk.page(DESK).await)).await;
    assert_eq!(refused.status, 409, "{}", text(&refused));
    assert!(text(&refused).contains("仍在72小时的确认期内"), "{}", text(&refused));

    // Instants of one act may differ by milliseconds.
    service.clock.advance_ms(WINDOW_MS + 60_000);
    desk.come_in().await;
    other.come_in().await;
    let late = found(&desk, number).await;
    for said in ["逾期未确认", "再次通知未确认的各方", "确认期已过"] {
        assert!(late.contains(said), "{said} in {late}");
    }
    assert!(!late.contains("action=\"/staff/filings/confirmation\""), "it would be refused");
    let none = other.send(AGAIN, &form(&other.page(DESK).await)).await;
    assert_eq!(none.status, 404, "{}", text(&none));
    assert_eq!(service.log_size(), size, "nothing was done so far");

    let done = desk.submit(&late, AGAIN, &[]).await;
    assert_eq!(done.status, 200, "{}", text(&done));
    let done = text(&done);
    assert!(done.contains("已再次通知未确认的各方，并已记录"), "{done}");
    assert!(service.log_size() > size);
    // The time begins anew, for the handler as well.
    assert!(done.contains("action=\"/staff/filings/confirmation\"") && !done.contains(AGAIN));
}
