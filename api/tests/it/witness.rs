//! The platform as witness of the notary's log, as C2SP says.

use heqi_api::ApiSettings;
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence_store::witness::Witness;
use heqi_testkit::{Cast, MemoryLog};
use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_tlog::witness::{AddCheckpoint, add_cosignatures};
use heqi_vocabulary::Digest;
use reqwest::Method;

use crate::service::{Answer, NOON, Service};

/// The notary's log with `size` entries that begin with `mark`.
fn notary_log(size: u64, mark: &str) -> MemoryLog {
    let (_, mut log) = Cast::logs(1);
    for number in 0..size {
        log.append(LogLeaf::Statement(Digest::of(format!("{mark} {number}").as_bytes())));
    }
    log
}

async fn start() -> Service {
    let cast = Cast::new(1, NOON.parse().unwrap());
    let witness = Witness::new(cast.insider, vec![notary_log(0, "").key().clone()]);
    Service::start_with(ApiSettings::default(), Some(witness)).await
}

async fn add(service: &Service, request: &AddCheckpoint) -> Answer {
    let body = Some(request.to_string().into_bytes());
    service.send(Method::POST, "/witness/add-checkpoint", "", &[], body).await
}

fn request(log: &MemoryLog, old: u64) -> AddCheckpoint {
    let proof = if old == 0 { Vec::new() } else { log.consistency(old, log.size()) };
    AddCheckpoint::new(old, proof, log.head_at(log.size())).unwrap()
}

#[tokio::test]
async fn a_growing_log_is_cosigned_and_every_refusal_has_the_status_of_the_spec() {
    let service = start().await;
    let mut log = notary_log(3, "a");
    let path =
        format!("/witness/{}/checkpoint", Origin::new(log.origin()).unwrap().monitoring_path());
    service.get("", &path).await.is_problem(404, "nothing_cosigned");

    let first = add(&service, &request(&log, 0)).await;
    assert_eq!((first.status, first.header("content-type")), (200, "text/plain; charset=utf-8"));
    let key = service.cast.insider.verifier_key().clone();
    let head = log.head_at(3);
    let cosigned = add_cosignatures(&head, &first.body, std::slice::from_ref(&key)).unwrap();
    assert_eq!(cosigned.note().verify([&key]).unwrap().len(), 1);
    let latest = SignedCheckpoint::parse(&service.get("", &path).await.body).unwrap();
    assert_eq!(latest.checkpoint(), head.checkpoint());

    log.append(LogLeaf::Statement(Digest::of(b"one more")));
    let behind = add(&service, &request(&log, 0)).await;
    assert_eq!((behind.status, behind.header("content-type")), (409, "text/x.tlog.size"));
    assert_eq!(behind.body, b"3\n");
    assert_eq!(add(&service, &request(&log, 3)).await.status, 200);

    let forked = notary_log(4, "b");
    add(&service, &request(&forked, 4)).await.is_problem(422, "checkpoint_inconsistent");
    let beyond = AddCheckpoint::new(9, Vec::new(), log.head_at(4)).unwrap();
    add(&service, &beyond).await.is_problem(400, "old_size_beyond_checkpoint");
    let (stranger, _) = Cast::logs(1);
    let unknown = AddCheckpoint::new(0, Vec::new(), stranger.head_at(0)).unwrap();
    add(&service, &unknown).await.is_problem(404, "log_unknown");
    let body = Some(b"old 1\n".to_vec());
    let malformed = service.send(Method::POST, "/witness/add-checkpoint", "", &[], body).await;
    malformed.is_problem(400, "add_checkpoint_malformed");
}

#[tokio::test]
async fn a_head_that_its_log_did_not_sign_is_forbidden() {
    let service = start().await;
    let (_, other) = Cast::logs(2);
    let request = AddCheckpoint::new(0, Vec::new(), other.head_at(0)).unwrap();
    add(&service, &request).await.is_problem(403, "checkpoint_not_signed");
}

#[tokio::test]
async fn a_platform_without_witness_has_no_such_address() {
    let service = Service::start().await;
    add(&service, &request(&notary_log(1, "a"), 0)).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn what_convicts_the_notarys_log_is_there_for_everybody() {
    let service = start().await;
    let log = notary_log(5, "a");
    let origin = Origin::new(log.origin()).unwrap();
    let path = format!("/witness/{}/fork-proof", origin.monitoring_path());
    assert_eq!(add(&service, &request(&log, 0)).await.status, 200);
    service.get("", &path).await.is_problem(404, "no_fork_known");
    // Another history of the same size, and one that proves its own growth.
    let other = AddCheckpoint::new(5, Vec::new(), notary_log(5, "b").head_at(5)).unwrap();
    add(&service, &other).await.is_problem(422, "checkpoint_inconsistent");
    add(&service, &request(&notary_log(8, "b"), 5))
        .await
        .is_problem(422, "checkpoint_inconsistent");
    let answer = service.get("", &path).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/plain; charset=utf-8"));
    let proof = heqi_tlog::fork::ForkProof::parse(&answer.body).unwrap();
    assert!(proof.verify(&[log.key().clone()], &[]).is_ok());
}

#[tokio::test]
async fn a_platform_that_asks_no_time_authority_says_so_when_a_stamp_is_demanded() {
    let service = start().await;
    let body = serde_json::json!({});
    let demand = async |key| service.post(key, "/api/v1/time-stamps", &body).await;
    for key in [crate::service::HANDLER, crate::service::AUDITOR] {
        demand(key).await.is_problem(404, "no_time_authority");
    }
    assert_eq!(demand(crate::service::OPERATOR).await.status, 403);
}
