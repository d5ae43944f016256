//! The same as [`crate::every_call`] for officers, looks at evidence, erasures and the sweeper.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::FutureExt as _;
use heqi_evidence::schema::RetentionClass;
use heqi_evidence_store::backend::Backend as _;
use heqi_evidence_store::vault::{DataKeyId, VaultError};
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_registration::contacts::day;
use heqi_registration::correct_person::{CorrectPerson, correct_person};
use heqi_registration::decide_case::{DecideCase, Decision, decide_case};
use heqi_registration::declare_contact::{DeclareContact, declare_contact};
use heqi_registration::deposit_queue::{deposit_bundle, note_receipt};
use heqi_registration::disclose::{Attributes, disclose};
use heqi_registration::erase_person_data::{ErasePersonData, erase_person_data};
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::filing_view::filing_view;
use heqi_registration::object::{Ground, Object, object};
use heqi_registration::recovery::{GivenBack, first_missing, take_back};
use heqi_registration::request::StaffRole;
use heqi_registration::resolve_objection::{Outcome, ResolveObjection, resolve_objection};
use heqi_registration::sweep::{SIGNING_LIFETIME_MS, SweepCursor, sweep};
use heqi_registration::{Actor, Custodian, OrderKey};
use heqi_testkit::{SeededEntropy, files};
use heqi_vocabulary::{CaseId, FilingNo};

use crate::every_call::{Act, in_every_way, words};
use crate::review::{Mood, Scene, contact, registry};
use crate::world::World;

/// An officer decides a case.
fn decides(officer: &Actor, case: CaseId, decision: Decision) -> Act {
    let officer = officer.clone();
    Act::new("decide_case", move |w| {
        let grounds = "两张照片为同一人".parse().unwrap();
        let command = DecideCase { case, decision, grounds };
        let request = w.named_request(&officer, "decide");
        async move { words(decide_case(&w.platform, &request, command).await) }.boxed_local()
    })
}

