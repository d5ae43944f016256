//! Whoever signed looks at what is held of it.

use heqi_evidence::chain::ChainTip;
use heqi_evidence::holder_notice::{HolderNotice, NoticeKind};
use heqi_evidence::record::{GeneratedBy, RecordDraft};
use heqi_evidence::schema::RecordKind;
use heqi_evidence::statement::Statement;
use heqi_evidence_store::backend::{Backend, CommitError};
use heqi_notarization::holder::door::{
    CODE_LIFETIME_MS, CODE_PAUSE_MS, CODE_TRIES, CODES_A_DAY, EnterError, IDLE_MS, ask_code, enter,
    holder, leave, sweep,
};
use heqi_notarization::holder::held::{HeldRecord, OpenError, list, open};
use heqi_notarization::holder::notice::{SayError, notices, said_about, say};
use heqi_notarization::holder::{HolderContact, index_all};
use heqi_pki::dsse::Envelope;
use heqi_pki::keys::PublicKey;
use heqi_testkit::{SeededEntropy, Story, Twists};
use heqi_vocabulary::{ChainId, Digest, PartyId, Provenance};
use serde_json::json;

use crate::support::{Extra, Failing, House, deposit_of, story};

pub(crate) const MOBILE: &str = "13800000001";
pub(crate) const NAME: &str = "张三";

pub(crate) fn contact(text: &str) -> HolderContact {
    HolderContact::parse(text).unwrap()
}

/// Logs that a code was entered which had been sent to a number.
pub(crate) fn log_code(
    story: &mut Story,
    seed: u8,
    party: PartyId,
    check: &str,
    mobile: &str,
) -> Extra {
    let chain = ChainId::from_bytes([seed; 16]);
    let place = ChainTip::empty(chain).next(chain, story.seen_at());
    let entropy = SeededEntropy::labelled(u64::from(seed), "code checked");
    let mut draft = RecordDraft::new(RecordKind::CodeChecked, GeneratedBy::Platform, &entropy);
    let observed = [
        ("filing", json!(story.filing)),
        ("party", json!(party)),
        ("check", json!(check)),
        ("channel", json!("sms")),
    ];
    for (name, value) in observed {
        draft.set(name, value, Provenance::Observed).unwrap();
    }
    draft.set("contact", json!(mobile), Provenance::Declared).unwrap();
    let record = draft.at(place);
    Extra { index: story.log.append(record.leaf()), record }
}

/// Everything deposited: the filing of 张三, who entered a code that was sent to [`MOBILE`].
pub(crate) async fn house() -> (House, Story) {
    house_of(story()).await
}

pub(crate) async fn house_of(mut story: Story) -> (House, Story) {
    let party = story.party;
    let code = log_code(&mut story, 91, party, "one_time_code", MOBILE);
    let house = House::of(&story);
    house.deposit(&code.parts(&story)).await.unwrap();
    for record in &story.records {
        house.deposit(&deposit_of(&story, record)).await.unwrap();
    }
    (house, story)
}

pub(crate) async fn come_in(house: &House) -> Digest {
    let sent = ask_code(&house.office, &contact(MOBILE)).await.unwrap().unwrap();
    let secret = enter(&house.office, &sent.contact, &sent.code, NAME).await.unwrap();
    Digest::of(secret.as_bytes())
}

