//! Every call of the store fails, in each of three ways, where an extraction is opened, a document that
//! a step owes is made, and the register book is read: one session, one document, and no book with holes.

use std::sync::Arc;

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::testing::{Failure, Faulty, left_by};
use heqi_notarization::NotaryOffice;
use heqi_notarization::matter::notice::{make_notices, notice_file};
use heqi_notarization::matter::register_book::register_book;
use heqi_notarization::matter::session::{OpenSession, open_session};
use heqi_notarization::matter::step::StepKind;
use heqi_notarization::matter::view::{matter, steps};
use heqi_notarization::matter::{ApplicationNo, MatterError};
use heqi_testkit::Story;

use crate::every_step::{held, shape};
use crate::matter::{Bureau, WORKSTATION};
use crate::support::story;

/// The same office in another process, on this store.
fn beside(bureau: &Bureau, story: &Story, backend: Arc<dyn Backend>, seed: u64) -> NotaryOffice {
    bureau.house.beside(story, backend, bureau.house.store.clone(), seed).office
}

/// Opens an extraction at this office; both have shown the second factor anew, each a code of its own.
async fn opens(
    bureau: &Bureau,
    office: &NotaryOffice,
    no: ApplicationNo,
) -> Result<(), MatterError> {
    let command = OpenSession {
        notary: bureau.fresh(&bureau.notary).await,
        second: bureau.fresh(&bureau.clerk).await,
        workstation: WORKSTATION.into(),
        place: "杭州市临安区示例路8号本处提取室".into(),
    };
    open_session(office, &bureau.desk, no, command).await
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_an_opening_opens_one_extraction() {
    let story = story();
    let bureau = Bureau::of(&story).await;
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    // Codes are shown to the office itself: each leaves its trace there, and not in the copies.
    let store = bureau.house.store.copy();
    let before = held(&store).await;
    let whole = Arc::new(store.copy());
    opens(&bureau, &beside(&bureau, &story, whole.clone(), 2), no).await.unwrap();
    let whole = held(&whole).await;
    assert_eq!(whole.1, before.1 + 1, "an opening is one step, and a step is one leaf");

    let opening =
        async |faulty: Arc<Faulty>| opens(&bureau, &beside(&bureau, &story, faulty, 3), no).await;
    let all = left_by("open_session", &store, opening).await;
    assert!(all.len() >= 9, "{} failures", all.len());
    for left in all {
        let what = &left.what;
        let after = held(&left.store).await;
        let is_done = after != before;
        assert!(left.answer.is_err(), "{what}: nobody was told");
        assert!(!is_done || left.how == Failure::Unreported, "{what}: it failed, and it is done");
        assert!(!is_done || shape(&after) == shape(&whole), "{what}: half done");
        let answer = opens(&bureau, &beside(&bureau, &story, left.store.clone(), 4), no).await;
        let done = held(&left.store).await;
        if is_done {
            assert!(matches!(answer, Err(MatterError::Rule(_))), "{what}: {answer:?}");
            assert!(done == after, "{what}: opened twice");
        } else {
            answer.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(shape(&done), shape(&whole), "{what}: not what would have been");
        }
    }
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_while_a_document_is_made_makes_it_once() {
    let story = story();
    let bureau = Bureau::of(&story).await;
    let no = bureau.accepted().await;
    let by = &bureau.notary.officer;
    let leaves = held(&bureau.house.store).await.1 + 1;
    let making = async |faulty: Arc<Faulty>| {
        make_notices(&beside(&bureau, &story, faulty, 3), &bureau.desk, 10).await
    };
    let all = left_by("make_notices", &bureau.house.store, making).await;
    assert!(all.len() > 30, "{} failures", all.len());
    for left in all {
        let what = &left.what;
        // A busy office puts the document off; nobody is told that it was made.
        assert!(!matches!(left.answer, Ok(made) if made > 0), "{what}: {:?}", left.answer);
        let again = beside(&bureau, &story, left.store.clone(), 4);
        for _ in 0..3 {
            bureau.house.clock.advance_ms(10 * 60_000);
            make_notices(&again, &bureau.desk, 10).await.unwrap();
        }
        let view = matter(&again, by, no).await.unwrap();
        let [notice] = view.matter.notices() else { panic!("{what}: {:?}", view.matter.notices()) };
        assert!(notice.made.is_some() && view.waiting.is_empty(), "{what}: {notice:?}");
        assert!(notice_file(&again, by, no, notice.no).await.is_ok(), "{what}: no file");
        let record = steps(&again, by, no).await.unwrap();
        let made = record.iter().filter(|step| step.step == StepKind::NoticeMade).count();
        assert_eq!((made, held(&left.store).await.1), (1, leaves), "{what}: made twice");
    }
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_gives_no_register_book_with_holes() {
    let story = story();
    let bureau = Bureau::of(&story).await;
    bureau.numbered().await;
    let by = &bureau.notary.officer;
    let reading = async |faulty: Arc<Faulty>| {
        register_book(&beside(&bureau, &story, faulty, 3), by, 2026).await
    };
    for left in left_by("register_book", &bureau.house.store, reading).await {
        assert!(left.answer.is_err(), "{}: a book with holes: {:?}", left.what, left.answer);
    }
}
