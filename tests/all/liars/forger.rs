//! A history that whoever holds a log's key makes up: as the real one up to some entry.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use clap::Parser as _;
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_monitor::MonitorArgs;
use heqi_notary_protocol::recovery::entries;
use heqi_notary_protocol::{LogClient, WitnessClient};
use heqi_service_kit::{Listener, SystemClock, SystemEntropy};
use heqi_testkit::MemoryLog;
use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_tlog::fork::ForkProof;
use heqi_verify::{ForkExamination, ForkFinding};
use heqi_vocabulary::Digest;
use tempfile::TempDir;

use crate::acceptance::device::Client;
use crate::acceptance::house::keys::PLATFORM_LOG;
use crate::acceptance::house::{House, pool, until};

/// The entries of a log as it shows them, up to its published head.
pub(super) async fn real_entries(log_url: &str) -> Vec<Vec<u8>> {
    let log = LogClient::new(pool(), log_url);
    // A log shows a head once somebody else has cosigned it.
    let head = until("a published head", async || log.checkpoint().await.unwrap()).await;
    entries(&log, 0, head.checkpoint().size()).await.unwrap()
}

pub(super) fn platform_log(house: &House) -> String {
    format!("{}/log/platform", house.platform_url())
}

pub(super) fn centre_log(house: &House) -> String {
    format!("{}/log/notary", house.centre_url)
}

/// An entry that never was.
pub(super) fn invented(number: usize) -> Vec<u8> {
    let root = Digest::of(format!("invented {number}").as_bytes());
    LogLeaf::Record(RecordRoot::new(root)).to_bytes()
}

/// The log with this seed's key and these entries.
pub(super) fn forged(seed: u8, entries: Vec<Vec<u8>>) -> MemoryLog {
    MemoryLog::of_entries(House::log_signer(seed), entries)
}

pub(super) fn origin_of(log: &MemoryLog) -> Origin {
    Origin::new(log.origin()).unwrap()
}

/// How far a witness has seen a log.
pub(super) async fn witnessed(witness: &WitnessClient, log: &MemoryLog) -> SignedCheckpoint {
    witness.latest(&origin_of(log)).await.unwrap().unwrap()
}

pub(super) fn witness_at(base: &str) -> WitnessClient {
    WitnessClient::new(pool(), &format!("{base}/witness"))
}

/// The proof a witness publishes against a log.
pub(super) async fn published_proof(base: &str, log: &MemoryLog) -> Vec<u8> {
    let path = format!("/witness/{}/fork-proof", origin_of(log).monitoring_path());
    Client::of(base).get("", &path).await.ok()
}

/// Who is convicted by a proof, by the anchors the notary publishes.
pub(super) fn convicted(proof: &[u8], anchors: &[u8]) -> Vec<String> {
    match ForkExamination::of(proof, Some(anchors)).unwrap().finding() {
        ForkFinding::Forked { organisations } => organisations.clone(),
        other => panic!("{other:?}"),
    }
}

pub(super) async fn anchors(house: &House) -> Vec<u8> {
    Client::of(&house.centre_url).get("", "/anchors.json").await.ok()
}

/// A web server that shows whatever a liar wants it to show.
pub(super) struct Site {
    pub(super) url: String,
    handle: ServerHandle,
}

impl Site {
    pub(super) fn of(log: &MemoryLog, head: &SignedCheckpoint) -> Self {
        let listener = Listener::bind("127.0.0.1:0").unwrap();
        let url = listener.url();
        let files = Data::new(log.files(head));
        let app = move || App::new().app_data(files.clone()).default_service(web::to(file));
        let server = HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(1);
        let server = server.listen(listener.into_std()).unwrap().run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, handle }
    }

    pub(super) async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn file(
    request: actix_web::HttpRequest,
    files: Data<Vec<(String, Vec<u8>)>>,
) -> HttpResponse {
    let path = request.path().trim_start_matches('/');
    match files.iter().find(|(name, _)| name == path) {
        Some((_, bytes)) => HttpResponse::Ok().body(bytes.clone()),
        None => HttpResponse::NotFound().finish(),
    }
}

/// Somebody with a folder and the program.
pub(super) struct Watcher {
    pub(super) folder: TempDir,
}

impl Watcher {
    /// With the anchors that the notary publishes.
    pub(super) async fn new(house: &House) -> Self {
        let watcher = Self { folder: TempDir::new().unwrap() };
        watcher.put("anchors.json", &anchors(house).await);
        watcher
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// `heqi monitor --once` with these words after the anchors: code and what it printed.
    pub(super) async fn monitor(&self, seed: u8, log: &str, more: &[&str]) -> (u8, String) {
        #[derive(clap::Parser)]
        struct Cli {
            #[command(flatten)]
            args: MonitorArgs,
        }
        let (anchors, state) = (self.path("anchors.json"), self.path("state"));
        let origin = House::log_signer(seed).verifier_key().name().to_string();
        let mut words = vec!["monitor", "--once", "--lang", "en", "--attempts", "1"];
        words.extend(["--origin", &origin, "--log", log]);
        words.extend(["--anchors", anchors.to_str().unwrap(), "--state", state.to_str().unwrap()]);
        words.extend(more);
        let args = Cli::try_parse_from(words).unwrap().args;
        let mut printed = Vec::new();
        let entropy = Arc::new(SystemEntropy);
        let code = heqi_monitor::run(&args, &SystemClock, entropy, &mut printed).await;
        (code, String::from_utf8(printed).unwrap())
    }

    /// The one proof that a monitor wrote.
    pub(super) fn proof(&self) -> PathBuf {
        let files = std::fs::read_dir(self.path("state")).unwrap().map(|f| f.unwrap().path());
        let is_proof = |path: &PathBuf| path.extension().is_some_and(|end| end == "fork-proof");
        let proofs: Vec<PathBuf> = files.filter(is_proof).collect();
        let [proof] = &proofs[..] else { panic!("{proofs:?}") };
        proof.clone()
    }

    /// Who that proof convicts.
    pub(super) fn convicts(&self) -> Vec<String> {
        let proof = std::fs::read(self.proof()).unwrap();
        convicted(&proof, &std::fs::read(self.path("anchors.json")).unwrap())
    }
}

/// The sizes of the heads of a proof.
pub(super) fn sizes(proof: &Path) -> Vec<u64> {
    let proof = ForkProof::parse(&std::fs::read(proof).unwrap()).unwrap();
    proof.heads().map(|head| head.checkpoint().size()).collect()
}

/// Signs with so many people, until both custodians and both cosigners have everything; what
/// the platform answered.
pub(super) async fn sign(house: &House, people: usize) -> Vec<serde_json::Value> {
    let tokens = house.invite(people).await;
    house.until_cosigned().await;
    let signed = house.all_sign(&tokens).await;
    house.until_answered(&heqi_registration::Custodian::ALL).await;
    house.until_cosigned().await;
    signed
}

/// The real entries of the platform's log with one of them changed.
pub(super) async fn rewritten(house: &House, changed: usize) -> Vec<Vec<u8>> {
    let mut entries = real_entries(&platform_log(house)).await;
    entries[changed] = invented(changed);
    entries
}

/// The platform's log by whoever has its key.
pub(super) fn by_platform(entries: Vec<Vec<u8>>) -> MemoryLog {
    forged(PLATFORM_LOG, entries)
}
