//! Pages and figures: what people and operators look at.

use heqi_evidence::deposit::Outcome;
use heqi_registration::Custodian;
use reqwest::Method;
use serde_json::Value;

use crate::custodian::{answer, cosign};
use crate::service::{Answer, Service};
use crate::signer::{COMPANY, NAMES, invited};

fn page(answer: &Answer) -> String {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let page = String::from_utf8(answer.body.clone()).unwrap();
    assert!(!page.contains("<script") && !page.contains(" style="));
    // domain.md 11.6: words that claim what is not so.
    for banned in ["见证", "公证签名", "已公证", "已证明"] {
        assert!(!page.contains(banned), "{banned}");
    }
    page
}

#[tokio::test]
async fn the_coverage_page_draws_each_signing_and_names_each_gap() {
    let service = Service::start().await;
    for signer in &invited(&service, 3).await.signers {
        signer.sign(&service).await;
    }
    answer(&service, Custodian::DataCentre, &Outcome::Admitted).await;
    let still = service.get("", "/coverage?lang=en").await;
    let english = page(&still);
    assert!(english.contains("The last 3 signings: 0 held by every custodian, 3 by some"));
    assert!(english.contains("<html lang=\"en\">") && english.contains("&amp;live=yes\">Update"));
    // Nothing moves under a reader who did not ask for it.
    assert!(!english.contains("http-equiv=\"refresh\""));
    assert_eq!(still.header("refresh"), "");
    let live = service.get("", "/coverage?lang=en&live=yes").await;
    assert_eq!(live.header("refresh"), "5");
    assert!(page(&live).contains("stop</a>"));

    service.clock.advance_ms(61_000);
    let chinese = page(&service.get("", "/coverage").await);
    assert!(chinese.contains("未留存的记录") && chinese.contains("超过一分钟未答复"));
    let coverage = service.get("", "/api/v1/coverage").await.json(200);
    let gap = &coverage["gaps"][0];
    assert_eq!(gap["state"], "outstanding");
    assert!(chinese.contains(gap["record_id"].as_str().unwrap()));
    for name in NAMES.iter().chain([&COMPANY]) {
        assert!(!chinese.contains(name) && !coverage.to_string().contains(name));
    }

    answer(&service, Custodian::Preservation, &Outcome::Admitted).await;
    service.clock.advance_ms(2_000);
    let whole = page(&service.get("", "/coverage?lang=en").await);
    assert!(whole.contains("The last 3 signings: 3 held by every custodian"), "{whole}");
    assert!(whole.contains("<h2>Records that are not held</h2><p>None.</p>"));
    assert!(whole.contains(&format!("<dt>Held</dt><dd>{}</dd>", service.log_size())));
}

#[tokio::test]
async fn the_description_is_a_page_in_both_languages_and_a_document_for_programs() {
    let service = Service::start().await;
    let json = service.get("", "/api/openapi.json").await;
    let document: Value = serde_json::from_slice(&json.body).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let chinese = page(&service.get("", "/api/docs").await);
    assert!(chinese.contains("<h1>接口说明</h1>") && chinese.contains("id=\"complete\""));
    let headers = [("accept-language", "en-GB,en;q=0.9")];
    let english = service.send(Method::GET, "/api/docs", "", &headers, None).await;
    assert!(page(&english).contains("<h1>The programming interface</h1>"));
    assert_eq!(english.header("content-language"), "en");
}

#[tokio::test]
async fn operators_see_records_deposits_heads_and_requests_by_route() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    signer.sign(&service).await;
    answer(&service, Custodian::DataCentre, &Outcome::Admitted).await;
    cosign(&service, &[&service.cast.witness, &service.cast.mirror]).await;
    service.clock.advance_ms(5_000);
    let metrics = service.get("", "/metrics").await;
    let text = String::from_utf8(metrics.body).unwrap();
    let size = service.log_size();
    for line in [
        format!("heqi_records {size}"),
        "heqi_signings 1".to_owned(),
        format!("heqi_log_size{{head=\"mirror\"}} {size}"),
        format!("heqi_deposits{{custodian=\"data_centre\",state=\"admitted\"}} {size}"),
        format!("heqi_deposits{{custodian=\"preservation\",state=\"outstanding\"}} {size}"),
        "heqi_deposit_oldest_outstanding_seconds{custodian=\"preservation\"} 5".to_owned(),
        "heqi_checkpoint_age_seconds 5".to_owned(),
        "heqi_store_readable 1".to_owned(),
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    let route = "route=\"/api/v1/signings/{signing_id}/complete\",status=\"201\"";
    assert!(text.contains(route), "{text}");
    assert!(!text.contains(&signer.party), "an identifier became a label");
}

#[tokio::test]
async fn the_service_says_that_it_is_alive_and_ready() {
    let service = Service::start().await;
    assert_eq!(service.get("", "/healthz").await.json(200)["status"], "alive");
    assert_eq!(service.get("", "/readyz").await.json(200)["status"], "ready");
}
