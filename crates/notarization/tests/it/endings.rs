//! Refusals and terminations: put forward by one person and approved by another, as a certificate is. And what is not
//! over yet does not go to the archive.

use heqi_evidence_store::backend::Backend as _;
use heqi_evidence_store::changeset::{Changeset, RowKey};
use heqi_notarization::matter::approve::{Approve, approve};
use heqi_notarization::matter::dossier::archive;
use heqi_notarization::matter::draft::hand_in;
use heqi_notarization::matter::finish::{
    approve_proposed, ask_reexamination, conclude_reexamination, digest_of_proposed,
    propose_correction, turn_down_proposed, withdraw_proposed,
};
use heqi_notarization::matter::handle::{
    RefusalGround, accept, ask_supplement, declare, propose_refusal, propose_termination,
    take_over, withdraw,
};
use heqi_notarization::matter::notice::NoticeKind;
use heqi_notarization::matter::queue::{Group, PAGE, index_matters, queue};
use heqi_notarization::matter::state::{ProposedChange, ReexaminationOutcome, Rule};
use heqi_notarization::matter::step::{ActedBy, StepKind};
use heqi_notarization::matter::view::{MatterView, matter, steps};
use heqi_notarization::matter::{ApplicationNo, MatterError, Stage};
use heqi_notarization::staff::{OfficeRole, Officer};
use heqi_vocabulary::{Digest, Explain as _, Language};

use crate::matter::{Bureau, Member, rule};

const DAY_MS: i64 = 24 * 3_600_000;

fn ground() -> RefusalGround {
    RefusalGround::of_item(6).unwrap()
}

async fn seen(bureau: &Bureau, no: ApplicationNo) -> MatterView {
    matter(bureau.office(), &bureau.approver.officer, no).await.unwrap()
}

/// The digest of what waits, as the approver's page carries it.
async fn shown(bureau: &Bureau, no: ApplicationNo) -> Digest {
    let view = seen(bureau, no).await;
    digest_of_proposed(&view.matter.proposed().unwrap(), &view.content.proposed)
}

/// The newest steps of a matter, newest first.
async fn newest_steps(bureau: &Bureau, no: ApplicationNo, count: usize) -> Vec<StepKind> {
    let record = steps(bureau.office(), &bureau.approver.officer, no).await.unwrap();
    record.iter().rev().take(count).map(|step| step.step).collect()
}

/// The keys of the rows of what stands in the archive.
async fn archived_rows(bureau: &Bureau) -> Vec<RowKey> {
    let rows = bureau.house.store.scan(b"matter-at/archived/", None, usize::MAX).await.unwrap();
    rows.into_iter().map(|(key, _)| key).collect()
}

