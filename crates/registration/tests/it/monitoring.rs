//! The figures over time. Comparisons and alarms on their way are the store's (`heqi_evidence_store::monitoring`).

use heqi_evidence_store::monitoring::samples::{Sampler, Span, kept};
use heqi_registration::Custodian;
use heqi_registration::coverage::coverage;
use heqi_registration::monitoring::Sample;
use heqi_vocabulary::Clock as _;

use crate::world::World;

async fn sample(world: &World) -> Sample {
    let coverage = coverage(&world.platform, &world.staff).await.unwrap();
    Sample::of(&world.platform, &coverage)
}

async fn half_day(world: &World) -> Vec<Sample> {
    kept(world.platform.backend(), Span::HalfDay, world.clock.now()).await.unwrap()
}

#[tokio::test]
async fn samples_are_kept_in_rings_that_never_grow_and_carry_the_worst_lag() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    world.all_sign(&drafted).await;
    let sampler = Sampler::default();
    sampler.take(world.platform.backend(), sample(&world).await).await.unwrap();
    world.clock.advance_ms(2_000);
    world.deposit_all().await;
    sampler.take(world.platform.backend(), sample(&world).await).await.unwrap();
    let recent = sampler.recent();
    let centre = |sample: &Sample| sample.custodians[&Custodian::DataCentre];
    assert!(centre(&recent[0]).outstanding > 0 && centre(&recent[0]).oldest_ms == 0);
    assert_eq!((centre(&recent[1]).outstanding, centre(&recent[1]).lag.unwrap().p95), (0, 2_000));
    // One a minute is kept, whatever was taken in between.
    assert_eq!(half_day(&world).await.len(), 1);
    world.clock.advance_ms(60_000);
    sampler.take(world.platform.backend(), sample(&world).await).await.unwrap();
    let kept = half_day(&world).await;
    assert_eq!(kept.len(), 2);
    assert_eq!(centre(&kept[1]).lag.unwrap().p95, 2_000, "the worst since the one before");
    // A whole turn later the ring is as long as before, and what was not written over is left out.
    for _ in 0..3 {
        world.clock.advance_ms(Span::HalfDay.step_ms() * Span::HalfDay.slots());
        sampler.take(world.platform.backend(), sample(&world).await).await.unwrap();
    }
    assert_eq!(half_day(&world).await.len(), 1);
    let rows = world.contents().await.rows;
    let rows = rows.iter().filter(|(key, _)| key.as_bytes().starts_with(b"sample/half_day/"));
    assert_eq!(rows.count(), 2);
}
