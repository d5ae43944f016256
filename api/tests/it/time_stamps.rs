//! Time stamps on demand, and the renewals of those that are there.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use heqi_evidence::container;
use heqi_evidence_store::stamping::{ConfiguredAuthority, Stamper, TimeAuthority, Unanswered};
use heqi_pki::timestamp::{TimeRoot, TimeStampRequest, TimeStampResponse, TokenIssuer};
use heqi_testkit::time::token_issuer;
use heqi_testkit::{FixedClock, SeededEntropy};
use heqi_vocabulary::Clock as _;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::alarms::until_alarm;
use crate::service::{AUDITOR, HANDLER, Service};
use crate::signer::invited;

#[tokio::test]
async fn a_stamp_that_nobody_gives_in_time_is_202_names_who_is_missing_and_no_clock_takes_its_place()
 {
    let demand = Arc::new(Notify::new());
    let service = Service::start_stamped(&["one", "two"], Arc::clone(&demand)).await;
    let signer = invited(&service, 1).await.signers.remove(0);
    signer.sign(&service).await;
    for (key, path) in [
        (AUDITOR, "/api/v1/time-stamps?timeout_ms=0"),
        (HANDLER, "/api/v1/time-stamps?timeout_ms=50"),
    ] {
        let woken = demand.notified();
        let answer = service.post(key, path, &json!({})).await.json(202);
        woken.await;
        assert_eq!(answer["every_authority_answered"], false);
        assert_eq!(answer["timestamped_size"], 0);
        let authorities = answer["time_authorities"].as_array().unwrap();
        let names: Vec<_> =
            authorities.iter().map(|one| one["authority"].as_str().unwrap()).collect();
        assert_eq!(names, ["one", "two"]);
        assert!(authorities.iter().all(|one| one["newest_at"].is_null()), "{answer}");
    }
    let answer = service.post(AUDITOR, "/api/v1/time-stamps?timeout_ms=x", &json!({})).await;
    answer.is_problem(400, "malformed_query");
    // Not one stamp stands on the receipt either.
    let coverage = service.get("", "/api/v1/coverage").await.json(200);
    assert_eq!(coverage["timestamped_size"], 0);
}

/// An authority that answers at once.
struct Local {
    issuer: TokenIssuer,
    clock: Arc<FixedClock>,
}

impl TimeAuthority for Local {
    fn answer(&self, request: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, Unanswered>> {
        Box::pin(async move {
            let request = TimeStampRequest::from_der(&request).unwrap();
            let token = self.issuer.token(&request, 1, self.clock.now());
            Ok(TimeStampResponse::granted(&token.map_err(|error| Unanswered(error.to_string()))?))
        })
    }
}

/// The authority `one` is back, and stamps the head as it stands.
async fn stamp(service: &Service) {
    let authority = &service.cast.time_authorities[0];
    let port = Local { issuer: token_issuer(authority), clock: service.clock.clone() };
    let authority = ConfiguredAuthority {
        label: "one".to_owned(),
        port: Arc::new(port),
        roots: vec![TimeRoot::from_der(authority.root().der(), true).unwrap()],
        policy: None,
    };
    let head = service.backend().log().head();
    service.backend().log().publish(head.checkpoint().clone()).await.unwrap();
    let (clock, entropy) = (&*service.clock, SeededEntropy::new(7));
    let stamper = Stamper::new(vec![authority], 60_000);
    let round = stamper.round(service.backend(), clock, &entropy, false).await.unwrap();
    assert!(round.missing.is_empty(), "{round:?}");
}

/// Rule: signing goes on without a token, the alarm is raised, no clock takes its place; and
/// it ends by itself.
#[tokio::test]
async fn edge_case_35_a_time_authority_that_is_down_raises_an_alarm_and_nobody_waits() {
    let service = Service::start_stamped(&["one"], Arc::default()).await;
    let signer = invited(&service, 1).await.signers.remove(0);
    signer.sign(&service).await;
    let alarm = until_alarm(&service, "time_authorities_silent", true).await;
    assert_eq!((&alarm["value"], &alarm["limit"]), (&json!(1), &json!(0)));
    let coverage = service.get("", "/api/v1/coverage").await.json(200);
    assert_eq!(coverage["timestamped_size"], 0);
    stamp(&service).await;
    until_alarm(&service, "time_authorities_silent", false).await;
}

#[tokio::test]
async fn the_way_of_a_stamped_record_is_a_download_for_whoever_may_have_its_bundle() {
    let service = Service::start_stamped(&["one"], Arc::default()).await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let receipt = signer.sign(&service).await;
    let path = format!("/api/v1/records/{}/renewals", receipt["record_id"].as_str().unwrap());
    service.get(AUDITOR, &path).await.is_problem(404, "renewals_not_there");

    stamp(&service).await;

    for token in [AUDITOR, signer.token.as_str()] {
        let file = service.get(token, &path).await;
        assert_eq!((file.status, file.header("content-type")), (200, "application/zip"));
        let name = file.header("content-disposition");
        assert!(name.ends_with(".renewals.zip\"") && name.is_ascii(), "{name}");
        let entries = container::read(&file.body).unwrap();
        assert_eq!(entries[0].name, "renewals.json");
        let first: Value = serde_json::from_slice(entries[0].bytes).unwrap();
        assert_eq!(first["subject"]["record"], receipt["record_root"], "{first}");
        assert_eq!(first["links"][0]["tokens"], json!(["one"]));
    }
    service.get(HANDLER, &path).await.is_problem(403, "forbidden");
}
