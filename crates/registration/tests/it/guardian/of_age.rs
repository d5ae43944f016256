//! Nobody signs for who has come of age meanwhile.

use heqi_filing::FilingState;
use heqi_registration::confirm::{Confirm, confirm};
use heqi_registration::show_guardianship::WardAge;
use heqi_vocabulary::{Clock as _, Explain as _, Language};

use super::{GROWING_NUMBER, begin_refused, proof, scene, show};

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
