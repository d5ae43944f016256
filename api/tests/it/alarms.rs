//! Alarms of the disk, raised by a store on a disk that stalls and then breaks while the service runs.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use heqi_api::{ApiSettings, StoreGauges};
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::backend::embedded::{Embedded, Ports, Settings};
use heqi_evidence_store::durable_file::{Call, Disk, Faults, Verdict};
use heqi_evidence_store::testing::head_signer;
use heqi_evidence_store::vault::FileKeyEncryptionKey;
use heqi_testkit::SeededEntropy;
use heqi_vocabulary::Entropy;
use serde_json::{Value, json};

use crate::service::{HANDLER, Service};

const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Clone, Copy, Eq, PartialEq)]
enum Mood {
    Well,
    /// Whoever syncs waits.
    Stalls,
    /// No sync succeeds.
    Broken,
}

/// A disk that does as it is told.
struct Moody(Mutex<Mood>, Condvar);

impl Moody {
    fn is(&self, mood: Mood) {
        *self.0.lock().unwrap() = mood;
        self.1.notify_all();
    }
}

/// Makes the disk well again, also where the test fails: a store that is dropped waits for its disk.
struct Recovers(Arc<Moody>);

impl Drop for Recovers {
    fn drop(&mut self) {
        self.0.is(Mood::Well);
    }
}

impl Faults for Moody {
    fn verdict(&self, call: Call, _: &Path) -> Verdict {
        if call != Call::Sync {
            return Verdict::Proceed;
        }
        let stalls = self.1.wait_while(self.0.lock().unwrap(), |mood| *mood == Mood::Stalls);
        if *stalls.unwrap() == Mood::Broken { Verdict::Fail } else { Verdict::Proceed }
    }
}

/// A service that looks often, over a store on this disk.
async fn serve(directory: &Path, disk: &Arc<Moody>) -> Service {
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::labelled(1, "store"));
    let key = directory.join("key-encryption.key");
    let key = FileKeyEncryptionKey::create(&key, &Disk::default(), entropy.clone()).unwrap();
    let ports = Ports {
        disk: Disk::with_faults(disk.clone()),
        // The process of a test goes on; that of production ends here.
        stop_process: Arc::new(|_| {}),
        ..Ports::new(head_signer(), Arc::new(key), entropy)
    };
    let store = Embedded::open(&Settings::new(directory.join("store")), ports).unwrap();
    let store = Arc::new(store);
    let asked = store.clone();
    let gauges: StoreGauges = Arc::new(move || asked.gauges());
    let mut settings = ApiSettings::default();
    settings.alarms.look_every_ms = 20;
    settings.alarms.queue_depth = 3;
    settings.alarms.disk_wait_ms = 15;
    Service::start_on(store as Arc<dyn Backend>, Some(gauges), settings, None).await
}