fn correction(number: FilingNo) -> CorrectPerson {
    CorrectPerson {
        number,
        name: "龚𠮷".parse().unwrap(),
        last_four: "002x".into(),
        new_name: Some("龚嘉".parse().unwrap()),
        new_number: Some("330112199003079999".parse().unwrap()),
        issuer: "杭州市公安局临安区分局".parse().unwrap(),
        issued_on: day("2026-11-20").unwrap(),
        certificate: files::photo("certificate").into(),
        grounds: "证明与户口簿一致".parse().unwrap(),
    }
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_an_officers_act_leaves_nothing_half_done() {
    let scene = Scene::new(Mood::Down).await;
    let (world, filing, party) = (&scene.world, scene.filing, scene.party);
    let declaring = Act::new("declare_contact", move |w| {
        let command = DeclareContact { filing, party, contact: contact() };
        let request = w.named_request(&w.staff, "declare");
        async move { words(declare_contact(&w.platform, &request, command).await) }.boxed_local()
    });
    let mut injected = in_every_way(world, &declaring).await;

    let (visitor, _) = scene.sign().await;
    let first = scene.reviewer("li.na").await;
    let second = scene.account("wang.f", "王芳", registry(), StaffRole::Reviewer).await;
    let case = scene.only_case(&first).await.case;
    injected += in_every_way(world, &decides(&first, case, Decision::Accept)).await;
    injected += in_every_way(world, &decides(&first, case, Decision::ProposeRefusal)).await;

    let number = filing_view(&world.platform, &world.staff, filing).await.unwrap().number;
    let officer = first.clone();
    let correcting = Act::new("correct_person", move |w| {
        let request = w.named_request(&officer, "correct");
        async move { words(correct_person(&w.platform, &request, correction(number)).await) }
            .boxed_local()
    });
    injected += in_every_way(world, &correcting).await;
    scene.decide(&first, case, Decision::ProposeRefusal).await.unwrap();
    injected += in_every_way(world, &decides(&second, case, Decision::ConfirmRefusal)).await;

    let signer = visitor.actor.clone();
    let objection = move || Object {
        filing,
        party,
        against: None,
        ground: Ground::NotSignedByMe,
        reason: Some("并非本人签署".into()),
    };
    let objecting = Act::new("object", move |w| {
        let request = w.named_request(&signer, "object");
        async move { words(object(&w.platform, &request, objection()).await) }.boxed_local()
    });
    injected += in_every_way(world, &objecting).await;
    object(&world.platform, &world.request(&visitor.actor), objection()).await.unwrap();
    let resolving = Act::new("resolve_objection", move |w| {
        let command = ResolveObjection {
            filing,
            outcome: Outcome::SignAgain,
            signatures_of: Some(party),
            grounds: "已与当事人当面核实".parse().unwrap(),
        };
        let request = w.named_request(&first, "resolve");
        async move { words(resolve_objection(&w.platform, &request, command).await) }.boxed_local()
    });
    injected += in_every_way(world, &resolving).await;
    assert!(injected > 200, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_look_shows_nothing_that_is_not_on_record() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let record = world.all_sign(&drafted).await[0].1.record_id;
    world.cosign_head().await;
    world.deposit_all().await;
    let disclosing = Act::new("disclose", move |w| {
        let facts = w.facts();
        async move {
            let shown = disclose(&w.platform, &w.staff, &facts, record, &Attributes::All).await;
            words(shown.map(|shown| shown.record_root))
        }
        .boxed_local()
    });
    let exporting = Act::new("export_bundle", move |w| {
        let facts = w.facts();
        async move {
            let all = &Attributes::All;
            let file = export_bundle(&w.platform, &w.staff, &facts, record, all).await;
            words(file.map(|file| file.file_name))
        }
        .boxed_local()
    });
    let mut injected = 0;
    for look in [disclosing, exporting] {
        injected += in_every_way(&world, &look.of_a_look()).await;
    }
    assert!(injected > 60, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_an_erasure_destroys_every_key_and_decides_once() {
    let world = World::with(|settings| {
        let key = SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::new(17));
        settings.order_key = Some(OrderKey::new(Arc::new(key)));
    })
    .await;
    let drafted = world.drafted(1).await;
    let (filing, party) = (drafted.filing, drafted.parties[0]);
    // Invited and asked, and has not signed: nothing demands to keep it.
    world.visitor(filing, party).await;
    world.deposit_all().await;
    let key =
        DataKeyId::of(&[filing.to_string().as_bytes(), party.to_string().as_bytes(), b"person"]);
    let held = world.store.vault().key(key);
    assert!(held.is_ok(), "{:?}", held.err());
    let erasing = Act::new("erase_person_data", move |w| {
        let command = ErasePersonData {
            filing,
            party,
            classes: BTreeSet::from([RetentionClass::Person, RetentionClass::Trace]),
            basis: Some("个人信息保护法第47条".into()),
        };
        let request = w.named_request(&w.staff, "erase");
        async move {
            let decided = erase_person_data(&w.platform, &request, command).await;
            if decided.is_ok() {
                let gone = matches!(w.store.vault().key(key), Err(VaultError::Shredded { .. }));
                assert!(gone, "said to be erased, and the key is there");
            }
            words(decided)
        }
        .boxed_local()
    });
    let injected = in_every_way(&world, &erasing).await;
    assert!(injected > 60, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_the_sweeper_sweeps_everything_in_the_end() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let signed = world.visitor(drafted.filing, drafted.parties[0]).await;
    world.sign(&signed).await;
    let hesitant = world.visitor(drafted.filing, drafted.parties[1]).await;
    world.begin(&hesitant).await;
    world.ready(&hesitant).await;
    world.clock.advance_ms(SIGNING_LIFETIME_MS + 600_000);
    let sweeping = Act::new("sweep", |w| {
        async {
            let swept = sweep(&w.platform, &mut SweepCursor::default()).await;
            words(swept.map(|_| "swept"))
        }
        .boxed_local()
    });
    let injected = in_every_way(&world, &sweeping.of_a_worker()).await;
    assert!(injected > 30, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_taking_back_ends_with_the_log_that_was_cosigned() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    // The store is set back to here; the notary holds what came after, too.
    let before = Arc::new(world.store.copy());
    let signed = world.sign(&visitor).await.record_root;
    let mut deposits = BTreeMap::new();
    loop {
        let items = world.leased(Custodian::DataCentre, 8).await;
        if items.is_empty() {
            break;
        }
        for item in items {
            let record = item.payload.record_id;
            let deposit = deposit_bundle(&world.platform, record).await.unwrap();
            let answer = world.answer(Custodian::DataCentre, &deposit, |_, _| {});
            note_receipt(&world.platform, &item, answer).await.unwrap();
            deposits.insert(deposit.record_root, deposit.parts);
        }
    }
    assert!(deposits.contains_key(&signed));
    let head = world.platform.backend().log().head().checkpoint().clone();
    let entries = world.contents().await.entries;
    let entries: Vec<_> = entries.into_iter().map(|(entry, _)| entry.to_vec()).collect();
    let taking = Act::new("take_back", move |w| {
        let missing = usize::try_from(first_missing(&w.platform)).unwrap();
        let given = GivenBack {
            head: head.clone(),
            entries: entries[missing..].to_vec(),
            deposits: deposits.clone(),
            statements: Vec::new(),
        };
        async move {
            let taken = take_back(&w.platform, &given).await;
            words(taken.map(|taken| taken.orphans.len()))
        }
        .boxed_local()
    });
    let back = world.started_on(&before, before.clone(), 14).await;
    let injected = in_every_way(&back, &taking.of_a_worker()).await;
    assert!(injected > 30, "{injected} failures");
}
