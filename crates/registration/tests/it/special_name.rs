//! 姓名特殊情形 (domain study 7.6): an authority questions the name, the signer says what is special about
//! it, and the reviewer reads that beside the answer.

use heqi_filing::ReviewReason;
use heqi_registration::case_queue::case_view;
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::special_name::{
    NameQuestion, SaySpecialName, SaySpecialNameError, SpecialName, SpecialNameNoted,
    say_special_name,
};
use heqi_vocabulary::{Explain as _, Language};

use crate::review::{Mood, Scene};
use crate::world::Visitor;

async fn say(
    scene: &Scene,
    visitor: &Visitor,
    name: SpecialName,
    written: Option<&str>,
) -> Result<SpecialNameNoted, SaySpecialNameError> {
    let command = SaySpecialName { name, written: written.map(str::to_owned) };
    let request = scene.world.request(&visitor.actor);
    say_special_name(&scene.world.platform, &request, command).await
}

async fn question(scene: &Scene, visitor: &Visitor) -> Option<NameQuestion> {
    let view = ceremony_view(&scene.world.platform, &visitor.actor, Language::Zh).await;
    view.unwrap().special_name
}

#[tokio::test]
async fn whose_name_and_number_differ_says_why_and_the_reviewer_reads_it_and_no_record_has_the_words()
 {
    let scene = Scene::new(Mood::Differs).await;
    let visitor = scene.visitor().await;
    assert_eq!(question(&scene, &visitor).await, Some(NameQuestion::Asked));
    say(&scene, &visitor, SpecialName::Renamed, None).await.unwrap();
    let rare = SpecialName::RareCharacter;
    let noted = say(&scene, &visitor, rare, Some(" 龚𠮷 ")).await.unwrap();
    // The same once more is the same.
    assert_eq!(say(&scene, &visitor, rare, Some("龚𠮷")).await.unwrap(), noted);
    let Some(NameQuestion::Said(said)) = question(&scene, &visitor).await else {
        panic!("nothing was kept");
    };
    assert_eq!((said.name, said.written.as_deref()), (rare, Some("龚𠮷")));
    assert_eq!(said.record_id, noted.record_id);
    let record = scene.world.opened(noted.record_id).await;
    assert_eq!(record.text("reason"), Some("name_special"));
    assert_eq!(record.text("way"), Some("rare_character"));

    scene.world.sign(&visitor).await;
    let late = say(&scene, &visitor, SpecialName::MiddleDot, None).await;
    assert_eq!(late.unwrap_err().code(), "ceremony_signed");
    let reviewer = scene.reviewer("li.na").await;
    let case = scene.only_case(&reviewer).await;
    assert!(case.reasons.contains(&ReviewReason::IdentityDiffers));
    let facts = scene.world.facts();
    let view = case_view(&scene.world.platform, &reviewer, &facts, case.case).await.unwrap();
    assert_eq!(view.special_name, Some(said));
}

#[tokio::test]
async fn whose_name_nobody_questions_is_asked_nothing_and_may_say_nothing() {
    for mood in [Mood::Agrees, Mood::Down] {
        let scene = Scene::new(mood).await;
        let visitor = scene.visitor().await;
        assert_eq!(question(&scene, &visitor).await, None);
        let refused = say(&scene, &visitor, SpecialName::Renamed, None).await;
        assert_eq!(refused.unwrap_err().code(), "name_not_questioned");
    }
}
