//! A log that must not go on, from the command line: `heqi recover successor`, `heqi keys accept`, and both services
//! started again.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Stdio};

use heqi_service_kit::ApiKey;
use heqi_service_kit::system::SystemEntropy;
use serde_json::json;

use crate::commands::Settings;
use crate::device::Client;
use crate::program::{command, heqi, until_some};

const ORIGIN: &str = "platform.heqi.example/demo-2";

/// A service that runs until it is dropped.
pub(crate) struct Service(Child);

impl Service {
    /// Starts it and waits for the line that says where it is.
    pub(crate) fn start(kind: &str, config: &Path) -> (Self, String) {
        let mut command = command(&[kind, "--config", config.to_str().unwrap()]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.map(Result::unwrap).find(|line| line.contains("ready at"));
        let ready = ready.unwrap_or_else(|| panic!("{kind} did not start"));
        (Self(child), ready.rsplit(' ').next().unwrap().to_owned())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[tokio::test]
async fn a_successor_is_opened_accepted_and_goes_on() {
    let settings = Settings::make();
    let folder = settings.folder.path();
    let (platform_at, notary_at) = (free_address(), free_address());
    let recovery = folder.join("recovery.key");
    let key = ApiKey::generate("recovery".parse().unwrap(), &SystemEntropy);
    std::fs::write(&recovery, format!("{}\n", key.expose())).unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let nobody = "http://127.0.0.1:9";
    let platform = settings
        .platform
        .replacen("listen = \"127.0.0.1:0\"", &format!("listen = \"{platform_at}\""), 1)
        .replacen(nobody, &format!("http://{notary_at}"), 1);
    let notary = settings
        .notary
        .replacen("listen = \"127.0.0.1:0\"", &format!("listen = \"{notary_at}\""), 1)
        .replacen(nobody, &format!("http://{platform_at}"), 1)
        .replacen(
            "[platform]\n",
            &format!("[platform]\nrecovery_key_file = \"{}\"\n", recovery.display()),
            1,
        );
    let before = write("before.toml", &platform);
    let notary = write("notary.toml", &notary);
    let after = write("after.toml", &platform.replacen("platform.heqi.example/demo", ORIGIN, 1));
    let line = |config: &Path| {
        let config = config.to_str().unwrap();
        let key = recovery.to_str().unwrap();
        ["recover", "successor", "--config", config, "--key", key, "--origin", ORIGIN]
            .map(str::to_owned)
    };
    let recover = |more: &[&str]| {
        let line = line(&before);
        heqi(&line.iter().map(String::as_str).chain(more.iter().copied()).collect::<Vec<_>>())
    };

    let (running, _) = Service::start("notary", &notary);
    let refused = recover(&["--yes"]).exits(1);
    assert!(
        refused.errors.contains("nothing that the notary cosigned is missing"),
        "{}",
        refused.errors
    );
    let planned = recover(&["--incident"]).exits(0);
    assert!(planned.out.contains("Nothing was changed"), "{}", planned.out);
    assert!(!folder.join("platform/frozen").exists());
    let done = recover(&["--incident", "--yes"]).exits(0);
    assert!(
        done.out.contains("is frozen") && done.out.contains("heqi keys accept"),
        "{}",
        done.out
    );
    let frozen = folder.join("platform/frozen/1");
    let vault = std::fs::read_dir(frozen.join("store/vault")).map_or(0, Iterator::count);
    assert_eq!(vault, 0, "the keys stand in one vault only");
    drop(running);
    for store in [folder.join("platform/store"), frozen.join("store")] {
        heqi(&["store", "fsck", store.to_str().unwrap()]).exits(0);
    }

    // The old settings name a log that does not go on.
    let refused = heqi(&["platform", "--config", before.to_str().unwrap()]).exits(1);
    assert!(refused.errors.contains(&format!("log_origin = \"{ORIGIN}\"")), "{}", refused.errors);
    // The notary's person looks first, then accepts; half a statement is none.
    let statement = frozen.join("successor.json");
    let accept = |more: &[&str]| {
        let data = folder.join("notary");
        let line =
            ["keys", "accept", statement.to_str().unwrap(), "--data", data.to_str().unwrap()];
        heqi(&[&line[..], more].concat())
    };
    let shown = accept(&[]).exits(0);
    assert!(
        shown.out.contains("witness saw") && shown.out.contains("Nothing was changed"),
        "{}",
        shown.out
    );
    accept(&["--yes"]).exits(0);

    let scopes = ["--label", "Example Registry", "--scopes", "filings,evidence,coverage"];
    let config = after.to_str().unwrap();
    let made = heqi(&[&["admin", "create-key", "--config", config][..], &scopes].concat()).exits(0);
    let key = made.out.trim().lines().last().unwrap().to_owned();
    let (_platform, url) = Service::start("platform", &after);
    let (_notary, _) = Service::start("notary", &notary);
    let client = Client::of(&url);
    until_some("the platform to write", async || {
        (client.get("", "/readyz").await.status == 200).then_some(())
    })
    .await;
    let body = json!({ "matter": "establishment", "company_name": "示例公司" });
    client.post(&key, "/api/v1/filings", &body).await;
    // What was signed before is read where it stands, and counted.
    let records = client.get(&key, "/api/v1/coverage").await.json()["records"].as_u64().unwrap();
    assert!(records > 10, "{records}");
    client.get("", "/log/demo/checkpoint").await.ok();
}
