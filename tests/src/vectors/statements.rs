//! Key changes, erasure orders and erasure receipts: what is accepted and what is refused.

use heqi_evidence::anchors::{Base64, Spki};
use heqi_evidence::canonical;
use heqi_evidence::erasure::{ErasureOrder, ErasureOutcome, ErasureReceipt, RequestedBy};
use heqi_evidence::key_change::{KeyChange, KeyChangeReason, KeyRole};
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::schema::RetentionClass;
use heqi_evidence::statement::Statement;
use heqi_pki::dsse::{Envelope, PayloadType};
use heqi_pki::keys::{PublicKey, Signer, SigningKey};
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
