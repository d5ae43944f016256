use heqi_evidence::anchors::Validity;
use heqi_evidence_store::backend::Backend as _;
use heqi_evidence_store::vault::DataKeyId;
use heqi_testkit::{FixedClock, SeededEntropy};
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::UtcMillis;

use super::*;
use crate::commands::keys::accept;
use crate::keys::succession::Succession;

const ORIGIN: &str = "log.example/platform";

struct Organisation {
    folder: tempfile::TempDir,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Organisation {
    fn new(seed: u64) -> Self {
        let now: UtcMillis = "2026-11-23T12:00:00.000Z".parse().unwrap();
        let made = Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::new(FixedClock::new(now)),
            entropy: Arc::new(SeededEntropy::new(seed)),
        };
        let note = |file: &str, name: &str, kind| {
            keys::note_key(&made.keys().join(file), name, kind, &*made.entropy).unwrap();
        };
        note("log.key", ORIGIN, SignatureType::Ed25519);
        note("witness.key", &format!("{ORIGIN}/witness"), SignatureType::CosignatureV1);
        keys::signing_key(&made.keys().join("order.pem"), &*made.entropy).unwrap();
        made
    }

    fn data(&self) -> &Path {
        self.folder.path()
    }

    fn keys(&self) -> PathBuf {
        self.data().join("keys")
    }

    fn log_key(&self) -> VerifierKey {
        log_key(&self.keys(), &*self.entropy).unwrap().verifier_key().unwrap()
    }

    fn store(&self) -> Arc<heqi_evidence_store::backend::embedded::Embedded> {
        let signer = log_key(&self.keys(), &*self.entropy).unwrap().log_signer().unwrap();
        store::open(self.data(), signer, &self.entropy).unwrap()
    }

    async fn rotate(&self, role: RotateRole, finish: bool, yes: bool) -> Result<String, KeysError> {
        let rotation = Rotation {
            role,
            data_dir: self.data(),
            overlap_hours: 72,
            reason: KeyChangeReason::Scheduled,
            finish,
            yes,
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
        };
        let mut out = Vec::new();
        rotation.run(&mut out).await?;
        Ok(String::from_utf8(out).unwrap())
    }

