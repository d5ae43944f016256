//! What waits for one approver: of others, due soonest first, and gone once it is decided.

use heqi_evidence_store::backend::Backend as _;
use heqi_evidence_store::changeset::{Changeset, RowKey};
use heqi_notarization::matter::ApplicationNo;
use heqi_notarization::matter::approve::{Approve, approve};
use heqi_notarization::matter::clock::PauseReason;
use heqi_notarization::matter::draft::hand_in;
use heqi_notarization::matter::finish::{
    ask_reexamination, conclude_reexamination, propose_correction, turn_down_proposed,
};
use heqi_notarization::matter::form::ApplicationForm;
use heqi_notarization::matter::handle::{
    RefusalGround, accept, declare, pause, propose_refusal, propose_termination, resume,
};
use heqi_notarization::matter::queue::index_matters;
use heqi_notarization::matter::state::{ProposedChange, ReexaminationOutcome, Rule};
use heqi_notarization::matter::to_approve::{Asked, to_approve};
use heqi_notarization::staff::{OfficeRole, Officer};
use heqi_vocabulary::Clock as _;

use super::archived::{beside, written_in};
use crate::matter::{Bureau, Member, rule};

const DAY_MS: i64 = 24 * 3_600_000;

/// What waits for somebody, in its order.
async fn waiting(bureau: &Bureau, by: &Officer) -> Vec<(ApplicationNo, Asked)> {
    let all = to_approve(bureau.office(), &bureau.desk.calendar, by).await.unwrap();
    all.iter().map(|one| (one.matter.no(), one.asked)).collect()
}

/// An application of the registry, which stands beside one of the signer about the same deposit.
async fn of_the_registry(bureau: &Bureau) -> ApplicationNo {
    let form = ApplicationForm {
        applicant: "regulator".into(),
        name: "示例区市场监督管理局".into(),
        document_number: "91330112MA00000159".into(),
        legal_representative: "王强".into(),
        legal_basis: "条例第四十条，临市监〔2026〕1号".into(),
        ..Bureau::form()
    };
    let no = bureau.apply_with(form).await.unwrap();
    for member in [&bureau.clerk, &bureau.notary, &bureau.other_notary, &bureau.approver] {
        declare(bureau.office(), no, &member.officer, false).await.unwrap();
    }
    accept(bureau.office(), no, &bureau.notary.officer).await.unwrap();
    no
}

#[tokio::test]
async fn a_draft_waits_for_every_approver_but_its_author_and_until_it_is_approved() {
    let bureau = Bureau::open().await;
    let (office, notary, approver) =
        (bureau.office(), &bureau.notary.officer, &bureau.approver.officer);
    for by in [&bureau.clerk.officer, notary, &bureau.archivist.officer] {
        assert_eq!(rule(to_approve(office, &bureau.desk.calendar, by).await), Rule::Role);
    }
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let shown = bureau.drafted(no).await;
    assert!(waiting(&bureau, approver).await.is_empty(), "nobody has handed it in");
    hand_in(office, no, notary).await.unwrap();
    assert_eq!(waiting(&bureau, approver).await, [(no, Asked::Draft)]);
    let all = to_approve(office, &bureau.desk.calendar, approver).await.unwrap();
    let today = bureau.house.clock.now().shanghai_date();
    let standing = all[0].matter.clock().unwrap().standing(&bureau.desk.calendar, today);
    assert_eq!((all[0].due_on, all[0].is_undeclared), (Some(standing.last_day), false));

    // Whoever drafted it or answers for it and became an approver since approves nothing of their own.
    for own in [&bureau.clerk.officer, notary] {
        let promoted = Officer { role: OfficeRole::Approver, ..*own };
        assert!(waiting(&bureau, &promoted).await.is_empty());
    }
    // Who has said nothing about their interest is told that first; who has one has nothing to approve.
    let second = Member::admit(office, "he.qing", OfficeRole::Approver).await.officer;
    let theirs = to_approve(office, &bureau.desk.calendar, &second).await.unwrap();
    assert_eq!((theirs.len(), theirs[0].is_undeclared), (1, true));
    declare(office, no, &second, true).await.unwrap();
    assert!(waiting(&bureau, &second).await.is_empty());

    // What somebody would rather refuse stands there once, as that.
    let ground = RefusalGround::of_item(6).unwrap();
    propose_refusal(office, no, &bureau.other_notary.officer, (ground, "有争议")).await.unwrap();
    let refusal = Asked::Change(ProposedChange::Refusal(ground));
    assert_eq!(waiting(&bureau, approver).await, [(no, refusal)]);
    turn_down_proposed(office, no, approver, "可以出证").await.unwrap();
    assert_eq!(waiting(&bureau, approver).await, [(no, Asked::Draft)]);
    let command = Approve { shown, objection_ticked: false };
    approve(office, &bureau.desk, no, (approver, command)).await.unwrap();
    assert!(waiting(&bureau, approver).await.is_empty());
}

