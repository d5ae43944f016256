//! What a regulator takes to a court: every bundle of a filing in one file, in parts, few at once.

use std::sync::Arc;

use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::container;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::erasure::ERASABLE;
use heqi_filing::Capacity;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_registration::OrderKey;
use heqi_registration::decline::{Decline, decline};
use heqi_registration::disclose::{Attributes, disclose};
use heqi_registration::erase_person_data::{ErasePersonData, erase_person_data};
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::legal_hold::PlaceHold;
use heqi_registration::regulator::court_package::{MOST_RECORDS, court_package};
use heqi_registration::regulator::looks::place_hold;
use heqi_registration::request::StaffRole;
use heqi_testkit::SeededEntropy;
use heqi_vocabulary::{Digest, Explain as _};

use crate::privacy::holds;
use crate::regulator::{by_company, member, regulator, signed};
use crate::world::World;

#[tokio::test]
async fn a_package_for_a_court_has_every_bundle_the_search_and_a_list_and_is_one_look() {
    let anchors = Arc::new(World::new().await.anchors());
    let world = World::with(|settings| settings.anchors = Some(anchors)).await;
    let drafted = world.drafted(2).await;
    world.all_sign(&drafted).await;
    world.deposit_all().await;
    world.index().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let at = (query, drafted.filing);
    let (platform, facts) = (&world.platform, world.facts());
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let before = world.entries().await;
    let taken = court_package(platform, &regulator(), &facts, at, 0).await.unwrap();
    assert_eq!(world.entries().await, before + 1, "one look, whatever is in it");
    assert!(taken.look.1 > seen.look.1);
    assert_eq!(taken.file_name, format!("{}.court.zip", seen.number));
    assert_eq!(taken.next, None);

    let files = container::read(&taken.bytes).unwrap();
    let list: serde_json::Value = serde_json::from_slice(files[0].bytes).unwrap();
    assert_eq!((files[0].name, &list["format"]), ("list.json", &"heqi.court-package/v1".into()));
    let listed = list["files"].as_array().unwrap();
    assert_eq!(listed.len(), files.len() - 1);
    for (file, said) in files[1..].iter().zip(listed) {
        assert!(file.intact, "{}", file.name);
        assert_eq!(said["name"], file.name);
        assert_eq!(said["sha256"], Digest::of(file.bytes).to_string());
        assert_eq!(said["size_bytes"], file.bytes.len());
    }
    let of = |name: &str| {
        let found = files.iter().find(|file| file.name == name);
        found.unwrap_or_else(|| panic!("{name}")).bytes
    };
    // Every record of the filing, each a bundle that is read by itself.
    let records = list["records"].as_array().unwrap();
    assert_eq!(records.len(), seen.events.len());
    for (record, event) in records.iter().zip(&seen.events) {
        assert_eq!(record["leaf_index"], event.leaf_index);
        assert_eq!(record["kind"], event.kind.as_str());
        EvidenceBundle::read(of(record["file"].as_str().unwrap())).unwrap();
    }
    EvidenceBundle::read(of("query.heqi.zip")).unwrap();
    assert_eq!(list["query"]["record"], query.to_string());
    assert_eq!(list["look"]["record"], taken.look.0.to_string());
    assert_eq!(list["case_number"], "杭临市监撤〔2026〕12号");
    assert!(of("platform-keys.json").starts_with(b"{"));
    let readme = std::str::from_utf8(of("readme.txt")).unwrap();
    assert!(readme.contains("heqi verify 文件") && readme.contains("heqi verify FILE"), "{readme}");

    let look = disclose(platform, &world.staff, &facts, taken.look.0, &Attributes::All).await;
    let look = serde_json::to_vec(&look.unwrap().record).unwrap();
    let look = Disclosure::parse(&look).unwrap();
    assert!(look.value("purpose").unwrap().to_string().contains("court_package"));

    // Whoever did not search takes nothing, and leaves nothing.
    let before = world.entries().await;
    for (actor, code) in [
        (member(9, StaffRole::Regulator), "query_not_found"),
        (member(2, StaffRole::Reviewer), "not_allowed"),
    ] {
        let refused = court_package(platform, &actor, &facts, at, 0).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    assert_eq!(world.entries().await, before);
}

#[tokio::test]
async fn what_was_erased_is_named_in_the_package_with_its_reason_and_nothing_of_it_is_inside() {
    let world = World::with(|settings| {
        let key = SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::new(17));
        settings.order_key = Some(OrderKey::new(Arc::new(key)));
    })
    .await;
    let (name, reason) = ("欧阳测删", "示例理由甲乙丙丁");
    let drafted = world.drafted(1).await;
    let filing = drafted.filing;
    let party = world.add(filing, name, Capacity::Shareholder).await;
    let visitor = world.visitor(filing, party).await;
    let declining = Decline { signing: None, reason: Some(reason.into()) };
    decline(&world.platform, &world.request(&visitor.actor), declining).await.unwrap();
    world.deposit_all().await;
    world.index().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let facts = world.facts();
    let take = async || {
        let taken = court_package(&world.platform, &regulator(), &facts, (query, filing), 0).await;
        let bytes = taken.unwrap().bytes;
        let list: serde_json::Value = {
            let files = container::read(&bytes).unwrap();
            for file in files.iter().filter(|file| file.name.starts_with("bundles/")) {
                EvidenceBundle::read(file.bytes).unwrap();
            }
            serde_json::from_slice(files[0].bytes).unwrap()
        };
        (bytes, list)
    };
    let (bytes, list) = take().await;
    assert!(holds(&bytes, reason.as_bytes()), "a bundle carries what was said");
    assert_eq!(list["erasures"], serde_json::json!([]));
    let is_whole = |record: &serde_json::Value| record["erased"] == serde_json::json!([]);
    assert!(list["records"].as_array().unwrap().iter().all(is_whole));

    let command = ErasePersonData {
        filing,
        party,
        classes: ERASABLE.into(),
        basis: Some("个人信息保护法第47条第1款第3项".into()),
    };
    let request = world.request(&world.staff);
    let decided = erase_person_data(&world.platform, &request, command).await.unwrap();
    assert_eq!(decided.decision, "erased");

    let (bytes, list) = take().await;
    for erased in [name, reason] {
        assert!(!holds(&bytes, erased.as_bytes()), "{erased} stands in the package");
    }
    let [erasure] = &list["erasures"].as_array().unwrap()[..] else { panic!("{list}") };
    assert_eq!(erasure["legal_basis"], "个人信息保护法第47条第1款第3项");
    assert_eq!(erasure["requested_by"], "data_protection_officer");
    assert_eq!(erasure["record"], decided.record_id.to_string());
    assert_eq!(erasure["classes"].as_array().unwrap().len(), ERASABLE.len());
    let records = list["records"].as_array().unwrap();
    let of = |kind: &str| records.iter().find(|record| record["kind"] == kind).unwrap();
    assert!(is_whole(of("erasure")), "the decision outlives the data");
    let declined = of("decline");
    assert!(declined["erased"].as_array().unwrap().contains(&"person".into()), "{declined}");
}