#[tokio::test]
async fn a_refusal_is_put_forward_by_one_person_and_approved_by_another() {
    let bureau = Bureau::open().await;
    let (office, notary) = (bureau.office(), &bureau.notary.officer);
    let (other, approver) = (&bureau.other_notary.officer, &bureau.approver.officer);
    let no = bureau.accepted().await;
    for by in [&bureau.clerk.officer, approver] {
        let refused = propose_refusal(office, no, by, (ground(), "材料不足")).await;
        assert_eq!(rule(refused), Rule::Role);
    }
    let empty = propose_refusal(office, no, notary, (ground(), " ")).await;
    assert!(matches!(empty, Err(MatterError::Text)));
    propose_refusal(office, no, notary, (ground(), "材料不足")).await.unwrap();

    // Nothing is done by that, and one thing waits after the other.
    let view = seen(&bureau, no).await;
    let proposed = view.matter.proposed().unwrap();
    assert_eq!(proposed.what, ProposedChange::Refusal(ground()));
    assert_eq!((view.matter.stage(), view.matter.notices().len()), (Stage::Accepted, 1));
    let second = propose_termination(office, no, other, "申请人死亡").await;
    assert_eq!(rule(second), Rule::Waits);
    let first = shown(&bureau, no).await;
    assert_eq!(rule(approve_proposed(office, no, notary, first).await), Rule::OwnDraft);
    assert_eq!(rule(turn_down_proposed(office, no, notary, "x").await), Rule::OwnDraft);
    assert_eq!(rule(approve_proposed(office, no, other, first).await), Rule::Role);
    // Whoever became an approver since has put it forward all the same.
    let promoted = Officer { role: OfficeRole::Approver, ..*notary };
    assert_eq!(rule(approve_proposed(office, no, &promoted, first).await), Rule::OwnDraft);

    // Turned down the application goes on; another one is not approved unseen.
    turn_down_proposed(office, no, approver, "尚可补充").await.unwrap();
    let view = seen(&bureau, no).await;
    assert_eq!((view.matter.proposed(), view.content.proposed.as_str()), (None, ""));
    assert_eq!(view.content.reasons, ["尚可补充"]);
    let worse = (RefusalGround::of_item(5).unwrap(), "虚假材料");
    propose_refusal(office, no, notary, worse).await.unwrap();
    assert_eq!(rule(approve_proposed(office, no, approver, first).await), Rule::OtherDraft);
    assert_eq!(bureau.stage(no).await, Stage::Accepted);
    approve_proposed(office, no, approver, shown(&bureau, no).await).await.unwrap();

    let view = seen(&bureau, no).await;
    assert_eq!((view.matter.stage(), view.matter.proposed()), (Stage::Refused, None));
    assert!(view.content.proposed.is_empty());
    assert_eq!(view.content.reasons.last().unwrap(), "公证法第三十一条第5项：虚假材料");
    let newest = view.matter.notices().last().unwrap();
    assert_eq!(newest.no.kind(), NoticeKind::Refusal, "the decision is told in writing");
    let wanted = [
        StepKind::Refused,
        StepKind::EndingProposed,
        StepKind::ProposalTurnedDown,
        StepKind::EndingProposed,
    ];
    assert_eq!(newest_steps(&bureau, no, 4).await, wanted);
    let record = steps(office, approver, no).await.unwrap();
    let (last, before) = (&record[record.len() - 1], &record[record.len() - 2]);
    let by = |officer: &Officer| officer.account;
    let account = |by: &ActedBy| match by {
        ActedBy::Staff { account, .. } => *account,
        other => panic!("{other:?}"),
    };
    assert_eq!((account(&before.by), account(&last.by)), (by(notary), by(approver)));
    assert_eq!(before.said, "refusal 5: 虚假材料");
    // Over is over, and the same applicant applies again.
    let again = propose_refusal(office, no, notary, worse).await;
    assert_eq!(rule(again), Rule::Stage(Stage::Refused));
    bureau.apply_with(Bureau::form()).await.unwrap();
}

#[tokio::test]
async fn a_termination_takes_two_persons_and_the_responsible_notary_is_not_the_second() {
    let bureau = Bureau::open().await;
    let (office, notary) = (bureau.office(), &bureau.notary.officer);
    let other = &bureau.other_notary.officer;
    let no = bureau.apply_with(Bureau::form()).await.unwrap();
    for one in [notary, other, &bureau.approver.officer] {
        declare(office, no, one, false).await.unwrap();
    }
    let early = propose_termination(office, no, notary, "申请人死亡").await;
    assert_eq!(rule(early), Rule::Stage(Stage::Submitted), "what was not accepted is refused");
    accept(office, no, notary).await.unwrap();
    // Another notary puts it forward; whoever is responsible does not become the second person by a new role.
    propose_termination(office, no, other, "申请人死亡").await.unwrap();
    let promoted = Officer { role: OfficeRole::Approver, ..*notary };
    let shown = shown(&bureau, no).await;
    assert_eq!(rule(approve_proposed(office, no, &promoted, shown).await), Rule::OwnDraft);
    approve_proposed(office, no, &bureau.approver.officer, shown).await.unwrap();
    assert_eq!(bureau.stage(no).await, Stage::Terminated);
    let wanted = [StepKind::Terminated, StepKind::EndingProposed];
    assert_eq!(newest_steps(&bureau, no, 2).await, wanted);
    let newest = seen(&bureau, no).await.matter.notices().last().unwrap().no;
    assert_eq!(newest.kind(), NoticeKind::Termination);
}

#[tokio::test]
async fn an_application_that_was_not_accepted_is_refused_by_two_persons_too() {
    let bureau = Bureau::open().await;
    let (office, notary) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.apply_with(Bureau::form()).await.unwrap();
    declare(office, no, notary, false).await.unwrap();
    propose_refusal(office, no, notary, (ground(), "材料不足")).await.unwrap();
    let shown = shown(&bureau, no).await;
    let undeclared = approve_proposed(office, no, &bureau.approver.officer, shown).await;
    assert_eq!(rule(undeclared), Rule::Undeclared);
    declare(office, no, &bureau.approver.officer, false).await.unwrap();
    approve_proposed(office, no, &bureau.approver.officer, shown).await.unwrap();
    assert_eq!(bureau.stage(no).await, Stage::Refused);
}

