//! Every call that every act makes of the store fails, in each of three ways: refused, lost,
//! done but reported lost. After a loss the process is another one. The same request again
//! is then answered, and what is there is what would be there had nothing failed: nothing
//! twice, and no act half done.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use heqi_evidence_store::testing::{Failure, Faulty};
use heqi_filing::{Capacity, ConsentKind, ConsentText, Decision, Matter, PartyKind};
use heqi_identity::amount::Fen;
use heqi_identity::contributions::Contribution;
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::ask_again::{AskAgain, ask_again};
use heqi_registration::attach_document::{AttachDocument, attach_document};
use heqi_registration::begin_signing::{BeginSigning, begin_signing};
use heqi_registration::capture_photo::{CapturePhoto, capture_photo};
use heqi_registration::complete_signing::complete_signing;
use heqi_registration::confirm::{Confirm, confirm};
use heqi_registration::contacts::day;
use heqi_registration::declare_capital::{DeclareCapital, declare_capital};
use heqi_registration::decline::{Decline, decline};
use heqi_registration::deposit_queue::{deposit_bundle, lease, note_cosigned_head, note_receipt};
use heqi_registration::give_consent::{GiveConsent, give_consent};
use heqi_registration::invite::{Invite, invite};
use heqi_registration::legal_hold::{LiftHold, PlaceHold, lift_hold, place_hold};
use heqi_registration::open_filing::{OpenFiling, open_filing};
use heqi_registration::remove_party::{RemoveParty, remove_party};
use heqi_registration::{Actor, Custodian};
use heqi_testkit::files;
use heqi_vocabulary::{Clock as _, Language};

use crate::watched::{Contents, Watched};
use crate::world::World;

/// Does an act on a world.
pub(crate) type Run = Box<dyn for<'a> Fn(&'a World) -> LocalBoxFuture<'a, Result<String, String>>>;

/// An act and what it answers, or why not, in words.
pub(crate) struct Act {
    pub(crate) name: &'static str,
    again: Again,
    pub(crate) run: Run,
}

/// What asking again does when it was done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Again {
    /// Nothing: it is asked for under an idempotency key.
    Nothing,
    /// The same once more, with the same end.
    SameEnd,
    /// It is done once more: whoever looks twice has looked twice.
    OneMore,
}

impl Act {
    pub(crate) fn new(
        name: &'static str,
        run: impl for<'a> Fn(&'a World) -> LocalBoxFuture<'a, Result<String, String>> + 'static,
    ) -> Self {
        Self { name, again: Again::Nothing, run: Box::new(run) }
    }

    pub(crate) fn of_a_worker(self) -> Self {
        Self { again: Again::SameEnd, ..self }
    }

    pub(crate) fn of_a_look(self) -> Self {
        Self { again: Again::OneMore, ..self }
    }
}

/// How many rows of each table there are, and how many leaves.
pub(crate) fn shape(contents: &Contents) -> Shape {
    let mut tables = BTreeMap::new();
    for (key, _) in &contents.rows {
        let text = String::from_utf8_lossy(key.as_bytes()).into_owned();
        let table = text.split('/').next().unwrap_or_default().to_owned();
        *tables.entry(table).or_default() += 1;
    }
    (tables, contents.entries.len())
}

