//! The same as [`crate::every_call`] for regulators: nothing is shown or taken away that is not on
//! record, and a search, a hold and an application are one each. And for what custodians bring.

use futures_util::FutureExt as _;
use heqi_evidence::statement::Statement as _;
use heqi_registration::holder_notice::take_notice;
use heqi_registration::legal_hold::{LiftHold, PlaceHold};
use heqi_registration::regulator::apply::{self as queue, ApplicationAnswer, apply};
use heqi_registration::regulator::compare::compare;
use heqi_registration::regulator::court_package::court_package;
use heqi_registration::regulator::dossier::dossier;
use heqi_registration::regulator::looks::{bundle, lift_hold, photo, place_hold};
use heqi_registration::regulator::search::{OPEN_MS, search};
use heqi_testkit::files;
use heqi_vocabulary::{DocumentId, Explain as _, FilingId, RecordId};

use crate::every_call::{Act, in_every_way, words};
use crate::holder_notice::notice;
use crate::regulator::applying::applicant;
use crate::regulator::{by_company, regulator};
use crate::world::World;

/// A filing with one signature, deposited and found.
struct Found {
    world: World,
    /// The search that found it, and the filing.
    at: (RecordId, FilingId),
    document: DocumentId,
    signed: RecordId,
}

impl Found {
    async fn new() -> Self {
        let world = World::with(|settings| settings.applicant = Some(applicant())).await;
        let drafted = world.drafted(1).await;
        let signed = world.all_sign(&drafted).await[0].1.record_id;
        world.deposit_all().await;
        world.index().await;
        let query = world.search(&regulator(), &by_company()).await.unwrap();
        let (filing, document) = (drafted.filing, drafted.document.document_id);
        Self { world, at: (query, filing), document, signed }
    }
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_regulators_look_shows_nothing_that_is_not_on_record() {
    let Found { world, at, document, signed } = Found::new().await;
    // The package for a court ends with these two records.
    let from = world.dossier(at.0, at.1).await.unwrap().events.len() - 2;
    let looks = [
        Act::new("dossier", move |w| {
            let facts = w.facts();
            async move {
                let seen = dossier(&w.platform, &regulator(), &facts, at, 0).await;
                words(seen.map(|seen| seen.signatures.len()))
            }
            .boxed_local()
        }),
        Act::new("photo", move |w| {
            let facts = w.facts();
            async move {
                let bytes = photo(&w.platform, &regulator(), &facts, at, signed).await;
                words(bytes.map(|bytes| bytes.len()))
            }
            .boxed_local()
        }),
        Act::new("bundle", move |w| {
            let facts = w.facts();
            async move {
                let file = bundle(&w.platform, &regulator(), &facts, at, signed).await;
                words(file.map(|file| file.file_name))
            }
            .boxed_local()
        }),
        Act::new("compare", move |w| {
            let facts = w.facts();
            async move {
                let theirs = (document, files::pdf("Other", 1).into());
                let compared = compare(&w.platform, &regulator(), &facts, at, theirs).await;
                words(compared.map(|compared| compared.theirs.pages))
            }
            .boxed_local()
        }),
        Act::new("court_package", move |w| {
            let facts = w.facts();
            async move {
                let taken = court_package(&w.platform, &regulator(), &facts, at, from).await;
                words(taken.map(|taken| taken.file_name))
            }
            .boxed_local()
        }),
    ];
    let mut injected = 0;
    for look in looks {
        injected += in_every_way(&world, &look.of_a_look()).await;
    }
    assert!(injected > 200, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_regulators_act_leaves_nothing_half_done() {
    let Found { world, at, signed, .. } = Found::new().await;
    let (query, filing) = at;
    let acts = [
        Act::new("search", |w| {
            async {
                let request = w.named_request(&regulator(), "search");
                words(search(&w.platform, &request, &by_company()).await)
            }
            .boxed_local()
        }),
        Act::new("place_hold", move |w| {
            async move {
                let command = PlaceHold { filing, reason: "（2026）示例行初1号".into() };
                let request = w.named_request(&regulator(), "hold");
                words(place_hold(&w.platform, &request, query, command).await)
            }
            .boxed_local()
        }),
        Act::new("apply", move |w| {
            async move {
                let request = w.named_request(&regulator(), "apply");
                words(apply(&w.platform, &request, at, signed).await)
            }
            .boxed_local()
        }),
    ];
    let mut injected = 0;
    for act in &acts {
        injected += in_every_way(&world, act).await;
    }
    let command = PlaceHold { filing, reason: "（2026）示例行初1号".into() };
    let request = world.request(&regulator());
    let held = place_hold(&world.platform, &request, query, command).await.unwrap();
    let lifting = Act::new("lift_hold", move |w| {
        async move {
            let command = LiftHold { filing, hold: held.hold_id, reason: "案件已结".into() };
            let request = w.named_request(&regulator(), "lift");
            words(lift_hold(&w.platform, &request, query, command).await)
        }
        .boxed_local()
    });
    injected += in_every_way(&world, &lifting).await;

    let said = notice(&world, signed, at).await.sign(&world.cast.custodians[1].key).unwrap();
    let taking = Act::new("take_notice", move |w| {
        let statement = said.as_bytes().to_vec();
        async move { words(take_notice(&w.platform, signed, &statement).await) }.boxed_local()
    });
    injected += in_every_way(&world, &taking.of_a_worker()).await;
    apply(&world.platform, &world.request(&regulator()), at, signed).await.unwrap();
    let carrying = Act::new("carry", |w| carry(w).boxed_local());
    injected += in_every_way(&world, &carrying.of_a_worker()).await;
    assert!(injected > 200, "{injected} failures");
}

#[tokio::test]
async fn what_was_applied_for_is_answered_when_the_search_that_found_it_is_over() {
    let Found { world, at, signed, .. } = Found::new().await;
    let request = world.named_request(&regulator(), "apply");
    let applied = apply(&world.platform, &request, at, signed).await.unwrap();
    world.clock.advance_ms(OPEN_MS + 60_000);
    let again = apply(&world.platform, &request, at, signed).await.unwrap();
    assert_eq!(again, applied, "the same request");
    let other = world.request(&regulator());
    let refused = apply(&world.platform, &other, at, signed).await.unwrap_err();
    assert_eq!(refused.code(), "query_over");
}

/// Brings what can be leased to a notary who takes every application.
async fn carry(world: &World) -> Result<String, String> {
    // Leases that a failed attempt holds run out first.
    world.clock.advance_ms(2_000);
    let items = queue::lease(&world.platform, 1_000, 4).await;
    for item in items.map_err(|error| error.to_string())? {
        let letter = queue::letter(&world.platform, &item).await;
        if letter.map_err(|error| error.to_string())?.is_none() {
            return Err("an application that waits has no letter".to_owned());
        }
        let code = Some("AB23CD45EF".to_owned());
        let answer = ApplicationAnswer::Received { reference: "SQ0001".to_owned(), code };
        let noted = queue::note_answer(&world.platform, &item, &answer).await;
        noted.map_err(|error| error.to_string())?;
    }
    Ok("everything is carried".to_owned())
}