#[tokio::test]
async fn a_proposal_stops_no_clock_and_nothing_is_certified_beside_it() {
    let bureau = Bureau::open().await;
    let (office, notary) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let draft = bureau.drafted(no).await;
    let standing = async || {
        let view = seen(&bureau, no).await;
        let today = office.clock().now().shanghai_date();
        view.matter.clock().unwrap().standing(&bureau.desk.calendar, today)
    };
    let before = standing().await;
    propose_refusal(office, no, notary, (ground(), "材料不足")).await.unwrap();
    assert!(!standing().await.is_paused);
    // Two weeks are some working days in any calendar.
    bureau.house.clock.advance_ms(14 * DAY_MS);
    assert!(standing().await.used > before.used, "the clock runs on");
    assert_eq!(rule(hand_in(office, no, notary).await), Rule::Waits);

    // Taken back by who put it forward and nobody else, it goes on.
    let other = &bureau.other_notary.officer;
    assert_eq!(rule(withdraw_proposed(office, no, other, "x").await), Rule::OthersProposal);
    let approver = &bureau.approver.officer;
    assert_eq!(rule(withdraw_proposed(office, no, approver, "x").await), Rule::OthersProposal);
    let empty = withdraw_proposed(office, no, notary, "").await;
    assert!(matches!(empty, Err(MatterError::Text)));
    withdraw_proposed(office, no, notary, "材料已齐").await.unwrap();
    let none = withdraw_proposed(office, no, notary, "x").await;
    assert_eq!(rule(none), Rule::Stage(Stage::Drafted));
    let wanted = [StepKind::ProposalWithdrawn, StepKind::EndingProposed];
    assert_eq!(newest_steps(&bureau, no, 2).await, wanted);
    let view = seen(&bureau, no).await;
    assert_eq!((view.matter.proposed(), view.content.proposed.as_str()), (None, ""));
    assert_eq!(view.content.reasons, ["材料已齐"]);
    hand_in(office, no, notary).await.unwrap();

    // And what waits for its approval is not approved while somebody would have it refused.
    propose_refusal(office, no, other, (ground(), "有争议")).await.unwrap();
    let command = || Approve { shown: draft, objection_ticked: false };
    let beside = approve(office, &bureau.desk, no, (approver, command())).await;
    assert_eq!(rule(beside), Rule::Waits);
    turn_down_proposed(office, no, approver, "可以出证").await.unwrap();
    approve(office, &bureau.desk, no, (approver, command())).await.unwrap();
    assert_eq!(bureau.stage(no).await, Stage::Numbered);
    let late = propose_refusal(office, no, notary, (ground(), "x")).await;
    assert_eq!(rule(late), Rule::Stage(Stage::Numbered), "a number is voided");
}

#[tokio::test]
async fn an_applicant_withdraws_alone_and_what_was_put_forward_falls() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    let no = bureau.accepted().await;
    ask_supplement(office, no, &bureau.notary.officer, "居民身份证原件").await.unwrap();
    propose_termination(office, no, &bureau.notary.officer, "逾期未补充").await.unwrap();
    withdraw(office, no, &bureau.clerk.officer, "不再需要").await.unwrap();
    let view = seen(&bureau, no).await;
    assert_eq!((view.matter.stage(), view.matter.proposed()), (Stage::Withdrawn, None));
    assert!(view.content.proposed.is_empty());
    let notices: Vec<_> = view.matter.notices().iter().map(|one| one.no.kind()).collect();
    assert_eq!(notices.last(), Some(&NoticeKind::Withdrawal));
    assert!(!notices.contains(&NoticeKind::Termination), "nothing was terminated");
    archive(office, no, &bureau.archivist.officer).await.unwrap();
}

#[tokio::test]
async fn what_somebody_put_forward_falls_when_they_step_aside_or_another_takes_over() {
    let bureau = Bureau::open().await;
    let (office, notary) = (bureau.office(), &bureau.notary.officer);
    let (other, approver) = (&bureau.other_notary.officer, &bureau.approver.officer);
    let no = bureau.accepted().await;
    propose_refusal(office, no, notary, (ground(), "材料不足")).await.unwrap();
    let before = shown(&bureau, no).await;
    declare(office, no, notary, true).await.unwrap();
    assert!(seen(&bureau, no).await.content.proposed.is_empty(), "its words fall with it");
    let fallen = approve_proposed(office, no, approver, before).await;
    assert_eq!(rule(fallen), Rule::Stage(Stage::Accepted), "an interest was behind it");
    // Somebody else's conflict changes nothing of it.
    let third = Member::admit(office, "he.qing", OfficeRole::Notary).await.officer;
    propose_refusal(office, no, other, (ground(), "材料不足")).await.unwrap();
    declare(office, no, &bureau.clerk.officer, true).await.unwrap();
    let view = seen(&bureau, no).await;
    assert!(view.matter.proposed().is_some() && view.content.proposed == "材料不足");
    // Who takes over says themselves what becomes of it.
    declare(office, no, &third, false).await.unwrap();
    take_over(office, no, &third).await.unwrap();
    let view = seen(&bureau, no).await;
    assert_eq!(view.matter.proposed(), None);
    assert!(view.content.proposed.is_empty());
}

