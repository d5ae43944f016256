//! What one side can do by itself and nobody prevents, and what is said about it: the report
//! never claims more than its words rest on.

use heqi_evidence::verdict::{ClaimName, Conclusion, Status};
use heqi_registration::Custodian;
use heqi_service_kit::SystemClock;
use heqi_verify::Examination;
use serde_json::json;

use super::forger::{anchors, platform_log, real_entries};
use crate::acceptance::device::{self, Client};
use crate::acceptance::house::{House, STAFF, Second};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_platform_alone_can_invent_a_signing_and_no_identity_is_claimed_for_it() {
    let house = House::start(Second::Real).await;
    // Nobody of this name was ever asked: the platform has the link and makes the key itself.
    let token = house.invite(1).await.remove(0);
    house.until_cosigned().await;
    let receipt = device::sign(&house.client, &token, &SystemClock).await;
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    let record = receipt["record_id"].as_str().unwrap();
    let path = format!("/api/v1/records/{record}/bundle");
    let bundle = house.client.get(STAFF, &path).await.ok();
    let anchors = anchors(&house).await;
    house.stop().await;

    let examined = Examination::of(&bundle, Some(&anchors), None).unwrap();
    let verdict = examined.verdict();
    let required = ClaimName::required_by_default().into_iter().collect();
    assert_eq!(verdict.conclude(&required), Conclusion::Proved, "{verdict:?}");
    let identity = verdict.claim(ClaimName::Identity).unwrap();
    assert_eq!(identity.status, Status::NotProved);
    let certificate = verdict.claim(ClaimName::Certificate).unwrap();
    assert_eq!(certificate.status, Status::NotProved, "a notary never saw it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_platform_withholds_before_its_leaf_has_no_receipt_and_no_entry() {
    let house = House::start(Second::Real).await;
    let token = house.invite(1).await.remove(0);
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    device::consent(&house.client, &token).await;
    house.until_cosigned().await;
    let before = real_entries(&platform_log(&house)).await;
    // The signer is given a challenge, and then the platform keeps silent.
    let device = heqi_testkit::Device::new(heqi_pki::keys::Algorithm::Ed25519, 7, &token);
    let key = base64_of(&device.key().public_key().to_spki_der());
    let begun = house.client.post(&token, "/api/v1/signings", &json!({ "device_key": key })).await;
    assert!(begun["challenge"].is_string(), "{begun}");
    assert!(begun.get("record_id").is_none(), "nothing of it looks like a receipt: {begun}");
    house.until_cosigned().await;
    assert_eq!(real_entries(&platform_log(&house)).await, before);
    house.stop().await;
}

/// What is enforced today, and what is open: whoever has a handler's key has the links it can
/// make, and a link is all that a signer shows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stolen_handler_key_signs_nothing_itself_and_what_its_links_sign_claims_no_identity() {
    let house = House::start(Second::Real).await;
    let begin = json!({ "device_key": "" }).to_string().into_bytes();
    let json = "application/json";
    let refused = house.client.raw(STAFF, "/api/v1/signings", json, begin.clone()).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert_eq!(house.client.get(STAFF, "/api/v1/ceremony").await.status, 403);
    // The thief invites two strangers and opens both links on one device.
    let tokens = house.invite(2).await;
    house.until_cosigned().await;
    let signed = house.all_sign(&tokens).await;
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    let anchors = anchors(&house).await;
    for receipt in &signed {
        let record = receipt["record_id"].as_str().unwrap();
        let path = format!("/api/v1/records/{record}/bundle");
        let bundle = house.client.get(STAFF, &path).await.ok();
        let examined = Examination::of(&bundle, Some(&anchors), None).unwrap();
        let identity = examined.verdict().claim(ClaimName::Identity).unwrap();
        assert_eq!(identity.status, Status::NotProved, "open until identities are verified");
    }
    // One link opens one ceremony: the first signer's reaches nothing of the second.
    let second = signed[1]["record_id"].as_str().unwrap();
    let path = format!("/api/v1/receipts/{second}");
    let other = house.client.get(&tokens[0], &path).await;
    assert!([401, 403, 404, 410].contains(&other.status), "{}", other.status);
    // A key the thief does not have: nothing at the notary opens with it.
    let centre = Client::of(&house.centre_url);
    for path in ["/deposits", "/erasures"] {
        let answer = centre.raw(STAFF, path, "application/octet-stream", vec![0]).await;
        assert!([401, 403].contains(&answer.status), "{path} {}", answer.status);
    }
    house.stop().await;
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
