use heqi_evidence::chain::ChainTip;
use heqi_evidence::record::{GeneratedBy, RecordDraft};
use heqi_testkit::{SeededEntropy, Story, Twists};
use heqi_vocabulary::{Digest, Provenance};
use serde_json::json;

use super::super::chain::PartyNamed;
use super::super::contested::OBJECTED;
use super::*;
use crate::matter::checklist::Outcome;
use crate::matter::rows::ReplacedDocument;

fn read(bytes: &[u8]) -> Disclosure {
    Disclosure::parse(bytes).unwrap()
}

/// The story's chain as an office reads it, and its signing.
fn told(story: &Story) -> (Chain, Disclosure) {
    let mut chain = Chain::default();
    for record in &story.records {
        chain.take(read(&record.record.full().unwrap()));
    }
    (chain, read(&story.signing().record.full().unwrap()))
}

fn disputed() -> Story {
    Story::tell(1, &Twists { objection: true, ..Twists::default() })
}

#[test]
fn answers_are_told_in_order_and_inside_each_proves_its_root_and_shows_nothing_else() {
    let story = disputed();
    let (chain, signing) = told(&story);
    let answers = chain.answers(&signing, ApplicantKind::Signer, story.seen_at()).unwrap();
    let said: Vec<(&str, &str, &str)> =
        answers.lines.iter().map(|l| (&*l.who, &*l.what, &*l.way)).collect();
    assert_eq!(
        said,
        [("张三", "确认", "在线"), ("张三", "异议（非本人签署）：不是我签的", "在线"),]
    );
    let file: Value = serde_json::from_slice(&answers.file).unwrap();
    assert_eq!(file["format"], FORMAT);
    let records = file["records"].as_array().unwrap();
    for (record, line) in records.iter().zip(&answers.lines) {
        let shown = read(&canonical::to_bytes(record).unwrap());
        assert_eq!(Some(shown.root()), line.root);
        assert!(shown.text("party").is_some());
        for closed in ["reason", "client_address", "user_agent", "received_at"] {
            assert!(shown.attribute(closed).is_none(), "{closed}");
        }
    }
    assert_eq!(records.len(), 2);
    let words = String::from_utf8(answers.file).unwrap();
    assert!(!words.contains("不是我签的") && !words.contains("203.0.113"), "{words}");
}

#[test]
fn third_parties_are_masked_when_the_registry_applies() {
    let story = disputed();
    let (chain, signing) = told(&story);
    let answers = chain.answers(&signing, ApplicantKind::Regulator, story.seen_at()).unwrap();
    assert!(answers.lines.iter().all(|line| line.who == "张*"), "{:?}", answers.lines);
    assert!(answers.lines.iter().all(|line| !line.what.contains("不是我签的")));
    // What was said in a company's name is its own.
    let own = chain.answers(&signing, ApplicantKind::Company, story.seen_at()).unwrap();
    assert!(own.lines.iter().any(|line| line.what.contains("不是我签的")), "{:?}", own.lines);
}

#[test]
fn what_came_after_the_certificate_is_not_in_it_and_what_was_said_to_the_office_is() {
    let story = disputed();
    let (mut chain, signing) = told(&story);
    let signed: UtcMillis = signing.parsed("recorded_at").unwrap();
    let none = chain.answers(&signing, ApplicantKind::Signer, signed).unwrap();
    assert_eq!(none, Answers::default());
    chain.told.push(signed.plus_millis(1));
    let one = chain.answers(&signing, ApplicantKind::Signer, signed.plus_millis(1)).unwrap();
    let [line] = one.lines.as_slice() else { panic!("{one:?}") };
    assert_eq!((&*line.who, &*line.what, &*line.way), ("张三", "异议", TOLD));
    assert!(one.file.is_empty() && line.root.is_none());
}

#[test]
fn a_confirmation_on_an_officers_word_was_made_at_the_counter_and_not_online() {
    let story = Story::tell(1, &Twists::default());
    let (chain, _) = told(&story);
    let at = story.first(RecordKind::Confirmation).record.frame().place.recorded_at;
    let way = |provenance: Provenance| {
        let entropy = SeededEntropy::labelled(1, "counter");
        let mut draft = RecordDraft::new(RecordKind::Confirmation, GeneratedBy::Platform, &entropy);
        draft.set("party", json!(story.party), Provenance::Observed).unwrap();
        draft.set("statement_sha256", json!(Digest::of(b"said")), provenance).unwrap();
        let place = ChainTip::empty(story.chain).next(story.chain, at);
        chain.way(&read(&draft.at(place).full().unwrap()))
    };
    assert_eq!(way(Provenance::Observed), "在线");
    assert_eq!(way(Provenance::Reviewed), AT_COUNTER);
}

