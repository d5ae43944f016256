//! One filing from opening to the last confirmation.

use heqi_evidence::verdict::{ClaimName, Status};
use heqi_filing::{Confirmation, FilingState};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::confirm::{Confirm, confirm};
use heqi_registration::decline::{Decline, decline};
use heqi_registration::disclose::Attributes;
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::filing_view::{filing_of_number, filing_view};
use heqi_registration::invite::{Invite, invite};
use heqi_registration::object::{Ground, Object, object};
use heqi_registration::read_document::read_document;
use heqi_registration::receipt::{Flag, Wait, receipt};
use heqi_registration::timeline::timeline;
use heqi_testkit::files;
use heqi_tlog::proof_file::ProofFile;
use heqi_vocabulary::{Digest, Explain as _, Language};

use crate::notary::expect;
use crate::world::World;

#[tokio::test]
async fn a_signing_becomes_evidence_that_a_stranger_can_check() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    world.cosign_head().await;
    world.clock.advance_ms(5_000);
    let signed = world.all_sign(&drafted).await;
    let (visitor, receipt_now) = &signed[0];
    assert_eq!(receipt_now.filing_id, drafted.filing);
    assert!(receipt_now.voucher.unwrap().to_string().starts_with("PZ20261123"));
    let proof = ProofFile::parse(receipt_now.logged.proof.as_bytes()).unwrap();
    assert_eq!(proof.index(), receipt_now.logged.index);
    assert_eq!((receipt_now.deposited.held, receipt_now.deposited.of), (0, 2));

    world.clock.advance_ms(2_000);
    world.cosign_head().await;
    world.deposit_all().await;
    let file = export_bundle(
        &world.platform,
        &visitor.actor,
        &world.facts(),
        receipt_now.record_id,
        &Attributes::All,
    )
    .await
    .unwrap();
    let verdict = world.examine(&file.bytes);
    for name in [
        ClaimName::Integrity,
        ClaimName::SignedBy,
        ClaimName::Logged,
        ClaimName::Witnessed,
        ClaimName::Mirrored,
        ClaimName::Deposited,
        ClaimName::Complete,
        ClaimName::Time,
    ] {
        expect(&verdict, name, Status::Proved);
    }
    // The name is as declared: nobody vouches for it, and the verdict says so.
    expect(&verdict, ClaimName::Identity, Status::NotProved);
}

#[tokio::test]
async fn a_bundle_proves_integrity_signature_and_log_before_any_custodian_has_answered() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let signed = world.all_sign(&drafted).await;
    let (visitor, receipt) = &signed[0];
    let export = |attributes| {
        let (platform, facts) = (&world.platform, world.facts());
        let (actor, record) = (&visitor.actor, receipt.record_id);
        async move { export_bundle(platform, actor, &facts, record, &attributes).await.unwrap() }
    };
    let verdict = world.examine(&export(Attributes::All).await.bytes);
    expect(&verdict, ClaimName::Integrity, Status::Proved);
    expect(&verdict, ClaimName::Logged, Status::Proved);
    expect(&verdict, ClaimName::Witnessed, Status::NotProved);
    expect(&verdict, ClaimName::Deposited, Status::NotProved);

    world.cosign_head().await;
    let named = Attributes::listed("party_name,documents,client.signed_at");
    let verdict = world.examine(&export(named).await.bytes);
    expect(&verdict, ClaimName::Integrity, Status::Proved);
    expect(&verdict, ClaimName::SignedBy, Status::Proved);
    expect(&verdict, ClaimName::Witnessed, Status::Proved);
}

#[tokio::test]
async fn flags_of_a_receipt_are_raised_one_by_one_and_can_be_waited_for() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let signed = world.all_sign(&drafted).await;
    let (visitor, fresh) = &signed[0];
    let record = fresh.record_id;
    // No time authority runs here: its flag has its own test, and stays down.
    let flags = [Flag::Witnessed, Flag::Mirrored, Flag::Deposited];
    let wait = Wait { flags: flags.into(), timeout_ms: 60_000 };
    let waiting = receipt(&world.platform, &visitor.actor, record, &wait);
    let (raised, ()) = tokio::join!(waiting, async {
        let now = receipt(&world.platform, &visitor.actor, record, &Wait::default()).await;
        assert!(now.unwrap().witnessed.is_none());
        world.cosign_head().await;
        let now = receipt(&world.platform, &world.staff, record, &Wait::default()).await.unwrap();
        assert!(now.witnessed.is_some() && now.mirrored.is_some());
        assert_eq!(now.deposited.held, 0);
        world.deposit_all().await;
    });
    let raised = raised.unwrap();
    assert!(flags.into_iter().all(|flag| flag.is_raised(&raised)));
    assert!(!Flag::Timestamped.is_raised(&raised));
    assert_eq!((raised.deposited.held, raised.deposited.receipts.len()), (2, 2));

    // The time is over before anything happens: the receipt as it stands.
    let others = world.drafted(1).await;
    let (visitor, fresh) = world.all_sign(&others).await.remove(0);
    let wait = Wait { flags: [Flag::Witnessed].into(), timeout_ms: 1 };
    let stands = receipt(&world.platform, &visitor.actor, fresh.record_id, &wait).await.unwrap();
    assert!(stands.witnessed.is_none());
}

