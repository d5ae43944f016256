use heqi_evidence::bundle::attachment_name;
use heqi_evidence::schema::{RecordKind, Schema};
use heqi_testkit::{Story, Twist, Twists};
use heqi_vocabulary::Provenance::{Declared, Observed, Reported};
use serde_json::json;

use super::*;

const NUMBER: &str = "330112196404169991";
const STROKES: &[u8] = br#"{"format":"heqi.strokes/v1"}"#;

fn question(name: &str) -> Value {
    json!({ "asks": "person", "document_kind": "resident_id", "document_number": NUMBER, "name": name })
}

/// What is held of a signing of 张三 with a handwriting, about which these questions were asked.
fn held(signer: &'static str, questions: Value) -> BundleParts {
    let record: Twist<_> = Box::new(move |draft: &mut heqi_evidence::record::RecordDraft| {
        let identity = json!({ "answers": [], "questions": questions });
        draft.set("identity", identity, Observed).unwrap();
        draft.set("party_name", signer, Declared).unwrap();
    });
    let client: Twist<_> = Box::new(|values: &mut heqi_testkit::ClientValues| {
        values.insert("strokes_sha256", (json!(Digest::of(STROKES)), Reported));
    });
    let twists = Twists { record: Some(record), client: Some(client), ..Twists::default() };
    let story = Story::tell(1, &twists);
    let mut parts = story.bundle_with_chain(story.signing());
    let name = attachment_name(Digest::of(STROKES), "application/json").unwrap();
    parts.attachments.insert(name, STROKES.to_vec());
    parts
}

fn names_closed(of: &[u8]) -> Vec<&'static str> {
    let tree = Disclosure::parse(of).unwrap();
    let names = (0..tree.schema().slots).filter_map(|slot| tree.schema().name(slot));
    names.filter(|name| tree.attribute(name).is_none()).collect()
}

#[test]
fn who_signed_gets_the_bundle_as_it_is_held() {
    let held = held("张三", json!([question("张三")]));
    assert_eq!(embedded(&held, ApplicantKind::Signer).unwrap(), held.write().unwrap());
}

#[test]
fn of_a_third_person_what_is_not_printed_is_closed_and_the_roots_stay() {
    let held = held("张三", json!([question("张三")]));
    let root = |bytes: &[u8]| Disclosure::parse(bytes).unwrap().root();
    for applicant in [ApplicantKind::Company, ApplicantKind::Regulator] {
        let file = embedded(&held, applicant).unwrap();
        let parts = heqi_evidence::bundle::EvidenceBundle::read(&file).unwrap().parts;
        let client = parts.client.as_deref().unwrap();
        let of_record = ["identity", "photo_attempts", "client_address", "forwarded_for"];
        assert_eq!(names_closed(&parts.record), of_record);
        assert_eq!(names_closed(client), ["strokes_sha256", "place"]);
        assert_eq!(root(&parts.record), root(&held.record));
        assert_eq!(root(client), root(held.client.as_deref().unwrap()));
        // The document and the photo, and no handwriting.
        let kept: Vec<_> = parts.attachments.values().collect();
        assert_eq!(kept.len(), held.attachments.len() - 1);
        assert!(!kept.iter().any(|bytes| bytes.as_slice() == STROKES));
        assert_eq!((parts.chain, parts.proof), (held.chain.clone(), held.proof.clone()));
    }
}

#[test]
fn a_question_about_somebody_else_closes_the_own_identity_and_nothing_beside_it() {
    let of_another = held("张三", json!([question("张三"), question("李四")]));
    let narrowed = narrowed(&of_another, Reads::Own).unwrap();
    assert_eq!(names_closed(&narrowed.record), ["identity"]);
    assert!(sentence(ApplicantKind::Signer)[0].contains("涉及他人证件时以其摘要值代替"));
    assert_eq!(narrowed.attachments, of_another.attachments);
    assert_eq!(narrowed.client, of_another.client);
    // It is the own name whichever dot it has; a question about a company is about no person.
    let company = json!({ "asks": "company", "code": "91330112MA000004XN", "name": "示例公司" });
    let own = held("阿凡提·买买提", json!([question("阿凡提•买买提"), company]));
    assert_eq!(super::narrowed(&own, Reads::Own).unwrap(), own);
    // A question kept as its text is read as one.
    let as_text = held("张三", json!([question("李四").to_string()]));
    let closed = super::narrowed(&as_text, Reads::Own).unwrap();
    assert_eq!(names_closed(&closed.record), ["identity"]);
}

#[test]
fn what_is_not_held_in_full_is_not_narrowed() {
    let mut part = held("张三", json!([]));
    part.record = {
        let record = Disclosure::parse(&part.record).unwrap();
        EvidenceRecord::of_full(&record).unwrap().frame_only().unwrap()
    };
    let refused = embedded(&part, ApplicantKind::Regulator);
    assert!(matches!(refused, Err(MatterError::Broken(_))), "{refused:?}");
}

/// A name that is in no table would keep something closed that is printed.
#[test]
fn every_name_that_is_open_of_others_is_a_slot_of_a_signing_or_of_the_device() {
    let tables = [RecordKind::Signing, RecordKind::Client].map(Schema::newest);
    for name in OPEN_OF_OTHERS {
        assert!(tables.iter().any(|table| table.slot(name).is_some()), "{name}");
    }
}
