//! A person's data are erased: after that nobody who has every file and the key-encryption
//! key finds them, everything else still proves, and both custodians have answered.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::chain::chain_commitment;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::examine::{Question, examine};
use heqi_evidence::record::Frame;
use heqi_evidence::verdict::{ClaimName, Status};
use heqi_evidence_store::vault::{DataKeyId, FileKeyEncryptionKey, KeyEncryptionKey};
use heqi_registration::Custodian;
use heqi_service_kit::SystemEntropy;
use heqi_vocabulary::Digest;
use serde_json::{Value, json};

use super::device;
use super::house::{House, STAFF, Second, until};

/// A filing with one party that signs and one that declines, everything deposited.
pub(crate) struct Told {
    pub(crate) filing: String,
    pub(crate) signer: String,
    pub(crate) decliner: String,
    pub(crate) tokens: [String; 2],
    pub(crate) signing_record: String,
    pub(crate) decline_record: String,
}

pub(crate) const NAME: &str = "欧阳待删除示例";
pub(crate) const REASON: &str = "理由里的个人秘密四二七";

pub(crate) async fn told(house: &House) -> Told {
    let staff = &house.client;
    let body = json!({ "matter": "establishment", "company_name": "示例删除有限公司" });
    let filing = staff.post(STAFF, "/api/v1/filings", &body).await;
    let filing = filing["filing_id"].as_str().unwrap().to_owned();
    let base = format!("/api/v1/filings/{filing}");
    let path = format!("{base}/documents?title=Articles");
    let pdf = heqi_testkit::files::pdf("Articles", 1);
    staff.upload(STAFF, &path, "application/pdf", pdf).await;
    let (mut parties, mut tokens) = (Vec::new(), Vec::new());
    for name in ["示例签署人", NAME] {
        let party = json!({ "kind": "person", "name": name, "capacities": ["shareholder"] });
        let added = staff.post(STAFF, &format!("{base}/parties"), &party).await;
        parties.push(added["party_id"].as_str().unwrap().to_owned());
    }
    for party in &parties {
        let path = format!("{base}/parties/{party}/invitations");
        let invited = staff.post(STAFF, &path, &json!({})).await;
        tokens.push(invited["token"].as_str().unwrap().to_owned());
    }
    house.until_cosigned().await;
    let clock = heqi_service_kit::SystemClock;
    let signed = device::sign(staff, &tokens[0], &clock).await;
    device::consent(staff, &tokens[1]).await;
    let declined =
        staff.post(&tokens[1], "/api/v1/ceremony/decline", &json!({ "reason": REASON })).await;
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    let [signer, decliner] = &parties[..] else { panic!("two parties") };
    Told {
        filing,
        signer: signer.clone(),
        decliner: decliner.clone(),
        tokens: [tokens[0].clone(), tokens[1].clone()],
        signing_record: signed["record_id"].as_str().unwrap().to_owned(),
        decline_record: declined["record_id"].as_str().unwrap().to_owned(),
    }
}

pub(crate) async fn ask_erasure(house: &House, token: &str, filing: &str, party: &str) -> Value {
    let path = format!("/api/v1/filings/{filing}/parties/{party}/erasure");
    let body =
        json!({ "classes": ["biometric", "person", "trace"], "basis": "个人信息保护法第47条" });
    house.client.post(token, &path, &body).await
}

pub(crate) async fn personal_data(house: &House, filing: &str) -> Value {
    house.client.get(STAFF, &format!("/api/v1/filings/{filing}/personal-data")).await.json()
}

/// Somebody with every file of one organisation and its key-encryption key, who follows
/// `docs/spec/store.md` section 7 and nothing of our code.
struct Thief {
    files: Vec<(PathBuf, Vec<u8>)>,
    epochs: Vec<(u32, [u8; 32])>,
}

impl Thief {
    fn breaks_into(folder: &Path) -> Self {
        let files = files_below(folder);
        let key_file = folder.join("key");
        let entropy = std::sync::Arc::new(SystemEntropy);
        let key = FileKeyEncryptionKey::load(&key_file, entropy).unwrap();
        let identity: Value =
            serde_json::from_slice(&fs::read(folder.join("store/store.json")).unwrap()).unwrap();
        let store = hex::decode(identity["store"].as_str().unwrap()).unwrap();
        let mut epochs = BTreeSet::new();
        for (_, bytes) in &files {
            for window in bytes.windows(60).filter(|window| looks_encrypted(window)) {
                for segment in 0..2u32 {
                    let context = [&store[..], &segment.to_be_bytes()].concat();
                    if let Ok(epoch) = key.unwrap(window, &context) {
                        epochs.insert((segment, *epoch));
                    }
                }
            }
        }
        Self { files, epochs: epochs.into_iter().collect() }
    }

    /// The data key of this name, from any window of any file under any epoch key.
    fn data_key(&self, id: DataKeyId) -> Option<[u8; 32]> {
        for (_, bytes) in &self.files {
            for window in bytes.windows(60).filter(|window| looks_encrypted(window)) {
                for (segment, epoch) in &self.epochs {
                    let label = b"heqi.vault.key/v1\n".as_slice();
                    let associated = [label, &segment.to_be_bytes(), id.as_bytes()].concat();
                    if let Some(key) = open(epoch, window, &associated) {
                        return Some(key.try_into().unwrap());
                    }
                }
            }
        }
        None
    }

