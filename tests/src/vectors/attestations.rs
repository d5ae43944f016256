//! `attestation.json`: questions to providers with their digests, and which signed answers count.

use heqi_evidence::anchors::{Base64, Spki};
use heqi_evidence::attestation::{
    Answer, Attestation, CompanyStatus, MAX_SKEW_MS, PersonOutcome, Question, SealKind,
};
use heqi_evidence::challenge::Nonce;
use heqi_evidence::statement::Statement;
use heqi_pki::keys::SigningKey;
use heqi_vocabulary::{Digest, UtcMillis};
use serde_json::{Value, json};

const PROVIDER: &str = "example-real-name";
const ASKED_MS: i64 = 1_795_000_000_000;

fn key(number: u8) -> SigningKey {
    SigningKey::from_ed25519_seed(&[number; 32])
}

fn at(ms: i64) -> UtcMillis {
    UtcMillis::from_millis(ms).unwrap_or_else(|_| unreachable!("an instant of our time"))
}

/// Base64url of 32 bytes, as a nonce is written.
fn nonce() -> Nonce {
    Nonce::try_from("B".repeat(42) + "A").unwrap_or_else(|_| unreachable!("43 characters"))
}

fn questions() -> [(Question, Answer); 5] {
    let document_kind = || "resident_id".to_owned();
    let document_number = || "330112199003079999".to_owned();
    let name = || "林嘉伟".to_owned();
    let code = || "91330112MA00000159".to_owned();
    [
        (
            Question::Person {
                document_kind: document_kind(),
                document_number: document_number(),
                mobile: Some("+8613805710001".to_owned()),
                name: name(),
                nonce: nonce(),
            },
            Answer::Person { outcome: PersonOutcome::Matches },
        ),
        (
            Question::Company {
                code: code(),
                name: "杭州示例青穗茶业有限公司".to_owned(),
                nonce: nonce(),
            },
            Answer::Company { name_matches: true, status: CompanyStatus::InOperation },
        ),
        (
            Question::Portrait {
                document_kind: document_kind(),
                document_number: document_number(),
                name: name(),
                nonce: nonce(),
            },
            Answer::Portrait { sha256: Some(Digest::of(b"portrait")) },
        ),
        (
            Question::Registry {
                document_kind: document_kind(),
                document_number: document_number(),
                name: name(),
                nonce: nonce(),
            },
            Answer::Registry { verified_at: Some(at(ASKED_MS - 86_400_000)) },
        ),
        (
            Question::Seal {
                code: code(),
                document_sha256: Digest::of(b"document"),
                nonce: nonce(),
            },
            Answer::Seal { kind: SealKind::ElectronicLicence, sealed_at: Some(at(ASKED_MS)) },
        ),
    ]
}

fn signed(attestation: &Attestation, key: &SigningKey) -> String {
    attestation.sign(key).map_or_else(
        |_| String::new(),
        |envelope| String::from_utf8_lossy(envelope.as_bytes()).into_owned(),
    )
}

fn answer_to(question: &Question, answer: Answer) -> Attestation {
    Attestation {
        answer,
        answered_at: at(ASKED_MS),
        provider: PROVIDER.to_owned(),
        question_sha256: question.digest().unwrap_or_else(|_| Digest::of(b"")),
    }
}

/// The vector.
pub(super) fn attestations() -> Value {
    let key_of_provider = key(6);
    let good: Vec<Value> = questions()
        .iter()
        .map(|(question, answer)| {
            json!({
                "file": signed(&answer_to(question, *answer), &key_of_provider),
                "question": question,
                "question_sha256": question.digest().ok(),
            })
        })
        .collect();
    let [(question, answer), ..] = &questions();
    let refused = |why: &str, change: &dyn Fn(&mut Attestation)| {
        let mut attestation = answer_to(question, *answer);
        change(&mut attestation);
        json!({ "file": signed(&attestation, &key_of_provider), "why": why })
    };
    json!({
        "accepted": good,
        "asked_at": at(ASKED_MS),
        "key": String::from(Base64::from(Spki(key_of_provider.public_key()))),
        "provider": PROVIDER,
        "question": question,
        "refused": [
            refused("for another question", &|a| a.question_sha256 = Digest::of(b"another")),
            refused("another kind of answer", &|a| a.answer = Answer::Portrait { sha256: None }),
            refused("another provider", &|a| "another".clone_into(&mut a.provider)),
            refused("too late", &|a| a.answered_at = at(ASKED_MS + MAX_SKEW_MS + 1)),
            refused("too early", &|a| a.answered_at = at(ASKED_MS - MAX_SKEW_MS - 1)),
            json!({ "file": signed(&answer_to(question, *answer), &key(7)), "why": "another key" }),
        ],
    })
}

#[cfg(test)]
mod tests {
    use heqi_pki::dsse::Envelope;

    use super::*;

    #[test]
    fn every_attestation_of_the_vectors_gets_its_verdict() {
        let vector = attestations();
        let key = serde_json::from_value::<Spki>(vector["key"].clone()).unwrap().0;
        let counts = |file: &Value, question: &Question| {
            let envelope = Envelope::from_json(file.as_str().unwrap().as_bytes()).unwrap();
            Attestation::open(&envelope, std::slice::from_ref(&key)).is_ok_and(|signed| {
                signed.statement().answers(question, PROVIDER, at(ASKED_MS)).is_ok()
            })
        };
        for case in vector["accepted"].as_array().unwrap() {
            let question: Question = serde_json::from_value(case["question"].clone()).unwrap();
            assert!(counts(&case["file"], &question), "{question:?}");
        }
        let question: Question = serde_json::from_value(vector["question"].clone()).unwrap();
        for case in vector["refused"].as_array().unwrap() {
            assert!(!counts(&case["file"], &question), "{}", case["why"]);
        }
    }
}
