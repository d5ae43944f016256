//! A guardian signs for a minor who holds shares (edge case 8): what is shown, what is refused, and
//! that a reviewer looks before the filing goes on.

use std::collections::BTreeSet;

use heqi_evidence::schema::RetentionClass;
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::timer::LINK_LIFETIME_MS;
use heqi_filing::{Capacity, ConsentKind, FilingState, PartyKind, ReviewReason};
use heqi_pki::keys::Algorithm;
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::begin_signing::{BeginSigning, begin_signing};
use heqi_registration::case_queue::{CaseFile, case_file, case_queue, case_view};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::confirm::{Confirm, confirm};
use heqi_registration::correct_person::{CorrectPerson, Whose, correct_person};
use heqi_registration::decide_case::Decision;
use heqi_registration::declare_contact::{DeclareContact, declare_contact};
use heqi_registration::decline::{Decline, decline};
use heqi_registration::erase_person_data::{ErasePersonData, erase_person_data};
use heqi_registration::filing_view::filing_view;
use heqi_registration::legal_hold::{LiftHold, PlaceHold, lift_hold, place_hold};
use heqi_registration::remove_party::{RemoveParty, remove_party};
use heqi_registration::same_person::{go_on, next_of_person};
use heqi_registration::show_guardianship::{
    GuardianProof, GuardianRelation, GuardianshipShown, ShowGuardianship, ShowGuardianshipError,
    WardAge, show_guardianship,
};
use heqi_registration::sweep::{SIGNING_LIFETIME_MS, SweepCursor, sweep};
use heqi_testkit::{Device, files};
use heqi_vocabulary::{Clock as _, Explain as _, Language, PartyId};

use crate::regulator::typed;
use crate::review::{Mood, NUMBER, Scene, contact};
use crate::world::Visitor;

/// Born in 2015.
pub(crate) const WARD_NUMBER: &str = "330112201501019999";

/// Born on 24 November 2008: of age four hours after the beginning of every test.
const GROWING_NUMBER: &str = "330112200811249998";

/// A guardian who has come in, and the handler of the filing.
pub(crate) async fn scene() -> (Scene, Visitor, PartyId) {
    let (scene, handler) = drafted().await;
    let visitor = scene.visitor().await;
    (scene, visitor, handler)
}

/// A minor with a guardian, whom nobody has invited, and the handler of the filing.
async fn drafted() -> (Scene, PartyId) {
    let mut scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    scene.filing = world.open().await;
    let command = AddParty {
        filing: scene.filing,
        who: PartyKind::Ward {
            name: "林小茶".parse().unwrap(),
            guardian: "林嘉伟".parse().unwrap(),
        },
        capacities: [Capacity::Shareholder].into(),
    };
    let added = add_party(&world.platform, &world.request(&world.staff), command).await;
    scene.party = added.unwrap().party_id;
    let handler = world.add(scene.filing, "何静", Capacity::Handler).await;
    world.attach(scene.filing, "公司章程").await;
    let command = DeclareContact { filing: scene.filing, party: scene.party, contact: contact() };
    declare_contact(&world.platform, &world.request(&world.staff), command).await.unwrap();
    scene.check().await;
    (scene, handler)
}

/// What beginning is refused with.
async fn begin_refused(scene: &Scene, visitor: &Visitor) -> &'static str {
    let command = BeginSigning {
        device_key: visitor.device.key().public_key().to_spki_der(),
        language: Language::Zh,
    };
    let world = &scene.world;
    let begun = begin_signing(&world.platform, &world.request(&visitor.actor), command).await;
    begun.unwrap_err().code()
}

pub(crate) fn proof(number: &str) -> ShowGuardianship {
    ShowGuardianship {
        relation: GuardianRelation::Parent,
        proof: GuardianProof::HouseholdRegister,
        number: number.parse().unwrap(),
        is_agreed: true,
        file: files::photo("household register").into(),
    }
}

async fn show(
    scene: &Scene,
    visitor: &Visitor,
    command: ShowGuardianship,
) -> Result<GuardianshipShown, ShowGuardianshipError> {
    let world = &scene.world;
    show_guardianship(&world.platform, &world.request(&visitor.actor), command).await
}