    async fn accept(&self, statement: &Path, yes: bool) -> Result<String, KeysError> {
        let mut out = Vec::new();
        let entropy: Arc<dyn Entropy> = self.entropy.clone();
        accept::accept(statement, self.data(), yes, &entropy, &mut out).await?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn statements(&self) -> Vec<PathBuf> {
        let found = fs::read_dir(succession::own_folder(&self.keys()));
        found.map(|all| all.map(|one| one.unwrap().path()).collect()).unwrap_or_default()
    }
}

fn always() -> Validity {
    succession::always()
}

#[tokio::test]
async fn a_plan_without_yes_changes_nothing() {
    let ours = Organisation::new(1);
    for role in [RotateRole::Log, RotateRole::Witness, RotateRole::Order] {
        let printed = ours.rotate(role, false, false).await.unwrap();
        assert!(printed.contains("1. ") && printed.contains("Nothing was changed"), "{printed}");
    }
    assert!(ours.statements().is_empty());
    assert!(!ours.keys().join("log.next.key").exists());
    let missing = ours.rotate(RotateRole::Receipt, false, true).await;
    assert!(matches!(missing, Err(KeysError::NoSuchKey(_))), "a platform signs no receipts");
    let early = ours.rotate(RotateRole::Log, true, true).await;
    assert!(matches!(early, Err(KeysError::NoRotation("log"))));
}

#[tokio::test]
async fn a_log_rotates_with_an_overlap_in_which_both_keys_sign_and_peers_follow() {
    let (ours, peer) = (Organisation::new(1), Organisation::new(2));
    let old = ours.log_key();
    ours.rotate(RotateRole::Log, false, true).await.unwrap();
    // Again, as after a stop: the same statement, once in the log.
    ours.rotate(RotateRole::Log, false, true).await.unwrap();
    let [statement] = &ours.statements()[..] else { panic!("one statement") };

    let store = ours.store();
    let head = store.log().head();
    assert_eq!(head.size(), 1, "the statement is one leaf");
    let next = keys::note_key(
        &ours.keys().join("log.next.key"),
        ORIGIN,
        SignatureType::Ed25519,
        &*ours.entropy,
    );
    let next = next.unwrap().verifier_key().unwrap();
    for key in [&old, &next] {
        assert_eq!(head.checkpoint().note().verify([key]).unwrap().len(), 1, "{key} signs too");
    }
    store.close().unwrap();
    drop(store);

    // The peer knows the old key only, accepts, and knows both, each in its time.
    let before = Succession::load(&peer.keys()).unwrap();
    assert_eq!(before.all_note_keys(KeyRole::Log, &old), std::slice::from_ref(&old));
    peer.accept(statement, false).await.unwrap();
    assert_eq!(Succession::load(&peer.keys()).unwrap().all_note_keys(KeyRole::Log, &old).len(), 1);
    peer.accept(statement, true).await.unwrap();
    let after = Succession::load(&peer.keys()).unwrap();
    let line = after.note_keys(KeyRole::Log, &old, always());
    let [(first, their_old), (second, their_new)] = &line[..] else { panic!("two keys") };
    assert_eq!((first, second), (&old, &next));
    let now = ours.clock.now();
    assert_eq!(their_old.valid_until, Some(now.plus_millis(72 * HOUR_MS)));
    assert_eq!(their_new.valid_from, now);
    assert!(their_old.covers(now) && their_new.covers(now), "an overlap");

    // The end: only the new key signs, and the old one is kept aside.
    ours.rotate(RotateRole::Log, true, true).await.unwrap();
    assert_eq!(ours.log_key(), next);
    assert!(!ours.keys().join("log.next.key").exists());
    assert_eq!(fs::read_dir(ours.keys().join("retired")).unwrap().count(), 1);
    ours.rotate(RotateRole::Witness, false, true).await.unwrap();
    let store = ours.store();
    let head = store.log().head();
    assert_eq!(head.size(), 2);
    assert!(head.checkpoint().note().verify([&old]).is_err(), "the old key signs no more");
    assert!(head.checkpoint().note().verify([&next]).is_ok());
    store.close().unwrap();
}

#[tokio::test]
async fn a_forged_or_changed_statement_is_not_accepted() {
    let (ours, peer) = (Organisation::new(1), Organisation::new(2));
    ours.rotate(RotateRole::Witness, false, true).await.unwrap();
    let [statement] = &ours.statements()[..] else { panic!("one statement") };
    let text = fs::read_to_string(statement).unwrap();
    let forged = peer.data().join("forged.json");
    for (from, to) in [("\"sig\":\"", "\"sig\":\"A"), ("\"payload\":\"e", "\"payload\":\"f")] {
        assert!(text.contains(from));
        keys::write_public(&forged, text.replacen(from, to, 1).as_bytes()).unwrap();
        assert!(peer.accept(&forged, true).await.is_err());
    }
    assert!(Succession::load(&peer.keys()).is_ok());
    assert!(!succession::accepted_folder(&peer.keys()).exists(), "nothing was kept");
}

#[tokio::test]
async fn the_key_encryption_key_rotates_under_a_full_vault_and_the_old_one_opens_nothing() {
    let ours = Organisation::new(1);
    let id = DataKeyId::of(&[b"filing", b"party", b"person"]);
    let store = ours.store();
    store.vault().create(id).unwrap();
    store.vault().flush().unwrap();
    store.close().unwrap();
    drop(store);
    let old_text = fs::read_to_string(ours.keys().join("key-encryption.key")).unwrap();

    // Cut off after the new key was written: the next start opens with both.
    let half = ours.keys().join("key-encryption.next.key");
    FileKeyEncryptionKey::create(&half, &Disk::default(), ours.entropy.clone()).unwrap();
    let store = ours.store();
    assert!(store.vault().key(id).is_ok());
    store.close().unwrap();
    drop(store);

    let printed = ours.rotate(RotateRole::Kek, false, true).await.unwrap();
    assert!(printed.contains("Done: 1 epoch keys wrapped anew"), "{printed}");
    assert_ne!(fs::read_to_string(ours.keys().join("key-encryption.key")).unwrap(), old_text);
    let store = ours.store();
    assert!(store.vault().key(id).is_ok());
    assert_eq!(store.log().head().size(), 1, "the change is a leaf");
    store.close().unwrap();
    drop(store);

    keys::write_secret(&ours.keys().join("key-encryption.key"), &old_text).unwrap();
    let store = ours.store();
    assert!(store.vault().key(id).is_err(), "the retired key opens nothing any more");
}

#[tokio::test]
async fn a_distrusted_key_is_marked_in_the_anchors_that_are_signed_again() {
    let office = Organisation::new(3);
    let now: UtcMillis = "2026-11-23T12:00:00.000Z".parse().unwrap();
    let cast = heqi_testkit::Cast::new(1, now);
    let log = office.log_key();
    let anchors = cast.anchors([&log, &Organisation::new(4).log_key()]);
    // The published file is signed with the publisher's key of this office.
    let publisher =
        keys::signing_key(&office.keys().join("publisher.pem"), &*office.entropy).unwrap();
    let mut anchors = anchors;
    anchors.publisher.key = Spki(publisher.public_key());
    let file = office.data().join("anchors.json");
    keys::write_public(&file, anchors.sign(&publisher).unwrap().as_bytes()).unwrap();

    let out_file = office.data().join("anchors.new.json");
    let from: UtcMillis = "2026-11-22T00:00:00.000Z".parse().unwrap();
    let asked = accept::Distrust {
        key: &log.to_string(),
        from,
        data_dir: office.data(),
        anchors: Some((&file, &out_file)),
        yes: true,
    };
    accept::distrust(&asked, &*office.clock, &*office.entropy, &mut Vec::new()).unwrap();
    let bytes = fs::read(&out_file).unwrap();
    let made = heqi_evidence::anchors::AnchorsFile::parse(&bytes).unwrap().anchors;
    let marked = made.logs.iter().find(|anchor| anchor.vkey.0 == log).unwrap();
    assert_eq!(marked.validity.distrust_after, Some(from));
    // The service says the same at its next start.
    let mut told = anchors.clone();
    Succession::load(&office.keys()).unwrap().distrust(&mut told);
    assert_eq!(told.logs, made.logs);
}
