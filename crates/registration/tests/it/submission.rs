//! A filing is submitted to the registry, as its handler says: what goes before, what is left of it, what changes after.

use futures_util::FutureExt as _;
use heqi_evidence::deposit::Outcome;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::schema::RecordKind;
use heqi_filing::FilingState;
use heqi_registration::attach_document::{AttachDocument, attach_document};
use heqi_registration::confirm::{Confirm, confirm};
use heqi_registration::deposit_queue::{deposit_bundle, note_receipt, quarantine};
use heqi_registration::disclose::{Attributes, disclose};
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::filing_view::filing_view;
use heqi_registration::object::{Ground, Object, object};
use heqi_registration::remove_party::{RemoveParty, remove_party};
use heqi_registration::submit::{Submit, SubmitError, Submitted, submit};
use heqi_registration::timeline::timeline;
use heqi_registration::{Actor, Custodian};
use heqi_testkit::files;
use heqi_vocabulary::{Explain as _, FilingId, Language, PartyId};

use crate::every_call::{Act, in_every_way, is_told_when_durable, words};
use crate::world::{Drafted, Visitor, World};

async fn submits(world: &World, filing: FilingId) -> Result<Submitted, SubmitError> {
    submit(&world.platform, &world.request(&world.staff), Submit { filing }).await
}

async fn confirms(world: &World, actor: &Actor, filing: FilingId, party: PartyId) {
    let command = Confirm { filing, party, shown_sha256: None, statement_sha256: None };
    confirm(&world.platform, &world.request(actor), command).await.unwrap();
}

/// A filing that everybody signed and confirmed.
async fn confirmed(world: &World, shareholders: usize) -> (Drafted, Vec<Visitor>) {
    let drafted = world.drafted(shareholders).await;
    let mut visitors = Vec::new();
    for (visitor, _) in world.all_sign(&drafted).await {
        visitors.push(visitor);
    }
    for (visitor, party) in visitors.iter().zip(&drafted.parties) {
        confirms(world, &visitor.actor, drafted.filing, *party).await;
    }
    confirms(world, &world.staff, drafted.filing, drafted.handler).await;
    (drafted, visitors)
}

async fn state(world: &World, filing: FilingId) -> FilingState {
    filing_view(&world.platform, &world.staff, filing).await.unwrap().state
}