#[tokio::test]
async fn edge_case_8_a_guardian_signs_for_a_minor_and_a_reviewer_looks_at_the_proof_first() {
    let (scene, visitor, handler) = scene().await;
    let world = &scene.world;
    assert_eq!(begin_refused(&scene, &visitor).await, "guardianship_missing");

    let shown = show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    assert_eq!((shown.relation, shown.age), (GuardianRelation::Parent, WardAge::Under14));
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!((view.party_kind, view.party_name.as_str()), ("ward", "林小茶"));
    assert_eq!(view.representative_name.as_deref(), Some("林嘉伟"));
    assert!(view.intent.text.contains("我作为林小茶的监护人"), "{}", view.intent.text);
    assert!(view.intent.text.contains("我是林嘉伟"), "{}", view.intent.text);
    assert_eq!(view.guardianship, Some(shown));

    world.sign(&visitor).await;
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    assert!(case.reasons.contains(&ReviewReason::Guardianship), "{:?}", case.reasons);
    assert!(!case.reasons.contains(&ReviewReason::Minor), "the guardian is of age");
    for (actor, party) in [(&visitor.actor, scene.party), (&world.staff, handler)] {
        let command =
            Confirm { filing: scene.filing, party, shown_sha256: None, statement_sha256: None };
        confirm(&world.platform, &world.request(actor), command).await.unwrap();
    }
    assert!(matches!(scene.state().await, FilingState::Reviewing { .. }));

    let facts = world.facts();
    let seen = case_view(&world.platform, &reviewer, &facts, case.case).await.unwrap();
    assert_eq!(seen.party_name, "林嘉伟", "whose face is compared");
    let ward = seen.ward.unwrap();
    assert!(!ward.is_guardian_party);
    assert_eq!((ward.name.as_str(), ward.shown), ("林小茶", Some(("9999".into(), shown))));
    let file =
        case_file(&world.platform, &reviewer, &facts, case.case, CaseFile::Guardianship).await;
    let (media_type, bytes) = file.unwrap();
    assert_eq!((media_type, bytes.to_vec()), ("image/jpeg", files::photo("household register")));
    scene.decide(&reviewer, case.case, Decision::Accept).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Confirmed { .. }));
}

#[tokio::test]
async fn edge_case_8_what_proves_no_guardianship_is_refused_as_what_it_is_and_nothing_is_recorded()
{
    let (scene, visitor, _) = scene().await;
    for (wrong, code) in [
        (proof("33011219940301000X"), "ward_of_age"),
        (proof(NUMBER), "ward_number_own"),
        (proof("330112201501019998"), "id_checksum"),
        (ShowGuardianship { is_agreed: false, ..proof(WARD_NUMBER) }, "guardian_not_agreed"),
        (ShowGuardianship { file: Vec::new().into(), ..proof(WARD_NUMBER) }, "material_missing"),
        (
            ShowGuardianship { file: b"text".to_vec().into(), ..proof(WARD_NUMBER) },
            "material_other_kind",
        ),
    ] {
        assert_eq!(show(&scene, &visitor, wrong).await.unwrap_err().code(), code);
    }
    let world = &scene.world;
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(view.guardianship, None);
    // Shown again, the last one counts; nothing more once the signing has begun.
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    let other = ShowGuardianship { proof: GuardianProof::BirthCertificate, ..proof(WARD_NUMBER) };
    show(&scene, &visitor, other).await.unwrap();
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(view.guardianship.unwrap().proof, GuardianProof::BirthCertificate);
    world.ready(&visitor).await;
    let late = show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap_err();
    assert_eq!(late.code(), "guardian_signing_begun");
}

/// The same store under settings without reviewers: they may be taken away while a guardian signs.
#[tokio::test]
async fn edge_case_8_where_nobody_reviews_a_guardianship_is_not_taken_and_nothing_is_kept() {
    let (mut scene, visitor, _) = scene().await;
    let store = scene.world.store.clone();
    let without = scene
        .world
        .started_with((&store, store.clone()), 12, |settings| settings.review_office = None)
        .await;
    scene.world = without;
    let world = &scene.world;
    let size = || world.platform.backend().log().head().size();
    let before = size();
    let refused = show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap_err();
    assert_eq!(refused.code(), "guardian_not_reviewed");
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!((view.guardianship, size()), (None, before));
}

