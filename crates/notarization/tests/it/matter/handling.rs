//! Who handles a matter and who stays away, what is asked for, what is discussed first.

use heqi_notarization::matter::approve::{Approve, approve};
use heqi_notarization::matter::checklist::Item;
use heqi_notarization::matter::clock::PauseReason;
use heqi_notarization::matter::draft::hand_in;
use heqi_notarization::matter::handle::{
    RefusalGround, accept, ask_supplement, declare, mark_complex, pause, propose_refusal, resume,
    supplement_arrived, take_over, tick,
};
use heqi_notarization::matter::state::Rule;
use heqi_notarization::matter::view::{matter, steps};
use heqi_notarization::matter::{MatterError, Stage};

use super::{Bureau, rule};

#[tokio::test]
async fn whoever_has_an_interest_stays_away_and_another_notary_takes_over() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    let no = bureau.apply_with(Bureau::form()).await.unwrap();
    let (notary, other) = (&bureau.notary.officer, &bureau.other_notary.officer);
    assert_eq!(rule(accept(office, no, notary).await), Rule::Undeclared);
    declare(office, no, notary, true).await.unwrap();
    assert_eq!(rule(accept(office, no, notary).await), Rule::Conflict);
    assert_eq!(rule(declare(office, no, notary, false).await), Rule::Conflict, "never taken back");
    assert_eq!(rule(declare(office, no, &bureau.archivist.officer, false).await), Rule::Role);
    declare(office, no, other, false).await.unwrap();
    accept(office, no, other).await.unwrap();
    assert_eq!(rule(take_over(office, no, notary).await), Rule::Conflict);
    assert_eq!(rule(take_over(office, no, other).await), Rule::Done);
}

#[tokio::test]
async fn a_supplement_is_asked_for_once_and_whole_and_the_clock_stands_still() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    let empty = ask_supplement(office, no, by, " \n").await;
    assert!(matches!(empty, Err(MatterError::Text)));
    ask_supplement(office, no, by, "居民身份证原件\n利害关系证明").await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    assert_eq!(view.content.supplement.len(), 2);
    assert!(view.matter.clock().unwrap().is_paused());
    assert_eq!(
        rule(pause(office, no, by, PauseReason::Verification, "x").await),
        Rule::Stage(Stage::Supplementing)
    );
    supplement_arrived(office, no, by, "两项均已提交").await.unwrap();
    let again = ask_supplement(office, no, by, "还要一份").await;
    assert_eq!(rule(again), Rule::AskedBefore);
    pause(office, no, by, PauseReason::Verification, "向平台核实").await.unwrap();
    assert_eq!(rule(pause(office, no, by, PauseReason::ForceMajeure, "x").await), Rule::Clock);
    resume(office, no, by).await.unwrap();
    let ground = RefusalGround::of_item(6).unwrap();
    propose_refusal(office, no, by, (ground, "拒绝补充")).await.unwrap();
    bureau.approve_proposed(no).await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    assert_eq!(view.matter.stage(), Stage::Refused);
    assert!(view.content.reasons[0].contains("第三十一条第6项"));
}

#[tokio::test]
async fn a_matter_marked_as_complex_is_discussed_together_before_it_is_approved() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    let early = tick(office, no, by, (Item::Approval, true), "x").await;
    assert_eq!(rule(early), Rule::NoTick(Item::Approval), "nobody marked it");
    let why = (true, "涉及多方争议，金额较大");
    let other = mark_complex(office, no, &bureau.other_notary.officer, why).await;
    assert_eq!(rule(other), Rule::NotResponsible);
    assert!(matches!(mark_complex(office, no, by, (true, " ")).await, Err(MatterError::Text)));
    mark_complex(office, no, by, why).await.unwrap();
    // It is examined and drafted; what waits for the discussion is the approval.
    bureau.extracted(no).await;
    let shown = bureau.drafted(no).await;
    assert_eq!(rule(hand_in(office, no, by).await), Rule::NotDiscussed);
    let against = "讨论意见：不宜出具";
    tick(office, no, by, (Item::Approval, false), against).await.unwrap();
    assert_eq!(rule(hand_in(office, no, by).await), Rule::NotDiscussed);
    let opinion = "三名公证员讨论，一致同意出具";
    tick(office, no, &bureau.clerk.officer, (Item::Approval, true), opinion).await.unwrap();
    hand_in(office, no, by).await.unwrap();
    let command = Approve { shown, objection_ticked: false };
    approve(office, &bureau.desk, no, (&bureau.approver.officer, command)).await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    assert_eq!(view.content.remarks[&Item::Approval], opinion);
    let record = steps(office, by, no).await.unwrap();
    let said: Vec<&str> = record.iter().map(|step| step.said.as_str()).collect();
    for wanted in [
        "22 complex: 涉及多方争议，金额较大".to_owned(),
        format!("22 failed: {against}"),
        format!("22 passed: {opinion}"),
    ] {
        assert!(said.contains(&wanted.as_str()), "{wanted}: {said:?}");
    }
}
