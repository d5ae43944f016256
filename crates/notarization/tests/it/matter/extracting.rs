//! The extraction session: two persons, a clean environment, the digest that must agree.

use std::sync::Arc;

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::gate::{Gated, WriteGate};
use heqi_notarization::deposited::deposit;
use heqi_notarization::matter::MatterError;
use heqi_notarization::matter::checklist::{Item, Outcome};
use heqi_notarization::matter::draft::{propose, save_draft};
use heqi_notarization::matter::extraction::Act;
use heqi_notarization::matter::handle::{accept, declare, recompute};
use heqi_notarization::matter::screen::Screen;
use heqi_notarization::matter::session::{
    ClockBeside, ClockOf, OpenSession, open_session, press_button,
};
use heqi_notarization::matter::state::Rule;
use heqi_notarization::matter::view::{matter, steps};
use heqi_vocabulary::{Digest, Explain as _, Language};

use super::press::PlainScreen;
use super::{Bureau, WORKSTATION, rule};
use crate::support::{House, story};

#[tokio::test]
async fn drafting_stays_disabled_without_a_sealed_extraction_by_two_persons() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    assert_eq!(rule(propose(office, &bureau.desk, no).await), Rule::NoExtraction);
    assert_eq!(
        rule(save_draft(office, no, &bureau.clerk.officer, "兹证明").await),
        Rule::NoExtraction
    );

    let alone = OpenSession {
        notary: bureau.fresh(&bureau.notary).await,
        second: bureau.fresh(&bureau.notary).await,
        workstation: WORKSTATION.into(),
        place: "提取室".into(),
    };
    assert_eq!(rule(open_session(office, &bureau.desk, no, alone).await), Rule::SamePerson);
    let elsewhere = OpenSession {
        notary: bureau.fresh(&bureau.notary).await,
        second: bureau.fresh(&bureau.clerk).await,
        workstation: "家里的电脑".into(),
        place: "家".into(),
    };
    let refused = open_session(office, &bureau.desk, no, elsewhere).await.unwrap_err();
    assert!(matches!(refused, MatterError::Workstation));
    let not_responsible = OpenSession {
        notary: bureau.fresh(&bureau.other_notary).await,
        second: bureau.fresh(&bureau.clerk).await,
        workstation: WORKSTATION.into(),
        place: "提取室".into(),
    };
    let refused = open_session(office, &bureau.desk, no, not_responsible).await;
    assert_eq!(rule(refused), Rule::NotResponsible);

    bureau.session(no).await.unwrap();
    let by = &bureau.notary.officer;
    let early = press_button(office, &bureau.desk, no, (by, Act::Seal, &PlainScreen), None).await;
    assert_eq!(rule(early), Rule::NotNext(Some(Act::CleanEnvironment)));
    for act in Act::ALL {
        assert_eq!(rule(propose(office, &bureau.desk, no).await), Rule::NoExtraction);
        let pressed = press_button(office, &bureau.desk, no, (by, act, &PlainScreen), None).await;
        assert!(pressed.unwrap().passed);
    }
    let view = matter(office, by, no).await.unwrap();
    let session = view.matter.extraction().unwrap();
    assert!(session.is_sealed() && view.matter.package_sha256().is_some());
    assert!(session.lines().iter().all(|line| line.tool_sha256 == Digest::of(b"tool")));
    assert_eq!(view.content.outputs.len(), 6);
    assert!(propose(office, &bureau.desk, no).await.unwrap().contains("提取室"));
    assert_eq!(rule(bureau.session(no).await), Rule::ExtractionThere);
}

#[tokio::test]
async fn the_environment_is_not_clean_while_the_offices_clock_is_off() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.session(no).await.unwrap();
    let clean = (by, Act::CleanEnvironment, &PlainScreen as &dyn Screen);
    let beside = |whose, gap_ms| Some(ClockBeside { whose, gap_ms, limit_ms: 2_000 });
    let off = beside(ClockOf::Platform, 2_001);
    let pressed = press_button(office, &bureau.desk, no, clean, off).await.unwrap();
    assert!(!pressed.passed);
    let view = matter(office, by, no).await.unwrap();
    let session = view.matter.extraction().unwrap();
    assert!(session.next().is_none() && !session.is_sealed(), "the session is over");
    let said = &view.content.outputs[0];
    assert!(
        said.contains("本处时钟与平台时钟相差2001毫秒") && said.contains("\"failed\""),
        "{said}"
    );
    let step = steps(office, by, no).await.unwrap().pop().unwrap();
    assert!(step.said.starts_with("clean_environment failed"), "{}", step.said);

    // Set right, it passes, and says what was looked at and what was not.
    bureau.session(no).await.unwrap();
    let level = beside(ClockOf::TimeAuthority { label: "tsa".into() }, 2_000);
    assert!(press_button(office, &bureau.desk, no, clean, level).await.unwrap().passed);
    let view = matter(office, by, no).await.unwrap();
    let output: serde_json::Value = serde_json::from_str(&view.content.outputs[0]).unwrap();
    let said_of = |check: &str| {
        let all = output["checks"].as_array().unwrap();
        all.iter().find(|one| one["check"] == check).unwrap().clone()
    };
    assert_eq!(said_of("store_takes_writes")["result"], "passed");
    let clocks = said_of("clock_beside_others");
    assert_eq!(clocks["result"], "passed");
    assert_eq!(clocks["furthest"], "time-authority.tsa");
    let said = output["said"]["zh"].as_str().unwrap();
    assert!(said.contains("与时间戳机构（tsa）时钟相差最大，为2000毫秒"), "{said}");
    assert!(said.contains("由在场两人查看"), "{said}");
}

