//! Keys change from the command line while two organisations work together: every role that signs, the keys of
//! integrators, and the drill for a key that may be in other hands (`docs/OPERATING.md`).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use heqi_evidence::anchors::{Anchors, AnchorsFile};
use heqi_evidence::key_change::{KeyChange, KeyChangeReason, KeyRole};
use heqi_evidence::leaf::LogLeaf;
use heqi_pki::dsse::Envelope;
use heqi_pki::keys::PublicKey;
use heqi_service_kit::system::SystemClock;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::note::VerifierKey;
use heqi_tlog::tile::{TileKind, decode_entries, tiles_of};
use heqi_vocabulary::{Clock as _, Digest};
use serde_json::{Value, json};

use crate::device::{self, Client};
use crate::notary_successor::Town;
use crate::program::{Ran, heqi, until_some};
use crate::successor::Service;

/// Role, whose key it is, and who has to know.
const ROTATED: [(&str, &str, &str); 7] = [
    ("log", "platform", "notary"),
    ("witness", "platform", "notary"),
    ("order", "platform", "notary"),
    ("log", "notary", "platform"),
    ("witness", "notary", "platform"),
    ("mirror", "notary", "platform"),
    ("receipt", "notary", "platform"),
];

impl Town {
    fn rotate(&self, role: &str, whose: &str, more: &[&str]) -> Ran {
        let data = self.text(whose);
        heqi(&[&["keys", "rotate", role, "--data", &data, "--yes"], more].concat()).exits(0)
    }

    /// The newest statement that this organisation made about a key of this role.
    fn statement(&self, role: &str, whose: &str) -> PathBuf {
        let made = std::fs::read_dir(self.path(whose).join("keys/changes")).unwrap();
        let made = made.map(|entry| entry.unwrap().path());
        let of_role = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with(&format!("{role}-"))
        };
        made.filter(of_role)
            .max_by_key(|path| path.metadata().unwrap().modified().unwrap())
            .unwrap()
    }

    fn accept(&self, statement: &Path, at: &str) -> Ran {
        let statement = statement.to_str().unwrap();
        heqi(&["keys", "accept", statement, "--data", &self.text(at), "--yes"]).exits(0)
    }

    /// The public half of a note key that is in use.
    fn note_key(&self, whose: &str, file: &str) -> VerifierKey {
        let keys = self.path(whose).join("keys");
        let shown = heqi(&["keys", "show", keys.to_str().unwrap()]).exits(0).out;
        let line = shown.lines().find_map(|line| line.strip_prefix(file)).unwrap();
        line.trim().parse().unwrap()
    }

    async fn start(&self) -> ([Service; 2], Client) {
        let (platform, url) = Service::start("platform", &self.platform);
        let (notary, _) = Service::start("notary", &self.before);
        let client = Client::of(&url);
        until_some("both to write", async || {
            let ready = client.get("", "/readyz").await.status == 200;
            (ready && self.notary("/readyz").await.status == 200).then_some(())
        })
        .await;
        ([platform, notary], client)
    }

    /// What the notary publishes now, kept in a file.
    async fn anchors(&self, name: &str) -> (String, Anchors) {
        let bytes = self.notary("/anchors.json").await.ok();
        std::fs::write(self.path(name), &bytes).unwrap();
        (self.text(name), AnchorsFile::parse(&bytes).unwrap().anchors)
    }

    /// Somebody signs; the bundle, once it verifies by these anchors.
    async fn somebody_signs(&self, client: &Client, key: &str, anchors: &str) -> String {
        // The same words would be the same request, answered with the same filing.
        static FILINGS: AtomicUsize = AtomicUsize::new(0);
        let which = ["甲", "乙", "丙", "丁"][FILINGS.fetch_add(1, Ordering::Relaxed) % 4];
        let company = format!("示例换钥{which}有限公司");
        let opening = json!({ "matter": "establishment", "company_name": company });
        let filing = client.post(key, "/api/v1/filings", &opening).await;
        let filing = format!("/api/v1/filings/{}", filing["filing_id"].as_str().unwrap());
        let pdf = heqi_testkit::files::pdf("Articles", 1);
        let path = format!("{filing}/documents?title=Articles");
        client.upload(key, &path, "application/pdf", pdf).await;
        let party =
            json!({ "kind": "person", "name": "示例签署人", "capacities": ["shareholder"] });
        let party = client.post(key, &format!("{filing}/parties"), &party).await;
        let path = format!("{filing}/parties/{}/invitations", party["party_id"].as_str().unwrap());
        let invited = client.post(key, &path, &json!({})).await;
        let signed = device::sign(client, invited["token"].as_str().unwrap(), &SystemClock).await;
        let record = signed["record_id"].as_str().unwrap();
        let file = self.text(&format!("{record}.heqi.zip"));
        until_some("the signing to verify", async || {
            let bundle = client.get(key, &format!("/api/v1/records/{record}/bundle")).await;
            std::fs::write(&file, bundle.body).unwrap();
            (verify(&file, anchors, &[]).code == Some(0)).then_some(())
        })
        .await;
        file
    }
}

