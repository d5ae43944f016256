//! After everybody has signed: reminders, the time that is over, objections told to everybody; and
//! what is left to a person.

use std::collections::BTreeMap;

use heqi_evidence::schema::RecordKind;
use heqi_filing::{ConsentKind, Decision};
use heqi_registration::Purpose;
use heqi_registration::ask_again::{AskAgain, ask_again};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::confirm::{Confirm, confirm};
use heqi_registration::invite::invitation_sheet;
use heqi_registration::object::{Ground, Object, object};
use heqi_registration::reminders::remind;
use heqi_registration::review_wanted::{
    ChooseWay, ReviewWay, WayReason, choose_way, reviews_wanted,
};
use heqi_registration::sweep::{
    CODE_MESSAGE_LIFETIME_MS, HANDOVER_KEPT_MS, MESSAGE_LIFETIME_MS, QUOTA_LIFETIME_MS,
    SweepCursor, sweep,
};
use heqi_registration::timeline::timeline;
use heqi_vocabulary::{Clock as _, Digest, Explain as _, Language};

use crate::entry::{contact, declare, enter, send, taken};
use crate::world::{Drafted, Visitor, World};

const HOUR_MS: i64 = 3_600_000;
/// Records of one chain are a millisecond apart at least, so the last one is a little later than
/// the clock of the test.
const MOMENT_MS: i64 = 1_000;
const MOBILES: [&str; 2] = ["13800000001", "13800000002"];

/// Two shareholders and a handler who can be reached; everybody has signed.
async fn all_signed() -> (World, Drafted, Vec<Visitor>) {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    for (party, mobile) in drafted.parties.iter().zip(MOBILES) {
        declare(&world, drafted.filing, *party, contact(Some(mobile), None, None)).await.unwrap();
    }
    let handler = contact(None, Some("he@example.com"), None);
    declare(&world, drafted.filing, drafted.handler, handler).await.unwrap();
    let mut visitors = Vec::new();
    for party in &drafted.parties {
        let token = world.invite(drafted.filing, *party).await.token;
        let hash = heqi_registration::access::hash_of(&token);
        let actor = heqi_registration::access::authenticate(&world.platform, hash).await.unwrap();
        let code = send(&world, &actor).await.unwrap();
        enter(&world, &actor, &code).await.unwrap();
        for kind in ConsentKind::ASKED {
            world.consent(&actor, kind, Decision::Granted).await;
        }
        let label = party.to_string();
        let device = heqi_testkit::Device::new(heqi_pki::keys::Algorithm::Ed25519, 5, &label);
        let visitor = Visitor { actor, device, label };
        world.sign(&visitor).await;
        visitors.push(visitor);
    }
    taken(&world).await;
    (world, drafted, visitors)
}

/// Whoever was written to since the last call, by purpose.
async fn told(world: &World) -> BTreeMap<&'static str, Vec<String>> {
    let mut told: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for message in taken(world).await {
        told.entry(message.purpose.as_str()).or_default().push(message.address);
    }
    for addresses in told.values_mut() {
        addresses.sort();
    }
    told
}

async fn confirms(world: &World, drafted: &Drafted, visitors: &[Visitor], place: usize) {
    let (filing, party) = (drafted.filing, drafted.parties[place]);
    let command = Confirm { filing, party, shown_sha256: None, statement_sha256: None };
    let request = world.request(&visitors[place].actor);
    confirm(&world.platform, &request, command).await.unwrap();
}

/// Domain study 11.4.
#[tokio::test]
async fn a_signer_and_a_handler_by_an_api_key_each_declare_their_own_statement() {
    let (world, drafted, visitors) = all_signed().await;
    let filing = drafted.filing;
    let signed = "以上文件是我本人签署的。我已核对签署情况，没有异议。";
    let handled = "材料和签署情况属实，我没有代他人签署。";
    let view = ceremony_view(&world.platform, &visitors[0].actor, Language::Zh).await.unwrap();
    assert_eq!(view.confirmation_text, signed);
    for (party, actor, said) in
        [(drafted.parties[0], &visitors[0].actor, signed), (drafted.handler, &world.staff, handled)]
    {
        let command = Confirm { filing, party, shown_sha256: None, statement_sha256: None };
        let confirmed = confirm(&world.platform, &world.request(actor), command).await.unwrap();
        let record = world.opened(confirmed.record_id).await;
        let digest = Digest::of(said.as_bytes()).to_string();
        assert_eq!(record.text("statement_sha256"), Some(digest.as_str()), "{said}");
    }
}

