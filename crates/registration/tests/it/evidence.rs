//! Opening evidence in part, and the records of every look.

use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::schema::{ALL, RecordKind};
use heqi_evidence::verdict::{ClaimName, Status};
use heqi_registration::disclose::{Attributes, disclose};
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::receipt::{Wait, receipt};
use heqi_vocabulary::{RecordId, UtcMillis};

use crate::notary::expect;
use crate::world::World;

#[tokio::test]
async fn only_what_is_asked_for_is_opened_and_it_proves_the_same_root() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let (visitor, signed) = world.all_sign(&drafted).await.remove(0);
    let attributes = Attributes::listed("party_name, capacities,client.place");
    let (platform, facts) = (&world.platform, world.facts());
    let opened =
        disclose(platform, &visitor.actor, &facts, signed.record_id, &attributes).await.unwrap();
    let bytes = serde_json::to_vec(&opened.record).unwrap();
    let record = Disclosure::parse(&bytes).unwrap();
    assert_eq!(record.root(), signed.record_root.digest());
    assert_eq!(record.text("party_name"), Some("龚𠮷"));
    assert!(record.attribute("client_address").is_none() && !record.is_full());
    let client = Disclosure::parse(&serde_json::to_vec(&opened.client.unwrap()).unwrap()).unwrap();
    assert!(client.value("place").is_some() && client.attribute("device").is_none());

    let frame = Attributes::listed("");
    let opened = disclose(platform, &world.staff, &facts, signed.record_id, &frame).await.unwrap();
    let record = Disclosure::parse(&serde_json::to_vec(&opened.record).unwrap()).unwrap();
    assert_eq!((record.attributes().count(), opened.client), (8, None));
    for unknown in ["nonsense", "reserved_60", "client.nonsense", "client.reserved_20"] {
        let attributes = Attributes::listed(unknown);
        let refused = disclose(platform, &world.staff, &facts, signed.record_id, &attributes);
        assert_eq!(refused.await.unwrap_err().class(), Class::BadInput, "{unknown}");
    }
    let nowhere = RecordId::from_bytes([3; 16]);
    let refused = disclose(platform, &world.staff, &facts, nowhere, &frame).await.unwrap_err();
    assert_eq!(refused.class(), Class::NotFound);
}

#[tokio::test]
async fn every_look_is_a_record_in_a_chain_of_its_day_that_parties_do_not_see() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let (visitor, signed) = world.all_sign(&drafted).await.remove(0);
    let (platform, facts) = (&world.platform, world.facts());
    let mut looks = Vec::new();
    for named in ["party_name", ""] {
        let attributes = Attributes::listed(named);
        let opened = disclose(platform, &world.staff, &facts, signed.record_id, &attributes).await;
        looks.push(opened.unwrap().access_record_id);
    }
    let all = Attributes::All;
    let exported = export_bundle(platform, &world.staff, &facts, signed.record_id, &all).await;
    looks.push(exported.unwrap().access_record_id);
    world.clock.set("2026-11-24T16:00:00.000Z".parse::<UtcMillis>().unwrap());
    let opened = disclose(platform, &visitor.actor, &facts, signed.record_id, &all).await.unwrap();
    looks.push(opened.access_record_id);

    let frames = world.frames().await;
    let access: Vec<_> =
        frames.iter().filter(|(frame, _)| frame.kind == RecordKind::Access).collect();
    assert_eq!(access.iter().map(|(f, _)| f.record_id).collect::<Vec<_>>(), looks);
    let places: Vec<u64> = access.iter().map(|(frame, _)| frame.place.seq).collect();
    assert_eq!(places, [1, 2, 3, 1]);
    assert_ne!(access[2].0.place.chain, access[3].0.place.chain);
    assert!(frames.iter().filter(|(f, _)| f.place.chain == frames[0].0.place.chain).count() > 4);
    let hidden = receipt(platform, &visitor.actor, looks[0], &Wait::default()).await.unwrap_err();
    assert_eq!(hidden.class(), Class::NotFound);
    let seen = disclose(platform, &world.staff, &facts, looks[0], &all).await.unwrap();
    let record = Disclosure::parse(&serde_json::to_vec(&seen.record).unwrap()).unwrap();
    assert_eq!(record.text("looked_at"), Some(signed.record_id.to_string().as_str()));
    assert_eq!(record.value("attributes_opened").unwrap()[0], "party_name");
}

#[tokio::test]
async fn a_selective_bundle_still_proves_and_leaves_the_rest_closed() {
    let world = World::new().await;
    world.cosign_head().await;
    let drafted = world.drafted(1).await;
    let (visitor, signed) = world.all_sign(&drafted).await.remove(0);
    world.cosign_head().await;
    world.deposit_all().await;
    let attributes = Attributes::listed("documents,capacities");
    let file = export_bundle(
        &world.platform,
        &visitor.actor,
        &world.facts(),
        signed.record_id,
        &attributes,
    )
    .await
    .unwrap();
    assert_eq!(file.file_name, format!("{}.heqi.zip", signed.voucher.unwrap()));
    let verdict = world.examine(&file.bytes);
    for name in [
        ClaimName::Integrity,
        ClaimName::SignedBy,
        ClaimName::Logged,
        ClaimName::Witnessed,
        ClaimName::Mirrored,
        ClaimName::Deposited,
        ClaimName::Complete,
    ] {
        expect(&verdict, name, Status::Proved);
    }
    let bundle = heqi_evidence::bundle::EvidenceBundle::read(&file.bytes).unwrap();
    assert_eq!(bundle.parts.attachments.len(), 1, "the document and not the photo");
    let record = Disclosure::parse(&bundle.parts.record).unwrap();
    assert!(record.attribute("party_name").is_none());
    assert!(!file.bytes.windows(6).any(|w| w == "龚𠮷".as_bytes().get(..6).unwrap()));
}

