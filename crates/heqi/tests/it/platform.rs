//! One platform as a process, by itself: no custodian is configured as a peer to be heard,
//! so it takes work at once. For tests of its door.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_service_kit::SystemEntropy;

use crate::device::Client;
use crate::program::{Folder, heqi};

/// A platform that goes on. Dropped, it is killed.
pub(crate) struct Alone {
    process: Child,
    pub(crate) url: String,
    pub(crate) address: SocketAddr,
    /// Keys of two integrators.
    pub(crate) staff: [String; 2],
    /// Its settings, without the tables of a test.
    settings: String,
    folder: Folder,
}

impl Alone {
    /// Starts one with these tables in its settings.
    pub(crate) fn start(tables: &str) -> Self {
        let folder = Folder::new();
        let at = folder.path().display().to_string();
        let key = SigningKey::generate(Algorithm::P256, &SystemEntropy).public_key();
        let key = STANDARD.encode(key.to_spki_der());
        let peer = format!(
            "url = \"http://127.0.0.1:9\"\napi_key_file = \"{at}/peer.key\"\nreceipt_key = \"{key}\"\n"
        );
        let settings = format!(
            "data_dir = \"{at}/platform\"\nlisten = \"127.0.0.1:0\"\n\
             log_origin = \"platform.example/alone\"\nwitnessed_logs = []\n\
             [data_centre]\n{peer}[preservation]\n{peer}"
        );
        let config = write(&folder, &settings, tables);
        std::fs::write(folder.path().join("peer.key"), "heqi_deposits_none").unwrap();
        let staff = ["one", "two"].map(|label| {
            let line = ["admin", "create-key", "--config", &config, "--label", label];
            let scopes = ["--scopes", "filings,evidence,coverage"];
            let ran = heqi(&[&line[..], &scopes].concat()).exits(0);
            ran.out.lines().nth(1).unwrap().to_owned()
        });
        let (process, url) = run(&config);
        let address = url.strip_prefix("http://").unwrap().parse().unwrap();
        Self { process, url, address, staff, settings, folder }
    }

    /// It is killed, and another process takes its place with these tables, at another address.
    pub(crate) fn restart(&mut self, tables: &str) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let config = write(&self.folder, &self.settings, tables);
        (self.process, self.url) = run(&config);
        self.address = self.url.strip_prefix("http://").unwrap().parse().unwrap();
    }

    pub(crate) fn client(&self) -> Client {
        Client::of(&self.url)
    }

    /// Resident memory in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let statm = std::fs::read_to_string(format!("/proc/{}/statm", self.process.id())).unwrap();
        statm.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 4096
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The settings of a test; where they stand.
fn write(folder: &Folder, settings: &str, tables: &str) -> String {
    let file = folder.path().join("platform.toml");
    std::fs::write(&file, format!("{settings}{tables}")).unwrap();
    file.to_str().unwrap().to_owned()
}

/// A process with these settings, and where it listens.
fn run(config: &str) -> (Child, String) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_heqi"))
        .args(["platform", "--config", config])
        .env("HEQI_TELEMETRY__FILTER", "error")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (process, line.trim().rsplit(' ').next().unwrap().to_owned())
}
