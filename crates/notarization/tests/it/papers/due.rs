//! What is due, by the calendar of the office (edge case 49).

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::changeset::{Changeset, RowKey};
use heqi_notarization::matter::clock::PauseReason;
use heqi_notarization::matter::due::{MattersDue, matters_due};
use heqi_notarization::matter::finish::{ask_reexamination, conclude_reexamination};
use heqi_notarization::matter::handle::{
    ask_supplement, pause, propose_termination, resume, withdraw,
};
use heqi_notarization::matter::notice::NoticeKind;
use heqi_notarization::matter::queue::index_matters;
use heqi_notarization::matter::state::ReexaminationOutcome;
use heqi_notarization::matter::view::matter;
use heqi_vocabulary::Clock as _;

use super::newest;
use crate::matter::Bureau;

#[tokio::test]
async fn what_is_due_is_counted_while_its_clock_runs_and_what_is_over_always() {
    const DAY_MS: i64 = 24 * 3_600_000;
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    let calendar = &bureau.desk.calendar;
    let due = async || matters_due(office, calendar).await.unwrap();
    let one = MattersDue { running: 1, ..MattersDue::default() };
    let today = || bureau.house.clock.now().shanghai_date();
    assert_eq!(due().await, one);
    let urgent = calendar.after_working_days(today(), 12).last_day;
    while today() < urgent {
        bureau.house.clock.advance_ms(DAY_MS);
    }
    assert_eq!(due().await, MattersDue { urgent: 1, ..one });
    pause(office, no, by, PauseReason::Verification, "向公安机关核实").await.unwrap();
    assert_eq!(due().await, one, "it waits for others");
    resume(office, no, by).await.unwrap();
    let over = calendar.after_working_days(today(), 4).last_day;
    while today() < over {
        bureau.house.clock.advance_ms(DAY_MS);
    }
    assert_eq!(due().await, MattersDue { overdue: 1, ..one });
    propose_termination(office, no, by, "申请人放弃").await.unwrap();
    assert_eq!(due().await, MattersDue { overdue: 1, ..one }, "a proposal stops no clock");
    bureau.approve_proposed(no).await.unwrap();
    assert_eq!(due().await, MattersDue::default(), "nobody waits for it any more");
}

#[tokio::test]
async fn a_supplement_that_has_not_come_and_a_decision_that_is_due_are_counted() {
    const DAY_MS: i64 = 24 * 3_600_000;
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let calendar = &bureau.desk.calendar;
    let due = async || matters_due(office, calendar).await.unwrap();
    let today = || bureau.house.clock.now().shanghai_date();
    let on = |day| {
        while today() < day {
            bureau.house.clock.advance_ms(DAY_MS);
        }
    };
    let no = bureau.accepted().await;
    ask_supplement(office, no, by, "居民身份证原件").await.unwrap();
    let asked = MattersDue { running: 1, ..MattersDue::default() };
    let last_day = calendar.after_days(today(), 30).last_day;
    on(last_day);
    assert_eq!(due().await, asked, "nobody can hurry who supplements");
    on(last_day.succ_opt().unwrap());
    assert_eq!(due().await, MattersDue { supplements_overdue: 1, ..asked });
    withdraw(office, no, by, "不再需要").await.unwrap();
    assert_eq!(due().await, MattersDue::default());

    let no = bureau.issued().await;
    let other = &bureau.other_notary.officer;
    ask_reexamination(office, no, other, "利害关系人认为有误").await.unwrap();
    let last_day = calendar.after_days(today(), 30).last_day;
    on(last_day - chrono::Days::new(4));
    assert_eq!(due().await, MattersDue::default());
    on(last_day - chrono::Days::new(3));
    let urgent = MattersDue { reexaminations_urgent: 1, ..MattersDue::default() };
    assert_eq!(due().await, urgent);
    on(last_day.succ_opt().unwrap());
    let overdue = MattersDue { reexaminations_overdue: 1, ..MattersDue::default() };
    assert_eq!(due().await, overdue);
    // One of before there were rows of them is found by the pass that writes them.
    let mut before = Changeset::new();
    before.delete(RowKey::new(format!("matter-reexamination/{no}")).unwrap());
    bureau.house.store.commit(before).unwrap().await.unwrap();
    assert_eq!(due().await, MattersDue::default());
    index_matters(office).await.unwrap();
    assert_eq!(due().await, overdue);
    let upheld = (ReexaminationOutcome::Upheld, "内容无误");
    conclude_reexamination(office, no, other, upheld).await.unwrap();
    bureau.approve_proposed(no).await.unwrap();
    assert_eq!(due().await, MattersDue::default(), "it was decided");
}

#[tokio::test]
async fn edge_case_49_the_acceptance_tells_the_last_day_of_the_same_calendar_as_the_clock() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    let (_, file) = newest(&bureau, no).await;
    let view = matter(office, by, no).await.unwrap();
    let today = bureau.house.clock.now().shanghai_date();
    let standing = view.matter.clock().unwrap().standing(&bureau.desk.calendar, today);
    assert!(file.contains(&standing.last_day.to_string()), "{} in {file}", standing.last_day);
}

#[tokio::test]
async fn edge_case_49_a_supplement_that_would_be_due_on_a_day_off_is_due_on_the_next_working_day() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    let calendar = &bureau.desk.calendar;
    let due = loop {
        let today = bureau.house.clock.now().shanghai_date();
        if !calendar.is_working_day(today + chrono::Days::new(30)) {
            break calendar.after_days(today, 30).last_day;
        }
        bureau.house.clock.advance_ms(24 * 3_600_000);
    };
    assert!(calendar.is_working_day(due));
    ask_supplement(office, no, by, "居民身份证原件").await.unwrap();
    let (notice, file) = newest(&bureau, no).await;
    assert_eq!(notice.kind(), NoticeKind::Supplement);
    assert!(file.contains(&due.to_string()), "{due} in {file}");
}