#[tokio::test]
async fn what_is_open_does_not_go_to_the_archive() {
    let bureau = Bureau::open().await;
    let (office, archivist) = (bureau.office(), &bureau.archivist.officer);
    let (notary, other) = (&bureau.notary.officer, &bureau.other_notary.officer);
    // An application that may be refused soon is not over at all.
    let no = bureau.accepted().await;
    propose_refusal(office, no, notary, (ground(), "材料不足")).await.unwrap();
    let early = archive(office, no, archivist).await;
    assert_eq!(rule(early), Rule::Stage(Stage::Accepted));
    bureau.approve_proposed(no).await.unwrap();
    archive(office, no, archivist).await.unwrap();

    // A revocation ends the look that was going on: nothing is open, and the archive takes it.
    let no = bureau.issued().await;
    ask_reexamination(office, no, other, "利害关系人认为有误").await.unwrap();
    bureau.revoked(no, "内容不真实").await;
    archive(office, no, archivist).await.unwrap();

    let no = bureau.issued().await;
    // A change that waits.
    propose_correction(office, no, notary, "云西 → 云栖").await.unwrap();
    let refused = archive(office, no, archivist).await.unwrap_err();
    assert_eq!((refused.code(), rule(Err::<(), _>(refused))), ("proposal_waits", Rule::Waits));
    bureau.approve_proposed(no).await.unwrap();
    // Another look, until its outcome is approved.
    ask_reexamination(office, no, other, "利害关系人认为有误").await.unwrap();
    let refused = archive(office, no, archivist).await.unwrap_err();
    let told = refused.explain(Language::Zh);
    assert!(told.what.contains("正在复查") && told.next.contains("再归档"), "{told:?}");
    assert_eq!(refused.code(), "reexamination_open");
    let upheld = (ReexaminationOutcome::Upheld, "内容无误");
    conclude_reexamination(office, no, other, upheld).await.unwrap();
    assert_eq!(rule(archive(office, no, archivist).await), Rule::Waits);
    assert_eq!(seen(&bureau, no).await.matter.archived_at(), None);
    bureau.approve_proposed(no).await.unwrap();
    let before = archived_rows(&bureau).await;
    archive(office, no, archivist).await.unwrap();
    assert!(seen(&bureau, no).await.matter.archived_at().is_some());
    let mut rows = archived_rows(&bureau).await;
    rows.retain(|row| !before.contains(row));
    let [row] = rows.as_slice() else { panic!("{rows:?}") };

    // What is open again after that stands among the work, until it is decided and archived anew.
    let groups = async || {
        let mut groups = Vec::new();
        for group in Group::OPEN.into_iter().chain(Group::OVER) {
            let page = queue(office, notary, group, (None, PAGE)).await.unwrap();
            groups.extend(page.matters.iter().filter(|one| one.no() == no).map(|_| group));
        }
        groups
    };
    assert_eq!(groups().await, [Group::Archived]);
    propose_correction(office, no, notary, "云西 → 云栖").await.unwrap();
    assert_eq!(groups().await, [Group::At(Stage::Issued)]);
    bureau.approve_proposed(no).await.unwrap();
    assert_eq!(groups().await, [Group::At(Stage::Issued)], "the archive lacks what was decided");
    archive(office, no, archivist).await.unwrap();
    assert_eq!(groups().await, [Group::Archived]);
    ask_reexamination(office, no, other, "利害关系人认为有误").await.unwrap();
    assert_eq!(groups().await, [Group::At(Stage::Issued)]);
    // The row of a program of before, in the archive whatever was open, goes when rows are written anew.
    let mut of_before = Changeset::new();
    of_before.put(row.clone(), "null");
    bureau.house.store.commit(of_before).unwrap().await.unwrap();
    assert_eq!(groups().await, [Group::At(Stage::Issued), Group::Archived]);
    index_matters(office).await.unwrap();
    assert_eq!(groups().await, [Group::At(Stage::Issued)]);
}
