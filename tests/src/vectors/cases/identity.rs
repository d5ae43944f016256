//! Who signed: answers of providers that the anchors name, and signings without a photo.

use heqi_evidence::anchors::{Anchors, ProviderAnchor, Spki};
use heqi_evidence::attestation::{Answer, Attestation, PersonOutcome, Question};
use heqi_evidence::bundle::BundleParts;
use heqi_evidence::challenge::Nonce;
use heqi_evidence::statement::Statement;
use heqi_evidence::verdict::ClaimName::{Identity, Integrity, SignedBy};
use heqi_evidence::verdict::Status::{Contradicted, NotProved, Proved};
use heqi_pki::keys::SigningKey;
use heqi_testkit::{Story, Twists};
use heqi_vocabulary::{Digest, Provenance, UtcMillis};
use serde_json::{Value, json};

use super::{ANCHORS, Case, case, signing, story, unreadable};
use crate::vectors::spoil;

/// The anchors with the provider.
pub(super) const PROVIDERS: &str = "anchors-identity-providers.json";
/// The same; its key counts no more from an hour before the signing.
pub(super) const PROVIDERS_DISTRUSTED: &str = "anchors-identity-providers-distrusted.json";
/// The provider's key is a custodian's as well.
pub(super) const PROVIDER_IS_CUSTODIAN: &str = "anchors-identity-provider-is-custodian.json";
const PROVIDER: &str = "example-real-name";
const ORGANISATION: &str = "示例核验机构（演示）";
/// Who signs in the story.
const NAME: &str = "张三";

fn key(number: u8) -> SigningKey {
    SigningKey::from_ed25519_seed(&[number; 32])
}