#[test]
fn the_way_of_an_answer_is_the_message_that_had_gone_out_before() {
    let story = Story::tell(1, &Twists::default());
    let notified = |state: &str, channel: &str, after_ms: i64| {
        let entropy = SeededEntropy::labelled(1, channel);
        let mut draft = RecordDraft::new(RecordKind::Notification, GeneratedBy::Platform, &entropy);
        for (name, value) in [
            ("party", json!(story.party)),
            ("state", json!(state)),
            ("purpose", json!("signed_in_your_name")),
            ("channel", json!(channel)),
        ] {
            draft.set(name, value, Provenance::Observed).unwrap();
        }
        let answered = story.first(RecordKind::Confirmation).record.frame().place.recorded_at;
        let at = answered.plus_millis(after_ms);
        read(&draft.at(ChainTip::empty(story.chain).next(story.chain, at)).full().unwrap())
    };
    let way = |record: Disclosure| {
        let (mut chain, signing) = told(&story);
        chain.take(record);
        let answers = chain.answers(&signing, ApplicantKind::Signer, story.seen_at()).unwrap();
        answers.lines[0].way.clone()
    };
    assert_eq!(way(notified("delivered", "sms", -1)), "短信通知后在线");
    assert_eq!(way(notified("sent", "email", -1)), "电子邮件通知后在线");
    assert_eq!(way(notified("bounced", "sms", -1)), "在线");
    assert_eq!(way(notified("delivered", "sms", 1)), "在线");
}

/// Something the signer said so long after its objection.
fn said_after(story: &Story, kind: RecordKind, outcome: Option<&str>, after_ms: i64) -> Disclosure {
    let party = story.party.to_string();
    let outcome = outcome.map(|outcome| ("outcome", outcome));
    let said: Vec<_> = [("party", party.as_str())].into_iter().chain(outcome).collect();
    recorded_after(story, kind, &said, after_ms)
}

fn recorded_after(
    story: &Story,
    kind: RecordKind,
    said: &[(&str, &str)],
    after_ms: i64,
) -> Disclosure {
    let entropy = SeededEntropy::labelled(1, kind.as_str());
    let mut draft = RecordDraft::new(kind, GeneratedBy::Platform, &entropy);
    for (name, value) in said {
        draft.set(name, json!(value), Provenance::Declared).unwrap();
    }
    let objected = story.first(RecordKind::Objection).record.frame().place.recorded_at;
    let at = objected.plus_millis(after_ms);
    read(&draft.at(ChainTip::empty(story.chain).next(story.chain, at)).full().unwrap())
}

#[test]
fn an_objection_that_was_taken_back_is_told_as_that_until_something_is_said_again() {
    let story = disputed();
    let (mut chain, signing) = told(&story);
    let objected = chain.answer(&signing);
    assert_eq!(objected.word, "objected");
    // What the registry decided, or what was taken back before, takes nothing back.
    chain.take(said_after(&story, RecordKind::ObjectionResolved, Some("ended"), 1));
    chain.take(said_after(&story, RecordKind::ObjectionResolved, Some("taken_back"), -1));
    assert_eq!(chain.answer(&signing).word, "objected");

    chain.take(said_after(&story, RecordKind::ObjectionResolved, Some("taken_back"), 2));
    let answered = chain.answer(&signing);
    assert_eq!((answered.word, answered.at), ("taken_back", objected.at));
    chain.take(said_after(&story, RecordKind::Confirmation, None, 3));
    assert_eq!(chain.answer(&signing).word, "confirmed");
    chain.take(said_after(&story, RecordKind::Objection, None, 4));
    assert_eq!(chain.answer(&signing).word, "objected");
}

