//! An objection to the signing, at every moment before the certificate is issued.

use std::sync::Arc;

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::changeset::Changeset;
use heqi_notarization::matter::Stage;
use heqi_notarization::matter::act::Desk;
use heqi_notarization::matter::approve::{Approve, approve, needs_tick};
use heqi_notarization::matter::certificate_text::{TELLS_OBJECTION, TELLS_SIGNING, TELLS_VOID};
use heqi_notarization::matter::check::{Standing, check_certificate};
use heqi_notarization::matter::checklist::{Item, Outcome};
use heqi_notarization::matter::draft::{
    blocked, digest_of, hand_in, propose, save_draft, send_back,
};
use heqi_notarization::matter::finish::{certificate_file, issue, set_fee, void};
use heqi_notarization::matter::handle::recompute;
use heqi_notarization::matter::state::{Fee, Rule};
use heqi_notarization::matter::view::matter;
use heqi_testkit::{Story, Twists};

use super::press::WaitingPress;
use super::{Bureau, rule};
use crate::support::{Between, story};

#[tokio::test]
async fn with_an_objection_the_paragraph_about_the_signing_needs_its_own_tick() {
    let twists = Twists { objection: true, ..Twists::default() };
    let bureau = Bureau::of(&Story::tell(1, &twists)).await;
    let office = bureau.office();
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let shown = bureau.drafted(no).await;
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let approver = &bureau.approver.officer;
    let plain = Approve { shown, objection_ticked: false };
    let refused = approve(office, &bureau.desk, no, (approver, plain)).await;
    assert_eq!(rule(refused), Rule::ObjectionTick);

    // Sent back and drafted without the paragraph, it needs no tick.
    send_back(office, no, approver, "请删除签署情况段落").await.unwrap();
    let text = propose(office, &bureau.desk, no).await.unwrap();
    assert!(text.contains("提出异议"), "{text}");
    let without: Vec<&str> = text.lines().filter(|line| !line.starts_with(TELLS_SIGNING)).collect();
    let shown = save_draft(office, no, &bureau.clerk.officer, &without.join("\n")).await.unwrap();
    assert_eq!(shown, digest_of(&without.join("\n")));
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let plain = Approve { shown, objection_ticked: false };
    approve(office, &bureau.desk, no, (approver, plain)).await.unwrap();
    let view = matter(office, approver, no).await.unwrap();
    assert!(!view.matter.approval().unwrap().despite_objection);
}

#[tokio::test]
async fn an_objection_said_to_the_office_after_the_extraction_needs_the_tick_as_well() {
    let mut story = story();
    let bureau = Bureau::of(&story).await;
    let office = bureau.office();
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let shown = bureau.drafted(no).await;
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let approver = &bureau.approver.officer;
    let view = matter(office, approver, no).await.unwrap();
    assert!(!needs_tick(office, &view.matter).await.unwrap());
    crate::holder::object(&bureau.house, &mut story).await;
    assert!(needs_tick(office, &view.matter).await.unwrap(), "the form shows it");
    let plain = Approve { shown, objection_ticked: false };
    let refused = approve(office, &bureau.desk, no, (approver, plain)).await;
    assert_eq!(rule(refused), Rule::ObjectionTick);
    // Proposed anew, the text tells it.
    send_back(office, no, approver, "签署人已提出异议").await.unwrap();
    // Nobody drafts before the list shows it to whoever drafts.
    assert_eq!(rule(propose(office, &bureau.desk, no).await), Rule::AnswersUnseen);
    let view = matter(office, approver, no).await.unwrap();
    let keeps = blocked(office, &view.matter).await.unwrap();
    assert_eq!(keeps, Some(Rule::AnswersUnseen), "the form shows it");
    bureau.checked(no).await;
    let view = matter(office, approver, no).await.unwrap();
    assert_eq!(blocked(office, &view.matter).await.unwrap(), None);
    let text = propose(office, &bureau.desk, no).await.unwrap();
    assert!(text.contains("提出异议") && !text.contains("“确认”"), "{text}");
    let shown = bureau.drafted(no).await;
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let ticked = Approve { shown, objection_ticked: true };
    approve(office, &bureau.desk, no, (approver, ticked)).await.unwrap();
    let view = matter(office, approver, no).await.unwrap();
    assert!(view.matter.approval().unwrap().despite_objection);
}