#[tokio::test]
async fn those_who_have_not_answered_are_reminded_after_2_24_and_48_hours_and_told_after_72() {
    let (world, drafted, visitors) = all_signed().await;
    assert_eq!(remind(&world.platform, 10).await.unwrap(), 0, "not at once");
    world.clock.advance_ms(2 * HOUR_MS + MOMENT_MS);
    assert_eq!(remind(&world.platform, 10).await.unwrap(), 1);
    let both = MOBILES.map(ToOwned::to_owned).to_vec();
    let everybody = [both.clone(), vec!["he@example.com".to_owned()]].concat();
    assert_eq!(told(&world).await, BTreeMap::from([("confirm_reminder", everybody.clone())]));
    assert_eq!(remind(&world.platform, 10).await.unwrap(), 0, "once each");

    confirms(&world, &drafted, &visitors, 0).await;
    world.clock.advance_ms(22 * HOUR_MS);
    assert_eq!(remind(&world.platform, 10).await.unwrap(), 1);
    let rest = vec![MOBILES[1].to_owned(), "he@example.com".to_owned()];
    assert_eq!(told(&world).await, BTreeMap::from([("confirm_reminder", rest.clone())]));
    let view = timeline(&world.platform, &visitors[1].actor, Language::Zh).await.unwrap();
    let left = view.next_reminder_at.unwrap().millis_since(world.clock.now());
    assert!((24 * HOUR_MS - MOMENT_MS..=24 * HOUR_MS).contains(&left), "{left} ms");

    world.clock.advance_ms(48 * HOUR_MS);
    assert_eq!(remind(&world.platform, 10).await.unwrap(), 2);
    let sent = told(&world).await;
    assert_eq!(sent["confirm_overdue"], everybody, "it concerns all");
    // No answer is never a yes.
    let view = timeline(&world.platform, &visitors[1].actor, Language::Zh).await.unwrap();
    assert!(matches!(view.state, heqi_filing::FilingState::Signed { .. }));
    assert!(view.closes_at.is_none() && view.next_reminder_at.is_none());

    // The handler asks again: a new window, new reminders, the old ones say nothing.
    let command = AskAgain { filing: drafted.filing };
    ask_again(&world.platform, &world.request(&world.staff), command).await.unwrap();
    assert_eq!(told(&world).await, BTreeMap::from([("confirm_reminder", rest)]));
    confirms(&world, &drafted, &visitors, 1).await;
    world.clock.advance_ms(2 * HOUR_MS + MOMENT_MS);
    assert_eq!(remind(&world.platform, 10).await.unwrap(), 1);
    let handler = vec!["he@example.com".to_owned()];
    assert_eq!(told(&world).await, BTreeMap::from([("confirm_reminder", handler)]));
}

#[tokio::test]
async fn an_objection_stops_the_reminders_and_everybody_is_told() {
    let (world, drafted, visitors) = all_signed().await;
    let command = Object {
        filing: drafted.filing,
        party: drafted.parties[0],
        against: None,
        ground: Ground::NotSignedByMe,
        reason: None,
    };
    let request = world.request(&visitors[0].actor);
    object(&world.platform, &request, command.clone()).await.unwrap();
    object(&world.platform, &request, command).await.unwrap();
    let rest = vec![MOBILES[1].to_owned(), "he@example.com".to_owned()];
    let wanted = BTreeMap::from([
        ("objection_received", vec![MOBILES[0].to_owned()]),
        ("filing_paused", rest),
    ]);
    assert_eq!(told(&world).await, wanted);
    world.clock.advance_ms(72 * HOUR_MS + MOMENT_MS);
    assert_eq!(remind(&world.platform, 10).await.unwrap(), 4);
    assert_eq!(told(&world).await, BTreeMap::new());
}