    /// What stands sealed under this key in any file, as far as it is the row of a context.
    fn opens(&self, id: DataKeyId, key: &[u8; 32], context: &[u8]) -> Option<Vec<u8>> {
        let head = [&[1u8][..], id.as_bytes()].concat();
        let label = b"heqi.sealed/v1\n".as_slice();
        let associated = [label, id.as_bytes(), context].concat();
        for (_, bytes) in &self.files {
            for at in 0..bytes.len().saturating_sub(head.len()) {
                if bytes[at..at + head.len()] != head[..] {
                    continue;
                }
                let rest = &bytes[at + head.len()..];
                for length in 29..rest.len().min(1500) {
                    if let Some(plain) = open(key, &rest[..length], &associated) {
                        return Some(plain);
                    }
                }
            }
        }
        None
    }

    fn finds(&self, bytes: &[u8]) -> Option<&Path> {
        let stands = |file: &&(PathBuf, Vec<u8>)| file.1.windows(bytes.len()).any(|w| w == bytes);
        self.files.iter().find(stands).map(|(path, _)| path.as_path())
    }
}

/// Zeros and text are no ciphertext: a filter that only saves time.
fn looks_encrypted(window: &[u8]) -> bool {
    let distinct: BTreeSet<u8> = window.iter().copied().collect();
    distinct.len() > 20 && !window.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ')
}

fn open(key: &[u8; 32], sealed: &[u8], associated: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = sealed.split_first_chunk::<12>()?;
    let payload = Payload { msg: body, aad: associated };
    Aes256Gcm::new(key.into()).decrypt(&Nonce::from(*nonce), payload).ok()
}

fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else if let Ok(bytes) = fs::read(&path) {
            found.push((path, bytes));
        }
    }
    found
}

fn id_of(told: &Told, what: &str) -> DataKeyId {
    DataKeyId::of(&[told.filing.as_bytes(), told.decliner.as_bytes(), what.as_bytes()])
}

/// The chain and the root of a record, as its bundle says.
pub(crate) async fn place_of(house: &House, record: &str) -> (Digest, Digest) {
    let path = format!("/api/v1/records/{record}/bundle");
    let bundle = EvidenceBundle::read(&house.client.get(STAFF, &path).await.ok()).unwrap();
    let disclosure = Disclosure::parse(&bundle.parts.record).unwrap();
    let chain = Frame::read(&disclosure).unwrap().place.chain;
    (chain_commitment(chain), disclosure.root())
}

