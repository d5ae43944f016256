//! A handler takes out a party, over HTTP: by the interface, and at the own desk in a browser without
//! scripts; and what whoever was invited is told.

use heqi_pki::keys::Algorithm;
use heqi_testkit::{Device, files};
use reqwest::Method;
use serde_json::{Value, json};

use crate::journey::{Browser, link_of};
use crate::service::{AUDITOR, HANDLER, Service};
use crate::signer::{Signer, attach, invite, invited, open};
use crate::staff::{Desk, HE_JING, registry, text};

fn path_of(signer: &Signer) -> String {
    format!("/api/v1/filings/{}/parties/{}/removal", signer.filing, signer.party)
}

#[tokio::test]
async fn a_party_is_taken_out_by_the_interface_once_and_its_token_and_link_say_so() {
    let service = Service::start().await;
    let invited = invited(&service, 2).await;
    let [wrong, other] = &invited.signers[..] else { panic!("two signers") };
    let link = link_of(&service, wrong).await;
    let browser = Browser::open(&service, &link).await;
    let photo = files::photo(&wrong.party);
    let begun = wrong.captured(&service, &photo).await;
    let completion = wrong.completion(&service, &begun, &photo);

    let path = path_of(wrong);
    let why = json!({ "reason": "重复添加" });
    service.post(HANDLER, &path, &json!({})).await.is_problem(422, "removal_reason_missing");
    let refused = service.post(AUDITOR, &path, &why).await;
    refused.is_problem(403, "forbidden");
    service.post(&wrong.token, &path, &why).await.is_problem(403, "forbidden");
    let stale = [
        ("content-type", "application/json"),
        ("idempotency-key", "stale"),
        ("if-match", "\"f0\""),
    ];
    let body = Some(why.to_string().into_bytes());
    let refused = service.send(Method::POST, &path, HANDLER, &stale, body).await;
    refused.is_problem(412, "stale");

    let size = service.log_size();
    let key = service.fresh_key();
    let removed = service.post_as(HANDLER, &path, &key, &why).await.text(201, "record_id");
    let again = service.post_as(HANDLER, &path, &key, &why).await.text(201, "record_id");
    assert_eq!((again, service.log_size()), (removed, size + 1));
    service.post(HANDLER, &path, &why).await.is_problem(409, "party_removed");

    let view: Value =
        service.get(HANDLER, &format!("/api/v1/filings/{}", wrong.filing)).await.json(200);
    let parties = view["parties"].as_array().unwrap();
    assert_eq!(
        parties.iter().map(|one| &one["party_id"]).collect::<Vec<_>>(),
        [&json!(other.party)]
    );
    for asked in ["/api/v1/ceremony", "/api/v1/ceremony/entry"] {
        service.get(&wrong.token, asked).await.is_problem(410, "invitation_withdrawn");
    }
    let complete = format!("/api/v1/signings/{}/complete", begun.signing);
    let late = service.post(&wrong.token, &complete, &completion).await;
    late.is_problem(410, "invitation_withdrawn");
    for (language, said) in [("", "邀请已撤回"), ("?lang=en", "The invitation was withdrawn")]
    {
        let page = browser.page(&format!("/sign{language}")).await;
        assert!(page.contains(said), "{page}");
        assert!(!page.contains(crate::signer::COMPANY), "nothing of the filing is shown: {page}");
        // Whoever has the link comes to the same.
        let page = Browser::open(&service, &link).await.page(&format!("/sign{language}")).await;
        assert!(page.contains(said), "{page}");
    }

    other.sign(&service).await;
    service.post(HANDLER, &path_of(other), &why).await.is_problem(409, "party_has_signed");
}

