//! What an applicant is told in writing: each step its document, made once.

use std::sync::atomic::Ordering;

use heqi_evidence_store::backend::Backend;
use heqi_notarization::matter::check::{Found, fetch, look_up};
use heqi_notarization::matter::handle::{
    RefusalGround, ask_supplement, propose_refusal, propose_termination, supplement_arrived,
    withdraw,
};
use heqi_notarization::matter::notice::{NoticeKind, make_notices, notice_file};
use heqi_notarization::matter::state::Rule;
use heqi_notarization::matter::step::{ActedBy, StepKind};
use heqi_notarization::matter::view::{matter, steps};
use heqi_notarization::matter::waiting::WaitsFor;
use heqi_notarization::matter::{MatterError, Stage};
use heqi_notarization::staff::{OfficeRole, Officer};
use heqi_vocabulary::{Clock as _, Digest};

use super::newest;
use crate::matter::{Bureau, rule};

#[tokio::test]
async fn each_step_that_is_told_in_writing_has_its_document_and_the_document_is_a_step() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    let (acceptance, file) = newest(&bureau, no).await;
    assert_eq!(acceptance.kind(), NoticeKind::Acceptance);
    let view = matter(office, by, no).await.unwrap();
    assert_eq!(acceptance.to_string(), view.matter.acceptance().unwrap().no.to_string());
    let last_day = view.matter.clock().unwrap();
    let today = bureau.house.clock.now().shanghai_day().parse::<u32>().unwrap();
    assert!(today > 0 && !last_day.is_paused());
    assert!(file.contains("张三") && file.contains(&view.content.query_code), "{file}");

    ask_supplement(office, no, by, "居民身份证原件\n利害关系证明").await.unwrap();
    let (supplement, file) = newest(&bureau, no).await;
    assert_eq!(supplement.kind(), NoticeKind::Supplement);
    assert!(file.contains("居民身份证原件") && file.contains("利害关系证明"), "{file}");
    supplement_arrived(office, no, by, "两项均已提交").await.unwrap();

    propose_termination(office, no, by, "申请人死亡").await.unwrap();
    bureau.approve_proposed(no).await.unwrap();
    let (termination, file) = newest(&bureau, no).await;
    assert_eq!(termination.kind(), NoticeKind::Termination);
    assert!(file.contains("申请人死亡"), "{file}");

    let second = bureau.accepted().await;
    let ground = RefusalGround::of_item(4).unwrap();
    propose_refusal(office, second, by, (ground, "双方有争议")).await.unwrap();
    bureau.approve_proposed(second).await.unwrap();
    let (refusal, file) = newest(&bureau, second).await;
    assert_eq!(refusal.kind(), NoticeKind::Refusal);
    assert!(file.contains("item: 4") && file.contains("双方有争议"), "{file}");
    let third = bureau.accepted().await;
    withdraw(office, third, &bureau.clerk.officer, "不再需要").await.unwrap();
    assert_eq!(newest(&bureau, third).await.0.kind(), NoticeKind::Withdrawal);

    // Each document is a step by the service, and the step names its digest.
    let record = steps(office, by, no).await.unwrap();
    let made: Vec<_> = record.iter().filter(|step| step.step == StepKind::NoticeMade).collect();
    assert_eq!(made.len(), 3);
    let view = matter(office, by, no).await.unwrap();
    for (step, notice) in made.iter().zip(view.matter.notices()) {
        assert_eq!(step.by, ActedBy::Office);
        let said = format!("{} sha256 {}", notice.no, notice.made.unwrap().sha256);
        assert!(step.said.starts_with(&said), "{}", step.said);
    }
    // Nobody else's document, and nobody who does not see matters.
    let other = notice_file(office, by, no, refusal).await;
    assert!(matches!(other, Err(MatterError::NotFound)));
    let security = Officer { role: OfficeRole::Security, ..by.clone() };
    assert_eq!(rule(notice_file(office, &security, no, acceptance).await), Rule::Role);
}