/// What waits for one custodian alone is deposited there.
async fn deposited(world: &World, custodian: Custodian) {
    loop {
        let items = world.leased(custodian, 8).await;
        if items.is_empty() {
            return;
        }
        for item in items {
            let deposit = deposit_bundle(&world.platform, item.payload.record_id).await.unwrap();
            let answer = world.answer(custodian, &deposit, |_, _| {});
            note_receipt(&world.platform, &item, answer).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_all_confirmed_and_both_custodians_hold_is_submitted_once_and_a_record_says_so() {
    let world = World::new().await;
    let (drafted, visitors) = confirmed(&world, 2).await;
    let filing = drafted.filing;
    world.deposit_all().await;
    let request = world.named_request(&world.staff, "submit");
    let submitted = submit(&world.platform, &request, Submit { filing }).await.unwrap();
    let FilingState::Submitted { since } = state(&world, filing).await else {
        panic!("it is not submitted")
    };
    let (platform, facts) = (&world.platform, world.facts());
    let id = submitted.record_id;
    let before = world.contents().await;
    // The very request again, and another one.
    assert_eq!(submit(&world.platform, &request, Submit { filing }).await.unwrap(), submitted);
    let again = submits(&world, filing).await.unwrap_err();
    assert_eq!((again.code(), again.class()), ("already_submitted", Class::Conflict));
    assert_eq!(world.contents().await, before);

    let opened = disclose(platform, &world.staff, &facts, id, &Attributes::All).await.unwrap();
    let record = Disclosure::parse(&serde_json::to_vec(&opened.record).unwrap()).unwrap();
    assert_eq!(record.kind(), RecordKind::FilingChanged);
    assert_eq!(record.text("change"), Some("submitted"));
    assert_eq!(record.text("changed_by"), Some(&*world.staff.name()));
    assert_eq!(record.text("recorded_at"), Some(&*since.to_string()));
    let seen = timeline(&world.platform, &visitors[0].actor, Language::Zh).await.unwrap();
    assert_eq!(seen.state, FilingState::Submitted { since });
}

#[tokio::test]
async fn nobody_submits_before_everybody_has_signed_and_confirmed() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let filing = drafted.filing;
    let early = |error: SubmitError| {
        assert_eq!((error.code(), error.class()), ("not_confirmed", Class::Conflict));
    };
    early(submits(&world, filing).await.unwrap_err());
    let signed = world.all_sign(&drafted).await;
    let visitor = &signed[0].0;
    world.deposit_all().await;
    early(submits(&world, filing).await.unwrap_err());
    confirms(&world, &visitor.actor, filing, drafted.parties[0]).await;
    world.deposit_all().await;
    let before = world.contents().await;
    early(submits(&world, filing).await.unwrap_err());
    let denied = submit(&world.platform, &world.request(&visitor.actor), Submit { filing }).await;
    let denied = denied.unwrap_err();
    assert_eq!((denied.code(), denied.class()), ("not_allowed", Class::Forbidden));
    let nothing = submits(&world, FilingId::from_bytes([9; 16])).await.unwrap_err();
    assert_eq!((nothing.code(), nothing.class()), ("filing_not_found", Class::NotFound));
    assert_eq!(world.contents().await, before);
    assert!(matches!(state(&world, filing).await, FilingState::Signed { .. }));
}

#[tokio::test]
async fn nobody_submits_before_both_custodians_hold_every_signing() {
    let world = World::new().await;
    let (drafted, _) = confirmed(&world, 2).await;
    let filing = drafted.filing;
    let error = submits(&world, filing).await.unwrap_err();
    assert_eq!((error.code(), error.class()), ("custody_awaited", Class::Conflict));
    assert!(error.explain(Language::Zh).what.contains("公证处数据中心、实时保"));
    for (held, waits) in
        [(Custodian::Preservation, "公证处数据中心还没有回执"), (Custodian::DataCentre, "")]
    {
        deposited(&world, held).await;
        let before = world.contents().await;
        match submits(&world, filing).await {
            Ok(_) => assert!(waits.is_empty(), "{held}"),
            Err(error) => {
                assert!(error.explain(Language::Zh).what.contains(waits), "{error}");
                assert!(!waits.is_empty(), "{held}: {error}");
                assert_eq!(world.contents().await, before);
            }
        }
    }
    assert!(matches!(state(&world, filing).await, FilingState::Submitted { .. }));
}

#[tokio::test]
async fn what_a_custodian_refused_or_answered_otherwise_is_not_submitted() {
    for is_quarantined in [false, true] {
        let world = World::new().await;
        let (drafted, _) = confirmed(&world, 1).await;
        deposited(&world, Custodian::DataCentre).await;
        loop {
            let items = world.leased(Custodian::Preservation, 1).await;
            let Some(item) = items.into_iter().next() else { break };
            let record = item.payload.record_id;
            if is_quarantined {
                quarantine(&world.platform, &item, "other_manifest", b"theirs").await.unwrap();
                continue;
            }
            let deposit = deposit_bundle(&world.platform, record).await.unwrap();
            let refused = Outcome::Refused { reason: "chain_fork".into() };
            let answer = world.answer(Custodian::Preservation, &deposit, |receipt, _| {
                receipt.outcome = refused;
            });
            note_receipt(&world.platform, &item, answer).await.unwrap();
        }
        let error = submits(&world, drafted.filing).await.unwrap_err();
        assert_eq!((error.code(), error.class()), ("custody_refused", Class::Conflict));
        let told = error.explain(Language::En).what;
        assert!(told.contains("the second custodian") && !told.contains("data centre"), "{told}");
    }
}

#[tokio::test]
async fn what_was_submitted_is_objected_to_and_changed_by_nobody_else() {
    let world = World::new().await;
    let (drafted, visitors) = confirmed(&world, 2).await;
    let (filing, party) = (drafted.filing, drafted.parties[0]);
    world.deposit_all().await;
    submits(&world, filing).await.unwrap();
    let command = AttachDocument {
        filing,
        title: "公司章程".parse().unwrap(),
        replaces: Some(drafted.document.document_id),
        bytes: files::pdf("Other", 1).into(),
    };
    let replaced = attach_document(&world.platform, &world.request(&world.staff), command).await;
    assert_eq!(replaced.unwrap_err().code(), "filing_submitted");
    let command = RemoveParty { filing, party, reason: Some("重复".into()) };
    let removed = remove_party(&world.platform, &world.request(&world.staff), command).await;
    assert_eq!(removed.unwrap_err().code(), "filing_submitted");
    assert!(matches!(state(&world, filing).await, FilingState::Submitted { .. }));
    let command =
        Object { filing, party, against: None, ground: Ground::NotMyIntent, reason: None };
    object(&world.platform, &world.request(&visitors[0].actor), command).await.unwrap();
    assert!(matches!(state(&world, filing).await, FilingState::Frozen { .. }));
    let paused = submits(&world, filing).await.unwrap_err();
    assert_eq!((paused.code(), paused.class()), ("filing_frozen", Class::Conflict));
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_submission_leaves_nothing_half_done() {
    let world = World::new().await;
    let (drafted, _) = confirmed(&world, 1).await;
    let filing = drafted.filing;
    world.deposit_all().await;
    let submission = Act::new("submit", move |w| {
        let request = w.named_request(&w.staff, "submit");
        async move { words(submit(&w.platform, &request, Submit { filing }).await) }.boxed_local()
    });
    let injected = in_every_way(&world, &submission).await;
    assert!(injected > 60, "{injected} failures");
    // Under another name it is refused, and whoever is told so can rely on it.
    let whoever = Act::new("submit again", move |w| {
        let request = w.request(&w.staff);
        async move {
            match submit(&w.platform, &request, Submit { filing }).await {
                Ok(_) => Ok("it is so now".to_owned()),
                Err(error) if error.code() == "already_submitted" => Ok("it was so".to_owned()),
                Err(error) => Err(error.to_string()),
            }
        }
        .boxed_local()
    });
    is_told_when_durable(&world, &whoever).await;
}