#[tokio::test]
async fn records_of_every_kind_are_examined_as_proved_by_their_bundles() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let signed = world.all_sign(&drafted).await;
    let (first, second) = (&signed[0], &signed[1]);
    heqi_registration::confirm::confirm(
        &world.platform,
        &world.request(&first.0.actor),
        heqi_registration::confirm::Confirm {
            filing: drafted.filing,
            party: drafted.parties[0],
            shown_sha256: None,
            statement_sha256: None,
        },
    )
    .await
    .unwrap();
    heqi_registration::object::object(
        &world.platform,
        &world.request(&second.0.actor),
        heqi_registration::object::Object {
            filing: drafted.filing,
            party: drafted.parties[1],
            against: None,
            ground: heqi_registration::object::Ground::Other,
            reason: Some("其他".into()),
        },
    )
    .await
    .unwrap();
    let others = world.drafted(1).await;
    let declining = world.visitor(others.filing, others.parties[0]).await;
    let command = heqi_registration::decline::Decline { signing: None, reason: None };
    let request = world.request(&declining.actor);
    heqi_registration::decline::decline(&world.platform, &request, command).await.unwrap();
    let reached = world.drafted(1).await;
    let (filing, party) = (reached.filing, reached.parties[0]);
    let contact = crate::entry::contact(Some("13800000001"), None, None);
    crate::entry::declare(&world, filing, party, contact).await.unwrap();
    let token = world.invite(filing, party).await.token;
    let hash = heqi_registration::access::hash_of(&token);
    let coming = heqi_registration::access::authenticate(&world.platform, hash).await.unwrap();
    let code = crate::entry::send(&world, &coming).await.unwrap();
    crate::entry::enter(&world, &coming, &code).await.unwrap();
    let helped = world.drafted(1).await;
    let helped = world.visitor(helped.filing, helped.parties[0]).await;
    crate::handover::hand_over(&world, &helped).await;
    let way = heqi_registration::review_wanted::ReviewWay::Counter;
    let command = heqi_registration::review_wanted::ChooseWay { way };
    let request = world.request(&helped.actor);
    heqi_registration::review_wanted::choose_way(&world.platform, &request, command).await.unwrap();
    let read = heqi_registration::acknowledge::Acknowledge {
        document: reached.document.document_id,
        sha256: reached.document.sha256,
        seconds: 7,
        shown: None,
    };
    let request = world.request(&coming);
    heqi_registration::acknowledge::acknowledge(&world.platform, &request, read).await.unwrap();
    let (facts, all) = (world.facts(), Attributes::All);
    let record = first.1.record_id;
    disclose(&world.platform, &world.staff, &facts, record, &all).await.unwrap();
    world.cosign_head().await;
    world.deposit_all().await;

    let mut kinds = std::collections::BTreeSet::new();
    for (frame, _) in world.frames().await {
        if !kinds.insert(frame.kind) {
            continue;
        }
        let exported =
            export_bundle(&world.platform, &world.staff, &facts, frame.record_id, &all).await;
        let verdict = world.examine(&exported.unwrap().bytes);
        for name in [ClaimName::Integrity, ClaimName::Logged, ClaimName::Deposited] {
            expect(&verdict, name, Status::Proved);
        }
    }
    // Every kind of record there is, but for erasures, holds, identity checks, decisions of
    // reviewers, videos, who was seen, corrections, seals, guardianships, risks, what followed from
    // objections, who was taken out, and what a regulator does, whose tests are their own; a device's tree
    // is no record, and one kind has two tables.
    assert_eq!(kinds.len(), ALL.len() - 17, "{kinds:?}");
}

/// A chain may grow, and a custodian may state its new end, while a bundle is being put together. A
/// bundle in which the statement is newer than the chain convicts an honest custodian of a gap.
#[tokio::test]
async fn a_chain_that_grows_while_its_bundle_is_written_contradicts_nobody() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let first = world.visitor(drafted.filing, drafted.parties[0]).await;
    let second = world.visitor(drafted.filing, drafted.parties[1]).await;
    let signed = world.sign(&first).await;
    world.deposit_all().await;
    world.cosign_head().await;

    let (is_reached, go) = world.store.pause_behind(b"link/");
    let (platform, facts, all) = (&world.platform, world.facts(), Attributes::All);
    let export = export_bundle(platform, &world.staff, &facts, signed.record_id, &all);
    let meanwhile = async {
        is_reached.await.unwrap();
        world.sign(&second).await;
        assert!(world.deposit_all().await > 0, "the custodians state a longer chain");
        go.send(()).unwrap();
    };
    let (exported, ()) = futures_util::future::join(export, meanwhile).await;
    let verdict = world.examine(&exported.unwrap().bytes);
    let complete = verdict.claim(ClaimName::Complete).unwrap();
    assert_ne!(complete.status, Status::Contradicted, "{complete:?}");
    expect(&verdict, ClaimName::Integrity, Status::Proved);
    expect(&verdict, ClaimName::Deposited, Status::Proved);
}
