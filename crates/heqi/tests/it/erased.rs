//! What was erased stays erased, whatever is restored; and who may stand in the way of an erasure at a custodian.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_service_kit::ApiKey;
use heqi_service_kit::system::{SystemClock, SystemEntropy};
use serde_json::{Value, json};

use crate::commands::Settings;
use crate::device::{self, Client};
use crate::program::{Folder, heqi, until, until_some};
use crate::successor::Service;

const NAME: &str = "欧阳待删除示例";
const SIGNER: &str = "司马有照片示例";
const INVITED: &str = "诸葛有号码示例";
const MOBILE: &str = "13987650432";
const REASON: &str = "理由里的个人秘密四二七";
const ORGANISATIONS: [&str; 2] = ["platform", "notary"];

/// The data keys that an organisation destroyed, by its erasure ledger.
fn destroyed(organisation: &Path) -> BTreeSet<Vec<u8>> {
    let ledger = std::fs::read_to_string(organisation.join("erasures/ledger.jsonl")).unwrap();
    let entries = ledger.lines().map(|line| line.rsplit_once(' ').unwrap().0);
    let entries = entries.map(|json| serde_json::from_str::<Value>(json).unwrap());
    let keys = entries.flat_map(|entry| entry["keys"].as_array().unwrap().clone());
    keys.map(|key| hex::decode(key.as_str().unwrap()).unwrap()).collect()
}

/// Of these, how many a vault has, and how many it marks as erased (`docs/spec/store.md` section 7).
fn in_vault(organisation: &Path, keys: &BTreeSet<Vec<u8>>) -> (usize, usize) {
    let files = files_under(&organisation.join("store/vault"));
    let files: Vec<Vec<u8>> = files.iter().map(|path| std::fs::read(path).unwrap()).collect();
    let stand = |state: u8| {
        let stands = |key: &&Vec<u8>| {
            let entry = [key.as_slice(), &[state]].concat();
            files.iter().any(|bytes| memchr::memmem::find(bytes, &entry).is_some())
        };
        keys.iter().filter(stands).count()
    };
    (stand(1), stand(0))
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_under(&path)) } else { files.push(path) }
    }
    files
}

/// A filing with one party who declined for a reason of its own; the path of the party and its token.
async fn somebody_declined(platform: &Client, integrator: &str) -> (String, String, String) {
    let opening = json!({ "matter": "establishment", "company_name": "示例删除有限公司" });
    let filing = platform.post(integrator, "/api/v1/filings", &opening).await;
    let filing = format!("/api/v1/filings/{}", filing["filing_id"].as_str().unwrap());
    let pdf = heqi_testkit::files::pdf("Articles", 1);
    let path = format!("{filing}/documents?title=Articles");
    platform.upload(integrator, &path, "application/pdf", pdf).await;
    let party = json!({ "kind": "person", "name": NAME, "capacities": ["shareholder"] });
    let party = platform.post(integrator, &format!("{filing}/parties"), &party).await;
    let party = format!("{filing}/parties/{}", party["party_id"].as_str().unwrap());
    let invited = platform.post(integrator, &format!("{party}/invitations"), &json!({})).await;
    let token = invited["token"].as_str().unwrap().to_owned();
    device::consent(platform, &token).await;
    platform.post(&token, "/api/v1/ceremony/decline", &json!({ "reason": REASON })).await;
    (filing, party, token)
}