/// Runs the act on copies of `world`: once whole, then once for each call and failure. Gives
/// the number of failures injected.
pub(crate) async fn in_every_way(world: &World, act: &Act) -> usize {
    let (whole, twice, calls) = undisturbed(world, act).await;
    let commits = calls.iter().filter(|call| **call == "commit").count();
    let mut injected = 0;
    for (index, call) in calls.iter().enumerate() {
        for how in Failure::ALL {
            let what = format!("{}: {call}, call {index} of {}, {how:?}", act.name, calls.len());
            let store = Arc::new(world.store.copy());
            let faulty = Arc::new(Faulty::new(store.clone()));
            let disturbed = world.started_on(&store, faulty.clone(), 12).await;
            let before = store.contents().await;
            faulty.fail(index, how);
            let first = (act.run)(&disturbed).await;
            assert_eq!(faulty.failed(), Some(*call), "{what}");
            injected += 1;
            let after = store.contents().await;

            let again = if how == Failure::Refused {
                faulty.reset();
                disturbed
            } else {
                world.started_on(&store, store.clone(), 13).await
            };
            let answer = (act.run)(&again).await.unwrap_or_else(|error| panic!("{what}: {error}"));
            let done = store.contents().await;
            let was_not_done = same(&after, &before);
            let looked_twice = act.again == Again::OneMore && !was_not_done;
            if commits == 1 {
                // What is done once more under no key may be written anew.
                let is_keyed = act.again == Again::Nothing;
                let was_done = same(&after, &done) || (!is_keyed && shape(&after) == whole);
                assert!(was_not_done || was_done, "{what}: half done");
            }
            if let Ok(first) = first {
                assert_ne!(act.again, Again::OneMore, "{what}: something was shown");
                assert_eq!(first, answer, "{what}: answered twice, differently");
            }
            let wanted = if looked_twice { &twice } else { &whole };
            assert_eq!(shape(&done), *wanted, "{what}: not what would have been");
            let repeated = (act.run)(&again).await.unwrap();
            assert_eq!(answer, repeated, "{what}: the same request again");
            let unchanged = store.contents().await;
            let is_same = match act.again {
                Again::Nothing => same(&unchanged, &done),
                Again::SameEnd => shape(&unchanged) == whole,
                Again::OneMore => unchanged.entries.len() == done.entries.len() + 1,
            };
            assert!(is_same, "{what}: asking again did something else");
        }
    }
    injected
}

/// Rows by table, and leaves.
pub(crate) type Shape = (BTreeMap<String, usize>, usize);

/// What is there afterwards, what is there when it is done once more, and which calls are made, when
/// nothing fails.
async fn undisturbed(world: &World, act: &Act) -> (Shape, Shape, Vec<&'static str>) {
    let store = Arc::new(world.store.copy());
    let faulty = Arc::new(Faulty::new(store.clone()));
    let other = world.started_on(&store, faulty.clone(), 12).await;
    faulty.reset();
    (act.run)(&other).await.unwrap_or_else(|error| panic!("{}: {error}", act.name));
    let calls = faulty.calls();
    assert!(calls.contains(&"commit"), "{} does nothing: {calls:?}", act.name);
    let whole = shape(&store.contents().await);
    (act.run)(&other).await.unwrap_or_else(|error| panic!("{}: {error}", act.name));
    (whole, shape(&store.contents().await), calls)
}

/// Does an act, and then once more on a store that counts its calls: what is so already may stand in
/// memory only, and a crash would take it back from whoever was told.
pub(crate) async fn is_told_when_durable(world: &World, act: &Act) {
    (act.run)(world).await.unwrap_or_else(|error| panic!("{}: {error}", act.name));
    let store = Arc::new(world.store.copy());
    let faulty = Arc::new(Faulty::new(store.clone()));
    let other = world.started_on(&store, faulty.clone(), 12).await;
    faulty.reset();
    (act.run)(&other).await.unwrap_or_else(|error| panic!("{}: {error}", act.name));
    let calls = faulty.calls();
    assert_eq!(calls.last(), Some(&"settled"), "{}: {calls:?}", act.name);
}

/// Rows and leaves; an object that no row names may be left behind and says nothing.
pub(crate) fn same(one: &Contents, other: &Contents) -> bool {
    one.rows == other.rows && one.entries == other.entries
}