#[tokio::test]
async fn a_handler_takes_out_a_party_at_the_own_desk_and_reads_first_what_ends_with_it() {
    let service = Service::start_reviewing(registry()).await;
    let filing = open(&service).await;
    let path = format!("/api/v1/filings/{filing}");
    attach(&service, &filing, "Articles", 2).await.text(201, "document_id");
    let mut parties = Vec::new();
    let named = [("何静", "handler"), ("陈素英", "shareholder"), ("吴敏", "supervisor")];
    for (name, capacity) in named {
        let body = json!({ "kind": "person", "name": name, "capacities": [capacity] });
        let added = service.post(HANDLER, &format!("{path}/parties"), &body).await;
        parties.push(added.text(201, "party_id"));
    }
    let [own, party, wrong] = &parties[..] else { panic!("three parties") };
    let contact = json!({ "mobile": "13900000009", "id_number": HE_JING });
    service.post(HANDLER, &format!("{path}/parties/{own}/contact"), &contact).await.json(201);
    let token = invite(&service, &filing, party).await;
    let device = Device::new(Algorithm::Ed25519, 7, &filing);
    let signer = Signer { filing: filing.clone(), party: party.clone(), token, device };
    signer.sign(&service).await;

    let view: Value = service.get(HANDLER, &path).await.json(200);
    let number = view["number"].as_str().unwrap();
    let desk = Desk::handler(&service, "he.jing", ("何静", HE_JING)).await;
    let other = Desk::handler(&service, "zhao.ban", ("赵半", HE_JING)).await;
    let page = desk.page("/staff/filings").await;
    let shown = text(&desk.submit(&page, "/staff/filings", &[("number", number)]).await);
    // One button, for the one who has not signed: neither for who has nor for the handler.
    let (ask, act) = ("/staff/filings/removal", "/staff/filings/removal/done");
    assert_eq!(shown.matches(&format!("action=\"{ask}\"")).count(), 1, "{shown}");
    assert!(shown.contains(&format!("name=\"party\" value=\"{wrong}\"")), "{shown}");

    let size = service.log_size();
    let question = text(&desk.submit(&shown, ask, &[]).await);
    for said in ["移出当事人", "吴敏", "监事", "签署邀请撤回", "理由（必填）"]
    {
        assert!(question.contains(said), "{said} in {question}");
    }
    assert_eq!(service.log_size(), size, "a question changes nothing");
    // By somebody who does not handle it: there is no such filing.
    let page = other.page("/staff/filings").await;
    for action in [ask, act] {
        let form = [("number", number), ("party", wrong.as_str()), ("reason", "重复添加")];
        let none =
            other.send(action, &crate::journey::filled(&page, "/staff/filings", &form)).await;
        assert_eq!(none.status, 404, "{}", text(&none));
        assert!(text(&none).contains("没有找到由您经办的该办件"));
    }
    let silent = desk.submit(&question, act, &[("reason", " ")]).await;
    assert_eq!(silent.status, 422);
    let asked = text(&silent);
    assert!(asked.contains("须写明理由") && asked.contains("吴敏"), "{asked}");
    for (whom, status, said) in
        [(party, 409, "该当事人已经签署，不能移出"), (own, 409, "不能在本页移出自己")]
    {
        let values = [("party", whom.as_str()), ("reason", "重复添加")];
        let refused = desk.submit(&asked, act, &values).await;
        assert_eq!(refused.status, status, "{}", text(&refused));
        assert!(text(&refused).contains(said), "{}", text(&refused));
        let again = text(&desk.submit(&shown, ask, &[]).await);
        assert!(again.contains("吴敏"));
    }
    assert_eq!(service.log_size(), size);

    let question = text(&desk.submit(&shown, ask, &[]).await);
    let done = desk.submit(&question, act, &[("reason", "重复添加")]).await;
    assert_eq!(done.status, 200, "{}", text(&done));
    let done = text(&done);
    assert!(done.contains("已移出吴敏"), "{done}");
    // Nobody else had to sign: the handler is asked to confirm at once.
    assert!(done.contains("材料和签署情况属实，我没有代他人签署。"), "{done}");
    assert!(!done.contains(&format!("action=\"{ask}\"")), "nobody is left to be taken out");
    let view: Value = service.get(HANDLER, &path).await.json(200);
    assert_eq!(
        (&view["state"]["status"], view["parties"].as_array().unwrap().len()),
        (&json!("signed"), 2)
    );
}
