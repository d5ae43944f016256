use heqi_evidence::chain::ChainTip;
use heqi_evidence::challenge::Nonce;
use heqi_evidence::record::{GeneratedBy, RecordDraft};
use heqi_evidence::schema::RecordKind;
use heqi_evidence::statement::Statement as _;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_testkit::SeededEntropy;
use heqi_vocabulary::{ChainId, Provenance, UtcMillis};
use serde_json::json;

use super::*;
use crate::matter::form::ApplicationForm;

const NUMBER: &str = "11010519491231002X";
const OTHER: &str = "330112196404169991";

fn today() -> NaiveDate {
    "2026-11-28".parse().unwrap()
}

fn applicant(kind: &str, number: &str) -> Application {
    let form = ApplicationForm {
        applicant: "signer".into(),
        name: "张三".into(),
        sex: if kind == "passport" { "female".into() } else { String::new() },
        born: if kind == "passport" { "1949-12-31".into() } else { String::new() },
        document_kind: kind.into(),
        document_number: number.into(),
        address: "杭州市示例路1号".into(),
        phone: "0571-0000110".into(),
        purpose: "诉讼".into(),
        manner: "在手机上签署".into(),
        materials: "居民身份证复印件".into(),
        copies: "1".into(),
        delivery: "download".into(),
        lawsuit: "no".into(),
        truth: "yes".into(),
        ..ApplicationForm::default()
    };
    form.parse(today()).unwrap()
}

fn question(number: &str, name: &str) -> Question {
    Question::Person {
        document_kind: "resident_id".into(),
        document_number: number.into(),
        mobile: None,
        name: name.into(),
        nonce: Nonce::random(&SeededEntropy::labelled(1, number)),
    }
}

/// The answer to a question, as a record keeps it.
fn answer(question: &Question, outcome: PersonOutcome) -> String {
    let key = SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::labelled(1, "provider"));
    let said = json!({
        "answer": { "says": "person", "outcome": outcome },
        "answered_at": "2026-11-23T12:05:00.000Z",
        "provider": "示例实名",
        "question_sha256": question.digest().unwrap(),
    });
    let said: Attestation = serde_json::from_value(said).unwrap();
    String::from_utf8(said.sign(&key).unwrap().as_bytes().to_vec()).unwrap()
}

fn record(kind: RecordKind, values: &[(&str, Value)]) -> Disclosure {
    let entropy = SeededEntropy::labelled(1, "record");
    let chain = ChainId::from_bytes([1; 16]);
    let at = UtcMillis::from_millis(1_800_000_000_000).unwrap();
    let mut draft = RecordDraft::new(kind, GeneratedBy::Platform, &entropy);
    for (name, value) in values {
        draft.set(name, value.clone(), Provenance::Observed).unwrap();
    }
    let record = draft.at(ChainTip::empty(chain).next(chain, at));
    Disclosure::parse(&record.full().unwrap()).unwrap()
}

fn asked(asked: &[(&str, &str, PersonOutcome)]) -> HeldSigner {
    let questions: Vec<Question> = asked.iter().map(|(n, name, _)| question(n, name)).collect();
    let answers: Vec<String> =
        questions.iter().zip(asked).map(|(q, (_, _, outcome))| answer(q, *outcome)).collect();
    let values = [("questions", json!(questions)), ("answers", json!(answers))];
    let mut signer = HeldSigner::named(vec!["张三".into()]);
    signer.hear(&record(RecordKind::IdentityVerified, &values));
    signer
}

