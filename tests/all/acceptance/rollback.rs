//! A store that was set back is noticed by the other side before it writes anything; a peer that is away makes
//! read-only, and its return ends that by itself.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::verdict::{ClaimName, Conclusion};
use heqi_evidence_store::gate::ReadOnly;
use heqi_registration::Custodian;
use heqi_registration::recovery::orphans;
use heqi_verify::Examination;
use heqi_vocabulary::Digest;
use serde_json::{Value, json};

use super::device::Client;
use super::house::{House, LOG, STAFF, Second, held, until};

const JSON: &str = "application/json";

fn filing() -> Vec<u8> {
    json!({ "matter": "establishment", "company_name": "示例公司" }).to_string().into_bytes()
}

/// A folder with everything in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Puts an older copy in a store's place.
fn set_back(store: &Path, older: &Path) {
    std::fs::remove_dir_all(store).unwrap();
    copy(older, store);
}

async fn sign(house: &House, people: usize) -> Vec<serde_json::Value> {
    let tokens = house.invite(people).await;
    house.until_cosigned().await;
    let signed = house.all_sign(&tokens).await;
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    signed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_set_back_is_told_what_is_missing_and_writes_nothing() {
    let aside = tempfile::tempdir().unwrap();
    let house = House::start(Second::Real).await;
    sign(&house, 1).await;
    let stopped = house.stop_platform().await;
    copy(&stopped.store(), aside.path());
    assert_eq!(stopped.asks().await, Ok(()), "nothing is missing yet");
    let house = stopped.start().await;
    house.gate.opened().await;
    let signed = sign(&house, 1).await;
    let size = house.records().await.len();

    let stopped = house.stop_platform().await;
    set_back(&stopped.store(), aside.path());
    let refused = stopped.asks().await.unwrap_err();
    let said = refused.to_string();
    for part in ["are missing", &format!("it signed {size} entries"), "deposit", "heqi recover"] {
        assert!(said.contains(part), "{part:?} in {said}");
    }

    // Started all the same it answers reads and nothing else, for good.
    let house = stopped.start().await;
    until("the proof to be heard", async || {
        (house.gate.why() == Some(ReadOnly::Behind)).then_some(())
    })
    .await;
    let refused = house.client.raw(STAFF, "/api/v1/filings", JSON, filing()).await;
    assert_eq!(refused.status, 503);
    assert!(refused.text().contains("read_only_set_back"), "{}", refused.text());
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(house.client.get("", "/readyz").await.status, 503);
    assert_eq!(house.client.get("", &format!("{LOG}/checkpoint")).await.status, 200);
    let record = signed[0]["record_id"].as_str().unwrap();
    let unknown = house.client.get(STAFF, &format!("/api/v1/receipts/{record}")).await;
    assert_eq!(unknown.status, 404, "it was lost");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_centre_set_back_does_not_start() {
    let aside = tempfile::tempdir().unwrap();
    let mut house = House::start(Second::Real).await;
    sign(&house, 1).await;
    house.stop_centre().await;
    copy(&house.folder(2).join("store"), aside.path());
    house.start_centre().await;
    sign(&house, 1).await;
    house.stop_centre().await;
    let newer = tempfile::tempdir().unwrap();
    copy(&house.folder(2).join("store"), newer.path());

    set_back(&house.folder(2).join("store"), aside.path());
    let said = house.centre_refuses().await.to_string();
    assert!(
        said.contains("behind") || said.contains("set back") || said.contains("missing"),
        "{said}"
    );

    // With what was missing it starts as if nothing had been.
    set_back(&house.folder(2).join("store"), newer.path());
    house.start_centre().await;
    sign(&house, 1).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_centre_without_a_certificate_number_it_gave_does_not_start() {
    let (aside, newer) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut house = House::start(Second::Real).await;
    sign(&house, 1).await;
    house.stop_centre().await;
    copy(&house.folder(2).join("store"), aside.path());
    // The log is the same: nothing but the number tells the two stores apart.
    house.note_certificate(&"（2026）浙杭临证经字第000012号".parse().unwrap()).await;
    house.start_centre().await;
    house.stop_centre().await;
    copy(&house.folder(2).join("store"), newer.path());

    set_back(&house.folder(2).join("store"), aside.path());
    let said = house.centre_refuses().await.to_string();
    for part in ["certificate number （2026）浙杭临证经字第000012号", "heqi recover notary"]
    {
        assert!(said.contains(part), "{part:?} in {said}");
    }

    // Told again by a store that has it, it goes on.
    set_back(&house.folder(2).join("store"), newer.path());
    house.start_centre().await;
    sign(&house, 1).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_without_its_notary_is_read_only_until_it_is_heard() {
    let house = House::start(Second::Real).await;
    let signed = sign(&house, 1).await;
    let mut stopped = house.stop_platform().await;
    stopped.stop_centre().await;
    let mut house = stopped.start().await;
    assert_eq!(house.gate.why(), Some(ReadOnly::PeerNotHeard));
    let refused = house.client.raw(STAFF, "/api/v1/filings", JSON, filing()).await;
    assert_eq!(refused.status, 503);
    assert!(refused.text().contains("\"read_only\""), "{}", refused.text());
    // Reads, proofs and the log go on.
    let record = signed[0]["record_id"].as_str().unwrap();
    assert_eq!(house.receipt(record).await["record_id"], record);
    assert_eq!(house.client.get("", &format!("{LOG}/checkpoint")).await.status, 200);

    // The notary comes back: both were read-only, and each answered the other all the same.
    house.start_centre().await;
    house.gate.opened().await;
    assert_eq!(house.centre_gate().why(), None);
    let anchors = Client::of(&house.centre_url).get("", "/anchors.json").await;
    assert_eq!(anchors.status, 200);
    sign(&house, 1).await;
    house.stop().await;
}

/// The chain that the custodians' receipts of a record are about.
fn chain_of(receipt: &Value) -> Digest {
    let payload = &receipt["deposited"]["receipts"][0]["envelope"]["payload"];
    let said = STANDARD.decode(payload.as_str().unwrap()).unwrap();
    let said: Value = serde_json::from_slice(&said).unwrap();
    said["chain"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notary_without_its_platform_is_read_only_until_it_is_heard() {
    let mut house = House::start(Second::Real).await;
    let tokens = house.invite(2).await;
    house.until_cosigned().await;
    let (first, second) = tokens.split_at(1);
    let signed = house.all_sign(first).await;
    house.until_answered(&Custodian::ALL).await;
    let chain = chain_of(&house.receipt(signed[0]["record_id"].as_str().unwrap()).await);

    // Something waits for the notary when both are away.
    house.stop_centre().await;
    house.all_sign(second).await;
    let mut stopped = house.stop_platform().await;
    stopped.start_centre().await;
    assert_eq!(stopped.centre_gate().why(), Some(ReadOnly::PeerNotHeard));
    let size = stopped.centre_log_size();

    let refused = stopped.centre_is_asked_to_hold(chain).await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.text().contains("\"read_only\""), "{}", refused.text());
    assert!(refused.headers.contains_key("retry-after"));
    let client = stopped.centre_client();
    assert_eq!(client.get("", "/readyz").await.status, 503);
    // Reads go on, and say what they said.
    for path in ["/healthz", "/anchors.json", "/coverage"] {
        assert_eq!(client.get("", path).await.status, 200, "{path}");
    }
    assert!(stopped.centre().chain_head(chain).await.unwrap().is_some());
    assert_eq!(stopped.centre_log_size(), size, "nothing was written");
    assert_eq!(stopped.centre_gate().why(), Some(ReadOnly::PeerNotHeard));

    // The platform comes back: the notary opens by itself and takes what waited.
    let house = stopped.start().await;
    house.gate.opened().await;
    house.centre_gate().opened().await;
    let coverage = house.until_answered(&Custodian::ALL).await;
    assert_eq!(held(&coverage, Custodian::DataCentre)["admitted"], coverage["records"]);
    sign(&house, 1).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_lost_its_machine_comes_back_from_the_notary() {
    let house = House::start(Second::Real).await;
    let signed = sign(&house, 2).await;
    let anchors = Client::of(&house.centre_url).get("", "/anchors.json").await.ok();
    let record = signed[0]["record_id"].as_str().unwrap();
    let path = format!("/api/v1/records/{record}/bundle");
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    let before = house.client.get(STAFF, &path).await.ok();
    // Exporting is a record of its own.
    house.until_answered(&Custodian::ALL).await;
    let head = house.until_cosigned().await;
    let records = house.records().await;

    let stopped = house.stop_platform().await;
    std::fs::remove_dir_all(stopped.store()).unwrap();
    let refused = stopped.asks().await.unwrap_err();
    assert!(refused.to_string().contains("heqi recover from-notary"), "{refused}");
    let taken = stopped.takes_back().await;
    assert_eq!(taken.entries, head.checkpoint().size());
    assert_eq!((taken.records, taken.orphans.len()), (taken.entries, 0));
    assert_eq!(stopped.asks().await, Ok(()), "the notary holds nothing more");

    let house = stopped.start().await;
    house.gate.opened().await;
    assert_eq!(house.records().await, records, "every record at its leaf");
    for receipt in &signed {
        let record = receipt["record_id"].as_str().unwrap();
        let again = house.receipt(record).await;
        assert_eq!(again["record_root"], receipt["record_root"]);
        assert_eq!(again["logged"]["index"], receipt["logged"]["index"]);
    }
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    let after = house.client.get(STAFF, &path).await.ok();
    // New signings go on, in the same log.
    sign(&house, 1).await;
    assert!(house.records().await.len() > records.len());
    house.stop().await;
    for (when, bundle) in [("before", before), ("after", after)] {
        let examined = Examination::of(&bundle, Some(&anchors), None).unwrap();
        let required = ClaimName::required_by_default().into_iter().collect();
        let verdict = examined.verdict();
        assert_eq!(verdict.conclude(&required), Conclusion::Proved, "{when}: {verdict:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_set_back_catches_up_from_the_notary_and_keeps_what_it_had() {
    let aside = tempfile::tempdir().unwrap();
    let house = House::start(Second::Real).await;
    sign(&house, 1).await;
    let stopped = house.stop_platform().await;
    copy(&stopped.store(), aside.path());
    let house = stopped.start().await;
    house.gate.opened().await;
    let lost = sign(&house, 1).await;
    let records = house.records().await;

    let stopped = house.stop_platform().await;
    set_back(&stopped.store(), aside.path());
    let taken = stopped.takes_back().await;
    assert!(taken.entries > 0 && taken.entries < records.len() as u64 && taken.orphans.is_empty());
    let house = stopped.start().await;
    house.gate.opened().await;
    assert_eq!(house.records().await, records);
    let record = lost[0]["record_id"].as_str().unwrap();
    assert_eq!(house.receipt(record).await["record_root"], lost[0]["record_root"]);
    sign(&house, 1).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_changed_its_key_is_compared_and_comes_back_by_either_key() {
    let house = House::start(Second::Real).await;
    let signed = sign(&house, 1).await;
    let mut stopped = house.stop_platform().await;
    stopped.rotates_log_key().await;
    // The offices have not accepted the new key: whoever asks with it is a stranger.
    let house = stopped.start().await;
    let refused = house.client.raw(STAFF, "/api/v1/filings", JSON, filing()).await;
    assert_eq!((refused.status, house.gate.why()), (503, Some(ReadOnly::PeerNotHeard)));
    let mut stopped = house.stop_platform().await;
    stopped.offices_accept().await;
    // Every head they hold is signed by the old key alone, and counts.
    let house = stopped.start().await;
    house.gate.opened().await;
    sign(&house, 1).await;
    let (records, coverage) = (house.records().await, house.coverage().await);
    let head = house.until_cosigned().await;

    // Everything is lost: what comes back was signed by both keys, and the statement is a leaf again.
    let stopped = house.stop_platform().await;
    std::fs::remove_dir_all(stopped.store()).unwrap();
    let taken = stopped.takes_back().await;
    assert_eq!((taken.entries, taken.statements), (head.checkpoint().size(), 1));
    assert_eq!(taken.records, taken.entries - 1);
    assert_eq!(stopped.asks().await, Ok(()));
    let house = stopped.start().await;
    house.gate.opened().await;
    assert_eq!(house.records().await, records);
    assert_eq!(house.coverage().await["records"], coverage["records"]);
    let record = signed[0]["record_id"].as_str().unwrap();
    assert_eq!(house.receipt(record).await["record_root"], signed[0]["record_root"]);
    sign(&house, 1).await;
    house.stop().await;
}

/// What a stranger concludes of a bundle with the keys that the notary publishes now.
fn concludes(bundle: &[u8], anchors: &[u8], required: &BTreeSet<ClaimName>) {
    let examined = Examination::of(bundle, Some(anchors), None).unwrap();
    let verdict = examined.verdict();
    assert_eq!(verdict.conclude(required), Conclusion::Proved, "{verdict:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_whose_entries_are_lost_is_frozen_and_its_successor_goes_on() {
    let aside = tempfile::tempdir().unwrap();
    let house = House::start(Second::Real).await;
    let kept = sign(&house, 1).await.remove(0);
    let record_of = |receipt: &serde_json::Value| receipt["record_id"].as_str().unwrap().to_owned();
    let bundle = |record: &str| format!("/api/v1/records/{record}/bundle");
    let before = house.client.get(STAFF, &bundle(&record_of(&kept))).await.ok();
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    let mut stopped = house.stop_platform().await;
    copy(&stopped.store(), aside.path());

    // What is signed now reaches witness and custodians, and no mirror: its leaves are lost with the machine.
    stopped.mirror_is_away(true);
    let house = stopped.start().await;
    house.gate.opened().await;
    let held = house.records().await.len();
    let tokens = house.invite(1).await;
    let lost = house.all_sign(&tokens).await.remove(0);
    house.until_answered(&Custodian::ALL).await;
    let frozen_at = house.until_witnessed().await.checkpoint().size();
    let mut stopped = house.stop_platform().await;
    set_back(&stopped.store(), aside.path());
    stopped.mirror_is_away(false);
    let refused = stopped.asks().await.unwrap_err();
    assert!(refused.to_string().contains("`heqi recover successor`"), "{refused}");
    assert_eq!(stopped.takes_back().await.entries, 0, "the mirror has no more than the backup");

    let successor = stopped.opens_successor().await;
    let said = successor.said();
    assert_eq!((said.held, successor.frozen_head().checkpoint().size()), (held as u64, frozen_at));
    assert_eq!(said.orphans.len() as u64, frozen_at - said.held, "every lost record was deposited");

    // Nobody has told the notary: it knows no such log, and nothing is written.
    let house = stopped.start().await;
    let witness = house.notary(Custodian::DataCentre).witness();
    assert!(witness.latest(house.platform.origin()).await.unwrap().is_none());
    let refused = house.client.raw(STAFF, "/api/v1/filings", JSON, filing()).await;
    assert_eq!((refused.status, house.gate.why()), (503, Some(ReadOnly::PeerNotHeard)));
    let mut stopped = house.stop_platform().await;

    stopped.offices_accept().await;
    let house = stopped.start().await;
    house.gate.opened().await;
    let new = sign(&house, 1).await.remove(0);
    let anchors = Client::of(&house.centre_url).get("", "/anchors.json").await.ok();
    let log =
        |receipt: &serde_json::Value| receipt["logged"]["origin"].as_str().unwrap().to_owned();
    let (old_log, new_log) = (log(&kept), log(&new));
    assert_ne!(old_log, new_log);
    assert_eq!(new_log, house.platform.origin().to_string());

    // Old receipts and bundles verify as before; new bundles of old records are proved by the frozen log.
    let required = ClaimName::required_by_default();
    concludes(&before, &anchors, &required);
    let again = house.receipt(&record_of(&kept)).await;
    assert_eq!((log(&again), &again["record_root"]), (old_log.clone(), &kept["record_root"]));
    let exported = house.client.get(STAFF, &bundle(&record_of(&kept))).await.ok();
    concludes(&exported, &anchors, &required);
    let exported = house.client.get(STAFF, &bundle(&record_of(&new))).await.ok();
    concludes(&exported, &anchors, &required);

    // The lost record came back with the proof it was deposited with; nobody cosigned that head.
    let receipt = house.receipt(&record_of(&lost)).await;
    assert_eq!((log(&receipt), &receipt["record_root"]), (old_log.clone(), &lost["record_root"]));
    assert_eq!(receipt["logged"]["index"], lost["logged"]["index"]);
    let exported = house.client.get(STAFF, &bundle(&record_of(&lost))).await.ok();
    let witnessed = |claim: &ClaimName| *claim != ClaimName::Witnessed;
    let without: BTreeSet<_> = required.into_iter().filter(witnessed).collect();
    concludes(&exported, &anchors, &without);
    let listed = orphans(&house.platform, 100).await.unwrap();
    assert_eq!(listed.len(), said.orphans.len());
    assert!(listed.iter().all(|orphan| orphan.has_record && orphan.log_origin == old_log));
    let index = lost["logged"]["index"].as_u64().unwrap();
    assert!(listed.iter().any(|orphan| orphan.orphan.index == index));

    // The frozen log is served as far as it is held, and its old key gets no further cosignature.
    let name = old_log.rsplit('/').next().unwrap();
    assert_eq!(house.client.get("", &format!("/log/{name}/checkpoint")).await.status, 200);
    assert!(house.frozen_log_is_refused(frozen_at + 1).await);

    // Everything is held by everybody again, and the house survives a restart.
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    let house = house.stop_platform().await.start().await;
    house.gate.opened().await;
    assert_eq!(house.receipt(&record_of(&kept)).await["record_root"], kept["record_root"]);
    sign(&house, 1).await;
    house.stop().await;
}
