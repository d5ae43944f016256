//! What is kept for a while only is gone afterwards, and evidence stays.

use heqi_filing::Matter;
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::open_filing::{OpenFiling, open_filing};
use heqi_registration::receipt::{Wait, receipt};
use heqi_registration::sweep::{
    ANSWER_LIFETIME_MS, SIGNING_LIFETIME_MS, SweepCursor, Swept, sweep,
};
use heqi_vocabulary::Language;

use crate::world::World;

impl World {
    async fn rows_of(&self, table: &str) -> usize {
        let prefix = format!("{table}/");
        self.platform.backend().scan(prefix.as_bytes(), None, 10_000).await.unwrap().len()
    }

    async fn swept(&self) -> Swept {
        sweep(&self.platform, &mut SweepCursor::default()).await.unwrap()
    }
}

#[tokio::test]
async fn an_answer_is_repeated_for_as_long_as_a_link_works_and_then_forgotten() {
    let world = World::new().await;
    let opening = || OpenFiling {
        matter: Matter::Change,
        company_name: "杭州示例青穗茶业有限公司".parse().unwrap(),
        handler_name: None,
        number: None,
    };
    let request = world.named_request(&world.staff, "open");
    let first = open_filing(&world.platform, &request, opening()).await.unwrap();
    world.clock.advance_ms(ANSWER_LIFETIME_MS - 1);
    assert_eq!(world.swept().await.answers, 0);
    let again = open_filing(&world.platform, &request, opening()).await.unwrap();
    assert_eq!(first, again);

    world.clock.advance_ms(1);
    assert_eq!(world.swept().await.answers, 1);
    assert_eq!(world.rows_of("idempotency").await, 0);
    let anew = open_filing(&world.platform, &request, opening()).await.unwrap();
    assert_ne!(first, anew, "a name for an act may be used again when it is forgotten");
}

#[tokio::test]
async fn a_signing_nobody_completed_ends_with_its_photo_and_a_completed_one_keeps_its_evidence() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let signed = world.sign(&visitor).await;
    let hesitant = world.visitor(drafted.filing, drafted.parties[1]).await;
    world.begin(&hesitant).await;
    let (begun, _) = world.ready(&hesitant).await;
    assert_eq!(world.rows_of("signing").await, 3, "one was replaced before it was answered");

    // From the end of the challenge on, which is ten minutes after the beginning.
    world.clock.advance_ms(SIGNING_LIFETIME_MS);
    assert_eq!(world.swept().await.signings, 0);
    world.clock.advance_ms(600_000);
    let swept = world.swept().await;
    assert_eq!((swept.signings, swept.photos), (3, 1));
    assert_eq!(world.rows_of("signing").await, 0);

    let shown = ceremony_view(&world.platform, &hesitant.actor, Language::En).await.unwrap();
    assert_eq!(shown.signing_id, None, "{} is over", begun.signing_id);
    let kept = receipt(&world.platform, &visitor.actor, signed.record_id, &Wait::default()).await;
    assert_eq!(kept.unwrap().record_root, signed.record_root);
}

#[tokio::test]
async fn sweeping_in_pages_reaches_every_row() {
    let world = World::new().await;
    for number in 0..600 {
        let request = world.named_request(&world.staff, &format!("open-{number}"));
        let opening = OpenFiling {
            matter: Matter::Change,
            company_name: "杭州示例青穗茶业有限公司".parse().unwrap(),
            handler_name: None,
            number: None,
        };
        open_filing(&world.platform, &request, opening).await.unwrap();
    }
    world.clock.advance_ms(ANSWER_LIFETIME_MS);
    let mut cursor = SweepCursor::default();
    let first = sweep(&world.platform, &mut cursor).await.unwrap().answers;
    let second = sweep(&world.platform, &mut cursor).await.unwrap().answers;
    assert!(first < 600 && first + second == 600, "{first} and {second}");
    assert_eq!(world.rows_of("idempotency").await, 0);
}

#[tokio::test]
async fn a_session_of_a_browser_is_swept_when_it_has_ended() {
    use heqi_registration::access::hash_of;
    use heqi_registration::invite::{LINK_PATH, link_of};
    use heqi_registration::session::{IDLE_MS, open_session, session};

    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let (ceremony, ..) = visitor.actor.signer().unwrap();
    let link = link_of(&world.platform, ceremony);
    let code = hash_of(link.strip_prefix(LINK_PATH).unwrap());
    let opened = open_session(&world.platform, code).await.unwrap();
    assert_eq!(opened.actor, visitor.actor);
    world.clock.advance_ms(IDLE_MS - 1);
    assert_eq!(world.swept().await.sessions, 0);
    session(&world.platform, hash_of(&opened.secret)).await.unwrap();
    world.clock.advance_ms(IDLE_MS);
    assert_eq!((world.swept().await.sessions, world.rows_of("session").await), (1, 0));
    assert!(session(&world.platform, hash_of(&opened.secret)).await.is_err());
}