#[test]
fn a_number_is_compared_with_those_asked_about_under_the_name_of_who_signed() {
    let compare = |signer: &HeldSigner| signer.compare(&applicant("resident_id", NUMBER), today());
    let matches = PersonOutcome::Matches;
    assert_eq!(compare(&asked(&[(NUMBER, "张三", matches)])), NumberCompared::Same);
    assert_eq!(compare(&asked(&[("11010519491231002x", "张三", matches)])), NumberCompared::Same);
    let other = asked(&[(OTHER, "张三", matches)]);
    assert_eq!(compare(&other), NumberCompared::Other);
    assert!(other.admits(&applicant("resident_id", NUMBER), today()).is_err(), "a namesake");
    assert!(other.admits(&applicant("resident_id", OTHER), today()).is_ok());
    // Asked about somebody else of the filing, denied by the authority, or of another kind: not held.
    assert_eq!(compare(&asked(&[(OTHER, "李四", matches)])), NumberCompared::NotHeld);
    for denied in [PersonOutcome::Differs, PersonOutcome::NotFound] {
        assert_eq!(compare(&asked(&[(OTHER, "张三", denied)])), NumberCompared::NotHeld);
    }
    let passport = applicant("passport", "E12345678");
    assert_eq!(other.compare(&passport, today()), NumberCompared::NotHeld);
    assert!(other.admits(&passport, today()).is_ok(), "the notary's to decide");
    let two = asked(&[(OTHER, "张三", matches), (NUMBER, "张三", PersonOutcome::MobileDiffers)]);
    assert_eq!(compare(&two), NumberCompared::Same);
}

#[test]
fn a_number_that_was_put_right_counts_as_it_was_put() {
    let mut signer = asked(&[(OTHER, "张三", PersonOutcome::Matches)]);
    let values = [("number_before", json!(OTHER)), ("number_after", json!(NUMBER))];
    signer.put_right(&record(RecordKind::PersonCorrected, &values), today());
    let compare = |number| signer.compare(&applicant("resident_id", number), today());
    assert_eq!((compare(NUMBER), compare(OTHER)), (NumberCompared::Same, NumberCompared::Other));
}

#[test]
fn a_number_put_right_where_none_was_held_counts_and_a_name_put_right_changes_no_number() {
    let mut signer = asked(&[]);
    let compare =
        |signer: &HeldSigner, number| signer.compare(&applicant("resident_id", number), today());
    signer
        .put_right(&record(RecordKind::PersonCorrected, &[("name_after", json!("张珊"))]), today());
    assert_eq!(compare(&signer, OTHER), NumberCompared::NotHeld);
    let values = [("number_after", json!(NUMBER))];
    signer.put_right(&record(RecordKind::PersonCorrected, &values), today());
    assert_eq!(compare(&signer, NUMBER), NumberCompared::Same);
    assert_eq!(compare(&signer, OTHER), NumberCompared::Other);
}

#[test]
fn each_outcome_has_a_sentence_of_its_own_and_a_name_alone_is_said_to_be_no_more() {
    let all = [NumberCompared::Same, NumberCompared::Other, NumberCompared::NotHeld];
    let mut said: Vec<String> = all.iter().flat_map(|one| one.sentence()).collect();
    assert!(said[4].contains("只比对了姓名"), "{said:?}");
    said.sort();
    said.dedup();
    assert_eq!(said.len(), 6, "{said:?}");
}

const COMPANY: &str = "杭州示例云栖投资有限公司";
const CODE: &str = "91330112MA000004XN";
const OTHER_CODE: &str = "91330112MA00000902";

fn company(name: &str, code: &str) -> Application {
    let form = ApplicationForm {
        applicant: "company".into(),
        name: name.into(),
        document_number: code.into(),
        legal_representative: "张三".into(),
        acting_document_kind: "resident_id".into(),
        acting_document_number: NUMBER.into(),
        address: "杭州市示例路1号".into(),
        phone: "0571-0000110".into(),
        purpose: "诉讼".into(),
        manner: "在手机上签署".into(),
        materials: "营业执照\n法定代表人身份证明".into(),
        copies: "1".into(),
        delivery: "download".into(),
        lawsuit: "no".into(),
        truth: "yes".into(),
        ..ApplicationForm::default()
    };
    form.parse(today()).unwrap()
}