#[tokio::test]
async fn edge_case_8_a_guardianship_is_shown_again_as_often_as_a_signing_has_room_for_records() {
    let (scene, visitor, _) = scene().await;
    let mut shown = 0;
    let refused = loop {
        match show(&scene, &visitor, proof(WARD_NUMBER)).await {
            Ok(_) => shown += 1,
            Err(refused) => break refused,
        }
        assert!(shown <= 32, "a challenge binds no more records");
    };
    assert_eq!(refused.code(), "guardian_tries");
    assert!(shown > 1, "{shown}");
    // Said again, and the last one that was taken still counts.
    assert_eq!(
        show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap_err().code(),
        "guardian_tries"
    );
    let world = &scene.world;
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert!(view.guardianship.is_some());
}

#[tokio::test]
async fn who_signs_for_nobody_shows_no_guardianship() {
    let scene = Scene::new(Mood::Agrees).await;
    let visitor = scene.visitor().await;
    let refused = show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap_err();
    assert_eq!(refused.code(), "guardian_no_ward");
}

#[tokio::test]
async fn edge_case_8_a_filing_is_found_by_the_minors_number_once_the_guardian_gave_it() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let of_ward = typed(|typed| typed.person_number = WARD_NUMBER.into());
    let named = typed(|typed| {
        typed.person_name = "林小茶".into();
        typed.person_number = WARD_NUMBER.into();
    });
    // The guardian's name does not go with the minor's number.
    let mixed = typed(|typed| {
        typed.person_name = "林嘉伟".into();
        typed.person_number = WARD_NUMBER.into();
    });
    world.index().await;
    assert!(world.found(&of_ward).await.is_empty());
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.index().await;
    assert_eq!(world.found(&of_ward).await, [scene.filing]);
    assert_eq!(world.found(&named).await, [scene.filing]);
    assert!(world.found(&mixed).await.is_empty());
    // And by the guardian's, as before.
    let of_guardian = typed(|typed| typed.person_number = NUMBER.into());
    assert!(world.found(&of_guardian).await.contains(&scene.filing));
}

/// What is given up is not found either, though no record says that it was given up.
#[tokio::test]
async fn edge_case_8_a_filing_is_found_by_the_minors_number_no_longer_than_it_is_kept() {
    let of_ward = typed(|typed| typed.person_number = WARD_NUMBER.into());
    for (is_signing, is_declined) in [(false, false), (true, false), (false, true)] {
        let (scene, visitor, _) = scene().await;
        let world = &scene.world;
        show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
        world.index().await;
        assert_eq!(world.found(&of_ward).await, [scene.filing]);
        if is_signing {
            world.ready(&visitor).await;
        }
        if is_declined {
            let command = Decline { signing: None, reason: None };
            decline(&world.platform, &world.request(&visitor.actor), command).await.unwrap();
        } else {
            world.clock.advance_ms(LINK_LIFETIME_MS + SIGNING_LIFETIME_MS);
            sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
        }
        world.index().await;
        assert!(world.found(&of_ward).await.is_empty(), "{is_signing} {is_declined}");
        let of_guardian = typed(|typed| typed.person_number = NUMBER.into());
        assert!(world.found(&of_guardian).await.contains(&scene.filing), "the rest stays");
        let rows = world.contents().await.rows;
        assert!(!rows.iter().any(|(key, _)| key.as_bytes().starts_with(b"to_index/")));
    }
}

#[tokio::test]
async fn edge_case_8_a_guardian_who_has_the_data_erased_is_found_no_more_and_the_minor_neither() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.index().await;
    world.deposit_all().await;
    let command = ErasePersonData {
        filing: scene.filing,
        party: scene.party,
        classes: BTreeSet::from([RetentionClass::Person]),
        basis: Some("个人信息保护法第47条".into()),
    };
    erase_person_data(&world.platform, &world.request(&world.staff), command).await.unwrap();
    world.index().await;
    let of_ward = typed(|typed| typed.person_number = WARD_NUMBER.into());
    assert!(world.found(&of_ward).await.is_empty());
}

