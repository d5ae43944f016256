//! Whoever signed is told of what is signed in its name, what it says reaches the others, and it
//! applies for a certificate from within.

use std::sync::Arc;

use heqi_evidence::anchors::{CustodianAnchor, Spki, Validity};
use heqi_evidence::holder_notice::NoticeKind;
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::backend::Backend;
use heqi_notarization::NotaryOffice;
use heqi_notarization::holder::certify::{applications, apply_as_signer, signing_of};
use heqi_notarization::holder::deliver::{self, Delivery, Recipient, deliveries};
use heqi_notarization::holder::door::{ask_code, enter, holder};
use heqi_notarization::holder::held::{OpenedRecord, list, open};
use heqi_notarization::holder::notice::{notices, say};
use heqi_notarization::holder::receive::{ReceiveError, receive};
use heqi_notarization::holder::watch::{self, TELL_UNTIL_MS, Telling};
use heqi_notarization::matter::MatterError;
use heqi_notarization::matter::form::ApplicationForm;
use heqi_notarization::office::OfficeParts;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_testkit::{FixedClock, NOTARY, SeededEntropy, Story};
use heqi_vocabulary::{Digest, FilingId, Language, PartyId, VoucherNo};
use serde_json::json;

use crate::holder::{MOBILE, NAME, come_in, contact, house, log_code};
use crate::support::{House, deposit_of, log_record, notary_store, story};

const LEASE_MS: i64 = 60_000;

/// Who is to be told now; each is told.
async fn told(office: &NotaryOffice) -> Vec<Telling> {
    let mut all = Vec::new();
    for item in watch::lease(office, LEASE_MS, 10).await.unwrap() {
        all.extend(watch::telling(office, &item).await.unwrap());
        watch::done(office, &item).await.unwrap();
    }
    all
}

/// A house to which everything was deposited but the signing.
pub(crate) async fn before_signing(story: &mut Story, more: &[crate::support::Extra]) -> House {
    let house = House::of(story);
    for extra in more {
        house.deposit(&extra.parts(story)).await.unwrap();
    }
    house.deposit_before_signing(story).await;
    house
}

pub(crate) async fn deposit_the_signing(house: &House, story: &Story) {
    house.deposit(&deposit_of(story, story.signing())).await.unwrap();
}

