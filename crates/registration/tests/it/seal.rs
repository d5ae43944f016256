//! With what a company seals: verified by the seal service, or said to be what it is.

use std::sync::Arc;

use heqi_evidence::attestation::{Question, SealKind};
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::{ClaimName, Status};
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::RowKey;
use heqi_filing::{Capacity, PartyKind, ReviewReason};
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::case_queue::{CaseFile, case_file, case_view};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::contacts::{Contact, uscc};
use heqi_registration::declare_contact::{DeclareContact, declare_contact};
use heqi_registration::decline::{Decline, decline};
use heqi_registration::disclose::Attributes;
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::legal_hold::{LiftHold, PlaceHold, lift_hold, place_hold};
use heqi_registration::ports::{
    Answering, Attested, CorporateSeal, IdentityPorts, NotAnswered, SealFound,
};
use heqi_registration::remove_party::{RemoveParty, remove_party};
use heqi_registration::show_seal::{
    SealChoice, SealOutcome, SealShown, ShowSeal, ShowSealError, show_seal,
};
use heqi_registration::sweep::{SIGNING_LIFETIME_MS, SweepCursor, sweep};
use heqi_testkit::files;
use heqi_vocabulary::{Explain as _, Language, UtcMillis};

use crate::notary::expect;
use crate::review::{Mood, Scene, contact};
use crate::world::Visitor;

/// A seal service: says of every document the same.
struct Seals {
    now: UtcMillis,
    found: Result<Option<SealKind>, ()>,
}

impl CorporateSeal for Seals {
    fn sealed(&self, question: Question) -> Answering<'_, Option<SealFound>> {
        assert!(matches!(&question, Question::Seal { code, .. } if code == "91330112MA000004XN"));
        let outcome = match self.found {
            Err(()) => Err(NotAnswered::Unreachable("down".into())),
            Ok(kind) => Ok(Attested {
                answer: kind.map(|kind| SealFound { kind, sealed_at: self.now }),
                provider: "示例印章服务".into(),
                answered_at: self.now,
                question,
                envelope: b"{\"payload\":\"\"}".to_vec(),
            }),
        };
        Box::pin(std::future::ready(outcome))
    }
}

/// A company's representative who has come in, where the seal service says this.
pub(crate) async fn scene(found: Option<Result<Option<SealKind>, ()>>) -> (Scene, Visitor) {
    let scene = drafted(found).await;
    let visitor = scene.visitor().await;
    (scene, visitor)
}

/// The company, whose representative nobody has invited.
async fn drafted(found: Option<Result<Option<SealKind>, ()>>) -> Scene {
    let mut scene = Scene::new(Mood::Agrees).await;
    let now = scene.world.clock();
    if let Some(found) = found {
        let mut ports: IdentityPorts = scene.world.platform.identity().clone();
        ports.seal = Some(Arc::new(Seals { now, found }));
        scene.world = scene.world.asking(ports);
    }
    let world = &scene.world;
    scene.filing = world.open().await;
    let command = AddParty {
        filing: scene.filing,
        who: PartyKind::Company {
            name: "杭州示例云栖投资有限公司".parse().unwrap(),
            representative: "周建国".parse().unwrap(),
        },
        capacities: [Capacity::CorporateShareholderRepresentative].into(),
    };
    let added = add_party(&world.platform, &world.request(&world.staff), command).await;
    scene.party = added.unwrap().party_id;
    world.attach(scene.filing, "公司章程").await;
    let contact = Contact { company_code: uscc("91330112MA000004XN").ok(), ..contact() };
    let command = DeclareContact { filing: scene.filing, party: scene.party, contact };
    declare_contact(&world.platform, &world.request(&world.staff), command).await.unwrap();
    scene.check().await;
    scene
}

async fn show(
    scene: &Scene,
    visitor: &Visitor,
    choice: SealChoice,
    scan: Option<Vec<u8>>,
) -> Result<SealShown, ShowSealError> {
    let world = &scene.world;
    let command = ShowSeal { choice, scan: scan.map(Into::into) };
    show_seal(&world.platform, &world.request(&visitor.actor), command).await
}

/// Shows none until the ceremony has no room for records.
pub(crate) async fn fill(scene: &Scene, visitor: &Visitor) {
    for _ in 0..40 {
        if let Err(full) = show(scene, visitor, SealChoice::None, None).await {
            assert_eq!(full.code(), "seal_tries");
            return;
        }
    }
    panic!("there is no limit");
}

/// A seal service that must not be asked.
struct Silent;

impl CorporateSeal for Silent {
    fn sealed(&self, _: Question) -> Answering<'_, Option<SealFound>> {
        panic!("the seal service is asked in vain")
    }
}

/// Shows everything, and it is refused with this word before anybody is asked, and before the scan
/// is looked at: a broken one would be refused as such.
async fn refused_unasked(mut scene: Scene, visitor: &Visitor, word: &str) {
    let mut ports: IdentityPorts = scene.world.platform.identity().clone();
    ports.seal = Some(Arc::new(Silent));
    scene.world = scene.world.asking(ports);
    for choice in SealChoice::ALL {
        let refused = show(&scene, visitor, choice, Some(b"broken".to_vec())).await.unwrap_err();
        assert_eq!(refused.code(), word, "{choice:?}");
    }
}

