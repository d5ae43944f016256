//! Who vouches for the name: the answers of providers, weighed by the anchors.

use heqi_evidence::anchors::{ProviderAnchor, Spki};
use heqi_evidence::attestation::{Answer, Attestation, CompanyStatus, PersonOutcome, Question};
use heqi_evidence::challenge::Nonce;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::statement::Statement as _;
use heqi_evidence::verdict::ClaimName::Identity;
use heqi_evidence::verdict::Status::{Contradicted, NotProved, Proved};
use heqi_evidence::verdict::{Reason, Verdict};
use heqi_pki::keys::SigningKey;
use heqi_testkit::{SeededEntropy, Story, Twists};
use heqi_vocabulary::{Provenance, UtcMillis};
use serde_json::{Value, json};

use crate::{ANCHORS, STORY, expect, verdict_under};

const SIGNER: &str = "张三";
const PROVIDER: &str = "示例实名";
const MATCHES: Answer = Answer::Person { outcome: PersonOutcome::Matches };

fn key(seed: u8) -> SigningKey {
    SigningKey::from_ed25519_seed(&[seed; 32])
}

fn nonce() -> Nonce {
    Nonce::random(&SeededEntropy::labelled(1, "nonce"))
}

fn person(name: &str) -> Question {
    Question::Person {
        document_kind: "resident_id".into(),
        document_number: "330112199003079999".into(),
        mobile: None,
        name: name.into(),
        nonce: nonce(),
    }
}

fn recorded_at() -> UtcMillis {
    STORY.signing().record.frame().place.recorded_at
}

/// An answer that `PROVIDER` signed a second before the record.
fn answered(question: &Question, answer: Answer) -> String {
    answered_at(question, answer, recorded_at().plus_millis(-1_000))
}

fn answered_at(question: &Question, answer: Answer, answered_at: UtcMillis) -> String {
    signed(question, answer, answered_at, &key(1))
}

fn signed(question: &Question, answer: Answer, answered_at: UtcMillis, by: &SigningKey) -> String {
    let question_sha256 = question.digest().unwrap();
    let said = Attestation { answer, answered_at, provider: PROVIDER.into(), question_sha256 };
    String::from_utf8(said.sign(by).unwrap().as_bytes().to_vec()).unwrap()
}

fn provider() -> ProviderAnchor {
    ProviderAnchor {
        key: Spki(key(1).public_key()),
        organisation: "示例实名认证有限公司".into(),
        provider: PROVIDER.into(),
        test_only: true,
        validity: STORY.cast.validity(),
    }
}

/// What is written of an answer and its question.
fn one(answer: &str, question: &Value) -> Value {
    json!({ "answered_by": [PROVIDER], "answers": [answer], "questions": [question] })
}