#[tokio::test]
async fn whoever_asked_is_told_once_of_a_signing_and_whoever_did_not_is_not() {
    let mut story = story();
    let party = story.party;
    let code = log_code(&mut story, 91, party, "one_time_code", MOBILE);
    let house = before_signing(&mut story, &[code]).await;
    let session = come_in(&house).await;
    let person = holder(&house.office, session).await.unwrap().unwrap();
    assert_eq!(watch::since(&house.office, &person).await.unwrap(), None);
    watch::begin(&house.office, &person, Language::En).await.unwrap();
    watch::begin(&house.office, &person, Language::Zh).await.unwrap();
    assert!(watch::since(&house.office, &person).await.unwrap().is_some());

    deposit_the_signing(&house, &story).await;
    deposit_the_signing(&house, &story).await;
    let messages = told(&house.office).await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].contact, contact(MOBILE));
    assert_eq!(messages[0].language, Language::Zh);
    assert_eq!(messages[0].signed_at, story.signing().record.frame().place.recorded_at);
    assert!(told(&house.office).await.is_empty());

    watch::end(&house.office, &person).await.unwrap();
    assert_eq!(watch::since(&house.office, &person).await.unwrap(), None);
    for prefix in [b"holder-wish/".as_slice(), b"holder-watch/"] {
        assert!(house.store.scan(prefix, None, 10).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn who_asked_and_stopped_or_is_reached_too_late_is_not_told() {
    for stops in [true, false] {
        let mut story = story();
        let party = story.party;
        let code = log_code(&mut story, 91, party, "one_time_code", MOBILE);
        let house = before_signing(&mut story, &[code]).await;
        let session = come_in(&house).await;
        let person = holder(&house.office, session).await.unwrap().unwrap();
        watch::begin(&house.office, &person, Language::Zh).await.unwrap();
        deposit_the_signing(&house, &story).await;
        if stops {
            watch::end(&house.office, &person).await.unwrap();
        } else {
            house.clock.advance_ms(TELL_UNTIL_MS + 1);
        }
        assert!(told(&house.office).await.is_empty(), "stops: {stops}");
    }
}

#[tokio::test]
async fn a_message_that_was_not_taken_is_tried_again_under_the_same_name() {
    let mut story = story();
    let party = story.party;
    let code = log_code(&mut story, 91, party, "one_time_code", MOBILE);
    let house = before_signing(&mut story, &[code]).await;
    let session = come_in(&house).await;
    let person = holder(&house.office, session).await.unwrap().unwrap();
    watch::begin(&house.office, &person, Language::Zh).await.unwrap();
    deposit_the_signing(&house, &story).await;
    let items = watch::lease(&house.office, LEASE_MS, 10).await.unwrap();
    let first = watch::telling(&house.office, &items[0]).await.unwrap().unwrap();
    let later = crate::support::now(&house).plus_millis(10_000);
    watch::try_again(&house.office, &items[0], later).await.unwrap();
    assert!(told(&house.office).await.is_empty(), "not yet");
    house.clock.advance_ms(10_000);
    let again = told(&house.office).await;
    assert_eq!(again[0].message, first.message);
}

/// A question about the number of a person's document, as it stands beside its answer.
fn question(number: &str) -> serde_json::Value {
    json!([{ "asks": "person", "document_kind": "resident_id", "document_number": number, "name": NAME }])
}

#[tokio::test]
async fn a_signing_by_somebody_elses_telephone_is_told_by_the_number_of_the_document() {
    let mut story = story();
    // 张三 in another filing, with an own telephone and the number; the story's signer has the same
    // name and, says an authority's question, the same number, and nobody knows its telephone.
    let (filing, party) = (FilingId::from_bytes([44; 16]), PartyId::from_bytes([45; 16]));
    let own = [("filing", json!(filing)), ("party", json!(party))];
    let code = [("check", json!("one_time_code")), ("contact", json!("13900000009"))];
    let asked = [("questions", question("11010519491231002x"))];
    let named = [("change", json!("party_added")), ("party_name", json!(NAME))];
    let with = |more: &[(&'static str, serde_json::Value)]| [&own[..], more].concat();
    let mut more = vec![
        log_record(&mut story, 71, RecordKind::CodeChecked, &with(&code)),
        log_record(&mut story, 72, RecordKind::IdentityVerified, &with(&asked)),
        log_record(&mut story, 73, RecordKind::FilingChanged, &with(&named)),
    ];
    let theirs = [("filing", json!(story.filing)), ("party", json!(story.party))];
    let asked = [("questions", question("11010519491231002X"))];
    let values = [&theirs[..], &asked[..]].concat();
    more.push(log_record(&mut story, 74, RecordKind::IdentityVerified, &values));
    let house = before_signing(&mut story, &more).await;
    let whose = contact("13900000009");
    let sent = ask_code(&house.office, &whose).await.unwrap().unwrap();
    let secret = enter(&house.office, &whose, &sent.code, NAME).await.unwrap();
    let session = Digest::of(secret.as_bytes());
    let person = holder(&house.office, session).await.unwrap().unwrap();
    watch::begin(&house.office, &person, Language::Zh).await.unwrap();

    deposit_the_signing(&house, &story).await;
    let messages = told(&house.office).await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].contact, contact("13900000009"));
    for (key, row) in house.store.scan(b"", None, 10_000).await.unwrap() {
        let key = String::from_utf8_lossy(key.as_bytes()).into_owned();
        let text = format!("{key} {}", String::from_utf8_lossy(&row.value));
        assert!(!text.contains("11010519491231002") && !text.contains("13900000009"), "{key}");
    }
}

/// An office with a key of its own that knows another custodian.
fn office(
    story: &Story,
    custodian: &str,
    knows: Option<&CustodianAnchor>,
) -> (NotaryOffice, CustodianAnchor) {
    let entropy = SeededEntropy::labelled(1, custodian);
    let key = Arc::new(SigningKey::generate(Algorithm::Ed25519, &entropy));
    let own = CustodianAnchor {
        custodian: custodian.into(),
        key: Spki(key.public_key()),
        organisation: NOTARY.into(),
        validity: Validity {
            valid_from: story.seen_at().plus_millis(-86_400_000),
            valid_until: None,
            distrust_after: None,
        },
    };
    let mut anchors = story.anchors();
    anchors.custodians.extend(knows.cloned());
    let office = NotaryOffice::new(OfficeParts {
        custodian: custodian.into(),
        organisation: NOTARY.into(),
        anchors,
        receipt_key: key,
        backend: notary_store(),
        clock: Arc::new(FixedClock::new(story.seen_at())),
        entropy: Arc::new(SeededEntropy::labelled(2, custodian)),
    });
    (office, own)
}

/// Deposits everything and comes in as 张三; gives its signing.
async fn objecting(office: &NotaryOffice, story: &mut Story) -> OpenedRecord {
    let party = story.party;
    let code = log_code(story, 94, party, "one_time_code", MOBILE);
    let all = std::iter::once(code.parts(story))
        .chain(story.records.iter().map(|record| deposit_of(story, record)));
    for parts in all.collect::<Vec<_>>() {
        let file = bytes::Bytes::from(parts.write().unwrap());
        heqi_notarization::admit_bundle(office, file).await.unwrap();
    }
    let sent = ask_code(office, &contact(MOBILE)).await.unwrap().unwrap();
    let secret = enter(office, &sent.contact, &sent.code, NAME).await.unwrap();
    let person = holder(office, Digest::of(secret.as_bytes())).await.unwrap().unwrap();
    let number = list(office, &person).await.unwrap()[0].signings[0].deposit_no;
    open(office, &person, number).await.unwrap()
}

#[tokio::test]
async fn an_objection_reaches_the_data_centre_signed_once_and_is_seen_waiting_until_then() {
    let mut story = story();
    let (preservation, anchor) = office(&story, "preservation", None);
    let preservation = preservation.telling(vec![Recipient::DataCentre, Recipient::Platform]);
    let (centre, _) = office(&story, "data_centre", Some(&anchor));
    let about = objecting(&preservation, &mut story).await;
    let said = say(&preservation, &about, NoticeKind::Objection, "非本人签署").await.unwrap();
    say(&preservation, &about, NoticeKind::Objection, "再说一次").await.unwrap();
    let place = (about.row.chain, about.key.root);
    let how = deliveries(&preservation, place, NoticeKind::Objection).await.unwrap();
    let waiting = Delivery::Waiting {};
    assert_eq!(how, [(Recipient::DataCentre, waiting.clone()), (Recipient::Platform, waiting)]);
    let items = deliver::lease(&preservation, LEASE_MS, 10).await.unwrap();
    assert_eq!(items.len(), 2, "one for each, however often it was said");

    let mut to_centre = None;
    for item in &items {
        let letter = deliver::letter(&preservation, item).await.unwrap();
        if letter.to == Recipient::DataCentre {
            to_centre = Some((item, letter));
        }
    }
    let (item, letter) = to_centre.unwrap();
    assert!(!letter.statement.contains("本人"), "the words stay sealed");
    // The centre does not hold the signing yet: it waits, and is brought again.
    let statement = letter.statement.as_bytes();
    let refused = receive(&centre, letter.record, statement).await;
    assert!(matches!(refused, Err(ReceiveError::NotHeld)), "{refused:?}");
    let parts = story.records.iter().map(|record| deposit_of(&story, record));
    for parts in parts.collect::<Vec<_>>() {
        let file = bytes::Bytes::from(parts.write().unwrap());
        heqi_notarization::admit_bundle(&centre, file).await.unwrap();
    }
    // Altered, by a stranger, and about another record: refused, and nothing is written.
    let size = centre.backend().log().head().size();
    let altered = letter.statement.replace("signatures", "signatureS");
    let refused = receive(&centre, letter.record, altered.as_bytes()).await;
    assert!(matches!(refused, Err(ReceiveError::Malformed)), "{refused:?}");
    let (stranger, _) = office(&story, "data_centre", None);
    let refused = receive(&stranger, letter.record, statement).await;
    assert!(matches!(refused, Err(ReceiveError::NotSigned)), "{refused:?}");
    let other = heqi_vocabulary::RecordId::from_bytes([9; 16]);
    let refused = receive(&centre, other, statement).await;
    assert!(matches!(refused, Err(ReceiveError::OfAnother)), "{refused:?}");
    assert_eq!(centre.backend().log().head().size(), size);

    let taken = receive(&centre, letter.record, statement).await.unwrap();
    assert_eq!(receive(&centre, letter.record, statement).await.unwrap(), taken);
    let log = centre.backend().log();
    assert_eq!(log.head().size(), size + 1, "one leaf");
    assert_eq!(log.entry(size).await.unwrap().unwrap().record, statement);
    let known = notices(&centre, about.row.chain).await.unwrap();
    assert_eq!(known, [(about.key.root, said)], "whoever certifies there counts it");
    let answer = Delivery::Taken { at: taken };
    deliver::note(&preservation, item, &answer).await.unwrap();
    let how = deliveries(&preservation, place, NoticeKind::Objection).await.unwrap();
    assert_eq!(how[0], (Recipient::DataCentre, answer));
    assert_eq!(how[1].1, Delivery::Waiting {});
}

#[tokio::test]
async fn what_was_said_before_anybody_could_be_told_is_sent_at_the_next_start() {
    let mut story = story();
    let (alone, _) = office(&story, "preservation", None);
    let about = objecting(&alone, &mut story).await;
    say(&alone, &about, NoticeKind::ConsentWithdrawn, "").await.unwrap();
    assert!(deliver::lease(&alone, LEASE_MS, 10).await.unwrap().is_empty());
    let later = alone.telling(vec![Recipient::Platform]);
    for _ in 0..2 {
        deliver::send_what_is_owed(&later).await.unwrap();
    }
    let items = deliver::lease(&later, LEASE_MS, 10).await.unwrap();
    assert_eq!(items.len(), 1);
    let retry_at = later.clock().now().plus_millis(1_000);
    deliver::try_again(&later, &items[0], retry_at).await.unwrap();
    assert!(deliver::lease(&later, LEASE_MS, 10).await.unwrap().is_empty());
}

fn form(name: &str) -> ApplicationForm {
    ApplicationForm {
        name: name.into(),
        document_kind: "resident_id".into(),
        document_number: "11010519491231002X".into(),
        address: "杭州市临安区示例路1号".into(),
        phone: "0571-0000110".into(),
        purpose: "办理公司登记争议，在杭州市使用".into(),
        manner: "本人于2026年11月23日在手机上签署".into(),
        materials: "居民身份证复印件，1".into(),
        copies: "1".into(),
        delivery: "download".into(),
        lawsuit: "no".into(),
        truth: "yes".into(),
        ..ApplicationForm::default()
    }
}

#[tokio::test]
async fn whoever_signed_applies_from_within_once_and_nobody_else_does() {
    let (house, story) = house().await;
    let session = come_in(&house).await;
    let person = holder(&house.office, session).await.unwrap().unwrap();
    let listed = list(&house.office, &person).await.unwrap();
    let voucher = listed[0].signings[0].signed.as_ref().unwrap().voucher.clone();
    let voucher: VoucherNo = voucher.parse().unwrap();
    let number = signing_of(&house.office, &person, voucher).await.unwrap().unwrap();
    let about = open(&house.office, &person, number).await.unwrap();
    assert!(applications(&house.office, &about).await.unwrap().is_empty());
    let other = VoucherNo::new(story.seen_at(), 77).unwrap();
    assert_eq!(signing_of(&house.office, &person, other).await.unwrap(), None);

    // A neighbour's name, and a claim to be the registry, on the form of who came in.
    let refused = apply_as_signer(&house.office, &about, form("李四")).await;
    assert!(matches!(refused, Err(MatterError::NotParty)), "{refused:?}");
    let registry = ApplicationForm { applicant: "regulator".into(), ..form("李四") };
    let refused = apply_as_signer(&house.office, &about, registry).await;
    assert!(matches!(refused, Err(MatterError::NotParty)), "{refused:?}");

    let applied = apply_as_signer(&house.office, &about, form(NAME)).await.unwrap();
    let again = apply_as_signer(&house.office, &about, form(NAME)).await;
    assert!(matches!(again, Err(MatterError::Double(open)) if open == applied), "{again:?}");
    let stand = applications(&house.office, &about).await.unwrap();
    let stand: Vec<_> = stand.iter().map(|one| (one.number, one.stage.as_str())).collect();
    assert_eq!(stand, [(applied, "submitted")]);
}
