//! Edge case 28: a company that the register has as revoked or cancelled does not sign, and what the
//! register said before is asked about again.

use std::collections::BTreeSet;

use futures_util::FutureExt as _;
use heqi_evidence::attestation::CompanyStatus;
use heqi_filing::{Capacity, FilingState, Matter, PartyKind};
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::begin_signing::{BeginSigning, begin_signing};
use heqi_registration::check_identity::{CheckLastFour, check_last_four};
use heqi_registration::contacts::Contact;
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::open_filing::{OpenFiling, open_filing};
use heqi_registration::verify_identity::{FRESH_MS, NO_FRESH_MS};
use heqi_vocabulary::{Clock as _, Explain as _, Language};

use crate::every_call::{Act, in_every_way, words};
use crate::review::{Mood, Scene, contact};
use crate::world::Visitor;

/// A filing whose only signer is a company that stands like this.
async fn company_scene(matter: Matter, status: CompanyStatus) -> Scene {
    let mut scene = Scene::with(Mood::Agrees, |providers, _| {
        *providers.company.get_mut() = status;
    })
    .await;
    let world = &scene.world;
    let opening = OpenFiling {
        matter,
        company_name: "杭州示例青穗茶业有限公司".parse().unwrap(),
        handler_name: None,
        number: None,
    };
    let request = world.request(&world.staff);
    scene.filing = open_filing(&world.platform, &request, opening).await.unwrap().filing_id;
    let command = AddParty {
        filing: scene.filing,
        who: PartyKind::Company {
            name: "杭州示例云栖投资有限公司".parse().unwrap(),
            representative: "周建国".parse().unwrap(),
        },
        capacities: BTreeSet::from([Capacity::CorporateShareholderRepresentative]),
    };
    let added = add_party(&world.platform, &world.request(&world.staff), command).await;
    scene.party = added.unwrap().party_id;
    scene.handler = world.add(scene.filing, "何静", Capacity::Handler).await;
    world.attach(scene.filing, "公司章程").await;
    let code = heqi_registration::contacts::uscc("91330112MA000004XN").unwrap();
    scene.declare(Contact { company_code: Some(code), ..contact() }).await.unwrap();
    scene.check().await;
    scene
}

/// The code of the refusal; `None`: the signing began.
async fn refused_to_begin(scene: &Scene, visitor: &Visitor) -> Option<&'static str> {
    let command = BeginSigning {
        device_key: visitor.device.key().public_key().to_spki_der(),
        language: Language::Zh,
    };
    let request = scene.world.request(&visitor.actor);
    let begun = begin_signing(&scene.world.platform, &request, command).await;
    begun.err().map(|error| error.code())
}

/// Revoked as the register had it an hour ago, and the signer who was refused then.
async fn refused_an_hour_ago() -> (Scene, Visitor) {
    let scene = company_scene(Matter::Change, CompanyStatus::Revoked).await;
    let visitor = scene.visitor().await;
    assert_eq!(refused_to_begin(&scene, &visitor).await, Some("licence_status"));
    assert_eq!(scene.check().await, 0, "what was just answered is not asked again");
    scene.world.clock.advance_ms(NO_FRESH_MS + 60_000);
    (scene, visitor)
}

async fn entries(scene: &Scene) -> usize {
    scene.world.contents().await.entries.len()
}

#[tokio::test]
async fn edge_case_28_a_revoked_company_cannot_sign_but_for_a_cancellation() {
    for (matter, may) in [(Matter::Change, false), (Matter::OrdinaryCancellation, true)] {
        let scene = company_scene(matter, CompanyStatus::Revoked).await;
        let visitor = scene.visitor().await;
        let refused = (!may).then_some("licence_status");
        assert_eq!(refused_to_begin(&scene, &visitor).await, refused);
    }
}

#[tokio::test]
async fn edge_case_28_a_register_that_is_silent_takes_no_revocation_back() {
    let scene = company_scene(Matter::Change, CompanyStatus::Revoked).await;
    let visitor = scene.visitor().await;
    // The handler declares the same once more, and nobody answers.
    scene.providers.turn(Mood::Down);
    let code = heqi_registration::contacts::uscc("91330112MA000004XN").unwrap();
    scene.declare(Contact { company_code: Some(code), ..contact() }).await.unwrap();
    assert_eq!(scene.check().await, 1);
    assert_eq!(refused_to_begin(&scene, &visitor).await, Some("licence_status"));
    // What the register says when it is back counts.
    scene.providers.turn(Mood::Agrees);
    *scene.providers.company.lock() = CompanyStatus::InOperation;
    scene.world.clock.advance_ms(15_000);
    assert_eq!(scene.check().await, 1);
    assert_eq!(refused_to_begin(&scene, &visitor).await, None);
}

#[tokio::test]
async fn edge_case_28_a_company_revoked_after_signing_is_found_before_the_filing_is_confirmed() {
    for (matter, may) in [(Matter::Change, false), (Matter::OrdinaryCancellation, true)] {
        let scene = company_scene(matter, CompanyStatus::InOperation).await;
        let (visitor, _) = scene.sign().await;
        *scene.providers.company.lock() = CompanyStatus::Revoked;
        scene.world.clock.advance_ms(FRESH_MS + 60_000);
        // Nobody waits for a register: the first to confirm has it asked, what it says holds next.
        scene.confirms(&scene.world.staff, scene.handler).await.unwrap();
        assert_eq!(scene.check().await, usize::from(!may));
        let confirmed = scene.confirms(&visitor.actor, scene.party).await;
        assert_eq!(confirmed.is_ok(), may);
        if let Err(refused) = confirmed {
            assert_eq!((refused.code(), refused.class()), ("licence_status", Class::Conflict));
            assert!(matches!(scene.state().await, FilingState::Signed { .. }));
        }
    }
}

