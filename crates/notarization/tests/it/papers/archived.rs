//! The archive: what was archived, and what has changed since and is archived anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use heqi_evidence::container;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::backend::memory::MemoryBackend;
use heqi_evidence_store::changeset::{Changeset, Row, RowKey};
use heqi_notarization::NotaryOffice;
use heqi_notarization::matter::dossier::{ArchivedVersion, archive, archived_versions, dossier};
use heqi_notarization::matter::finish::{deliver, propose_correction, turn_down_proposed};
use heqi_notarization::matter::form::DeliveryWay;
use heqi_notarization::matter::notice::make_notices;
use heqi_notarization::matter::queue::{Group, count, index_matters};
use heqi_notarization::matter::state::Rule;
use heqi_notarization::matter::step::StepKind;
use heqi_notarization::matter::view::{matter, steps};
use heqi_notarization::matter::{ApplicationNo, MatterError, Stage};
use heqi_vocabulary::Digest;
use serde_json::{Value, json};

use crate::matter::{Bureau, rule};
use crate::support::{Between, story};

async fn versions(bureau: &Bureau, no: ApplicationNo) -> Vec<ArchivedVersion> {
    let by = &bureau.archivist.officer;
    archived_versions(&steps(bureau.office(), by, no).await.unwrap())
}

/// What `dossier.json` says in a file.
fn list_in(file: &[u8]) -> Value {
    let entries = container::read(file).unwrap();
    let list = entries.iter().find(|entry| entry.name == "dossier.json").unwrap();
    serde_json::from_slice(list.bytes).unwrap()
}

/// What was written in a copy of a store, to be written in the store itself.
pub(super) async fn written_in(copy: &MemoryBackend, store: &MemoryBackend) -> Changeset {
    let rows = async |store: &MemoryBackend| -> BTreeMap<RowKey, Row> {
        store.scan(b"", None, usize::MAX).await.unwrap().into_iter().collect()
    };
    let (before, after) = (rows(store).await, rows(copy).await);
    let mut changes = Changeset::new();
    for (key, row) in &after {
        if before.get(key).is_none_or(|old| old.value != row.value) {
            changes.put(key.clone(), row.value.clone());
        }
    }
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        changes.delete(key.clone());
    }
    changes
}

/// The office on a copy of its store, and on the store itself behind which somebody else may commit first.
pub(super) fn beside(
    bureau: &Bureau,
) -> (Arc<MemoryBackend>, NotaryOffice, Arc<Between>, NotaryOffice) {
    let (story, store) = (story(), bureau.house.store.clone());
    let copy = Arc::new(store.copy());
    let between = Arc::new(Between::over(store.clone()));
    let elsewhere = bureau.house.beside(&story, copy.clone(), copy.clone(), 5).office;
    let here = bureau.house.beside(&story, between.clone(), store, 6).office;
    (copy, elsewhere, between, here)
}