#[tokio::test]
async fn a_person_finds_and_opens_what_is_held_and_nobody_else_does() {
    let (house, story) = house().await;
    let session = come_in(&house).await;
    let person = holder(&house.office, session).await.unwrap().unwrap();
    let filings = list(&house.office, &person).await.unwrap();
    assert_eq!(filings.len(), 1);
    let signing = &filings[0].signings[0];
    assert!(!signing.signed.as_ref().unwrap().voucher.is_empty());
    let opened = open(&house.office, &person, signing.deposit_no).await.unwrap();
    assert_eq!(opened.key.root.digest(), story.signing().record.root().digest());
    let photo = Digest::of(&story.photo());
    assert_eq!(opened.attachment(&photo).unwrap().1, story.photo());
    let proved = opened
        .verdict
        .claims()
        .iter()
        .any(|claim| claim.status == heqi_evidence::verdict::Status::Proved);
    assert!(proved, "{:?}", opened.verdict);
    let contradicted = opened
        .verdict
        .claims()
        .iter()
        .find(|claim| claim.status == heqi_evidence::verdict::Status::Contradicted);
    assert!(contradicted.is_none(), "{contradicted:?}");
    // The statement about the end stands with the whole chain, or it would convict us of a gap. Its
    // key is none of the story's anchors, so it proves nothing here.
    assert!(opened.parts.chain_head.is_some());
    assert_eq!(opened.parts.chain, story.frames());
    assert_eq!(opened.found_void, None);

    // The company of the same filing is somebody else.
    let foreign =
        story.records.iter().find(|record| record.record.frame().kind == RecordKind::FilingOpened);
    let key = house.office_key_of(foreign.unwrap()).await;
    let refused = open(&house.office, &person, key).await;
    assert!(matches!(refused, Err(OpenError::Unknown)), "{refused:?}");
}

#[tokio::test]
async fn edge_case_11_whoever_was_named_anew_comes_in_under_the_new_name_and_finds_the_old_signing()
{
    let twists = Twists { put_right: &["张珊"], ..Twists::default() };
    let (house, _) = house_of(Story::tell(1, &twists)).await;
    let sent = ask_code(&house.office, &contact(MOBILE)).await.unwrap().unwrap();
    let refused = enter(&house.office, &sent.contact, &sent.code, NAME).await;
    assert!(matches!(refused, Err(EnterError::NotRight)), "{refused:?}");
    let secret = enter(&house.office, &sent.contact, &sent.code, "张珊").await.unwrap();
    let person = holder(&house.office, Digest::of(secret.as_bytes())).await.unwrap().unwrap();
    let filings = list(&house.office, &person).await.unwrap();
    assert_eq!(filings[0].signings.len(), 1);
}

#[tokio::test]
async fn edge_case_11_a_minor_who_was_named_anew_changes_nothing_of_how_the_guardian_comes_in() {
    let twists = Twists { ward_put_right: Some(["林小茶", "林晓茶"]), ..Twists::default() };
    let (house, _) = house_of(Story::tell(1, &twists)).await;
    let sent = ask_code(&house.office, &contact(MOBILE)).await.unwrap().unwrap();
    let refused = enter(&house.office, &sent.contact, &sent.code, "林晓茶").await;
    assert!(matches!(refused, Err(EnterError::NotRight)), "{refused:?}");
    let secret = enter(&house.office, &sent.contact, &sent.code, NAME).await.unwrap();
    let person = holder(&house.office, Digest::of(secret.as_bytes())).await.unwrap().unwrap();
    let filings = list(&house.office, &person).await.unwrap();
    assert_eq!(filings[0].signings.len(), 1);
    // And whose name was put right is said where the record is listed.
    let corrected = |record: &&HeldRecord| record.kind == RecordKind::PersonCorrected;
    let others = filings[0].others.iter().filter(corrected);
    assert_eq!(others.map(|record| record.is_wards_name).collect::<Vec<_>>(), [true]);
}

#[tokio::test]
async fn whoever_is_unknown_or_was_only_declared_is_sent_nothing() {
    let mut story = story();
    let party = story.party;
    let four = log_code(&mut story, 92, party, "id_last_four", "13800000002");
    let house = House::of(&story);
    house.deposit(&four.parts(&story)).await.unwrap();
    for number in ["13800000002", "13900000009", "someone@example.com"] {
        assert!(ask_code(&house.office, &contact(number)).await.unwrap().is_none(), "{number}");
        let refused = enter(&house.office, &contact(number), "000000", NAME).await;
        assert!(matches!(refused, Err(EnterError::NotRight)), "{refused:?}");
    }
    let rows = house.store.scan(b"holder-code/", None, 10).await.unwrap();
    assert_eq!(rows.len(), 1, "one row of nobody, however many ask");
}