#[tokio::test]
async fn edge_case_11_a_minors_name_is_put_right_and_the_guardian_keeps_the_own() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    let officer = scene.reviewer("li.na").await;
    let number = filing_view(&world.platform, &world.staff, scene.filing).await.unwrap().number;
    let correct = async |names: [&str; 2], last_four: &str, new_number: Option<&str>| {
        let command = CorrectPerson {
            number,
            name: names[0].parse().unwrap(),
            last_four: last_four.into(),
            new_name: Some(names[1].parse().unwrap()),
            new_number: new_number.map(|number| number.parse().unwrap()),
            issuer: "杭州市公安局临安区分局".parse().unwrap(),
            issued_on: heqi_registration::contacts::day("2026-11-20").unwrap(),
            certificate: files::photo("certificate").into(),
            grounds: "证明与户口簿一致".parse().unwrap(),
        };
        correct_person(&world.platform, &world.request(&officer), command).await
    };
    let of_ward = ["林小茶", "林晓茶"];
    // By the minor's number and not by the guardian's, and the number itself by nobody but the guardian.
    let refused = correct(of_ward, "002X", None).await.unwrap_err();
    assert_eq!(refused.code(), "correction_no_match");
    let refused = correct(of_ward, "9999", Some(GROWING_NUMBER)).await.unwrap_err();
    assert_eq!(refused.code(), "correction_ward_number");
    let corrected = correct(of_ward, "9999", None).await.unwrap();

    let record = world.opened(corrected.record_id).await;
    assert_eq!(record.value("changed"), Some(&serde_json::json!(["ward_name"])));
    let names = (record.text("name_before"), record.text("name_after"));
    assert_eq!(names, (Some("林小茶"), Some("林晓茶")));
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(view.party_name, "林晓茶");
    assert_eq!(view.representative_name.as_deref(), Some("林嘉伟"));
    let [ward] = view.corrections.as_slice() else { panic!("{:?}", view.corrections.len()) };
    assert_eq!(ward.whose, Some(Whose::Ward));
    let receipt = world.sign(&visitor).await;
    let signed = world.opened(receipt.record_id).await;
    let names = (signed.text("party_name"), signed.text("representative_name"));
    assert_eq!(names, (Some("林晓茶"), Some("林嘉伟")));
    let prior = signed.value("prior_records").unwrap().to_string();
    assert!(prior.contains("person_corrected"), "{prior}");
    // The guardian's own name is another correction of the same party, and said to be.
    correct(["林嘉伟", "林家伟"], "002X", None).await.unwrap();
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    let whose: Vec<_> = view.corrections.iter().map(|one| one.whose).collect();
    assert_eq!(whose, [Some(Whose::Ward), Some(Whose::Guardian)]);
}

#[tokio::test]
async fn edge_case_8_another_invitation_does_not_hide_the_number_that_the_guardian_gave() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.invite(scene.filing, scene.party).await;
    world.index().await;
    let of_ward = typed(|typed| typed.person_number = WARD_NUMBER.into());
    assert_eq!(world.found(&of_ward).await, [scene.filing]);
}

#[tokio::test]
async fn edge_case_8_who_came_of_age_since_the_proof_was_shown_signs_in_person() {
    let (scene, visitor, _) = scene().await;
    let shown = show(&scene, &visitor, proof(GROWING_NUMBER)).await.unwrap();
    assert_eq!(shown.age, WardAge::Under18);
    scene.world.clock.advance_ms(4 * 3_600_000);
    assert_eq!(begin_refused(&scene, &visitor).await, "ward_came_of_age");
    let again = show(&scene, &visitor, proof(GROWING_NUMBER)).await;
    assert_eq!(again.unwrap_err().code(), "ward_of_age");
}