#[tokio::test]
async fn a_filing_is_confirmed_when_every_party_and_the_handler_have_said_so() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let signed = world.all_sign(&drafted).await;
    let view = filing_view(&world.platform, &world.staff, drafted.filing).await.unwrap();
    assert!(matches!(view.state, FilingState::Signed { .. }));
    assert_eq!(view.missing_signatures, 0);
    let confirms = |actor: &heqi_registration::Actor, party, shown| {
        let request = world.request(actor);
        let command =
            Confirm { filing: drafted.filing, party, shown_sha256: shown, statement_sha256: None };
        let platform = &world.platform;
        async move { confirm(platform, &request, command).await }
    };

    let stale = confirms(&signed[0].0.actor, drafted.parties[0], Some(Digest::of(b"older"))).await;
    assert_eq!(stale.unwrap_err().code(), "shown_list_changed");
    // A page that was left open across an update shows other words than are in force.
    let visitor = &signed[0].0.actor;
    let with_statement = |statement: Digest| Confirm {
        filing: drafted.filing,
        party: drafted.parties[0],
        shown_sha256: None,
        statement_sha256: Some(statement),
    };
    let before = world.contents().await;
    let older = with_statement(Digest::of(b"older words"));
    let stale = confirm(&world.platform, &world.request(visitor), older).await.unwrap_err();
    assert_eq!((stale.code(), stale.class()), ("statement_changed", Class::Conflict));
    assert_eq!(world.contents().await, before);
    let shown = timeline(&world.platform, visitor, Language::En).await.unwrap().statement_sha256;
    let request = world.request(visitor);
    let first = confirm(&world.platform, &request, with_statement(shown)).await.unwrap();
    // Once it is recorded, the very request is answered as before.
    let again = confirm(&world.platform, &request, with_statement(shown)).await.unwrap();
    assert_eq!(again, first);
    for ((visitor, _), party) in signed.iter().zip(&drafted.parties).skip(1) {
        confirms(&visitor.actor, *party, Some(view.shown_sha256)).await.unwrap();
    }
    confirms(&world.staff, drafted.handler, None).await.unwrap();
    let view = filing_view(&world.platform, &world.staff, drafted.filing).await.unwrap();
    assert!(matches!(view.state, FilingState::Confirmed { .. }));
    assert_eq!(
        filing_of_number(&world.platform, &world.staff, view.number).await.unwrap(),
        drafted.filing
    );
}

#[tokio::test]
async fn an_objection_freezes_the_filing_and_says_what_it_is_against() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let receipt = world.sign(&visitor).await;
    let command = Object {
        filing: drafted.filing,
        party: drafted.parties[0],
        against: Some(receipt.record_id),
        ground: Ground::NotSignedByMe,
        reason: Some("  非本人签署  ".into()),
    };
    object(&world.platform, &world.request(&visitor.actor), command.clone()).await.unwrap();
    let view = filing_view(&world.platform, &world.staff, drafted.filing).await.unwrap();
    assert!(matches!(view.state, FilingState::Frozen { by, .. } if by == drafted.parties[0]));
    let seen = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert!(matches!(seen.confirmation, Confirmation::Objected { .. }));

    // Nobody signs any more, and nobody objects twice.
    let again = object(&world.platform, &world.request(&visitor.actor), command).await;
    assert_eq!(again.unwrap_err().class(), Class::Conflict);
    let invitation = Invite { filing: drafted.filing, party: drafted.parties[1] };
    let invited = invite(&world.platform, &world.request(&world.staff), invitation).await;
    assert_eq!(invited.unwrap_err().class(), Class::Conflict);
}

#[tokio::test]
async fn a_declined_ceremony_cannot_be_signed_and_its_photo_is_gone() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let before = world.contents().await.objects;
    let (begun, photo) = world.ready(&visitor).await;
    assert_eq!(world.contents().await.objects.len(), before.len() + 1);
    let command = Decline { signing: Some(begun.signing_id), reason: Some("再考虑".into()) };
    decline(&world.platform, &world.request(&visitor.actor), command).await.unwrap();
    assert_eq!(world.contents().await.objects, before);

    let answer = visitor.answer(&begun, photo, heqi_vocabulary::Clock::now(&*world.clock));
    let refused = world.complete(&visitor, answer).await.unwrap_err();
    assert_eq!(refused.code(), "ceremony_declined");
    let long = Decline { signing: None, reason: Some("长".repeat(2001)) };
    let refused = decline(&world.platform, &world.request(&visitor.actor), long).await;
    assert_eq!(refused.unwrap_err().code(), "reason_too_long");
}

#[tokio::test]
async fn a_signer_sees_what_is_asked_and_the_exact_document() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    for language in [Language::Zh, Language::En] {
        let view = ceremony_view(&world.platform, &visitor.actor, language).await.unwrap();
        assert_eq!(view.documents.len(), 1);
        assert_eq!(view.consents.len(), 4);
        assert!(view.consents.iter().all(|consent| consent.decision.is_some()));
        assert!(view.consents.iter().all(|consent| !consent.text.contains('{')));
        assert!(!view.intent.text.contains('{') && view.intent.text.contains("龚𠮷"));
        assert_eq!(Digest::of(view.intent.template.as_bytes()), view.intent.text_sha256);
        assert_eq!(view.others.len(), 2);
        assert!(view.signed.is_none() && view.signing_id.is_none());
    }
    let id = drafted.document.document_id;
    let read = read_document(&world.platform, &visitor.actor, id).await.unwrap();
    assert_eq!(*read.bytes, files::pdf("Articles", 3));
    assert_eq!(read.sha256, drafted.document.sha256);

    let receipt = world.sign(&visitor).await;
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(view.signed.unwrap().record_id, receipt.record_id);
    assert!(view.documents.is_empty());
}