#[tokio::test]
async fn edge_case_28_a_company_revoked_while_it_signs_does_not_sign() {
    let scene = company_scene(Matter::Change, CompanyStatus::InOperation).await;
    let visitor = scene.visitor().await;
    scene.world.clock.advance_ms(FRESH_MS + 60_000);
    let (begun, photo) = scene.world.ready(&visitor).await;
    *scene.providers.company.lock() = CompanyStatus::Cancelled;
    assert_eq!(scene.check().await, 1, "what is old is asked again when it begins");
    let answer = visitor.answer(&begun, photo, scene.world.clock.now());
    let refused = scene.world.complete(&visitor, answer).await.unwrap_err();
    assert_eq!((refused.code(), refused.class()), ("licence_status", Class::Conflict));
    assert!(matches!(scene.state().await, FilingState::Signing { .. }));
}

#[tokio::test]
async fn edge_case_28_who_comes_back_has_an_old_revocation_asked_about_again_and_goes_on() {
    let (scene, visitor) = refused_an_hour_ago().await;
    *scene.providers.company.lock() = CompanyStatus::InOperation;
    scene.last_four(&visitor.actor, "002X").await;
    let before = entries(&scene).await;
    assert_eq!(scene.check().await, 1);
    assert_eq!(entries(&scene).await, before + 1, "the new answer is a record like the first");
    assert_eq!(refused_to_begin(&scene, &visitor).await, None);
}

#[tokio::test]
async fn edge_case_28_a_store_that_fails_at_any_call_lets_in_once_and_has_the_register_asked() {
    let (scene, visitor) = refused_an_hour_ago().await;
    let saying = Act::new("check_last_four", move |w| {
        let request = w.named_request(&visitor.actor, "say");
        async move {
            let command = CheckLastFour { last_four: "002X".to_owned() };
            words(check_last_four(&w.platform, &request, command).await)
        }
        .boxed_local()
    });
    let injected = in_every_way(&scene.world, &saying).await;
    assert!(injected > 20, "{injected} failures");
}

#[tokio::test]
async fn edge_case_28_a_register_that_stays_silent_keeps_its_old_no_and_is_asked_by_who_comes_next()
{
    let (scene, visitor) = refused_an_hour_ago().await;
    scene.providers.turn(Mood::Down);
    scene.last_four(&visitor.actor, "002X").await;
    let before = entries(&scene).await;
    assert_eq!(scene.check().await, 1);
    assert_eq!(refused_to_begin(&scene, &visitor).await, Some("licence_status"));
    assert_eq!(scene.check().await, 0, "it waits for its next try, and is not asked twice");
    // The worker gives up in the end: nothing new was said, and nothing is recorded.
    let mut tries = 1;
    while tries < 100 {
        scene.world.clock.advance_ms(3_600_000);
        match scene.check().await {
            0 => break,
            more => tries += more,
        }
    }
    assert!((2..100).contains(&tries), "{tries}");
    assert_eq!(entries(&scene).await, before);
    // Who comes back then has it asked once more.
    *scene.providers.company.lock() = CompanyStatus::InOperation;
    scene.providers.turn(Mood::Agrees);
    scene.last_four(&visitor.actor, "002X").await;
    assert_eq!(scene.check().await, 1);
}

#[tokio::test]
async fn edge_case_28_a_register_that_repeats_its_no_is_not_asked_again_within_the_hour() {
    let (scene, visitor) = refused_an_hour_ago().await;
    scene.last_four(&visitor.actor, "002X").await;
    let before = entries(&scene).await;
    assert_eq!(scene.check().await, 1);
    assert_eq!(entries(&scene).await, before + 1);
    assert_eq!(refused_to_begin(&scene, &visitor).await, Some("licence_status"));
    scene.world.clock.advance_ms(NO_FRESH_MS - 60_000);
    scene.last_four(&visitor.actor, "002X").await;
    assert_eq!(refused_to_begin(&scene, &visitor).await, Some("licence_status"));
    assert_eq!(scene.check().await, 0);
}

#[tokio::test]
async fn edge_case_28_whoever_is_refused_by_an_old_answer_has_it_asked_about_for_the_next_try() {
    let (scene, visitor) = refused_an_hour_ago().await;
    *scene.providers.company.lock() = CompanyStatus::InOperation;
    assert_eq!(refused_to_begin(&scene, &visitor).await, Some("licence_status"));
    assert_eq!(scene.check().await, 1);
    assert_eq!(refused_to_begin(&scene, &visitor).await, None);
}

#[tokio::test]
async fn edge_case_28_a_confirmation_refused_by_an_old_answer_goes_through_once_the_register_says_otherwise()
 {
    let scene = company_scene(Matter::Change, CompanyStatus::InOperation).await;
    let (visitor, _) = scene.sign().await;
    *scene.providers.company.lock() = CompanyStatus::Revoked;
    scene.world.clock.advance_ms(FRESH_MS + 60_000);
    scene.confirms(&scene.world.staff, scene.handler).await.unwrap();
    assert_eq!(scene.check().await, 1);
    *scene.providers.company.lock() = CompanyStatus::InOperation;
    scene.world.clock.advance_ms(NO_FRESH_MS + 60_000);
    let refused = scene.confirms(&visitor.actor, scene.party).await.unwrap_err();
    assert_eq!(refused.code(), "licence_status");
    assert_eq!(scene.check().await, 1);
    scene.confirms(&visitor.actor, scene.party).await.unwrap();
}
