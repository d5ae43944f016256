//! What a person said to a custodian reaches the platform: a leaf, and a line on the filing.

use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::chain::chain_commitment;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::holder_notice::{HolderNotice, NoticeKind};
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::record::Frame;
use heqi_evidence::statement::Statement as _;
use heqi_registration::Custodian;
use heqi_registration::coverage::coverage;
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::holder_notice::{TakeNoticeError, said_to_custodians, take_notice};
use heqi_registration::regulator::looks::bundle;
use heqi_vocabulary::{Clock as _, Digest, Explain as _, RecordId};

use crate::regulator::{by_company, regulator, signed};
use crate::world::World;

/// The record that was said something about, and the statement that 实时保 makes of it.
pub(crate) async fn notice(
    world: &World,
    record: RecordId,
    looked_at: (RecordId, heqi_vocabulary::FilingId),
) -> HolderNotice {
    let file =
        bundle(&world.platform, &regulator(), &world.facts(), looked_at, record).await.unwrap();
    let read = EvidenceBundle::read(&file.bytes).unwrap();
    let disclosure = Disclosure::parse(&read.parts.record).unwrap();
    let frame = Frame::read(&disclosure).unwrap();
    HolderNotice {
        chain: chain_commitment(frame.place.chain),
        custodian: "preservation".into(),
        kind: NoticeKind::Objection,
        reason_sha256: Digest::of(b"sealed"),
        record_root: RecordRoot::new(disclosure.root()),
        said_at: world.clock.now(),
    }
}

#[tokio::test]
async fn a_custodians_word_becomes_one_leaf_and_a_line_on_the_filing_and_pauses_nothing() {
    let (world, drafted) = signed().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let before = world.dossier(query, drafted.filing).await.unwrap();
    let record = before.signatures[0].record;
    assert!(before.signatures[0].said.is_empty());
    let said = notice(&world, record, (query, drafted.filing)).await;
    let statement = said.sign(&world.cast.custodians[1].key).unwrap();

    let size = world.contents().await.entries.len();
    let counted = coverage(&world.platform, &world.staff).await.unwrap();
    let taken = take_notice(&world.platform, record, statement.as_bytes()).await.unwrap();
    world.clock.advance_ms(1_000);
    let again = take_notice(&world.platform, record, statement.as_bytes()).await.unwrap();
    assert_eq!(taken, again);
    let contents = world.contents().await;
    assert_eq!(contents.entries.len(), size + 1, "one leaf");
    assert_eq!(contents.entries[size].1, statement.as_bytes());
    let now = coverage(&world.platform, &world.staff).await.unwrap();
    assert_eq!(now.records, counted.records, "a statement is no record");

    let after = world.dossier(query, drafted.filing).await.unwrap();
    let shown = after.signatures.iter().find(|one| one.record == record).unwrap();
    assert_eq!(shown.said.len(), 1);
    let line = shown.said[0];
    assert_eq!((line.custodian, line.kind), (Custodian::Preservation, NoticeKind::Objection));
    assert_eq!((line.said_at, line.taken_at), (said.said_at, taken));
    assert_eq!(after.state, before.state, "it pauses nothing by itself");
}

/// Notices are sent all at once, so that none keeps back another: which arrives first says nothing.
#[tokio::test]
async fn notices_that_arrive_in_the_other_order_are_told_in_the_order_they_were_said() {
    let (world, drafted) = signed().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let record = world.dossier(query, drafted.filing).await.unwrap().signatures[0].record;
    let objection = notice(&world, record, (query, drafted.filing)).await;
    let withdrawn = HolderNotice {
        kind: NoticeKind::ConsentWithdrawn,
        said_at: objection.said_at.plus_millis(5_000),
        ..objection.clone()
    };
    let key = &world.cast.custodians[1].key;
    for (later, said) in [&withdrawn, &objection].into_iter().enumerate() {
        world.clock.advance_ms(10_000 * i64::try_from(later).unwrap());
        let statement = said.sign(key).unwrap();
        take_notice(&world.platform, record, statement.as_bytes()).await.unwrap();
    }
    let told = said_to_custodians(&world.platform, record).await.unwrap();
    let said: Vec<_> = told.iter().map(|one| (one.kind, one.said_at)).collect();
    let expected = [&objection, &withdrawn].map(|one| (one.kind, one.said_at));
    assert_eq!(said, expected);
    assert!(told[0].taken_at > told[1].taken_at, "the objection arrived last");
}

#[tokio::test]
async fn what_no_custodian_of_ours_signed_or_is_about_another_record_is_refused_and_writes_nothing()
{
    let (world, drafted) = signed().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let record = seen.signatures[0].record;
    let said = notice(&world, record, (query, drafted.filing)).await;
    let own = &world.cast.custodians[1].key;
    let statement = said.sign(own).unwrap();
    // The other custodian's key under this name, a name that is none of ours, a flipped byte.
    let by_other = said.sign(&world.cast.custodians[0].key).unwrap();
    let stranger = HolderNotice { custodian: "somebody".into(), ..said.clone() };
    let stranger = stranger.sign(own).unwrap();
    let moved = HolderNotice { record_root: RecordRoot::new(Digest::of(b"other")), ..said.clone() };
    let moved = moved.sign(own).unwrap();
    let elsewhere = HolderNotice { chain: Digest::of(b"other"), ..said.clone() }.sign(own).unwrap();
    let size = world.contents().await.entries.len();
    let unknown = RecordId::from_bytes([9; 16]);
    for (about, bytes, code) in [
        (record, by_other.as_bytes(), "notice_not_signed"),
        (record, stranger.as_bytes(), "notice_not_signed"),
        (record, moved.as_bytes(), "notice_of_another_record"),
        (record, elsewhere.as_bytes(), "notice_of_another_record"),
        (seen.signatures[1].record, statement.as_bytes(), "notice_of_another_record"),
        (record, b"{}".as_slice(), "notice_malformed"),
    ] {
        let refused = take_notice(&world.platform, about, bytes).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    let refused = take_notice(&world.platform, unknown, statement.as_bytes()).await.unwrap_err();
    assert_eq!(refused.class(), Class::NotFound, "it is brought again later");
    assert!(matches!(refused, TakeNoticeError::Act(_)));
    assert_eq!(world.contents().await.entries.len(), size);
    assert!(said_to_custodians(&world.platform, record).await.unwrap().is_empty());
}
