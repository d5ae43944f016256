//! The figures over time, both halves compared, and alarms on their way.

use heqi_registration::Custodian;
use heqi_registration::coverage::coverage;
use heqi_registration::monitoring::alarm_delivery::{
    AlarmNews, begin, end, later, lease, note_change, told_raised,
};
use heqi_registration::monitoring::reconciliation::{Outcome, Reconciled, Side, found, note};
use heqi_registration::monitoring::samples::{Sample, Sampler, Span, kept};
use heqi_vocabulary::Clock as _;

use crate::world::World;

async fn sample(world: &World) -> Sample {
    let coverage = coverage(&world.platform, &world.staff).await.unwrap();
    Sample::of(&coverage, world.clock.now())
}

#[tokio::test]
async fn samples_are_kept_in_rings_that_never_grow_and_carry_the_worst_lag() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    world.all_sign(&drafted).await;
    let mut sampler = Sampler::default();
    sampler.take(&world.platform, sample(&world).await).await.unwrap();
    world.clock.advance_ms(2_000);
    world.deposit_all().await;
    sampler.take(&world.platform, sample(&world).await).await.unwrap();
    let recent = sampler.recent();
    let centre = |sample: &Sample| sample.custodians[&Custodian::DataCentre];
    assert!(centre(&recent[0]).outstanding > 0 && centre(&recent[0]).oldest_ms == 0);
    assert_eq!((centre(&recent[1]).outstanding, centre(&recent[1]).lag.unwrap().p95), (0, 2_000));
    // One a minute is kept, whatever was taken in between.
    assert_eq!(kept(&world.platform, Span::HalfDay).await.unwrap().len(), 1);
    world.clock.advance_ms(60_000);
    sampler.take(&world.platform, sample(&world).await).await.unwrap();
    let half_day = kept(&world.platform, Span::HalfDay).await.unwrap();
    assert_eq!(half_day.len(), 2);
    assert_eq!(centre(&half_day[1]).lag.unwrap().p95, 2_000, "the worst since the one before");
    // A whole turn later the ring is as long as before, and what was not written over is left out.
    for _ in 0..3 {
        world.clock.advance_ms(Span::HalfDay.step_ms() * Span::HalfDay.slots());
        sampler.take(&world.platform, sample(&world).await).await.unwrap();
    }
    assert_eq!(kept(&world.platform, Span::HalfDay).await.unwrap().len(), 1);
    let rows = world.contents().await.rows;
    let rows = rows.iter().filter(|(key, _)| key.as_bytes().starts_with(b"sample/half_day/"));
    assert_eq!(rows.count(), 2);
}

fn compared(world: &World, outcome: Outcome) -> Reconciled {
    Reconciled {
        side: Side::OursMirrored,
        at: world.clock.now(),
        size: 7,
        ours: "aa".into(),
        theirs: "bb".into(),
        leaves: 7,
        compared_to: 7,
        outcome,
    }
}

#[tokio::test]
async fn a_mismatch_of_a_day_is_not_written_over_by_what_comes_after_it() {
    let world = World::new().await;
    let platform = &world.platform;
    let bad = compared(&world, Outcome::Mismatch { first_leaf: Some(3) });
    note(platform, &compared(&world, Outcome::Match {})).await.unwrap();
    note(platform, &bad).await.unwrap();
    note(platform, &compared(&world, Outcome::Match {})).await.unwrap();
    assert_eq!(found(platform, Side::OursMirrored).await.unwrap(), std::slice::from_ref(&bad));
    world.clock.advance_ms(24 * 3_600_000);
    note(platform, &compared(&world, Outcome::Match {})).await.unwrap();
    let all = found(platform, Side::OursMirrored).await.unwrap();
    assert_eq!((all.len(), &all[1]), (2, &bad));
    assert!(found(platform, Side::NotarysOwn).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_alarm_is_told_once_to_each_channel_and_not_again_after_a_start() {
    let world = World::new().await;
    let platform = &world.platform;
    let channels = ["webhook".to_owned(), "mail-0".to_owned()];
    let news =
        |raised| AlarmNews::new(("deposit_oldest", raised), world.clock.now(), (130, 120, "s"));
    let raised = news(true);
    assert!(note_change(platform, &channels, &raised).await.unwrap());
    world.clock.advance_ms(1_000);
    // A new process knows what was told, and raises what it finds raised.
    assert_eq!(told_raised(platform).await.unwrap(), ["deposit_oldest".to_owned()].into());
    assert!(!note_change(platform, &channels, &news(true)).await.unwrap());
    let items = lease(platform, 60_000, 10).await.unwrap();
    assert_eq!(items.len(), 2);
    for item in &items {
        let is_webhook = item.payload.channel == "webhook";
        assert_eq!(item.payload.news, raised);
        assert!(begin(platform, item, is_webhook).await.unwrap());
        if is_webhook {
            later(platform, item, world.clock.now().plus_millis(500)).await.unwrap();
        }
        // The mail was begun and the process died.
    }
    world.clock.advance_ms(60_000);
    let again = lease(platform, 60_000, 10).await.unwrap();
    assert_eq!(again.len(), 2);
    for item in &again {
        let is_webhook = item.payload.channel == "webhook";
        // Whether the mail was taken nobody knows: it is not sent twice.
        assert_eq!(begin(platform, item, is_webhook).await.unwrap(), is_webhook);
        if is_webhook {
            end(platform, item).await.unwrap();
        }
    }
    world.clock.advance_ms(60_000);
    assert!(lease(platform, 60_000, 10).await.unwrap().is_empty());
    // Cleared: told again, once.
    assert!(note_change(platform, &channels, &news(false)).await.unwrap());
    assert!(!note_change(platform, &channels, &news(false)).await.unwrap());
    assert!(told_raised(platform).await.unwrap().is_empty());
    assert_eq!(lease(platform, 60_000, 10).await.unwrap().len(), 2);
}