#[tokio::test]
async fn a_link_about_signatures_leads_to_them_and_an_invitation_to_signing() {
    for purpose in Purpose::ALL {
        let about = [
            Purpose::SignedInYourName,
            Purpose::AllSigned,
            Purpose::ConfirmReminder,
            Purpose::ConfirmOverdue,
            Purpose::ObjectionReceived,
            Purpose::FilingPaused,
            Purpose::ObjectionDecided,
        ];
        assert_eq!(purpose.is_about_signatures(), about.contains(&purpose), "{purpose}");
        assert_eq!(purpose.as_str().parse::<Purpose>().unwrap(), purpose);
    }
    let (world, ..) = all_signed().await;
    world.clock.advance_ms(2 * HOUR_MS + MOMENT_MS);
    remind(&world.platform, 10).await.unwrap();
    let links: Vec<_> =
        taken(&world).await.into_iter().map(|sent| sent.values["link"].clone()).collect();
    assert_eq!(links.iter().filter(|link| link.contains("/c/")).count(), 2, "{links:?}");
}

#[tokio::test]
async fn a_signer_who_refuses_face_information_chooses_a_way_and_somebody_has_to_look() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    world.consent(&visitor.actor, ConsentKind::Face, Decision::Refused).await;
    let request = world.request(&visitor.actor);
    let chosen = choose_way(&world.platform, &request, ChooseWay { way: ReviewWay::Video }).await;
    let chosen = chosen.unwrap();
    assert_eq!((chosen.reason, chosen.way), (WayReason::FaceRefused, ReviewWay::Video));
    let again = choose_way(&world.platform, &request, ChooseWay { way: ReviewWay::Video }).await;
    assert_eq!(again.unwrap(), chosen, "the same request is the same choice");
    let request = world.request(&visitor.actor);
    let other = choose_way(&world.platform, &request, ChooseWay { way: ReviewWay::Counter }).await;
    let other = other.unwrap();
    let waiting = reviews_wanted(&world.platform, None, 10).await.unwrap();
    assert_eq!(waiting, [other], "the last choice counts");
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(view.other_way.unwrap().way, ReviewWay::Counter);
    let frames = world.frames().await;
    let recorded = frames.iter().filter(|(f, _)| f.kind == RecordKind::ReviewWanted).count();
    assert_eq!(recorded, 2, "each choice is recorded");
}

#[tokio::test]
async fn a_printed_invitation_names_nobody_and_lets_nobody_in_by_itself() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let (filing, first, second) = (drafted.filing, drafted.parties[0], drafted.parties[1]);
    let sheet = invitation_sheet(&world.platform, &world.staff, filing, first).await;
    assert_eq!(sheet.unwrap_err().code(), "ceremony_not_found", "not invited yet");
    declare(&world, filing, first, contact(Some(MOBILES[0]), None, None)).await.unwrap();
    for party in [first, second] {
        world.invite(filing, party).await;
    }
    let sheet = invitation_sheet(&world.platform, &world.staff, filing, first).await.unwrap();
    assert!(sheet.link.unwrap().starts_with("/s/"));
    assert!(sheet.masked_name.ends_with('*'), "{}", sheet.masked_name);
    // Where no code is asked for, paper alone would let somebody in.
    let sheet = invitation_sheet(&world.platform, &world.staff, filing, second).await.unwrap();
    assert_eq!(sheet.link, None);
}

#[tokio::test]
async fn codes_messages_and_hand_overs_are_swept_when_their_time_is_over() {
    let (world, drafted, _) = all_signed().await;
    let rows = async |table: &str| {
        let prefix = format!("{table}/");
        world.platform.backend().scan(prefix.as_bytes(), None, 10_000).await.unwrap().len()
    };
    let before = rows("message").await;
    let swept = async || sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    world.clock.advance_ms(CODE_MESSAGE_LIFETIME_MS);
    assert_eq!(swept().await.messages, 2, "the two codes");
    world.clock.advance_ms(QUOTA_LIFETIME_MS);
    assert_eq!((swept().await.quotas, rows("code_quota").await), (4, 0));
    world.clock.advance_ms(MESSAGE_LIFETIME_MS);
    assert_eq!(swept().await.messages, before - 2);
    assert_eq!((rows("message").await, rows("filing_message").await), (0, 0));

    let others = world.drafted(1).await;
    let visitor = world.visitor(others.filing, others.parties[0]).await;
    crate::handover::offered(&world, &visitor).await;
    world.clock.advance_ms(HANDOVER_KEPT_MS);
    assert_eq!(swept().await.handovers, 0);
    world.clock.advance_ms(HANDOVER_KEPT_MS);
    assert_eq!(swept().await.handovers, 1);
    assert_eq!((rows("handover").await, rows("newest_handover").await), (0, 0));
    assert_eq!(drafted.parties.len(), 2);
}
