//! The whole ceremony, by a test device, over HTTP.

use heqi_evidence::challenge::ChallengePreimage;
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence_store::testing::note_signer;
use heqi_testkit::files;
use heqi_tlog::proof::verify_inclusion;
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::tree::leaf_hash;
use heqi_vocabulary::Digest;
use serde_json::{Value, json};

use crate::service::{HANDLER, Service};
use crate::signer::{attach, invited};

/// That the proof in a receipt leads from its record to a head that the log signed.
fn proves(receipt: &Value, flag: &str) {
    let root: Digest = serde_json::from_value(receipt["record_root"].clone()).unwrap();
    let leaf = leaf_hash(&LogLeaf::Record(RecordRoot::new(root)).to_bytes());
    let proof = ProofFile::parse(receipt[flag]["proof"].as_str().unwrap().as_bytes()).unwrap();
    let head = proof.checkpoint().checkpoint();
    verify_inclusion(proof.index(), head.size(), leaf, proof.path(), head.root()).unwrap();
    proof.checkpoint().note().verify([note_signer(7).verifier_key()]).unwrap();
    assert_eq!(receipt[flag]["checkpoint"], proof.checkpoint().note().to_string());
}

#[tokio::test]
async fn two_signers_sign_confirm_and_hold_receipts_that_prove_themselves() {
    let service = Service::start().await;
    let invited = invited(&service, 2).await;
    for signer in &invited.signers {
        let receipt = signer.sign(&service).await;
        proves(&receipt, "logged");
        assert_eq!(receipt["deposited"], json!({ "held": 0, "of": 2, "receipts": [] }));
        assert!(receipt["voucher"].as_str().unwrap().starts_with("PZ"));
        let path = format!("/api/v1/receipts/{}", receipt["record_id"].as_str().unwrap());
        let later = service.get(&signer.token, &path).await.json(200);
        assert_eq!(later["record_root"], receipt["record_root"]);
        proves(&later, "logged");
    }
    let filing = format!("/api/v1/filings/{}", invited.filing);
    let view = service.get(HANDLER, &filing).await.json(200);
    assert_eq!(
        (&view["state"]["status"], &view["missing_signatures"]),
        (&json!("signed"), &json!(0))
    );

    for signer in &invited.signers {
        let shown = service.get(&signer.token, "/api/v1/ceremony").await.json(200);
        assert_eq!(shown["state"]["status"], "signed");
        let path = format!("{filing}/parties/{}/confirmation", signer.party);
        let body = json!({ "shown_sha256": shown["shown_sha256"] });
        service.post(&signer.token, &path, &body).await.json(201);
    }
    let view = service.get(HANDLER, &filing).await.json(200);
    assert_eq!(view["state"]["status"], "confirmed");
}

#[tokio::test]
async fn the_challenge_binds_what_was_shown_and_comes_with_its_preimage() {
    use base64::Engine as _;
    let service = Service::start().await;
    let invited = invited(&service, 1).await;
    let signer = &invited.signers[0];
    signer.consent(&service).await;
    let begun = signer.begin(&service).await;
    let preimage = begun.answer["preimage"].as_str().unwrap();
    let preimage = base64::engine::general_purpose::STANDARD.decode(preimage).unwrap();
    let (parsed, challenge) = ChallengePreimage::parse(&preimage).unwrap();
    assert_eq!(begun.answer["challenge"], challenge.to_string());
    assert_eq!(parsed.filing.to_string(), invited.filing);
    let document = &begun.answer["documents"][0];
    let bytes =
        service.get(&signer.token, &format!("/api/v1/documents/{}", invited.document)).await;
    assert_eq!(document["sha256"], Digest::of(&bytes.body).to_string());
}

#[tokio::test]
async fn a_completion_sent_again_is_the_same_signing() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let photo = files::photo("p");
    let begun = signer.captured(&service, &photo).await;
    let body = signer.completion(&service, &begun, &photo);
    let path = begun.path("complete");
    let first = service.post_as(&signer.token, &path, "done", &body).await.json(201);
    let size = service.log_size();
    let again = service.post_as(&signer.token, &path, "done", &body).await.json(201);
    assert_eq!(again["record_id"], first["record_id"]);
    assert_eq!(again["voucher"], first["voucher"]);
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn a_signer_may_decline_before_and_after_beginning_and_that_is_final() {
    let service = Service::start().await;
    let invited = invited(&service, 2).await;
    let [early, late] = &invited.signers[..] else { panic!("two signers") };
    let body = json!({ "reason": "不同意第三条" });
    service.post(&early.token, "/api/v1/ceremony/decline", &body).await.json(201);
    late.consent(&service).await;
    let begun = late.begin(&service).await;
    service.post(&late.token, &begun.path("decline"), &json!({})).await.json(201);
    let photo = files::photo("late");
    let answer = late.capture(&service, &begun, &photo).await;
    answer.is_problem(409, "ceremony_declined");
    let view = service.get(&early.token, "/api/v1/ceremony").await.json(200);
    assert_eq!(view["state"]["status"], "declined");
}

#[tokio::test]
async fn an_objection_freezes_the_filing() {
    let service = Service::start().await;
    let invited = invited(&service, 1).await;
    let signer = &invited.signers[0];
    let receipt = signer.sign(&service).await;
    let path = format!("/api/v1/filings/{}/parties/{}/objection", invited.filing, signer.party);
    let body = json!({
        "against": receipt["record_id"], "ground": "not_signed_by_me", "reason": "非本人签署",
    });
    service.post(&signer.token, &path, &body).await.json(201);
    let view = service.get(HANDLER, &format!("/api/v1/filings/{}", invited.filing)).await;
    assert_eq!(view.json(200)["state"]["status"], "frozen");
    let refused = attach(&service, &invited.filing, "Late", 1).await;
    refused.is_problem(409, "filing_not_in_drafting");
}
