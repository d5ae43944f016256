//! The receipt on its page, and what of the signing it shows.

use heqi_evidence::deposit::Outcome;
use heqi_registration::Custodian;
use heqi_registration::receipt::Flag;
use heqi_registration::session::{IDLE_MS, LIFETIME_MS};
use heqi_testkit::files;
use heqi_vocabulary::{Clock as _, UtcMillis};

use super::{Browser, link_of_own};
use crate::custodian::answer;
use crate::service::Service;
use crate::signer::invited;

#[tokio::test]
async fn a_receipt_says_where_both_custodians_are_systems_of_one_office() {
    // Where no keys of custodians are believed, nothing is said of whose they are.
    let known = Service::start_stamped(&["one"], std::sync::Arc::default()).await;
    for (service, is_told) in [(known, true), (Service::start().await, false)] {
        let signer = invited(&service, 1).await.signers.remove(0);
        let link = link_of_own(&service, &signer).await;
        signer.sign(&service).await;
        let page = Browser::open(&service, &link).await.page("/sign").await;
        assert!(page.contains("签署完成"), "{page}");
        assert_eq!(page.contains("同一公证机构的两套系统"), is_told, "{page}");
    }
}

#[tokio::test]
async fn the_receipt_shows_the_voucher_and_every_flag_by_itself() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let receipt = signer.sign(&service).await;
    // The ceremony of the token is over; a new link belongs to a ceremony with nothing to sign.
    let browser = Browser::open(&service, &link_of_own(&service, &signer).await).await;
    let page = browser.page("/sign").await;
    assert!(page.contains("签署完成") && page.contains("已写入存证日志"), "{page}");
    assert!(page.contains("存证中（0/2）") && page.contains("data-whole=\"no\""));
    // Whatever waits says for what, since when, and the next try, as soon as a worker pauses.
    let at: UtcMillis = serde_json::from_value(receipt["recorded_at"].clone()).unwrap();
    let since = format!("自 {} 起", at.for_people());
    assert_eq!(page.matches(&since).count(), 4, "{page}");
    let next = service.clock.now().plus_millis(32_000);
    service.platform.next_tries().note(Flag::Witnessed, next);
    service.platform.next_tries().note(Flag::Timestamped, service.clock.now());
    let page = browser.page("/sign").await;
    let again = format!("下次自动重试：{}", next.for_people());
    assert_eq!(page.matches(&again).count(), 1, "{page}");
    assert_eq!(
        page.matches("下次自动重试").count(),
        1,
        "a try that is over is no next one: {page}"
    );
    let filing = browser.page("/sign/filing").await;
    assert!(filing.contains(&at.for_people()), "{filing}");
    let record = receipt["record_id"].as_str().unwrap();
    assert!(page.contains(&format!("/api/v1/records/{record}/bundle")));
    let bundle = browser.get(&format!("/api/v1/records/{record}/bundle")).await;
    assert!(bundle.status == 200 && bundle.body.starts_with(b"PK"));
    let answer = browser.get("/sign/consent/face").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/sign"));
}

/// The page is told when its session ends, and learns from the answer that it has.
#[tokio::test]
async fn a_receipt_knows_for_how_long_its_session_lasts_and_is_refused_after_that() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    signer.sign(&service).await;
    let browser = Browser::open(&service, &link_of_own(&service, &signer).await).await;
    let told = |ms: i64| format!("data-session-s=\"{}\"", ms / 1000 + 1);
    let page = browser.page("/sign").await;
    assert!(page.contains(&told(IDLE_MS)), "{page}");
    // Whoever keeps looking is not thrown out by doing nothing, but by the age of the session.
    let looks = LIFETIME_MS / (IDLE_MS - 60_000);
    for _ in 0..looks {
        service.clock.advance_ms(IDLE_MS - 60_000);
        browser.page("/sign").await;
    }
    let left = LIFETIME_MS - looks * (IDLE_MS - 60_000);
    let page = browser.page("/sign").await;
    assert!(page.contains(&told(left.min(IDLE_MS))), "{page}");
    service.clock.advance_ms(left.min(IDLE_MS));
    let over = browser.get("/sign").await;
    assert_eq!(over.status, 401);
    let over = String::from_utf8(over.body).unwrap();
    assert!(over.contains("请重新打开收到的链接"), "{over}");
}

#[tokio::test]
async fn a_deposit_that_was_refused_for_good_is_told_so_on_the_receipt_and_on_the_page_of_the_filing()
 {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    signer.sign(&service).await;
    let browser = Browser::open(&service, &link_of_own(&service, &signer).await).await;
    answer(&service, Custodian::DataCentre, &Outcome::Admitted).await;
    // One has not answered yet: it is under way.
    let filing = browser.page("/sign/filing").await;
    assert!(filing.contains("未成功会自动重试") && !filing.contains("不会自动重试"), "{filing}");
    let refused = Outcome::Refused { reason: "chain_fork".into() };
    answer(&service, Custodian::Preservation, &refused).await;
    let filing = browser.page("/sign/filing").await;
    assert!(
        filing.contains("我的签署存证（1/2）") && filing.contains("未全部存证至公证处"),
        "{filing}"
    );
    assert!(filing.contains("不会自动重试") && !filing.contains("未成功会自动重试"), "{filing}");
    let page = browser.page("/sign").await;
    assert!(page.contains("未全部存证至公证处（1/2）") && page.contains("不会自动重试"), "{page}");
}

#[tokio::test]
async fn handwriting_is_part_of_what_is_signed_and_of_the_bundle() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let photo = files::photo(&signer.party);
    let begun = signer.captured(&service, &photo).await;
    let strokes = r#"{"format":"heqi.strokes/v1","height":320,"pointer":"pen","strokes":[[[1,2,0,500],[3,4,16,510]]],"typed":null,"width":640}"#;
    let kind = "application/vnd.heqi.strokes.v1+json";
    let path = begun.path("strokes");
    let sent = |body: &'static str| service.upload(&signer.token, &path, kind, body.as_bytes());
    sent("{}").await.is_problem(422, "strokes_malformed");
    let kept = sent(strokes).await.json(201);
    assert_eq!(kept["size_bytes"], strokes.len());
    // A device that does not name them signs something else than what it sent.
    let body = signer.completion(&service, &begun, &photo);
    signer.complete(&service, &begun, &body).await.is_problem(422, "client_attribute");
    let body = signer.completion_naming(&service, &begun, &photo, &kept["strokes_sha256"]);
    let receipt = signer.complete(&service, &begun, &body).await.json(201);
    let path = format!("/api/v1/records/{}/bundle", receipt["record_id"].as_str().unwrap());
    let bundle = service.get(&signer.token, &path).await;
    let name = format!("attachments/{}.json", kept["strokes_sha256"].as_str().unwrap());
    let found = bundle.body.windows(name.len()).any(|window| window == name.as_bytes());
    assert!(found, "{name} is not in the bundle");
}
