//! An objection said to a custodian, and recorded by the platform as well: the regulator's page has both times at one
//! signature, and reads no second objection into it.

use heqi_evidence::holder_notice::HolderNotice;
use heqi_evidence::statement::Statement as _;
use heqi_registration::Custodian;
use heqi_registration::holder_notice::take_notice;
use heqi_registration::object::{Ground, Object, object};
use heqi_registration::resolve_objection::take_back_objection;
use heqi_vocabulary::{Clock as _, RecordId};

use crate::holder_notice::notice;
use crate::regulator::{by_company, regulator};
use crate::world::World;

#[tokio::test]
async fn an_objection_said_by_both_ways_stands_at_one_signature_with_both_times() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let signed = world.all_sign(&drafted).await;
    world.deposit_all().await;
    world.index().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = async || world.dossier(query, drafted.filing).await.unwrap();
    let records: Vec<RecordId> = signed.iter().map(|(_, receipt)| receipt.record_id).collect();
    let said = notice(&world, records[0], (query, drafted.filing)).await;
    let statement = said.sign(&world.cast.custodians[1].key).unwrap();
    take_notice(&world.platform, records[0], statement.as_bytes()).await.unwrap();
    assert!(seen().await.signatures.iter().all(|one| one.objected_at.is_empty()));

    // To another record, or by another party, it is another one.
    world.clock.advance_ms(5_000);
    let objecting = async |place: usize, against: Option<RecordId>| {
        let (visitor, _) = &signed[place];
        let party = seen()
            .await
            .signatures
            .iter()
            .find_map(|one| (one.record == records[place]).then_some(one.party).flatten());
        let (filing, ground) = (drafted.filing, Ground::NotSignedByMe);
        let command = Object { filing, party: party.unwrap(), against, ground, reason: None };
        let request = world.request(&visitor.actor);
        object(&world.platform, &request, command).await.unwrap();
    };
    objecting(1, Some(records[0])).await;
    let found = seen().await;
    assert!(found.signatures.iter().all(|one| one.objected_at.is_empty()));

    world.clock.advance_ms(5_000);
    let at = world.clock();
    objecting(0, Some(records[0])).await;
    let found = seen().await;
    for one in &found.signatures {
        let is_it = one.record == records[0];
        assert_eq!(one.objected_at.contains_key(&Custodian::Preservation), is_it);
        assert_eq!(one.objected_at.len(), usize::from(is_it));
        assert_eq!(one.said.len(), usize::from(is_it));
        assert!(one.objected_at.values().all(|recorded| *recorded >= at.max(said.said_at)));
    }
    let objectors = found.parties.iter().filter(|party| party.ground.is_some()).count();
    assert_eq!(objectors, 2, "each party once");
}

#[tokio::test]
async fn what_was_said_after_an_objection_was_taken_back_is_another_one() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let signed = world.all_sign(&drafted).await;
    let (visitor, receipt) = &signed[0];
    world.deposit_all().await;
    world.index().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let before = notice(&world, receipt.record_id, (query, drafted.filing)).await;

    // Said to one custodian, recorded, taken back, and said to the other.
    world.clock.advance_ms(5_000);
    let (filing, party) = (drafted.filing, drafted.parties[0]);
    let ground = Ground::NotSignedByMe;
    let command = Object { filing, party, against: None, ground, reason: None };
    let at = world.clock.now();
    object(&world.platform, &world.request(&visitor.actor), command).await.unwrap();
    world.clock.advance_ms(5_000);
    let request = world.request(&visitor.actor);
    take_back_objection(&world.platform, &request, (filing, party)).await.unwrap();
    world.clock.advance_ms(5_000);
    let after = HolderNotice {
        custodian: Custodian::DataCentre.as_str().into(),
        said_at: world.clock.now(),
        ..before.clone()
    };
    for (said, by) in [(&before, 1), (&after, 0)] {
        let statement = said.sign(&world.cast.custodians[by].key).unwrap();
        let record = receipt.record_id;
        take_notice(&world.platform, record, statement.as_bytes()).await.unwrap();
    }
    let found = world.dossier(query, filing).await.unwrap();
    let [signature] = &found.signatures[..] else { panic!("{:?}", found.signatures) };
    assert_eq!(signature.said.len(), 2);
    let recorded = signature.objected_at.get(&Custodian::Preservation).unwrap();
    assert!(*recorded >= at && *recorded > before.said_at);
    assert!(!signature.objected_at.contains_key(&Custodian::DataCentre), "{signature:?}");
}