#[tokio::test]
async fn what_changed_since_it_was_archived_is_archived_anew_and_names_the_version_before() {
    let bureau = Bureau::open().await;
    let (office, archivist) = (bureau.office(), &bureau.archivist.officer);
    let no = bureau.issued().await;
    make_notices(office, &bureau.desk, 10).await.unwrap();
    let first = dossier(office, archivist, no).await.unwrap();
    archive(office, no, archivist).await.unwrap();
    assert_eq!(rule(archive(office, no, archivist).await), Rule::Done);
    let archived = versions(&bureau, no).await;
    let [one] = archived.as_slice() else { panic!("{archived:?}") };
    assert_eq!((one.version, one.sha256), (1, Digest::of(&first)));
    let taken = dossier(office, archivist, no).await.unwrap();
    assert_eq!(Digest::of(&taken), one.sha256, "what is taken later is what was archived");
    let list = list_in(&first);
    assert_eq!(list["format"], "heqi.dossier/v1");
    assert!(list.get("version").is_none() && list.get("former_sha256").is_none());

    // What was put forward and turned down is a line of the record that the archive lacks.
    let at = async |group| count(office, archivist, group).await.unwrap();
    assert_eq!((at(Group::Archived).await, at(Group::At(Stage::Issued)).await), (1, 0));
    propose_correction(office, no, &bureau.notary.officer, "云西 → 云栖").await.unwrap();
    turn_down_proposed(office, no, &bureau.approver.officer, "没有写错").await.unwrap();
    assert_eq!((at(Group::Archived).await, at(Group::At(Stage::Issued)).await), (0, 1));
    archive(office, no, archivist).await.unwrap();
    assert_eq!(at(Group::Archived).await, 1);

    // A correction and its document.
    bureau.corrected(no, "云西 → 云栖").await;
    make_notices(office, &bureau.desk, 10).await.unwrap();
    let third = dossier(office, archivist, no).await.unwrap();
    let leaves = bureau.house.store.log().head().size();
    archive(office, no, archivist).await.unwrap();
    assert_eq!(bureau.house.store.log().head().size(), leaves + 1, "each is a leaf");
    let archived = versions(&bureau, no).await;
    let [_, two, three] = archived.as_slice() else { panic!("{archived:?}") };
    assert_eq!((three.version, three.sha256), (3, Digest::of(&third)));
    let taken = dossier(office, archivist, no).await.unwrap();
    assert_eq!(Digest::of(&taken), three.sha256);
    let list = list_in(&third);
    let named = (&list["format"], &list["version"], &list["former_sha256"]);
    let former = json!(two.sha256.to_string());
    assert_eq!(named, (&json!("heqi.dossier/v2"), &json!(3), &former));
    let entries = container::read(&third).unwrap();
    assert!(entries.iter().any(|entry| entry.name.starts_with("notices/bz")), "the correction");
    let record = steps(office, archivist, no).await.unwrap();
    let newest = record.last().unwrap();
    let said = format!("dossier sha256 {} version 3 former {}", Digest::of(&third), two.sha256);
    assert_eq!((newest.step, &newest.said), (StepKind::Archived, &said));
}

#[tokio::test]
async fn of_two_who_archive_at_once_one_does() {
    let bureau = Bureau::open().await;
    let archivist = &bureau.archivist.officer;
    let no = bureau.issued().await;
    let (copy, elsewhere, between, here) = beside(&bureau);
    archive(&elsewhere, no, archivist).await.unwrap();
    between.before_the_next(written_in(&copy, &bureau.house.store).await);
    assert_eq!(rule(archive(&here, no, archivist).await), Rule::Done);
    assert!(between.was_told());
    assert_eq!(versions(&bureau, no).await.len(), 1);
}

#[tokio::test]
async fn what_happens_while_the_file_is_made_is_in_the_file_that_is_archived() {
    let bureau = Bureau::open().await;
    let archivist = &bureau.archivist.officer;
    let no = bureau.issued().await;
    let (copy, elsewhere, between, here) = beside(&bureau);
    let downloaded = (DeliveryWay::Download, "", "");
    deliver(&elsewhere, no, &bureau.clerk.officer, downloaded).await.unwrap();
    let with_it = dossier(&elsewhere, archivist, no).await.unwrap();
    between.before_the_next(written_in(&copy, &bureau.house.store).await);
    archive(&here, no, archivist).await.unwrap();
    assert!(between.was_told());
    let record = steps(bureau.office(), archivist, no).await.unwrap();
    let newest: Vec<StepKind> = record.iter().rev().take(2).map(|step| step.step).collect();
    assert_eq!(newest, [StepKind::Archived, StepKind::Delivered]);
    let archived = versions(&bureau, no).await;
    let [one] = archived.as_slice() else { panic!("{archived:?}") };
    assert_eq!(one.sha256, Digest::of(&with_it));
}

