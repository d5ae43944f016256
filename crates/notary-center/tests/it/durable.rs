//! The same service over the store in files: what was answered outlives a crash.

use std::path::Path;
use std::sync::Arc;

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::backend::embedded::{Embedded, Ports, Settings};
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::log::KeyedHeadSigner;
use heqi_evidence_store::vault::FileKeyEncryptionKey;
use heqi_notary_protocol::mirror::AddEntriesAnswer;
use heqi_service_kit::SystemEntropy;
use heqi_tlog::checkpoint::Origin;
use heqi_tlog::mirror::{AddEntries, AddEntriesHeader, EntryPackage};
use heqi_tlog::witness::AddCheckpoint;

use crate::support::{Plan, deposit_of, log_signer, mirror_key, story, witness_key};

fn open(folder: &Path) -> Arc<Embedded> {
    let entropy = Arc::new(SystemEntropy);
    let path = folder.join("key-encryption.key");
    let key = if path.exists() {
        FileKeyEncryptionKey::load(&path, entropy.clone()).unwrap()
    } else {
        FileKeyEncryptionKey::create(&path, &Disk::default(), entropy.clone()).unwrap()
    };
    let signer = Arc::new(KeyedHeadSigner::new(log_signer("log.office.example/own", 3)));
    let ports = Ports::new(signer, Arc::new(key), entropy);
    Arc::new(Embedded::open(&Settings::new(folder.join("store")), ports).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receipts_cosignatures_and_the_mirror_outlive_a_crash() {
    let story = story();
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let centre = Plan::data_centre(&story, store.clone()).start().await;

    let mut receipts = Vec::new();
    for record in &story.records[..5] {
        receipts.push(centre.deposit(&deposit_of(&story, record)).await.receipt);
    }
    let size = story.log.size();
    let head = story.log.head_at(size);
    let announce = AddCheckpoint::new(0, Vec::new(), head.clone()).unwrap();
    centre.client.witness().add_checkpoint(&announce, &[witness_key()]).await.unwrap();
    let mirror = centre.client.mirror();
    mirror.add_checkpoint(&announce).await.unwrap();
    let origin = Origin::new(story.log.origin()).unwrap();
    let header = AddEntriesHeader::new(origin.clone(), 0, size, Vec::new()).unwrap();
    let range = header.ranges().next().unwrap();
    let proof = EntryPackage::prove(&story.log, range, size).unwrap();
    let package = EntryPackage::new(story.log.entries().to_vec(), proof).unwrap();
    let upload = AddEntries::new(header, vec![package]).unwrap();
    let answer = mirror.add_entries(&upload, &head, &[mirror_key()]).await.unwrap();
    assert!(matches!(answer, AddEntriesAnswer::Cosigned(_)));
    let entries = store.log().head().size();

    store.crash();
    assert!(centre.running.stop().await.is_clean());
    drop(store);

    let store = open(folder.path());
    assert_eq!(store.log().head().size(), entries);
    let centre = Plan::data_centre(&story, store.clone()).start().await;
    for (record, before) in story.records.iter().zip(&receipts) {
        let again = centre.deposit(&deposit_of(&story, record)).await;
        assert_eq!(again.receipt.as_bytes(), before.as_bytes());
    }
    let next = centre.deposit(&deposit_of(&story, &story.records[5])).await;
    assert_eq!(centre.open(&next).deposit_no.serial(), 6, "numbers go on without a gap");
    let latest = centre.client.witness().latest(&origin).await.unwrap().unwrap();
    assert_eq!(latest.checkpoint(), head.checkpoint());
    let held = centre.client.mirrored_log(&origin).checkpoint().await.unwrap().unwrap();
    assert_eq!(held.checkpoint(), head.checkpoint());
    assert!(centre.running.stop().await.is_clean());
    store.close().unwrap();
}