pub(crate) fn words<A: std::fmt::Debug, E: std::fmt::Display>(
    result: Result<A, E>,
) -> Result<String, String> {
    result.map(|answer| format!("{answer:?}")).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_clerks_act_leaves_nothing_half_done() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let (filing, party, document) =
        (drafted.filing, drafted.parties[0], drafted.document.document_id);
    let attach = move |replaces| {
        move |w: &World| {
            let command = AttachDocument {
                filing,
                title: "公司章程".parse().unwrap(),
                replaces,
                bytes: files::pdf("Other", 1).into(),
            };
            let request = w.named_request(&w.staff, "attach");
            (command, request)
        }
    };
    let (fresh, instead) = (attach(None), attach(Some(document)));
    let acts = [
        Act::new("open_filing", |w| {
            async {
                let command = OpenFiling {
                    matter: Matter::Change,
                    company_name: "示例公司".parse().unwrap(),
                    handler_name: Some("何静".parse().unwrap()),
                    number: None,
                };
                words(open_filing(&w.platform, &w.named_request(&w.staff, "open"), command).await)
            }
            .boxed_local()
        }),
        Act::new("add_party", move |w| {
            async move {
                let command = AddParty {
                    filing,
                    who: PartyKind::Person { name: "吴敏".parse().unwrap() },
                    capacities: BTreeSet::from([Capacity::Shareholder]),
                };
                words(add_party(&w.platform, &w.named_request(&w.staff, "add"), command).await)
            }
            .boxed_local()
        }),
        Act::new("attach_document", move |w| {
            let (command, request) = fresh(w);
            async move { words(attach_document(&w.platform, &request, command).await) }
                .boxed_local()
        }),
        Act::new("attach_document instead", move |w| {
            let (command, request) = instead(w);
            async move { words(attach_document(&w.platform, &request, command).await) }
                .boxed_local()
        }),
        Act::new("invite", move |w| {
            async move {
                let request = w.named_request(&w.staff, "invite");
                words(invite(&w.platform, &request, Invite { filing, party }).await)
            }
            .boxed_local()
        }),
        Act::new("place_hold", move |w| {
            async move {
                let command = PlaceHold { filing, reason: "(2026)示例民初1号".into() };
                words(place_hold(&w.platform, &w.named_request(&w.staff, "hold"), command).await)
            }
            .boxed_local()
        }),
    ];
    let mut injected = 0;
    for act in &acts {
        injected += in_every_way(&world, act).await;
    }
    let command = PlaceHold { filing, reason: "(2026)示例民初1号".into() };
    let held = place_hold(&world.platform, &world.request(&world.staff), command).await.unwrap();
    let lift = Act::new("lift_hold", move |w| {
        let command = LiftHold { filing, hold: held.hold_id, reason: "终结".into() };
        let request = w.named_request(&w.staff, "lift");
        async move { words(lift_hold(&w.platform, &request, command).await) }.boxed_local()
    });
    injected += in_every_way(&world, &lift).await;
    // For the first time, and in the place of what was declared before.
    for yuan in ["1000000", "2000000"] {
        let amount = Fen::parse_yuan(yuan).unwrap();
        let promise = Contribution { amount, due: day("2031-11-22").unwrap() };
        let command = DeclareCapital { filing, capital: amount, promises: vec![(party, promise)] };
        let declared = command.clone();
        let declaring = Act::new("declare_capital", move |w| {
            let (command, request) = (declared.clone(), w.named_request(&w.staff, yuan));
            async move { words(declare_capital(&w.platform, &request, command).await) }
                .boxed_local()
        });
        injected += in_every_way(&world, &declaring).await;
        declare_capital(&world.platform, &world.request(&world.staff), command).await.unwrap();
    }
    assert!(injected > 150, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_signers_act_leaves_nothing_half_done() {
    let world = World::new().await;
    let drafted = world.drafted(3).await;
    let mut visitors = Vec::new();
    for party in &drafted.parties {
        visitors.push(world.visitor(drafted.filing, *party).await);
    }
    let [arrived, begun_one, ready_one] = &visitors[..] else { panic!("three") };
    let begun = world.begin(begun_one).await;
    let (ready, photo) = world.ready(ready_one).await;
    let answer = ready_one.answer(&ready, photo, world.clock.now());

    let actor = |visitor: &crate::world::Visitor| -> Actor { visitor.actor.clone() };
    let (first, second, third) = (actor(arrived), actor(begun_one), actor(ready_one));
    let declining = second.clone();
    let (filing, wrong) = (drafted.filing, drafted.parties[1]);
    let key = arrived.device.key().public_key().to_spki_der();
    let consenting = first.clone();
    let acts = [
        Act::new("give_consent", move |w| {
            let kind = ConsentKind::ASKED[0];
            let (decision, language) = (Decision::Granted, Language::Zh);
            let text_sha256 = ConsentText::current(kind).digest(language);
            let command = GiveConsent { kind, decision, text_sha256, language };
            let request = w.named_request(&consenting, "consent");
            async move { words(give_consent(&w.platform, &request, command).await) }.boxed_local()
        }),
        Act::new("begin_signing", move |w| {
            let command = BeginSigning { device_key: key.clone(), language: Language::Zh };
            let request = w.named_request(&first, "begin");
            async move { words(begin_signing(&w.platform, &request, command).await) }.boxed_local()
        }),
        Act::new("capture_photo", move |w| {
            let command = CapturePhoto::of(begun.signing_id, files::photo("a face"));
            let request = w.named_request(&second, "capture");
            async move { words(capture_photo(&w.platform, &request, command).await) }.boxed_local()
        }),
        Act::new("complete_signing", move |w| {
            let (command, request) = (answer.clone(), w.named_request(&third, "complete"));
            async move { words(complete_signing(&w.platform, &request, command).await) }
                .boxed_local()
        }),
        Act::new("decline", move |w| {
            let command = Decline { signing: None, reason: Some("不同意".into()) };
            let request = w.named_request(&declining, "decline");
            async move { words(decline(&w.platform, &request, command).await) }.boxed_local()
        }),
        Act::new("remove_party", move |w| {
            let reason = Some("与另一当事人重复".into());
            let command = RemoveParty { filing, party: wrong, reason };
            let request = w.named_request(&w.staff, "remove");
            async move { words(remove_party(&w.platform, &request, command).await) }.boxed_local()
        }),
    ];
    let mut injected = 0;
    for act in &acts {
        injected += in_every_way(&world, act).await;
    }

    let all_signed = world.drafted(1).await;
    let signed = world.all_sign(&all_signed).await;
    let (filing, party) = (all_signed.filing, all_signed.parties[0]);
    let whose = signed[0].0.actor.clone();
    let confirming = Act::new("confirm", move |w| {
        let command = Confirm { filing, party, shown_sha256: None, statement_sha256: None };
        let request = w.named_request(&whose, "confirm");
        async move { words(confirm(&w.platform, &request, command).await) }.boxed_local()
    });
    injected += in_every_way(&world, &confirming).await;
    let asking = Act::new("ask_again", move |w| {
        let request = w.named_request(&w.staff, "ask");
        async move { words(ask_again(&w.platform, &request, AskAgain { filing }).await) }
            .boxed_local()
    });
    injected += in_every_way(&world, &asking).await;
    assert!(injected > 180, "{injected} failures");
}

/// Deposits with one custodian whatever can be leased.
async fn deposit(world: &World, custodian: Custodian) -> Result<String, String> {
    // Leases that a failed attempt holds run out first.
    world.clock.advance_ms(61_000);
    loop {
        let items = lease(&world.platform, custodian, 60_000, 8).await;
        let items = items.map_err(|error| error.to_string())?;
        if items.is_empty() {
            return Ok("everything is deposited".to_owned());
        }
        for item in items {
            let deposit = deposit_bundle(&world.platform, item.payload.record_id).await;
            let deposit = deposit.map_err(|error| error.to_string())?;
            let answer = world.answer(custodian, &deposit, |_, _| {});
            let noted = note_receipt(&world.platform, &item, answer).await;
            noted.map_err(|error| error.to_string())?;
        }
    }
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_the_deposit_worker_deposits_everything_once() {
    let world = World::new().await;
    world.drafted(1).await;
    let work = Act::new("deposit", |w| deposit(w, Custodian::DataCentre).boxed_local());
    let cosigning = Act::new("note_cosigned_head", |w| {
        async move {
            for by in [&w.cast.witness, &w.cast.mirror] {
                let head = w.cosigned(&w.head(), by);
                let noted = note_cosigned_head(&w.platform, &head).await;
                noted.map_err(|error| error.to_string())?;
            }
            Ok(format!("{:?}", w.platform.backend().log().published()))
        }
        .boxed_local()
    })
    .of_a_worker();
    let injected = in_every_way(&world, &work).await + in_every_way(&world, &cosigning).await;
    assert!(injected > 100, "{injected} failures");
}

/// The store of a world is compared as a whole, so two starts must not differ.
#[tokio::test]
async fn a_start_alone_changes_nothing() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    world.all_sign(&drafted).await;
    let store: Arc<Watched> = Arc::new(world.store.copy());
    let before = store.contents().await;
    world.started_on(&store, store.clone(), 13).await;
    assert_eq!(store.contents().await, before);
}