#[test]
fn what_was_said_to_a_custodian_is_not_taken_back_on_the_platform() {
    let story = disputed();
    let (mut chain, signing) = told(&story);
    chain.take(said_after(&story, RecordKind::ObjectionResolved, Some("taken_back"), 1));
    chain.told.push(signing.parsed("recorded_at").unwrap());
    let answered = chain.answer(&signing);
    assert_eq!((answered.word, &*answered.way), ("objected", TOLD));
}

#[test]
fn edge_case_8_what_a_guardian_answered_is_never_told_as_the_minors_own_answer() {
    let mut chain = Chain::default();
    let named = PartyNamed { name: "林小茶".into(), is_company: false, is_represented: true };
    chain.parties.insert("par_1".into(), named);
    assert_eq!(chain.name_of(Some("par_1"), Some("par_1")), "林小茶（未成年人，由监护人代为）");
    let of_others = chain.name_of(Some("par_1"), None);
    assert!(of_others.ends_with("（未成年人，由监护人代为）"), "{of_others}");
    assert!(!of_others.contains("林小茶"), "{of_others}");
}

#[test]
fn what_was_said_before_a_signing_is_no_answer_to_it() {
    let story = disputed();
    let (_, signing) = told(&story);
    let before_ms = -400 * 24 * 3_600_000;
    let mut chain = Chain::default();
    chain.take(said_after(&story, RecordKind::Confirmation, None, before_ms));
    assert_eq!(chain.confirmations(&signing).code, "not_confirmed");
    chain.take(said_after(&story, RecordKind::Objection, None, before_ms + 1));
    assert_eq!(chain.answer(&signing).word, "", "of another signing, that did not count any more");
    chain.take(said_after(&story, RecordKind::Confirmation, None, 1));
    assert_eq!(chain.answer(&signing).word, "confirmed");
}

#[test]
fn what_was_confirmed_after_a_signature_was_void_is_the_one_in_its_place() {
    let story = disputed();
    let (_, signing) = told(&story);
    let of = |party: &str| {
        let said = [("outcome", "sign_again"), ("signatures_of", party)];
        recorded_after(&story, RecordKind::ObjectionResolved, &said, 5)
    };
    let mut chain = Chain::default();
    chain.take(of("par_00000000000000000000000000"));
    chain.take(said_after(&story, RecordKind::Confirmation, None, 9));
    assert_eq!(chain.answer(&signing).word, "confirmed", "another party's was void");
    chain.take(of(&story.party.to_string()));
    assert_eq!(chain.answer(&signing).word, "");
    chain.take(said_after(&story, RecordKind::Confirmation, None, 3));
    assert_eq!(chain.answer(&signing).word, "confirmed");
    // Whatever was confirmed: it is void.
    assert_eq!(chain.confirmations(&signing).code, "signature_void");
}

#[test]
fn a_signature_found_void_is_told_with_whose_it_was_by_whom_and_when() {
    let story = Story::tell(1, &Twists { objection: true, found_void: true, ..Twists::default() });
    let (chain, signing) = told(&story);
    let decided = story.first(RecordKind::ObjectionResolved).record.frame().place.recorded_at;
    let facts = chain.facts(&signing, None);
    assert_eq!(facts.voided_at, Some(decided));
    assert_eq!(facts.voided_by, "示例区市场监督管理局");
    let found = chain.confirmations(&signing);
    assert_eq!((found.outcome, found.code.as_str()), (Outcome::Unproved, "signature_void"));
    let lines = |applicant| {
        let answers = chain.answers(&signing, applicant, story.seen_at()).unwrap();
        answers.lines.into_iter().map(|line| (line.who, line.what)).collect::<Vec<_>>()
    };
    let of = |whose: &str| {
        let what = format!("异议处理：该签署作废并重签（{whose}的签署）");
        ("示例区市场监督管理局".to_owned(), what)
    };
    assert!(lines(ApplicantKind::Signer).contains(&of("张三")));
    assert!(lines(ApplicantKind::Regulator).contains(&of("张*")));
    // Another party's is no word about this one.
    let (other, signing) = told(&disputed());
    assert_eq!(other.facts(&signing, None).voided_at, None);
    assert_eq!(other.confirmations(&signing).code, OBJECTED);
}