fn verify(bundle: &str, anchors: &str, more: &[&str]) -> Ran {
    heqi(&[&["verify", bundle, "--anchors", anchors, "--lang", "en"], more].concat())
}

/// The newest head of the platform's log that each of these keys has signed.
async fn signed_by(client: &Client, keys: &[VerifierKey]) {
    until_some("a head with every line", async || {
        let note = client.get("", "/log/platform/checkpoint").await;
        let head = SignedCheckpoint::parse(&note.body).ok()?;
        keys.iter().all(|key| head.note().verify([key]).is_ok()).then_some(())
    })
    .await;
}

/// Every entry of the platform's log, as anybody reads them.
pub(crate) async fn entries(client: &Client) -> Vec<Vec<u8>> {
    let note = client.get("", "/log/platform/head").await.ok();
    let size = SignedCheckpoint::parse(&note).unwrap().checkpoint().size();
    let mut all = Vec::new();
    for tile in tiles_of(size).filter(|tile| tile.kind() == TileKind::Entries) {
        let bytes = client.get("", &format!("/log/platform/{tile}")).await.ok();
        all.extend(
            decode_entries(&bytes, tile.width()).unwrap().iter().map(|entry| entry.to_vec()),
        );
    }
    all
}

#[tokio::test]
async fn every_key_that_signs_is_changed_while_both_work_and_old_and_new_evidence_verify() {
    let town = Town::make();
    let key = town.key("filings,evidence,coverage");
    let old = town.settings.folder.manifest()["bundle_path"].as_str().unwrap().to_owned();
    for (role, whose, peer) in ROTATED {
        town.rotate(role, whose, &[]);
        town.accept(&town.statement(role, whose), peer);
    }

    // The overlap: the old keys go on, heads of logs carry both lines, and what is published names both keys.
    let was = [town.note_key("notary", "witness.key"), town.note_key("notary", "mirror.key")];
    let (services, client) = town.start().await;
    let (file, anchors) = town.anchors("overlap.json").await;
    assert_eq!(
        anchors.logs.iter().filter(|log| log.vkey.0.name().as_str().contains("platform")).count(),
        2
    );
    let during = town.somebody_signs(&client, &key, &file).await;
    signed_by(&client, &was).await;
    drop(services);

    for (role, whose, _) in ROTATED {
        town.rotate(role, whose, &["--finish"]);
    }
    let is = [
        town.note_key("platform", "log.key"),
        town.note_key("notary", "witness.key"),
        town.note_key("notary", "mirror.key"),
    ];
    let (_services, client) = town.start().await;
    let (file, anchors) = town.anchors("after.json").await;
    let after = town.somebody_signs(&client, &key, &file).await;
    signed_by(&client, &is).await;
    for cosigner in &was {
        let anchor = anchors.cosigners.iter().find(|one| one.vkey.0 == *cosigner).unwrap();
        assert!(anchor.validity.valid_until.is_some(), "the old key of {cosigner} ends");
    }
    for bundle in [&old, &during, &after] {
        verify(bundle, &file, &[]).exits(0);
    }
    // Who was given the anchors of before and nothing since does not know the new keys. A head of a log that
    // is known, under a key that is not, proves nothing and contradicts nothing (`docs/spec/anchors.md` 7a):
    // such a reader is told to get the anchors of today.
    let before = town.settings.folder.manifest()["anchors_path"].as_str().unwrap().to_owned();
    verify(&old, &before, &[]).exits(0);
    let told = verify(&after, &before, &["--json"]).exits(3).json();
    let logged = told["claims"].as_array().unwrap().iter().find(|one| one["claim"] == "logged");
    assert_eq!(logged.unwrap()["code"], "log_key_unknown", "{told}");
    // The other side's log goes on under its new keys, too.
    let own = [town.note_key("notary", "log.key"), town.note_key("platform", "witness.key")];
    until_some("the notary's log to be cosigned", async || {
        let note = town.notary("/log/demo/checkpoint").await;
        let head = SignedCheckpoint::parse(&note.body).ok()?;
        own.iter().all(|key| head.note().verify([key]).is_ok()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_key_of_an_integrator_is_changed_with_an_overlap_and_the_change_is_a_leaf() {
    let town = Town::make();
    let config = town.platform.to_str().unwrap();
    let made = |ran: Ran| {
        let lines: Vec<String> = ran.out.trim().lines().map(str::to_owned).collect();
        let [id, key] = <[String; 2]>::try_from(lines).unwrap();
        (id, key)
    };
    let create = ["admin", "create-key", "--config", config, "--label", "Test", "--scopes"];
    let create = || made(heqi(&[&create[..], &["coverage"]].concat()).exits(0));
    let rotate = |id: &str, hours: &str| {
        let line = ["admin", "rotate-key", id, "--overlap-hours", hours, "--config", config];
        made(heqi(&line).exits(0))
    };
    let (first, second) = (create(), create());
    let log = town.note_key("platform", "log.key");
    let mut changed = Vec::new();
    for (old, hours) in [(&first, "1"), (&second, "0")] {
        let new = rotate(&old.0, hours);
        let statement = std::fs::read(town.statement("api", "platform")).unwrap();
        let log = PublicKey::from_ed25519_bytes(log.public_key()).unwrap();
        let said = KeyChange::verify(&Envelope::from_json(&statement).unwrap(), &[log]).unwrap();
        assert_eq!((said.role, said.reason), (KeyRole::Api, KeyChangeReason::Scheduled));
        assert_eq!((&said.old_key, &said.new_key), (&old.0, &new.0));
        let hours: i64 = hours.parse().unwrap();
        assert_eq!(said.old_valid_until, said.changed_at.plus_millis(hours * 3_600_000));
        let text = String::from_utf8_lossy(&statement).into_owned();
        assert!(!text.contains(&old.1) && !text.contains(&new.1), "names, and no key");
        changed.push((statement, new));
    }

    let (_service, url) = Service::start("platform", &town.platform);
    let client = Client::of(&url);
    let leaves = entries(&client).await;
    for (statement, (_, key)) in &changed {
        let leaf = LogLeaf::Statement(Digest::of(statement)).to_bytes();
        assert_eq!(leaves.iter().filter(|entry| **entry == leaf).count(), 1, "it is one leaf");
        assert_ne!(client.get(key, "/api/v1/ceremony").await.status, 401);
    }
    // A key that is known has no ceremony; one that is not is nobody's.
    assert_ne!(client.get(&first.1, "/api/v1/ceremony").await.status, 401, "within the overlap");
    assert_eq!(client.get(&second.1, "/api/v1/ceremony").await.status, 401, "without an overlap");
}

#[test]
fn a_key_in_the_place_of_one_that_ends_ends_with_it_unless_something_else_is_said() {
    let town = Town::make();
    let config = town.platform.to_str().unwrap();
    let id_of = |ran: Ran| ran.out.lines().next().unwrap().to_owned();
    let create = ["admin", "create-key", "--config", config, "--label", "Test"];
    let ending = ["--scopes", "coverage", "--days", "30"];
    let mut old = id_of(heqi(&[&create[..], &ending].concat()).exits(0));
    for (said, state) in [
        (&[][..], "valid until 20"),
        (&["--unlimited"][..], "valid  Test"),
        (&["--days", "9"][..], "valid until 20"),
    ] {
        let line = [&["admin", "rotate-key", old.as_str(), "--config", config][..], said].concat();
        let new = id_of(heqi(&line).exits(0));
        let listed = heqi(&["admin", "list-keys", "--config", config]).exits(0);
        let line = listed.out.lines().find(|line| line.starts_with(&new)).unwrap();
        assert!(line.contains(state), "{said:?}: {line}");
        old = new;
    }
    let both =
        ["admin", "rotate-key", old.as_str(), "--config", config, "--unlimited", "--days", "9"];
    let refused = heqi(&both);
    assert!(refused.code != Some(0) && refused.out.is_empty(), "one of the two");
}

#[tokio::test]
async fn the_drill_for_a_key_in_other_hands_keeps_what_others_dated_and_doubts_the_rest() {
    let town = Town::make();
    let key = town.key("filings,evidence,coverage");
    let old = town.settings.folder.manifest()["bundle_path"].as_str().unwrap().to_owned();

    // 1. From then on it may be in other hands; something is receipted with it all the same. Whoever uses it stops.
    let from = SystemClock.now();
    let (services, client) = town.start().await;
    let (anchors, published) = town.anchors("anchors.json").await;
    let doubtful = town.somebody_signs(&client, &key, &anchors).await;
    let centre = published.custodians.iter().find(|one| one.custodian == "data_centre").unwrap();
    let lost: Value = serde_json::to_value(&centre.key).unwrap();
    drop(services);

    // 2. The anchors say so at once.
    let (data, new) = (town.text("notary"), town.text("anchors.new.json"));
    let line = ["keys", "distrust", lost.as_str().unwrap(), "--from", &from.to_string()];
    let more = ["--data", &data, "--anchors", &anchors, "--out", &new, "--yes"];
    let said = heqi(&[&line[..], &more].concat()).exits(0);
    let digest = Digest::of(&std::fs::read(&new).unwrap());
    assert!(said.out.contains(&digest.to_string()), "the digest to be printed: {}", said.out);

    // 3. Another key, and the peer is told to believe no signature of the old one.
    town.rotate("receipt", "notary", &["--compromised", "--overlap-hours", "0"]);
    let shown = town.accept(&town.statement("receipt", "notary"), "platform");
    assert!(shown.out.contains("may be in other hands"), "{}", shown.out);
    town.rotate("receipt", "notary", &["--finish"]);

    // 4. What somebody else dated before stays proved. The rest is doubtful, and it is the receipt alone that is.
    verify(&old, &new, &[]).exits(0);
    verify(&doubtful, &anchors, &[]).exits(0);
    let doubted = verify(&doubtful, &new, &["--json"]).exits(3).json();
    let status = |name: &str| {
        let claims = doubted["claims"].as_array().unwrap();
        claims.iter().find(|claim| claim["claim"] == name).unwrap()["status"].clone()
    };
    assert_eq!(status("deposited"), "not_proved", "{doubted}");
    for name in ["integrity", "signed_by", "logged", "witnessed"] {
        assert_eq!(status(name), "proved", "{name}: {doubted}");
    }

    // 5. Nothing that nobody here made; then it goes on, and the service publishes what was said by hand.
    for store in ["platform/store", "notary/store"] {
        heqi(&["store", "fsck", &town.text(store)]).exits(0);
    }
    let (_services, client) = town.start().await;
    let (anchors, published) = town.anchors("anchors.now.json").await;
    let keys = published.custodians.iter().filter(|one| one.custodian == "data_centre");
    let ends: Vec<_> = keys.map(|one| one.validity.distrust_after).collect();
    assert_eq!(ends, [Some(from), None], "the old key and the new one");
    let after = town.somebody_signs(&client, &key, &anchors).await;
    verify(&after, &new, &[]).exits(3);
    verify(&old, &anchors, &[]).exits(0);
    verify(&doubtful, &anchors, &[]).exits(3);
}