/// 张三 signed for the company, about which an authority was asked and said this of the name.
fn for_company(asked: Option<(&str, bool)>) -> HeldSigner {
    let mut signer = HeldSigner::named(vec!["张三".into()]).for_company(COMPANY);
    if let Some((code, name_matches)) = asked {
        let nonce = Nonce::random(&SeededEntropy::labelled(1, code));
        let question = Question::Company { code: code.into(), name: COMPANY.into(), nonce };
        let key = SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::labelled(1, "provider"));
        let said = json!({
            "answer": { "says": "company", "name_matches": name_matches, "status": "in_operation" },
            "answered_at": "2026-11-23T12:05:00.000Z",
            "provider": "示例实名",
            "question_sha256": question.digest().unwrap(),
        });
        let said: Attestation = serde_json::from_value(said).unwrap();
        let said = String::from_utf8(said.sign(&key).unwrap().as_bytes().to_vec()).unwrap();
        let values = [("questions", json!([question])), ("answers", json!([said]))];
        signer.hear(&record(RecordKind::IdentityVerified, &values));
    }
    signer
}

#[test]
fn a_company_is_known_by_its_name_and_where_one_is_held_by_its_code() {
    let admits = |signer: &HeldSigner, name: &str, code: &str| {
        signer.admits(&company(name, code), today()).map_err(|error| error.to_string())
    };
    let refused = Err(MatterError::NotCompany.to_string());
    let unasked = for_company(None);
    assert_eq!(admits(&unasked, COMPANY, CODE), Ok(()));
    assert_eq!(admits(&unasked, "杭州示例青穗茶业有限公司", CODE), refused);
    let asked = for_company(Some((CODE, true)));
    assert_eq!(admits(&asked, COMPANY, CODE), Ok(()));
    assert_eq!(admits(&asked, COMPANY, OTHER_CODE), refused);
    assert_eq!(admits(&asked, "杭州示例云西投资有限公司", CODE), Ok(()), "named anew");
    // A code that the authority denied of this name is nobody's.
    let denied = for_company(Some((OTHER_CODE, false)));
    assert_eq!(admits(&denied, COMPANY, CODE), Ok(()));
    // Only a code that is held is more than what the applicant declares.
    let holds = |signer: &HeldSigner| signer.holds_code(&company(COMPANY, CODE));
    assert_eq!([holds(&unasked), holds(&asked), holds(&denied)], [false, true, false]);
    // A person signed.
    assert_eq!(admits(&asked_nothing(), COMPANY, CODE), refused);
}

fn asked_nothing() -> HeldSigner {
    asked(&[])
}

#[test]
fn whoever_acts_for_a_company_is_compared_with_who_signed_for_it() {
    let named = |application: &Application| {
        let signer = for_company(None);
        (
            signer.admits(application, today()).is_ok(),
            signer.admits_from_within(application, today()).is_ok(),
        )
    };
    let own = company(COMPANY, CODE);
    assert_eq!(named(&own), (true, true));
    let another = Application { legal_representative: Some("李四".into()), ..own.clone() };
    assert_eq!(named(&another), (true, false), "at the counter the notary reads the papers");
    let mut known = for_company(None);
    let values = [("questions", json!([question(OTHER, "张三")]))];
    known.hear(&record(RecordKind::IdentityVerified, &values));
    let refused = known.admits(&own, today()).unwrap_err();
    assert!(matches!(refused, MatterError::NotRepresentative), "{refused}");

    // In the own name, too: the notary asks what they have to do with it.
    let person = applicant("resident_id", OTHER);
    assert!(known.admits(&person, today()).is_ok() && known.interest(&person).is_some());
    assert!(known.interest(&own).is_none() && asked_nothing().interest(&person).is_none());
    assert_eq!(known.sentences(&own, today()).len(), 3, "company, person, authority");
}
