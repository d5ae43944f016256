//! An objection said to a custodian, and recorded by the platform as well: the regulator's page has both times at one
//! signature, and reads no second objection into it.

use heqi_evidence::statement::Statement as _;
use heqi_registration::holder_notice::take_notice;
use heqi_registration::object::{Ground, Object, object};
use heqi_vocabulary::RecordId;

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
    assert!(seen().await.signatures.iter().all(|one| one.objected_at.is_none()));

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
    assert!(found.signatures.iter().all(|one| one.objected_at.is_none()));

    world.clock.advance_ms(5_000);
    let at = world.clock();
    objecting(0, Some(records[0])).await;
    let found = seen().await;
    for one in &found.signatures {
        let is_it = one.record == records[0];
        assert_eq!(one.objected_at.is_some(), is_it);
        assert_eq!(one.said.len(), usize::from(is_it));
        assert!(one.objected_at.is_none_or(|recorded| recorded >= at && recorded > said.said_at));
    }
    let objectors = found.parties.iter().filter(|party| party.ground.is_some()).count();
    assert_eq!(objectors, 2, "each party once");
}
