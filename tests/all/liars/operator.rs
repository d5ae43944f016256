//! An operator of the platform who rewrites the store, forks the log or drops an entry.

use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_notary_protocol::CallError;
use heqi_notary_protocol::witness::AddCheckpointError;
use heqi_testkit::PLATFORM;
use heqi_tlog::witness::AddCheckpoint;
use heqi_vocabulary::Digest;

use super::forger::{
    Site, Watcher, anchors, by_platform, convicted, invented, platform_log, published_proof,
    real_entries, rewritten, sign, sizes, witness_at, witnessed,
};
use crate::acceptance::device::Client;
use crate::acceptance::house::keys::PLATFORM_LOG;
use crate::acceptance::house::{House, Second, alarm_of};
use crate::browser::verifier::{Asked, Verifier, browser};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_who_rewrites_the_store_is_refused_alarmed_and_convicted_by_the_notary() {
    let house = House::start(Second::Real).await;
    sign(&house, 1).await;
    let witness = witness_at(&house.centre_url);
    let keys = [house.cast().witness.verifier_key().clone()];
    let refused = AddCheckpointError::from(CallError::Refused {
        status: 422,
        code: "log_inconsistent".into(),
    });
    let centre = Client::of(&house.centre_url);
    alarm_of(&centre, "log_misbehaved", false).await;

    // The rewritten history at the very size the notary has seen: two roots for one size.
    let log = by_platform(rewritten(&house, 2).await);
    let seen = witnessed(&witness, &log).await;
    assert_eq!(seen.checkpoint().size(), log.size());
    let head = log.head_at(log.size());
    let offered = AddCheckpoint::new(log.size(), Vec::new(), head).unwrap();
    assert_eq!(witness.add_checkpoint(&offered, &keys).await.unwrap_err(), refused);

    // The same history grown, with an honest proof of its own growth.
    let mut entries = log.entries().to_vec();
    entries.extend((0..3).map(invented));
    let longer = by_platform(entries);
    let proof = longer.consistency(log.size(), longer.size());
    let grown = AddCheckpoint::new(log.size(), proof, longer.head_at(longer.size())).unwrap();
    assert_eq!(witness.add_checkpoint(&grown, &keys).await.unwrap_err(), refused);

    let alarm = alarm_of(&centre, "log_misbehaved", true).await;
    assert!(alarm["next_step"].as_str().unwrap().contains("fork-proof"), "{alarm}");
    let proof = published_proof(&house.centre_url, &log).await;
    assert_eq!(convicted(&proof, &anchors(&house).await), [PLATFORM]);
    // Nothing of it was cosigned, and the honest history goes on.
    let after = witnessed(&witness, &log).await;
    assert_eq!(after.checkpoint().root(), seen.checkpoint().root());
    sign(&house, 1).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_who_forks_the_log_is_caught_by_a_monitor_that_hears_the_notary() {
    let house = House::start(Second::Real).await;
    sign(&house, 1).await;
    let watcher = Watcher::new(&house).await;
    // The notary knows one history; whoever asks at this address is shown another, longer one.
    let mut entries = rewritten(&house, 3).await;
    entries.extend((0..4).map(invented));
    let log = by_platform(entries);
    let site = Site::of(&log, &log.head_at(log.size()));

    let (alone, said) = watcher.monitor(PLATFORM_LOG, &site.url, &[]).await;
    assert_eq!(alone, 3, "nothing but the missing cosignatures is odd: {said}");
    assert!(said.contains("no recent cosignature by witness.notary.example"), "{said}");
    let points = ["witness", "mirror"].map(|kind| format!("{}/{kind}/", house.centre_url));
    let gossip = ["--gossip", &points[0], "--gossip", &points[1]];
    let (code, said) = watcher.monitor(PLATFORM_LOG, &site.url, &gossip).await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("✗ Contradicted"), "{said}");
    let seen = real_entries(&platform_log(&house)).await.len() as u64;
    let heads = [seen, log.size()];

    // On the honest log the same gossip is fine.
    let honest = Watcher::new(&house).await;
    let (code, said) = honest.monitor(PLATFORM_LOG, &platform_log(&house), &gossip).await;
    assert_eq!(code, 0, "{said}");
    site.stop().await;
    house.stop().await;

    // What the monitor wrote stands by itself: everybody is gone, and both judges agree.
    let mut written = 0;
    for proof in std::fs::read_dir(watcher.path("state")).unwrap() {
        let proof = proof.unwrap().path();
        if proof.extension().is_some_and(|end| end == "fork-proof") {
            assert_eq!(sizes(&proof), heads);
            judged(&proof, &watcher.path("anchors.json"));
            written += 1;
        }
    }
    assert!(written > 0, "nothing was written that convinces others");
}

/// The program convicts the platform, and the page says the same to the word.
fn judged(proof: &std::path::Path, anchors: &std::path::Path) {
    let asked = Asked { file: proof.to_owned(), anchors: Some(anchors.to_owned()), at: None };
    let by_program = ["zh", "en"].map(|language| (language, asked.of_program(language)));
    for (_, report) in &by_program {
        assert_eq!(report["exit"], 1, "{report}");
        let vouched_by = report["claims"][0]["vouched_by"].as_array().unwrap();
        assert_eq!(vouched_by[0], PLATFORM, "{report}");
    }
    let Some(mut browser) = browser() else { return };
    let mut page = Verifier::open(browser.page().unwrap());
    for (language, report) in by_program {
        page.speak(language);
        assert_eq!(page.ask(&asked), report);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_holder_of_one_old_receipt_convicts_a_platform_that_dropped_the_entry() {
    let house = House::start(Second::Real).await;
    let receipt = sign(&house, 1).await.remove(0);
    let watcher = Watcher::new(&house).await;
    // All the signer has is the answer to the signature, in a file.
    watcher.put("receipt.json", receipt.to_string().as_bytes());
    let root: Digest = serde_json::from_value(receipt["record_root"].clone()).unwrap();
    let dropped = LogLeaf::Record(RecordRoot::new(root)).to_bytes();
    let mut entries = real_entries(&platform_log(&house)).await;
    let honest = by_platform(entries.clone());
    house.stop().await;

    // Years later somebody gets a copy of the log in a folder, and the entry is not in it.
    let before = entries.len();
    entries.retain(|entry| *entry != dropped);
    assert_eq!(entries.len(), before - 1);
    entries.extend((0..20).map(invented));
    let log = by_platform(entries);
    for (folder, log) in [("copy", &log), ("honest", &honest)] {
        for (path, bytes) in log.files(&log.head_at(log.size())) {
            watcher.put(&format!("{folder}/{path}"), &bytes);
        }
    }
    let (copy, honest) = (watcher.path("copy"), watcher.path("honest"));
    let held = watcher.path("receipt.json");
    let held = ["--receipt", held.to_str().unwrap()];
    let (code, said) = watcher.monitor(PLATFORM_LOG, copy.to_str().unwrap(), &held).await;
    assert_eq!(code, 1, "{said}");
    assert_eq!(watcher.convicts(), [PLATFORM]);

    // The same receipt accuses nobody of an honest copy, whose cosignatures are merely missing.
    std::fs::remove_dir_all(watcher.path("state")).unwrap();
    let (code, said) = watcher.monitor(PLATFORM_LOG, honest.to_str().unwrap(), &held).await;
    assert_eq!(code, 3, "{said}");
}
