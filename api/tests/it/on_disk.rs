//! The same service on the embedded store: what was answered is there after a restart.

use std::path::Path;
use std::sync::Arc;

use heqi_api::{ApiSettings, StoreGauges};
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::backend::embedded::{Embedded, Ports, Settings};
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::testing::head_signer;
use heqi_evidence_store::vault::FileKeyEncryptionKey;
use heqi_testkit::SeededEntropy;
use heqi_vocabulary::Entropy;

use crate::service::{AUDITOR, LOG, Service};
use crate::signer::invited;

fn open(directory: &Path, seed: u64) -> Arc<Embedded> {
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::labelled(seed, "store"));
    let key = directory.join("key-encryption.key");
    let key = if key.exists() {
        FileKeyEncryptionKey::load(&key, Arc::clone(&entropy))
    } else {
        FileKeyEncryptionKey::create(&key, &Disk::default(), Arc::clone(&entropy))
    };
    let ports = Ports::new(head_signer(), Arc::new(key.unwrap()), entropy);
    Arc::new(Embedded::open(&Settings::new(directory.join("store")), ports).unwrap())
}

async fn serve(store: &Arc<Embedded>) -> Service {
    let asked = Arc::clone(store);
    let gauges: StoreGauges = Arc::new(move || asked.gauges());
    let backend = Arc::clone(store) as Arc<dyn Backend>;
    Service::start_on(backend, Some(gauges), ApiSettings::default(), None).await
}

#[tokio::test]
async fn a_signing_is_answered_from_disk_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path(), 1);
    let service = serve(&store).await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let receipt = signer.sign(&service).await;
    let head = service.get("", &format!("{LOG}/head")).await.body;
    let metrics = service.get("", "/metrics").await.body;
    let metrics = String::from_utf8(metrics).unwrap();
    assert!(metrics.lines().any(|line| line == "heqi_store_sync_failures 0"), "{metrics}");
    let ready = service.get("", "/readyz").await.json(200);
    let checks = ready["checks"].as_array().unwrap();
    assert!(checks.iter().any(|check| check["name"] == "store" && check["ready"] == true));
    assert!(service.running.stop().await.is_clean());
    store.close().unwrap();
    drop((service.platform, store));

    let store = open(directory.path(), 2);
    let service = serve(&store).await;
    assert_eq!(service.get("", &format!("{LOG}/head")).await.body, head);
    let record = receipt["record_id"].as_str().unwrap();
    let path = format!("/api/v1/receipts/{record}");
    let later = service.get(AUDITOR, &path).await.json(200);
    assert_eq!(later["record_root"], receipt["record_root"]);
    let own = service.get(&signer.token, &path).await.json(200);
    assert_eq!(own["voucher"], receipt["voucher"], "the link still opens what it signed");
}