/// A version of a document that was attached so long after the signing, in the place of another where it says so.
fn version_after(
    story: &Story,
    (document, number, sha256): (&str, u64, &str),
    replaces: Option<&str>,
    after_ms: i64,
) -> Disclosure {
    let entropy = SeededEntropy::labelled(1, document);
    let (kind, by) = (RecordKind::FilingChanged, GeneratedBy::Platform);
    let mut draft = match replaces {
        None => RecordDraft::new(kind, by, &entropy),
        Some(_) => RecordDraft::newest(kind, by, &entropy),
    };
    let change = if number > 1 { "document_replaced" } else { "document_attached" };
    for (name, value) in [
        ("change", json!(change)),
        ("document", json!(document)),
        ("document_version", json!(number)),
        ("document_title", json!("公司章程")),
        ("document_sha256", json!(sha256)),
    ] {
        draft.set(name, value, Provenance::Observed).unwrap();
    }
    if let Some(before) = replaces {
        draft.set("replaces", json!(before), Provenance::Observed).unwrap();
    }
    let signed = story.signing().record.frame().place.recorded_at;
    let at = signed.plus_millis(after_ms);
    read(&draft.at(ChainTip::empty(story.chain).next(story.chain, at)).full().unwrap())
}

/// Edge case 22: a new version is another document, and what is confirmed after it is of that one.
#[test]
fn edge_case_22_what_was_confirmed_after_a_document_was_replaced_is_the_version_in_its_place() {
    let story = disputed();
    let (_, signing) = told(&story);
    let signed: UtcMillis = signing.parsed("recorded_at").unwrap();
    let documents = signing.value("documents").and_then(Value::as_array).unwrap();
    let [document] = documents.as_slice() else { panic!("{documents:?}") };
    let (own, other) = (document["sha256"].as_str().unwrap(), Digest::of(b"other").to_string());
    let mut chain = Chain::default();
    chain.take(version_after(&story, ("doc_1", 1, own), None, -1));
    chain.take(said_after(&story, RecordKind::Confirmation, None, 1));
    // A replacement of before there was the link does not say of what, and ends nothing.
    chain.take(version_after(&story, ("doc_2", 2, &other), None, 1));
    assert_eq!(chain.answer(&signing).word, "confirmed");
    assert!(chain.facts(&signing, None).replaced.is_empty());

    chain.take(version_after(&story, ("doc_3", 3, &other), Some("doc_1"), 2));
    assert_eq!(chain.answer(&signing).word, "");
    assert_eq!(chain.confirmations(&signing).code, "not_confirmed");
    let at = signed.plus_millis(2);
    let replaced = ReplacedDocument { title: "公司章程".into(), version: 1, at, by: 3 };
    assert_eq!(chain.facts(&signing, None).replaced, [replaced]);
    // What the registry finds void after that is the signature of the version in its place.
    let party = story.party.to_string();
    let void = [("outcome", "sign_again"), ("signatures_of", party.as_str())];
    chain.take(recorded_after(&story, RecordKind::ObjectionResolved, &void, 5));
    assert_eq!(chain.facts(&signing, None).voided_at, None);
    // What was confirmed while it counted is of it.
    let objected = story.first(RecordKind::Objection).record.frame().place.recorded_at;
    let while_it_counted = 1 - objected.millis_since(signed);
    chain.take(said_after(&story, RecordKind::Confirmation, None, while_it_counted));
    assert_eq!(chain.answer(&signing).word, "confirmed");
}

#[test]
fn the_same_bytes_elsewhere_in_the_filing_keep_a_signature_as_long_as_they_are_current() {
    let story = disputed();
    let (_, signing) = told(&story);
    let documents = signing.value("documents").and_then(Value::as_array).unwrap();
    let (own, other) = (documents[0]["sha256"].as_str().unwrap(), Digest::of(b"other").to_string());
    let mut chain = Chain::default();
    chain.take(version_after(&story, ("doc_1", 1, own), None, -2));
    chain.take(version_after(&story, ("doc_2", 1, own), None, -1));
    chain.take(version_after(&story, ("doc_3", 2, &other), Some("doc_1"), 1));
    assert!(chain.facts(&signing, None).replaced.is_empty());
    chain.take(version_after(&story, ("doc_4", 2, &other), Some("doc_2"), 2));
    assert_eq!(chain.facts(&signing, None).replaced.len(), 1);
    // Brought back later, they are another document, which was not signed.
    chain.take(version_after(&story, ("doc_5", 3, own), Some("doc_4"), 3));
    assert_eq!(chain.facts(&signing, None).replaced.len(), 1);
}