/// Takes the file while somebody else hands the certificate over: behind each row that is read once.
async fn is_of_before_or_of_after(bureau: &Bureau, no: ApplicationNo) {
    let archivist = &bureau.archivist.officer;
    let before = dossier(bureau.office(), archivist, no).await.unwrap();
    let (copy, elsewhere, _, _) = beside(bureau);
    let downloaded = (DeliveryWay::Download, "", "");
    deliver(&elsewhere, no, &bureau.clerk.officer, downloaded).await.unwrap();
    let after = dossier(&elsewhere, archivist, no).await.unwrap();
    assert!(before != after, "the record of one has a line more");
    let delivered = written_in(&copy, &bureau.house.store).await;
    for reads in 1.. {
        let store = Arc::new(bureau.house.store.copy());
        let between = Arc::new(Between::over(store.clone()));
        between.after_reads(reads, delivered.clone());
        let here = bureau.house.beside(&story(), between.clone(), store, 6).office;
        let taken = dossier(&here, archivist, no).await.unwrap();
        if !between.was_told() {
            assert!(reads > 1, "no row was read");
            break;
        }
        assert!(taken == before || taken == after, "of both after {reads} rows");
    }
}

#[tokio::test]
async fn a_file_that_is_taken_while_something_happens_is_of_before_or_of_after_it() {
    let bureau = Bureau::open().await;
    let no = bureau.issued().await;
    is_of_before_or_of_after(&bureau, no).await;
    archive(bureau.office(), no, &bureau.archivist.officer).await.unwrap();
    is_of_before_or_of_after(&bureau, no).await;
}

#[tokio::test]
async fn without_the_step_that_archived_in_the_log_no_file_calls_itself_another_version() {
    let bureau = Bureau::open().await;
    let (office, archivist) = (bureau.office(), &bureau.archivist.officer);
    let no = bureau.issued().await;
    archive(office, no, archivist).await.unwrap();
    let seq = steps(office, archivist, no).await.unwrap().last().unwrap().seq;
    let mut lost = Changeset::new();
    lost.delete(RowKey::new(format!("matter-step-leaf/{no}/{seq:08}")).unwrap());
    bureau.house.store.commit(lost).unwrap().await.unwrap();
    let taken = dossier(office, archivist, no).await;
    assert!(matches!(taken, Err(MatterError::Broken(_))), "{:?}", taken.map(|file| list_in(&file)));
}

/// Where matters stand in the queue.
async fn places(bureau: &Bureau) -> Vec<(RowKey, Row)> {
    bureau.house.store.scan(b"matter-at/", None, usize::MAX).await.unwrap()
}

/// A program of before archived once, and left the matter in the archive whatever was done with it later.
#[tokio::test]
async fn what_a_program_of_before_left_in_the_archive_is_archived_anew() {
    let bureau = Bureau::open().await;
    let (office, archivist) = (bureau.office(), &bureau.archivist.officer);
    let no = bureau.issued().await;
    archive(office, no, archivist).await.unwrap();
    let archived_at = matter(office, archivist, no).await.unwrap().matter.archived_at().unwrap();
    let in_the_archive = places(&bureau).await;
    bureau.corrected(no, "云西 → 云栖").await;
    let key = RowKey::new(format!("matter/{no}")).unwrap();
    let row = bureau.house.store.row(&key).await.unwrap().unwrap();
    let mut stored: Value = serde_json::from_slice(&row.value).unwrap();
    assert_eq!(stored["matter"]["archived_at"], Value::Null);
    stored["matter"]["archived_at"] = json!(archived_at.to_string());
    let mut of_before = Changeset::new();
    of_before.put(key, serde_json::to_vec(&stored).unwrap());
    for (place, _) in places(&bureau).await {
        of_before.delete(place);
    }
    for (place, row) in in_the_archive {
        of_before.put(place, row.value);
    }
    // Its own pass was done.
    of_before.put(RowKey::new("matter-indexed/3".to_owned()).unwrap(), b"true".to_vec());
    bureau.house.store.commit(of_before).unwrap().await.unwrap();
    assert_eq!(rule(archive(office, no, archivist).await), Rule::Done);
    let at = async || {
        let of = async |group| count(office, archivist, group).await.unwrap();
        (of(Group::Archived).await, of(Group::At(Stage::Issued)).await)
    };
    assert_eq!(at().await, (1, 0));

    index_matters(office).await.unwrap();
    assert_eq!(at().await, (0, 1), "it left the one place and has the other");
    archive(office, no, archivist).await.unwrap();
    assert_eq!(versions(&bureau, no).await.len(), 2);
    assert_eq!(at().await, (1, 0));
}