#[tokio::test]
async fn edge_case_8_nobody_signs_for_who_came_of_age_while_the_challenge_was_open() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(GROWING_NUMBER)).await.unwrap();
    world.clock.advance_ms(4 * 3_600_000 - 60_000);
    let (begun, photo) = world.ready(&visitor).await;
    world.clock.advance_ms(120_000);
    let answer = visitor.answer(&begun, photo, world.clock.now());
    let refused = world.complete(&visitor, answer).await.unwrap_err();
    assert_eq!(refused.code(), "ward_came_of_age");
}

#[tokio::test]
async fn edge_case_8_nobody_confirms_for_who_came_of_age_after_the_guardian_signed() {
    let (scene, visitor, handler) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(GROWING_NUMBER)).await.unwrap();
    world.sign(&visitor).await;
    world.clock.advance_ms(4 * 3_600_000);
    let command =
        |party| Confirm { filing: scene.filing, party, shown_sha256: None, statement_sha256: None };
    let request = world.request(&visitor.actor);
    let refused = confirm(&world.platform, &request, command(scene.party)).await.unwrap_err();
    assert_eq!(refused.code(), "ward_came_of_age");
    assert!(refused.explain(Language::Zh).next.contains("另立办件"), "it says what to do now");
    // Whoever acts in the own name confirms as before, and the filing waits.
    let request = world.request(&world.staff);
    confirm(&world.platform, &request, command(handler)).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Signed { .. }));
}

#[tokio::test]
async fn edge_case_8_a_guardianship_that_two_reviewers_refuse_stops_the_filing() {
    let (scene, visitor, handler) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.sign(&visitor).await;
    for (actor, party) in [(&visitor.actor, scene.party), (&world.staff, handler)] {
        let command =
            Confirm { filing: scene.filing, party, shown_sha256: None, statement_sha256: None };
        confirm(&world.platform, &world.request(actor), command).await.unwrap();
    }
    let (first, second) = (scene.reviewer("li.na").await, scene.reviewer("wang.qiang").await);
    let case = scene.only_case(&first).await.case;
    scene.decide(&first, case, Decision::ProposeRefusal).await.unwrap();
    scene.decide(&second, case, Decision::ConfirmRefusal).await.unwrap();
    assert!(matches!(scene.state().await, FilingState::Reviewing { .. }));
}

#[tokio::test]
async fn edge_case_8_a_proof_that_was_replaced_is_kept_no_longer_but_under_a_hold() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let objects = async || world.contents().await.objects.len();
    let before = objects().await;
    let other = ShowGuardianship { relation: GuardianRelation::Kin, ..proof(WARD_NUMBER) };
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    show(&scene, &visitor, other).await.unwrap();
    assert_eq!(objects().await, before + 1);

    let reason = "（2026）示例民初1号".to_owned();
    let command = PlaceHold { filing: scene.filing, reason };
    place_hold(&world.platform, &world.request(&world.staff), command).await.unwrap();
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    assert_eq!(objects().await, before + 2);
}

#[tokio::test]
async fn edge_case_8_a_proof_whose_record_finds_no_room_is_given_up() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let before = world.contents().await;
    world.store.refuse_commits(Some(CommitError::DiskFull));
    let refused = show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap_err();
    assert_eq!(refused.code(), "store_full");
    world.store.refuse_commits(None);
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn edge_case_8_a_proof_that_nobody_signed_with_goes_with_the_photo() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let before = world.contents().await.objects.len();
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.ready(&visitor).await;
    assert_eq!(world.contents().await.objects.len(), before + 2);
    world.clock.advance_ms(SIGNING_LIFETIME_MS + 600_000);
    let swept = sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!((swept.signings, swept.photos), (1, 1));
    assert_eq!(world.contents().await.objects.len(), before);
}

