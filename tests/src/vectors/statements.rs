//! Key changes, successors, erasure orders and erasure receipts: what is accepted and what is refused.

use heqi_evidence::anchors::{Base64, Spki, Vkey};
use heqi_evidence::canonical;
use heqi_evidence::erasure::{ErasureOrder, ErasureOutcome, ErasureReceipt, RequestedBy};
use heqi_evidence::key_change::{KeyChange, KeyChangeReason, KeyRole};
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::schema::RetentionClass;
use heqi_evidence::statement::Statement;
use heqi_evidence::successor::{FrozenReason, LogSuccessor, OrphanedRecord};
use heqi_pki::dsse::{Envelope, PayloadType};
use heqi_pki::keys::{PublicKey, Signer, SigningKey};
use heqi_tlog::checkpoint::{Checkpoint, Origin};
use heqi_tlog::cosignature::Cosigner;
use heqi_tlog::note::{KeyName, Note, NoteSigner};
use heqi_tlog::tree::Hash;
use heqi_vocabulary::{Digest, UtcMillis};
use serde_json::{Value, json};

/// Keys of these vectors: Ed25519 with 32 bytes of this number as seed.
fn key(number: u8) -> SigningKey {
    SigningKey::from_ed25519_seed(&[number; 32])
}

fn spki(key: &PublicKey) -> String {
    String::from(Base64::from(Spki(key.clone())))
}

fn signed<S: Statement>(statement: &S, keys: &[&SigningKey]) -> String {
    let payload = canonical::to_bytes(statement).unwrap_or_default();
    let signers: Vec<&dyn Signer> = keys.iter().map(|key| *key as &dyn Signer).collect();
    PayloadType::parse(S::PAYLOAD_TYPE)
        .ok()
        .and_then(|kind| Envelope::sign(&kind, &payload, &signers).ok())
        .map(|envelope| String::from_utf8_lossy(envelope.as_bytes()).into_owned())
        .unwrap_or_default()
}

fn at(ms: i64) -> UtcMillis {
    UtcMillis::from_millis(ms).unwrap_or_else(|_| unreachable!("an instant of our time"))
}

const DECIDED_MS: i64 = 1_795_000_000_000;
const DAY_MS: i64 = 86_400_000;

/// `key-change.json`.
pub(super) fn key_changes() -> Value {
    let (old, new, other) = (key(1), key(2), key(3));
    let change = KeyChange {
        changed_at: at(DECIDED_MS),
        log_origin: "notary.example/log".to_owned(),
        new_key: spki(&new.public_key()),
        old_key: spki(&old.public_key()),
        old_valid_until: at(DECIDED_MS + 3 * DAY_MS),
        reason: KeyChangeReason::Scheduled,
        role: KeyRole::Receipt,
    };
    let wrapping = KeyChange {
        new_key: Digest::of(b"new").to_string(),
        old_key: Digest::of(b"old").to_string(),
        role: KeyRole::KeyEncryption,
        ..change.clone()
    };
    let same = KeyChange { new_key: change.old_key.clone(), ..change.clone() };
    let early = KeyChange { old_valid_until: at(DECIDED_MS - 1), ..change.clone() };
    let misfit = KeyChange { role: KeyRole::Log, ..change.clone() };
    let both = signed(&change, &[&old, &new]);
    let accept = |why: &str, file: &str| json!({ "file": file, "why": why });
    json!({
        "accepted": [
            accept("the old and the new key signed", &both),
            accept("a key that signs nothing, changed by the log's key", &signed(&wrapping, &[&other])),
        ],
        "log_key": spki(&other.public_key()),
        "refused": [
            accept("the new key did not sign", &signed(&change, &[&old])),
            accept("the old key did not sign", &signed(&change, &[&new])),
            accept("somebody else signed", &signed(&change, &[&other])),
            accept("old and new are the same key", &signed(&same, &[&old])),
            accept("the old key ends before the change", &signed(&early, &[&old, &new])),
            accept("keys written as another role's", &signed(&misfit, &[&old, &new])),
            accept("not signed by the log's key", &signed(&wrapping, &[&old])),
            accept("another payload type", &both.replace("key-change.v1", "key-change.v2")),
        ],
    })
}