#[tokio::test]
async fn beyond_the_limit_of_records_nothing_is_asked_or_stored() {
    let (scene, visitor) = scene(None).await;
    fill(&scene, &visitor).await;
    refused_unasked(scene, &visitor, "seal_tries").await;
}

#[tokio::test]
async fn while_a_challenge_is_open_no_seal_is_taken() {
    let (scene, visitor) = scene(None).await;
    scene.world.ready(&visitor).await;
    refused_unasked(scene, &visitor, "seal_signing_begun").await;
}

/// Signs, and gives the reasons of the case.
async fn reasons(scene: &Scene, visitor: &Visitor) -> std::collections::BTreeSet<ReviewReason> {
    scene.world.sign(visitor).await;
    let reviewer = scene.reviewer("li.na").await;
    scene.only_case(&reviewer).await.reasons
}

#[tokio::test]
async fn a_seal_that_the_service_confirms_is_on_record_and_needs_nobody() {
    let (scene, visitor) = scene(Some(Ok(Some(SealKind::ElectronicLicence)))).await;
    let world = &scene.world;
    let shown = show(&scene, &visitor, SealChoice::ElectronicLicence, None).await.unwrap();
    assert_eq!(shown.outcome, SealOutcome::Verified);
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(view.seal, Some(shown));
    let (facts, all) = (world.facts(), &Attributes::All);
    let said = world.opened(shown.record_id).await;
    assert_eq!(said.text("seal_kind"), Some("electronic_licence"));
    assert_eq!(said.text("outcome"), Some("verified"));
    assert_eq!(said.text("company_code"), Some("91330112MA000004XN"));
    assert_eq!(said.value("answers").unwrap().as_array().unwrap().len(), 1);
    assert!(!reasons(&scene, &visitor).await.contains(&ReviewReason::SealUnverified));
    // With everything signed nothing is left to sign: the receipt still says with what it was sealed.
    let receipt = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(receipt.seal.map(|seal| seal.outcome), Some(SealOutcome::Verified));
    world.cosign_head().await;
    world.deposit_all().await;
    let file = export_bundle(&world.platform, &world.staff, &facts, shown.record_id, all).await;
    expect(&world.examine(&file.unwrap().bytes), ClaimName::Integrity, Status::Proved);
}

#[tokio::test]
async fn a_seal_that_nobody_confirms_leads_to_a_reviewer_and_refuses_nobody() {
    let other = Some(Ok(Some(SealKind::ElectronicSeal)));
    for (found, wanted) in [
        (Some(Ok(None)), SealOutcome::NotSealed),
        (other, SealOutcome::NotSealed),
        (Some(Err(())), SealOutcome::Unverified),
        (None, SealOutcome::Unverified),
    ] {
        let (scene, visitor) = scene(found).await;
        let shown = show(&scene, &visitor, SealChoice::ElectronicLicence, None).await.unwrap();
        assert_eq!(shown.outcome, wanted);
        assert!(reasons(&scene, &visitor).await.contains(&ReviewReason::SealUnverified));
    }
}

#[tokio::test]
async fn a_scan_is_a_picture_everywhere_and_a_reviewer_sees_it() {
    let (scene, visitor) = scene(Some(Ok(None))).await;
    let world = &scene.world;
    for bad in [None, Some(b"PK\x03\x04 not a picture".to_vec())] {
        let refused = show(&scene, &visitor, SealChoice::Scan, bad).await.unwrap_err();
        assert!(matches!(refused, ShowSealError::Scan(_)), "{refused}");
    }
    let stamp = files::photo("stamp");
    let shown = show(&scene, &visitor, SealChoice::Scan, Some(stamp.clone())).await.unwrap();
    assert_eq!(shown.outcome, SealOutcome::ImageOnly);
    for language in [Language::Zh, Language::En] {
        let words = format!("{}{}", shown.choice.text(language), shown.outcome.text(language));
        assert!(words.contains(language.pick("仅为图像", "a picture only")), "{words}");
    }
    assert!(reasons(&scene, &visitor).await.contains(&ReviewReason::SealUnverified));
    let officer = scene.reviewer("wang.qiang").await;
    let case = scene.only_case(&officer).await.case;
    let facts = world.facts();
    let view = case_view(&world.platform, &officer, &facts, case).await.unwrap();
    assert_eq!(view.seal.map(|(choice, ..)| choice), Some(SealChoice::Scan));
    let file = case_file(&world.platform, &officer, &facts, case, CaseFile::Scan).await.unwrap();
    assert_eq!((file.0, &file.1[..]), ("image/jpeg", &stamp[..]));
    let frames = world.frames().await;
    assert!(frames.iter().any(|(frame, _)| frame.kind == RecordKind::CompanySeal));
}