#[tokio::test]
async fn the_environment_is_not_clean_while_nothing_can_be_written() {
    let bureau = Bureau::open().await;
    let by = &bureau.notary.officer;
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.session(no).await.unwrap();
    let (store, gate) = (bureau.house.store.clone(), Arc::new(WriteGate::open()));
    let gated = Arc::new(Gated::new(store.clone(), gate.clone()));
    let house = House::over(&story(), gated, store);
    let clean = (by, Act::CleanEnvironment, &PlainScreen as &dyn Screen);
    gate.hold();
    let refused = press_button(&house.office, &bureau.desk, no, clean, None).await.unwrap_err();
    assert_eq!(refused.code(), "store_read_only");
    assert!(refused.explain(Language::Zh).what.contains("只读"), "{refused}");
    let view = matter(bureau.office(), by, no).await.unwrap();
    assert_eq!(view.matter.extraction().unwrap().next(), Some(Act::CleanEnvironment));
    assert!(view.content.outputs.is_empty());
    // The session goes on from there; where nobody compares clocks, the output says that.
    gate.release();
    let pressed = press_button(&house.office, &bureau.desk, no, clean, None).await.unwrap();
    assert!(pressed.passed);
    let view = matter(bureau.office(), by, no).await.unwrap();
    assert!(view.content.outputs[0].contains("not_compared"), "{}", view.content.outputs[0]);
}

#[tokio::test]
async fn a_digest_that_differs_stops_quarantines_and_explains() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    // Somebody takes an object out of the store behind the office's back.
    let row = deposit(office, &bureau.key).await.unwrap().unwrap();
    let photo = row.parts.iter().find(|part| part.name.contains(".jpg")).unwrap();
    assert!(bureau.house.store.discard_object(&photo.object.id).await.unwrap());

    bureau.session(no).await.unwrap();
    for act in [Act::CleanEnvironment, Act::Search] {
        let pressed = press_button(office, &bureau.desk, no, (by, act, &PlainScreen), None).await;
        assert!(pressed.unwrap().passed);
    }
    let failed =
        press_button(office, &bureau.desk, no, (by, Act::Extract, &PlainScreen), None).await;
    assert!(!failed.unwrap().passed);
    // By the act itself: nobody has to examine anything besides.
    let view = matter(office, by, no).await.unwrap();
    assert!(view.matter.quarantined_at().is_some());
    assert_eq!(rule(bureau.session(no).await), Rule::Quarantined);
    recompute(office, no, by).await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    assert!(view.matter.quarantined_at().is_some());
    let check = view.matter.checklist().machine(Item::Digests).unwrap();
    assert_eq!((check.outcome, check.code.as_str()), (Outcome::Failed, "digests_differ"));
    assert!(view.content.evidence[&Item::Digests][0][0].contains(".jpg"));
    let refused = propose(office, &bureau.desk, no).await.unwrap_err();
    assert!(refused.explain(Language::Zh).what.contains("已隔离"), "{refused}");
    assert_eq!(rule(bureau.session(no).await), Rule::Quarantined);
}

#[tokio::test]
async fn a_record_that_does_not_open_keeps_nobody_from_the_examination_that_says_so() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.apply_with(Bureau::form()).await.unwrap();
    let row = deposit(office, &bureau.key).await.unwrap().unwrap();
    let record = row.parts.iter().find(|part| part.name == "record.json").unwrap();
    assert!(bureau.house.store.discard_object(&record.object.id).await.unwrap());
    for member in [&bureau.clerk, &bureau.notary] {
        declare(office, no, &member.officer, false).await.unwrap();
    }
    accept(office, no, by).await.unwrap();
    recompute(office, no, by).await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    assert!(view.matter.quarantined_at().is_some());
    let check = view.matter.checklist().machine(Item::Confirmations).unwrap();
    assert_eq!(check.code, "record_unreadable");
}