/// The verdict on a signing with these values, under anchors that name these providers.
fn with(values: Vec<(&'static str, Value, Provenance)>, providers: Vec<ProviderAnchor>) -> Verdict {
    let twists = Twists {
        record: Some(Box::new(move |draft| {
            for (name, value, provenance) in &values {
                draft.set(name, value.clone(), *provenance).unwrap();
            }
        })),
        ..Twists::default()
    };
    let story = Story::tell(1, &twists);
    let mut anchors = story.anchors();
    anchors.identity_providers = providers;
    verdict_under(&story.bundle(story.signing()), &anchors)
}

fn attested(identity: Value) -> Verdict {
    with(vec![("identity", identity, Provenance::Attested)], vec![provider()])
}

/// An answer to a question about this person.
fn said(question: &Question, answer: Answer) -> Verdict {
    attested(one(&answered(question, answer), &json!(question)))
}

fn reason(verdict: &Verdict) -> &Reason {
    &verdict.claim(Identity).unwrap().reason
}

#[test]
fn a_signed_answer_about_the_signer_proves_the_name() {
    let verdict = said(&person(SIGNER), MATCHES);
    expect(&verdict, Identity, Proved, "identity_confirmed");
    assert_eq!(verdict.claim(Identity).unwrap().vouched_by, ["示例实名认证有限公司"]);
    let by = "示例实名认证有限公司".to_owned();
    assert_eq!(*reason(&verdict), Reason::IdentityConfirmed { by, test_only: true });
}

#[test]
fn each_answer_has_its_weight() {
    let registry = Question::Registry {
        document_kind: "resident_id".into(),
        document_number: "330112199003079999".into(),
        name: SIGNER.into(),
        nonce: nonce(),
    };
    let company = Question::Company { code: "91".into(), name: SIGNER.into(), nonce: nonce() };
    let of = |outcome| (person(SIGNER), Answer::Person { outcome });
    let registered = |verified_at| (registry.clone(), Answer::Registry { verified_at });
    let status = CompanyStatus::InOperation;
    for ((question, answer), status, code) in [
        (of(PersonOutcome::Matches), Proved, "identity_confirmed"),
        (of(PersonOutcome::Differs), NotProved, "identity_denied"),
        (of(PersonOutcome::NotFound), NotProved, "identity_denied"),
        (of(PersonOutcome::MobileDiffers), NotProved, "identity_attested"),
        (registered(Some(recorded_at())), Proved, "identity_confirmed"),
        (registered(None), NotProved, "identity_attested"),
        // About no person.
        ((company, Answer::Company { name_matches: true, status }), NotProved, "identity_attested"),
        // About somebody else.
        ((person("李四"), MATCHES), NotProved, "identity_attested"),
        // It answers another kind of question.
        (
            (person(SIGNER), Answer::Portrait { sha256: None }),
            Contradicted,
            "identity_answer_invalid",
        ),
    ] {
        expect(&said(&question, answer), Identity, status, code);
    }
}

#[test]
fn an_answer_without_its_question_or_with_one_in_another_spelling_confirms_nothing() {
    let question = person(SIGNER);
    let answer = answered(&question, MATCHES);
    let bare = attested(json!({ "answered_by": [PROVIDER], "answers": [answer] }));
    expect(&bare, Identity, NotProved, "identity_attested");
    let mut spelled = json!(question);
    spelled.as_object_mut().unwrap().remove("mobile");
    for other in [spelled, json!("question"), json!(person("李四"))] {
        let verdict = attested(one(&answer, &other));
        expect(&verdict, Identity, Contradicted, "identity_answer_invalid");
    }
}

#[test]
fn an_answer_counts_when_its_key_did_and_up_to_five_minutes_after_the_record() {
    let question = person(SIGNER);
    let at = |ms: i64, provider: ProviderAnchor| {
        let answer = answered_at(&question, MATCHES, recorded_at().plus_millis(ms));
        let identity = one(&answer, &json!(question));
        with(vec![("identity", identity, Provenance::Attested)], vec![provider])
    };
    for ms in [-1_000, 0, 300_000] {
        expect(&at(ms, provider()), Identity, Proved, "identity_confirmed");
    }
    for ms in [300_001, 600_000] {
        expect(&at(ms, provider()), Identity, NotProved, "identity_attested");
    }
    let mut ended = provider();
    ended.validity.valid_until = Some(recorded_at());
    expect(&at(0, ended.clone()), Identity, Proved, "identity_confirmed");
    expect(&at(1, ended), Identity, NotProved, "identity_attested");
}

#[test]
fn only_a_provider_among_the_anchors_is_heard_and_only_under_its_own_key() {
    let question = person(SIGNER);
    let identity = |by: &SigningKey| {
        let at = recorded_at();
        let value = one(&signed(&question, MATCHES, at, by), &json!(question));
        vec![("identity", value, Provenance::Attested)]
    };
    let stranger = ProviderAnchor { provider: "别家".into(), ..provider() };
    let verdict = with(identity(&key(1)), vec![stranger.clone()]);
    expect(&verdict, Identity, NotProved, "identity_attested");
    assert_eq!(*reason(&verdict), Reason::IdentityAttested { by: PROVIDER.into() });
    let verdict = with(identity(&key(1)), vec![stranger, provider()]);
    expect(&verdict, Identity, Proved, "identity_confirmed");
    let verdict = with(identity(&key(2)), vec![provider()]);
    expect(&verdict, Identity, Contradicted, "identity_answer_invalid");
    // A provider that changed its key is listed with both.
    let new = ProviderAnchor { key: Spki(key(2).public_key()), ..provider() };
    let verdict = with(identity(&key(2)), vec![provider(), new]);
    expect(&verdict, Identity, Proved, "identity_confirmed");
}

#[test]
fn a_name_is_the_same_with_any_of_the_dots_and_that_of_who_represents_the_party_comes_first() {
    let named = |values: &[(&'static str, &str)], asked: &str| {
        let question = person(asked);
        let identity = one(&answered(&question, MATCHES), &json!(question));
        let mut all = vec![("identity", identity, Provenance::Attested)];
        all.extend(values.iter().map(|(at, name)| (*at, json!(name), Provenance::Declared)));
        with(all, vec![provider()])
    };
    for declared in [
        "阿依\u{b7}古丽",
        "阿依\u{2022}古丽",
        "阿依\u{30fb}古丽",
        "阿依\u{ff0e}古丽",
        "阿依\u{2027}古丽",
    ] {
        let verdict = named(&[("party_name", declared)], "阿依\u{b7}古丽");
        expect(&verdict, Identity, Proved, "identity_confirmed");
    }
    let other = named(&[("party_name", "阿依古丽")], "阿依\u{b7}古丽");
    expect(&other, Identity, NotProved, "identity_attested");
    let values = [("party_name", "示例公司"), ("representative_name", "周建国")];
    expect(&named(&values, "周建国"), Identity, Proved, "identity_confirmed");
    expect(&named(&values, "示例公司"), Identity, NotProved, "identity_attested");
}

#[test]
fn without_a_word_that_counts_the_record_says_who_looked_or_who_answered() {
    let declared = |value| with(vec![("identity", value, Provenance::Declared)], Vec::new());
    let says = |verdict: &Verdict, expected: Reason| {
        assert_eq!(verdict.claim(Identity).unwrap().status, NotProved);
        assert_eq!(*reason(verdict), expected);
    };
    let both = json!({ "answered_by": ["示例实名", "示例登记"] });
    says(&declared(both.clone()), Reason::IdentityDeclared);
    says(&attested(both), Reason::IdentityAttested { by: "示例实名、示例登记".into() });
    says(&attested(json!({ "answered_by": [] })), Reason::IdentityDeclared);
    says(&declared(json!({ "seen": { "way": "video" } })), Reason::IdentityByVideo);
    let counter = json!({ "seen": { "way": "counter", "office": "示例公证处" } });
    says(&declared(counter), Reason::IdentitySeenAtCounter { by: "示例公证处".into() });
    let nowhere = json!({ "seen": { "way": "letter", "office": "示例公证处" } });
    says(&declared(nowhere), Reason::IdentityDeclared);
}

#[test]
fn a_name_is_asked_for_at_a_signing_only() {
    let verdict = verdict_under(&STORY.bundle(STORY.first(RecordKind::Confirmation)), &ANCHORS);
    expect(&verdict, Identity, NotProved, "identity_not_concerned");
}