#[tokio::test]
async fn edge_case_8_a_proof_without_a_signing_goes_after_its_time_but_under_a_hold() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let objects = async || world.contents().await.objects.len();
    let swept = async || sweep(&world.platform, &mut SweepCursor::default()).await.unwrap().proofs;
    let before = objects().await;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.clock.advance_ms(LINK_LIFETIME_MS);
    assert_eq!((swept().await, objects().await), (0, before + 1), "the link has just ended");

    let reason = "（2026）示例民初1号".to_owned();
    let command = PlaceHold { filing: scene.filing, reason: reason.clone() };
    let held = place_hold(&world.platform, &world.request(&world.staff), command).await.unwrap();
    world.clock.advance_ms(SIGNING_LIFETIME_MS);
    assert_eq!((swept().await, objects().await), (0, before + 1), "it is held");

    let command = LiftHold { filing: scene.filing, hold: held.hold_id, reason };
    lift_hold(&world.platform, &world.request(&world.staff), command).await.unwrap();
    assert_eq!((swept().await, objects().await), (1, before));
    assert_eq!(swept().await, 0);
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(view.guardianship, None);
}

/// As a store of before has it: no row says in which ceremonies a proof was shown.
async fn forget_rows(scene: &Scene) {
    forget(scene, b"guardianship/").await;
}

async fn forget(scene: &Scene, of: &[u8]) {
    let rows = scene.world.contents().await.rows;
    let mut changes = Changeset::new();
    for (key, _) in rows {
        if key.as_bytes().starts_with(of) {
            changes.delete(key);
        }
    }
    scene.world.platform.backend().commit(changes).unwrap().await.unwrap();
}

#[tokio::test]
async fn edge_case_8_a_proof_of_before_there_was_a_sweep_is_swept_as_any_other() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let objects = async || world.contents().await.objects.len();
    let before = objects().await;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    forget_rows(&scene).await;
    // Not the newest ceremony of the party any more: nothing leads to it.
    world.invite(scene.filing, scene.party).await;
    let of_ward = typed(|typed| typed.person_number = WARD_NUMBER.into());
    world.index().await;
    assert!(world.found(&of_ward).await.is_empty());

    let mut cursor = SweepCursor::default();
    assert_eq!(sweep(&world.platform, &mut cursor).await.unwrap().proofs, 0, "it may be signed");
    world.index().await;
    assert_eq!(world.found(&of_ward).await, [scene.filing]);

    world.clock.advance_ms(LINK_LIFETIME_MS + SIGNING_LIFETIME_MS);
    assert_eq!(sweep(&world.platform, &mut cursor).await.unwrap().proofs, 1);
    assert_eq!(objects().await, before);
    world.index().await;
    assert!(world.found(&of_ward).await.is_empty());
}

#[tokio::test]
async fn edge_case_8_a_proof_of_before_goes_also_where_the_guardian_was_taken_out_meanwhile() {
    let (scene, _) = drafted().await;
    let world = &scene.world;
    world.add(scene.filing, "吴敏", Capacity::Supervisor).await;
    let visitor = scene.visitor().await;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.invite(scene.filing, scene.party).await;
    // Nothing leads to the older invitation: neither rows of proofs nor rows of invitations.
    forget_rows(&scene).await;
    forget(&scene, b"party_ceremony/").await;
    let (filing, party) = (scene.filing, scene.party);
    let command = RemoveParty { filing, party, reason: Some("与另一当事人重复".into()) };
    let request = world.request(&world.staff);
    Box::pin(remove_party(&world.platform, &request, command)).await.unwrap();
    let left = world.contents().await.objects.len();

    world.clock.advance_ms(LINK_LIFETIME_MS + SIGNING_LIFETIME_MS);
    let swept = sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!((swept.proofs, world.contents().await.objects.len()), (1, left - 1));
}

#[tokio::test]
async fn edge_case_8_proofs_of_before_are_looked_for_once_and_no_start_looks_again() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let before = world.contents().await.objects.len();
    sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    forget_rows(&scene).await;
    world.clock.advance_ms(LINK_LIFETIME_MS + SIGNING_LIFETIME_MS);
    let swept = sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!((swept.proofs, world.contents().await.objects.len()), (0, before + 1));
}

#[tokio::test]
async fn edge_case_8_a_proof_of_before_that_was_signed_with_stays() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.sign(&visitor).await;
    forget_rows(&scene).await;
    let before = world.contents().await.objects.len();
    world.clock.advance_ms(LINK_LIFETIME_MS + SIGNING_LIFETIME_MS);
    let swept = sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!((swept.proofs, world.contents().await.objects.len()), (0, before));
}

