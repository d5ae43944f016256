//! A notary or reviewer who is a relative, and who takes over (edge case 42).

use heqi_notarization::matter::approve::{Approve, approve};
use heqi_notarization::matter::draft::hand_in;
use heqi_notarization::matter::finish::void;
use heqi_notarization::matter::handle::{accept, declare, take_over, withdraw};
use heqi_notarization::matter::state::Rule;
use heqi_notarization::matter::step::StepKind;
use heqi_notarization::matter::view::{matter, steps};
use heqi_notarization::matter::{MatterError, Stage};
use heqi_notarization::staff::OfficeRole;
use heqi_vocabulary::Digest;

use crate::matter::{Bureau, Member, rule};

#[tokio::test]
async fn edge_case_42_a_notary_or_reviewer_who_is_a_relative_declares_it_and_another_takes_over() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    let (notary, other) = (&bureau.notary.officer, &bureau.other_notary.officer);
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    bureau.drafted(no).await;
    // The responsible notary finds out in the middle of it and steps aside, for good.
    declare(office, no, notary, true).await.unwrap();
    assert_eq!(rule(hand_in(office, no, notary).await), Rule::Conflict);
    assert_eq!(rule(declare(office, no, notary, false).await), Rule::Conflict);
    take_over(office, no, other).await.unwrap();
    let view = matter(office, other, no).await.unwrap();
    assert_eq!(view.matter.acceptance().unwrap().notary, other.account);
    assert_eq!(view.matter.stage(), Stage::Accepted);
    assert!(view.matter.extraction().is_none(), "who certifies was at the extraction");
    assert!(view.matter.draft().is_none());
    let record = steps(office, other, no).await.unwrap();
    let said: Vec<_> = record.iter().rev().take(2).map(|step| step.step).collect();
    assert_eq!(said, [StepKind::TakenOver, StepKind::Declared], "both are steps");

    // Whoever approves is held to the same.
    let approver = &bureau.approver.officer;
    declare(office, no, approver, true).await.unwrap();
    let seen = Approve { shown: Digest::of(b""), objection_ticked: false };
    let refused = approve(office, &bureau.desk, no, (approver, seen)).await;
    assert!(matches!(refused, Err(MatterError::Rule(_))));

    // Whoever has the name of a party cannot say that there is no interest.
    let namesake = Member::admit_as(office, "zhang.san", "张三", OfficeRole::Notary).await;
    let second = bureau.apply_with(Bureau::form()).await;
    assert!(matches!(second, Err(MatterError::Double(_))));
    assert_eq!(rule(declare(office, no, &namesake.officer, false).await), Rule::Namesake);
    declare(office, no, &namesake.officer, true).await.unwrap();
    assert_eq!(rule(accept(office, no, &namesake.officer).await), Rule::Stage(Stage::Accepted));
}

#[tokio::test]
async fn edge_case_42_another_notary_takes_a_numbered_matter_over_and_its_number_stays() {
    let bureau = Bureau::open().await;
    let (office, approver) = (bureau.office(), &bureau.approver.officer);
    let (notary, other) = (&bureau.notary, &bureau.other_notary);
    let no = bureau.numbered().await;
    let view = async || matter(office, approver, no).await.unwrap().matter;
    let given = view().await.certificate().cloned().unwrap();
    declare(office, no, &notary.officer, true).await.unwrap();
    take_over(office, no, &other.officer).await.unwrap();
    let taken = view().await;
    assert_eq!(taken.stage(), Stage::Accepted);
    assert!(taken.extraction().is_none() && taken.draft().is_none() && taken.approval().is_none());
    assert_eq!(taken.certificate(), Some(&given), "a number that was given stays in the book");
    // With a number it is voided, and neither withdrawn nor refused.
    let withdrawn = withdraw(office, no, &bureau.clerk.officer, "不再需要").await;
    assert_eq!(rule(withdrawn), Rule::Stage(Stage::Accepted));

    // Extracted, drafted and approved anew, by another person than the new notary.
    let bureau = Bureau { notary: bureau.other_notary, other_notary: bureau.notary, ..bureau };
    let office = bureau.office();
    bureau.checked(no).await;
    bureau.extracted(no).await;
    bureau.approved(no).await;
    bureau.paid_and_issued(no).await;
    let by = &bureau.notary.officer;
    let issued = matter(office, by, no).await.unwrap().matter;
    assert_eq!((issued.certificate(), issued.stage()), (Some(&given), Stage::Issued));
    assert_eq!(issued.issue().unwrap().by, by.account);
    assert_eq!(rule(take_over(office, no, by).await), Rule::Stage(Stage::Issued));
}

#[tokio::test]
async fn edge_case_42_a_number_of_last_year_is_not_kept_by_an_approval_of_this_one() {
    let bureau = Bureau::open().await;
    let no = bureau.numbered().await;
    take_over(bureau.office(), no, &bureau.other_notary.officer).await.unwrap();
    let bureau = Bureau { notary: bureau.other_notary, other_notary: bureau.notary, ..bureau };
    let (office, approver) = (bureau.office(), &bureau.approver.officer);
    bureau.house.clock.advance_ms(60 * 24 * 3_600_000);
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let shown = bureau.drafted(no).await;
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let plain = Approve { shown, objection_ticked: false };
    assert_eq!(rule(approve(office, &bureau.desk, no, (approver, plain)).await), Rule::OtherYear);
    void(office, no, approver, "编号属于上一年度").await.unwrap();
    let view = matter(office, approver, no).await.unwrap().matter;
    assert_eq!(view.stage(), Stage::Voided);
    bureau.apply_with(Bureau::form()).await.unwrap();
}
