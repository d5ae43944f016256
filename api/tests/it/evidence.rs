//! Evidence opened in part and exported whole.

use heqi_api::ApiSettings;
use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::canonical;
use heqi_evidence::disclosure::Disclosure;
use serde_json::json;

use crate::custodian::cosign;
use crate::service::{AUDITOR, HANDLER, Service};
use crate::signer::{NAMES, invited};

#[tokio::test]
async fn only_the_attributes_asked_for_are_opened_and_the_look_is_recorded() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let receipt = signer.sign(&service).await;
    let record = receipt["record_id"].as_str().unwrap();
    let path = format!("/api/v1/records/{record}");
    let size = service.log_size();

    let frame = service.get(AUDITOR, &path).await.json(200);
    let opened = service.get(AUDITOR, &format!("{path}?attributes=voucher")).await.json(200);
    assert_eq!(service.log_size(), size + 2, "each look is a record");
    assert_ne!(frame["access_record_id"], opened["access_record_id"]);
    for (answer, names_voucher) in [(&frame, false), (&opened, true)] {
        let bytes = canonical::to_bytes(&answer["record"]).unwrap();
        let disclosure = Disclosure::parse(&bytes).unwrap();
        assert_eq!(answer["record_root"], disclosure.root().to_string());
        assert_eq!(answer["record_root"], receipt["record_root"]);
        assert_eq!(disclosure.text("voucher").is_some(), names_voucher);
        assert!(!answer.to_string().contains(NAMES[0]), "a name was opened unasked");
    }
    let own = service.get(&signer.token, &format!("{path}?attributes=party_name")).await;
    assert!(own.json(200).to_string().contains(NAMES[0]));
    let unknown = service.get(AUDITOR, &format!("{path}?attributes=shoe_size")).await;
    unknown.is_problem(422, "attribute_unknown");
    service.get(HANDLER, &path).await.is_problem(403, "forbidden");
}

#[tokio::test]
async fn a_bundle_is_downloaded_under_a_name_and_can_be_read() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let receipt = signer.sign(&service).await;
    cosign(&service, &[&service.cast.witness, &service.cast.mirror]).await;
    let record = receipt["record_id"].as_str().unwrap();
    let path = format!("/api/v1/records/{record}/bundle");
    let whole = service.get(AUDITOR, &path).await;
    assert_eq!(whole.status, 200);
    assert_eq!(whole.header("content-type"), "application/vnd.etsi.asic-e+zip");
    let disposition = whole.header("content-disposition");
    assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
    assert!(disposition.ends_with(".heqi.zip\"") && disposition.is_ascii(), "{disposition}");
    assert!(whole.header("heqi-access-record").starts_with("rec_"));
    assert_eq!(whole.header("cache-control"), "no-store");
    let bundle = EvidenceBundle::read(&whole.body).unwrap();
    assert!(bundle.damaged.is_empty());
    assert_eq!(bundle.parts.attachments.len(), 2, "the photo and the document");

    let part = service.get(AUDITOR, &format!("{path}?attributes=voucher")).await;
    let bundle = EvidenceBundle::read(&part.body).unwrap();
    assert_eq!(json!(bundle.parts.attachments.len()), json!(0));
}

#[tokio::test]
async fn what_finds_no_memory_to_be_sent_from_is_put_off_and_no_look() {
    let mut settings = ApiSettings::default();
    settings.load.download_memory_bytes = 0;
    let service = Service::start_with(settings, None).await;
    let invited = invited(&service, 1).await;
    let receipt = invited.signers[0].sign(&service).await;
    let record = receipt["record_id"].as_str().unwrap();
    let size = service.log_size();
    for path in [
        format!("/api/v1/records/{record}/bundle"),
        format!("/api/v1/records/{record}/renewals"),
        format!("/api/v1/documents/{}", invited.document),
    ] {
        let token = if path.contains("/documents/") { HANDLER } else { AUDITOR };
        let refused = service.get(token, &path).await;
        refused.is_problem(503, "overloaded");
        assert!(!refused.header("retry-after").is_empty(), "{path}");
    }
    assert_eq!(service.log_size(), size, "nothing was sent and nothing recorded");
    // What needs no such memory is answered.
    service.get(AUDITOR, &format!("/api/v1/records/{record}")).await.json(200);
}

#[tokio::test]
async fn renewals_of_a_record_are_for_whoever_may_take_its_bundle_and_are_no_look() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let receipt = signer.sign(&service).await;
    let path = format!("/api/v1/records/{}/renewals", receipt["record_id"].as_str().unwrap());
    let size = service.log_size();
    // Nobody stamps here, so there is no way yet, and that is said to those who may ask.
    for token in [AUDITOR, signer.token.as_str()] {
        service.get(token, &path).await.is_problem(404, "renewals_not_there");
    }
    service.get(HANDLER, &path).await.is_problem(403, "forbidden");
    let nothing = format!("/api/v1/records/rec_{}/renewals", "0".repeat(26));
    service.get(AUDITOR, &nothing).await.is_problem(404, "record_not_found");
    assert_eq!(service.log_size(), size, "nothing was opened, so nothing was recorded");
}