/// Domain study 11.4: the registry found the signature void, and a certificate over it says so in its text.
#[tokio::test]
async fn edge_case_25_a_certificate_over_a_signature_found_void_says_so_or_is_not_issued() {
    let twists = Twists { objection: true, found_void: true, ..Twists::default() };
    let bureau = Bureau::of(&Story::tell(1, &twists)).await;
    let (office, by) = (bureau.office(), &bureau.clerk.officer);
    let no = bureau.accepted().await;
    recompute(office, no, by).await.unwrap();
    let seen = matter(office, by, no).await.unwrap();
    let check = seen.matter.checklist().machine(Item::Confirmations).unwrap();
    assert_eq!((check.outcome, check.code.as_str()), (Outcome::Unproved, "signature_void"));
    let [zh, en] = &seen.content.evidence[&Item::Confirmations][0];
    assert!(zh.contains("示例区市场监督管理局") && zh.contains("该签署作废并重签"), "{zh}");
    assert!(en.contains("void"), "{en}");
    // The point is open until a person has ticked it.
    assert!(seen.matter.checklist().takes_tick(Item::Confirmations));
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let text = propose(office, &bureau.desk, no).await.unwrap();
    assert!(text.contains("登记机关（示例区市场监督管理局）于"), "{text}");
    assert!(text.contains("认定该签署无效") && text.contains(TELLS_VOID), "{text}");
    let without = |words: &str| {
        let lines: Vec<&str> = text.lines().filter(|line| !line.contains(words)).collect();
        lines.join("\n")
    };
    for (hidden, wanted) in [(TELLS_VOID, Rule::HidesVoid), (TELLS_OBJECTION, Rule::HidesObjection)]
    {
        let refused = save_draft(office, no, by, &without(hidden)).await;
        assert_eq!(rule(refused), wanted);
    }
    let shown = bureau.drafted(no).await;
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let ticked = Approve { shown, objection_ticked: true };
    approve(office, &bureau.desk, no, (&bureau.approver.officer, ticked)).await.unwrap();
    bureau.paid_and_issued(no).await;
    let file = certificate_file(office, no).await.unwrap();
    assert!(String::from_utf8_lossy(&file).contains(TELLS_VOID));
    // And so does anybody's check of it.
    let view = matter(office, by, no).await.unwrap();
    let number = view.matter.certificate().unwrap().to_string();
    let checked = check_certificate(office, &number, &view.content.check_code).await;
    let checked = checked.unwrap().unwrap();
    assert_eq!((checked.standing, checked.is_signing_void), (Standing::Valid, true));
    assert!(checked.is_disputed);
}

/// What comes between the approval and the seal is not hidden either: the number is voided, and stays in the book.
#[tokio::test]
async fn edge_case_25_an_objection_after_the_approval_keeps_the_certificate_from_being_issued() {
    let mut story = story();
    let bureau = Bureau::of(&story).await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.numbered().await;
    set_fee(office, no, by, Fee::Waived).await.unwrap();
    crate::holder::object(&bureau.house, &mut story).await;
    let refused = issue(office, &bureau.desk, no, by).await;
    assert_eq!(rule(refused), Rule::HidesObjection);
    assert_eq!(bureau.stage(no).await, Stage::Numbered);
    void(office, no, &bureau.approver.officer, "审批后签署人提出异议").await.unwrap();
    assert_eq!(bureau.stage(no).await, Stage::Voided);
}

/// Printing and the time authority take a while: what is recorded meanwhile counts as well.
#[tokio::test]
async fn edge_case_25_an_objection_while_the_certificate_is_printed_keeps_it_from_being_issued() {
    let mut story = story();
    let bureau = Bureau::of(&story).await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.numbered().await;
    set_fee(office, no, by, Fee::Waived).await.unwrap();
    let press = WaitingPress::before(&bureau.press);
    let desk = Desk { press: Some(press.clone()), ..bureau.desk.clone() };
    let objects = press.once(crate::holder::object(&bureau.house, &mut story));
    let (refused, ()) = tokio::join!(issue(office, &desk, no, by), objects);
    assert_eq!(rule(refused), Rule::HidesObjection);
    assert_eq!(bureau.stage(no).await, Stage::Numbered);
}

/// And so does what is recorded between the last look and the commit: the commit is refused, and looks again.
#[tokio::test]
async fn edge_case_25_an_objection_just_before_the_commit_keeps_the_certificate_from_being_issued()
{
    let mut story = story();
    let bureau = Bureau::of(&story).await;
    let no = bureau.numbered().await;
    set_fee(bureau.office(), no, &bureau.notary.officer, Fee::Waived).await.unwrap();
    let store = bureau.house.store.clone();
    let between = Arc::new(Between::over(store.clone()));
    let house = bureau.house.beside(&story, between.clone(), store, 2);
    // What the store is told meanwhile, as another office of the same story was told it.
    let other = Bureau::of(&story).await;
    crate::holder::object(&other.house, &mut story).await;
    let rows = other.house.store.scan(b"holder-notice/", None, 10).await.unwrap();
    assert_eq!(rows.len(), 1);
    let mut said = Changeset::new();
    for (key, row) in rows {
        said.put(key, row.value);
    }
    between.before_the_next(said);
    let refused = issue(&house.office, &bureau.desk, no, &bureau.notary.officer).await;
    assert_eq!(rule(refused), Rule::HidesObjection);
    assert!(between.was_told());
    assert_eq!(bureau.stage(no).await, Stage::Numbered);
}