async fn until_held(platform: &Client, integrator: &str) {
    until_some("every record to be held", async || {
        let coverage = platform.get(integrator, "/api/v1/coverage").await.json();
        let custodians = coverage["custodians"].as_array()?.clone();
        custodians.iter().all(|held| held["admitted"] == coverage["records"]).then_some(())
    })
    .await;
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Store and vault of an organisation that runs, each into a folder of its own.
fn back_up(settings: &Settings, organisation: &str, backups: &Path) {
    let store = settings.folder.store(organisation);
    let to = backups.join(organisation);
    std::fs::create_dir_all(&to).unwrap();
    let (to, vault_to) = (to.join("store"), to.join("vault"));
    let line = ["store", "backup", text(&store), "--to", text(&to)];
    heqi(&[&line[..], &["--vault-to", text(&vault_to)]].concat()).exits(0);
}

/// What [`back_up`] made, where the store was.
fn restore(data: &Path, backup: &Path) {
    let (from, vault_from) = (backup.join("store"), backup.join("vault"));
    let key = data.join("keys/key-encryption.key");
    let line = ["store", "restore", "--from", text(&from), "--vault-from", text(&vault_from)];
    let more = ["--key", text(&key), "--to", text(data)];
    heqi(&[&line[..], &more].concat()).exits(0);
}

/// What an organisation keeps secret in files: private keys of PEM files as they stand and
/// decoded, and other key files as a whole.
fn secrets_of(organisation: &Path) -> Vec<Vec<u8>> {
    let mut secrets = Vec::new();
    for path in files_under(&organisation.join("keys")) {
        let bytes = std::fs::read(&path).unwrap();
        match path.extension().and_then(|end| end.to_str()) {
            Some("key") => secrets.push(bytes.trim_ascii().to_vec()),
            Some("pem") => {
                let pem = String::from_utf8(bytes).unwrap();
                let blocks = pem.split("-----BEGIN ");
                for block in blocks.filter(|block| block.starts_with("PRIVATE KEY")) {
                    let lines = block.lines().skip(1).take_while(|line| !line.starts_with('-'));
                    let lines: Vec<&str> = lines.collect();
                    secrets.extend(lines.first().map(|line| line.as_bytes().to_vec()));
                    secrets.push(STANDARD.decode(lines.concat()).unwrap());
                }
            }
            _ => {}
        }
    }
    assert!(secrets.len() > 2 && secrets.iter().all(|one| one.len() >= 16), "{}", secrets.len());
    secrets
}

#[tokio::test]
async fn every_byte_of_a_backup_is_searched_and_holds_nothing_of_a_person_and_no_secret() {
    let settings = Settings::make();
    let folder = settings.folder.path().to_owned();
    let backups = Folder::new();
    let demo = settings.folder.start();
    let platform = Client::of(demo.says("platform_url"));
    let integrator = demo.credential("integrator").to_owned();
    let (filing, _, declined) = somebody_declined(&platform, &integrator).await;

    // Somebody signs, with a photo; somebody else has a number and is only invited.
    let opening = json!({ "matter": "establishment", "company_name": "示例备份有限公司" });
    let other = platform.post(&integrator, "/api/v1/filings", &opening).await;
    let other = format!("/api/v1/filings/{}", other["filing_id"].as_str().unwrap());
    let path = format!("{other}/documents?title=Articles");
    let pdf = heqi_testkit::files::pdf("Articles", 1);
    platform.upload(&integrator, &path, "application/pdf", pdf).await;
    let mut parties = Vec::new();
    for name in [SIGNER, INVITED] {
        let party = json!({ "kind": "person", "name": name, "capacities": ["shareholder"] });
        let party = platform.post(&integrator, &format!("{other}/parties"), &party).await;
        parties.push(format!("{other}/parties/{}", party["party_id"].as_str().unwrap()));
    }
    let path = format!("{}/contact", parties[1]);
    platform.post(&integrator, &path, &json!({ "mobile": MOBILE })).await;
    let path = format!("{}/invitations", parties[0]);
    let invited = platform.post(&integrator, &path, &json!({})).await;
    let token = invited["token"].as_str().unwrap().to_owned();
    device::sign(&platform, &token, &SystemClock).await;
    until_held(&platform, &integrator).await;

    // The photo is the one that the device takes (`device::sign`); its middle is a picture's.
    let photo = heqi_testkit::files::photo(&token);
    let middle = photo[photo.len() / 2..][..48].to_vec();
    let mut planted: Vec<Vec<u8>> = [NAME, REASON, SIGNER, INVITED, MOBILE]
        .into_iter()
        .chain([integrator.as_str(), declined.as_str(), token.as_str()])
        .map(|text| text.as_bytes().to_vec())
        .collect();
    planted.push(middle);
    for organisation in ORGANISATIONS {
        back_up(&settings, organisation, backups.path());
        planted.extend(secrets_of(&folder.join(organisation)));
    }
    let files = files_under(backups.path());
    assert!(files.len() >= 4, "two stores and two vaults: {files:?}");
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        for (which, planted) in planted.iter().enumerate() {
            let found = memchr::memmem::find(&bytes, planted);
            assert_eq!(found, None, "{} holds what was planted as {which}", path.display());
        }
    }

    // And yet it is all in there: with the key it is read again.
    assert_eq!(demo.end(), Some(0));
    let data = folder.join("platform");
    std::fs::remove_dir_all(data.join("store")).unwrap();
    restore(&data, &backups.path().join("platform"));
    let file = folder.join("platform-restored.toml");
    std::fs::write(&file, &settings.platform).unwrap();
    let (_service, url) = Service::start("platform", &file);
    let client = Client::of(&url);
    for (path, name) in [(&filing, NAME), (&other, SIGNER)] {
        let view = client.get(&integrator, path).await;
        assert!(view.text().contains(name), "{}", view.text());
    }
}