#[tokio::test]
async fn a_package_of_more_records_than_one_part_goes_on_in_the_next() {
    let (world, drafted) = signed().await;
    let (filing, facts) = (drafted.filing, world.facts());
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let before = world.dossier(query, filing).await.unwrap().events.len();
    for _ in 0..MOST_RECORDS {
        let command = PlaceHold { filing, reason: "（2026）示例行初1号".into() };
        let request = world.request(&regulator());
        place_hold(&world.platform, &request, query, command).await.unwrap();
    }
    let part = async |from| {
        court_package(&world.platform, &regulator(), &facts, (query, filing), from).await
    };
    let list = |bytes: &[u8]| -> serde_json::Value {
        let files = container::read(bytes).unwrap();
        assert!(files.iter().all(|file| file.name != "platform-keys.json"), "none were set up");
        serde_json::from_slice(files[0].bytes).unwrap()
    };
    let first = part(0).await.unwrap();
    assert_eq!(first.next, Some(MOST_RECORDS));
    let said = list(&first.bytes);
    let there = said["next_part"].as_str().unwrap();
    let path = format!("/searches/{query}/filings/{filing}/court-package?from={MOST_RECORDS}");
    assert!(there.ends_with(&path), "{there}");
    assert_eq!(said["records"].as_array().unwrap().len(), MOST_RECORDS);
    assert_eq!(
        (&said["next"], &said["of"]),
        (&MOST_RECORDS.into(), &(MOST_RECORDS + before).into())
    );
    let rest = part(MOST_RECORDS).await.unwrap();
    assert_eq!(rest.next, None);
    assert!(rest.file_name.ends_with(&format!("-{MOST_RECORDS}.court.zip")), "{}", rest.file_name);
    let said = list(&rest.bytes);
    assert_eq!(said["records"].as_array().unwrap().len(), before);
    assert!(said["next"].is_null() && said["next_part"].is_null());
    assert_ne!(rest.look.0, first.look.0, "each part is a look of its own");
    let entries = world.entries().await;
    let nothing = part(MOST_RECORDS + before).await.unwrap_err();
    assert_eq!(nothing.code(), "record_not_found");
    assert_eq!(world.entries().await, entries);
}

#[tokio::test]
async fn more_packages_than_two_at_once_are_refused_for_now_and_leave_nothing() {
    let (world, drafted) = signed().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let (at, facts, actor) = ((query, drafted.filing), world.facts(), regulator());
    let package = || court_package(&world.platform, &actor, &facts, at, 0);
    let (is_reached, go) = world.store.pause_behind(b"link/");
    let mut first = Box::pin(package());
    tokio::select! {
        made = &mut first => panic!("made before it may: {:?}", made.map(|made| made.file_name)),
        reached = is_reached => reached.unwrap(),
    }
    let (is_reached, go_second) = world.store.pause_behind(b"link/");
    let mut second = Box::pin(package());
    tokio::select! {
        made = &mut second => panic!("made before it may: {:?}", made.map(|made| made.file_name)),
        reached = is_reached => reached.unwrap(),
    }
    let before = world.entries().await;
    let refused = package().await.unwrap_err();
    assert_eq!((refused.code(), refused.class()), ("busy", Class::Unavailable));
    assert_eq!(world.entries().await, before);
    go.send(()).unwrap();
    go_second.send(()).unwrap();
    first.await.unwrap();
    second.await.unwrap();
    package().await.unwrap();
    assert_eq!(world.entries().await, before + 3);
}
