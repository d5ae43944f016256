//! The verdict on every signature, the hints beside it, and a copy that is compared.

use std::sync::Arc;

use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::verdict::{ClaimName, Status};
use heqi_filing::{Capacity, Matter};
use heqi_registration::disclose::{Attributes, disclose};
use heqi_registration::object::{Ground, Object, object};
use heqi_registration::open_filing::{OpenFiling, open_filing};
use heqi_registration::regulator::compare::{CompareError, compare};
use heqi_registration::regulator::dossier::EXAMINED;
use heqi_registration::regulator::search::results;
use heqi_registration::regulator::traces::Ties;
use heqi_registration::regulator::verdict::Hint;
use heqi_testkit::files;
use heqi_vocabulary::{FilingNo, Language};

use super::{by_company, regulator, signed};
use crate::world::{Drafted, World};

#[tokio::test]
async fn of_more_signatures_than_one_page_examines_the_rest_is_neither_judged_nor_opened() {
    let world = World::new().await;
    let filing = world.open().await;
    let handler = world.add(filing, "何静", Capacity::Handler).await;
    let mut parties = Vec::new();
    for number in 0..=EXAMINED {
        // A company has fifty shareholders at most.
        let capacity = if number < 40 { Capacity::Shareholder } else { Capacity::Supervisor };
        parties.push(world.add(filing, "龚𠮷", capacity).await);
    }
    let document = world.attach(filing, "公司章程").await;
    world.all_sign(&Drafted { filing, handler, parties, document }).await;
    world.index().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = world.dossier(query, filing).await.unwrap();
    assert_eq!((seen.signatures.len(), seen.not_examined), (EXAMINED + 1, 1));
    let [.., examined, rest] = &seen.signatures[..] else { panic!("more than one") };
    assert!(examined.verdict.is_some() && examined.traces.ties.address.is_some());
    assert!(rest.verdict.is_none() && rest.traces.ties == Ties::default());
}

#[tokio::test]
async fn each_signature_has_one_verdict_by_the_keys_that_were_set_up() {
    let (world, drafted) = signed().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    assert_eq!((seen.signatures.len(), seen.not_examined), (2, 0));
    // Without keys nothing is proved, and nothing speaks against it either.
    let verdict = seen.signatures[0].verdict.as_ref().unwrap();
    assert_eq!((verdict.status, verdict.hint), (Status::NotProved, Hint::ToBeChecked));

    let anchors = Arc::new(world.anchors());
    let world = World::with(|settings| settings.anchors = Some(anchors)).await;
    let drafted = world.drafted(1).await;
    world.cosign_head().await;
    world.all_sign(&drafted).await;
    world.cosign_head().await;
    world.deposit_all().await;
    world.index().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let verdict = seen.signatures[0].verdict.as_ref().unwrap();
    assert_eq!(verdict.status, Status::Proved, "{:#?}", verdict.claims);
    // Nobody says who signed, so an officer has something to check.
    assert_eq!(verdict.hint, Hint::ToBeChecked);
    let identity = verdict.claims.iter().find(|claim| claim.name == ClaimName::Identity).unwrap();
    assert_eq!(identity.status, Status::NotProved);
    assert!(identity.reason_in(Language::Zh) != identity.reason_in(Language::En));
    assert!(verdict.claims.iter().all(|claim| claim.name != ClaimName::Certificate));
    assert!(seen.signatures[0].deposits.iter().all(|(_, number)| number.is_some()));
}

#[tokio::test]
async fn a_filing_that_a_demo_acted_out_says_so_and_an_objection_names_its_ground() {
    let number: FilingNo = "50317260".parse().unwrap();
    let world = World::with(|settings| {
        settings.simulated_filings.insert(number);
    })
    .await;
    let command = OpenFiling {
        matter: Matter::SimplifiedCancellation,
        company_name: "杭州示例青穗茶业有限公司".parse().unwrap(),
        handler_name: None,
        number: Some(number),
    };
    let request = world.request(&world.staff);
    let acted = open_filing(&world.platform, &request, command).await.unwrap().filing_id;
    let drafted = world.drafted(1).await;
    let (visitor, receipt) = world.all_sign(&drafted).await.remove(0);
    let command = Object {
        filing: drafted.filing,
        party: drafted.parties[0],
        against: Some(receipt.record_id),
        ground: Ground::NotSignedByMe,
        reason: None,
    };
    object(&world.platform, &world.request(&visitor.actor), command).await.unwrap();
    world.index().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let page = results(&world.platform, &regulator(), query, None).await.unwrap();
    assert_eq!(page.rows.len(), 2);
    for row in page.rows {
        assert_eq!(row.is_simulated, row.filing == acted);
    }
    let seen = world.dossier(query, acted).await.unwrap();
    assert!(seen.is_simulated && seen.parties.iter().all(|party| party.ground.is_none()));
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let objector = seen.parties.iter().find(|party| party.party == drafted.parties[0]).unwrap();
    assert!(!seen.is_simulated);
    assert_eq!(objector.ground, Some(Ground::NotSignedByMe));
    // What was opened of it stands in the record of the look.
    let (platform, facts) = (&world.platform, world.facts());
    let look = disclose(platform, &world.staff, &facts, seen.look.0, &Attributes::All).await;
    let look = serde_json::to_vec(&look.unwrap().record).unwrap();
    let look = Disclosure::parse(&look).unwrap();
    assert!(look.value("attributes_opened").unwrap().to_string().contains("\"ground\""));
}

#[tokio::test]
async fn a_copy_is_compared_by_digest_and_by_words() {
    let (world, drafted) = signed().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let at = (query, drafted.filing);
    let (platform, facts) = (&world.platform, world.facts());
    let document = drafted.document.document_id;
    let ask = async |bytes: Vec<u8>| {
        compare(platform, &regulator(), &facts, at, (document, bytes.into())).await
    };
    let same = ask(files::pdf("Articles", 3)).await.unwrap();
    assert_eq!(same.ours, same.theirs);
    assert!(same.differences.is_empty());
    let before = world.entries().await;
    let other = ask(files::pdf("Forged articles", 3)).await.unwrap();
    assert_ne!(other.ours.sha256, other.theirs.sha256);
    assert_eq!(other.ours.pages, 3);
    assert!(!other.differences.is_empty());
    assert!(other.differences[0].theirs.concat().contains("Forged"), "{:?}", other.differences);
    assert_eq!(world.entries().await, before + 1);
    assert!(matches!(ask(b"no pdf".to_vec()).await, Err(CompareError::Pdf(_))));
    assert_eq!(world.entries().await, before + 1, "what is no PDF is no look");
}
