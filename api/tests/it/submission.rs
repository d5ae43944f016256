//! A filing is recorded as submitted to the registry: by a program, and at the handler's own desk; not before everybody
//! has confirmed and both custodians hold every signing.

use heqi_evidence::deposit::Outcome;
use heqi_pki::keys::Algorithm;
use heqi_registration::Custodian;
use heqi_testkit::Device;
use serde_json::{Value, json};

use crate::custodian::answer;
use crate::journey::{Browser, filled, link_of_own};
use crate::service::{HANDLER, Service};
use crate::signer::{Signer, attach, invite, invited, open};
use crate::staff::{Desk, HE_JING, text};

const DESK: &str = "/staff/filings";
const CONFIRM: &str = "/staff/filings/confirmation";
const SUBMIT: &str = "/staff/filings/submission";

/// What waits for this custodian is deposited there.
async fn deposited(service: &Service, custodian: Custodian) {
    service.clock.advance_ms(1_000);
    assert!(answer(service, custodian, &Outcome::Admitted).await > 0);
}

/// The party says yes, by the interface.
async fn confirms(service: &Service, signer: &Signer) {
    let path = format!("/api/v1/filings/{}/parties/{}/confirmation", signer.filing, signer.party);
    service.post(&signer.token, &path, &json!({})).await.json(201);
}

#[tokio::test]
async fn a_program_records_a_submission_once_all_have_confirmed_and_both_custodians_hold_it() {
    let service = Service::start().await;
    let invited = invited(&service, 2).await;
    let browser = Browser::open(&service, &link_of_own(&service, &invited.signers[0]).await).await;
    let filing = format!("/api/v1/filings/{}", invited.filing);
    let path = format!("{filing}/submission");
    let nothing = json!({});
    for signer in &invited.signers {
        service.post(HANDLER, &path, &nothing).await.is_problem(409, "not_confirmed");
        signer.sign(&service).await;
    }
    for signer in &invited.signers {
        service.post(HANDLER, &path, &nothing).await.is_problem(409, "not_confirmed");
        confirms(&service, signer).await;
    }
    let size = service.log_size();
    service.post(HANDLER, &path, &nothing).await.is_problem(409, "custody_awaited");
    deposited(&service, Custodian::DataCentre).await;
    let waits = service.post(HANDLER, &path, &nothing).await.is_problem(409, "custody_awaited");
    let told = waits.to_string();
    let names = |words: [&str; 2]| words.iter().any(|word| told.contains(*word));
    assert!(names(["实时保", "second custodian"]), "{told}");
    assert!(!names(["数据中心", "data centre"]), "{told}");
    deposited(&service, Custodian::Preservation).await;
    // A signer cannot say it, not even once it is so.
    let signer = &invited.signers[0];
    assert_eq!(service.post(&signer.token, &path, &nothing).await.status, 403);
    assert_eq!(service.log_size(), size, "nothing was recorded so far");
    let before = browser.page("/sign/filing").await;
    assert!(!before.contains("经办人已登记"), "{before}");

    let record = service.post_as(HANDLER, &path, "done", &nothing).await.text(201, "record_id");
    let again = service.post_as(HANDLER, &path, "done", &nothing).await.text(201, "record_id");
    assert_eq!(again, record);
    service.post(HANDLER, &path, &nothing).await.is_problem(409, "already_submitted");
    assert_eq!(service.log_size(), size + 1);
    let view: Value = service.get(HANDLER, &filing).await.json(200);
    assert_eq!(view["state"]["status"], "submitted", "{view}");
    let late = attach(&service, &invited.filing, "Late", 1).await;
    late.is_problem(409, "filing_not_in_drafting");

    let page = browser.page("/sign/filing").await;
    assert!(page.contains("经办人已登记为提交登记机关"), "{page}");
    let english = browser.page("/sign/filing?lang=en").await;
    assert!(english.contains("recorded that it was submitted to the registry"), "{english}");
    // Who was not asked is heard all the same.
    let objection = format!("{filing}/parties/{}/objection", signer.party);
    let body = json!({ "ground": "not_my_intent" });
    service.post(&signer.token, &objection, &body).await.json(201);
    let view: Value = service.get(HANDLER, &filing).await.json(200);
    assert_eq!(view["state"]["status"], "frozen", "{view}");
}