#[tokio::test]
async fn neither_words_nor_writes_tell_whether_a_contact_is_known() {
    let (house, _) = house().await;
    let told = async |whose: &HolderContact| {
        let mut told = Vec::new();
        let mut note = |before: u64, said: String| told.push((house.writes() - before, said));
        for _ in 0..2 {
            let before = house.writes();
            ask_code(&house.office, whose).await.unwrap();
            note(before, String::new());
        }
        // As often as a code is tried and once more; then one that has had its time.
        for place in 0..CODE_TRIES + 2 {
            if place > CODE_TRIES {
                house.clock.advance_ms(CODE_LIFETIME_MS);
            }
            let before = house.writes();
            let refused = enter(&house.office, whose, "no code", NAME).await.unwrap_err();
            note(before, refused.to_string());
        }
        told
    };
    let known = told(&contact(MOBILE)).await;
    assert_eq!(known, told(&contact("13900000009")).await);
    assert!(known.iter().all(|(writes, _)| *writes == 1), "{known:?}");
}

#[tokio::test]
async fn a_code_has_its_time_its_tries_and_passes_once() {
    let (house, _) = house().await;
    let whose = contact(MOBILE);
    let sent = ask_code(&house.office, &whose).await.unwrap().unwrap();
    assert!(ask_code(&house.office, &whose).await.unwrap().is_none(), "too soon");
    let wrong = if &*sent.code == "000000" { "000001" } else { "000000" };
    for _ in 1..CODE_TRIES {
        let refused = enter(&house.office, &whose, wrong, NAME).await;
        assert!(matches!(refused, Err(EnterError::NotRight)));
    }
    // Another name is a wrong entry as another code is, and told in the same words.
    let refused = enter(&house.office, &whose, &sent.code, "李四").await;
    assert!(matches!(refused, Err(EnterError::NotRight)));
    let refused = enter(&house.office, &whose, &sent.code, NAME).await;
    assert!(matches!(refused, Err(EnterError::NotRight)));

    house.clock.advance_ms(CODE_PAUSE_MS);
    let sent = ask_code(&house.office, &whose).await.unwrap().unwrap();
    enter(&house.office, &whose, &sent.code, NAME).await.unwrap();
    let refused = enter(&house.office, &whose, &sent.code, NAME).await;
    assert!(matches!(refused, Err(EnterError::NotRight)), "it passes once");

    house.clock.advance_ms(CODE_PAUSE_MS);
    let sent = ask_code(&house.office, &whose).await.unwrap().unwrap();
    house.clock.advance_ms(CODE_LIFETIME_MS);
    let refused = enter(&house.office, &whose, &sent.code, NAME).await;
    assert!(matches!(refused, Err(EnterError::NotRight)), "it is too old");
    let mut more = 0;
    while ask_code(&house.office, &whose).await.unwrap().is_some() {
        house.clock.advance_ms(CODE_PAUSE_MS);
        more += 1;
    }
    assert_eq!(more, CODES_A_DAY - 3, "no more in one day");
}

#[tokio::test]
async fn a_session_ends_by_leaving_and_by_idleness() {
    let (house, _) = house().await;
    let session = come_in(&house).await;
    house.clock.advance_ms(IDLE_MS - 1);
    assert!(holder(&house.office, session).await.unwrap().is_some());
    house.clock.advance_ms(IDLE_MS - 1);
    assert!(holder(&house.office, session).await.unwrap().is_some(), "it was used");
    house.clock.advance_ms(IDLE_MS);
    assert!(holder(&house.office, session).await.unwrap().is_none());
    let session = come_in(&house).await;
    leave(&house.office, session).await.unwrap();
    assert!(holder(&house.office, session).await.unwrap().is_none());
}