/// `successor.json`.
pub(super) fn successors() -> Value {
    let note = |name: &str, seed: u8| {
        let name = KeyName::new(name).unwrap_or_else(|_| unreachable!("a legal name"));
        NoteSigner::from_seed(name, &[seed; 32]).unwrap_or_else(|_| unreachable!("a legal seed"))
    };
    let (frozen, next) = ("platform.example/log", "platform.example/log-2");
    let (old, new) = (note(frozen, 6), note(next, 7));
    let head = |signer: &NoteSigner, origin: &str, size| {
        let root = Hash::from_bytes(*Digest::of(b"a root").as_bytes());
        let origin = Origin::new(origin).unwrap_or_else(|_| unreachable!("a legal origin"));
        let text = Checkpoint::new(origin, size, root).map(|head| head.to_string());
        let text = text.unwrap_or_default();
        let line = signer.sign(&text);
        Note::new(text, vec![line]).map(|note| note.to_string()).unwrap_or_default()
    };
    let orphan = |index| OrphanedRecord {
        index,
        record_root: RecordRoot::new(Digest::of(&[u8::try_from(index).unwrap_or_default()])),
    };
    let said = LogSuccessor {
        frozen_head: head(&old, frozen, 12),
        frozen_key: Vkey(old.verifier_key().clone()),
        held: 9,
        log_key: Vkey(new.verifier_key().clone()),
        opened_at: at(DECIDED_MS),
        orphans: vec![orphan(9), orphan(11), orphan(13)],
        reason: FrozenReason::Lost,
    };
    let both = |said: &LogSuccessor| signed(said, &[&key(6), &key(7)]);
    let case = |why: &str, file: String| json!({ "file": file, "why": why });
    let changed = |why: &str, change: &dyn Fn(&mut LogSuccessor)| {
        let mut said = said.clone();
        change(&mut said);
        case(why, both(&said))
    };
    let cosigner = Cosigner::from_seed(old.verifier_key().name().clone(), &[6; 32])
        .unwrap_or_else(|_| unreachable!("a legal seed"));
    json!({
        "accepted": [
            case("entries are lost, three records are known beyond", both(&said)),
            changed("an incident, nothing is lost", &|said| {
                (said.held, said.reason) = (14, FrozenReason::Incident);
                said.orphans = vec![orphan(12), orphan(13)];
            }),
            changed("nothing is held and nothing is known", &|said| {
                said.held = 0;
                said.orphans.clear();
            }),
        ],
        "first_entry": hex::encode(
            LogLeaf::Statement(Digest::of(both(&said).as_bytes())).to_bytes()
        ),
        "refused": [
            case("the successor did not sign", signed(&said, &[&key(6)])),
            case("the frozen log did not sign", signed(&said, &[&key(7)])),
            case("somebody else signed", signed(&said, &[&key(8)])),
            case("another payload type", both(&said).replace("log-successor.v1", "log-successor.v2")),
            changed("both have one origin", &|said| {
                said.log_key = Vkey(note(frozen, 7).verifier_key().clone());
            }),
            changed("both have one key", &|said| {
                said.log_key = Vkey(note(next, 6).verifier_key().clone());
            }),
            changed("the frozen key is a cosigner's", &|said| {
                said.frozen_key = Vkey(cosigner.verifier_key().clone());
            }),
            changed("the frozen head is of another log", &|said| {
                said.frozen_head = head(&old, next, 12);
            }),
            changed("the frozen head is not signed by the frozen log", &|said| {
                said.frozen_head = head(&new, frozen, 12);
            }),
            changed("the frozen head is no checkpoint", &|said| said.frozen_head.clear()),
            changed("orphans out of order", &|said| said.orphans.reverse()),
            changed("an orphan twice", &|said| said.orphans = vec![orphan(9), orphan(9)]),
            changed("an orphan that is held", &|said| said.orphans = vec![orphan(8)]),
            changed("an orphan below the frozen head though more is held", &|said| {
                (said.held, said.orphans) = (14, vec![orphan(11)]);
            }),
        ],
    })
}