/// The key under which a custodian holds what a person did in this record.
async fn id_at_custodian(house: &House, record: &str) -> DataKeyId {
    let (chain, root) = place_of(house, record).await;
    DataKeyId::of(&[b"deposit", chain.as_bytes(), root.as_bytes(), b"person"])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_person_is_found_nowhere_and_everything_else_still_proves() {
    let house = House::start(Second::Real).await;
    let told = told(&house).await;
    let party_row = format!("row\nfiling/{}/p001@1", told.filing);
    let classes = ["person", "biometric", "trace", "party", "ceremony"];

    // The thief can do it: before the erasure the name opens.
    let before = Thief::breaks_into(&house.folder(1));
    assert_eq!(before.finds(NAME.as_bytes()), None, "no name stands in the clear");
    let key = before.data_key(id_of(&told, "party")).expect("the thief finds the key");
    let opened = before.opens(id_of(&told, "party"), &key, party_row.as_bytes());
    let opened = opened.expect("the thief opens the party");
    assert!(String::from_utf8_lossy(&opened).contains(NAME));
    let keys: Vec<[u8; 32]> =
        classes.iter().filter_map(|what| before.data_key(id_of(&told, what))).collect();
    assert!(keys.len() >= 4, "person, trace, party and ceremony have keys");
    // At the custodians, too: each holds the record whole under a key of its own.
    let of_record = id_at_custodian(&house, &told.decline_record).await;
    let theirs = [2, 3].map(|seed| {
        let thief = Thief::breaks_into(&house.folder(seed));
        thief.data_key(of_record).expect("the thief finds the custodian's key")
    });

    let size = house.records().await.len();
    let decided = ask_erasure(&house, &told.tokens[1], &told.filing, &told.decliner).await;
    assert_eq!(decided["decision"], "erased", "{decided}");
    assert_eq!(house.records().await.len(), size + 1, "the decision is a record");

    // Both custodians answer, and the screen says so.
    let standing = until("both custodians to answer the order", async || {
        let standing = personal_data(&house, &told.filing).await;
        let answers = standing["erasures"][0]["custodians"].as_array()?.clone();
        let answered = answers.iter().all(|c| c["answer"]["state"] != "ordered");
        (answers.len() == 2 && answered).then_some(standing)
    })
    .await;
    for custodian in standing["erasures"][0]["custodians"].as_array().unwrap() {
        assert_eq!(custodian["answer"]["state"], "erased", "{standing}");
    }
    assert!(standing["erasures"][0]["decision"]["performed_at"].is_string(), "{standing}");
    let view = house.client.get(STAFF, &format!("/api/v1/filings/{}", told.filing)).await.text();
    assert!(!view.contains(NAME) && view.contains("已依法删除"));

    // Now nobody finds anything, with every file and the key-encryption key.
    let after = Thief::breaks_into(&house.folder(1));
    assert!(!after.epochs.is_empty(), "the thief still opens what is left");
    for what in classes {
        assert_eq!(after.data_key(id_of(&told, what)), None, "the key of {what} is still there");
    }
    for key in &keys {
        assert_eq!(after.finds(key), None, "a raw data key stands in a file");
    }
    // What was sealed still stands in the journal: it is the key alone that is gone, and whoever had copied it has it.
    let kept = after.opens(id_of(&told, "party"), &key, party_row.as_bytes());
    assert_eq!(kept, Some(opened), "nothing is found for want of looking");
    for (seed, key) in [2, 3].into_iter().zip(theirs) {
        let thief = Thief::breaks_into(&house.folder(seed));
        assert!(!thief.epochs.is_empty(), "the thief still opens what is left at {seed}");
        assert_eq!(thief.data_key(of_record), None, "custodian {seed} still has the key");
        assert_eq!(thief.finds(&key), None, "a raw data key stands in a file of custodian {seed}");
    }
    for (segment, epoch) in &before.epochs {
        assert_eq!(after.finds(epoch), None, "a raw epoch key stands in a file");
        let reused = after.epochs.contains(&(*segment, *epoch));
        assert!(!reused, "the old epoch key of segment {segment} still opens");
    }
    for seed in [1, 2, 3] {
        for (path, bytes) in files_below(&house.folder(seed)) {
            for planted in [NAME, REASON] {
                let stands = bytes.windows(planted.len()).any(|w| w == planted.as_bytes());
                assert!(!stands, "{} holds the plaintext", path.display());
            }
        }
    }

    // The erased party's record still stands in the log with its proofs; its values are shut.
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    for (record, must_hold) in
        [(&told.signing_record, ClaimName::SignedBy), (&told.decline_record, ClaimName::Integrity)]
    {
        let path = format!("/api/v1/records/{record}/bundle");
        let bundle = house.client.get(STAFF, &path).await.ok();
        let text = String::from_utf8_lossy(&bundle).into_owned();
        assert!(!text.contains(REASON));
        let bundle = EvidenceBundle::read(&bundle).unwrap();
        let anchors = house.anchors();
        let question = Question { anchors: Some(&anchors), ..Question::default() };
        let verdict = examine(&bundle, &question);
        for claim in [
            must_hold,
            ClaimName::Integrity,
            ClaimName::Logged,
            ClaimName::Witnessed,
            ClaimName::Mirrored,
            ClaimName::Deposited,
            ClaimName::Complete,
        ] {
            let status = verdict.claim(claim).unwrap().status;
            assert_eq!(status, Status::Proved, "{record} {claim:?} {verdict:?}");
        }
    }
    // The same request again is the same decision; the link opens nothing any more.
    let again = ask_erasure(&house, &told.tokens[1], &told.filing, &told.decliner).await;
    assert_eq!(again, decided);
    let gone = house.client.get(&told.tokens[1], "/api/v1/ceremony").await;
    assert_eq!(gone.status, 410, "{}", gone.text());
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_legal_hold_wins_over_a_request_until_it_is_lifted() {
    let house = House::start(Second::Real).await;
    let told = told(&house).await;
    let holds = format!("/api/v1/filings/{}/holds", told.filing);
    let reason = json!({ "reason": "(2026)示例民初1号" });
    let placed = house.client.post(STAFF, &holds, &reason).await;
    let hold = placed["hold_id"].as_str().unwrap();

    let refused = ask_erasure(&house, &told.tokens[1], &told.filing, &told.decliner).await;
    assert_eq!(
        (&refused["decision"], &refused["reason"]),
        (&json!("refused"), &json!("legal_hold"))
    );
    let standing = personal_data(&house, &told.filing).await;
    assert_eq!(standing["holds"].as_array().unwrap().len(), 1);
    assert_eq!(standing["restrictions"].as_array().unwrap().len(), 1);
    let view = house.client.get(STAFF, &format!("/api/v1/filings/{}", told.filing)).await.text();
    assert!(view.contains(NAME), "it is kept");

    house.client.post(STAFF, &format!("{holds}/{hold}/lift"), &reason).await;
    let path = format!("/api/v1/filings/{}/parties/{}/erasure", told.filing, told.decliner);
    let body = json!({ "classes": ["person"], "basis": "个人信息保护法第47条第1款第3项" });
    house.until_answered(&Custodian::ALL).await;
    let erased = house.client.post(STAFF, &path, &body).await;
    assert_eq!(erased["decision"], "erased", "{erased}");
    let standing = personal_data(&house, &told.filing).await;
    assert_eq!(standing["restrictions"], json!([]), "nothing is left to restrict");
    assert_eq!(standing["holds"], json!([]));
    house.stop().await;
}