#[tokio::test]
async fn edge_case_8_a_guardian_who_has_the_data_erased_leaves_no_proof_behind() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.deposit_all().await;
    let before = world.contents().await.objects.len();
    let command = ErasePersonData {
        filing: scene.filing,
        party: scene.party,
        classes: BTreeSet::from([RetentionClass::Person]),
        basis: Some("个人信息保护法第47条".into()),
    };
    let request = world.request(&world.staff);
    let decided = erase_person_data(&world.platform, &request, command).await.unwrap();
    assert_eq!(decided.decision, "erased");
    assert_eq!(world.contents().await.objects.len(), before - 1);
    // The sweep finds a ceremony that nobody can open, and goes on.
    world.clock.advance_ms(LINK_LIFETIME_MS + SIGNING_LIFETIME_MS);
    let swept = sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!(swept.proofs, 0);
}

#[tokio::test]
async fn edge_case_8_a_proof_that_was_signed_with_stays_however_old() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    world.sign(&visitor).await;
    let before = world.contents().await.objects.len();
    world.clock.advance_ms(LINK_LIFETIME_MS + SIGNING_LIFETIME_MS);
    for _ in 0..2 {
        let swept = sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
        assert_eq!(swept.proofs, 0);
    }
    assert_eq!(world.contents().await.objects.len(), before);
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert!(view.guardianship.is_some());
}

#[tokio::test]
async fn edge_case_8_a_guardian_who_declines_leaves_no_proof_behind() {
    let (scene, visitor, _) = scene().await;
    let world = &scene.world;
    let before = world.contents().await.objects.len();
    show(&scene, &visitor, proof(WARD_NUMBER)).await.unwrap();
    let command = Decline { signing: None, reason: None };
    decline(&world.platform, &world.request(&visitor.actor), command).await.unwrap();
    assert_eq!(world.contents().await.objects.len(), before);
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(view.guardianship, None);
}

#[tokio::test]
async fn edge_case_8_a_guardian_who_holds_shares_goes_on_to_the_minor_and_the_reviewer_is_told() {
    let (mut scene, _) = drafted().await;
    let ward = scene.party;
    scene.party = scene.world.add(scene.filing, "林嘉伟", Capacity::Shareholder).await;
    scene.declare(contact()).await.unwrap();
    scene.check().await;
    let world = &scene.world;
    world.invite(scene.filing, ward).await;
    let own = scene.visitor().await;
    world.sign(&own).await;

    let next = next_of_person(&world.platform, &own.actor).await.unwrap().unwrap();
    assert_eq!(
        (next.party, next.is_ward, next.represents.as_deref()),
        (ward, true, Some("林小茶"))
    );
    let opened = go_on(&world.platform, &world.request(&own.actor), ward).await.unwrap();
    for kind in ConsentKind::ASKED {
        world.consent(&opened.actor, kind, heqi_filing::Decision::Granted).await;
    }
    let label = ward.to_string();
    let device = Device::new(Algorithm::Ed25519, 5, &label);
    let guardian = Visitor { actor: opened.actor.clone(), device, label };
    // What was given for the own signature says nothing of the minor.
    assert_eq!(begin_refused(&scene, &guardian).await, "guardianship_missing");
    show(&scene, &guardian, proof(WARD_NUMBER)).await.unwrap();
    world.sign(&guardian).await;

    let reviewer = scene.reviewer("li.na").await;
    let cases = case_queue(&world.platform, &reviewer).await.unwrap();
    let is_of_ward = |reasons: &BTreeSet<_>| reasons.contains(&ReviewReason::Guardianship);
    let of_ward: Vec<_> = cases.iter().filter(|case| is_of_ward(&case.reasons)).collect();
    assert_eq!(of_ward.len(), 1, "the own signature is no guardian's");
    let facts = world.facts();
    let seen = case_view(&world.platform, &reviewer, &facts, of_ward[0].case).await.unwrap();
    assert!(seen.ward.unwrap().is_guardian_party, "art. 35 is to be looked at");
}