#[tokio::test]
async fn what_is_due_soonest_waits_first_and_what_has_no_day_last() {
    let bureau = Bureau::open().await;
    let (office, notary, approver) =
        (bureau.office(), &bureau.notary.officer, &bureau.approver.officer);
    let older = bureau.accepted().await;
    let newer = of_the_registry(&bureau).await;
    // The older one stood still for ten days: its period ends after that of the newer.
    pause(office, older, notary, PauseReason::Verification, "向平台核实").await.unwrap();
    bureau.house.clock.advance_ms(10 * DAY_MS);
    resume(office, older, notary).await.unwrap();
    propose_termination(office, older, notary, "申请人死亡").await.unwrap();
    propose_termination(office, newer, notary, "申请人死亡").await.unwrap();
    let ending = Asked::Change(ProposedChange::Termination);
    assert_eq!(waiting(&bureau, approver).await, [(newer, ending), (older, ending)]);

    // Rows of before there were any are written by the pass that indexes.
    let mut before = Changeset::new();
    before.delete(RowKey::new(format!("matter-proposed/{newer}")).unwrap());
    bureau.house.store.commit(before).unwrap().await.unwrap();
    assert_eq!(waiting(&bureau, approver).await, [(older, ending)]);
    index_matters(office).await.unwrap();
    assert_eq!(waiting(&bureau, approver).await, [(newer, ending), (older, ending)]);

    // A certificate has no period any more; what became of another look has one.
    bureau.approve_proposed(older).await.unwrap();
    let issued = bureau.issued().await;
    propose_correction(office, issued, notary, "云西 → 云栖").await.unwrap();
    let correction = Asked::Change(ProposedChange::Correction);
    assert_eq!(waiting(&bureau, approver).await, [(newer, ending), (issued, correction)]);
    let all = to_approve(office, &bureau.desk.calendar, approver).await.unwrap();
    assert!(all[0].due_on.is_some() && all[1].due_on.is_none());
    bureau.approve_proposed(issued).await.unwrap();
    let other = &bureau.other_notary.officer;
    ask_reexamination(office, issued, other, "利害关系人认为有误").await.unwrap();
    let asked_on = bureau.house.clock.now().shanghai_date();
    let upheld = ReexaminationOutcome::Upheld;
    conclude_reexamination(office, issued, other, (upheld, "内容无误")).await.unwrap();
    let all = to_approve(office, &bureau.desk.calendar, approver).await.unwrap();
    let outcome = Asked::Change(ProposedChange::Reexamination(upheld));
    let last_day = bureau.desk.calendar.after_days(asked_on, 30).last_day;
    let found = all.iter().find(|one| one.matter.no() == issued).unwrap();
    assert_eq!((found.asked, found.due_on), (outcome, Some(last_day)));
}

#[tokio::test]
async fn what_is_decided_while_the_list_is_read_stands_on_it_once() {
    let bureau = Bureau::open().await;
    let (office, approver) = (bureau.office(), &bureau.approver.officer);
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    bureau.drafted(no).await;
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let refusal = (RefusalGround::of_item(6).unwrap(), "有争议");
    propose_refusal(office, no, &bureau.other_notary.officer, refusal).await.unwrap();
    let (copy, elsewhere, between, here) = beside(&bureau);
    turn_down_proposed(&elsewhere, no, approver, "可以出证").await.unwrap();
    // The matter was read for what was put forward, and is a draft like others when those are read.
    between.after_reads(1, written_in(&copy, &bureau.house.store).await);
    let all = to_approve(&here, &bureau.desk.calendar, approver).await.unwrap();
    assert!(between.was_told());
    let listed: Vec<ApplicationNo> = all.iter().map(|one| one.matter.no()).collect();
    assert_eq!(listed, [no]);
}