#[tokio::test]
async fn a_handler_says_at_the_own_desk_that_a_filing_was_submitted_and_nobody_elses() {
    let service = Service::start().await;
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
    confirms(&service, &signer).await;
    let view: Value = service.get(HANDLER, &path).await.json(200);
    let number = view["number"].as_str().unwrap();

    let desk = Desk::handler(&service, "he.jing", ("何静", HE_JING)).await;
    let other = Desk::handler(&service, "zhao.ban", ("赵半", HE_JING)).await;
    let form = |page: &str| filled(page, DESK, &[("number", number)]);
    let page = desk.page(DESK).await;
    let asked = text(&desk.submit(&page, DESK, &[("number", number)]).await);
    assert!(!asked.contains(SUBMIT), "the handler has not confirmed: {asked}");
    // The form of nobody's page.
    let early = desk.send(SUBMIT, &form(&desk.page(DESK).await)).await;
    assert_eq!(early.status, 409, "{}", text(&early));
    assert!(text(&early).contains("尚未全部完成"), "{}", text(&early));

    let confirmed = text(&desk.submit(&asked, CONFIRM, &[]).await);
    // Nobody is sent to the registry with what is not held, to be told so afterwards.
    for said in ["您已确认", "公证处数据中心、实时保还没有回执", "请先不要向登记机关提交"]
    {
        assert!(confirmed.contains(said), "{said} in {confirmed}");
    }
    assert!(!confirmed.contains(SUBMIT), "{confirmed}");
    deposited(&service, Custodian::Preservation).await;
    let size = service.log_size();
    let refused = desk.send(SUBMIT, &form(&desk.page(DESK).await)).await;
    assert_eq!(refused.status, 409, "{}", text(&refused));
    assert!(text(&refused).contains("公证处数据中心还没有回执"), "{}", text(&refused));
    deposited(&service, Custodian::DataCentre).await;
    let none = other.send(SUBMIT, &form(&other.page(DESK).await)).await;
    assert_eq!(none.status, 404, "{}", text(&none));
    assert_eq!(service.log_size(), size, "nothing was recorded so far");

    let page = text(&desk.submit(&desk.page(DESK).await, DESK, &[("number", number)]).await);
    for said in ["您已确认", "请您先自行向登记机关提交", "登记后不能撤销", SUBMIT]
    {
        assert!(page.contains(said), "{said} in {page}");
    }
    let done = desk.submit(&page, SUBMIT, &[]).await;
    assert_eq!(done.status, 200, "{}", text(&done));
    let done = text(&done);
    assert!(done.contains("已登记为提交登记机关，并已作为证据保存"), "{done}");
    assert!(done.contains("已登记为提交登记机关，时间：") && !done.contains(SUBMIT), "{done}");
    assert_eq!(service.log_size(), size + 1);
    let twice = desk.send(SUBMIT, &form(&desk.page(DESK).await)).await;
    assert_eq!(twice.status, 409, "{}", text(&twice));
    assert!(text(&twice).contains("没有重复登记"), "{}", text(&twice));
    assert_eq!(service.log_size(), size + 1);

    // Who has confirmed reads that it is paused, and not only that.
    let objection = format!("{path}/parties/{party}/objection");
    let body = json!({ "ground": "not_my_intent" });
    service.post(&signer.token, &objection, &body).await.json(201);
    let paused = text(&desk.submit(&desk.page(DESK).await, DESK, &[("number", number)]).await);
    assert!(paused.contains("办件已暂停") && paused.contains("请勿提交"), "{paused}");
    assert!(!paused.contains("您已确认"), "{paused}");
}
