//! The checklist: what the machine recomputes and what a person ticks.

use heqi_notarization::matter::MatterError;
use heqi_notarization::matter::checklist::{AnsweredBy, Item, Outcome};
use heqi_notarization::matter::handle::{recompute, tick};
use heqi_notarization::matter::state::Rule;
use heqi_notarization::matter::view::matter;
use heqi_testkit::{Story, Twists};
use heqi_vocabulary::Provenance;

use super::{Bureau, rule};

#[tokio::test]
async fn the_machine_recomputes_its_points_and_a_person_ticks_the_rest() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    assert_eq!(
        rule(tick(office, no, by, (Item::Digests, true), "x").await),
        Rule::NoTick(Item::Digests)
    );
    recompute(office, no, by).await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    let outcome = |item| view.matter.checklist().machine(item).map(|check| check.outcome);
    for item in Item::ALL.into_iter().filter(|item| item.answered_by() == AnsweredBy::Machine) {
        assert!(outcome(item).is_some(), "{item:?}");
        assert!(!view.content.evidence[&item].is_empty(), "{item:?} without evidence");
    }
    for item in [
        Item::DepositRecord,
        Item::Digests,
        Item::LogPath,
        Item::Signature,
        Item::Consents,
        Item::Confirmations,
    ] {
        assert_eq!(
            outcome(item),
            Some(Outcome::Passed),
            "{item:?} {:?}",
            view.content.evidence[&item]
        );
    }
    // What nobody deposited cannot be shown, and is said to be so.
    for item in [Item::SystemState, Item::IdentityResults] {
        assert_eq!(outcome(item), Some(Outcome::Unproved), "{item:?}");
    }
    assert_eq!(view.matter.draft_blocked(), Some(Rule::Open(Item::ApplicantIdentity)));
    let unexplained = tick(office, no, by, (Item::SystemState, true), "  ").await;
    assert!(matches!(unexplained, Err(MatterError::Text)));
    bureau.checked(no).await;
    let view = matter(office, by, no).await.unwrap();
    assert_eq!(view.matter.draft_blocked(), Some(Rule::NoExtraction));
}

/// What the machine says to a point of a story's signing.
async fn point(twists: Twists, item: Item) -> (Outcome, String) {
    let bureau = Bureau::of(&Story::tell(1, &twists)).await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    recompute(office, no, by).await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    let check = view.matter.checklist().machine(item).unwrap();
    assert!(!view.content.evidence[&item][0][0].is_empty());
    (check.outcome, check.code.clone())
}

#[tokio::test]
async fn a_comparison_of_faces_is_told_as_what_it_is_and_never_passed_by_the_machine() {
    let asked = |reasons: &'static [&'static str]| -> Twists {
        let review = serde_json::json!({ "case": "x", "reasons": reasons });
        let identity = serde_json::json!({ "answered_by": [], "answers": [], "review": review });
        let set = move |record: &mut heqi_evidence::record::RecordDraft| {
            record.set("identity", identity.clone(), Provenance::Observed).unwrap();
        };
        Twists { record: Some(Box::new(set)), ..Twists::default() }
    };
    let (open, failed) = (Outcome::Unproved, Outcome::Failed);
    let cases = [
        (Twists::default(), (open, "photo_without_face_result")),
        (asked(&["contact_unverified"]), (open, "photo_without_face_result")),
        (asked(&["face_not_compared"]), (open, "face_not_compared")),
        (asked(&["face_not_same"]), (failed, "face_not_same")),
        (
            Twists { decided: Some("refusal_proposed"), ..asked(&["face_not_same"]) },
            (failed, "face_not_same"),
        ),
        (
            Twists { decided: Some("accepted"), ..asked(&["face_not_same"]) },
            (open, "face_accepted_by_reviewer"),
        ),
        (
            Twists { decided: Some("refused"), ..asked(&["face_not_compared"]) },
            (failed, "face_refused_by_reviewer"),
        ),
    ];
    for (twists, (outcome, code)) in cases {
        assert_eq!(point(twists, Item::FaceAndPhoto).await, (outcome, code.to_owned()));
    }
}

#[tokio::test]
async fn a_signature_outside_the_validity_of_its_certificate_is_not_ticked_away() {
    let late = Twists { certificate_age_ms: 25 * 3_600_000, ..Twists::default() };
    let said = point(late, Item::Signature).await;
    assert_eq!(said, (Outcome::Failed, "validity_not_proved".to_owned()));
}
