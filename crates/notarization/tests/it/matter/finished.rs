//! What becomes of a certificate that was issued: corrected, voided, examined once more.

use heqi_notarization::matter::Stage;
use heqi_notarization::matter::finish::{
    approve_proposed, ask_reexamination, conclude_reexamination, digest_of_proposed,
    propose_correction, propose_revocation, turn_down_proposed,
};
use heqi_notarization::matter::handle::declare;
use heqi_notarization::matter::state::{ReexaminationOutcome, Rule};
use heqi_notarization::matter::view::{matter, steps};
use heqi_notarization::staff::OfficeRole;

use super::{Bureau, Member, rule};

/// Two persons issue a certificate, and two take it back or change it.
#[tokio::test]
async fn what_becomes_of_a_certificate_is_proposed_by_one_and_approved_by_another() {
    let bureau = Bureau::open().await;
    let (office, notary, other, approver) = (
        bureau.office(),
        &bureau.notary.officer,
        &bureau.other_notary.officer,
        &bureau.approver.officer,
    );
    let no = bureau.numbered().await;
    let early = propose_correction(office, no, notary, "云西 → 云栖").await;
    assert_eq!(rule(early), Rule::Stage(Stage::Numbered));
    bureau.paid_and_issued(no).await;
    let view = async || matter(office, approver, no).await.unwrap();
    let shown = async || {
        let view = view().await;
        digest_of_proposed(&view.matter.proposed().unwrap(), &view.content.proposed)
    };
    for by in [&bureau.clerk.officer, approver] {
        assert_eq!(rule(propose_revocation(office, no, by, "x").await), Rule::Role);
    }
    propose_correction(office, no, notary, "云西 → 云栖").await.unwrap();
    let second = propose_revocation(office, no, other, "内容不真实").await;
    assert_eq!(rule(second), Rule::Waits, "one after the other");
    let first = shown().await;
    assert_eq!(rule(approve_proposed(office, no, notary, first).await), Rule::OwnDraft);
    assert_eq!(rule(turn_down_proposed(office, no, notary, "x").await), Rule::OwnDraft);
    assert_eq!(rule(approve_proposed(office, no, other, first).await), Rule::Role);
    let stands = view().await.matter;
    assert_eq!((stands.corrections(), stands.notices().len()), (0, 1), "nothing is done yet");

    // Turned down it stands as it did; another one is not approved unseen.
    turn_down_proposed(office, no, approver, "没有写错").await.unwrap();
    propose_revocation(office, no, other, "内容不真实").await.unwrap();
    assert_eq!(rule(approve_proposed(office, no, approver, first).await), Rule::OtherDraft);
    assert_eq!(view().await.matter.stage(), Stage::Issued);
    approve_proposed(office, no, approver, shown().await).await.unwrap();
    let view = view().await;
    assert_eq!((view.matter.stage(), view.matter.proposed()), (Stage::Voided, None));
    assert!(view.content.proposed.is_empty());
    let record = steps(office, approver, no).await.unwrap();
    let said: Vec<&str> = record.iter().rev().take(4).map(|step| step.step.as_str()).collect();
    assert_eq!(said, ["voided", "standing_proposed", "proposal_turned_down", "standing_proposed"]);
}

#[tokio::test]
async fn another_notary_re_examines_and_in_time() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    let no = bureau.issued().await;
    let (notary, other) = (&bureau.notary.officer, &bureau.other_notary.officer);
    assert_eq!(rule(ask_reexamination(office, no, notary, "x").await), Rule::OtherNotary);
    ask_reexamination(office, no, other, "利害关系人认为有误").await.unwrap();
    let upheld = (ReexaminationOutcome::Upheld, "内容无误");
    assert_eq!(rule(conclude_reexamination(office, no, notary, upheld).await), Rule::OtherNotary);
    conclude_reexamination(office, no, other, upheld).await.unwrap();
    bureau.approve_proposed(no).await.unwrap();
    bureau.house.clock.advance_ms(366 * 24 * 3_600_000);
    assert_eq!(rule(ask_reexamination(office, no, other, "x").await), Rule::TooLate);
}

#[tokio::test]
async fn a_re_examination_is_taken_over_from_a_notary_who_is_gone_and_its_days_run_on() {
    let bureau = Bureau::open().await;
    let (office, other) = (bureau.office(), &bureau.other_notary.officer);
    let no = bureau.issued().await;
    ask_reexamination(office, no, other, "利害关系人认为有误").await.unwrap();
    let open = async || matter(office, other, no).await.unwrap().matter.reexamination().unwrap();
    let asked_at = open().await.asked_at;
    assert_eq!(rule(ask_reexamination(office, no, other, "x").await), Rule::Done);
    let third = Member::admit(office, "he.qing", OfficeRole::Notary).await.officer;
    declare(office, no, &third, false).await.unwrap();
    bureau.house.clock.advance_ms(20 * 24 * 3_600_000);
    ask_reexamination(office, no, &third, "原复查公证员已离任").await.unwrap();
    let taken = open().await;
    assert_eq!((taken.notary, taken.asked_at), (third.account, asked_at));
    let upheld = (ReexaminationOutcome::Upheld, "内容无误");
    assert_eq!(rule(conclude_reexamination(office, no, other, upheld).await), Rule::OtherNotary);
    conclude_reexamination(office, no, &third, upheld).await.unwrap();
    assert_eq!(rule(ask_reexamination(office, no, other, "x").await), Rule::Done);
    bureau.approve_proposed(no).await.unwrap();
    assert!(open().await.outcome.is_some());
}
