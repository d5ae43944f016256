//! Both organisations are up: each witnesses the other, the mirror is the log byte for
//! byte, and a bundle proves itself without either.

use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::verdict::{ClaimName, Conclusion};
use heqi_registration::Custodian;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::tile::tiles_of;
use heqi_verify::Examination;

use super::device::Client;
use super::house::{House, LOG, STAFF, Second, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_side_witnesses_the_other_and_the_mirror_is_the_log_byte_for_byte() {
    let house = House::start(Second::Real).await;
    let tokens = house.invite(3).await;
    house.until_cosigned().await;
    house.all_sign(&tokens).await;
    house.until_answered(&Custodian::ALL).await;

    let head = house.until_cosigned().await;
    let centre = Client::of(&house.centre_url);
    let mirrored = format!("/mirror/{}", head.checkpoint().origin().monitoring_path());
    let copy =
        SignedCheckpoint::parse(&centre.get("", &format!("{mirrored}/checkpoint")).await.ok());
    assert_eq!(copy.unwrap().checkpoint(), head.checkpoint());
    let mut compared = 0;
    for tile in tiles_of(head.checkpoint().size()) {
        let ours = house.client.get("", &format!("{LOG}/{tile}")).await.ok();
        let theirs = centre.get("", &format!("{mirrored}/{tile}")).await.ok();
        assert!(!ours.is_empty() && ours == theirs, "{tile}");
        compared += 1;
    }
    assert!(compared >= 2, "entries and hashes");

    let keys = house.keys_of_centre_log();
    let size = house.own_log_size(Custodian::DataCentre);
    until("the platform to witness the notary's log", async || {
        let answer = centre.get("", "/log/notary/checkpoint").await;
        let head = SignedCheckpoint::parse(&answer.body).ok()?;
        let lines = head.note().verify(&keys).ok()?.len();
        (lines == 2 && head.checkpoint().size() >= size).then_some(())
    })
    .await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_fetched_over_http_proves_itself_with_the_published_anchors() {
    let house = House::start(Second::Real).await;
    let tokens = house.invite(2).await;
    house.until_cosigned().await;
    let signed = house.all_sign(&tokens).await;
    let coverage = house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    let anchors = Client::of(&house.centre_url).get("", "/anchors.json").await.ok();
    let record = signed[0]["record_id"].as_str().unwrap();
    let bundle = house.client.get(STAFF, &format!("/api/v1/records/{record}/bundle")).await;
    assert_eq!(bundle.headers["content-type"], heqi_evidence::bundle::MEDIA_TYPE);
    let bundle = bundle.ok();
    house.stop().await;

    // Nobody is up any more.
    let parts = EvidenceBundle::read(&bundle).unwrap().parts;
    assert_eq!(serde_json::json!(parts.chain.len()), coverage["records"]);
    assert_eq!(parts.deposits.len(), 2);
    let conclusion = |file: &[u8]| {
        let examination = Examination::of(file, Some(&anchors), None).unwrap();
        let verdict = examination.verdict();
        let required = [
            ClaimName::required_by_default(),
            [ClaimName::Complete, ClaimName::Mirrored].into_iter().collect(),
        ];
        verdict.conclude(&required.into_iter().flatten().collect())
    };
    assert_eq!(conclusion(&bundle), Conclusion::Proved);
    let mut forged = bundle.clone();
    let photo = parts.attachments.iter().find(|(name, _)| name.contains(".jpg")).unwrap().1;
    let at = bundle.windows(photo.len()).position(|window| window == photo.as_slice()).unwrap();
    forged[at + photo.len() / 2] ^= 1;
    assert_eq!(conclusion(&forged), Conclusion::Contradicted);
}
