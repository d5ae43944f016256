//! What people are told, by which way it goes, and what is done where one fails.

use heqi_registration::Purpose;
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::attach_document::{AttachDocument, attach_document};
use heqi_registration::fault::Refusal as _;
use heqi_registration::filing_view::filing_view;
use heqi_registration::message_queue::{self, Outcome, Report};
use heqi_vocabulary::{Digest, Explain as _, MessageChannel};

use super::{at_the_door, contact, declare, due, enter, send, taken};
use crate::world::World;

#[tokio::test]
async fn the_invitation_carries_a_link_that_is_no_token() {
    let (world, drafted, _) = at_the_door(None).await;
    let sent = taken(&world).await;
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].purpose, sent[0].channel), (Purpose::Invitation, MessageChannel::Sms));
    let link = sent[0].values["link"].rsplit('/').next().unwrap().to_owned();
    assert_eq!(link.len(), 26);
    let refused = authenticate(&world.platform, hash_of(&link)).await.unwrap_err();
    assert_eq!(refused.code(), "not_authenticated", "the interface is not opened by a link");
    let other = world.invite(drafted.filing, drafted.parties[0]).await;
    let again = taken(&world).await;
    assert!(!again[0].values["link"].ends_with(&link), "each ceremony has its own");
    assert_ne!(other.token, link);
}

#[tokio::test]
async fn edge_case_27_a_message_that_came_back_goes_by_the_next_way_and_each_step_is_a_record() {
    let (world, drafted, _) = at_the_door(None).await;
    let before = world.platform.backend().log().head().checkpoint().checkpoint().size();
    let sent = taken(&world).await;
    assert_eq!(sent[0].channel, MessageChannel::Sms);
    let bounced = Report::Bounced { reason: "unknown_number" };
    for _ in 0..2 {
        let noted = message_queue::note_report(
            &world.platform,
            sent[0].message,
            MessageChannel::Sms,
            bounced,
        );
        noted.await.unwrap();
    }
    let next = taken(&world).await;
    assert_eq!(next.len(), 1);
    assert_eq!((next[0].message, next[0].channel), (sent[0].message, MessageChannel::Email));
    let delivered = message_queue::note_report(
        &world.platform,
        sent[0].message,
        MessageChannel::Email,
        Report::Delivered,
    );
    delivered.await.unwrap();
    assert!(taken(&world).await.is_empty());
    let after = world.platform.backend().log().head().checkpoint().checkpoint().size();
    assert_eq!(after - before, 4, "sent, bounced, sent, delivered");
    let _ = drafted;
}

#[tokio::test]
async fn a_way_that_cannot_tell_a_repetition_is_not_tried_twice_after_a_crash() {
    let (world, ..) = at_the_door(None).await;
    let first = message_queue::lease(&world.platform, 1_000, 10).await.unwrap();
    let outgoing = message_queue::trying(&world.platform, &first[0], |_| false).await.unwrap();
    assert_eq!(outgoing.unwrap().channel, MessageChannel::Sms);
    // The process ended here. The lease runs out, and somebody else takes the item.
    world.clock.advance_ms(2_000);
    let second = message_queue::lease(&world.platform, 1_000, 10).await.unwrap();
    let outgoing = message_queue::trying(&world.platform, &second[0], |_| false).await.unwrap();
    assert_eq!(outgoing.unwrap().channel, MessageChannel::Email, "never the same way again");
    let uncertain = Outcome::Uncertain { reason: "connection_lost" };
    message_queue::note_outcome(&world.platform, &second[0], MessageChannel::Email, &uncertain)
        .await
        .unwrap();
    world.clock.advance_ms(2_000);
    assert!(due(&world).await.is_empty(), "an uncertain message is not sent twice");
}