#[tokio::test]
async fn on_a_full_disk_whoever_has_come_in_reads_on() {
    let (house, story) = house().await;
    let session = come_in(&house).await;
    // A minute later it would be noted that the session is used.
    house.clock.advance_ms(60_000);
    for (how, reads_on) in
        [(CommitError::DiskFull, true), (CommitError::Busy, true), (CommitError::Stopped, false)]
    {
        let full = Failing::new(house.store.clone(), how.clone(), true);
        let office = house.beside(&story, full, house.store.clone(), 2).office;
        assert_eq!(holder(&office, session).await.is_ok(), reads_on, "{how}");
    }
}

/// 张三 comes in and objects to the signing in its name; the contact was used in `story`.
pub(crate) async fn object(house: &House, story: &mut Story) {
    let party = story.party;
    let code = log_code(story, 94, party, "one_time_code", MOBILE);
    house.deposit(&code.parts(story)).await.unwrap();
    let session = come_in(house).await;
    let person = holder(&house.office, session).await.unwrap().unwrap();
    let number = list(&house.office, &person).await.unwrap()[0].signings[0].deposit_no;
    let about = open(&house.office, &person, number).await.unwrap();
    say(&house.office, &about, NoticeKind::Objection, "非本人签署").await.unwrap();
}

#[tokio::test]
async fn sessions_and_codes_that_are_over_are_swept_and_others_stay() {
    let (house, _) = house().await;
    let ended = come_in(&house).await;
    assert_eq!(sweep(&house.office, 10).await.unwrap(), 0);
    house.clock.advance_ms(24 * 3_600_000);
    let session = come_in(&house).await;
    assert_eq!(sweep(&house.office, 10).await.unwrap(), 1, "the session of yesterday");
    assert!(holder(&house.office, session).await.unwrap().is_some());
    assert!(holder(&house.office, ended).await.unwrap().is_none());
    house.clock.advance_ms(24 * 3_600_000);
    assert_eq!(sweep(&house.office, 10).await.unwrap(), 2, "session and code");
    assert!(house.store.scan(b"holder-code/", None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_objection_is_signed_logged_and_said_once() {
    let (house, _) = house().await;
    let session = come_in(&house).await;
    let person = holder(&house.office, session).await.unwrap().unwrap();
    let number = list(&house.office, &person).await.unwrap()[0].signings[0].deposit_no;
    let about = open(&house.office, &person, number).await.unwrap();
    let size = house.office.backend().log().head().size();
    let said = say(&house.office, &about, NoticeKind::Objection, " 非本人签署 ").await.unwrap();
    house.clock.advance_ms(1_000);
    let again = say(&house.office, &about, NoticeKind::Objection, "再说一次").await.unwrap();
    assert_eq!(said, again);
    let log = house.office.backend().log();
    assert_eq!(log.head().size(), size + 1, "one leaf");
    let entry = log.entry(size).await.unwrap().unwrap();
    let envelope = Envelope::from_json(&entry.record).unwrap();
    let key = heqi_pki::keys::Signer::public_key(&*house.receipt_key);
    let statement = HolderNotice::open(&envelope, &[key]).unwrap().into_statement();
    assert_eq!(statement.record_root, about.key.root);
    assert!(!String::from_utf8_lossy(envelope.as_bytes()).contains("本人"));
    assert_eq!(notices(&house.office, about.row.chain).await.unwrap(), [(about.key.root, said)]);
    assert_eq!(said_about(&house.office, &about).await.unwrap(), [said]);
    let essay = "字".repeat(501);
    let refused = say(&house.office, &about, NoticeKind::ConsentWithdrawn, &essay).await;
    assert!(matches!(refused, Err(SayError::Reason)));
}

#[tokio::test]
async fn rows_made_again_from_what_is_held_are_the_same() {
    let (house, _) = house().await;
    let rows = async |prefix: &[u8]| house.store.scan(prefix, None, 1_000).await.unwrap();
    let mut before = Vec::new();
    let mut changes = heqi_evidence_store::changeset::Changeset::new();
    for prefix in [b"holder-contact/".as_slice(), b"holder-name/", b"holder-held/"] {
        for (key, row) in rows(prefix).await {
            changes.delete(key.clone());
            before.push((key, row.value));
        }
    }
    assert!(before.len() >= 3);
    house.store.commit(changes).unwrap().await.unwrap();
    index_all(&house.office).await.unwrap();
    let mut after = Vec::new();
    for prefix in [b"holder-contact/".as_slice(), b"holder-name/", b"holder-held/"] {
        after.extend(rows(prefix).await.into_iter().map(|(key, row)| (key, row.value)));
    }
    assert_eq!(before, after);
}

#[tokio::test]
async fn no_row_says_who_a_person_is() {
    let (house, _) = house().await;
    come_in(&house).await;
    for (key, row) in house.store.scan(b"", None, 10_000).await.unwrap() {
        let text = format!(
            "{} {}",
            String::from_utf8_lossy(key.as_bytes()),
            String::from_utf8_lossy(&row.value)
        );
        assert!(!text.contains(NAME) && !text.contains(MOBILE), "{text}");
    }
}

/// An order to erase what somebody was found by, and the key it is signed with.
pub(crate) async fn ordered(house: &House, story: &mut Story) -> (Envelope, PublicKey) {
    let chain = ChainId::from_bytes([91; 16]);
    let checked = house.store.scan(b"holder-contact/", None, 10).await.unwrap();
    let key: heqi_notarization::deposited::DepositKey =
        serde_json::from_slice(&checked[0].1.value).unwrap();
    // Any record of the log will do for the one that decided it.
    let decided = crate::support::log_chain(story, 93, 1).remove(0);
    house.deposit(&decided.parts(story)).await.unwrap();
    let order_key = heqi_pki::keys::SigningKey::generate(
        heqi_pki::keys::Algorithm::Ed25519,
        &SeededEntropy::labelled(1, "orders"),
    );
    let order = heqi_evidence::erasure::ErasureOrder {
        basis: "个人信息保护法第47条第1款第1项".into(),
        chain: heqi_evidence::chain::chain_commitment(chain),
        classes: vec![
            heqi_evidence::schema::RetentionClass::Person,
            heqi_evidence::schema::RetentionClass::Trace,
        ],
        erasure_record: decided.record.root(),
        log_origin: story.anchors().logs[0].vkey.0.name().to_string(),
        ordered_at: story.seen_at(),
        records: vec![key.root],
        requested_by: heqi_evidence::erasure::RequestedBy::Person,
    };
    let public = heqi_pki::keys::Signer::public_key(&order_key);
    (order.sign(&order_key).unwrap(), public)
}

#[tokio::test]
async fn after_an_erasure_nobody_is_found_by_what_was_erased() {
    let (house, mut story) = house().await;
    let (order, public) = ordered(&house, &mut story).await;
    let folder = tempfile::tempdir().unwrap();
    let ledger = heqi_evidence_store::erasure::ErasureLedger::open(
        &heqi_evidence_store::erasure::ErasureLedger::path_in(folder.path()),
        &heqi_evidence_store::durable_file::Disk::default(),
    );
    let office = house.office.clone().erasing(vec![public], std::sync::Arc::new(ledger.unwrap()));
    heqi_notarization::erasure::answer_order(&office, order.as_bytes()).await.unwrap();
    assert!(house.store.scan(b"holder-contact/", None, 10).await.unwrap().is_empty());
    assert!(ask_code(&office, &contact(MOBILE)).await.unwrap().is_none());
}

#[tokio::test]
async fn whoever_signed_reads_that_the_registry_found_the_signature_void() {
    let twists = Twists { objection: true, found_void: true, ..Twists::default() };
    let (house, story) = house_of(Story::tell(1, &twists)).await;
    let person = holder(&house.office, come_in(&house).await).await.unwrap().unwrap();
    let signing = list(&house.office, &person).await.unwrap()[0].signings[0].deposit_no;
    let opened = open(&house.office, &person, signing).await.unwrap();
    let decided = story.first(RecordKind::ObjectionResolved).record.frame().place.recorded_at;
    assert_eq!(opened.found_void, Some((decided, "示例区市场监督管理局".to_owned())));
}