#[tokio::test]
async fn a_scan_of_a_company_that_is_taken_out_is_kept_no_longer() {
    let scene = drafted(Some(Ok(None))).await;
    let world = &scene.world;
    let (filing, party) = (scene.filing, scene.party);
    world.add(filing, "吴敏", Capacity::Supervisor).await;
    let contents = world.contents().await;
    let before = contents.objects.len();
    // What an authority gave of the representative goes as well.
    let of_party = format!("portrait/{filing}/");
    let is_portrait = |key: &RowKey| key.as_bytes().starts_with(of_party.as_bytes());
    let portraits = contents.rows.into_iter().filter(|(key, _)| is_portrait(key)).count();
    let visitor = scene.visitor().await;
    show(&scene, &visitor, SealChoice::Scan, Some(files::photo("stamp"))).await.unwrap();
    assert_eq!(world.contents().await.objects.len(), before + 1);
    let command = RemoveParty { filing, party, reason: Some("与另一当事人重复".into()) };
    let request = world.request(&world.staff);
    Box::pin(remove_party(&world.platform, &request, command)).await.unwrap();
    assert_eq!(world.contents().await.objects.len(), before - portraits);
}

#[tokio::test]
async fn a_scan_that_was_replaced_is_kept_no_longer_but_under_a_hold() {
    let (scene, visitor) = scene(Some(Ok(None))).await;
    let world = &scene.world;
    let objects = async || world.contents().await.objects.len();
    let swept = async || sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    let scan = async |label: &str| {
        let stamp = Some(files::photo(label));
        show(&scene, &visitor, SealChoice::Scan, stamp).await.unwrap();
    };
    let before = objects().await;
    scan("first").await;
    scan("second").await;
    assert_eq!(objects().await, before + 1);
    show(&scene, &visitor, SealChoice::None, None).await.unwrap();
    assert_eq!(objects().await, before, "whoever has no seal after all leaves no picture of one");

    scan("third").await;
    let (filing, reason) = (scene.filing, "（2026）示例民初1号".to_owned());
    let command = PlaceHold { filing, reason: reason.clone() };
    let held = place_hold(&world.platform, &world.request(&world.staff), command).await.unwrap();
    scan("fourth").await;
    assert_eq!((swept().await.given_up, objects().await), (0, before + 2), "it is held");
    let command = LiftHold { filing, hold: held.hold_id, reason };
    lift_hold(&world.platform, &world.request(&world.staff), command).await.unwrap();
    assert_eq!((swept().await.given_up, objects().await), (1, before + 1));
    // The last one is what a reviewer sees.
    assert!(reasons(&scene, &visitor).await.contains(&ReviewReason::SealUnverified));
    let officer = scene.reviewer("wang.qiang").await;
    let case = scene.only_case(&officer).await.case;
    let (platform, facts) = (&world.platform, world.facts());
    let shown = case_file(platform, &officer, &facts, case, CaseFile::Scan).await.unwrap();
    assert_eq!(shown.1[..], files::photo("fourth")[..]);
}

#[tokio::test]
async fn a_scan_that_nobody_signs_with_any_more_goes_with_the_photo() {
    for declines in [true, false] {
        let (scene, visitor) = scene(Some(Ok(None))).await;
        let world = &scene.world;
        let objects = async || world.contents().await.objects.len();
        let before = objects().await;
        let stamp = Some(files::photo("stamp"));
        show(&scene, &visitor, SealChoice::Scan, stamp).await.unwrap();
        let (begun, _) = world.ready(&visitor).await;
        assert_eq!(objects().await, before + 2, "scan and photo");
        if declines {
            let declining = Decline { signing: Some(begun.signing_id), reason: None };
            let request = world.request(&visitor.actor);
            decline(&world.platform, &request, declining).await.unwrap();
        } else {
            world.clock.advance_ms(SIGNING_LIFETIME_MS + 600_000);
            sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
        }
        assert_eq!(objects().await, before, "declines: {declines}");
    }
}

#[tokio::test]
async fn a_scan_whose_record_finds_no_room_is_given_up() {
    let (scene, visitor) = scene(Some(Ok(None))).await;
    let world = &scene.world;
    let before = world.contents().await;
    for (error, is_kept) in
        [(CommitError::DiskFull, false), (CommitError::Busy, false), (CommitError::Stopped, true)]
    {
        world.store.refuse_commits(Some(error));
        let scan = Some(files::photo("stamp"));
        show(&scene, &visitor, SealChoice::Scan, scan).await.unwrap_err();
        let objects = world.contents().await.objects.len();
        // Whether a store that stops has taken the record is decided at its next start.
        assert_eq!(objects, before.objects.len() + usize::from(is_kept));
    }
    assert_eq!(world.contents().await.rows, before.rows);
}

#[tokio::test]
async fn a_person_needs_no_seal_and_a_company_may_have_none() {
    let person = Scene::new(Mood::Agrees).await;
    let visitor = person.visitor().await;
    let refused = show(&person, &visitor, SealChoice::None, None).await.unwrap_err();
    assert_eq!(refused.code(), "seal_no_company");
    let (company, visitor) = scene(Some(Ok(None))).await;
    let shown = show(&company, &visitor, SealChoice::None, None).await.unwrap();
    assert_eq!(shown.outcome, SealOutcome::None);
    assert!(reasons(&company, &visitor).await.contains(&ReviewReason::SealUnverified));
}