#[tokio::test]
async fn the_person_named_is_told_at_once_and_everybody_when_the_last_signature_lands() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let mobiles = ["13800000001", "13800000002"];
    for (party, mobile) in drafted.parties.iter().zip(mobiles) {
        declare(&world, drafted.filing, *party, contact(Some(mobile), None, None)).await.unwrap();
    }
    let handler = contact(None, Some("he@example.com"), None);
    declare(&world, drafted.filing, drafted.handler, handler).await.unwrap();
    let mut told = Vec::new();
    for party in &drafted.parties {
        let token = world.invite(drafted.filing, *party).await.token;
        let actor = authenticate(&world.platform, hash_of(&token)).await.unwrap();
        let code = send(&world, &actor).await.unwrap();
        enter(&world, &actor, &code).await.unwrap();
        for kind in heqi_filing::ConsentKind::ASKED {
            world.consent(&actor, kind, heqi_filing::Decision::Granted).await;
        }
        let label = party.to_string();
        let device = heqi_testkit::Device::new(heqi_pki::keys::Algorithm::Ed25519, 5, &label);
        world.sign(&crate::world::Visitor { actor, device, label }).await;
        let sent = taken(&world).await;
        // By what was signed, each document with the first of its digest (domain study 7.4).
        let view = filing_view(&world.platform, &world.staff, drafted.filing).await.unwrap();
        for message in &sent {
            let listed = &message.values["documents"];
            assert_eq!(listed.lines().count(), view.documents.len(), "{listed}");
            for document in &view.documents {
                let digest = document.sha256.to_string();
                assert!(listed.contains(&digest[..8]), "{listed}");
            }
        }
        // How, where and with what, to the person alone.
        for message in &sent {
            let is_own = message.purpose == Purpose::SignedInYourName;
            for place in ["method", "place", "device"] {
                assert_eq!(message.values.contains_key(place), is_own, "{place}");
            }
            let method = message.values.get("method");
            assert!(method.is_none_or(|said| said.contains("签署照片")), "{method:?}");
        }
        told.push(sent.iter().map(|m| (m.purpose, m.address.clone())).collect::<Vec<_>>());
    }
    assert_eq!(told[0], [(Purpose::SignedInYourName, mobiles[0].to_owned())]);
    let mut last = told[1].clone();
    last.sort();
    let everybody = [mobiles[0], mobiles[1], "he@example.com"];
    let mut wanted = vec![(Purpose::SignedInYourName, mobiles[1].to_owned())];
    wanted.extend(everybody.map(|address| (Purpose::AllSigned, address.to_owned())));
    wanted.sort();
    assert_eq!(last, wanted);
}

#[tokio::test]
async fn the_person_named_is_told_what_was_signed_then_under_its_title_whatever_replaced_it_since()
{
    let (world, drafted, actor) = at_the_door(None).await;
    let code = send(&world, &actor).await.unwrap();
    enter(&world, &actor, &code).await.unwrap();
    for kind in heqi_filing::ConsentKind::ASKED {
        world.consent(&actor, kind, heqi_filing::Decision::Granted).await;
    }
    let label = drafted.parties[0].to_string();
    let device = heqi_testkit::Device::new(heqi_pki::keys::Algorithm::Ed25519, 5, &label);
    world.sign(&crate::world::Visitor { actor, device, label }).await;
    // Before anybody sends the mail.
    let command = AttachDocument {
        filing: drafted.filing,
        title: "公司章程修正稿".parse().unwrap(),
        replaces: Some(drafted.document.document_id),
        bytes: heqi_testkit::files::pdf("Changed", 3).into(),
    };
    attach_document(&world.platform, &world.request(&world.staff), command).await.unwrap();
    let sent = taken(&world).await;
    let signed = sent.iter().find(|one| one.purpose == Purpose::SignedInYourName).unwrap();
    let digest = drafted.document.sha256.to_string();
    let listed = format!("1.《公司章程》（校验码{}）", &digest[..8]);
    assert_eq!(signed.values["documents"], listed);
}

#[tokio::test]
async fn a_report_that_overtakes_the_answer_is_asked_for_again() {
    let (world, ..) = at_the_door(None).await;
    let (item, outgoing) = due(&world).await.remove(0);
    let early = message_queue::note_report(
        &world.platform,
        outgoing.message,
        outgoing.channel,
        Report::Delivered,
    );
    assert_eq!(early.await.unwrap_err().class(), heqi_registration::fault::Class::Unavailable);
    let template_sha256 = Digest::of(b"template");
    let outcome = Outcome::Taken { gateway: "test".into(), reference: None, template_sha256 };
    message_queue::note_outcome(&world.platform, &item, outgoing.channel, &outcome).await.unwrap();
    let late = message_queue::note_report(
        &world.platform,
        outgoing.message,
        outgoing.channel,
        Report::Delivered,
    );
    late.await.unwrap();
}