/// Waits until the alarm is raised, or is not; what the service says of it.
pub(crate) async fn until_alarm(service: &Service, name: &str, is_raised: bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let said = service.get("", "/alarms?lang=en").await.json(200);
        let alarms = said["alarms"].as_array().unwrap();
        let alarm = alarms.iter().find(|alarm| alarm["alarm"] == name).unwrap();
        if alarm["since"].is_string() == is_raised {
            return alarm.clone();
        }
        assert!(Instant::now() < deadline, "still waiting for {name}: {said}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn filing(name: &str) -> Value {
    json!({ "matter": "establishment", "company_name": name })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_stalls_is_told_while_it_stalls_and_one_that_breaks_for_good() {
    let directory = tempfile::tempdir().unwrap();
    let disk = Arc::new(Moody(Mutex::new(Mood::Well), Condvar::new()));
    let service = serve(directory.path(), &disk).await;
    service.post(HANDLER, "/api/v1/filings", &filing("示例一公司")).await.json(201);
    for name in ["queue_depth", "disk_wait", "sync_failures"] {
        until_alarm(&service, name, false).await;
    }

    // What waits for the disk is counted while it waits, although what is kept of the figures waits for it, too.
    let recovers = Recovers(disk.clone());
    disk.is(Mood::Stalls);
    service.clock.advance_ms(120_000);
    let many: Vec<Value> = (0..12).map(|one| filing(&format!("示例{one}号公司"))).collect();
    let posts = join_all(many.iter().map(|body| service.post(HANDLER, "/api/v1/filings", body)));
    let watched = async {
        let alarm = until_alarm(&service, "queue_depth", true).await;
        let disk_wait = until_alarm(&service, "disk_wait", true).await;
        // The page that says what is wrong is there while it is wrong.
        let page = service.get("", "/coverage?range=now&lang=en");
        let page = tokio::time::timeout(PATIENCE, page).await;
        drop(recovers);
        (alarm, disk_wait, page)
    };
    let (answers, (alarm, disk_wait, page)) = tokio::join!(posts, watched);
    let page = page.expect("whoever looks at the last minutes waits for no disk");
    assert_eq!(page.status, 200);
    let page = String::from_utf8(page.body).unwrap();
    assert!(page.contains("href=\"?range=now\" aria-current=\"true\""), "{page}");
    assert!(alarm["value"].as_u64().unwrap() > 3, "{alarm}");
    assert_eq!(alarm["limit"], 3);
    assert_eq!(alarm["means"], "Too many changes wait for the disk.");
    // Were it a single change that waits, it would be told as well: by time, not by number.
    assert!(disk_wait["value"].as_u64().unwrap() > 15, "{disk_wait}");
    assert_eq!((&disk_wait["limit"], &disk_wait["unit"]), (&json!(15), &json!("ms")));
    for answer in &answers {
        answer.json(201);
    }
    for name in ["queue_depth", "disk_wait", "sync_failures"] {
        until_alarm(&service, name, false).await;
    }

    disk.is(Mood::Broken);
    let refused = service.post(HANDLER, "/api/v1/filings", &filing("示例二公司")).await;
    assert!(refused.status >= 500, "{}", refused.status);
    let alarm = until_alarm(&service, "sync_failures", true).await;
    assert_eq!(alarm["value"], 1);
    assert!(alarm["next_step"].as_str().unwrap().contains("nothing that was answered is lost"));
    let metrics = String::from_utf8(service.get("", "/metrics").await.body).unwrap();
    let raised = r#"heqi_alarm{alarm="sync_failures"} 1"#;
    assert!(metrics.lines().any(|line| line == raised), "{metrics}");
    assert_eq!(service.get("", "/readyz").await.status, 503);

    // A disk that works again brings nothing back that is uncertain: it stays until the next start.
    disk.is(Mood::Well);
    service.clock.advance_ms(120_000);
    until_alarm(&service, "sync_failures", true).await;
    let refused = service.post(HANDLER, "/api/v1/filings", &filing("示例三公司")).await;
    assert!(refused.status >= 500, "{}", refused.status);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_still_stamps_and_ends_soon_is_told() {
    const DAY_MS: i64 = 24 * 3_600_000;
    let mut settings = ApiSettings::default();
    settings.alarms.look_every_ms = 20;
    let service = Service::start_with(settings, None).await;
    // As a round of renewals notes it: a third of the margin of ninety days is what counts.
    let until = service.platform.now().plus_millis(31 * DAY_MS);
    service.platform.newest_stamps().note(Some(until), 90 * DAY_MS);
    until_alarm(&service, "time_certificate_ends", false).await;
    service.clock.advance_ms(2 * DAY_MS);
    let alarm = until_alarm(&service, "time_certificate_ends", true).await;
    assert!(alarm["next_step"].as_str().unwrap().contains("time_authorities"), "{alarm}");
    let metrics = String::from_utf8(service.get("", "/metrics").await.body).unwrap();
    assert!(metrics.lines().any(|line| line == "heqi_time_certificate_ends 1"), "{metrics}");
    // The authority went over to another certificate.
    let until = service.platform.now().plus_millis(3_650 * DAY_MS);
    service.platform.newest_stamps().note(Some(until), 90 * DAY_MS);
    until_alarm(&service, "time_certificate_ends", false).await;
}