#[tokio::test]
async fn a_backup_from_before_an_erasure_is_restored_and_forgets_again_before_it_serves() {
    let settings = Settings::make();
    let folder = settings.folder.path().to_owned();
    let backups = Folder::new();
    let demo = settings.folder.start();
    let platform = Client::of(demo.says("platform_url"));
    let integrator = demo.credential("integrator").to_owned();
    let (filing, party, token) = somebody_declined(&platform, &integrator).await;
    until_held(&platform, &integrator).await;
    assert!(platform.get(&integrator, &filing).await.text().contains(NAME));

    // Both are backed up while they run; then the party asks, and both destroy the keys.
    for organisation in ORGANISATIONS {
        back_up(&settings, organisation, backups.path());
    }
    let asked = json!({
        "classes": ["biometric", "person", "trace"], "basis": "个人信息保护法第47条",
    });
    let decided = platform.post(&token, &format!("{party}/erasure"), &asked).await;
    assert_eq!(decided["decision"], "erased", "{decided}");
    until("both to have erased", || {
        ORGANISATIONS.iter().all(|one| !destroyed(&folder.join(one)).is_empty())
    });
    until_held(&platform, &integrator).await;
    assert_eq!(demo.end(), Some(0));

    for (organisation, config) in [("platform", &settings.platform), ("notary", &settings.notary)] {
        let data = folder.join(organisation);
        let keys = destroyed(&data);
        assert_eq!(in_vault(&data, &keys), (0, keys.len()), "{organisation} erased");

        // The older store and the older vault: the keys are back.
        std::fs::remove_dir_all(data.join("store")).unwrap();
        restore(&data, &backups.path().join(organisation));
        let (present, erased) = in_vault(&data, &keys);
        assert!(present > 0 && erased == 0, "{organisation}: {present} came back");

        // By itself, with nobody who could tell it anything, it forgets before its door is open.
        let file = folder.join(format!("{organisation}-restored.toml"));
        std::fs::write(&file, config).unwrap();
        let (service, url) = Service::start(organisation, &file);
        assert_eq!(in_vault(&data, &keys), (0, keys.len()), "{organisation} forgot again");
        if organisation == "platform" {
            let view = Client::of(&url).get(&integrator, &filing).await;
            assert!(!view.text().contains(NAME), "{}", view.text());
        }
        drop(service);
        // Nobody has answered it, and whoever looks is told.
        let looked = heqi(&["store", "fsck", text(&data.join("store"))]).exits(0);
        let said = "not compared with the peers since";
        let is_said = looked.out.lines().any(|line| line.starts_with('–') && line.contains(said));
        assert!(is_said, "{}", looked.out);
    }
    for path in files_under(&folder).into_iter().chain(files_under(backups.path())) {
        let bytes = std::fs::read(&path).unwrap();
        for planted in [NAME, REASON] {
            let found = memchr::memmem::find(&bytes, planted.as_bytes());
            assert_eq!(found, None, "{} holds the plaintext", path.display());
        }
    }
}

#[tokio::test]
async fn a_hold_is_placed_at_a_custodian_with_the_key_of_its_settings_and_with_no_other() {
    let settings = Settings::make();
    let folder = settings.folder.path();
    let key = ApiKey::generate("legal-hold".parse().unwrap(), &SystemEntropy);
    let file = folder.join("legal-hold.key");
    std::fs::write(&file, format!("{}\n", key.expose())).unwrap();
    let config = folder.join("notary-holding.toml");
    let line = format!("legal_hold_key_file = \"{}\"\n{}", file.display(), settings.notary);
    std::fs::write(&config, line).unwrap();
    let (_notary, url) = Service::start("notary", &config);
    let client = Client::of(&url);
    let deposits = std::fs::read_to_string(folder.join("platform/keys/data-centre.key")).unwrap();
    let path = format!("/chains/{}/holds", "0".repeat(64));
    let ask = async |key: &str| {
        let body = json!({ "reason": "（2026）示例民初1号" }).to_string().into_bytes();
        client.raw(key, &path, "application/json", body).await
    };
    assert_eq!(ask(deposits.trim()).await.status, 403, "never with a key of the platform");
    let unknown = ask(key.expose()).await;
    assert_eq!(unknown.status, 404, "{}", unknown.text());
}