#[tokio::test]
async fn a_document_that_cannot_be_sealed_now_is_owed_and_made_later_once() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    bureau.press.has_no_time.store(true, Ordering::SeqCst);
    let no = bureau.accepted().await;
    assert_eq!(make_notices(office, &bureau.desk, 10).await.unwrap(), 0);
    let view = matter(office, by, no).await.unwrap();
    assert_eq!(view.matter.stage(), Stage::Accepted, "the clock does not wait for a printer");
    let owed = view.matter.notices()[0];
    assert_eq!(owed.made, None);
    let [(number, waiting)] = view.waiting[..] else { panic!("{:?}", view.waiting) };
    assert_eq!((number, waiting.waits_for), (owed.no, WaitsFor::Time {}));
    assert!(waiting.retry_at > waiting.since);
    assert!(matches!(notice_file(office, by, no, owed.no).await, Err(MatterError::NotFound)));
    let without = heqi_notarization::matter::Desk { press: None, ..bureau.desk.clone() };
    assert_eq!(make_notices(office, &without, 10).await.unwrap(), 0);

    bureau.press.has_no_time.store(false, Ordering::SeqCst);
    assert_eq!(make_notices(office, &bureau.desk, 10).await.unwrap(), 0, "it waits");
    bureau.house.clock.advance_ms(10 * 60_000);
    assert_eq!(make_notices(office, &bureau.desk, 10).await.unwrap(), 1);
    bureau.house.clock.advance_ms(10 * 60_000);
    assert_eq!(make_notices(office, &bureau.desk, 10).await.unwrap(), 0, "once");
    let view = matter(office, by, no).await.unwrap();
    assert!(view.waiting.is_empty(), "{:?}", view.waiting);
    let notice = view.matter.notices()[0];
    assert_eq!(notice.at, owed.at, "it tells of the step, not of the printer");
    assert!(notice.made.unwrap().stamped_at > notice.at);
}

#[tokio::test]
async fn anybody_learns_what_a_document_is_and_who_applied_fetches_it() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    let (number, file) = newest(&bureau, no).await;
    let view = matter(office, by, no).await.unwrap();
    let (code, query) = (&view.content.notices[0].code, &view.content.query_code);
    assert_ne!(code, query);
    for asked in
        [number.to_string(), number.to_string().to_lowercase(), number.digest().to_string()]
    {
        let found = look_up(office, &asked, code).await.unwrap();
        let Some(Found::Notice(found)) = found else { panic!("{asked}: {found:?}") };
        assert_eq!((found.number, found.application), (number, no));
        assert_eq!((found.recipient.as_str(), found.corrects), ("张*", None));
        assert_eq!(found.sha256, Some(Digest::of(file.as_bytes())));
    }
    for (asked, code) in [
        (number.to_string(), query.as_str()),
        (number.to_string(), ""),
        (no.to_string(), code.as_str()),
        ("BY202611240000017".into(), code.as_str()),
    ] {
        assert!(look_up(office, &asked, code).await.unwrap().is_none(), "{asked} {code}");
    }
    let found = look_up(office, &no.to_string(), query).await.unwrap();
    let Some(Found::Application(found)) = found else { panic!("{found:?}") };
    assert_eq!((found.notices.clone(), found.has_certificate), (vec![number], false));
    let which = number.to_string();
    let fetched = fetch(office, no, (query, &which)).await.unwrap();
    assert_eq!(fetched.as_deref(), Some(file.as_bytes()));
    for (code, which) in [
        ("AAAA2222", which.as_str()),
        (query.as_str(), "certificate"),
        (query.as_str(), "SL202611240000017"),
        (query.as_str(), ""),
    ] {
        assert_eq!(fetch(office, no, (code, which)).await.unwrap(), None, "{code} {which}");
    }
}

#[tokio::test]
async fn nothing_of_a_document_is_lost_when_the_same_step_is_done_by_two_at_once() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    let both = tokio::join!(
        withdraw(office, no, &bureau.clerk.officer, "不再需要"),
        withdraw(office, no, by, "不再需要"),
    );
    assert!(both.0.is_ok() != both.1.is_ok(), "{both:?}");
    make_notices(office, &bureau.desk, 10).await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    let kinds: Vec<_> = view.matter.notices().iter().map(|one| one.no.kind()).collect();
    assert_eq!(kinds, [NoticeKind::Acceptance, NoticeKind::Withdrawal]);
    assert!(view.matter.notices().iter().all(|one| one.made.is_some()));
    assert!(bureau.house.store.read_only().is_none());
}
