//! A notary that forks its own log, that wants to insert into the platform's, and that
//! conspires with the platform.

use heqi_notary_protocol::CallError;
use heqi_notary_protocol::witness::AddCheckpointError;
use heqi_service_kit::SystemClock;
use heqi_testkit::{MemoryLog, NOTARY, PLATFORM};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::note::{KeyName, NoteSigner};
use heqi_tlog::witness::AddCheckpoint;
use heqi_vocabulary::Clock as _;

use super::forger::{
    Site, Watcher, anchors, by_platform, centre_log, convicted, forged, invented, platform_log,
    published_proof, real_entries, rewritten, sign, witness_at, witnessed,
};
use crate::acceptance::house::keys::{CENTRE_LOG, PLATFORM_LOG};
use crate::acceptance::house::{House, Second, until};

/// A head with the lines of the notary's witness and mirror, made now.
fn cosigned_by_notary(house: &House, log: &MemoryLog) -> SignedCheckpoint {
    let (cast, now) = (house.cast(), SystemClock.now());
    let head = log.cosigned(&log.head_at(log.size()), &cast.witness, now);
    log.cosigned(&head, &cast.mirror, now)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notary_that_forks_its_own_log_is_refused_alarmed_and_convicted_by_the_platform() {
    let house = House::start(Second::Real).await;
    sign(&house, 1).await;
    let witness = witness_at(&house.platform_url());
    let keys = [house.cast().insider.verifier_key().clone()];
    // Offered at the size the platform has just seen; the log may grow in between.
    let log = until("a fork of the size that was seen", async || {
        let mut entries = real_entries(&centre_log(&house)).await;
        let at = entries.len() / 2;
        entries[at] = invented(at);
        let log = forged(CENTRE_LOG, entries);
        let size = log.size();
        let offered = AddCheckpoint::new(size, Vec::new(), log.head_at(size)).unwrap();
        match witness.add_checkpoint(&offered, &keys).await.unwrap_err() {
            AddCheckpointError::Call(CallError::Refused { status: 422, code }) => {
                assert_eq!(code, "checkpoint_inconsistent");
                Some(log)
            }
            AddCheckpointError::Conflict { .. } => None,
            other @ AddCheckpointError::Call(_) => panic!("{other}"),
        }
    })
    .await;

    let alarm = house.until_alarm("log_misbehaved", true).await;
    assert!(alarm["means"].as_str().unwrap().contains("notary's log"), "{alarm}");
    let proof = published_proof(&house.platform_url(), &log).await;
    assert_eq!(convicted(&proof, &anchors(&house).await), [NOTARY]);

    // Somebody who was shown the other history hears of it at the platform.
    let watcher = Watcher::new(&house).await;
    let site = Site::of(&log, &log.head_at(log.size()));
    let point = format!("{}/witness/", house.platform_url());
    let (code, said) = watcher.monitor(CENTRE_LOG, &site.url, &["--gossip", &point]).await;
    assert_eq!(code, 1, "{said}");
    let honest = witnessed(&witness, &log).await;
    assert!(honest.checkpoint().size() >= log.size(), "the honest log goes on");
    site.stop().await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notary_that_inserts_a_record_of_the_platform_lacks_the_key_and_is_believed_by_nobody() {
    let house = House::start(Second::Real).await;
    sign(&house, 1).await;
    let mut entries = real_entries(&platform_log(&house)).await;
    entries.push(invented(0));
    // Under the platform's name, with every key the notary has.
    let name = KeyName::new(House::log_signer(PLATFORM_LOG).verifier_key().name().as_str());
    let signer = NoteSigner::from_seed(name.unwrap(), &[CENTRE_LOG; 32]).unwrap();
    let log = MemoryLog::of_entries(signer, entries);
    let head = cosigned_by_notary(&house, &log);
    let watcher = Watcher::new(&house).await;
    let site = Site::of(&log, &head);
    let (code, said) = watcher.monitor(PLATFORM_LOG, &site.url, &[]).await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("not signed by the log"), "{said}");
    site.stop().await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_together_rewrite_what_nobody_holds_and_one_old_receipt_convicts_both() {
    let house = House::start(Second::Real).await;
    let receipt = sign(&house, 1).await.remove(0);
    let published = house.until_cosigned().await;
    // Everything is written anew, and the notary's keys cosign it as if nothing had been.
    let mut entries = rewritten(&house, 1).await;
    entries.extend((0..5).map(invented));
    let log = by_platform(entries);
    let head = cosigned_by_notary(&house, &log);
    let site = Site::of(&log, &head);

    let newcomer = Watcher::new(&house).await;
    let (code, said) = newcomer.monitor(PLATFORM_LOG, &site.url, &[]).await;
    assert_eq!(code, 0, "who holds nothing sees nothing, and this page says so: {said}");

    // What a signer has in hand convicts the log …
    let signer = Watcher::new(&house).await;
    signer.put("receipt.json", receipt.to_string().as_bytes());
    let held = signer.path("receipt.json");
    let held = ["--receipt", held.to_str().unwrap()];
    let (code, said) = signer.monitor(PLATFORM_LOG, &site.url, &held).await;
    assert_eq!(code, 1, "{said}");
    assert_eq!(signer.convicts(), [PLATFORM]);

    // … and a head that the notary had cosigned convicts the notary with it.
    let other = Watcher::new(&house).await;
    other.put("checkpoint", &published.to_bytes());
    let held = other.path("checkpoint");
    let held = ["--gossip", held.to_str().unwrap()];
    let (code, said) = other.monitor(PLATFORM_LOG, &site.url, &held).await;
    assert_eq!(code, 1, "{said}");
    assert_eq!(other.convicts(), [PLATFORM, NOTARY]);
    site.stop().await;
    house.stop().await;
}
