//! Time stamps on demand.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::Notify;

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
