//! Cases 15, 34 and 37: whoever is slow, has a clock that is off, or sends twice.

use std::collections::BTreeSet;

use heqi_registration::session::IDLE_MS;
use heqi_testkit::files;
use heqi_vocabulary::Clock as _;
use reqwest::Method;
use serde_json::json;

use super::completion;
use crate::journey::{Browser, link_of};
use crate::service::{AUDITOR, HANDLER, Service};
use crate::signer::{Begun, Signer, invited};

/// Rule: nobody is timed out within twenty minutes, and large text stays chosen.
#[tokio::test]
async fn edge_case_15_who_takes_twenty_minutes_for_each_step_loses_nothing() {
    const SLOW_MS: i64 = 20 * 60_000;
    const { assert!(SLOW_MS < IDLE_MS) };
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let link = link_of(&service, &signer).await;
    let mut browser = Browser::open(&service, &link).await;
    browser.cookie.push_str("; heqi_text=large");
    for _ in 0..4 {
        service.clock.advance_ms(SLOW_MS);
        let page = browser.page("/sign").await;
        assert!(page.contains("class=\"large\""));
        // Reading a page takes as long as it takes; the form is still good then.
        service.clock.advance_ms(SLOW_MS);
        let answer = browser.submit(&page, "/sign/consent", &[("decision", "granted")]).await;
        assert_eq!(answer.status, 303);
    }
    service.clock.advance_ms(SLOW_MS);
    let page = browser.page("/sign").await;
    let answer = browser.submit(&page, "/sign/read", &[("seconds", "1200")]).await;
    assert_eq!(answer.status, 303);
    // A challenge lives ten minutes; who is slower gets the next one and keeps everything else.
    let first = begun_by(&service, &browser, &signer).await;
    service.clock.advance_ms(SLOW_MS);
    let photo = files::photo("slow");
    let late = captured_by(&service, &browser, &first, &photo).await;
    late.is_problem(409, "challenge_expired");
    let second = begun_by(&service, &browser, &signer).await;
    captured_by(&service, &browser, &second, &photo).await.json(201);
    let body = completion(&service, &signer, &second, &photo, |_| {});
    let path = second.path("complete");
    by(&service, &browser, &path, "application/json", body.to_string()).await.json(201);
    assert!(browser.page("/sign").await.contains("签署完成"));
}

/// A script of the pages of this browser sends something.
async fn by(
    service: &Service,
    browser: &Browser<'_>,
    path: &str,
    kind: &str,
    body: impl Into<Vec<u8>>,
) -> crate::service::Answer {
    let csrf = crate::matrix::csrf_of(&browser.page("/sign").await);
    let key = service.fresh_key();
    let headers = [
        ("cookie", browser.cookie.as_str()),
        ("x-csrf-token", csrf.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("content-type", kind),
        ("idempotency-key", key.as_str()),
    ];
    service.send(Method::POST, path, "", &headers, Some(body.into())).await
}

async fn begun_by(service: &Service, browser: &Browser<'_>, signer: &Signer) -> Begun {
    let key = signer.key().to_string();
    let answer = by(service, browser, "/api/v1/signings", "application/json", key).await.json(201);
    let signing = answer["signing_id"].as_str().unwrap().to_owned();
    Begun { answer, signing }
}

async fn captured_by(
    service: &Service,
    browser: &Browser<'_>,
    begun: &Begun,
    photo: &[u8],
) -> crate::service::Answer {
    by(service, browser, &begun.path("capture"), "image/jpeg", photo).await
}

/// Rule: the clock of the server counts; the device's is kept with its offset.
#[tokio::test]
async fn edge_case_34_a_device_clock_that_is_off_is_kept_with_its_offset_and_orders_nothing() {
    let service = Service::start().await;
    let invited = invited(&service, 2).await;
    let mut at = Vec::new();
    for (signer, off_ms) in invited.signers.iter().zip([3 * 3_600_000i64, -3 * 3_600_000]) {
        let photo = files::photo(&signer.party);
        let begun = signer.captured(&service, &photo).await;
        let wrong = service.clock.now().plus_millis(off_ms);
        let body = completion(&service, signer, &begun, &photo, |values| {
            values.get_mut("signed_at").unwrap().0 = json!(wrong);
        });
        let receipt = signer.complete(&service, &begun, &body).await.json(201);
        let path = format!(
            "/api/v1/records/{}?attributes=clock_offset_ms",
            receipt["record_id"].as_str().unwrap()
        );
        let record = service.get(AUDITOR, &path).await.json(200).to_string();
        assert!(record.contains(&off_ms.to_string()), "{off_ms} in {record}");
        service.clock.advance_ms(1_000);
        at.push(receipt);
    }
    // The first signer's phone is six hours ahead of the second one's, and still first.
    let path = format!("/api/v1/filings/{}", invited.filing);
    let view = service.get(HANDLER, &path).await.json(200);
    let signed = |place: usize| view["parties"][place]["signatures"][0]["at"].as_str().unwrap();
    assert!(signed(0) < signed(1), "{view}");
}

/// Rule: the same act again is the same act: one voucher number.
#[tokio::test]
async fn edge_case_37_a_double_submit_and_a_retry_give_the_same_voucher_and_one_record() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let photo = files::photo("twice");
    let begun = signer.captured(&service, &photo).await;
    let body = signer.completion(&service, &begun, &photo);
    let path = begun.path("complete");
    let size = service.log_size();
    let send = || service.post_as(&signer.token, &path, "one-act", &body);
    let answers = futures_util::future::join_all((0..8).map(|_| send())).await;
    let vouchers: BTreeSet<String> =
        answers.iter().map(|answer| answer.json(201)["voucher"].to_string()).collect();
    assert_eq!(vouchers.len(), 1, "{vouchers:?}");
    assert_eq!(service.log_size(), size + 1);
    // A second tap under another name finds the work done, and says so.
    let again = service.post_as(&signer.token, &path, "another-act", &body).await;
    again.is_problem(409, "ceremony_signed");
    assert_eq!(service.log_size(), size + 1);
    let view = service.get(&signer.token, "/api/v1/ceremony").await.json(200);
    assert_eq!(vouchers.first().unwrap(), &view["signed"]["voucher"].to_string());
}
