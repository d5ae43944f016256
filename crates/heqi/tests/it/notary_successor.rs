//! A notary data centre whose store was set back, from the command line: it says so and does not start, `heqi recover
//! notary` opens the successor of its log and takes back what the platform holds, and both go on.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::record::Frame;
use heqi_tlog::checkpoint::SignedCheckpoint;
use serde_json::{Value, json};

use crate::commands::Settings;
use crate::device::{Answer, Client};
use crate::program::{Ran, heqi, until_some};
use crate::successor::Service;

const OLD: &str = "notary.heqi.example/demo";
const NEW: &str = "notary.heqi.example/demo-2";

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

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

/// Two organisations with settings and addresses that stay.
pub(crate) struct Town {
    pub(crate) settings: Settings,
    pub(crate) platform: PathBuf,
    pub(crate) before: PathBuf,
    after: PathBuf,
    notary_at: String,
}

impl Town {
    pub(crate) fn make() -> Self {
        let settings = Settings::make();
        let (platform_at, notary_at) = (free_address(), free_address());
        let nobody = "http://127.0.0.1:9";
        let write = |name: &str, text: &str| {
            let path = settings.folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let listens =
            |text: &str, at: &str, peer: &str| {
                text.replacen("listen = \"127.0.0.1:0\"", &format!("listen = \"{at}\""), 1)
                    .replacen(nobody, &format!("http://{peer}"), 1)
            };
        let platform =
            write("platform.toml", &listens(&settings.platform, &platform_at, &notary_at));
        let notary = listens(&settings.notary, &notary_at, &platform_at);
        let origin = format!("log_origin = \"{OLD}\"");
        let named =
            |origin: &str, name: &str| format!("log_origin = \"{origin}\"\nlog_name = \"{name}\"");
        let before = write("before.toml", &notary.replacen(&origin, &named(OLD, "demo"), 1));
        let after = notary.replacen(&origin, &named(NEW, "demo-2"), 1);
        let after = write("after.toml", &after);
        Self { settings, platform, before, after, notary_at }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.settings.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// A key of the platform with these scopes.
    pub(crate) fn key(&self, scopes: &str) -> String {
        self.key_with(&[scopes])
    }

    fn key_with(&self, scopes: &[&str]) -> String {
        let config = self.platform.to_str().unwrap();
        let line = ["admin", "create-key", "--config", config, "--label", "Test", "--scopes"];
        let made = heqi(&[&line[..], scopes].concat()).exits(0);
        made.out.trim().lines().last().unwrap().to_owned()
    }

    fn recover(&self, more: &[&str]) -> Ran {
        let (config, key) = (self.before.to_str().unwrap(), self.text("return.key"));
        let line = ["recover", "notary", "--config", config, "--key", &key, "--origin", NEW];
        heqi(&[&line[..], more].concat())
    }

    pub(crate) async fn notary(&self, path: &str) -> Answer {
        Client::of(&format!("http://{}", self.notary_at)).get("", path).await
    }

    /// Old evidence and new evidence verify by the anchors that the notary publishes now.
    async fn verifies(&self, client: &Client, key: &str) {
        let anchors = self.notary("/anchors.json").await.ok();
        std::fs::write(self.path("anchors-2.json"), &anchors).unwrap();
        let says = |key: &str| self.settings.folder.manifest()[key].as_str().unwrap().to_owned();
        let old = says("bundle_path");
        let verify = |bundle: &str| {
            let anchors = self.text("anchors-2.json");
            heqi(&["verify", bundle, "--anchors", &anchors, "--lang", "en"]).exits(0)
        };
        verify(&old);
        let bundle = EvidenceBundle::read(&std::fs::read(&old).unwrap()).unwrap();
        let signed =
            Frame::read(&Disclosure::parse(&bundle.parts.record).unwrap()).unwrap().record_id;
        let signed = client.get(key, &format!("/api/v1/records/{signed}/bundle")).await;
        std::fs::write(self.path("again.heqi.zip"), signed.ok()).unwrap();
        verify(&self.text("again.heqi.zip"));
    }

    /// Who watches from outside sees the log that goes on begin with the statement; of the frozen one it says that
    /// entries somebody cosigned are not shown any more.
    fn is_watched(&self, statement: &str) {
        for name in ["demo-2", "demo"] {
            let log = format!("http://{}/log/{name}", self.notary_at);
            let origin = format!("notary.heqi.example/{name}");
            let (anchors, state) =
                (self.text("anchors-2.json"), self.text(&format!("seen-{name}")));
            let line = ["monitor", "--log", &log, "--anchors", &anchors, "--origin", &origin];
            let more = ["--state", &state, "--gossip", statement, "--once", "--lang", "en"];
            let more = [&more[..], &["--max-age", "100000"]].concat();
            let code = if name == "demo" { 3 } else { 0 };
            heqi(&[&line[..], &more].concat()).exits(code);
        }
    }
}

/// Waits until the data centre holds every record of the platform.
async fn until_held(client: &Client, key: &str) {
    until_some("every record to be held", async || {
        let coverage = client.get(key, "/api/v1/coverage").await.json();
        let custodians = coverage["custodians"].as_array()?.clone();
        let centre = custodians.into_iter().find(|one| one["custodian"] == "data_centre")?;
        (centre["admitted"] == coverage["records"]).then_some(())
    })
    .await;
}

/// The receipts that the platform holds of the data centre, by record.
async fn receipts(client: &Client, key: &str) -> Vec<(String, String)> {
    let list = client.get(key, "/api/v1/custody/data_centre/receipts").await.json();
    let said = |one: &Value, member: &str| one[member].as_str().unwrap().to_owned();
    let listed = list["receipts"].as_array().unwrap();
    listed.iter().map(|one| (said(one, "record_id"), said(one, "receipt"))).collect()
}

#[tokio::test]
async fn a_notary_that_was_set_back_opens_a_successor_and_answers_every_receipt_as_before() {
    let town = Town::make();
    let backup = town.path("backup");
    copy(&town.path("notary/store"), &backup);
    let key = town.key("filings,evidence,coverage");
    let returning = town.key_with(&["custody_return", "--custodian", "data_centre"]);
    std::fs::write(town.path("return.key"), format!("{returning}\n")).unwrap();

    // What is deposited now is lost afterwards.
    let (platform, url) = Service::start("platform", &town.platform);
    let (notary, _) = Service::start("notary", &town.before);
    let client = Client::of(&url);
    until_some("the platform to write", async || {
        (client.get("", "/readyz").await.status == 200).then_some(())
    })
    .await;
    let known = receipts(&client, &returning).await;
    let filing = |name: &str| json!({ "matter": "establishment", "company_name": name });
    client.post(&key, "/api/v1/filings", &filing("甲公司")).await;
    client.post(&key, "/api/v1/filings", &filing("乙公司")).await;
    until_held(&client, &key).await;
    let given = receipts(&client, &returning).await;
    assert_eq!(given.len(), known.len() + 2);
    let root =
        |note: Vec<u8>| SignedCheckpoint::parse(&note).unwrap().checkpoint().root().to_string();
    let head = root(town.notary("/log/demo/head").await.ok());
    until_some("the platform to cosign the notary's log", async || {
        let cosigned = town.notary("/log/demo/checkpoint").await;
        (cosigned.status == 200 && root(cosigned.ok()) == head).then_some(())
    })
    .await;
    drop(notary);
    std::fs::remove_dir_all(town.path("notary/store")).unwrap();
    copy(&backup, &town.path("notary/store"));

    // The comparison says what is missing and what to do; nothing is written meanwhile.
    let refused = heqi(&["notary", "--config", town.before.to_str().unwrap()]).exits(1);
    for part in ["was set back", "heqi recover notary"] {
        assert!(refused.errors.contains(part), "{part:?} in {}", refused.errors);
    }
    // A key of another scope gets nothing back.
    std::fs::write(town.path("return.key"), format!("{key}\n")).unwrap();
    town.recover(&[]).exits(1);
    std::fs::write(town.path("return.key"), format!("{returning}\n")).unwrap();
    let planned = town.recover(&[]).exits(0);
    for part in ["at least", "2 receipts come back", "Nothing was changed"] {
        assert!(planned.out.contains(part), "{part:?} in {}", planned.out);
    }
    assert!(!town.path("notary/frozen").exists());
    // Without a workbench no certificate can be lost, so nobody is asked about any.
    let done = town.recover(&["--yes"]).exits(0);
    for part in ["2 receipts came back", "is frozen", "heqi keys accept"] {
        assert!(done.out.contains(part), "{part:?} in {}", done.out);
    }
    for store in ["notary/store", "notary/frozen/1/store"] {
        heqi(&["store", "fsck", &town.text(store)]).exits(0);
    }
    let refused = heqi(&["notary", "--config", town.before.to_str().unwrap()]).exits(1);
    assert!(refused.errors.contains(&format!("log_origin = \"{NEW}\"")), "{}", refused.errors);

    // People of the platform look, accept, and start again.
    drop(platform);
    let statement = town.text("notary/frozen/1/successor.json");
    let data = town.text("platform");
    let accept = ["keys", "accept", &statement, "--data", &data];
    let shown = heqi(&accept).exits(0);
    assert!(shown.out.contains("witness saw"), "{}", shown.out);
    heqi(&[&accept[..], &["--yes"]].concat()).exits(0);
    let (_platform, url) = Service::start("platform", &town.platform);
    let (_notary, _) = Service::start("notary", &town.after);
    let client = Client::of(&url);
    until_some("both to write", async || {
        let ready = client.get("", "/readyz").await.status == 200;
        (ready && town.notary("/readyz").await.status == 200).then_some(())
    })
    .await;

    // Every record that was ever receipted, sent again, has the receipt it had, to the byte.
    let center = Center::of(&town);
    for (record, receipt) in &given {
        let path = format!("/api/v1/custody/data_centre/records/{record}");
        let bundle = client.get(&returning, &path).await.ok();
        let again = center.deposit(bundle).await;
        assert_eq!(&again, receipt, "{record}");
    }
    // New deposits go on, under new numbers, and the chains with them.
    client.post(&key, "/api/v1/filings", &filing("丙公司")).await;
    until_held(&client, &key).await;
    let now = receipts(&client, &returning).await;
    assert_eq!(now.len(), given.len() + 1);
    town.verifies(&client, &key).await;
    until_some("the new head to be cosigned", async || {
        (town.notary("/log/demo-2/checkpoint").await.status == 200).then_some(())
    })
    .await;
    town.is_watched(&statement);
}

/// The notary's door for deposits, with the platform's key.
struct Center {
    url: String,
    key: String,
}

impl Center {
    fn of(town: &Town) -> Self {
        let key = std::fs::read_to_string(town.path("platform/keys/data-centre.key")).unwrap();
        Self { url: format!("http://{}", town.notary_at), key: key.trim().to_owned() }
    }

    /// The receipt that a bundle gets.
    async fn deposit(&self, bundle: Vec<u8>) -> String {
        let client = Client::of(&self.url);
        let answer = client.raw(&self.key, "/deposits", heqi_evidence::bundle::MEDIA_TYPE, bundle);
        let body = String::from_utf8(answer.await.ok()).unwrap();
        let (_, receipt) = body.split_once("\"receipt\":").unwrap();
        receipt.strip_suffix('}').unwrap().to_owned()
    }
}
