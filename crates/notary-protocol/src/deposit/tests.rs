use heqi_evidence::deposit::{DualDigest, Outcome};
use heqi_evidence::leaf::RecordRoot;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_vocabulary::{DepositNo, Digest, Entropy, UtcMillis};

use super::*;

struct Fixed(u8);

impl Entropy for Fixed {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0);
    }
}

fn at() -> UtcMillis {
    "2026-11-23T12:05:00.123Z".parse().unwrap()
}

fn receipt() -> DepositReceipt {
    DepositReceipt {
        chain: Digest::of(b"chain"),
        custodian: "data_centre".into(),
        deposit_no: DepositNo::new(at(), 1).unwrap(),
        leaf_index: 3,
        log_origin: "platform.example/demo/2026".into(),
        manifest_sha256: Digest::of(b"manifest"),
        outcome: Outcome::AdmittedWithFindings { findings: vec!["received_late".into()] },
        parts: vec![DualDigest::of(b"part")],
        received_at: at(),
        record_root: RecordRoot::new(Digest::of(b"record")),
        seq: 2,
    }
}

fn head() -> ChainHead {
    ChainHead {
        chain: Digest::of(b"chain"),
        custodian: "data_centre".into(),
        root: RecordRoot::new(Digest::of(b"record")),
        seq: 2,
        time: at(),
    }
}

#[test]
fn a_reply_survives_its_body_to_the_byte() {
    let key = SigningKey::generate(Algorithm::Ed25519, &Fixed(1));
    let whole = DepositReply {
        receipt: receipt().sign(&key).unwrap(),
        chain_head: Some(head().sign(&key).unwrap()),
    };
    let alone = DepositReply { chain_head: None, ..whole.clone() };
    for reply in [whole, alone] {
        let body = reply.to_body();
        let read = DepositReply::parse(&body).unwrap();
        assert_eq!(read.receipt.as_bytes(), reply.receipt.as_bytes());
        assert_eq!(read, reply);
        let opened = read.open(&[key.public_key()]).unwrap();
        assert_eq!(opened.receipt, receipt());
        assert_eq!(opened.chain_head.is_some(), reply.chain_head.is_some());
    }
}

#[test]
fn a_reply_of_another_key_or_another_kind_is_not_opened() {
    let key = SigningKey::generate(Algorithm::Ed25519, &Fixed(1));
    let other = SigningKey::generate(Algorithm::P256, &Fixed(2));
    let reply = DepositReply { receipt: receipt().sign(&key).unwrap(), chain_head: None };
    assert!(reply.open(&[other.public_key()]).is_err());
    let swapped = DepositReply { receipt: head().sign(&key).unwrap(), chain_head: None };
    assert!(swapped.open(&[key.public_key()]).is_err());
}

#[test]
fn what_is_no_reply_is_refused() {
    for body in ["", "[]", "{}", r#"{"receipt":null,"chain_head":null}"#] {
        assert!(matches!(DepositReply::parse(body.as_bytes()), Err(DepositReplyError::Json)));
    }
    let key = SigningKey::generate(Algorithm::Ed25519, &Fixed(1));
    let body = DepositReply { receipt: receipt().sign(&key).unwrap(), chain_head: None }.to_body();
    let text = String::from_utf8(body).unwrap();
    let broken = text.replace("\"sig\":\"", "\"sig\":\"*");
    assert!(matches!(
        DepositReply::parse(broken.as_bytes()),
        Err(DepositReplyError::Envelope(EnvelopeError::Base64))
    ));
}