/// `erasure.json`.
pub(super) fn erasures() -> Value {
    let (platform, custodian) = (key(4), key(5));
    let mut records = [Digest::of(b"1"), Digest::of(b"2")];
    records.sort_unstable();
    let order = ErasureOrder {
        basis: "个人信息保护法第47条".to_owned(),
        chain: Digest::of(b"chain"),
        classes: vec![RetentionClass::Person, RetentionClass::Trace],
        erasure_record: RecordRoot::new(Digest::of(b"erasure")),
        log_origin: "platform.example/log".to_owned(),
        ordered_at: at(DECIDED_MS),
        records: records.map(RecordRoot::new).to_vec(),
        requested_by: RequestedBy::Person,
    };
    let changed = |why: &str, change: &dyn Fn(&mut ErasureOrder)| {
        let mut order = order.clone();
        change(&mut order);
        json!({ "file": signed(&order, &[&platform]), "why": why })
    };
    let file = signed(&order, &[&platform]);
    let receipt = |outcome| {
        let receipt = ErasureReceipt {
            custodian: "data_centre".to_owned(),
            decided_at: at(DECIDED_MS + 1000),
            log_origin: order.log_origin.clone(),
            order_sha256: Digest::of(file.as_bytes()),
            outcome,
        };
        signed(&receipt, &[&custodian])
    };
    let refused = ErasureOutcome::Refused {
        legal_basis: "公证法第26条".to_owned(),
        reason: "retention_of_archive".to_owned(),
    };
    json!({
        "custodian_key": spki(&custodian.public_key()),
        "order": file,
        "order_key": spki(&platform.public_key()),
        "receipts": [receipt(ErasureOutcome::Erased { keys: 4 }), receipt(refused)],
        "refused_orders": [
            changed("no record", &|order| order.records.clear()),
            changed("records out of order", &|order| order.records.reverse()),
            changed("no class", &|order| order.classes.clear()),
            changed("classes out of order", &|order| order.classes.reverse()),
            changed("a class that is about no person", &|order| {
                order.classes = vec![RetentionClass::Matter];
            }),
            changed("no legal basis", &|order| order.basis.clear()),
            json!({ "file": signed(&order, &[&custodian]), "why": "not signed by the platform" }),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(case: &Value) -> Envelope {
        let file = case.get("file").unwrap_or(case).as_str().unwrap();
        Envelope::from_json(file.as_bytes()).unwrap()
    }

    fn key_of(vector: &Value, name: &str) -> PublicKey {
        serde_json::from_value::<Spki>(vector[name].clone()).unwrap().0
    }

    #[test]
    fn every_key_change_of_the_vectors_gets_its_verdict() {
        let vector = key_changes();
        let log = key_of(&vector, "log_key");
        for case in vector["accepted"].as_array().unwrap() {
            KeyChange::verify(&envelope(case), std::slice::from_ref(&log)).unwrap();
        }
        for case in vector["refused"].as_array().unwrap() {
            let verdict = KeyChange::verify(&envelope(case), std::slice::from_ref(&log));
            assert!(verdict.is_err(), "{}", case["why"]);
        }
    }

    #[test]
    fn every_succession_of_the_vectors_gets_its_verdict() {
        let vector = successors();
        for (number, case) in vector["accepted"].as_array().unwrap().iter().enumerate() {
            let verified = LogSuccessor::verify(&envelope(case)).unwrap();
            let first = hex::encode(verified.first_entry().to_bytes());
            assert_eq!(vector["first_entry"] == first, number == 0);
            assert_eq!(verified.frozen_head().checkpoint().size(), 12);
        }
        for case in vector["refused"].as_array().unwrap() {
            assert!(LogSuccessor::verify(&envelope(case)).is_err(), "{}", case["why"]);
        }
    }

    #[test]
    fn every_order_and_receipt_of_the_vectors_gets_its_verdict() {
        let vector = erasures();
        let (order_key, custodian) =
            (key_of(&vector, "order_key"), key_of(&vector, "custodian_key"));
        let good = envelope(&vector["order"]);
        let order = ErasureOrder::open(&good, std::slice::from_ref(&order_key)).unwrap();
        order.statement().check().unwrap();
        for case in vector["refused_orders"].as_array().unwrap() {
            let opened = ErasureOrder::open(&envelope(case), std::slice::from_ref(&order_key));
            let good = opened.is_ok_and(|order| order.statement().check().is_ok());
            assert!(!good, "{}", case["why"]);
        }
        for receipt in vector["receipts"].as_array().unwrap() {
            let receipt =
                ErasureReceipt::open(&envelope(receipt), std::slice::from_ref(&custodian));
            let said = receipt.unwrap().into_statement();
            assert_eq!(said.order_sha256, Digest::of(good.as_bytes()));
        }
    }
}
