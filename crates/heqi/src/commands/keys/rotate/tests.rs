use heqi_evidence::anchors::Validity;
use heqi_evidence_store::backend::Backend as _;
use heqi_testkit::{FixedClock, SeededEntropy};
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::UtcMillis;

use super::*;
use crate::commands::keys::accept;
use crate::keys::succession::Succession;

mod key_encryption;

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

    /// A custodian: it has receipts and a mirror, and orders nothing.
    fn office(seed: u64) -> Self {
        let made = Self::new(seed);
        let mirror = (made.keys().join("mirror.key"), format!("{ORIGIN}/mirror"));
        let kind = SignatureType::CosignatureV1;
        keys::note_key(&mirror.0, &mirror.1, kind, &*made.entropy).unwrap();
        keys::signing_key(&made.keys().join("receipt.pem"), &*made.entropy).unwrap();
        fs::remove_file(made.keys().join("order.pem")).unwrap();
        made
    }

    fn data(&self) -> &Path {
        self.folder.path()
    }

    /// The public half of the key in a file, as statements write it.
    fn public(&self, file: &str) -> String {
        let path = self.keys().join(file);
        if path.extension().unwrap() == "pem" {
            let key = keys::signing_key(&path, &*self.entropy).unwrap();
            return String::from(Base64::from(Spki(key.public_key())));
        }
        let key = keys::note_key(&path, "unused", SignatureType::Ed25519, &*self.entropy).unwrap();
        key.verifier_key().unwrap().to_string()
    }

    /// The keys that are believed here in the place of this one, each with its time.
    fn believes(&self, role: KeyRole, key: &str) -> Vec<(String, Validity)> {
        let known = Succession::load(&self.keys()).unwrap();
        let spki = |key| String::from(Base64::from(Spki(key)));
        if let Ok(key) = key.parse::<VerifierKey>() {
            let line = known.note_keys(role, &key, always()).into_iter();
            return line.map(|(key, validity)| (key.to_string(), validity)).collect();
        }
        let key: Spki = serde_json::from_value(key.into()).unwrap();
        let line = known.statement_keys(role, &key.0, always()).into_iter();
        line.map(|(key, validity)| (spki(key), validity)).collect()
    }

    /// Every leaf of the own log.
    async fn leaves(&self) -> Vec<Vec<u8>> {
        let store = self.store();
        let entries = store.log().entries(0, 100).await.unwrap();
        store.close().unwrap();
        entries.into_iter().map(|entry| entry.entry.to_vec()).collect()
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

/// Who has a key of which role, and its file.
type Held = (fn(u64) -> Organisation, RotateRole, KeyRole, &'static str);

const HELD: [Held; 7] = [
    (Organisation::new, RotateRole::Log, KeyRole::Log, "log.key"),
    (Organisation::new, RotateRole::Witness, KeyRole::Witness, "witness.key"),
    (Organisation::new, RotateRole::Order, KeyRole::Order, "order.pem"),
    (Organisation::office, RotateRole::Log, KeyRole::Log, "log.key"),
    (Organisation::office, RotateRole::Witness, KeyRole::Witness, "witness.key"),
    (Organisation::office, RotateRole::Mirror, KeyRole::Mirror, "mirror.key"),
    (Organisation::office, RotateRole::Receipt, KeyRole::Receipt, "receipt.pem"),
];

#[tokio::test]
async fn every_key_that_signs_rotates_to_its_end_with_one_leaf_and_peers_follow() {
    for (make, role, word, file) in HELD {
        let (ours, peer) = (make(1), Organisation::new(2));
        let old = ours.public(file);
        ours.rotate(role, false, true).await.unwrap();
        // Again, as after a stop: the same statement, once in the log.
        ours.rotate(role, false, true).await.unwrap();
        let [statement] = &ours.statements()[..] else { panic!("one statement of {word:?}") };
        let digest = heqi_vocabulary::Digest::of(&fs::read(statement).unwrap());
        let leaf = heqi_evidence::leaf::LogLeaf::Statement(digest).to_bytes();
        assert_eq!(ours.leaves().await, [leaf], "{word:?} is one leaf");
        let next_file = file.replace('.', ".next.");
        let next = ours.public(&next_file);
        assert_ne!(next, old);
        assert_eq!(ours.public(file), old, "{word:?} goes on until the peer knows");

        // Whoever was given either key knows both from then on, each in its time, and of no other role.
        assert_eq!(peer.believes(word, &old), [(old.clone(), always())]);
        peer.accept(statement, true).await.unwrap();
        for (who, given) in [(&peer, &old), (&peer, &next), (&ours, &old)] {
            let line = who.believes(word, given);
            let [(first, theirs), (second, after)] = &line[..] else {
                panic!("{word:?}: {line:?}")
            };
            assert_eq!((first, second), (&old, &next));
            let now = ours.clock.now();
            assert_eq!(theirs.valid_until, Some(now.plus_millis(72 * HOUR_MS)));
            assert_eq!((after.valid_from, after.valid_until), (now, None));
        }
        let other = if word == KeyRole::Mirror { KeyRole::Witness } else { KeyRole::Mirror };
        if std::path::Path::new(file).extension().is_some_and(|end| end == "key") {
            assert_eq!(peer.believes(other, &old).len(), 1, "a key of another role is no heir");
        }

        // The end: the new key in the place of the old one, which is kept aside; there is no second end.
        let planned = ours.rotate(role, true, false).await.unwrap();
        assert!(planned.contains("Nothing was changed"), "{planned}");
        assert_eq!(ours.public(file), old);
        ours.rotate(role, true, true).await.unwrap();
        assert_eq!(ours.public(file), next, "{word:?}");
        assert!(!ours.keys().join(&next_file).exists());
        assert_eq!(fs::read_dir(ours.keys().join("retired")).unwrap().count(), 1);
        let again = ours.rotate(role, true, true).await;
        assert!(matches!(again, Err(KeysError::NoRotation(_))), "{word:?}");

        // The next year's rotation goes on from there.
        ours.rotate(role, false, true).await.unwrap();
        let statements = ours.statements();
        let second = statements.iter().find(|path| *path != statement).unwrap();
        peer.accept(second, true).await.unwrap();
        assert_eq!(peer.believes(word, &old).len(), 3, "{word:?}");
        assert_eq!(ours.leaves().await.len(), 2);
    }
}

#[tokio::test]
async fn a_key_that_may_be_in_other_hands_is_changed_with_that_reason_and_the_peer_is_told() {
    for (make, role, word, _) in HELD {
        let (ours, peer) = (make(1), Organisation::new(2));
        let mut rotation = Rotation {
            role,
            data_dir: ours.data(),
            overlap_hours: 0,
            reason: KeyChangeReason::Compromise,
            finish: false,
            yes: true,
            clock: ours.clock.clone(),
            entropy: ours.entropy.clone(),
        };
        rotation.run(&mut Vec::new()).await.unwrap();
        let [statement] = &ours.statements()[..] else { panic!("one statement") };
        let envelope = Envelope::from_json(&fs::read(statement).unwrap()).unwrap();
        let said = KeyChange::verify(&envelope, &[]).unwrap();
        assert_eq!((said.reason, said.role), (KeyChangeReason::Compromise, word));
        assert_eq!(said.old_valid_until, said.changed_at, "there is no overlap");
        let shown = peer.accept(statement, false).await.unwrap();
        assert!(shown.contains("may be in other hands"), "{shown}");
        assert!(shown.contains("confirmed in person"), "{shown}");
        rotation.finish = true;
        rotation.run(&mut Vec::new()).await.unwrap();
    }
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
async fn the_secret_that_people_are_found_by_is_replaced_and_the_index_goes_with_it() {
    let ours = Organisation::new(1);
    let index = ours.data().join("search/of-the-old-secret");
    Disk::default().create_directory(&index).unwrap();
    let planned = ours.rotate(RotateRole::Search, false, false).await.unwrap();
    assert!(planned.contains("Nothing was changed"), "{planned}");
    assert!(index.exists() && ours.leaves().await.is_empty());

    // Cut off after the secret was drawn: the same one is used.
    let store = ours.store();
    let drawn = heqi_registration::person_keys::prepare(&*store, &*ours.entropy).await.unwrap();
    store.close().unwrap();
    drop(store);
    let printed = ours.rotate(RotateRole::Search, false, true).await.unwrap();
    assert!(printed.contains(&format!("{} in the place of {}", drawn.new, drawn.old)), "{printed}");
    assert!(!ours.data().join("search").exists());
    let [statement] = &ours.statements()[..] else { panic!("one statement") };
    let envelope = Envelope::from_json(&fs::read(statement).unwrap()).unwrap();
    let key = keys::note_key(
        &ours.keys().join("log.key"),
        "unused",
        SignatureType::Ed25519,
        &*ours.entropy,
    );
    let said = KeyChange::verify(&envelope, &[key.unwrap().statement_key().public_key()]).unwrap();
    assert_eq!(said.role, KeyRole::Search);
    assert_eq!((said.old_key, said.new_key), (drawn.old.to_string(), drawn.new.to_string()));
    assert_eq!(ours.leaves().await.len(), 1);

    // The next one goes on from there, and an office has no such secret.
    let printed = ours.rotate(RotateRole::Search, false, true).await.unwrap();
    assert!(printed.contains(&format!("in the place of {}", drawn.new)), "{printed}");
    assert_eq!(ours.leaves().await.len(), 2);
    let refused = Organisation::office(2).rotate(RotateRole::Search, false, true).await;
    assert!(matches!(refused, Err(KeysError::NoPlatform(_))), "{refused:?}");
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