/// The anchors files with the provider.
pub(super) fn anchors(story: &Story, early: UtcMillis) -> [(&'static str, Anchors); 3] {
    let with = |key: Spki, distrust_after| {
        let mut anchors = story.anchors();
        let mut validity = story.cast.validity();
        validity.distrust_after = distrust_after;
        anchors.identity_providers = vec![ProviderAnchor {
            key,
            organisation: ORGANISATION.to_owned(),
            provider: PROVIDER.to_owned(),
            test_only: true,
            validity,
        }];
        anchors
    };
    let own = || Spki(key(6).public_key());
    let custodian = Spki(story.cast.custodians[0].key.public_key());
    [
        (PROVIDERS, with(own(), None)),
        (PROVIDERS_DISTRUSTED, with(own(), Some(early))),
        (PROVIDER_IS_CUSTODIAN, with(custodian, None)),
    ]
}

fn question(name: &str, nonce: char) -> Question {
    let nonce = Nonce::try_from(nonce.to_string().repeat(42) + "A");
    Question::Person {
        document_kind: "resident_id".to_owned(),
        document_number: "330112199003079999".to_owned(),
        mobile: Some("+8613805710001".to_owned()),
        name: name.to_owned(),
        nonce: nonce.unwrap_or_else(|_| unreachable!("43 characters")),
    }
}

/// The signed answer to a question, as a record holds it.
fn answer(question: &Question, outcome: PersonOutcome, at: UtcMillis, key: &SigningKey) -> String {
    let attestation = Attestation {
        answer: Answer::Person { outcome },
        answered_at: at,
        provider: PROVIDER.to_owned(),
        question_sha256: question.digest().unwrap_or_else(|_| Digest::of(b"")),
    };
    attestation.sign(key).map_or_else(
        |_| String::new(),
        |envelope| String::from_utf8_lossy(envelope.as_bytes()).into_owned(),
    )
}

/// A signing whose record says this about who signed.
fn saying(identity: Value, provenance: Provenance) -> BundleParts {
    let told = story(&Twists {
        record: Some(Box::new(move |draft| {
            if draft.set("identity", identity.clone(), provenance).is_err() {
                unreachable!("identity is an attribute of a signing")
            }
        })),
        ..Twists::default()
    });
    signing(&told)
}

fn attested(answers: &[String], questions: &[&Question]) -> BundleParts {
    let mut identity = json!({
        "answered_by": [PROVIDER], "answers": answers, "record": null, "review": null,
    });
    if let Some(members) = identity.as_object_mut().filter(|_| !questions.is_empty()) {
        members.insert("questions".to_owned(), json!(questions));
    }
    saying(identity, Provenance::Attested)
}

/// A signing without a photo, refused by the signer.
fn without_photo(source: &'static str, seen: Value) -> BundleParts {
    let told = story(&Twists {
        client: Some(Box::new(move |values| {
            values.insert("photo_sha256", (Value::Null, Provenance::Refused));
            values.insert("capture_source", (source.into(), Provenance::Reported));
        })),
        record: Some(Box::new(move |draft| {
            let identity = json!({
                "answered_by": [], "answers": [], "record": null, "review": null, "seen": seen,
            });
            for (name, value, provenance) in [
                ("photo_sha256", Value::Null, Provenance::Refused),
                ("photo_format", Value::Null, Provenance::Absent),
                ("photo_received_at", Value::Null, Provenance::Absent),
                ("photo_attempts", Value::Null, Provenance::Absent),
                ("identity", identity, Provenance::Observed),
            ] {
                if draft.set(name, value, provenance).is_err() {
                    unreachable!("each is an attribute of a signing")
                }
            }
        })),
        no_photo: true,
        ..Twists::default()
    });
    signing(&told)
}

#[expect(clippy::too_many_lines, reason = "one case after another")]
pub(super) fn who_signed(plain: &Story) -> Vec<Case> {
    let at = plain.seen_at().plus_millis(-120_000);
    let (asked, other) = (question(NAME, 'B'), question("李四", 'C'));
    let good = |outcome| answer(&asked, outcome, at, &key(6));
    let matches = || good(PersonOutcome::Matches);
    let by = |name, about, parts: &BundleParts, exit, claims| Case {
        anchors: Some(PROVIDERS),
        ..case(name, about, spoil::zip(parts), exit, claims)
    };
    let whole = attested(&[matches()], &[&asked]);
    vec![
        by(
            "identity-confirmed",
            "A provider among the anchors signed that name and number belong together.",
            &whole,
            0,
            &[(Identity, Proved, "identity_confirmed"), (Integrity, Proved, "parts_agree")],
        ),
        Case {
            anchors: Some(ANCHORS),
            ..by(
                "identity-provider-not-anchored",
                "The same, by anchors that do not name the provider.",
                &whole,
                0,
                &[(Identity, NotProved, "identity_attested")],
            )
        },
        Case {
            anchors: Some(PROVIDERS_DISTRUSTED),
            ..by(
                "identity-provider-distrusted",
                "The same; the provider's key is distrusted from before the answer.",
                &whole,
                0,
                &[(Identity, NotProved, "identity_attested")],
            )
        },
        by(
            "identity-denied",
            "The provider signed that they do not belong together.",
            &attested(&[good(PersonOutcome::Differs)], &[&asked]),
            0,
            &[(Identity, NotProved, "identity_denied")],
        ),
        by(
            "identity-mobile-differs",
            "Name and number fit and the mobile number is another's: nobody is confirmed by that.",
            &attested(&[good(PersonOutcome::MobileDiffers)], &[&asked]),
            0,
            &[(Identity, NotProved, "identity_attested")],
        ),
        by(
            "identity-answer-forged",
            "An answer in the provider's name, signed with another key.",
            &attested(&[answer(&asked, PersonOutcome::Matches, at, &key(7))], &[&asked]),
            1,
            &[(Identity, Contradicted, "identity_answer_invalid")],
        ),
        by(
            "identity-answer-to-another-question",
            "The provider's answer about somebody else, beside a question about the signer.",
            &attested(&[answer(&other, PersonOutcome::Matches, at, &key(6))], &[&asked]),
            1,
            &[(Identity, Contradicted, "identity_answer_invalid")],
        ),
        by(
            "identity-answer-about-another-name",
            "Question and answer are about somebody else.",
            &attested(&[answer(&other, PersonOutcome::Matches, at, &key(6))], &[&other]),
            0,
            &[(Identity, NotProved, "identity_attested")],
        ),
        by(
            "identity-answer-without-question",
            "The answer without the question: nobody sees whom it is about.",
            &attested(&[matches()], &[]),
            0,
            &[(Identity, NotProved, "identity_attested")],
        ),
        by(
            "identity-answer-from-later",
            "An answer dated an hour after the record that holds it.",
            &attested(
                &[answer(&asked, PersonOutcome::Matches, at.plus_millis(3_600_000), &key(6))],
                &[&asked],
            ),
            0,
            &[(Identity, NotProved, "identity_attested")],
        ),
        Case {
            anchors: Some(PROVIDER_IS_CUSTODIAN),
            ..unreadable(
                "identity-provider-is-custodian",
                "Anchors in which the provider's key is a custodian's.",
                spoil::zip(&whole),
                "anchors_not_usable",
            )
        },
        by(
            "signing-by-video",
            "Signed without a photo: a person compares a video.",
            &without_photo(
                "person_by_video",
                json!({ "record": "rec_57mkk0ycr2xvz6588bs1199ytt", "way": "video" }),
            ),
            0,
            &[
                (Identity, NotProved, "identity_by_video"),
                (Integrity, Proved, "parts_agree"),
                (SignedBy, Proved, "signature_valid"),
            ],
        ),
        by(
            "signing-at-counter",
            "Signed without a photo: an officer saw person and card together.",
            &without_photo(
                "person_at_counter",
                json!({
                    "office": "示例市场监督管理局", "office_kind": "registry",
                    "portrait_source": "card_seen_by_officer",
                    "record": "rec_57mkk0ycr2xvz6588bs1199ytt", "way": "counter",
                }),
            ),
            0,
            &[
                (Identity, NotProved, "identity_seen_at_counter"),
                (Integrity, Proved, "parts_agree"),
                (SignedBy, Proved, "signature_valid"),
            ],
        ),
        by(
            "signing-by-video-with-photo",
            "The record says that no photo was taken, and the device signed one.",
            &{
                let told = story(&Twists {
                    record: Some(Box::new(|draft| {
                        let set = draft.set("photo_sha256", Value::Null, Provenance::Refused);
                        if set.is_err() {
                            unreachable!("photo_sha256 is an attribute of a signing")
                        }
                    })),
                    ..Twists::default()
                });
                signing(&told)
            },
            1,
            &[(Integrity, Contradicted, "mismatch_photo")],
        ),
    ]
}
